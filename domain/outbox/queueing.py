"""The order in which letters leave: which may be tried now, and which waits for which, as statements of the database.

What waits for another letter is tried with it, and has its own patience: when it is due, what is in front of it is
tried at once, whatever pause that is in; and when nothing is in front of it any more it has no pause, for it was never
tried itself.
"""

from __future__ import annotations

from domain.quiet import held_at


def _waits(one: str) -> str:
    return f"({one}.sent_at IS NULL AND {one}.given_up_at IS NULL AND {one}.spared_at IS NULL)"


def _follows(one: str, older: str) -> str:
    """SQL for whether of two letters the one may not leave before the other: that is older, about the same date, and to
    the same address, or to the same person's calendar elsewhere."""
    return f"""
        ({older}.appointment_id = {one}.appointment_id AND {older}.id < {one}.id
         AND ({older}.to_address = {one}.to_address OR ({older}.person_id = {one}.person_id
              AND {older}.method IN ('REQUEST', 'CANCEL') AND {one}.method IS NOT NULL)))"""


def in_front(one: str) -> str:
    """SQL for the letter that has to leave before this one, of several the oldest; NULL where there is none."""
    return f"""
        (SELECT older.id FROM letter older WHERE {_follows(one, "older")} AND {_waits("older")}
         ORDER BY older.id LIMIT 1)"""  # noqa: S608 - our own words


# One statement, so that no letter is looked at and then taken by somebody else. What waits for an older letter does not
# count among the `most`: a mailbox that is full today must not keep everybody else's letters in the house.
# The rows to lease are chosen once and for all: a plan may run a plain subquery again, which skips what it has just
# locked and so takes more than asked for.
# DTSTAMP rises strictly in each calendar that is told of a date (RFC 5546 §2.1.5), by whole seconds (RFC 5545 §3.3.5).
# A copy of the same day is the same mail to the byte; on another day a letter says 本日 for 明日, and is dated anew.
LEASING = f"""
    WITH due AS MATERIALIZED (
        SELECT one.id FROM letter one
        WHERE {_waits("one")} AND NOT one.gathers
          AND (one.due_at <= $1 OR (one.attempts > 0 AND one.stamped_at IS NULL) OR EXISTS (
              SELECT FROM letter behind
              WHERE {_follows("behind", "one")} AND {_waits("behind")} AND NOT behind.gathers
                AND behind.due_at <= $1))
          AND NOT {held_at("$1", "$4", "$5")}
          AND (one.leased_until IS NULL OR one.leased_until <= $1)
          AND NOT EXISTS (SELECT FROM letter older WHERE {_follows("one", "older")} AND {_waits("older")})
        ORDER BY one.due_at, one.id LIMIT $3 FOR UPDATE SKIP LOCKED)
    UPDATE letter SET leased_until = $2, stamped_at = CASE
        WHEN (letter.stamped_at AT TIME ZONE 'Asia/Tokyo')::date = ($1 AT TIME ZONE 'Asia/Tokyo')::date
        THEN letter.stamped_at
        ELSE greatest(date_trunc('second', $1::timestamptz), (
            SELECT max(told.stamped_at) + interval '1 second' FROM letter told
            WHERE told.appointment_id = letter.appointment_id
              AND (told.to_address = letter.to_address OR told.person_id = letter.person_id)))
        END
    FROM due WHERE letter.id = due.id RETURNING letter.id"""  # noqa: S608 - our own words

# What is due and has been tried with an older letter, for which it waits; but for what is just being gathered.
BEHIND = f"""
    SELECT one.id FROM letter one JOIN letter older ON {_follows("one", "older")}
    WHERE older.id = $1 AND {_waits("one")} AND one.due_at <= $2
    ORDER BY one.id FOR UPDATE OF one SKIP LOCKED"""  # noqa: S608 - our own words
