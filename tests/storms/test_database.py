"""PostgreSQL is killed, filled up and closed to changes under a running web: what was acknowledged stays, nothing is
done twice or by halves, and everybody is told what to do."""

import asyncio
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from api import embedded
from api.embedded import EmbeddedServer
from domain import drills, feeds, replies, tokens
from domain.actor import Role
from domain.people import Person
from tests import make
from tests.api.serving import wait_until
from tests.clock import NOW
from tests.stage import Stage
from tests.storms.house import SECRET
from tests.storms.port import PATIENCE, Port, is_alive, port
from tests.storms.servers import end, postmaster, processes, start_again, tell

LIMIT = 16 * 2**20
"""Bytes that a file may have on a full disk: those of PostgreSQL's own log, which is never larger, still fit."""

ADD = "mutation($input: AddContactInput!) { addContact(input: $input) { contact { id } } }"
READ = "{ organizations(first: 1) { edges { node { id } } } }"

LAST_DAY = date(2026, 7, 5)
"""Of an agreement, which ends with it by itself."""

LINKS = (
    f"/rsvp/{tokens.derive(SECRET, replies.PURPOSE, uuid4())}",
    f"/cal/{feeds.secret_in(SECRET, uuid4(), 1)}/calendar.ics",
)


@dataclass
class Sea:
    """A PostgreSQL that keeps its promises, with a town in it, and a web in front of it."""

    place: Path
    server: EmbeddedServer
    web: Port
    officer: str
    guest: str
    body: UUID

    def tell(self, *statements: str) -> Any:
        return tell(self.server, *statements)

    def register(self, name: str) -> Any:
        return self.web.change(self.officer, "registerOrganization", kind="COMPANY", name=name, idempotencyKey=name)

    def add(self, name: str) -> Any:
        """A contact of the guest's body, without an idempotency key; and there may be two of one name."""
        body = f"Organization:{self.body}"
        return self.web.ask(self.officer, ADD, input={"organizationId": body, "role": "WORKING", "familyName": name})

    def hidden(self) -> list[Any]:
        """What keeps the desk and a guest from reading, each through a pool of their own."""
        answers = [self.web.ask(token, READ).json() for token in (self.officer, self.guest)]
        return [error for answer in answers for error in answer.get("errors", [])]

    def opens(self, link: str) -> tuple[int, bool]:
        """What somebody meets who follows a link, and whether they are told to come again."""
        answer = self.web.client.get(f"{self.web.base}{link}", headers={"Accept": "text/html"})
        return answer.status_code, "少し待ってから" in answer.text and "Retry-After" in answer.headers

    def written(self) -> list[int]:
        """How many rows there are of each kind that a registration or a contact who is added writes."""
        counted = ("organization", "journal", "idempotency_key", "letter", "person", "contact")
        return [self.tell(f"SELECT count(*) FROM {table} WHERE {GENUINE[table]}") for table in counted]  # noqa: S608


GENUINE = defaultdict(lambda: "true", journal="fact <> 'ballast'")


async def told_town() -> tuple[str, str, UUID]:
    """A token of an officer, one of a partner's contact, and the partner."""
    town = await make.town()
    officer = await Person.get(id=town.officer.person_id)
    contact = await make.contact(town.officer, await make.company(town.officer))
    station = {"unit_id": town.station.id}
    await drills.invite(town.officer, (await make.drill(town.officer)).id, contact_id=contact.id)
    await make.in_force(town, "例示銀行", expires_on=LAST_DAY)
    _, inside = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, **station)
    _, outside = await tokens.issue(town.admin, person_id=contact.person_id, role=Role.PARTNER, **station)
    return inside, outside, contact.organization_id


def copy(from_url: str, to_url: str) -> None:
    """A whole database; migrating another one would take ten times as long."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "check": True}
    dumped = subprocess.run([embedded.programs() / "pg_dump", from_url], **pipes)
    load = [embedded.programs() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", to_url]
    subprocess.run(load, input=dumped.stdout, **pipes)


@pytest.fixture(scope="module")
def sea(stage: Stage, server: EmbeddedServer) -> Iterator[Sea]:
    told = stage.play(told_town(), empty=True)
    with tempfile.TemporaryDirectory(prefix="renkei-test-") as room, embedded.running(Path(room)) as here:
        copy(server.superuser_url(stage.url.split("/")[3].split("?")[0]), here.superuser_url("renkei"))
        place = Path(room) / "web"
        place.mkdir()
        with port(here.url(), 1, place, NOW) as web:
            web.start("web")
            wait_until(web.is_open, PATIENCE)
            yield Sea(Path(room), here, web, *told)


@dataclass
class Clerk:
    """Registers one body after the other, each until it is acknowledged, and keeps what else was said."""

    sea: Sea
    done: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def work(self) -> None:
        while not self.done.is_set():
            name = f"架空商事第{len(self.acknowledged)}株式会社"
            wait_until(lambda name=name: self.is_acknowledged(name), PATIENCE)
            self.acknowledged.append(name)

    def is_acknowledged(self, name: str) -> bool:
        answer = self.sea.register(name)
        for error in answer.json().get("errors", []):
            self.refused.append((answer.status_code, error["extensions"]["code"], error["message"]))
        return "errors" not in answer.json()


@dataclass
class Novice:
    """Adds one contact after the other, asks for each once and without a key, whatever comes of it, and keeps what was
    said."""

    sea: Sea
    name: str
    done: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def work(self) -> None:
        while not self.done.is_set():
            name = f"例塚{self.name}{len(self.acknowledged) + len(self.unheard)}"
            answer = self.sea.add(name)
            errors = answer.json().get("errors", [])
            (self.unheard if errors else self.acknowledged).append(name)
            for error in errors:
                self.refused.append((answer.status_code, error["extensions"]["code"], error["message"]))
                time.sleep(0.02)


@contextmanager
def at_work(*desk: Clerk | Novice) -> Iterator[None]:
    threads = [threading.Thread(target=one.work) for one in desk]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in desk:
            one.done.set()
        for thread in threads:
            thread.join()


IN_COMMIT = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
HOLD = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
LET_GO = "ALTER SYSTEM RESET synchronous_standby_names"
"""Told without a reload, it holds from the next start on."""


def hold(sea: Sea, many: int) -> None:
    """Whatever is changed is done, and waits before anybody hears of it; returns when so many wait."""
    sea.tell(HOLD, "SELECT pg_reload_conf()")
    wait_until(lambda: sea.tell(IN_COMMIT) == many, PATIENCE)
    sea.tell(LET_GO)


ENDS = (signal.SIGKILL, signal.SIGINT, signal.SIGQUIT)
"""Killed, or restarted as usual: fast, or immediate."""


@pytest.mark.judged_by("prlimit and /proc")
def test_what_was_acknowledged_survives_each_end_of_the_database_and_nothing_is_done_twice(
    sea: Sea, full: bool, capsys: Any
) -> None:
    """Every other end comes when everybody's change is done and nobody has heard of it: with a key it may be sent
    again, without one it is there once, whatever the program has done about it."""
    kills, draw, clerk = (45 if full else 3), Random(20260701), Clerk(sea)
    novices = [Novice(sea, name) for name in ("甲", "乙", "丙")]
    ends = draw.sample(ENDS * (kills // 3), kills)
    before = sea.written()
    with at_work(clerk, *novices):
        for told, is_held in zip(ends, cycle((True, False)), strict=False):
            time.sleep(draw.uniform(0.2, 0.6))
            if is_held:
                hold(sea, 1 + len(novices))
            end(sea.place, told)
            wait_until(lambda: sea.web.readiness() == 503, PATIENCE)
            assert [sea.opens(link) for link in LINKS] == [(503, True)] * len(LINKS)
            start_again(sea.place)
            wait_until(sea.web.is_open, PATIENCE)
            assert sea.hidden() == []
    found = "SELECT array_agg(name ORDER BY created_at, name) FROM organization WHERE name LIKE '架空商事第%'"
    assert sorted(sea.tell(found.replace("created_at, ", ""))) == sorted(clerk.acknowledged)
    added = Counter(sea.tell("SELECT array_agg(family_name) FROM person WHERE family_name LIKE '例塚%_'"))
    acknowledged = {name for one in novices for name in one.acknowledged}
    unheard = {name for one in novices for name in one.unheard}
    done = added.keys() - acknowledged
    with capsys.disabled():
        print(
            f"\n{kills} ends of PostgreSQL: {len(clerk.acknowledged)} acknowledged, {len(clerk.refused)} refused; "
            f"without a key {len(acknowledged)} and {len(unheard)}, of which {len(done)} were done"
        )
    refused = [*clerk.refused, *(one for novice in novices for one in novice.refused)]
    assert {(status, code) for status, code, _ in refused} == {(503, "UNAVAILABLE")}, sea.web.bugs()
    assert all("データベースに接続できません" in message for _, _, message in refused)
    assert set(added.values()) == {1}
    assert acknowledged <= added.keys()
    assert done <= unheard
    assert len(done) >= len(novices) * len(ends[::2])
    count, people = len(clerk.acknowledged), len(added)
    written = (count, count + 2 * people, count, 0, people, people)
    assert sea.written() == [many + more for many, more in zip(before, written, strict=True)]


BALLAST = """
    INSERT INTO journal (id, at, fact, kind, row_id, before, after, salt, request_id)
    SELECT gen_random_uuid(), now(), 'ballast', 'Ballast', gen_random_uuid(), '{}', $1::jsonb, '', ''
    FROM generate_series(1, $2)"""
# The clock may be sealing the same rows in another order: whoever deletes them waits until it has.
ROOM = "DO $$ BEGIN LOCK TABLE journal; DELETE FROM journal WHERE fact = 'ballast'; END $$"


@contextmanager
def disk_full(sea: Sea) -> Iterator[None]:
    """No file may grow beyond LIMIT, and the journal's has grown there; nobody vacuums it meanwhile and makes room."""
    sea.tell("ALTER TABLE journal SET (autovacuum_enabled = off)")
    limit(sea, LIMIT)
    try:
        asyncio.run(fill(sea.server.superuser_url("renkei")))
        yield
    finally:
        limit(sea, "unlimited")
        sea.tell(ROOM, "VACUUM journal", "ALTER TABLE journal RESET (autovacuum_enabled)")


def limit(sea: Sea, size: int | str) -> None:
    """By the server's own user, who may: root becomes that. Its first process before the others, for those that begin
    meanwhile."""
    owner = Path(f"/proc/{postmaster(sea.place)}").stat()
    is_root = os.geteuid() == 0
    who: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if is_root else {}
    for number in processes(sea.place):
        told = ["prlimit", "--pid", str(number), f"--fsize={size}:"]
        done = subprocess.run(told, **who, capture_output=True)
        assert done.returncode == 0 or not is_alive(number), done.stderr


async def fill(url: str) -> None:
    """Large rows first, then what still fits between them."""
    connection = await asyncpg.connect(url)
    try:
        for size, rows in ((1500, 1000), (1, 100), (1, 1)):
            while await fits(connection, f'{{"x": "{"x" * size}"}}', rows):
                pass
    finally:
        await connection.close()


async def fits(connection: Any, ballast: str, rows: int) -> bool:
    try:
        await connection.execute(BALLAST, ballast, rows)
    except asyncpg.InternalServerError:  # could not extend file: File too large
        return False
    return True


@pytest.mark.judged_by("prlimit and /proc")
def test_on_a_full_disk_a_change_is_refused_whole_and_made_when_there_is_room_again(sea: Sea) -> None:
    before = sea.written()
    with disk_full(sea):
        answer = sea.register("架空倉庫株式会社")
        assert answer.status_code == 503
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "空き容量" in error["message"]
        assert sea.written() == before
        assert sea.hidden() == []
    assert "errors" not in sea.register("架空倉庫株式会社").json()
    assert sea.written()[:3] == [one + 1 for one in before[:3]]


DONE = (
    "SELECT partstat FROM attendee",
    "SELECT count(*) FROM journal WHERE kind = 'Attendee'",
    "SELECT status FROM agreement",
    "SELECT count(*) FROM journal WHERE fact = 'agreement-expired'",
    "SELECT count(*) FROM slot WHERE job = 'agreements-expire'",
)


@pytest.mark.judged_by("prlimit and /proc")
def test_on_a_full_disk_an_answer_by_link_and_a_turn_of_the_clock_are_left_whole_and_done_when_there_is_room_again(
    sea: Sea,
) -> None:
    (asked,) = [sea.tell("SELECT id FROM attendee")]
    link = f"{sea.web.base}/rsvp/{tokens.derive(SECRET, replies.PURPOSE, asked)}"

    def answer() -> httpx.Response:
        return sea.web.client.post(link, data={"partstat": "ACCEPTED"}, headers={"Accept": "text/html"})

    def done() -> list[Any]:
        return [sea.tell(statement) for statement in DONE]

    before = done()
    assert before[2:] == ["IN_FORCE", 0, 0]
    with disk_full(sea):
        refused = answer()
        assert (refused.status_code, "空き容量" in refused.text) == (503, True)
        sea.web.later(timedelta(days=6))
        sea.web.start("clock")
        wait_until(lambda: "job agreements-expire failed" in sea.web.log.read_text(), PATIENCE)
        assert done() == before
    wait_until(lambda: done()[2:] == ["EXPIRED", 1, 1], PATIENCE)
    sea.web.kill("clock")
    assert "受け付けました" in answer().text
    assert done() == ["ACCEPTED", before[1] + 1, "EXPIRED", 1, 1]


@contextmanager
def read_only(sea: Sea) -> Iterator[None]:
    sea.tell("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        sea.tell(
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()",
        )


def test_a_database_that_takes_no_changes_is_still_read_and_says_so(sea: Sea) -> None:
    before = sea.written()
    with read_only(sea):
        sea.web.later(timedelta(hours=2))
        wait_until(lambda: sea.register("架空海運株式会社").status_code == 503, PATIENCE)
        (error,) = sea.register("架空海運株式会社").json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "読み取り専用" in error["message"]
        assert sea.hidden() == []
    wait_until(lambda: "errors" not in sea.register("架空海運株式会社").json(), PATIENCE)
    assert sea.written()[:3] == [one + 1 for one in before[:3]]
