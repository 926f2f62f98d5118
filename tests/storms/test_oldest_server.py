"""On the oldest PostgreSQL that the README names: everything is made there, kept by a backup, and put back."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api import backups, embedded
from api.embedded import EmbeddedServer
from domain import database, migrating
from domain.actor import Actor
from domain.walls import ROLES
from tests import make
from tests.api.asking import read
from tests.clock import NOW
from tests.judging import OLDEST_SERVER
from tests.make import Town

NAMES = ("office", "restored")
LETTERS = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync", f"--username={embedded.SUPERUSER}")


@contextmanager
def oldest() -> Iterator[EmbeddedServer]:
    """A server of its own, started by whoever may."""
    with tempfile.TemporaryDirectory(prefix="renkei-oldest-", dir="/tmp") as place:
        user = embedded.SYSTEM_USER if os.geteuid() == 0 else None
        if user:
            os.chown(place, embedded._system_user(user).pw_uid, -1)
        data = f"{place}/data"

        def run(program: str, *arguments: str) -> None:
            command = [OLDEST_SERVER / program, f"--pgdata={data}", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user, env=embedded.PLAIN)

        run("initdb", *LETTERS)
        options = f"-c listen_addresses='' -c unix_socket_directories={place} -c fsync=off"
        run("pg_ctl", "--wait", f"--log={place}/log", f"--options={options}", "start")
        try:
            yield EmbeddedServer(Path(place))
        finally:
            run("pg_ctl", "--wait", "--mode=fast", "stop")


async def set_up(server: EmbeddedServer) -> None:
    """What the README tells whoever keeps the server."""
    keeper = await asyncpg.connect(server.superuser_url(embedded.SUPERUSER))
    desk, guest = ROLES
    await keeper.execute(f"CREATE ROLE {embedded.ROLE} LOGIN; CREATE ROLE {desk}; CREATE ROLE {guest};")
    await keeper.execute(f"GRANT {desk}, {guest} TO {embedded.ROLE}")
    for name in NAMES:
        await keeper.execute(f"CREATE DATABASE {name} OWNER {embedded.ROLE} ENCODING 'UTF8' TEMPLATE template0")
    await keeper.close()


async def set_to_work(url: str) -> Town:
    await migrating.migrate(url)
    async with database.opened(url):
        town = await make.town()
        await make.invited(town.officer, await make.drill(town.officer), "架空電力株式会社")
        return town


async def drills_of(who: Actor, url: str) -> Any:
    async with database.opened(url):
        return await read(who, "{ drills { edges { node { title participations { totalCount } } } } }")


@pytest.mark.judged_by("PostgreSQL 15")
def test_the_oldest_server_keeps_the_desk_and_takes_its_backup_back(tmp_path: Path) -> None:
    with oldest() as server:
        asyncio.run(set_up(server))
        office, restored = map(server.url, NAMES)
        town = asyncio.run(set_to_work(office))
        backups.write(office, tmp_path / "one.dump")
        backups.put_back(restored, tmp_path / "one.dump", NOW)
        before, after = [asyncio.run(drills_of(town.officer, url)) for url in (office, restored)]
    assert before == after
    assert before["drills"]["edges"][0]["node"]["participations"]["totalCount"] == 1
