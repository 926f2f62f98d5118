"""共同研究の成果一覧: what has come of joint research in a period, with its theme and with whom; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.agreements import OUTPUT_LABELS, ListedOutput
from domain.japanese import Period
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_of
from exports.text import one_line

TITLE = "共同研究の成果一覧"
COLUMNS = (
    Column("日付", "produced_on", 12, Kind.DATE),
    Column("種類", "kind", 14),
    Column("成果", "output", 36),
    Column("所属", "unit", 20),
    Column("協定", "title", 32),
    Column("相手方", "bodies", 30),
    Column("研究のテーマ", "research_theme", 30),
    Column("研究の始まり", "research_from", 12, Kind.DATE),
    Column("研究の終わり", "research_to", 12, Kind.DATE),
)
PRINTED = ("produced_on", "kind", "output", "title", "bodies", "research_theme")


def outputs_file(listed: Sequence[ListedOutput], period: Period, format: Format, now: datetime) -> File:
    """R08_共同研究の成果一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_of(period, TITLE, COLUMNS, [_row(one) for one in listed], format, now, printed=PRINTED)


def _row(listed: ListedOutput) -> Row:
    one, agreement = listed.output, listed.agreement
    return {
        "produced_on": one.produced_on,
        "kind": OUTPUT_LABELS[one.kind],
        "output": one_line(one.title),
        "unit": listed.unit,
        "title": one_line(agreement.title),
        "bodies": "、".join(listed.bodies),
        "research_theme": one_line(agreement.research_theme),
        "research_from": agreement.research_from,
        "research_to": agreement.research_to,
    }
