"""What an officer's programs ask for all day: one row, a page of a long list and the next, who has not answered yet;
and the same once more while nothing has changed."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.benchmarks import drills, filling, load
from api.benchmarks.drills import Size
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Report, alternate
from api.benchmarks.questions import Question, Reader, compare, headquarters, must_agree, partner
from api.benchmarks.serving import Application, Bare, serving
from api.errors import Stopped
from api.house import House
from domain import database

WANTED = 0.5
WANTED_AGAIN = 0.3

NODE = "query Node($id: ID!) { node(id: $id) { id ... on Drill { title status startsAt } } }"
NODE_SQL = """
    SELECT json_build_object('node', (SELECT row_to_json(r) FROM (
        SELECT 'Drill:' || id AS id, title, status, starts_at AS "startsAt" FROM drill WHERE {drill} AND id = $2
    ) r))::text"""
THEIRS = "SELECT drill_id FROM drill_participation WHERE organization_id = $1 ORDER BY drill_id LIMIT 1"

PAGE = """
    query Page($after: String) {
        drillParticipations(first: 20, after: $after, orderBy: CREATED_AT_DESC, filter: { role: [TRAINEE] }) {
            edges { node { id role plannedCount drill { id title } organization { id name } } }
            pageInfo { hasNextPage endCursor }
        } }"""
# {after} is what lies behind the cursor, whose two parts are $2 and $3.
PAGE_SQL = """
    WITH page AS MATERIALIZED (
        SELECT * FROM drill_participation part WHERE {part} AND role = ANY('{TRAINEE}'::text[]) {after}
        ORDER BY created_at DESC, id DESC LIMIT 21)
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
            ORDER BY part.created_at DESC, part.id DESC LIMIT 20) edge),
        'pageInfo', json_build_object(
            'hasNextPage', (SELECT count(*) > 20 FROM page),
            'endCursor', (SELECT translate(encode(convert_to(json_build_array('created_at', created_at::text, id)::text,
                'UTF8'), 'base64'), E'\\n', '')
                FROM (SELECT * FROM page ORDER BY created_at DESC, id DESC LIMIT 20) shown
                ORDER BY created_at, id LIMIT 1))))::text"""
BEHIND = "AND (created_at, id) < ($2::text::timestamptz, $3::text::uuid)"

WAITING = """
    { drills(first: 20, orderBy: STARTS_AT_ASC, filter: { awaiting: true, status: [PLANNING, INVITING, CONFIRMED] }) {
        totalCount
        edges { node { id title startsAt
            participations(first: 20, filter: { reply: [AWAITED] }) { edges { node { organization { id name } } } }
    } } } }"""
AWAITED = """{drill} AND status = ANY('{PLANNING,INVITING,CONFIRMED}'::text[])
    AND EXISTS (SELECT FROM drill_participation p WHERE p.drill_id = drill.id AND p.reply = 'AWAITED')"""
WAITING_SQL = (
    """
    SELECT json_build_object('drills', json_build_object(
        'totalCount', (SELECT count(*) FROM drill WHERE {awaited}),
        'edges', (SELECT coalesce(json_agg(edge), '[]') FROM (
            SELECT (SELECT row_to_json(r) FROM (SELECT 'Drill:' || drill.id AS id, title, starts_at AS "startsAt", (
                SELECT json_build_object('edges', coalesce(json_agg(edge), '[]')) FROM (
                    SELECT json_build_object('organization', CASE WHEN body.id IS NOT NULL THEN
                        json_build_object('id', 'Organization:' || body.id, 'name', body.name) END) AS node
                    FROM drill_participation part
                    LEFT JOIN organization body ON body.id = part.organization_id AND {body}
                    WHERE part.drill_id = drill.id AND part.reply = 'AWAITED'
                    ORDER BY part.created_at, part.id LIMIT 20) edge
                ) AS participations) r) AS node
            FROM (SELECT * FROM drill WHERE {awaited} ORDER BY starts_at, id LIMIT 20) drill
            ORDER BY starts_at, id) edge)))::text"""
).replace("{awaited}", AWAITED)
FEW_AWAIT = """
    UPDATE drill_participation SET reply = 'AWAITED'
    WHERE drill_id IN (SELECT id FROM drill ORDER BY starts_at LIMIT $1)"""
AWAITING = 40
USUAL = Size()


@dataclass(frozen=True)
class Bytes:
    """A bare route that answers with what is in memory."""

    path: str
    body: bytes

    def route(self, _: House) -> Route:
        async def answer(_: Request) -> Response:
            return Response(self.body, media_type="application/json")

        return Route(self.path, answer)


async def measure(land: Land, size: Size = USUAL) -> Report:
    """Requests per second; at most a minute."""
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.organizations - 1)
        await filling.add_drills(ground, size.drills, size.seats)
        await database.execute(FEW_AWAIT, AWAITING)
        await filling.settle()
        asked = await questions(ground)
        handwritten = tuple(one.handwritten for one in asked)
        with serving(Application(ground.url, keeps=False)) as port, serving(Bare(ground.url, handwritten)) as bare:
            lines = [await compare(port, bare, one, size.rounds, size.seconds) for one in asked]
        lines += await again(ground, size)
    workload = (
        f"参加{size.drills * size.seats:,}行のうちの20行とその次の20行、訓練1件、未回答の残る訓練20件を HTTP で読む。"
        f"接続{load.CONNECTIONS}。天井は同じ範囲を手書きのSQLで読み、同じJSONを素の Starlette で返すもの。"
        "二度目からは、覚えておいたバイト列を素の Starlette で返すもの"
    )
    return Report("pages", workload, tuple(lines))


async def questions(ground: Ground) -> list[Question]:
    """Everything as headquarters, and one row and the page as a partner too."""
    hq, guest = headquarters(ground), partner(ground)
    [[id]] = await database.records(THEIRS, ground.partner.organization_id)
    first = PAGE_SQL.replace("{after}", "")
    return [
        Question("未回答の残る訓練・県本部", hq, WAITING, WAITING_SQL, WANTED),
        Question("1件・県本部", hq, NODE, NODE_SQL, WANTED, {"id": f"Drill:{id}"}, (str(id),)),
        Question("1件・連携団体", guest, NODE, NODE_SQL, WANTED, {"id": f"Drill:{id}"}, (str(id),)),
        Question("20行・県本部", hq, PAGE, first, WANTED),
        await behind("次の20行・県本部", hq),
        Question("20行・連携団体", guest, PAGE, first, WANTED),
        await behind("次の20行・連携団体", guest),
    ]


async def behind(label: str, reader: Reader) -> Question:
    """The page behind the first. Raises Stopped where there is none."""
    first = Question(label, reader, PAGE, PAGE_SQL.replace("{after}", ""))
    [[text]] = await database.records(first.handwritten.sql, *first.handwritten.values)
    page = json.loads(text)["drillParticipations"]["pageInfo"]
    if not page["hasNextPage"]:
        raise Stopped(f"「{label}」で読む行がありません。参加の数が足りません。")
    cursor: str = page["endCursor"]
    _, at, key = json.loads(b64decode(cursor))
    sql = PAGE_SQL.replace("{after}", BEHIND)
    return Question(label, reader, PAGE, sql, WANTED, {"after": cursor}, (at, key))


async def again(ground: Ground, size: Size) -> list[Compared]:
    """The list of drills asked for again, against what the same server gives from memory without asking anything."""
    label = "訓練50件・県本部（二度目から）"
    asked = Question(label, headquarters(ground), drills.LIST, drills.WHOLE_SQL)
    with serving(Application(ground.url)) as port:
        with serving(Bare(ground.url, (asked.handwritten,))) as bare:
            await must_agree(port, bare, asked)
        stored = Bytes("/stored", (await load.once(port, asked.ours)).body)
        with serving(Bare(ground.url, (stored,))) as bare:
            ways = ((port, asked.ours), (bare, load.get(stored.path)))
            rates = await alternate(size.rounds, *(partial(load.rate, *way, size.seconds) for way in ways))
    return [Compared(label, "回/秒", rates[0], rates[1], is_rate=True, wanted=WANTED_AGAIN)]
