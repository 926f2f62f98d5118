"""疎通確認: what a campaign is, whom it asks, in which states both may be, and who sees them.

DRAFT -> SENT -> CLOSED | CANCELLED; a draft may be called off as well. Whom it asks is frozen when it is sent. A line
is reached where the contact has answered, or an officer has spoken to them; nobody is by the passing of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.criteria import any_of, each, nothing
from domain.errors import NotAllowed
from domain.organizations import Contact, ContactRole, Organization, when_confirmed, when_parted
from domain.people import Person, when_moving
from domain.records import Owned
from domain.states import Moves
from domain.verbs import broken


class CampaignStatus(StrEnum):
    """作成中, 確認中, 終了, 中止."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


LABELS: Mapping[CampaignStatus, str] = {
    CampaignStatus.DRAFT: "作成中",
    CampaignStatus.SENT: "確認中",
    CampaignStatus.CLOSED: "終了",
    CampaignStatus.CANCELLED: "中止",
}
MOVES: Moves[CampaignStatus] = {
    CampaignStatus.DRAFT: (CampaignStatus.SENT, CampaignStatus.CANCELLED),
    CampaignStatus.SENT: (CampaignStatus.CLOSED, CampaignStatus.CANCELLED),
    CampaignStatus.CLOSED: (),
    CampaignStatus.CANCELLED: (),
}


class CampaignReply(StrEnum):
    """未回答, 変わりなし, 変更あり, 不通, 担当を離れた."""

    AWAITED = "AWAITED"
    CONFIRMED = "CONFIRMED"
    CHANGED = "CHANGED"
    NOT_REACHED = "NOT_REACHED"
    GONE = "GONE"


REPLY_LABELS: Mapping[CampaignReply, str] = {
    CampaignReply.AWAITED: "未回答",
    CampaignReply.CONFIRMED: "変わりなし",
    CampaignReply.CHANGED: "変更あり",
    CampaignReply.NOT_REACHED: "不通",
    CampaignReply.GONE: "担当を離れた",
}
UNREACHED = (CampaignReply.AWAITED, CampaignReply.NOT_REACHED)
"""Whoever is still to be asked."""


class CampaignChannel(StrEnum):
    """メールのリンク, 自分のページ, 電話, 職員の確認: by which way it became known."""

    LINK = "LINK"
    PAGE = "PAGE"
    PHONE = "PHONE"
    DESK = "DESK"


CHANNEL_LABELS: Mapping[CampaignChannel, str] = {
    CampaignChannel.LINK: "メールのリンク",
    CampaignChannel.PAGE: "自分のページ",
    CampaignChannel.PHONE: "電話",
    CampaignChannel.DESK: "職員の確認",
}


class Campaign(Owned):
    """One round of asking. `criteria` say whom (`domain.audience`), until it is sent; `is_prefectural` is what
    headquarters asks of the whole prefecture, any other asks the bodies of its unit. `due_on` is the last day for an
    answer: from the next on whoever has given none is called. `left_out` are the bodies without such a contact, and
    contacts that another campaign is asking."""

    WORDS = ("title", "message")

    status = fields.CharEnumField(CampaignStatus, max_length=10, default=CampaignStatus.DRAFT)
    title = fields.CharField(max_length=100)
    message = fields.CharField(max_length=1000, default="")
    due_on = fields.DateField()
    criteria: dict[str, Any] = fields.JSONField()
    is_prefectural = fields.BooleanField()
    bodies_left_out = fields.IntField(default=0)
    contacts_left_out = fields.IntField(default=0)
    sent_at = fields.DatetimeField(null=True)
    sent_by_id = fields.UUIDField(null=True)
    ended_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=500, default="")
    search = fields.TextField(default="")

    class Meta:
        table = "campaign"
        indexes = [Index(fields=("unit_id", "created_at", "id"), name="campaign_unit")]


class CampaignContact(Owned):
    """A contact who is asked, in the role that they held then. `unit_id` is who keeps the body, and calls; `is_written`
    whether a letter went to them. `replied_at` is when it was known (UTC), `calls` how often somebody has called."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "renkei.Campaign", on_delete=fields.RESTRICT, related_name=False
    )
    campaign_id: UUID
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "renkei.Contact", on_delete=fields.RESTRICT, related_name=False
    )
    contact_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    role = fields.CharEnumField(ContactRole, max_length=20)
    is_written = fields.BooleanField()
    reply = fields.CharEnumField(CampaignReply, max_length=20, default=CampaignReply.AWAITED)
    channel = fields.CharEnumField(CampaignChannel, max_length=10, null=True)
    replied_at = fields.DatetimeField(null=True)
    calls = fields.IntField(default=0)
    called_at = fields.DatetimeField(null=True)
    noted_by_id = fields.UUIDField(null=True)
    remark = fields.CharField(max_length=500, default="")

    class Meta:
        table = "campaign_contact"
        indexes = [
            Index(fields=("campaign_id", "id"), name="campaign_contact_campaign"),
            Index(fields=("contact_id",), name="campaign_contact_contact"),
            Index(fields=("organization_id",), name="campaign_contact_organization"),
            Index(fields=("unit_id", "id"), name="campaign_contact_unit"),
        ]


broken("campaign_contact_once", "この担当者は、この疎通確認ですでに確認しています。")


def is_unreached(_: object, asked: CampaignContact) -> bool:
    """Whether somebody is still to be asked: for the list of whom to call."""
    return asked.reply in UNREACHED


def asked_visible_to(actor: Actor) -> QuerySet[CampaignContact]:
    """Liaison officers see who is asked of the bodies that their units keep; nobody else learns who else is."""
    if actor.role not in LIAISONS:
        return nothing(CampaignContact)
    return CampaignContact.filter(any_of(CampaignContact, "unit_id", actor.units))


def visible_to(actor: Actor) -> QuerySet[Campaign]:
    """Liaison officers see their units' campaigns, and those that ask contacts of theirs."""
    if actor.role not in LIAISONS:
        return nothing(Campaign)
    asking = each(Campaign, "id", asked_visible_to(actor).values("campaign_id"))
    return Campaign.filter(any_of(Campaign, "unit_id", actor.units) | asking)


async def find_own(actor: Actor, campaign_id: UUID, version: int | None) -> Campaign:
    """A campaign of the actor's own units, locked. Raises NotFound, Conflict, and NotAllowed for one of headquarters
    that asks contacts of theirs."""
    campaign = await records.find(visible_to(actor), campaign_id, version)
    if campaign.unit_id not in actor.units:
        raise NotAllowed("県本部の疎通確認は、県本部の連携担当者だけが変更できます。電話の結果は入力できます。")
    return campaign


async def standing(contact: Contact) -> list[CampaignContact]:
    """Where a contact is being asked and not reached yet, locked."""
    lines = await CampaignContact.filter(contact_id=contact.id, reply__in=UNREACHED).order_by("id").select_for_update()
    asking = await Campaign.filter(id__in={line.campaign_id for line in lines}, status=CampaignStatus.SENT)
    ids = {campaign.id for campaign in asking}
    return [line for line in lines if line.campaign_id in ids]


async def settle(author: Author, line: CampaignContact, reply: CampaignReply, **values: Any) -> CampaignContact:
    """Write down what became of asking one contact, now."""
    return await records.change(author, line, "campaign-contact-answered", reply=reply, replied_at=author.now, **values)


@when_confirmed
async def _reached_besides(author: Author, contact: Contact) -> None:
    """Whoever says on their own page that all is right, or is reached otherwise, has answered all who are asking."""
    is_own = author.person_id == contact.person_id
    channel = CampaignChannel.PAGE if is_own else CampaignChannel.DESK
    noted = {} if is_own else {"noted_by_id": author.person_id}
    for line in await standing(contact):
        campaign = await Campaign.get(id=line.campaign_id)
        assert campaign.sent_at is not None
        if contact.verified_on and contact.verified_on >= campaign.sent_at.astimezone(TOKYO).date():
            await settle(author, line, CampaignReply.CONFIRMED, channel=channel, **noted)


@when_parted
async def _gone_meanwhile(author: Author, contact: Contact) -> None:
    """Whoever is no contact any more from today on is asked no longer."""
    if contact.until and contact.until <= author.now.astimezone(TOKYO).date():
        for line in await standing(contact):
            await settle(author, line, CampaignReply.GONE, channel=CampaignChannel.DESK, noted_by_id=author.person_id)


@when_moving
async def _go_along(author: Author, person: Person, unit_id: UUID) -> None:
    """Who is still to be called is called by whoever keeps the body now."""
    for contact in await Contact.filter(person_id=person.id, unit_id=unit_id).order_by("id"):
        for line in await standing(contact):
            await records.change(author, line, "campaign-contact-transferred", unit_id=unit_id)
