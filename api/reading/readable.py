"""Which columns of a row a role may read, by what the row's own types declare: for whatever tells of rows elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

from api.reading.declarations import Column, One, Told, column_of, entity_of, how_of
from api.reading.sql import literal
from domain.actor import Role
from domain.rights import may_read

Names = dict[str, dict[str, tuple[str, str | None]]]
"""For each model and column the GraphQL name, and for a reference the type that it points to."""


def readable(schema: GraphQLSchema, role: Role) -> Names:
    """What the role may read. A column that two types show is readable where both let it be read."""
    found: Names = {}
    hidden: set[tuple[str, str]] = set()
    for gtype in schema.type_map.values():
        entity = entity_of(gtype)
        if entity is None or not isinstance(gtype, GraphQLObjectType):
            continue
        for name, definition in gtype.fields.items():
            how = how_of(gtype, definition)
            if not isinstance(how, Column | One) or (shown := _column(how, definition)) == "id":
                continue
            if may_read(role, how.data):
                target = get_named_type(definition.type).name if isinstance(how, One) else None
                found.setdefault(entity.model.__name__, {}).setdefault(shown, (name, target))
            else:
                hidden.add((entity.model.__name__, shown))
    return {
        model: {column: named for column, named in columns.items() if (model, column) not in hidden}
        for model, columns in found.items()
    }


def _column(how: Column | One, definition: GraphQLField) -> str:
    return how.column if isinstance(how, One) else column_of(how, definition)


def as_told(how: Told, alias: str, names: Names) -> str:
    """The values under their GraphQL names, references as global ids; whatever has no name there is left out."""
    value = (
        "case when named.at ->> 1 is null or told.value = 'null' then told.value "
        "else to_jsonb((named.at ->> 1) || ':' || (told.value #>> '{}')) end"
    )
    if how.called:
        names, value = _called(names, how.called), "named.at -> 1"
    known = f"{literal(json.dumps(names, ensure_ascii=False))}::jsonb -> {alias}.{how.kind} -> told.key"
    said = " || ".join(f"{alias}.{column}" for column in how.columns)
    return (
        f"(select coalesce(json_object_agg(named.at ->> 0, {value}), '{{}}') "  # noqa: S608 - declared text only
        f"from jsonb_each({said}) told, lateral (select {known} as at) named where named.at is not null)"
    )


def _called(names: Names, called: Callable[[str, str], str]) -> Names:
    """The same names, each with what people call it."""
    return {
        model: {column: (name, called(model, column)) for column, (name, _) in columns.items()}
        for model, columns in names.items()
    }
