"""What the letters say: two text files for every kind, which an office may edit, in one frame.

`<kind>/subject.txt` and `<kind>/body.txt` stand between `opening.txt` and `closing.txt`. A `$name` becomes
the fact of that name; a line whose fact is empty is left out, so one template serves with and without a
place. The files are read for every letter: an edit counts from the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from domain.errors import Incomplete

HERE = Path(__file__).parent
KINDS = (
    "lecture-received",
    "lecture-confirmed",
    "lecture-changed",
    "lecture-handed-over",
    "lecture-postponed",
    "lecture-rescheduled",
    "lecture-cancelled",
    "lecture-refused",
    "lecture-withdrawn",
    "lecture-assigned",
    "lecturer-confirmed",
    "lecturer-postponed",
    "lecturer-released",
    "lecturer-silent",
    "lecturer-lost",
    "lecture-contact-left",
    "drill-invitation",
    "drill-changed",
    "drill-rescheduled",
    "drill-confirmed",
    "drill-released",
    "drill-cancelled",
    "activity-invitation",
    "activity-confirmed",
    "activity-changed",
    "activity-cancelled",
    "activity-released",
    "activity-waitlisted",
    "activity-still-waitlisted",
    "answer-received",
    "reminder-day-before",
    "agreement-expiring",
    "feed-address",
    "unit-feed-ended",
    "account-invitation",
    "account-changed",
    "password-reset",
    "appointed",
    "volunteer-resigned",
    "journal-head",
    "unusual-looks",
    "volunteer-dismissed",
    "volunteer-expired",
    "guardian-address-missing",
)

OPTIONAL = (
    "contact",
    "place",
    "online_url",
    "reason",
    "reply_by",
    "reply_url",
    "number",
    "authority",
    "audience",
    "expected_count",
    "equipment",
    "lecturers",
    "missing",
    "copied_for",
)
"""Facts that may be missing; `contact` is the 担当・内線 of the signature."""

COPY = r"\1【写し】"

OURS = ("reply_url", "feed_url", "link_url")
"""Facts that are addresses of this installation: only these become links."""

_FIRST_BRACKET = re.compile("^(【[^】]*】)?")
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: str, facts: Mapping[str, object], templates: Path = HERE) -> Rendered:
    """Fill in the letter; `Incomplete` names a fact that is missing, KeyError an unknown kind.

    Facts are single lines: `unit_name`, `unit_phone` (the switchboard, to call back), `recipient` with its
    honorific, `title`, `short_id`, and per kind `when` (in words, Japanese time), `day` (本日, 明日: as it is
    when the letter leaves), `place`, `online_url`, `reason`, `reply_by`, `reply_url`, `feed_url`, `link_url`,
    `login`, `hours`, `what` (has changed of an account), `expires_on`, `days`, `contact`, `number`, `authority`,
    `ended_on`, `lecturer`, `answer`, `missing` (what there is to do now), `person`, `audience`, `expected_count`,
    `equipment`, `copied_for` (whose letter this is a guardian's copy of), and of looks `who`, `shown_on`, `between`,
    `count`, `how`.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    known = dict.fromkeys(OPTIONAL, "") | {name: _single_line(value) for name, value in facts.items()}
    subject = _filled(templates / kind / "subject.txt", known).strip()
    if known["copied_for"]:
        subject = _FIRST_BRACKET.sub(COPY, subject, count=1)
    parts = (templates / "opening.txt", templates / kind / "body.txt", templates / "closing.txt")
    text = "\n".join(_filled(part, known) for part in parts)
    return Rendered(
        subject, text, _html(text, {known[name] for name in OURS if known.get(name, "").startswith("http")})
    )


def _single_line(value: object) -> str:
    """Nobody who fills in a form can add paragraphs to a letter of the police."""
    return "" if value is None else _LINE_BREAKS.sub(" ", str(value))


def _filled(file: Path, facts: Mapping[str, str]) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = "\n".join(line for line in lines if all(facts.get(name) != "" for name in _names(line)))
    try:
        return re.sub(r"\n{3,}", "\n\n", Template(kept).substitute(facts)).strip("\n") + "\n"
    except KeyError as missing:
        raise _unfit(file, f"${missing.args[0]} の値がありません", str(missing.args[0])) from missing
    except ValueError as stray:
        raise _unfit(file, "$ の使い方が正しくありません（$ の字そのものは $$ と書きます）") from stray


def _unfit(file: Path, what: str, field: str | None = None) -> Incomplete:
    return Incomplete(f"手紙のひな形 {file.parent.name}/{file.name} で、{what}。ひな形を直してください。", field)


def _names(line: str) -> list[str]:
    return Template(line).get_identifiers()


def _html(text: str, ours: set[str]) -> str:
    paragraphs = "\n".join(f"<p>{_paragraph(block, ours)}</p>" for block in text.strip().split("\n\n"))
    return f'<!DOCTYPE html>\n<html lang="ja">\n<body>\n{paragraphs}\n</body>\n</html>\n'


def _paragraph(block: str, ours: set[str]) -> str:
    shown = escape(block)
    for url in map(escape, ours):
        shown = shown.replace(url, f'<a href="{url}">{url}</a>')
    return shown.replace("\n", "<br>\n")
