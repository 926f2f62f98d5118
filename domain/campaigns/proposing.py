"""連絡先の変更の申出: what a contact says has changed, for an officer to accept or reject; nothing changes before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import organizations, records
from domain.actor import LIAISONS, Actor, Author
from domain.campaigns.campaign import CampaignContact
from domain.criteria import any_of, nothing
from domain.errors import WrongState
from domain.organizations import Contact
from domain.people import Person, when_moving
from domain.records import Owned
from domain.states import said
from domain.verbs import broken, verb


class ProposalStatus(StrEnum):
    """申出中, 反映済, 不採用."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


PROPOSAL_LABELS: Mapping[ProposalStatus, str] = {
    ProposalStatus.WAITING: "申出中",
    ProposalStatus.ACCEPTED: "反映済",
    ProposalStatus.REJECTED: "不採用",
}


class ContactProposal(Owned):
    """What somebody says of their own post, by the link of a campaign. A column that is null is not to change; `remark`
    is what fits in none, such as a successor."""

    asked: fields.ForeignKeyRelation[CampaignContact] = fields.ForeignKeyField(
        "renkei.CampaignContact", on_delete=fields.RESTRICT, related_name=False
    )
    asked_id: UUID
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "renkei.Contact", on_delete=fields.RESTRICT, related_name=False
    )
    contact_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID
    status = fields.CharEnumField(ProposalStatus, max_length=10, default=ProposalStatus.WAITING)
    department = fields.CharField(max_length=100, null=True)
    job_title = fields.CharField(max_length=100, null=True)
    reachable = fields.CharField(max_length=100, null=True)
    mail_address = fields.CharField(max_length=254, null=True)
    phone = fields.CharField(max_length=30, null=True)
    extension = fields.CharField(max_length=20, null=True)
    remark = fields.CharField(max_length=500, default="")
    decided_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "contact_proposal"
        indexes = [
            Index(fields=("unit_id", "created_at", "id"), name="contact_proposal_unit"),
            Index(fields=("contact_id",), name="contact_proposal_contact"),
            Index(fields=("asked_id",), name="contact_proposal_asked"),
            Index(fields=("person_id",), name="contact_proposal_person"),
        ]

    @property
    def changes(self) -> dict[str, Any]:
        """What is to change of the contact."""
        told = {name: getattr(self, name) for name in CHANGING}
        return {name: value for name, value in told.items() if value is not None}


CHANGING = ("department", "job_title", "reachable", "mail_address", "phone", "extension")
broken("contact_proposal_once", "この担当者の変更の申出が、同時に届きました。もう一度操作してください。")


def proposals_visible_to(actor: Actor) -> QuerySet[ContactProposal]:
    """Liaison officers see those of their units' contacts."""
    if actor.role not in LIAISONS:
        return nothing(ContactProposal)
    return ContactProposal.filter(any_of(ContactProposal, "unit_id", actor.units))


async def propose(author: Author, line: CampaignContact, contact: Contact, **told: Any) -> ContactProposal:
    """Keep what a contact says, in the caller's transaction; what they said before and nobody has decided yet, it
    replaces."""
    before = await ContactProposal.filter(contact_id=contact.id, status=ProposalStatus.WAITING).first()
    values = dict.fromkeys(CHANGING) | {"asked_id": line.id, "unit_id": contact.unit_id} | told
    if before is not None:
        return await records.change(author, before, "contact-change-proposed", **values)
    whose = {"contact_id": contact.id, "person_id": contact.person_id, "prefecture_id": contact.prefecture_id}
    return await records.create(author, ContactProposal, "contact-change-proposed", **whose, **values)


@verb(*LIAISONS)
async def accept(actor: Actor, proposal_id: UUID, *, version: int) -> ContactProposal:
    """Change the contact as they have said; the whole counts as verified today. What stands in the remark only is for
    the officer to do beforehand.

    Raises WrongState for what was decided, and for a contact who has left; Invalid, with the field, as a correction
    does; Conflict where the contact or the proposal has changed meanwhile.
    """
    proposal = await _waiting(actor, proposal_id, version)
    contact = await Contact.get(id=proposal.contact_id)
    records.must_last(contact.until if contact.until and contact.until <= actor.today else None)
    await organizations.correct_contact(actor, contact.id, version=contact.version, **proposal.changes)
    return await _decide(actor, proposal, ProposalStatus.ACCEPTED, "contact-change-accepted")


@verb(*LIAISONS)
async def reject(actor: Actor, proposal_id: UUID, *, version: int, reason: str) -> ContactProposal:
    """Leave the contact as they are, and say why."""
    proposal = await _waiting(actor, proposal_id, version)
    told = {"reason": said(reason)}
    return await _decide(actor, proposal, ProposalStatus.REJECTED, "contact-change-rejected", **told)


async def _waiting(actor: Actor, proposal_id: UUID, version: int) -> ContactProposal:
    proposal = await records.find(proposals_visible_to(actor), proposal_id, version)
    if proposal.status is not ProposalStatus.WAITING:
        raise WrongState(f"この申出はすでに処理されています（{PROPOSAL_LABELS[proposal.status]}）。", field="status")
    return proposal


async def _decide(
    actor: Actor, proposal: ContactProposal, status: ProposalStatus, fact: str, **values: Any
) -> ContactProposal:
    decided = {"status": status, "decided_by_id": actor.person_id, "decided_at": actor.now}
    return await records.change(actor, proposal, fact, **decided, **values)


@when_moving
async def _go_along(author: Author, person: Person, unit_id: UUID) -> None:
    """What is to be decided of a contact is decided by whoever keeps the body now."""
    waiting = ContactProposal.filter(person_id=person.id, status=ProposalStatus.WAITING).order_by("id")
    for proposal in await waiting.select_for_update():
        if await Contact.filter(id=proposal.contact_id, unit_id=unit_id).exists():
            await records.change(author, proposal, "contact-change-transferred", unit_id=unit_id)
