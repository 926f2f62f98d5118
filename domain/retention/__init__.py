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

__all__ = [
    "ERASED",
    "LABELS",
    "MOVES",
    "Due",
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
    "hold",
    "holds_visible_to",
    "items_visible_to",
    "lift",
    "review",
    "send_back",
    "visible_to",
]
