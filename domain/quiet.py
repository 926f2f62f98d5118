"""静かな時間: the hours of the day in which nobody is written to about a date.

Volunteers have those of the house, anybody else none; whoever has chosen hours of their own has these instead, and the
guardian of a minor those of the minor. What begins so soon afterwards that the morning would be too late is told at
once. Hours are full ones, in Japan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from domain import running
from domain.database import rows
from domain.values import dataclass

TOO_SOON = timedelta(hours=2)
"""What begins so soon after the quiet hours is told in them."""

ON_ITS_WAY = timedelta(minutes=30)
"""So long a letter may be about to leave: it waits for the next change of its date, and for others to its reader."""


@dataclass(frozen=True)
class QuietHours:
    """From one full hour to another, over midnight where the second is the smaller."""

    begins: int
    ends: int


def house() -> QuietHours | None:
    """The hours of the house, where there are any."""
    return running.current().hours


def asleep_at(now: str, begins: str, ends: str) -> str:
    """SQL for who is not written to at an instant, and until when: `person_id`, `until`. The three are placeholders,
    of the instant and of the hours of the house."""
    return f"""
        SELECT person.id AS person_id, date_trunc('hour', {now}::timestamptz)
            + make_interval(hours => (hours.ends - clock.hour + 24) % 24) AS until
        FROM person
        CROSS JOIN (SELECT extract(hour FROM {now}::timestamptz AT TIME ZONE 'Asia/Tokyo')::int AS hour) clock
        CROSS JOIN LATERAL (
            SELECT coalesce(person.quiet_from, {begins}::int) AS begins, coalesce(person.quiet_to, {ends}::int) AS ends
            WHERE person.quiet_from IS NOT NULL
               OR EXISTS (SELECT FROM volunteer WHERE volunteer.person_id = person.id)) hours
        WHERE (clock.hour - hours.begins + 24) % 24 < (hours.ends - hours.begins + 24) % 24"""  # noqa: S608 - no value


ASLEEP = f"SELECT * FROM ({asleep_at('$1', '$2', '$3')}) asleep WHERE person_id = ANY($4::uuid[])"  # noqa: S608 - ours


async def asleep(now: datetime, house: QuietHours | None, persons: Iterable[UUID | None]) -> Mapping[UUID, datetime]:
    """Until when those of these persons are not written to who are not at this instant."""
    ids = list({id for id in persons if id is not None})
    found = await rows(ASLEEP, now, *hours_of(house), ids) if ids else []
    return {UUID(str(line["person_id"])): line["until"] for line in found}


def held_at(now: str, begins: str, ends: str) -> str:
    """SQL for whether the letter `one`, which waits, has to wait for a morning: it tells of a date, and neither it nor
    any that waits behind it, to the same address or reader, is for somebody who is awake, or who would hear too late.

    Too late is by the earliest start that they may have in mind: the one that they are told, or were told last. The
    three are placeholders, of the instant and of the hours of the house.
    """
    return f"""
        (one.appointment_id IS NOT NULL
         AND EXISTS (SELECT FROM ({asleep_at(now, begins, ends)}) asleep WHERE asleep.person_id = one.person_id)
         AND NOT EXISTS (
            SELECT FROM letter later
            LEFT JOIN LATERAL (
                SELECT * FROM ({asleep_at(now, begins, ends)}) asleep WHERE asleep.person_id = later.person_id
            ) asleep ON true
            LEFT JOIN LATERAL (
                SELECT CASE WHEN told.method = 'CANCEL' THEN NULL ELSE told.facts->>'starts_at' END AS starts_at
                FROM letter told
                WHERE told.appointment_id = later.appointment_id AND told.person_id = later.person_id
                  AND told.sent_at IS NOT NULL AND told.returned_at IS NULL
                  AND (told.facts->>'ends_at')::timestamptz > {now}
                ORDER BY told.id DESC LIMIT 1) told ON true
            WHERE later.appointment_id = one.appointment_id AND later.id >= one.id
              AND (later.to_address = one.to_address OR later.person_id = one.person_id)
              AND later.sent_at IS NULL AND later.given_up_at IS NULL AND later.spared_at IS NULL
              AND (asleep.person_id IS NULL
                   OR least((later.facts->>'starts_at')::timestamptz, told.starts_at::timestamptz)
                      <= asleep.until + interval '{TOO_SOON // timedelta(minutes=1)} minutes')))"""  # noqa: S608 - ours


def hours_of(hours: QuietHours | None) -> tuple[int | None, int | None]:
    """Both hours as the statements want them."""
    return (hours.begins, hours.ends) if hours else (None, None)


def must_wait(starts_at: datetime, until: datetime) -> bool:
    """Whether word of a date that begins then waits for the end of somebody's quiet hours, which last until then."""
    return starts_at > until + TOO_SOON


async def told_at(now: datetime, person_id: UUID, starts_at: datetime) -> datetime:
    """When a letter to somebody about a date that begins then has left at the latest: now, or in their morning, where
    their quiet hours last or are about to begin."""
    for instant in (now, now + ON_ITS_WAY):
        until = (await asleep(instant, house(), [person_id])).get(person_id)
        if until and must_wait(starts_at, until):
            return until
    return now
