"""締結式: the date on which an agreement is to be signed, as any other date in the calendars of those who are asked.

PLANNED -> HELD | CANCELLED; moved with its UID. An agreement has one that stands. Its title says what is signed and not
with whom, nor does its place, for those who are asked need not know of each other (X10).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import calendar, invitations, records
from domain.actor import LIAISONS, Actor, Author
from domain.agreements.agreement import (
    KIND_LABELS,
    OPEN,
    Agreement,
    AgreementStatus,
    visible_to,
)
from domain.agreements.agreement import LABELS as AGREEMENT_LABELS
from domain.agreements.naming import must_not_say, tells, when_taken_back
from domain.calendar import Appointment, AppointmentKind
from domain.calendar import AppointmentStatus as DateStatus
from domain.criteria import any_of, nothing
from domain.errors import WrongState, meaning
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves, must_be_in, must_move, said
from domain.verbs import broken, verb


class CeremonyStatus(StrEnum):
    """予定, 実施済, 中止."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


LABELS: Mapping[CeremonyStatus, str] = {
    CeremonyStatus.PLANNED: "予定",
    CeremonyStatus.HELD: "実施済",
    CeremonyStatus.CANCELLED: "中止",
}
MOVES: Moves[CeremonyStatus] = {
    CeremonyStatus.PLANNED: (CeremonyStatus.HELD, CeremonyStatus.CANCELLED),
    CeremonyStatus.HELD: (),
    CeremonyStatus.CANCELLED: (),
}
BEFORE_SIGNING = (*OPEN, AgreementStatus.IN_APPROVAL, AgreementStatus.AWAITING_SIGNATURE)
DROPPED = "協定の締結を取りやめたため"


class SigningCeremony(Owned):
    """One ceremony; `starts_at` repeats the appointment's for ordered reading. `reason` is why it was moved or called
    off last."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    status = fields.CharEnumField(CeremonyStatus, max_length=10)
    starts_at = fields.DatetimeField()
    reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "signing_ceremony"
        indexes = [Index(fields=("agreement_id", "id"), name="signing_ceremony_agreement")]


belongs(AppointmentKind.CEREMONY, SigningCeremony, (CeremonyStatus.HELD,))
broken(
    "signing_ceremony_once",
    "この協定の締結式はすでに予定されています。日時は、その予定で変更してください。",
)


def ceremonies_visible_to(actor: Actor) -> QuerySet[SigningCeremony]:
    """As their agreements, to liaison officers alone; whoever is asked sees the date."""
    if actor.role not in LIAISONS:
        return nothing(SigningCeremony)
    return SigningCeremony.filter(any_of(SigningCeremony, "unit_id", actor.units))


@verb(*LIAISONS)
async def plan_signing(
    actor: Actor,
    agreement_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    online_url: str = "",
    title: str | None = None,
    version: int | None = None,
) -> SigningCeremony:
    """締結式の予定: a firm date on which the agreement is to be signed. Nobody is asked yet.

    Raises WrongState for an agreement that is signed or given up, and where title or place name a party that has not
    consented (X10); Invalid for a date that has passed, Conflict where one is planned already.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(AGREEMENT_LABELS, agreement.status, *BEFORE_SIGNING)
    calendar.must_be_ahead(actor, starts_at)
    if title is not None:
        records.must_say(title, "件名", "title")
    with meaning(ceremony="title", signed_at="place"):
        await must_not_say(agreement, ceremony=title or "", signed_at=place)
    firm = {"place": place, "online_url": online_url, "status": DateStatus.CONFIRMED}
    name = title or f"{KIND_LABELS[agreement.kind]}締結式"
    unit = await agreement.unit
    date = await calendar.propose(actor, AppointmentKind.CEREMONY, unit, name, starts_at, ends_at, **firm)
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id, "appointment_id": date.id}
    await records.touch(actor, agreement)
    planned = {"status": CeremonyStatus.PLANNED, "starts_at": starts_at}
    return await records.create(actor, SigningCeremony, "signing-planned", **planned, **whose)


async def find_planned(actor: Actor, ceremony_id: UUID, version: int | None) -> tuple[SigningCeremony, Appointment]:
    """A ceremony of the actor's that is still to come, with its date. Raises NotFound, Conflict, WrongState."""
    ceremony = await records.find(ceremonies_visible_to(actor), ceremony_id, version)
    must_be_in(LABELS, ceremony.status, CeremonyStatus.PLANNED)
    return ceremony, await Appointment.get(id=ceremony.appointment_id)


@verb(*LIAISONS)
async def move_signing(
    actor: Actor,
    ceremony_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
    online_url: str | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> SigningCeremony:
    """Another date or place: same UID, SEQUENCE raised; at another time whoever is asked is asked again.

    Raises Invalid for a date that has passed, WrongState once it was held, or as `plan_signing`.
    """
    ceremony, date = await find_planned(actor, ceremony_id, version)
    calendar.must_be_ahead(actor, starts_at)
    why = said(reason) if reason is not None else ""
    agreement = await records.see(visible_to(actor), ceremony.agreement_id)
    with meaning(signed_at="place"):
        await must_not_say(agreement, signed_at=place or "")
    before, is_moved = date.version, (starts_at, ends_at) != (date.starts_at, date.ends_at)
    where = {name: told for name, told in (("place", place), ("online_url", online_url)) if told is not None}
    dates = {"starts_at": starts_at, "ends_at": ends_at}
    await calendar.change(actor, date, "appointment-rescheduled", **dates, **where)
    await records.change(actor, ceremony, "signing-moved", starts_at=starts_at, reason=why)
    if date.version == before:
        return ceremony
    if is_moved:
        await calendar.ask_anew(actor, await calendar.coming(date.id).select_for_update())
    kind = "signing-rescheduled" if is_moved else "signing-changed"
    await invitations.tell_all(actor, date, kind, reason=why)
    return await records.touch(actor, ceremony)


@when_taken_back
async def must_name_none(agreement: Agreement) -> None:
    """Raises WrongState where the ceremony that is to come has a name that is not to be told in its title or place."""
    for ceremony in await SigningCeremony.filter(agreement_id=agreement.id, status=CeremonyStatus.PLANNED):
        date = await Appointment.get(id=ceremony.appointment_id)
        if await tells(agreement, date.title):
            raise WrongState("締結式の件名に名称が入っています。先に cancelSigning で中止し、予定し直してください。")
        if await tells(agreement, date.place):
            raise WrongState("締結式の場所に名称が入っています。先に moveSigning で場所を書き直してください。")


@verb(*LIAISONS)
async def cancel_signing(
    actor: Actor, ceremony_id: UUID, *, reason: str, version: int | None = None
) -> SigningCeremony:
    """中止, with the reason that everybody is told who is asked; another one may be planned then."""
    ceremony = await records.find(ceremonies_visible_to(actor), ceremony_id, version)
    return await _call_off(actor, ceremony, said(reason))


async def _call_off(author: Author, ceremony: SigningCeremony, reason: str) -> SigningCeremony:
    status = must_move(MOVES, LABELS, ceremony.status, CeremonyStatus.CANCELLED)
    await records.change(author, ceremony, "signing-cancelled", status=status, reason=reason)
    date = await calendar.cancel(author, await Appointment.get(id=ceremony.appointment_id))
    await invitations.tell_all(author, date, "signing-cancelled", reason=reason)
    return ceremony


@verb(*LIAISONS)
async def hold_signing(actor: Actor, ceremony_id: UUID, *, version: int | None = None) -> SigningCeremony:
    """実施済: a ceremony that took place after the agreement had been signed. Raises WrongState before, or where the
    agreement is not signed: signing says of a ceremony by itself that it was held."""
    ceremony, _ = await find_planned(actor, ceremony_id, version)
    agreement = await records.see(visible_to(actor), ceremony.agreement_id)
    if agreement.signed_on is None:
        raise WrongState("協定がまだ締結されていません。「締結」を入力すると、締結式も実施済になります。")
    if ceremony.starts_at > actor.now:
        raise WrongState("締結式の日時がまだ来ていません。")
    return await _held(actor, ceremony)


async def _held(author: Author, ceremony: SigningCeremony) -> SigningCeremony:
    status = must_move(MOVES, LABELS, ceremony.status, CeremonyStatus.HELD)
    return await records.change(author, ceremony, "signing-held", status=status)


async def hold_for(author: Author, agreement: Agreement) -> dict[str, Any]:
    """Signed: the ceremony that has begun by then was held, and where it was is where the agreement was signed."""
    planned = SigningCeremony.filter(agreement_id=agreement.id, status=CeremonyStatus.PLANNED)
    ceremony = await planned.filter(starts_at__lte=author.now).select_for_update().first()
    if ceremony is None:
        return {}
    await _held(author, ceremony)
    return {"signed_at": (await Appointment.get(id=ceremony.appointment_id)).place[:200]}


async def call_off_for(author: Author, agreement: Agreement) -> None:
    """Given up: there is nothing to be signed any more."""
    for ceremony in await SigningCeremony.filter(agreement_id=agreement.id, status=CeremonyStatus.PLANNED):
        await _call_off(author, ceremony, DROPPED)
