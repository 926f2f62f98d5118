"""A real Postfix and a real Dovecot of their own: in a directory that goes afterwards, at ports that are free, and
known to nothing else on the machine. A letter goes in by SMTP, over LMTP into a Maildir, and is read by IMAP.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from tests.api.serving import is_up, wait_until
from tests.jobs.mailbox_at_hand import PASSWORD, Box
from tests.judging import program

HERE = Path(__file__).parent
DESK, UNKNOWN, AWAY = "station1@police.aohama.example", "contact1@partner.example", "away@partner.example"
"""Whose mailbox is that of the answers, whom the next server does not know, and who is on holiday."""

QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("maildrop", "private", "public", "saved", "trace"),
)
HOLIDAY = 'require "vacation"; vacation :subject "不在のお知らせ" "8月20日まで不在にしております。";'


@dataclass(frozen=True)
class MailServers:
    """Both, running; `smtp` and `imap` are ports on localhost."""

    place: Path
    smtp: int
    imap: int

    def at(self, user: str) -> Box:
        """The mailbox of an address."""
        return Box(self.imap, user, self.smtp)

    def box(self, user: str) -> Box:
        """The same, emptied."""
        return self.at(user).emptied()


@contextmanager
def mail_servers() -> Iterator[MailServers]:
    with ExitStack() as closing:
        place = Path(
            closing.enter_context(tempfile.TemporaryDirectory(prefix="renkei-mail-", ignore_cleanup_errors=True))
        )
        place.chmod(0o755)
        smtp, elsewhere, imap = _free_ports(3)
        _write(place, smtp=smtp, elsewhere=elsewhere, imap=imap)
        closing.enter_context(_running(str(program("dovecot")), "-F", "-c", str(place / "dovecot.conf")))
        closing.enter_context(_running(str(program("master")), "-d", "-c", str(place)))
        _await(place, smtp, elsewhere, imap)
        yield MailServers(place, smtp, imap)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as closing:
        found = [closing.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in found]


def _write(place: Path, **where: object) -> None:
    """All that both want to find, each directory with the owner on whom Postfix insists."""
    owner = pwd.getpwnam("postfix").pw_uid
    for name in ("mailboxes", "away", "queue/pid"):
        (place / name).mkdir(parents=True)
    for name in ("data", *(f"queue/{one}" for one in QUEUES)):
        (place / name).mkdir(0o700)
        os.chown(place / name, owner, -1)
    for name in ("mailboxes", "away"):
        shutil.chown(place / name, "nobody", "nogroup")
    (place / "away" / f"{AWAY}.sieve").write_text(HOLIDAY, encoding="utf-8")
    for name in ("dovecot.conf", "main.cf", "master.cf"):
        text = (HERE / name).read_text(encoding="utf-8")
        written = text.format(desk=DESK, unknown=UNKNOWN, password=PASSWORD, place=place, **where)
        (place / name).write_text(written, encoding="utf-8")
        os.utime(place / name, (0, 0))  # Postfix waits for what was written just now to be written again


@contextmanager
def _running(*command: str) -> Iterator[None]:
    """With all its children in a group of its own, that ends as it stands: what it has is thrown away."""
    nowhere = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **nowhere)
    try:
        yield
    finally:
        os.killpg(server.pid, SIGKILL)
        server.wait()


def _await(place: Path, *ports: int) -> None:
    try:
        wait_until(lambda: all(map(is_up, ports)))
    except AssertionError as vain:
        raise RuntimeError("\n".join(log.read_text() for log in place.rglob("log") if log.is_file())) from vain
