"""関係の状態: how each partner of an agreement stands with us, as a grade with its reasons and never as a bare score.

DRIFTING 遠のいている: nobody is known there whom to call, or nobody has been in touch for longer than the prefecture's
threshold. WATCH 要注意: anything else that is not as it should be. Everything is read in one statement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain import database
from domain.actor import LIAISONS, Actor
from domain.agreements import RENEWED
from domain.errors import Invalid
from domain.japanese import wareki
from domain.thresholds import Thresholds, find_thresholds
from domain.verbs import verb
from domain.worklist.scope import find_covered


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
        """The day of the last encounter, or that from which on one has been waited for."""
        return self.met_on or self.partner_since


# Each part is grouped by the body once, instead of looked up for each of thousands. What is renewed already does not
# end: its partners go on under the new agreement. For a partner answers who is responsible for its youngest agreement,
# where they still serve in the unit that keeps it: otherwise nobody does, and everybody is told.
PARTNERS = f"""
    WITH partner AS (
        SELECT body.id, body.unit_id, body.name, body.kana_order, min(party.acceded_on) AS since,
            min(least(agreement.ended_on, CASE WHEN agreement.auto_renews_months = 0
                OR agreement.notice_given_on IS NOT NULL THEN agreement.lasts_until END))
                FILTER (WHERE NOT {RENEWED.replace("{t}", "agreement")}) AS ends_on,
            (array_agg(post.person_id ORDER BY agreement.effective_on DESC, agreement.id)
                FILTER (WHERE post.id IS NOT NULL))[1] AS owner_id
        FROM agreement
        JOIN agreement_party party ON party.agreement_id = agreement.id
        JOIN organization body ON body.id = party.organization_id
        LEFT JOIN post ON post.person_id = agreement.responsible_id AND post.unit_id = agreement.unit_id
            AND post.since <= $2 AND coalesce(post.until >= $2, true)
        WHERE body.unit_id = ANY ($1) AND body.retired_on IS NULL AND agreement.effective_on <= $2
            AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $2, true) AND party.removed_at IS NULL
            AND party.acceded_on <= $2 AND coalesce(party.withdrawn_on > $2, true)
        GROUP BY body.id),
    met AS (
        SELECT organization_id, max((starts_at AT TIME ZONE 'Asia/Tokyo')::date) AS met_on
        FROM encounter WHERE organization_id IN (SELECT id FROM partner) AND status IN ('REPORTED', 'CHECKED')
            AND starts_at <= $3
        GROUP BY organization_id),
    drilled AS (
        SELECT part.organization_id, max((drill.starts_at AT TIME ZONE 'Asia/Tokyo')::date) AS drilled_on
        FROM drill_participation part JOIN drill ON drill.id = part.drill_id
        WHERE part.organization_id IN (SELECT id FROM partner) AND part.attended_count > 0
            AND drill.status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED') AND drill.starts_at <= $3
        GROUP BY part.organization_id),
    known AS (
        SELECT organization_id, max(coalesce(verified_on, since)) AS verified_on
        FROM contact WHERE organization_id IN (SELECT id FROM partner) AND since <= $2
            AND coalesce(until > $2, true)
        GROUP BY organization_id),
    step AS (
        SELECT organization_id, min(next_due_on) AS due_on
        FROM encounter WHERE organization_id IN (SELECT id FROM partner) AND next_due_on IS NOT NULL
            AND next_done_on IS NULL AND status <> 'CANCELLED'
        GROUP BY organization_id),
    item AS (
        SELECT organization_id, min(due_on) AS due_on, count(*)::int AS open,
            (count(*) FILTER (WHERE due_on < $2))::int AS overdue
        FROM improvement WHERE organization_id IN (SELECT id FROM partner) AND settled_on IS NULL
        GROUP BY organization_id),
    told AS (
        SELECT one.organization_id, max((one.acknowledged_at AT TIME ZONE 'Asia/Tokyo')::date) AS read_on,
            min((one.escalated_at AT TIME ZONE 'Asia/Tokyo')::date) FILTER (WHERE one.acknowledged_at IS NULL
                AND notice.status IN ('SENDING', 'SENT') AND notice.valid_until >= $2) AS unread_since
        FROM notice_recipient one JOIN notice ON notice.id = one.notice_id
        WHERE one.organization_id IN (SELECT id FROM partner)
        GROUP BY one.organization_id)"""  # noqa: S608 our own words
# Beside the grade the facts of its reasons.
GRADED = """,
    fact AS (
        SELECT partner.*, met.met_on, drilled.drilled_on, known.verified_on, step.due_on,
            known.organization_id IS NOT NULL AS is_known, item.due_on AS mend_by,
            coalesce(item.open, 0) AS open_improvements, coalesce(item.overdue, 0) AS overdue_improvements,
            told.read_on, told.unread_since
        FROM partner
        LEFT JOIN met ON met.organization_id = partner.id
        LEFT JOIN drilled ON drilled.organization_id = partner.id
        LEFT JOIN known ON known.organization_id = partner.id
        LEFT JOIN step ON step.organization_id = partner.id
        LEFT JOIN item ON item.organization_id = partner.id
        LEFT JOIN told ON told.organization_id = partner.id),
    graded AS (
        SELECT *, CASE
            WHEN NOT is_known OR $2 - coalesce(met_on, since) > ($4::jsonb ->> 'met_days')::int THEN 'DRIFTING'
            WHEN $2 - verified_on > ($4::jsonb ->> 'verified_days')::int
                OR $2 - coalesce(drilled_on, since) > ($4::jsonb ->> 'drill_days')::int
                OR ends_on - $2 <= ($4::jsonb ->> 'ending_days')::int OR due_on < $2 OR mend_by < $2
                OR unread_since IS NOT NULL THEN 'WATCH'
            ELSE 'GOOD' END AS grade
        FROM fact)"""
# `found` is how many there are of the grades that are asked for.
SELECT = f"""{GRADED}
    SELECT *, count(*) OVER () AS found FROM graded
    WHERE grade = ANY ($5::text[]) AND ($7::uuid IS NULL OR coalesce(owner_id, $7) = $7)
    ORDER BY {{order}} LIMIT $6"""  # noqa: S608 our own words
BY_GRADE = "array_position(ARRAY['DRIFTING', 'WATCH', 'GOOD'], grade), kana_order, id"
"""The gravest first, and in the order of their names."""
BY_SILENCE = 'coalesce(met_on, since), name COLLATE "C", id'
"""Whoever was met longest ago, or has been waiting for that since they became a partner, first."""
MOST = 500
"""Partners that are told at once."""


STANDARD = Thresholds()
"""The days of a prefecture that has set none."""


def graded_on(units: str, day: str, until: str) -> str:
    """How each partner of these units (uuid[]) stood with us at the end of a day, of which `until` is the last instant,
    as a SELECT of `id`, `unit_id` and `grade` for another statement; all three are SQL.

    It goes by the `STANDARD` days, so that a figure means the same everywhere and for good. Who was a partner and what
    had taken place is known of any day. The rest is known only as it is now: a contact who was verified since, and
    what was settled, done or read since, count as if that had been before, and a body that was given up since not at
    all. A run of the statistics, which is kept when the day is over, keeps what was known then.
    """
    told = {"1": units, "2": day, "3": until, "4": f"'{STANDARD.days}'"}
    graded = re.sub(r"\$(\d+)", lambda found: told[found[1]], PARTNERS + GRADED)
    return f"{graded} SELECT id, unit_id, grade FROM graded"  # noqa: S608 our own words


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
    units, thresholds = await find_covered(actor, unit_id), await find_thresholds(actor)
    return (await read(units, actor, thresholds, grades, first, BY_GRADE))[0]


async def read(
    units: Sequence[UUID],
    actor: Actor,
    thresholds: Thresholds,
    grades: Collection[RelationshipGrade],
    first: int,
    order: str,
    owner_id: UUID | None = None,
) -> tuple[list[Relationship], int]:
    """The first partners of these units and grades in this order, and how many there are; of an owner those for whom
    they answer, or nobody does."""
    asked = (thresholds.days, [str(grade) for grade in grades], first, owner_id)
    statement = PARTNERS + SELECT.replace("{order}", order)
    rows = await database.rows(statement, list(units), actor.today, actor.now, *asked)
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
            yield Reason(kinds.OUT_OF_TOUCH, row["met_on"], f"{_said(row['met_on'])}から{days}日、接触がありません。")


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
