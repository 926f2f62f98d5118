"""保存期間と消去: who is due, the list that two officers decide on, and the erasing itself."""

from domain.retention.due import Due, Rule, due_persons, ends
from domain.retention.erasing import ERASED, carry_out, erase
from domain.retention.lists import (
    LABELS,
    MOVES,
    ErasureItem,
    ErasureList,
    ErasureStatus,
    LegalHold,
    approve,
    draw_up,
    hold,
    holds_visible_to,
    items_visible_to,
    lift,
    review,
    send_back,
    visible_to,
)
from domain.retention.proof import Erased, erased_persons, mark_of, replay

__all__ = [
    "ERASED",
    "LABELS",
    "MOVES",
    "Due",
    "Erased",
    "ErasureItem",
    "ErasureList",
    "ErasureStatus",
    "LegalHold",
    "Rule",
    "approve",
    "carry_out",
    "draw_up",
    "due_persons",
    "ends",
    "erase",
    "erased_persons",
    "hold",
    "holds_visible_to",
    "items_visible_to",
    "lift",
    "mark_of",
    "replay",
    "review",
    "send_back",
    "visible_to",
]
