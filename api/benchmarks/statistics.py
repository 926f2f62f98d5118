"""The statistics of a fiscal year: everything counted afresh, over participations in drills that were all held in it.

The ceiling is one aggregate over the same facts laid out flat for this very question, with an index that covers it:
how often, how many people, how many different bodies, by unit and kind, by unit, by kind and in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise import Tortoise

from api.benchmarks import filling
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate, timed
from api.errors import Stopped
from domain import database, statistics
from domain.japanese import Period

FLAT = """
    CREATE UNLOGGED TABLE fact AS
    SELECT drill.unit_id, drill.threat AS kind, organization.identity AS body, attended_count AS people
    FROM drill_participation part
    JOIN drill ON drill.id = part.drill_id
    JOIN organization ON organization.id = part.organization_id"""
COVERING = "CREATE INDEX fact_covering ON fact (unit_id, kind, body) INCLUDE (people)"
AGGREGATE = """
    SELECT unit_id, kind, count(*) AS bodies, count(DISTINCT body) AS different, sum(people) AS people
    FROM fact GROUP BY GROUPING SETS ((unit_id, kind), (unit_id), (kind), ())"""
WANTED = 0.7
KEPT = 0.02
"""The most seconds for the figures of a period that is over, which the clock has counted and kept."""
TOTALS = {"DRILL_BODIES": "bodies", "DRILL_BODIES_UNIQUE": "different", "DRILL_PEOPLE": "people"}


@dataclass(frozen=True)
class Size:
    organizations: int = 500
    drills: int = 50_000
    seats: int = 20
    rounds: int = 3

    @property
    def facts(self) -> int:
        return self.drills * self.seats


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds for one counting; about a minute, most of it to write the facts."""
    async with land.ground() as ground:
        period = Period.of_year(Period.quarter_of(ground.hq.now.date()).year - 1)
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills, size.seats, held=period)
        await database.execute(FLAT)
        await database.execute(COVERING)
        await filling.settle()
        fresh, ceiling = await compare(ground, period, size)
        kept, beside = await compare_kept(ground, period, size)
    workload = (
        f"参加{size.facts:,}件（訓練{size.drills:,}件）の年度を、全項目・所属別・種別に集計する（実数を含む）。"
        "天井は、同じ事実を平らに並べた表への集計SQL一つ（索引だけで足りる）"
    )
    lines = (
        Compared("年度の集計", "秒", fresh, ceiling, wanted=WANTED),
        Compared("年度の集計（控え）", "秒", kept, beside, most=KEPT),
    )
    return Report("statistics", workload, lines)


async def compare(ground: Ground, period: Period, size: Size) -> list[tuple[float, ...]]:
    """Raises Stopped where the two do not count the same."""
    report = await statistics.show(ground.hq, period, fresh=True)
    totals = await _aggregate()
    for tally, column in TOTALS.items():
        if report.counts[ground.hq.prefecture_id, tally, statistics.ALL] != totals[column]:
            raise Stopped(f"集計「{tally}」が、手書きのSQLと違います。")
    if totals["bodies"] != size.facts:
        raise Stopped("集計した参加の数が合いません。")
    return await alternate(
        size.rounds, timed(lambda: statistics.show(ground.hq, period, fresh=True)), timed(_aggregate)
    )


async def compare_kept(ground: Ground, period: Period, size: Size) -> list[tuple[float, ...]]:
    """Once it has been counted and kept. Raises Stopped where what was kept is something else."""
    await statistics.compute(ground.hq, period=str(period.starts_on.year))
    kept, fresh = [await statistics.show(ground.hq, period, fresh=fresh) for fresh in (False, True)]
    if kept.counts != fresh.counts:
        raise Stopped("控えた集計が、数え直したものと違います。")
    return await alternate(size.rounds, timed(lambda: statistics.show(ground.hq, period)), timed(_aggregate))


async def _aggregate() -> Mapping[str, int]:
    """The totals of everything."""
    async with Tortoise.get_connection("default").acquire_connection() as connection:
        await connection.execute("SET work_mem = '64MB'")
        rows = await connection.fetch(AGGREGATE)
    return next(row for row in rows if row["unit_id"] is None and row["kind"] is None)
