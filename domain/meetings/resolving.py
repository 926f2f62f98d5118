"""議決と議事録: what was resolved with how many votes, and what is kept of the meeting in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import amounts, documents, records
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of, nothing
from domain.errors import Conflict, Incomplete, Invalid, WrongState
from domain.meetings.meeting import LABELS, CouncilMeeting, MeetingStatus, move, visible_to
from domain.records import Owned
from domain.states import must_be_in, said
from domain.values import dataclass
from domain.verbs import verb

MOST = 100
VOTES = ("votes_for", "votes_against", "votes_abstained")
TOO_MANY = f"一つの会議に記録できる議決は{MOST}件までです。"
NO_TIE = "議長の決は、賛成と反対が同数で、可決か否決となったときだけ記録できます。"
NOT_MORE = (
    "賛成が反対より多くないため、可決とは記録できません。可否同数で議長が決したときは、その旨も入力してください。"
)


class ResolutionOutcome(StrEnum):
    """可決, 否決, 継続審議."""

    ADOPTED = "ADOPTED"
    REJECTED = "REJECTED"
    CONTINUED = "CONTINUED"


OUTCOME_LABELS: Mapping[ResolutionOutcome, str] = {
    ResolutionOutcome.ADOPTED: "可決",
    ResolutionOutcome.REJECTED: "否決",
    ResolutionOutcome.CONTINUED: "継続審議",
}
DECIDED = (ResolutionOutcome.ADOPTED, ResolutionOutcome.REJECTED)


class CouncilResolution(Owned):
    """議決: one text, the votes of the 会員 who were there or stood in for, and what became of it. `item` is the number
    (from 1) of what on the agenda it belongs to; with `is_decided_by_chair` the votes were equal, and the chair has
    decided (可否同数のときは議長の決するところ); `removed_at` is set for one that was entered by mistake."""

    meeting: fields.ForeignKeyRelation[CouncilMeeting] = fields.ForeignKeyField(
        "renkei.CouncilMeeting", on_delete=fields.CASCADE, related_name=False
    )
    meeting_id: UUID
    item = fields.IntField(null=True)
    wording = fields.CharField(max_length=1000)
    votes_for = fields.IntField()
    votes_against = fields.IntField()
    votes_abstained = fields.IntField()
    result = fields.CharEnumField(ResolutionOutcome, max_length=20)
    is_decided_by_chair = fields.BooleanField(default=False)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "council_resolution"
        indexes = [Index(fields=("meeting_id", "created_at", "id"), name="council_resolution_meeting")]

    @property
    def votes(self) -> int:
        return self.votes_for + self.votes_against + self.votes_abstained


def resolutions_visible_to(actor: Actor) -> QuerySet[CouncilResolution]:
    """As their meetings, for the desk alone: members get them with the minutes, for votes tell how many others there
    are (X10)."""
    if actor.role not in LIAISONS:
        return nothing(CouncilResolution)
    return CouncilResolution.filter(any_of(CouncilResolution, "unit_id", actor.units), removed_at=None)


@dataclass(frozen=True)
class MeetingResolution:
    """One text, the votes on it, and what became of it; `item` is the number (from 1) of what on the agenda it belongs
    to, `is_decided_by_chair` that of equal votes the chair has made one thing or the other."""

    wording: str
    result: ResolutionOutcome
    votes_for: int
    votes_against: int = 0
    votes_abstained: int = 0
    item: int | None = None
    is_decided_by_chair: bool = False

    @property
    def is_a_tie(self) -> bool:
        return 0 < self.votes_for == self.votes_against


@verb(*LIAISONS)
async def resolve(
    actor: Actor,
    meeting_id: UUID,
    *,
    wording: str,
    result: ResolutionOutcome,
    votes_for: int,
    votes_against: int = 0,
    votes_abstained: int = 0,
    item: int | None = None,
    is_decided_by_chair: bool = False,
    version: int | None = None,
) -> CouncilResolution:
    """議決: note what was put to the vote at a meeting that is held.

    Raises WrongState where there were not enough for a resolution, Invalid for more votes than members, for one that is
    said to be adopted with no more votes for it than against, unless these were equal and the chair has decided.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, MeetingStatus.HELD)
    votes = (votes_for, votes_against, votes_abstained)
    values = resolved(meeting, MeetingResolution(wording, result, *votes, item, is_decided_by_chair))
    if await CouncilResolution.filter(meeting_id=meeting.id, removed_at=None).count() >= MOST:
        raise Conflict(TOO_MANY)
    await records.touch(actor, meeting)
    return await records.create(
        actor, CouncilResolution, "meeting-resolved", unit_id=meeting.unit_id, meeting_id=meeting.id, **values
    )


def resolved(meeting: CouncilMeeting, one: MeetingResolution) -> dict[str, Any]:
    """Its columns, of a meeting of which it is known who came. Raises as `resolve` does."""
    records.must_say(one.wording, "議決の内容", "wording")
    _must_be_on_the_agenda(meeting, one.item)
    for field in VOTES:
        amounts.people(getattr(one, field), field, "票数")
    if not meeting.is_quorate:
        raise WrongState("定足数に達していない会議では議決できません。出席と委任を確かめてください。")
    if sum(getattr(one, field) for field in VOTES) > may_vote(meeting):
        raise Invalid(f"票数の合計が、出席と委任の{may_vote(meeting)}会員を超えています。", field="votes_for")
    if one.is_decided_by_chair and not (one.is_a_tie and one.result in DECIDED):
        raise Invalid(NO_TIE, field="is_decided_by_chair")
    if one.result is ResolutionOutcome.ADOPTED and one.votes_for <= one.votes_against and not one.is_decided_by_chair:
        raise Invalid(NOT_MORE, field="result")
    return asdict(one)


def _must_be_on_the_agenda(meeting: CouncilMeeting, item: int | None) -> None:
    if item is not None and not 1 <= item <= len(meeting.agenda):
        raise Invalid(f"議題の番号は1から{len(meeting.agenda)}までで指定してください。", field="item")


def may_vote(meeting: CouncilMeeting) -> int:
    """How many 会員 have a vote: whoever came or was stood in for."""
    return (meeting.present_count or 0) + (meeting.proxy_count or 0)


async def must_still_fit(meeting: CouncilMeeting) -> None:
    """Raises Conflict where those who came are fewer than have voted, or too few to resolve anything."""
    for one in await CouncilResolution.filter(meeting_id=meeting.id, removed_at=None):
        if not meeting.is_quorate or one.votes > may_vote(meeting):
            raise Conflict(f"議決「{one.wording[:40]}」の票数と合わなくなります。先にその議決を取り消してください。")


@verb(*LIAISONS)
async def strike_resolution(actor: Actor, resolution_id: UUID, *, version: int | None = None) -> CouncilResolution:
    """Take out a resolution that was entered by mistake, until the minutes are written."""
    known = await records.see(resolutions_visible_to(actor), resolution_id)
    meeting = await records.find(visible_to(actor), known.meeting_id)
    must_be_in(LABELS, meeting.status, MeetingStatus.HELD)
    row = await records.find(resolutions_visible_to(actor), resolution_id, version)
    return await records.change(actor, row, "meeting-resolution-struck", removed_at=actor.now)


@verb(*LIAISONS)
async def minute(
    actor: Actor,
    meeting_id: UUID,
    *,
    minutes_text: str = "",
    document_id: UUID | None = None,
    version: int | None = None,
) -> CouncilMeeting:
    """議事録作成済: the minutes as a text, as a document of the date, or both; then attendance and resolutions stand.

    Raises Incomplete where neither is given.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, MeetingStatus.HELD)
    if not minutes_text.strip() and document_id is None:
        raise Incomplete("議事録の本文か、この会議の資料として登録した議事録を指定してください。", field="minutes_text")
    if document_id is not None:
        of_date = documents.visible_to(actor).filter(appointment_id=meeting.appointment_id)
        await records.see(of_date, document_id, field="document_id")
    written = {"minuted_by_id": actor.person_id, "minuted_at": actor.now}
    values = {"minutes_text": minutes_text, "minutes_document_id": document_id, **written}
    return await move(actor, meeting, MeetingStatus.MINUTED, "meeting-minuted", **values)


@verb(*LIAISONS)
async def correct_minutes(
    actor: Actor, meeting_id: UUID, *, minutes_text: str, reason: str, version: int | None = None
) -> CouncilMeeting:
    """Put the text of the minutes right; the journal keeps what stood there, with the reason."""
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, MeetingStatus.MINUTED)
    records.must_say(minutes_text, "議事録の本文", "minutes_text")
    return await records.correct(actor, meeting, "meeting-minutes-corrected", said(reason), minutes_text=minutes_text)
