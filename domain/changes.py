"""変更の知らせ: what a change of a date means for those who have it in their calendars. Decided here and nowhere else.

Compared is what a calendar was told last with what it would be told now. From that follows whether SEQUENCE rises, who
gets a REQUEST, who a CANCEL and who nothing (RFC 5546 §2.1.4, §3.2.2, §3.2.5), and of several letters that wait what
the one says that leaves for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from domain.outbox import Method
from domain.values import dataclass

RAISING: Mapping[str, str] = {
    "starts_at": "DTSTART",
    "ends_at": "DTEND",
    "status": "STATUS",
    "place": "LOCATION",
}
"""What of a date makes people look at their diary again, and how calendars call it. RFC 5546 §2.1.4 names the first
three, and DURATION, DUE, RRULE, RDATE and EXDATE, which no entry of ours ever has; the place is by our own rule."""

QUIET: Mapping[str, str] = {"title": "SUMMARY", "online_url": "URL", "about": "DESCRIPTION"}
"""What changes under the same SEQUENCE; the newer DTSTAMP tells which text is the newer (§2.1.5). Where somebody finds
the meeting (URL) they are told in any case; what it is called, and what it is for, only where the office wants that."""

SAID: Mapping[str, tuple[str, str]] = {
    "title": ("件名", "なし"),
    "when": ("日時", "なし"),
    "place": ("場所", "未定"),
    "online_url": ("オンライン", "なし"),
    "format": ("形式", "なし"),
    "agenda": ("議題", "なし"),
    "purpose": ("目的", "なし"),
    "objectives": ("目標", "なし"),
    "audience": ("対象", "なし"),
    "expected_count": ("予定人数", "なし"),
    "equipment": ("機材", "なし"),
}
"""What a letter shows before and after, by what name, and what stands there where nothing is said: facts of letters in
the order in which these say them."""

LONGEST = 120
"""Characters of before and after together that a line still shows; the letter has the new text in full."""

WEIGHTS: Mapping[str, int] = {
    "drill-invitation": 3,
    "meeting-invitation": 3,
    "signing-invitation": 3,
    "activity-invitation": 3,
    "activity-waitlisted": 3,
    "activity-seat-offered": 3,
    "activity-offer-lapsed": 3,
    "activity-still-waitlisted": 3,
    "lecture-assigned": 3,
    "outreach-invitation": 3,
    "encounter-invitation": 3,
    "drill-rescheduled": 2,
    "meeting-rescheduled": 2,
    "signing-rescheduled": 2,
    "lecture-rescheduled": 2,
    "outreach-rescheduled": 2,
    "encounter-rescheduled": 2,
    "lecture-confirmed": 1,
    "lecturer-confirmed": 1,
    "drill-confirmed": 1,
    "activity-confirmed": 1,
    "drill-changed": 0,
    "meeting-changed": 0,
    "signing-changed": 0,
    "activity-changed": 0,
    "lecture-changed": 0,
    "outreach-changed": 0,
    "encounter-changed": 0,
    "answer-received": -1,
}
"""Which of several kinds of letters is written where one leaves for all: who was never asked is asked, and no letter
says "the date stays" where another tells a new one, or no more than that an answer has come where something is new."""

TEXTUAL = frozenset(
    {
        *("drill-changed", "activity-changed", "outreach-changed"),
        *("meeting-changed", "signing-changed", "encounter-changed"),
    }
)
"""Letters that tell of nothing but what calendars show of a date."""


def raises(changed: Iterable[str]) -> bool:
    """Whether SEQUENCE rises with a change of these columns of a date."""
    return not RAISING.keys().isdisjoint(changed)


def method_for(is_off: bool, is_asked: bool) -> Method:
    """What somebody's calendar is told of a date as it stands: to take it up, or out."""
    return Method.REQUEST if is_asked and not is_off else Method.CANCEL


@dataclass(frozen=True)
class Told:
    """What one reader has been told of a date so far: the method and what else their calendar got last, if it got
    anything, and whether they know of the date at all."""

    method: Method | None = None
    sequence: int = -1
    online_url: str = ""
    knows: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)
    """The facts of `SAID` of which their last letter spoke, as it had them."""


@dataclass(frozen=True)
class Waiting:
    """A letter that has not left, as this module needs it."""

    kind: str
    method: Method
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Leaving:
    """The one letter that leaves for those which waited; without a method it is a mail and no word to the calendar.
    `changed` has a line for each thing that is other than its reader was told last: before and after."""

    kind: str
    method: Method | None
    facts: dict[str, Any]
    changed: list[str] = field(default_factory=list)


def leaving(before: Told, waiting: Sequence[Waiting], *, tells_texts: bool) -> Leaving | None:
    """What a reader is told instead of these letters, oldest first, of which only the last may be a CANCEL; None where
    nothing has to be said.

    Whose calendar never got a REQUEST gets no CANCEL; and whoever has heard nothing at all of the date hears nothing.
    A change of texts alone is told where `tells_texts`.
    """
    last = waiting[-1]
    if last.method is Method.CANCEL:
        is_known = before.method is Method.REQUEST
        return Leaving(last.kind, Method.CANCEL if is_known else None, _said([last])) if before.knows else None
    if not tells_texts and _is_textual(before, waiting):
        return None
    heaviest = max(reversed(waiting), key=lambda letter: WEIGHTS.get(letter.kind, 0))
    facts = _said(waiting)
    return Leaving(heaviest.kind, Method.REQUEST, facts, compared(before.said, facts))


def compared(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """日時：旧 → 新, and nothing of what is as it was, or of which only one of the two letters speaks."""
    both = [fact for fact in SAID if fact in before and fact in now and before[fact] != now[fact]]
    return [_line(*SAID[fact], before[fact], now[fact]) for fact in both]


def _line(name: str, nothing: str, before: Any, now: Any) -> str:
    was, is_now = _words(before) or nothing, _words(now) or nothing
    is_short = len(was) + len(is_now) <= LONGEST
    return f"・{name}：{was} → {is_now}" if is_short else f"・{name}：下のとおり改めました"


def _words(value: Any) -> str:
    return "、".join(one.removeprefix("・") for one in value) if isinstance(value, list) else str(value)


def _is_textual(before: Told, waiting: Sequence[Waiting]) -> bool:
    """Whether their calendar shows the date already as it stands, but for what it is called."""
    now = waiting[-1].facts
    is_same = (before.sequence, before.online_url) == (now.get("sequence"), now.get("online_url", ""))
    return is_same and before.method is Method.REQUEST and all(letter.kind in TEXTUAL for letter in waiting)


def _said(waiting: Sequence[Waiting]) -> dict[str, Any]:
    """All that was to be said, the newest last."""
    facts: dict[str, Any] = {}
    for letter in waiting:
        facts |= letter.facts
    return facts | {"asks": any(letter.facts.get("asks", True) for letter in waiting)}
