"""State tables: which step leads where. A concept declares one table; nothing else decides a step."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from domain.errors import Invalid, WrongState

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


def must_be_in(labels: Mapping[S, str], now: S, *states: S) -> None:
    """Raises WrongState, which names the states in which this can be done."""
    if now not in states:
        names = "・".join(labels[state] for state in states)
        raise WrongState(
            f"いまの状態「{labels[now]}」ではできません。できるのは「{names}」のときです。", field="status"
        )


def said(reason: str) -> str:
    """The reason. Raises Invalid where none is given."""
    if not reason.strip():
        raise Invalid("理由を入力してください。", field="reason")
    return reason
