"""The nested list: drills with the organisations that take part, over HTTP, as headquarters and as a partner.

The ceiling is SQL as a person would write it for this one question, with the same scope (what the person would leave
out, it leaves out), which builds the same JSON behind a bare route of the same process. Both answers are compared
before anything is measured.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from api.benchmarks import filling, load
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate
from api.benchmarks.serving import Application, Handwritten, serving
from api.errors import Stopped

WANTED = 0.7
WALLED = 0.85  # what is left with the second wall

LIST = """
    { drills(first: 50) { edges { node {
        id title startsAt
        participations(first: 20) { edges { node { id role plannedCount organization { id name } } } }
    } } } }"""
PAGE = """
    { drillParticipations(first: 20) { edges { node {
        id role plannedCount drill { id title } organization { id name }
    } } pageInfo { hasNextPage } } }"""

# {drill}, {part} and {body} are what the scope asks of each table, with the actor's units or organisation as $1.
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
PAGE_SQL = """
    WITH page AS MATERIALIZED (
        SELECT * FROM drill_participation part WHERE {part} ORDER BY created_at, id LIMIT 21)
    SELECT json_build_object('drillParticipations', json_build_object(
        'edges', (SELECT coalesce(json_agg(edge), '[]') FROM (
            SELECT (SELECT row_to_json(r) FROM (
                SELECT 'DrillParticipation:' || part.id AS id, role, planned_count AS "plannedCount",
                    (SELECT row_to_json(r) FROM (SELECT 'Drill:' || drill.id AS id, title) r) AS drill,
                    CASE WHEN body.id IS NOT NULL THEN
                        (SELECT row_to_json(r) FROM (SELECT 'Organization:' || body.id AS id, body.name) r)
                    END AS organization) r) AS node
            FROM page part
            JOIN drill ON drill.id = part.drill_id
            LEFT JOIN organization body ON body.id = part.organization_id AND {body}
            ORDER BY part.created_at, part.id LIMIT 20) edge),
        'pageInfo', json_build_object('hasNextPage', (SELECT count(*) > 20 FROM page))))::text"""

UNITS = "unit_id = any($1::uuid[])"
OWN = "part.organization_id = $1 AND part.reply IN ('AWAITED', 'ACCEPTED', 'TENTATIVE', 'DECLINED') AND part.was_asked"
INVITED = f"id IN (SELECT drill_id FROM drill_participation part WHERE {OWN})"  # noqa: S608 - our own constant


@dataclass(frozen=True)
class Size:
    """How much there is to read from, and how long each of the rounds lasts (in seconds, for each of the two)."""

    organizations: int = 500
    drills: int = 5_000
    seats: int = 20
    rounds: int = 6
    seconds: float = 0.5


@dataclass(frozen=True)
class Question:
    """One question of one reader, to be asked of the program and of the route with the handwritten statement."""

    label: str
    document: str
    token: str
    handwritten: Handwritten
    wanted: float | None = None

    @property
    def bearing(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def ours(self) -> load.Asked:
        return load.post("/graphql", json.dumps({"query": self.document}).encode(), self.bearing)

    @property
    def ceiling(self) -> load.Asked:
        return load.get(self.handwritten.path)

    @property
    def known_ceiling(self) -> load.Asked:
        return load.get(self.handwritten.path, self.bearing)


async def measure(land: Land, size: Size = Size()) -> Report:
    """Requests per second; at most half a minute."""
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills, size.seats)
        await filling.settle()
        asked = questions(ground)
        handwritten = tuple(one.handwritten for one in asked)
        open_house = Application(ground.url, is_walled=False)
        with serving(Application(ground.url, handwritten)) as port, serving(open_house) as unwalled:
            lines = [line for one in asked for line in await compare(port, unwalled, one, size)]
    workload = (
        f"訓練50件×参加{size.seats}機関（団体名つき）と、参加{size.drills * size.seats:,}行のうちの20行を HTTP で読む。"
        f"接続{load.CONNECTIONS}。天井は同じ範囲を手書きのSQLで読み、同じJSONを素の Starlette で返すもの"
    )
    return Report("drills", workload, tuple(lines))


def questions(ground: Ground) -> list[Question]:
    """Each of the two lists, as headquarters and as a partner."""
    units, own = list(ground.hq.units), ground.partner.organization_id
    held = {"drill": UNITS, "part": UNITS, "body": f"body.{UNITS}"}
    theirs = {"drill": INVITED, "part": OWN, "body": "true"}
    return [
        # Whoever sees a drill at headquarters sees who takes part in it: there is nothing to ask of {part}.
        _list("訓練50件・県本部", ground.hq_token, held | {"part": "true"}, units),
        _list("訓練50件・連携団体", ground.partner_token, theirs, own),
        _page("20行・県本部", ground.hq_token, held, units),
        _page("20行・連携団体", ground.partner_token, theirs, own),
    ]


def _list(label: str, token: str, scope: dict[str, str], reader: object) -> Question:
    written = Handwritten(f"/handwritten/list/{token}", LIST_SQL.format(**scope), (reader,))
    return Question(label, LIST, token, written, WANTED)


def _page(label: str, token: str, scope: dict[str, str], reader: object) -> Question:
    written = Handwritten(f"/handwritten/page/{token}", PAGE_SQL.format(**scope), (reader,))
    return Question(label, PAGE, token, written)


async def compare(port: int, unwalled: int, asked: Question, size: Size) -> list[Compared]:
    """Against the bare route, against one that also finds out who asks, and against ourselves without the second
    wall. Raises Stopped where answers differ."""
    ours, ceiling = [await load.once(port, one) for one in (asked.ours, asked.ceiling)]
    if json.loads(ours.body)["data"] != json.loads(ceiling.body)["data"]:
        raise Stopped(f"「{asked.label}」で、手書きのSQLと答えが違います。")
    ways = (asked.ours, asked.ceiling, asked.known_ceiling)
    measured = [partial(load.rate, port, way, size.seconds) for way in ways]
    rates = await alternate(size.rounds, *measured, partial(load.rate, unwalled, asked.ours, size.seconds))
    return [
        Compared(asked.label, "回/秒", rates[0], rates[1], is_rate=True, wanted=asked.wanted),
        Compared(f"{asked.label}（天井も利用者を確かめる）", "回/秒", rates[0], rates[2], is_rate=True),
        Compared(
            f"{asked.label}（天井は行レベルの防壁なし）", "回/秒", rates[0], rates[3], is_rate=True, wanted=WALLED
        ),
    ]
