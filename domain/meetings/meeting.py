"""協議会の会議 and its states: what a meeting of a council is, and who sees it.

PLANNED -> INVITED -> HELD -> MINUTED; CANCELLED ends it before it is held. Postponing is no state: the date moves with
the same UID, and whoever is invited is asked anew. Source: S4, S5 (大分 別表5(4)ア・ウ).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import calendar, records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.calendar import Appointment, AppointmentKind
from domain.councils import Council
from domain.criteria import any_of, nothing
from domain.documents import Document
from domain.errors import Invalid
from domain.records import Owned
from domain.replies import belongs
from domain.states import Moves, must_move

MOST_ITEMS, LONGEST_ITEM = 30, 300


class MeetingStatus(StrEnum):
    """計画, 案内済, 開催済, 議事録作成済, 中止."""

    PLANNED = "PLANNED"
    INVITED = "INVITED"
    HELD = "HELD"
    MINUTED = "MINUTED"
    CANCELLED = "CANCELLED"


LABELS: Mapping[MeetingStatus, str] = {
    MeetingStatus.PLANNED: "計画",
    MeetingStatus.INVITED: "案内済",
    MeetingStatus.HELD: "開催済",
    MeetingStatus.MINUTED: "議事録作成済",
    MeetingStatus.CANCELLED: "中止",
}
MOVES: Moves[MeetingStatus] = {
    MeetingStatus.PLANNED: (MeetingStatus.INVITED, MeetingStatus.HELD, MeetingStatus.CANCELLED),
    MeetingStatus.INVITED: (MeetingStatus.HELD, MeetingStatus.CANCELLED),
    MeetingStatus.HELD: (MeetingStatus.MINUTED,),
    MeetingStatus.MINUTED: (),
    MeetingStatus.CANCELLED: (),
}
AHEAD = (MeetingStatus.PLANNED, MeetingStatus.INVITED)
HELD = (MeetingStatus.HELD, MeetingStatus.MINUTED)
"""After it took place: what the statistics count."""


class CouncilMeeting(Owned):
    """One meeting. `agenda` (議題) and the date are told to whoever is invited, all else stays with the desk.

    `quorum` is how many 会員 it takes, those who gave a proxy (委任状) among them; more than half of them where none
    was told. Once it is held that is fixed, with how many there were that day (`member_count`), how many came and how
    many were stood in for. `starts_at` repeats the appointment's; `minutes_text` is the 議事録, with a document of the
    date where there is one.
    """

    WORDS = ("title", "agenda", "minutes_text")

    council: fields.ForeignKeyRelation[Council] = fields.ForeignKeyField(
        "renkei.Council", on_delete=fields.RESTRICT, related_name=False
    )
    council_id: UUID
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "renkei.Appointment", on_delete=fields.RESTRICT, related_name=False
    )
    appointment_id: UUID
    status = fields.CharEnumField(MeetingStatus, max_length=20)
    title = fields.CharField(max_length=200)
    agenda: list[str] = fields.JSONField(default=list)
    starts_at = fields.DatetimeField()
    reply_by = fields.DateField(null=True)
    quorum = fields.IntField(null=True)
    member_count = fields.IntField(null=True)
    present_count = fields.IntField(null=True)
    proxy_count = fields.IntField(null=True)
    is_quorate = fields.BooleanField(null=True)
    minutes_text = fields.TextField(default="")
    minutes_document: fields.ForeignKeyNullableRelation[Document] = fields.ForeignKeyField(
        "renkei.Document", null=True, on_delete=fields.SET_NULL, related_name=False
    )
    minutes_document_id: UUID | None
    minuted_by_id = fields.UUIDField(null=True)
    minuted_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="")
    search = fields.TextField(default="")

    class Meta:
        table = "council_meeting"
        indexes = [
            Index(fields=("unit_id", "starts_at", "id"), name="council_meeting_unit_start"),
            Index(fields=("council_id", "starts_at", "id"), name="council_meeting_council_start"),
        ]

    @property
    def day(self) -> date:
        """On which day it is, in Japan."""
        return self.starts_at.astimezone(TOKYO).date()


belongs(AppointmentKind.MEETING, CouncilMeeting, HELD)


def visible_to(actor: Actor) -> QuerySet[CouncilMeeting]:
    """Liaison officers see their units' meetings; a partner those to which one of its people stands invited."""
    if actor.role in LIAISONS:
        return CouncilMeeting.filter(any_of(CouncilMeeting, "unit_id", actor.units))
    if actor.role is Role.PARTNER:
        return CouncilMeeting.filter(appointment_id__in=calendar.asked_to(actor))
    return nothing(CouncilMeeting)


async def move(author: Author, meeting: CouncilMeeting, to: MeetingStatus, fact: str, **values: Any) -> CouncilMeeting:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, meeting.status, to)
    return await records.change(author, meeting, fact, status=status, **values)


def items(agenda: Sequence[str]) -> list[str]:
    """The agenda, each item said. Raises Invalid."""
    if len(agenda) > MOST_ITEMS:
        raise Invalid(f"議題は{MOST_ITEMS}件以内にしてください。", field="agenda")
    for item in agenda:
        records.must_say(item, "議題", "agenda")
        if len(item) > LONGEST_ITEM:
            raise Invalid(f"議題は1件{LONGEST_ITEM}字以内で入力してください。", field="agenda")
    return list(agenda)
