"""設立から解散まで: a council is founded, put right, handed to another secretariat, and dissolved with its terms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import records, units
from domain.actor import LIAISONS, Actor, Author, Role
from domain.councils.council import Council, CouncilKind, CouncilMembership, find_kept
from domain.errors import Conflict, Invalid
from domain.japanese import kana_order, name_key, search_key, storable
from domain.verbs import verb


@verb(*LIAISONS)
async def establish(
    actor: Actor,
    *,
    kind: CouncilKind,
    name: str,
    founded_on: date,
    name_kana: str = "",
    purpose: str = "",
    members_are_known: bool = False,
    remarks: str = "",
    unit_id: UUID | None = None,
) -> Council:
    """Take a council in; its secretariat is the actor's unit, or one that it covers."""
    unit = await units.find_covered(actor, unit_id)
    values = {"kind": kind, "purpose": purpose, "members_are_known": members_are_known, "remarks": remarks}
    called = named(name, name_kana)
    return await records.create(
        actor, Council, "council-established", unit_id=unit.id, founded_on=founded_on, **called, **values
    )


def named(name: str, name_kana: str) -> dict[str, str]:
    """The columns that follow from what a council is called. Raises Invalid."""
    records.must_say(storable(name, field="name"), "名称", "name")
    return {
        "name": name,
        "name_kana": name_kana,
        "search": search_key(f"{name} {name_kana}"),
        "kana_order": kana_order(name_kana or name),
        "identity": name_key(name),
    }


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    council_id: UUID,
    *,
    version: int,
    kind: CouncilKind | None = None,
    name: str | None = None,
    name_kana: str | None = None,
    purpose: str | None = None,
    members_are_known: bool | None = None,
    founded_on: date | None = None,
    remarks: str | None = None,
) -> Council:
    """Correct what is known of a council; what is left out stays as it is."""
    council = await find_kept(actor, council_id, version)
    given: dict[str, Any] = {
        "kind": kind,
        "purpose": purpose,
        "members_are_known": members_are_known,
        "founded_on": founded_on,
        "remarks": remarks,
    }
    values = {column: value for column, value in given.items() if value is not None}
    if name is not None or name_kana is not None:
        values |= named(council.name if name is None else name, council.name_kana if name_kana is None else name_kana)
    if founded_on is not None:
        await _must_precede(council, founded_on)
    return await records.change(actor, council, "council-corrected", **values)


async def _must_precede(council: Council, founded_on: date) -> None:
    """Raises Invalid where the council would have ended, or somebody been a member, before it was founded."""
    terms = CouncilMembership.filter(council_id=council.id, removed_at=None, term_from__lt=founded_on)
    if (council.dissolved_on is not None and council.dissolved_on <= founded_on) or await terms.exists():
        raise Invalid("設立日は、会員の任期の初日と解散日より前の日付にしてください。", field="founded_on")


Objection = Callable[[Council, date], Awaitable[None]]
OBJECTIONS: list[Objection] = []


def when_dissolving(objection: Objection) -> Objection:
    """Register what refuses that a council is dissolved on a day while something of it is still to come."""
    OBJECTIONS.append(objection)
    return objection


@verb(*LIAISONS)
async def dissolve(actor: Actor, council_id: UUID, *, on: date, version: int | None = None) -> Council:
    """解散: `on` is the first day without it; the terms of its members end the day before.

    Raises Conflict where a term is to begin only then, WrongState where a meeting is to be held on that day or later.
    """
    council = await find_kept(actor, council_id, version)
    records.must_last(council.dissolved_on)
    if on <= council.founded_on:
        raise Invalid("解散日は設立日より後の日付にしてください。", field="on")
    for objection in OBJECTIONS:
        await objection(council, on)
    members = await _members(council).filter(Q(term_to=None) | Q(term_to__gte=on)).order_by("id")
    for member in members:
        if member.term_from >= on:
            raise Conflict(
                f"{member.term_from:%Y年%-m月%-d日}に始まる「{member.name}」の任期があります。先にその任期を取り消してください。"
            )
    ended = {"term_to": on - timedelta(days=1)}
    await records.change_many(actor, "council-membership-ended", [(member, ended) for member in members])
    return await records.change(actor, council, "council-dissolved", dissolved_on=on)


def _members(council: Council) -> QuerySet[CouncilMembership]:
    return CouncilMembership.filter(council_id=council.id, removed_at=None).select_for_update()


Companion = Callable[[Author, Council, UUID], Awaitable[None]]
COMPANIONS: list[Companion] = []


def when_moving(companion: Companion) -> Companion:
    """Register what goes along with a council that comes under another secretariat, or refuses that."""
    COMPANIONS.append(companion)
    return companion


@verb(Role.HQ_LIAISON)
async def transfer(actor: Actor, council_id: UUID, *, version: int, unit_id: UUID) -> Council:
    """事務局の変更: put a council with its members and the meetings that are planned under another unit.

    What is over stays with the unit that has done it. Raises WrongState where people are invited to a meeting.
    """
    council = await find_kept(actor, council_id, version)
    unit = await units.find_covered(actor, unit_id)
    members = await CouncilMembership.filter(council_id=council.id).order_by("id").select_for_update()
    moved = {"unit_id": unit.id}
    await records.change_many(actor, "council-membership-transferred", [(member, moved) for member in members])
    for companion in COMPANIONS:
        await companion(actor, council, unit.id)
    return await records.change(actor, council, "council-transferred", unit_id=unit.id)
