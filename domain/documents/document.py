"""A paper with its states, and who sees it. Its bytes stand in a table of their own, which no list ever reads.

DRAFT -> RELEASED -> WITHDRAWN; a draft may be withdrawn too. It belongs to a date: whoever comes to that sees it once
it is released, and with them everybody of the body for which they come. After the last day of its retention period
nobody outside does, and it is deleted by an approved list (`retention`); one without a period gets the usual one when
its date is over (`keeping.end`). Source of numbers and retention: S35
(原議保存期間, 文書番号).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import calendar, records
from domain.actor import LIAISONS, OUTSIDERS, Actor
from domain.calendar import STAYING_AWAY, Appointment
from domain.criteria import any_of, nothing
from domain.documents.kinds import DocumentKind, must_be_whole
from domain.records import Owned
from domain.states import Moves
from domain.table import Table
from domain.verbs import broken


class DocumentStatus(StrEnum):
    """準備中, 公開, 取下げ."""

    DRAFT = "DRAFT"
    RELEASED = "RELEASED"
    WITHDRAWN = "WITHDRAWN"


LABELS: Mapping[DocumentStatus, str] = {
    DocumentStatus.DRAFT: "準備中",
    DocumentStatus.RELEASED: "公開",
    DocumentStatus.WITHDRAWN: "取下げ",
}
MOVES: Moves[DocumentStatus] = {
    DocumentStatus.DRAFT: (DocumentStatus.RELEASED, DocumentStatus.WITHDRAWN),
    DocumentStatus.RELEASED: (DocumentStatus.WITHDRAWN,),
    DocumentStatus.WITHDRAWN: (),
}


class Document(Owned):
    """One file. `size` is in bytes, `sha256` in hexadecimal digits; `number` is the 文書番号 where it has one, and
    `retention_until` the last day on which it is kept, where a retention period was given; the clock notes each night
    whether that `is_over`. It goes with its date."""

    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "renkei.Appointment", on_delete=fields.CASCADE, related_name=False
    )
    appointment_id: UUID
    status = fields.CharEnumField(DocumentStatus, max_length=20, default=DocumentStatus.DRAFT)
    kind = fields.CharEnumField(DocumentKind, max_length=10)
    name = fields.CharField(max_length=150)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    number = fields.CharField(max_length=100, default="")
    retention_years = fields.IntField(null=True)
    retention_until = fields.DateField(null=True)
    is_over = fields.BooleanField(default=False)
    released_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "document"
        indexes = [
            Index(fields=("appointment_id", "created_at", "id"), name="document_appointment"),
            Index(fields=("unit_id", "created_at", "id"), name="document_unit"),
        ]


class DocumentContent(Table):
    """The bytes of one paper, exactly as they came."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    document: fields.OneToOneRelation[Document] = fields.OneToOneField(
        "renkei.Document", on_delete=fields.CASCADE, related_name=False
    )
    document_id: UUID
    prefecture_id = fields.UUIDField()
    content = fields.BinaryField()

    class Meta:
        table = "document_content"


broken("document_once", "同じ内容のファイルが、この予定にすでに登録されています。")


def visible_to(actor: Actor) -> QuerySet[Document]:
    """Liaison officers see their units' papers; outsiders what is released for dates that stand, to which they, or
    somebody of their body, are asked, have a seat and have not said that they stay away; no longer than its
    retention period lasts."""
    if actor.role in LIAISONS:
        return Document.filter(any_of(Document, "unit_id", actor.units))
    if actor.role not in OUTSIDERS:
        return nothing(Document)
    coming = calendar.attendees_visible_to(actor).exclude(partstat__in=STAYING_AWAY)
    seated = coming.filter(waits=False, appointment__cancelled_at=None)
    shown = Document.filter(status=DocumentStatus.RELEASED, is_over=False)
    return shown.filter(appointment_id__in=Subquery(seated.values("appointment_id")))


def _today(actor: Actor) -> QuerySet[Document]:
    """What the actor sees, to the very day: the clock comes by only at night, and no scope depends on the instant."""
    kept = Q(retention_until=None) | Q(retention_until__gte=actor.today)
    return visible_to(actor) if actor.role in LIAISONS else visible_to(actor).filter(kept)


async def find_released(actor: Actor, appointment_ids: Collection[UUID]) -> list[Document]:
    """What is released for these dates and the actor sees, in the order in which it was added."""
    released = _today(actor).filter(status=DocumentStatus.RELEASED, appointment_id__in=list(appointment_ids))
    return await released.order_by("created_at", "id")


async def find_content(actor: Actor, document_id: UUID) -> tuple[Document, bytes]:
    """A paper that the actor sees, with its bytes. Raises NotFound, Damaged where they are not those that came."""
    document = await records.see(_today(actor), document_id)
    stored = await DocumentContent.get(document_id=document.id)
    await must_be_whole(stored.content, document.sha256)
    return document, stored.content
