"""The clock writes entries of feeds ahead, so much in a turn that its other work does not wait."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import feeds
from domain.feeds import KeptEntry, Writer
from exports.feeds import WRITER
from jobs import feeds as ahead
from jobs.clock import tick
from jobs.schedule import SCHEDULE
from tests import make
from tests.clock import NOW
from tests.jobs.test_clock import NOBODY
from tests.make import Town

OURS = tuple(job for job in SCHEDULE if job.name in {"feeds-ahead", "feeds-tidy"})


def test_a_tick_keeps_what_the_doors_take_and_lets_go_once_a_day_what_another_version_wrote(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await feeds.keep_entries(NOW, Writer("before", lambda _: b""))
        for hours in (0, 24, 48):
            await tick(NOW + timedelta(hours=hours), NOBODY, OURS)
            assert [one.writer for one in await KeptEntry.all()] == [WRITER.name]

    play(story)


@pytest.mark.parametrize(("parts", "turns"), [(1, 1), (3, 3), (9, ahead.PARTS)])
def test_a_turn_ends_where_nothing_is_missing_or_after_so_many_parts(
    run: Any, monkeypatch: pytest.MonkeyPatch, parts: int, turns: int
) -> None:
    left = [*[True] * (parts - 1), False]
    asked: list[datetime] = []

    async def keep(now: datetime, _: Writer) -> bool:
        asked.append(now)
        return left.pop(0)

    monkeypatch.setattr(feeds, "keep_entries", keep)
    run(ahead.keep_entries(NOW, NOBODY))
    assert asked == [NOW] * turns
