"""The database a command works on: the one that is set, or the embedded one while the command runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from api import embedded
from api.settings import Settings, WrongSettings

VAR = Path("var")
OLDEST = 15
PATIENCE = 10  # seconds
TRIAL = "注意: 付属のデータベースは試用のためのものです。本番では RENKEI_DATABASE_URL を設定してください。"


@contextmanager
def at_hand(settings: Settings, directory: Path = VAR, *, lasting: bool = False) -> Iterator[str]:
    """The address of a database that answers.

    `directory` holds the embedded database where none is set; `lasting` use of that one is warned about.
    WrongSettings when the one that is set cannot be used, CannotStart when the embedded one cannot.
    """
    if settings.database_url is not None:
        asyncio.run(_check(settings.database_url))
        yield settings.database_url
        return
    if lasting:
        print(TRIAL, file=sys.stderr)
    with embedded.running(directory) as server:
        yield server.url()


async def _check(url: str) -> None:
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise WrongSettings(
            "RENKEI_DATABASE_URL のデータベースに接続できません。サーバーが動いているか、"
            f"利用者名とパスワードが正しいかを確かめてください（{error or type(error).__name__}）。"
        ) from error
    try:
        found = connection.get_server_version().major
        mighty = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await connection.close()
    if found < OLDEST:
        raise WrongSettings(f"RENKEI_DATABASE_URL: PostgreSQL {OLDEST} 以上が必要です（いまは {found} です）。")
    if mighty:
        print("注意: RENKEI_DATABASE_URL の利用者は特権 (superuser) を持っています。", file=sys.stderr)
