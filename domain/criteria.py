"""Conditions that Tortoise has no words for: which rows somebody may see, as PostgreSQL finds them best."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion, Star, Term, ValueWrapper
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

M = TypeVar("M", bound=Model)


class _Among(Criterion):
    """A uuid column that is one of what heirs say."""

    def __init__(self, column: Term, told: Any) -> None:
        super().__init__(None)
        self.column, self.told = column, told

    def nodes_(self) -> Any:
        yield self
        yield from self.column.nodes_()

    def replace_table(self, current_table: Any, new_table: Any) -> _Among:
        return type(self)(self.column.replace_table(current_table, new_table), self.told)

    def get_sql(self, ctx: SqlContext) -> str:
        return f"{self.column.get_sql(ctx)} = any({self.ids(ctx)})"

    def ids(self, ctx: SqlContext) -> str:
        """SQL for an array."""
        raise NotImplementedError


class _AnyOf(_Among):
    """`column = any($1)`: one parameter however many ids, so the statement's text never changes."""

    def ids(self, ctx: SqlContext) -> str:
        return f"{ValueWrapper(self.told).get_sql(ctx)}::uuid[]"


class _Within(_Among):
    """`column = any(array(select …))`: the rows are looked up once, and then found by an index like ids that are told,
    also where that is one of two ways to be found; of `in (select …)` PostgreSQL then reads the whole table."""

    def ids(self, ctx: SqlContext) -> str:
        return f"array({Subquery(self.told).get_sql(ctx)})"


class _Each(_Among):
    """`exists(select … where id = column)`: each row is looked up by itself, however many there are to be found; of
    `in (select …)` PostgreSQL first reads them all. The offset is what keeps it from doing so here. What is selected
    has a name that no column has: the row's own is told without its table."""

    def get_sql(self, ctx: SqlContext) -> str:
        seen = Subquery(self.told).get_sql(ctx)
        return f"exists(select from {seen} seen (seen_id) where seen_id = {self.column.get_sql(ctx)} offset 0)"


class _Selected(_Among):
    """`column = any(array(…))` of a statement of our own about one id, for what joins rows with each other."""

    def ids(self, ctx: SqlContext) -> str:
        sql, id = self.told
        return f"array({sql.format(id=f'{ValueWrapper(id).get_sql(ctx)}::uuid')})"


def any_of(model: type[Model], column: str, ids: Iterable[UUID]) -> Q:
    """Rows of `model` whose uuid `column` is one of `ids`."""
    return _by(model, column, "any", _AnyOf, list(ids))


def within(model: type[Model], column: str, ids: Any) -> Q:
    """Rows of `model` whose uuid `column` is among these, which are the `values` of one column of other rows."""
    return _by(model, column, "within", _Within, ids)


def each(model: type[Model], column: str, ids: Any) -> Q:
    """As `within`, but each row is looked up by itself: for a page of rows, where these are more with every year."""
    return _by(model, column, "each", _Each, ids)


def selected(model: type[Model], column: str, sql: str, id: UUID | None) -> Q:
    """Rows of `model` whose uuid `column` is among those that the statement finds, in which `{id}` is the one meant."""
    return _by(model, column, "selected", _Selected, (sql, id))


def _by(model: type[Model], column: str, word: str, operator: type[Criterion], value: object) -> Q:
    key = f"{column}__{word}"
    means: Any = {
        "field": column,
        "source_field": column,
        "backward_key": None,
        "operator": operator,
        "value_encoder": lambda value, _model, _field: value,
    }
    model._meta.filters.setdefault(key, means)
    asked: dict[str, Any] = {key: value}
    return Q(**asked)


def nothing(model: type[M]) -> QuerySet[M]:
    """The scope of whoever sees no row of this kind."""
    return model.filter(id__in=())


def is_nothing(rows: QuerySet[Any]) -> bool:
    """Whether no row can be among these, whatever the tables hold; asks no database."""
    wanted: list[Any] = [part.filters.get("id__in") for part in rows._q_objects]
    return any(isinstance(ids, tuple) and not ids for ids in wanted)


def as_sql(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """The select behind a query set, without its order, as text with `$1`, `$2` … and the values that belong there.

    All columns in the table's own order: in any other, PostgreSQL copies every row that it looks at.
    """
    rows = rows._clone()
    rows._orderings = []
    rows._choose_db_if_not_chosen()
    rows._make_query()
    rows.query._selects = [Star(rows.query._from[0])]
    text, values = rows.query.get_parameterized_sql()
    return text, tuple(values)
