"""The clock ticks, the database knows what was done: nothing is done twice, nothing is forgotten."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from domain import quiet, reminders, slots
from domain.outbox import Letter
from domain.quiet import QuietHours
from domain.slots import Slot
from jobs import clock
from jobs.post import HandingOver
from jobs.post_letters import Desk, post_letters
from jobs.schedule import Daily, Every, Job
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed
from tests.jobs.test_post_letters import Pigeons, desk
from tests.make import Town

DAY = timedelta(days=1)


@dataclass
class Work:
    """Something to do that can be counted, as slow and as broken as a test wants it."""

    pause: float = 0
    broken: bool = False
    begun: int = 0
    under_way: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[datetime] = field(default_factory=list)

    async def __call__(self, now: datetime, _: Desk) -> None:
        self.begun += 1
        self.under_way.set()
        await asyncio.sleep(self.pause)
        if self.broken:
            raise RuntimeError("disk full")
        self.done.append(now)


def daily(work: Work, name: str = "daily") -> Job:
    return Job(name, Daily(time(9)), work, "to be counted")


NOBODY = desk(None)


def test_many_ticks_of_two_schedulers_do_the_days_work_once(run: Any) -> None:
    async def story() -> None:
        work = Work()
        for second in range(0, 20, 5):
            now = NOW + timedelta(seconds=second)
            await asyncio.gather(*[clock.tick(now, NOBODY, (daily(work),)) for _ in range(2)])
        assert work.done == [NOW]

    run(story())


def test_what_has_been_done_is_looked_up_at_once_for_all_and_where_it_can_not_be_each_job_finds_out(
    run: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        first, second, tried = Work(), Work(), []
        jobs, once = (daily(first, "first"), daily(second, "second")), slots.once

        async def told(now: datetime, job: str, *more: Any) -> bool:
            tried.append(job)
            return await once(now, job, *more)

        async def nobody_knows(_: object) -> set[str]:
            raise OSError("the server is away")

        monkeypatch.setattr(slots, "once", told)
        await clock.tick(NOW, NOBODY, jobs[:1])
        await clock.tick(NOW, NOBODY, jobs)
        assert tried == ["first", "second"]
        monkeypatch.setattr(slots, "done", nobody_knows)
        await clock.tick(NOW, NOBODY, jobs)
        assert tried == ["first", "second"] * 2
        assert first.done == second.done == [NOW]

    run(story())
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["what has been done is not known"]
    caplog.clear()


def test_every_job_knows_the_hours_in_which_volunteers_are_let_sleep(run: Any) -> None:
    async def story() -> None:
        known: list[QuietHours | None] = []

        async def look(_: datetime, __: Desk) -> None:
            known.append(quiet.house())

        jobs = (Job("look", Every(), look, "to be seen"),)
        for hours in (QuietHours(21, 7), None):
            await clock.tick(NOW, replace(NOBODY, quiet=hours), jobs)
        assert known == [QuietHours(21, 7), None]

    run(story())


def test_after_a_pause_of_days_the_newest_turn_is_done_once(run: Any) -> None:
    async def story() -> None:
        work = Work()
        for now in (NOW, NOW + 5 * DAY + timedelta(hours=3), NOW + 5 * DAY + timedelta(hours=4)):
            await clock.tick(now, NOBODY, (daily(work),))
        assert work.done == [NOW, NOW + 5 * DAY + timedelta(hours=3)]
        assert [slot.slot_at for slot in await Slot.all().order_by("slot_at")] == [NOW, NOW + 5 * DAY]

    run(story())


def test_a_clock_that_is_put_back_or_runs_ahead_does_no_turn_twice(run: Any) -> None:
    async def story() -> None:
        work, two_hours = Work(), timedelta(hours=2)
        for now in (NOW - DAY, NOW, NOW - two_hours, NOW, NOW + 40 * DAY, NOW, NOW + 40 * DAY - two_hours):
            await clock.tick(now, NOBODY, (daily(work),))
        assert work.done == [NOW - DAY, NOW, NOW + 40 * DAY, NOW + 40 * DAY - two_hours]
        turns = [slot.slot_at for slot in await Slot.all().order_by("slot_at")]
        assert turns == [NOW - DAY, NOW, NOW + 39 * DAY, NOW + 40 * DAY]

    run(story())


def test_one_jobs_failure_keeps_no_other_from_running_and_is_tried_again(run: Any, caplog: Any) -> None:
    async def story() -> None:
        broken, sound = Work(broken=True), Work()
        jobs = (daily(broken, "broken"), daily(sound, "sound"))
        for _ in range(2):
            await clock.tick(NOW, NOBODY, jobs)
        assert (broken.begun, sound.begun) == (2, 1)
        assert [slot.job for slot in await Slot.all()] == ["sound"]

    run(story())
    told = [record.getMessage() for record in caplog.records if record.name == "jobs.clock"]
    assert [line.partition(":")[0] for line in told] == ["job broken failed", "job broken failed"]
    caplog.clear()


def test_what_runs_at_every_tick_leaves_no_turn(run: Any) -> None:
    async def story() -> None:
        work = Work()
        for _ in range(3):
            await clock.tick(NOW, NOBODY, (Job("often", Every(), work, "to be counted"),))
        assert len(work.done) == 3
        assert await Slot.all().count() == 0

    run(story())


def test_told_to_stop_a_tick_under_way_is_finished_and_no_other_begins(run: Any) -> None:
    async def story() -> None:
        work, stopped = Work(pause=0.3), asyncio.Event()
        keeping = asyncio.create_task(clock.keep(NOBODY, lambda: NOW, stopped, (daily(work),)))
        await work.under_way.wait()
        stopped.set()
        await asyncio.wait_for(keeping, 5)
        assert work.done == [NOW]
        assert await Slot.all().count() == 1

    run(story())


def test_whatever_the_clock_says_it_looks_at_once_and_told_to_stop_begins_no_tick_that_waited(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "TICK", 0.05)

    async def story() -> None:
        for instant in (NOW - 4000 * DAY, NOW + 4000 * DAY):
            work, stopped = Work(pause=0.3), asyncio.Event()
            keeping = asyncio.create_task(
                clock.keep(NOBODY, lambda now=instant: now, stopped, (Job("always", Every(), work, "to be counted"),))
            )
            await asyncio.wait_for(work.under_way.wait(), 5)
            await asyncio.sleep(0.1)
            stopped.set()
            await asyncio.wait_for(keeping, 5)
            assert work.done == [instant]

    run(story())


def test_killed_in_its_work_the_clock_leaves_the_turn_to_the_next(run: Any) -> None:
    async def story() -> None:
        work = Work(pause=30)
        struck = asyncio.create_task(clock.tick(NOW, NOBODY, (daily(work),)))
        await work.under_way.wait()
        struck.cancel()
        await asyncio.gather(struck, return_exceptions=True)
        assert await Slot.all().count() == 0
        work.pause = 0
        await clock.tick(NOW, NOBODY, (daily(work),))
        assert work.done == [NOW]

    run(story())


def test_the_whole_schedule_runs_on_the_day_before_a_lecture(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town, starts_at=NOW + DAY + timedelta(hours=5))
        await Letter.all().delete()
        for minute in range(3):
            await clock.tick(NOW + timedelta(minutes=minute), NOBODY_WRITES)
        reminders = await Letter.filter(kind="reminder-day-before").order_by("to_address")
        assert [letter.to_address for letter in reminders] == ["hanako@police.aohama.example", "teacher@school.example"]
        assert {letter.appointment_id for letter in reminders} == {lecture.appointment_id}
        assert all(letter.sent_at for letter in reminders)

    play(story)


class Nowhere:
    async def post(self, _: object, handing_over: HandingOver) -> None:
        """Everything arrives."""
        async with handing_over():
            pass


NOBODY_WRITES = desk(Nowhere())


@pytest.mark.parametrize(
    ("posted_after", "said"),
    [(timedelta(), "明日の予定"), (timedelta(hours=15), "本日の予定"), (DAY, "本日の予定")],
)
def test_a_reminder_says_today_or_tomorrow_as_is_true_when_it_leaves(
    play: Any, posted_after: timedelta, said: str
) -> None:
    """It is nine in the morning in Japan: its tomorrow begins in 15 hours."""

    async def story(town: Town) -> None:
        await confirmed(town, starts_at=NOW + DAY + timedelta(hours=5))
        await Letter.all().delete()
        await reminders.owe_before(NOW)
        carried = Pigeons()
        await post_letters(NOW + posted_after, desk(carried))
        assert len(carried.taken) == 2
        assert all(f"{said}です" in one.subject and f"{said}をお知らせします" in one.text for one in carried.taken)

    play(story)


def test_a_clock_that_was_down_over_the_eve_reminds_on_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        eve, day = NOW - timedelta(hours=1), NOW + DAY - timedelta(hours=1)
        await clock.tick(eve, NOBODY_WRITES)
        await confirmed(town, starts_at=day + timedelta(hours=3))
        await clock.tick(day, NOBODY_WRITES)
        assert await Letter.filter(kind="reminder-day-before").count() == 2
        await clock.tick(NOW + DAY, NOBODY_WRITES)
        assert await Letter.filter(kind="reminder-day-before").count() == 2

    play(story)


def test_a_day_later_nobody_is_reminded_again(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town, starts_at=NOW + DAY + timedelta(hours=5))
        await clock.tick(NOW, NOBODY_WRITES)
        once = await Letter.filter(kind="reminder-day-before").count()
        await clock.tick(NOW + DAY, NOBODY_WRITES)
        assert await Letter.filter(kind="reminder-day-before").count() == once == 2

    play(story)
