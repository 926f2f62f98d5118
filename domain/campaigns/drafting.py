"""疎通確認の作成から終了まで: who is to be asked and until when, sent to all of them at once, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain import audience, letters, records, units
from domain.actor import LIAISONS, Actor, Role
from domain.audience import AudienceCriteria, Line, Preview
from domain.campaigns.campaign import (
    LABELS,
    MOVES,
    UNREACHED,
    Campaign,
    CampaignContact,
    CampaignStatus,
    find_own,
    visible_to,
)
from domain.criteria import any_of
from domain.errors import Conflict, Incomplete, Invalid, TooLarge
from domain.japanese import day_with_weekday
from domain.letters import Written
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.states import must_be_in, must_move
from domain.verbs import verb

MOST_ASKED = 1_000
"""Contacts that one campaign asks."""
LETTER = "contact-check"


@verb(*LIAISONS)
async def draft(actor: Actor, *, title: str, due_on: date, criteria: AudienceCriteria, message: str = "") -> Campaign:
    """Prepare a campaign: whom it asks is as the criteria mean on the day on which it is sent.

    Raises Invalid for a last day before today, and as `audience.find_criteria` does.
    """
    records.must_say(title, "件名", "title")
    _must_be_ahead(actor, due_on)
    kept = (await audience.find_criteria(actor, criteria)).as_kept
    values = {"title": title, "due_on": due_on, "message": message, "criteria": kept}
    values["is_prefectural"] = actor.role is Role.HQ_LIAISON
    return await records.create(actor, Campaign, "campaign-drafted", unit_id=actor.unit_id, **values)


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    campaign_id: UUID,
    *,
    version: int,
    title: str | None = None,
    due_on: date | None = None,
    criteria: AudienceCriteria | None = None,
    message: str | None = None,
) -> Campaign:
    """Put a draft right; what is left out stays as it is."""
    campaign = await find_own(actor, campaign_id, version)
    must_be_in(LABELS, campaign.status, CampaignStatus.DRAFT)
    values: dict[str, Any] = {"title": title, "due_on": due_on, "message": message}
    if title is not None:
        records.must_say(title, "件名", "title")
    if due_on is not None:
        _must_be_ahead(actor, due_on)
    if criteria is not None:
        whose = await _asking(actor, campaign)
        values["criteria"] = (await audience.find_criteria(whose, criteria)).as_kept
    told = {name: value for name, value in values.items() if value is not None}
    return await records.change(actor, campaign, "campaign-corrected", **told)


def _must_be_ahead(actor: Actor, due_on: date) -> None:
    if due_on < actor.today:
        raise Invalid("回答期限は今日より前にできません。", field="due_on")


async def _asking(actor: Actor, campaign: Campaign) -> Actor:
    """Whose bodies are meant: of a station's campaign its own, whoever sends it."""
    if campaign.is_prefectural:
        return actor
    return replace(actor, units=await units.below(actor.prefecture_id, campaign.unit_id))


@verb(*LIAISONS, only_reads=True)
async def preview(actor: Actor, campaign_id: UUID, *, first: int = 20, after_id: UUID | None = None) -> Preview:
    """Whom a draft would ask today. Raises NotFound, WrongState for one that was sent."""
    campaign = await records.see(visible_to(actor), campaign_id)
    must_be_in(LABELS, campaign.status, CampaignStatus.DRAFT)
    criteria = AudienceCriteria.of(campaign.criteria)
    return await audience.preview(await _asking(actor, campaign), criteria, first=first, after_id=after_id)


@verb(*LIAISONS)
async def send(actor: Actor, campaign_id: UUID, *, version: int, leaves_out_asked: bool = False) -> Campaign:
    """Ask all contacts who are meant today: each who has an address gets a letter with a link of their own.

    Raises Incomplete where nobody is meant, Conflict for contacts whom another campaign is asking, unless these are
    left out, and TooLarge for more than one campaign asks.
    """
    campaign = await find_own(actor, campaign_id, version)
    status = must_move(MOVES, LABELS, campaign.status, CampaignStatus.SENT)
    _must_be_ahead(actor, campaign.due_on)
    found = await audience.find(await _asking(actor, campaign), AudienceCriteria.of(campaign.criteria))
    meant = [line for line in found if line.contact_id]
    asked = await _free(meant, leaves_out_asked)
    if not asked:
        raise Incomplete("確認する担当者がいません。宛先の条件か、団体の担当者の登録を確かめてください。")
    if len(asked) > MOST_ASKED:
        message = (
            f"一度に確認できる担当者は{MOST_ASKED:,}人までです（いまは{len(asked):,}人です）。署などで分けてください。"
        )
        raise TooLarge(message)
    lines = await records.create_many(
        actor, CampaignContact, "campaign-contact-asked", [_line(campaign, one) for one in asked]
    )
    await _write(actor, campaign, lines)
    without = {line.organization_id for line in found} - {line.organization_id for line in meant}
    left_out = {"bodies_left_out": len(without), "contacts_left_out": len(meant) - len(asked)}
    told = {"status": status, "sent_at": actor.now, "sent_by_id": actor.person_id}
    return await records.change(actor, campaign, "campaign-sent", **told, **left_out)


async def _free(meant: Sequence[Line], leaves_out_asked: bool) -> list[Line]:
    """Whom nobody else is asking. They are locked first, so that of two campaigns that are sent at once the second
    finds what the first has asked. Raises Conflict."""
    ids = [line.contact_id for line in meant if line.contact_id]
    await Contact.filter(any_of(Contact, "id", ids)).order_by("id").select_for_update(no_key=True)
    open_ones = {one.id: one for one in await Campaign.filter(status=CampaignStatus.SENT)}
    awaited = CampaignContact.filter(any_of(CampaignContact, "contact_id", ids), reply__in=UNREACHED)
    asked = {one.contact_id: open_ones[one.campaign_id] for one in await awaited if one.campaign_id in open_ones}
    if asked and not leaves_out_asked:
        other = min(asked.values(), key=lambda one: (one.due_on, one.id))
        raise Conflict(
            f"{len(asked):,}人は、疎通確認「{other.title}」（期限{day_with_weekday(other.due_on)}）などですでに確認中です。"
            "終わるのを待つか、その人たちを除いて（leavesOutAsked）送ってください。"
        )
    return [line for line in meant if line.contact_id not in asked]


def _line(campaign: Campaign, one: Line) -> dict[str, Any]:
    whose = {"campaign_id": campaign.id, "contact_id": one.contact_id, "organization_id": one.organization_id}
    return {**whose, "unit_id": one.unit_id, "role": one.role, "is_written": bool(one.address)}


async def _write(actor: Actor, campaign: Campaign, lines: Sequence[CampaignContact]) -> None:
    """A letter to each who has an address."""
    to = [line for line in lines if line.is_written]
    contacts = {one.id: one for one in await Contact.filter(any_of(Contact, "id", [line.contact_id for line in to]))}
    ids = [one.person_id for one in contacts.values()]
    people = {one.id: one for one in await Person.filter(any_of(Person, "id", ids))}
    bodies = {
        one.id: one.name
        for one in await Organization.filter(any_of(Organization, "id", [line.organization_id for line in to]))
    }
    common = {"title": campaign.title, "message": campaign.message.splitlines()}
    common["reply_by"] = day_with_weekday(campaign.due_on)
    written = [
        Written(
            people[contacts[line.contact_id].person_id],
            str(line.id),
            {**common, "asked_id": str(line.id), "body": bodies[line.organization_id]},
        )
        for line in to
    ]
    await letters.write_each(actor, campaign.unit_id, LETTER, written)


@verb(*LIAISONS)
async def extend(actor: Actor, campaign_id: UUID, *, version: int, due_on: date) -> Campaign:
    """Give those who have not answered yet until another day; letters that have left still tell the one before."""
    campaign = await find_own(actor, campaign_id, version)
    must_be_in(LABELS, campaign.status, CampaignStatus.SENT)
    _must_be_ahead(actor, due_on)
    return await records.change(actor, campaign, "campaign-extended", due_on=due_on)


@verb(*LIAISONS)
async def close(actor: Actor, campaign_id: UUID, *, version: int) -> Campaign:
    """End a campaign with what is known now: its links end, and whoever was not reached stays so."""
    campaign = await find_own(actor, campaign_id, version)
    status = must_move(MOVES, LABELS, campaign.status, CampaignStatus.CLOSED)
    return await records.change(actor, campaign, "campaign-closed", status=status, ended_on=actor.today)


@verb(*LIAISONS)
async def cancel(actor: Actor, campaign_id: UUID, *, version: int, reason: str) -> Campaign:
    """Call a campaign off: its links end, and it counts in no figure; what was confirmed stays confirmed."""
    campaign = await find_own(actor, campaign_id, version)
    status = must_move(MOVES, LABELS, campaign.status, CampaignStatus.CANCELLED)
    records.must_say(reason, "中止の理由", "reason")
    told = {"status": status, "ended_on": actor.today, "reason": reason}
    return await records.change(actor, campaign, "campaign-cancelled", **told)
