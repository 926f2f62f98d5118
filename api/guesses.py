"""Addresses and tokens that open nothing, counted by the network that they come from.

They are 256 bits, so trying them is hopeless; but each try costs a look into the database. Only what has proved wrong
is counted: whoever holds a true one is let in beside any number of guesses from the same network.
"""

from __future__ import annotations

from starlette.requests import Request

from api import visits
from api.house import House


def count(house: House, request: Request) -> None:
    """One more. Raises RateLimited where the network has tried too many."""
    house.allowance.guesses.take(visits.network(request), 1, house.clock())
