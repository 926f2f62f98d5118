"""公衆無線LAN through the doors: from the first entry to the figure of the quarter, and for nobody else."""

from datetime import timedelta
from typing import Any

from domain.wifi import WifiAdvice, WifiSpot, WifiSurvey
from tests import make
from tests.api.asking import change, codes, read
from tests.make import Town

SPOTS = """
    query($status: [WifiStatus!]) {
      wifiSpots(first: 10, filter: { status: $status }) {
        totalCount
        edges { node {
          id version status allowedTransitions name ssid
          surveys(first: 5) { edges { node { surveyedOn missing isFine surveyedBy { familyName } } } }
          advices(first: 5) { edges { node { means points } } }
        } }
      }
    }"""
FIGURES = """
    query($period: String!) {
      statistics(period: $period) { figures(measures: [
        "WIFI_SPOTS", "WIFI_SURVEYED", "WIFI_WANTING", "WIFI_IMPROVED", "WIFI_IMPROVEMENT", "WIFI_SURVEYS",
        "WIFI_ADVICES"]) { unitName measure value unitLabel } } }"""
MONTH = timedelta(days=30)


async def done(actor: Any, mutation: str, **input: Any) -> None:
    answer = await change(actor, mutation, **input)
    assert "errors" not in answer, answer["errors"]


async def figures(town: Town, period: str) -> dict[tuple[str, str], float]:
    asked = await read(make.at(town.statistician, town.hq.now + 6 * MONTH), FIGURES, period=period)
    return {(one["unitName"], one["measure"]): one["value"] for one in asked["statistics"]["figures"]}


def test_from_the_first_entry_to_the_share_of_what_has_become_better(play: Any) -> None:
    async def story(town: Town) -> dict[tuple[str, str], float]:
        for name in ("見本珈琲店", "例示旅館"):
            await done(town.officer, "registerWifiSpot", facility="RESTAURANT", name=name, ssid="GUEST")
        ids = [f"WifiSpot:{spot.id}" for spot in await WifiSpot.all().order_by("id")]
        for id in ids:
            await done(town.officer, "surveyWifiSpot", spotId=id, missing=["ENCRYPTION", "LOGS"])
        await done(town.officer, "adviseWifiSpot", spotId=ids[0], means="VISIT", points=["ENCRYPTION"])
        later = make.at(town.officer, town.officer.now + MONTH)
        await done(later, "surveyWifiSpot", spotId=ids[0], missing=[])
        [wanting] = (await read(town.hq, SPOTS, status=["NEEDS_IMPROVEMENT"]))["wifiSpots"]["edges"]
        assert (wanting["node"]["id"], wanting["node"]["allowedTransitions"]) == (ids[1], ["ADVISED", "IMPROVED"])
        [better] = (await read(town.officer, SPOTS, status=["IMPROVED"]))["wifiSpots"]["edges"]
        surveys = [edge["node"]["missing"] for edge in better["node"]["surveys"]["edges"]]
        assert surveys == [[], ["ENCRYPTION", "LOGS"]], "the newest first"
        return await figures(town, "2026Q2")

    found = play(story)
    station = {measure: value for (unit, measure), value in found.items() if unit == "青浜第1警察署"}
    assert station == {
        "WIFI_SPOTS": 2,
        "WIFI_SURVEYED": 2,
        "WIFI_WANTING": 1,
        "WIFI_IMPROVED": 1,
        "WIFI_IMPROVEMENT": 50.0,
        "WIFI_SURVEYS": 3,
        "WIFI_ADVICES": 1,
    }
    assert found["青浜第2警察署", "WIFI_IMPROVEMENT"] is None, "of nothing there is no share"
    assert found["青浜県警察", "WIFI_IMPROVEMENT"] == 50.0, "a share of all is no sum of shares"


def test_whoever_is_not_on_the_desk_enters_and_sees_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await make.wifi_spot(town.officer)
        for actor in (town.statistician, town.admin):
            answer = await change(actor, "surveyWifiSpot", spotId=f"WifiSpot:{spot.id}", missing=["LOGS"])
            assert codes(answer) == [("NOT_ALLOWED", None)]
        answer = await change(town.other_officer, "surveyWifiSpot", spotId=f"WifiSpot:{spot.id}", missing=["LOGS"])
        assert [code for code, _ in codes(answer)] == ["NOT_FOUND"]
        for actor in (town.statistician, town.other_officer):
            assert (await read(actor, "{ wifiSpots { totalCount } }"))["wifiSpots"]["totalCount"] == 0
        assert not await WifiSurvey.exists()
        assert not await WifiAdvice.exists()

    play(story)


def test_two_officers_at_one_spot_overwrite_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        spot = await make.wifi_spot(town.officer)
        first = {"spotId": f"WifiSpot:{spot.id}", "version": spot.version}
        await done(town.officer, "surveyWifiSpot", **first, missing=[])
        assert codes(await change(town.hq, "surveyWifiSpot", **first, missing=["LOGS"])) == [("CONFLICT", "version")]
        assert await WifiSurvey.all().count() == 1

    play(story)
