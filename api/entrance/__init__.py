"""The entrance: pages to log in, to choose a password, and to look after one's own keys. No script is needed.

GET shows, POST acts and sends the browser on (303); what is shown only once (recovery codes, a token) is the answer to
the POST itself.
"""

from __future__ import annotations

from starlette.routing import Route

from api.entrance import linked, login, own
from api.house import House


def routes(house: House) -> list[Route]:
    return [*login.routes(house), *linked.routes(house), *own.routes(house), *_office(house)]


def _office(house: House) -> list[Route]:
    if house.provider is None:
        return []
    from api.entrance import provider  # what it stands on is an extra that only such offices install

    return provider.routes(house, house.provider)
