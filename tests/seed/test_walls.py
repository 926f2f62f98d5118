"""In a prefecture of usual size the second wall takes from nobody what the first one shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import feeds, tokens, walls
from domain.activities import Activity
from domain.actor import Actor, Bearer, Role
from domain.calendar import Appointment, Attendee
from domain.criteria import is_nothing
from domain.drills import Drill
from domain.feeds import Subscription
from domain.history import SCOPES
from domain.lectures import Lecture
from domain.organizations import Contact
from domain.people import Person
from domain.volunteers import Volunteer
from domain.walls import Wall
from seed.days import at

EVERY = 11
"""One in so many people is tried, unless all of them are."""


async def guests(now: datetime) -> list[Actor]:
    """Every contact as a partner and as a school, every volunteer."""
    bodies = [(role, one, one.organization_id) for one in await Contact.all() for role in (Role.PARTNER, Role.SCHOOL)]
    themselves = [(Role.VOLUNTEER, one, None) for one in await Volunteer.all()]
    return [
        Actor(role, now, one.person_id, one.unit_id, one.prefecture_id, (), organization_id)
        for role, one, organization_id in sorted([*bodies, *themselves], key=lambda found: found[1].id)
    ]


async def ids(rows: Callable[[], QuerySet[Any]], wall: Wall = walls.OUTSIDE) -> set[Any]:
    """Asked for anew behind the wall: a question keeps the connection on which it was made up."""
    async with walls.alone_behind(wall):
        return set(await rows().values_list("id", flat=True))


async def compared(actor: Actor, found: Counter[str]) -> None:
    """Adds to `found` how many rows of each kind the actor sees, behind the second wall as without it."""
    for model, scope in SCOPES.items():
        if not is_nothing(scope(actor)):
            seen = await ids(partial(scope, actor))
            assert await ids(partial(scope, actor), walls.for_reading(actor)) == seen, (actor, model)
            found[f"{actor.role} {model.__name__}"] += len(seen)


GUESTS_SEE = {
    Role.PARTNER: "Agreement AgreementParty Appointment Attendee Contact Drill Organization Participation Person Unit",
    Role.SCHOOL: "Appointment Attendee Contact Lecture Organization Person Unit",
    Role.VOLUNTEER: "Activity ActivityParticipation Appointment Assignment Attendee Commission Lecture Person Unit "
    "Volunteer VolunteerGroup",
}


def test_every_guest_sees_behind_the_second_wall_what_they_see_without_it(look, demo, full):
    async def story() -> Counter[str]:
        found: Counter[str] = Counter()
        for guest in (await guests(at(demo.today, "12:00")))[:: 1 if full else EVERY]:
            await compared(guest, found)
        return found

    found = look(story())
    for role, kinds in GUESTS_SEE.items():
        assert {kind.split()[1] for kind in +found if kind.split()[0] == role} >= set(kinds.split())


def test_the_ten_see_behind_the_second_wall_what_they_see_without_it(look, demo):
    async def story() -> set[Role]:
        roles = set()
        for secret in demo.card["tokens"].values():
            actor = await tokens.actor_of(secret, at(demo.today, "23:00"))
            await compared(actor, Counter())
            roles.add(actor.role)
        return roles

    assert look(story()) == set(Role)


async def shown_to(person: Bearer, wall: Wall = walls.OUTSIDE) -> set[UUID]:
    """What a feed of theirs shows."""
    feed = Subscription(person_id=person.person_id, unit_id=person.unit_id)
    async with walls.alone_behind(wall):
        return {one.id for one in await feeds.dates_in(feed, "", person.now)}


def test_the_bearer_of_a_link_finds_their_own_dates_behind_the_wall_and_what_belongs_to_these(look, demo, full):
    async def story() -> Counter[str]:
        found: Counter[str] = Counter()
        asked = await Person.filter(attendees__id__isnull=False).distinct().order_by("id")
        for person in asked[:: 1 if full else EVERY]:
            wall = walls.for_link(person.prefecture_id, person.id)
            dates = set(await Attendee.filter(person_id=person.id).values_list("appointment_id", flat=True))
            assert await ids(Appointment.all, wall) == dates
            for model in (Lecture, Drill, Activity):
                belonging = await ids(partial(model.filter, appointment_id__in=list(dates)))
                assert belonging <= await ids(model.all, wall)
                found[model.__name__] += len(belonging)
            bearer = Bearer(at(demo.today, "12:00"), person.id, person.unit_id)
            shown = await shown_to(bearer)
            assert await shown_to(bearer, wall) == shown
            found["shown"] += len(shown)
        return found

    assert {*(+look(story()))} == {"Lecture", "Drill", "Activity", "shown"}
