"""The nested list: drills with the organisations that take part, over HTTP, as headquarters and as a partner.

The ceiling is SQL as a person would write it for this one question, with the same scope: what the person would leave
out, it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from api.benchmarks import filling, load
from api.benchmarks.ground import Land
from api.benchmarks.measuring import Compared, Report, alternate
from api.benchmarks.questions import Question, headquarters, must_agree, partner
from api.benchmarks.serving import Application, Bare, serving

WANTED = 0.7
WALLED = 0.85  # what is left with the second wall

LIST = """
    { drills(first: 50) { edges { node {
        id title startsAt
        participations(first: 20) { edges { node { id role plannedCount organization { id name } } } }
    } } } }"""

LIST_SQL = """
    SELECT json_build_object('drills', json_build_object('edges', coalesce(json_agg(edge), '[]')))::text
    FROM (
        SELECT (SELECT row_to_json(r) FROM (SELECT 'Drill:' || drill.id AS id, title, starts_at AS "startsAt", (
            SELECT json_build_object('edges', coalesce(json_agg(edge), '[]')) FROM (
                SELECT (SELECT row_to_json(r) FROM (
                    SELECT 'DrillParticipation:' || part.id AS id, role, planned_count AS "plannedCount",
                        CASE WHEN body.id IS NOT NULL THEN
                            (SELECT row_to_json(r) FROM (SELECT 'Organization:' || body.id AS id, body.name) r)
                        END AS organization) r) AS node
                FROM drill_participation part
                LEFT JOIN organization body ON body.id = part.organization_id AND {body}
                WHERE part.drill_id = drill.id AND {part} ORDER BY part.created_at, part.id LIMIT 20) edge
            ) AS participations) r) AS node
        FROM (SELECT * FROM drill WHERE {drill} ORDER BY starts_at, id LIMIT 50) drill
        ORDER BY starts_at, id) edge"""
# Whoever sees a drill at headquarters sees who takes part in it: there is nothing to ask of them.
WHOLE_SQL = LIST_SQL.replace("{part}", "true")


@dataclass(frozen=True)
class Size:
    """How much there is to read from, and how long each of the rounds lasts (in seconds, for each of the two)."""

    organizations: int = 500
    drills: int = 5_000
    seats: int = 20
    rounds: int = 6
    seconds: float = 0.5


async def measure(land: Land, size: Size = Size()) -> Report:
    """Requests per second; at most half a minute."""
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills, size.seats)
        await filling.settle()
        asked = [
            Question("訓練50件・県本部", headquarters(ground), LIST, WHOLE_SQL, WANTED),
            Question("訓練50件・連携団体", partner(ground), LIST, LIST_SQL, WANTED),
        ]
        handwritten = tuple(one.handwritten for one in asked)
        with (
            serving(Application(ground.url, keeps=False)) as port,
            serving(Bare(ground.url, handwritten)) as bare,
            serving(Application(ground.url, is_walled=False)) as unwalled,
        ):
            lines = [line for one in asked for line in await compare(port, bare, unwalled, one, size)]
    workload = (
        f"訓練50件×参加{size.seats}機関（団体名つき）を HTTP で読む（答えの控えは使わない）。接続{load.CONNECTIONS}。"
        "天井は同じ範囲を手書きのSQLで読み、同じJSONを素の Starlette で返すもの"
    )
    return Report("drills", workload, tuple(lines))


async def compare(port: int, bare: int, unwalled: int, asked: Question, size: Size) -> list[Compared]:
    """Against a bare Starlette, against one that also finds out who asks, and against ourselves without the second
    wall."""
    await must_agree(port, bare, asked)
    ways = ((port, asked.ours), (bare, asked.ceiling), (bare, asked.known_ceiling), (unwalled, asked.ours))
    rates = await alternate(size.rounds, *(partial(load.rate, *way, size.seconds) for way in ways))
    return [
        Compared(asked.label, "回/秒", rates[0], rates[1], is_rate=True, wanted=asked.wanted),
        Compared(f"{asked.label}（天井も利用者を確かめる）", "回/秒", rates[0], rates[2], is_rate=True),
        Compared(
            f"{asked.label}（天井は行レベルの防壁なし）", "回/秒", rates[0], rates[3], is_rate=True, wanted=WALLED
        ),
    ]
