"""What a figure is: the facts over which it counts, and how. The table of all figures is `measures.TALLIES`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from domain.japanese import Measure
from domain.records import Record
from domain.values import dataclass

ALL = ""
"""The kind of a figure that speaks of all kinds together; 実 figures of the kinds do not add up to it."""


class Counting(StrEnum):
    """TOTAL 延べ counts a person or body each time it takes part, UNIQUE 実 once.

    Every figure says which (統計の 実・延べ). What takes place, is handed out, reported or lasts is counted each time,
    as the national police agency counts its drills (「共同訓練 延べ約90回」); what stands on paper, an agreement or a
    group, is counted once.
    """

    TOTAL = "TOTAL"
    UNIQUE = "UNIQUE"

    @property
    def label(self) -> str:
        return "延べ" if self is Counting.TOTAL else "実"


class Facts(NamedTuple):
    """Records of one concept. `record` is the model whose rows `id` names, `kinds` maps each kind to its label.

    `headquarters_only` are kinds that a station cannot have; `note` is what its printed table says besides. Where the
    body is `by_identity`, it is the id of an organization, and two of one identity (法人番号 or 学校コード, also in two
    prefectures) are one body.
    """

    name: str
    label: str
    record: type[Record]
    kinds: Mapping[str, str]
    select: str
    headquarters_only: frozenset[str] = frozenset()
    note: str = ""
    by_identity: bool = False


@dataclass(frozen=True)
class Tally:
    """One figure per unit and kind: what the facts for which `where` holds come to.

    Each adds `adds`; of UNIQUE 実 the different bodies are counted instead. Both are SQL over the facts' columns.
    With `share_of`, how many of those for which that holds are so, in thousandths; where there are none, it does not
    apply. `only` are the kinds of which it can be counted, where not of all.
    """

    key: str
    facts: Facts
    label: str
    unit: str
    when: Measure
    adds: str = "1"
    where: str = "true"
    only: frozenset[str] | None = None
    share_of: str = ""
    counting: Counting = field(kw_only=True)

    @property
    def is_unique(self) -> bool:
        return self.counting is Counting.UNIQUE

    @property
    def is_hours(self) -> bool:
        """Hours are added up in minutes and rounded once (四捨五入, one digit): rows may miss the total by 0.1."""
        return self.unit == "時間"

    @property
    def is_share(self) -> bool:
        """A share is none of the sum of other shares: each is counted for itself."""
        return self.share_of != ""

    @property
    def digits(self) -> int:
        """How many follow the point."""
        return 1 if self.is_hours or self.is_share else 0

    def value(self, counted: int) -> int | Decimal:
        """The figure out of what the database counted."""
        if self.is_share:
            return Decimal(counted) / 10
        return (Decimal(counted) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.is_hours else counted
