"""目安: the days by which the desk goes are one prefecture's, and headquarters sets them."""

from datetime import timedelta
from typing import Any

import pytest

from domain import thresholds, worklist
from domain.errors import Incomplete, Invalid, NotAllowed
from domain.organizations import Organization
from domain.thresholds import DAYS, Thresholds
from domain.worklist import WorkKind
from tests import make
from tests.make import Town

DAY = timedelta(days=1)
POWER = "架空電力株式会社"


async def drifting(who: Any) -> int:
    return (await worklist.worklist(who, kinds=[WorkKind.DRIFTING])).total


def test_what_headquarters_sets_holds_from_then_on_and_the_rest_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town, POWER, expires_on=None)
        await make.contact(town.officer, await Organization.get(name=POWER))
        later = make.at(town.hq, town.hq.now + 100 * DAY)
        assert await drifting(later) == 0
        await thresholds.set_thresholds(town.hq, met_days=90)
        assert await drifting(later) == 1
        kept = await thresholds.set_thresholds(town.hq, ending_days=30)
        assert (kept.met_days, kept.ending_days, kept.touch_days) == (90, 30, 30)
        assert await Thresholds.all().count() == 1

    play(story)


def test_a_station_sets_nothing_and_no_number_of_days_is_nonsense(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(NotAllowed):
            await thresholds.set_thresholds(town.officer, met_days=90)
        with pytest.raises(Incomplete):
            await thresholds.set_thresholds(town.hq)
        for name in DAYS:
            for days in (0, 3_661):
                with pytest.raises(Invalid) as refused:
                    await thresholds.set_thresholds(town.hq, **{name: days})
                assert refused.value.field == name
        assert not await Thresholds.exists()

    play(story)
