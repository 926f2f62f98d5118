"""How the partners of agreements stand with us, in SQL: one statement that grades them all, or finds first who drifts
away and asks everything else of those that are told alone.

    $1  the units that keep them
    $2  today in Japan, $3 the instant
    $4  the days of the thresholds, as JSON

It is read in steps, each adding to the one before what is looked up: of thousands grouped by the body once, of the few
who drift for each by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.agreements import RENEWED
from domain.thresholds import Thresholds

STANDS = """agreement.effective_on <= $2 AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $2, true)
            AND party.removed_at IS NULL AND party.acceded_on <= $2 AND coalesce(party.withdrawn_on > $2, true)"""
# In touch is who was met, came to a council (whoever gave a proxy did not) or had a part in an event of ours: there it
# is not written down who came, only which bodies stood by, of which 後援 lends no more than its name.
MET = "encounter WHERE status IN ('REPORTED', 'CHECKED') AND starts_at <= $3"
SEATED = """council_meeting meeting
        JOIN council_attendance came ON came.meeting_id = meeting.id
        JOIN council_membership member ON member.id = came.membership_id
        WHERE meeting.status IN ('HELD', 'MINUTED') AND meeting.starts_at <= $3
            AND came.removed_at IS NULL AND came.proxy_holder_id IS NULL"""
STOOD_BY = """outreach_event event JOIN outreach_host host ON host.event_id = event.id
        WHERE host.removed_at IS NULL AND host.role <> 'SUPPORTER'
            AND event.status IN ('HELD', 'REPORTED', 'CHECKED') AND event.starts_at <= $3"""
KNOWN = "contact.since <= $2 AND coalesce(contact.until > $2, true)"


class Lookup(NamedTuple):
    """What rows of other tables say of a body: `told` of the `rows` (a FROM with its WHERE) that name it as `body`."""

    name: str
    body: str
    told: str
    rows: str

    def grouped(self, of: str) -> str:
        """As a step: of all bodies of another step at once, which is the quickest for thousands."""
        return f"""{self.name} AS (SELECT {self.body} AS id, {self.told} FROM {self.rows}
            AND {self.body} IN (SELECT id FROM {of}) GROUP BY 1)"""  # noqa: S608 our own words

    @property
    def joined(self) -> str:
        return f"LEFT JOIN {self.name} ON {self.name}.id = one.id"

    @property
    def each(self) -> str:
        """As a join: of each body by itself, by an index."""
        found = f"SELECT {self.told} FROM {self.rows} AND {self.body} = one.id"  # noqa: S608 our own words
        return f"LEFT JOIN LATERAL ({found}) {self.name} ON true"


REACHING = (
    Lookup("met", "organization_id", "max(starts_at) AS at", MET),
    Lookup("seated", "member.organization_id", "max(meeting.starts_at) AS at", SEATED),
    Lookup("stood_by", "host.organization_id", "max(event.starts_at) AS at", STOOD_BY),
    Lookup("known", "organization_id", "max(coalesce(verified_on, since)) AS verified_on", f"contact WHERE {KNOWN}"),
)
# What is renewed already does not end: its partners go on under the new agreement. For a partner answers who is
# responsible for its youngest agreement, where they still serve in the unit that keeps it: otherwise nobody does, and
# everybody is told.
KEPT = Lookup(
    "kept",
    "party.organization_id",
    f"""min(least(agreement.ended_on, CASE WHEN agreement.auto_renews_months = 0
                OR agreement.notice_given_on IS NOT NULL THEN agreement.lasts_until END))
                FILTER (WHERE NOT {RENEWED.replace("{t}", "agreement")}) AS ends_on,
            (array_agg(post.person_id ORDER BY agreement.effective_on DESC, agreement.id)
                FILTER (WHERE post.id IS NOT NULL))[1] AS owner_id""",
    f"""agreement_party party
        JOIN agreement ON agreement.id = party.agreement_id
        LEFT JOIN post ON post.person_id = agreement.responsible_id AND post.unit_id = agreement.unit_id
            AND post.since <= $2 AND coalesce(post.until >= $2, true)
        WHERE {STANDS}""",
)
REASONS = (
    KEPT,
    Lookup(
        "drilled",
        "part.organization_id",
        "max((drill.starts_at AT TIME ZONE 'Asia/Tokyo')::date) AS drilled_on",
        """drill_participation part JOIN drill ON drill.id = part.drill_id
        WHERE part.attended_count > 0 AND part.role <> 'OBSERVER' AND drill.starts_at <= $3
            AND drill.status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED')""",
    ),
    Lookup(
        "step",
        "organization_id",
        "min(next_due_on) AS due_on",
        "encounter WHERE next_due_on IS NOT NULL AND next_done_on IS NULL AND status <> 'CANCELLED'",
    ),
    Lookup(
        "item",
        "organization_id",
        """min(due_on) AS due_on, count(*)::int AS open,
            (count(*) FILTER (WHERE due_on < $2))::int AS overdue""",
        "improvement WHERE settled_on IS NULL",
    ),
    Lookup(
        "told",
        "organization_id",
        """max((acknowledged_at AT TIME ZONE 'Asia/Tokyo')::date) AS read_on,
            min((escalated_at AT TIME ZONE 'Asia/Tokyo')::date) FILTER (WHERE acknowledged_at IS NULL
                AND notice.status IN ('SENDING', 'SENT') AND notice.valid_until >= $2) AS unread_since""",
        "notice_recipient JOIN notice ON notice.id = notice_recipient.notice_id WHERE true",
    ),
)
# The steps, of which each adds to the one before: {by} joins what is looked up.
PARTNER = f"""
    partner AS (
        SELECT body.id, body.unit_id, body.name, body.kana_order, min(party.acceded_on) AS since
        FROM agreement
        JOIN agreement_party party ON party.agreement_id = agreement.id
        JOIN organization body ON body.id = party.organization_id
        WHERE body.unit_id = ANY ($1) AND body.retired_on IS NULL AND {STANDS} AND {{who}}
        GROUP BY body.id)"""  # noqa: S608 our own words
REACHED = """
    reached AS (
        SELECT one.*, known.verified_on IS NOT NULL AS is_known, known.verified_on,
            (greatest(met.at, seated.at, stood_by.at) AT TIME ZONE 'Asia/Tokyo')::date AS met_on,
            CASE greatest(met.at, seated.at, stood_by.at)
                WHEN met.at THEN 'ENCOUNTER' WHEN seated.at THEN 'MEETING' WHEN stood_by.at THEN 'EVENT' END AS met_by
        FROM partner one {by})"""
FACT = """
    fact AS (
        SELECT one.*, kept.ends_on, kept.owner_id, drilled.drilled_on, step.due_on, item.due_on AS mend_by,
            coalesce(item.open, 0) AS open_improvements, coalesce(item.overdue, 0) AS overdue_improvements,
            told.read_on, told.unread_since
        FROM {of} one {by})"""
DRIFTS = "(NOT is_known OR $2 - coalesce(met_on, since) > ($4::jsonb ->> 'met_days')::int)"
LATELY = ">= (($2 - ($4::jsonb ->> 'met_days')::int)::timestamp AT TIME ZONE 'Asia/Tokyo')"
MAY_DRIFT = f"""NOT EXISTS (
            SELECT FROM contact JOIN (
                SELECT organization_id FROM {MET} AND starts_at {LATELY}
                UNION ALL SELECT member.organization_id FROM {SEATED} AND meeting.starts_at {LATELY}
                UNION ALL SELECT host.organization_id FROM {STOOD_BY} AND event.starts_at {LATELY}
            ) lately ON lately.organization_id = contact.organization_id
            WHERE {KNOWN} AND contact.organization_id = body.id)"""  # noqa: S608 our own words
"""Whoever drifts is among these: all but those that are known and in touch. Of these alone, which are few, it is asked
since when."""


def _grouped(lookups: Sequence[Lookup], of: str, step: str) -> str:
    """A step with what is looked up for all of the one before at once."""
    by = " ".join(one.joined for one in lookups)
    return ", ".join((*(one.grouped(of) for one in lookups), step.replace("{by}", by)))


def _each(lookups: Sequence[Lookup], step: str) -> str:
    """The same, looked up for each."""
    return step.replace("{by}", " ".join(one.each for one in lookups))


GRADED = f"""
    WITH {PARTNER.replace("{who}", "true")}, {_grouped(REACHING, "partner", REACHED)},
    {_grouped(REASONS, "reached", FACT.replace("{of}", "reached"))},
    graded AS (
        SELECT *, CASE
            WHEN {DRIFTS} THEN 'DRIFTING'
            WHEN $2 - verified_on > ($4::jsonb ->> 'verified_days')::int
                OR $2 - coalesce(drilled_on, since) > ($4::jsonb ->> 'drill_days')::int
                OR ends_on - $2 <= ($4::jsonb ->> 'ending_days')::int OR due_on < $2 OR mend_by < $2
                OR unread_since IS NOT NULL THEN 'WATCH'
            ELSE 'GOOD' END AS grade
        FROM fact)"""  # noqa: S608 our own words
"""Every partner (`graded`) with its grade and the facts of its reasons."""

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
    graded = re.sub(r"\$(\d+)", lambda found: told[found[1]], GRADED)
    return f"{graded} SELECT id, unit_id, grade FROM graded"  # noqa: S608 our own words


# In the following $5 are the grades that are asked for, $6 how many partners are told at most and $7 for whom they are
# to answer, where nobody else does; `found` is how many there are.
BY_NAME = "kana_order, id"
BY_SILENCE = 'coalesce(met_on, since), name COLLATE "C", id'
"""Whoever was in touch longest ago, or has been waited for since they became a partner, first."""


def of_grades(order: str) -> str:
    """The first partners of these grades, the gravest first, and then in this order."""
    return f"""{GRADED}
        SELECT *, count(*) OVER () AS found FROM graded
        WHERE grade = ANY ($5::text[]) AND ($7::uuid IS NULL OR coalesce(owner_id, $7) = $7)
        ORDER BY array_position(ARRAY['DRIFTING', 'WATCH', 'GOOD'], grade), {order} LIMIT $6"""  # noqa: S608 our own words


def drifting(order: str, *, is_owned: bool) -> str:
    """The same of those alone who drift away: the others' facts are not looked up, nor those of whoever is not told.
    Only where it is asked for whom they answer (`is_owned`), that is known of all who drift."""
    theirs = "coalesce(kept.owner_id, $7) = $7" if is_owned else "$7::uuid IS NULL"
    chosen = f"""
        chosen AS (
            SELECT one.*, 'DRIFTING' AS grade, count(*) OVER () AS found FROM reached one {{by}}
            WHERE 'DRIFTING' = ANY ($5::text[]) AND {DRIFTS} AND {theirs} ORDER BY {order} LIMIT $6)"""  # noqa: S608
    steps = (
        PARTNER.replace("{who}", MAY_DRIFT),
        _each(REACHING, REACHED),
        _each((KEPT,) if is_owned else (), chosen),
        _each(REASONS, FACT.replace("{of}", "chosen")),
    )
    return f"WITH {', '.join(steps)} SELECT * FROM fact ORDER BY {order}"  # noqa: S608 our own words
