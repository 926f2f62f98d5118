"""A declaration that could not be read, could fail on some row or could leak is named where the source is checked."""

from enum import Enum
from typing import Any

import pytest
import strawberry

from api import reading
from api.reading import Connection, Node
from api.schema import schema
from domain.rights import DataClass
from tests.api.reading import town

UNFIT = {
    "can be null in the column note": {"note": (str, reading.column())},
    "has no column nowhere": {"nowhere": (str | None, reading.column())},
    "town_drill has no column nothing": {"host": (town.OrganizationNode | None, reading.one("nothing"))},
    "so it must be nullable": {"host": (town.OrganizationNode, reading.one("host_id"))},
    "is not of an entity type": {"host": (str | None, reading.one("host_id"))},
    "drill_id is not unique": {"party": (town.ParticipantNode | None, reading.one_back("drill_id"))},
    "town_participant has no column nothing": {
        "parties": (Connection[town.ParticipantNode], reading.connection("nothing", order=reading.asc("head_count")))
    },
    "the order held_on can be null": {
        "drills": (Connection[town.DrillNode], reading.connection("host_id", order=reading.asc("held_on")))
    },
    "the order x does not say which type it is": {
        "drills": (Connection[town.DrillNode], reading.connection("host_id", order=reading.asc("x", sql="{t}.fee")))
    },
    "the order note is not of the same data class": {
        "drills": (Connection[town.DrillNode], reading.connection("host_id", order=reading.asc("note", missing="")))
    },
    "says now\\(, by which its answer changes": {"is_over": (bool, reading.expression("{t}.ends_at < now()"))},
    "says CURRENT_DATE, by which": {
        "drills": (
            Connection[town.DrillNode],
            reading.connection("host_id", order=reading.asc("x", sql="CURRENT_DATE - {t}.held_on", cast="int4")),
        )
    },
    "leaves out HELD": {"moves": (list[str], reading.computed("status", {"PLANNED": [], "CANCELLED": []}))},
    "is of an object type and has no declaration": {"review": (town.ReviewNode | None, strawberry.field())},
    "has a resolver that would never run": {"title": (str, strawberry.field(resolver=lambda: "x"))},
}


def schema_with(fields: dict[str, tuple[Any, Any]]) -> strawberry.Schema:
    body = {"__annotations__": {name: kind for name, (kind, _) in fields.items()}, "__module__": __name__}
    shape = type("Unfit", (Node,), body | {name: how for name, (_, how) in fields.items()})
    unfit = reading.entity(town.TownDrill, town.visible_drills)(strawberry.type(shape))
    query = type("Query", (), {"__annotations__": {"unfit": unfit | None}, "unfit": reading.root_one()})
    built = reading.schema(strawberry.type(query))
    reading.must_be_sound(built)
    return built


@pytest.mark.parametrize("fault", UNFIT)
def test_a_field_that_can_not_be_read_as_declared_is_named_where_the_source_is_checked(fault):
    with pytest.raises(TypeError, match=fault):
        schema_with(UNFIT[fault])


def test_a_filter_on_a_column_that_is_not_for_everybody_must_say_so_itself():
    @strawberry.input
    class Leaky:
        note: str | None = reading.equals("note")

    drills = reading.connection("host_id", order=reading.asc("title"), filters=Leaky)
    with pytest.raises(TypeError, match="the filter note is not of the same data class as its column"):
        schema_with({"drills": (Connection[town.DrillNode], drills)})


def test_a_filter_that_goes_through_what_is_seen_of_a_type_names_a_type_that_is_there():
    @reading.filters
    class Lost:
        text: str | None = reading.where("{t}.host_id in (select id from {seen:Nothing} line)")

    drills = reading.connection("host_id", order=reading.asc("title"), filters=Lost)
    with pytest.raises(TypeError, match="the filter text asks for what is seen of Nothing, which is no entity"):
        schema_with({"drills": (Connection[town.DrillNode], drills)})


def test_a_filter_without_a_declaration_would_be_ignored_and_is_refused():
    @strawberry.input
    class Idle:
        title: str | None = None

    drills = reading.connection("host_id", order=reading.asc("title"), filters=Idle)
    with pytest.raises(TypeError, match="the filter title has no declaration"):
        schema_with({"drills": (Connection[town.DrillNode], drills)})


def test_every_order_that_can_be_chosen_is_checked_like_the_usual_one():
    class Orders(Enum):
        TITLE_ASC = reading.asc("title")
        NOTE_ASC = reading.asc("note", missing="", data=DataClass.PUBLIC)

    drills = reading.connection("host_id", orders=strawberry.enum(Orders))
    with pytest.raises(TypeError, match="the order note is not of the same data class as its column"):
        schema_with({"drills": (Connection[town.DrillNode], drills)})


def test_what_graphql_itself_forbids_is_named_as_well():
    empty = reading.shape(type("Empty", (), {"__module__": __name__}))
    with pytest.raises(TypeError, match="Type Empty must define one or more fields"):
        schema_with({"host": (empty | None, reading.one("host_id"))})


def test_what_the_program_declares_can_be_read_as_it_stands():
    reading.must_be_sound(schema)
