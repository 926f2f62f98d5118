"""State tables: which step leads where. A concept declares one table; nothing else decides a step."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from domain.errors import WrongState

S = TypeVar("S", bound=StrEnum)
Moves = Mapping[S, tuple[S, ...]]


def must_move(moves: Moves[S], labels: Mapping[S, str], now: S, to: S) -> S:
    """`to`, where the table lets `now` go there. Raises WrongState, which names the steps that are open."""
    if to not in moves[now]:
        ways = "・".join(labels[way] for way in moves[now]) or "なし"
        raise WrongState(
            f"いまの状態「{labels[now]}」から「{labels[to]}」へは進めません。進める先: {ways}。",
            field="status",
        )
    return to
