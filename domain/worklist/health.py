"""関係の状態: how each partner of an agreement stands with us, as a grade with its reasons and never as a bare score.

DRIFTING 遠のいている: nobody is known there whom to call, or nobody has been in touch for longer than the prefecture's
threshold. WATCH 要注意: anything else that is not as it should be. In touch is whom we have met, called or written to
(S2), who came to a meeting of a council, and who held or helped at an event of ours (`partners`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain import database
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import wareki
from domain.thresholds import Thresholds, find_thresholds
from domain.units import find_own_below
from domain.values import dataclass
from domain.verbs import verb
from domain.worklist import partners


class RelationshipGrade(StrEnum):
    """良好, 要注意, 遠のいている."""

    GOOD = "GOOD"
    WATCH = "WATCH"
    DRIFTING = "DRIFTING"


class RelationshipReason(StrEnum):
    """担当者なし, 接触の記録なし, 接触が途絶えている, 担当者の確認が古い, 訓練から遠ざかっている, 協定の満了が近い,
    次の対応が期限切れ, 訓練の改善事項が期限切れ, お知らせを確認していない."""

    NOBODY_KNOWN = "NOBODY_KNOWN"
    NEVER_MET = "NEVER_MET"
    OUT_OF_TOUCH = "OUT_OF_TOUCH"
    CONTACT_STALE = "CONTACT_STALE"
    LONG_WITHOUT_DRILL = "LONG_WITHOUT_DRILL"
    AGREEMENT_ENDING = "AGREEMENT_ENDING"
    STEP_OVERDUE = "STEP_OVERDUE"
    IMPROVEMENT_OVERDUE = "IMPROVEMENT_OVERDUE"
    NOTICE_UNREAD = "NOTICE_UNREAD"


GRADE_LABELS: Mapping[RelationshipGrade, str] = {
    RelationshipGrade.GOOD: "良好",
    RelationshipGrade.WATCH: "要注意",
    RelationshipGrade.DRIFTING: "遠のいている",
}
GRAVE = frozenset(
    (RelationshipReason.NOBODY_KNOWN, RelationshipReason.NEVER_MET, RelationshipReason.OUT_OF_TOUCH),
)
"""What alone makes a partner drift away."""


@dataclass(frozen=True)
class Reason:
    """Why a grade is not the best, and since when, or until which day."""

    kind: RelationshipReason
    day: date | None
    told: str


@dataclass(frozen=True)
class Relationship:
    """How one partner stands with us today. Days are of Japan; None is never; without an owner nobody in particular
    answers for it."""

    organization_id: UUID
    unit_id: UUID
    name: str
    owner_id: UUID | None
    grade: RelationshipGrade
    reasons: Sequence[Reason]
    met_on: date | None
    drilled_on: date | None
    verified_on: date | None
    partner_since: date
    open_improvements: int
    read_on: date | None

    @property
    def silent_since(self) -> date:
        """The day on which they were in touch last, or that from which on that has been waited for."""
        return self.met_on or self.partner_since


LAST = {"ENCOUNTER": "", "MEETING": "の会議への出席", "EVENT": "の広報啓発への参画"}
"""How they were in touch last, where that is not a contact by itself."""
MOST = 500
"""Partners that are told at once."""


@verb(*LIAISONS, only_reads=True)
async def relationships(
    actor: Actor,
    *,
    unit_id: UUID | None = None,
    grades: Collection[RelationshipGrade] = tuple(RelationshipGrade),
    first: int = MOST,
) -> list[Relationship]:
    """How each partner that the actor's units look after stands with us, or those of one of these units; the gravest
    first, and in the order of their names.

    Raises NotFound for another's unit, Invalid for more than are told at once.
    """
    if not 1 <= first <= MOST:
        raise Invalid(f"1件から{MOST}件までにしてください。", field="first")
    units, thresholds = await find_own_below(actor, unit_id), await find_thresholds(actor)
    return (await read(units, actor, thresholds, grades, first, partners.BY_NAME))[0]


async def read(
    units: Sequence[UUID],
    actor: Actor,
    thresholds: Thresholds,
    grades: Collection[RelationshipGrade],
    first: int,
    order: str,
    owner_id: UUID | None = None,
) -> tuple[list[Relationship], int]:
    """The first partners of these units and grades, the gravest first and then in this order, and how many there are;
    of an owner those for whom they answer, or nobody does."""
    asked = (thresholds.days, [str(grade) for grade in grades], first, owner_id)
    is_owned = owner_id is not None
    if set(grades) == {RelationshipGrade.DRIFTING}:
        statement = partners.drifting(order, is_owned=is_owned)
    else:
        statement = partners.of_grades(order)
    rows = await database.rows_as_planned(statement, list(units), actor.today, actor.now, *asked)
    return [_judged(row, actor.today, thresholds) for row in rows], rows[0]["found"] if rows else 0


def _judged(row: dict[str, Any], today: date, most: Thresholds) -> Relationship:
    grade, reasons = RelationshipGrade(row["grade"]), list(_reasons(row, today, most))
    facts = ("owner_id", "met_on", "drilled_on", "verified_on", "open_improvements", "read_on")
    known = {name: row[name] for name in facts}
    told = {"grade": grade, "reasons": reasons, "partner_since": row["since"]}
    return Relationship(row["id"], row["unit_id"], row["name"], **known, **told)


def _reasons(row: dict[str, Any], today: date, most: Thresholds) -> Iterator[Reason]:
    """The gravest first. Whoever has become a partner lately is given the time that the thresholds give."""
    for part in (_out_of_reach, _long_ago, _due):
        yield from part(row, today, most)


def _out_of_reach(row: dict[str, Any], today: date, most: Thresholds) -> Iterator[Reason]:
    """Why a partner drifts away."""
    kinds, since = RelationshipReason, row["since"]
    if not row["is_known"]:
        yield Reason(kinds.NOBODY_KNOWN, None, "連絡の取れる担当者が登録されていません。")
    if (days := _days(row["met_on"] or since, today)) > most.met_days:
        if row["met_on"] is None:
            yield Reason(kinds.NEVER_MET, since, f"{_said(since)}に参画してから{days}日、接触の記録がありません。")
        else:
            told = f"{_said(row['met_on'])}{LAST[row['met_by']]}から{days}日、接触がありません。"
            yield Reason(kinds.OUT_OF_TOUCH, row["met_on"], told)


def _long_ago(row: dict[str, Any], today: date, most: Thresholds) -> Iterator[Reason]:
    """What has not been done for a while."""
    if row["is_known"] and (days := _days(row["verified_on"], today)) > most.verified_days:
        told = f"担当者の連絡先を{_said(row['verified_on'])}から{days}日確かめていません。"
        yield Reason(RelationshipReason.CONTACT_STALE, row["verified_on"], told)
    if (days := _days(row["drilled_on"] or row["since"], today)) > most.drill_days:
        told = f"{days}日、訓練に参加していません。"
        yield Reason(RelationshipReason.LONG_WITHOUT_DRILL, row["drilled_on"], told)


def _due(row: dict[str, Any], today: date, most: Thresholds) -> Iterator[Reason]:
    """What has a day on which it ends, or was to be done."""
    kinds = RelationshipReason
    if row["ends_on"] is not None and _days(today, row["ends_on"]) <= most.ending_days:
        yield Reason(kinds.AGREEMENT_ENDING, row["ends_on"], f"協定が{_said(row['ends_on'])}に満了します。")
    if row["due_on"] is not None and row["due_on"] < today:
        yield Reason(kinds.STEP_OVERDUE, row["due_on"], f"次の対応の期限（{_said(row['due_on'])}）を過ぎています。")
    if overdue := row["overdue_improvements"]:
        told = f"訓練の改善事項{overdue}件が期限を過ぎています（早いものは{_said(row['mend_by'])}）。"
        yield Reason(kinds.IMPROVEMENT_OVERDUE, row["mend_by"], told)
    if (since := row["unread_since"]) is not None:
        yield Reason(kinds.NOTICE_UNREAD, since, f"お知らせを期限までに確認していません（{_said(since)}から）。")


def _days(earlier: date, later: date) -> int:
    return (later - earlier).days


def _said(day: date) -> str:
    return wareki(day)
