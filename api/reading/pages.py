"""Lists in pages by keyset: the rows behind a cursor, in one order.

Where somebody asks whether there are more, the page is a materialised CTE of one row more than asked for, read once
for edges and page information alike; otherwise it is a plain subselect, which costs less inside long lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type
from tortoise.models import Model

from api.reading.choices import METADATA, SEEN_ROWS, Filter, Order
from api.reading.cursors import Position, unpack
from api.reading.declarations import Entity, Pages, entity_of
from api.reading.places import Arguments, Place, selected
from api.reading.plans import Slot
from api.reading.seen import SEEN
from api.reading.sql import LISTED, ROW, as_list, as_object, literal, named, of_row, select
from api.reading.tables import cast_of, columns
from domain.errors import Invalid
from domain.register import HOLDINGS
from domain.rights import DataClass
from domain.values import dataclass

if TYPE_CHECKING:
    from api.reading.compiler import Compiler

USUAL_SIZE = 20
LARGEST_SIZE = 200


@dataclass(frozen=True)
class Window:
    """How many rows, and from which end."""

    size: int
    backward: bool


def window(arguments: Arguments) -> Window:
    """INVALID for a size that is negative, above 200, or asked from both ends."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise Invalid("first と last は同時に指定できません。どちらか一方にしてください。", "last")
    name, size = ("last", last) if last is not None else ("first", USUAL_SIZE if first is None else first)
    if not 0 <= size <= LARGEST_SIZE:
        raise Invalid(f"{name} は 0 以上 {LARGEST_SIZE} 以下で指定してください。", name)
    return Window(size, last is not None)


def node_type(connection: Any) -> GraphQLObjectType:
    """The type of the rows in a connection type."""
    edge = get_named_type(connection.fields["edges"].type)
    node = get_named_type(edge.fields["node"].type)
    assert isinstance(node, GraphQLObjectType)
    return node


def chosen_order(how: Pages, arguments: Arguments) -> Order:
    chosen = arguments.get("orderBy")
    order: Order = how.order if chosen is None else chosen.value
    return order


def chosen_filters(place: Place) -> dict[str, Filter]:
    """The filters that are really used, by their argument's name; null says nothing."""
    given = place.arguments.get("filter") or {}
    if not given:
        return {}
    known: Any = get_named_type(place.definition.args["filter"].type)
    used = (name for name, value in given.items() if value is not None)
    return {name: known.fields[name].extensions["strawberry-definition"].metadata[METADATA] for name in used}


def is_of_somebody(model: type[Model], column: str | None = None) -> bool:
    """Whether the register knows persons behind these rows, or behind that column of theirs."""
    holding = HOLDINGS.get(model._meta.db_table)
    return holding is not None and (column in holding.of_persons if column else bool(holding.whose))


def listed_in(model: type[Model]) -> tuple[str, int]:
    """The column in which other people stand in these rows, if any, and how many of them at most; else one is shown."""
    holding = HOLDINGS.get(model._meta.db_table)
    return (holding.each, holding.most) if holding else ("", 1)


def tells(entity: Entity, data: DataClass, column: str | None) -> bool:
    """Whether a choice or an order tells of a person: by its own declaration, or by what the register says of its
    column, for a search key is shown to nobody and made of a name."""
    return data >= DataClass.PERSONAL or (column is not None and is_of_somebody(entity.model, column))


def order_cast(order: Order, model: type[Model]) -> str:
    """The PostgreSQL type of what a list is ordered by."""
    cast = order.cast or cast_of(columns(model)[order.name])
    if cast is None:
        raise LookupError(f"{order.name} is of a type that cursors cannot carry.")
    return cast


def check_cursors(how: Pages, place: Place, arguments: Arguments) -> None:
    """INVALID for a cursor of another list or order, before anything runs."""
    entity = _entity(place)
    order = chosen_order(how, arguments)
    for end in ("after", "before"):
        if (cursor := arguments.get(end)) is not None:
            unpack(cursor, order, order_cast(order, entity.model), end)


def _entity(place: Place) -> Entity:
    entity = entity_of(node_type(place.type))
    if entity is None:
        raise LookupError(f"The rows of {place.type.name} are not declared as an entity.")
    return entity


def connection(compiler: Compiler, how: Pages, place: Place, alias: str) -> str:
    page = Page(compiler, how, place, alias)
    cells = page.cells(place, page.part)
    whole = as_object(cells, page.listed)
    if not page.is_shared:
        return whole
    return f"(with {page.name} as materialized ({page.rows(page.size + 1)}) select {whole})"


class Page:
    """What the arguments of one list say: which rows, in which order, between which, how many.

    `listed` are the rows that all of it is selected from once it is written, where a list of them is asked for.
    """

    def __init__(self, compiler: Compiler, how: Pages, place: Place, parent: str) -> None:
        self.compiler = compiler
        self.how = how
        self.place = place
        self.parent = parent
        self.number = compiler.register(place)
        self.type = node_type(place.type)
        self.source = compiler.source(self.type, how.implied)
        self.order = chosen_order(how, place.arguments)
        self.cast = order_cast(self.order, _entity(place).model)
        self.backward = window(place.arguments).backward
        self.listed = ""
        self.name = f"page_{compiler.alias()}"
        self.is_shared = any(part.name == "pageInfo" for part in self.inside(place))
        # A number in the text: of a page of unknown size the planner expects a tenth of the table.
        self.size = window(place.arguments).size
        self.is_by_persons = tells(_entity(place), self.order.data, None if self.order.sql else self.order.name)
        compiler.asked |= {f"{self.type.name}.{name}" for name in self.telling()}

    def argument(self, pick: Callable[[Arguments], Any], cast: str) -> str:
        return self.compiler.value(self.picked(pick), cast)

    def picked(self, pick: Callable[[Arguments], Any]) -> Slot:
        number = self.number
        return lambda bound: pick(bound.arguments(number))

    def cells(self, place: Place, written: Callable[[Place], str]) -> str:
        return ", ".join(named(written(cell), cell.key) for cell in self.inside(place))

    def inside(self, place: Place) -> Iterator[Place]:
        gtype: Any = place.type
        return selected(self.compiler.executor, gtype, place.group)

    # -------- what it tells of persons, besides what is shown of them

    def telling(self) -> Iterator[str]:
        """What of somebody decides which rows are found, and in which order they stand."""
        for name, filter_ in chosen_filters(self.place).items():
            if tells(_entity(self.place), filter_.data, filter_.column):
                yield name
        if self.is_by_persons and any(part.name in ("edges", "pageInfo") for part in self.inside(self.place)):
            yield self.order.name

    def opened(self, place: Place, rows: Callable[[], Iterable[str]]) -> list[str]:
        """Which rows the cursors in this place are of, where whoever takes a cursor apart reads of a person."""
        if not self.is_by_persons or not any("ursor" in cell.name for cell in self.inside(place)):
            return []
        self.compiler.personal.add(f"{self.type.name}.{self.order.name}")
        return [named(f"json_build_array({', '.join(rows())})", SEEN)]

    # -------- which rows

    def where(self, row: str) -> str:
        own = [f"{row}.{self.how.back} = {self.parent}.{self.how.column}"] if self.how.back else []
        if besides := self.how.besides:
            own.append(f"({besides.template.replace('{t}', row).replace('{above}', self.parent)})")
        chosen = [self.filtered(name, filter_, row) for name, filter_ in chosen_filters(self.place).items()]
        return " and ".join(own + chosen) or "true"

    def filtered(self, name: str, filter_: Filter, row: str) -> str:
        mark = self.compiler.mark(self.picked(lambda arguments: filter_.prepare(arguments["filter"][name])))
        saying = filter_.saying(self.place.arguments["filter"][name])
        saying = SEEN_ROWS.sub(lambda found: self.compiler.source_of(found[1]), saying)
        return "(" + saying.replace("{t}", row).replace("{v}", mark) + ")"

    def between(self, row: str) -> str:
        ends = [("after", self.order.descending), ("before", not self.order.descending)]
        given = [(end, down) for end, down in ends if self.place.arguments.get(end) is not None]
        return "".join(f" and {self.beyond(row, end, down)}" for end, down in given)

    def beyond(self, row: str, end: str, down: bool) -> str:
        """Behind a cursor. It stands in selects of its own: seeing where it is, PostgreSQL would expect a shorter list
        and make a plan for each page, which takes several times as long as reading one."""
        value = self.argument(lambda arguments: self.position(arguments, end).value, f"text::{self.cast}")
        key = self.argument(lambda arguments: self.position(arguments, end).key, "uuid")
        return f"({self.ordered(row)}, {row}.id) {'<' if down else '>'} (({select(value)}), ({select(key)}))"

    def position(self, arguments: Arguments, end: str) -> Position:
        return unpack(arguments[end], self.order, self.cast, end)

    # -------- in which order

    def ordered(self, row: str) -> str:
        """The value ordered by; texts by code point, the same on every server."""
        value = self.order_value(row)
        return f'{value} collate "C"' if self.cast == "text" else value

    def order_value(self, row: str) -> str:
        value = (self.order.sql or f'{{t}}."{self.order.name}"').replace("{t}", row)
        if self.order.missing is None:
            return f"({value})"
        return f"coalesce({value}, {literal(self.order.missing)}::{self.cast})"

    def order_by(self, row: str, *, turned: bool = False) -> str:
        direction = "desc" if self.order.descending != turned else "asc"
        return f"order by {self.ordered(row)} {direction}, {row}.id {direction}"

    def rows(self, most: int) -> str:
        """The first rows from the end that the page starts at."""
        row = self.compiler.alias()
        order = self.order_by(row, turned=self.backward)
        return select(
            f"{row}.*", f"{self.source} {row} where {self.where(row)}{self.between(row)} {order} limit {most}"
        )

    def shown(self, row: str) -> str:
        """The rows of the page itself, as a source; without the one too many."""
        if not self.is_shared:
            return f"({self.rows(self.size)}) {row}"
        inner = self.compiler.alias()
        order = self.order_by(inner, turned=self.backward)
        return f"({select('*', f'{self.name} {inner} {order} limit {self.size}')}) {row}"

    # -------- what is said about them

    def part(self, place: Place) -> str:
        match place.name:
            case "edges":
                return self.edges(place)
            case "pageInfo":
                ends = self.opened(place, lambda: [self.end(self.seen, turned=turned) for turned in (False, True)])
                return as_object(", ".join([self.cells(place, self.info), *ends]))
            case "totalCount":
                return self.total()
            case _:
                return literal(place.parent.name)

    def total(self) -> str:
        row = self.compiler.alias()
        return f"({select('count(*)', f'{self.source} {row} where {self.where(row)}')})"

    def edges(self, place: Place) -> str:
        row = self.compiler.alias()
        with self.compiler.joined() as joins:
            shown = [self.cells(place, lambda inner: self.edge(inner, row))]
            cells = ", ".join(shown + self.opened(place, lambda: [self.seen(row)]))
        rows = select(cells, f"{self.shown(row)}{''.join(joins)} {self.order_by(row)}")
        if self.listed:
            return as_list(rows)
        self.listed = f"({rows}) {ROW}"
        return LISTED

    def edge(self, place: Place, row: str) -> str:
        match place.name:
            case "node":
                return self.compiler.record(self.type, place.group, row)
            case "cursor":
                return self.cursor(row)
            case _:
                return literal(place.parent.name)

    def cursor(self, row: str) -> str:
        parts = f"{literal(self.order.name)}, {self.order_value(row)}::text, {row}.id"
        bytes_ = f"convert_to(json_build_array({parts})::text, 'UTF8')"
        return f"translate(encode({bytes_}, 'base64'), E'\\n', '')"

    def seen(self, row: str) -> str:
        return of_row(_entity(self.place).model.__name__, row)

    def info(self, place: Place) -> str:
        match place.name:
            case "hasNextPage":
                return self.given("before") if self.backward else self.more()
            case "hasPreviousPage":
                return self.more() if self.backward else self.given("after")
            case "startCursor":
                return self.end(self.cursor, turned=False)
            case "endCursor":
                return self.end(self.cursor, turned=True)
            case _:
                return literal(place.parent.name)

    def more(self) -> str:
        return f"({select(f'count(*) > {self.size}', self.name)})"

    def given(self, end: str) -> str:
        """A page that begins behind a cursor has rows before it: the cursor's own row at least."""
        return str(self.place.arguments.get(end) is not None).lower()

    def end(self, told: Callable[[str], str], *, turned: bool) -> str:
        """What is told of the first row shown, or turned of the last."""
        row = self.compiler.alias()
        return f"({select(told(row), f'{self.shown(row)} {self.order_by(row, turned=turned)} limit 1')})"
