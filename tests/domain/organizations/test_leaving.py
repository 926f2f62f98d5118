"""What ends with a contact, a place or a body that is gone, and how each comes back."""

from datetime import date
from typing import Any

import pytest

from domain import organizations, tokens
from domain.actor import Role
from domain.errors import Conflict, Invalid, NotFound, Unauthenticated, WrongState
from domain.feeds import Subscription
from domain.journal import Entry
from domain.organizations import Contact
from domain.people import Person
from tests import make
from tests.domain.organizations.parting import with_feed_and_token
from tests.make import Town

ON = date(2026, 7, 1)
LATER = date(2026, 10, 1)


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
        leaving = await make.contact(town.officer, body, mail_address="leaving@partner.example")
        await organizations.retire_contact(town.officer, leaving.id, version=1, on=LATER)
        coming = await make.contact(town.officer, body, mail_address="coming@partner.example", since=LATER)
        await organizations.retire(town.officer, body.id, version=1, on=ON)
        assert [(await Contact.get(id=one.id)).until for one in (contact, leaving, coming)] == [ON, ON, LATER]
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, town.officer.now)
        for attempt in (
            make.contact(town.officer, body),
            organizations.add_establishment(town.officer, organization_id=body.id, name="支店"),
            organizations.retire(town.officer, body.id, version=2, on=LATER),
        ):
            with pytest.raises(WrongState):
                await attempt
        assert await Contact.all().count() == 3

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
