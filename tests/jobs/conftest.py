"""The mail servers of the tests: each started once, whatever is asked of it, and every test with an empty mailbox."""

from collections.abc import Iterator

import pytest

from tests.jobs.mailbox_at_hand import Box, mailbox
from tests.jobs.servers import MailServers
from tests.jobs.servers import mail_servers as running
from tests.judging import judged_by


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    with running() as servers:
        yield servers


@pytest.fixture(scope="session")
def pymap() -> Iterator[Box]:
    with mailbox() as box:
        yield box


@pytest.fixture(params=["pymap", judged_by("Postfix and Dovecot", "dovecot")])
def box(request: pytest.FixtureRequest) -> Box:
    """An empty mailbox, on each of the servers."""
    if request.param == "pymap":
        box: Box = request.getfixturevalue("pymap")
        return box.emptied()
    servers: MailServers = request.getfixturevalue("mail_servers")
    return servers.box("desk@partner.example")
