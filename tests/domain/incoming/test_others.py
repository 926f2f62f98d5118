"""Whoever was not invited gets no seat by a mail: an officer refuses them, or says yes to a delegate."""

from datetime import timedelta
from typing import Any

import pytest

from domain import activities, drills, incoming, organizations, replies
from domain.activities import ParticipationStatus
from domain.calendar import Appointment, Attendee, PartStat, sequence_for
from domain.drills import Participation, ParticipationReply
from domain.errors import Incomplete, NotAllowed, NotFound, WrongState
from domain.incoming import IncomingDoubt, IncomingKind, IncomingMail, IncomingStatus
from domain.incoming.sorting import MOST_AHEAD
from domain.organizations import Contact
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, Invitation, invitation, known
from tests.domain.lectures.giving import confirmed as confirmed_lecture
from tests.make import Town

CRASHER = "crasher@elsewhere.example"


async def uninvited(asked: Invitation, **over: Any) -> IncomingMail:
    mail = await asked.arrives(**({"sender": CRASHER, "attendee": CRASHER.upper()} | over))
    assert mail.doubt is IncomingDoubt.UNINVITED
    return mail


async def delegation(asked: Invitation, **over: Any) -> IncomingMail:
    mail = await asked.arrives(**({"partstat": "DELEGATED", "delegate": "new@partner.example"} | over))
    assert (mail.kind, mail.delegate) == (IncomingKind.DELEGATION, "new@partner.example")
    return mail


async def colleague(town: Town, asked: Invitation) -> Contact:
    body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
    return await make.contact(town.officer, body, family_name="試﨑", mail_address="new@partner.example")


def test_whoever_was_not_invited_gets_a_cancel_of_their_own_and_nobody_else_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await uninvited(asked, sequence=4)
        done = await incoming.refuse_uninvited(make.at(town.officer, SOON), mail.id, version=mail.version)
        assert done.status is IncomingStatus.DISMISSED
        _, letter = await Letter.all().order_by("id")
        assert (letter.method, letter.to_address, letter.person_id) == (Method.CANCEL, CRASHER.upper(), None)
        assert (letter.facts["uid"], letter.facts["sequence"], letter.facts["place"]) == (asked.date.uid, 5, "")
        assert not letter.gathers  # their calendar was never told of the date by us, and so would be told nothing
        after = await known(town, asked.drill)
        assert (after.date.version, after.attendee.version) == (asked.date.version, asked.attendee.version)
        assert await Attendee.all().count() == 1

    play(story)


@pytest.mark.parametrize("echoed", [0, 4, MOST_AHEAD])
def test_whoever_was_refused_and_then_is_invited_has_the_invitation_as_the_newer_word(play: Any, echoed: int) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await uninvited(asked, sequence=echoed)
        await incoming.refuse_uninvited(make.at(town.officer, SOON), mail.id)
        body = await make.company(town.officer, "見本信用金庫")
        contact = await make.contact(town.officer, body, mail_address=CRASHER)
        await drills.invite(make.at(town.officer, SOON), asked.drill.id, contact_id=contact.id)
        refusal, welcome = await Letter.filter(to_address__iexact=CRASHER).order_by("id")
        assert (refusal.method, welcome.method) == (Method.CANCEL, Method.REQUEST)
        assert welcome.facts["sequence"] > refusal.facts["sequence"] > echoed
        invited = await Attendee.get(person_id=contact.person_id)
        date = await Appointment.get(id=invited.appointment_id)
        assert sequence_for(date, invited) == welcome.facts["sequence"]
        assert date.sequence == asked.date.sequence

    play(story)


def test_whose_address_is_put_right_to_that_of_somebody_refused_is_told_what_is_newer(play: Any) -> None:
    """The stranger was the contact all along, who had answered from the mailbox that they really read."""

    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await uninvited(asked, sequence=4)
        officer = make.at(town.officer, SOON)
        await incoming.refuse_uninvited(officer, mail.id)
        contact = await Contact.get(person_id=asked.attendee.person_id)
        version = {"version": contact.version}
        await organizations.correct_contact(officer, contact.id, **version, mail_address=CRASHER)
        await drills.correct(officer, asked.drill.id, title="情報連絡訓練")
        refusal, put_right = await Letter.filter(to_address__iexact=CRASHER).order_by("id")
        assert (refusal.method, put_right.method) == (Method.CANCEL, Method.REQUEST)
        assert put_right.facts["sequence"] > refusal.facts["sequence"]
        after = await known(town, asked.drill)
        assert sequence_for(after.date, after.attendee) == put_right.facts["sequence"]
        mail = await after.arrives(SOON + timedelta(hours=1), sender=CRASHER, attendee=CRASHER)
        assert (mail.status, (await after.answer())[0]) == (IncomingStatus.APPLIED, PartStat.ACCEPTED)

    play(story)


@pytest.mark.parametrize("ahead", [MOST_AHEAD + 1, 2**31 - 1])
def test_a_version_that_we_never_wrote_is_no_echo_and_is_answered_by_nobody_but_an_officer(
    play: Any, ahead: int
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(sender=CRASHER, attendee=CRASHER, sequence=asked.date.sequence + ahead)
        assert (mail.doubt, mail.status) == (IncomingDoubt.UNUSUAL, IncomingStatus.WAITING)
        with pytest.raises(WrongState):
            await incoming.refuse_uninvited(make.at(town.officer, SOON), mail.id)
        assert await Letter.all().count() == 1
        assert (await incoming.dismiss(town.officer, mail.id)).status is IncomingStatus.DISMISSED

    play(story)


def test_whoever_shares_a_mailbox_with_somebody_let_go_gets_an_invitation_that_counts(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await drills.uninvite(town.officer, asked.drill.id, attendee_id=asked.attendee.id)
        body = await make.company(town.officer, "見本信用金庫")
        contact = await make.contact(town.officer, body, mail_address=ADDRESS)
        await drills.invite(town.officer, asked.drill.id, contact_id=contact.id)
        _, let_go, welcome = await Letter.filter(to_address=ADDRESS).order_by("id")
        assert (let_go.method, welcome.method) == (Method.CANCEL, Method.REQUEST)
        assert welcome.facts["sequence"] > let_go.facts["sequence"]

    play(story)


def test_whoever_was_not_invited_can_simply_be_put_aside(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await uninvited(asked)
        assert (await incoming.dismiss(town.officer, mail.id)).status is IncomingStatus.DISMISSED
        assert await Letter.all().count() == 1
        with pytest.raises(WrongState):
            await incoming.refuse_uninvited(town.officer, mail.id)

    play(story)


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"is_proven": False}, "招待していない人からの返事ではありません"),
        ({"uid": "unknown@renkei.example"}, "招待していない人からの返事ではありません"),
        ({"attendee": CRASHER}, "アドレスが違う"),
    ],
)
def test_nobody_is_refused_who_was_invited_or_for_whom_somebody_else_has_written(
    play: Any, over: dict[str, Any], message: str
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(**over)
        with pytest.raises(WrongState, match=message):
            await incoming.refuse_uninvited(town.hq, mail.id)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING
        assert await Letter.all().count() == 1

    play(story)


def test_what_is_over_is_refused_to_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await uninvited(asked)
        with pytest.raises(WrongState, match="すでに終わって"):
            await incoming.refuse_uninvited(make.at(town.officer, asked.date.ends_at), mail.id)
        assert await Letter.all().count() == 1

    play(story)


def test_a_delegate_has_no_seat_until_an_officer_has_said_yes_and_then_answers_for_themself(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        contact = await colleague(town, asked)
        mail = await delegation(asked)
        assert await Attendee.all().count() == 1
        assert await asked.answer() == (PartStat.NEEDS_ACTION, "")
        taken = await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, person_id=contact.person_id)
        assert taken.status is IncomingStatus.ACCEPTED
        stays, comes = await Attendee.all().order_by("id")
        assert (stays.partstat, stays.removed_at) == (PartStat.DELEGATED, None)
        assert (comes.person_id, comes.partstat) == (contact.person_id, PartStat.NEEDS_ACTION)
        [letter] = await Letter.filter(to_address="new@partner.example")
        assert (letter.kind, letter.method) == ("drill-invitation", Method.REQUEST)
        yes = asked.told(sender="new@partner.example", attendee="new@partner.example")
        assert (await incoming.take_in(SOON, yes) or mail).status is IncomingStatus.APPLIED
        assert (await Participation.get()).reply is ParticipationReply.ACCEPTED

    play(story)


def test_a_delegate_who_had_declined_is_asked_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        contact = await colleague(town, asked)
        await drills.invite(town.officer, asked.drill.id, contact_id=contact.id)
        declined = await Attendee.get(person_id=contact.person_id)
        await replies.answer_by_link(NOW, declined.id, partstat=PartStat.DECLINED)
        mail, before = await delegation(asked), await Letter.filter(to_address="new@partner.example").count()
        await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, person_id=contact.person_id)
        again = await Attendee.get(id=declined.id)
        assert (again.partstat, again.removed_at) == (PartStat.NEEDS_ACTION, None)
        *_, letter = await Letter.filter(to_address="new@partner.example").order_by("id")
        assert (letter.kind, letter.method) == ("drill-invitation", Method.REQUEST)
        assert await Letter.filter(to_address="new@partner.example").count() == before + 1

    play(story)


def test_a_colleague_whose_last_day_lies_ahead_may_stand_in(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        contact, mail = await colleague(town, asked), await delegation(asked)
        await Contact.filter(id=contact.id).update(until=asked.date.ends_at.date() + timedelta(days=30))
        await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, person_id=contact.person_id)
        assert (await Attendee.get(person_id=contact.person_id)).partstat is PartStat.NEEDS_ACTION

    play(story)


def test_to_an_address_that_nobody_vouches_for_no_refusal_tells_the_date(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(sender=CRASHER, attendee=CRASHER, is_proven=False)
        assert mail.doubt is IncomingDoubt.UNPROVEN
        with pytest.raises(WrongState, match="差出人を確かめられない"):
            await incoming.refuse_uninvited(make.at(town.officer, SOON), mail.id)
        assert not await Letter.filter(to_address=CRASHER).exists()
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING

    play(story)


def test_a_lecturer_lets_a_colleague_give_the_lecture(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed_lecture(town)
        date = await Appointment.get(id=lecture.appointment_id)
        instead = await make.officer(town.admin, town.station, mail_address="new@partner.example")
        lecturer = await Attendee.get(appointment_id=date.id, person_id=town.officer.person_id)
        mail = await delegation(Invitation(town, lecture, date, lecturer), **await as_(lecturer))  # type: ignore[arg-type]
        await incoming.accept_delegation(make.at(town.hq, SOON), mail.id, person_id=instead.id)
        assert (await Attendee.get(id=lecturer.id)).busy_from is None
        assert (await Attendee.get(person_id=instead.id)).busy_from == date.starts_at

    play(story)


def test_a_volunteer_lets_another_come(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await make.activity(town.officer, capacity=1)
        first, second = [await make.volunteer(town, family_name=name) for name in ("髙見本", "試﨑")]
        await activities.register(town.officer, activity.id, volunteer_ids=[first.id])
        date = await Appointment.get(id=activity.appointment_id)
        going = await Attendee.get(person_id=first.person_id)
        mail = await delegation(Invitation(town, activity, date, going), **await as_(going))  # type: ignore[arg-type]
        await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, person_id=second.person_id)
        parts = await activities.participations_visible_to(town.officer).order_by("id")
        assert [part.status for part in parts] == [ParticipationStatus.DECLINED, ParticipationStatus.REQUESTED]

    play(story)


async def as_(attendee: Attendee) -> dict[str, str]:
    address = (await Person.get(id=attendee.person_id)).mail_address
    return {"sender": address, "attendee": address}


def test_only_a_colleague_of_whoever_was_invited_stands_in_for_them(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        stranger = await make.contact(town.officer, await make.company(town.officer, "見本信用金庫"))
        mail = await delegation(asked)
        for person_id, message in ((stranger.person_id, "同じ団体"), (asked.attendee.person_id, "招待した本人")):
            with pytest.raises(Incomplete, match=message) as refused:
                await incoming.accept_delegation(town.officer, mail.id, person_id=person_id)
            assert refused.value.field == "person_id"
        assert await Attendee.all().count() == 1
        assert await asked.answer() == (PartStat.NEEDS_ACTION, "")
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING

    play(story)


def test_a_mail_without_a_delegate_of_somebody_invited_seats_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        contact = await colleague(town, asked)
        for mail in (await asked.arrives(is_proven=False), await uninvited(asked, partstat="DELEGATED")):
            with pytest.raises(WrongState, match="代理の申出がありません"):
                await incoming.accept_delegation(town.hq, mail.id, person_id=contact.person_id)
        assert await Attendee.all().count() == 1

    play(story)


def test_only_officers_of_the_unit_and_above_decide_on_others(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        contact, mails = await colleague(town, asked), (await uninvited(asked), await delegation(asked))
        for actor, refusal in ((town.statistician, NotAllowed), (town.other_officer, NotFound)):
            with pytest.raises(refusal):
                await incoming.refuse_uninvited(actor, mails[0].id)
            with pytest.raises(refusal):
                await incoming.accept_delegation(actor, mails[1].id, person_id=contact.person_id)
        assert await Attendee.all().count() == 1
        assert await Letter.filter(to_address=ADDRESS).count() == await Letter.all().count() == 1

    play(story)
