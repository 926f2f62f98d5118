"""What goes by its age, whoever it is about: letters and answers, looks, the journal's values, keys, and papers.

What was there and when stays (that a letter left, that a row was changed); what it said goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from domain import database
from domain.actor import TOKYO
from domain.japanese import months_later
from domain.register import rows_of
from domain.retention.due import Rule

DAYS = timedelta(days=90)


class Sweep(NamedTuple):
    """What one rule takes from one table: `$1` is the prefecture, `$2` the instant before which it goes, `$3` the ids
    of the rows of those who are held. `change` is nothing where the row itself goes."""

    table: str
    where: str
    change: str = ""

    @property
    def counted(self) -> str:
        return f"SELECT count(*) AS count FROM {self.table} WHERE {self.where}"  # noqa: S608 our own words

    @property
    def carry_out(self) -> str:
        act = f"UPDATE {self.table} SET {self.change}" if self.change else f"DELETE FROM {self.table}"  # noqa: S608
        return f"{act} WHERE {self.where}"


EMPTIED = "before = '{}', after = '{}', salt = ''"
"""How the values of a journal's entry are erased so that the chain still holds (`sealing.is_erased`)."""

_OURS = "unit_id IN (SELECT id FROM unit WHERE prefecture_id = $1)"
_OVER = "(SELECT ends_at FROM appointment WHERE appointment.id = appointment_id)"
_ANSWERS = f"SELECT id FROM attendee WHERE {_OVER} < $2"  # noqa: S608 our own words

SWEEPS: Mapping[Rule, tuple[Sweep, ...]] = {
    Rule.LETTERS: (
        Sweep(
            "letter",
            f"{_OURS} AND to_address <> '' AND coalesce(sent_at, given_up_at, spared_at) < $2"
            f" AND coalesce({_OVER}, owed_at) < $2 AND (person_id IS NULL OR person_id <> ALL($3::uuid[]))",
            "to_name = '', to_address = '', facts = '{}', last_error = NULL",
        ),
        Sweep(
            "attendee",
            f"prefecture_id = $1 AND remark <> '' AND {_OVER} < $2 AND person_id <> ALL($3::uuid[])",
            "remark = ''",
        ),
        Sweep(
            "drill_participation",
            f"prefecture_id = $1 AND names <> '[]' AND {_OVER} < $2 AND id <> ALL($3::uuid[])",
            "names = '[]'",
        ),
        Sweep(
            "incoming_mail",
            f"prefecture_id = $1 AND greatest(received_at, {_OVER}) < $2 AND (person_id IS NULL OR"
            " person_id <> ALL($3::uuid[]))",
        ),
        Sweep(
            "journal",
            "prefecture_id = $1 AND kind = 'Attendee' AND row_id <> ALL($3::uuid[])"
            f" AND '' <> coalesce(before->>'remark', '') || coalesce(after->>'remark', '') AND row_id IN ({_ANSWERS})",
            EMPTIED,
        ),
    ),
    Rule.LOOKS: (
        Sweep(
            "look",
            "prefecture_id = $1 AND at < $2 AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(rows) AS said"
            " WHERE split_part(said, ':', 2) = ANY($3::uuid[]::text[]))",
        ),
    ),
    Rule.JOURNAL: (
        Sweep(
            "journal",
            "prefecture_id = $1 AND at < $2 AND salt <> '' AND row_id <> ALL($3::uuid[])",
            EMPTIED,
        ),
    ),
    Rule.KEYS: (
        Sweep(
            "idempotency_key",
            "person_id IN (SELECT id FROM person WHERE prefecture_id = $1) AND used_at < $2"
            " AND person_id <> ALL($3::uuid[])",
        ),
    ),
    Rule.PAPERS: (
        # A signed document whose period is over stays while its agreement stands: it is in use.
        Sweep(
            "agreement_file",
            "prefecture_id = $1 AND id <> ALL($3::uuid[]) AND EXISTS (SELECT FROM agreement own"
            " WHERE own.id = agreement_id AND own.retention_until < ($2 AT TIME ZONE 'Asia/Tokyo')::date"
            " AND least(own.ended_on, own.lasts_until) < ($2 AT TIME ZONE 'Asia/Tokyo')::date)",
        ),
        Sweep(
            "document",
            "prefecture_id = $1 AND retention_until < ($2 AT TIME ZONE 'Asia/Tokyo')::date AND id <> ALL($3::uuid[])",
        ),
    ),
}
HELD = "SELECT person_id FROM legal_hold WHERE prefecture_id = $1 AND lifted_at IS NULL"


def before(rule: Rule, day: date) -> datetime:
    """The instant before which this rule's texts go on a day."""
    match rule:
        case Rule.LOOKS:
            last = months_later(day, -12)
        case Rule.JOURNAL:
            last = months_later(day, -60)
        case Rule.PAPERS:  # whose last day stands in the paper
            last = day
        case _:
            last = day - DAYS
    return datetime.combine(last, time(), TOKYO)


async def count_texts(prefecture_id: UUID, rule: Rule, day: date) -> int:
    """How many rows the rule would take on that day."""
    asked = (prefecture_id, before(rule, day), await held_rows(prefecture_id))
    return sum([(await database.rows(sweep.counted, *asked))[0]["count"] for sweep in SWEEPS[rule]])


async def sweep(prefecture_id: UUID, rule: Rule, day: date) -> None:
    """Take what the rule takes, in the caller's transaction."""
    asked = (prefecture_id, before(rule, day), await held_rows(prefecture_id))
    for one in SWEEPS[rule]:
        await database.execute(one.carry_out, *asked)


async def held_rows(prefecture_id: UUID) -> list[UUID]:
    """Every row of those who are held."""
    return flat(await rows_of([row["person_id"] for row in await database.rows(HELD, prefecture_id)]))


def flat(found: Mapping[str, Collection[UUID]]) -> list[UUID]:
    """The ids of all tables together."""
    return [id for ids in found.values() for id in ids]
