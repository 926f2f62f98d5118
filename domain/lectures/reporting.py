"""実施と報告: how long the lecture was and how many heard it, which can be corrected with the old numbers kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid, WrongState
from domain.lectures.lecture import LABELS, Audience, Lecture, LectureStatus, move, visible_to
from domain.records import Owned, any_of, nothing
from domain.states import must_be_in, said
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
    version: int | None = None,
) -> Lecture:
    """実施済: the lecture was given, this long, to so many. Raises Invalid before it has begun."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    if lecture.starts_at > actor.now:
        raise WrongState("まだ始まっていない講義は実施済にできません。")
    if not 1 <= duration_minutes <= 24 * 60:
        raise Invalid("実施時間は1分から1,440分までで入力してください。", field="duration_minutes")
    values = {"duration_minutes": duration_minutes}
    await move(actor, lecture, LectureStatus.DELIVERED, "lecture-delivered", **values)
    await _count(actor, lecture, head_counts)
    return lecture


@verb(*LIAISONS)
async def correct_head_counts(
    actor: Actor, lecture_id: UUID, *, head_counts: list[Counted], reason: str, version: int | None = None
) -> Lecture:
    """Correct the numbers afterwards; the old ones stay in the journal with the reason."""
    lecture = await records.find(visible_to(actor), lecture_id, version)
    must_be_in(LABELS, lecture.status, LectureStatus.DELIVERED, LectureStatus.REPORTED)
    await records.correct(actor, lecture, "head-count-corrected", said(reason))
    await _count(actor, lecture, head_counts)
    return lecture


async def _count(actor: Actor, lecture: Lecture, head_counts: list[Counted]) -> None:
    if not head_counts or any(not 0 <= one.count <= 100_000 for one in head_counts):
        raise Invalid("対象ごとの人数を0人から100,000人までで入力してください。", field="head_counts")
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
