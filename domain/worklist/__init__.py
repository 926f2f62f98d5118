"""朝の仕事: whom to call this morning and why, and how each partner stands with us."""

from domain.worklist.health import (
    GRADE_LABELS,
    Reason,
    Relationship,
    RelationshipGrade,
    RelationshipReason,
    relationships,
)
from domain.worklist.kinds import WorkKind
from domain.worklist.listing import LABELS, MOST, SETTLED_BY, Work, Worklist, worklist
from domain.worklist.partners import STANDARD, graded_on
from domain.worklist.parts import PARTS

__all__ = [
    "GRADE_LABELS",
    "LABELS",
    "MOST",
    "PARTS",
    "SETTLED_BY",
    "STANDARD",
    "Reason",
    "Relationship",
    "RelationshipGrade",
    "RelationshipReason",
    "Work",
    "WorkKind",
    "Worklist",
    "graded_on",
    "relationships",
    "worklist",
]
