"""The program with a clock that the test moves: web and jobs in one process of their own.

    python -m tests.year.house DATABASE_URL SMTP_PORT DIRECTORY

The instant stands in DIRECTORY/now, the port in DIRECTORY/port. Between two
looks at the schedule pass a few hundredths of a second instead of seconds, so that no test waits for the post.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from api.app import make_app
from api.house import House
from api.logs import structured
from api.serving import server
from jobs import clock
from jobs.post import SmtpPost
from jobs.post_letters import Desk

SECRET = "a secret of the story, long enough for a key"
Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


async def live(url: str, smtp_port: int, place: Path) -> None:
    def now() -> datetime:
        return datetime.fromisoformat((place / "now").read_text())

    structured()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        base_url = f"http://127.0.0.1:{port}"
        app = make_app(House(SECRET, base_url, now), url)
        desk = Desk(SmtpPost("127.0.0.1", smtp_port, "none"), base_url, "desk@police.mihon.example", SECRET)
        app.router.lifespan_context = with_clock(app.router.lifespan_context, now, desk)
        (place / "port").write_text(str(port))
        await server(app).serve(sockets=[listening])


def with_clock(doors: Lifespan, now: Callable[[], datetime], desk: Desk) -> Lifespan:
    """Look at the schedule as long as the doors are open; a look under way ends before the database is closed."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        is_over = asyncio.Event()

        async def looking() -> None:
            while not is_over.is_set():
                await asyncio.sleep(0.05)
                await clock.tick(now(), desk)

        async with doors(app):
            ticking = asyncio.create_task(looking())
            try:
                yield
            finally:
                is_over.set()
                await ticking

    return lifespan


if __name__ == "__main__":
    database_url, port, directory = sys.argv[1:]
    asyncio.run(live(database_url, int(port), Path(directory)))
