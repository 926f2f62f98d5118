"""協議会・ネットワーク: councils and networks, and who is a member of them from when to when."""

from domain.councils.council import (
    KIND_LABELS,
    MEMBERS_ON,
    ROLE_LABELS,
    VOTING,
    Council,
    CouncilKind,
    CouncilMembership,
    CouncilRole,
    find_kept,
    kept_by,
    members_on,
    memberships_visible_to,
    must_stand,
    visible_to,
)
from domain.councils.joining import admit, correct_membership, end_membership, must_lie_within, strike_membership
from domain.councils.keeping import correct, dissolve, establish, named, transfer, when_dissolving, when_moving
from domain.councils.listing import ListedCouncil, ListedMember, listed, listed_members

__all__ = [
    "KIND_LABELS",
    "MEMBERS_ON",
    "ROLE_LABELS",
    "VOTING",
    "Council",
    "CouncilKind",
    "CouncilMembership",
    "CouncilRole",
    "ListedCouncil",
    "ListedMember",
    "admit",
    "correct",
    "correct_membership",
    "dissolve",
    "end_membership",
    "establish",
    "find_kept",
    "kept_by",
    "listed",
    "listed_members",
    "members_on",
    "memberships_visible_to",
    "must_lie_within",
    "must_stand",
    "named",
    "strike_membership",
    "transfer",
    "visible_to",
    "when_dissolving",
    "when_moving",
]
