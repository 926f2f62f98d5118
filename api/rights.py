"""The permission table: for whatever can be called, read, sent or opened, who may; one line each.

`api/permissions.txt` is its reviewed copy: a right that widens is a line that changes. The program does not start with
a field, an argument or a door that has no line there. Which rows somebody sees is for each `visible_to` to say; the
lines `rows …` name the roles that may see any at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from uuid import UUID

from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_input_object_type

import domain
from api.errors import Stopped
from api.mutations import VERB
from api.reading.choices import METADATA, Filter
from api.reading.declarations import Answered, AnyNode, entity_of, how_of
from api.schema import schema
from domain.actor import Actor, Role
from domain.criteria import is_nothing
from domain.rights import may_read
from domain.verbs import ALLOWED, ROUTINES, allowed

REVIEWED = Path(__file__).with_name("permissions.txt")
TYPES = schema._schema.type_map
ALL = frozenset(Role)
SOMEBODY = UUID(int=1)

DOORS: Mapping[str, str] = {
    "/": "everybody",
    "/graphql": "whoever is known; in a demonstration its page is everybody's",
    "/graphql/assets/personas.json": "everybody, in a demonstration only",
    "/graphql/assets/{persona}/operations.json": "everybody, in a demonstration only",
    "/graphql/assets/{name}": "everybody, in a demonstration only",
    "/cal/{token}": "whoever holds the address",
    "/cal/{token}/calendar.ics": "whoever holds the address",
    "/.well-known/caldav": "everybody",
    "/dav/": "whoever has the secret of a feed",
    "/dav/calendar/": "whoever has the secret of a feed",
    "/dav/calendar/{name}": "whoever has the secret of a feed",
    "/rsvp/{token}": "whoever holds the address",
    "/notices/{token}": "whoever holds the address",
    "/confirm/{token}": "whoever holds the address, until the campaign ends",
    "/own": "whoever is logged in and asked to dates",
    "/own/{token}": "whoever holds the address",
    "/own/documents/{id}": "whoever is logged in and sees the document",
    "/own/{token}/documents/{id}": "whoever holds the address, of the dates of the person it was written to",
    "/genuine": "everybody",
    "/pages/page.css": "everybody",
    "/pages/fonts/{file}": "everybody",
    "/login": "everybody",
    "/logout": "everybody",
    "/login/second-factor": "whoever has shown a password",
    "/login/office": "everybody, where the office has a login service",
    "/login/office/back": "everybody, where the office has a login service",
    "/welcome/{token}": "whoever holds the address",
    "/password/reset": "everybody",
    "/password/reset/{token}": "whoever holds the address",
    "/password": "whoever is logged in",
    "/account": "whoever is logged in",
    "/account/address": "whoever has logged in within a quarter of an hour",
    "/account/feed": "whoever has logged in within a quarter of an hour",
    "/account/feeds/{id}/end": "whoever is logged in",
    "/account/recovery-codes": "whoever has logged in within a quarter of an hour",
    "/account/second-factor": "whoever has logged in within a quarter of an hour",
    "/account/second-factor/remove": "whoever has logged in within a quarter of an hour",
    "/account/sessions/end": "whoever is logged in",
    "/account/sessions/{id}/end": "whoever is logged in",
    "/account/tokens": "whoever has logged in within a quarter of an hour",
    "/account/tokens/{id}/revoke": "whoever is logged in",
    "/exports/{name}": "as the verb of the export",
    "/appointments/{id}/documents": "as the verb that adds one",
    "/agreements/{id}/files": "as the verb that keeps one",
    "/agreement-files/{id}": "whoever sees the file",
    "/documents/{id}": "whoever sees the document",
    "/healthz": "everybody",
    "/metrics": "ADMIN",
    "/readyz": "everybody",
}


def table() -> str:
    """The whole table as text, in order; needs no server."""
    lines = {**_verbs(), **asyncio.run(_readings()), **_inputs(), **_doors()}
    return "".join(f"{what}: {who}\n" for what, who in sorted(lines.items()))


def must_be_stated(paths: Collection[str]) -> None:
    """Raises Stopped where something has no line: what nobody has stated a right for is not opened."""
    stated = {line.rsplit(": ", 1)[0] for line in REVIEWED.read_text(encoding="utf-8").splitlines()}
    wanted = {*_names(), *(f"door {path}" for path in paths)}
    if missing := sorted(wanted - stated):
        raise Stopped(f"権限の表に載っていないものがあるため、始められません: {'、'.join(missing[:10])}")


def _verbs() -> dict[str, str]:
    for found in walk_packages(domain.__path__, "domain."):
        if ".migrations" not in found.name:
            import_module(found.name)
    return {f"verb {name}": _roles(roles) for name, roles in ALLOWED.items()} | {
        f"clock {name}": "by itself" for name in ROUTINES
    }


def _doors() -> dict[str, str]:
    return {f"door {path}": who for path, who in DOORS.items()}


def _names() -> Iterator[str]:
    for gtype, name, field in _fields():
        yield _called(gtype, name, field)
    for taken in _input_types():
        yield from (f"input {taken.name}.{name}" for name in taken.fields)


async def _readings() -> dict[str, str]:
    """Each type with the roles that see rows of it, each field with those that read it there."""
    from domain import migrating  # what it needs takes a while to load, and whoever serves asks for no table

    async with migrating.offline():
        rows = {gtype.name: _who_sees(gtype) for gtype in _object_types() if entity_of(gtype)}
    lines = {f"rows {name}": _roles(roles) for name, roles in rows.items()}
    for gtype, name, field in _fields():
        lines[_called(gtype, name, field)] = _who_reads(gtype, field, rows)
    return lines


def _who_reads(gtype: GraphQLObjectType, field: GraphQLField, rows: Mapping[str, frozenset[Role]]) -> str:
    declared = field.extensions.get("strawberry-definition")
    if declared is not None and VERB in declared.metadata:
        return _roles(allowed(declared.metadata[VERB]))
    how = how_of(gtype, field)
    if how is None or isinstance(how, AnyNode):
        return "with what holds it"
    if isinstance(how, Answered):
        return _roles(allowed(how.verb) if how.verb else ALL)
    seen = rows.get(gtype.name, ALL) & rows.get(_shown(field), ALL)
    return f"{_roles(frozenset(role for role in seen if may_read(role, how.data)))} [{how.data.name}]"


def _shown(field: GraphQLField) -> str:
    """The type of the rows behind a field, through a page's edges."""
    gtype = get_named_type(field.type)
    if isinstance(gtype, GraphQLObjectType) and "edges" in gtype.fields:
        edge = get_named_type(gtype.fields["edges"].type)
        gtype = get_named_type(edge.fields["node"].type)
    return str(gtype.name)


def _who_sees(gtype: GraphQLObjectType) -> frozenset[Role]:
    entity = entity_of(gtype)
    assert entity is not None
    return frozenset(role for role in Role if not is_nothing(entity.visible_to(_anybody(role))))


def _anybody(role: Role) -> Actor:
    return Actor(role, datetime(2026, 1, 1, tzinfo=UTC), SOMEBODY, SOMEBODY, SOMEBODY, (SOMEBODY,), SOMEBODY)


def _inputs() -> dict[str, str]:
    """Each input field: of a filter with its data class, of a mutation with the verb's roles."""
    by_type = senders()
    return {
        f"input {gtype.name}.{name}": _who_sends(field, by_type.get(gtype.name, frozenset()))
        for gtype in _input_types()
        for name, field in gtype.fields.items()
    }


def _who_sends(field: Any, roles: frozenset[Role]) -> str:
    declared = field.extensions.get("strawberry-definition")
    chosen = declared.metadata.get(METADATA) if declared is not None else None
    if isinstance(chosen, Filter):
        return f"whoever lists these rows and may read [{chosen.data.name}]"
    return _roles(roles)


def senders() -> dict[str, frozenset[Role]]:
    """Who may send an input type: those whose mutations take it, also inside of another input."""
    found: dict[str, frozenset[Role]] = {}
    mutation = schema._schema.mutation_type
    for field in mutation.fields.values() if mutation else ():
        roles = allowed(field.extensions["strawberry-definition"].metadata[VERB])
        for argument in field.args.values():
            for name in _within(get_named_type(argument.type)):
                found[name] = found.get(name, frozenset()) | roles
    return found


def _within(gtype: Any) -> Iterator[str]:
    if is_input_object_type(gtype):
        yield gtype.name
        for field in gtype.fields.values():
            yield from _within(get_named_type(field.type))


def _called(gtype: GraphQLObjectType, name: str, field: GraphQLField) -> str:
    arguments = f"({' '.join(sorted(field.args))})" if field.args else ""
    return f"field {gtype.name}.{name}{arguments}"


def _fields() -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    for gtype in _object_types():
        for name, field in gtype.fields.items():
            yield gtype, name, field


def _object_types() -> list[GraphQLObjectType]:
    return [
        one for one in schema._schema.type_map.values() if isinstance(one, GraphQLObjectType) and one.name[:2] != "__"
    ]


def _input_types() -> list[GraphQLInputObjectType]:
    return [one for one in schema._schema.type_map.values() if isinstance(one, GraphQLInputObjectType)]


def _roles(roles: frozenset[Role]) -> str:
    return "everybody known" if roles == ALL else " ".join(sorted(roles)) or "nobody"
