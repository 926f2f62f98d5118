"""The statistics of a quarter: everything counted afresh, over participations in drills that were all held in it.

The ceiling is one aggregate that a person would write over the same tables, with the index that covers what it reads of
the facts: how often, how many people, how many different bodies, by unit and kind, by unit, by kind and in all. It
first counts each body by itself, for to tell all facts apart takes PostgreSQL four times as long. What the same costs
where the facts lie flat in a table for this very question, which somebody would have to keep up, is told beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from tortoise import Tortoise

from api.benchmarks import filling
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate, timed
from api.errors import Stopped
from domain import database, statistics
from domain.actor import TOKYO
from domain.japanese import Period

BY_HAND = """
    WITH fine AS (
        SELECT drill.unit_id, drill.threat AS kind, part.organization_id, count(*) AS bodies,
            sum(part.attended_count) AS people
        FROM drill
        JOIN drill_participation part ON part.drill_id = drill.id AND part.attended_count > 0
            AND part.role <> 'OBSERVER'
        WHERE drill.status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED')
            AND drill.starts_at >= $1 AND drill.starts_at < $2
        GROUP BY drill.unit_id, drill.threat, part.organization_id)
    SELECT fine.unit_id, fine.kind, sum(bodies) AS bodies, count(DISTINCT identity) AS different, sum(people) AS people
    FROM fine JOIN organization ON organization.id = fine.organization_id
    GROUP BY GROUPING SETS ((fine.unit_id, fine.kind), (fine.unit_id), (fine.kind), ())"""
FLAT = """
    CREATE UNLOGGED TABLE fact AS
    SELECT drill.unit_id, drill.threat AS kind, organization.identity AS body, attended_count AS people
    FROM drill_participation part
    JOIN drill ON drill.id = part.drill_id
    JOIN organization ON organization.id = part.organization_id"""
COVERING = "CREATE INDEX fact_covering ON fact (unit_id, kind, body) INCLUDE (people)"
AGGREGATE = """
    WITH fine AS (
        SELECT unit_id, kind, body, count(*) AS bodies, sum(people) AS people FROM fact GROUP BY unit_id, kind, body)
    SELECT unit_id, kind, sum(bodies) AS bodies, count(DISTINCT body) AS different, sum(people) AS people
    FROM fine GROUP BY GROUPING SETS ((unit_id, kind), (unit_id), (kind), ())"""
WANTED = 0.7
KEPT = 0.02
"""The most seconds for the figures of a period that is over, which the clock has counted and kept."""
TOTALS = {"DRILL_BODIES": "bodies", "DRILL_BODIES_UNIQUE": "different", "DRILL_PEOPLE": "people"}


@dataclass(frozen=True)
class Size:
    organizations: int = 500
    drills: int = 50_000
    seats: int = 20
    rounds: int = 9

    @property
    def facts(self) -> int:
        return self.drills * self.seats


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds for one counting; about a minute, most of it to write the facts."""
    async with land.ground() as ground:
        period = Period.quarter_of(ground.hq.now.astimezone(TOKYO).date()).previous()
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills, size.seats, held=period)
        await database.execute(FLAT)
        await database.execute(COVERING)
        await filling.settle()
        fresh, by_hand, flat = await compare(ground, period, size)
        await keep(ground, period)
        kept, beside = await alternate(
            size.rounds, timed(lambda: statistics.show(ground.hq, period)), timed(partial(_by_hand, period))
        )
    workload = (
        f"参加{size.facts:,}件（訓練{size.drills:,}件）の四半期を、全項目・所属別・種別に集計する（実数を含む）。"
        "天井は、同じ表から参加だけを数える手書きの集計SQL一つ（参加は索引だけで足りる）"
    )
    lines = (
        Compared("四半期の集計", "秒", fresh, by_hand, wanted=WANTED),
        Compared("四半期の集計（天井は、この問いのために平らに並べた表から）", "秒", fresh, flat),
        Compared("四半期の集計（控え）", "秒", kept, beside, most=KEPT),
    )
    return Report("statistics", workload, lines)


async def compare(ground: Ground, period: Period, size: Size) -> list[tuple[float, ...]]:
    """Raises Stopped where they do not all count the same."""
    report = await statistics.show(ground.hq, period, fresh=True)
    for totals in (await _by_hand(period), await _flat()):
        for tally, column in TOTALS.items():
            if report.counts[ground.hq.prefecture_id, tally, statistics.ALL] != totals[column]:
                raise Stopped(f"集計「{tally}」が、手書きのSQLと違います。")
        if totals["bodies"] != size.facts:
            raise Stopped("集計した参加の数が合いません。")
    ours = timed(lambda: statistics.show(ground.hq, period, fresh=True))
    return await alternate(size.rounds, ours, timed(partial(_by_hand, period)), timed(_flat))


async def keep(ground: Ground, period: Period) -> None:
    """Count it and keep what was counted. Raises Stopped where that is something else."""
    await statistics.compute(ground.hq, period=period.code)
    kept, fresh = [await statistics.show(ground.hq, period, fresh=fresh) for fresh in (False, True)]
    if kept.counts != fresh.counts:
        raise Stopped("控えた集計が、数え直したものと違います。")


async def _by_hand(period: Period) -> Mapping[str, int]:
    return await _totals(BY_HAND, period.starts_at, period.ends_before)


async def _flat() -> Mapping[str, int]:
    return await _totals(AGGREGATE)


async def _totals(sql: str, *values: object) -> Mapping[str, int]:
    """The totals of everything."""
    async with Tortoise.get_connection("default").acquire_connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan")
        rows = await connection.fetch(sql, *values)
    return next(row for row in rows if row["unit_id"] is None and row["kind"] is None)
