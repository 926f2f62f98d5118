"""What every door of one running program shares: its settings as the doors need them, and its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from api.allowance import REQUESTS, ROWS, Budget

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class House:
    """`clock` is read once per request, at the door; `base_url` has no slash at its end; `is_demo` opens the IDE.

    `requests` and `rows` are what one account may ask for.
    """

    secret: str = field(repr=False)
    base_url: str
    clock: Callable[[], datetime]
    is_demo: bool = False
    requests: Budget = REQUESTS
    rows: Budget = ROWS

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may ask here; a demonstration is at home under either name that its own machine has for it."""
        own = urlsplit(self.base_url)
        if self.is_demo and own.hostname in LOOPBACK:
            return frozenset(f"{own.scheme}://{name}:{own.port}" for name in LOOPBACK)
        return frozenset({self.base_url})
