"""Which kinds of data a role may read at all; which rows it may see is for each `visible_to` to say."""

from __future__ import annotations

from enum import IntEnum

from domain.actor import Role


class DataClass(IntEnum):
    """What a column holds, by how much harm a wrong reader does."""

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    SENSITIVE = 3


_POLICE = frozenset({DataClass.PUBLIC, DataClass.INTERNAL})
_OUTSIDE = frozenset({DataClass.PUBLIC, DataClass.PERSONAL})

# Not a ladder: outsiders read the personal data of the rows they see (their own), never the desk's remarks.
CLEARANCE: dict[Role, frozenset[DataClass]] = {
    Role.ADMIN: _POLICE | {DataClass.PERSONAL},
    Role.HQ_LIAISON: frozenset(DataClass),
    Role.STATION_LIAISON: frozenset(DataClass),
    Role.STATISTICIAN: _POLICE,
    Role.NATIONAL: frozenset({DataClass.PUBLIC}),
    Role.PARTNER: _OUTSIDE,
    Role.SCHOOL: _OUTSIDE,
    Role.VOLUNTEER: _OUTSIDE,
}


def may_read(role: Role, data: DataClass) -> bool:
    return data in CLEARANCE[role]
