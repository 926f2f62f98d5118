"""議決と議事録: what was resolved with how many votes, and what is kept of the meeting in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import amounts, documents, records
from domain.actor import LIAISONS, Actor
from domain.errors import Conflict, Incomplete, Invalid, WrongState
from domain.meetings.meeting import LABELS, CouncilMeeting, MeetingStatus, move, visible_to
from domain.records import Owned, any_of, nothing
from domain.states import must_be_in, said
from domain.verbs import verb

MOST = 100


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


class CouncilResolution(Owned):
    """議決: one text, the votes of the 会員 who were there or stood in for, and what became of it. `item` is the number
    (from 1) of what on the agenda it belongs to; `removed_at` is set for one that was entered by mistake."""

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
    version: int | None = None,
) -> CouncilResolution:
    """議決: note what was put to the vote at a meeting that is held.

    Raises WrongState where there were not enough for a resolution, Invalid for more votes than members, or for one that
    is said to be adopted with no more votes for it than against.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, MeetingStatus.HELD)
    records.must_say(wording, "議決の内容", "wording")
    _must_be_on_the_agenda(meeting, item)
    votes = {"votes_for": votes_for, "votes_against": votes_against, "votes_abstained": votes_abstained}
    for field, count in votes.items():
        amounts.people(count, field, "票数")
    if not meeting.is_quorate:
        raise WrongState("定足数に達していない会議では議決できません。出席と委任を確かめてください。")
    if sum(votes.values()) > _may_vote(meeting):
        raise Invalid(f"票数の合計が、出席と委任の{_may_vote(meeting)}会員を超えています。", field="votes_for")
    if result is ResolutionOutcome.ADOPTED and votes_for <= votes_against:
        raise Invalid("賛成が反対より多くないため、可決とは記録できません。", field="result")
    if await CouncilResolution.filter(meeting_id=meeting.id, removed_at=None).count() >= MOST:
        raise Conflict(f"一つの会議に記録できる議決は{MOST}件までです。")
    values = {"wording": wording, "result": result, "item": item, **votes}
    whose = {"unit_id": meeting.unit_id, "meeting_id": meeting.id}
    await records.touch(actor, meeting)
    return await records.create(actor, CouncilResolution, "meeting-resolved", **whose, **values)


def _must_be_on_the_agenda(meeting: CouncilMeeting, item: int | None) -> None:
    if item is not None and not 1 <= item <= len(meeting.agenda):
        raise Invalid(f"議題の番号は1から{len(meeting.agenda)}までで指定してください。", field="item")


def _may_vote(meeting: CouncilMeeting) -> int:
    return (meeting.present_count or 0) + (meeting.proxy_count or 0)


async def must_still_fit(meeting: CouncilMeeting) -> None:
    """Raises Conflict where those who came are fewer than have voted, or too few to resolve anything."""
    for one in await CouncilResolution.filter(meeting_id=meeting.id, removed_at=None):
        if not meeting.is_quorate or one.votes > _may_vote(meeting):
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
