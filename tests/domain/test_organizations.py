"""Bodies, their places and their contacts: who they are, who may see them, and what ends with them."""

import asyncio
from datetime import date
from typing import Any

import pytest

from domain import feeds, organizations, tokens, units
from domain.actor import Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Unauthenticated, WrongState
from domain.feeds import Subscription
from domain.journal import Entry
from domain.organizations import Contact, ContactRole, Establishment, Organization, OrganizationKind
from domain.people import Person
from tests import make
from tests.make import Town

ON = date(2026, 7, 1)
LATER = date(2026, 10, 1)
NPA = "8000012130001"
"""The 法人番号 of 警察庁, as published."""


def test_codes_and_numbers_are_kept_in_one_form(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(
            town.officer,
            corporate_number="８０００－０１２－１３０００１",
            postal_code="〒980-0014",
            phone="００１（０００）７１７１",
            municipality_code="０４１００９",
        )
        assert (body.corporate_number, body.postal_code, body.phone) == (NPA, "9800014", "001-000-7171")
        assert body.municipality_code == "041009"

    play(story)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("corporate_number", "8000012130002"),
        ("corporate_number", "８"),
        ("school_code", "X000000000000"),
        ("municipality_code", "999999"),
        ("postal_code", "98-0014"),
        ("phone", "でんわ"),
        ("name_kana", "カ" * 301),
        ("address", "a\x07b"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name_and_nothing_is_kept(play: Any, column: str, value: str) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        entries = await Entry.all().count()
        for attempt in (
            make.company(town.officer, "別の会社", **{column: value}),
            organizations.correct(town.officer, body.id, version=1, **{column: value}),
        ):
            with pytest.raises(Invalid) as refused:
                await attempt
            assert refused.value.field == column
        assert await Organization.all().count() == 1
        assert await Entry.all().count() == entries

    play(story)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({"name": "架空電力", "corporate_number": NPA}, {"name": "別名", "corporate_number": NPA}),
        ({"name": "㈱架空電力"}, {"name": "株式会社　架空電力"}),
        ({"name": "ＡＢＣ商会", "municipality_code": "041009"}, {"name": "abc商会", "municipality_code": "041009"}),
    ],
)
def test_the_same_body_is_not_taken_in_twice(play: Any, first: dict[str, str], again: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, **first)
        with pytest.raises(Conflict, match="すでに登録されています"):
            await make.company(town.officer, **again)
        with pytest.raises(Conflict, match="県本部の連携担当者") as elsewhere:
            await make.company(town.other_officer, **again)
        assert "第1" not in elsewhere.value.message
        assert await Organization.all().count() == 1

    play(story)


def test_two_bodies_of_one_name_in_two_towns_are_two(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "見本商店", municipality_code="041009")
        await make.company(town.officer, "見本商店", municipality_code="042021")
        assert await Organization.all().count() == 2

    play(story)


def test_of_two_officers_who_take_in_the_same_body_at_once_one_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        done = await asyncio.gather(
            *[make.company(who, "架空電力") for who in (town.officer, town.other_officer)], return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Organization"]

    play(story)


def test_a_body_that_gets_its_number_becomes_findable_by_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, "架空電力")
        await organizations.correct(town.officer, body.id, version=1, corporate_number=NPA)
        with pytest.raises(Conflict):
            await make.company(town.officer, "架空電力ホールディングス", corporate_number=NPA)
        assert await Organization.all().count() == 1

    play(story)


def test_a_station_takes_bodies_in_for_itself_only_and_headquarters_for_any(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.company(town.officer, unit_id=town.other_station.id)
        assert refused.value.field == "unit_id"
        assert await Organization.all().count() == 0
        body = await make.company(town.hq, unit_id=town.other_station.id)
        assert body.unit_id == town.other_station.id
        assert [one.id for one in await organizations.visible_to(town.officer)] == []
        assert [one.id for one in await organizations.visible_to(town.other_officer)] == [body.id]

    play(story)


def test_a_closed_station_takes_in_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        await units.retire(town.admin, town.station.id, version=1, on=ON)
        with pytest.raises(Invalid) as refused:
            await make.company(town.officer)
        assert refused.value.field == "unit_id"
        assert await Organization.all().count() == 0

    play(story)


def test_a_partner_sees_its_own_body_and_people_and_no_other(play: Any) -> None:
    async def story(town: Town) -> None:
        own, other = await make.company(town.officer), await make.company(town.officer, "別会社")
        mine = await make.contact(town.officer, own)
        await make.contact(town.officer, other, mail_address="b@x.example")
        await organizations.add_establishment(town.officer, organization_id=own.id, name="本店")
        await organizations.add_establishment(town.officer, organization_id=other.id, name="支店")
        partner = make.outsider(town.officer, Role.PARTNER, mine)
        assert [one.id for one in await organizations.visible_to(partner)] == [own.id]
        assert [one.id for one in await organizations.contacts_visible_to(partner)] == [mine.id]
        assert [one.name for one in await organizations.establishments_visible_to(partner)] == ["本店"]
        for who in (town.statistician, town.admin):
            assert await organizations.contacts_visible_to(who).count() == 0

    play(story)


def test_a_partner_changes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        partner = make.outsider(town.officer, Role.PARTNER, await make.contact(town.officer, body))
        with pytest.raises(NotAllowed):
            await organizations.correct(partner, body.id, version=1, name="乗っ取り")
        assert (await Organization.get(id=body.id)).name == "架空電力株式会社"

    play(story)


def test_another_stations_body_takes_no_contact_and_no_place(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        for attempt in (
            make.contact(town.other_officer, body),
            organizations.add_establishment(town.other_officer, organization_id=body.id, name="支店"),
        ):
            with pytest.raises(NotFound) as refused:
                await attempt
            assert refused.value.field == "organization_id"
        assert await Contact.all().count() == await Establishment.all().count() == 0
        assert await Person.filter(is_officer=False).count() == 0

    play(story)


def test_a_contact_at_a_place_of_another_body_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        own, other = await make.company(town.officer), await make.company(town.officer, "別会社")
        place = await organizations.add_establishment(town.officer, organization_id=other.id, name="支店")
        with pytest.raises(NotFound) as refused:
            await make.contact(town.officer, own, establishment_id=place.id)
        assert refused.value.field == "establishment_id"
        assert await Contact.all().count() == 0

    play(story)


def test_a_place_keeps_its_codes_in_one_form(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        place = await organizations.add_establishment(
            town.officer, organization_id=body.id, name="支店", postal_code="980 0014", phone="001-000-7171"
        )
        assert (place.postal_code, place.phone, place.unit_id) == ("9800014", "001-000-7171", town.station.id)
        with pytest.raises(Invalid) as refused:
            await organizations.add_establishment(town.officer, organization_id=body.id, name="工場", postal_code="1")
        assert refused.value.field == "postal_code"
        assert await Establishment.all().count() == 1

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


async def with_feed_and_token(town: Town, contact: Contact) -> tuple[Subscription, str]:
    feed = await feeds.subscribe(town.officer, person_id=contact.person_id)
    _, secret = await tokens.issue(town.admin, person_id=contact.person_id, role=Role.PARTNER, days=366)
    return feed, secret


def test_a_contact_who_leaves_keeps_neither_feed_nor_token(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        feed, secret = await with_feed_and_token(town, contact)
        after = await organizations.retire_contact(town.officer, contact.id, version=1, on=ON)
        assert after.until == ON
        assert (await Subscription.get(id=feed.id)).revoked_at == town.officer.now
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, town.officer.now)

    play(story)


def test_a_contact_who_will_leave_keeps_them_until_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        feed, secret = await with_feed_and_token(town, contact)
        await organizations.retire_contact(town.officer, contact.id, version=1, on=LATER)
        ends = town.officer.now.replace(month=9, day=30, hour=15)
        assert (await tokens.actor_of(secret, town.officer.now)).organization_id == contact.organization_id
        assert (await Subscription.get(id=feed.id)).revoked_at == ends
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, ends)

    play(story)


def test_a_contact_leaves_once_and_not_before_they_came(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        with pytest.raises(Invalid) as refused:
            await organizations.retire_contact(town.officer, contact.id, version=1, on=date(2026, 6, 30))
        assert refused.value.field == "on"
        assert (await Contact.get(id=contact.id)).until is None
        await organizations.retire_contact(town.officer, contact.id, version=1, on=ON)
        with pytest.raises(WrongState):
            await organizations.retire_contact(town.officer, contact.id, version=2, on=LATER)
        assert (await Contact.get(id=contact.id)).until == ON

    play(story)


def test_a_body_that_is_gone_takes_its_contacts_with_it_and_gets_no_new_ones(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        _, secret = await with_feed_and_token(town, contact)
        await organizations.retire(town.officer, body.id, version=1, on=ON)
        assert (await Contact.get(id=contact.id)).until == ON
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, town.officer.now)
        for attempt in (
            make.contact(town.officer, body),
            organizations.add_establishment(town.officer, organization_id=body.id, name="支店"),
            organizations.retire(town.officer, body.id, version=2, on=LATER),
        ):
            with pytest.raises(WrongState):
                await attempt
        assert await Contact.all().count() == 1

    play(story)


def test_a_body_that_comes_back_is_reinstated_and_its_contacts_one_by_one(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        await organizations.retire(town.officer, body.id, version=1, on=ON)
        with pytest.raises(Conflict, match="2026年7月1日付けで登録から外れています"):
            await make.company(town.officer)
        with pytest.raises(WrongState, match="復活"):
            await organizations.reinstate_contact(town.officer, contact.id, version=2)
        assert (await Contact.get(id=contact.id)).until == ON
        again = await organizations.reinstate(town.officer, body.id, version=2)
        assert (again.id, again.retired_on) == (body.id, None)
        assert (await Contact.get(id=contact.id)).until == ON
        back = await organizations.reinstate_contact(town.officer, contact.id, version=2)
        assert (back.until, (await Person.get(id=contact.person_id)).retired_on) == (None, None)
        _, secret = await tokens.issue(town.admin, person_id=contact.person_id, role=Role.PARTNER)
        assert (await tokens.actor_of(secret, town.officer.now)).organization_id == body.id

    play(story)


def test_a_place_that_was_closed_opens_again_with_its_body(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        place = await organizations.add_establishment(town.officer, organization_id=body.id, name="支店")
        await organizations.retire_establishment(town.officer, place.id, version=1, on=ON)
        await organizations.retire(town.officer, body.id, version=1, on=ON)
        with pytest.raises(WrongState):
            await organizations.reinstate_establishment(town.officer, place.id, version=2)
        await organizations.reinstate(town.officer, body.id, version=2)
        after = await organizations.reinstate_establishment(town.officer, place.id, version=2)
        assert (after.id, after.retired_on) == (place.id, None)

    play(story)


def test_what_was_never_retired_is_not_reinstated_and_of_two_one_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        place = await organizations.add_establishment(town.officer, organization_id=body.id, name="支店")
        entries = await Entry.all().count()
        for attempt in (
            organizations.reinstate(town.officer, body.id, version=1),
            organizations.reinstate_contact(town.officer, contact.id, version=1),
            organizations.reinstate_establishment(town.officer, place.id, version=1),
        ):
            with pytest.raises(WrongState, match="外れていません"):
                await attempt
        with pytest.raises(Conflict):
            await organizations.reinstate(town.officer, body.id, version=7)
        with pytest.raises(NotFound):
            await organizations.reinstate(town.other_officer, body.id, version=1)
        assert await Entry.all().count() == entries

    play(story)


def test_headquarters_puts_a_body_under_another_station_with_its_places_and_contacts(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        place = await organizations.add_establishment(town.officer, organization_id=body.id, name="本店")
        feed, secret = await with_feed_and_token(town, contact)
        there = town.other_station.id
        await organizations.transfer(town.hq, body.id, version=1, unit_id=there)
        rows = [
            await Organization.get(id=body.id),
            await Contact.get(id=contact.id),
            await Establishment.get(id=place.id),
            await Person.get(id=contact.person_id),
            await Subscription.get(id=feed.id),
            await tokens.actor_of(secret, town.hq.now),
        ]
        assert [row.unit_id for row in rows] == [there] * 6
        assert await organizations.visible_to(town.officer).count() == 0
        assert [one.id for one in await organizations.contacts_visible_to(town.other_officer)] == [contact.id]

    play(story)


def test_a_retired_body_may_be_moved_and_reinstated_where_it_is_now(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        await organizations.retire(town.officer, body.id, version=1, on=ON)
        await organizations.transfer(town.hq, body.id, version=2, unit_id=town.other_station.id)
        after = await organizations.reinstate(town.other_officer, body.id, version=3)
        assert (after.unit_id, after.retired_on) == (town.other_station.id, None)

    play(story)


def test_a_station_gives_no_body_away_and_nobody_puts_one_under_a_closed_unit(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        with pytest.raises(NotAllowed):
            await organizations.transfer(town.officer, body.id, version=1, unit_id=town.other_station.id)
        await units.retire(town.admin, town.other_station.id, version=1, on=ON)
        with pytest.raises(Invalid) as refused:
            await organizations.transfer(town.hq, body.id, version=1, unit_id=town.other_station.id)
        assert refused.value.field == "unit_id"
        with pytest.raises(Conflict):
            await organizations.transfer(town.hq, body.id, version=2, unit_id=town.section.id)
        assert (await Organization.get(id=body.id)).unit_id == town.station.id

    play(story)


def test_a_correction_does_not_turn_one_body_into_another(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "架空電力", corporate_number=NPA)
        other = await make.company(town.officer, "例示商店")
        with pytest.raises(Conflict, match="すでに登録されています"):
            await organizations.correct(town.officer, other.id, version=1, corporate_number=NPA)
        assert (await Organization.get(id=other.id)).corporate_number is None

    play(story)


def test_every_kind_and_every_role_of_a_contact_can_be_taken_in(play: Any) -> None:
    async def story(town: Town) -> None:
        for kind in OrganizationKind:
            body = await organizations.register(town.officer, kind=kind, name=f"見本{kind}")
            for role in ContactRole:
                await make.contact(town.officer, body, role=role)
        assert await Contact.all().count() == len(OrganizationKind) * len(ContactRole)

    play(story)
