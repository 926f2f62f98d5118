"""How PostgreSQL finds what is asked for all day, where there is a hundred times as much as a prefecture has.

Each question is asked as its door asks it (`hot`); what it says to the database is overheard and explained as it
stands, with the settings of its connection and behind its wall, and undone again. The figure is what is looked at
(blocks of 8 kB); the ceiling, which here is to be far above, is the largest of the tables that the question needs, read
from one end to the other. No table that has grown may be read like that but where the question asks of all its rows,
and says why: where one is, it is named as a fault. What a function looks at (`domain.searching`) counts, its steps are
not shown (those of `own_drills` in a line of their own); nor what an INSERT looks up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from tortoise import Tortoise

from api.benchmarks import dispatches, filling, growth, letters, lists, pages, partnership, replay
from api.benchmarks.ground import Ground, Land
from api.benchmarks.hot import Hot, add_logins, questions, reading_anew
from api.benchmarks.measuring import Compared, Report
from api.benchmarks.replay import Said
from domain import database

WAITING = 200
TABLES = (
    "SELECT relname, relpages, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
EXPLAINED = ("SELECT", "WITH", "UPDATE", "DELETE")
AS_IF_LARGE = [Said("default", "SET LOCAL enable_seqscan = off", ())]

Node = Mapping[str, Any]
Found = tuple[Hot, Sequence[Node]]
Explainable = tuple[Said, Sequence[Said]]
"""A statement, and what was said before it in its transaction that it goes by."""


@dataclass(frozen=True)
class Size:
    """How much there is: a hundred times what `growth` takes for a prefecture. A table with at least so many rows as
    `large` may not be read as a whole, and no page of a list may look at more blocks than `reach`: a station, which has
    one row in twenty, finds its own in the order of all. Where there is so little (`is_tiny`) that PostgreSQL would
    read it all by choice, it is asked whether it has to."""

    organizations: int = 100 * growth.Size.organizations
    drills: int = 100 * growth.Size.drills
    seats: int = growth.Size.seats
    agreements: int = 100 * growth.Size.agreements
    encounters: int = 100 * growth.Size.encounters
    notices: int = 60
    campaigns: int = 20
    schools: int = 100 * growth.Size.schools
    lectures: int = growth.Size.lectures
    volunteers: int = 100 * growth.Size.volunteers
    activities: int = 100 * growth.Size.activities
    changes: int = 5
    dates: int = 20_000
    letters: int = 100_000
    large: int = 5_000
    reach: int = 3_000
    is_tiny: bool = False


async def measure(land: Land, size: Size = Size()) -> Report:
    """Blocks for each question; about four minutes, most of it to write the rows."""
    async with land.ground() as ground:
        await _fill(ground, size)
        tables = {name: (pages, rows) for name, pages, rows in await database.records(TABLES)}
        large = {name for name, (_, rows) in tables.items() if rows >= size.large}
        sizes = {name: pages for name, (pages, _) in tables.items()}
        before = AS_IF_LARGE if size.is_tiny else ()
        found = [(hot, await nodes_of(hot, before)) for hot in await questions(ground)]
        asked = await lists.by_reader(ground)
        listed = {who: [(hot, await nodes_of(hot, before)) for hot in some] for who, some in asked.items()}
    workload = (
        f"団体{size.organizations:,}、訓練{size.drills:,}×参加{size.seats}、協定{size.agreements:,}、接触{size.encounters:,}、"
        f"講義{size.schools * size.lectures:,}、ボランティア{size.volunteers:,}人の活動{size.activities:,}、"
        f"予定{size.dates:,}、手紙{size.letters:,}通のとき、"
        "それぞれが読むブロックの数と探し方。天井は、使う表のうち最大のものを端から端まで読むこと。"
        f"{size.large:,}行以上の表は、全行を数えるのが問いであるもの（＊）のほか、そう読まないことを求める。"
        f"一覧は、どの並べ方でも、1ページに{size.reach:,}ブロックより多くは読まないことを求める"
    )
    longest = [_longest(who, pages) for who, pages in listed.items()]
    lines = [_line(hot, nodes, sizes, large) for hot, nodes in [*found, *longest]]
    of_lists = list(chain(*listed.values()))
    wrong = [fault for hot, nodes in [*found, *of_lists] for fault in faults(hot, nodes, large)]
    wrong += [
        f"「{hot.label}」は、1ページに{blocks(nodes):,}ブロックを読む"
        for hot, nodes in of_lists
        if blocks(nodes) > size.reach
    ]
    return Report("plans", workload, tuple(lines), tuple(wrong))


def _longest(who: str, pages: Sequence[Found]) -> Found:
    """The list of which most is looked at for a page."""
    hot, nodes = max(pages, key=lambda found: blocks(found[1]))
    label = f"一覧と並べ方{len(pages)}通りのはじめの20行・{who}のうち、最も多い {hot.label}"
    return replace(hot, label=label), nodes


async def _fill(ground: Ground, size: Size) -> None:
    await filling.add_organizations(ground, size.organizations - 1)
    await filling.add_drills(ground, size.drills, size.seats)
    await filling.add_agreements(ground, size.agreements, size.organizations)
    await filling.add_encounters(ground, size.encounters)
    await partnership.add_partnership(ground, notices=size.notices, campaigns=size.campaigns)
    await dispatches.add_dispatches(
        ground,
        schools=size.schools,
        lectures=size.lectures,
        volunteers=size.volunteers,
        activities=size.activities,
    )
    await dispatches.add_history(ground, size.changes)
    await add_logins(ground)
    await filling.add_appointments(ground, size.dates)
    await letters.owe(ground, letters.Size(letters=size.letters))
    await letters.count_as_sent(but=WAITING)
    await database.execute(pages.FEW_AWAIT, pages.AWAITING)
    await filling.settle()


async def nodes_of(hot: Hot, before: Sequence[Said] = ()) -> list[Node]:
    """Every step of every statement that answers the question, each after what is said `before`."""
    with reading_anew():
        await hot.ask()  # what a connection asks for itself the first time is no part of the answer
        async with replay.overhearing() as heard:
            await hot.ask()
    return [node for said, put_up in _explainable(heard) for node in walk(await explained(said, [*before, *put_up]))]


def _explainable(heard: Sequence[Said]) -> Iterator[Explainable]:
    """Each with what its transaction has set so far: the wall behind which it stands, and how it is to be planned."""
    settings: list[Said] = []
    for said in heard:
        first = said.statement.split(maxsplit=1)[0].rstrip(";").upper()
        if first in ("BEGIN", "COMMIT", "ROLLBACK"):
            settings = []
        elif first == "SET" or said.statement.startswith("SELECT set_config("):
            settings.append(said)
        elif first in EXPLAINED and "INSERT INTO" not in said.statement:
            yield said, tuple(settings)


def _line(hot: Hot, nodes: Sequence[Node], sizes: Mapping[str, int], large: set[str]) -> Compared:
    touched = {node["Relation Name"] for node in nodes if "Relation Name" in node}
    whole = max((sizes.get(name, 0) for name in touched), default=0)
    steps = dict.fromkeys(step(node) for node in nodes if node.get("Relation Name") in large)
    reason = f"＊{hot.why}" if hot.whole else ""
    label = f"{hot.label}（{'、'.join(steps)}）{reason}"
    return Compared(label, "ブロック", (float(blocks(nodes)),), (float(max(whole, 1)),))


async def explained(said: Said, before: Sequence[Said] = ()) -> Node:
    """The plan by which a statement was answered, which is answered once more for it and undone."""
    async with Tortoise.get_connection(said.pool).acquire_connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            for one in before:
                await connection.execute(one.statement, *one.values)
            text = await connection.fetchval(EXPLAIN + said.statement, *said.values)
        finally:
            await transaction.rollback()
    plan: Node = json.loads(text)[0]["Plan"]
    return {**plan, "is_root": True}


def walk(node: Node) -> Iterator[Node]:
    """It and what is below it, but not what would be looked at where a condition holds that did not."""
    if node["Actual Loops"]:
        yield node
        for below in node.get("Plans", ()):
            yield from walk(below)


def faults(hot: Hot, nodes: Sequence[Node], large: set[str]) -> Iterator[str]:
    """The large tables that are read from one end to the other without a reason."""
    whole = [node["Relation Name"] for node in nodes if "Seq Scan" in node["Node Type"]]
    for name in sorted(large.intersection(whole) - hot.whole):
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
