"""The counting itself: one SQL statement for everything, so that all figures speak of the same instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from tortoise import Tortoise

from domain.actor import TOKYO
from domain.errors import Incomplete, Invalid
from domain.japanese import Period
from domain.statistics.figures import Count, CountedUnit, Report, asked, grid
from domain.statistics.tally import ALL, Facts, Tally
from domain.units import Unit, UnitKind, headquarters_among
from domain.values import dataclass


@dataclass(frozen=True)
class Scope:
    """Whose report it is, its rows, and the unit that its totals belong to (nothing where there are none)."""

    name: str
    units: tuple[CountedUnit, ...]
    whole_id: UUID | None


async def prefecture_scope(prefecture_id: UUID) -> Scope:
    """Headquarters as one row, then each station with its sections, in the order of their codes."""
    known = {unit.id: unit for unit in await Unit.filter(prefecture_id=prefecture_id).order_by("code")}
    top = _headquarters(known.values())
    stations = [unit for unit in known.values() if unit.kind is UnitKind.STATION]
    members: dict[UUID, list[UUID]] = {row.id: [] for row in (top, *stations)}
    for unit in known.values():
        members[(_station(unit, known) or top).id].append(unit.id)
    rows = tuple(CountedUnit.of(known[id], tuple(its)) for id, its in members.items())
    return Scope(known[prefecture_id].name, rows, prefecture_id)


def _headquarters(known: Iterable[Unit]) -> Unit:
    """Every prefecture has been founded with one. Raises Incomplete where it was lost on the way."""
    if (found := headquarters_among(known)) is None:
        raise Incomplete("県警察の直下に本部がありません。本部を登録し直してから集計してください。")
    return found


def _station(unit: Unit, known: Mapping[UUID, Unit]) -> Unit | None:
    """The station among the unit and those above it; no way up is longer than there are units, were it a circle."""
    at: Unit | None = unit
    for _ in known:
        if at is None or at.kind is UnitKind.STATION:
            return at
        at = known.get(at.parent_id) if at.parent_id else None
    return None


async def national_scope(national_id: UUID) -> Scope:
    """The prefectures side by side."""
    national = await Unit.get(id=national_id)
    units = await Unit.exclude(kind=UnitKind.NATIONAL).order_by("code")
    members: dict[UUID, list[UUID]] = {}
    for unit in units:
        members.setdefault(unit.prefecture_id, []).append(unit.id)
    rows = [CountedUnit.of(unit, tuple(members[unit.id])) for unit in units if unit.kind is UnitKind.PREFECTURE]
    return Scope(national.name, tuple(rows), national_id)


async def count_report(scope: Scope, period: Period, now: datetime) -> Report:
    """Count everything that the period asks for, up to today. Raises Invalid for a period that has not begun."""
    last = last_day(period, now)
    found = await _counted(scope.units, asked(period), period, last)
    units = tuple(unit for unit in scope.units if _is_shown(unit, period, found))
    counted: list[tuple[UUID, CountedUnit | None]] = [(unit.id, unit) for unit in units]
    if scope.whole_id:
        counted.append((scope.whole_id, None))
    places = [_Place.of(tally, kind) for tally, kind in grid(period)]
    counts = {
        (id, place.key, place.kind): count
        for id, unit in counted
        for place, count in _figures(unit, places, period, found)
    }
    return Report(scope.name, period, last, now, units, scope.whole_id, counts)


def last_day(period: Period, now: datetime) -> date:
    """The last day that can be counted at this instant."""
    today = now.astimezone(TOKYO).date()
    if period.starts_on > today:
        raise Invalid("まだ始まっていない期間です。今日までの期間を指定してください。", field="period")
    return min(period.ends_on, today)


Found = dict[tuple[UUID | None, str, str], Count]
"""What the database counted, by unit (none: all together), key of the tally, kind; nothing for a share of nothing."""


def _is_shown(unit: CountedUnit, period: Period, found: Found) -> bool:
    """A station that was closed before stays while something of it still counts."""
    return not _was_closed(unit, period) or any(found.get((unit.id, tally.key, ALL)) for tally in asked(period))


def _was_closed(unit: CountedUnit, period: Period) -> bool:
    return unit.closed_on is not None and unit.closed_on <= period.starts_on


class _Place(NamedTuple):
    """Where a figure stands in the table, of whichever unit: what stands there where nothing was counted, and whether
    nothing can be counted there, at all or at a station."""

    key: str
    kind: str
    nothing: Count
    is_beyond: bool
    is_beyond_station: bool

    @classmethod
    def of(cls, tally: Tally, kind: str) -> Self:
        is_beyond = tally.only is not None and kind not in (ALL, *tally.only)
        is_beyond_station = is_beyond or kind in tally.facts.headquarters_only
        return cls(tally.key, kind, None if tally.is_share else 0, is_beyond, is_beyond_station)


def _figures(
    unit: CountedUnit | None, places: Sequence[_Place], period: Period, found: Found
) -> Iterator[tuple[_Place, Count]]:
    """What was counted, of a unit or in all; where nothing was and nothing could be, the figure does not apply.

    That is so for kinds of which the tally counts nothing, for a unit that was closed before the period, and for a
    station in what only headquarters has.
    """
    id = unit.id if unit else None
    is_closed = unit is not None and _was_closed(unit, period)
    is_station = unit is not None and unit.kind is UnitKind.STATION
    for place in places:
        count = found.get((id, place.key, place.kind), place.nothing)
        is_absent = is_closed or (place.is_beyond_station if is_station else place.is_beyond)
        yield place, None if is_absent and not count else count


async def _counted(units: Sequence[CountedUnit], tallies: Sequence[Tally], period: Period, last: date) -> Found:
    of_facts: dict[str, list[Tally]] = {}
    for tally in tallies:
        of_facts.setdefault(tally.facts.name, []).append(tally)
    counts = " UNION ALL ".join(_select(group[0].facts, group) for group in of_facts.values())
    return {
        (row["counted_id"], tally.key, row["kind"] or ALL): count
        for row in await _fetch(f"{WITH} {counts}", *_asking(units, period, last))
        for tally, count in zip(of_facts[row["facts"]], row["counts"], strict=True)
    }


# A parameter that no SELECT happens to use must still be one.
WITH = """WITH member AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS member (unit_id, counted_id)),
     asked AS (SELECT $3::timestamptz, $4::timestamptz, $5::date, $6::date)"""

IDENTITIES = "LEFT JOIN (SELECT id AS body, identity FROM organization) known USING (body)"


def _select(facts: Facts, tallies: Sequence[Tally]) -> str:
    """Per unit and kind, per unit, per kind and in all: each counted from the facts, none added up from another.

    The facts are first brought together per unit and body, so that only bodies have to be told apart, not facts; and
    only of bodies it is looked up who they are.
    """
    is_told_apart = any(tally.is_unique for tally in tallies)
    body = "body" if is_told_apart else "NULL::text"
    who = IDENTITIES if is_told_apart and facts.by_identity else ""
    names = {part: f"part_{n}" for n, part in enumerate(dict.fromkeys(part for one in tallies for part in _parts(one)))}
    parts = ", ".join(f"{part} AS {name}" for part, name in names.items())
    counts = ", ".join(
        _count(one, [names[part] for part in _parts(one)], "identity" if who else "body") for one in tallies
    )
    return f"""SELECT '{facts.name}' AS facts, counted_id, kind, ARRAY[{counts}]::bigint[] AS counts
        FROM (SELECT unit_id, kind, {body} AS body, {parts}
              FROM ({facts.select}) fact WHERE unit_id = ANY($1) GROUP BY 1, 2, 3) together
            JOIN member USING (unit_id) {who}
        GROUP BY GROUPING SETS ((counted_id, kind), (counted_id), (kind), ())"""  # noqa: S608 only our own table


def _parts(tally: Tally) -> list[str]:
    """What is added up of each body: for how many the tally's condition holds, of a share then that of its whole."""
    conditions = [tally.where, tally.share_of] if tally.is_share else [tally.where]
    added = "count(*)" if tally.adds == "1" else f"sum({tally.adds})"
    return [added if condition == "true" else f"{added} FILTER (WHERE {condition})" for condition in conditions]


def _count(tally: Tally, parts: Sequence[str], body: str) -> str:
    part, *whole = (_summed(tally, one, body) for one in parts)
    return f"round(1000.0 * {part} / nullif({whole[0]}, 0))" if whole else part


def _summed(tally: Tally, part: str, body: str) -> str:
    return f"count(DISTINCT {body}) FILTER (WHERE {part} > 0)" if tally.is_unique else f"coalesce(sum({part}), 0)"


async def find_records(
    units: Sequence[CountedUnit], tally: Tally, kind: str, period: Period, now: datetime
) -> list[UUID]:
    """The ids of the records that make up one figure, as they count at this instant."""
    statement = f"""{WITH} SELECT DISTINCT id FROM ({tally.facts.select}) fact
        WHERE unit_id = ANY($1) AND ({tally.where}) AND $7::text IN ('', kind) ORDER BY id"""  # noqa: S608 only our own table
    rows = await _fetch(statement, *_asking(units, period, last_day(period, now)), kind)
    return [row["id"] for row in rows]


def _asking(units: Sequence[CountedUnit], period: Period, last: date) -> tuple[object, ...]:
    members = [(member, unit.id) for unit in units for member in unit.members]
    bounds = (period.starts_at, Period.on(last).ends_before, period.starts_on, last)
    return ([member for member, _ in members], [id for _, id in members], *bounds)


# Enough to bring a million facts together in memory, and a plan for this period: one for any takes twice as long. Only
# until the transaction ends.
ROOM = "SELECT set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true)"


async def _fetch(statement: str, *values: object) -> list[dict[str, Any]]:
    connection = Tortoise.get_connection("default")
    await connection.execute_query(ROOM)
    rows: list[dict[str, Any]] = await connection.execute_query_dict(statement, list(values))
    return rows
