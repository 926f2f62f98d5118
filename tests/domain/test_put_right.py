"""Whose mail address is put right is told at the right one what still waits, and nothing more at the old one."""

from datetime import timedelta
from typing import Any

from domain import accounts, documents, drills, gathering, letters, organizations, outbox, own, units
from domain.actor import Role
from domain.calendar import Attendee
from domain.drills import Drill
from domain.organizations import Contact
from domain.outbox import Letter, Method
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.make import Town

OLD, RIGHT = "contact1@partner.example", "right@partner.example"
LATER = NOW + timedelta(hours=1)


async def put_right(town: Town, contact: Contact, address: str = RIGHT, **more: str) -> None:
    known = await Contact.get(id=contact.id)
    await organizations.correct_contact(
        town.officer, contact.id, version=known.version, mail_address=address, phone="0170-00-0000", **more
    )


async def invited(town: Town) -> tuple[Drill, Contact]:
    drill = await make.drill(town.officer)
    [contact] = await make.invited(town.officer, drill, "架空電力株式会社")
    return drill, contact


async def tried(town: Town, why: str = "451 later") -> Letter:
    """The one letter that may leave, which the post does not take today."""
    await gathering.settle(NOW)
    [letter] = await outbox.claim(NOW)
    await outbox.mark_failed(NOW, letter.id, why, for_good=False)
    return letter


async def leaves(at: Any = LATER) -> list[Letter]:
    """What leaves then, looked at before as each round does."""
    await gathering.settle(at)
    await documents.settle(at)
    await letters.settle(at)
    return await outbox.claim(at)


def test_an_invitation_that_waits_goes_to_the_right_address_and_nowhere_else(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await tried(town)
        await put_right(town, contact, family_name="新田")
        [letter] = await leaves()
        person = await Person.get(id=contact.person_id)
        assert (letter.kind, letter.method) == ("drill-invitation", Method.REQUEST)
        assert (letter.to_address, letter.to_name, letter.attempts) == (RIGHT, person.name, 0)
        assert letter.facts["recipient"].startswith("新田")
        assert not await Letter.filter(to_address=OLD).exists()

    play(story)


def test_in_its_pause_it_is_not_waited_for_at_the_right_address(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await tried(town)
        await Letter.all().update(due_at=NOW + timedelta(hours=6), attempts=9)
        await put_right(town, contact)
        assert [letter.to_address for letter in await leaves()] == [RIGHT]

    play(story)


def test_the_address_of_a_calendar_is_told_to_nobody_at_the_old_mailbox(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await Letter.all().update(sent_at=NOW, gathers=False)
        await own.send_feed(NOW, contact.person_id)
        await tried(town)
        await put_right(town, contact)
        assert [(one.kind, one.to_address) for one in await leaves()] == [("feed-address", RIGHT)]

    play(story)


def test_the_letter_about_papers_goes_to_the_right_address(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await invited(town)
        await Letter.all().update(sent_at=NOW, gathers=False)
        await make.released(town.officer, drill.appointment_id)
        await put_right(town, contact)
        assert [(one.kind, one.to_address) for one in await leaves()] == [("papers-released", RIGHT)]

    play(story)


def test_where_there_is_no_address_any_more_nothing_leaves_and_the_desk_hears(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        lost = await tried(town)
        await put_right(town, contact, "")
        [told] = await leaves()
        assert (told.kind, told.person_id) == ("letter-returned", town.officer.person_id)
        assert told.facts["reason"] == letters.UNREACHED
        assert (await Letter.get(id=lost.id)).given_up_at == LATER
        assert await letters.settle(LATER) == 0

    play(story)


def test_what_is_just_being_posted_is_left_alone_and_follows_when_that_has_failed(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await gathering.settle(NOW)
        [letter] = await outbox.claim(NOW)
        await put_right(town, contact)
        assert await letters.settle(NOW) == 0
        await outbox.mark_failed(NOW, letter.id, "451 later", for_good=False)
        assert [one.to_address for one in await leaves()] == [RIGHT]

    play(story)


def test_where_a_calendar_was_told_that_the_date_is_off_the_invitation_is_newer_than_that(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await invited(town)
        invitation = await tried(town)
        gone = Letter(**{name: getattr(invitation, name) for name in Letter._meta.fields_db_projection})
        gone.update_from_dict({"id": drill.id, "key": "gone", "person_id": None, "to_address": RIGHT, "sent_at": NOW})
        gone.update_from_dict({"method": Method.CANCEL, "facts": {**invitation.facts, "sequence": 4}})
        await gone.save(force_create=True)
        await put_right(town, contact)
        assert [one.facts["sequence"] for one in await leaves()] == [5]
        assert (await Attendee.get(person_id=contact.person_id)).raised > 0

    play(story)


def test_an_invitation_whose_newer_word_makes_no_sense_is_not_lost_with_that(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await invited(town)
        invitation = await tried(town)
        await put_right(town, contact)
        await drills.correct(make.at(town.officer, LATER), drill.id, place="講堂")
        about = Letter.filter(appointment_id=drill.appointment_id)
        told = {letter.id: letter.facts for letter in await about}
        for id, facts in told.items():
            await Letter.filter(id=id).update(facts=facts | {"attendee_id": [facts["attendee_id"]]})
        await gathering.settle(LATER)
        assert "was set aside" in caplog.text
        caplog.clear()

        newer = await Letter.get(kind="drill-changed")
        assert (newer.given_up_at, newer.to_address) == (LATER, RIGHT)
        await Letter.filter(id=invitation.id).update(facts=told[invitation.id])
        left = {letter.kind: letter for letter in await leaves()}
        assert left.keys() == {"drill-invitation", "letter-returned"}
        assert (left["drill-invitation"].id, left["drill-invitation"].to_address) == (invitation.id, RIGHT)

    play(story)


def test_an_invitation_whose_newer_word_makes_no_sense_tells_nobody_a_date_that_holds_no_more(
    play: Any, caplog: Any
) -> None:
    async def story(town: Town) -> None:
        drill, contact = await invited(town)
        invitation = await tried(town)
        await put_right(town, contact)
        officer, starts_at = make.at(town.officer, LATER), drill.starts_at + timedelta(days=1)
        await drills.postpone(
            officer, drill.id, reason="台風", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
        )
        await drills.resume_inviting(officer, drill.id)
        told = {letter.id: letter.facts for letter in await Letter.filter(appointment_id=drill.appointment_id)}
        for id, facts in told.items():
            await Letter.filter(id=id).update(facts=facts | {"attendee_id": [facts["attendee_id"]]})
        await gathering.settle(LATER)
        assert "was set aside" in caplog.text
        caplog.clear()
        await Letter.filter(id=invitation.id).update(facts=told[invitation.id])
        assert {one.kind for one in await leaves()} == {"letter-returned"}
        old = await Letter.get(id=invitation.id)
        assert (old.given_up_at, old.spared_at, old.sent_at) == (LATER, None, None)

    play(story)


def test_a_letter_that_makes_no_sense_leads_no_other_to_the_old_address_nor_keeps_it_in_the_house(
    play: Any, caplog: Any
) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await tried(town)
        odd = await Letter.get()
        await Letter.filter(id=odd.id).update(facts=odd.facts | {"attendee_id": "だれか"})
        await own.send_feed(NOW, contact.person_id)
        await put_right(town, contact)
        assert [(one.kind, one.to_address) for one in await leaves()] == [
            ("feed-address", RIGHT),
            ("letter-returned", "hanako@police.aohama.example"),
        ]
        assert caplog.text.count("was set aside") == 1
        caplog.clear()
        await Letter.filter(id=odd.id).update(facts=odd.facts)  # once the program is mended
        assert await outbox.resend(LATER) == 1
        assert [(one.kind, one.to_address) for one in await leaves()] == [("drill-invitation", RIGHT)]

    play(story)


def test_a_letter_that_cannot_say_how_things_stand_is_set_aside_as_it_leaves_and_the_others_go_as_they_stand(
    play: Any, caplog: Any
) -> None:
    async def story(town: Town) -> None:
        drill, contact = await invited(town)
        await gathering.settle(NOW)
        await Letter.all().update(sent_at=NOW)
        await make.released(town.officer, drill.appointment_id)
        [_, other] = await make.invited(town.officer, drill, "見本信用金庫", "例示大学")
        later = NOW + documents.telling.GATHERED
        await drills.correct(make.at(town.officer, NOW), drill.id, place="講堂")
        await Letter.filter(kind="drill-changed").update(sent_at=NOW)
        await gathering.settle(later)
        odd = await Letter.filter(sent_at=None, spared_at=None, person_id=other.person_id).first()
        assert odd is not None
        await Letter.filter(id=odd.id).update(facts=odd.facts | {"attendee_id": "だれか"})
        told = {one.kind: one for one in await outbox.claim(later) if one.person_id == contact.person_id}
        assert told["papers-released"].facts["place"] == "講堂"
        assert (await Letter.get(id=told["papers-released"].id)).facts["place"] == "講堂"
        assert f"letter {odd.id} (drill-invitation) was set aside" in caplog.text
        caplog.clear()
        lost = await Letter.get(id=odd.id)
        assert (lost.given_up_at, lost.leased_until) == (later, None)

    play(story)


def test_the_letters_of_an_account_go_where_the_account_says(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await Letter.all().update(sent_at=NOW, gathers=False)
        await accounts.invite(town.admin, person_id=contact.person_id, role=Role.PARTNER)
        await put_right(town, contact)
        assert await letters.settle(LATER) == 0
        assert await Letter.filter(sent_at=None, to_address=OLD).count() == 1

    play(story)


async def unit_put_right(town: Town, **reached: str) -> None:
    unit = await Unit.get(id=town.station.id)
    await units.correct(town.admin, unit.id, version=unit.version, **reached)


def test_what_a_unit_is_told_goes_to_its_right_address_and_nowhere_else(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await invited(town)
        await Letter.all().update(sent_at=NOW, gathers=False)
        await own.report(NOW, contact.person_id, "部署が変わりました。")
        before = await tried(town)
        assert not await letters.is_astray(before, NOW)
        await unit_put_right(town, mail_address="right@police.example")
        assert await letters.is_astray(before, NOW)
        [letter] = await leaves()
        assert (letter.kind, letter.to_address) == ("contact-data-changed", "right@police.example")
        assert (letter.to_name, letter.attempts) == (town.station.name, 0)
        await unit_put_right(town, mail_address="")
        assert await letters.settle(LATER + outbox.LEASE) == 1
        assert (await Letter.get(id=letter.id)).given_up_at == LATER + outbox.LEASE

    play(story)


def test_a_letter_that_waits_says_how_its_unit_is_reached_when_it_leaves(play: Any) -> None:
    async def story(town: Town) -> None:
        await invited(town)
        first = await tried(town)
        await unit_put_right(town, mail_address="right@police.example", phone="000-0000-0110")
        [letter] = await outbox.claim(LATER)
        assert (letter.id, letter.facts["unit_mail"]) == (first.id, "right@police.example")
        assert letter.facts["unit_phone"] == "000-0000-0110"
        assert letter.facts == first.facts | {name: letter.facts[name] for name in ("unit_mail", "unit_phone")}
        assert letter.stamped_at == LATER

    play(story)
