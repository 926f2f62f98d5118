"""Every field of the live schema, as a document that reaches it: along the shortest way from a root."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_composite_type, is_non_null_type

from api.schema import schema
from tests.api.inputs import usual

SCHEMA = schema._schema


@dataclass(frozen=True)
class Step:
    """One field on the way, and the type that the way goes on with: where the field may hold several, one of them."""

    name: str
    field: GraphQLField
    onward: str


@dataclass(frozen=True)
class Way:
    """`operation` is query or mutation; `gtype` the type to which the steps lead."""

    operation: str
    gtype: str
    steps: tuple[Step, ...] = ()


@dataclass
class Document:
    """A question that asks for one field, `names` its type and name."""

    names: str
    text: str
    variables: dict[str, Any] = field(default_factory=dict)


def documents(ids: dict[str, UUID]) -> Iterator[Document]:
    """One for each field of each type that can be reached; their arguments mean these rows where there is one."""
    for way in ways().values():
        gtype = SCHEMA.type_map[way.gtype]
        assert isinstance(gtype, GraphQLObjectType)
        for name, definition in gtype.fields.items():
            yield _document(way, Step(name, definition, get_named_type(definition.type).name), ids)


@cache
def ways() -> dict[str, Way]:
    """The shortest way to each type."""
    found = {root.name: Way(operation, root.name) for operation, root in _roots()}
    waiting = deque(found.values())
    while waiting:
        way = waiting.popleft()
        for step in _onward(way):
            if step.onward not in found:
                found[step.onward] = Way(way.operation, step.onward, (*way.steps, step))
                waiting.append(found[step.onward])
    return found


def _roots() -> list[tuple[str, GraphQLObjectType]]:
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    return [("query", SCHEMA.query_type), ("mutation", SCHEMA.mutation_type)]


def _onward(way: Way) -> Iterator[Step]:
    gtype = SCHEMA.type_map[way.gtype]
    assert isinstance(gtype, GraphQLObjectType)
    for name, definition in gtype.fields.items():
        inner = get_named_type(definition.type)
        if isinstance(inner, GraphQLObjectType):
            yield Step(name, definition, inner.name)
        elif is_composite_type(inner):
            yield from (Step(name, definition, one.name) for one in SCHEMA.get_possible_types(inner))


def _document(way: Way, last: Step, ids: dict[str, UUID]) -> Document:
    steps, given = (*way.steps, last), dict[str, tuple[str, Any]]()
    selection = "__typename" if is_composite_type(get_named_type(last.field.type)) else ""
    for number, step in reversed(list(enumerate(steps))):
        if step is not last and step.onward != get_named_type(step.field.type).name:
            selection = f"... on {step.onward} {{ {selection} }}"
        arguments = _arguments(step, f"v{number}_", given, ids)
        selection = f"{step.name}{arguments} {{ {selection} }}" if selection else f"{step.name}{arguments}"
    declared = ", ".join(f"${name}: {gtype}" for name, (gtype, _) in given.items())
    text = f"{way.operation}{f'({declared})' if declared else ''} {{ {selection} }}"
    return Document(f"{way.gtype}.{last.name}", text, {name: value for name, (_, value) in given.items()})


def _arguments(step: Step, prefix: str, given: dict[str, tuple[str, Any]], ids: dict[str, UUID]) -> str:
    """What the field must be told, as variables."""
    wanted = {name: one.type for name, one in step.field.args.items() if is_non_null_type(one.type)}
    for name, gtype in wanted.items():
        value = usual(step.onward[:1].lower() + step.onward[1:] + "Id" if name == "id" else name, gtype, ids)
        given[f"{prefix}{name}"] = (str(gtype), value)
    told = ", ".join(f"{name}: ${prefix}{name}" for name in wanted)
    return f"({told})" if told else ""
