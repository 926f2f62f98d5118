"""疎通確認: campaigns with whom they ask, who is to be called, and what is to be changed, to read and to lead."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import strawberry

from api import audience, reading, referring
from api.context import Info
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Contact, Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import campaigns as asking
from domain.campaigns import CampaignChannel, CampaignReply, CampaignStatus, ContactCallResult, ProposalStatus, RateBy
from domain.organizations import CiSector, ContactRole, OrganizationKind
from domain.rights import DataClass

INTERNAL, PERSONAL = DataClass.INTERNAL, DataClass.PERSONAL
ASKED = "(select count(*) from campaign_contact line where line.campaign_id = {t}.id{more})"
REACHED = " and line.reply in ('CONFIRMED', 'CHANGED')"
RATE = """(select round(100.0 * count(*) filter (where line.reply in ('CONFIRMED', 'CHANGED')) / count(*), 1)::text
    from campaign_contact line where line.campaign_id = {t}.id having count(*) > 0)"""
CALLED_ON = f"""not {{t}}.is_written or {asking.LOST}
    or {{v}}::date > (select due_on from campaign where campaign.id = {{t}}.campaign_id)"""  # noqa: S608 our own words
"""Who is to be called on a day: those whom no letter has reached at once, the others once their time is over."""

ASKED_BODIES = reading.through("{seen:CampaignContact}", "organization_id", reading.BODIES, "campaign_id")

PRICE = 2_000
"""Rows that the rates of one campaign are held to cost."""

offer(ContactCallResult, CampaignChannel, CampaignReply, CampaignStatus, ProposalStatus, RateBy)


@strawberry.enum
class CampaignOrder(Enum):
    CREATED_AT_DESC = reading.desc("created_at")
    DUE_ON_ASC = reading.asc("due_on")


@reading.filters
class CampaignFilter:
    status: list[CampaignStatus] | None = reading.among("status")
    unit: strawberry.ID | None = reading.of_unit()
    due_before: date | None = reading.below("due_on", "date")
    text: str | None = reading.worded("campaign", ASKED_BODIES, data=INTERNAL)


@reading.filters
class CampaignContactFilter:
    reply: list[CampaignReply] | None = reading.among("reply", data=INTERNAL)
    role: list[ContactRole] | None = reading.among("role")
    unit: strawberry.ID | None = reading.of_unit()
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")
    to_call_on: date | None = reading.where(CALLED_ON, data=INTERNAL)


@reading.filters
class ContactProposalFilter:
    status: list[ProposalStatus] | None = reading.among("status")
    unit: strawberry.ID | None = reading.of_unit()
    contact: strawberry.ID | None = reading.refers("contact_id", "Contact")


@reading.entity(asking.ContactProposal, asking.proposals_visible_to)
@reading.shape(
    description="連絡先の変更の申出: what a contact says has changed of their own post; null is what has not."
)
class ContactProposal(Node):
    version: int
    created_at: datetime
    status: ProposalStatus
    department: str | None = reading.column(data=PERSONAL)
    job_title: str | None = reading.column(data=PERSONAL)
    reachable: str | None = reading.column(data=PERSONAL)
    mail_address: str | None = reading.column(data=PERSONAL)
    phone: str | None = reading.column(data=PERSONAL)
    extension: str | None = reading.column(data=PERSONAL)
    remark: str = reading.column(data=PERSONAL, description="What fits in no field, such as a successor.")
    reason: str = reading.column(data=INTERNAL, description="Why it was not taken.")
    decided_at: datetime | None = reading.column(data=INTERNAL)
    decided_by: Person | None = reading.one("decided_by_id", data=INTERNAL)
    contact: Contact | None = reading.one("contact_id")
    unit: Unit | None = reading.one("unit_id")


@reading.entity(asking.CampaignContact, asking.asked_visible_to)
@reading.shape(description="疎通確認の相手: a contact who is asked, in the role that they held then.")
class CampaignContact(Node):
    version: int
    role: ContactRole
    is_written: bool = reading.column(data=INTERNAL, description="Whether a letter went to them.")
    reply: CampaignReply = reading.column(data=INTERNAL)
    channel: CampaignChannel | None = reading.column(data=INTERNAL)
    replied_at: datetime | None = reading.column(data=INTERNAL)
    calls: int = reading.column(data=INTERNAL, description="電話した回数")
    called_at: datetime | None = reading.column(data=INTERNAL)
    remark: str = reading.column(data=INTERNAL, description=NO_CASES)
    noted_by: Person | None = reading.one("noted_by_id", data=INTERNAL)
    contact: Contact | None = reading.one("contact_id")
    organization: Organization | None = reading.one("organization_id")
    unit: Unit | None = reading.one("unit_id", description="Who keeps the body, and calls.")
    proposals: Connection[ContactProposal] = reading.connection("asked_id", order=reading.desc("created_at"))


@reading.entity(asking.Campaign, asking.visible_to)
@reading.shape(description="疎通確認: whether the contacts are still there and reached as we know.")
class Campaign(Node):
    version: int
    created_at: datetime
    status: CampaignStatus
    allowed_transitions: list[CampaignStatus] = reading.computed("status", asking.MOVES)
    title: str
    message: str = reading.column(data=INTERNAL, description=NO_CASES)
    due_on: date = reading.column(description="The last day for an answer; who has given none is called then.")
    is_prefectural: bool = reading.column(description="Whether headquarters asks the whole prefecture.")
    sectors: list[CiSector] = reading.expression("({t}.criteria -> 'sectors')", data=INTERNAL)
    kinds: list[OrganizationKind] = reading.expression("({t}.criteria -> 'kinds')", data=INTERNAL)
    roles: list[ContactRole] = reading.expression("({t}.criteria -> 'roles')", data=INTERNAL)
    asked_count: int = reading.expression(ASKED.replace("{more}", ""), data=INTERNAL)
    reached_count: int = reading.expression(ASKED.replace("{more}", REACHED), data=INTERNAL)
    reach_rate: Decimal | None = reading.expression(
        RATE, data=INTERNAL, description="到達率 (％): of all who were asked; null before."
    )
    bodies_left_out: int = reading.column(data=INTERNAL, description="Bodies without such a contact.")
    contacts_left_out: int = reading.column(data=INTERNAL, description="Contacts whom another campaign was asking.")
    sent_at: datetime | None = reading.column(data=INTERNAL)
    sent_by: Person | None = reading.one("sent_by_id", data=INTERNAL)
    ended_on: date | None = reading.column(data=INTERNAL)
    reason: str = reading.column(data=INTERNAL, description="Why it was called off.")
    unit: Unit | None = reading.one("unit_id")
    contacts: Connection[CampaignContact] = reading.connection(
        "campaign_id", order=reading.asc("created_at"), filters=CampaignContactFilter
    )
    phone_list: Connection[CampaignContact] = reading.connection(
        "campaign_id",
        besides=reading.Besides("{t}.reply in ('AWAITED', 'NOT_REACHED')", asking.is_unreached),
        order=reading.asc("created_at"),
        filters=CampaignContactFilter,
        description="電話する相手: who has not answered. `toCallOn` leaves those who may still answer the letter.",
    )


@reading.made(description="到達率: how many of those who were asked were reached.")
class ReachRate:
    by: RateBy
    label: str
    id: strawberry.ID | None = strawberry.field(description="Of the unit or council.")
    sector: CiSector | None
    role: ContactRole | None
    asked: int
    reached: int
    percent: Decimal

    @classmethod
    def of(cls, rate: asking.ReachRate) -> "ReachRate":
        kind = "Council" if rate.by is RateBy.COUNCIL else "Unit"
        return cls(
            by=rate.by,
            label=rate.label,
            id=strawberry.ID(reading.encode(kind, rate.id)) if rate.id else None,
            sector=rate.sector,
            role=rate.role,
            asked=rate.asked,
            reached=rate.reached,
            percent=rate.percent,
        )


async def _rates(info: Info, campaign_id: strawberry.ID) -> list[ReachRate]:
    found = await asking.reach_rates(info.context.actor, referring.key("campaign_id", campaign_id))
    return [ReachRate.of(rate) for rate in found]


async def _preview(
    info: Info, campaign_id: strawberry.ID, first: int = 20, after: strawberry.ID | None = None
) -> audience.AudiencePreview:
    found = await asking.preview(
        info.context.actor,
        referring.key("campaign_id", campaign_id),
        first=first,
        after_id=referring.key("organization_id", after) if after else None,
    )
    return audience.AudiencePreview.of(found)


@reading.made(description="年度当初の確認: contacts of a unit whom nobody has confirmed since 1 April.")
class StaleContacts:
    unit: strawberry.ID
    name: str
    contacts: int
    stale: int


async def _stale(info: Info) -> list[StaleContacts]:
    found: Sequence[asking.StaleCount] = await asking.stale_counts(info.context.actor)
    return [
        StaleContacts(
            unit=strawberry.ID(reading.encode("Unit", one.unit_id)),
            name=one.unit,
            contacts=one.contacts,
            stale=one.stale,
        )
        for one in found
    ]


@reading.shape
class CampaignQueries:
    campaign: Campaign | None = reading.root_one()
    campaigns: Connection[Campaign] = reading.root_connection(orders=CampaignOrder, filters=CampaignFilter)
    contact_proposals: Connection[ContactProposal] = reading.root_connection(
        order=reading.desc("created_at"), filters=ContactProposalFilter
    )
    campaign_audience: audience.AudiencePreview = strawberry.field(
        resolver=_preview,
        metadata=reading.answered(audience.PRICE, asking.preview),
        description="Whom a draft would ask today.",
    )
    campaign_reach: list[ReachRate] = strawberry.field(
        resolver=_rates,
        metadata=reading.answered(PRICE, asking.reach_rates),
        description="到達率 of one campaign: in all, by unit, council, sector and role.",
    )
    stale_contacts: list[StaleContacts] = strawberry.field(
        resolver=_stale,
        metadata=reading.answered(PRICE, asking.stale_counts),
        description="By unit, how many contacts nobody has confirmed since 1 April; "
        "`contacts(filter: { unverifiedSince })` names them, `/exports/stale-contacts` is the list for the telephone.",
    )


CampaignMutations = mutations(
    Campaign,
    draft_campaign=asking.draft,
    correct_campaign=asking.correct,
    send_campaign=asking.send,
    extend_campaign=asking.extend,
    close_campaign=asking.close,
    cancel_campaign=asking.cancel,
)
CampaignContactMutations = mutations(CampaignContact, note_campaign_call=asking.note_call)
ProposalMutations = mutations(
    ContactProposal,
    accept_contact_proposal=asking.accept,
    reject_contact_proposal=asking.reject,
)
