"""The schema as a whole: every list and every row can be read by every role."""

from uuid import UUID

import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from api.context import Context
from api.reading.declarations import how_of
from api.schema import schema
from domain.actor import Actor, Role
from domain.rights import may_read
from tests.api.asking import WHY
from tests.clock import NOW

NOBODY = UUID(int=0)


def actor(role: Role) -> Actor:
    return Actor(role, NOW, NOBODY, NOBODY, NOBODY, (NOBODY,), NOBODY)


def leaves(role: Role, gtype: GraphQLObjectType) -> str:
    """Everything directly on a type that the role may read."""
    readable = (
        name
        for name, field in gtype.fields.items()
        if is_leaf_type(get_named_type(field.type)) and may_read(role, how_of(gtype, field).data)
    )
    return " ".join(["__typename", *readable])


@pytest.mark.parametrize("role", Role)
def test_every_role_may_ask_for_every_list_and_is_shown_nothing_where_there_is_nothing(run, role):
    types = schema._schema.type_map
    lists = {
        name: types[get_named_type(field.type).name.removesuffix("Connection")]
        for name, field in schema._schema.query_type.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    }
    parts = [
        f"{name} {{ totalCount edges {{ cursor node {{ {leaves(role, row)} }} }} }}" for name, row in lists.items()
    ]

    async def story():
        return [await schema.execute(f"{{ {part} }}", {}, Context(actor(role), purpose=WHY)) for part in parts]

    for answer in run(story()):
        assert answer.errors is None
        (page,) = orjson.loads(orjson.dumps(answer.data)).values()
        assert page == {"totalCount": 0, "edges": []}


def test_every_list_and_row_at_the_root_has_its_japanese_name_and_no_verb_tells_of_exceptions():
    types = schema._schema
    told = {name: field.description or "" for name, field in types.query_type.fields.items()}
    assert (told["drills"], told["drill"]) == ("共同対処訓練の一覧", "共同対処訓練 1件")
    assert [name for name in told if name.endswith("s") and not told[name]] == []
    assert [name for name, field in types.mutation_type.fields.items() if "Raises" in (field.description or "")] == []


def test_no_directive_stands_on_anything_for_none_would_be_looked_for():
    declared = [gtype.extensions.get("strawberry-definition") for gtype in schema._schema.type_map.values()]
    parts = [part for one in declared for part in (*getattr(one, "fields", ()), *getattr(one, "values", ()))]
    assert len(parts) > 1_000
    assert [one for one in (*declared, *parts) if getattr(one, "directives", ())] == []
