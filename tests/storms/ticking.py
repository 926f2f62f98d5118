"""A scheduler as a process of its own, whose clock says what it is told: each line of its standard input is an instant.

    python -m tests.storms.ticking DATABASE_URL SEED

It looks at the schedule once for each, and answers with a line when it is done. The schedule is the real one where the
seed is `-`; else jobs of every kind of trigger that have an effect which can be counted.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime, time
from random import Random
from uuid import UUID, uuid4

from domain import database, outbox
from jobs import clock
from jobs.mail import Envelope
from jobs.post import HandingOver
from jobs.post_letters import Desk
from jobs.schedule import SCHEDULE, Daily, Hourly, Job, Quarterly


class Tray:
    """A post that takes everything."""

    async def post(self, _: Envelope, handing_over: HandingOver) -> None:
        async with handing_over():
            pass


DESK = Desk(Tray(), "http://127.0.0.1", "desk@police.aohama.example", "a secret of nobody")
TRIGGERS = {"hourly": Hourly(), "daily": Daily(time(9)), "quarterly": Quarterly(time(0, 30))}


def jobs(draw: Random) -> Iterator[Job]:
    """Each owes one more letter in every turn, and takes its time for it."""
    for name, trigger in TRIGGERS.items():

        async def work(now: datetime, _: Desk, name: str = name) -> None:
            to = ("県本部", "hq@police.aohama.example")
            await outbox.owe(str(uuid4()), name, unit_id=UUID(int=7), to=to, facts={}, owed_at=now)
            await asyncio.sleep(draw.uniform(0, 0.01))

        yield Job(name, trigger, work, "to be counted")


async def tick_on(url: str, seed: str) -> None:
    schedule = SCHEDULE if seed == "-" else tuple(jobs(Random(seed)))
    async with database.opened(url, connections=2):
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            await clock.tick(datetime.fromisoformat(line.strip()), DESK, schedule)
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(tick_on(sys.argv[1], sys.argv[2]))
