"""広報啓発 in calendars: who is asked, and what of each change the others hear."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import calendar, incoming, organizations, outreach, people, replies
from domain.actor import Role
from domain.calendar import Appointment, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, Invalid, NotFound, WrongState
from domain.incoming import Told
from domain.organizations import Contact
from domain.outbox import Letter, Method
from domain.outreach import CoHosting, OutreachEvent, OutreachHost, OutreachTheme
from domain.people import Person
from tests import make
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = ("outreach-invitation", Method.REQUEST)


async def asked(town: Town, **over: Any) -> tuple[OutreachEvent, Contact]:
    """An event to which a contact of an insurer and the officer are asked."""
    contact = await make.contact(town.officer, await make.company(town.officer, "見本損害保険株式会社"))
    hosts = [CoHosting(contact.organization_id)]
    event = await make.outreach_event(town.officer, hosts=hosts, **over)
    whom = {"contact_ids": [contact.id], "officer_ids": [town.officer.person_id]}
    return await outreach.invite(town.officer, event.id, **whom), contact


async def letters() -> list[tuple[str, Method | None]]:
    """All that were owed since this was asked last."""
    told = [(one.kind, one.method) for one in await Letter.filter(stamped_at=None).order_by("id")]
    await Letter.filter(stamped_at=None).update(stamped_at=datetime(2026, 7, 1, tzinfo=UTC))
    return told


async def sequence(event: OutreachEvent) -> int:
    return (await Appointment.get(id=event.appointment_id)).sequence


def test_officers_and_contacts_of_the_bodies_in_it_get_the_date_into_their_calendars(play: Any) -> None:
    async def story(town: Town) -> None:
        event, contact = await asked(town)
        roles = {one.person_id: one.role for one in await Attendee.all()}
        assert roles == {contact.person_id: AttendeeRole.PARTICIPANT, town.officer.person_id: AttendeeRole.STAFF}
        letter = await Letter.get(person_id=contact.person_id)
        assert (letter.kind, letter.method) == ASKED
        assert (letter.facts["theme"], letter.facts["audience"]) == ("中小企業支援", "中小企業")
        assert await letters() == [ASKED, ASKED]

    play(story)


def test_whoever_is_to_come_is_asked_and_sees_the_date_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        event, _ = await asked(town)
        body = await make.company(town.officer, "株式会社例示商店")
        guest = await make.contact(town.officer, body, mail_address="b@partner.example")
        await outreach.invite(town.officer, event.id, contact_ids=[guest.id])
        letter = await Letter.get(person_id=guest.person_id)
        assert (letter.kind, letter.method) == ASKED
        assert "見本損害保険" not in str(letter.facts)
        partner = make.outsider(town.officer, Role.PARTNER, guest)
        assert await calendar.visible_to(partner).count() == 1
        assert await outreach.visible_to(partner).count() == 0
        assert await outreach.hosts_visible_to(partner).count() == 0
        assert await OutreachHost.filter(event_id=event.id).count() == 1, "it has no part in it"

    play(story)


def test_nobody_is_asked_whom_the_desk_does_not_know_nor_without_a_place_nor_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        event, contact = await asked(town)
        theirs = await make.company(town.other_officer, "例題ガス株式会社")
        stranger = await make.contact(town.other_officer, theirs, mail_address="b@partner.example")
        with pytest.raises(NotFound) as refused:
            await outreach.invite(town.officer, event.id, contact_ids=[stranger.id])
        assert refused.value.field == "contact_ids"
        with pytest.raises(Conflict):
            await outreach.invite(town.officer, event.id, contact_ids=[contact.id])
        with pytest.raises(NotFound):
            await outreach.invite(town.officer, event.id, officer_ids=[contact.person_id])
        with pytest.raises(Invalid):
            await outreach.invite(town.officer, event.id)
        nowhere = await make.outreach_event(town.officer, title="場所未定", place="")
        with pytest.raises(Incomplete):
            await outreach.invite(town.officer, nowhere.id, officer_ids=[town.officer.person_id])
        assert await Attendee.all().count() == 2
        assert await Letter.all().count() == 2

    play(story)


def test_at_another_time_everybody_is_asked_again_and_at_another_place_only_told(play: Any) -> None:
    async def story(town: Town) -> None:
        event, contact = await asked(town)
        guest = await Attendee.get(person_id=contact.person_id)
        await replies.answer_by_link(town.officer.now, guest.id, partstat=PartStat.ACCEPTED)
        await letters()
        when = {"starts_at": event.starts_at, "ends_at": event.starts_at + 2 * HOUR}
        before = await sequence(event)
        await outreach.reschedule(town.officer, event.id, **when, place="例示会館")
        assert await letters() == [("outreach-changed", Method.REQUEST)] * 2
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.ACCEPTED
        later = {"starts_at": event.starts_at + DAY, "ends_at": event.starts_at + DAY + HOUR}
        await outreach.reschedule(town.officer, event.id, **later, reason="会場の都合")
        assert await letters() == [("outreach-rescheduled", Method.REQUEST)] * 2
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.NEEDS_ACTION
        assert await sequence(event) == before + 2
        await outreach.reschedule(town.officer, event.id, **later)
        assert await letters() == []

    play(story)


def test_what_it_is_called_and_is_about_is_told_under_the_same_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        event, _ = await asked(town)
        before = await sequence(event)
        await letters()
        event = await outreach.correct(town.officer, event.id, version=event.version, title="備えのセミナー")
        event = await outreach.correct(town.officer, event.id, version=event.version, theme=OutreachTheme.IOT)
        assert await letters() == [("outreach-changed", Method.REQUEST)] * 4
        await outreach.correct(town.officer, event.id, version=event.version, remarks="資料は署で印刷する。")
        assert await letters() == []
        assert await sequence(event) == before

    play(story)


def test_whoever_is_let_go_hears_so_alone_and_an_end_is_told_to_all(play: Any) -> None:
    async def story(town: Town) -> None:
        event, contact = await asked(town)
        await letters()
        with pytest.raises(Conflict, match="先に招待を取り消して"):
            await outreach.remove_host(town.officer, (await OutreachHost.get()).id)
        guest = await Attendee.get(person_id=contact.person_id)
        await outreach.uninvite(town.officer, event.id, attendee_id=guest.id)
        assert await letters() == [("outreach-released", Method.CANCEL)]
        with pytest.raises(WrongState):
            await outreach.uninvite(town.officer, event.id, attendee_id=guest.id)
        await outreach.remove_host(town.officer, (await OutreachHost.get()).id)
        await outreach.cancel(town.officer, event.id, reason="荒天が見込まれるため")
        assert await letters() == [("outreach-cancelled", Method.CANCEL)]

    play(story)


def test_whoever_leaves_serves_no_more_and_whoever_had_asked_them_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        event, contact = await asked(town)
        guest = await Attendee.get(person_id=contact.person_id)
        await replies.answer_by_link(town.officer.now, guest.id, partstat=PartStat.ACCEPTED)
        await letters()
        today = town.officer.today
        await organizations.retire_contact(town.hq, contact.id, version=(await Contact.get()).version, on=today)
        assert ("attendee-lost", None) in await letters()
        officer = await Person.get(id=town.officer.person_id)
        await people.retire(town.hq, officer.id, version=officer.version, on=today)
        assert not await Attendee.filter(removed_at=None).exists()
        assert (await OutreachEvent.get()).version > event.version

    play(story)


def test_a_counter_proposal_moves_the_event_with_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        day = town.officer.today + 21 * DAY
        event, contact = await asked(town, lasts_until=day + 7 * DAY)
        date, soon = await Appointment.get(id=event.appointment_id), town.officer.now + HOUR
        address = (await Person.get(id=contact.person_id)).mail_address
        proposed = (date.starts_at + 2 * DAY, date.ends_at + 2 * DAY)
        said = {"sender": address, "attendee": address, "uid": date.uid, "sequence": date.sequence, "stamp": soon}
        told = Told("counter", soon, is_proven=True, method="COUNTER", proposed=proposed, **said)
        mail = await incoming.take_in(soon, told)
        assert mail is not None
        await incoming.accept_counter(make.at(town.officer, soon), mail.id)
        event = await OutreachEvent.get()
        assert (event.starts_at, event.lasts_until) == (proposed[0], day + 9 * DAY)

    play(story)
