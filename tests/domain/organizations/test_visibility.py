"""Who sees a body, its places and its people, and that seeing is not changing."""

from typing import Any

import pytest

from domain import organizations
from domain.actor import Role
from domain.errors import NotAllowed, NotFound
from domain.organizations import Contact, Establishment, Organization
from domain.people import Person
from tests import make
from tests.make import Town


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
