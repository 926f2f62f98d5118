"""BENCH ONLY: the first page of each list that anybody can ask for, in each order that it can be asked for in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from graphql import GraphQLEnumType, get_named_type

from api.benchmarks.ground import Ground
from api.benchmarks.hot import Hot, tell
from api.reading.declarations import Pages, how_of
from api.schema import schema
from domain.actor import Actor, Role


def by_reader(ground: Ground) -> dict[str, list[Hot]]:
    """By who asks."""
    station = replace(ground.hq, role=Role.STATION_LIAISON, unit_id=ground.stations[0], units=(ground.stations[0],))
    asking = {"県本部": ground.hq, "警察署": station}
    return {who: [listed(actor, *one) for one in first_pages()] for who, actor in asking.items()}


def first_pages() -> Iterator[tuple[str, str]]:
    """What each is called, and the question."""
    root = schema._schema.query_type
    assert root is not None, "the schema has questions"
    for name, field in root.fields.items():
        if isinstance(how_of(root, field), Pages):
            given = field.args.get("orderBy")
            orders = get_named_type(given.type) if given else None
            for chosen in orders.values if isinstance(orders, GraphQLEnumType) else [None]:
                order = f", orderBy: {chosen}" if chosen else ""
                yield f"{name}{order}", f"{{ {name}(first: 20{order}) {{ edges {{ cursor node {{ id }} }} }} }}"


def listed(actor: Actor, label: str, question: str) -> Hot:
    return Hot(label, partial(tell, label, actor, question, {}))
