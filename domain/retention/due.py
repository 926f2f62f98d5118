"""保存期間: when what is known of somebody has to go. Every period here is a proposal, for the holding body to decide.

A person is due when the last of their roles has ended long enough ago; whoever has a role left, or is held, is not.
Volunteers: one fiscal year after the one in which they left. Minors among them: three months. Contacts: one year.
Officers: five years. Texts go by their own age, whoever they are about, and papers by the period that they were given.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from domain import database
from domain.japanese import fiscal_year, months_later
from domain.values import dataclass


class Rule(StrEnum):
    """ボランティア, 未成年のボランティア, 担当者, 職員, 手紙と返事の文面, 閲覧の記録, 変更履歴の内容, 冪等キー,
    配布資料と協定書のファイル."""

    VOLUNTEER = "VOLUNTEER"
    MINOR = "MINOR"
    CONTACT = "CONTACT"
    OFFICER = "OFFICER"
    LETTERS = "LETTERS"
    LOOKS = "LOOKS"
    JOURNAL = "JOURNAL"
    KEYS = "KEYS"
    PAPERS = "PAPERS"


MONTHS = {Rule.MINOR: 3, Rule.CONTACT: 12, Rule.OFFICER: 60}
SOONEST = timedelta(days=89)
"""No period is shorter: whoever left later than that need not be looked at."""


@dataclass(frozen=True)
class Due:
    """Somebody of whom nothing needs to be known any more since `on`, by the rule that kept them longest."""

    person_id: UUID
    rule: Rule
    on: date


# Of each role the first day on which it was over, or nothing while it lasts.
ROLES = """
    WITH role AS (
        SELECT person_id, CASE WHEN age_band = 'ADULT' THEN 'VOLUNTEER' ELSE 'MINOR' END AS rule,
            CASE WHEN status NOT IN ('RECOMMENDED', 'SCREENING', 'ACTIVE', 'SUSPENDED')
                 THEN coalesce(left_on, term_to + 1, (updated_at AT TIME ZONE 'Asia/Tokyo')::date) END AS over_on
        FROM volunteer
        UNION ALL SELECT person_id, 'CONTACT', until FROM contact
        UNION ALL SELECT id, 'OFFICER', retired_on FROM person WHERE is_officer)
    SELECT person_id, array_agg(rule) AS rules, array_agg(over_on) AS days
    FROM role JOIN person ON person.id = person_id
    WHERE person.prefecture_id = $1 AND person.erased_at IS NULL
      AND NOT EXISTS (SELECT FROM legal_hold WHERE legal_hold.person_id = person.id AND lifted_at IS NULL)
    GROUP BY person_id HAVING bool_and(coalesce(over_on <= $2, false))
    ORDER BY person_id"""


async def due_persons(prefecture_id: UUID, today: date) -> list[Due]:
    """Everybody of the prefecture who is due today and is not held."""
    found = []
    for row in await database.rows(ROLES, prefecture_id, today - SOONEST):
        last = max((ends(Rule(rule), day), rule) for rule, day in zip(row["rules"], row["days"], strict=True))
        if last[0] <= today:
            found.append(Due(row["person_id"], Rule(last[1]), last[0]))
    return found


def ends(rule: Rule, over_on: date) -> date:
    """The first day on which nothing needs to be kept of a role that was over on a day."""
    if rule is Rule.VOLUNTEER:
        return date(fiscal_year(over_on - timedelta(days=1)) + 2, 4, 1)
    return months_later(over_on, MONTHS[rule])


def still_due(due: Collection[Due], person_ids: Collection[UUID]) -> list[UUID]:
    """Those of the persons who are due now: nobody who came back, or is held, since the list was drawn up."""
    wanted = set(person_ids)
    return [one.person_id for one in due if one.person_id in wanted]
