"""What is written of a date for calendars is kept for every process, never longer than the date is that."""

import asyncio
import threading
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import calendar, feeds
from domain.actor import Actor
from domain.calendar import Appointment, Attendee
from domain.feeds import KeptEntry, Shown, Subscription, Writer
from tests import make
from tests.clock import NOW
from tests.domain.test_feeds import DAY, HOUR, asked, date, partner_of
from tests.make import Town
from tests.statements import spoken


@dataclass
class Pen:
    """A writer, and what it has written."""

    written: list[str] = field(default_factory=list)

    def __call__(self, one: Shown) -> bytes:
        self.written.append(one.summary)
        return f"{one.summary} {one.sequence}".encode()


async def keep(pen: Pen, name: str = "pen", most: int = 1_000) -> bool:
    """One turn of the clock; whether there may be more."""
    return await feeds.keep_entries(NOW, Writer(name, pen), most)


async def read(feed: Subscription, pen: Pen, name: str = "pen") -> list[str]:
    """What the feed shows, to a process that knows nothing yet."""
    return [one.entry.decode() for one in (await feeds.contents(feed, Writer(name, pen), NOW)).dates]


async def kept() -> list[str]:
    return [bytes(one.entry).decode() for one in await KeptEntry.all().order_by("id")]


async def two_feeds(town: Town) -> tuple[Actor, Appointment, Subscription, Subscription]:
    """A partner, the date to which they are asked, the feed of its station and their own."""
    partner, one = await partner_of(town), await date(town)
    await asked(town, partner, one)
    own = await feeds.subscribe(partner, person_id=partner.person_id)
    return partner, one, await feeds.subscribe_unit(town.officer, unit_id=town.station.id), own


def test_a_date_is_written_once_for_all_who_see_it(play: Any) -> None:
    async def story(town: Town) -> None:
        ahead, pen = Pen(), Pen()
        *_, stations, own = await two_feeds(town)
        await keep(ahead)
        assert [await read(feed, pen) for feed in (stations, own, stations)] == [["訓練 0"]] * 3
        assert (ahead.written, pen.written) == (["訓練"], [])

    play(story)


def test_what_is_not_kept_is_written_by_whoever_reads_and_only_the_clock_keeps_it(play: Any) -> None:
    async def story(town: Town) -> None:
        pen = Pen()
        *_, stations, own = await two_feeds(town)
        assert [await read(feed, pen) for feed in (stations, own)] == [["訓練 0"]] * 2
        assert pen.written == ["訓練"] * 2
        assert await kept() == []

    play(story)


def test_of_many_dates_only_the_changed_one_is_written_again(play: Any) -> None:
    async def story(town: Town) -> None:
        pen = Pen()
        *_, stations, _ = await two_feeds(town)
        other = await date(town, title="別の訓練")
        await keep(pen)
        await Appointment.filter(id=other.id).update(title="変わった訓練")
        assert await read(stations, Pen()) == ["訓練 0", "変わった訓練 0"]
        await keep(pen)
        assert pen.written == ["訓練", "別の訓練", "変わった訓練"]

    play(story)


def test_where_nothing_is_missing_the_clock_asks_once(play: Any) -> None:
    async def story(town: Town) -> None:
        await two_feeds(town)
        await keep(Pen())
        with spoken() as said:
            assert not await keep(Pen())
        assert [one.split()[0] for one in said] == ["BEGIN;", "WITH", "COMMIT;"]

    play(story)


def test_what_begins_soonest_is_written_first_and_what_is_over_last(play: Any) -> None:
    async def story(town: Town) -> None:
        for title, days in (("先", 300), ("前", -2), ("次", 1), ("昔", -80)):
            await date(town, title=title, starts_at=NOW + days * DAY)
        pen = Pen()
        assert [await keep(pen, most=2) for _ in range(3)] == [True, True, False]
        assert pen.written == ["次", "先", "昔", "前"]

    play(story)


def test_only_what_stands_in_feeds_is_written_ahead(play: Any) -> None:
    async def story(town: Town) -> None:
        for title, days in (("過去", -91), ("最初", -89), ("最後", 364), ("未来", 366)):
            await date(town, title=title, starts_at=NOW + days * DAY)
        pen = Pen()
        await keep(pen)
        assert pen.written == ["最後", "最初"]

    play(story)


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_what_was_written_of_a_date_goes_with_it(play: Any, how: str) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        await keep(Pen())
        await keep(Pen(), "another")
        assert await KeptEntry.all().values_list("appointment_id", flat=True) == [one.id] * 2
        await (one.delete() if how == "deleted" else Appointment.filter(id=one.id).update(place="別の所"))
        assert await kept() == []

    play(story)


def test_two_writers_keep_theirs_beside_each_other_and_neither_takes_what_the_other_has_written(play: Any) -> None:
    async def story(town: Town) -> None:
        ahead, pen = Pen(), Pen()
        *_, stations, _ = await two_feeds(town)
        await keep(ahead, "old")
        await read(stations, pen, "new")
        assert pen.written == ["訓練"]
        for name in ("new", "old", "new"):
            await keep(ahead, name)
            await read(stations, pen, name)
        assert (ahead.written, pen.written) == (["訓練"] * 2, ["訓練"])

    play(story)


def test_once_a_day_what_others_have_written_and_what_stands_in_no_feed_any_more_is_let_go(play: Any) -> None:
    async def story(town: Town) -> None:
        for title, days in (("昔", -89), ("今", 1)):
            await date(town, title=title, starts_at=NOW + days * DAY)
        await keep(Pen(), "old")
        await keep(Pen(), "new")
        await feeds.let_entries_go(NOW, Writer("new", Pen()))
        assert [(one.writer, bytes(one.entry).decode()) for one in await KeptEntry.all().order_by("id")] == [
            ("new", "昔 0"),
            ("new", "今 0"),
        ]
        await feeds.let_entries_go(NOW + timedelta(days=2), Writer("new", Pen()))
        assert await kept() == ["今 0"]

    play(story)


def test_what_was_written_of_an_older_date_is_not_taken_even_where_it_was_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        _, one, stations, _ = await two_feeds(town)
        await keep(Pen())
        [older] = await KeptEntry.all()
        await Appointment.filter(id=one.id).update(title="変更後")
        await KeptEntry.create(
            appointment_id=older.appointment_id,
            prefecture_id=older.prefecture_id,
            writer=older.writer,
            written_of=older.written_of,
            entry=older.entry,
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
        clock = asyncio.create_task(keep(pen))
        await asyncio.to_thread(pen.has_begun.wait, 10)
        await Appointment.filter(id=one.id).update(title="変更後")
        pen.may_go_on.set()
        await clock
        assert pen.written == ["訓練", "別の訓練"]
        assert await kept() == ["別の訓練 0"]
        assert await read(stations, Pen()) == ["変更後 0", "別の訓練 0"]
        await keep(Pen())
        assert await kept() == ["別の訓練 0", "変更後 0"]

    play(story)


def test_of_two_who_write_the_same_at_once_neither_fails_and_one_entry_is_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        await date(town)
        pens = SlowPen(), SlowPen()
        clocks = [asyncio.create_task(keep(pen)) for pen in pens]
        for pen in pens:
            await asyncio.to_thread(pen.has_begun.wait, 10)
        for pen in pens:
            pen.may_go_on.set()
        await asyncio.gather(*clocks)
        assert [pen.written for pen in pens] == [["訓練"]] * 2
        assert await kept() == ["訓練 0"]

    play(story)


def test_the_clock_waits_for_no_change_that_is_not_done_and_does_not_keep_it(play: Any) -> None:
    async def story(town: Town) -> None:
        _, one, stations, _ = await two_feeds(town)
        elsewhere = copy_context()
        async with in_transaction("default"):
            await Appointment.filter(id=one.id).update(title="変更後")
            await asyncio.create_task(keep(Pen()), context=elsewhere)
            assert await asyncio.create_task(read(stations, Pen()), context=elsewhere) == ["訓練 0"]
        assert await kept() == []

    play(story)


def test_whoever_is_asked_again_is_shown_their_own_entry_beside_that_of_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, one, stations, own = await two_feeds(town)
        attendee = await Attendee.get(appointment_id=one.id)
        await calendar.uninvite(make.at(town.officer, NOW + HOUR), one, attendee)
        await asked(town, partner, one)
        ahead, pen = Pen(), Pen()
        for _ in range(2):
            await keep(ahead)
            shown = [await read(feed, pen) for feed in (stations, own)]
            assert shown == [["訓練 0"], ["訓練 2"]]
        assert await kept() == ["訓練 0"]
        assert (ahead.written, pen.written) == (["訓練"], ["訓練"] * 2), "each takes their own, none that of the other"

    play(story)
