"""広報啓発 and its states: what an outreach event is, who sees it, and which step leads where.

PLANNED -> HELD -> REPORTED -> CHECKED; CANCELLED ends any of them, and a report that is sent back is HELD again.
Source: S3 (大分/宮城 別表5(4)ア, seminars with non-life insurers), S20 (5(4)カ, activities shown at events), S21
(警察庁 5(2), 大分 2(1)ア), S33 (京都 2(5)).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind
from domain.criteria import any_of, nothing
from domain.lectures import AUDIENCE_LABELS as HEARERS
from domain.lectures import Audience
from domain.organizations import Organization
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves, must_move
from domain.themes import labelled
from domain.verbs import broken


class OutreachStatus(StrEnum):
    """予定, 実施済, 報告済, 確認済, 中止・取消."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    REPORTED = "REPORTED"
    CHECKED = "CHECKED"
    CANCELLED = "CANCELLED"


LABELS: Mapping[OutreachStatus, str] = {
    OutreachStatus.PLANNED: "予定",
    OutreachStatus.HELD: "実施済",
    OutreachStatus.REPORTED: "報告済",
    OutreachStatus.CHECKED: "確認済",
    OutreachStatus.CANCELLED: "中止・取消",
}
MOVES: Moves[OutreachStatus] = {
    OutreachStatus.PLANNED: (OutreachStatus.HELD, OutreachStatus.CANCELLED),
    OutreachStatus.HELD: (OutreachStatus.REPORTED, OutreachStatus.CANCELLED),
    OutreachStatus.REPORTED: (OutreachStatus.CHECKED, OutreachStatus.HELD, OutreachStatus.CANCELLED),
    OutreachStatus.CHECKED: (OutreachStatus.CANCELLED,),
    OutreachStatus.CANCELLED: (),
}
HELD = (OutreachStatus.HELD, OutreachStatus.REPORTED, OutreachStatus.CHECKED)
"""What has taken place, and counts."""
OPEN = (OutreachStatus.PLANNED, OutreachStatus.HELD, OutreachStatus.REPORTED)
"""While what is said of it may be changed without giving a reason."""


class OutreachKind(StrEnum):
    """セミナー, キャンペーン, 出展・ブース, 資料配布, 活動事例の紹介."""

    SEMINAR = "SEMINAR"
    CAMPAIGN = "CAMPAIGN"
    EXHIBITION = "EXHIBITION"
    MATERIALS = "MATERIALS"
    ACTIVITY_EXAMPLES = "ACTIVITY_EXAMPLES"


KIND_LABELS: Mapping[OutreachKind, str] = {
    OutreachKind.SEMINAR: "セミナー",
    OutreachKind.CAMPAIGN: "キャンペーン",
    OutreachKind.EXHIBITION: "出展・ブース",
    OutreachKind.MATERIALS: "資料配布",
    OutreachKind.ACTIVITY_EXAMPLES: "活動事例の紹介",
}


class OutreachTheme(StrEnum):
    """サイバーセキュリティ全般, 中小企業支援, 不正送金, IoT機器の脅威, 新サービスの悪用, 通報・相談の促進, 児童保護,
    フィルタリング, 公衆無線LAN, ボランティア, 採用広報, その他."""

    GENERAL = "GENERAL"
    SME_SUPPORT = "SME_SUPPORT"
    FINANCIAL_FRAUD = "FINANCIAL_FRAUD"
    IOT = "IOT"
    NEW_SERVICES = "NEW_SERVICES"
    REPORTING = "REPORTING"
    CHILD_PROTECTION = "CHILD_PROTECTION"
    FILTERING = "FILTERING"
    WIFI = "WIFI"
    VOLUNTEERS = "VOLUNTEERS"
    RECRUITMENT_PR = "RECRUITMENT_PR"
    OTHER = "OTHER"


THEME_LABELS = labelled(OutreachTheme)


class OutreachAudience(StrEnum):
    """主な対象: 中小企業, 業界・事業者, 一般, 児童・生徒, 学生, 保護者, 教職員, 高齢者."""

    SME = "SME"
    INDUSTRY = "INDUSTRY"
    PUBLIC = "PUBLIC"
    CHILDREN = "CHILDREN"
    STUDENT = "STUDENT"
    GUARDIAN = "GUARDIAN"
    TEACHER = "TEACHER"
    SENIOR = "SENIOR"


AUDIENCE_LABELS: Mapping[OutreachAudience, str] = {
    OutreachAudience.SME: "中小企業",
    OutreachAudience.INDUSTRY: "業界・事業者",
    OutreachAudience.PUBLIC: HEARERS[Audience.PUBLIC],
    OutreachAudience.CHILDREN: "児童・生徒",
    OutreachAudience.STUDENT: HEARERS[Audience.STUDENT],
    OutreachAudience.GUARDIAN: HEARERS[Audience.GUARDIAN],
    OutreachAudience.TEACHER: HEARERS[Audience.TEACHER],
    OutreachAudience.SENIOR: HEARERS[Audience.SENIOR],
}


class OutreachHostRole(StrEnum):
    """主催, 共催, 後援, 協力."""

    HOST = "HOST"
    CO_HOST = "CO_HOST"
    SUPPORTER = "SUPPORTER"
    COOPERATOR = "COOPERATOR"


ROLE_LABELS: Mapping[OutreachHostRole, str] = {
    OutreachHostRole.HOST: "主催",
    OutreachHostRole.CO_HOST: "共催",
    OutreachHostRole.SUPPORTER: "後援",
    OutreachHostRole.COOPERATOR: "協力",
}


class OutreachEvent(Owned):
    """One event of a unit. `lasts_until` is the last day of what goes on after it was opened (a campaign, a stand);
    empty for what is over on its date. `starts_at` repeats the appointment's for ordered reading.

    Counts are absolute and name nobody, empty until it is reported: bodies (団体) and people (人) that took part,
    visitors (来場者, 人), officers who served (人), media reports (件). Volunteers and their hours stand in the
    activities that belong to it. `reason` says why it was sent back last, or called off.
    """

    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    kind = fields.CharEnumField(OutreachKind, max_length=20)
    status = fields.CharEnumField(OutreachStatus, max_length=20)
    theme = fields.CharEnumField(OutreachTheme, max_length=20)
    audience = fields.CharEnumField(OutreachAudience, max_length=20)
    title = fields.CharField(max_length=200)
    search = fields.CharField(max_length=600)
    starts_at = fields.DatetimeField()
    lasts_until = fields.DateField(null=True)
    urges_reporting = fields.BooleanField(default=False)
    remarks = fields.CharField(max_length=1000, default="")
    summary = fields.CharField(max_length=4000, default="")
    reason = fields.CharField(max_length=500, default="")
    body_count = fields.IntField(null=True)
    people_count = fields.IntField(null=True)
    visitor_count = fields.IntField(null=True)
    officer_count = fields.IntField(null=True)
    media_count = fields.IntField(null=True)
    reported_by_id = fields.UUIDField(null=True)
    reported_at = fields.DatetimeField(null=True)
    checked_by_id = fields.UUIDField(null=True)
    checked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outreach_event"
        indexes = [Index(fields=("unit_id", "starts_at", "id"), name="outreach_event_unit_start")]

    @property
    def day(self) -> date:
        """On which day it begins, in Japan."""
        return day_of(self.starts_at)


class OutreachHost(Owned):
    """主催・共催・後援・協力: a body's part in one event; `removed_at` where it has none any more."""

    event: fields.ForeignKeyRelation[OutreachEvent] = fields.ForeignKeyField(
        "renkei.OutreachEvent", on_delete=fields.RESTRICT, related_name=False
    )
    event_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    role = fields.CharEnumField(OutreachHostRole, max_length=20)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outreach_host"
        indexes = [
            Index(fields=("event_id", "created_at", "id"), name="outreach_host_event"),
            Index(fields=("organization_id", "event_id"), name="outreach_host_organization"),
        ]


class OutreachMaterial(Owned):
    """配布物: so many copies (部) of one thing that was handed out at one event."""

    event: fields.ForeignKeyRelation[OutreachEvent] = fields.ForeignKeyField(
        "renkei.OutreachEvent", on_delete=fields.RESTRICT, related_name=False
    )
    event_id: UUID
    name = fields.CharField(max_length=200)
    copies = fields.IntField()
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outreach_material"
        indexes = [Index(fields=("event_id", "created_at", "id"), name="outreach_material_event")]


belongs(AppointmentKind.OUTREACH, OutreachEvent, HELD)
broken("outreach_host_once", "この団体は、この広報啓発にすでに入っています。")
broken("outreach_material_once", "同じ配布物が二つあります。一つにまとめてください。")


def day_of(instant: datetime) -> date:
    """The date in Japan."""
    return instant.astimezone(TOKYO).date()


def visible_to(actor: Actor) -> QuerySet[OutreachEvent]:
    """Liaison officers see their units' events; a partner those in which its own organisation has a part."""
    if actor.role in LIAISONS:
        return OutreachEvent.filter(any_of(OutreachEvent, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        return OutreachEvent.filter(id__in=Subquery(hosts_visible_to(actor).values("event_id")))
    return nothing(OutreachEvent)


def hosts_visible_to(actor: Actor) -> QuerySet[OutreachHost]:
    """Liaison officers see their units' rows; a partner only its own: who else has a part is not for it to know."""
    if actor.role in LIAISONS:
        return OutreachHost.filter(any_of(OutreachHost, "unit_id", actor.units), removed_at=None)
    if actor.role is Role.PARTNER:
        return OutreachHost.filter(organization_id=actor.organization_id, removed_at=None)
    return nothing(OutreachHost)


def materials_visible_to(actor: Actor) -> QuerySet[OutreachMaterial]:
    """What was handed out stands in the report, which is for the desk alone."""
    if actor.role not in LIAISONS:
        return nothing(OutreachMaterial)
    return OutreachMaterial.filter(any_of(OutreachMaterial, "unit_id", actor.units), removed_at=None)


async def move(author: Author, event: OutreachEvent, to: OutreachStatus, fact: str, **values: Any) -> OutreachEvent:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, event.status, to)
    return await records.change(author, event, fact, status=status, **values)
