"""注意喚起・情報提供: notices to partners, to read, to write, to let a second person read, to send and to follow."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Self

import strawberry

from api import reading, referring
from api.audience import PRICE
from api.context import Info
from api.desk_books import STATUS
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Contact, Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import notices
from domain.audience import Reach
from domain.encounters import EncounterTheme
from domain.indicators import NO_INDICATORS
from domain.notices import (
    AcknowledgementWay,
    Addressed,
    AddressedBecause,
    CallResult,
    NoticeHandling,
    NoticeSeverity,
    NoticeStatus,
    Tlp,
)
from domain.organizations import ContactRole
from domain.outbox import LetterStatus
from domain.rights import DataClass

offer(
    AcknowledgementWay,
    AddressedBecause,
    CallResult,
    NoticeHandling,
    NoticeSeverity,
    NoticeStatus,
    Tlp,
)

INTERNAL = DataClass.INTERNAL
TOLD_BODIES = reading.through("{seen:NoticeRecipient}", "organization_id", reading.BODIES, "notice_id")
OF_THE_LETTER = f"(select {STATUS.format(t='letter')} from letter where letter.key = 'notice:' || {{t}}.id)"  # noqa: S608


@strawberry.enum
class NoticeOrder(Enum):
    CREATED_AT_DESC = reading.desc("created_at")
    VALID_UNTIL_ASC = reading.asc("valid_until")


@reading.filters
class NoticeFilter:
    status: list[NoticeStatus] | None = reading.among("status", data=INTERNAL)
    theme: list[EncounterTheme] | None = reading.among("theme")
    severity: list[NoticeSeverity] | None = reading.among("severity")
    unit: strawberry.ID | None = reading.of_unit()
    replaces: strawberry.ID | None = reading.refers("replaces_id", "Notice")
    sent_from: datetime | None = reading.at_least("sent_at")
    sent_before: datetime | None = reading.below("sent_at")
    sent: bool | None = reading.present("sent_at")
    ended: bool | None = reading.present("ended_at")
    valid_from: date | None = reading.at_least("valid_until", "date")
    text: str | None = reading.worded("notice", TOLD_BODIES)


@strawberry.enum
class NoticeRecipientOrder(Enum):
    CREATED_AT_ASC = reading.asc("created_at")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
class NoticeRecipientFilter:
    acknowledged: bool | None = reading.present("acknowledged_at")
    escalated: bool | None = reading.present("escalated_at", data=INTERNAL)
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")


@reading.entity(notices.NoticeRecipient, notices.recipients_visible_to)
@reading.shape(description="お知らせの宛先: one body to which a notice went, and what is known of its having arrived.")
class NoticeRecipient(Node):
    version: int = reading.column(data=INTERNAL)
    role: ContactRole | None = reading.column(description="Of the contact to whom it was written.")
    letter: LetterStatus | None = reading.expression(
        OF_THE_LETTER, data=INTERNAL, description="null: nobody there could be written to."
    )
    opened_at: datetime | None = reading.column(
        description="When its page was first fetched, by a person or by a program that follows links: no proof."
    )
    acknowledged_at: datetime | None
    acknowledged_how: AcknowledgementWay | None
    acknowledged_by: Person | None = reading.one("acknowledged_by_id")
    escalated_at: datetime | None = reading.column(data=INTERNAL, description="Since when the desk is to call.")
    calls: int = reading.column(data=INTERNAL)
    phoned_at: datetime | None = reading.column(data=INTERNAL, description="The last call.")
    phoned_by: Person | None = reading.one("phoned_by_id", data=INTERNAL)
    call_result: CallResult | None = reading.column(data=INTERNAL)
    remark: str = reading.column(data=INTERNAL, description=NO_CASES)
    organization: Organization | None = reading.one("organization_id")
    contact: Contact | None = reading.one("contact_id")
    notice: Annotated["Notice", strawberry.lazy("api.notices")] | None = reading.one("notice_id")


@reading.entity(notices.Notice, notices.visible_to)
@reading.shape(description="注意喚起・情報提供: a notice to partners; nobody of them learns who else was told.")
class Notice(Node):
    version: int = reading.column(data=INTERNAL)
    status: NoticeStatus = reading.column(data=INTERNAL)
    allowed_transitions: list[NoticeStatus] = reading.computed("status", notices.MOVES, data=INTERNAL)
    number: str = reading.column(description="文書番号")
    title: str
    text: str = reading.column(description=NO_INDICATORS)
    theme: EncounterTheme
    severity: NoticeSeverity
    handling: NoticeHandling = reading.column(description="取扱区分")
    tlp: Tlp
    valid_until: date = reading.column(description="The last day on which it holds.")
    acknowledge_by: datetime | None = reading.column(description="Until when its recipients are to say that they know.")
    is_withdrawal: bool = reading.column(description="Whether it takes back the one that it `replaces`.")
    reason: str = reading.column(data=INTERNAL, description="Why it was sent back last, given up or takes one back.")
    submitted_at: datetime | None = reading.column(data=INTERNAL)
    reviewed_at: datetime | None = reading.column(data=INTERNAL)
    sent_at: datetime | None
    ended_at: datetime | None = reading.column(description="When it was replaced or taken back.")
    submitted_by: Person | None = reading.one("submitted_by_id", data=INTERNAL)
    reviewed_by: Person | None = reading.one("reviewed_by_id", data=INTERNAL)
    sent_by: Person | None = reading.one("sent_by_id", data=INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    replaces: Annotated["Notice", strawberry.lazy("api.notices")] | None = reading.one("replaces_id")
    recipients: Connection[NoticeRecipient] = reading.connection(
        "notice_id", orders=NoticeRecipientOrder, filters=NoticeRecipientFilter
    )
    phone_list: Connection[NoticeRecipient] = reading.connection(
        "notice_id",
        besides=reading.Besides(notices.TO_CALL, notices.is_to_call),
        order=reading.asc("created_at"),
        data=INTERNAL,
        description="電話で確かめる先: who has not said in time that they know, or could not be written to.",
    )


@reading.entity(notices.NoticeRule, notices.rules_visible_to)
@reading.shape(description="点検の要否; without a row it is WARNING.")
class NoticeRule(Node):
    version: int
    reviewed_from: NoticeSeverity = reading.column(
        data=INTERNAL, description="Notices of this severity and above leave only once a second person has read them."
    )


@reading.made(description="A body that a notice means, and why.")
class NoticeAddressee:
    organization: strawberry.ID
    name: str
    unit: strawberry.ID
    contact: strawberry.ID | None = strawberry.field(description="To whom the letter goes, or who is to be called.")
    role: ContactRole | None
    reach: Reach
    because: list[AddressedBecause]

    @classmethod
    def of(cls, one: Addressed) -> Self:
        return cls(
            organization=strawberry.ID(reading.encode("Organization", one.organization_id)),
            name=one.name,
            unit=strawberry.ID(reading.encode("Unit", one.unit_id)),
            contact=strawberry.ID(reading.encode("Contact", one.contact_id)) if one.contact_id else None,
            role=one.role,
            reach=one.reach,
            because=list(one.because),
        )


@reading.made(description="お知らせの宛先: whom a notice means today; frozen only when it is sent.")
class NoticeAddressees:
    body_count: int = strawberry.field(description="For `sendNotice(bodies:)`.")
    by_letter: int
    to_call: int = strawberry.field(description="Bodies of which nobody can be written to.")
    bodies: list[NoticeAddressee] = strawberry.field(description="The first of them, in the order of their names.")


async def _addressees(info: Info, notice: strawberry.ID, first: int = 100) -> NoticeAddressees:
    found = await notices.addressees(info.context.actor, referring.key("notice_id", notice), first=first)
    shown = [NoticeAddressee.of(one) for one in found.shown]
    return NoticeAddressees(body_count=found.bodies, by_letter=found.by_letter, to_call=found.to_call, bodies=shown)


@reading.shape
class NoticeQueries:
    notice_addressees: NoticeAddressees = strawberry.field(
        resolver=_addressees,
        metadata=reading.answered(PRICE, notices.addressees),
        description="To whom a draft would go if it were sent now, and why to each; 500 at most at once.",
    )
    notice: Notice | None = reading.root_one()
    notices: Connection[Notice] = reading.root_connection(orders=NoticeOrder, filters=NoticeFilter)
    notice_recipients: Connection[NoticeRecipient] = reading.root_connection(
        orders=NoticeRecipientOrder, filters=NoticeRecipientFilter
    )
    notice_rules: Connection[NoticeRule] = reading.root_connection(order=reading.desc("created_at"))


NoticeMutations = mutations(
    Notice,
    draft_notice=notices.draft,
    correct_notice=notices.correct,
    submit_notice=notices.submit,
    approve_notice=notices.approve,
    send_back_notice=notices.send_back,
    cancel_notice=notices.cancel,
    send_notice=notices.send,
    withdraw_notice=notices.withdraw,
)
NoticeRecipientMutations = mutations(
    NoticeRecipient, acknowledge_notice=notices.acknowledge, note_notice_call=notices.note_call
)
NoticeRuleMutations = mutations(NoticeRule, set_notice_rule=notices.set_rule)
