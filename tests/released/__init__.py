"""What was released: a database of each release with the crowd of the tests in it, and its migrations, which are never
changed again. `python -m tests.released`, given by the owner at a release, adds one."""

from __future__ import annotations

import asyncio
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tortoise.migrations import operations as ops

from api import backups, embedded
from api.errors import Stopped
from domain import database, migrating
from tests import make
from tests.api.situations import founded

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STEPS = ROOT / "domain" / "migrations"
DUMP, TAKEN = ".dump", ".steps"


@dataclass(frozen=True)
class Release:
    """`steps` are its migrations, each with the digest of its file."""

    version: str
    dump: Path
    steps: dict[str, str]


def released(place: Path = HERE) -> list[Release]:
    """All of them, the oldest first."""
    dumps = sorted(place.glob(f"*{DUMP}"), key=lambda path: tuple(map(int, path.stem.split("."))))
    return [Release(path.stem, path, _read(path.with_suffix(TAKEN))) for path in dumps]


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for name, _, digest in (line.partition(" ") for line in lines)}


def steps(place: Path = STEPS) -> dict[str, str]:
    """Each migration that this program brings, with the digest of its file."""
    return {path.stem: sha256(path.read_bytes()).hexdigest() for path in sorted(place.glob("[0-9]*.py"))}


def release(place: Path = HERE) -> Path:
    """Write down this version's; from then on its migrations stay as they are. Stopped where it has been released."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    dump = place / f"{version}{DUMP}"
    if dump.exists():
        raise Stopped(f"{version} は公開済みです。pyproject.toml の version を上げてください。")
    with tempfile.TemporaryDirectory() as room, embedded.running(Path(room), careless=True) as server:
        asyncio.run(_filled(server.url()))
        backups.write(server.url(), dump)
    dump.chmod(0o644)
    text = "".join(f"{name} {digest}\n" for name, digest in steps().items())
    dump.with_suffix(TAKEN).write_text(text, encoding="utf-8")
    return dump


async def _filled(url: str) -> None:
    await migrating.migrate(url)
    async with database.opened(url):
        await founded(await make.town())


def changed(releases: Iterable[Release], now: dict[str, str]) -> list[str]:
    """What was released and is no longer as it was."""
    return [
        f"{release.version}: {name}"
        for release in releases
        for name, digest in release.steps.items()
        if now.get(name) != digest
    ]


def newer(releases: list[Release], now: Iterable[str]) -> list[ModuleType]:
    """The migrations since the last release; none where nothing is released yet, for then nobody runs the program."""
    last = releases[-1].steps if releases else now
    return [import_module(f"{database.MIGRATIONS}.{name}") for name in now if name not in last]


TAKES_AWAY = re.compile(
    r"\b(DROP|RENAME|REVOKE|TRUNCATE|DELETE\s+FROM|SET\s+NOT\s+NULL|ADD\s+(CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)"
    r"|UNIQUE\s+INDEX|ALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE|NOT\s+NULL(?!.*\bDEFAULT\b)|CREATE\s+TRIGGER)\b",
    re.IGNORECASE,
)
"""What an old program may trip over, in a statement that is written by hand."""
MAKES = re.compile(r"\s*CREATE\s+(UNLOGGED\s+)?TABLE\b", re.IGNORECASE)
"""A new table has rows of the new program only."""


def contracting(step: ModuleType, releases: Iterable[str] = ()) -> list[str]:
    """What in the step would stop a program of the last release, which runs beside it for the length of a deploy.

    A step that only takes away what no program since a release uses any more says so: `UNUSED_SINCE = "0.2.0"`.
    """
    if getattr(step, "UNUSED_SINCE", None) in set(releases):
        return []
    return [told for operation in step.Migration.operations for told in _contracting(operation)]


def _contracting(operation: Any) -> Iterator[str]:
    match operation:
        case ops.CreateModel() | ops.AddIndex() | ops.RunPython():
            return
        case ops.AddField(field=field) if field.null or field.has_db_default():
            return
        case ops.RunSQL(sql=sql):
            for statement in [sql] if isinstance(sql, str) else sql:
                text = statement if isinstance(statement, str) else statement[0]
                if not MAKES.match(text) and (found := TAKES_AWAY.search(text)):
                    yield f"{found[0]}: {' '.join(text.split())[:80]}"
        case _:
            yield operation.describe()
