"""What was computed and when: runs that are kept as they were, and the questions that read or renew them.

The clock keeps a run of every quarter for each prefecture, and for the nation where 警察庁 is a unit. Later runs do
not change earlier ones. A run of a period that was still running is kept, but does not answer for the period.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import database, records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer, Role
from domain.criteria import any_of, nothing
from domain.errors import Invalid, NotFound
from domain.japanese import Measure, Period, PeriodBasis
from domain.records import MISSING, Owned
from domain.statistics.counting import Scope, count_report, find_records, last_day, national_scope, prefecture_scope
from domain.statistics.figures import Count, CountedUnit, Key, Report, grid
from domain.statistics.measures import BY_KEY
from domain.statistics.tally import ALL
from domain.units import Unit, UnitKind
from domain.verbs import broken, routine, verb

READERS = (Role.STATISTICIAN, Role.NATIONAL, *LIAISONS)


class Run(Owned):
    """集計: one computing. `unit_id` is the prefecture, or 警察庁; `person_id` is empty where the clock computed.

    `columns` are the keys of its tallies, each with its kinds: what stands in its rows, in this order.
    """

    basis = fields.CharEnumField(PeriodBasis, max_length=20)
    measure = fields.CharEnumField(Measure, max_length=10)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    as_of = fields.DateField()
    computed_at = fields.DatetimeField()
    person_id = fields.UUIDField(null=True)
    columns: list[tuple[str, list[str]]] = fields.JSONField()

    UNTOLD = frozenset({"columns"})

    class Meta:
        table = "statistics_run"
        indexes = [Index(fields=("unit_id", "starts_on", "ends_on", "computed_at"), name="statistics_run_period")]


class RunRow(Owned):
    """All figures of one unit in a run. `unit_id` is the counted unit, or the run's own for the totals.

    `counts` are what the database counted, hours in minutes; null where a figure does not apply ("-"). There are a
    thousand for each unit, nearly all of them 0: a row for each took longer to read than to count again.
    """

    run: fields.ForeignKeyRelation[Run] = fields.ForeignKeyField("renkei.Run", related_name="rows")
    run_id: UUID
    counts: list[Count] = fields.JSONField()

    class Meta:
        table = "statistics_row"
        indexes = [Index(fields=("run_id", "unit_id"), name="statistics_row_run")]


broken("statistics_run_once", "この期間はすでに集計されています。")


def visible_to(actor: Actor) -> QuerySet[Run]:
    """The runs of the own prefecture; 警察庁 sees its own, with the prefectures side by side."""
    return Run.filter(unit_id=actor.prefecture_id) if actor.role in READERS else nothing(Run)


def rows_visible_to(actor: Actor) -> QuerySet[RunRow]:
    """A station sees its own figures, without the prefecture's totals."""
    if actor.role is Role.STATION_LIAISON:
        return RunRow.filter(any_of(RunRow, "unit_id", actor.units))
    return RunRow.filter(prefecture_id=actor.prefecture_id) if actor.role in READERS else nothing(RunRow)


@verb(*READERS, only_reads=True)
async def show(actor: Actor, period: Period, *, fresh: bool = False) -> Report:
    """The figures of a period: of the newest run since its end; without one, or when `fresh`, counted now.

    Raises Invalid for a period that has not begun.
    """
    last_day(period, actor.now)
    run = None if fresh else await _newest(actor, period)
    return await _read(actor, run, period) if run else await count_report(await _scope(actor), period, actor.now)


async def _newest(actor: Actor, period: Period) -> Run | None:
    runs = visible_to(actor).filter(measure=period.measure, starts_on=period.starts_on, ends_on=period.ends_on)
    return await runs.filter(computed_at__gte=period.ends_before).order_by("-computed_at", "-id").first()


async def _read(actor: Actor, run: Run, period: Period) -> Report:
    """The run as it was kept. A tally that was declared after it does not apply to it."""
    scope = await _scope(actor)
    rows = {row.unit_id: row.counts for row in await rows_visible_to(actor).filter(run_id=run.id)}
    units = tuple(unit for unit in scope.units if unit.id in rows)
    ids = [unit.id for unit in units] + ([scope.whole_id] if scope.whole_id else [])
    kept = _Kept({id: rows[id] for id in ids}, run, period)
    return Report(scope.name, period, run.as_of, run.computed_at, units, scope.whole_id, kept)


class _Kept(Mapping[Key, Count]):
    """What a period asks for, of these units, each figure looked up where it stands in the rows of a run."""

    def __init__(self, rows: Mapping[UUID, Sequence[Count]], run: Run, period: Period) -> None:
        places = {(tally, kind): at for at, (tally, kind) in enumerate(_each(run.columns))}
        self._rows = rows
        self._places = {(tally.key, kind): places.get((tally.key, kind)) for tally, kind in grid(period)}

    def __getitem__(self, key: Key) -> Count:
        unit_id, tally, kind = key
        counts, at = self._rows[unit_id], self._places[tally, kind]
        return None if at is None else counts[at]

    def __iter__(self) -> Iterator[Key]:
        return ((unit_id, tally, kind) for unit_id in self._rows for tally, kind in self._places)

    def __len__(self) -> int:
        return len(self._rows) * len(self._places)


def _each(columns: Iterable[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    return ((tally, kind) for tally, kinds in columns for kind in kinds)


@verb(Role.STATISTICIAN, Role.HQ_LIAISON, Role.NATIONAL)
async def compute(actor: Actor, *, period: str) -> Run:
    """Count a period (2026Q2, 2026, CY2026, 2026-12-31) now and keep the run; it answers for the period from then on.

    A run of a period that is not over is kept, but does not answer for it. Raises Invalid for what is no period.
    """
    report = await count_report(await _scope(actor), Period.parse(period), actor.now)
    return await _keep(actor, actor.prefecture_id, report, actor.person_id)


@routine
async def compute_quarter(now: datetime) -> int:
    """Keep a run of the quarter before this one, for every prefecture and the nation; how many were missing."""
    period = Period.quarter_of(now.astimezone(TOKYO).date()).previous()
    owners = await Unit.filter(kind__in=(UnitKind.PREFECTURE, UnitKind.NATIONAL)).order_by("code", "id")
    missing = [owner for owner in owners if not await _by_the_clock(owner.id, period)]
    for owner in missing:
        report = await count_report(await _whole(owner), period, now)
        await _keep(Bearer(now), owner.id, report, None)
    return len(missing)


async def _by_the_clock(owner_id: UUID, period: Period) -> bool:
    days = {"starts_on": period.starts_on, "ends_on": period.ends_on}
    return await Run.filter(unit_id=owner_id, person_id=None, measure=period.measure, **days).exists()


async def _keep(author: Author, owner_id: UUID, report: Report, person_id: UUID | None) -> Run:
    """The run with its journal entry; its figures are part of it and never change."""
    period = report.period
    columns = [(tally.key, [ALL, *map(str, tally.facts.kinds)]) for tally in report.tallies]
    run = await records.create(
        author,
        Run,
        "statistics-computed",
        unit_id=owner_id,
        prefecture_id=owner_id,
        basis=period.basis,
        measure=period.measure,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        as_of=report.as_of,
        computed_at=report.computed_at,
        person_id=person_id,
        columns=columns,
    )
    counted = list(dict.fromkeys(unit_id for unit_id, _, _ in report.counts))
    rows = [json.dumps([report.counts[id, tally, kind] for tally, kind in _each(columns)]) for id in counted]
    await database.execute(ROWS, author.now, owner_id, run.id, [uuid7() for _ in counted], counted, rows)
    return run


ROWS = """
    INSERT INTO statistics_row (id, version, created_at, updated_at, prefecture_id, run_id, unit_id, counts)
    SELECT id, 1, $1, $1, $2, $3, unit_id, counts::jsonb
    FROM unnest($4::uuid[], $5::uuid[], $6::text[]) AS row (id, unit_id, counts)"""


async def _scope(actor: Actor) -> Scope:
    """What the actor may see counted: a station itself, everybody else their whole."""
    if actor.role is Role.NATIONAL:
        return await national_scope(actor.prefecture_id)
    scope = await prefecture_scope(actor.prefecture_id)
    if actor.role is not Role.STATION_LIAISON:
        return scope
    own = tuple(unit for unit in scope.units if unit.id in actor.units)
    return Scope("・".join(unit.name for unit in own), own, None)


async def _whole(owner: Unit) -> Scope:
    is_nation = owner.kind is UnitKind.NATIONAL
    return await national_scope(owner.id) if is_nation else await prefecture_scope(owner.id)


@verb(*LIAISONS, only_reads=True)
async def records_behind(actor: Actor, *, measure: str, unit_id: UUID, period: Period, kind: str = ALL) -> list[UUID]:
    """The ids of the records that one figure counts now: of a unit of the actor's, or of the whole prefecture.

    `measure` is the key of a tally. A run computed earlier may have counted others. Raises Invalid for an unknown
    measure or kind, NotFound for a unit that the actor does not see counted.
    """
    tally = BY_KEY.get(measure)
    if tally is None:
        raise Invalid("その集計項目はありません。項目の名前を確かめてください。", field="measure")
    if kind not in (ALL, *tally.facts.kinds):
        raise Invalid("その集計項目に、この種別はありません。", field="kind")
    return await find_records(_asked_for(await _scope(actor), unit_id), tally, kind, period, actor.now)


def _asked_for(scope: Scope, unit_id: UUID) -> Sequence[CountedUnit]:
    units = scope.units if unit_id == scope.whole_id else [unit for unit in scope.units if unit.id == unit_id]
    if not units:
        raise NotFound(MISSING, field="unit_id")
    return units
