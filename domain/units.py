"""所属: the tree of police units, from the prefectural police to its headquarters' sections and stations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import database, records
from domain.actor import OUTSIDERS, Actor, Role
from domain.errors import Incomplete, Invalid, NotFound
from domain.japanese import kana_order, phone_number, search_key
from domain.japanese import mail_address as checked_address
from domain.records import Record
from domain.verbs import broken, verb


class UnitKind(StrEnum):
    """NATIONAL 警察庁, PREFECTURE 都道府県警察, HEADQUARTERS 本部の部・課・係, STATION 警察署, SECTION 署の課・係."""

    NATIONAL = "NATIONAL"
    PREFECTURE = "PREFECTURE"
    HEADQUARTERS = "HEADQUARTERS"
    STATION = "STATION"
    SECTION = "SECTION"


class Unit(Record):
    """A unit of the police. `code` is unique within the prefecture.

    `phone` is the switchboard number that letters name for calling back; `domain` (on the prefecture only) is the
    right side of every calendar UID (RFC 7986 §5.3) and never changes.
    """

    parent: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "renkei.Unit", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    parent_id: UUID | None
    prefecture_id = fields.UUIDField()
    kind = fields.CharEnumField(UnitKind, max_length=20)
    code = fields.CharField(max_length=20)
    name = fields.CharField(max_length=100)
    name_kana = fields.CharField(max_length=200, default="")
    search = fields.CharField(max_length=400)
    kana_order = fields.TextField()
    phone = fields.CharField(max_length=30, default="")
    extension = fields.CharField(max_length=20, default="")
    mail_address = fields.CharField(max_length=254, default="")
    domain = fields.CharField(max_length=200, default="")
    retired_on = fields.DateField(null=True)

    class Meta:
        table = "unit"
        indexes = [Index(fields=("parent_id",), name="unit_parent")]


broken("unit_code", "同じ所属コードがすでにあります。別のコードにしてください。")
broken("unit_below_itself", "上位の所属をたどると自分に戻ります。上位の所属を確かめてください。")


def visible_to(actor: Actor) -> QuerySet[Unit]:
    """Police roles see their prefecture's units (a statistician needs their names); outsiders their own contact's."""
    if actor.role is Role.NATIONAL:
        return Unit.filter(kind=UnitKind.PREFECTURE)
    if actor.role in OUTSIDERS:
        return Unit.filter(id=actor.unit_id)
    return Unit.filter(prefecture_id=actor.prefecture_id)


async def find_standing(actor: Actor, unit_id: UUID, on: date, field: str = "unit_id") -> Unit:
    """A unit that still stands on a day. Raises NotFound, and Invalid for one that is closed by then."""
    unit = await records.see(visible_to(actor), unit_id, field=field)
    if unit.retired_on is not None and unit.retired_on <= on:
        raise Invalid("廃止された所属です。いまある所属を選んでください。", field=field)
    return unit


async def find_covered(actor: Actor, unit_id: UUID | None) -> Unit:
    """The unit told, or the actor's own, where it stands today. Raises Invalid for one that the post does not cover."""
    unit = await find_standing(actor, unit_id or actor.unit_id, actor.today)
    if unit.id not in actor.units:
        raise Invalid("自分の所属が受け持つ所属を選んでください。", field="unit_id")
    return unit


BELOW = """
    WITH RECURSIVE covered AS (
        SELECT $2::uuid AS id
        UNION
        SELECT unit.id FROM covered JOIN unit ON unit.parent_id = covered.id AND unit.prefecture_id = $1)
    SELECT id FROM covered"""


async def find_reachable(today: date) -> list[Unit]:
    """Every unit that stands and tells outside how it is reached, prefecture by prefecture, headquarters before the
    stations and each before what is below it, of equals by kana; whoever doubts a mail looks here, so it is for
    everybody to read."""
    standing = Q(retired_on=None) | Q(retired_on__gt=today)
    every = {one.id: one for one in await Unit.exclude(kind=UnitKind.NATIONAL)}
    reached = await Unit.filter(standing, ~Q(phone="", mail_address="")).exclude(kind=UnitKind.NATIONAL)
    ranks = list(UnitKind)

    def place(unit: Unit) -> list[tuple[int, str, UUID]]:
        """Where it stands, from the top of its tree down."""
        above = place(every[unit.parent_id]) if unit.parent_id in every else []
        return [*above, (ranks.index(unit.kind), unit.kana_order, unit.id)]

    return sorted(reached, key=place)


async def find_switchboard(today: date) -> Unit | None:
    """The prefecture whose number somebody is told of whom nothing is known: where the house serves just one."""
    standing = Q(retired_on=None) | Q(retired_on__gt=today)
    found = await Unit.filter(standing, kind=UnitKind.PREFECTURE).limit(2)
    return found[0] if len(found) == 1 and found[0].phone else None


async def below(prefecture_id: UUID, unit_id: UUID) -> tuple[UUID, ...]:
    """The unit and everything below it, in one statement however deep the tree is."""
    return tuple([row["id"] for row in await database.rows(BELOW, prefecture_id, unit_id)])


async def find_own_below(actor: Actor, unit_id: UUID | None, field: str = "unit_id") -> Sequence[UUID]:
    """The actor's units, or of these the one that is told and all below it. Raises NotFound for another's."""
    if unit_id is None:
        return actor.units
    if unit_id not in actor.units:
        raise NotFound(records.MISSING, field=field)
    return await below(actor.prefecture_id, unit_id)


async def find_names(actor: Actor) -> Callable[[UUID], str]:
    """What says clearly which unit is meant, as a list that is taken in again has to: its name, or where several of
    the prefecture share that its code."""
    known = {unit.id: unit for unit in await visible_to(actor)}
    shared = Counter(unit.name for unit in known.values())
    return lambda id: known[id].name if shared[known[id].name] == 1 else known[id].code


def headquarters_among(units: Iterable[Unit]) -> Unit | None:
    """The headquarters of a prefecture, founded with it: of those directly below the prefecture the first."""
    own = [unit for unit in units if unit.kind is UnitKind.HEADQUARTERS and unit.parent_id == unit.prefecture_id]
    return min(own, key=lambda unit: unit.id, default=None)


def written(name: str, name_kana: str) -> dict[str, str]:
    """The columns that follow from a unit's name."""
    records.must_say(name, "所属の名称", "name")
    return {
        "name": name,
        "name_kana": name_kana,
        "search": search_key(f"{name} {name_kana}"),
        "kana_order": kana_order(name_kana or name),
    }


def reached(phone: str, extension: str, mail: str) -> dict[str, str]:
    """The columns that say how a unit is reached: its letters name them, so they must be right."""
    return {
        "phone": phone_number(phone, "phone") if phone else "",
        "extension": extension,
        "mail_address": checked_address(mail) if mail else "",
    }


async def signature(unit: Unit) -> dict[str, str]:
    """What a letter says of the unit that sends it; the number to call back is the prefecture's where it has none."""
    phone = unit.phone or (await Unit.get(id=unit.prefecture_id)).phone
    return {
        "unit_name": unit.name,
        "unit_phone": phone,
        "unit_extension": unit.extension,
        "unit_mail": unit.mail_address,
    }


@verb(Role.ADMIN)
async def establish(
    actor: Actor,
    *,
    parent_id: UUID,
    kind: UnitKind,
    code: str,
    name: str,
    name_kana: str = "",
    phone: str = "",
    extension: str = "",
    mail_address: str = "",
) -> Unit:
    """Add a unit below another. Raises NotFound for the parent, Invalid for one that is closed, Conflict for a code in
    use."""
    parent = await find_standing(actor, parent_id, actor.today, field="parent_id")
    if kind in (UnitKind.NATIONAL, UnitKind.PREFECTURE):
        raise Invalid("この種別の所属は追加できません。本部の部署・警察署・課を選んでください。", field="kind")
    records.must_say(code, "所属コード", "code")
    return await records.create(
        actor,
        Unit,
        "unit-established",
        parent_id=parent.id,
        prefecture_id=parent.prefecture_id,
        kind=kind,
        code=code,
        **reached(phone, extension, mail_address),
        **written(name, name_kana),
    )


@verb(Role.ADMIN)
async def correct(
    actor: Actor,
    unit_id: UUID,
    *,
    version: int,
    name: str | None = None,
    name_kana: str | None = None,
    phone: str | None = None,
    extension: str | None = None,
    mail_address: str | None = None,
) -> Unit:
    """Correct a unit's name and how it is reached; what is left out stays as it is."""
    unit = await records.find(visible_to(actor), unit_id, version)
    named = written(_or(name, unit.name), _or(name_kana, unit.name_kana))
    contact = reached(_or(phone, unit.phone), _or(extension, unit.extension), _or(mail_address, unit.mail_address))
    return await records.change(actor, unit, "unit-corrected", **contact, **named)


def _or(told: str | None, before: str) -> str:
    return before if told is None else told


@verb(Role.ADMIN)
async def retire(actor: Actor, unit_id: UUID, *, version: int, on: date) -> Unit:
    """Close a unit from a day on; it stays for the records it owns."""
    unit = await records.find(visible_to(actor), unit_id, version)
    records.must_last(unit.retired_on)
    if await Unit.filter(parent_id=unit.id, retired_on=None).exists():
        raise Incomplete("下位の所属が残っています。先に下位の所属を廃止してください。")
    return await records.change(actor, unit, "unit-retired", retired_on=on)
