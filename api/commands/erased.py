"""The list of who was erased: written beside each backup, and carried out again after an older one was restored."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from api import settings
from api.database import at_hand
from api.errors import Stopped, write_file
from domain import database, retention
from domain.keys import Keys
from domain.retention import Erased, mark_of

# The mark of nobody: it tells whether a file was written with the key that is set now.
NOBODY = UUID(int=0)


def arguments(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--out", type=Path, metavar="FILE", help="消去した人の控えを書き出す（バックアップのたびに）")
    ways.add_argument("--replay", type=Path, metavar="FILE", help="バックアップを戻した後、控えの人をもう一度消去する")


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    keys = given.needed_keys()
    secret, lines = read(options.replay, keys, "--replay") if options.replay else (keys.present, [])
    with at_hand(given) as url:
        if options.replay:
            print(f"{asyncio.run(_replay(url, secret, lines)):,}人をもう一度消去しました。")
            return 0
        print(f"{options.out}（{write(url, secret, options.out):,}人）")
    return 0


def write(url: str, secret: str, path: Path) -> int:
    """Write the list of who was erased in the database at `url`; answers how many."""
    found = asyncio.run(_erased(url, secret))
    write_file(path, _written(found, secret), "--out", is_personal=True)
    return len(found)


async def _erased(url: str, secret: str) -> list[Erased]:
    async with database.opened(url):
        return await retention.erased_persons(secret)


async def _replay(url: str, secret: str, lines: Sequence[Erased]) -> int:
    async with database.opened(url):
        return await retention.replay(datetime.now(UTC), secret, lines)


def _written(found: Sequence[Erased], secret: str) -> bytes:
    persons = [{"mark": one.mark, "on": one.on.isoformat(), "list": one.list_id} for one in found]
    whole = {"renkei": "erased", "key": mark_of(secret, NOBODY), "persons": persons}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def read(path: Path, keys: Keys, option: str) -> tuple[str, list[Erased]]:
    """The key with which such a list was written, and its lines. Stopped where it is none, or the key is another,
    naming the option that tells the place."""
    try:
        whole: dict[str, Any] = json.loads(path.read_bytes())
        lines = [Erased(one["mark"], date.fromisoformat(one["on"]), one["list"]) for one in whole["persons"]]
        mark = whole["key"]
    except OSError as error:
        raise Stopped(
            f"{path} を読めません（{error.strerror}）。{option} で控えのファイルを指定してください。"
        ) from error
    except (ValueError, LookupError, TypeError) as error:
        raise Stopped(f"{path} は renkei erased --out が書いた控えではありません。") from error
    for key in keys.opening:
        if mark == mark_of(key, NOBODY):
            return key, lines
    raise Stopped(
        f"{path} は別の RENKEI_SECRET_KEY で書かれています。"
        "書き出したときの鍵を RENKEI_SECRET_KEY_BEFORE に設定してから実行してください。"
    )
