"""What every door of one running program shares: its settings as the doors need them, and its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class House:
    """`clock` is read once per request, at the door; `base_url` has no slash at its end; `is_demo` opens the IDE."""

    secret: str = field(repr=False)
    base_url: str
    clock: Callable[[], datetime]
    is_demo: bool = False
