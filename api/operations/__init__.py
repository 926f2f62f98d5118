"""Saved operations: the commonest tasks as GraphQL documents, with variables that run as they stand.

The first line of each document is its title. To each persona those are offered that the reviewed table of rights lets
their role run, and for which something is found in the town; what has been done is no longer found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from graphql import FieldNode, ObjectFieldNode, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit

from api import rights
from api.ide import Operation
from api.operations.around import Around, Variables
from api.operations.finding import FINDERS
from api.schema import schema
from domain.actor import Role
from domain.rights import DataClass, may_read

__all__ = ["FINDERS", "Around", "document_of", "may_run", "saved"]


async def saved(around: Around) -> list[Operation]:
    """The operations that can be run now, in the order in which an officer's work goes."""
    allowed = [name for name in FINDERS if may_run(name, around.asking.role)]
    found = [(name, await FINDERS[name](around)) for name in allowed]
    return [_operation(name, variables) for name, variables in found if variables is not None]


def _operation(name: str, variables: Variables) -> Operation:
    document = document_of(name)
    return Operation(document.partition("\n")[0].removeprefix("# "), document, variables)


def document_of(name: str) -> str:
    """The text of one saved operation."""
    return (files(__name__) / f"{name}.graphql").read_text(encoding="utf-8")


@cache
def may_run(name: str, role: Role) -> bool:
    """Whether the role may ask for every field of the document, and send every filter and input in it."""
    types = TypeInfo(schema._schema)
    fields = _Fields(types)
    visit(parse(document_of(name)), TypeInfoVisitor(types, fields))
    stated = _stated()
    return all(role in stated[field] for field in fields.found)


class _Fields(Visitor):
    """Gathers the fields of a document and of the inputs written in it, each with its type's name before it."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found.add(f"{self.types.get_parent_type()}.{node.name.value}")

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        self.found.add(f"{get_named_type(self.types.get_parent_input_type())}.{node.name.value}")


@cache
def _stated() -> Mapping[str, frozenset[Role]]:
    """For each field of the schema the roles that the table names; one that is read with what holds it, for all."""
    lines = (line.split(" ", 1) for line in rights.REVIEWED.read_text(encoding="utf-8").splitlines())
    fields = (rest.rsplit(": ", 1) for what, rest in lines if what in ("field", "input"))
    return {field.partition("(")[0]: _named(who) for field, who in fields}


def _named(who: str) -> frozenset[Role]:
    """`HQ_LIAISON PARTNER [PUBLIC]`, `everybody known`, `nobody`, or whoever may read a class of data."""
    words = who.split()
    if named := frozenset(role for role in Role if role in words):
        return named
    data = re.search(r"\[(\w+)\]", who)
    if "nobody" in words:
        return frozenset()
    return frozenset(role for role in Role if data is None or may_read(role, DataClass[data[1]]))
