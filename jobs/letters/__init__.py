"""What the letters say: text files for every kind, in one frame, each of which an office may replace.

`<kind>/subject.txt` and `<kind>/body.txt` stand between `opening.txt` and `closing.txt`. A `$name` becomes
the fact of that name; a line whose fact is empty is left out, so one template serves with and without a
place. The HTML part says the same, within `page.html` and made of `pieces/` (`html`); where there is a
`<kind>/body.html`, in its words. A file of the same name in the office's own directory takes the place of ours. The
files are read for every letter: an edit counts from the next one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from domain.errors import Incomplete
from domain.values import dataclass
from jobs.letters.html import PIECES, Writer

HERE = Path(__file__).parent
OPENING, CLOSING, PAGE = "opening.txt", "closing.txt", "page.html"
SUBJECT = "subject.txt"
OF_A_KIND = (SUBJECT, "body.txt", "body.html")
ENCODING = "utf-8-sig"
"""With or without the mark (BOM) that some editors put before the first letter, where it would be read as one."""

ONE_LINE = "件名が1行になっていません"
STRAY = "$ の使い方が正しくありません（$ の字そのものは $$ と書きます）"
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
    "drill-body-rescheduled",
    "drill-body-cancelled",
    "signing-invitation",
    "signing-changed",
    "signing-rescheduled",
    "signing-released",
    "signing-cancelled",
    "meeting-invitation",
    "meeting-changed",
    "meeting-rescheduled",
    "meeting-released",
    "meeting-cancelled",
    "body-unreached",
    "activity-invitation",
    "activity-confirmed",
    "activity-changed",
    "activity-cancelled",
    "activity-released",
    "activity-waitlisted",
    "activity-still-waitlisted",
    "activity-seat-offered",
    "activity-offer-lapsed",
    "outreach-invitation",
    "outreach-changed",
    "outreach-rescheduled",
    "outreach-released",
    "outreach-cancelled",
    "encounter-invitation",
    "encounter-changed",
    "encounter-rescheduled",
    "encounter-released",
    "encounter-cancelled",
    "answer-received",
    "counter-declined",
    "uninvited",
    "attendee-lost",
    "letter-returned",
    "reminder-day-before",
    "reminder-unanswered",
    "papers-released",
    "notice",
    "notice-withdrawn",
    "report-due",
    "digest",
    "agreement-expiring",
    "agreement-renewing-itself",
    "contact-data-changed",
    "contact-check",
    "notices-chosen",
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
    "own_url",
    "buttons",
    "number",
    "authority",
    "format",
    "purpose",
    "objectives",
    "council",
    "agenda",
    "planned_count",
    "theme",
    "audience",
    "expected_count",
    "equipment",
    "charge",
    "changed",
    "lecturers",
    "missing",
    "copied_for",
    "coming",
    "works",
    "waiting",
    "acknowledge_by",
    "replaced",
    "text",
    "message",
)
"""Facts that may be missing; `contact` is the 担当・内線 of the signature."""

COPY = r"\1【写し】"

_FIRST_BRACKET = re.compile("^(【[^】]*】)?")
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: str, facts: Mapping[str, object], own: Path | None = None) -> Rendered:
    """Fill in the letter; `Incomplete` names a fact that is missing, KeyError an unknown kind.

    Facts are single lines (lists of such are `objectives`, the `agenda` of a `council`'s meeting, what has `changed`
    since this reader was told last, and of a digest, with its `date`, `coming`, `works`, `waiting`; the `text` of a
    notice, the `message` of a campaign):
    `unit_name`, `unit_phone` (the switchboard, to call back), `recipient` with its honorific, `title`, `short_id`,
    and per kind `when` (in words, Japanese time), `day` (本日, 明日: as it is when the letter leaves), `place`,
    `online_url`, `reason`, `reply_by`, `reply_url`, `own_url`, `buttons` (whether answers by the calendar arrive),
    `feed_url`, `feed_page`, `dav_url`, `link_url`, `login`, `hours`, `what` (has changed of an account), `said`,
    `check_url` and `body` (where to look whether one is known right as the contact of which),
    `reminded` and `silence` (when somebody is reminded, and when told nothing),
    `expires_on`, `notice_by`, `days`, `contact`, `number`, `authority`, `ended_on`, `lecturer`, `answer`,
    `missing` (what there is to do now), `person`, `charge` (whose date it is, and how to call them), of a drill
    `format`, `purpose` and `planned_count` (people of the reader's body), of a lecture `theme`, `audience`,
    `expected_count`, `equipment`,
    `copied_for` (whose letter this is a guardian's copy of), of a notice `severity`, `handling`, `valid_until`,
    `acknowledge_by`, `replaced` and `notice_url`, and of looks `who`, `shown_on`, `between`, `count`, `how`.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    known = dict.fromkeys(OPTIONAL, "") | {name: _single_line(value) for name, value in facts.items()}
    subject = _subject(_file(f"{kind}/subject.txt", own), known)
    if known["copied_for"]:
        subject = _FIRST_BRACKET.sub(COPY, subject, count=1)
    texts = [_filled(_file(name, own), known) for name in (OPENING, f"{kind}/body.txt", CLOSING)]
    return Rendered(subject, "\n".join(texts), _html(texts, _file(f"{kind}/body.html", own), known, own))


def _subject(file: Path, facts: Mapping[str, str]) -> str:
    subject = _filled(file, facts).strip()
    if len(subject.splitlines()) > 1:
        raise _unfit(file, ONE_LINE)
    return subject


def _file(name: str, own: Path | None) -> Path:
    theirs = own / name if own else None
    return theirs if theirs and theirs.exists() else HERE / name


def _single_line(value: object) -> str:
    """Nobody who fills in a form can add paragraphs to a letter of the police; only what the program itself lists has
    lines of its own, below the words before it."""
    if isinstance(value, list):
        return "".join(f"\n{_single_line(line)}" for line in value)
    return "" if value is None else _LINE_BREAKS.sub(" ", str(value))


def _filled(file: Path, facts: Mapping[str, str]) -> str:
    lines = _read(file).splitlines()
    kept = "\n".join(line for line in lines if all(facts.get(name) != "" for name in _names(line)))
    try:
        return re.sub(r"\n{3,}", "\n\n", Template(kept).substitute(facts)).strip("\n") + "\n"
    except KeyError as missing:
        raise _unfit(file, f"${missing.args[0]} の値がありません", str(missing.args[0])) from missing
    except ValueError as stray:
        raise _unfit(file, STRAY) from stray


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding=ENCODING)
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(file, "文字を読めません（UTF-8 で書き、権限を確かめてください）") from error


def _unfit(file: Path, what: str, field: str | None = None) -> Incomplete:
    return Incomplete(f"手紙のひな形 {file.parent.name}/{file.name} で、{what}。ひな形を直してください。", field)


def _names(line: str) -> list[str]:
    return Template(line).get_identifiers()


def _html(texts: Sequence[str], body: Path, known: Mapping[str, str], own: Path | None) -> str:
    pieces = {name: _template(_file(_piece(name), own), PIECES[name]) for name in PIECES}
    opening, said, closing = texts

    def piece(name: str, /, **html: str) -> str:
        return pieces[name].substitute(html)

    write = Writer(known, piece)
    filled = _filled(body, {name: escape(value) for name, value in known.items()}) if body.exists() else ""
    parts = (write.opening(opening), filled.strip("\n") or write.text(said), write.text(closing, "note"))
    return _filled(_file(PAGE, own), {"content": "\n".join(parts)})


def _piece(name: str) -> str:
    return f"pieces/{name}.html"


def _template(file: Path, facts: Collection[str]) -> Template:
    """Without the end of its last line: some pieces stand within one."""
    template = Template(_read(file).rstrip("\n"))
    if not template.is_valid():
        raise _unfit(file, STRAY)
    if strange := sorted(set(template.get_identifiers()) - set(facts)):
        raise _unfit(file, f"${strange[0]} の値がありません", strange[0])
    return template


# ------------------------------------------------------------------ what an office has written itself


def must_be_usable(own: Path) -> None:
    """Raises Incomplete for a directory that is not there, a file that takes no place of ours or cannot be read, and a
    template with a fact that a letter of its kind does not have."""
    if not own.is_dir():
        raise Incomplete(f"ディレクトリ {own} がないか、開けません。")
    for file in sorted(path for path in own.rglob("*") if not path.is_dir()):
        _must_take_a_place(file, file.relative_to(own))


def _must_take_a_place(file: Path, name: Path) -> None:
    kind = name.parent.name
    is_of_a_kind = len(name.parts) == 2 and kind in KINDS and name.name in OF_A_KIND
    if not is_of_a_kind and str(name) not in (OPENING, CLOSING, PAGE, *map(_piece, PIECES)):
        raise Incomplete(f"{name} という名のひな形はありません。")
    try:
        template = Template(file.read_text(encoding=ENCODING))
    except (OSError, UnicodeDecodeError) as error:
        raise Incomplete(f"ひな形 {name} を読めません。UTF-8の文字で書き、権限を確かめてください。") from error
    if name.name == SUBJECT and len(template.template.strip().splitlines()) != 1:
        raise Incomplete(f"ひな形 {name} で、{ONE_LINE}。")
    if not template.is_valid():
        raise Incomplete(f"ひな形 {name} の {STRAY}。")
    if strange := sorted(set(template.get_identifiers()) - _facts_of(name)):
        raise Incomplete(f"ひな形 {name} の ${strange[0]} に入る値は、この手紙にはありません。")


def _facts_of(name: Path) -> set[str]:
    """The facts that a template may name: those that ours of the same letter do, and those that may be missing."""
    if str(name) == PAGE:
        return {"content"}
    if str(name.parent) == "pieces":
        return set(PIECES[name.stem])
    ours = (HERE / OPENING, HERE / CLOSING, *(HERE / name.parent / each for each in OF_A_KIND), HERE / name)
    texts = [file.read_text(encoding=ENCODING) for file in ours if file.exists()]
    return set(OPTIONAL).union(*(Template(text).get_identifiers() for text in texts))
