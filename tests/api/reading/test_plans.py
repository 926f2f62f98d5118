"""Plans: kept for the same question only, bounded in number, with no value in them."""

import orjson
import pytest

from api.context import Context
from api.reading.plans import MARK, Memory, Plan, numbered, shape
from tests.api.reading.town import TownDrillOrder
from tests.api.reading.townsfolk import ACTORS, SCHEMA, ask


def empty(sql):
    return Plan(sql, (), (), {})


def test_the_plan_unused_for_longest_is_forgotten_first():
    plans, made = Memory(most=2), []

    def use(key):
        plans.find(key, lambda: made.append(key) or empty(key))

    for key in ("a", "b", "a", "c", "a", "b"):
        use(key)
    assert made == ["a", "b", "c", "b"]
    assert list(plans.kept) == ["a", "b"]


def test_only_values_that_the_text_mentions_are_sent_and_each_once():
    slots = [lambda _, n=n: n for n in range(12)]
    sql, used = numbered(f"{MARK.format(11)} {MARK.format(1)} {MARK.format(11)} '$1'", slots)
    assert sql == "$1 $2 $1 '$1'"
    assert [slot(None) for slot in used] == [11, 1]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({"n": 1}, {"n": 2}, False),
        ({"x": 1.5}, {"x": 2.5}, True),
        ({"t": "a"}, {"t": ""}, True),
        ({"l": ["a"]}, {"l": ["b", "c"]}, True),
        ({"n": 1}, {"n": None}, False),
        ({"n": 1}, {}, False),
        ({"b": True}, {"b": False}, False),
        ({"f": {"a": 1}}, {"f": {"b": 1}}, False),
        ({"o": TownDrillOrder.TITLE_ASC}, {"o": TownDrillOrder.TITLE_DESC}, False),
    ],
)
def test_variables_have_one_shape_when_they_cannot_change_the_statement(one, other, alike):
    assert (shape(one) == shape(other)) is alike


def test_the_same_question_is_compiled_once_for_each_size_of_page(in_town, plans):
    document = "query ($n: Int, $c: String) { drills(first: $n, after: $c) { edges { cursor } } }"

    async def edges(**variables):
        return (await ask("hq", document, variables))["drills"]["edges"]

    async def story():
        following = [len(await edges(n=5, c=edge["cursor"])) for edge in await edges(n=3)]
        return following, len(plans.kept), [len(await edges(n=n)) for n in (3, 1, 0)], len(plans.kept)

    assert in_town(story()) == ([5, 5, 5], 2, [3, 1, 0], 4)


def test_one_text_with_another_order_in_its_variable_is_another_plan(in_town):
    document = "query ($o: TownDrillOrder) { drills(first: 200, orderBy: $o) { edges { node { title } } } }"

    async def story(order):
        page = (await ask("hq", document, {"o": order}))["drills"]
        return [edge["node"]["title"] for edge in page["edges"]]

    up, down = in_town(story("TITLE_ASC")), in_town(story("TITLE_DESC"))
    assert up == sorted(up)
    assert down == up[::-1]


def test_two_operations_in_one_text_are_two_plans(in_town, plans):
    document = """
        query Few { drills(first: 1) { edges { node { id } } } }
        query Titles { drills(first: 2) { edges { node { title } } } }"""

    async def story():
        answers = [
            await SCHEMA.execute(document, None, Context(ACTORS["hq"]), operation_name=name)
            for name in ("Few", "Titles")
        ]
        return [orjson.loads(orjson.dumps(answer.data))["drills"]["edges"] for answer in answers]

    few, titles = in_town(story())
    assert [list(edge["node"]) for edge in few] == [["id"]]
    assert [list(edge["node"]) for edge in titles] == [["title"], ["title"]]


def test_the_size_of_a_page_stands_in_the_statement_as_a_number_and_other_values_do_not(in_town, plans):
    document = "query ($n: Int, $t: String) { drills(first: $n, filter: {note: $t}) { edges { node { title } } } }"
    in_town(ask("hq", document, {"n": 7, "t": "needle"}))
    (plan,) = plans.kept.values()
    assert "limit 7" in plan.sql
    assert "needle" not in plan.sql
