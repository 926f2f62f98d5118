"""Proof of every relation that is declared `implied`: whoever sees a row sees, through it, nothing hidden.

Concept tests give the schema and the actors of a town that holds rows for them: `await proven(schema, actors)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import GraphQLObjectType, get_named_type

from api.reading.declarations import One, Pages, entity_of, how_of
from api.reading.pages import node_type
from domain.actor import Actor, Role


async def proven(schema: strawberry.Schema, actors: Iterable[Actor]) -> dict[str, set[Role]]:
    """The roles for which each implied relation was really followed. AssertionError where one shows a hidden row."""
    followed: dict[str, set[Role]] = {}
    for actor in actors:
        for name, parent, child, how in declared(schema):
            if actor.role in how.implied:
                pairs = await joined(parent, child, how, actor)
                seen = {row.id for row in await child.visible_to(actor)}
                hidden = [key for key in pairs if key not in seen]
                assert hidden == [], f"{name} shows {actor.role} rows of {child.name} that are hidden: {hidden[:3]}"
                followed.setdefault(name, set()).update({actor.role} if pairs else ())
    return followed


def declared(schema: strawberry.Schema) -> list[tuple[str, Any, Any, Any]]:
    """Every implied relation: its name, the entities on both sides, how it is read."""
    return [
        (f"{gtype.name}.{name}", entity_of(gtype), entity_of(target(how, definition)), how)
        for gtype in schema._schema.type_map.values()
        if isinstance(gtype, GraphQLObjectType) and entity_of(gtype)
        for name, definition in gtype.fields.items()
        if isinstance(how := how_of(gtype, definition), One | Pages) and how.implied
    ]


def target(how: One | Pages, definition: Any) -> Any:
    named = get_named_type(definition.type)
    return node_type(named) if isinstance(how, Pages) else named


async def joined(parent: Any, child: Any, how: One | Pages, actor: Actor) -> list[Any]:
    """The keys of all rows, visible or not, to which the actor's visible rows lead."""
    parents = await parent.visible_to(actor)
    values = {getattr(row, how.column) for row in parents} - {None}
    return [row.id for row in await child.model.filter(**{f"{how.back}__in": list(values)})]
