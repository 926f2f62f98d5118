"""What a list can be filtered and ordered by: declared on the input's fields and as the enum's values.

A filter is SQL written here, in which `{t}` stands for the row and `{v}` for the client's value; clients only
ever choose among filters and supply values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

import strawberry

from api.reading.ids import key_of
from api.reading.sql import select
from domain.japanese import search_stem
from domain.rights import DataClass
from domain.searching import found_in

METADATA = "reading"
SEEN_ROWS = re.compile(r"\{seen:(\w+)\}")


def _plain(value: Any) -> Any:
    """What the database knows an enum's member by."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


class Filter(NamedTuple):
    """One field of a filter input. `holds` says the same in Python, where the oracle can; a filter that `descends`
    means the unit that is named and all below it. `otherwise` is what is said where the value is false. `{seen:Type}`
    in its template stands for the rows of that type which the client may see."""

    template: str
    prepare: Callable[[Any], Any] = _plain
    data: DataClass = DataClass.PUBLIC
    column: str | None = None
    holds: Callable[[Any, Any], bool] | None = None
    descends: bool = False
    otherwise: str | None = None

    def saying(self, value: Any) -> str:
        """The SQL for this value: a statement is written anew for each truth value, so that one can use an index."""
        return self.otherwise if self.otherwise is not None and value is False else self.template


def where(template: str, *, prepare: Callable[[Any], Any] = _plain, data: DataClass = DataClass.PUBLIC) -> Any:
    """A filter in SQL of its own. It goes past every scope but the row's own: review each."""
    return _declared(Filter(template, prepare, data))


def whether(template: str, *, data: DataClass = DataClass.PUBLIC) -> Any:
    """What the row is, or is not. It goes past every scope but the row's own: review each."""
    return _declared(Filter(template, _plain, data, otherwise=f"not ({template})"))


def equals(column: str, cast: str = "text", *, data: DataClass = DataClass.PUBLIC) -> Any:
    template = f"{{t}}.{column} = {{v}}::{cast}"
    return _declared(Filter(template, _plain, data, column, lambda row, value: bool(row == value)))


def among(column: str, cast: str = "text", *, data: DataClass = DataClass.PUBLIC) -> Any:
    """The column is one of the listed values; an empty list finds nothing."""
    template = f"{{t}}.{column} = any({{v}}::{cast}[])"
    return _declared(Filter(template, _plain, data, column, lambda row, values: row in values))


def at_least(column: str, cast: str = "timestamptz", *, data: DataClass = DataClass.PUBLIC) -> Any:
    """From this value on, itself included. A row without a value is not found."""
    template = f"{{t}}.{column} >= {{v}}::{cast}"
    return _declared(Filter(template, _plain, data, column, lambda row, value: row is not None and row >= value))


def below(column: str, cast: str = "timestamptz", *, data: DataClass = DataClass.PUBLIC) -> Any:
    """Up to this value, itself not included. A row without a value is not found."""
    template = f"{{t}}.{column} < {{v}}::{cast}"
    return _declared(Filter(template, _plain, data, column, lambda row, value: row is not None and row < value))


def contains(column: str, prepare: Callable[[str], str], *, data: DataClass = DataClass.PUBLIC) -> Any:
    """The text occurs in a search key; `prepare` makes keys of what was stored and of what is typed alike."""

    def pattern(typed: str) -> str:
        key = prepare(typed)
        return "%" + key.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"

    def holds(row: str | None, value: str) -> bool:
        return row is not None and prepare(value) in row

    return _declared(Filter(f"{{t}}.{column} like {{v}}::text", pattern, data, column, holds))


def found(table: str, prepare: Callable[[str], str], *, data: DataClass = DataClass.PUBLIC) -> Any:
    """As `contains` in the search key of the table's rows, by an index that works behind walls."""
    template = f"{{t}}.id = any({found_in(table, '{v}::text')})"

    def holds(row: str | None, value: str) -> bool:
        return row is not None and prepare(value) in row

    return _declared(Filter(template, prepare, data, "search", holds))


def named(type_name: str, table: str) -> str:
    """The ids, as SQL, of the rows with such a name that whoever asks may see: of others nobody learns by what is
    found."""
    rows = f"{{seen:{type_name}}} named where named.id = any({found_in(table, '{v}::text')})"
    return f"array({select('named.id', rows)})"


BODIES, COUNCILS = named("Organization", "organization"), named("Council", "council")


def through(lines: str, column: str, ids: str, leading: str = "id") -> str:
    """A way of `worded`: these lines whose column is one of the ids lead to the row."""
    return select(f"line.{leading}", f"{lines} line where line.{column} = any({ids})")


def worded(table: str, *ways: str, data: DataClass = DataClass.PUBLIC) -> Any:
    """A text occurs in the row's own words, or in the name of what it is about, by one of these ways. It goes by what
    the row says to whoever may use this, so the data class is that of the most secret of its `WORDS`.

    All ids are found before any row is looked at: of one way or the other PostgreSQL expects so many rows that it
    reads them in the order of the list, and those in vain that are not meant.
    """
    own = select(f"unnest({found_in(table, '{v}::text')})")
    return _declared(Filter(f"{{t}}.id = any(array({' union all '.join((own, *ways))}))", search_stem, data))


def refers(column: str, type_name: str, *, data: DataClass = DataClass.PUBLIC) -> Any:
    """The column points to the row with this global id; an id that no such row can have finds nothing."""

    def holds(row: Any, value: str) -> bool:
        return row is not None and row == key_of(value, type_name)

    template = f"{{t}}.{column} = {{v}}::uuid"
    return _declared(Filter(template, lambda value: key_of(value, type_name), data, column, holds))


# Found out once for a statement, whatever it filters: nothing in it depends on the row.
BELOW = """{t}.{column} = any(array(
    with recursive covered as (
        select {v}::uuid as id
        union select below.id from covered join unit below on below.parent_id = covered.id)
    select id from covered))"""


def of_unit(column: str = "unit_id", *, data: DataClass = DataClass.PUBLIC) -> Any:
    """The row belongs to the unit with this global id or to one below it, as a station's feed shows its sections'."""
    template = BELOW.replace("{column}", column)
    found = Filter(template, lambda value: key_of(value, "Unit"), data, column, descends=True)
    return _declared(found, "Of this unit or of one below it.")


def present(column: str, *, data: DataClass = DataClass.PUBLIC) -> Any:
    """Whether the column has a value."""
    template = f"{{t}}.{column} is not null"

    def holds(row: Any, wanted: bool) -> bool:
        return (row is not None) == wanted

    return _declared(Filter(template, _plain, data, column, holds, otherwise=f"{{t}}.{column} is null"))


def _declared(filter_: Filter, description: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, metadata={METADATA: filter_}, description=description)


class Order(NamedTuple):
    """What a list is ordered by before the id. `missing` stands in where a row has no value.

    `sql` (with `{t}` for the row) and `cast`, its PostgreSQL type, are for what is not a column.
    """

    name: str
    descending: bool = False
    missing: str | None = None
    sql: str | None = None
    cast: str | None = None
    data: DataClass = DataClass.PUBLIC


def asc(
    name: str,
    *,
    missing: str | None = None,
    sql: str | None = None,
    cast: str | None = None,
    data: DataClass = DataClass.PUBLIC,
) -> Order:
    return Order(name, False, missing, sql, cast, data)


def desc(
    name: str,
    *,
    missing: str | None = None,
    sql: str | None = None,
    cast: str | None = None,
    data: DataClass = DataClass.PUBLIC,
) -> Order:
    return Order(name, True, missing, sql, cast, data)
