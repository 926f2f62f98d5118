"""不達: a letter of ours came back. It is marked, and whoever has to know hears of it; no letter of that comes back."""

from __future__ import annotations

from collections.abc import Mapping

from domain import charge, outbox
from domain.actor import Author
from domain.calendar import Attendee
from domain.outbox import Letter

REASONS: Mapping[str, str] = {
    "5.1": "宛先のアドレスが見つかりません",
    "5.2": "宛先のメールボックスが受け取れる状態ではありません",
    "5.3": "宛先のメールサーバーが受け取れる状態ではありません",
    "5.4": "宛先のメールサーバーに届きません",
    "5.7": "宛先のメールサーバーに拒まれました",
}
"""By class and subject of the code (RFC 3463 §3)."""


async def take_back(author: Author, letter: Letter, attendee: Attendee | None, code: str) -> None:
    """Mark the letter, and tell whoever has to know (`charge`)."""
    if await outbox.mark_returned(letter, author.now, code):
        reason = REASONS.get(code.rpartition(".")[0], "届けられませんでした")
        await charge.tell_undelivered(author, letter, attendee, f"{reason}（{code}）" if code else reason)
