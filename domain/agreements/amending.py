"""覚書による変更: what both sides change of an agreement in force, in words, from a day on.

The agreement itself stays as it was signed. PROPOSED -> AGREED | WITHDRAWN; what was agreed is changed by another
amendment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import approving, records
from domain.actor import LIAISONS, Actor, Role
from domain.agreements.agreement import LABELS as AGREEMENT_LABELS
from domain.agreements.agreement import STANDING, Agreement, must_lie_within, visible_to
from domain.criteria import any_of, nothing
from domain.records import Owned
from domain.states import Moves, must_be_in, must_move, said
from domain.verbs import verb


class AmendmentStatus(StrEnum):
    """決裁待ち, 成立, 取下げ."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    WITHDRAWN = "WITHDRAWN"


LABELS: Mapping[AmendmentStatus, str] = {
    AmendmentStatus.PROPOSED: "決裁待ち",
    AmendmentStatus.AGREED: "成立",
    AmendmentStatus.WITHDRAWN: "取下げ",
}
MOVES: Moves[AmendmentStatus] = {
    AmendmentStatus.PROPOSED: (AmendmentStatus.AGREED, AmendmentStatus.WITHDRAWN),
    AmendmentStatus.AGREED: (),
    AmendmentStatus.WITHDRAWN: (),
}
WRITTEN = ("amendment-proposed",)
"""What makes somebody its author."""


class AgreementAmendment(Owned):
    """One amendment: what changes, from `effective_on` on."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    status = fields.CharEnumField(AmendmentStatus, max_length=10)
    effective_on = fields.DateField()
    changes = fields.CharField(max_length=1000)
    reason = fields.CharField(max_length=500, default="")
    author_id = fields.UUIDField()
    approver_id = fields.UUIDField(null=True)

    class Meta:
        table = "agreement_amendment"
        indexes = [Index(fields=("agreement_id", "id"), name="agreement_amendment_agreement")]


def amendments_visible_to(actor: Actor) -> QuerySet[AgreementAmendment]:
    """As their agreements, to liaison officers alone."""
    if actor.role not in LIAISONS:
        return nothing(AgreementAmendment)
    return AgreementAmendment.filter(any_of(AgreementAmendment, "unit_id", actor.units))


@verb(*LIAISONS)
async def propose_amendment(
    actor: Actor, agreement_id: UUID, *, effective_on: date, changes: str, version: int | None = None
) -> AgreementAmendment:
    """Put an amendment before the approver. Raises WrongState for an agreement that is not in force."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(AGREEMENT_LABELS, agreement.status, *STANDING)
    records.must_say(changes, "変更の内容", "changes")
    must_lie_within(actor, agreement, effective_on, "effective_on")
    await records.touch(actor, agreement)
    return await records.create(
        actor,
        AgreementAmendment,
        "amendment-proposed",
        agreement_id=agreement.id,
        unit_id=agreement.unit_id,
        status=AmendmentStatus.PROPOSED,
        effective_on=effective_on,
        changes=changes,
        author_id=actor.person_id,
    )


@verb(Role.HQ_LIAISON)
async def approve_amendment(actor: Actor, amendment_id: UUID, *, version: int | None = None) -> AgreementAmendment:
    """成立: approved at headquarters, never by whoever has written it (X15)."""
    known = await records.see(amendments_visible_to(actor), amendment_id)
    agreement = await records.find(visible_to(actor), known.agreement_id)
    amendment = await records.find(amendments_visible_to(actor), amendment_id, version)
    status = must_move(MOVES, LABELS, amendment.status, AmendmentStatus.AGREED)
    must_be_in(AGREEMENT_LABELS, agreement.status, *STANDING)
    message = "変更の案を書いた人は決裁できません。別の人が決裁してください。"
    await approving.must_be_by_another(actor, [amendment], WRITTEN, message)
    await records.touch(actor, agreement)
    return await records.change(actor, amendment, "amendment-agreed", status=status, approver_id=actor.person_id)


@verb(*LIAISONS)
async def withdraw_amendment(
    actor: Actor, amendment_id: UUID, *, reason: str, version: int | None = None
) -> AgreementAmendment:
    """取下げ: give up an amendment that was not agreed yet, with the reason."""
    amendment = await records.find(amendments_visible_to(actor), amendment_id, version)
    status = must_move(MOVES, LABELS, amendment.status, AmendmentStatus.WITHDRAWN)
    return await records.change(actor, amendment, "amendment-withdrawn", status=status, reason=said(reason))
