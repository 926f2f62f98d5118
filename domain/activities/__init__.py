"""活動実績: what volunteers do, who takes part, for how long and to what effect."""

from domain.activities.activity import (
    LABELS,
    MOVES,
    PARTICIPATION_LABELS,
    PARTICIPATION_MOVES,
    Activity,
    ActivityKind,
    ActivityParticipation,
    ActivityStatus,
    ParticipationStatus,
    participations_visible_to,
    visible_to,
)
from domain.activities.holding import (
    Absence,
    ActivityResults,
    ApprovedMinutes,
    Presence,
    approve_minutes,
    correct_results,
    hold,
)
from domain.activities.inviting import admit, invite, register, release
from domain.activities.planning import cancel, confirm, correct, plan, reschedule
from domain.activities.seating import pass_on

__all__ = [
    "LABELS",
    "MOVES",
    "PARTICIPATION_LABELS",
    "PARTICIPATION_MOVES",
    "Absence",
    "Activity",
    "ActivityKind",
    "ActivityStatus",
    "ApprovedMinutes",
    "Presence",
    "ActivityParticipation",
    "ParticipationStatus",
    "ActivityResults",
    "admit",
    "approve_minutes",
    "cancel",
    "confirm",
    "correct",
    "correct_results",
    "hold",
    "invite",
    "participations_visible_to",
    "pass_on",
    "plan",
    "register",
    "release",
    "reschedule",
    "visible_to",
]
