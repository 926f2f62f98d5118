"""Two departments on one firm: it is shown to the second, which sees it and its people and puts nothing right."""

from typing import Any

import pytest

from domain import drills, organizations, people, walls
from domain.actor import Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.organizations import CoOwner, Organization
from domain.walls import DESK, GUEST
from tests import make
from tests.domain.test_walls import beside, everything
from tests.make import Town


async def shared(town: Town) -> tuple[Organization, Any, CoOwner]:
    body = await make.company(town.officer)
    contact = await make.contact(town.officer, body)
    await organizations.add_establishment(town.officer, organization_id=body.id, name="本店")
    row = await organizations.share(town.officer, body.id, unit_id=town.other_station.id, reason="経済安全保障")
    return body, contact, row


async def seen(who: Any) -> tuple[int, ...]:
    scopes = (
        organizations.visible_to,
        organizations.establishments_visible_to,
        organizations.contacts_visible_to,
        organizations.co_owners_visible_to,
    )
    return tuple([await scope(who).count() for scope in scopes])


def test_a_unit_that_is_shown_a_body_sees_it_with_its_places_and_people_until_that_ends(play: Any) -> None:
    async def story(town: Town) -> None:
        stranger = await make.company(town.officer, "例示ガス株式会社")
        await make.contact(town.officer, stranger, mail_address="gas@partner.example")
        body, contact, row = await shared(town)
        other = town.other_officer
        assert await seen(other) == (1, 1, 1, 1)
        assert [one.id for one in await organizations.visible_to(other)] == [body.id]
        guests = [one.id for one in await people.visible_to(other).filter(is_officer=False)]
        assert guests == [contact.person_id]
        await organizations.end_sharing(other, row.id, version=1)
        assert await seen(other) == (0, 0, 0, 1)
        assert not await people.visible_to(other).filter(is_officer=False).exists()

    play(story)


def test_whoever_is_shown_a_body_invites_its_people_and_changes_nothing_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body, contact, _ = await shared(town)
        other = town.other_officer
        for attempt in (
            organizations.correct(other, body.id, version=1, name="乗っ取り"),
            organizations.retire(other, body.id, version=1, on=other.today),
            organizations.correct_contact(other, contact.id, version=1, family_name="別人"),
            organizations.retire_contact(other, contact.id, version=1, on=other.today),
            organizations.share(other, body.id, unit_id=town.section.id, reason="例"),
            make.contact(other, body),
        ):
            with pytest.raises(NotAllowed, match="所管"):
                await attempt
        assert (await Organization.get(id=body.id)).version == 1
        asked = await make.drill(other)
        await drills.invite(other, asked.id, contact_id=contact.id)

    play(story)


def test_a_body_is_shown_once_to_a_unit_that_does_not_keep_it_and_only_by_its_keeper(play: Any) -> None:
    async def story(town: Town) -> None:
        body, _, _ = await shared(town)
        with pytest.raises(Conflict, match="共管"):
            await organizations.share(town.hq, body.id, unit_id=town.other_station.id, reason="例")
        for unit in (town.station, town.prefecture):
            with pytest.raises(Invalid) as refused:
                await organizations.share(town.officer, body.id, unit_id=unit.id, reason="例")
            assert refused.value.field == "unit_id"
        foreign = await make.company(town.other_officer, "見本信用金庫")
        with pytest.raises(NotFound):
            await organizations.share(town.officer, foreign.id, unit_id=town.station.id, reason="例")
        assert await CoOwner.all().count() == 1

    play(story)


def test_who_comes_to_keep_a_body_is_shown_it_no_more_and_who_kept_it_sees_it_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        body, _, row = await shared(town)
        await organizations.transfer(town.hq, body.id, version=1, unit_id=town.other_station.id)
        assert (await CoOwner.get(id=row.id)).ended_on == town.hq.today
        assert (await seen(town.officer))[:3] == (0, 0, 0)
        assert (await seen(town.other_officer))[:3] == (1, 1, 1)

    play(story)


def test_with_whom_a_body_is_shared_is_no_partners_affair_on_either_wall(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        _, contact, _ = await shared(town)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        assert (await seen(partner))[3] == 0
        assert walls.for_reading(partner).role == GUEST
        assert await everything(CoOwner, walls.for_reading(partner)) == []
        assert walls.for_reading(other.hq).role == DESK
        assert await everything(CoOwner, walls.for_reading(other.hq)) == []
        assert len(await everything(CoOwner, walls.for_reading(town.hq))) == 1

    play(story)
