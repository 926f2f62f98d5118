"""公衆無線LAN: what a survey leads to, what is brought up, and that nobody else hears of what is wanting where."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import wifi
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.wifi import AdviceMeans, WifiAdvice, WifiFacility, WifiPoint, WifiSpot, WifiStatus, WifiSurvey
from tests import make
from tests.make import Town

LOGS, NOTICE = WifiPoint.LOGS, WifiPoint.NOTICE
DAY = timedelta(days=1)
MAY = date(2026, 5, 1)


async def surveyed(town: Town, missing: Any = (LOGS,), **over: Any) -> WifiSpot:
    spot = await make.wifi_spot(town.officer)
    return await wifi.survey(town.officer, spot.id, missing=missing, **over)


def test_a_spot_is_led_from_what_is_wanting_to_what_has_become_better(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await make.wifi_spot(town.officer)
        assert spot.status is WifiStatus.UNSURVEYED
        spot = await wifi.survey(town.officer, spot.id, missing=[LOGS, NOTICE], surveyed_on=MAY)
        assert (spot.status, spot.surveyed_on) == (WifiStatus.NEEDS_IMPROVEMENT, MAY)
        spot = await wifi.advise(town.officer, spot.id, means=AdviceMeans.VISIT, advised_on=MAY + DAY)
        assert spot.status is WifiStatus.ADVISED
        assert (await WifiAdvice.get()).points == [NOTICE, LOGS], "without points all that was wanting"
        spot = await wifi.survey(town.officer, spot.id, missing=[LOGS], surveyed_on=MAY + 10 * DAY)
        assert spot.status is WifiStatus.ADVISED, "something of it is wanting still"
        spot = await wifi.survey(town.officer, spot.id, missing=[], surveyed_on=MAY + 20 * DAY)
        assert spot.status is WifiStatus.IMPROVED
        spot = await wifi.survey(town.officer, spot.id, missing=[WifiPoint.ENCRYPTION])
        assert spot.status is WifiStatus.NEEDS_IMPROVEMENT

    play(story)


def test_a_spot_where_nothing_was_ever_wanting_is_fine_and_has_not_improved(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town, (), surveyed_on=MAY)
        assert spot.status is WifiStatus.FINE
        assert (await wifi.survey(town.officer, spot.id, missing=[])).status is WifiStatus.FINE
        with pytest.raises(WrongState):
            await wifi.advise(town.officer, spot.id, means=AdviceMeans.CALL)
        assert not await WifiAdvice.exists()

    play(story)


def test_in_whichever_order_the_papers_are_entered_the_newest_survey_says_how_it_stands(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town, (), surveyed_on=MAY + DAY)
        spot = await wifi.survey(town.officer, spot.id, missing=[LOGS], surveyed_on=MAY)
        assert (spot.status, spot.surveyed_on) == (WifiStatus.IMPROVED, MAY + DAY)

    play(story)


def test_a_survey_that_is_put_right_puts_the_state_right(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town)
        survey = await WifiSurvey.get()
        await wifi.correct_survey(town.officer, survey.id, version=survey.version, missing=[])
        known = await WifiSpot.get(id=spot.id)
        assert known.status is WifiStatus.FINE
        assert known.version > spot.version
        entry = await Entry.filter(fact="wifi-survey-corrected").first()
        assert entry is not None
        assert entry.before["missing"] == [LOGS], "the journal keeps what was said before"

    play(story)


def test_a_correction_that_says_nothing_new_leaves_the_spot_to_whoever_has_read_it(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town)
        survey, entries = await WifiSurvey.get(), await Entry.all().count()
        await wifi.correct_survey(town.officer, survey.id, version=survey.version, missing=[LOGS])
        assert (await WifiSpot.get(id=spot.id)).version == spot.version
        assert await Entry.all().count() == entries

    play(story)


def test_only_what_was_found_wanting_is_brought_up(play: Any) -> None:
    async def story(town: Town) -> None:
        unknown = await make.wifi_spot(town.officer, "例示旅館")
        with pytest.raises(Incomplete):
            await wifi.advise(town.officer, unknown.id, means=AdviceMeans.CALL)
        spot = await surveyed(town, surveyed_on=MAY)
        with pytest.raises(Invalid) as refused:
            await wifi.advise(town.officer, spot.id, means=AdviceMeans.CALL, points=[LOGS, NOTICE])
        assert refused.value.field == "points"
        with pytest.raises(Incomplete):
            await wifi.advise(town.officer, spot.id, means=AdviceMeans.CALL, advised_on=MAY - DAY)
        assert not await WifiAdvice.exists()
        assert (await WifiSpot.get(id=spot.id)).version == spot.version

    play(story)


def test_nothing_is_surveyed_tomorrow_nor_before_it_was_known_nor_where_it_was_taken_down(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await make.wifi_spot(town.officer)
        for day in (town.officer.today + DAY, spot.found_on - DAY):
            with pytest.raises(Invalid) as refused:
                await wifi.survey(town.officer, spot.id, missing=[], surveyed_on=day)
            assert refused.value.field == "surveyed_on"
        await wifi.retire_spot(town.officer, spot.id, on=MAY)
        with pytest.raises(WrongState):
            await wifi.survey(town.officer, spot.id, missing=[])
        assert not await WifiSurvey.exists()

    play(story)


def test_one_facility_with_one_network_is_taken_in_once_and_again_when_it_was_taken_down(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await make.wifi_spot(town.officer)
        with pytest.raises(Conflict, match="すでに登録"):
            await make.wifi_spot(town.hq)
        await make.wifi_spot(town.officer, ssid="MIHON-2F")
        await wifi.retire_spot(town.officer, spot.id, on=town.officer.today)
        await make.wifi_spot(town.officer)
        assert await WifiSpot.all().count() == 3

    play(story)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"latitude": Decimal("38.26")}, "longitude"),
        ({"latitude": Decimal("138.26"), "longitude": Decimal("140.87")}, "latitude"),
        ({"latitude": Decimal("NaN"), "longitude": Decimal("140.87")}, "latitude"),
        ({"municipality_code": "480003"}, "municipality_code"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"phone": "内線だけ"}, "phone"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(play: Any, facts: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.wifi_spot(town.officer, **facts)
        assert refused.value.field == field
        assert not await WifiSpot.exists()

    play(story)


def test_a_place_is_kept_to_a_decimetre(play: Any) -> None:
    async def story(town: Town) -> None:
        place = {"latitude": Decimal("38.26889512345"), "longitude": Decimal("140.8721")}
        await make.wifi_spot(town.officer, **place)
        spot = await WifiSpot.get()
        assert (spot.latitude, spot.longitude) == (Decimal("38.268895"), Decimal("140.872100"))

    play(story)


def test_what_is_wanting_where_is_for_the_station_and_headquarters_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town)
        for scope in (wifi.visible_to, wifi.surveys_visible_to):
            assert await scope(town.officer).count() == 1
            assert await scope(town.hq).count() == 1
            for other in (town.other_officer, town.admin, town.statistician):
                assert await scope(other).count() == 0
        with pytest.raises(NotFound):
            await wifi.survey(town.other_officer, spot.id, missing=[])
        for other in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await wifi.survey(other, spot.id, missing=[])
        assert await WifiSurvey.all().count() == 1

    play(story)


def test_a_spot_goes_to_another_station_with_all_that_is_known_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await surveyed(town)
        await wifi.advise(town.officer, spot.id, means=AdviceMeans.DOCUMENT)
        version = (await WifiSpot.get(id=spot.id)).version
        with pytest.raises(NotAllowed):
            await wifi.transfer_spot(town.officer, spot.id, version=version, unit_id=town.other_station.id)
        await wifi.transfer_spot(town.hq, spot.id, version=version, unit_id=town.other_station.id)
        there = town.other_officer
        for scope in (wifi.visible_to, wifi.surveys_visible_to, wifi.advices_visible_to):
            assert (await scope(there).count(), await scope(town.officer).count()) == (1, 0)

    play(story)


def test_a_body_that_runs_a_spot_is_one_that_the_officer_sees(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.other_officer)
        with pytest.raises(NotFound):
            await make.wifi_spot(town.officer, organization_id=body.id)
        assert not await WifiSpot.exists()
        spot = await make.wifi_spot(town.hq, organization_id=body.id)
        assert spot.facility is WifiFacility.RESTAURANT

    play(story)
