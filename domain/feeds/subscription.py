"""A subscription: who has one, how its address is told, replaced and ended, and what its feed was when last written."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Protocol
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import letters, outbox, records, units, volunteers
from domain.actor import LIAISONS, OUTSIDERS, TOKYO, Actor, Author
from domain.criteria import any_of, nothing
from domain.errors import Conflict, Incomplete, WrongState
from domain.feeds import address
from domain.japanese import Honorific, addressed, wareki
from domain.outbox import Letter
from domain.people import Person, outside, when_leaving, when_moving
from domain.people import visible_to as people_visible_to
from domain.records import Owned
from domain.table import Table
from domain.units import Unit
from domain.verbs import broken, verb
from domain.volunteers import Volunteer


class Subscription(Owned):
    """One feed, until `revoked_at`. `person_id` is empty for a station's feed, which shows the unit's dates and all
    below it; `reader_id` is the officer to whom its address was told. A person has one for each device or purpose:
    `label` tells them apart, so that each is replaced and ended alone. With `keeps_cancelled` what was cancelled
    stays as long as everything else. Each `generation` has other addresses, those that were told of it stand in
    `FeedAddress`. One that `rests` ended with its owner's pause, and comes back with another address. `fetched` is the
    digest of what was given to whoever came last; `last_fetched_at` is exact for the first who came after a change,
    else to an hour. Instants are UTC."""

    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField("renkei.Person", null=True)
    person_id: UUID | None
    reader_id = fields.UUIDField(null=True)
    label = fields.CharField(max_length=40, default="")
    keeps_cancelled = fields.BooleanField(default=False)
    generation = fields.IntField(default=1)
    revoked_at = fields.DatetimeField(null=True)
    rests = fields.BooleanField(default=False)
    last_fetched_at = fields.DatetimeField(null=True)
    fetched = fields.CharField(max_length=32, default="")

    class Meta:
        table = "subscription"


class Whose(Protocol):
    """What says which dates are in a feed."""

    @property
    def prefecture_id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def keeps_cancelled(self) -> bool: ...


class FeedState(Table):
    """What a feed was when it was last written: `digest` of its bytes, by this `renderer`, at `rendered_at`, after so
    many `stirs` (`rendered_stirs`). It still is that while no stir has come and `fresh_until` has not; `modified_at` is
    when its bytes were first seen to be these. `synced_…` is the same of what its CalDAV programs were told last, which
    is called `synced_name` and has the version `sync_version`. The database makes the row with the subscription's."""

    subscription_id = fields.UUIDField(primary_key=True)
    stirs = fields.BigIntField(default=0)
    rendered_stirs = fields.BigIntField(null=True)
    renderer = fields.CharField(max_length=32, default="")
    digest = fields.CharField(max_length=32, default="")
    rendered_at = fields.DatetimeField(null=True)
    fresh_until = fields.DatetimeField(null=True)
    modified_at = fields.DatetimeField(null=True)
    sync_version = fields.BigIntField(default=0)
    synced_stirs = fields.BigIntField(null=True)
    synced_renderer = fields.CharField(max_length=32, default="")
    synced_at = fields.DatetimeField(null=True)
    synced_until = fields.DatetimeField(null=True)
    synced_name = fields.CharField(max_length=120, default="")

    class Meta:
        table = "feed_state"


ENOUGH = "きょうはもうお送りしました。届かないときは、迷惑メールの中を確かめるか、担当者にお電話ください。"
ENOUGH_LATELY = "この30日に何度もお送りしました。届かないときは、担当者にお電話ください。"
OVER = "カレンダーの購読は終わっています。もう一度使うときは、担当者にお電話ください。"

MOST_OPEN = 10
"""How many feeds one person may have at once."""

broken(
    "subscription_person",
    "この人の購読アドレスはすでにあります。アドレスの取り替えを使うか、別の呼び名を付けてください。",
)


def visible_to(actor: Actor) -> QuerySet[Subscription]:
    """Liaison officers see their units' feeds; everybody else their own."""
    if actor.role in LIAISONS:
        return Subscription.filter(any_of(Subscription, "unit_id", actor.units))
    return Subscription.filter(person_id=actor.person_id) if actor.role in OUTSIDERS else nothing(Subscription)


@verb(*LIAISONS, *OUTSIDERS)
async def subscribe(actor: Actor, *, person_id: UUID, label: str = "", keeps_cancelled: bool = False) -> Subscription:
    """Give a person a feed of their own dates, for the device or purpose of that label, and tell them its address by
    letter."""
    person = await records.see(people_visible_to(actor), person_id, field="person_id")
    return await _opened(actor, person, label=label, keeps_cancelled=keeps_cancelled)


async def _opened(author: Author, person: Person, **values: Any) -> Subscription:
    records.must_last(person.retired_on)
    if await volunteers.is_paused(person.id):
        raise WrongState("休止中です。活動を再開してから、購読アドレスを作ってください。", field="person_id")
    if await Subscription.filter(person_id=person.id, revoked_at=None).count() >= MOST_OPEN:
        raise Conflict(f"購読アドレスは一人{MOST_OPEN}件までです。使っていないものを無効にしてください。")
    whose = {"prefecture_id": person.prefecture_id, "unit_id": person.unit_id, "person_id": person.id}
    return await _told(author, await records.create(author, Subscription, "feed-opened", **whose, **values))


async def tell(author: Author, person: Person) -> None:
    """Tell somebody where their dates are, by letter: the newest feed that they have, as it is, for another address
    would take it from their programs; whoever has never had one is given one. In the caller's transaction, one at a
    time for each person. Raises WrongState where they were told often enough on this day or in these weeks, where what
    they had has ended, or while they pause, and Incomplete where there is no address to write to."""
    await Person.filter(id=person.id).select_for_update().get()
    theirs = Subscription.filter(person_id=person.id)
    living = theirs.filter(Q(revoked_at=None) | Q(revoked_at__gt=author.now))
    feed = await living.order_by("-created_at", "-id").first()
    if feed is None:
        if await theirs.filter(rests=False).exists():
            raise WrongState(OVER)
        await _opened(author, person)
        return
    today, lately = f":{author.now.astimezone(TOKYO).date()}:", author.now - letters.WEEKS
    told = Letter.filter(key__startswith=_letter(feed))
    if await told.filter(key__startswith=f"{_letter(feed)}{today}").count() >= letters.A_DAY:
        raise WrongState(ENOUGH)
    if await told.filter(owed_at__gt=lately).count() >= letters.IN_WEEKS:
        raise WrongState(ENOUGH_LATELY)
    await _told(author, feed, f"{today}{author.now.isoformat()}")


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
    return await _replaced(actor, feed, "feed-rotated", actor.now, **reader)


async def _replaced(author: Author, feed: Subscription, fact: str, ended_at: datetime, **values: Any) -> Subscription:
    """The feed, locked before, with another address, which is told; what was told before has ended at that instant."""
    await address.end(feed.id, ended_at)
    values["generation"] = feed.generation + 1
    return await _told(author, await records.change(author, feed, fact, **values))


@verb(*LIAISONS, *OUTSIDERS)
async def send_own(actor: Actor, *, label: str = "", keeps_cancelled: bool = False) -> Subscription:
    """Give the actor a feed of their own dates under this label, with a new address where there was one before; it is
    told by letter too, so that they hear of it."""
    records.must_fit(Subscription, {"label": label})
    there = await own(actor).filter(label=label).select_for_update().first()
    if there is None:
        return await subscribe(actor, person_id=actor.person_id, label=label, keeps_cancelled=keeps_cancelled)
    await records.change(actor, there, "feed-changed", keeps_cancelled=keeps_cancelled)
    return await rotate(actor, there.id)


def own(actor: Actor) -> QuerySet[Subscription]:
    """The actor's own living feeds."""
    return _open(actor).filter(person_id=actor.person_id)


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
        for feed in await Subscription.filter(person_id=person.id, rests=True).select_for_update():
            await records.change(author, feed, "feed-ended", rests=False)


@volunteers.when_stepping_back
async def rest(author: Author, volunteer: Volunteer, reason: str) -> None:
    """休止 ends the feeds of whoever pauses, in the same transaction; not those of whoever serves in another kind."""
    if not await volunteers.is_paused(volunteer.person_id):
        return
    living = Subscription.filter(Q(revoked_at=None) | Q(revoked_at__gt=author.now), person_id=volunteer.person_id)
    for feed in await living.order_by("id").select_for_update():
        await records.change(author, feed, "feed-rests", revoked_at=author.now, rests=True)


@volunteers.when_returning
async def go_on(author: Author, person_id: UUID) -> None:
    """Whoever comes back expects their calendar to fill again, without asking: the last feed of each label goes on at a
    new address, which is told by letter, and as long as they stay themself. The old one stays ended, for some programs
    have given it up when they were told so and others have not, and nobody knows who has had it meanwhile. What cannot
    go on, for want of a mail address or because there is one of that label, ends for good."""
    person = await Person.get(id=person_id)
    until = _last_instant(person)
    living = Subscription.filter(Q(revoked_at=None) | Q(revoked_at__gt=author.now), person_id=person_id)
    taken = {feed.label for feed in await living}
    resting = Subscription.filter(person_id=person_id, rests=True, revoked_at__isnull=False)
    for feed in await resting.order_by("-revoked_at", "-id").select_for_update():
        assert feed.revoked_at is not None, "what rests has ended"
        if not person.mail_address or feed.label in taken or (until and until <= author.now):
            await records.change(author, feed, "feed-ended", rests=False)
            continue
        taken.add(feed.label)
        await _replaced(author, feed, "feed-goes-on", feed.revoked_at, revoked_at=until, rests=False)


def _last_instant(person: Person) -> datetime | None:
    """When their feeds end, where the day is known from which on they are gone; in Japan it begins at midnight."""
    return datetime.combine(person.retired_on, time(), TOKYO) if person.retired_on else None


@when_moving
async def move_with_the_body(author: Author, person: Person, unit_id: UUID) -> None:
    """The calendar of a contact whose body comes under another unit is called by that one."""
    for feed in await Subscription.filter(person_id=person.id, revoked_at=None).select_for_update():
        await records.change(author, feed, "feed-moved", unit_id=unit_id)


async def _told(actor: Author, feed: Subscription, turn: str = "") -> Subscription:
    reader = await Person.get(id=feed.person_id or actor.person_id)
    if not reader.mail_address:
        raise Incomplete("メールアドレスが登録されていないため、購読アドレスを送れません。", field="person_id")
    unit = await Unit.get(id=feed.unit_id)
    await outbox.owe(
        f"{_letter(feed)}{turn}",
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


def _letter(feed: Subscription) -> str:
    return f"feed-address:{feed.id}:{feed.generation}"


async def called(feed: Whose) -> str:
    """The name that the calendar program shows; never a person's name."""
    unit = await Unit.get(id=feed.unit_id)
    return f"連携 {unit.name}" if feed.person_id is None else f"連携 予定({unit.name})"
