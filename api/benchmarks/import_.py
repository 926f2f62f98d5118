"""Taking a roster in: a .csv of organisations, read, checked, compared with what is known, and written with its
journal.

The ceiling is COPY of the very rows that came of it, organisations and journal, into the same tables with the same
indexes: nothing read, nothing checked, nothing asked.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import asyncpg

from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, timed
from api.errors import Stopped
from api.intake import ORGANIZATIONS, lines, parse, read_table, report
from domain import database, rosters
from domain.japanese import corporate_number_check_digit

HEADINGS = ("法人番号", "名称", "名称カナ", "種別", "業種", "規模", "団体コード", "郵便番号", "住所", "電話")
WANTED = 0.1
TAKEN = {
    "organization": "SELECT * FROM organization WHERE created_at > $1",
    "journal": "SELECT * FROM journal WHERE at > $1",
}
KANA_DIGITS = str.maketrans("0123456789", "レイニサヨゴロナハク")

Copies = Mapping[str, bytes]
"""The rows of each table in PostgreSQL's binary form, in an order that keeps the references."""


@dataclass(frozen=True)
class Size:
    rows: int = 100_000
    rounds: int = 1


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds from the file to the commit; each round begins with an empty prefecture. About a minute."""
    async with land.ground() as ground:
        pass
    with _kept(roster(size.rows)) as file:
        pairs = [await _round(land, ground, file) for _ in range(size.rounds)]
    workload = (
        f"団体{size.rows:,}行の .csv（UTF-8、{len(HEADINGS)}列）を読み、確かめ、照らし合わせ、変更履歴とともに書く。"
        "天井は、できた行そのものの COPY"
    )
    ours, ceiling = zip(*pairs, strict=True)
    return Report("import", workload, (Compared("団体名簿の取り込み", "秒", ours, ceiling, wanted=WANTED),))


@contextmanager
def _kept(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "roster.csv")
        file.write_bytes(content)
        yield file


def roster(rows: int) -> bytes:
    """A file as an office would send it, each line another company."""
    return roster_of([line(n) for n in range(1, rows + 1)])


def roster_of(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    return text.getvalue().encode("utf-8-sig")


def line(n: int) -> tuple[str, ...]:
    base = f"99999{n:07}"
    number = f"{corporate_number_check_digit(base)}{base}"
    name = f"株式会社架空商事第{n}" if n % 2 else f"架空工業第{n}有限会社"
    kana = f"カクウ{'ショウジ' if n % 2 else 'コウギョウ'}ダイ{str(n).translate(KANA_DIGITS)}"
    size = "中小企業" if n % 3 else "大企業"
    postal = f"999-{n % 10_000:04}"
    return number, name, kana, "企業", "卸売業", size, "482013", postal, f"見本市例示町{n}番地", "000-0000-0001"


async def _round(land: Land, ground: Ground, file: Path) -> tuple[float, float]:
    ours, ceiling = await land.copied(ground), await land.copied(ground)
    async with database.opened(ours.url):
        seconds = await timed(lambda: take_in(ours, file))()
    copies = await _rows(ours)
    return seconds, await _copy(ceiling, copies)


async def take_in(ground: Ground, file: Path) -> None:
    """As `renkei import` does. Raises Stopped where a line is not right."""
    actor = replace(ground.hq, now=ground.hq.now + timedelta(seconds=1))
    intake = parse(ORGANIZATIONS, read_table(file, file.name))
    if intake.is_refused:
        raise Stopped(report(ORGANIZATIONS, file.name, intake))
    await rosters.take_in_organizations(actor, lines(ORGANIZATIONS, intake))


async def _rows(ground: Ground) -> Copies:
    """What the taking in has written, in both tables."""
    connection = await asyncpg.connect(ground.url)
    try:
        return {table: await _copied_out(connection, taken, ground.hq.now) for table, taken in TAKEN.items()}
    finally:
        await connection.close()


async def _copied_out(connection: asyncpg.Connection, taken: str, founded_at: datetime) -> bytes:
    rows = BytesIO()
    await connection.copy_from_query(taken, founded_at, output=rows, format="binary")
    return rows.getvalue()


async def _copy(ground: Ground, copies: Copies) -> float:
    """Seconds until all of it is committed."""
    connection = await asyncpg.connect(ground.url)

    async def write() -> None:
        async with connection.transaction():
            for table, rows in copies.items():
                await connection.copy_to_table(table, source=BytesIO(rows), format="binary")

    try:
        return await timed(write)()
    finally:
        await connection.close()
