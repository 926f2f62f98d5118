"""Answers: one state and one history, whichever way they come; and none where none is asked any more."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain import calendar, organizations, replies
from domain.actor import Role
from domain.calendar import (
    AnswerChannel,
    Appointment,
    AppointmentKind,
    Attendee,
    AttendeeRole,
    PartStat,
)
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.organizations import Contact
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

STARTS = NOW + timedelta(days=14)
HOUR = timedelta(hours=1)


async def asked(town: Town) -> Attendee:
    contact = await make.contact(town.officer, await make.company(town.officer))
    one = await calendar.propose(town.officer, AppointmentKind.CEREMONY, town.station, "締結式", STARTS, STARTS + HOUR)
    return await calendar.ask(town.officer, one, await Person.get(id=contact.person_id), AttendeeRole.PARTICIPANT)


async def known(attendee: Attendee) -> tuple[PartStat, AnswerChannel | None, str]:
    now = await Attendee.get(id=attendee.id)
    return now.partstat, now.channel, now.remark


def test_page_and_telephone_are_one_state_and_one_history(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED, remark="2名で伺います")
        assert await known(one) == (PartStat.ACCEPTED, AnswerChannel.PAGE, "2名で伺います")
        caller = make.at(town.officer, NOW + HOUR)
        await replies.note(caller, one.id, partstat=PartStat.DECLINED, remark="出張のため")
        assert await known(one) == (PartStat.DECLINED, AnswerChannel.PHONE, "出張のため")
        await replies.answer_by_link(NOW + 2 * HOUR, one.id, partstat=PartStat.TENTATIVE)
        assert await known(one) == (PartStat.TENTATIVE, AnswerChannel.PAGE, "")
        history = await Entry.filter(row_id=one.id, fact="attendee-answered").order_by("at")
        assert [(entry.after["partstat"], entry.person_id, entry.role) for entry in history] == [
            ("ACCEPTED", one.person_id, None),
            ("DECLINED", town.officer.person_id, Role.STATION_LIAISON),
            ("TENTATIVE", one.person_id, None),
        ]

    play(story)


@pytest.mark.parametrize("partstat", [PartStat.NEEDS_ACTION, PartStat.DELEGATED])
def test_only_yes_no_and_perhaps_are_answers(play: Any, partstat: PartStat) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        for attempt in (
            replies.answer_by_link(NOW, one.id, partstat=partstat),
            replies.note(town.officer, one.id, partstat=partstat),
        ):
            with pytest.raises(Invalid) as refused:
                await attempt
            assert refused.value.field == "partstat"
        assert await known(one) == (PartStat.NEEDS_ACTION, None, "")

    play(story)


@pytest.mark.parametrize("remark", ["長" * 501, "a\x00b", "\u202eabc"])
def test_a_remark_that_cannot_be_kept_is_refused_with_its_answer(play: Any, remark: str) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        with pytest.raises(Invalid) as refused:
            await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED, remark=remark)
        assert refused.value.field == "remark"
        assert await known(one) == (PartStat.NEEDS_ACTION, None, "")

    play(story)


def test_nothing_is_answered_that_is_cancelled_over_or_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        appointment = await Appointment.get(id=one.appointment_id)
        with pytest.raises(WrongState, match="すでに終わって"):
            await replies.answer_by_link(STARTS + HOUR, one.id, partstat=PartStat.ACCEPTED)
        await calendar.uninvite(town.officer, appointment, one)
        with pytest.raises(WrongState, match="取り消されて"):
            await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED)
        await calendar.ask(town.officer, appointment, await one.person, AttendeeRole.PARTICIPANT)
        await calendar.cancel(town.officer, appointment)
        for attempt in (
            replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED),
            replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED),
        ):
            with pytest.raises(WrongState, match="中止または延期"):
                await attempt
        assert await known(one) == (PartStat.NEEDS_ACTION, None, "")
        assert await Entry.filter(fact="attendee-answered").count() == 0

    play(story)


def test_until_its_end_a_date_takes_answers(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        await replies.answer_by_link(STARTS + HOUR - timedelta(seconds=1), one.id, partstat=PartStat.DECLINED)
        assert (await known(one))[0] is PartStat.DECLINED

    play(story)


def test_another_station_notes_no_answer_and_an_outsider_none_at_all(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        with pytest.raises(NotFound):
            await replies.note(town.other_officer, one.id, partstat=PartStat.ACCEPTED)
        with pytest.raises(NotAllowed):
            await replies.note(town.admin, one.id, partstat=PartStat.ACCEPTED)
        with pytest.raises(NotFound):
            await replies.answer_by_link(NOW, uuid4(), partstat=PartStat.ACCEPTED)
        assert await known(one) == (PartStat.NEEDS_ACTION, None, "")

    play(story)


def test_an_officer_who_has_read_an_older_answer_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED)
        with pytest.raises(Conflict):
            await replies.note(town.officer, one.id, partstat=PartStat.DECLINED, version=1)
        assert (await known(one))[0] is PartStat.ACCEPTED

    play(story)


def test_what_a_concept_refuses_takes_the_answer_back(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(*_: object) -> None:
        raise Conflict("定員です。")

    async def story(town: Town) -> None:
        one = await asked(town)
        monkeypatch.setitem(replies.LISTENERS, AppointmentKind.CEREMONY, deaf)
        with pytest.raises(Conflict):
            await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED)
        assert await known(one) == (PartStat.NEEDS_ACTION, None, "")

    play(story)


def test_the_link_of_a_contact_who_has_left_takes_no_answer_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await asked(town)
        contact = await Contact.get(person_id=one.person_id)
        leaving = NOW + timedelta(days=3)
        await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=leaving.date())
        await replies.answer_by_link(NOW, one.id, partstat=PartStat.TENTATIVE)
        before = await known(one)
        with pytest.raises(WrongState, match="ご担当から外れている"):
            await replies.answer_by_link(leaving, one.id, partstat=PartStat.ACCEPTED)
        assert await known(one) == before

    play(story)
