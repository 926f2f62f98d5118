"""Who sees a row, in which situation: reviewed line by line in `situations.txt`, and kept at every way to a row.

The situations are those of `situations`. That of nobody (no token, an expired one) is in `test_strangers`; that a row
which is hidden or gone answers like one that never was, in `test_hidden`.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, get_named_type

from api.schema import schema
from domain.actor import OUTSIDERS, Actor, Role
from tests.api.asking import read
from tests.api.situations import ENTITIES, Crowd, Situation

REVIEWED = Path(__file__).with_name("situations.txt").read_text(encoding="utf-8").splitlines()
QUERIES = schema._schema.query_type.fields if schema._schema.query_type else {}
ONES = {get_named_type(field.type).name: name for name, field in QUERIES.items() if {*field.args} == {"id"}}
Counts = dict[Role, tuple[int, int]]
"""For each role how many rows are in a situation, and how many of these it sees."""


def lists() -> Iterator[tuple[str, str]]:
    """Each root field that lists rows, with their type."""
    for name, field in QUERIES.items():
        gtype = get_named_type(field.type)
        if isinstance(gtype, GraphQLObjectType) and "edges" in gtype.fields:
            yield name, get_named_type(get_named_type(gtype.fields["edges"].type).fields["node"].type).name


async def counts(crowd: Crowd, gtype: str, situation: Situation) -> Counts:
    found = {}
    for role, actor in crowd.actors.items():
        seen = {row.id for row in await crowd.seen(actor, gtype)}
        there = {row.id for row in crowd.rows[gtype] if crowd.situation(actor, row) is situation}
        if there:
            found[role] = (len(there), len(seen & there))
    return found


def line(gtype: str, situation: Situation, found: Counts) -> str:
    """Who sees all such rows, with a ~ who sees some, and behind it those for whom there are some and who see none."""
    seeing = [f"{role}{'~' if seen < there else ''}" for role, (there, seen) in sorted(found.items()) if seen]
    blind = [role for role, (_, seen) in sorted(found.items()) if not seen]
    return f"{gtype} {situation}: {' '.join(seeing)}{' ' if seeing else ''}| {' '.join(blind)}".rstrip()


def test_who_sees_what_in_which_situation_is_what_was_reviewed(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> list[str]:
        lines = []
        for gtype in ENTITIES:
            for situation in Situation:
                if found := await counts(crowd, gtype.name, situation):
                    lines.append(line(gtype.name, situation, found))
        return lines

    assert in_crowd(story) == REVIEWED


def test_each_type_is_reviewed_and_each_role_in_each_situation() -> None:
    assert {said.split()[0] for said in REVIEWED} == {gtype.name for gtype in ENTITIES}
    for situation in Situation:
        lines = [said.replace("~", "").split(":")[1].split() for said in REVIEWED if f" {situation}:" in said]
        guests_only = situation is Situation.ANOTHERS
        assert {role for line in lines for role in line} - {"|"} == set(OUTSIDERS if guests_only else Role)


def samples(crowd: Crowd, actor: Actor, gtype: str, seen: set[UUID]) -> Iterator[Any]:
    """Of each situation one row that the actor sees and one that is hidden, where there are such."""
    for situation in Situation:
        there = [row for row in crowd.rows[gtype] if crowd.situation(actor, row) is situation]
        yield from [row for row in there if row.id in seen][:1]
        yield from [row for row in there if row.id not in seen][:1]


async def ways_to(actor: Actor, gtype: str, id: UUID) -> set[bool]:
    """Whether the row is found: by the field that takes any id, and by the type's own."""
    ways = ["node", ONES[gtype]] if gtype in ONES else ["node"]
    selection = " ".join(f"{way}(id: $id) {{ id }}" for way in ways)
    answer = await read(actor, f"query($id: ID!) {{ {selection} }}", id=f"{gtype}:{id}")
    return {answer[way] is not None for way in ways}


def test_whoever_sees_a_row_finds_it_by_its_id_and_nobody_else_does(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> int:
        tried = 0
        for role, actor in crowd.actors.items():
            for gtype in ENTITIES:
                seen = {row.id for row in await crowd.seen(actor, gtype.name)}
                for row in samples(crowd, actor, gtype.name, seen):
                    assert await ways_to(actor, gtype.name, row.id) == {row.id in seen}, (role, gtype.name, row)
                    tried += 1
        return tried

    assert in_crowd(story) > 500


async def listed(actor: Actor, name: str) -> AsyncIterator[tuple[int, list[str]]]:
    """The pages of a list: how many rows it says there are, and the ids of those on the page."""
    document = f"""query($after: String) {{ {name}(first: 200, after: $after) {{
        totalCount edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    more, after = True, None
    while more:
        page = (await read(actor, document, after=after))[name]
        yield page["totalCount"], [edge["node"]["id"] for edge in page["edges"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]


def test_a_list_holds_what_the_actor_sees_and_counts_nothing_else(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        for role, actor in crowd.actors.items():
            for name, gtype in lists():
                pages = [page async for page in listed(actor, name)]
                seen = {f"{gtype}:{row.id}" for row in await crowd.seen(actor, gtype)}
                assert {id for _, ids in pages for id in ids} == seen, (role, name)
                assert {total for total, _ in pages} == {len(seen)}, (role, name)

    in_crowd(story)
