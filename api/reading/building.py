"""A schema whose reading goes through the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLSchema, get_named_type, validate_schema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult

from api.reading.checks import faults
from api.reading.executor import Reader
from api.reading.straight import straight
from api.scalars import Date, DateTime

RESOLVER = "resolver"
"""Under this a field's metadata may hold its resolver, as graphql-core calls it: with what it has coerced, by the names
on the wire. Strawberry would look through each input once more, and make objects of it."""


class Cost(SchemaExtension):
    """Tells the client in `extensions.cost` how many rows the operation might have read."""

    def get_results(self) -> dict[str, Any]:
        return {"cost": self.execution_context.context.cost}


class Schema(strawberry.Schema):
    """Strawberry's, but that whatever is found good goes straight to the reader, or else to graphql-core."""

    def _warn_for_federation_directives(self) -> None:
        """This is no part of a federation; only to look whether it is would load all that there is for one.

        What comes next would look through the whole schema (`must_be_sound`).
        """
        self._schema._validation_errors = []

    def _collect_schema_directives(self, *_: object) -> list[type]:
        """No directive stands on anything that is ours; only to look for one goes through all of it once more.

        Nothing has been converted yet, and each type and argument shall be once: the window that every list takes was
        made hundreds of times.
        """
        converter: Any = self.schema_converter
        converter.from_maybe_optional = cache(converter.from_maybe_optional)
        converter.from_argument = cache(converter.from_argument)
        return []

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        *rest: Any,
        operation_name: str | None = None,
        **named: Any,
    ) -> ExecutionResult:
        reader: Any = self.execution_context_class
        known = straight(self._schema, query, operation_name) if query and issubclass(reader, Reader) else None
        if known is not None:
            return await known.answer(context_value, variable_values, reader)
        named["operation_name"] = operation_name
        return await super().execute(query, variable_values, context_value, *rest, **named)


def schema(
    query: type,
    mutation: type | None = None,
    *,
    types: Iterable[type] = (),
    extensions: Iterable[type[SchemaExtension]] = (),
    reader: type[Reader] | None = Reader,
) -> strawberry.Schema:
    """What is declared, taken at its word: `must_be_sound` looks through it."""
    built = Schema(
        query,
        mutation,
        types=types,
        extensions=[*extensions, Cost],
        execution_context_class=reader,
        config=StrawberryConfig(scalar_map={datetime: DateTime, date: Date}),
    )
    _describe_roots(built._schema)
    _resolve_by_themselves(built._schema)
    return built


def must_be_sound(schema: strawberry.Schema) -> None:
    """Raises TypeError with every declaration that cannot be read as it stands, and whatever is no GraphQL.

    What is declared stands in the source, so this is found where the source is checked, and not again at each start.
    """
    built = schema._schema
    anew = GraphQLSchema(**built.to_kwargs() | {"assume_valid": False})
    found = [*faults(built), *(error.message for error in validate_schema(anew))]
    if found:
        raise TypeError("\n".join(found))


def _resolve_by_themselves(built: GraphQLSchema) -> None:
    for field in built.mutation_type.fields.values() if built.mutation_type else ():
        field.resolve = field.extensions["strawberry-definition"].metadata.get(RESOLVER, field.resolve)


def _describe_roots(built: GraphQLSchema) -> None:
    """Each door that says nothing of itself gets the Japanese name of the rows behind it: 共同対処訓練の一覧."""
    for field in built.query_type.fields.values() if built.query_type else ():
        gtype: Any = get_named_type(field.type)
        is_list = "edges" in getattr(gtype, "fields", ())
        row: Any = get_named_type(get_named_type(gtype.fields["edges"].type).fields["node"].type) if is_list else gtype
        label = re.split(r": | of ", row.description or "")[0]
        if field.description is None and label and not label.isascii():
            field.description = f"{label}の一覧" if is_list else f"{label} 1件"
