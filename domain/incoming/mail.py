"""What has arrived: one row for each mail, whatever became of it, so that nothing is lost and nothing counts twice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor
from domain.calendar import PartStat
from domain.criteria import any_of, nothing
from domain.records import Owned


class IncomingKind(StrEnum):
    """ANSWER 出欠の返事 (REPLY, RFC 5546 §3.2.3), PROPOSAL 日時の変更の申出 (COUNTER, §3.2.7), DELEGATION 代理の申出
    (§3.2.2.3), BOUNCE 不達 (RFC 3464), AUTOMATIC 自動応答, OTHER そのほか."""

    ANSWER = "ANSWER"
    PROPOSAL = "PROPOSAL"
    DELEGATION = "DELEGATION"
    BOUNCE = "BOUNCE"
    AUTOMATIC = "AUTOMATIC"
    OTHER = "OTHER"


class IncomingDoubt(StrEnum):
    """Why a mail was not simply taken: UNPROVEN 差出人を確かめられない, SENDER 差出人が招待した人でない, UNINVITED
    招待していない人, UNKNOWN_DATE 予定が見つからない, OUTDATED 変更前の予定への返事, CLOSED 回答の受付が終わっている,
    AUTOMATIC 自動で送られた, CLASH 同じ時間に別の予定がある, FULL 定員を超える, SHARED 招待した複数の人が同じ
    アドレスを使っている, UNUSUAL 返事の形になっていない."""

    UNPROVEN = "UNPROVEN"
    SENDER = "SENDER"
    UNINVITED = "UNINVITED"
    UNKNOWN_DATE = "UNKNOWN_DATE"
    OUTDATED = "OUTDATED"
    CLOSED = "CLOSED"
    AUTOMATIC = "AUTOMATIC"
    CLASH = "CLASH"
    FULL = "FULL"
    SHARED = "SHARED"
    UNUSUAL = "UNUSUAL"


class IncomingStatus(StrEnum):
    """WAITING 要確認, APPLIED 反映済, ACCEPTED 確認して反映, DISMISSED 反映しない, FILED 対応不要."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"
    ACCEPTED = "ACCEPTED"
    DISMISSED = "DISMISSED"
    FILED = "FILED"


LABELS: Mapping[IncomingStatus, str] = {
    IncomingStatus.WAITING: "要確認",
    IncomingStatus.APPLIED: "反映済",
    IncomingStatus.ACCEPTED: "確認して反映",
    IncomingStatus.DISMISSED: "反映しない",
    IncomingStatus.FILED: "対応不要",
}
MOVES: Mapping[IncomingStatus, tuple[IncomingStatus, ...]] = {
    IncomingStatus.WAITING: (IncomingStatus.ACCEPTED, IncomingStatus.DISMISSED),
    IncomingStatus.APPLIED: (),
    IncomingStatus.ACCEPTED: (),
    IncomingStatus.DISMISSED: (),
    IncomingStatus.FILED: (),
}


class IncomingMail(Owned):
    """One mail. `digest` knows it again when it is fetched twice; `sequence` and `stamp` are what it says of the
    version of the date that it answers; `answers_for` is the address that it speaks for, `delegate` whom that lets
    come, `answer_address_id` the entry (`answering`) by which what came from elsewhere is theirs. The unit is that of
    the date, or to whose address it came. Instants are UTC."""

    digest = fields.CharField(max_length=64, unique=True)
    kind = fields.CharEnumField(IncomingKind, max_length=12)
    doubt = fields.CharEnumField(IncomingDoubt, max_length=14, null=True)
    status = fields.CharEnumField(IncomingStatus, max_length=12)
    received_at = fields.DatetimeField()
    sender = fields.CharField(max_length=254, default="")
    answers_for = fields.CharField(max_length=254, default="")
    delegate = fields.CharField(max_length=254, default="")
    person_id = fields.UUIDField(null=True)
    attendee_id = fields.UUIDField(null=True)
    appointment_id = fields.UUIDField(null=True)
    letter_id = fields.UUIDField(null=True)
    answer_address_id = fields.UUIDField(null=True)
    partstat = fields.CharEnumField(PartStat, max_length=20, null=True)
    sequence = fields.IntField(default=0)
    stamp = fields.DatetimeField(null=True)
    proposed_starts_at = fields.DatetimeField(null=True)
    proposed_ends_at = fields.DatetimeField(null=True)
    remark = fields.CharField(max_length=500, default="")

    class Meta:
        table = "incoming_mail"
        indexes = [Index(fields=("unit_id", "received_at", "id"), name="incoming_mail_unit")]


def visible_to(actor: Actor) -> QuerySet[IncomingMail]:
    """Liaison officers see what has come for their units; nobody else reads the post."""
    if actor.role in LIAISONS:
        return IncomingMail.filter(any_of(IncomingMail, "unit_id", actor.units))
    return nothing(IncomingMail)
