"""What a type says about how its fields are read: one declaration per field, nothing that runs.

A field of an entity without a declaration is the column of its Python name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, TypeVar

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import UNRESOLVED, StrawberryField
from tortoise.models import Model
from tortoise.queryset import QuerySet

from api.reading.choices import METADATA, Order
from api.reading.ids import key_of, split
from domain.actor import Actor, Role
from domain.rights import DataClass
from domain.values import dataclass

C = TypeVar("C", bound=type)
EVERYONE = frozenset(Role)
ENTITY = "__reading_entity__"
NOBODY: frozenset[Role] = frozenset()


class Entity(NamedTuple):
    """A GraphQL type that is one table, entered only through `visible_to`."""

    name: str
    model: type[Model]
    visible_to: Callable[[Actor], QuerySet[Any]]

    @property
    def table(self) -> str:
        return f'"{self.model._meta.db_table}"'


def entity(model: type[Model], visible_to: Callable[[Actor], QuerySet[Any]]) -> Callable[[C], C]:
    """Above `@reading.shape`: the rows of this type are those of the model that the actor may see."""

    def register(cls: C) -> C:
        name: str = cls.__strawberry_definition__.name  # type: ignore[attr-defined]
        setattr(cls, ENTITY, Entity(name, model, visible_to))
        return cls

    return register


@dataclass(frozen=True)
class Read:
    """A resolver's answer: this, as selected, read by the database. With a key: that one row, if visible."""

    key: Any = None
    name: str | None = None


def read(name: str, key: Any) -> Any:
    """What a mutation's payload holds for a row: it is read, as selected, after the verb has committed."""
    return Read(key, name)


@dataclass(frozen=True, kw_only=True)
class How:
    """How one field is read, and what kind of data it shows."""

    data: DataClass = DataClass.PUBLIC


class Key(How):
    """The global id."""


@dataclass(frozen=True, kw_only=True)
class Column(How):
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Expression(How):
    template: str


@dataclass(frozen=True, kw_only=True)
class Computed(How):
    column: str
    table: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Told(How):
    """What a journal tells of a row in `columns`: its values by the names that the row's own type has for them, without
    those that the role may not read there. `kind` is the column with the name of the row's model. With `called`, which
    knows it by model and column, what people call each value stands in its place."""

    columns: tuple[str, ...]
    kind: str
    called: Callable[[str, str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class One(How):
    """The row that `column` points to, or with `back` the one row whose `back` points here."""

    column: str = "id"
    back: str = "id"
    implied: frozenset[Role] = NOBODY


class Besides(NamedTuple):
    """What else makes a row `{t}` belong to the row `{above}`, in SQL; `holds` says the same in Python."""

    template: str
    holds: Callable[[Any, Any], bool]


@dataclass(frozen=True, kw_only=True)
class Pages(How):
    """The rows whose `back` is this row's `column`, or without it all rows, in pages; only those of which `besides`
    holds, where that is told."""

    back: str | None = None
    column: str = "id"
    besides: Besides | None = None
    order: Order
    implied: frozenset[Role] = NOBODY


class RootOne(How):
    """The row with the id given as argument."""


class AnyNode(How):
    """The row of whatever type the id names."""


@dataclass(frozen=True, kw_only=True)
class Answered(How):
    """By a resolver of its own, which asks the verb, at the price of reading this many rows."""

    rows: int
    verb: Callable[..., Any] | None


class Field(StrawberryField):
    """A field that says of what type it is once: Strawberry asks for it three times while it makes the schema."""

    _found: Any = None

    def resolve_type(self, *, type_definition: StrawberryObjectDefinition | None = None) -> Any:
        annotation, found = self._found or (None, UNRESOLVED)
        if found is UNRESOLVED or annotation is not self.type_annotation:
            found = super().resolve_type(type_definition=type_definition)
            self._found = self.type_annotation, found
        return found


class ReadField(Field):
    """A field that answers with a `Read`; only root fields are ever asked."""

    @property
    def is_basic_field(self) -> bool:
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        raw = info._raw_info
        return asked_of(self.metadata[METADATA], raw.return_type, raw.schema, kwargs)


def asked_of(how: How | None, gtype: Any, schema: GraphQLSchema, arguments: Mapping[str, Any]) -> Read | None:
    """What a field at the root asks to be read; nothing where its id can be no row's."""
    if isinstance(how, RootOne):
        name = get_named_type(gtype).name
        key = key_of(arguments["id"], name)
        return Read(key, name) if key else None
    return _any_node(schema, arguments["id"]) if isinstance(how, AnyNode) else Read()


def _any_node(schema: GraphQLSchema, global_id: str) -> Read | None:
    parts = split(global_id)
    if parts is None or entity_of(schema.get_type(parts[0])) is None:
        return None
    return Read(parts[1], parts[0])


def key() -> Any:
    """The global id."""
    return _field(Key())


def column(name: str | None = None, *, data: DataClass = DataClass.PUBLIC, description: str | None = None) -> Any:
    """A column, where it has another name than the field or is not for everybody."""
    return _field(Column(name=name, data=data), description)


def expression(template: str, *, data: DataClass = DataClass.PUBLIC, description: str | None = None) -> Any:
    """SQL with `{t}` for the row. It goes past every scope but the row's own: review each."""
    return _field(Expression(template=template, data=data), description)


def computed(
    column: str,
    table: Mapping[Any, Iterable[Any]],
    *,
    data: DataClass = DataClass.PUBLIC,
    description: str | None = "Where this state may lead, whoever asks: a mutation says who may lead it there.",
) -> Any:
    """A list that follows from one column by a constant table: the transitions that a state allows."""
    plain = {str(state): tuple(str(item) for item in items) for state, items in table.items()}
    return _field(Computed(column=column, table=plain, data=data), description)


def told(
    *columns: str,
    kind: str,
    called: Callable[[str, str], str] | None = None,
    data: DataClass = DataClass.INTERNAL,
    description: str | None = None,
) -> Any:
    """The values that a journal's entry holds in these columns, as far as the role may read them in the row itself; or
    what each is called."""
    return _field(Told(columns=columns, kind=kind, called=called, data=data), description)


def one(
    column: str,
    *,
    implied: frozenset[Role] = NOBODY,
    data: DataClass = DataClass.PUBLIC,
    description: str | None = None,
) -> Any:
    """The row that this column points to; null where the actor may not see it.

    `implied`: the roles for which whoever sees this row sees that one. A test proves each.
    """
    return _field(One(column=column, implied=implied, data=data), description)


def one_back(
    back: str,
    *,
    implied: frozenset[Role] = NOBODY,
    data: DataClass = DataClass.PUBLIC,
    description: str | None = None,
) -> Any:
    """The only row whose unique column `back` points to this one; null where there is none to see."""
    return _field(One(back=back, implied=implied, data=data), description)


def connection(
    back: str,
    *,
    order: Order | None = None,
    orders: type[Enum] | None = None,
    filters: type | None = None,
    implied: frozenset[Role] = NOBODY,
    data: DataClass = DataClass.PUBLIC,
    description: str | None = None,
    column: str = "id",
    besides: Besides | None = None,
) -> Any:
    """The rows whose column `back` points to this one, in pages; the first of `orders` is the usual order.

    With `column` they are those that point to where this one does; `besides` goes past every scope but the rows' own:
    review each.
    """
    how = Pages(back=back, column=column, besides=besides, order=_usual(order, orders), implied=implied, data=data)
    return _field(how, description, _page_arguments(orders, filters))


def root_connection(
    *,
    order: Order | None = None,
    orders: type[Enum] | None = None,
    filters: type | None = None,
    data: DataClass = DataClass.PUBLIC,
    description: str | None = None,
) -> Any:
    """All rows of a type that the actor may see, in pages."""
    how = Pages(order=_usual(order, orders), data=data)
    return _field(how, description, _page_arguments(orders, filters))


def root_one(*, description: str | None = None) -> Any:
    """The row with this id; null for every id under which the actor can see nothing."""
    return _field(RootOne(), description, [_argument("id", strawberry.ID)])


def root_node(*, description: str | None = None) -> Any:
    """The row of any type with this id; null for every id under which the actor can see nothing."""
    return _field(AnyNode(), description, [_argument("id", strawberry.ID)])


def answered(rows: int, verb: Callable[..., Any] | None) -> dict[object, How]:
    """The metadata of a field with a resolver of its own, whose work costs as much as reading this many rows.

    It asks this verb, which knows who may; without one it tells everybody of themselves.
    """
    return {METADATA: Answered(rows=rows, verb=verb)}


def _field(how: How, description: str | None = None, arguments: list[StrawberryArgument] | None = None) -> ReadField:
    field = ReadField(metadata={METADATA: how}, description=description)
    field.arguments = arguments or []
    return field


def _usual(order: Order | None, orders: type[Enum] | None) -> Order:
    if order is not None:
        return order
    if orders is None:
        raise TypeError("A list needs an order.")
    first: Order = next(iter(orders)).value
    return first


def _page_arguments(orders: type[Enum] | None, filters: type | None) -> list[StrawberryArgument]:
    arguments = [*WINDOW]
    if filters is not None:
        arguments.append(_argument("filter", filters | None))
    if orders is not None:
        arguments.append(_argument("order_by", orders | None, next(iter(orders))))
    return arguments


def _argument(name: str, annotation: Any, default: object = strawberry.UNSET) -> StrawberryArgument:
    return StrawberryArgument(name, None, understood(annotation), default=default)


@cache
def understood(annotation: Any) -> StrawberryAnnotation:
    """Strawberry's view of a type, shared by all fields and arguments that have it: it is found out once."""
    return StrawberryAnnotation(annotation, namespace={})


WINDOW = (
    _argument("first", int | None),
    _argument("after", str | None),
    _argument("last", int | None),
    _argument("before", str | None),
)
"""What every list takes, in this order."""


def entity_of(gtype: Any) -> Entity | None:
    """The entity behind a GraphQL type, if it is one."""
    definition = getattr(gtype, "extensions", {}).get("strawberry-definition")
    return getattr(getattr(definition, "origin", None), ENTITY, None)


def type_of(schema: GraphQLSchema, model: type[Model]) -> str:
    """The name of the type whose rows are those of the model; the model's own where nothing shows it."""
    entities = ((name, entity_of(gtype)) for name, gtype in schema.type_map.items())
    return next((name for name, found in entities if found and found.model is model), model.__name__)


def how_of(parent: GraphQLObjectType, definition: GraphQLField) -> How | None:
    """How a field is read; None where nothing is (edges, pages, payloads)."""
    declared = definition.extensions.get("strawberry-definition")
    if declared is not None and METADATA in declared.metadata:
        how: How = declared.metadata[METADATA]
        return how
    return Column(name=declared.python_name) if declared is not None and entity_of(parent) else None


def column_of(how: Column, definition: GraphQLField) -> str:
    name: str = how.name or definition.extensions["strawberry-definition"].python_name
    return name
