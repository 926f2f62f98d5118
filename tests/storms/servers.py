"""PostgreSQL as processes that can be killed, and copies of it that follow it."""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from api import embedded
from api.embedded import EmbeddedServer
from tests.api.serving import wait_until
from tests.storms.port import PATIENCE, is_alive

STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"


def postmaster(place: Path) -> int:
    return int((place / "postgres" / "postmaster.pid").read_text().split()[0])


def processes(place: Path) -> list[int]:
    """The server's own, its first one before the others."""
    first = postmaster(place)
    return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]


def kill(place: Path) -> None:
    """kill -9 of everything there is of the server; returns when it is gone."""
    end(place, signal.SIGKILL)


def end(place: Path, told: signal.Signals) -> None:
    """End the server by this signal: SIGINT as in its ordinary restart (fast), SIGQUIT at once (immediate), SIGKILL as
    by nobody's leave; returns when it is gone."""
    numbers = processes(place)
    for number in numbers if told is signal.SIGKILL else numbers[:1]:
        os.kill(number, told)
    wait_until(lambda: not any(map(is_alive, numbers)), PATIENCE)


def start_again(place: Path) -> None:
    with embedded.running(place):
        """The first user is still there, so it goes on when this one leaves."""


def tell(server: EmbeddedServer, *statements: str) -> Any:
    """What the last of these answers, asked as the superuser."""

    async def told() -> Any:
        connection = await asyncpg.connect(server.superuser_url(embedded.ROLE))
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return asyncio.run(told())


@dataclass
class Pair:
    """Two servers, of which the second follows the first, and they change places."""

    places: tuple[Path, Path]
    primary: EmbeddedServer
    standby: EmbeddedServer

    @property
    def url(self) -> str:
        """Whichever takes changes, as an installation says it."""
        hosts = ",".join(str(server.sockets) for server in (self.primary, self.standby))
        return f"postgres://{embedded.ROLE}@/{embedded.ROLE}?host={hosts}&target_session_attrs=primary"

    def in_step(self) -> None:
        """From now on nothing is acknowledged that the standby does not have."""
        tell(self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        wait_until(lambda: tell(self.primary, IN_STEP) == 1, PATIENCE)

    def fail_over(self) -> None:
        """The first is killed, and the second takes its place."""
        kill(self.places[0])
        tell(self.standby, "SELECT pg_promote()")
        self.places = self.places[::-1]
        self.primary, self.standby = self.standby, self.primary

    def follow(self) -> None:
        """The one that was killed begins anew, as a copy of the other."""
        shutil.rmtree(self.places[1] / "postgres")
        follow(self.primary, self.places[1])
        start_again(self.places[1])
        wait_until(lambda: tell(self.primary, STREAMING) == 1, PATIENCE)


def follow(primary: EmbeddedServer, place: Path) -> None:
    """Put a copy of the server into a place that has none; started, it follows."""
    place.mkdir(exist_ok=True)
    home = embedded._Home(place, careless=False)
    embedded._make_private(home.data, home.user)
    if home.user:
        home._open_to_system_user()
    where = ["-h", str(primary.sockets), "-U", embedded.SUPERUSER, "-D", str(home.data)]
    home._tool("pg_basebackup", *where, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
    (home.data / ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # of the server that was copied


@contextmanager
def paired(room: Path, primary: EmbeddedServer) -> Iterator[Pair]:
    """The server whose place is `room`/one, and one that follows it."""
    places = room / "one", room / "two"
    follow(primary, places[1])
    with ExitStack() as up:
        standby = up.enter_context(embedded.running(places[1]))
        wait_until(lambda: tell(primary, STREAMING) == 1, PATIENCE)
        yield Pair(places, primary, standby)
