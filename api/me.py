"""Who is asking: the role and post behind the token, and which mutations it may ask for."""

import strawberry

from api import reading
from api.context import Info
from api.mutations import OFFERED
from api.organizations import Organization
from api.people import Person
from api.units import Unit
from domain.actor import Role


@reading.made(description="Whoever asks. What is null is nothing of theirs, or hidden from their role.")
class Me:
    role: Role
    mutations: list[str] = strawberry.field(description="What this role may ask for; the row and its state decide too.")
    person: Person | None
    unit: Unit | None
    organization: Organization | None


def me(info: Info) -> Me:
    actor = info.context.actor
    return Me(
        role=actor.role,
        mutations=sorted(name for name, roles in OFFERED.items() if actor.role in roles),
        person=reading.read("Person", actor.person_id),
        unit=reading.read("Unit", actor.unit_id),
        organization=reading.read("Organization", actor.organization_id) if actor.organization_id else None,
    )


@reading.shape
class MeQueries:
    me: Me = strawberry.field(resolver=me, metadata=reading.answered(rows=1, verb=None))
