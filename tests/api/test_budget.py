"""A document is refused for its size before anything walks it, in work that grows with its text only."""

from __future__ import annotations

import asyncio

import pytest
import strawberry
from graphql import GraphQLError, get_introspection_query, parse, specified_rules, validate
from strawberry.types import ExecutionResult

from api.budget import BUDGET, LIMITS, RULES, SATURATED, DocumentBudget, Limits, Measure, excess, parse_within_budget
from api.graphql_door import GraphQLDoor
from api.guard import Asked
from domain.errors import Refused, TooLarge


@strawberry.type
class Node:
    @strawberry.field
    def name(self) -> str:
        return "青浜"

    @strawberry.field
    def node(self) -> Node:
        return Node()

    @strawberry.field
    def echo(self, text: str = "", numbers: list[int] | None = None) -> str:
        return text


async def _nobody(*_: object) -> object:
    raise AssertionError("these tests ask behind the door")


SCHEMA = strawberry.Schema(Node, extensions=BUDGET)
DOOR = GraphQLDoor(SCHEMA, _nobody)


def execute(query: str) -> ExecutionResult:
    return asyncio.run(DOOR.execute(Asked(query), None))


def error_of(query: str) -> GraphQLError:
    result = execute(query)
    assert result.data is None
    assert result.errors is not None
    assert len(result.errors) == 1
    return result.errors[0]


@pytest.mark.parametrize(
    "query",
    [
        "{ name ...A } fragment A on Node { node { ...B } } fragment B on Node { ...A unknown }",
        'query Twice($x: Int) { name } query Twice { echo(text: 1, text: "2") }',
        'query($unused: String, $of: Nothing) { name @skip @never echo(numbers: [1, "2"]) echo(numbers: [$none]) }',
        "{ name { deeper } node } fragment Unused on Int { name } { anonymous }",
        "subscription { name } mutation { name } type Node { name: String }",
    ],
)
def test_the_rules_that_know_their_way_find_what_those_of_graphql_core_find(query: str) -> None:
    document = parse(query)
    found = validate(SCHEMA._schema, document, RULES)
    assert found == validate(SCHEMA._schema, document, specified_rules)
    assert found


def too_large(query: str) -> None:
    error = error_of(query)
    assert isinstance(error.original_error, TooLarge)
    assert any("\u3040" <= letter <= "\u9fff" for letter in error.message)


def doubling(levels: int) -> str:
    """2**levels fields in as many fragments."""
    steps = [f"fragment F{n} on Node {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return "\n".join(["{ ...F0 }", *steps, f"fragment F{levels} on Node {{ name }}"])


def chain(levels: int) -> str:
    steps = [f"fragment F{n} on Node {{ ...F{n + 1} }}" for n in range(levels)]
    return "\n".join(["{ ...F0 }", *steps, f"fragment F{levels} on Node {{ name }}"])


def nested(levels: int) -> str:
    return "{" + "node{" * (levels - 1) + "name" + "}" * levels


def test_two_to_the_sixty_fields_are_refused() -> None:
    too_large(doubling(60))


def test_measuring_looks_at_every_selection_once_however_often_it_is_spread() -> None:
    for levels in (10, 20, 40, 60):
        measure = Measure(parse(doubling(levels)))
        size = measure.operation(measure.document.definitions[0])  # type: ignore[arg-type]
        assert size.fields == min(2**levels, SATURATED)
        assert measure.steps == 2 * levels + 2


def test_doubling_through_aliases_is_counted_written_out() -> None:
    steps = [f"fragment F{n} on Node {{ a: node {{ ...F{n + 1} }} b: name ...F{n + 1} }}" for n in range(6)]
    document = "\n".join(["{ ...F0 }", *steps, "fragment F6 on Node { name }"])
    too_large(document)


def test_circular_fragments_are_refused_by_name() -> None:
    for query in (
        "{ ...F } fragment F on Node { name ...F }",
        "{ ...F } fragment F on Node { node { ...G } } fragment G on Node { ...F name }",
    ):
        assert "Cannot spread fragment" in error_of(query).message


def test_doubling_around_a_circle_is_measured_in_linear_work() -> None:
    document = parse(doubling(60).replace("{ name }", "{ name ...F0 ...F0 }"))
    assert Measure(document).fragment("F0").fields == SATURATED
    assert excess(document) is not None


def test_a_spread_of_nothing_is_left_to_the_rules_of_the_specification() -> None:
    assert error_of("{ ...Missing }").message == "Unknown fragment 'Missing'."


def test_a_hundred_aliases_are_refused() -> None:
    too_large("{" + " ".join(f"a{n}: name" for n in range(100)) + "}")


def test_five_thousand_repeated_fields_are_refused_by_the_parser() -> None:
    too_large("{" + "name " * 5000 + "}")


def test_a_repeated_field_counts_each_time() -> None:
    too_large("{ node {" + "name " * (LIMITS.fields + 1) + "} }")


def test_a_thousand_directives_are_refused() -> None:
    for place in (
        "{ name " + "@include(if: true) " * 100 + "}",
        "query " + "@a " * 1000 + "{ name }",
        "query($x: Int " + "@a " * 100 + ") { name }",
        "{ ...F } fragment F on Node " + "@a " * 100 + "{ name }",
        "{ ... on Node " + "@a " * 100 + "{ name } }",
        "{ ...F " + "@a " * 100 + "} fragment F on Node { name }",
    ):
        too_large(place)


def test_deep_selections_are_refused_at_the_limit_and_far_beyond_it() -> None:
    assert execute(nested(LIMITS.depth)).errors is None
    for levels in (LIMITS.depth + 1, 30, 150, 300, 900, 3000):
        too_large(nested(levels))


def test_depth_counts_through_fragments() -> None:
    half = LIMITS.depth // 2
    fragment = f" fragment F on Node {nested(half + 1)}"
    too_large("{" + "node{" * half + "...F" + "}" * (half + 1) + fragment)


def test_a_chain_of_fragments_is_followed_only_so_far() -> None:
    assert execute(chain(20)).errors is None
    too_large(chain(240))


def test_literals_nested_by_the_thousand_are_refused_by_the_parser() -> None:
    for opened in ("[" * 5000, "{a:" * 2500, "[" * 300):
        too_large("{ echo(numbers: " + opened)


def test_more_root_fields_than_the_limit_are_refused_also_when_spread() -> None:
    names = " ".join(["name"] * (LIMITS.root_fields + 1))
    too_large("{" + names + "}")
    too_large("{ ...F } fragment F on Node {" + names + "}")
    assert execute("{ node {" + names + "} }").errors is None
    assert execute("{ node { ...F } } fragment F on Node {" + names + "}").errors is None


def test_as_many_root_fields_as_the_limit_are_answered_whatever_is_in_them() -> None:
    assert execute("{" + "node { name name } " * LIMITS.root_fields + "}").errors is None


def test_a_variable_without_a_directive_is_none_too_many() -> None:
    assert execute("query($text: String) { echo(text: $text) }").errors is None


def test_what_is_no_question_at_all_is_left_to_the_rules_of_the_specification() -> None:
    assert "not executable" in error_of("{ name } schema { query: Node }").message


def test_an_unused_fragment_and_a_second_operation_are_measured_too() -> None:
    wide = "name " * (LIMITS.fields + 1)
    too_large("{ name } fragment F on Node { node {" + wide + "} }")
    too_large("query A { name } query B { node {" + wide + "} }")


def test_no_other_rule_looks_at_a_document_over_its_budget() -> None:
    too_large(doubling(60) + " type NotExecutable { name: String }")


def test_comments_count_as_words() -> None:
    too_large("{ name }" + "\n#" * (LIMITS.tokens + 1))


def test_the_introspection_of_an_ide_is_within_the_limits() -> None:
    assert execute(get_introspection_query(specified_by_url=True, directive_is_repeatable=True)).errors is None


def test_every_limit_of_a_document_can_refuse() -> None:
    document = parse("query @a { a: node { name } }")
    assert excess(document) is None
    for limit in Limits._fields:
        if limit != "tokens":
            assert excess(document, Limits(**{limit: 0})) is not None


def test_a_syntax_error_stays_one() -> None:
    error = error_of("{ name")
    assert error.message.startswith("Syntax Error")
    assert not isinstance(error.original_error, Refused)


def test_the_same_text_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    enter = DocumentBudget.enter_document

    def counted(self: DocumentBudget, *args: object) -> None:
        measured.append(args)
        enter(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(DocumentBudget, "enter_document", counted)
    before = parse_within_budget.cache_info().misses
    for _ in range(3):
        assert execute("{ name node { name name name } }").errors is None
    assert parse_within_budget.cache_info().misses - before == 1
    assert len(measured) == 1


def test_the_verdict_on_a_large_document_is_kept_as_well() -> None:
    first, second = (error_of(doubling(50)) for _ in range(2))
    assert first is second
