"""The scheduler: what happens by itself, until asked to stop; or one job, once."""

from __future__ import annotations

import argparse
import asyncio
import signal
from datetime import UTC, datetime

from api import desk, settings
from api.database import at_hand
from domain import database
from jobs import clock
from jobs.post_letters import Desk
from jobs.schedule import SCHEDULE


def arguments(parser: argparse.ArgumentParser) -> None:
    names = [job.name for job in SCHEDULE]
    parser.add_argument("--once", choices=names, metavar="NAME", help=f"一つだけ今すぐ行って終わる ({' '.join(names)})")


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    at_work = desk.of(given)
    with at_hand(given, lasting=True) as url:
        asyncio.run(_once(url, at_work, options.once) if options.once else _keep(url, at_work))
    return 0


async def _once(url: str, at_work: Desk, name: str) -> None:
    job = next(job for job in SCHEDULE if job.name == name)
    async with database.opened(url):
        await job.work(datetime.now(UTC), at_work)


async def _keep(url: str, at_work: Desk) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with database.opened(url):
        await clock.keep(at_work, lambda: datetime.now(UTC), stopped)
