"""共同対処協定: agreements and their parties, to read and to take from the first talk to the end."""

from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from api import reading
from api.mutations import NO_CASES, mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import agreements
from domain.agreements import AgreementKind, AgreementStatus, AmendmentStatus, CooperationItem, ExtensionKind, Side
from domain.japanese import search_key
from domain.rights import DataClass

for kind in (AgreementKind, AgreementStatus, AmendmentStatus, CooperationItem, ExtensionKind, Side):
    strawberry.enum(kind, description=kind.__doc__)


@strawberry.enum
class AgreementOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    CREATED_AT_DESC = reading.desc("created_at")


@strawberry.input
class AgreementFilter:
    status: list[AgreementStatus] | None = reading.among("status")
    kind: list[AgreementKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    text: str | None = reading.found("agreement", search_key)
    expires_before: date | None = reading.below("lasts_until", "date")


@reading.entity(agreements.AgreementParty, agreements.parties_visible_to)
@reading.shape(description="協定当事者: a police unit or an organisation, with its signatory as signed.")
class AgreementParty(Node):
    version: int
    side: Side
    acceded_on: date | None
    withdrawn_on: date | None
    signatory_name: str = reading.column(data=DataClass.PERSONAL)
    signatory_title: str
    police_unit: Unit | None = reading.one("police_unit_id")
    organization: Organization | None = reading.one("organization_id")


@reading.entity(agreements.AgreementAmendment, agreements.amendments_visible_to)
@reading.shape(description="覚書による変更: what changes from a day on; the agreement stays as it was signed.")
class AgreementAmendment(Node):
    version: int
    status: AmendmentStatus
    allowed_transitions: list[AmendmentStatus] = reading.computed("status", agreements.AMENDMENT_MOVES)
    effective_on: date
    changes: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    reason: str = reading.column(data=DataClass.INTERNAL, description="Why it was withdrawn.")


@reading.entity(agreements.AgreementExtension, agreements.extensions_visible_to)
@reading.shape(description="延長・自動更新: one step of an agreement beyond its last day.")
class AgreementExtension(Node):
    kind: ExtensionKind
    until: date
    decided_on: date
    reason: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)


@reading.entity(agreements.Agreement, agreements.visible_to)
@reading.shape(description="共同対処協定")
class Agreement(Node):
    version: int = reading.column(data=DataClass.INTERNAL)
    status: AgreementStatus
    allowed_transitions: list[AgreementStatus] = reading.computed("status", agreements.MOVES)
    kind: AgreementKind
    title: str
    number: str
    purpose: str
    items: list[CooperationItem]
    planned_from: date | None = reading.column(description="更新案の発効予定日")
    planned_to: date | None = reading.column(description="更新案の満了予定日")
    signed_on: date | None
    signed_at: str = reading.column(description="締結式の場所")
    effective_on: date | None
    expires_on: date | None = reading.column(description="協定書の満了日, as it was signed")
    lasts_until: date | None = reading.column(description="延長・自動更新を含む満了日")
    auto_renews_months: int = reading.column(description="自動更新の期間（月）; 0: it does not renew itself.")
    notice_days: int = reading.column(description="更新しない旨の通知の期限（満了日の何日前までか）")
    notice_given_on: date | None = reading.column(data=DataClass.INTERNAL, description="更新しない旨を通知した日")
    ended_on: date | None
    reason: str = reading.column(data=DataClass.INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    responsible: Person | None = reading.one("responsible_id")
    renews: Annotated["Agreement", strawberry.lazy("api.agreements")] | None = reading.one("renews_id")
    parties: Connection[AgreementParty] = reading.connection("agreement_id", order=reading.asc("created_at"))
    amendments: Connection[AgreementAmendment] = reading.connection("agreement_id", order=reading.asc("effective_on"))
    extensions: Connection[AgreementExtension] = reading.connection("agreement_id", order=reading.asc("until"))


@reading.shape
class AgreementQueries:
    agreement: Agreement | None = reading.root_one()
    agreements: Connection[Agreement] = reading.root_connection(orders=AgreementOrder, filters=AgreementFilter)


AgreementMutations = mutations(
    Agreement,
    propose_agreement=agreements.propose,
    correct_agreement=agreements.correct,
    entrust_agreement=agreements.entrust,
    negotiate_agreement=agreements.negotiate,
    add_agreement_party=agreements.add_party,
    remove_agreement_party=agreements.remove_party,
    withdraw_agreement_proposal=agreements.withdraw_proposal,
    submit_agreement=agreements.submit,
    approve_agreement=agreements.approve,
    sign_agreement=agreements.sign,
    correct_agreement_number=agreements.correct_number,
    accede_to_agreement=agreements.accede,
    discuss_agreement_renewal=agreements.discuss_renewal,
    renew_agreement=agreements.renew,
    extend_agreement=agreements.extend,
    give_agreement_notice=agreements.give_notice,
    take_back_agreement_notice=agreements.take_back_notice,
    terminate_agreement=agreements.terminate,
)
PartyMutations = mutations(AgreementParty, withdraw_agreement_party=agreements.let_withdraw)
AmendmentMutations = mutations(
    AgreementAmendment,
    propose_agreement_amendment=agreements.propose_amendment,
    approve_agreement_amendment=agreements.approve_amendment,
    withdraw_agreement_amendment=agreements.withdraw_amendment,
)
