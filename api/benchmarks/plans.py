"""How PostgreSQL finds what is asked for all day, where there is a hundred times as much as a prefecture has.

Each question is asked as its door asks it; what it says to the database is overheard and explained as it stands, with
the settings of its connection, and undone again. The figure is what is looked at (blocks of 8 kB); the ceiling, which
here is to be far above, is the largest of the tables that the question needs, read from one end to the other. No table
that has grown may be read like that for any of them: where one is, it is named as a fault. What a function looks at
(`domain.searching`) counts, its steps are not shown.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tortoise import Tortoise

from api.benchmarks import filling, letters, pages, replay
from api.benchmarks.drills import LIST
from api.benchmarks.ground import KEY, Ground, Land
from api.benchmarks.measuring import Compared, Report
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.replay import Said
from api.context import Context
from api.errors import Stopped
from api.questions import ANSWERS
from api.schema import schema
from domain import database, feeds, outbox, tokens
from exports.feeds import WRITER

NAMES = "query($text: String!) { organizations(first: 20, filter: { text: $text }) { edges { node { id name } } } }"
MOSTLY_SENT = "UPDATE letter SET sent_at = owed_at WHERE id NOT IN (SELECT id FROM letter ORDER BY id LIMIT $1)"
WAITING = 200
TABLES = (
    "SELECT relname, relpages, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
EXPLAINED = ("SELECT", "WITH", "UPDATE")

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Size:
    """How much there is; a table with at least so many rows as `large` may not be read as a whole."""

    organizations: int = 20_000
    drills: int = 5_000
    seats: int = 20
    dates: int = 20_000
    letters: int = 12_000
    large: int = 5_000


@dataclass(frozen=True)
class Hot:
    """A question that is asked all day."""

    label: str
    ask: Callable[[], Awaitable[object]]


async def measure(land: Land, size: Size = Size()) -> Report:
    """Blocks for each question; about a minute, most of it to write the rows."""
    async with land.ground() as ground:
        await _fill(ground, size)
        tables = {name: (pages, rows) for name, pages, rows in await database.records(TABLES)}
        large = {name for name, (_, rows) in tables.items() if rows >= size.large}
        sizes = {name: pages for name, (pages, _) in tables.items()}
        found = [(hot, await nodes_of(hot)) for hot in await questions(ground)]
    workload = (
        f"団体{size.organizations:,}、訓練{size.drills:,}×参加{size.seats}、予定{size.dates:,}、手紙{size.letters:,}通のとき、"
        "それぞれが読むブロックの数と探し方。天井は、使う表のうち最大のものを端から端まで読むこと。"
        f"{size.large:,}行以上の表をそう読むものはないことを求める"
    )
    lines = tuple(_line(hot, nodes, sizes, large) for hot, nodes in found)
    return Report("plans", workload, lines, tuple(fault for hot, nodes in found for fault in faults(hot, nodes, large)))


async def _fill(ground: Ground, size: Size) -> None:
    await filling.add_organizations(ground, size.organizations - 1)
    await filling.add_drills(ground, size.drills, size.seats)
    await filling.add_appointments(ground, size.dates)
    await letters.owe(ground, letters.Size(letters=size.letters))
    await database.execute(MOSTLY_SENT, WAITING)
    await database.execute(pages.FEW_AWAIT, pages.AWAITING)
    await filling.settle()


async def questions(ground: Ground) -> list[Hot]:
    hq, guest = headquarters(ground), partner(ground)
    asked = [
        *await pages.questions(ground),
        Question("訓練50件・県本部", hq, LIST, ""),
        Question("訓練50件・連携団体", guest, LIST, ""),
        Question("団体の名前・県本部", hq, NAMES, "", variables={"text": "架空商事1234"}),
        Question("団体の名前の2文字・県本部", hq, NAMES, "", variables={"text": "99"}),
        Question("団体の名前・連携団体", guest, NAMES, "", variables={"text": "架空商事1234"}),
    ]
    opened = await feeds.subscribe_unit(ground.hq, unit_id=ground.stations[0])
    secret = await feeds.hand_out(ground.hq.now, KEY, opened.id, opened.generation)
    feed = await feeds.look(tokens.digest(secret))
    assert feed is not None, "it has just been opened"
    return [
        *[Hot(one.label, partial(_answer, one)) for one in asked],
        Hot("購読カレンダーの変わりなし", partial(feeds.look, feed.sha256)),
        Hot("購読カレンダーの中身・警察署", partial(feeds.contents, feed, WRITER, ground.hq.now)),
        Hot("出す時刻の来た手紙", partial(outbox.claim, datetime.now(UTC))),
    ]


async def _answer(asked: Question) -> None:
    """As the door does. Raises Stopped where it is refused."""
    actor = await tokens.actor_of(asked.reader.token, datetime.now(UTC))
    result = await schema.execute(asked.document, dict(asked.variables), Context(actor))
    if result.errors:
        raise Stopped(f"「{asked.label}」に答えられませんでした。 {result.errors[0]}")


async def nodes_of(hot: Hot) -> list[Node]:
    """Every step of every statement that answers the question; what was kept of an answer answers nothing here."""
    room, ANSWERS.room = ANSWERS.room, 0
    try:
        await hot.ask()  # what a connection asks for itself the first time is no part of the answer
        async with replay.overhearing() as heard:
            await hot.ask()
    finally:
        ANSWERS.room = room
    answering = [said for said in heard if said.statement.split()[0] in EXPLAINED]
    return [node for said in answering for node in walk(await explained(said))]


def _line(hot: Hot, nodes: Sequence[Node], sizes: Mapping[str, int], large: set[str]) -> Compared:
    touched = {node["Relation Name"] for node in nodes if "Relation Name" in node}
    whole = max(sizes.get(name, 0) for name in touched)
    steps = dict.fromkeys(step(node) for node in nodes if node.get("Relation Name") in large)
    label = f"{hot.label}（{'、'.join(steps)}）"
    return Compared(label, "ブロック", (float(blocks(nodes)),), (float(max(whole, 1)),))


async def explained(said: Said) -> Node:
    """The plan by which a statement was answered, which is answered once more for it and undone."""
    async with Tortoise.get_connection(said.pool).acquire_connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            text = await connection.fetchval(EXPLAIN + said.statement, *said.values)
        finally:
            await transaction.rollback()
    plan: Node = json.loads(text)[0]["Plan"]
    return {**plan, "is_root": True}


def walk(node: Node) -> Iterator[Node]:
    yield node
    for below in node.get("Plans", ()):
        yield from walk(below)


def faults(hot: Hot, nodes: Sequence[Node], large: set[str]) -> Iterator[str]:
    """The large tables that are read from one end to the other."""
    whole = [node["Relation Name"] for node in nodes if "Seq Scan" in node["Node Type"]]
    for name in sorted(large.intersection(whole)):
        yield f"「{hot.label}」は、表 {name} を端から端まで読む"


def step(node: Node) -> str:
    """By which index rows are found, or from which table they are taken."""
    places = walk(node) if node["Node Type"] == "Bitmap Heap Scan" else [node]
    used = [one["Index Name"] for one in places if "Index Name" in one]
    return f"{node['Node Type']} {'+'.join(used) or node['Relation Name']}"


def blocks(nodes: Sequence[Node]) -> int:
    """What was looked at; a plan's first step counts for all below it."""
    roots = [node for node in nodes if "is_root" in node]
    return sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in roots)
