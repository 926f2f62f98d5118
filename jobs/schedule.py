"""The schedule: everything that happens by itself, on one screen.

An `Hourly`, `Daily` or `Quarterly` job has one effect for each of its turns (`domain.slots`); an `Every` job may run as
often as it likes, for what it does is safe to repeat. Times of day are Japan's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from domain import (
    accounts,
    activities,
    agreements,
    digests,
    feeds,
    lectures,
    notices,
    people,
    reminders,
    retention,
    sealing,
    statistics,
    volunteers,
    watching,
)
from domain.actor import TOKYO
from domain.values import dataclass
from jobs.feeds import keep_entries, let_entries_go
from jobs.post_letters import Desk, post_letters
from jobs.take_in_mail import take_in_mail

Work = Callable[[datetime, Desk], Awaitable[object]]
Routine = Callable[[datetime], Awaitable[object]]


class Every:
    """As often as the clock ticks."""


class Hourly:
    """Once an hour, at the full hour or as soon after it as somebody is there."""

    def slot(self, now: datetime) -> datetime:
        """The newest turn that is due."""
        return now.replace(minute=0, second=0, microsecond=0)


class Daily(NamedTuple):
    """Once a day, at this time or as soon after it as somebody is there."""

    at: time

    def slot(self, now: datetime) -> datetime:
        """The newest turn that is due."""
        local = now.astimezone(TOKYO)
        turn = datetime.combine(local.date(), self.at, TOKYO)
        return turn if turn <= local else turn - timedelta(days=1)


class Quarterly(NamedTuple):
    """Once after the end of each quarter, on the first day of the next, at this time."""

    at: time

    def slot(self, now: datetime) -> datetime:
        """The newest turn that is due."""
        local = now.astimezone(TOKYO)
        first = local.date().replace(month=(local.month - 1) // 3 * 3 + 1, day=1)
        turn = datetime.combine(first, self.at, TOKYO)
        return turn if turn <= local else self.slot(turn - timedelta(days=1))


class Job(NamedTuple):
    """One line of the schedule."""

    name: str
    trigger: Every | Hourly | Daily | Quarterly
    work: Work
    why: str


@dataclass(frozen=True)
class Alone:
    """A routine of the domain needs no desk."""

    routine: Routine

    async def __call__(self, now: datetime, _: Desk) -> object:
        return await self.routine(now)


SCHEDULE = (
    Job("password-resets", Every(), Alone(accounts.send_resets), "who has forgotten a password hears within seconds"),
    Job("post-letters", Every(), post_letters, "what is owed leaves within seconds"),
    Job("take-in-mail", Every(), take_in_mail, "an answer by mail counts within a minute or two"),
    Job("notices", Every(), Alone(notices.follow_up), "who has not said in time that they know a notice is called"),
    Job("seats-pass-on", Every(), Alone(activities.pass_on), "a free seat that nobody takes in time is the next one's"),
    Job("seal-journal", Every(), Alone(sealing.seal), "no entry can be changed unseen, within seconds"),
    Job(
        "journal-head", Daily(time(0, 20)), Alone(sealing.tell_head), "a seal proves something only outside the machine"
    ),
    Job("unusual-looks", Hourly(), Alone(watching.tell_of_unusual), "who reads the whole roster is asked why"),
    Job("feeds-ahead", Every(), keep_entries, "whoever fetches a calendar feed waits for nobody to write it"),
    Job("erase", Every(), Alone(retention.carry_out), "what was approved to be erased goes at once"),
    Job("erasure-lists", Daily(time(1)), Alone(retention.draw_up), "nobody is kept longer than there is a reason to"),
    Job("officers-arrive", Daily(time(0, 1)), Alone(people.arrive), "a transfer that was announced takes effect"),
    Job("agreements-expire", Daily(time(0, 5)), Alone(agreements.expire), "an agreement ends with its last day"),
    Job("volunteers-expire", Daily(time(0, 10)), Alone(volunteers.expire), "a term or consent ends with its last day"),
    Job("accounts-tidy", Daily(time(3)), Alone(accounts.tidy), "counters of failed logins and old sessions are let go"),
    Job("addresses-tidy", Daily(time(3)), Alone(feeds.tidy), "an address that ended long ago was never there"),
    Job("feeds-tidy", Daily(time(3, 10)), let_entries_go, "what no feed shows any more, or otherwise, is let go"),
    Job(
        "offers-lapse",
        Daily(time(8, 15)),
        Alone(lectures.lapse),
        "nobody waits for an answer any more",
    ),
    Job("agreement-notices", Daily(time(8, 30)), Alone(agreements.owe_notices), "90, 60 and 30 days before the end"),
    Job("digests", Daily(time(8, 30)), Alone(digests.owe), "officers begin the day with what is due"),
    Job(
        "reminders",
        Daily(time(9)),
        Alone(reminders.owe_before),
        "whoever is expected is told the day before, or as they wish; where no clock ran on the day",
    ),
    Job("unanswered", Daily(time(9)), Alone(reminders.owe_unanswered), "who has not answered is asked once more"),
    Job("reports-due", Daily(time(9)), Alone(reminders.owe_reports), "what took place is counted only when reported"),
    Job(
        "quarter-statistics",
        Quarterly(time(0, 30)),
        Alone(statistics.compute_quarter),
        "the quarter's figures are kept as they stood at its end",
    ),
)

TIMES: Mapping[Routine, time] = {
    job.work.routine: job.trigger.at
    for job in SCHEDULE
    if isinstance(job.work, Alone) and isinstance(job.trigger, Daily | Quarterly)
}
"""The time of day of each routine, for whoever tells of days on which no clock ran."""
