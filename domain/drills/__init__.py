"""共同対処訓練: police and organisations practise together what to do when it happens. Source: all five notices, S7.

`drill` is the drill and its states, `participation` the part of each organisation, `coming` who comes of it;
`planning`, `inviting`, `running` and `reviewing` are what is done with them, in the order of life, `recording` what is
entered afterwards, `losing` what is done when somebody who is asked leaves.
"""

from domain.drills.coming import LONGEST_NAME, MOST_NAMES, is_left, part_of, standing
from domain.drills.drill import HELD, LABELS, MOVES, Drill, DrillFormat, DrillStatus, DrillThreat, visible_to
from domain.drills.inviting import confirm, correct_participation, invite, resume_inviting, uninvite
from domain.drills.participation import (
    Participation,
    ParticipationReply,
    ParticipationRole,
    participations_visible_to,
)
from domain.drills.planning import call_off, correct, open_planning, plan, postpone, reschedule
from domain.drills.recording import TookPart, record_held
from domain.drills.reviewing import (
    IMPROVEMENT_LABELS,
    IMPROVEMENT_MOVES,
    ImprovementStatus,
    close,
    evaluate,
    return_report,
    submit_report,
)
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
    "Attended",
    "Drill",
    "DrillFormat",
    "DrillStatus",
    "DrillThreat",
    "ImprovementStatus",
    "InjectStatus",
    "Participation",
    "ParticipationReply",
    "ParticipationRole",
    "TookPart",
    "call_off",
    "close",
    "confirm",
    "correct",
    "correct_attendance",
    "correct_participation",
    "evaluate",
    "finish",
    "invite",
    "is_left",
    "open_planning",
    "part_of",
    "participations_visible_to",
    "pause",
    "plan",
    "postpone",
    "record_held",
    "reschedule",
    "resume",
    "resume_inviting",
    "return_report",
    "standing",
    "start",
    "submit_report",
    "uninvite",
    "visible_to",
]
