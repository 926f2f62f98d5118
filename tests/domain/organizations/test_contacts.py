"""The people of a body: where they belong, and what is known of them."""

from datetime import date
from typing import Any

import pytest

from domain import organizations
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.organizations import Contact, ContactRole, OrganizationKind
from domain.people import Person
from tests import make
from tests.make import Town


def test_a_contact_at_a_place_of_another_body_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        own, other = await make.company(town.officer), await make.company(town.officer, "別会社")
        place = await organizations.add_establishment(town.officer, organization_id=other.id, name="支店")
        with pytest.raises(NotFound) as refused:
            await make.contact(town.officer, own, establishment_id=place.id)
        assert refused.value.field == "establishment_id"
        assert await Contact.all().count() == 0

    play(story)


def test_a_correction_of_a_contact_verifies_it_and_keeps_what_is_left_out(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer), department="総務部")
        tomorrow = make.at(town.officer, town.officer.now.replace(day=2))
        after = await organizations.correct_contact(tomorrow, contact.id, version=1, phone="001-000-7171")
        person = await Person.get(id=contact.person_id)
        assert (person.phone, person.mail_address, after.department) == (
            "001-000-7171",
            "megumi@partner.example",
            "総務部",
        )
        assert after.verified_on == date(2026, 7, 2)

    play(story)


def test_of_two_who_correct_one_contact_the_second_reads_again_even_on_the_same_day(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        after = await organizations.correct_contact(town.officer, contact.id, version=1, phone="001-000-7171")
        assert after.version == 2
        with pytest.raises(Conflict):
            await organizations.correct_contact(town.hq, contact.id, version=1, phone="001-000-0000")
        assert (await Person.get(id=contact.person_id)).phone == "001-000-7171"

    play(story)


def test_a_contact_said_again_on_the_same_day_is_no_change(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        entries = await Entry.all().count()
        again = await organizations.correct_contact(town.officer, contact.id, version=1, family_name="例塚")
        assert (again.version, await Entry.all().count()) == (1, entries)

    play(story)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mail_address", "a..b.@docomo.ne.jp"),
        ("department", "部" * 101),
        ("job_title", "長\x00"),
        ("phone", "0"),
        ("family_name", " "),
    ],
)
def test_a_contact_that_cannot_be_right_changes_neither_post_nor_person(play: Any, column: str, value: str) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        entries = await Entry.all().count()
        with pytest.raises(Invalid) as refused:
            await organizations.correct_contact(
                town.officer, contact.id, version=1, **({"given_name": "別人"} | {column: value})
            )
        assert refused.value.field == column
        assert (await Person.get(id=contact.person_id)).given_name == "恵"
        assert await Entry.all().count() == entries

    play(story)


def test_every_kind_and_every_role_of_a_contact_can_be_taken_in(play: Any) -> None:
    async def story(town: Town) -> None:
        for kind in OrganizationKind:
            body = await organizations.register(town.officer, kind=kind, name=f"見本{kind}")
            for role in ContactRole:
                await make.contact(town.officer, body, role=role)
        assert await Contact.all().count() == len(OrganizationKind) * len(ContactRole)

    play(story)


def test_whoever_reached_a_contact_confirms_it_and_is_remembered(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(
            town.officer, await make.company(town.officer), role=ContactRole.EMERGENCY, reachable="平日夜間、土日は終日"
        )
        later = make.at(town.hq, town.hq.now.replace(day=20))
        after = await organizations.confirm_contact(later, contact.id, version=1)
        assert (after.verified_on, after.verified_by_id) == (later.today, town.hq.person_id)
        assert (after.version, after.reachable) == (2, "平日夜間、土日は終日")

    play(story)


@pytest.mark.parametrize("day", [21, 30])
def test_a_contact_is_confirmed_neither_in_advance_nor_before_it_was_last(play: Any, day: int) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        at = [make.at(town.officer, town.officer.now.replace(day=d)) for d in (22, 25)]
        await organizations.confirm_contact(at[0], contact.id, version=1)
        with pytest.raises(Invalid) as refused:
            await organizations.confirm_contact(at[1], contact.id, version=2, on=date(2026, 7, day))
        assert refused.value.field == "on"
        assert (await Contact.get(id=contact.id)).version == 2

    play(story)


def test_whoever_has_left_is_confirmed_no_more_and_whoever_will_leave_is(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body, until=date(2026, 7, 10))
        assert contact.until == date(2026, 7, 10)
        before = make.at(town.officer, town.officer.now.replace(day=9))
        await organizations.confirm_contact(before, contact.id, version=contact.version)
        after = make.at(town.officer, town.officer.now.replace(day=10))
        with pytest.raises(WrongState):
            await organizations.confirm_contact(after, contact.id, version=contact.version + 1)
        assert (await Contact.get(id=contact.id)).verified_on == date(2026, 7, 9)

    play(story)


def test_nobody_is_added_who_has_left_before_they_came(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        with pytest.raises(Invalid):
            await make.contact(town.officer, body, since=date(2026, 7, 5), until=date(2026, 7, 4))
        assert await Contact.all().count() == await Person.filter(is_officer=False).count() == 0

    play(story)
