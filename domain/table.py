"""What every table's model is made of."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from tortoise import fields
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import DoesNotExist, MultipleObjectsReturned
from tortoise.expressions import Q
from tortoise.fields.base import Field
from tortoise.fields.relational import RelationalField
from tortoise.filters import get_filters_for_field
from tortoise.manager import Manager
from tortoise.models import MetaInfo, Model, ModelMeta
from tortoise.queryset import QuerySet

Filter = tuple[str, Any]
"""The name of a filter, which is a column and often how it is compared, and the value that is asked for."""

PLAIN = (str, int, date, UUID)
COMPARED = frozenset({"any", "gt", "gte", "lt", "lte"})
"""How a column may be compared with one value besides being the same, where the text of the statement does not depend
on the value."""

MANY = 2_000
"""Rows that are made at a stretch."""

STATEMENTS: dict[Hashable, str | None] = {}
"""The statement of each form of question; None where its values are not simply those of the filters, in their order.
There are as many as places in the program that ask."""


class Remembering(QuerySet[Any]):
    """Rows to be asked for by a statement that is written once for all questions of the same form.

    Tortoise writes it anew each time, which takes longer than to ask it. Whatever is not plainly some columns compared
    with some values is left to Tortoise.
    """

    __slots__ = ()

    capabilities = property(lambda _: AsyncpgDBClient.capabilities, lambda *_: None)
    """Of the one database there is: Tortoise would look for its connection to ask, for each step of a question."""

    def __await__(self) -> Generator[Any, None, Any]:
        form = self._form()
        if form is None:
            return super().__await__()
        filters = list(_filters(self._q_objects))
        if form not in STATEMENTS:
            return self._first_asked(form, filters).__await__()
        statement = STATEMENTS[form]
        return super().__await__() if statement is None else self._asked(statement, filters).__await__()

    def _form(self) -> Hashable | None:
        """All that the statement's text depends on; None for what is left to Tortoise."""
        rare = (self._annotations, self._distinct, self._offset, self._select_related, self._fields_for_select)
        rarer = (self._force_indexes, self._use_indexes, self._custom_filters, self._prefetch_map, self._db)
        if any(rare) or any(rarer):
            return None
        locking = (
            self._select_for_update,
            self._select_for_update_nowait,
            self._select_for_update_skip_locked,
            tuple(self._select_for_update_of),
            self._select_for_update_no_key,
        )
        nested = tuple(_nested(one) for one in self._q_objects)
        return self.model, nested, tuple(self._orderings), self._limit is None, locking

    def _is_plain(self, name: str, value: Any) -> bool:
        info = self.model._meta.filters.get(name)
        if info is None or "table" in info or name in self.model._meta.fetch_fields:
            return False
        column, _, compared = name.partition("__")
        if value is None:
            return not compared
        return isinstance(value, list if compared == "any" else PLAIN) and (not compared or compared in COMPARED)

    def _values(self, filters: list[Filter]) -> list[Any]:
        """What stands for `$1`, `$2` …"""
        meta, values = self.model._meta, []
        for name, value in filters:
            if value is not None:
                info = meta.get_filter(name)
                field = meta.fields_map[info["field"]]
                encode = info.get("value_encoder")
                values.append(encode(value, self.model, field) if encode else field.to_db_value(value, self.model))
        return values if self._limit is None else [*values, self._limit]

    async def _first_asked(self, form: Hashable, filters: list[Filter]) -> Any:
        self._choose_db_if_not_chosen(self._select_for_update)
        self._make_query()
        statement, values = self.query.get_parameterized_sql()
        is_plain = all(self._is_plain(name, value) for name, value in filters) and values == self._values(filters)
        STATEMENTS[form] = statement if is_plain else None
        return await self._execute()

    async def _asked(self, statement: str, filters: list[Filter]) -> Any:
        found = await _rows_of(self.model, await asked(statement, self._values(filters)))
        if not self._single:
            return found
        if len(found) > 1:
            raise MultipleObjectsReturned(self.model)
        if not found and self._raise_does_not_exist:
            raise DoesNotExist(self.model)
        return found[0] if found else None


async def asked(statement: str, values: Sequence[Any]) -> list[Any]:
    """What PostgreSQL returns, on the connection of the running transaction if there is one; what it refuses is raised
    as Tortoise does, whose own way asks the connection for more than that each time."""
    client: Any = get_connection("default")
    found: Any = await client._translate_exceptions(_fetched, statement, values)
    return found  # type: ignore[no-any-return]


async def _fetched(client: Any, statement: str, values: Sequence[Any]) -> Any:
    async with client.acquire_connection() as connection:
        return await connection.fetch(statement, *values)


async def _rows_of(model: type[Table], records: Sequence[Any]) -> list[Any]:
    """The rows, each with all its columns; where they are many, others have their turn meanwhile."""
    begins, reads = _as_read(model)
    rows = []
    for number, record in enumerate(records, 1):
        row, state = model.__new__(model), dict(record)
        for name, read in reads:
            state[name] = read(state[name])
        row.__dict__.update(state, _await_when_save={}, **begins)
        rows.append(row)
        if number % MANY == 0:
            await sleep(0)
    return rows


@cache
def _as_read(model: type[Table]) -> tuple[dict[str, bool], list[tuple[str, Callable[[Any], Any]]]]:
    """What Tortoise notes of a row that was read, and the columns that are not as the driver gives them: it knows ids,
    and instants in UTC, by itself."""
    meta = model._meta
    has_own_key = meta.db_pk_column not in meta.generated_db_fields
    begins = {"_partial": False, "_saved_in_db": True, "_custom_generated_pk": has_own_key}
    known = (fields.UUIDField, fields.DatetimeField)
    reads: Any = [(name, one.to_python_value) for _, name, one in meta.db_complex_fields if not isinstance(one, known)]
    return begins, reads


def _filters(questions: Iterable[Q]) -> Iterator[Filter]:
    """All that is asked for, in the order in which the statement says it."""
    for one in questions:
        yield from one.filters.items()
        yield from _filters(() if one.filters else one.children)


def _nested(question: Q) -> Hashable:
    """How they belong together, and of what type each value is."""
    asked: tuple[Hashable, ...] = tuple((name, type(value)) for name, value in question.filters.items())
    return question.join_type, question._is_negated, asked or tuple(_nested(one) for one in question.children)


class _Asking(Manager):
    def get_queryset(self) -> QuerySet[Any]:
        return Remembering(self._model)


class _Questions(dict[str, Any]):
    """How a model's rows may be asked for: by each column in the ways of Tortoise, which are made when somebody first
    asks by that column. Tortoise would make all at the start, thirty for each of a thousand columns, and keep them: a
    sixth of what the program holds then."""

    def __init__(self, meta: MetaInfo) -> None:
        super().__init__()
        self.meta = meta
        self.made: set[str] = set()

    def __contains__(self, key: object) -> bool:
        if not super().__contains__(key):
            self._make(str(key).partition("__")[0])
        return super().__contains__(key)

    def __missing__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, default) if key in self else default

    def _make(self, name: str) -> None:
        """All ways of asking by a column, `pk` being another name of one; none where there is no such column."""
        field = self.meta.pk if name == "pk" else self.meta.fields_map.get(name)
        if field is None or isinstance(field, RelationalField) or name in self.made:
            return
        self.made.add(name)
        overridden = self.meta.db.executor_class.get_overridden_filter_func
        for key, way in get_filters_for_field(name, field, field.source_field or field.model_field_name).items():
            other = overridden(way["operator"], way)
            self.setdefault(key, {**way, "operator": other} if other else way)


class Lean(ModelMeta):
    """Rows are asked for as `Remembering` does, by what `_Questions` knows. Tortoise would also read the source of each
    model for comments on its columns, of which there are none; finding and reading it takes a tenth of the program's
    start."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> ModelMeta:
        made: Any = super().__new__(cls, name, bases, attrs | {"_no_comments": True})
        made._meta.manager = _Asking(made)  # that of an abstract model is not handed down
        made._meta.filters = _Questions(made._meta)
        return made  # type: ignore[no-any-return]

    @staticmethod
    def _dispatch_fields(attrs: dict[str, Any], columns: dict[str, str], is_abstract: bool) -> tuple[Any, ...]:
        """The same, but that no way of asking by a column is made."""
        declared = {name: one for name, one in attrs.items() if isinstance(one, Field)}
        related = {name: one for name, one in declared.items() if isinstance(one, RelationalField)}
        fields, *rest = ModelMeta._dispatch_fields(related, columns, is_abstract)
        for name, one in declared.items():
            if name not in related:
                fields[name] = deepcopy(one) if is_abstract else one
                fields[name].model_field_name = name
                columns[name] = one.source_field or name
        return {name: fields[name] for name in declared}, *rest


class Table(Model, metaclass=Lean):
    """The model of one table. `UNTOLD` are its lists of which the journal tells how long they were, never what stood in
    them: they name people whose rows they are not, so that nothing in the journal could be erased with those. `WORDS`
    are the columns of which its column `search` is made, whenever one of them is written (`records`)."""

    UNTOLD: ClassVar[frozenset[str]] = frozenset()
    WORDS: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    @classmethod
    def _db_queryset(cls, using_db: BaseDBAsyncClient | None = None, for_write: bool = False) -> QuerySet[Self]:
        """Which connection is asked is found when the question is, not when it begins to be put together."""
        return super()._db_queryset(using_db, for_write) if using_db or for_write else cls._meta.manager.get_queryset()


T = TypeVar("T", bound=Table)


def made(model: type[T], **values: Any) -> T:
    """A row of these values, and else of what its columns begin with, to be added by a statement of our own. Tortoise's
    way asks ten things of each."""
    if not values.keys() <= model._meta.fields_db_projection.keys():
        raise TypeError(f"{model.__name__} has no such columns: {sorted(values)}")
    rest = {name: begin() if callable(begin) else begin for name, begin in _beginnings(model) if name not in values}
    return model._init_from_db(**rest, **values)


@cache
def _beginnings(model: type[Table]) -> list[tuple[str, Any]]:
    return [(name, model._meta.fields_map[name].default) for name in model._meta.fields_db_projection]


def models(above: type[Table] = Table) -> dict[str, type[Table]]:
    """Every table's model by its name, which is what the journal and the looks call the rows' kind."""
    found = {} if above._meta.abstract else {above.__name__: above}
    for below in above.__subclasses__():
        found |= models(below)
    return found
