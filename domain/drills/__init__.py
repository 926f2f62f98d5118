"""共同対処訓練: police and organisations practise together what to do when it happens. Source: all five notices, S7.

`drill` is the drill and its states, `participation` the part of each organisation, `coming` who comes of it;
`planning`, `inviting`, `running` and `reviewing` are what is done with them, in the order of life, `recording` what is
entered afterwards, `losing` what is done when somebody who is asked leaves, `improvement` what a drill leaves to be
done, and `improving` how; `listing` tells that as a list.
"""

from domain.drills.coming import LONGEST_NAME, MOST_NAMES, is_left, part_of, standing
from domain.drills.drill import HELD, LABELS, MOVES, Drill, DrillFormat, DrillStatus, DrillThreat, visible_to
from domain.drills.improvement import (
    IMPROVEMENT_LABELS,
    IMPROVEMENT_MOVES,
    Improvement,
    ImprovementStatus,
    improvements_visible_to,
)
from domain.drills.improving import (
    PROVEN,
    begin_improvement,
    carry_over_improvement,
    close_improvement,
    correct_improvement,
    finish_improvement,
    raise_improvement,
    reject_improvement,
    send_back_improvement,
    verify_improvement,
)
from domain.drills.inviting import confirm, correct_participation, invite, resume_inviting, uninvite
from domain.drills.listing import ListedImprovement, listed_improvements, owners_shown
from domain.drills.participation import (
    Participation,
    ParticipationReply,
    ParticipationRole,
    participations_visible_to,
)
from domain.drills.planning import call_off, correct, open_planning, plan, postpone, reschedule
from domain.drills.recording import TookPart, record_held
from domain.drills.reviewing import WRITTEN, close, evaluate, return_report, submit_report
from domain.drills.running import (
    INJECT_LABELS,
    INJECT_MOVES,
    Attended,
    InjectStatus,
    correct_attendance,
    finish,
    pause,
    resume,
    start,
)

__all__ = [
    "HELD",
    "IMPROVEMENT_LABELS",
    "IMPROVEMENT_MOVES",
    "INJECT_LABELS",
    "INJECT_MOVES",
    "LABELS",
    "LONGEST_NAME",
    "MOST_NAMES",
    "MOVES",
    "PROVEN",
    "WRITTEN",
    "Attended",
    "Drill",
    "DrillFormat",
    "DrillStatus",
    "DrillThreat",
    "Improvement",
    "ImprovementStatus",
    "InjectStatus",
    "ListedImprovement",
    "Participation",
    "ParticipationReply",
    "ParticipationRole",
    "TookPart",
    "begin_improvement",
    "call_off",
    "carry_over_improvement",
    "close",
    "close_improvement",
    "confirm",
    "correct",
    "correct_attendance",
    "correct_improvement",
    "correct_participation",
    "evaluate",
    "finish",
    "finish_improvement",
    "improvements_visible_to",
    "invite",
    "is_left",
    "listed_improvements",
    "open_planning",
    "owners_shown",
    "part_of",
    "participations_visible_to",
    "pause",
    "plan",
    "postpone",
    "raise_improvement",
    "record_held",
    "reject_improvement",
    "reschedule",
    "resume",
    "resume_inviting",
    "return_report",
    "send_back_improvement",
    "standing",
    "start",
    "submit_report",
    "uninvite",
    "verify_improvement",
    "visible_to",
]
