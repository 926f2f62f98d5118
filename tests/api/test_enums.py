"""An enum's description is what its docstring says, whichever Python reads it."""

from graphql import GraphQLEnumType

from api.schema import schema


def test_no_enum_is_described_with_the_margin_of_its_source() -> None:
    enums = [one for one in schema._schema.type_map.values() if isinstance(one, GraphQLEnumType)]
    described = [one for one in enums if "\n" in (one.description or "")]
    assert described
    assert [one.name for one in described if "\n    " in (one.description or "")] == []
