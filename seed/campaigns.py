"""疎通確認 of 青浜県: after the transfers of April headquarters asks the night contacts of all bodies but schools; and
this week the first station asks whoever works for its partners, with a draft for the nights beside it.

Most say by the link that nothing has changed; of the others some write what has, some are called.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from domain import campaigns
from domain.actor import Actor
from domain.audience import AudienceCriteria
from domain.campaigns import Campaign, CampaignContact, ContactCallResult, ContactProposal, ProposalStatus
from domain.criteria import any_of
from domain.japanese import fiscal_year_label
from domain.organizations import Contact, ContactRole, OrganizationKind
from seed.days import Year, at, open_day
from seed.telling import Thread, then
from seed.town import FIRST_STATION, Town, dice

SCHOOLS = (OrganizationKind.SCHOOL, OrganizationKind.UNIVERSITY, OrganizationKind.TECHNICAL_COLLEGE)
KINDS = [kind for kind in OrganizationKind if kind not in SCHOOLS]
CONFIRM, CHANGE = 0.7, 0.85
"""How many say by the link that nothing has changed, and how many that or what has."""
TITLES = ("情報システム課長", "総務課 主任", "危機管理室長")


async def spring(town: Town, year: Year) -> Thread:
    """The first campaign of the fiscal year, from the draft to the last call."""
    begins = at(open_day(year.april, 6), "09:30")
    yield begins
    desk, rolled = town.desk[1], dice("campaign spring")
    whom = AudienceCriteria(kinds=KINDS, roles=[ContactRole.EMERGENCY])
    title = f"{fiscal_year_label(year.april.year)} 夜間緊急連絡先の疎通確認"
    campaign = await _sent(then(desk, begins), title, whom)
    answered = begins + timedelta(days=5)
    yield answered
    await _answered(answered, campaign, rolled)
    decided = begins + timedelta(days=8)
    yield decided
    await _decided(then(desk, decided))
    called = at(open_day(campaign.due_on, 2), "14:00")
    yield called
    await _called(then(desk, called), campaign, rolled)
    ended = called + timedelta(days=7)
    yield ended
    campaign = await Campaign.get(id=campaign.id)
    await campaigns.close(then(desk, ended), campaign.id, version=campaign.version)


async def lately(town: Town, year: Year) -> Thread:
    """What the first station is at: asked last week, half of it answered; a draft waits to be sent."""
    begins = at(open_day(year.today, -6), "10:00")
    yield begins
    officer, rolled = town.stations[FIRST_STATION][0], dice("campaign lately")
    partners = AudienceCriteria(kinds=KINDS, roles=[ContactRole.WORKING])
    campaign = await _sent(then(officer, begins), "担当者の連絡先の確認", partners)
    answered = begins + timedelta(days=2)
    yield answered
    await _answered(answered, campaign, rolled)
    drafted = at(open_day(year.today, -5), "15:00")
    yield drafted
    nights = AudienceCriteria(kinds=KINDS, roles=[ContactRole.EMERGENCY])
    due_on = open_day(year.today, 20)
    await campaigns.draft(then(officer, drafted), title="夜間緊急連絡先の確認", due_on=due_on, criteria=nights)


async def _sent(actor: Actor, title: str, whom: AudienceCriteria) -> Campaign:
    said = "年度初めの異動の後も、連絡先が正しいかを確かめています。"
    due_on = open_day(actor.today, 10)
    draft = await campaigns.draft(actor, title=title, due_on=due_on, criteria=whom, message=said)
    return await campaigns.send(actor, draft.id, version=draft.version)


async def _silent(campaign: Campaign, now: datetime) -> list[CampaignContact]:
    """Who has not answered and was not looked at since: what is told beside this happens in no order."""
    lines = await CampaignContact.filter(campaign_id=campaign.id).order_by("id")
    waiting = [line for line in lines if line.reply in campaigns.UNREACHED]
    known = {one.id: one for one in await Contact.filter(any_of(Contact, "id", [line.contact_id for line in waiting]))}
    fresh = {id for id, one in known.items() if one.verified_on is not None and one.verified_on > now.date()}
    return [line for line in waiting if line.contact_id not in fresh]


async def _answered(now: datetime, campaign: Campaign, rolled: Random) -> None:
    for line in await _silent(campaign, now):
        drawn = rolled.random()
        if drawn < CONFIRM:
            await campaigns.confirm_by_link(now, line.id)
        elif drawn < CHANGE:
            await campaigns.propose_by_link(now, line.id, job_title=rolled.choice(TITLES))


async def _decided(actor: Actor) -> None:
    for proposal in await ContactProposal.filter(status=ProposalStatus.WAITING).order_by("id"):
        await campaigns.accept(actor, proposal.id, version=proposal.version)


async def _called(actor: Actor, campaign: Campaign, rolled: Random) -> None:
    for line in await _silent(campaign, actor.now):
        result = ContactCallResult.REACHED if rolled.random() < CONFIRM else ContactCallResult.NOT_REACHED
        await campaigns.note_call(actor, line.id, version=line.version, result=result)
