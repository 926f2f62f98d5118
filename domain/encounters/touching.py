"""部門間調整: which other department is in touch with the same body, so that two do not approach it unawares (S25).

Of what another department does no more is told than that it was, or will be, in touch, when and by which means. Source:
大分/宮城 5(3)ア.
"""

from __future__ import annotations

from datetime import timedelta

from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor
from domain.criteria import nothing
from domain.encounters.encounter import Encounter, EncounterStatus
from domain.thresholds import TOUCH_DAYS

DAYS = f"""make_interval(days =>
        coalesce((select touch_days from thresholds where prefecture_id = {{above}}.prefecture_id), {TOUCH_DAYS}))"""  # noqa: S608 our own words
"""How near in time it has to be, as the prefecture has set it."""

ELSEWHERE = f"""
    {{t}}.unit_id <> {{above}}.unit_id and {{t}}.starts_at
        between {{above}}.starts_at - {DAYS} and {{above}}.starts_at + {DAYS}"""
"""`is_elsewhere` for the database: whether the row `{t}` is another department's, near in time to the row `{above}`."""


def is_elsewhere(other: Encounter, own: Encounter, days: int = TOUCH_DAYS) -> bool:
    """Whether an encounter with the same body is another department's, and at most so many days before or after."""
    return other.unit_id != own.unit_id and abs(other.starts_at - own.starts_at) <= timedelta(days=days)


def traces_visible_to(actor: Actor) -> QuerySet[Encounter]:
    """Liaison officers know of every encounter of the prefecture that it was, or will be."""
    if actor.role not in LIAISONS:
        return nothing(Encounter)
    return Encounter.filter(prefecture_id=actor.prefecture_id).exclude(status=EncounterStatus.CANCELLED)
