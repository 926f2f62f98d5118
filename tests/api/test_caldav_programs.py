"""The `caldav` library and vdirsyncer, which know nothing of us, subscribe: everything once, then what has changed.

`renkei check --full` lets them read the whole demonstration (`tests/outside/calendars.py`).
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain import calendar, feeds
from domain.calendar import Appointment, AppointmentKind
from tests.api.driving import running
from tests.api.entering import Clock
from tests.clock import NOW
from tests.domain.accounts.keys import GATE
from tests.judging import ENVIRONMENT
from tests.make import Town
from tests.outside.calendars import Programs

HOUR = timedelta(hours=1)


@pytest.mark.judged_by("caldav and vdirsyncer")
def test_calendar_programs_take_everything_once_and_then_only_what_has_changed(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        for day in range(1, 4):
            at = NOW + timedelta(days=day)
            await calendar.propose(town.officer, AppointmentKind.DRILL, town.station, f"第{day}回", at, at + HOUR)
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        secret = await feeds.hand_out(NOW, GATE.secret, feed.id, feed.generation)
        async with running(Clock(NOW)) as address:
            theirs = Programs(ENVIRONMENT.absolute() / "bin", tmp_path, address, secret)
            await asyncio.to_thread(theirs.subscribe)
            token, *found = await asyncio.to_thread(theirs.read)
            had, taken = await asyncio.to_thread(theirs.synced)
            assert (len(found), len(had), taken) == (3, 3, 3)
            assert await asyncio.to_thread(theirs.synced) == (had, 0)
            await Appointment.filter(title="第2回").update(place="体育館に変わりました")
            changed, now_there = await asyncio.to_thread(theirs.read, token), await asyncio.to_thread(theirs.synced)
            assert [line.split()[1] for line in changed[1:]] == ["【調整中】第2回"]
            assert (len(now_there[0] - had), now_there[1]) == (1, 1)

    play(story)
