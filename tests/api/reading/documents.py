"""Writes documents that a schema accepts: fragments, directives, variables, aliases, merged fields, pages both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from api.reading.choices import METADATA
from api.reading.declarations import Answered, Pages, how_of
from api.reading.pages import node_type
from domain.actor import Role
from domain.rights import may_read

FLAGS = ("yes", "no")
AWKWARD = ("r", "t0", "t1", "page_t0", "select", "T2", "row")
"""Names that the statement itself might use."""


@dataclass
class Document:
    """One text, and what two clients send along with it: a plan made for the first must serve the second."""

    text: str
    variables: list[dict[str, Any]]


@dataclass
class Samples:
    """Values that mean something to the rows there are: by scalar name, and cursors by type and order."""

    scalars: dict[str, list[Any]]
    cursors: Callable[[str, Any], list[str]] = lambda name, order: []


@dataclass
class Writer:
    """Writes documents with what one role may ask for."""

    schema: GraphQLSchema
    role: Role
    dice: Random
    samples: Samples
    fragments: dict[str, str] = field(default_factory=dict)
    declared: dict[str, tuple[str, Callable[[], Any]]] = field(default_factory=dict)
    aliases: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def document(self) -> Document:
        self.fragments, self.declared, self.aliases = {}, {}, {}
        body = self.block(self.schema.query_type, self.dice.randint(3, 7))
        names = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.declared.items())
        text = f"query Q{f'({names})' if names else ''} {body} " + " ".join(self.fragments.values())
        return Document(text, [self.drawn(), self.drawn()])

    def drawn(self) -> dict[str, Any]:
        return {name: draw() for name, (kind, draw) in self.declared.items() if self.given(kind)}

    def given(self, kind: str) -> bool:
        """Whether the client sends this variable: what has a default or may be null is now and then left out."""
        return self.chance(0.5) if "=" in kind else kind.endswith("!") or self.chance(0.85)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    # -------- selections

    def block(self, gtype: Any, depth: int) -> str:
        parts = [self.field(gtype, depth) for _ in range(self.dice.randint(1, 4))]
        if is_abstract_type(gtype) or self.chance(0.25):
            parts.append(f"... on {(on := self.narrowed(gtype)).name} {self.directive()} {self.block(on, depth - 1)}")
        if depth > 0 and self.chance(0.2):
            parts.append(f"...{self.fragment(self.narrowed(gtype), depth - 1)} {self.directive()}")
        return "{" + " ".join(parts) + "}"

    def narrowed(self, gtype: Any) -> Any:
        return self.dice.choice(self.schema.get_possible_types(gtype)) if is_abstract_type(gtype) else gtype

    def fragment(self, gtype: Any, depth: int) -> str:
        name = f"F{len(self.fragments)}"
        self.fragments[name] = ""
        self.fragments[name] = f"fragment {name} on {gtype.name} {self.block(gtype, depth)}"
        return name

    def field(self, parent: Any, depth: int) -> str:
        names = [name for name in parent.fields if self.may(parent, name)]
        name = self.dice.choice([*names, "__typename"])
        if name == "__typename":
            return name
        definition = parent.fields[name]
        gtype = get_named_type(definition.type)
        if is_composite_type(gtype) and depth <= 0:
            return "__typename"
        arguments = self.arguments(parent, definition)
        inner = self.block(gtype, depth - 1) if is_composite_type(gtype) else ""
        return f"{self.alias(parent, name, arguments)}{name}{arguments} {self.directive()} {inner}"

    def may(self, parent: Any, name: str) -> bool:
        """Whether the role may read it, and by what it is put in order; what has a resolver of its own is no matter of
        the reader."""
        match how := how_of(parent, parent.fields[name]):
            case None:
                return True
            case Answered():
                return False
            case Pages():
                return may_read(self.role, how.data) and may_read(self.role, how.order.data)
        return may_read(self.role, how.data)

    def alias(self, parent: Any, name: str, arguments: str) -> str:
        """The same key for the same field with the same arguments, so that selections merge."""
        if not arguments and self.chance(0.6):
            return ""
        key, number = (parent.name, name, arguments), len(self.aliases)
        return self.aliases.setdefault(key, AWKWARD[number] if number < len(AWKWARD) else f"a{number}") + ": "

    def directive(self) -> str:
        if self.chance(0.8):
            return ""
        flag = self.dice.choice(FLAGS)
        self.declared[flag] = (f"Boolean! = {'true' if flag == 'yes' else 'false'}", lambda: self.chance(0.5))
        return self.dice.choice([f"@include(if: ${flag})", f"@skip(if: ${flag})", "@include(if: true)"])

    # -------- arguments

    def arguments(self, parent: Any, definition: Any) -> str:
        how = how_of(parent, definition)
        given = self.page(how, definition) if isinstance(how, Pages) else {}
        for name, argument in definition.args.items():
            if is_non_null_type(argument.type):
                given[name] = self.value(argument.type)
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def page(self, how: Pages, definition: Any) -> dict[str, str]:
        given = {}
        order = how.order
        if "orderBy" in definition.args and self.chance(0.7):
            given["orderBy"], order = self.order(get_named_type(definition.args["orderBy"].type), order)
        if "filter" in definition.args and self.chance(0.5):
            given["filter"] = self.filter(definition.args["filter"].type)
        size = self.dice.choice(["first", "first", "last", None])
        if size:
            given[size] = self.maybe_variable("Int", [0, 1, 2, 3, 5, 8])
        cursors = self.samples.cursors(node_type(get_named_type(definition.type)).name, order)
        for end in ("after", "before"):
            if cursors and self.chance(0.3):
                given[end] = self.maybe_variable("String", [*cursors, None])
        return given

    def order(self, gtype: GraphQLEnumType, usual: Any) -> tuple[str, Any]:
        allowed = {name: v.value for name, v in gtype.values.items() if may_read(self.role, v.value.data)}
        name = self.dice.choice(list(allowed))
        if self.chance(0.2):
            return "null", usual
        return (self.variable(f"{gtype.name}!", lambda: name) if self.chance(0.3) else name), allowed[name]

    def filter(self, kind: Any) -> str:
        gtype: GraphQLInputObjectType = get_named_type(kind)
        fields = [
            name
            for name, f in gtype.fields.items()
            if may_read(self.role, f.extensions["strawberry-definition"].metadata[METADATA].data)
        ]
        chosen = self.dice.sample(fields, min(len(fields), self.dice.randint(0, 2)))
        if self.chance(0.3):
            return self.variable(gtype.name, lambda: {name: self.plain(gtype.fields[name].type) for name in chosen})
        return "{" + ", ".join(f"{name}: {self.value(gtype.fields[name].type)}" for name in chosen) + "}"

    def value(self, kind: Any) -> str:
        if self.chance(0.3) and not is_list_type(get_nullable_type(kind)):
            return self.variable(str(kind), lambda: self.plain(kind))
        return literal(self.plain(kind), get_named_type(kind))

    def plain(self, kind: Any) -> Any:
        if not is_non_null_type(kind) and self.chance(0.1):
            return None
        inner = get_nullable_type(kind)
        if is_list_type(inner):
            return [self.plain(inner.of_type) for _ in range(self.dice.randint(0, 3))]
        if isinstance(inner, GraphQLEnumType):
            return self.dice.choice(list(inner.values))
        return self.dice.choice(self.samples.scalars[inner.name])

    def maybe_variable(self, kind: str, choices: list[Any]) -> str:
        if self.chance(0.4):
            return self.variable(kind, lambda: self.dice.choice(choices))
        return json.dumps(self.dice.choice(choices))

    def variable(self, kind: str, draw: Callable[[], Any]) -> str:
        name = f"v{len(self.declared)}"
        self.declared[name] = (kind, draw)
        return f"${name}"


def literal(value: Any, gtype: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(literal(item, gtype) for item in value) + "]"
    return str(value) if isinstance(gtype, GraphQLEnumType) and value is not None else json.dumps(value)
