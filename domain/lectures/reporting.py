"""実施と報告: how long a lecture was, how many heard it and who gave it, all of which can be corrected afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from domain import amounts, people, records
from domain.actor import LIAISONS, Actor, Author
from domain.criteria import any_of, nothing
from domain.errors import Invalid, WrongState
from domain.lectures.giving import GivenBy, note_givers
from domain.lectures.lecture import GIVEN, LABELS, Audience, Lecture, LectureStatus, move, visible_to
from domain.records import Owned
from domain.states import must_be_in, said
from domain.values import dataclass
from domain.verbs import broken, verb


class HeadCount(Owned):
    """How many people of one audience heard the lecture (人, 延べ)."""

    lecture: fields.ForeignKeyRelation[Lecture] = fields.ForeignKeyField("renkei.Lecture", related_name="head_counts")
    lecture_id: UUID
    audience = fields.CharEnumField(Audience, max_length=20)
    count = fields.IntField()

    class Meta:
        table = "lecture_head_count"


broken("lecture_head_count_once", "同じ対象の人数が二つあります。対象ごとに一つにまとめてください。")


def head_counts_visible_to(actor: Actor) -> QuerySet[HeadCount]:
    """Liaison officers see their units' head-counts."""
    return HeadCount.filter(any_of(HeadCount, "unit_id", actor.units)) if actor.is_liaison else nothing(HeadCount)


@dataclass(frozen=True)
class Counted:
    """人数 of one audience."""

    audience: Audience
    count: int


@verb(*LIAISONS)
async def deliver(
    actor: Actor,
    lecture_id: UUID,
    *,
    duration_minutes: int,
    head_counts: list[Counted],
    given_by: Sequence[GivenBy] | None = None,
    version: int | None = None,
) -> Lecture:
    """実施済: the lecture was given, this long, to so many, by those who came. Without `given_by` that is whoever was
    to give it, and the helpers who had accepted.

    Raises WrongState before it has begun, Incomplete where nobody was to give it and nobody is named.
    """
    lecture = await records.find(visible_to(actor), lecture_id, version)
    if lecture.starts_at > actor.now:
        raise WrongState("まだ始まっていない講義は実施済にできません。")
    values = {"duration_minutes": duration(duration_minutes)}
    await move(actor, lecture, LectureStatus.DELIVERED, "lecture-delivered", **values)
    await note_givers(actor, lecture, given_by, people.visible_to(actor))
    await count(actor, lecture, head_counts)
    return lecture


def duration(minutes: int) -> int:
    """実施時間 (分) of one lecture: at most a day."""
    return amounts.minutes(minutes, "duration_minutes", "実施時間", amounts.DAY)


@verb(*LIAISONS)
async def correct_head_counts(
    actor: Actor,
    lecture_id: UUID,
    *,
    reason: str,
    head_counts: list[Counted] | None = None,
    duration_minutes: int | None = None,
    given_by: Sequence[GivenBy] | None = None,
    version: int | None = None,
) -> Lecture:
    """Correct afterwards how many heard a lecture, how long it was or who gave it; the old values stay in the journal
    with the reason. What is left out stays as it is."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    must_be_in(LABELS, lecture.status, *GIVEN)
    if head_counts is None and duration_minutes is None and given_by is None:
        raise Invalid("直す人数・時間・講師のどれかを入力してください。", field="head_counts")
    values = {} if duration_minutes is None else {"duration_minutes": duration(duration_minutes)}
    await records.correct(actor, lecture, "head-count-corrected", said(reason), **values)
    if given_by is not None:
        await note_givers(actor, lecture, given_by, people.visible_to(actor))
    if head_counts is not None:
        await count(actor, lecture, head_counts)
    return lecture


def total(head_counts: list[Counted]) -> int:
    """How many heard a lecture. Raises Invalid where none are given, or more than a hall holds."""
    if not head_counts:
        raise Invalid("対象ごとの人数を入力してください。", field="head_counts")
    return sum(amounts.people(one.count, "head_counts", "対象ごとの人数") for one in head_counts)


async def count(actor: Author, lecture: Lecture, head_counts: list[Counted]) -> None:
    """Enter how many of each audience heard a lecture; of an audience that is not named any more nobody did."""
    total(head_counts)
    known = {row.audience: row for row in await HeadCount.filter(lecture_id=lecture.id)}
    for one in head_counts:
        if row := known.pop(one.audience, None):
            await records.change(actor, row, "head-count-corrected", count=one.count)
        else:
            whose = {"unit_id": lecture.unit_id, "lecture_id": lecture.id}
            values = {"audience": one.audience, "count": one.count}
            await records.create(actor, HeadCount, "head-count-entered", **whose, **values)
    for row in known.values():
        await records.change(actor, row, "head-count-corrected", count=0)


@verb(*LIAISONS)
async def report(actor: Actor, lecture_id: UUID, *, version: int | None = None) -> Lecture:
    """報告済: the head-counts are checked and final."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    values = {"reported_at": actor.now}
    return await move(actor, lecture, LectureStatus.REPORTED, "lecture-reported", **values)
