"""What hangs on an encounter: who was there in which post, what was asked at a visit, and what is to be done next."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import encounters, people, retention
from domain.encounters import (
    Encounter,
    EncounterAnswer,
    EncounterAttendance,
    EncounterCheck,
    EncounterCheckItem,
    EncounterKind,
    EncounterMember,
    EncounterSide,
    EncounterStatus,
    ItemChecked,
    NextStep,
)
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.organizations import Contact, correct_contact, retire_contact
from domain.people import Person
from domain.retention.erasing import erase
from tests import make
from tests.clock import NOW
from tests.make import Town

DAY = timedelta(days=1)
TODAY = date(2026, 7, 1)


async def posts(encounter: Encounter) -> list[tuple[str, str, str]]:
    rows = EncounterAttendance.filter(encounter_id=encounter.id, removed_at=None).order_by("side", "created_at", "id")
    return [(row.side.value, row.job_title, row.department) for row in await rows]


# ------------------------------------------------------------------ who was there


def test_everybody_stands_in_the_post_that_they_held_on_that_day(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        chief = await make.officer(town.hq, town.station, job_title="係長", since=date(2026, 4, 1))
        known = {"job_title": "情報システム課長", "department": "総務部", "since": date(2026, 4, 1)}
        contact = await make.contact(town.officer, body, **known)
        there = [EncounterMember(officer_id=chief.id, is_lead=True), EncounterMember(contact_id=contact.id)]
        met = await make.encounter(town.officer, body=body, members=there)
        moved = {"version": chief.version, "unit_id": town.other_station.id, "job_title": "課長", "on": TODAY + DAY}
        await people.transfer(town.hq, chief.id, **moved)
        await correct_contact(town.officer, contact.id, version=contact.version, job_title="総務部長")
        assert await posts(met) == [
            ("PARTNER", "情報システム課長", "総務部"),
            ("POLICE", "係長", "青浜第1警察署"),
        ]
        later = make.at(town.hq, NOW + 3 * DAY)
        again = await make.encounter(later, body=body, members=there)
        assert await posts(again) == [
            ("PARTNER", "総務部長", "総務部"),
            ("POLICE", "課長", "青浜第2警察署"),
        ]

    play(story)


def test_a_post_that_is_not_on_file_for_that_day_is_what_is_said_of_it_and_else_unknown(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body, job_title="総務部長")
        us = EncounterMember(officer_id=town.officer.person_id, job_title="主任", department="生活安全課")
        for days, told in ((400, ""), (300, "係長")):
            there = [us, EncounterMember(contact_id=contact.id, job_title=told)]
            met = await make.encounter(town.officer, body=body, members=there, starts_at=NOW - days * DAY)
            assert await posts(met) == [("PARTNER", told, ""), ("POLICE", "主任", "生活安全課")]

    play(story)


def test_whoever_had_left_by_that_day_was_not_there(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body, since=date(2026, 4, 1))
        await retire_contact(town.officer, contact.id, version=contact.version, on=date(2026, 6, 1))
        there = [EncounterMember(officer_id=town.officer.person_id), EncounterMember(contact_id=contact.id)]
        with pytest.raises(Invalid, match="登録から外れて"):
            await make.encounter(town.officer, body=body, members=there)
        assert await Encounter.all().count() == 0
        before = await make.encounter(town.officer, body=body, members=there, starts_at=NOW - 60 * DAY)
        assert len(await posts(before)) == 2

    play(story)


@pytest.mark.parametrize("wrong", ["twice", "both", "nobody", "two leads"])
def test_a_list_of_those_who_were_there_makes_sense(play: Any, wrong: str) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        us, them = EncounterMember(officer_id=town.officer.person_id), EncounterMember(contact_id=contact.id)
        members = {
            "twice": [us, us, them],
            "both": [us, EncounterMember(officer_id=town.officer.person_id, contact_id=contact.id)],
            "nobody": [us, EncounterMember(department="総務部")],
            "two leads": [us, them, *[EncounterMember(job_title="課長", is_lead=True)] * 2],
        }[wrong]
        with pytest.raises(Invalid) as refused:
            await make.encounter(town.officer, body=body, members=members)
        assert refused.value.field == "members"
        assert await Encounter.all().count() == 0

    play(story)


def test_another_day_takes_those_who_were_there_anew_for_their_posts_may_have_been_others(play: Any) -> None:
    async def story(town: Town) -> None:
        met = await make.encounter(town.officer)
        with pytest.raises(Incomplete, match="参加者も") as refused:
            await encounters.correct(town.officer, met.id, version=met.version, starts_at=met.starts_at - DAY)
        assert refused.value.field == "members"
        assert (await Encounter.get(id=met.id)).starts_at == met.starts_at
        there = [EncounterMember(officer_id=town.officer.person_id), EncounterMember(job_title="支店長")]
        told = {"version": met.version, "starts_at": met.starts_at - DAY, "members": there}
        await encounters.correct(town.officer, met.id, **told)
        assert [title for side, title, _ in await posts(met) if side == "PARTNER"] == ["支店長"]
        removed = await encounters.attendances_visible_to(town.officer).count()
        assert (removed, await EncounterAttendance.all().count()) == (2, 4)

    play(story)


def test_erasing_somebody_takes_their_post_and_leaves_that_somebody_was_there(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body, job_title="総務部長", since=date(2026, 4, 1))
        there = [EncounterMember(officer_id=town.officer.person_id), EncounterMember(contact_id=contact.id)]
        met = await make.encounter(town.officer, body=body, members=there)
        assert ("PARTNER", "総務部長", "") in await posts(met)
        await erase(make.at(town.hq, NOW + DAY), [contact.person_id], None)
        assert [side for side, _, _ in await posts(met)] == ["PARTNER", "POLICE"]
        assert [title for side, title, _ in await posts(met) if side == "PARTNER"] == [""]

    play(story)


def test_a_name_in_the_outcome_is_found_before_its_owner_is_erased(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        met = await make.encounter(town.officer, body=body, outcome="例塚 恵さんから引き継いだ。")
        found = await retention.mentions.named_in(town.prefecture.id, [contact.person_id])
        assert found == {contact.person_id: [f"Encounter:{met.id} 結果"]}

    play(story)


# ------------------------------------------------------------------ what was asked at a visit


async def visited(town: Town, *checklist: ItemChecked, **over: Any) -> tuple[Encounter, Contact]:
    body = await make.company(town.officer)
    contact = await make.contact(make.at(town.officer, NOW - 90 * DAY), body)
    confirmed = [ItemChecked(one.item, one.answer, one.note, over.get("names") and contact.id) for one in checklist]
    visit = {"kind": EncounterKind.VISIT, "starts_at": NOW - DAY, "checklist": confirmed}
    return await make.encounter(town.officer, body=body, **visit), contact


EMERGENCY = ItemChecked(EncounterCheckItem.EMERGENCY_CONTACT, EncounterAnswer.YES)


def test_an_emergency_contact_who_was_confirmed_at_a_visit_is_verified_on_that_day(play: Any) -> None:
    async def story(town: Town) -> None:
        visit, contact = await visited(town, EMERGENCY, names=True)
        assert (await Contact.get(id=contact.id)).verified_on == date(2026, 6, 30)
        check = await EncounterCheck.get(encounter_id=visit.id)
        assert (check.item, check.answer, check.contact_id) == (EMERGENCY.item, EMERGENCY.answer, contact.id)

    play(story)


def test_a_visit_of_long_ago_takes_no_later_verification_back(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        old = [ItemChecked(EMERGENCY.item, EMERGENCY.answer, "", contact.id)]
        visit = {"kind": EncounterKind.VISIT, "starts_at": NOW - 400 * DAY, "checklist": old}
        await make.encounter(town.officer, body=body, **visit)
        assert (await Contact.get(id=contact.id)).verified_on == TODAY

    play(story)


def test_no_contact_is_confirmed_beside_another_answer_or_for_another_body(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match="はい"):
            await visited(town, ItemChecked(EMERGENCY.item, EncounterAnswer.NO), names=True)
        stranger = await make.contact(town.officer, await make.company(town.officer, "例示ガス株式会社"))
        body = await make.company(town.officer, "例示酒造株式会社")
        wrong = [ItemChecked(EMERGENCY.item, EMERGENCY.answer, "", stranger.id)]
        with pytest.raises(NotFound):
            await make.encounter(town.officer, body=body, kind=EncounterKind.VISIT, checklist=wrong)
        assert (await Encounter.all().count(), await EncounterCheck.all().count()) == (0, 0)

    play(story)


def test_only_a_visit_has_a_checklist_and_one_that_has_stays_a_visit(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = [ItemChecked(EncounterCheckItem.BCP, EncounterAnswer.YES)]
        with pytest.raises(Invalid, match="訪問のときだけ"):
            await make.encounter(town.officer, body=await make.company(town.officer, "例示ガス"), checklist=asked)
        visit, _ = await visited(town, ItemChecked(EncounterCheckItem.BCP, EncounterAnswer.NO))
        with pytest.raises(Invalid, match="ほかの種別"):
            await encounters.correct(town.officer, visit.id, version=visit.version, kind=EncounterKind.CALL)
        assert (await Encounter.get()).kind is EncounterKind.VISIT

    play(story)


def test_an_item_is_answered_anew_and_the_others_stay(play: Any) -> None:
    async def story(town: Town) -> None:
        items = [ItemChecked(item, EncounterAnswer.NO) for item in (EncounterCheckItem.BCP, EncounterCheckItem.LOGS)]
        visit, _ = await visited(town, *items)
        done = [ItemChecked(EncounterCheckItem.LOGS, EncounterAnswer.YES, "1年間")]
        corrected = await encounters.correct(town.officer, visit.id, version=visit.version, checklist=done)
        assert corrected.version == visit.version + 1
        answers = {row.item: (row.answer, row.note) for row in await EncounterCheck.all()}
        assert answers == {
            EncounterCheckItem.BCP: (EncounterAnswer.NO, ""),
            EncounterCheckItem.LOGS: (EncounterAnswer.YES, "1年間"),
        }
        with pytest.raises(Invalid, match="二つ"):
            await encounters.correct(town.officer, visit.id, version=corrected.version, checklist=done * 2)

    play(story)


# ------------------------------------------------------------------ what is to be done next

DUE = TODAY + 14 * DAY
STEP = NextStep("訓練の案内を送る", DUE)


def test_what_is_to_be_done_next_is_a_task_of_whoever_was_there_until_it_is_done(play: Any) -> None:
    async def story(town: Town) -> None:
        met = await make.encounter(town.officer, next_step=STEP)
        assert met.next_owner_id == town.officer.person_id
        assert [one.id for one in await encounters.steps_visible_to(town.officer)] == [met.id]
        later = make.at(town.officer, NOW + 3 * DAY)
        done = await encounters.settle_next_step(later, met.id)
        assert done.next_done_on == date(2026, 7, 4)
        assert await encounters.steps_visible_to(town.officer) == []
        with pytest.raises(WrongState):
            await encounters.settle_next_step(later, met.id)

    play(story)


def test_a_step_has_a_text_a_day_to_come_and_an_officer_of_the_unit(play: Any) -> None:
    async def story(town: Town) -> None:
        wrong = [
            (NextStep(" ", DUE), "what"),
            (NextStep("送る", TODAY - DAY), "due_on"),
            (NextStep("送る", DUE, town.other_officer.person_id), "owner_id"),
        ]
        body = await make.company(town.officer)
        for step, field in wrong:
            with pytest.raises(Invalid) as refused:
                await make.encounter(town.officer, body=body, next_step=step)
            assert refused.value.field == field
        assert await Encounter.all().count() == 0

    play(story)


def test_headquarters_notes_for_a_station_and_names_who_of_it_has_the_task(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        with pytest.raises(Invalid) as refused:
            await make.encounter(town.hq, body=body, unit_id=town.station.id, next_step=STEP)
        assert refused.value.field == "owner_id"
        step = NextStep(STEP.what, DUE, town.officer.person_id)
        met = await make.encounter(town.hq, body=body, unit_id=town.station.id, next_step=step)
        assert [one.id for one in await encounters.steps_visible_to(town.officer)] == [met.id]

    play(story)


def test_a_task_goes_to_another_day_or_officer_and_after_it_is_done_another_begins(play: Any) -> None:
    async def story(town: Town) -> None:
        met = await make.encounter(town.officer, next_step=STEP)
        colleague = await make.officer(town.hq, town.station)
        given = await encounters.assign_next_step(town.officer, met.id, owner_id=colleague.id)
        assert (given.next_owner_id, given.next_due_on) == (colleague.id, DUE)
        await encounters.settle_next_step(town.officer, met.id)
        for told, field in (({"due_on": TODAY + 30 * DAY}, "what"), ({"what": "返事を確かめる"}, "due_on")):
            with pytest.raises(Incomplete) as refused:
                await encounters.assign_next_step(town.officer, met.id, **told)
            assert refused.value.field == field
        assert (await Encounter.get()).next_done_on == TODAY
        another = {"what": "返事を確かめる", "due_on": TODAY + 30 * DAY}
        assert (await encounters.assign_next_step(town.officer, met.id, **another)).next_done_on is None

    play(story)


def test_a_plan_and_what_was_called_off_have_nothing_to_be_done_after_them(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        gone = await make.encounter(town.officer, body=await make.company(town.officer, "例示ガス"), next_step=STEP)
        await encounters.cancel(town.officer, gone.id, reason="二重の入力")
        for one in (planned, gone):
            with pytest.raises(WrongState):
                await encounters.assign_next_step(town.officer, one.id, what="送る", due_on=DUE)
            with pytest.raises(WrongState):
                await encounters.settle_next_step(town.officer, one.id)
        assert await encounters.steps_visible_to(town.officer) == []
        assert (await Encounter.get(id=gone.id)).status is EncounterStatus.CANCELLED

    play(story)


def test_a_task_of_whoever_leaves_is_nobodys_from_that_day_on_and_the_others_stay_theirs(play: Any) -> None:
    async def story(town: Town) -> None:
        leaver = await make.officer(town.hq, town.station)
        soon, late = [NextStep("送る", TODAY + days * DAY, leaver.id) for days in (5, 20)]
        first = await make.encounter(town.officer, next_step=soon)
        second = await make.encounter(town.officer, body=await make.company(town.officer, "例示ガス"), next_step=late)
        leaves = {"version": leaver.version, "unit_id": town.other_station.id, "on": TODAY + 10 * DAY}
        await people.transfer(town.hq, leaver.id, **leaves)
        owners = {one.id: one.next_owner_id for one in await Encounter.all()}
        assert owners == {first.id: leaver.id, second.id: None}
        await people.arrive(NOW + 10 * DAY)
        assert (await Person.get(id=leaver.id)).unit_id == town.other_station.id
        assert {one.next_owner_id for one in await Encounter.all()} == {None}

    play(story)


# ------------------------------------------------------------------ what other departments do


def test_another_departments_encounter_is_a_warning_when_it_is_near_and_never_more_than_that(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        own = await make.encounter(town.officer, body=body)
        near, edge, far = [
            await make.encounter(town.hq, body=body, starts_at=own.starts_at - timedelta(days=days))
            for days in (3, 30, 31)
        ]
        another = await make.encounter(town.officer, body=body, starts_at=own.starts_at - 2 * DAY)
        near_in_time = [one.id for one in (near, edge, far, another) if encounters.is_elsewhere(one, own)]
        assert near_in_time == [near.id, edge.id]
        seen = {one.id for one in await encounters.traces_visible_to(town.officer)}
        assert seen == {one.id for one in (own, near, edge, far, another)}
        await encounters.cancel(town.hq, near.id, reason="二重の入力")
        assert near.id not in {one.id for one in await encounters.traces_visible_to(town.officer)}

    play(story)


def test_the_sides_are_told_apart(play: Any) -> None:
    async def story(town: Town) -> None:
        met = await make.encounter(town.officer)
        rows = await encounters.attendances_visible_to(town.officer).filter(encounter_id=met.id).order_by("id")
        assert [(row.side, row.police_unit_id, row.organization_id) for row in rows] == [
            (EncounterSide.POLICE, town.station.id, None),
            (EncounterSide.PARTNER, None, met.organization_id),
        ]

    play(story)
