"""講師派遣: a school asks for a lecture; a lecturer is found, the date made firm, the lecture given and reported.

`lecture` is the lecture and its states; `requesting`, `assigning`, `lapsing`, `scheduling`, `ending` and `reporting`
are what is done with it, `telling` who hears of that.
"""

from domain.lectures.assigning import (
    OFFER_MOVES,
    STANDING,
    Assignment,
    OfferStatus,
    assign,
    assignments_visible_to,
    release,
)
from domain.lectures.ending import cancel, refuse, withdraw
from domain.lectures.lapsing import lapse
from domain.lectures.lecture import LABELS, MOVES, Audience, Lecture, LectureKind, LectureStatus, visible_to
from domain.lectures.reporting import Counted, HeadCount, correct_head_counts, deliver, head_counts_visible_to, report
from domain.lectures.requesting import accept, request
from domain.lectures.scheduling import confirm, postpone, reschedule

__all__ = [
    "LABELS",
    "MOVES",
    "OFFER_MOVES",
    "STANDING",
    "Assignment",
    "Audience",
    "Counted",
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
    "correct_head_counts",
    "deliver",
    "head_counts_visible_to",
    "lapse",
    "postpone",
    "refuse",
    "release",
    "report",
    "request",
    "reschedule",
    "visible_to",
    "withdraw",
]
