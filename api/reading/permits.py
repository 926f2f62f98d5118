"""What is known of an operation before anything of it runs: rights, cost, texts, pages.

Cost is counted in rows at most read: the product of the page sizes along the path. Everything is refused as a
whole, a mutation's verb included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, OperationType, is_abstract_type, is_object_type
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from api.reading.compiler import personal_in
from api.reading.declarations import Answered, Expression, Pages, entity_of
from api.reading.pages import check_cursors, chosen_filters, chosen_order, listed_in, window
from api.reading.places import Arguments, Place, places, selected
from domain import looks
from domain.actor import Role
from domain.errors import Invalid, NotAllowed, Refused, TooLarge
from domain.japanese import storable
from domain.rights import DataClass, may_read
from domain.values import dataclass

MAX_COST = 20_000
LONGEST_NAME = 63  # PostgreSQL cuts longer names


@dataclass(frozen=True)
class Permit:
    """What holds for one document, one shape of variables and one role: that it may be asked, and what it costs.

    `places` are those that take variables, which are looked at in each request; `wants_purpose` is what of personal
    data its answer might show that nobody is shown without saying why, where that must be known before it runs.
    """

    cost: int
    places: tuple[Place, ...]
    wants_purpose: str = ""

    def check_values(self, said: Callable[[GraphQLField, FieldDetailsList], Arguments]) -> None:
        """Raises a GraphQLError for a text or a cursor that cannot be right."""
        for place in self.places:
            with refusing(place):
                check_values(place, said(place.definition, place.group))


@contextmanager
def refusing(place: Place) -> Iterator[None]:
    """A refusal becomes an error that points into the document."""
    try:
        yield
    except Refused as refusal:
        nodes = [details.node for details in place.group]
        raise GraphQLError(refusal.message, nodes, original_error=refusal) from refusal


class Inspection:
    """Walks everything that is selected, once; raises a GraphQLError with the refusal behind it."""

    def __init__(self, executor: Executor[Any], role: Role, may_introspect: bool = True) -> None:
        self.executor = executor
        self.role = role
        self.may_introspect = may_introspect
        self.cost = 0
        self.valued: list[Place] = []
        self.persons: Counter[str] = Counter()
        self.lists_sensitive = False

    def permit(self, root: GraphQLObjectType, fields: GroupedFieldSet) -> Permit:
        for place in places(self.executor, root, fields):
            if not place.name.startswith("__"):
                self.visit(place, 1)
            elif place.name != "__typename" and not self.may_introspect:
                with refusing(place):
                    raise NotAllowed("この役割では、スキーマを問い合わせられません。", place.name)
        return Permit(self.cost, tuple(self.valued), self.wants_purpose())

    def wants_purpose(self) -> str:
        """That a change is made is why its own row is shown; a list in its answer is read like any other. Once the
        verb has run it is too late to refuse, so what the list might show is counted. A query's rows are counted as
        they are shown."""
        if self.executor.operation.operation is not OperationType.MUTATION:
            return ""
        return looks.SENSITIVE if self.lists_sensitive else looks.AT_ONCE if looks.is_many(self.persons) else ""

    def visit(self, place: Place, times: int, is_listed: bool = False) -> None:
        with refusing(place):
            self.count(place, times)
            self.check(place)
        self.descend(place, times, is_listed)

    def descend(self, place: Place, times: int, is_listed: bool) -> None:
        size = window(place.arguments).size if isinstance(place.how, Pages) else 1
        for gtype in self.possible(place.type):
            inners = list(selected(self.executor, gtype, place.group))
            self.note(gtype, inners, times, is_listed)
            for inner in inners:
                is_page = inner.name == "edges"
                self.visit(inner, times * size if is_page else times, is_listed or is_page)

    def note(self, gtype: GraphQLObjectType, inners: list[Place], times: int, is_listed: bool) -> None:
        """How many persons the rows with personal data might show, by kind, and whether sensitive ones are listed."""
        entity = entity_of(gtype)
        personal, is_sensitive = personal_in(entity, inners)
        if personal and entity is not None:
            self.persons[entity.model.__name__] += times * listed_in(entity.model)[1]
            self.lists_sensitive |= is_sensitive and is_listed

    def possible(self, gtype: Any) -> list[GraphQLObjectType]:
        if is_abstract_type(gtype):
            return list(self.executor.schema.get_possible_types(gtype))
        return [gtype] if is_object_type(gtype) else []

    def count(self, place: Place, times: int) -> None:
        self.cost += self.price(place) * times
        if self.cost > MAX_COST:
            raise TooLarge(f"一度に読める量（{MAX_COST} 行）を超えます。first を小さくするか、分けて読んでください。")

    def price(self, place: Place) -> int:
        """How many rows one occurrence of this field may read."""
        if isinstance(place.how, Pages):
            return window(place.arguments).size
        if isinstance(place.how, Answered):
            return place.how.rows
        is_row = entity_of(place.type) is not None and (place.how is not None or place.name != "node")
        return int(is_row or isinstance(place.how, Expression) or place.name == "totalCount")

    def check(self, place: Place) -> None:
        if len(place.key) > LONGEST_NAME:
            raise Invalid(f"別名は {LONGEST_NAME} 文字以内にしてください。", place.name)
        if place.how is None:
            return
        self.allow(place.how.data, place, place.name)
        if isinstance(place.how, Pages):
            self.allow_choices(place.how, place)
        check_values(place, place.arguments)
        if place.varies:
            self.valued.append(place)

    def allow_choices(self, how: Pages, place: Place) -> None:
        """Who may not read a column may not find out about it by filtering or ordering either."""
        self.allow(chosen_order(how, place.arguments).data, place, "orderBy")
        for name, chosen in chosen_filters(place).items():
            self.allow(chosen.data, place, name)

    def allow(self, data: DataClass, place: Place, name: str) -> None:
        if not may_read(self.role, data):
            raise NotAllowed(
                f"{place.parent.name}.{place.name} を読む権限がありません。この項目を外してください。", name
            )


def check_values(place: Place, arguments: Arguments) -> None:
    """What no shape of variables tells: the texts themselves, and whether a cursor is one of this list."""
    check_texts(arguments, place.name)
    if isinstance(place.how, Pages):
        check_cursors(place.how, place, arguments)


def check_texts(value: Any, field: str) -> None:
    """INVALID for a text that could never have been stored; a mutation's own texts are its verb's affair."""
    match value:
        case str():
            storable(value, multiline=True, field=field)
        case dict():
            for name, inner in value.items():
                check_texts(inner, name)
        case list():
            for inner in value:
                check_texts(inner, field)
