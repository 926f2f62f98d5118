"""How values look in an answer, and that names and texts reach the database as values only."""

from asyncio import gather

import pytest
from graphql import parse

from api.context import Context
from api.reading import Reader
from tests.api.reading.townsfolk import ACTORS, SCHEMA, ask, drill_id, organization_id


def drill(selection, n=3, who="small_hq"):
    return ask(who, f"query ($i: ID!) {{ drill(id: $i) {{ {selection} }} }}", {"i": f"TownDrill:{drill_id(n)}"})


def test_instants_are_told_in_japanese_time_and_days_as_they_are(in_town):
    async def story():
        return [(await drill("startsAt heldOn", n))["drill"] for n in (3, 7, 11, 15)]

    for row in in_town(story()):
        assert row["startsAt"].startswith("2026-07-08T") or row["startsAt"].startswith("2026-07-09T")
        assert row["startsAt"].endswith("+09:00")
        assert row["heldOn"] is None or len(row["heldOn"]) == 10


def test_exact_numbers_travel_as_text(in_town):
    fee = in_town(drill("fee"))["drill"]["fee"]
    assert isinstance(fee, str)
    assert fee.rpartition(".")[2].isdigit()


def test_an_enum_whose_value_differs_from_its_name_is_shown_by_its_name_and_found_by_it(in_town):
    async def story():
        answers = {}
        for mood in ("WELL_DONE", "POOR"):
            document = "query ($m: [TownMood!]) { reviews(first: 200, filter: {mood: $m}) { edges { node { mood } } } }"
            answers[mood] = (await ask("hq", document, {"m": [mood]}))["reviews"]["edges"]
        return answers

    answers = in_town(story())
    assert all(answers.values())
    assert {mood: {edge["node"]["mood"] for edge in edges} for mood, edges in answers.items()} == {
        "WELL_DONE": {"WELL_DONE"},
        "POOR": {"POOR"},
    }


def test_the_steps_that_a_state_allows_follow_from_the_table_of_moves(in_town):
    async def story():
        page = await ask("hq", "{ drills(first: 200) { edges { node { status allowedTransitions } } } }")
        return {edge["node"]["status"]: edge["node"]["allowedTransitions"] for edge in page["drills"]["edges"]}

    assert in_town(story()) == {"PLANNED": ["HELD", "CANCELLED"], "HELD": [], "CANCELLED": []}


def test_a_selection_that_directives_emptied_is_an_empty_object(in_town):
    document = """
        query ($no: Boolean = false) {
          drills(first: 2) { edges @include(if: $no) { cursor } }
          a: drills(first: 2) { edges { node { id @include(if: $no) } } }
          b: drills(first: 2) { pageInfo { hasNextPage @include(if: $no) } }
        }"""
    answer = in_town(ask("hq", document))
    assert answer == {
        "drills": {},
        "a": {"edges": [{"node": {}}, {"node": {}}]},
        "b": {"pageInfo": {}},
    }


@pytest.mark.parametrize(
    "document",
    [
        "query ($w: Boolean!) { drills(first: 1) { edges { node { title id @include(if: $w) } } } }",
        "query ($w: Boolean!) { drills(first: 1) { totalCount ... @include(if: $w) { edges { cursor } } } }",
        "query ($w: Boolean!) { drills(first: 1) { totalCount } a: drills(first: 1) @include(if: $w) { totalCount } }",
    ],
)
def test_a_question_asked_again_with_another_variable_shows_what_that_one_chooses(in_town, document):
    async def story():
        return [await ask("hq", document, {"w": wanted}) for wanted in (True, False, True, False)]

    first, second, *again = in_town(story())
    assert again == [first, second]
    assert len(str(second)) < len(str(first))


def test_a_question_that_was_asked_before_still_refuses_wrong_variables_in_the_words_of_graphql_core(in_town):
    document = "query ($d: ID!, $n: Int = 1) { drill(id: $d) { title } drills(first: $n) { totalCount } }"
    good = {"d": f"TownDrill:{drill_id(3)}"}
    said = [good, {}, good, {"d": None}, {"d": ["x"]}, good | {"n": "two"}, good | {"n": None, "more": 1}, good]

    def refused(errors):
        return [(error.message, error.locations) for error in errors or ()]

    async def story():
        return [refused((await SCHEMA.execute(document, one, Context(ACTORS["hq"]))).errors) for one in said]

    built = [Reader.build(SCHEMA._schema, parse(document), raw_variable_values=one) for one in said]
    answers = in_town(story())
    assert answers == [refused(one) if isinstance(one, list) else [] for one in built]
    assert [bool(one) for one in answers] == [False, True, False, True, True, True, False, False]


def test_one_question_asked_at_once_by_several_with_variables_of_their_own_tells_each_of_theirs(in_town):
    document = "query ($d: ID!, $w: Boolean!) { drill(id: $d) { id title @include(if: $w) } }"
    asked = [(who, {"d": f"TownDrill:{drill_id(n)}", "w": bool(n % 2)}) for n in range(9) for who in ("hq", "small_hq")]

    async def story():
        alone = [await ask(who, document, one) for who, one in asked]
        return alone, await gather(*(ask(who, document, one) for who, one in asked))

    alone, at_once = in_town(story())
    assert at_once == alone
    assert len({str(one) for one in alone}) > 9


HOSTILE = ["'; drop table town_drill; --", "{v}", "{t}", "$1", "%", "_", "\\", '"', "'", "100%"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_client_types_is_only_ever_a_value(in_town, text):
    document = (
        "query ($f: TownOrganizationFilter) { organizations(first: 200, filter: $f) { edges { node { name } } } }"
    )
    names = in_town(ask("hq", document, {"f": {"text": text}}))["organizations"]["edges"]
    assert all(text in edge["node"]["name"].lower() for edge in names)


def test_a_filter_by_an_id_that_no_row_can_have_finds_nothing(in_town):
    document = "query ($h: ID) { drills(first: 200, filter: {host: $h}) { totalCount } }"

    async def story():
        ids = ["", "x", "TownDrill:" + str(organization_id(1)), f"TownOrganization:{organization_id(1)}"]
        return [(await ask("hq", document, {"h": one}))["drills"]["totalCount"] for one in [*ids, None]]

    *nothing, some, everything = in_town(story())
    assert nothing == [0, 0, 0]
    assert 0 < some < everything == 45
