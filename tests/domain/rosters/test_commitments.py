"""約束の履行 from a list: what was promised for each year and when it was kept, once, and never over what is known."""

from datetime import date
from typing import Any

import pytest

from domain import agreements, rosters
from domain.agreements import AgreementCommitment, AgreementFulfilment, CooperationItem, CountedFrom
from domain.errors import NotAllowed
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

POWER, BANK = "架空電力株式会社", "見本信用金庫"
TITLE = "サイバー犯罪に対する共同対処協定"
DAY, NEXT = date(2026, 7, 2), date(2026, 7, 9)
DRILL = {"title": TITLE, "item": CooperationItem.DRILL, "what": "合同訓練", "times_per_year": 2, "year": 2026}
TALKS = DRILL | {"item": CooperationItem.INFORMATION_EXCHANGE, "what": "意見交換", "counted_from": CountedFrom.DRILLS}


async def ready(town: Town) -> Any:
    """An agreement that was signed on 1 July, a week ago."""
    await make.in_force(town, POWER, BANK)
    return make.at(town.hq, make.NOW + (NEXT - make.NOW.date()))


def test_promises_come_in_with_the_days_on_which_they_were_kept_and_later_days_are_added(play: Any) -> None:
    async def story(town: Town) -> None:
        hq = await ready(town)
        both = lines(DRILL | {"done_on": (DAY, DAY), "fulfilled": 2, "missing": 0, "last_on": DAY}, TALKS)
        assert await rosters.take_in_commitments(hq, both, dry_run=True) == Taken(2, 0, 0)
        assert not await AgreementCommitment.exists()
        assert await rosters.take_in_commitments(hq, both) == Taken(2, 0, 0)
        assert await rosters.take_in_commitments(hq, both) == Taken(0, 0, 2)
        drill, talks = await agreements.commitments_kept(hq, year=2026)
        assert (drill.owed, drill.fulfilled, drill.last_on) == (2, 2, DAY)
        assert (talks.owed, talks.fulfilled, talks.missing) == (2, 0, 2)
        more = lines(DRILL | {"done_on": (DAY, NEXT, DAY), "fulfilled": 3, "missing": 0})
        taken = await rosters.take_in_commitments(hq, more)
        assert taken == Taken(0, 1, 0)
        assert cells(taken) == [(2, "done_on", "2026-07-02、2026-07-02", "2026-07-02、2026-07-02、2026-07-09")]
        assert await rosters.take_in_commitments(hq, more) == Taken(0, 0, 1)
        assert [kept.fulfilled for kept in await agreements.commitments_kept(hq, year=2026)] == [3, 0]
        assert {row.since for row in await AgreementCommitment.all()} == {date(2026, 7, 1)}

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"title": "知らない協定"}, "title"),
        ({"signed_on": date(2020, 4, 1)}, "title"),
        ({"bodies": (POWER, "例示ガス株式会社")}, "title"),
        ({"unit": "102"}, "title"),
        ({"times_per_year": 1}, "times_per_year"),
        ({"counted_from": CountedFrom.DRILLS}, "counted_from"),
        ({"ended_on": NEXT}, "ended_on"),
        ({"since": DAY}, "since"),
        ({"year": 2025}, "since"),
        ({"done_on": (NEXT,)}, "done_on"),
        ({"done_on": (DAY, date(2026, 7, 10))}, "done_on"),
        ({"fulfilled": 2}, "fulfilled"),
        ({"missing": 0}, "missing"),
        ({"last_on": NEXT}, "last_on"),
        ({"year": None, "fulfilled": 1}, "year"),
        ({"year": 1999}, "year"),
        ({"what": "別の訓練", "fulfilled": 1}, "fulfilled"),
        ({"what": "別の訓練", "since": date(2026, 6, 30)}, "since"),
        ({"what": "別の訓練", "year": 2025}, "year"),
        ({"what": "別の訓練", "times_per_year": 0}, "times_per_year"),
        ({"what": "別の訓練", "ended_on": date(2026, 7, 20)}, "ended_on"),
        ({"what": "別の訓練", "year": 2027, "done_on": (DAY,)}, "year"),
        ({"what": "別の訓練", "counted_from": CountedFrom.DRILLS, "done_on": (DAY,)}, "done_on"),
        ({"what": "別の訓練", "counted_from": CountedFrom.DRILLS, "fulfilled": 1}, "fulfilled"),
    ],
)
def test_what_does_not_go_together_or_says_otherwise_of_what_is_there_is_told_at_its_column(
    play: Any, line: dict[str, Any], field: str
) -> None:
    async def story(town: Town) -> None:
        hq = await ready(town)
        await rosters.take_in_commitments(hq, lines(DRILL | {"done_on": (DAY,)}))
        [problem] = await refused(rosters.take_in_commitments, hq, TALKS, DRILL | line)
        assert (problem.number, problem.field) == (3, field)
        assert await AgreementCommitment.all().count() == await AgreementFulfilment.all().count() == 1

    play(story)


def test_a_promise_that_was_made_anew_is_told_from_the_former_by_its_days(play: Any) -> None:
    async def story(town: Town) -> None:
        hq = await ready(town)
        former = DRILL | {"ended_on": DAY}
        anew = DRILL | {"since": DAY, "times_per_year": 4, "year": None, "done_on": (NEXT,)}
        whole = lines(former | {"since": date(2026, 7, 1)}, anew)
        assert await rosters.take_in_commitments(hq, whole) == Taken(2, 0, 0)
        assert await rosters.take_in_commitments(hq, whole) == Taken(0, 0, 2)
        [problem] = await refused(rosters.take_in_commitments, hq, former)
        assert (problem.number, problem.field) == (2, "since")
        nameless = await make.in_force(town, "例示ガス株式会社")
        [problem] = await refused(rosters.take_in_commitments, hq, anew)
        assert (problem.number, problem.field) == (2, "title")
        assert await AgreementCommitment.filter(agreement_id=nameless.id).count() == 0
        assert await rosters.take_in_commitments(hq, lines(anew | {"bodies": (BANK,)})) == Taken(0, 0, 1)

    play(story)


def test_a_station_takes_in_its_own_promises_and_nobody_else_any(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        [problem] = await refused(rosters.take_in_commitments, town.other_officer, DRILL)
        assert problem.field == "title"
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await rosters.take_in_commitments(who, lines(DRILL))
        assert await rosters.take_in_commitments(town.officer, lines(DRILL)) == Taken(1, 0, 0)

    play(story)
