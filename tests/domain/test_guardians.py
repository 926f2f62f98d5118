"""No letter goes to a minor alone where the guardian's consent wants copies of them."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import activities, feeds, outbox, retention, volunteers
from domain.errors import Invalid, WrongState
from domain.outbox import Letter, Method
from domain.people import Person
from domain.volunteers import HELD_BACK, AgeBand, ConsentScope, GuardianConsent, Volunteer, guardians
from tests import make
from tests.clock import NOW
from tests.domain.retention.test_due import late
from tests.domain.retention.test_lists import approved
from tests.make import Town

TODAY = date(2026, 7, 1)
PARENT = "tamotsu@guardian.example"
MINOR = {
    "family_name": "例塚",
    "given_name": "子",
    "age_band": AgeBand.FROM_15_TO_17,
    "mail_address": "ko@minor.example",
}


async def serving(town: Town, **consent: Any) -> Volunteer:
    """A minor who serves under the consent told, and has been written to."""
    minor = await make.screened(town, **MINOR)
    given = {"guardian_name": "例塚 保", "given_on": TODAY} | consent
    await volunteers.record_consent(town.officer, minor.id, **given)
    return await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")


async def written(kind: str) -> list[Letter]:
    return await Letter.filter(kind=kind).order_by("id")


def test_the_guardian_gets_a_copy_of_each_letter_without_calendar_and_without_an_answer_link(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        for kind in ("appointed", "activity-invitation"):
            own, copy = await written(kind)
            assert (own.to_address, copy.to_address, copy.to_name) == ("ko@minor.example", PARENT, "例塚 保")
            assert copy.key == f"{own.key}:guardian"
            assert copy.method is None
            assert (copy.facts["recipient"], copy.facts["copied_for"]) == ("例塚 保 様", "例塚 子 様")
            assert "attendee_id" not in copy.facts
        assert own.method is Method.REQUEST
        assert "attendee_id" in own.facts

    play(story)


def test_of_all_who_are_told_at_once_only_the_minors_guardian_reads_along(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, grown_up = await serving(town, guardian_mail_address=PARENT), await make.volunteer(town)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[grown_up.id, minor.id])
        await activities.cancel(town.officer, activity.id, reason="悪天候")
        told = {(letter.to_address, letter.person_id, letter.method) for letter in await written("activity-cancelled")}
        address = (await Person.get(id=grown_up.person_id)).mail_address
        assert told == {
            (address, grown_up.person_id, Method.CANCEL),
            ("ko@minor.example", minor.person_id, Method.CANCEL),
            (PARENT, minor.person_id, None),
        }

    play(story)


def test_an_address_or_link_for_the_minor_alone_is_not_in_the_copy(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT)
        await feeds.subscribe(town.officer, person_id=minor.person_id)
        own, copy = await written("feed-address")
        assert {"subscription_id", "generation"} <= own.facts.keys()
        assert not {"subscription_id", "generation"} & copy.facts.keys()

    play(story)


def test_without_a_guardians_address_the_minor_is_not_written_to_and_the_unit_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, copies_letters=True)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        assert await Letter.filter(to_address="ko@minor.example").count() == 0
        (held,) = await written("activity-invitation")
        assert (held.to_address, held.given_up_at, held.last_error) == ("", NOW, HELD_BACK)
        told = {letter.facts["title"]: letter for letter in await written("guardian-address-missing")}
        letter = told[activity.title]
        assert letter.person_id is None
        assert (letter.facts["person"], letter.facts["title"]) == ("例塚 子", activity.title)
        assert letter.unit_id == minor.unit_id
        claimed = {one.id for one in await outbox.claim(NOW + timedelta(minutes=1), 40)}
        assert held.id not in claimed
        with pytest.raises(WrongState):
            await outbox.resend(NOW, held.id)
        assert await outbox.resend(NOW) == 0

    play(story)


def test_a_new_consent_with_an_address_lets_the_next_letters_reach_both(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, copies_letters=True)
        again = {"guardian_name": "例塚 保", "given_on": TODAY, "guardian_mail_address": PARENT}
        await volunteers.record_consent(town.officer, minor.id, **again)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        assert [letter.to_address for letter in await written("activity-invitation")] == ["ko@minor.example", PARENT]

    play(story)


def test_whoever_does_not_want_copies_or_is_of_age_or_shares_the_address_gets_none(play: Any) -> None:
    async def story(town: Town) -> None:
        await serving(town)
        await make.volunteer(town, family_name="成田")
        shared = await make.screened(town, **MINOR | {"family_name": "同居", "mail_address": PARENT.upper()})
        given = {"guardian_name": "同居 保", "given_on": TODAY, "guardian_mail_address": PARENT}
        await volunteers.record_consent(town.officer, shared.id, **given)
        await volunteers.appoint(town.hq, shared.id, authority="生活安全部長")
        assert len(await written("appointed")) == 3
        assert await Letter.filter(to_address=PARENT).count() == 0

    play(story)


RIGHT = "tamotsu@right.example"


async def copy_waits(town: Town) -> tuple[Volunteer, Letter]:
    """For the morning, or for a mail server that did not take it."""
    minor = await serving(town, guardian_mail_address=PARENT)
    await Letter.filter(to_address=PARENT).update(attempts=3, due_at=NOW + timedelta(hours=6))
    return minor, await Letter.get(to_address=PARENT)


def test_a_copy_that_waits_goes_where_the_newest_consent_says_and_nowhere_else(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, copy = await copy_waits(town)
        assert await guardians.settle(NOW) == 0
        again = {"guardian_name": "例塚 守", "given_on": TODAY, "guardian_mail_address": RIGHT}
        await volunteers.record_consent(town.officer, minor.id, **again)
        assert await guardians.settle(NOW) == 1
        led = await Letter.get(id=copy.id)
        assert (led.to_address, led.to_name, led.attempts, led.due_at) == (RIGHT, "例塚 守", 0, NOW)
        assert led.facts == copy.facts | {"recipient": "例塚 守 様"}
        assert await guardians.settle(NOW) == 0
        assert not await Letter.filter(to_address=PARENT).exists()

    play(story)


def test_a_consent_that_is_over_neither_leads_a_copy_nor_keeps_it_in_the_house(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, copy = await copy_waits(town)
        ending = {"guardian_name": "例塚 母", "given_on": TODAY, "expires_on": TODAY + timedelta(days=1)}
        await volunteers.record_consent(town.officer, minor.id, guardian_mail_address=RIGHT, **ending)
        assert await guardians.is_astray(copy, NOW)
        after = late("2026-07-03")
        assert not await guardians.is_astray(copy, after)
        assert await guardians.settle(after) == 0
        await guardians.settle(NOW)
        assert (await Letter.get(id=copy.id)).to_address == RIGHT
        await guardians.settle(after)
        assert (await Letter.get(id=copy.id)).to_address == PARENT

    play(story)


def test_of_whoever_has_come_of_age_no_guardian_reads_what_still_waits(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, copy = await copy_waits(town)
        await Volunteer.filter(id=minor.id).update(age_band=AgeBand.ADULT)
        assert await guardians.is_astray(copy, NOW)
        assert await guardians.settle(NOW) == 1
        assert (await Letter.get(id=copy.id)).spared_at == NOW

    play(story)


async def waits_alone(town: Town) -> tuple[Volunteer, Letter]:
    """To a minor whose guardian has wanted no copies so far."""
    minor = await serving(town)
    own = await Letter.get(to_address="ko@minor.example")
    assert await guardians.settle(NOW) == 0
    return minor, own


LATER = NOW + timedelta(minutes=5)


def test_whoever_consents_to_read_along_reads_what_still_waits_for_the_minor(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, own = await waits_alone(town)
        again = {"guardian_name": "例塚 守", "given_on": TODAY, "guardian_mail_address": PARENT}
        await volunteers.record_consent(make.at(town.officer, LATER), minor.id, **again)
        assert await guardians.settle(LATER) == 1
        copy = await Letter.get(to_address=PARENT)
        assert (copy.key, copy.kind, copy.due_at, copy.gathers) == (f"{own.key}:guardian", own.kind, own.due_at, False)
        assert copy.facts["copied_for"] == "例塚 子 様"
        assert await guardians.settle(LATER) == 0
        assert {one.id for one in await outbox.claim(LATER)} == {own.id, copy.id}

    play(story)


def test_where_they_cannot_be_written_to_what_waits_for_the_minor_stays_here_and_the_unit_hears(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, own = await waits_alone(town)
        without = {"guardian_name": "例塚 守", "given_on": TODAY, "copies_letters": True}
        await volunteers.record_consent(make.at(town.officer, LATER), minor.id, **without)
        assert await guardians.settle(LATER) == 1
        held = await Letter.get(id=own.id)
        assert (held.to_address, held.given_up_at, held.last_error) == ("", LATER, HELD_BACK)
        [told] = await written("guardian-address-missing")
        assert (told.owed_at, told.unit_id) == (LATER, minor.unit_id)
        assert await guardians.settle(LATER) == 0

    play(story)


def test_what_was_on_its_way_or_told_before_is_not_told_again_to_who_reads_along(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, own = await waits_alone(town)
        await Letter.filter(id=own.id).update(sent_at=NOW)
        again = {"guardian_name": "例塚 守", "given_on": TODAY, "guardian_mail_address": PARENT}
        await volunteers.record_consent(make.at(town.officer, LATER), minor.id, **again)
        assert await guardians.settle(LATER) == 0
        await Letter.filter(id=own.id).update(sent_at=None, leased_until=LATER + outbox.LEASE)
        assert await guardians.settle(LATER) == 0
        assert not await Letter.filter(to_address=PARENT).exists()

    play(story)


def test_a_copy_that_makes_no_sense_leads_no_other_to_where_nobody_wants_it(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        minor, odd = await copy_waits(town)
        await feeds.subscribe(town.officer, person_id=minor.person_id)
        again = {"guardian_name": "例塚 守", "given_on": TODAY, "guardian_mail_address": RIGHT}
        await volunteers.record_consent(town.officer, minor.id, **again)
        await Letter.filter(id=odd.id).update(person_id=None)
        assert await guardians.settle(NOW) == 2
        assert f"letter {odd.id} (appointed) was set aside" in caplog.text
        caplog.clear()
        waiting = await Letter.filter(given_up_at=None, kind="feed-address").order_by("id")
        assert [one.to_address for one in waiting] == ["ko@minor.example", RIGHT]
        assert (await Letter.get(id=odd.id)).given_up_at == NOW

    play(story)


def test_whoever_takes_the_consent_back_gets_no_copy_that_was_still_waiting(play: Any) -> None:
    async def story(town: Town) -> None:
        _, copy = await copy_waits(town)
        consent = await GuardianConsent.get()
        await volunteers.withdraw_consent(town.officer, consent.id)
        assert await guardians.settle(NOW) == 1
        spared = await Letter.get(id=copy.id)
        assert (spared.spared_at, spared.sent_at) == (NOW, None)
        assert copy.id not in {one.id for one in await outbox.claim(NOW + timedelta(hours=6), 40)}

    play(story)


def test_where_the_consent_that_stands_has_no_address_the_unit_hears_that_the_copy_is_lost(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, copy = await copy_waits(town)
        without = {"guardian_name": "例塚 守", "given_on": TODAY, "copies_letters": True}
        await volunteers.record_consent(town.officer, minor.id, **without)
        first = await GuardianConsent.get(guardian_mail_address=PARENT)
        await volunteers.withdraw_consent(town.officer, first.id)
        assert await guardians.settle(NOW) == 1
        assert (await Letter.get(id=copy.id)).given_up_at == NOW
        [told] = await written("letter-returned")
        assert (told.unit_id, told.facts["reason"]) == (minor.unit_id, HELD_BACK)

    play(story)


def test_the_same_letter_owed_again_is_neither_repeated_nor_copied_again(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT)
        for _ in range(2):
            await outbox.owe(
                "reminder:1",
                "reminder-day-before",
                unit_id=minor.unit_id,
                to=("例塚 子", "ko@minor.example"),
                facts={},
                owed_at=NOW,
                person_id=minor.person_id,
            )
        assert len(await written("reminder-day-before")) == 2

    play(story)


def test_the_address_goes_with_the_end_of_the_consent(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT, scope=ConsentScope.EDUCATION)
        ending = {"guardian_name": "例塚 母", "given_on": TODAY, "expires_on": TODAY + timedelta(days=1)}
        await volunteers.record_consent(town.officer, minor.id, guardian_mail_address="haha@guardian.example", **ending)
        first, second = await GuardianConsent.all().order_by("id")
        await volunteers.withdraw_consent(town.officer, first.id)
        assert (await GuardianConsent.get(id=first.id)).guardian_mail_address == ""
        await volunteers.expire(late("2026-07-03"))
        assert (await GuardianConsent.get(id=second.id)).guardian_mail_address == ""

    play(story)


def test_an_address_that_cannot_be_one_is_refused_and_no_consent_is_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.screened(town, **MINOR)
        given = {"guardian_name": "例塚 保", "given_on": TODAY}
        with pytest.raises(Invalid) as refused:
            await volunteers.record_consent(town.officer, minor.id, guardian_mail_address="a..b@docomo.ne.jp", **given)
        assert refused.value.field == "guardian_mail_address"
        assert await GuardianConsent.all().count() == 0

    play(story)


def test_with_the_minor_the_guardian_is_erased_from_every_copy(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await serving(town, guardian_mail_address=PARENT)
        await volunteers.resign(make.at(town.hq, late("2026-09-01")), minor.id)
        await approved(town)
        await retention.carry_out(late("2028-04-01"))
        assert await Letter.filter(person_id=minor.person_id).exclude(to_address="", to_name="").count() == 0
        assert await GuardianConsent.all().count() == 0

    play(story)
