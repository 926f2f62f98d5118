"""The program with a clock that the test moves: web and jobs in one process of their own.

    python -m tests.year.house DATABASE_URL SMTP_PORT DIRECTORY

The instant stands in DIRECTORY/now, the port in DIRECTORY/port. Between two
looks at the schedule pass a few hundredths of a second instead of seconds, so that no test waits for the post.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import uvicorn

from api.app import make_app
from api.house import House
from api.logs import structured
from api.serving import server
from jobs import clock
from jobs.post import SmtpPost
from jobs.post_letters import Desk

SECRET = "a secret of the story, long enough for a key"


async def live(url: str, smtp_port: int, place: Path) -> None:
    def now() -> datetime:
        return datetime.fromisoformat((place / "now").read_text())

    structured()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        base_url = f"http://127.0.0.1:{port}"
        running = server(make_app(House(SECRET, base_url, now), url))
        desk = Desk(SmtpPost("127.0.0.1", smtp_port, "none"), base_url, "desk@police.mihon.example", SECRET)
        serving = asyncio.create_task(running.serve(sockets=[listening]))
        (place / "port").write_text(str(port))
        await clock_beside(running, now, desk)
        await serving


async def clock_beside(running: uvicorn.Server, now: Callable[[], datetime], desk: Desk) -> None:
    """Look at the schedule as long as the doors are open."""
    while not running.should_exit:
        await asyncio.sleep(0.05)
        if running.started:
            await clock.tick(now(), desk)


if __name__ == "__main__":
    database_url, port, directory = sys.argv[1:]
    asyncio.run(live(database_url, int(port), Path(directory)))
