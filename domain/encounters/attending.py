"""参加者: who took part in an encounter, each with the post that they held on that day, frozen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import organizations, people, records
from domain.actor import LIAISONS, Actor, Author
from domain.criteria import any_of, nothing
from domain.encounters.encounter import Encounter
from domain.errors import Incomplete, Invalid
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.records import Owned
from domain.units import Unit
from domain.values import dataclass

MOST = 50
Row = dict[str, Any]


class EncounterSide(StrEnum):
    """警察, 相手方."""

    POLICE = "POLICE"
    PARTNER = "PARTNER"


class EncounterAttendance(Owned):
    """Somebody who took part, as an officer of a unit or for a body; `job_title` and `department` are of that day and
    never change. Without a person it is a post whose holder we do not know by name."""

    encounter: fields.ForeignKeyRelation[Encounter] = fields.ForeignKeyField(
        "renkei.Encounter", on_delete=fields.CASCADE, related_name=False
    )
    encounter_id: UUID
    side = fields.CharEnumField(EncounterSide, max_length=10)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID | None
    police_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "renkei.Unit", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    police_unit_id: UUID | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    job_title = fields.CharField(max_length=100, default="")
    department = fields.CharField(max_length=100, default="")
    is_lead = fields.BooleanField(default=False)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "encounter_attendance"
        indexes = [
            Index(fields=("encounter_id", "created_at", "id"), name="encounter_attendance_encounter"),
            Index(fields=("person_id",), name="encounter_attendance_person"),
        ]


def attendances_visible_to(actor: Actor) -> QuerySet[EncounterAttendance]:
    """As their encounters; whoever was named by mistake was not there."""
    if actor.role not in LIAISONS:
        return nothing(EncounterAttendance)
    return EncounterAttendance.filter(any_of(EncounterAttendance, "unit_id", actor.units), removed_at=None)


@dataclass(frozen=True)
class EncounterMember:
    """Who took part: an officer, a contact, or somebody of the body who is no contact of ours, by their post alone.

    `job_title` and `department` are needed only where the post of that day is not on file.
    """

    officer_id: UUID | None = None
    contact_id: UUID | None = None
    job_title: str = ""
    department: str = ""
    is_lead: bool = False


async def find_members(actor: Actor, encounter: Encounter, members: Sequence[EncounterMember]) -> list[Row]:
    """Who is meant, each with the post of that day: what `attend` enters. Raises Invalid, NotFound."""
    rows = [await _row(actor, encounter, member) for member in members]
    _must_make_sense(rows)
    return rows


async def attend(author: Author, encounter: Encounter, rows: Sequence[Row]) -> None:
    """Enter who took part instead of whoever was entered before; without any the ones before stay.

    Raises Incomplete where nobody of the police or nobody of the other side was there.
    """
    present = EncounterAttendance.filter(encounter_id=encounter.id, removed_at=None)
    sides = {row["side"] for row in rows} if rows else {row.side for row in await present}
    if sides != set(EncounterSide):
        raise Incomplete("参加者は、警察と相手方のそれぞれ1人以上を入力してください。", field="members")
    if rows:
        for gone in await present.order_by("id").select_for_update():
            await records.change(author, gone, "encounter-attendance-removed", removed_at=author.now)
        await records.create_many(author, EncounterAttendance, "encounter-attended", rows)


def _must_make_sense(rows: Sequence[Row]) -> None:
    named = [row["person_id"] for row in rows if row["person_id"]]
    if len(set(named)) < len(named):
        raise Invalid("同じ人が二度入っています。一人に一つにしてください。", field="members")
    if len(rows) > MOST:
        raise Invalid(f"参加者は{MOST}人までにしてください。", field="members")
    if any(sum(row["is_lead"] for row in rows if row["side"] is side) > 1 for side in EncounterSide):
        raise Invalid("代表者は、警察と相手方のそれぞれ1人にしてください。", field="members")


async def _row(actor: Actor, encounter: Encounter, member: EncounterMember) -> Row:
    common = {
        "unit_id": encounter.unit_id,
        "prefecture_id": encounter.prefecture_id,
        "encounter_id": encounter.id,
        "person_id": None,
        "police_unit_id": None,
        "organization_id": None,
        "is_lead": member.is_lead,
    }
    officer = await _officer(actor, member, encounter.day) if member.officer_id else None
    contact = await _contact(actor, member, encounter.day) if member.contact_id else None
    if officer and contact:
        raise Invalid("職員と担当者の、どちらか一つを指定してください。", field="members")
    if named := officer or contact:
        return common | named
    records.must_say(member.job_title, "担当者として登録していない人の職名", "members")
    told = {"organization_id": encounter.organization_id, "side": EncounterSide.PARTNER}
    return common | told | _post(member)


async def _officer(actor: Actor, member: EncounterMember, day: date) -> Row:
    officer = await records.see(people.officers_visible_to(actor), _known(member.officer_id), field="members")
    _must_be_there(officer.retired_on, day)
    post = await people.post_on(officer, day)
    unit = await Unit.get(id=post.unit_id) if post else None
    frozen = _post(member, post.job_title if post else "", unit.name if unit else "")
    return {"side": EncounterSide.POLICE, "person_id": officer.id, "police_unit_id": unit and unit.id} | frozen


async def _contact(actor: Actor, member: EncounterMember, day: date) -> Row:
    scope = organizations.contacts_visible_to(actor)
    contact: Contact = await records.see(scope, _known(member.contact_id), field="members")
    _must_be_there(contact.until, day)
    held = (contact.job_title, contact.department) if contact.since <= day else ("", "")
    who = {"person_id": contact.person_id, "organization_id": contact.organization_id}
    return {"side": EncounterSide.PARTNER} | who | _post(member, *held)


def _post(member: EncounterMember, job_title: str = "", department: str = "") -> dict[str, str]:
    """The post of that day: what is said of it, else what is on file."""
    return {"job_title": member.job_title or job_title, "department": member.department or department}


def _known(id: UUID | None) -> UUID:
    assert id is not None
    return id


def _must_be_there(left_on: date | None, day: date) -> None:
    if left_on is not None and left_on <= day:
        raise Invalid("その日には、すでに登録から外れていた人です。日付か人を確かめてください。", field="members")
