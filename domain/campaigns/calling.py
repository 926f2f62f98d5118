"""電話での確認: whoever has not answered is called, and the officer writes down what came of it.

Whom no letter has reached is called at once, the others once their time is over.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Unpack
from uuid import UUID

from domain import organizations, records
from domain.actor import LIAISONS, Actor
from domain.campaigns.answering import Changes
from domain.campaigns.campaign import (
    LABELS,
    REPLY_LABELS,
    UNREACHED,
    Campaign,
    CampaignChannel,
    CampaignContact,
    CampaignReply,
    CampaignStatus,
    asked_visible_to,
)
from domain.campaigns.drafting import LETTER
from domain.errors import Incomplete, Invalid
from domain.organizations import Contact
from domain.organizations.leaving import part_with
from domain.states import must_be_in
from domain.verbs import verb

LOST = f"""'{LETTER}:' || {{t}}.id in (select letter.key from letter
    where letter.kind = '{LETTER}' and (letter.returned_at is not null or letter.given_up_at is not null))"""  # noqa: S608
"""Whether the letter to the line `{t}` came back or was given up: nobody there was asked by it."""
LOST_AT = f"""(select coalesce(letter.returned_at, letter.given_up_at) from letter
    where letter.key = '{LETTER}:' || {{t}}.id)"""  # noqa: S608 - our own words
"""When."""


class ContactCallResult(StrEnum):
    """変わりなし, 変更あり, 不通, 担当を離れた."""

    REACHED = "REACHED"
    CHANGED = "CHANGED"
    NOT_REACHED = "NOT_REACHED"
    GONE = "GONE"


REPLIES = {
    ContactCallResult.REACHED: CampaignReply.CONFIRMED,
    ContactCallResult.CHANGED: CampaignReply.CHANGED,
    ContactCallResult.NOT_REACHED: CampaignReply.NOT_REACHED,
    ContactCallResult.GONE: CampaignReply.GONE,
}


@verb(*LIAISONS)
async def note_call(
    actor: Actor,
    /,
    asked_id: UUID,
    *,
    version: int,
    result: ContactCallResult,
    remark: str = "",
    **changes: Unpack[Changes],
) -> CampaignContact:
    """Write down a call: 変わりなし confirms the contact, 変更あり corrects them as told, 担当を離れた ends their post
    as of today, were its end known for later already; 不通 leaves them on the list.

    Raises WrongState where they have answered already or the campaign is over, Incomplete for a change that is not
    told, Invalid for one that is told with another result.
    """
    line = await records.find(asked_visible_to(actor), asked_id, version)
    campaign = await Campaign.get(id=line.campaign_id)
    must_be_in(LABELS, campaign.status, CampaignStatus.SENT)
    must_be_in(REPLY_LABELS, line.reply, *UNREACHED)
    if result is ContactCallResult.CHANGED and not changes:
        raise Incomplete("変わったところを入力してください。", field="result")
    if result is not ContactCallResult.CHANGED and changes:
        raise Invalid("変わったところを入力するのは、結果が「変更あり」のときだけです。", field="result")
    await _written(actor, line, result, remark)
    contact = await records.find(Contact.all(), line.contact_id)
    organizations.must_keep(actor, contact)
    match result:
        case ContactCallResult.REACHED:
            await organizations.reached(actor, contact, "contact-confirmed")
        case ContactCallResult.CHANGED:
            await organizations.correct_contact(actor, contact.id, version=contact.version, **changes)
        case ContactCallResult.GONE if contact.until is None or contact.until > actor.today:
            await part_with(actor, contact, max(actor.today, contact.since))
    return line


async def _written(actor: Actor, line: CampaignContact, result: ContactCallResult, remark: str) -> None:
    told: dict[str, Any] = {"calls": line.calls + 1, "called_at": actor.now, "noted_by_id": actor.person_id}
    if result is not ContactCallResult.NOT_REACHED:
        told["replied_at"] = actor.now
    told |= {"reply": REPLIES[result], "channel": CampaignChannel.PHONE, "remark": remark or line.remark}
    await records.change(actor, line, "campaign-call-noted", **told)
