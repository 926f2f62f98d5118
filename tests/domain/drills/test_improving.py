"""What a drill leaves to be done lives until another officer has seen that it was, or it goes on into another drill."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import drills, people
from domain.actor import Role
from domain.drills import Drill, Improvement, ImprovementStatus
from domain.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from domain.journal import Entry
from tests import make
from tests.make import Town

DAY = timedelta(days=1)


async def fresh(item: Improvement) -> Improvement:
    return await Improvement.get(id=item.id)


async def done(town: Town) -> Improvement:
    item = await make.improvement(town.officer)
    await drills.begin_improvement(town.officer, item.id)
    return await drills.finish_improvement(town.officer, item.id, evidence="連絡網（令和８年７月１日改訂）")


def test_it_is_raised_done_proven_and_verified_by_another_officer(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        item = await make.improvement(town.officer, body)
        assert (item.status, item.organization_id, item.owner_id) == (ImprovementStatus.OPEN, body.id, None)
        begun = await drills.begin_improvement(town.officer, item.id)
        assert begun.owner_id == town.officer.person_id
        later = make.at(town.officer, town.officer.now + 3 * DAY)
        finished = await drills.finish_improvement(later, item.id, evidence="連絡網を改めた。")
        assert (finished.done_on, finished.settled_on) == (later.today, None)
        verified = await drills.verify_improvement(make.at(town.hq, later.now + DAY), item.id)
        assert (verified.status, verified.verified_by_id) == (ImprovementStatus.VERIFIED, town.hq.person_id)
        assert verified.settled_on == later.today + DAY
        assert (await drills.close_improvement(town.officer, item.id)).status is ImprovementStatus.CLOSED

    play(story)


def test_neither_who_has_done_it_nor_who_sees_to_it_verifies_it(play: Any) -> None:
    async def story(town: Town) -> None:
        item = await make.improvement(town.officer)
        await drills.begin_improvement(town.officer, item.id)
        await drills.finish_improvement(town.hq, item.id, evidence="連絡網を改めた。")
        for author in (town.hq, town.officer):
            with pytest.raises(NotAllowed, match="別の人"):
                await drills.verify_improvement(author, item.id)
        assert (await fresh(item)).status is ImprovementStatus.DONE

    play(story)


def test_evidence_that_shows_nothing_is_sent_back(play: Any) -> None:
    async def story(town: Town) -> None:
        item = await done(town)
        back = await drills.send_back_improvement(town.hq, item.id, reason="夜間の連絡先がない")
        assert (back.status, back.done_on, back.reason) == (ImprovementStatus.IN_PROGRESS, None, "夜間の連絡先がない")
        again = await drills.finish_improvement(town.officer, item.id, evidence="夜間の分も改めた。")
        assert again.reason == ""

    play(story)


def test_what_was_not_done_goes_on_as_an_objective_of_a_drill_to_come(play: Any) -> None:
    async def story(town: Town) -> None:
        item, after = await make.improvement(town.officer), await make.drill(town.officer)
        words = "夜間の緊急連絡先に10分以内につながる"
        carried = await drills.carry_over_improvement(town.officer, item.id, to_drill_id=after.id, objective=words)
        assert (carried.status, carried.carried_to_id) == (ImprovementStatus.CARRIED_OVER, after.id)
        assert (await Drill.get(id=after.id)).objectives == [*after.objectives, words]
        assert carried.settled_on == town.officer.today
        with pytest.raises(WrongState):
            await drills.begin_improvement(town.officer, item.id)

    play(story)


def test_it_goes_on_into_no_drill_that_is_over_nor_into_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        item = await make.improvement(town.officer)
        over = await make.held_drill(town.officer, await make.company(town.officer), title="前の訓練")
        elsewhere = await make.drill(town.other_officer)
        before = await Entry.all().count()
        for to, refusal in ((over.id, WrongState), (item.drill_id, Invalid)):
            with pytest.raises(refusal):
                await drills.carry_over_improvement(town.officer, item.id, to_drill_id=to, objective="通報")
        with pytest.raises(NotFound):
            await drills.carry_over_improvement(town.officer, item.id, to_drill_id=elsewhere.id, objective="通報")
        assert (await fresh(item)).status is ImprovementStatus.OPEN
        assert await Entry.all().count() == before

    play(story)


def test_nothing_is_raised_before_a_drill_is_over_for_who_was_not_there_or_for_a_day_gone(play: Any) -> None:
    async def story(town: Town) -> None:
        absent, here = [await make.company(town.officer, name) for name in ("例示銀行", "架空電力株式会社")]
        held, ahead = await make.held_drill(town.officer, here), await make.drill(town.officer)
        yesterday: date = town.officer.today - DAY
        wrong: list[tuple[dict[str, Any], type[Refused], str | None]] = [
            ({"drill": ahead}, WrongState, "status"),
            ({"drill": held, "organization_id": absent.id}, Invalid, "organization_id"),
            ({"drill": held, "due_on": yesterday}, Invalid, "due_on"),
            ({"drill": held, "what": " "}, Invalid, "what"),
            ({"drill": held, "owner_id": town.other_officer.person_id}, Invalid, "owner_id"),
        ]
        for facts, refusal, field in wrong:
            with pytest.raises(refusal) as refused:
                await make.improvement(town.officer, **facts)
            assert refused.value.field == field
        assert not await Improvement.exists()

    play(story)


def test_another_station_and_whoever_is_not_of_the_desk_see_and_change_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        item = await make.improvement(town.officer, body)
        partner = make.outsider(town.officer, Role.PARTNER, await make.contact(town.officer, body))
        for who in (town.other_officer, partner, town.statistician):
            assert not await drills.improvements_visible_to(who)
            with pytest.raises((NotFound, NotAllowed)):
                await drills.reject_improvement(who, item.id, reason="費用に見合わないため")
        assert (await fresh(item)).status is ImprovementStatus.OPEN

    play(story)


def test_whoever_leaves_leaves_it_to_nobody_until_somebody_begins_with_it(play: Any) -> None:
    async def story(town: Town) -> None:
        leaver = await make.officer(town.admin, town.station, family_name="例山")
        item = await make.improvement(town.officer, owner_id=leaver.id)
        await people.retire(town.admin, leaver.id, version=leaver.version, on=town.admin.today)
        assert (await fresh(item)).owner_id is None
        begun = await drills.begin_improvement(town.officer, item.id)
        assert begun.owner_id == town.officer.person_id

    play(story)
