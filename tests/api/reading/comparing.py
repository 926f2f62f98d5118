"""The reader and its oracle, side by side on generated documents."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import orjson
import strawberry
from graphql import GraphQLSchema, get_named_type, parse, validate

from api.context import Context
from api.reading.choices import Order
from api.reading.declarations import entity_of
from domain.actor import Actor
from tests.api.reading import oracle
from tests.api.reading.documents import Document, Samples, Writer
from tests.api.reading.oracle import SlowContext


async def sampled(schema: GraphQLSchema, actor: Actor, scalars: dict[str, list[Any]]) -> Samples:
    """Ids of what the actor sees and of what is hidden, and cursors for every order, written by the oracle."""
    types = {name: entity for name, gtype in schema.type_map.items() if (entity := entity_of(gtype))}
    every = {name: await entity.model.all() for name, entity in types.items()}
    ids = [f"{name}:{row.id}" for name, rows in every.items() for row in rows]
    cursors: dict[tuple[str, Order], list[str]] = {}

    async def prepare(name: str, order: Order) -> None:
        slow = oracle.Slow.__new__(oracle.Slow)
        pairs = await slow.sorted(every[name], order, types[name])
        cursors[name, order] = [oracle.cursor(order, value, row.id) for value, row in pairs]

    for name, order in orders(schema):
        await prepare(name, order)
    found = {"ID": [*ids, "x", "Nothing:1", ids[0].upper() if ids else ""], "Boolean": [True, False], **scalars}
    return Samples(found, lambda name, order: cursors.get((name, order), []))


def orders(schema: GraphQLSchema) -> set[tuple[str, Order]]:
    from api.reading.checks import orders as of_field
    from api.reading.declarations import Pages, how_of
    from api.reading.pages import node_type

    return {
        (node_type(get_named_type(field.type)).name, order)
        for gtype in schema.type_map.values()
        if hasattr(gtype, "fields") and hasattr(gtype, "interfaces")
        for field in gtype.fields.values()
        if isinstance(how := how_of(gtype, field), Pages)
        for order in of_field(how, field)
    }


async def compare(
    schema: strawberry.Schema, slow: strawberry.Schema, actor: Actor, samples: Samples, wanted: int, seed: int
) -> Counter[str]:
    """Asks both the same, `wanted` times; gives how often each part of the language occurred."""
    writer = Writer(schema._schema, actor.role, Random(seed), samples)
    seen: Counter[str] = Counter()
    kept = SlowContext(actor)
    while seen["equal"] < wanted:
        document = writer.document()
        if validate(schema._schema, parse(document.text)):
            seen["invalid"] += 1
            continue
        for variables in document.variables:
            fast = await schema.execute(document.text, variables, Context(actor, purpose="比べる"))
            if fast.errors and getattr(fast.errors[0].original_error, "code", "") == "TOO_LARGE":
                seen["too large"] += 1
                break
            assert_alike(document, fast, await slow.execute(document.text, variables, kept))
            seen["equal"] += 1
            seen.update(part for part in PARTS if part in document.text)
    return seen


PARTS = ("...F", "... on", "@include", "@skip", "first:", "last:", "after:", "before:", "filter:", "orderBy:", "node(")


def assert_alike(document: Document, fast: Any, slow: Any) -> None:
    assert [*(fast.errors or ()), *(slow.errors or ())] == [], document
    got, wanted = (comparable(orjson.loads(orjson.dumps(answer.data))) for answer in (fast, slow))
    assert got == wanted, document


def comparable(value: Any) -> Any:
    """Instants as instants and cursors opened: both may be written in more than one way."""
    if isinstance(value, dict):
        return {key: comparable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    return text_comparable(value) if isinstance(value, str) else value


def text_comparable(text: str) -> Any:
    if text.startswith("WyJ"):
        name, value, key = json.loads(base64.b64decode(text))
        return [name, text_comparable(value), key]
    if len(text) > 18 and text[4] == "-" and text[10] in "T ":
        return datetime.fromisoformat(text).timestamp()
    return text
