"""Organisations are invited to a drill and answer; the drill is made firm."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from domain import drills, organizations, replies
from domain.actor import Role
from domain.calendar import AppointmentStatus, Attendee, PartStat
from domain.drills import DrillStatus, Participation, ParticipationReply, ParticipationRole
from domain.drills.participation import taken_together
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import Contact
from domain.outbox import Letter, Method
from tests import make
from tests.domain.drills.asking import (
    answer,
    appointment_of,
    attendee_of,
    confirmed,
    everything,
    finished,
    fresh,
    last_letter,
    letters,
    participation_of,
)
from tests.make import Town


async def colleague(town: Town, contact: Contact) -> Contact:
    """Another person of the same organisation."""
    body = await organizations.Organization.get(id=contact.organization_id)
    return await make.contact(town.officer, body, family_name="見本", mail_address="second@partner.example")


def test_the_first_invitation_ends_the_planning_and_asks_by_mail(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, reply_by=date(2026, 7, 15))
        [contact] = await make.invited(town.officer, drill, planned_count=4, role=ParticipationRole.CO_HOST)
        assert (await fresh(drill)).status is DrillStatus.INVITING
        participation = await participation_of(contact)
        assert (participation.role, participation.planned_count) == (ParticipationRole.CO_HOST, 4)
        assert participation.reply is ParticipationReply.AWAITED
        letter = await last_letter()
        assert (letter.kind, letter.method) == ("drill-invitation", Method.REQUEST)
        assert letter.facts["uid"] == (await appointment_of(drill)).uid
        assert letter.facts["reply_by"] == "令和８年７月15日（水）"
        assert letter.facts["partstat"] == PartStat.NEEDS_ACTION

    play(story)


def test_each_letter_names_its_own_recipient_only(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        first, second = await Letter.all().order_by("owed_at", "id")
        assert (first.to_address, second.to_address) == ("contact1@partner.example", "contact2@partner.example")
        assert "見本信用金庫" not in str(first.facts)
        assert "架空電力" not in str(second.facts)

    play(story)


def test_whoever_is_invited_already_is_not_invited_again(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        before = await everything()
        with pytest.raises(Conflict):
            await drills.invite(town.officer, drill.id, contact_id=contact.id)
        assert await everything() == before

    play(story)


def test_of_two_officers_who_invite_the_same_contact_at_once_one_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contact = await make.contact(town.officer, await make.company(town.officer))
        tries = [drills.invite(who, drill.id, contact_id=contact.id) for who in (town.officer, town.hq)]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Drill"]
        assert (await Attendee.all().count(), await Letter.all().count()) == (1, 1)

    play(story)


@pytest.mark.parametrize(("lacking", "field"), [({"objectives": []}, "objectives"), ({"place": ""}, "place")])
def test_nobody_is_invited_without_an_objective_or_a_place(play: Any, lacking: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, **lacking)
        contact = await make.contact(town.officer, await make.company(town.officer))
        before = await everything()
        with pytest.raises(Incomplete) as refused:
            await drills.invite(town.officer, drill.id, contact_id=contact.id)
        assert refused.value.field == field
        assert await everything() == before
        await drills.correct(town.officer, drill.id, objectives=["通報"], online_url="https://meet.example/a")
        assert (await drills.invite(town.officer, drill.id, contact_id=contact.id)).status is DrillStatus.INVITING

    play(story)


def test_nobody_is_invited_to_a_drill_that_has_begun_by_its_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contact = await make.contact(town.officer, await make.company(town.officer))
        before = await everything()
        with pytest.raises(Invalid):
            await drills.invite(make.at(town.officer, drill.starts_at), drill.id, contact_id=contact.id)
        assert await everything() == before

    play(story)


def test_nobody_is_invited_to_a_draft_or_a_drill_that_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        over, [contact] = await finished(town)
        draft = await drills.plan(
            town.officer,
            title="秋の訓練",
            format=over.format,
            threat=over.threat,
            starts_at=over.starts_at,
            ends_at=over.starts_at + timedelta(hours=1),
        )
        second = await colleague(town, contact)
        before = await everything()
        for drill in (over, draft):
            with pytest.raises(WrongState, match="調整・案内中・確定"):
                await drills.invite(town.officer, drill.id, contact_id=second.id)
        assert await everything() == before

    play(story)


def test_a_contact_who_has_left_or_whose_firm_is_gone_is_not_invited(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        body = await make.company(town.officer)
        left, stays = await make.contact(town.officer, body), await make.contact(town.officer, body)
        await organizations.retire_contact(town.officer, left.id, version=1, on=town.officer.today)
        before = await everything()
        with pytest.raises(Invalid) as person_gone:
            await drills.invite(town.officer, drill.id, contact_id=left.id)
        assert await everything() == before
        await organizations.retire(town.officer, body.id, version=1, on=town.officer.today)
        before = await everything()
        with pytest.raises(Invalid) as body_gone:
            await drills.invite(town.officer, drill.id, contact_id=stays.id)
        assert await everything() == before
        assert {person_gone.value.field, body_gone.value.field} == {"contact_id"}

    play(story)


def test_another_stations_contact_is_not_found(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        theirs = await make.contact(town.other_officer, await make.company(town.other_officer))
        before = await everything()
        with pytest.raises(NotFound) as refused:
            await drills.invite(town.officer, drill.id, contact_id=theirs.id)
        assert refused.value.field == "contact_id"
        assert await everything() == before

    play(story)


def test_more_people_than_places_are_not_invited(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, capacity=5)
        [first] = await make.invited(town.officer, drill, planned_count=3)
        body = await make.company(town.officer, "見本信用金庫")
        second = await make.contact(town.officer, body)
        before = await everything()
        with pytest.raises(Conflict, match="定員の5人") as refused:
            await drills.invite(town.officer, drill.id, contact_id=second.id, planned_count=3)
        with pytest.raises(Conflict):
            await drills.correct_participation(town.officer, (await participation_of(first)).id, planned_count=6)
        with pytest.raises(Conflict):
            await drills.correct(town.officer, drill.id, capacity=2)
        assert refused.value.field == "planned_count"
        assert await everything() == before
        await answer(town, first, PartStat.DECLINED)
        await drills.invite(town.officer, drill.id, contact_id=second.id, planned_count=3)

    play(story)


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_planned_count_that_cannot_be_is_refused(play: Any, count: int) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        second = await colleague(town, contact)
        before = await everything()
        with pytest.raises(Invalid) as invited:
            await drills.invite(town.officer, drill.id, contact_id=second.id, planned_count=count)
        participation = await participation_of(contact)
        with pytest.raises(Invalid) as corrected:
            await drills.correct_participation(town.officer, participation.id, planned_count=count)
        assert {invited.value.field, corrected.value.field} == {"planned_count"}
        assert await everything() == before

    play(story)


def test_a_second_person_of_a_firm_leaves_its_part_as_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill, planned_count=4, role=ParticipationRole.OBSERVER)
        second = await colleague(town, contact)
        await drills.invite(town.officer, drill.id, contact_id=second.id)
        participation = await Participation.get(drill_id=drill.id)
        assert (participation.planned_count, participation.role) == (4, ParticipationRole.OBSERVER)
        assert await Attendee.all().count() == 2

    play(story)


@pytest.mark.parametrize(
    ("answers", "reply"),
    [
        ([], ParticipationReply.WITHDRAWN),
        ([PartStat.NEEDS_ACTION, PartStat.DECLINED], ParticipationReply.AWAITED),
        ([PartStat.DELEGATED], ParticipationReply.AWAITED),
        ([PartStat.TENTATIVE, PartStat.NEEDS_ACTION], ParticipationReply.TENTATIVE),
        ([PartStat.DECLINED, PartStat.ACCEPTED, PartStat.TENTATIVE], ParticipationReply.ACCEPTED),
        ([PartStat.DECLINED, PartStat.DECLINED], ParticipationReply.DECLINED),
    ],
)
def test_one_who_comes_is_enough(answers: list[PartStat], reply: ParticipationReply) -> None:
    assert taken_together(answers) is reply


def test_a_firms_part_follows_the_answers_of_its_people_by_link_and_by_telephone(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        first, other = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        second = await colleague(town, first)
        await drills.invite(town.officer, drill.id, contact_id=second.id)
        await answer(town, first, PartStat.DECLINED)
        assert (await participation_of(first)).reply is ParticipationReply.AWAITED
        await replies.note(town.officer, (await attendee_of(second)).id, partstat=PartStat.ACCEPTED)
        assert (await participation_of(first)).reply is ParticipationReply.ACCEPTED
        await answer(town, second, PartStat.DECLINED)
        assert (await participation_of(first)).reply is ParticipationReply.DECLINED
        assert (await participation_of(other)).reply is ParticipationReply.AWAITED

    play(story)


def test_two_answers_of_one_firm_at_once_are_both_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [first] = await make.invited(town.officer, drill)
        second = await colleague(town, first)
        await drills.invite(town.officer, drill.id, contact_id=second.id)
        await asyncio.gather(answer(town, first, PartStat.DECLINED), answer(town, second, PartStat.DECLINED))
        assert (await participation_of(first)).reply is ParticipationReply.DECLINED

    play(story)


def test_an_invitation_is_taken_back_from_one_and_stands_for_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        first, other = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        before = await appointment_of(drill)
        await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(first)).id)
        after = await appointment_of(drill)
        assert (after.uid, after.sequence) == (before.uid, before.sequence)
        assert after.status is AppointmentStatus.TENTATIVE
        assert (await letters())[2:] == [("drill-released", Method.CANCEL, "contact1@partner.example")]
        assert (await last_letter()).facts["sequence"] == after.sequence + 1
        assert (await participation_of(first)).reply is ParticipationReply.WITHDRAWN
        assert (await participation_of(other)).reply is ParticipationReply.AWAITED

    play(story)


def test_a_removed_contact_is_not_told_again(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [first, _] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(first)).id)
        told = len(await letters())
        later = drill.starts_at + timedelta(days=7)
        await drills.correct(town.officer, drill.id, place="見本市民会館")
        await drills.postpone(
            town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        await drills.call_off(town.officer, drill.id, reason="大雨")
        assert [address for _, _, address in (await letters())[told:]] == ["contact2@partner.example"] * 3

    play(story)


def test_a_removed_contact_is_not_removed_twice_and_can_be_invited_again(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill, planned_count=3)
        await answer(town, contact)
        attendee = await attendee_of(contact)
        await drills.uninvite(town.officer, drill.id, attendee_id=attendee.id)
        before = await everything()
        with pytest.raises(WrongState):
            await drills.uninvite(town.officer, drill.id, attendee_id=attendee.id)
        assert await everything() == before
        await drills.invite(town.officer, drill.id, contact_id=contact.id)
        again = await attendee_of(contact)
        assert (again.id, again.partstat, again.answered_at) == (attendee.id, PartStat.NEEDS_ACTION, None)
        participation = await participation_of(contact)
        assert (participation.reply, participation.planned_count) == (ParticipationReply.AWAITED, 3)
        assert [method for _, method, _ in await letters()] == [Method.REQUEST, Method.CANCEL, Method.REQUEST]

    play(story)


def test_somebody_of_another_drill_is_not_found_when_uninvited(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, other = await make.drill(town.officer), await make.drill(town.officer)
        [contact] = await make.invited(town.officer, other)
        before = await everything()
        with pytest.raises(NotFound):
            await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(contact)).id)
        assert await everything() == before

    play(story)


def test_a_confirmed_drill_raises_the_sequence_and_tells_everybody(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        first, _ = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        await answer(town, first)
        await drills.confirm(town.officer, drill.id)
        appointment = await appointment_of(drill)
        assert (appointment.sequence, appointment.status) == (1, AppointmentStatus.CONFIRMED)
        assert (await fresh(drill)).status is DrillStatus.CONFIRMED
        assert (await letters())[2:] == [
            ("drill-confirmed", Method.REQUEST, "contact1@partner.example"),
            ("drill-confirmed", Method.REQUEST, "contact2@partner.example"),
        ]
        assert [letter.facts["sequence"] for letter in await Letter.filter(kind="drill-confirmed")] == [1, 1]

    play(story)


def test_a_drill_to_which_nobody_comes_is_not_confirmed(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        await answer(town, contact, PartStat.TENTATIVE)
        before = await everything()
        with pytest.raises(Incomplete):
            await drills.confirm(town.officer, drill.id)
        assert await everything() == before

    play(story)


def test_inviting_does_not_resume_where_nobody_is_invited(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        before = await everything()
        with pytest.raises(Incomplete):
            await drills.resume_inviting(town.officer, drill.id)
        assert await everything() == before

    play(story)


def test_the_part_of_a_firm_is_corrected_with_its_version(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        participation = await participation_of(contact)
        await drills.correct_participation(town.officer, participation.id, planned_count=5, version=1)
        before = await everything()
        with pytest.raises(Conflict, match="ほかの人が先に"):
            await drills.correct_participation(town.hq, participation.id, planned_count=6, version=1)
        assert await everything() == before
        assert (await participation_of(contact)).planned_count == 5
        assert (await participation_of(contact)).role is ParticipationRole.TRAINEE

    play(story)


def test_a_contact_without_an_address_is_invited_by_telephone(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contact = await make.contact(town.officer, await make.company(town.officer), mail_address="")
        await drills.invite(town.officer, drill.id, contact_id=contact.id)
        assert await letters() == []
        await replies.note(town.officer, (await attendee_of(contact)).id, partstat=PartStat.ACCEPTED)
        assert (await participation_of(contact)).reply is ParticipationReply.ACCEPTED

    play(story)


def test_a_partner_does_not_invite(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        before = await everything()
        with pytest.raises(NotAllowed):
            await drills.invite(partner, drill.id, contact_id=contact.id)
        assert await everything() == before

    play(story)
