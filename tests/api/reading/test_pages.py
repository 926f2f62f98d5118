"""Pages: every row once and in order from both ends, whatever the order; nothing but true cursors is taken."""

import asyncio
import base64
import json

import pytest

from api.context import Context
from tests.api.reading.town import TownDrillOrder, TownOrganizationOrder
from tests.api.reading.townsfolk import ACTORS, SCHEMA, ask

INTERNAL_ORDERS = {"NOTE_ASC"}
ORDERS = [("drills", "TownDrillOrder", order.name) for order in TownDrillOrder]
ORDERS += [("organizations", "TownOrganizationOrder", order.name) for order in TownOrganizationOrder]


def walk(field: str, kind: str, size: str, end: str) -> str:
    return f"""
        query ($order: {kind}, $cursor: String) {{
          page: {field}({size}: 7, {end}: $cursor, orderBy: $order) {{
            totalCount
            edges {{ cursor node {{ id }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
          }}
        }}"""


async def walked(who, document, order, start, more):
    """Every page from one end to the other; `more` and `start` name the fields that lead on."""
    pages, cursor = [], None
    while True:
        page = (await ask(who, document, {"order": order, "cursor": cursor}))["page"]
        pages.append(page)
        if not page["pageInfo"][more]:
            return pages
        cursor = page["pageInfo"][start]


def ids(page):
    return [edge["node"]["id"] for edge in page["edges"]]


@pytest.mark.parametrize(("field", "kind", "order"), ORDERS)
def test_walking_all_pages_from_either_end_gives_every_row_once_and_in_order(in_town, field, kind, order):
    async def story(who):
        whole = await ask(
            who,
            f"query ($o: {kind}) {{ {field}(first: 200, orderBy: $o) {{ totalCount edges {{ node {{ id }} }} }} }}",
            {"o": order},
        )
        forward = await walked(who, walk(field, kind, "first", "after"), order, "endCursor", "hasNextPage")
        backward = await walked(who, walk(field, kind, "last", "before"), order, "startCursor", "hasPreviousPage")
        return whole[field], forward, backward

    for who in ("hq", "small_hq", "station", "partner"):
        if order in INTERNAL_ORDERS and who == "partner":
            continue
        whole, forward, backward = in_town(story(who))
        assert [row for page in forward for row in ids(page)] == ids(whole)
        assert [row for page in reversed(backward) for row in ids(page)] == ids(whole)
        assert {page["totalCount"] for page in [whole, *forward, *backward]} == {len(set(ids(whole)))}
        assert [page["pageInfo"]["hasPreviousPage"] for page in forward] == [False] + [True] * (len(forward) - 1)
        assert [page["pageInfo"]["hasNextPage"] for page in backward] == [False] + [True] * (len(backward) - 1)


def test_a_page_between_two_cursors_holds_what_lies_between_and_neither_end(in_town):
    async def story():
        page = (await ask("hq", "{ drills(first: 9) { edges { cursor node { id } } } }"))["drills"]
        low, high = page["edges"][1]["cursor"], page["edges"][6]["cursor"]
        between = await ask("hq", f'{{ drills(after: "{low}", before: "{high}") {{ edges {{ node {{ id }} }} }} }}')
        return ids(page), ids(between["drills"])

    page, between = in_town(story())
    assert between == page[2:6]


async def refused(document, variables=None):
    context = Context(ACTORS["hq"])
    answer = await SCHEMA.execute(document, variables, context)
    (error,) = answer.errors
    assert answer.data is None
    assert context.statements == 0
    return error.original_error.code, error.original_error.field


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ("first: 1, last: 1", "last"),
        ("first: -1", "first"),
        ("last: -1", "last"),
        ("first: 201", "first"),
        ("last: 201", "last"),
    ],
)
def test_a_page_of_impossible_size_is_refused_before_anything_is_read(arguments, field):
    assert asyncio.run(refused(f"{{ drills({arguments}) {{ totalCount }} }}")) == ("INVALID", field)


def packed(*parts):
    return base64.b64encode(json.dumps(parts).encode()).decode()


KEY = "00000000-0000-0000-0000-000000003001"
INSTANT = "2026-07-08 04:00:00+00"
BAD_CURSORS = [
    "",
    "x",
    "\u3042",
    base64.b64encode(b"\xff\xfe").decode(),
    base64.b64encode(b"[" * 3000).decode(),
    base64.b64encode(b'["starts_at"]').decode() + "\n",
    packed(),
    packed("starts_at"),
    packed("title", "b", KEY),
    packed("starts_at", INSTANT, KEY.upper().replace("3001", "300A")),
    packed("starts_at", INSTANT, "TownDrill:" + KEY),
    packed("starts_at", INSTANT, 7),
    packed("starts_at", INSTANT, KEY, 1),
    packed("starts_at", None, KEY),
    packed("starts_at", 0, KEY),
    packed("starts_at", "2026-07-08 04:00:00", KEY),
    packed("starts_at", "2026-99-08 04:00:00+00", KEY),
    packed("starts_at", "now", KEY),
    packed("starts_at", INSTANT, "\x00" * 36),
    json.dumps(["starts_at", INSTANT, KEY]),
    packed("starts_at", INSTANT, KEY) * 40,
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
@pytest.mark.parametrize("end", ["after", "before"])
def test_what_is_no_cursor_of_this_list_is_refused_before_anything_is_read(cursor, end):
    document = f"query ($c: String) {{ drills({end}: $c) {{ totalCount }} }}"
    assert asyncio.run(refused(document, {"c": cursor})) == ("INVALID", end)


@pytest.mark.parametrize(
    ("order", "cursor"),
    [
        ("HELD_ON_ASC", packed("held_on", "2026-W01-8", KEY)),
        ("FEE_DESC", packed("fee", "NaN", KEY)),
        ("FEE_DESC", packed("fee", "1e999999", KEY)),
        ("HEADS_ASC", packed("heads", str(2**63), KEY)),
        ("HEADS_ASC", packed("heads", "1.5", KEY)),
        ("TITLE_ASC", packed("note", "b", KEY)),
        ("TITLE_ASC", packed("title", "\x00", KEY)),
        ("TITLE_ASC", packed("title", "\ud800", KEY)),
    ],
)
def test_a_cursor_of_another_order_or_with_a_value_that_this_one_can_not_have_is_refused(order, cursor):
    document = f"query ($c: String) {{ drills(after: $c, orderBy: {order}) {{ totalCount }} }}"
    assert asyncio.run(refused(document, {"c": cursor})) == ("INVALID", "after")


def test_texts_are_ordered_by_code_point_on_every_server(in_town):
    async def story():
        page = await ask("hq", "{ organizations(first: 200) { edges { node { name } } } }")
        return [edge["node"]["name"] for edge in page["organizations"]["edges"]]

    names = in_town(story())
    assert names == sorted(names)
    assert names[0] == "100%"
