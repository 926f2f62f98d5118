"""まだ相手のカレンダーに届いていない変更: who has to be told by telephone, for no program of theirs has come in time.

A program that reads a feed cannot be called; some come once a day. What changes within two days before a date may so be
known to the desk and not to whoever comes. A date is changed for somebody by each change of its own, by asking them and
by letting them go; they know of it as soon as one of their feeds was fetched (`Subscription.last_fetched_at` is exact
for the first fetch after a change), or they have answered.
"""

from __future__ import annotations

SOON = "interval '48 hours'"
CHANGED = "greatest(date.changed_at, {t}.invited_at, {t}.removed_at)"
LIVING = f"feed.person_id = {{t}}.person_id AND (feed.revoked_at IS NULL OR feed.revoked_at > {CHANGED})"
UNSEEN = f"""
    EXISTS (SELECT FROM appointment date WHERE date.id = {{t}}.appointment_id
        AND {{t}}.invited_at IS NOT NULL AND {{t}}.partstat <> 'DECLINED'
        AND {CHANGED} > date.starts_at - {SOON} AND {CHANGED} < date.starts_at
        AND ({{t}}.answered_at IS NULL OR {{t}}.answered_at < {CHANGED})
        AND EXISTS (SELECT FROM subscription feed WHERE {LIVING})
        AND NOT EXISTS (SELECT FROM subscription feed WHERE {LIVING} AND feed.last_fetched_at >= {CHANGED}))"""  # noqa: S608 our own words
"""Whether the attendee {t} subscribes, and has not seen what has changed for them within two days before the date."""

ANYBODYS = f"EXISTS (SELECT FROM attendee own WHERE own.appointment_id = {{t}}.id AND {UNSEEN.replace('{t}', 'own')})"
"""Whether that holds for anybody who was asked to the date {t}."""

FETCHED = """
    (SELECT max(feed.last_fetched_at) FROM subscription feed WHERE feed.person_id = {t}.person_id
        AND feed.revoked_at IS NULL)"""
"""When a program of the attendee {t} was last seen."""
