"""While the schema of the next program is put in, the old one's web and clock go on: nobody is refused anything."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain import database, migrating
from domain.organizations import Organization
from domain.slots import Slot
from tests import make
from tests.api.serving import wait_until
from tests.api.test_released import next_program
from tests.clock import NOW
from tests.storms.port import PATIENCE, Port, port
from tests.storms.test_kills import prepared

DAY = timedelta(days=1)


@dataclass
class Clerk:
    """Registers one body after the other, and keeps what else was said."""

    web: Port
    token: str
    done: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        while not self.done.is_set():
            name = f"見本商店第{len(self.acknowledged)}株式会社"
            answer = self.web.change(self.token, "registerOrganization", kind="COMPANY", name=name)
            self.refused += [answer.text] if "errors" in answer.json() else []
            self.acknowledged.append(name)

    def must_get_on(self) -> None:
        so_far = len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) >= so_far + 5, PATIENCE)


@contextmanager
def at_work(clerk: Clerk) -> Iterator[None]:
    thread = threading.Thread(target=clerk.work)
    thread.start()
    try:
        yield
    finally:
        clerk.done.set()
        thread.join()


LATER = [
    *(f"ALTER TABLE {table} ADD COLUMN later text" for table in ("journal", "slot", "person", "organization", "unit")),
    "CREATE TABLE later (id uuid PRIMARY KEY)",
]
"""What everybody reads and writes, in another order than they do: so the step crosses with what is under way, and one
of the two is done again. That the old program bears with a column more in each table is shown in `test_released`."""


async def begun(url: str) -> str:
    """A token."""
    async with database.opened(url):
        return (await prepared(await make.town(), 1))[0]


async def found(url: str) -> tuple[set[str], set[Any]]:
    async with database.opened(url):
        names = await Organization.filter(name__startswith="見本商店第").values_list("name", flat=True)
        return set(names), {slot.slot_at.date() for slot in await Slot.all()}


def test_web_and_clock_of_the_old_program_work_on_while_the_next_schema_is_put_in(
    migrated_database: str, tmp_path: Path
) -> None:
    token = asyncio.run(begun(migrated_database))
    with port(migrated_database, 1, tmp_path, NOW) as here:
        here.start("web", "clock")
        wait_until(here.is_open, PATIENCE)
        clerk = Clerk(here, token)
        with at_work(clerk):
            clerk.must_get_on()
            with next_program(tmp_path, LATER):
                assert asyncio.run(migrating.migrate(migrated_database)) == ["9999_later"]
            here.later(2 * DAY)
            clerk.must_get_on()
            wait_until(lambda: max(asyncio.run(found(migrated_database))[1]) >= (NOW + DAY).date(), PATIENCE)
        log = (tmp_path / "log").read_text()
    names, _ = asyncio.run(found(migrated_database))
    assert clerk.refused == []
    assert set(clerk.acknowledged) <= names
    assert [line for line in log.splitlines() if json.loads(line)["level"] == "ERROR"] == []
