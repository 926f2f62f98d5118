"""講師派遣: a school asks for a lecture; a lecturer is found, the date made firm, the lecture given and reported.

`lecture` is the lecture and its states; `requesting`, `correcting`, `assigning`, `losing`, `lapsing`, `scheduling`,
`ending`, `giving`, `reporting` and `recording` are what is done with it, `telling` who hears of that.
"""

from domain.lectures.assigning import (
    LECTURING,
    OFFER_MOVES,
    STANDING,
    Assignment,
    OfferStatus,
    assign,
    assignments_visible_to,
    release,
)
from domain.lectures.correcting import correct
from domain.lectures.ending import cancel, refuse, withdraw
from domain.lectures.giving import GivenBy
from domain.lectures.lapsing import lapse
from domain.lectures.lecture import (
    AHEAD,
    AUDIENCE_LABELS,
    GIVEN,
    LABELS,
    MOVES,
    STAFFED,
    Audience,
    Lecture,
    LectureKind,
    LectureStatus,
    visible_to,
)
from domain.lectures.recording import record_held
from domain.lectures.reporting import Counted, HeadCount, correct_head_counts, deliver, head_counts_visible_to, report
from domain.lectures.requesting import accept, request
from domain.lectures.scheduling import confirm, postpone, reschedule
from domain.lectures.telling import officers_coming

__all__ = [
    "AHEAD",
    "AUDIENCE_LABELS",
    "GIVEN",
    "LABELS",
    "LECTURING",
    "MOVES",
    "OFFER_MOVES",
    "STAFFED",
    "STANDING",
    "Assignment",
    "Audience",
    "Counted",
    "GivenBy",
    "HeadCount",
    "Lecture",
    "LectureKind",
    "LectureStatus",
    "OfferStatus",
    "accept",
    "assign",
    "assignments_visible_to",
    "cancel",
    "confirm",
    "correct",
    "correct_head_counts",
    "deliver",
    "head_counts_visible_to",
    "lapse",
    "officers_coming",
    "postpone",
    "record_held",
    "refuse",
    "release",
    "report",
    "request",
    "reschedule",
    "visible_to",
    "withdraw",
]
