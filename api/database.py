"""The database a command works on: the one that is set, or the embedded one while the command runs.

Whether a prefecture has been founded in it, and whether it is up to date, is asked here and nowhere else.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from api import embedded
from api.errors import Stopped
from api.settings import Settings, WrongSettings
from domain.database import STEPS_TAKEN, has_every_step

VAR = Path("var")
OLDEST = 15
PATIENCE = 10  # seconds
TRIAL = "注意: 付属のデータベースは試用のためのものです。本番では RENKEI_DATABASE_URL を設定してください。"
NOTHING_HERE = (
    "データベースがありません。RENKEI_DATABASE_URL を設定するか、renkei init を実行した場所で実行してください"
    "（はじめてなら renkei init、試すだけなら renkei demo）。"
)
NOT_FOUNDED = "まだ設置されていません。先に renkei init を実行してください（試すだけなら renkei demo）。"
OUT_OF_DATE = "データベースが最新の形ではありません。先に renkei migrate を実行してください。"


FOUNDED = "SELECT to_regclass('unit') IS NOT NULL AND to_regclass('tortoise_migrations') IS NOT NULL"


Look = Callable[[asyncpg.Connection], Awaitable[None]]


@contextmanager
def at_hand(settings: Settings, directory: Path = VAR, *, lasting: bool = False) -> Iterator[str]:
    """The address of a database in which a prefecture has been founded and which is up to date; else Stopped.

    `directory` holds the embedded database where none is set; `lasting` use of that one is warned about.
    WrongSettings when the one that is set cannot be used, CannotStart when the embedded one cannot.
    """
    with _found(settings, directory, lasting, False, _must_be_in_use) as url:
        yield url


@contextmanager
def in_any_state(
    settings: Settings, directory: Path = VAR, *, lasting: bool = False, begins: bool = False
) -> Iterator[str]:
    """The address of a database that answers, empty or not. Only who `begins` makes an embedded one where none is."""
    with _found(settings, directory, lasting, begins) as url:
        yield url


@contextmanager
def _found(settings: Settings, directory: Path, lasting: bool, begins: bool, *looks: Look) -> Iterator[str]:
    if settings.database_url is None and not begins and not embedded.is_in(directory):
        raise Stopped(NOTHING_HERE)
    if settings.database_url is not None:
        asyncio.run(_look(_reached(settings.database_url), _must_be_recent, *looks))
        yield settings.database_url
        return
    if lasting:
        print(TRIAL, file=sys.stderr)
    with embedded.running(directory) as server:
        if looks:
            asyncio.run(_look(asyncpg.connect(server.url(), timeout=PATIENCE), *looks))
        yield server.url()


async def _look(connecting: Awaitable[asyncpg.Connection], *looks: Look) -> None:
    """Asked without the models, which take longer to load than all that a short command does."""
    connection = await connecting
    try:
        for look in looks:
            await look(connection)
    finally:
        await connection.close()


async def _reached(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise WrongSettings(
            "RENKEI_DATABASE_URL のデータベースに接続できません。サーバーが動いているか、"
            "利用者名とパスワードと、sslrootcert を書いたならそのファイルが正しいかを確かめてください"
            f"（{error or type(error).__name__}）。"
        ) from error


async def _must_be_recent(connection: asyncpg.Connection) -> None:
    found = connection.get_server_version().major
    mighty = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if found < OLDEST:
        raise WrongSettings(f"RENKEI_DATABASE_URL: PostgreSQL {OLDEST} 以上が必要です（いまは {found} です）。")
    if mighty:
        print("注意: RENKEI_DATABASE_URL の利用者は特権 (superuser) を持っています。", file=sys.stderr)


async def _must_be_in_use(connection: asyncpg.Connection) -> None:
    if not await connection.fetchval(FOUNDED) or not await connection.fetchval("SELECT count(*) FROM unit"):
        raise Stopped(NOT_FOUNDED)
    if not has_every_step(found["name"] for found in await connection.fetch(STEPS_TAKEN)):
        raise Stopped(OUT_OF_DATE)
