"""締結式 in calendars: who is asked, what of each change the others hear, and what the signing makes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import agreements, people, replies
from domain.agreements import Agreement, AgreementStatus, CeremonyStatus, SigningCeremony
from domain.calendar import Appointment, Attendee, AttendeeRole, PartStat
from domain.calendar import AppointmentStatus as DateStatus
from domain.errors import Conflict, Incomplete, Invalid, NotFound, WrongState
from domain.organizations import Contact, Organization
from domain.outbox import Letter, Method
from domain.people import Person
from tests import make
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = ("signing-invitation", Method.REQUEST)
TWO = ("架空電力株式会社", "見本信用金庫")


async def asked(town: Town) -> tuple[Agreement, SigningCeremony, list[Contact]]:
    """A ceremony of an agreement that waits to be signed, to which both partners and the officer are asked."""
    us, agreement = town.officer, await make.awaiting(town, await make.proposed(town.officer, *TWO))
    guests = [
        await make.contact(us, await Organization.get(name=name), mail_address=f"contact{n}@partner.example")
        for n, name in enumerate(TWO)
    ]
    ceremony = await make.ceremony(us, agreement)
    whom = {"contact_ids": [guest.id for guest in guests], "officer_ids": [us.person_id]}
    return agreement, await agreements.invite_to_signing(us, ceremony.id, **whom), guests


async def letters() -> list[tuple[str, Method | None]]:
    """All that were owed since this was asked last."""
    told = [(one.kind, one.method) for one in await Letter.filter(stamped_at=None).order_by("id")]
    await Letter.filter(stamped_at=None).update(stamped_at=datetime(2026, 7, 1, tzinfo=UTC))
    return told


async def signed(town: Town, agreement: Agreement, now: datetime, **over: Any) -> Agreement:
    us = make.at(town.officer, now)
    signatures = await make.signatures(agreement)
    return await agreements.sign(us, agreement.id, signed_on=us.today, signatures=signatures, **over)


def test_each_is_asked_by_a_letter_of_their_own_that_names_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        _, ceremony, guests = await asked(town)
        roles = {one.person_id: one.role for one in await Attendee.all()}
        assert [roles[guest.person_id] for guest in guests] == [AttendeeRole.PARTICIPANT] * 2
        assert roles[town.officer.person_id] is AttendeeRole.STAFF
        date = await Appointment.get(id=ceremony.appointment_id)
        assert (date.title, date.status) == ("共同対処協定締結式", DateStatus.CONFIRMED)
        for number, guest in enumerate(guests):
            said = str((await Letter.get(person_id=guest.person_id)).facts)
            assert TWO[number] not in said
            assert TWO[1 - number] not in said
        assert await letters() == [ASKED] * 3

    play(story)


def test_nobody_is_asked_who_is_no_party_nor_without_a_place_nor_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        _, ceremony, guests = await asked(town)
        us, body = town.officer, await make.company(town.officer, "例示ガス株式会社")
        stranger = await make.contact(us, body, mail_address="b@partner.example")
        for wrong, whom in (
            (Invalid, {"contact_ids": [stranger.id]}),
            (Conflict, {"contact_ids": [guests[0].id]}),
            (NotFound, {"officer_ids": [guests[0].person_id]}),
            (Invalid, {}),
        ):
            with pytest.raises(wrong):
                await agreements.invite_to_signing(us, ceremony.id, **whom)
        with pytest.raises(NotFound):
            await agreements.invite_to_signing(town.other_officer, ceremony.id, officer_ids=[us.person_id])
        nowhere = await make.ceremony(us, await make.proposed(us, "例示酒造株式会社"), place="")
        with pytest.raises(Incomplete):
            await agreements.invite_to_signing(us, nowhere.id, officer_ids=[us.person_id])
        assert (await Attendee.all().count(), await Letter.all().count()) == (3, 3)

    play(story)


def test_there_is_one_at_a_time_and_none_of_what_is_signed_or_in_the_past(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.proposed(town.officer)
        first = await make.ceremony(us, agreement)
        with pytest.raises(Conflict):
            await make.ceremony(us, agreement)
        with pytest.raises(Invalid):
            await make.ceremony(us, await make.proposed(us, "例示酒造株式会社"), starts_at=us.now - DAY)
        with pytest.raises(WrongState):
            await make.ceremony(us, await make.in_force(town, "例示ガス株式会社"))
        assert [one.id for one in await SigningCeremony.all()] == [first.id]
        await agreements.cancel_signing(us, first.id, reason="日程の都合")
        assert (await make.ceremony(us, agreement)).id != first.id

    play(story)


def test_at_another_time_everybody_is_asked_again_with_the_same_uid_and_at_another_place_only_told(play: Any) -> None:
    async def story(town: Town) -> None:
        _, ceremony, guests = await asked(town)
        us, before = town.officer, await Appointment.get(id=ceremony.appointment_id)
        guest = await Attendee.get(person_id=guests[0].person_id)
        await replies.answer_by_link(us.now, guest.id, partstat=PartStat.ACCEPTED)
        await letters()
        when = {"starts_at": before.starts_at, "ends_at": before.ends_at}
        await agreements.move_signing(us, ceremony.id, **when, place="例示会館")
        assert await letters() == [("signing-changed", Method.REQUEST)] * 3
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.ACCEPTED
        later = {name: at + DAY for name, at in when.items()}
        await agreements.move_signing(us, ceremony.id, **later, reason="会場の都合")
        assert await letters() == [("signing-rescheduled", Method.REQUEST)] * 3
        assert (await Attendee.get(id=guest.id)).partstat is PartStat.NEEDS_ACTION
        after = await Appointment.get(id=ceremony.appointment_id)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 2)
        await agreements.move_signing(us, ceremony.id, **later)
        assert await letters() == []

    play(story)


def test_whoever_is_let_go_hears_so_alone_and_an_end_is_told_to_all(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement, ceremony, guests = await asked(town)
        await letters()
        gone = await Attendee.get(person_id=guests[0].person_id)
        await agreements.uninvite_from_signing(town.officer, ceremony.id, attendee_id=gone.id)
        assert await letters() == [("signing-released", Method.CANCEL)]
        with pytest.raises(WrongState):
            await agreements.uninvite_from_signing(town.officer, ceremony.id, attendee_id=gone.id)
        await agreements.terminate(town.hq, agreement.id, reason="先方の都合")
        assert await letters() == [("signing-cancelled", Method.CANCEL)] * 2
        ended = await SigningCeremony.get()
        assert (ended.status, ended.reason) == (CeremonyStatus.CANCELLED, "協定の締結を取りやめたため")

    play(story)


def test_whoever_leaves_comes_to_no_ceremony_and_whoever_asked_them_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await asked(town)
        officer = await Person.get(id=town.officer.person_id)
        await letters()
        await people.retire(town.admin, officer.id, version=officer.version, on=town.admin.today)
        assert await letters() == [("signing-released", Method.CANCEL)]
        assert (await Attendee.get(person_id=officer.id)).removed_at is not None

    play(story)


def test_signing_says_that_the_ceremony_was_held_and_where(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement, ceremony, _ = await asked(town)
        after = await signed(town, agreement, ceremony.starts_at + HOUR)
        assert (after.status, after.signed_at) == (AgreementStatus.IN_FORCE, "青浜県警察本部 大会議室")
        assert (await SigningCeremony.get()).status is CeremonyStatus.HELD
        with pytest.raises(WrongState):
            await agreements.cancel_signing(town.officer, ceremony.id, reason="誤り")

    play(story)


def test_what_was_signed_before_its_ceremony_is_celebrated_later(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement, ceremony, _ = await asked(town)
        later = make.at(town.officer, ceremony.starts_at + HOUR)
        with pytest.raises(WrongState, match="締結されていません"):
            await agreements.hold_signing(later, ceremony.id)
        after = await signed(town, agreement, town.officer.now, place="持ち回り")
        assert (after.signed_at, (await SigningCeremony.get()).status) == ("持ち回り", CeremonyStatus.PLANNED)
        with pytest.raises(WrongState, match="まだ来ていません"):
            await agreements.hold_signing(town.officer, ceremony.id)
        assert (await agreements.hold_signing(later, ceremony.id)).status is CeremonyStatus.HELD

    play(story)
