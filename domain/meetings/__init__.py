"""協議会の会議: planned, its members invited, held with attendance and proxies, resolved and minuted."""

from domain.meetings.attending import (
    EMPTY,
    CouncilAttendance,
    MeetingPresence,
    MeetingProxy,
    attendances_visible_to,
    correct_attendance,
    hold,
    reckoned,
)
from domain.meetings.inviting import invite, invite_members, uninvite
from domain.meetings.listing import ListedAttendance, ListedMeeting, listed, listed_attendance, shown_of
from domain.meetings.meeting import AHEAD, HELD, LABELS, MOVES, CouncilMeeting, MeetingStatus, visible_to
from domain.meetings.planning import Facts, More, cancel, correct, plan, postpone
from domain.meetings.recording import bygone, columns_of, record, settled, write_down_all
from domain.meetings.remaining import go_along, must_leave_none
from domain.meetings.resolving import (
    OUTCOME_LABELS,
    CouncilResolution,
    MeetingResolution,
    ResolutionOutcome,
    correct_minutes,
    may_vote,
    minute,
    resolutions_visible_to,
    resolve,
    strike_resolution,
)

__all__ = [
    "AHEAD",
    "CouncilAttendance",
    "CouncilMeeting",
    "CouncilResolution",
    "EMPTY",
    "Facts",
    "HELD",
    "LABELS",
    "ListedAttendance",
    "ListedMeeting",
    "MOVES",
    "MeetingPresence",
    "MeetingProxy",
    "MeetingResolution",
    "MeetingStatus",
    "More",
    "OUTCOME_LABELS",
    "ResolutionOutcome",
    "attendances_visible_to",
    "bygone",
    "cancel",
    "columns_of",
    "correct",
    "correct_attendance",
    "correct_minutes",
    "go_along",
    "hold",
    "invite",
    "invite_members",
    "listed",
    "listed_attendance",
    "may_vote",
    "minute",
    "must_leave_none",
    "plan",
    "postpone",
    "reckoned",
    "record",
    "resolutions_visible_to",
    "resolve",
    "settled",
    "shown_of",
    "strike_resolution",
    "uninvite",
    "visible_to",
    "write_down_all",
]
