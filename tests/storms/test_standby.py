"""Of two PostgreSQL one follows the other: it is read as fresh as the first, and takes its place when that dies."""

import asyncio
import re
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from api import embedded
from api.context import Context
from api.embedded import EmbeddedServer
from api.replica import NO_COPY, Replica, doubts
from api.settings import WrongSettings
from domain import database, tokens
from domain.actor import Role
from domain.calendar import Attendee
from domain.outbox import WAITING, Letter
from domain.people import Person
from tests import make
from tests.api.asking import answered, codes
from tests.api.serving import wait_until
from tests.api.test_serve import ask as knock
from tests.api.test_serve import serving
from tests.stage import Stage
from tests.storms.port import PATIENCE, Port, by_reader, differences, invitations, office, port, settle
from tests.storms.servers import Pair, kill, paired, start_again, tell
from tests.storms.test_database import copy
from tests.storms.test_kills import BOTH_JOBS, MORNING, prepared

READ = "{ organizations(first: 50) { edges { node { name } } } }"
PERSONAL = "{ volunteers(first: 1) { edges { node { person { familyName } } } } }"
COUNTED = re.compile(r'renkei_replica_questions_total\{became="(\w+)",worker="\d+"\} ([\d.]+)')
READERS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'renkei' AND backend_type = 'client backend'"
"""Connections of ours to this server."""

REGISTER = """
    mutation($input: RegisterOrganizationInput!) { registerOrganization(input: $input) { organization { name } } }"""


@pytest.fixture(scope="module")
def pair(stage: Stage, server: EmbeddedServer) -> Iterator[Pair]:
    async def empty() -> None:
        await asyncio.sleep(0)

    stage.play(empty(), empty=True)
    with tempfile.TemporaryDirectory(prefix="renkei-test-") as name, ExitStack() as up:
        room = Path(name)
        primary = up.enter_context(embedded.running(room / "one"))
        copy(server.superuser_url(stage.url.split("/")[3].split("?")[0]), primary.superuser_url(embedded.ROLE))
        yield up.enter_context(paired(room, primary))


def told(pair: Pair, story: Coroutine[Any, Any, Any], replica: str | None = None) -> Any:
    async def whole() -> Any:
        async with database.opened(pair.url, replica=replica):
            return await story

    return asyncio.run(whole())


async def until_answered(replica: Replica, is_answered_there: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await is_answered_there():
            assert replica.became["failed"] == 0


def test_the_replica_answers_what_names_nobody_and_never_with_less_than_was_there_when_it_was_asked(pair: Pair) -> None:
    """What an officer reads next is what they have changed, though the replica has not come as far."""
    replica = Replica(pair.standby.url())

    async def story() -> None:
        town = await make.town()

        async def ask(document: str, **variables: Any) -> Any:
            return await answered(document, Context(town.officer, purpose="照会", replica=replica), **variables)

        async def names() -> list[str]:
            return [edge["node"]["name"] for edge in (await ask(READ))["data"]["organizations"]["edges"]]

        async def is_answered_there() -> bool:
            before = replica.became["answered"]
            await names()
            return replica.became["answered"] > before

        await until_answered(replica, is_answered_there)
        replica.became.clear()
        assert codes(await ask(PERSONAL)) == []
        assert sum(replica.became.values()) == 0

        await asyncio.to_thread(tell, pair.standby, "SELECT pg_wal_replay_pause()")
        shown = await ask(REGISTER, input={"kind": "COMPANY", "name": "架空海運株式会社"})
        assert shown["data"]["registerOrganization"]["organization"]["name"] == "架空海運株式会社"
        assert sum(replica.became.values()) == 0
        assert await names() == ["架空海運株式会社"]
        assert replica.became == {"behind": 1}
        await asyncio.to_thread(tell, pair.standby, "SELECT pg_wal_replay_resume()")
        await until_answered(replica, is_answered_there)
        assert await names() == ["架空海運株式会社"]

        replica.became.clear()
        await asyncio.to_thread(kill, pair.places[1])
        assert await names() == await names() == ["架空海運株式会社"]
        assert replica.became == {"failed": 1}

    told(pair, story(), replica.url)
    start_again(pair.places[1])


def test_what_is_no_copy_of_the_database_is_told_before_anything_is_read_there(
    pair: Pair, server: EmbeddedServer, database_url: str
) -> None:
    async def story() -> None:
        assert await doubts(pair.url, pair.standby.url()) == ""
        assert await doubts(pair.url, pair.primary.url()) == NO_COPY
        assert "接続できません" in await doubts(pair.url, "postgres://renkei:himitsu@127.0.0.1:1/renkei")
        for other in (database_url, pair.standby.url("postgres")):
            with pytest.raises(WrongSettings, match="の複製ではありません"):
                await doubts(pair.url, other)

    asyncio.run(story())


async def keys() -> tuple[str, str]:
    """A token of an officer and one of an administrator, in a town with one body."""
    await database.execute("SELECT empty_every_table()")
    town = await make.town()
    await make.company(town.officer, "架空倉庫株式会社")
    where = {"unit_id": town.station.id}
    _, officer = await tokens.issue(
        town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON, days=366, **where
    )
    _, admin = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN, days=366)
    return officer, admin


def test_a_web_that_is_told_of_a_replica_answers_from_it_and_its_metrics_say_so(pair: Pair) -> None:
    officer, admin = told(pair, keys())

    with serving(pair.url, "--port", "0", RENKEI_REPLICA_URL=pair.standby.url()) as (_, address):

        def asked(document: str, **variables: Any) -> Any:
            headers = {"Authorization": f"Bearer {officer}"}
            answer = knock(
                address, "/graphql", method="POST", json={"query": document, "variables": variables}, headers=headers
            )
            return answer.json()

        def became() -> dict[str, float]:
            text = knock(address, "/metrics", headers={"Authorization": f"Bearer {admin}"}).text
            return {what: float(count) for what, count in COUNTED.findall(text)}

        def names() -> list[str]:
            return [edge["node"]["name"] for edge in asked(READ)["data"]["organizations"]["edges"]]

        def is_answered_there() -> bool:
            before = became()["answered"]
            assert names() == ["架空倉庫株式会社"]
            return became()["answered"] == before + 1

        wait_until(is_answered_there, PATIENCE)
        assert tell(pair.standby, READERS) > 0
        tell(pair.standby, "SELECT pg_wal_replay_pause()")
        behind = became()["behind"]
        assert codes(asked(REGISTER, input={"kind": "COMPANY", "name": "架空海運株式会社"})) == []
        assert set(names()) == {"架空倉庫株式会社", "架空海運株式会社"}
        assert became() == became() | {"behind": behind + 1, "failed": 0.0}
        tell(pair.standby, "SELECT pg_wal_replay_resume()")


@dataclass
class Officer:
    """Invites one contact after the other, at one web or the other, each until it is acknowledged."""

    webs: tuple[Port, Port]
    token: str
    drill: str
    contacts: list[str]
    acknowledged: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def work(self) -> None:
        for number, contact in enumerate(self.contacts):
            began = time.monotonic()
            wait_until(partial(self.is_acknowledged, self.webs[number % 2], contact), PATIENCE)
            self.waited.append(time.monotonic() - began)
            self.acknowledged.append(contact)

    def is_acknowledged(self, web: Port, contact: str) -> bool:
        asked = {"drillId": self.drill, "contactId": contact, "idempotencyKey": contact}
        try:
            answer = web.change(self.token, "inviteToDrill", **asked).json()
        except httpx.TransportError:
            return False
        self.refused |= {code for code, _ in codes(answer)}
        return "errors" not in answer


async def outcome() -> tuple[set[str], int]:
    """Whom the database knows to be invited, and how many letters about a date have left."""
    people = await Attendee.all().values_list("person_id", flat=True)
    addresses = set(await Person.filter(id__in=people).values_list("mail_address", flat=True))
    return addresses, await Letter.filter(sent_at__isnull=False, method__isnull=False).count()


async def is_waiting() -> bool:
    return await Letter.filter(**WAITING).exists()


@contextmanager
def two_hosts(pair: Pair, smtp: int, room: Path) -> Iterator[tuple[Port, Port]]:
    """A web and jobs on each."""
    with ExitStack() as up:
        for name in ("here", "there"):
            (room / name).mkdir()
        one, other = (up.enter_context(port(pair.url, smtp, room / name, MORNING)) for name in ("here", "there"))
        one.start("web", BOTH_JOBS[0])
        other.start("web", BOTH_JOBS[1])
        wait_until(lambda: one.is_open() and other.is_open(), PATIENCE)
        yield one, other


def invite_through(pair: Pair, officer: Officer, rounds: int) -> None:
    """While they are invited, the primary is killed so many times, each time in the midst of its part of them."""
    each = len(officer.contacts) // rounds
    inviting = threading.Thread(target=officer.work)
    pair.in_step()
    inviting.start()
    for number in range(rounds):
        wait_until(lambda half=number * each + each // 2: len(officer.acknowledged) >= half, PATIENCE)
        pair.fail_over()
        if number + 1 < rounds:
            pair.follow()
            pair.in_step()
    inviting.join()


@pytest.mark.judged_by("prlimit and /proc")
def test_when_the_primary_dies_the_standby_takes_over_and_nothing_acknowledged_is_lost(
    pair: Pair, full: bool, capsys: Any, tmp_path: Path
) -> None:
    rounds, count = (6, 240) if full else (1, 16)

    async def begin() -> tuple[str, str, list[str]]:
        await database.execute("SELECT empty_every_table()")
        return await prepared(await make.town(), count)

    secret, drill, contacts = told(pair, begin())
    with office(Random(0)) as (box, smtp), two_hosts(pair, smtp, tmp_path) as hosts:
        officer = Officer(hosts, secret, drill, contacts)
        invite_through(pair, officer, rounds)
        settle(lambda: not told(pair, is_waiting()), *hosts)
    asked, letters = told(pair, outcome())
    mails = invitations(box)
    with capsys.disabled():
        print(
            f"\n{rounds} failovers, {count} invited at two webs: longest wait {max(officer.waited):.2f} s, "
            f"{letters} letters, {len(mails) - letters} mails twice"
        )
    assert officer.refused <= {"UNAVAILABLE"}
    assert asked == set(by_reader(mails)) == {f"contact{number}@partner.example" for number in range(count)}
    assert differences(mails) == []
    assert len({mail.message_id for mail in mails}) == letters
    assert len(mails) <= letters + 2 * rounds
