"""購読: calendar feeds for a person or a station, behind a secret address that its owner is told by letter.

The address is derived from the installation's key, the subscription and its generation (`tokens.derive`): rotating
raises the generation, so the old address ends at once. A feed shows its owner's dates from 90 days back to 365
ahead, and a cancelled one for 30 days more; never what they have declined, nor who else is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain import letters, outbox, records, units
from domain.actor import LIAISONS, OUTSIDERS, TOKYO, Actor, Author
from domain.calendar import Appointment, Attendee, PartStat
from domain.errors import Incomplete
from domain.japanese import Honorific, addressed, wareki
from domain.people import Person, outside, when_leaving, when_moving
from domain.people import visible_to as people_visible_to
from domain.records import Owned, any_of, nothing
from domain.units import Unit
from domain.verbs import broken, verb

BACK, AHEAD, CANCELLED_STAYS = timedelta(days=90), timedelta(days=365), timedelta(days=30)
PURPOSE = "feed"


class Subscription(Owned):
    """One feed, until `revoked_at`. `person_id` is empty for a station's feed, which shows the unit's dates and all
    below it; `reader_id` is the officer to whom its address was told. Instants are UTC."""

    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField("renkei.Person", null=True)
    person_id: UUID | None
    reader_id = fields.UUIDField(null=True)
    generation = fields.IntField(default=1)
    revoked_at = fields.DatetimeField(null=True)
    last_fetched_at = fields.DatetimeField(null=True)

    class Meta:
        table = "subscription"


broken("subscription_person", "この人の購読アドレスはすでにあります。アドレスの取り替えを使ってください。")


def visible_to(actor: Actor) -> QuerySet[Subscription]:
    """Liaison officers see their units' feeds; everybody else their own."""
    if actor.role in LIAISONS:
        return Subscription.filter(any_of(Subscription, "unit_id", actor.units))
    return Subscription.filter(person_id=actor.person_id) if actor.role in OUTSIDERS else nothing(Subscription)


@verb(*LIAISONS, *OUTSIDERS)
async def subscribe(actor: Actor, *, person_id: UUID) -> Subscription:
    """Give a person a feed of their own dates and tell them its address by letter."""
    person = await records.see(people_visible_to(actor), person_id, field="person_id")
    records.must_last(person.retired_on)
    values = {"unit_id": person.unit_id, "person_id": person.id}
    return await _told(actor, await records.create(actor, Subscription, "feed-opened", **values))


@verb(*LIAISONS)
async def subscribe_unit(actor: Actor, *, unit_id: UUID) -> Subscription:
    """Give a station a feed of all its dates; its address is told to the officer who asked, and ends when they leave
    their unit."""
    unit = await records.see(Unit.filter(any_of(Unit, "id", actor.units)), unit_id, field="unit_id")
    values = {"unit_id": unit.id, "reader_id": await _lasting(actor)}
    return await _told(actor, await records.create(actor, Subscription, "feed-opened", **values))


@verb(*LIAISONS, *OUTSIDERS)
async def rotate(actor: Actor, subscription_id: UUID) -> Subscription:
    """Replace the address: the old one ends now, the new one is told by letter."""
    feed = await records.find(_open(actor), subscription_id)
    reader = {} if feed.person_id else {"reader_id": await _lasting(actor)}
    values = {"generation": feed.generation + 1, **reader}
    return await _told(actor, await records.change(actor, feed, "feed-rotated", **values))


@verb(*LIAISONS, *OUTSIDERS)
async def send_own(actor: Actor) -> Subscription:
    """Tell the actor the address of a feed of their own dates by letter, a new one where there was one before."""
    own = await _open(actor).filter(person_id=actor.person_id).select_for_update().first()
    if own is None:
        return await subscribe(actor, person_id=actor.person_id)
    return await rotate(actor, own.id)


@verb(*LIAISONS, *OUTSIDERS)
async def revoke(actor: Actor, subscription_id: UUID) -> Subscription:
    """End a feed now."""
    feed = await records.find(_open(actor), subscription_id)
    return await records.change(actor, feed, "feed-revoked", revoked_at=actor.now)


async def _lasting(actor: Actor) -> UUID:
    """The officer who will have the address of a unit. Raises WrongState for one whose last day is known."""
    records.must_last((await Person.get(id=actor.person_id)).retired_on)
    return actor.person_id


def _open(actor: Actor) -> QuerySet[Subscription]:
    return visible_to(actor).filter(Q(revoked_at=None) | Q(revoked_at__gt=actor.now))


@when_leaving
async def end_with_the_post(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves the house keeps no view of its dates; who only moves to another unit keeps their own, but not the
    one of any other unit, which is told to open another."""
    living = Subscription.filter(Q(revoked_at=None) | Q(revoked_at__gt=at))
    for feed in await living.filter(outside(to), reader_id=person.id).select_for_update():
        await records.change(author, feed, "feed-ended", revoked_at=at)
        facts = {"title": await called(feed), "person": person.name, "ended_on": wareki(at.astimezone(TOKYO).date())}
        await letters.write(author, None, feed.unit_id, "unit-feed-ended", f"{feed.id}:{feed.generation}", facts)
    if to is None:
        for feed in await living.filter(person_id=person.id).select_for_update():
            await records.change(author, feed, "feed-ended", revoked_at=at)


@when_moving
async def move_with_the_body(author: Author, person: Person, unit_id: UUID) -> None:
    """The calendar of a contact whose body comes under another unit is called by that one."""
    for feed in await Subscription.filter(person_id=person.id, revoked_at=None).select_for_update():
        await records.change(author, feed, "feed-moved", unit_id=unit_id)


async def _told(actor: Actor, feed: Subscription) -> Subscription:
    reader = await Person.get(id=feed.person_id or actor.person_id)
    if not reader.mail_address:
        raise Incomplete("メールアドレスが登録されていないため、購読アドレスを送れません。", field="person_id")
    unit = await Unit.get(id=feed.unit_id)
    await outbox.owe(
        f"feed-address:{feed.id}:{feed.generation}",
        "feed-address",
        unit_id=feed.unit_id,
        to=(reader.name, reader.mail_address),
        person_id=reader.id,
        facts={
            **await units.signature(unit),
            "recipient": addressed(reader.name, Honorific.SAMA),
            "subscription_id": str(feed.id),
            "generation": feed.generation,
        },
        owed_at=actor.now,
    )
    return feed


async def called(feed: Subscription) -> str:
    """The name that the calendar program shows; never a person's name."""
    unit = await Unit.get(id=feed.unit_id)
    return f"連携 {unit.name}" if feed.person_id is None else f"連携 予定({unit.name})"


async def shown_in(feed: Subscription, now: datetime) -> list[Appointment]:
    """The dates in the feed's window, in a fixed order."""
    return await (await _shown(feed, now)).order_by("id")


async def raised_in(feed: Subscription) -> dict[UUID, int]:
    """How far its owner's SEQUENCE is ahead of that of a date: what they were told of it alone (`sequence_for`)."""
    raised = Attendee.filter(person_id=feed.person_id, raised__gt=0) if feed.person_id else nothing(Attendee)
    return {one.appointment_id: one.raised for one in await raised}


async def state(feed: Subscription, now: datetime) -> str:
    """A short text that is another as soon as one of the dates that `shown_in` gives is; it costs one look at them."""
    return await records.state_of(await _shown(feed, now))


async def _shown(feed: Subscription, now: datetime) -> QuerySet[Appointment]:
    begins, ends = _window(now)
    owned = await _dates_of(feed)
    kept = Q(cancelled_at=None) | Q(cancelled_at__gt=now - CANCELLED_STAYS)
    return owned.filter(kept, ends_at__gte=begins, starts_at__lt=ends)


def _window(now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - BACK, today + AHEAD


async def _dates_of(feed: Subscription) -> QuerySet[Appointment]:
    if feed.person_id is None:
        return Appointment.filter(any_of(Appointment, "unit_id", await units.below(feed.prefecture_id, feed.unit_id)))
    asked = Attendee.filter(person_id=feed.person_id, removed_at=None, invited_at__isnull=False)
    # Whoever has declined is not told any more what becomes of the date.
    counted_on = asked.exclude(partstat=PartStat.DECLINED)
    return Appointment.filter(id__in=Subquery(counted_on.values("appointment_id")))


async def note_fetch(feed: Subscription, now: datetime) -> None:
    """Remember, to the hour, that somebody's calendar program has come by; this is no change of the feed."""
    if feed.last_fetched_at is None or now - feed.last_fetched_at > timedelta(hours=1):
        await Subscription.filter(id=feed.id).update(last_fetched_at=now)
