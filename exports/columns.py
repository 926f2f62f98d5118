"""How a table of rows is described once, for paper, for machines and for CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from domain.actor import TOKYO
from domain.japanese import Measure, Period, clock, wareki
from domain.values import dataclass

Value = str | int | float | Decimal | date | None
Row = Mapping[str, Value]


class Kind(StrEnum):
    """What a column holds. CODE is text that looks like a number; DATE is a day, not an instant."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    CODE = "CODE"


class Column(NamedTuple):
    """One column; `width` in half-width characters.

    A figure says what it counts: `unit` (件, 回, 人 …), `measure` (現在 at the end, 中 during the period) and
    `counting` (実 without repetition, 延べ with it). Neighbours with the same `group` share an upper heading.
    None in a NUMBER column means that the figure does not apply, which is not 0. `digits` follow the point.
    """

    heading: str
    key: str
    width: int = 12
    kind: Kind = Kind.TEXT
    unit: str | None = None
    group: str = ""
    measure: Measure | None = None
    counting: str = ""
    digits: int = 0

    @property
    def basis(self) -> str:
        """What one figure needs to be understood, as （回・中） or （人・延べ・中）."""
        said = "・".join(word for word in (self.unit, self.counting, self.measure_label) if word)
        return f"（{said}）" if said else ""

    @property
    def measure_label(self) -> str:
        return self.measure.label if self.measure else ""

    @property
    def label(self) -> str:
        """The whole heading in one line, for a table without merged cells."""
        return "／".join(word for word in (self.group, self.heading) if word) + self.basis


@dataclass(frozen=True)
class Sheet:
    """One printed table and what belongs on the paper around it.

    `notes` are lines under the title (period, basis, computed at); `shared` are the same facts for machines,
    with western years, repeated in each row of the data sheet; `total` is the last row, already counted, since
    実 figures do not add up; `form` is the number of the form, top right.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    notes: Sequence[str] = ()
    shared: Mapping[str, Value] = field(default_factory=dict)
    form: str = ""
    tab: str = "集計表"


Table = tuple[Sequence[Column], Sequence[Row]]
"""A plain table: what its columns are, and its rows."""

# Keys of the data sheet that are words for people, so that they cannot meet a key of a row.
ABOUT_FIGURES = (
    Column("区分", "区分", 16),
    Column("項目", "項目", 20),
    Column("単位", "単位", 8),
    Column("現在・中", "現在・中", 10),
    Column("実・延べ", "実・延べ", 10),
    Column("値", "値", 12, Kind.NUMBER),
)


def flat(sheet: Sheet) -> tuple[list[Column], list[Row]]:
    """The table for machines: one figure per row with all that it means, without the totals.

    After 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」: one heading row, units in a column
    of their own, western years. A table without figures stays as it is.
    """
    shared = [Column(name, name, 20, _kind(value)) for name, value in sheet.shared.items()]
    figures = [column for column in sheet.columns if column.kind is Kind.NUMBER]
    names = [column for column in sheet.columns if column.kind is not Kind.NUMBER]
    if not figures:
        return [*shared, *names], [{**sheet.shared, **row} for row in sheet.rows]
    rows = [_figure(sheet.shared, row, names, figure) for row in sheet.rows for figure in figures]
    return [*shared, *names, *ABOUT_FIGURES], rows


def _figure(shared: Row, row: Row, names: Sequence[Column], figure: Column) -> Row:
    said = (figure.group, figure.heading, figure.unit, figure.measure_label, figure.counting, row[figure.key])
    about = dict(zip((column.key for column in ABOUT_FIGURES), said, strict=True))
    return {**shared, **{name.key: row[name.key] for name in names}, **about}


def _kind(value: Value) -> Kind:
    return Kind.DATE if isinstance(value, date) else Kind.TEXT


def period_notes(period: Period, computed_at: datetime, as_of: date | None = None) -> tuple[str, ...]:
    """The lines that a printed table of figures owes its reader; `computed_at` is an aware instant.

    `as_of` is the last day counted where the period was still running.
    """
    day = computed_at.astimezone(TOKYO).date()
    first, end, last = wareki(period.starts_on), wareki(period.ends_on), wareki(as_of or period.ends_on)
    so_far = f"　※期間の途中のため、{last}までの数" if as_of and as_of < period.ends_on else ""
    return (
        f"期間：{period.label}（{first}から{end}まで）　基準：{period.basis.label}{so_far}",
        f"「現在」は{last}現在の数、「中」は期間中の数。「実」は重複を除いた数、「延べ」は重複を含む数。",
        f"「0」は数が0であること、「-」は該当がないこと。　集計日時：{wareki(day)} {clock(computed_at, wide=True)}",
    )


def list_notes(period: Period, written_at: datetime) -> tuple[str, ...]:
    """The same of a list, in which no figure is counted."""
    about, *_ = period_notes(period, written_at)
    day = wareki(written_at.astimezone(TOKYO).date())
    return (about, f"作成日時：{day} {clock(written_at, wide=True)}")


def period_facts(period: Period, computed_at: datetime) -> dict[str, Value]:
    """The same for machines: ISO dates, day and time of computing apart, Asia/Tokyo."""
    computed = computed_at.astimezone(TOKYO)
    return {
        "期間": period.western_label,
        "開始日": period.starts_on,
        "終了日": period.ends_on,
        "基準": period.basis.label,
        "集計日": computed.date(),
        "集計時刻": f"{computed:%H:%M}",
    }
