"""Web and jobs as processes that can be killed: one program that has imported everything, and forks whatever is asked.

    python -m tests.storms.house DATABASE_URL WEB_PORT SMTP_PORT DIRECTORY PATIENCE

Each line on its standard input, `web`, `jobs` or `clock`, makes one more process and is answered by its number: `jobs`
post letters and seal the journal, a `clock` keeps the whole schedule. The instant
stands in DIRECTORY/now, as in the story of the year; the post waits PATIENCE seconds for the mail server.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.allowance import UNLIMITED
from api.app import make_app
from api.house import House
from api.logs import structured
from api.serving import server
from domain import database
from jobs import clock
from jobs.post import SmtpPost
from jobs.post_letters import Desk
from jobs.schedule import SCHEDULE, Job

SECRET = "a secret of the storm, long enough for a key"
BASE_URL = "http://127.0.0.1"
"""The same at every host, as it is in letters; nobody goes there."""
PAUSE = 0.1
"""Seconds between two looks at the schedule."""
AT_WORK = tuple(job for job in SCHEDULE if job.name in ("post-letters", "seal-journal"))


@dataclass(frozen=True)
class Program:
    """What both kinds of process are told."""

    url: str
    web_port: int
    smtp_port: int
    place: Path
    patience: float

    def now(self) -> datetime:
        return datetime.fromisoformat((self.place / "now").read_text())

    async def web(self) -> None:
        with socket.create_server(("127.0.0.1", self.web_port)) as listening:
            house = House(SECRET, BASE_URL, self.now, budgets=UNLIMITED)
            await server(make_app(house, self.url)).serve(sockets=[listening])

    async def jobs(self, at_work: tuple[Job, ...] = AT_WORK) -> None:
        post = SmtpPost("127.0.0.1", self.smtp_port, "none", patience=self.patience)
        desk = Desk(post, BASE_URL, "desk@police.aohama.example", SECRET)
        async with database.opened(self.url):
            while True:
                await clock.tick(self.now(), desk, at_work)
                await asyncio.sleep(PAUSE)

    async def clock(self) -> None:
        await self.jobs(SCHEDULE)


def begin(work: Callable[[], Awaitable[None]]) -> int:
    """The number of a new process that does this and nothing else."""
    if number := os.fork():
        return number
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        asyncio.run(work())  # type: ignore[arg-type]
    finally:
        os._exit(1)


def main() -> None:
    url, web_port, smtp_port, place, patience = sys.argv[1:]
    program = Program(url, int(web_port), int(smtp_port), Path(place), float(patience))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever has ended leaves nothing behind
    structured()
    for line in sys.stdin:
        print(begin(getattr(program, line.strip())), flush=True)


if __name__ == "__main__":
    main()
