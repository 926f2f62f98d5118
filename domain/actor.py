"""Who is acting, from where, and at what instant: the only surroundings a rule may look at."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.values import dataclass

TOKYO = ZoneInfo("Asia/Tokyo")


class Role(StrEnum):
    """What somebody is here for. Rights over single rows are not roles: `visible_to` decides those."""

    ADMIN = "ADMIN"
    HQ_LIAISON = "HQ_LIAISON"
    STATION_LIAISON = "STATION_LIAISON"
    STATISTICIAN = "STATISTICIAN"
    NATIONAL = "NATIONAL"
    PARTNER = "PARTNER"
    SCHOOL = "SCHOOL"
    VOLUNTEER = "VOLUNTEER"


LIAISONS = (Role.HQ_LIAISON, Role.STATION_LIAISON)
OUTSIDERS = (Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER)


class Author(Protocol):
    """Whoever a change is written down for."""

    @property
    def now(self) -> datetime: ...
    @property
    def role(self) -> Role | None: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def unit_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Bearer:
    """Nobody in a role: the clock (without a person), or whoever holds the link of a letter to one person."""

    now: datetime
    person_id: UUID | None = None
    unit_id: UUID | None = None
    role: Role | None = None


@dataclass(frozen=True)
class Actor:
    """One person in one post at one instant.

    `units` are the ids that the post covers (the unit and all below it); `prefecture_id` is the unit at the root
    of the prefecture. `organization_id` is set for PARTNER and SCHOOL. `now` is an aware instant, read once at the
    door. `is_read_only` is set where somebody came in by a token that may change nothing; `key_id` is the token's
    or session's, for the record of what was shown through it. `is_at_the_machine` is set for whoever needs no door,
    for they have the database itself (`installation.at_the_keyboard`).
    """

    role: Role
    now: datetime
    person_id: UUID
    unit_id: UUID
    prefecture_id: UUID
    units: tuple[UUID, ...] = ()
    organization_id: UUID | None = None
    is_read_only: bool = False
    key_id: UUID | None = field(default=None, compare=False)
    is_at_the_machine: bool = False

    @property
    def today(self) -> date:
        """The date in Japan."""
        return self.now.astimezone(TOKYO).date()

    def at(self, now: datetime) -> Actor:
        """The same one at another instant: for each request, so past `replace`, which looks at all fields."""
        later = object.__new__(type(self))
        vars(later).update(vars(self), now=now)
        return later

    @property
    def is_liaison(self) -> bool:
        return self.role in LIAISONS
