"""宛先の範囲: whom a set of criteria means today, counted before anything is sent to them."""

from typing import Any

import strawberry

from api import mutations, reading, referring
from api.context import Info
from api.enums import offer
from domain import audience
from domain.audience import AudienceCriteria, Reach

offer(Reach)

CRITERIA: Any = mutations.input_of(AudienceCriteria)
PRICE = 2_000
"""Rows that one audience is held to cost."""


@reading.made(description="How many bodies are best reached in one way.")
class ReachCount:
    reach: Reach
    count: int


@reading.made(description="A body that is meant: of how many contacts, and the best way to reach one of them.")
class AddressedBody:
    organization: strawberry.ID
    name: str
    unit: strawberry.ID
    contacts: int
    reach: Reach


@reading.made(description="宛先の範囲: who is meant today.")
class AudiencePreview:
    body_count: int
    contact_count: int
    with_address: int = strawberry.field(description="Contacts to whom a letter can go.")
    without_address: int = strawberry.field(description="Contacts to whom none can.")
    reached: list[ReachCount] = strawberry.field(description="Of the bodies, by the best way to reach somebody there.")
    bodies: list[AddressedBody] = strawberry.field(description="In the order of their names, `first` after `after`.")

    @classmethod
    def of(cls, found: audience.Preview) -> "AudiencePreview":
        shown = [
            AddressedBody(
                organization=strawberry.ID(reading.encode("Organization", one.organization_id)),
                name=one.name,
                unit=strawberry.ID(reading.encode("Unit", one.unit_id)),
                contacts=one.contacts,
                reach=one.reach,
            )
            for one in found.shown
        ]
        return cls(
            body_count=found.bodies,
            contact_count=found.contacts,
            with_address=found.with_address,
            without_address=found.without_address,
            reached=[ReachCount(reach=way, count=found.reached.get(way, 0)) for way in Reach],
            bodies=shown,
        )


async def _audience(
    info: Info,
    criteria: CRITERIA,
    first: int = 20,
    after: strawberry.ID | None = None,
) -> AudiencePreview:
    found = await audience.preview(
        info.context.actor,
        mutations.meant(AudienceCriteria, criteria),
        first=first,
        after_id=referring.key("organization_id", after) if after else None,
    )
    return AudiencePreview.of(found)


@reading.shape
class AudienceQueries:
    audience: AudiencePreview = strawberry.field(
        resolver=_audience,
        metadata=reading.answered(PRICE, audience.preview),
        description="Whom the criteria mean today; `after` is the last body that was shown. 100 at most at once.",
    )
