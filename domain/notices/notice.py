"""注意喚起・情報提供 and its states: what a notice to partners is, who sees it, and which step leads where.

DRAFT -> (IN_REVIEW -> APPROVED, by a second reader) -> SENDING -> SENT; what was sent never changes: another notice
replaces it (REPLACED), or one that says so takes it back (WITHDRAWN). A draft that nobody needs is CANCELLED. Nothing
is ever approved by time-out (X15). Of what it warns of it holds the envelope and words for everybody's eyes, never
indicators, samples or single cases. Source: S6, S9, S24, S26, X10, X11.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import organizations, records
from domain.actor import TOKYO, Actor, Author, Role
from domain.criteria import any_of, each, nothing, within
from domain.encounters import EncounterTheme
from domain.organizations import ContactRole, Organization
from domain.records import Owned
from domain.states import Moves, must_move
from domain.verbs import broken


class NoticeStatus(StrEnum):
    """作成中, 点検待ち, 点検済, 送付中, 送付済, 差替済, 取下げ済, 取りやめ."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    SENDING = "SENDING"
    SENT = "SENT"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"
    CANCELLED = "CANCELLED"


LABELS: Mapping[NoticeStatus, str] = {
    NoticeStatus.DRAFT: "作成中",
    NoticeStatus.IN_REVIEW: "点検待ち",
    NoticeStatus.APPROVED: "点検済",
    NoticeStatus.SENDING: "送付中",
    NoticeStatus.SENT: "送付済",
    NoticeStatus.REPLACED: "差替済",
    NoticeStatus.WITHDRAWN: "取下げ済",
    NoticeStatus.CANCELLED: "取りやめ",
}
MOVES: Moves[NoticeStatus] = {
    NoticeStatus.DRAFT: (NoticeStatus.IN_REVIEW, NoticeStatus.SENDING, NoticeStatus.CANCELLED),
    NoticeStatus.IN_REVIEW: (NoticeStatus.APPROVED, NoticeStatus.DRAFT),
    NoticeStatus.APPROVED: (NoticeStatus.SENDING, NoticeStatus.DRAFT),
    NoticeStatus.SENDING: (NoticeStatus.SENT, NoticeStatus.REPLACED, NoticeStatus.WITHDRAWN),
    NoticeStatus.SENT: (NoticeStatus.REPLACED, NoticeStatus.WITHDRAWN),
    NoticeStatus.REPLACED: (),
    NoticeStatus.WITHDRAWN: (),
    NoticeStatus.CANCELLED: (),
}
PREPARING = (NoticeStatus.DRAFT, NoticeStatus.IN_REVIEW, NoticeStatus.APPROVED, NoticeStatus.CANCELLED)
"""What nobody outside of the desk has ever been told."""
STANDING = (NoticeStatus.SENDING, NoticeStatus.SENT)
"""What its recipients go by."""


class NoticeSeverity(StrEnum):
    """情報提供, 注意喚起, 警戒, 緊急; each weighs more than the one before."""

    INFORMATION = "INFORMATION"
    ADVISORY = "ADVISORY"
    WARNING = "WARNING"
    URGENT = "URGENT"

    @property
    def weight(self) -> int:
        return list(NoticeSeverity).index(self)


SEVERITY_LABELS: Mapping[NoticeSeverity, str] = {
    NoticeSeverity.INFORMATION: "情報提供",
    NoticeSeverity.ADVISORY: "注意喚起",
    NoticeSeverity.WARNING: "警戒",
    NoticeSeverity.URGENT: "緊急",
}


class NoticeHandling(StrEnum):
    """取扱区分: 公開可, 取扱注意, 関係者限り, 名宛人限り."""

    OPEN = "OPEN"
    CAREFUL = "CAREFUL"
    CONCERNED_ONLY = "CONCERNED_ONLY"
    ADDRESSEE_ONLY = "ADDRESSEE_ONLY"


HANDLING_LABELS: Mapping[NoticeHandling, str] = {
    NoticeHandling.OPEN: "公開可",
    NoticeHandling.CAREFUL: "取扱注意",
    NoticeHandling.CONCERNED_ONLY: "関係者限り",
    NoticeHandling.ADDRESSEE_ONLY: "名宛人限り",
}


class Tlp(StrEnum):
    """To whom a recipient may pass it on (FIRST, Traffic Light Protocol 2.0): anybody, the community, the own
    organisation and its clients, the own organisation, nobody."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER_STRICT"
    RED = "RED"

    @property
    def label(self) -> str:
        return f"TLP:{'AMBER+STRICT' if self is Tlp.AMBER_STRICT else self.value}"

    @property
    def may_travel(self) -> bool:
        """Whether its words may stand in a mail, and on a page that a passed-on link opens."""
        return self in (Tlp.CLEAR, Tlp.GREEN)


class AcknowledgementWay(StrEnum):
    """お知らせのリンク, 本人のページ・ログイン, 電話: how a recipient has said that they know."""

    LINK = "LINK"
    OWN = "OWN"
    CALL = "CALL"


WAY_LABELS: Mapping[AcknowledgementWay, str] = {
    AcknowledgementWay.LINK: "リンク",
    AcknowledgementWay.OWN: "本人のページ",
    AcknowledgementWay.CALL: "電話",
}


class CallResult(StrEnum):
    """伝えた, 不在."""

    REACHED = "REACHED"
    NOT_REACHED = "NOT_REACHED"


CALL_LABELS: Mapping[CallResult, str] = {CallResult.REACHED: "伝えた", CallResult.NOT_REACHED: "不在"}


class Notice(Owned):
    """One notice of a unit. It holds through `valid_until`, a day in Japan; `acknowledge_by` is the instant until which
    its recipients are to say that they know. `criteria` say whom it is for (`audience.AudienceCriteria`), until that is
    frozen as `NoticeRecipient`s.

    `replaces` is the notice in whose place it comes, or that it takes back (`is_withdrawal`). `reason` says why it was
    sent back last, was given up or takes another one back. `ended_at` is when it stopped to hold before its time.
    """

    WORDS = ("title", "text", "number")

    status = fields.CharEnumField(NoticeStatus, max_length=20)
    number = fields.CharField(max_length=60, default="")
    title = fields.CharField(max_length=200)
    text = fields.CharField(max_length=4000)
    theme = fields.CharEnumField(EncounterTheme, max_length=20)
    severity = fields.CharEnumField(NoticeSeverity, max_length=20)
    handling = fields.CharEnumField(NoticeHandling, max_length=20)
    tlp = fields.CharEnumField(Tlp, max_length=20)
    valid_until = fields.DateField()
    acknowledge_by = fields.DatetimeField(null=True)
    criteria: dict[str, Any] = fields.JSONField()
    replaces: fields.ForeignKeyNullableRelation[Notice] = fields.ForeignKeyField(
        "renkei.Notice", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    replaces_id: UUID | None
    is_withdrawal = fields.BooleanField(default=False)
    reason = fields.CharField(max_length=500, default="")
    submitted_by_id = fields.UUIDField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    reviewed_by_id = fields.UUIDField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    sent_by_id = fields.UUIDField(null=True)
    sent_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    search = fields.TextField(default="")

    class Meta:
        table = "notice"
        indexes = [Index(fields=("unit_id", "created_at", "id"), name="notice_unit")]

    @property
    def is_restricted(self) -> bool:
        """Whether only those who look after a body may know of what it was told (S26)."""
        return self.theme is EncounterTheme.ECONOMIC_SECURITY

    def holds(self, today: date) -> bool:
        """Whether its recipients go by it on this day."""
        return self.status in STANDING and self.valid_until >= today


class NoticeRecipient(Owned):
    """One body to which a notice went, and the contact to whom it was written, as it was found on sending; none where
    nobody there could be written to.

    `opened_at` is when the page was first fetched, by a person or by whatever follows links in their mail: it proves
    nothing. `acknowledged_at` is when somebody said so; `escalated_at` since when the desk is to call. `calls` counts
    the calls, of which `phoned_at`, `phoned_by_id`, `call_result` and `remark` tell the last.
    """

    notice: fields.ForeignKeyRelation[Notice] = fields.ForeignKeyField(
        "renkei.Notice", on_delete=fields.RESTRICT, related_name=False
    )
    notice_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID
    contact_id = fields.UUIDField(null=True)
    role = fields.CharEnumField(ContactRole, max_length=20, null=True)
    is_written_to = fields.BooleanField()
    is_restricted = fields.BooleanField()
    opened_at = fields.DatetimeField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_how = fields.CharEnumField(AcknowledgementWay, max_length=10, null=True)
    acknowledged_by_id = fields.UUIDField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    calls = fields.IntField(default=0)
    phoned_at = fields.DatetimeField(null=True)
    phoned_by_id = fields.UUIDField(null=True)
    call_result = fields.CharEnumField(CallResult, max_length=20, null=True)
    remark = fields.CharField(max_length=500, default="")

    class Meta:
        table = "notice_recipient"
        indexes = [
            Index(fields=("notice_id", "id"), name="notice_recipient_notice"),
            Index(fields=("organization_id", "id"), name="notice_recipient_organization"),
            Index(fields=("unit_id",), name="notice_recipient_unit"),
        ]


broken("notice_recipient_once", "両方の団体に同じお知らせが送られています。もう一度操作してください。")


def recipients_visible_to(actor: Actor) -> QuerySet[NoticeRecipient]:
    """A station sees what its bodies were told, by whomever, and to whom its own notices went, but for restricted ones
    that went to bodies which it looks after no more; headquarters all; a partner or school itself alone."""
    if actor.role is Role.HQ_LIAISON:
        return NoticeRecipient.filter(any_of(NoticeRecipient, "unit_id", actor.units))
    if actor.role is Role.STATION_LIAISON:
        return NoticeRecipient.filter(Q(*_ways_to_see(actor), join_type=Q.OR))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return NoticeRecipient.filter(organization_id=actor.organization_id)
    return nothing(NoticeRecipient)


def _ways_to_see(actor: Actor) -> tuple[Q, Q]:
    """Of recipients, by a station: of its own notices, and its bodies. Each has an index of its own."""
    bodies = organizations.visible_to(actor).values("id")
    own = Q(any_of(NoticeRecipient, "unit_id", actor.units), is_restricted=False)
    return own, within(NoticeRecipient, "organization_id", bodies)


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """Whoever sees a recipient sees the notice, and a unit its own; a restricted one, once it was sent, only whoever
    looks after a body that it went to."""
    if actor.role is Role.HQ_LIAISON:
        return Notice.filter(any_of(Notice, "unit_id", actor.units))
    if actor.role is Role.STATION_LIAISON:
        is_open = ~Q(theme=EncounterTheme.ECONOMIC_SECURITY) | Q(status__in=PREPARING)
        told = [each(Notice, "id", NoticeRecipient.filter(way).values("notice_id")) for way in _ways_to_see(actor)]
        return Notice.filter(Q(Q(any_of(Notice, "unit_id", actor.units), is_open), *told, join_type=Q.OR))
    if actor.role in (Role.PARTNER, Role.SCHOOL):
        return Notice.filter(within(Notice, "id", recipients_visible_to(actor).values("notice_id")))
    return nothing(Notice)


def own_visible_to(actor: Actor) -> QuerySet[Notice]:
    """Those that the actor may write, approve and send: their units', not what others have told their bodies."""
    return visible_to(actor).filter(any_of(Notice, "unit_id", actor.units))


def day_of(instant: datetime) -> date:
    """The date in Japan."""
    return instant.astimezone(TOKYO).date()


async def move(author: Author, notice: Notice, to: NoticeStatus, fact: str, **values: Any) -> Notice:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, notice.status, to)
    return await records.change(author, notice, fact, status=status, **values)
