"""Somebody proposes another date: an officer moves it by the usual verb, or says no to whoever proposed it alone."""

from datetime import timedelta
from typing import Any

import pytest

from domain import activities, drills, gathering, incoming, lectures
from domain.activities import ParticipationStatus
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import DrillStatus
from domain.errors import NotAllowed, NotFound, WrongState
from domain.incoming import IncomingKind, IncomingMail, IncomingStatus, Told
from domain.lectures import LectureStatus
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import SOON, Invitation, invitation, known
from tests.domain.lectures.giving import confirmed as confirmed_lecture
from tests.make import Town

HOUR = timedelta(hours=1)
THEN = NOW + timedelta(days=40)
PROPOSED = (THEN, THEN + 2 * HOUR)


async def proposal(asked: Invitation, **over: Any) -> IncomingMail:
    return await asked.arrives(**({"method": "COUNTER", "partstat": "TENTATIVE", "proposed": PROPOSED} | over))


async def from_whoever_is_asked(date: Appointment, person_id: Any) -> IncomingMail:
    """A proposal for a date of any kind."""
    address = (await Person.get(id=person_id)).mail_address
    said = {"sender": address, "attendee": address, "uid": date.uid, "sequence": date.sequence, "stamp": SOON}
    told = Told(str(date.id), SOON, is_proven=True, method="COUNTER", proposed=PROPOSED, **said)
    mail = await incoming.take_in(SOON, told)
    assert mail is not None
    assert mail.kind is IncomingKind.PROPOSAL
    return mail


async def when(date: Appointment) -> tuple[Any, Any, int]:
    now = await Appointment.get(id=date.id)
    return now.starts_at, now.ends_at, now.sequence


async def since(before: int) -> list[tuple[str, Method | None]]:
    return [(one.kind, one.method) for one in (await Letter.all().order_by("id"))[before:]]


def test_a_proposal_that_is_accepted_moves_the_drill_and_asks_everybody_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail, before = await proposal(asked), await Letter.all().count()
        taken = await incoming.accept_counter(make.at(town.officer, SOON), mail.id, version=mail.version)
        assert taken.status is IncomingStatus.ACCEPTED
        after = await known(town, asked.drill)
        assert await when(after.date) == (*PROPOSED, asked.date.sequence + 1)
        assert (after.drill.status, after.attendee.partstat) == (DrillStatus.PLANNING, PartStat.NEEDS_ACTION)
        assert await since(before) == [("drill-rescheduled", Method.REQUEST)]
        assert (await Letter.get(kind="drill-rescheduled")).facts[
            "reason"
        ] == "参加される方から日時変更のお申し出があったため"

    play(story)


def test_a_firm_lecture_is_put_off_to_the_date_that_its_teacher_proposes(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed_lecture(town)
        date = await Appointment.get(id=lecture.appointment_id)
        host = await Attendee.exclude(person_id=town.officer.person_id).get(appointment_id=date.id)
        mail, before = await from_whoever_is_asked(date, host.person_id), await Letter.all().count()
        await incoming.accept_counter(make.at(town.officer, SOON), mail.id, reason="学校の都合")
        assert await when(date) == (*PROPOSED, date.sequence + 1)
        after = await lectures.visible_to(town.officer).get(id=lecture.id)
        assert (after.status, after.reason) == (LectureStatus.COORDINATING, "学校の都合")
        assert {method for _, method in await since(before)} == {Method.REQUEST}

    play(story)


def test_an_activity_is_moved_to_the_date_that_a_volunteer_proposes(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer, activity = await make.volunteer(town), await make.activity(town.officer)
        await activities.register(town.officer, activity.id, volunteer_ids=[volunteer.id])
        date = await Appointment.get(id=activity.appointment_id)
        mail = await from_whoever_is_asked(date, volunteer.person_id)
        await incoming.accept_counter(make.at(town.officer, SOON), mail.id)
        assert await when(date) == (*PROPOSED, date.sequence + 1)
        [part] = await activities.participations_visible_to(town.officer)
        assert part.status is ParticipationStatus.REQUESTED

    play(story)


def test_a_proposal_that_is_declined_leaves_the_date_and_tells_its_author_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        first = await Attendee.filter(appointment_id=drill.appointment_id).order_by("id").first()
        assert first is not None
        date = await Appointment.get(id=drill.appointment_id)
        asked = Invitation(town, drill, date, first)
        mail, before = await proposal(asked), await when(date)
        declined = await incoming.decline_counter(make.at(town.officer, SOON), mail.id, reason="会場の都合")
        assert declined.status is IncomingStatus.DISMISSED
        assert await when(date) == before
        [letter] = await Letter.filter(kind="counter-declined")
        assert (letter.method, letter.to_address) == (Method.DECLINECOUNTER, "contact1@partner.example")
        assert (letter.facts["reason"], letter.facts["uid"]) == ("会場の都合", date.uid)
        assert await asked.answer() == (PartStat.NEEDS_ACTION, "")

    play(story)


def test_two_proposals_that_are_declined_are_two_letters(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        for hours in (1, 2):
            mail = await proposal(asked, proposed=(THEN + hours * HOUR, THEN + (hours + 1) * HOUR))
            await incoming.decline_counter(make.at(town.officer, SOON), mail.id)
        assert await Letter.filter(kind="counter-declined").count() == 2

    play(story)


def test_a_refusal_neither_waits_for_other_news_nor_makes_the_calendar_forget_the_date(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await gathering.settle(NOW)
        await incoming.decline_counter(make.at(town.officer, SOON), (await proposal(asked)).id)
        refusal = await Letter.get(kind="counter-declined")
        assert not refusal.gathers
        await drills.call_off(make.at(town.officer, SOON + HOUR), asked.drill.id, reason="荒天のため")
        await gathering.settle(SOON + HOUR)
        last = await Letter.get(kind="drill-cancelled")
        assert (last.method, last.gathers, last.spared_at) == (Method.CANCEL, False, None)

    play(story)


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"proposed": None}, "別の日時がありません"),
        ({"method": "REPLY", "partstat": "ACCEPTED", "is_proven": False}, "日時の変更の申出がありません"),
        ({"attendee": "other@partner.example"}, "日時の変更の申出がありません"),
    ],
)
def test_what_proposes_no_date_in_the_name_of_somebody_invited_moves_nothing(
    play: Any, over: dict[str, Any], message: str
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await proposal(asked, **over)
        with pytest.raises(WrongState, match=message):
            await incoming.accept_counter(town.hq, mail.id)
        assert await when(asked.date) == (asked.date.starts_at, asked.date.ends_at, asked.date.sequence)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING

    play(story)


def test_what_the_drill_itself_refuses_is_refused_to_the_proposal_too(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        past, called_off = await proposal(asked, proposed=(NOW - 2 * HOUR, NOW - HOUR)), await proposal(asked)
        with pytest.raises(Exception, match="これからの日時"):
            await incoming.accept_counter(town.officer, past.id)
        await drills.call_off(town.officer, asked.drill.id, reason="荒天のため")
        before = await Letter.all().count()
        for decide in (incoming.accept_counter, incoming.decline_counter):
            with pytest.raises(WrongState):
                await decide(town.officer, called_off.id)
        assert await Letter.all().count() == before
        assert await IncomingMail.filter(status=IncomingStatus.WAITING).count() == 2

    play(story)


def test_only_officers_of_the_unit_and_above_decide_on_a_proposal(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await proposal(asked)
        for decide in (incoming.accept_counter, incoming.decline_counter):
            with pytest.raises(NotAllowed):
                await decide(town.statistician, mail.id)
            with pytest.raises(NotFound):
                await decide(town.other_officer, mail.id)
        assert await when(asked.date) == (asked.date.starts_at, asked.date.ends_at, asked.date.sequence)
        assert await Letter.all().count() == 1

    play(story)
