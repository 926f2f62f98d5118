"""The clock: APScheduler ticks, the schedule says what is due, the database says whether it was done already.

Several of these may run on one database. Nothing is kept in the scheduler: after a pause of any length each job's
newest turn runs once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain import running, slots
from domain.errors import trace
from jobs.post_letters import Desk
from jobs.schedule import SCHEDULE, Every, Job

log = logging.getLogger(__name__)
TICK = 5
"""Seconds between two looks at the schedule."""


async def tick(now: datetime, desk: Desk, jobs: tuple[Job, ...] = SCHEDULE) -> None:
    """Run whatever is due. One job's failure is logged and keeps no other from running."""
    done = await _done(now, jobs)
    for job in jobs:
        if job.name in done:
            continue
        with running.begun(job.name, hours=desk.quiet):
            try:
                await run(job, now, desk)
            except Exception as bug:
                log.error("job %s failed: %s", job.name, trace(bug))


async def _done(now: datetime, jobs: tuple[Job, ...]) -> Collection[str]:
    """The jobs whose newest turn has been done: most of them, nearly always. Where that cannot be asked, each of them
    finds out by itself."""
    try:
        return await slots.done({job.name: job.trigger.slot(now) for job in jobs if not isinstance(job.trigger, Every)})
    except Exception as bug:
        log.error("what has been done is not known: %s", trace(bug))
        return ()


async def run(job: Job, now: datetime, desk: Desk) -> None:
    """One job, unless its newest turn has been done."""
    if isinstance(job.trigger, Every):
        await job.work(now, desk)
        return
    slot_at = job.trigger.slot(now)
    await slots.once(now, job.name, slot_at, lambda now: job.work(now, desk))


async def keep(
    desk: Desk, clock: Callable[[], datetime], stopped: asyncio.Event, jobs: tuple[Job, ...] = SCHEDULE
) -> None:
    """Tick until told to stop; a tick under way is finished first."""
    scheduler, at_work = AsyncIOScheduler(timezone="UTC"), asyncio.Lock()

    async def look() -> None:
        async with at_work:
            if not stopped.is_set():
                await tick(clock(), desk, jobs)

    # At once and then every few seconds, both by the scheduler's own clock: from an instant of ours that lies behind it
    # it would count up all the ticks that it has missed.
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_job(look, "date", **options)
    scheduler.add_job(look, "interval", seconds=TICK, **options)
    scheduler.start()
    try:
        await stopped.wait()
        scheduler.pause()
        async with at_work:  # shutdown waits for no coroutine: it cancels what it finds
            pass
    finally:
        scheduler.shutdown(wait=False)
