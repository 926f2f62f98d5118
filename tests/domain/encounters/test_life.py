"""An encounter from the plan to the checked report: who may do what when, and what a refusal leaves as it was."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import encounters
from domain.actor import TOKYO, Actor, Role
from domain.encounters import (
    Encounter,
    EncounterAttendance,
    EncounterKind,
    EncounterMember,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
)
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, Refused, WrongState
from domain.journal import Entry
from domain.organizations import retire
from tests import make
from tests.make import Town

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
CLERK = EncounterMember(job_title="総務課長")


def with_us(who: Actor) -> list[EncounterMember]:
    return [EncounterMember(officer_id=who.person_id), CLERK]


def test_a_visit_is_planned_reported_and_checked_by_another_officer(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        assert planned.status is EncounterStatus.PLANNED
        after = make.at(town.officer, planned.starts_at + HOUR)
        told = {"outcome": "備えは進んでいる。", "members": with_us(after), "minutes": 45}
        reported = await encounters.report(after, planned.id, **told)
        assert (reported.status, reported.minutes, reported.reported_at) == (EncounterStatus.REPORTED, 45, after.now)
        checker = make.at(town.hq, after.now + HOUR)
        checked = await encounters.check(checker, planned.id)
        assert (checked.status, checked.checked_by_id) == (EncounterStatus.CHECKED, town.hq.person_id)

    play(story)


def test_nobody_checks_a_report_that_they_have_written_or_put_right(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        await encounters.correct(town.hq, noted.id, version=noted.version, outcome="担当者の異動を聞いた。")
        for author in (town.officer, town.hq):
            with pytest.raises(NotAllowed, match="別の人"):
                await encounters.check(author, noted.id)
        assert (await Encounter.get(id=noted.id)).status is EncounterStatus.REPORTED

    play(story)


def test_whoever_has_planned_it_may_check_the_report_of_whoever_was_there(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        moved = {"version": planned.version, "starts_at": planned.starts_at + HOUR}
        await encounters.correct(town.officer, planned.id, **moved)
        visitor = await make.actor(town.admin, Role.STATION_LIAISON, town.station, town.officer.units)
        after = make.at(visitor, planned.starts_at + WEEK)
        await encounters.report(after, planned.id, outcome="済み", members=with_us(visitor))
        checked = await encounters.check(make.at(town.officer, after.now), planned.id)
        assert checked.status is EncounterStatus.CHECKED

    play(story)


def test_nothing_is_reported_before_it_has_begun(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        with pytest.raises(Invalid, match="まだ始まっていない"):
            await encounters.report(town.officer, planned.id, outcome="済み", members=with_us(town.officer))
        with pytest.raises(Invalid, match="予定として"):
            await make.encounter(town.hq, body=await make.company(town.hq, "例示ガス"), starts_at=town.hq.now + HOUR)
        assert [one.status for one in await Encounter.all()] == [EncounterStatus.PLANNED]

    play(story)


def test_a_date_that_has_passed_is_noted_and_not_planned(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match="これからの日時"):
            await make.planned_encounter(town.officer, starts_at=town.officer.now - HOUR)
        assert await Encounter.all().count() == 0

    play(story)


def test_what_stands_in_old_papers_is_entered_too_but_no_slip_of_the_era(play: Any) -> None:
    async def story(town: Town) -> None:
        long_ago = datetime(2009, 5, 20, 10, tzinfo=TOKYO)
        old = await make.encounter(town.officer, starts_at=long_ago, kind=EncounterKind.VISIT)
        assert old.day == date(2009, 5, 20)
        with pytest.raises(Invalid, match="年を確かめ"):
            await make.encounter(
                town.hq, body=await make.company(town.hq, "例示ガス"), starts_at=datetime(1926, 5, 20, 10, tzinfo=TOKYO)
            )
        assert await Encounter.all().count() == 1

    play(story)


@pytest.mark.parametrize("members", [[], [CLERK], ["officer"]])
def test_a_report_names_somebody_of_either_side(play: Any, members: list[Any]) -> None:
    async def story(town: Town) -> None:
        us = EncounterMember(officer_id=town.officer.person_id)
        present = [us if one == "officer" else one for one in members]
        with pytest.raises(Incomplete, match="それぞれ1人以上") as refused:
            await make.encounter(town.officer, members=present)
        assert refused.value.field == "members"
        assert (await Encounter.all().count(), await EncounterAttendance.all().count()) == (0, 0)

    play(story)


def test_the_same_encounter_is_not_entered_twice_unless_the_first_was_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        first = await make.encounter(town.officer, body=body)
        with pytest.raises(Conflict, match="すでに入力"):
            await make.encounter(town.officer, body=body)
        await encounters.cancel(town.officer, first.id, reason="別の団体の記録だった")
        again = await make.encounter(town.officer, body=body)
        assert [one.id for one in await Encounter.filter(status=EncounterStatus.REPORTED)] == [again.id]

    play(story)


def test_a_report_that_is_sent_back_is_written_again_and_those_who_were_there_stay(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        back = await encounters.send_back(town.hq, noted.id, reason="結果を具体的に")
        assert (back.status, back.reason) == (EncounterStatus.PLANNED, "結果を具体的に")
        again = await encounters.report(town.officer, noted.id, outcome="新しい担当者に引き継ぎを頼んだ。")
        assert (again.status, again.reason) == (EncounterStatus.REPORTED, "")
        assert await EncounterAttendance.filter(encounter_id=noted.id, removed_at=None).count() == 2

    play(story)


def test_a_checked_report_is_corrected_only_with_a_reason_and_the_journal_keeps_what_stood_there(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        checked = await encounters.check(town.hq, noted.id)
        with pytest.raises(WrongState):
            await encounters.correct(town.officer, noted.id, version=checked.version, minutes=20)
        with pytest.raises(Invalid, match="理由"):
            await encounters.correct_checked(town.officer, noted.id, version=checked.version, reason=" ", minutes=20)
        assert (await Encounter.get(id=noted.id)).minutes is None
        told = {"version": checked.version, "reason": "記入漏れ", "theme": EncounterTheme.AGREEMENT}
        corrected = await encounters.correct_checked(town.officer, noted.id, **told)
        assert (corrected.status, corrected.theme) == (EncounterStatus.CHECKED, EncounterTheme.AGREEMENT)
        entry = await Entry.get(fact="encounter-corrected-afterwards")
        assert (entry.before, entry.after) == ({"theme": "RELATIONSHIP"}, {"theme": "AGREEMENT", "reason": "記入漏れ"})

    play(story)


def test_a_correction_of_nothing_is_refused_once_a_report_is_checked(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        checked = await encounters.check(town.hq, noted.id)
        with pytest.raises(Invalid, match="直すもの"):
            await encounters.correct_checked(town.hq, noted.id, version=checked.version, reason="念のため")
        assert (await Encounter.get(id=noted.id)).version == checked.version

    play(story)


def test_what_was_reported_cannot_be_corrected_into_the_future_nor_to_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        for wrong in ({"starts_at": town.officer.now + HOUR}, {"outcome": " "}):
            with pytest.raises(Invalid):
                await encounters.correct(town.officer, noted.id, version=noted.version, **wrong)
        assert (await Encounter.get(id=noted.id)).version == noted.version

    play(story)


def test_a_plan_says_nothing_yet_of_what_came_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        with pytest.raises(Invalid, match="報告するとき") as refused:
            await encounters.correct(town.officer, planned.id, version=planned.version, members=[CLERK])
        assert refused.value.field == "members"
        assert (await Encounter.get(id=planned.id)).version == planned.version

    play(story)


def test_guidance_says_of_which_business_and_nothing_else_does(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Incomplete, match="業態"):
            await make.encounter(town.officer, kind=EncounterKind.GUIDANCE)
        with pytest.raises(Invalid, match="指導のときだけ"):
            await make.encounter(
                town.officer, body=await make.company(town.officer, "例示喫茶"), business=GuidedBusiness.INTERNET_CAFE
            )
        assert await Encounter.all().count() == 0
        cafe = await make.company(town.officer, "見本ネットカフェ")
        told = {"kind": EncounterKind.GUIDANCE, "business": GuidedBusiness.INTERNET_CAFE}
        guided = await make.encounter(town.officer, body=cafe, **told)
        with pytest.raises(Invalid, match="指導のときだけ"):
            await encounters.correct(town.officer, guided.id, version=guided.version, kind=EncounterKind.VISIT)
        visit = {"kind": EncounterKind.VISIT, "business": None}
        corrected = await encounters.correct(town.officer, guided.id, version=guided.version, **visit)
        assert (corrected.kind, corrected.business) == (EncounterKind.VISIT, None)

    play(story)


def test_a_body_that_had_gone_by_the_day_was_not_met(play: Any) -> None:
    async def story(town: Town) -> None:
        body, today = await make.company(town.officer), town.officer.today
        await retire(town.officer, body.id, version=body.version, on=today)
        with pytest.raises(Invalid, match="登録から外れて"):
            await make.encounter(town.officer, body=body)
        before = await make.encounter(town.officer, body=body, starts_at=town.officer.now - WEEK)
        assert before.status is EncounterStatus.REPORTED

    play(story)


def test_calling_off_needs_a_reason_and_ends_it(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        with pytest.raises(Invalid, match="理由"):
            await encounters.cancel(town.officer, planned.id, reason="")
        assert (await Encounter.get(id=planned.id)).status is EncounterStatus.PLANNED
        await encounters.cancel(town.officer, planned.id, reason="先方の都合")
        after = make.at(town.officer, planned.starts_at + HOUR)
        with pytest.raises(WrongState):
            await encounters.report(after, planned.id, outcome="済み", members=with_us(after))

    play(story)


def test_a_station_has_its_own_encounters_and_headquarters_all(play: Any) -> None:
    async def story(town: Town) -> None:
        own = await make.encounter(town.officer)
        body = await make.company(town.other_officer, "例示ガス株式会社")
        others = await make.encounter(town.other_officer, body=body)
        seen = {who.unit_id: {one.id for one in await encounters.visible_to(who)} for who in (town.officer, town.hq)}
        assert seen == {town.officer.unit_id: {own.id}, town.hq.unit_id: {own.id, others.id}}
        with pytest.raises(NotFound):
            await encounters.check(town.officer, others.id)
        with pytest.raises(NotFound):
            await make.encounter(town.officer, body=body)

    play(story)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HQ_LIAISON, Role.STATION_LIAISON)])
def test_nobody_but_the_desk_has_anything_to_do_with_encounters(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        noted = await make.encounter(town.officer)
        contact = await make.contact(town.officer, await make.company(town.officer, "例示ガス株式会社"))
        stranger = make.outsider(town.officer, role, contact)
        assert await encounters.visible_to(stranger) == []
        assert await encounters.traces_visible_to(stranger) == []
        with pytest.raises(Refused):
            await encounters.cancel(stranger, noted.id, reason="見てみたい")
        assert (await Encounter.get(id=noted.id)).status is EncounterStatus.REPORTED

    play(story)
