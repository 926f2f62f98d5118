"""Who sees a drill, and how little a partner learns of the others (X10, X14)."""

from datetime import timedelta
from typing import Any

import pytest

from domain import calendar, drills
from domain.actor import Actor, Role
from domain.calendar import PartStat
from domain.drills import Participation
from tests import make
from tests.domain.drills.asking import answer, attendee_of, confirmed, participation_of
from tests.make import Town


async def seen(actor: Actor) -> tuple[int, int, int]:
    """How many drills, parts and attendees."""
    return (
        await drills.visible_to(actor).count(),
        await drills.participations_visible_to(actor).count(),
        await calendar.attendees_visible_to(actor).count(),
    )


def test_a_partner_sees_the_drill_and_its_own_part_and_not_how_many_others_come(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [a, b] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        partner = make.outsider(town.officer, Role.PARTNER, b)
        assert [row.id for row in await drills.visible_to(partner)] == [drill.id]
        [part] = await drills.participations_visible_to(partner)
        assert part.organization_id == b.organization_id
        assert [row.person_id for row in await calendar.attendees_visible_to(partner)] == [b.person_id]
        assert await seen(partner) == (1, 1, 1)
        hidden = drills.participations_visible_to(partner).filter(id=(await participation_of(a)).id)
        assert not await hidden.exists()

    play(story)


def test_a_partner_that_is_not_invited_sees_no_drill(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        stranger = await make.contact(town.officer, await make.company(town.officer, "見本信用金庫"))
        assert await seen(make.outsider(town.officer, Role.PARTNER, stranger)) == (0, 0, 0)

    play(story)


def test_a_drill_is_not_seen_before_the_invitation(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        contact = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        assert await seen(partner) == (0, 0, 0)
        await drills.invite(town.officer, drill.id, contact_id=contact.id)
        assert await seen(partner) == (1, 1, 1)

    play(story)


def test_a_partner_still_sees_a_drill_that_was_declined_postponed_or_called_off(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        await answer(town, contact, PartStat.DECLINED)
        assert await seen(partner) == (1, 1, 1)
        later = drill.starts_at + timedelta(days=7)
        await drills.postpone(
            town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        assert await seen(partner) == (1, 1, 1)
        await drills.call_off(town.officer, drill.id, reason="大雨")
        assert await seen(partner) == (1, 1, 1)

    play(story)


def test_a_partner_whose_invitation_was_taken_back_sees_nothing_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(contact)).id)
        assert await seen(make.outsider(town.officer, Role.PARTNER, contact)) == (0, 0, 0)
        assert await Participation.all().count() == 1

    play(story)


@pytest.mark.parametrize("role", [role for role in Role if role not in ("HQ_LIAISON", "STATION_LIAISON", "PARTNER")])
def test_nobody_else_sees_a_drill_or_who_comes(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        _, [contact] = await confirmed(town)
        other = make.outsider(town.officer, role, contact)
        assert (await seen(other))[:2] == (0, 0)

    play(story)


def test_liaison_officers_see_the_drills_of_their_units(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town, "架空電力株式会社", "見本信用金庫")
        assert await seen(town.officer) == (1, 2, 2)
        assert await seen(town.hq) == (1, 2, 2)
        assert await seen(town.other_officer) == (0, 0, 0)

    play(story)
