"""The installation's key, from which the links of letters follow and under which second factors are sealed."""

from __future__ import annotations

from dataclasses import field

from domain.values import dataclass


@dataclass(frozen=True)
class Keys:
    """What is derived or sealed anew is so by the `present` key; what the `former` one has made, where that was
    replaced, still opens until it runs out by itself or is sealed anew."""

    present: str = field(repr=False)
    former: str | None = field(default=None, repr=False)

    @property
    def opening(self) -> tuple[str, ...]:
        """Each by which something may be opened. All are tried whichever fits, so that nothing tells which it was."""
        return (self.present,) if self.former is None else (self.present, self.former)
