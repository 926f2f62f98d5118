"""What is known before anything runs: rights by data class, cost, names and texts; a refusal reads and does nothing."""

import asyncio

import orjson
import pytest
import strawberry

from api import reading
from api.context import Context, Info
from api.reading.permits import MAX_COST
from tests.api.reading import town
from tests.api.reading.townsfolk import ACTORS, SCHEMA, ask, drill_id

DRILL = f"TownDrill:{drill_id(3)}"
DONE: list[str] = []


@strawberry.type
class Told:
    drill: town.DrillNode | None
    said: str


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def touch_drill(self, info: Info, id: strawberry.ID) -> Told:
        """A verb as the reader sees it: something is done, and the row is read afterwards."""
        DONE.append(id)
        return Told(drill=reading.read("TownDrill", reading.split(id)[1]), said="済")


CHANGING = reading.schema(town.Query, Mutation)


async def refusal(who, document, schema=SCHEMA, variables=None):
    """Code and field of the one refusal; that nothing was read or done is asserted here, for all of them."""
    context, done = Context(ACTORS[who]), list(DONE)
    answer = await schema.execute(document, variables, context)
    (error,) = answer.errors
    assert answer.data is None
    assert context.statements == 0
    assert done == DONE
    return error.original_error.code, error.original_error.field


@pytest.mark.parametrize(
    "selection",
    [
        "drills { edges { node { note } } }",
        "drills { edges { node { other: note } } }",
        "drills { edges { node { ...N } } }",
        "drills { edges { node { ... on TownDrill { ... on Node { ... on TownDrill { note } } } } } }",
        "organizations { edges { node { hosted { edges { node { note } } } } } }",
        'node(id: "x") { ... on TownDrill { note } }',
        'node(id: "x") { ... on TownParticipant { drill { note } } }',
        "drills(first: 0) { edges { node { note } } }",
        "ok: drills { totalCount } drills { edges { node { note } } }",
    ],
)
def test_a_field_above_the_clearance_is_refused_by_name_wherever_it_hides(selection):
    document = f"{{ {selection} }}" + (" fragment N on TownDrill { note }" if "...N" in selection else "")
    assert asyncio.run(refusal("partner", document)) == ("NOT_ALLOWED", "note")


def test_a_field_above_the_clearance_that_a_directive_leaves_out_is_not_asked_for(in_town):
    async def story():
        document = (
            "query ($no: Boolean! = false) { drills(first: 1) { edges { node { title note @include(if: $no) } } } }"
        )
        answers = [await SCHEMA.execute(document, given, Context(ACTORS["partner"])) for given in ({}, {"no": True})]
        return [answer.errors for answer in answers]

    allowed, refused = in_town(story())
    assert allowed is None
    assert refused[0].original_error.code == "NOT_ALLOWED"


@pytest.mark.parametrize(("arguments", "field"), [('filter: {note: "b"}', "note"), ("orderBy: NOTE_ASC", "orderBy")])
def test_who_may_not_read_a_column_cannot_find_out_by_filtering_or_ordering(arguments, field):
    assert asyncio.run(refusal("partner", f"{{ drills({arguments}) {{ totalCount }} }}")) == ("NOT_ALLOWED", field)
    document = "query ($f: TownDrillFilter, $o: TownDrillOrder) { drills(filter: $f, orderBy: $o) { totalCount } }"
    given = {"f": {"note": "b"}} if field == "note" else {"o": "NOTE_ASC"}
    assert asyncio.run(refusal("partner", document, variables=given)) == ("NOT_ALLOWED", field)


def test_a_verb_does_not_run_when_what_is_asked_back_is_not_allowed():
    document = f'mutation {{ touchDrill(id: "{DRILL}") {{ said drill {{ title note }} }} }}'
    assert asyncio.run(refusal("partner", document, CHANGING)) == ("NOT_ALLOWED", "note")


def test_a_verb_does_not_run_when_what_is_asked_back_costs_too_much():
    inner = (
        "participants(first: 200) { edges { node { drill { participants(first: 200) { edges { node { id } } } } } } }"
    )
    document = f'mutation {{ touchDrill(id: "{DRILL}") {{ drill {{ {inner} }} }} }}'
    assert asyncio.run(refusal("small_hq", document, CHANGING)) == ("TOO_LARGE", None)


def test_the_row_that_a_verb_changed_is_read_as_selected_or_null_where_hidden(in_town):
    document = f'mutation {{ touchDrill(id: "{DRILL}") {{ __typename said drill {{ __typename id heads }} }} }}'

    async def story(who):
        context = Context(ACTORS[who])
        answer = await CHANGING.execute(document, None, context)
        assert answer.errors is None
        return orjson.loads(orjson.dumps(answer.data))["touchDrill"], context.statements

    seen, read = in_town(story("partner"))
    assert seen["drill"]["id"] == DRILL
    assert (seen["__typename"], seen["said"], read) == ("Told", "済", 1)
    assert in_town(story("station")) == ({"__typename": "Told", "said": "済", "drill": None}, 1)
    assert DONE[-2:] == [DRILL, DRILL]


async def cost(document):
    context = Context(ACTORS["hq"])
    answer = await SCHEMA.execute(document, None, context)
    assert answer.errors is None
    assert answer.extensions == {"cost": context.cost}
    return context.cost


@pytest.mark.parametrize(
    ("selection", "rows"),
    [
        ("__typename", 0),
        ('drill(id: "x") { id title }', 1),
        ('drill(id: "x") { host { name } review { text } }', 3),
        ("drills(first: 50) { edges { node { id } } }", 50),
        ("drills(last: 50) { edges { cursor } }", 50),
        ("drills { edges { node { id } } }", 20),
        ("drills(first: 50) { totalCount }", 51),
        ("drills(first: 50) { edges { node { host { name } } } }", 100),
        ("drills(first: 50) { edges { node { heads } } }", 100),
        ("drills(first: 50) { edges { node { participants(first: 10) { edges { node { id } } } } } }", 550),
        ("a: drills(first: 50) { totalCount } b: drills(first: 5) { edges { node { id } } }", 56),
    ],
)
def test_the_cost_is_the_number_of_rows_that_might_be_read_and_is_told(in_town, selection, rows):
    assert in_town(cost(f"{{ {selection} }}")) == rows


def test_what_might_read_more_rows_than_the_limit_is_refused_and_just_below_it_is_not(in_town):
    nested = (
        "{{ drills(first: 100) {{ edges {{ node {{ participants(first: {n}) {{ edges {{ node {{ id }} }} }} }} }} }} }}"
    )
    assert in_town(cost(nested.format(n=199))) == 100 + 100 * 199 == MAX_COST
    assert asyncio.run(refusal("hq", nested.format(n=200))) == ("TOO_LARGE", None)


def test_a_name_longer_than_the_database_keeps_is_refused(in_town):
    def document(letters):
        return f"{{ drills(first: 1) {{ {'a' * letters}: totalCount }} }}"

    assert asyncio.run(refusal("hq", document(64))) == ("INVALID", "totalCount")
    assert in_town(cost(document(63))) == 2


@pytest.mark.parametrize("text", ["\x00", "a\u202eb", "\ud800", "\u200b"])
def test_a_text_that_can_not_have_been_stored_is_refused_by_the_name_of_its_argument(text):
    document = "query ($f: TownOrganizationFilter) { organizations(filter: $f) { totalCount } }"
    assert asyncio.run(refusal("hq", document, variables={"f": {"text": text}})) == ("INVALID", "text")


def test_a_question_that_was_permitted_is_looked_at_again_for_its_texts_and_cursors(in_town):
    document = "query ($n: String, $c: String) { drills(first: 1, after: $c, filter: {note: $n}) { totalCount } }"

    async def story():
        await ask("hq", document, {"n": "よい", "c": None})
        texts = [await refusal("hq", document, variables={"n": text, "c": None}) for text in ("\x00", "a\u202eb")]
        page = await ask("hq", "{ drills(first: 1) { edges { cursor } } }")
        await ask("hq", document, {"n": "", "c": page["drills"]["edges"][0]["cursor"]})
        return [*texts, await refusal("hq", document, variables={"n": "", "c": "nonsense"})]

    assert in_town(story()) == [("INVALID", "note"), ("INVALID", "note"), ("INVALID", "after")]


def test_what_one_role_may_ask_is_not_thereby_permitted_to_another(in_town):
    document = "{ drills(first: 1) { edges { node { note } } } }"

    async def story():
        await ask("hq", document)
        return await refusal("partner", document)

    assert in_town(story()) == ("NOT_ALLOWED", "note")
