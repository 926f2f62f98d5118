"""共同対処協定: agreements and their parties, to read and to take from the first talk to the end."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Self

import strawberry

from api import reading, referring
from api.calendar import Appointment
from api.context import Info
from api.enums import offer
from api.mutations import NO_CASES, mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import agreements
from domain.agreements import (
    AgreementKind,
    AgreementStatus,
    AmendmentStatus,
    CeremonyStatus,
    CooperationItem,
    CountedFrom,
    ExtensionKind,
    Kept,
    OutputKind,
    Side,
)
from domain.japanese import search_key
from domain.rights import DataClass

offer(
    AgreementKind,
    AgreementStatus,
    AmendmentStatus,
    CeremonyStatus,
    CooperationItem,
    CountedFrom,
    ExtensionKind,
    OutputKind,
    Side,
)


PRICE = 2_000
"""Rows that the list of what was promised and kept is held to cost."""


@strawberry.enum
class AgreementOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    CREATED_AT_DESC = reading.desc("created_at")


@reading.filters
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


@reading.entity(agreements.SigningCeremony, agreements.ceremonies_visible_to)
@reading.shape(description="締結式: the date on which the agreement is to be signed.")
class SigningCeremony(Node):
    version: int
    status: CeremonyStatus
    allowed_transitions: list[CeremonyStatus] = reading.computed("status", agreements.CEREMONY_MOVES)
    starts_at: datetime
    reason: str = reading.column(data=DataClass.INTERNAL, description="Why it was moved or called off last.")
    appointment: Appointment | None = reading.one("appointment_id")


@reading.entity(agreements.AgreementFile, agreements.files_visible_to)
@reading.shape(
    description="協定書のファイル: a version of the signed document, to be fetched at /agreement-files/{id}."
)
class AgreementFile(Node):
    version: int
    edition: int = reading.column(description="第何版か, counted for the same readers.")
    name: str = reading.column(description="The file's name.")
    size: int = reading.column(description="In bytes.")
    sha256: str = reading.column(description="Of the file as it came; checked whenever it is handed out.")
    remarks: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    party: AgreementParty | None = reading.one("party_id", description="The party for whom alone this copy is.")
    kept_at: datetime


@reading.entity(agreements.PartyNaming, agreements.namings_visible_to)
@reading.shape(description="公表の同意: a party that may be named. A partner sees others where it may be named itself.")
class PartyNaming(Node):
    version: int = reading.column(data=DataClass.INTERNAL)
    name: str
    agreed_on: date
    ended_on: date | None = reading.column(description="The day on which the consent was taken back.")
    party: AgreementParty | None = reading.one("party_id")


@reading.entity(agreements.AgreementAmendment, agreements.amendments_visible_to)
@reading.shape(description="覚書による変更: what changes from a day on; the agreement stays as it was signed.")
class AgreementAmendment(Node):
    version: int
    status: AmendmentStatus
    allowed_transitions: list[AmendmentStatus] = reading.computed("status", agreements.AMENDMENT_MOVES)
    effective_on: date
    changes: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    reason: str = reading.column(data=DataClass.INTERNAL, description="Why it was withdrawn.")


@reading.entity(agreements.AgreementFulfilment, agreements.fulfilments_visible_to)
@reading.shape(description="約束の履行: one time that it was kept, as entered.")
class AgreementFulfilment(Node):
    version: int
    done_on: date
    remarks: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)


@reading.entity(agreements.AgreementCommitment, agreements.commitments_visible_to)
@reading.shape(description="協定の約束 (「訓練 年1回」)")
class AgreementCommitment(Node):
    version: int
    item: CooperationItem
    what: str = reading.column(data=DataClass.INTERNAL, description=NO_CASES)
    times_per_year: int = reading.column(description="1年度の回数")
    counted_from: CountedFrom
    since: date
    ended_on: date | None = reading.column(description="The first day on which it is promised no more.")
    fulfilments: Connection[AgreementFulfilment] = reading.connection("commitment_id", order=reading.desc("done_on"))


@reading.entity(agreements.ResearchOutput, agreements.outputs_visible_to)
@reading.shape(description="共同研究の成果")
class ResearchOutput(Node):
    version: int
    kind: OutputKind
    title: str
    produced_on: date


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
    number: str = reading.column(description="文書番号")
    more_numbers: list[str] = reading.column(data=DataClass.INTERNAL, description="その他の文書番号")
    classification_code: str = reading.column(data=DataClass.INTERNAL, description="分類符号")
    retention_years: int | None = reading.column(data=DataClass.INTERNAL, description="原議保存期間（年）")
    retention_until: date | None = reading.column(data=DataClass.INTERNAL, description="保存期間の満了日: 31 March.")
    purpose: str
    items: list[CooperationItem]
    research_theme: str = reading.column(description="共同研究のテーマ")
    research_from: date | None
    research_to: date | None
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
    notice_by: date | None = reading.expression(
        agreements.NOTICE_BY, description="The last day to give notice, of one that else renews itself."
    )
    validity: str | None = reading.expression(
        agreements.VALIDITY, description="有効期間 in words: from when, until when, extended, renewing itself."
    )
    ended_on: date | None
    reason: str = reading.column(data=DataClass.INTERNAL)
    unit: Unit | None = reading.one("unit_id")
    responsible: Person | None = reading.one("responsible_id")
    renews: Annotated["Agreement", strawberry.lazy("api.agreements")] | None = reading.one("renews_id")
    parties: Connection[AgreementParty] = reading.connection("agreement_id", order=reading.asc("created_at"))
    ceremonies: Connection[SigningCeremony] = reading.connection("agreement_id", order=reading.desc("starts_at"))
    files: Connection[AgreementFile] = reading.connection("agreement_id", order=reading.desc("kept_at"))
    namings: Connection[PartyNaming] = reading.connection("agreement_id", order=reading.asc("created_at"))
    amendments: Connection[AgreementAmendment] = reading.connection("agreement_id", order=reading.asc("effective_on"))
    commitments: Connection[AgreementCommitment] = reading.connection("agreement_id", order=reading.asc("created_at"))
    outputs: Connection[ResearchOutput] = reading.connection("agreement_id", order=reading.asc("produced_on"))
    extensions: Connection[AgreementExtension] = reading.connection("agreement_id", order=reading.asc("until"))


@reading.made(description="約束の履行状況: how often a promise was owed and kept in one fiscal year.")
class CommitmentKept:
    commitment: strawberry.ID
    agreement: strawberry.ID
    title: str
    item: CooperationItem
    what: str
    owed: int
    fulfilled: int
    missing: int
    last_on: date | None = strawberry.field(description="The last day on which it was kept.")

    @classmethod
    def of(cls, one: Kept) -> Self:
        return cls(
            commitment=strawberry.ID(reading.encode("AgreementCommitment", one.commitment_id)),
            agreement=strawberry.ID(reading.encode("Agreement", one.agreement_id)),
            title=one.title,
            item=one.item,
            what=one.what,
            owed=one.owed,
            fulfilled=one.fulfilled,
            missing=one.missing,
            last_on=one.last_on,
        )


async def _commitments_kept(
    info: Info, year: int | None = None, unit: strawberry.ID | None = None
) -> list[CommitmentKept]:
    unit_id = referring.key("unit_id", unit) if unit else None
    found = await agreements.commitments_kept(info.context.actor, year=year, unit_id=unit_id)
    return [CommitmentKept.of(one) for one in found]


@reading.shape
class AgreementQueries:
    commitments_kept: list[CommitmentKept] = strawberry.field(
        resolver=_commitments_kept,
        metadata=reading.answered(PRICE, agreements.commitments_kept),
        description="What agreements promised for a fiscal year (2026: 令和8年度), and how often it was kept.",
    )
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
    plan_joint_research=agreements.plan_research,
    file_agreement=agreements.file_document,
    accede_to_agreement=agreements.accede,
    discuss_agreement_renewal=agreements.discuss_renewal,
    renew_agreement=agreements.renew,
    extend_agreement=agreements.extend,
    give_agreement_notice=agreements.give_notice,
    take_back_agreement_notice=agreements.take_back_notice,
    terminate_agreement=agreements.terminate,
)
PartyMutations = mutations(AgreementParty, withdraw_agreement_party=agreements.let_withdraw)
CeremonyMutations = mutations(
    SigningCeremony,
    plan_signing=agreements.plan_signing,
    invite_to_signing=agreements.invite_to_signing,
    uninvite_from_signing=agreements.uninvite_from_signing,
    move_signing=agreements.move_signing,
    cancel_signing=agreements.cancel_signing,
    hold_signing=agreements.hold_signing,
)
NamingMutations = mutations(
    PartyNaming,
    name_agreement_party=agreements.name_party,
    unname_agreement_party=agreements.unname_party,
)
FileMutations = mutations(AgreementFile, rename_agreement_file=agreements.rename_file)
AmendmentMutations = mutations(
    AgreementAmendment,
    propose_agreement_amendment=agreements.propose_amendment,
    approve_agreement_amendment=agreements.approve_amendment,
    withdraw_agreement_amendment=agreements.withdraw_amendment,
)
CommitmentMutations = mutations(
    AgreementCommitment,
    enter_agreement_commitment=agreements.enter_commitment,
    end_agreement_commitment=agreements.end_commitment,
)
FulfilmentMutations = mutations(
    AgreementFulfilment,
    note_commitment_fulfilment=agreements.note_fulfilment,
    take_back_commitment_fulfilment=agreements.take_back_fulfilment,
)
OutputMutations = mutations(
    ResearchOutput,
    note_research_output=agreements.note_output,
    take_back_research_output=agreements.take_back_output,
)
