"""What is wrong with the declarations of a schema: found when it is built, not when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from tortoise.models import Model

from api.reading.choices import METADATA, SEEN_ROWS, Filter, Order
from api.reading.declarations import (
    Answered,
    Column,
    Computed,
    Entity,
    How,
    One,
    Pages,
    RootOne,
    Told,
    column_of,
    entity_of,
    how_of,
)
from api.reading.pages import node_type
from api.reading.tables import CASTS, cast_of, columns
from domain.rights import DataClass

CHANGING = re.compile(
    r"\b(now|age|random|gen_random_uuid|uuidv7|\w+_timestamp|timeofday)\(|\b(current|local)_?(date|time)", re.IGNORECASE
)


def faults(schema: GraphQLSchema) -> list[str]:
    """One line for each declaration that cannot be read, could fail on some row, or could leak."""
    types = [gtype for gtype in schema.type_map.values() if isinstance(gtype, GraphQLObjectType)]
    return [fault for gtype in types for fault in Check(schema, gtype).faults()]


class Check:
    def __init__(self, schema: GraphQLSchema, gtype: GraphQLObjectType) -> None:
        self.schema = schema
        self.type = gtype
        self.entity = entity_of(gtype)

    def faults(self) -> Iterator[str]:
        if self.entity and self.entity.model._meta.ordering:
            yield f"{self.type.name}: its model has an order of its own, which every scope would carry along."
        for name, definition in self.type.fields.items():
            how = how_of(self.type, definition)
            if how is not None:
                found = [*self.field(how, definition), *changing(getattr(how, "template", ""))]
                yield from (f"{self.type.name}.{name}: {fault}" for fault in found)

    def field(self, how: How, definition: GraphQLField) -> Iterator[str]:
        has_resolver = definition.extensions["strawberry-definition"].base_resolver is not None
        if has_resolver and (self.entity or not isinstance(how, Answered)):
            yield "has a resolver that would never run."
        match how:
            case Column() if self.entity:
                yield from self.column(how, definition, self.entity)
            case Computed() if self.entity:
                yield from known(self.entity.model, how.column)
                yield from unlisted(how, self.entity.model)
            case Told() if self.entity:
                yield from (fault for name in (*how.columns, how.kind) for fault in known(self.entity.model, name))
            case One() if self.entity:
                yield from self.one(how, definition, self.entity)
            case Pages():
                yield from self.pages(how, definition)
            case RootOne() if entity_of(get_named_type(definition.type)) is None:
                yield "is not of an entity type."

    def column(self, how: Column, definition: GraphQLField, entity: Entity) -> Iterator[str]:
        name = column_of(how, definition)
        yield from known(entity.model, name)
        if is_non_null_type(definition.type) and is_nullable(entity.model, name):
            yield f"can be null in the column {name}."
        named, listed = get_named_type(definition.type), is_list_type(get_nullable_type(definition.type))
        if listed and isinstance(named, GraphQLEnumType) and any(k != v.value for k, v in named.values.items()):
            yield f"is a list of {named.name}, whose values differ from its names."
        if is_object_type(named):
            yield "is of an object type and has no declaration."

    def one(self, how: One, definition: GraphQLField, entity: Entity) -> Iterator[str]:
        target = entity_of(get_named_type(definition.type))
        if target is None:
            yield "is not of an entity type."
            return
        yield from known(entity.model, how.column)
        yield from known(target.model, how.back)
        if how.back != "id" and not is_unique(target.model, how.back):
            yield f"finds more than one row: {how.back} is not unique."
        if is_non_null_type(definition.type):
            yield "may be hidden, so it must be nullable."

    def pages(self, how: Pages, definition: GraphQLField) -> Iterator[str]:
        row = node_type(get_named_type(definition.type))
        target = entity_of(row)
        if target is None:
            yield "is not a list of an entity type."
            return
        if how.back:
            yield from known(target.model, how.back)
        if self.entity:
            yield from known(self.entity.model, how.column)
        if how.besides:
            yield from changing(how.besides.template)
        secret = secrets(row)
        for order in orders(how, definition):
            yield from ordered(order, target.model, secret)
        for name, filter_ in filters(definition):
            yield from filtered(name, filter_, target.model, secret)
            yield from self.entering(name, filter_)

    def entering(self, name: str, filter_: Filter | None) -> Iterator[str]:
        for type_name in SEEN_ROWS.findall(filter_.template) if filter_ else ():
            if entity_of(self.schema.type_map.get(type_name)) is None:
                yield f"the filter {name} asks for what is seen of {type_name}, which is no entity."


def orders(how: Pages, definition: GraphQLField) -> list[Order]:
    argument = definition.args.get("orderBy")
    named: Any = get_named_type(argument.type) if argument else None
    return [how.order, *(value.value for value in named.values.values())] if named else [how.order]


def filters(definition: GraphQLField) -> Iterator[tuple[str, Filter | None]]:
    argument = definition.args.get("filter")
    named: Any = get_named_type(argument.type) if argument else None
    for name, field in named.fields.items() if named else ():
        yield name, field.extensions["strawberry-definition"].metadata.get(METADATA)


def changing(sql: str) -> Iterator[str]:
    """An answer is given again as long as nothing is written (`api.questions`)."""
    if found := CHANGING.search(sql):
        yield f"says {found[0]}, by which its answer changes though nothing is written: take the instant as a value."


def ordered(order: Order, model: type[Model], secret: dict[str, DataClass]) -> Iterator[str]:
    """A row without a value could stand nowhere in the order, and a cursor could not say where."""
    if order.sql is not None:
        yield from changing(order.sql)
        if order.cast not in dict(CASTS).values():
            yield f"the order {order.name} does not say which type it is."
        return
    unknown = list(known(model, order.name))
    yield from unknown
    if unknown:
        return
    if is_nullable(model, order.name) and order.missing is None:
        yield f"the order {order.name} can be null and has no `missing`."
    if cast_of(columns(model)[order.name]) is None:
        yield f"the order {order.name} is of a type that cursors cannot carry."
    if secret.get(order.name, DataClass.PUBLIC) is not order.data:
        yield f"the order {order.name} is not of the same data class as its column."


def filtered(name: str, filter_: Filter | None, model: type[Model], secret: dict[str, DataClass]) -> Iterator[str]:
    if filter_ is None:
        yield f"the filter {name} has no declaration."
        return
    yield from changing(filter_.template)
    if filter_.column is not None:
        yield from known(model, filter_.column)
        if secret.get(filter_.column, DataClass.PUBLIC) is not filter_.data:
            yield f"the filter {name} is not of the same data class as its column."


def secrets(gtype: GraphQLObjectType) -> dict[str, DataClass]:
    """The columns of a type that are not for everybody, whether shown as they are or by the row that they point to."""
    declared = ((how_of(gtype, definition), definition) for definition in gtype.fields.values())
    return {name: how.data for how, field in declared if how and how.data for name in shown(how, field)}


def shown(how: How, definition: GraphQLField) -> Iterator[str]:
    if isinstance(how, Column):
        yield column_of(how, definition)
    elif isinstance(how, One) and how.back == "id":
        yield how.column


def unlisted(how: Computed, model: type[Model]) -> Iterator[str]:
    """A state that the table forgets would silently lead nowhere."""
    field: Any = columns(model).get(how.column)
    for state in getattr(field, "enum_type", ()):
        if str(state) not in how.table:
            yield f"leaves out {state}."


def known(model: type[Model], column: str) -> Iterator[str]:
    if column not in columns(model):
        yield f"{model._meta.db_table} has no column {column}."


def is_nullable(model: type[Model], column: str) -> bool:
    return column in columns(model) and columns(model)[column].null


def is_unique(model: type[Model], column: str) -> bool:
    return column in columns(model) and columns(model)[column].unique
