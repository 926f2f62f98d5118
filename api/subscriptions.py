"""購読: calendar feeds, to read and to open, rotate and revoke. The address itself goes by letter only."""

from datetime import datetime

import strawberry

from api import reading
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import feeds
from domain.rights import DataClass


@reading.filters
class CalendarFeedFilter:
    unit: strawberry.ID | None = reading.of_unit()
    person: strawberry.ID | None = reading.refers("person_id", "Person")
    revoked: bool | None = reading.present("revoked_at")


@reading.entity(feeds.Subscription, feeds.visible_to)
@reading.shape(description="購読: a calendar feed of a person's or, without a person, a unit's dates.")
class CalendarFeed(Node):
    version: int
    label: str = reading.column(data=DataClass.PERSONAL, description="The device or purpose that it is for.")
    keeps_cancelled: bool = reading.column(description="Whether what was cancelled stays longer than 30 days.")
    generation: int
    created_at: datetime
    revoked_at: datetime | None
    last_fetched_at: datetime | None
    person: Person | None = reading.one("person_id")
    reader: Person | None = reading.one(
        "reader_id", data=DataClass.INTERNAL, description="Of a unit's feed: the officer who has its address."
    )
    unit: Unit | None = reading.one("unit_id")


@reading.shape
class SubscriptionQueries:
    calendar_feed: CalendarFeed | None = reading.root_one()
    calendar_feeds: Connection[CalendarFeed] = reading.root_connection(
        order=reading.desc("created_at"), filters=CalendarFeedFilter
    )


SubscriptionMutations = mutations(
    CalendarFeed,
    open_calendar_feed=feeds.subscribe,
    open_unit_calendar_feed=feeds.subscribe_unit,
    rotate_calendar_feed=feeds.rotate,
    revoke_calendar_feed=feeds.revoke,
)
