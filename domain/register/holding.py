"""What the register says of one table: the class of each column, what it is for, whose it is, how long it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from domain.rights import DataClass

HOUSEKEEPING = ("id", "version", "created_at", "updated_at", "unit_id", "prefecture_id")
"""What rows have in common; nothing of it tells who somebody is."""
PROPOSED = "提案（保有機関が決める）"


class Retention(NamedTuple):
    """保存期間: kept from `event` on for `period`. `basis` says where the rule is from."""

    event: str
    period: str
    basis: str = PROPOSED

    @property
    def said(self) -> str:
        return f"{self.event}から{self.period}" if self.event else self.period


class Holding(NamedTuple):
    """One table. The four lists name its columns by class, blanks between them; `HOUSEKEEPING` stands in none.

    `whose` is empty where nothing personal is held. `person` is the column that says whose row it is, or with `through`
    which row of that table does. Erasing a person empties in their rows what is personal or sensitive, and `also`,
    which may say something of them, but not what `stays`; rows of which nothing would be left are `removed`. In
    `texts` people write freely, so that anybody may be named there, whoever's the row is. A row that `is_shared` is
    seen by several outsiders who do not learn of each other: its version, which rises with what is done for any of
    them, is not theirs to read. In `each` stands a list of people whom we may not know otherwise, `most` of them in a
    row: they are who is counted where such a row is shown.
    """

    name: str
    purpose: str
    keep: Retention
    public: str = ""
    internal: str = ""
    personal: str = ""
    sensitive: str = ""
    whose: str = ""
    source: str = ""
    recipients: str = "なし"
    person: str = ""
    through: str = ""
    also: str = ""
    stays: str = ""
    texts: str = ""
    removed: bool = False
    is_shared: bool = False
    each: str = ""
    most: int = 1
    headings: Mapping[str, str] = MappingProxyType({})

    @property
    def listed(self) -> list[tuple[str, DataClass]]:
        """Each column with its class, in the order in which they are written down."""
        lists = (self.public, self.internal, self.personal, self.sensitive)
        return [(name, data) for data, names in zip(DataClass, lists, strict=True) for name in names.split()]

    @property
    def of_persons(self) -> list[str]:
        """The columns that say something of a person; a drill's scenario is a secret, and of nobody."""
        return [name for name, data in self.listed if data >= DataClass.PERSONAL and self.whose]

    @property
    def emptied(self) -> list[str]:
        """What erasing a person empties in their rows."""
        kept = self.stays.split()
        return [name for name in (*self.of_persons, *self.also.split()) if name not in kept]

    def class_of(self, column: str) -> DataClass:
        shared = {"version": DataClass.INTERNAL} if self.is_shared else {}
        return (shared | dict(self.listed)).get(column, DataClass.PUBLIC)
