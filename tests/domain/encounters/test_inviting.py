"""A planned encounter in calendars: who is asked, and what of each change they hear; without `invites` nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import calendar, encounters, incoming, organizations, replies
from domain.calendar import Appointment, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.encounters import Encounter, EncounterMember, EncounterStatus
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.incoming import Told
from domain.organizations import Contact, Organization
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = ("encounter-invitation", Method.REQUEST)


async def asked(town: Town, **over: Any) -> tuple[Encounter, Contact]:
    """A visit to which the officer and a contact of the body are asked."""
    contact = await make.contact(town.officer, await make.company(town.officer))
    whom = {"invites": True, "contact_ids": [contact.id], "place": "架空電力本社"}
    body = await Organization.get(id=contact.organization_id)
    return await make.planned_encounter(town.officer, body=body, **(whom | over)), contact


async def letters() -> list[tuple[str, Method | None]]:
    """All that were owed since this was asked last."""
    told = [(one.kind, one.method) for one in await Letter.filter(stamped_at=None).order_by("id")]
    await Letter.filter(stamped_at=None).update(stamped_at=datetime(2026, 7, 1, tzinfo=UTC))
    return told


async def date_of(encounter: Encounter) -> Appointment:
    return await Appointment.get(id=encounter.appointment_id)


def test_nobody_is_written_to_and_there_is_no_date_unless_that_is_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        planned = await make.planned_encounter(town.officer)
        assert planned.appointment_id is None
        body = await make.company(town.hq, "例示銀行")
        with pytest.raises(Invalid) as refused:
            await make.planned_encounter(town.hq, body=body, officer_ids=[town.officer.person_id])
        assert refused.value.field == "invites"
        for one in (Appointment, Attendee, Letter):
            assert not await one.exists()

    play(story)


def test_who_plans_it_and_whom_they_meet_get_it_into_their_calendars_without_its_purpose(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, contact = await asked(town, minutes=45)
        date = await date_of(planned)
        assert date.title == f"訪問（{town.station.name}・架空電力株式会社）"
        assert (date.ends_at - date.starts_at, date.place) == (timedelta(minutes=45), "架空電力本社")
        roles = {one.person_id: one.role for one in await Attendee.all()}
        assert roles == {contact.person_id: AttendeeRole.PARTICIPANT, town.officer.person_id: AttendeeRole.STAFF}
        assert await letters() == [ASKED, ASKED]
        letter = await Letter.get(person_id=contact.person_id)
        assert "備え" not in str(letter.facts), "the purpose is the desk's own note"
        [(seen, _)] = await calendar.ahead_of(contact.person_id, town.officer.now)
        assert seen.uid == date.uid

    play(story)


def test_at_another_time_everybody_is_asked_anew_under_the_same_uid_and_at_another_place_only_told(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, contact = await asked(town)
        guest, before = await Attendee.get(person_id=contact.person_id), await date_of(planned)
        await replies.answer_by_link(town.officer.now, guest.id, partstat=PartStat.ACCEPTED)
        await letters()
        planned = await encounters.correct(town.officer, planned.id, version=planned.version, place="例示会館")
        assert await letters() == [("encounter-changed", Method.REQUEST)] * 2
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.ACCEPTED
        later = planned.starts_at + DAY
        planned = await encounters.correct(town.officer, planned.id, version=planned.version, starts_at=later)
        assert await letters() == [("encounter-rescheduled", Method.REQUEST)] * 2
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.NEEDS_ACTION
        after = await date_of(planned)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 2)
        await encounters.correct(town.officer, planned.id, version=planned.version, purpose="備えを聞く。")
        assert await letters() == []

    play(story)


def test_what_is_called_off_or_took_place_on_another_day_goes_out_of_the_calendars(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, _ = await asked(town)
        await letters()
        await encounters.cancel(town.officer, planned.id, reason="先方の都合")
        assert await letters() == [("encounter-cancelled", Method.CANCEL)] * 2
        members = [EncounterMember(officer_id=town.officer.person_id), EncounterMember(job_title="課長")]
        told = {"outcome": "早めに会えた。", "members": members, "starts_at": town.officer.now - HOUR}
        body = await Organization.get(id=planned.organization_id)
        ahead = await make.planned_encounter(town.officer, body=body, invites=True)
        await letters()
        await encounters.report(town.officer, ahead.id, **told)
        assert await letters() == [("encounter-cancelled", Method.CANCEL)]
        for one in (planned, ahead):
            assert (await date_of(one)).status is AppointmentStatus.CANCELLED

    play(story)


def test_what_took_place_as_planned_stays_in_the_calendars_and_nobody_is_written_to(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, _ = await asked(town)
        await letters()
        after = make.at(town.officer, planned.starts_at + 2 * HOUR)
        members = [EncounterMember(officer_id=town.officer.person_id), EncounterMember(job_title="課長")]
        reported = await encounters.report(after, planned.id, outcome="備えは進んでいる。", members=members)
        assert reported.status is EncounterStatus.REPORTED
        assert (await date_of(planned)).status is AppointmentStatus.CONFIRMED
        assert await letters() == []

    play(story)


def test_only_the_bodys_own_contacts_are_asked_nobody_twice_and_nobody_to_what_is_reported(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, contact = await asked(town)
        bank = await make.company(town.officer, "例示銀行")
        stranger = await make.contact(town.officer, bank, mail_address="b@partner.example")
        with pytest.raises(Invalid, match="会う相手の団体"):
            await encounters.invite(town.officer, planned.id, contact_ids=[stranger.id])
        with pytest.raises(Conflict):
            await encounters.invite(town.officer, planned.id, contact_ids=[contact.id])
        with pytest.raises(Invalid):
            await encounters.invite(town.officer, planned.id)
        with pytest.raises(NotFound):
            await encounters.invite(town.other_officer, planned.id, officer_ids=[town.other_officer.person_id])
        reported = await make.encounter(town.officer, body=bank)
        with pytest.raises(WrongState):
            await encounters.invite(town.officer, reported.id, contact_ids=[stranger.id])
        assert await Attendee.all().count() == 2

    play(story)


def test_whoever_is_let_go_or_leaves_hears_so_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, contact = await asked(town)
        await letters()
        officer = await Attendee.get(person_id=town.officer.person_id)
        await encounters.uninvite(town.hq, planned.id, attendee_id=officer.id)
        assert await letters() == [("encounter-released", Method.CANCEL)]
        known = await Contact.get(id=contact.id)
        await organizations.retire_contact(town.hq, known.id, version=known.version, on=town.officer.today)
        assert not await Attendee.filter(removed_at=None).exists()

    play(story)


def test_a_counter_proposal_moves_the_encounter(play: Any) -> None:
    async def story(town: Town) -> None:
        planned, contact = await asked(town)
        date, soon = await date_of(planned), town.officer.now + HOUR
        address = (await Person.get(id=contact.person_id)).mail_address
        proposed = (date.starts_at + 2 * DAY, date.ends_at + 2 * DAY)
        said = {"sender": address, "attendee": address, "uid": date.uid, "sequence": date.sequence, "stamp": soon}
        told = Told("counter", soon, is_proven=True, method="COUNTER", proposed=proposed, **said)
        mail = await incoming.take_in(soon, told)
        assert mail is not None
        await incoming.accept_counter(make.at(town.officer, soon), mail.id)
        assert (await Encounter.get(id=planned.id)).starts_at == proposed[0]
        assert (await date_of(planned)).starts_at == proposed[0]

    play(story)
