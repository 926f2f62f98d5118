"""Many reports are checked in one act: all of them or none, never one's own, and a refusal names those in the way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import encounters
from domain.encounters import Encounter, EncounterReview, EncounterStatus, ReportRead
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, Refused, WrongState
from domain.journal import Entry
from tests import make
from tests.make import Town

HOUR = timedelta(hours=1)
POWER, BANK, INN = "架空電力株式会社", "例示銀行", "例示旅館株式会社"


async def reported(town: Town, *names: str) -> list[Encounter]:
    bodies = [await make.company(town.officer, name) for name in names]
    return [await make.encounter(town.officer, body=body) for body in bodies]


def as_read(*some: Encounter) -> list[ReportRead]:
    return [ReportRead(one.id, one.version) for one in some]


async def nothing_was_checked() -> bool:
    return not await EncounterReview.exists() and not await Encounter.filter(status=EncounterStatus.CHECKED).exists()


def test_a_chief_checks_the_reports_of_the_week_in_one_act_that_is_remembered(play: Any) -> None:
    async def story(town: Town) -> None:
        some = await reported(town, POWER, BANK, INN)
        friday = make.at(town.hq, town.hq.now + 3 * HOUR)
        review = await encounters.check_many(friday, reports=as_read(*some))
        assert (review.count, review.unit_id, review.checked_by_id) == (3, town.hq.unit_id, town.hq.person_id)
        checked = await Encounter.filter(review_id=review.id)
        assert {one.id for one in checked} == {one.id for one in some}
        assert {(one.status, one.checked_by_id, one.checked_at) for one in checked} == {
            (EncounterStatus.CHECKED, town.hq.person_id, friday.now)
        }
        assert await Entry.filter(fact="encounter-checked").count() == 3
        assert [one.id for one in await encounters.reviews_visible_to(town.hq)] == [review.id]
        assert not await encounters.reviews_visible_to(town.officer)

    play(story)


def test_of_those_that_cannot_be_checked_each_is_named_and_the_rest_waits_with_them(play: Any) -> None:
    async def story(town: Town) -> None:
        fine, own, cancelled = await reported(town, POWER, BANK, INN)
        await encounters.correct(town.hq, own.id, version=own.version, outcome="担当者の異動を聞いた。")
        await encounters.cancel(town.officer, cancelled.id, reason="二重の入力")
        some = [ReportRead(one.id) for one in (fine, own, cancelled)]
        with pytest.raises(WrongState) as refused:
            await encounters.check_many(town.hq, reports=some)
        told = refused.value.message
        assert f"報告済ではありません：{INN}（令和８年７月１日電話、中止・取消）。" in told
        assert f"報告したか直した本人です：{BANK}（令和８年７月１日電話、報告済）。" in told
        assert POWER not in told
        with pytest.raises(NotAllowed, match=BANK):
            await encounters.check_many(town.hq, reports=some[:2])
        assert await nothing_was_checked()

    play(story)


def test_a_report_that_was_changed_after_it_was_read_is_read_again(play: Any) -> None:
    async def story(town: Town) -> None:
        same, changed = await reported(town, POWER, BANK)
        await encounters.correct(town.officer, changed.id, version=changed.version, outcome="担当者の異動を聞いた。")
        with pytest.raises(Conflict, match="読んだ後に変更されています：例示銀行"):
            await encounters.check_many(town.hq, reports=as_read(same, changed))
        assert await nothing_was_checked()

    play(story)


def test_another_stations_report_is_none_and_is_told_by_its_place(play: Any) -> None:
    async def story(town: Town) -> None:
        [other] = await reported(town, POWER)
        own = await make.encounter(town.other_officer, body=await make.company(town.other_officer, BANK))
        colleague = await make.officer(town.admin, town.other_station)
        reader = replace(town.other_officer, person_id=colleague.id)
        with pytest.raises(NotFound, match="2番目の接触") as refused:
            await encounters.check_many(reader, reports=as_read(own, other))
        assert POWER not in refused.value.message
        assert await nothing_was_checked()
        assert (await encounters.check_many(reader, reports=as_read(own))).count == 1

    play(story)


def test_none_one_twice_and_more_than_can_be_read_are_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await reported(town, POWER)
        wrong: list[tuple[list[ReportRead], type[Refused]]] = [
            ([], Incomplete),
            (as_read(one, one), Invalid),
            (as_read(one) * 201, Invalid),
        ]
        for reports, refusal in wrong:
            with pytest.raises(refusal) as refused:
                await encounters.check_many(town.hq, reports=reports)
            assert refused.value.field == "reports"
        with pytest.raises(NotAllowed):
            await encounters.check_many(town.statistician, reports=as_read(one))
        assert await nothing_was_checked()

    play(story)


def test_of_many_in_the_way_ten_are_named_and_the_rest_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, POWER)
        started = [town.officer.now - n * HOUR for n in range(1, 13)]
        own = [await make.encounter(town.officer, body=body, starts_at=one) for one in started]
        with pytest.raises(NotAllowed, match="ほか2件") as refused:
            await encounters.check_many(town.officer, reports=as_read(*own))
        assert refused.value.message.count(POWER) == 10

    play(story)
