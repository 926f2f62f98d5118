"""接触記録 and its states: what an encounter with a body is, who sees it, and which step leads where.

PLANNED -> REPORTED -> CHECKED; CANCELLED ends any of them, and a report that is sent back is PLANNED again. A planned
one whose day has passed is due: that is computed, not a state. Source: S2, S8, S21, S23, S24, S26, S29 (大分 別表5(4)イ
「平素から顔の見える関係」, スライド2「個別訪問」).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.calendar import Appointment
from domain.criteria import any_of, nothing
from domain.organizations import Establishment, Organization
from domain.people import Person
from domain.records import Owned
from domain.states import Moves, must_move
from domain.themes import labelled
from domain.verbs import broken


class EncounterStatus(StrEnum):
    """予定, 報告済, 確認済, 中止・取消."""

    PLANNED = "PLANNED"
    REPORTED = "REPORTED"
    CHECKED = "CHECKED"
    CANCELLED = "CANCELLED"


LABELS: Mapping[EncounterStatus, str] = {
    EncounterStatus.PLANNED: "予定",
    EncounterStatus.REPORTED: "報告済",
    EncounterStatus.CHECKED: "確認済",
    EncounterStatus.CANCELLED: "中止・取消",
}
MOVES: Moves[EncounterStatus] = {
    EncounterStatus.PLANNED: (EncounterStatus.REPORTED, EncounterStatus.CANCELLED),
    EncounterStatus.REPORTED: (EncounterStatus.CHECKED, EncounterStatus.PLANNED, EncounterStatus.CANCELLED),
    EncounterStatus.CHECKED: (EncounterStatus.CANCELLED,),
    EncounterStatus.CANCELLED: (),
}
HELD = (EncounterStatus.REPORTED, EncounterStatus.CHECKED)
"""What has taken place, and counts."""


class EncounterKind(StrEnum):
    """訪問, 電話, 会議, メール, 指導."""

    VISIT = "VISIT"
    CALL = "CALL"
    MEETING = "MEETING"
    MAIL = "MAIL"
    GUIDANCE = "GUIDANCE"


KIND_LABELS: Mapping[EncounterKind, str] = {
    EncounterKind.VISIT: "訪問",
    EncounterKind.CALL: "電話",
    EncounterKind.MEETING: "会議",
    EncounterKind.MAIL: "メール",
    EncounterKind.GUIDANCE: "指導",
}


class EncounterTheme(StrEnum):
    """顔の見える関係, 協定, 訓練, 情報提供, 中小企業支援, 本人確認, 通信履歴の保存, 不正送金, 公衆無線LAN,
    経済安全保障, 採用広報, ボランティア, 児童保護, その他."""

    RELATIONSHIP = "RELATIONSHIP"
    AGREEMENT = "AGREEMENT"
    DRILL = "DRILL"
    INFORMATION = "INFORMATION"
    SME_SUPPORT = "SME_SUPPORT"
    IDENTITY_CHECK = "IDENTITY_CHECK"
    LOG_RETENTION = "LOG_RETENTION"
    FINANCIAL_FRAUD = "FINANCIAL_FRAUD"
    WIFI = "WIFI"
    ECONOMIC_SECURITY = "ECONOMIC_SECURITY"
    RECRUITMENT_PR = "RECRUITMENT_PR"
    VOLUNTEERS = "VOLUNTEERS"
    CHILD_PROTECTION = "CHILD_PROTECTION"
    OTHER = "OTHER"


THEME_LABELS = labelled(EncounterTheme)


class GuidedBusiness(StrEnum):
    """指導先の業態 (宮城 5(3)ウ, 大分 5(3)エ): インターネットカフェ, データSIM等の販売, 通信・プロバイダー,
    公衆無線LANの設置, 金融機関, 資金移動業, その他."""

    INTERNET_CAFE = "INTERNET_CAFE"
    SIM_SELLER = "SIM_SELLER"
    PROVIDER = "PROVIDER"
    WIFI_PROVIDER = "WIFI_PROVIDER"
    BANK = "BANK"
    FUNDS_TRANSFER = "FUNDS_TRANSFER"
    OTHER = "OTHER"


BUSINESS_LABELS: Mapping[GuidedBusiness, str] = {
    GuidedBusiness.INTERNET_CAFE: "インターネットカフェ",
    GuidedBusiness.SIM_SELLER: "データSIM等の販売",
    GuidedBusiness.PROVIDER: "通信・プロバイダー",
    GuidedBusiness.WIFI_PROVIDER: "公衆無線LANの設置",
    GuidedBusiness.BANK: "金融機関",
    GuidedBusiness.FUNDS_TRANSFER: "資金移動業",
    GuidedBusiness.OTHER: "その他",
}


class EncounterReview(Owned):
    """一括確認: so many reports (`count`) that one officer has checked in one act; `unit_id` is theirs."""

    count = fields.IntField()
    checked_by_id = fields.UUIDField()

    class Meta:
        table = "encounter_review"
        indexes = [Index(fields=("unit_id", "created_at", "id"), name="encounter_review_unit")]


class Encounter(Owned):
    """One encounter of a unit with a body. `minutes` is how long it took, where that was noted; `business` the line of
    business, of guidance (指導) only; `appointment` the date in calendars, of one to which somebody was invited.

    The next step is a task: what, until which day (`next_due_on`), by which officer, and when it was done. Nobody has
    it while `next_owner` is empty. `reason` says why it was sent back last, or called off.
    """

    WORDS = ("purpose", "outcome", "next_step")

    kind = fields.CharEnumField(EncounterKind, max_length=20)
    status = fields.CharEnumField(EncounterStatus, max_length=20)
    theme = fields.CharEnumField(EncounterTheme, max_length=20)
    business = fields.CharEnumField(GuidedBusiness, max_length=20, null=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    establishment: fields.ForeignKeyNullableRelation[Establishment] = fields.ForeignKeyField(
        "renkei.Establishment", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    establishment_id: UUID | None
    appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID | None
    starts_at = fields.DatetimeField()
    minutes = fields.IntField(null=True)
    purpose = fields.CharField(max_length=1000, default="")
    outcome = fields.CharField(max_length=4000, default="")
    reason = fields.CharField(max_length=500, default="")
    next_step = fields.CharField(max_length=500, default="")
    next_due_on = fields.DateField(null=True)
    next_owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    next_owner_id: UUID | None
    next_done_on = fields.DateField(null=True)
    reported_by_id = fields.UUIDField(null=True)
    reported_at = fields.DatetimeField(null=True)
    checked_by_id = fields.UUIDField(null=True)
    checked_at = fields.DatetimeField(null=True)
    review: fields.ForeignKeyNullableRelation[EncounterReview] = fields.ForeignKeyField(
        "renkei.EncounterReview", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    review_id: UUID | None
    search = fields.TextField(default="")

    class Meta:
        table = "encounter"
        indexes = [
            Index(fields=("unit_id", "starts_at", "id"), name="encounter_unit_start"),
            Index(fields=("organization_id", "starts_at", "id"), name="encounter_organization_start"),
            Index(fields=("review_id",), name="encounter_of_review"),
        ]

    @property
    def day(self) -> date:
        """Of which day it is, in Japan."""
        return day_of(self.starts_at)


broken(
    "encounter_once",
    "同じ所属・団体・種別・日時の接触記録が、すでに入力されています。一覧で確かめ、違うものなら日時を直してください。",
)


def day_of(instant: datetime) -> date:
    """The date in Japan."""
    return instant.astimezone(TOKYO).date()


def visible_to(actor: Actor) -> QuerySet[Encounter]:
    """Liaison officers see their units' encounters, nobody else any: what was talked about is for the desk alone."""
    return Encounter.filter(any_of(Encounter, "unit_id", actor.units)) if actor.role in LIAISONS else nothing(Encounter)


async def move(author: Author, encounter: Encounter, to: EncounterStatus, fact: str, **values: Any) -> Encounter:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, encounter.status, to)
    return await records.change(author, encounter, fact, status=status, **values)
