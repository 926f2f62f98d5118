"""A backup that is written while everybody works: one moment of the whole, and nobody waits for it."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from api import cli
from domain import database, migrating, sealing
from domain.calendar import Attendee
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.api.conftest import setting
from tests.api.serving import wait_until
from tests.clock import NOW
from tests.storms.port import PATIENCE, port
from tests.storms.test_kills import prepared
from tests.storms.test_standby import Officer

LONGEST_WAIT = 5.0
"""Seconds that a change may take while a backup is written, on a machine that is busy with other things."""


async def kept() -> tuple[list[str], int, int]:
    """Who is invited, in order, how many letters tell them, and of how many the journal does."""
    asked = await Attendee.all().order_by("created_at", "id").values_list("person_id", flat=True)
    addresses = dict(await Person.filter(id__in=asked).values_list("id", "mail_address"))
    letters = await Letter.filter(kind="drill-invitation").count()
    told = await Entry.filter(kind="Attendee").values_list("row_id", flat=True)
    return [addresses[id] for id in asked], letters, len(set(told))


async def begun(url: str, count: int) -> tuple[str, str, list[str]]:
    await migrating.migrate(url)
    async with database.opened(url):
        return await prepared(await make.town(), count)


async def asked_of(url: str) -> tuple[list[str], int, int]:
    async with database.opened(url):
        while await sealing.seal(NOW):
            """A part of it each time."""
        assert await sealing.verify(NOW) == []
        return await kept()


def test_a_backup_of_a_busy_system_is_one_moment_and_keeps_nobody_waiting(
    new_database: Any, monkeypatch: Any, tmp_path: Path, full: bool, capsys: Any
) -> None:
    count, backups = (400, 10) if full else (24, 2)
    use, files = setting(monkeypatch), [tmp_path / f"{number}.dump" for number in range(backups)]
    busy = new_database()
    secret, drill, contacts = asyncio.run(begun(busy, count))
    with port(busy, 1, tmp_path, NOW) as here:
        here.start("web")
        wait_until(here.is_open, PATIENCE)
        officer = Officer((here, here), secret, drill, contacts)
        inviting = threading.Thread(target=officer.work)
        inviting.start()
        use(busy)
        span = []
        for number, file in enumerate(files):
            wait_until(lambda least=count * number // backups: len(officer.acknowledged) > least, PATIENCE)
            before = len(officer.acknowledged)
            assert cli.main(["backup", str(file)]) == 0
            span.append((before, len(officer.acknowledged) + 1))
        inviting.join()
    with capsys.disabled():
        print(f"\n{count} invited while {backups} backups were written: longest wait {max(officer.waited):.2f} s")
    assert officer.refused == set()
    assert max(officer.waited) < LONGEST_WAIT
    for file, (least, most) in zip(files, span, strict=True):
        url = new_database()
        use(url)
        assert cli.main(["restore", str(file)]) == 0
        invited, letters, lines = asyncio.run(asked_of(url))
        assert invited == [f"contact{number}@partner.example" for number in range(len(invited))]
        assert len(invited) == letters == lines
        assert least <= len(invited) <= most
