"""リンクからの回答: what a contact is shown of themself, and says to it. Whoever holds the link answers for them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from domain import organizations, records, walls
from domain.actor import TOKYO, Bearer
from domain.campaigns.campaign import (
    Campaign,
    CampaignChannel,
    CampaignContact,
    CampaignReply,
    CampaignStatus,
    settle,
)
from domain.campaigns.proposing import CHANGING, propose
from domain.errors import Invalid, WrongState
from domain.japanese import mail_address, phone_number, wareki
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import routine
from domain.walls import DESK, Wall

PURPOSE = "contact-check"
OVER = "この確認は終了しました。変わったところがあれば、担当者にお電話ください。"
LEFT = "いまはご担当から外れていると登録されています。ご用件は担当者にお電話ください。"
UNCHANGED = "変わったところを入力してください。変わりがなければ「変わりありません」を押してください。"


class Changes(TypedDict, total=False):
    """What a contact may say has changed; what is left out has not, and "" is none any more."""

    department: str
    job_title: str
    reachable: str
    mail_address: str
    phone: str
    extension: str


@dataclass(frozen=True)
class Asked:
    """A contact who is asked, in which campaign, and by whom."""

    line: CampaignContact
    campaign: Campaign
    contact: Contact
    unit: Unit


@dataclass(frozen=True)
class Known:
    """What is held of a contact: their own data and nobody else's."""

    contact: Contact
    person: Person
    body: Organization


async def find_asked(asked_id: UUID) -> Asked | None:
    """Who is asked by the link of a letter, and by which unit; nobody where there is no such line."""
    line = await CampaignContact.get_or_none(id=asked_id)
    if line is None:
        return None
    campaign = await Campaign.get(id=line.campaign_id)
    return Asked(line, campaign, await Contact.get(id=line.contact_id), await Unit.get(id=campaign.unit_id))


async def known_of(asked: Asked) -> Known:
    """What is held of whoever is asked, read behind a wall that shows nothing else."""
    contact = await Contact.get(id=asked.contact.id)
    body = await Organization.get(id=contact.organization_id)
    return Known(contact, await Person.get(id=contact.person_id), body)


def why_closed(now: datetime, asked: Asked) -> str:
    """Why nothing can be answered any more; nothing while it can."""
    if asked.campaign.status is not CampaignStatus.SENT:
        return OVER
    today = now.astimezone(TOKYO).date()
    has_left = asked.contact.until is not None and asked.contact.until <= today
    return LEFT if has_left or asked.line.reply is CampaignReply.GONE else ""


@routine
async def confirm_by_link(now: datetime, asked_id: UUID) -> None:
    """変わりありません: what is known of the contact is right, as of today, by themself.

    Raises NotFound, or WrongState once the campaign is over or they have left.
    """
    prefecture = await records.see(CampaignContact.all(), asked_id)
    async with walls.behind(Wall(DESK, prefecture.prefecture_id)):
        author, line, contact = await _standing(now, asked_id)
        await settle(author, line, CampaignReply.CONFIRMED, channel=CampaignChannel.LINK)
        await organizations.reached(author, contact, "contact-data-confirmed")


@routine
async def propose_by_link(now: datetime, asked_id: UUID, *, remark: str = "", **said: Unpack[Changes]) -> None:
    """変更があります: what has changed waits for an officer. They are reached; nothing of the register changes yet.

    Raises Invalid, with the field, where nothing differs or a value cannot be right, WrongState once the campaign is
    over or they have left.
    """
    prefecture = await records.see(CampaignContact.all(), asked_id)
    async with walls.behind(Wall(DESK, prefecture.prefecture_id)):
        author, line, contact = await _standing(now, asked_id)
        told = await _differing(contact, said)
        if not told and not remark.strip():
            raise Invalid(UNCHANGED, field="remark")
        await settle(author, line, CampaignReply.CHANGED, channel=CampaignChannel.LINK)
        await propose(author, line, contact, remark=remark.strip(), **told)


async def _standing(now: datetime, asked_id: UUID) -> tuple[Bearer, CampaignContact, Contact]:
    """Whoever is asked and may still answer, locked."""
    line = await records.find(CampaignContact.all(), asked_id)
    campaign = await Campaign.get(id=line.campaign_id)
    contact = await records.find(Contact.all(), line.contact_id)
    unit = await Unit.get(id=campaign.unit_id)
    if closed := why_closed(now, Asked(line, campaign, contact, unit)):
        raise WrongState(closed)
    return Bearer(now, contact.person_id, contact.unit_id), line, contact


async def _differing(contact: Contact, said: Changes) -> dict[str, str]:
    """Of what is said that which is known otherwise, as it would be kept. Raises Invalid."""
    person = await Person.get(id=contact.person_id)
    told = {name: value.strip() for name, value in said.items() if isinstance(value, str)}
    if address := told.get("mail_address"):
        told["mail_address"] = mail_address(address, "mail_address")
    if phone := told.get("phone"):
        told["phone"] = phone_number(phone, "phone")
    known = {name: getattr(contact if hasattr(contact, name) else person, name) for name in CHANGING}
    return {name: value for name, value in told.items() if value != known[name]}


def in_words(line: CampaignContact) -> str:
    """When somebody has answered what, for whoever looks again; nothing before."""
    if line.replied_at is None:
        return ""
    day = wareki(line.replied_at.astimezone(TOKYO).date())
    return (
        f"{day}に「{'変わりありません' if line.reply is CampaignReply.CONFIRMED else '変更があります'}」と承りました。"
    )
