"""消去の一覧: what is due is listed by the clock, reviewed by one officer, approved by another, then carried out.

DRAWN_UP -> REVIEWED -> APPROVED -> CARRIED_OUT; a review that is sent back begins again. Whoever must be kept, for
instance for a lawsuit, is held with a reason until that is lifted (legal hold), whatever stands on a list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import documents, people, records
from domain.actor import TOKYO, Actor, Author, Bearer, Role
from domain.criteria import any_of, nothing
from domain.errors import Conflict, NotAllowed, WrongState, meaning
from domain.people import Person
from domain.records import Owned
from domain.retention.due import Rule, due_persons
from domain.retention.mentions import named_in
from domain.retention.texts import SWEEPS, count_texts
from domain.states import Moves, must_move, said
from domain.units import Unit, UnitKind
from domain.verbs import broken, routine, verb


class ErasureStatus(StrEnum):
    """案, 点検済, 承認済, 消去済."""

    DRAWN_UP = "DRAWN_UP"
    REVIEWED = "REVIEWED"
    APPROVED = "APPROVED"
    CARRIED_OUT = "CARRIED_OUT"


LABELS: Mapping[ErasureStatus, str] = {
    ErasureStatus.DRAWN_UP: "案",
    ErasureStatus.REVIEWED: "点検済",
    ErasureStatus.APPROVED: "承認済",
    ErasureStatus.CARRIED_OUT: "消去済",
}
MOVES: Moves[ErasureStatus] = {
    ErasureStatus.DRAWN_UP: (ErasureStatus.REVIEWED,),
    ErasureStatus.REVIEWED: (ErasureStatus.APPROVED, ErasureStatus.DRAWN_UP),
    ErasureStatus.APPROVED: (ErasureStatus.CARRIED_OUT,),
    ErasureStatus.CARRIED_OUT: (),
}


class ErasureList(Owned):
    """One list of a prefecture: `drawn_up_on` is the day as of which it says what is due; instants are UTC."""

    status = fields.CharEnumField(ErasureStatus, max_length=20, default=ErasureStatus.DRAWN_UP)
    drawn_up_on = fields.DateField()
    reviewed_by_id = fields.UUIDField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    approved_by_id = fields.UUIDField(null=True)
    approved_at = fields.DatetimeField(null=True)
    carried_out_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "erasure_list"


class ErasureItem(Owned):
    """One line: a person who is due since `due_on`, or without one the texts of a rule as of that day, and how many.

    `mentions` are the places in other rows that name the person (`mentions.named_in`), as of the last look. `erased_at`
    stays empty where somebody was held, or had come back, when the list was carried out.
    """

    list: fields.ForeignKeyRelation[ErasureList] = fields.ForeignKeyField(
        "renkei.ErasureList", on_delete=fields.RESTRICT, related_name=False
    )
    list_id: UUID
    person_id = fields.UUIDField(null=True)
    rule = fields.CharEnumField(Rule, max_length=20)
    due_on = fields.DateField()
    count = fields.IntField(default=1)
    mentions: Sequence[str] = fields.JSONField(default=tuple)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "erasure_item"
        indexes = [Index(fields=("list_id", "id"), name="erasure_item_list")]


class LegalHold(Owned):
    """保存の指示: nothing of this person is erased until it is lifted. Why is data of the class SENSITIVE."""

    person_id = fields.UUIDField()
    reason = fields.CharField(max_length=500)
    held_by_id = fields.UUIDField()
    lifted_at = fields.DatetimeField(null=True)
    lifted_by_id = fields.UUIDField(null=True)
    lifted_because = fields.CharField(max_length=500, default="")

    class Meta:
        table = "legal_hold"


broken("legal_hold_once", "この人の消去はすでに止められています。")


def visible_to(actor: Actor) -> QuerySet[ErasureList]:
    """Headquarters' liaison officers decide what is erased; nobody else sees the lists."""
    if actor.role is Role.HQ_LIAISON:
        return ErasureList.filter(prefecture_id=actor.prefecture_id)
    return nothing(ErasureList)


def items_visible_to(actor: Actor) -> QuerySet[ErasureItem]:
    """As the lists."""
    if actor.role is Role.HQ_LIAISON:
        return ErasureItem.filter(prefecture_id=actor.prefecture_id)
    return nothing(ErasureItem)


def holds_visible_to(actor: Actor) -> QuerySet[LegalHold]:
    """As the lists."""
    if actor.role is Role.HQ_LIAISON:
        return LegalHold.filter(prefecture_id=actor.prefecture_id)
    return nothing(LegalHold)


@verb(Role.HQ_LIAISON)
async def review(actor: Actor, list_id: UUID, *, version: int | None = None) -> ErasureList:
    """点検: the list was gone through, and whoever must be kept is held. Where those on it are named in texts of other
    rows is looked for once more."""
    found = await records.find(visible_to(actor), list_id, version)
    status = must_move(MOVES, LABELS, found.status, ErasureStatus.REVIEWED)
    await _look_for_names(actor, found)
    seen = {"reviewed_by_id": actor.person_id, "reviewed_at": actor.now, "reason": ""}
    return await records.change(actor, found, "erasure-reviewed", status=status, **seen)


@verb(Role.HQ_LIAISON)
async def send_back(actor: Actor, list_id: UUID, *, reason: str, version: int | None = None) -> ErasureList:
    """差戻し: the review has to begin again, for a reason."""
    found = await records.find(visible_to(actor), list_id, version)
    status = must_move(MOVES, LABELS, found.status, ErasureStatus.DRAWN_UP)
    undone = {"reviewed_by_id": None, "reviewed_at": None, "reason": said(reason)}
    return await records.change(actor, found, "erasure-sent-back", status=status, **undone)


@verb(Role.HQ_LIAISON)
async def approve(actor: Actor, list_id: UUID, *, version: int | None = None) -> ErasureList:
    """承認: what stands on the list is erased for good within the next minutes. Raises NotAllowed for its reviewer."""
    found = await records.find(visible_to(actor), list_id, version)
    status = must_move(MOVES, LABELS, found.status, ErasureStatus.APPROVED)
    if found.reviewed_by_id == actor.person_id:
        raise NotAllowed("点検した人は承認できません。県本部の別の担当者が承認してください。")
    decided = {"approved_by_id": actor.person_id, "approved_at": actor.now}
    return await records.change(actor, found, "erasure-approved", status=status, **decided)


@verb(Role.HQ_LIAISON)
async def hold(actor: Actor, *, person_id: UUID, reason: str) -> LegalHold:
    """保存の指示: nothing of this person is erased until the hold is lifted. Raises Conflict where they are held."""
    person = await records.see(people.visible_to(actor), person_id, field="person_id")
    if person.erased_at is not None:
        raise WrongState("この人の情報はすでに消去されています。")
    if await LegalHold.exists(person_id=person.id, lifted_at=None):
        raise Conflict("この人の消去はすでに止められています。", field="person_id")
    values = {"unit_id": person.unit_id, "person_id": person.id, "held_by_id": actor.person_id}
    return await records.create(actor, LegalHold, "erasure-held", reason=said(reason), **values)


@verb(Role.HQ_LIAISON)
async def lift(actor: Actor, hold_id: UUID, *, reason: str, version: int | None = None) -> LegalHold:
    """指示の解除: what was held goes with the next list on which it stands."""
    held = await records.find(holds_visible_to(actor), hold_id, version)
    if held.lifted_at is not None:
        raise WrongState("この指示はすでに解除されています。")
    lifted = {"lifted_at": actor.now, "lifted_by_id": actor.person_id, "lifted_because": said(reason)}
    with meaning(lifted_because="reason"):
        return await records.change(actor, held, "erasure-hold-lifted", **lifted)


@routine
async def draw_up(now: datetime) -> int:
    """List what is due in every prefecture, on the list that nobody has reviewed yet; how many lines are new. Papers
    whose period is over are shown to nobody outside from now on."""
    await documents.end(Bearer(now))
    today = now.astimezone(TOKYO).date()
    tops = await Unit.filter(kind=UnitKind.PREFECTURE).order_by("id")
    return sum([await _draw_up(Bearer(now), top, today) for top in tops])


async def _draw_up(clock: Bearer, top: Unit, today: date) -> int:
    due, drawn = await due_persons(top.id, today), await _open_list(top)
    outdated = await ErasureItem.filter(list_id=drawn.id, person_id=None).delete() if drawn else 0
    waiting = await _waiting(top.id)
    listed = {item.person_id for item in waiting}
    lines = [
        {"person_id": one.person_id, "rule": one.rule, "due_on": one.on, "count": 1}
        for one in due
        if one.person_id not in listed
    ]
    for rule in sorted(set(SWEEPS) - {item.rule for item in waiting}):
        if count := await count_texts(top.id, rule, today):
            lines.append({"person_id": None, "rule": rule, "due_on": today, "count": count})
    whose: dict[str, Any] = {"unit_id": top.id, "prefecture_id": top.id}
    if drawn and (lines or outdated):
        await records.correct(clock, drawn, "erasure-drawn-up-again", "", drawn_up_on=today)
    elif lines:
        drawn = await records.create(clock, ErasureList, "erasure-drawn-up", **whose, drawn_up_on=today)
    if drawn:
        listed_in = whose | {"list_id": drawn.id}
        await records.create_many(clock, ErasureItem, "erasure-listed", [listed_in | line for line in lines])
        await _look_for_names(clock, drawn)
    return len(lines)


async def _look_for_names(author: Author, drawn: ErasureList) -> None:
    """Note for each person on the list which texts of other rows name them."""
    items = await ErasureItem.filter(list_id=drawn.id, person_id__not_isnull=True).order_by("id")
    found = await named_in(drawn.prefecture_id, [item.person_id for item in items if item.person_id])
    for item in items:
        places = found.get(item.person_id, []) if item.person_id else []
        if [*item.mentions] != places:
            await records.change(author, item, "erasure-mentions-found", mentions=places)


async def _open_list(top: Unit) -> ErasureList | None:
    drawn = ErasureList.filter(prefecture_id=top.id, status=ErasureStatus.DRAWN_UP)
    return await drawn.order_by("id").select_for_update().first()


async def _waiting(prefecture_id: UUID) -> list[ErasureItem]:
    """The lines of every list that is still to be carried out."""
    waiting = await ErasureList.filter(prefecture_id=prefecture_id).exclude(status=ErasureStatus.CARRIED_OUT)
    return await ErasureItem.filter(list_id__in=[one.id for one in waiting])


async def named(person_ids: Collection[UUID]) -> list[Person]:
    """The persons of whom something is still known, in the order of their ids."""
    return await Person.filter(any_of(Person, "id", person_ids), erased_at=None).order_by("id")
