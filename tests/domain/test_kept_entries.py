"""What is written of a date for calendars is kept for every process, never longer than the date is that."""

import asyncio
import threading
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import calendar, feeds
from domain.actor import Actor
from domain.calendar import Appointment, Attendee
from domain.feeds import KeptEntry, Shown, Subscription, Writer
from tests import make
from tests.clock import NOW
from tests.domain.test_feeds import HOUR, asked, date, partner_of
from tests.make import Town


@dataclass
class Pen:
    """A writer, and what it has written."""

    written: list[str] = field(default_factory=list)

    def __call__(self, one: Shown) -> bytes:
        self.written.append(one.summary)
        return f"{one.summary} {one.sequence}".encode()


async def read(feed: Subscription, pen: Pen, name: str = "pen") -> list[str]:
    """What the feed shows, to a process that knows nothing yet."""
    return [one.entry.decode() for one in (await feeds.contents(feed, Writer(name, pen), NOW)).dates]


async def two_feeds(town: Town) -> tuple[Actor, Appointment, Subscription, Subscription]:
    """A partner, the date to which they are asked, the feed of its station and their own."""
    partner, one = await partner_of(town), await date(town)
    await asked(town, partner, one)
    own = await feeds.subscribe(partner, person_id=partner.person_id)
    return partner, one, await feeds.subscribe_unit(town.officer, unit_id=town.station.id), own


def test_a_date_is_written_once_for_all_who_see_it(play: Any) -> None:
    async def story(town: Town) -> None:
        pen = Pen()
        *_, stations, own = await two_feeds(town)
        assert [await read(feed, pen) for feed in (stations, own, stations)] == [["訓練 0"]] * 3
        assert pen.written == ["訓練"]

    play(story)


def test_of_many_dates_only_the_changed_one_is_written_again(play: Any) -> None:
    async def story(town: Town) -> None:
        pen = Pen()
        *_, stations, _ = await two_feeds(town)
        other = await date(town, title="別の訓練")
        await read(stations, pen)
        await Appointment.filter(id=other.id).update(title="変わった訓練")
        assert await read(stations, pen) == ["訓練 0", "変わった訓練 0"]
        assert pen.written == ["訓練", "別の訓練", "変わった訓練"]

    play(story)


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_what_was_written_of_a_date_goes_with_it(play: Any, how: str) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        await read(await feeds.subscribe_unit(town.officer, unit_id=town.station.id), Pen())
        assert await KeptEntry.all().values_list("appointment_id", flat=True) == [one.id]
        await (one.delete() if how == "deleted" else Appointment.filter(id=one.id).update(place="別の所"))
        assert await KeptEntry.all() == []

    play(story)


def test_another_writer_takes_nothing_of_what_one_has_written(play: Any) -> None:
    async def story(town: Town) -> None:
        pen = Pen()
        *_, stations, _ = await two_feeds(town)
        for name in ("old", "new", "new"):
            await read(stations, pen, name)
        assert pen.written == ["訓練"] * 2

    play(story)


def test_what_was_written_of_an_older_date_is_not_taken_even_where_it_was_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        _, one, stations, _ = await two_feeds(town)
        await read(stations, Pen())
        [kept] = await KeptEntry.all()
        await Appointment.filter(id=one.id).update(title="変更後")
        await KeptEntry.create(
            appointment_id=kept.appointment_id,
            prefecture_id=kept.prefecture_id,
            written_of=kept.written_of,
            entry=kept.entry,
        )
        assert await read(stations, Pen()) == ["変更後 0"]

    play(story)


@dataclass
class SlowPen(Pen):
    """A writer that has begun, and goes on when it may."""

    has_begun: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, one: Shown) -> bytes:
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return super().__call__(one)


def test_what_was_corrected_while_it_was_being_written_is_not_kept_as_it_was_before(play: Any) -> None:
    async def story(town: Town) -> None:
        _, one, stations, _ = await two_feeds(town)
        await date(town, title="別の訓練")
        pen = SlowPen()
        reader = asyncio.create_task(read(stations, pen))
        await asyncio.to_thread(pen.has_begun.wait, 10)
        await Appointment.filter(id=one.id).update(title="変更後")
        pen.may_go_on.set()
        assert await reader == ["訓練 0", "別の訓練 0"]
        assert [bytes(kept.entry).decode() for kept in await KeptEntry.all()] == ["別の訓練 0"]
        assert await read(stations, Pen()) == ["変更後 0", "別の訓練 0"]
        assert await KeptEntry.all().count() == 2

    play(story)


def test_nobody_who_reads_waits_for_a_change_that_is_not_done_and_it_is_not_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        _, one, stations, _ = await two_feeds(town)
        elsewhere = copy_context()
        async with in_transaction("default"):
            await Appointment.filter(id=one.id).update(title="変更後")
            assert await asyncio.create_task(read(stations, Pen()), context=elsewhere) == ["訓練 0"]
        assert await KeptEntry.all() == []

    play(story)


def test_whoever_is_asked_again_is_shown_their_own_entry_beside_that_of_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, one, stations, own = await two_feeds(town)
        attendee = await Attendee.get(appointment_id=one.id)
        await calendar.uninvite(make.at(town.officer, NOW + HOUR), one, attendee)
        await asked(town, partner, one)
        for _ in range(2):
            shown = [await read(feed, Pen()) for feed in (stations, own)]
            assert shown == [["訓練 0"], ["訓練 2"]]

    play(story)
