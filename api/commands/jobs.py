"""The scheduler: what happens by itself, until asked to stop; or one job, once."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections import Counter
from datetime import UTC, datetime

from api import desk, settings
from api.database import at_hand
from api.logs import structured
from domain import database, running
from domain.outbox import WAITING, Letter
from jobs import clock
from jobs.post_letters import Desk, Outcome, post_letters
from jobs.schedule import SCHEDULE


def arguments(parser: argparse.ArgumentParser) -> None:
    names = [job.name for job in SCHEDULE]
    parser.add_argument("--once", choices=names, metavar="NAME", help=f"一つだけ今すぐ行って終わる ({' '.join(names)})")


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    at_work = desk.of(given)
    structured()
    with at_hand(given, lasting=True) as url:
        if options.once:
            return asyncio.run(_once(url, at_work, options.once))
        asyncio.run(_keep(url, at_work))
    return 0


async def _once(url: str, at_work: Desk, name: str) -> int:
    job = next(job for job in SCHEDULE if job.name == name)
    async with database.opened(url):
        with running.begun(name, hours=at_work.quiet):
            if job.work is post_letters:
                return await _told(await post_letters(datetime.now(UTC), at_work))
            await job.work(datetime.now(UTC), at_work)
    return 0


async def _told(outcomes: Counter[Outcome]) -> int:
    """Say what became of the letters; a failure where none of those that were tried has left."""
    waiting = await Letter.filter(**WAITING).count()
    posted, failed = outcomes[Outcome.POSTED], outcomes[Outcome.FAILED]
    print(
        f"発送 {posted}通、失敗 {failed}通、予定が終わったため不要 {outcomes[Outcome.OVER]}通、発送待ち {waiting}通。"
    )
    if failed:
        print("送れなかった理由は renkei letters --stuck で見られます。", file=sys.stderr)
    return int(failed > 0 and not posted)


async def _keep(url: str, at_work: Desk) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with database.opened(url):
        await clock.keep(at_work, lambda: datetime.now(UTC), stopped)
