"""所属: the tree of police units, to read."""

from datetime import date
from enum import Enum

import strawberry

from api import reading
from api.enums import offer
from api.mutations import mutations
from api.reading import Connection, Node
from domain import units
from domain.japanese import search_key
from domain.rights import DataClass
from domain.units import UnitKind

offer(UnitKind)


@strawberry.enum
class UnitOrder(Enum):
    CODE_ASC = reading.asc("code")
    KANA_ASC = reading.asc("kana_order")


@reading.filters
class UnitFilter:
    kind: list[UnitKind] | None = reading.among("kind")
    parent: strawberry.ID | None = reading.refers("parent_id", "Unit", data=DataClass.INTERNAL)
    text: str | None = reading.contains("search", search_key)
    retired: bool | None = reading.present("retired_on")


@reading.entity(units.Unit, units.visible_to)
@reading.shape(description="所属")
class Unit(Node):
    version: int
    kind: UnitKind
    code: str
    name: str
    name_kana: str
    phone: str
    extension: str
    mail_address: str
    retired_on: date | None
    # Outsiders see one unit: to find it by its parent would tell them of another that they do not see.
    parent: "Unit | None" = reading.one("parent_id", data=DataClass.INTERNAL)
    children: "Connection[Unit]" = reading.connection("parent_id", orders=UnitOrder, filters=UnitFilter)


@reading.shape
class UnitQueries:
    unit: Unit | None = reading.root_one()
    units: Connection[Unit] = reading.root_connection(orders=UnitOrder, filters=UnitFilter)


UnitMutations = mutations(
    Unit,
    establish_unit=units.establish,
    correct_unit=units.correct,
    retire_unit=units.retire,
)
