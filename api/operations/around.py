"""For whom the variables of saved operations are found."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actor import Actor
from domain.values import dataclass

Variables = Mapping[str, object]


@dataclass(frozen=True)
class Around:
    """For whom the variables are found, and the partner's contact of whom the examples speak."""

    asking: Actor
    partner: Actor

    @property
    def now(self) -> str:
        return self.asking.now.isoformat()
