"""The quarter's statistics as files: a workbook to print, and the flat figures for machines (also CSV and JSON).

The first sheet has the headline figures of each station; behind it stands one sheet per subject, by kind. The sheet
データ, the CSV and the JSON hold every figure in a row of its own with all that it means: totals (合計) and all kinds
together (計) are figures of their own there, since 実 cannot be added up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from uuid import UUID

from domain.actor import TOKYO
from domain.statistics import ALL, BY_KEY, Facts, Figure, Report, Tally
from domain.units import UnitKind
from exports.columns import Column, Kind, Row, Sheet, Table, Value, period_facts, period_notes
from exports.csv import csv_bytes
from exports.files import File, Format
from exports.frames import by_station, key
from exports.names import file_name, period_part
from exports.sheet import is_legible, xlsx

TITLE = "サイバー連携活動状況"
WHOLE = "合計"
EVERY_KIND = "計"
NARROW = 6
ROUNDED = "時間と率は所属ごと、合計ごとに一度だけ小数第1位に丸めている。時間の各行の和と合計は0.1ずれることがある。"

HEADLINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("協定", ("AGREEMENTS_IN_FORCE", "PARTIES_UNIQUE", "AGREEMENTS_NEW", "AGREEMENTS_ENDED")),
    ("ボランティア", ("VOLUNTEER_GROUPS", "VOLUNTEERS")),
    ("ボランティア活動", ("ACTIVITIES", "ACTIVITY_PEOPLE", "ACTIVITY_HOURS")),
    ("講義", ("LECTURES", "LECTURE_SCHOOLS", "LECTURE_PEOPLE", "LECTURE_HOURS")),
    ("訓練", ("DRILLS", "DRILL_BODIES_UNIQUE", "DRILL_PEOPLE")),
    ("接触", ("ENCOUNTERS",)),
)
"""What the first sheet shows of each subject, as keys of tallies."""


def statistics_file(report: Report, format: Format) -> File:
    """R08Q2_活動状況_青浜県警察_20261001.xlsx, or the same as CSV or JSON."""
    day = report.computed_at.astimezone(TOKYO)
    name = file_name(period_part(report.period), "活動状況", report.name, f"{day:%Y%m%d}", extension=format)
    return File(name, format.media_type, _BYTES[format](report), len(report.figures()))


def statistics_xlsx(report: Report) -> bytes:
    first, *more = sheets(report)
    return xlsx(first, report.computed_at, more, table(report))


def statistics_csv(report: Report) -> bytes:
    return csv_bytes(*table(report))


def statistics_json(report: Report) -> bytes:
    """Figures as objects; a figure that does not apply is null. Instants in Asia/Tokyo."""
    period, names = report.period, _names(report)
    said = {
        "name": report.name,
        "period": period.code,
        "periodLabel": period.label,
        "basis": period.basis.value,
        "startsOn": period.starts_on.isoformat(),
        "endsOn": period.ends_on.isoformat(),
        "asOf": report.as_of.isoformat(),
        "computedAt": report.computed_at.astimezone(TOKYO).isoformat(timespec="seconds"),
        "isPreliminary": report.is_preliminary,
        "figures": [_object(figure, names[figure.unit_id]) for figure in report.figures()],
    }
    return json.dumps(said, ensure_ascii=False).encode()


_BYTES = {Format.XLSX: statistics_xlsx, Format.CSV: statistics_csv, Format.JSON: statistics_json}


def sheets(report: Report) -> list[Sheet]:
    """What is printed: the headlines, then each subject by kind."""
    rows, total = _rows(report)
    notes = period_notes(report.period, report.computed_at, report.as_of)
    is_national = any(unit.kind is UnitKind.PREFECTURE for unit in report.units)
    place = Column("都道府県警察" if is_national else "所属", "station", 18)
    asked: dict[str, list[Tally]] = {}
    for tally in report.tallies:
        asked.setdefault(tally.facts.name, []).append(tally)
    pages = [
        ("総括", "", _headlines(report)),
        *((group[0].facts.label, group[0].facts.note, _by_kind(group)) for group in asked.values()),
    ]
    return [
        Sheet(f"{TITLE}（{tab}）　{report.name}", part, rows, total, _noted(notes, note, part), tab=tab)
        for label, note, columns in pages
        for tab, part in _parts(label, place, columns)
    ]


def _noted(notes: Sequence[str], note: str, columns: Sequence[Column]) -> Sequence[str]:
    rounded = ROUNDED if any(column.digits for column in columns) else ""
    return (*notes, *(said for said in (note, rounded) if said))


def _parts(label: str, place: Column, columns: list[Column]) -> list[tuple[str, list[Column]]]:
    """The sheets that a subject takes, with whole groups of columns, so that each can be read on paper."""
    groups = [list(members) for _, members in groupby(columns, key=lambda column: column.group)]
    for count in range(1, len(groups) + 1):
        size = -(-len(groups) // count)
        parts = [[place, *chain(*groups[at : at + size])] for at in range(0, len(groups), size)]
        if all(is_legible(part) for part in parts):
            break
    return [(f"{label}（{number}）" if number > 1 else label, part) for number, part in enumerate(parts, 1)]


def _rows(report: Report) -> tuple[list[Row], Row | None]:
    """The figures of each unit in one row, and the totals as they were counted, in another."""
    figures = report.figures()
    columns = list(dict.fromkeys(_key(figure.tally, figure.kind) for figure in figures))
    facts = [
        {"station": str(figure.unit_id), "kind": figure.kind, "measure": figure.tally.key, "value": figure.value}
        for figure in figures
        if figure.unit_id != report.whole_id
    ]
    counted = {_key(figure.tally, figure.kind): figure.value for figure in figures if figure.unit_id == report.whole_id}
    pivot = by_station(facts, [str(unit.id) for unit in report.units], columns, counted)
    rows: list[Row] = [{**row, "station": unit.name} for unit, row in zip(report.units, pivot.rows, strict=True)]
    return rows, {**pivot.total, "station": WHOLE} if report.whole_id else None


def _key(tally: Tally, kind: str) -> str:
    return key(kind, tally.key)


def _headlines(report: Report) -> list[Column]:
    asked = {tally.key for tally in report.tallies}
    return [
        _column(BY_KEY[name], ALL, BY_KEY[name].label, group=group)
        for group, names in HEADLINES
        for name in names
        if name in asked
    ]


def _by_kind(tallies: list[Tally]) -> list[Column]:
    """What a figure counts stands once above its kinds."""
    return [
        Column(label, _key(tally, kind), NARROW, Kind.NUMBER, group=_whole_label(tally), digits=tally.digits)
        for tally in tallies
        for kind, label in _kinds(tally.facts).items()
    ]


def _column(tally: Tally, kind: str, heading: str, group: str) -> Column:
    told = (tally.unit, group, tally.when, tally.counting.label, tally.digits)
    return Column(heading, _key(tally, kind), NARROW, Kind.NUMBER, *told)


def _whole_label(tally: Tally) -> str:
    return _column(tally, ALL, tally.label, "").label


def _kinds(facts: Facts) -> dict[str, str]:
    return {ALL: EVERY_KIND, **facts.kinds}


FLAT = (
    Column("所属コード", "unit_code", 12, Kind.CODE),
    Column("所属", "unit", 24),
    Column("区分", "subject", 16),
    Column("種別コード", "kind_code", 24, Kind.CODE),
    Column("種別", "kind", 24),
    Column("項目コード", "measure_code", 28, Kind.CODE),
    Column("項目", "measure", 20),
    Column("単位", "unit_label", 8),
    Column("現在・中", "when", 10),
    Column("実・延べ", "counting", 10),
    Column("値", "value", 12, Kind.NUMBER),
)


def table(report: Report) -> Table:
    """Every figure in a row of its own, after 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」."""
    shared: dict[str, Value] = {
        **period_facts(report.period, report.computed_at),
        "集計対象の末日": report.as_of,
        "速報": "速報" if report.is_preliminary else "",
    }
    about = [
        Column(name, name, 16, Kind.DATE if isinstance(value, date) else Kind.TEXT) for name, value in shared.items()
    ]
    names = _names(report)
    return [*about, *FLAT], [{**shared, **_flat(figure, names[figure.unit_id])} for figure in report.figures()]


def _flat(figure: Figure, unit: tuple[str, str]) -> dict[str, Value]:
    tally, (code, name) = figure.tally, unit
    return {
        "unit_code": code,
        "unit": name,
        "subject": tally.facts.label,
        "kind_code": figure.kind,
        "kind": _kinds(tally.facts)[figure.kind],
        "measure_code": tally.key,
        "measure": tally.label,
        "unit_label": figure.unit_label,
        "when": figure.measure.label,
        "counting": figure.counting.label,
        "value": figure.value,
    }


def _names(report: Report) -> dict[UUID | None, tuple[str, str]]:
    """Code and name of each unit; the whole has no code."""
    return {unit.id: (unit.code, unit.name) for unit in report.units} | {report.whole_id: ("", WHOLE)}


def _object(figure: Figure, unit: tuple[str, str]) -> dict[str, object]:
    code, name = unit
    value = float(figure.value) if isinstance(figure.value, Decimal) else figure.value
    return {
        "unitCode": code,
        "unit": name,
        "subject": figure.subject,
        "kind": figure.kind or None,
        "kindLabel": _kinds(figure.tally.facts)[figure.kind],
        "measure": figure.tally.key,
        "label": figure.tally.label,
        "unitLabel": figure.unit_label,
        "when": figure.measure.value,
        "counting": figure.counting.value,
        "value": value,
    }
