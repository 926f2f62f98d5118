"""公衆無線LAN of 青浜県: a tenth of what a prefecture surveys (480, of which 70 are wanting and 41 become better).

Two in the area of each station, taken in as the municipalities publish them; most are looked at in the months that
follow, and of those at which something was wanting most are better when somebody comes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from domain import rosters, wifi
from domain.rosters import Line
from domain.wifi import AdviceMeans, WifiFacility, WifiPoint
from seed.days import Year, at, office_hour, open_day
from seed.places import STATIONS, Station
from seed.telling import Thread, then
from seed.town import Town, dice

KINDS = (
    ("市民会館", WifiFacility.PUBLIC_FACILITY),
    ("珈琲店", WifiFacility.RESTAURANT),
    ("旅館", WifiFacility.LODGING),
    ("駅待合室", WifiFacility.TRANSPORT),
    ("道の駅", WifiFacility.TOURISM),
    ("商店街", WifiFacility.SHOP),
)
AROUND, LATER, AGAIN = timedelta(days=150), timedelta(days=20), timedelta(days=60)
WANTING, BETTER = 0.3, 0.6
"""How often something is wanting, and has become better: the former more often than in the figures, so that each state
is there to be seen."""


async def taken_in(town: Town, year: Year) -> Thread:
    """The lists of the municipalities, soon after the year has begun."""
    instant = at(open_day(year.begins, 5), "10:30")
    yield instant
    facts = [spot for number, station in enumerate(STATIONS) for spot in _listed(number, station)]
    lines = [Line(number, one) for number, one in enumerate(facts, 2)]
    await rosters.take_in_wifi_spots(then(town.desk[0], instant), lines)


def _listed(number: int, station: Station) -> Iterator[dict[str, object]]:
    for turn in (0, 1):
        suffix, facility = KINDS[(2 * number + turn) % len(KINDS)]
        yield {
            "name": f"{station.place}{suffix}（架空）",
            "facility": facility,
            "ssid": f"AOHAMA-{number:02}{turn}",
            "installer": station.municipality.name if facility is WifiFacility.PUBLIC_FACILITY else "",
            "list_number": f"{2 * number + turn + 1:04}",
            "municipality_code": station.municipality.code,
            "unit": station.code,
        }


async def surveyed(town: Town, year: Year, station: Station) -> Thread:
    """An officer of the station comes by; where something is wanting, it is brought up, and looked at again."""
    rolled, officer = dice(f"wifi {station.code}"), town.stations[station.code][0]
    day = open_day(year.begins, 20) + timedelta(days=rolled.randrange(AROUND.days))
    first = office_hour(rolled, day)
    yield first
    wanting = {}
    for spot in await wifi.visible_to(officer).order_by("id"):
        missing = _missing(rolled)
        await wifi.survey(then(officer, first), spot.id, missing=missing)
        if missing:
            wanting[spot.id] = missing
    asked = office_hour(rolled, day + LATER)
    yield asked
    for spot_id in wanting:
        await wifi.advise(then(officer, asked), spot_id, means=rolled.choice([*AdviceMeans]))
    again = office_hour(rolled, day + AGAIN)
    yield again
    for spot_id, missing in wanting.items():
        still = [] if rolled.random() < BETTER else missing[:1]
        await wifi.survey(then(officer, again), spot_id, missing=still)


def _missing(rolled: Random) -> list[WifiPoint]:
    return rolled.sample([*WifiPoint], rolled.randrange(1, 4)) if rolled.random() < WANTING else []
