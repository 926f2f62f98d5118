"""朝の仕事: whom to call this morning and why, and how each partner stands with us."""

from domain.worklist.health import (
    Reason,
    Relationship,
    RelationshipGrade,
    RelationshipReason,
    relationships,
)
from domain.worklist.listing import LABELS, MOST, SETTLED_BY, Work, Worklist, worklist
from domain.worklist.parts import PARTS, WorkKind

__all__ = [
    "LABELS",
    "MOST",
    "PARTS",
    "SETTLED_BY",
    "Reason",
    "Relationship",
    "RelationshipGrade",
    "RelationshipReason",
    "Work",
    "WorkKind",
    "Worklist",
    "relationships",
    "worklist",
]
