"""The program with a clock that the test moves: web and jobs in one process of their own.

    python -m tests.year.house DATABASE_URL SMTP_PORT DIRECTORY

The instant stands in DIRECTORY/now; the port is written to DIRECTORY/port once the doors are open. Between two
looks at the schedule pass a few hundredths of a second instead of seconds, so that no test waits for the post.
"""

import asyncio
import socket
import sys
from datetime import datetime
from pathlib import Path

from api.app import make_app
from api.house import House
from api.serving import server
from jobs import clock
from jobs.post import SmtpPost
from jobs.post_letters import Desk

SECRET = "a secret of the story, long enough for a key"


async def live(url: str, smtp_port: int, place: Path) -> None:
    def now() -> datetime:
        return datetime.fromisoformat((place / "now").read_text())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        base_url = f"http://127.0.0.1:{port}"
        running = server(make_app(House(SECRET, base_url, now), url))
        desk = Desk(SmtpPost("127.0.0.1", smtp_port, "none"), base_url, "desk@police.mihon.example", SECRET)
        serving = asyncio.create_task(running.serve(sockets=[listening]))
        while not running.started:
            await asyncio.sleep(0.02)
        (place / "port").write_text(str(port))
        while not serving.done():
            await clock.tick(now(), desk)
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    database_url, port, directory = sys.argv[1:]
    asyncio.run(live(database_url, int(port), Path(directory)))
