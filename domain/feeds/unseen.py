"""まだ相手のカレンダーに届いていない変更: who has to be told by telephone, for no program of theirs has come in time.

A program that reads a feed cannot be called; some come once a day. What changes within two days before a date may so be
known to the desk and not to whoever comes. A date is changed for somebody by each change of its own, by asking them and
by letting them go; they know of it as soon as one of their feeds was fetched (`Subscription.last_fetched_at` is exact
for the first fetch after a change), or they have answered.

A date that is moved has two starts: its own, and the one that their calendar still shows (`shown_starts_at`). Whoever
is moved from tomorrow to next month without knowing it stands there tomorrow, so the earlier one counts.
"""

from __future__ import annotations

from domain.feeds.contents import AWAY

SOON = "interval '48 hours'"
CHANGED = "greatest(date.changed_at, {t}.invited_at, {t}.removed_at)"
LIVING = f"feed.person_id = {{t}}.person_id AND (feed.revoked_at IS NULL OR feed.revoked_at > {CHANGED})"


def _ahead(start: str) -> str:
    return f"CASE WHEN {start} > {CHANGED} THEN {start} END"


ACTS = f"least({_ahead('date.starts_at')}, {_ahead('{t}.shown_starts_at')})"
"""When the attendee {t} would set out, by the date's own start or by the one that they know, whichever comes first; of
those that lay ahead when it changed."""


def _unseen(moreover: str = "") -> str:
    return f"""
    EXISTS (SELECT FROM appointment date WHERE date.id = {{t}}.appointment_id
        AND {{t}}.invited_at IS NOT NULL AND {{t}}.partstat NOT IN ({AWAY})
        AND {ACTS} < {CHANGED} + {SOON} {moreover}
        AND ({{t}}.answered_at IS NULL OR {{t}}.answered_at < {CHANGED})
        AND EXISTS (SELECT FROM subscription feed WHERE {LIVING})
        AND NOT EXISTS (SELECT FROM subscription feed WHERE {LIVING} AND feed.last_fetched_at >= {CHANGED}))"""  # noqa: S608 our own words


def _anybodys(unseen: str) -> str:
    return f"EXISTS (SELECT FROM attendee own WHERE own.appointment_id = {{t}}.id AND {unseen.replace('{t}', 'own')})"


UNSEEN = _unseen()
"""Whether the attendee {t} subscribes, and has not seen what has changed for them within two days before the date."""

ANYBODYS = _anybodys(UNSEEN)
"""Whether that holds for anybody who was asked to the date {t}."""

FROM, BEFORE = (_anybodys(_unseen(f"AND {ACTS} {how} {{v}}::timestamptz")) for how in (">=", "<"))
"""The same, for those who would set out from the instant {v} on, or before it."""

FETCHED = """
    (SELECT max(feed.last_fetched_at) FROM subscription feed WHERE feed.person_id = {t}.person_id
        AND feed.revoked_at IS NULL)"""
"""When a program of the attendee {t} was last seen."""
