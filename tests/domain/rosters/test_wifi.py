"""公衆無線LAN from a list: what is known already is put right, what was surveyed stays, nobody else's is touched."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain import rosters, wifi
from domain.rosters import Taken
from domain.wifi import WifiFacility, WifiPoint, WifiSpot, WifiStatus
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

HALL = {
    "name": "見本市民会館",
    "ssid": "MIHON-FREE",
    "municipality_code": "482013",
    "list_number": "0001",
    "installer": "見本市",
    "facility": WifiFacility.PUBLIC_FACILITY,
    "latitude": Decimal("38.268895"),
    "longitude": Decimal("140.8721"),
    "unit": "101",
}


def test_a_list_that_comes_again_changes_only_what_it_says(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_wifi_spots(town.hq, lines(HALL)) == Taken(1, 0, 0)
        spot = await WifiSpot.get()
        assert (spot.unit_id, spot.found_on) == (town.station.id, town.hq.today)
        await wifi.survey(town.officer, spot.id, missing=[WifiPoint.LOGS])
        assert await rosters.take_in_wifi_spots(town.hq, lines(HALL)) == Taken(0, 0, 1)
        moved = lines({**HALL, "installer": "見本市教育委員会", "facility": None, "unit": ""})
        taken = await rosters.take_in_wifi_spots(town.hq, moved)
        assert cells(taken) == [(2, "installer", "見本市", "見本市教育委員会")]
        spot = await WifiSpot.get()
        assert (spot.facility, spot.status) == (WifiFacility.PUBLIC_FACILITY, WifiStatus.NEEDS_IMPROVEMENT)

    play(story)


def test_a_dry_run_tells_and_writes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_wifi_spots(town.hq, lines(HALL), dry_run=True) == Taken(1, 0, 0)
        assert not await WifiSpot.exists()

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"name": ""}, "name"),
        ({"longitude": None}, "longitude"),
        ({"unit": "999"}, "unit"),
    ],
)
def test_one_wrong_line_keeps_the_whole_list_out(play: Any, line: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        told = await refused(rosters.take_in_wifi_spots, town.hq, {**HALL, "name": "例示駅"}, {**HALL, **line})
        assert [(one.number, one.field) for one in told] == [(3, field)]
        assert not await WifiSpot.exists()

    play(story)


def test_another_stations_spot_is_neither_changed_nor_moved_by_a_list(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_wifi_spots(town.hq, lines(HALL))
        await refused(rosters.take_in_wifi_spots, town.other_officer, {**HALL, "unit": "", "area": "1階"})
        await refused(rosters.take_in_wifi_spots, town.hq, {**HALL, "unit": "102"})
        spot = await WifiSpot.get()
        assert (spot.area, spot.unit_id) == ("", town.station.id)

    play(story)


def test_one_that_was_taken_down_and_stands_again_is_a_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.wifi_spot(town.officer, "見本市民会館", ssid="MIHON-FREE", municipality_code="482013")
        await wifi.retire_spot(town.officer, old.id, on=date(2026, 5, 1))
        assert await rosters.take_in_wifi_spots(town.hq, lines(HALL)) == Taken(1, 0, 0)
        assert await WifiSpot.all().count() == 2

    play(story)
