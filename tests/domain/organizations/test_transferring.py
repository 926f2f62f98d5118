"""A body comes under another unit, and whatever is its own goes along."""

from datetime import date
from typing import Any

import pytest

from domain import organizations, tokens, units
from domain.errors import Conflict, Invalid, NotAllowed
from domain.feeds import Subscription
from domain.organizations import Contact, Establishment, Organization
from domain.people import Person
from tests import make
from tests.domain.organizations.parting import with_feed_and_token
from tests.make import Town

ON = date(2026, 7, 1)


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
