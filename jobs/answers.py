"""What a mail says, as far as it can be read: lenient, because calendars write replies in many forms.

Nothing is believed here, and nothing that arrives can end anything: what cannot be read is said to say nothing.

A reply is found in any part that is a calendar by its type or name (RFC 6047 §2.6 would look at the type alone; Outlook
and Proton do not write it). Foreign recurrences are never expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from hashlib import sha256
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from icalendar import Calendar

from domain.actor import TOKYO
from domain.incoming import Told
from domain.japanese import shown

LARGEST_CALENDAR = 256 * 1024
LARGEST_HEAD, LONGEST_HEADER = 64 * 1024, 8 * 1024
MOST_LINES, MOST_BORDERS, MOST_NESTED = 150_000, 200, 20
"""What no reply has: the parser of the standard library takes minutes over it, and a mail is read in seconds or not at
all. Of such a mail only the head counts."""

MOST_COMPONENTS = 20
LONGEST_REMARK, LONGEST_ADDRESS = 500, 254
LARGEST_NUMBER = 2**31 - 1
AUTOMATIC = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
OWN_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")
OWN_TAG = re.compile(r"bounce\+([0-9a-f]{32})@", re.IGNORECASE)
"""The letter stands in the address to which it comes back, for servers that leave its heads out (`mail.Envelope`)."""

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
HEADER = re.compile(rb"(?m)^[!-9;-~]+:.*(?:\r?\n[ \t].*)*")
CONTENT = re.compile(rb"(?im)^content-[a-z-]+:.*(?:\r?\n[ \t].*)*")
NESTS = re.compile(rb"(?i)^content-type:\s*(?:multipart|message)/")
READ = frozenset(
    b"from to cc delivered-to x-original-to message-id auto-submitted precedence return-path"
    b" authentication-results".split()
)
"""The headers that are read of any mail."""

CODE = re.compile(r"(?im)^Status:\s*([245]\.\d{1,3}\.\d{1,3})\b")
COMMENT = re.compile(r"\([^()]*\)")


def read(raw: bytes, received_at: datetime, proves: str | None = None) -> Told:
    """What the mail says. `proves` names the mail server of our own whose Authentication-Results count (RFC 8601)."""
    mail = _parsed(raw)
    sender = _sender(mail)
    return Told(
        digest=sha256(_header(mail, "Message-ID").encode() or raw).hexdigest(),
        received_at=received_at,
        sender=sender,
        is_proven=proves is not None and _is_proven(mail, proves, sender.rpartition("@")[2]),
        is_automatic=_is_automatic(mail),
        to=tuple(_addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To")),
        **_returned(mail),
        **_calendar(mail),
    )


def _parsed(raw: bytes) -> EmailMessage:
    """The mail, or of one that would take too long, the headers that are read here."""
    if _takes_long(raw):
        raw = b"".join(_short_heads(raw)) + b"\r\n"
    return message_from_bytes(raw, policy=default)


def _takes_long(raw: bytes) -> bool:
    head = END_OF_HEAD.split(raw, 1)[0]
    if len(head) > LARGEST_HEAD or raw.count(b"\n") > MOST_LINES or raw.count(b"\n--") > MOST_BORDERS:
        return True
    said = CONTENT.findall(raw)
    nested = [one for one in said if NESTS.match(one)]
    return len(nested) > MOST_NESTED or any(len(one) > LONGEST_HEADER for one in said)


def _short_heads(raw: bytes) -> Iterator[bytes]:
    head = END_OF_HEAD.split(raw, 1)[0][:LARGEST_HEAD]
    for line in HEADER.findall(head):
        if len(line) <= LONGEST_HEADER and line.partition(b":")[0].strip().lower() in READ:
            yield line.rstrip(b"\r\n") + b"\r\n"


def _header(mail: EmailMessage, name: str) -> str:
    """The header's text; nothing where there is none, or it cannot be read."""
    return next(iter(_headers(mail, name)), "")


def _headers(mail: EmailMessage, name: str) -> list[str]:
    if any(len(value) > LONGEST_HEADER for known, value in mail.raw_items() if known.lower() == name.lower()):
        return []
    try:
        return [" ".join(str(value).split()) for value in mail.get_all(name, [])]
    except Exception:  # the parser of the standard library raises many kinds on what it finds strange
        return []


def _addresses(mail: EmailMessage, *names: str) -> Iterator[str]:
    for _, address in getaddresses([text for name in names for text in _headers(mail, name)]):
        if _is_address(address):
            yield address


def _is_address(text: str) -> bool:
    return "@" in text and len(text) <= LONGEST_ADDRESS and text.isprintable() and " " not in text


def _sender(mail: EmailMessage) -> str:
    """The one address in From; of several nobody can say whose word it is."""
    found = list(_addresses(mail, "From"))
    return found[0] if len(found) == 1 else ""


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a program has sent it by itself (RFC 3834 §5; the older Precedence; an empty return path)."""
    submitted = _header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    precedence = _header(mail, "Precedence").strip().lower()
    return submitted not in ("", "no") or precedence in AUTOMATIC or _header(mail, "Return-Path") == "<>"


def _is_proven(mail: EmailMessage, proves: str, domain: str) -> bool:
    """Whether the last server that wrote its findings is ours and has found the sender's domain genuine: by DMARC, or
    by a DKIM signature of that domain or one above it."""
    named = [text.partition(";") for text in _headers(mail, "Authentication-Results")]
    said = next((said for by, _, said in named if by.split()[:1] == [proves]), "") if domain else ""
    return any(_proves(COMMENT.sub("", finding).split(), domain.casefold()) for finding in said.split(";"))


def _proves(words: list[str], domain: str) -> bool:
    facts = dict(word.casefold().split("=", 1) for word in words if "=" in word)
    if facts.get("dmarc") == "pass":
        return facts.get("header.from") == domain
    signed = facts.get("header.d") or facts.get("header.i", "").rpartition("@")[2]
    return facts.get("dkim") == "pass" and "." in signed and (domain == signed or domain.endswith(f".{signed}"))


# ------------------------------------------------------------------ what came back (RFC 3464)


def _returned(mail: EmailMessage) -> dict[str, Any]:
    """The letter of ours that could not be delivered for good, and the code of why (RFC 3463)."""
    if mail.get_content_type() != "multipart/report":
        return {}
    parts = list(mail.walk())
    reports = [part.as_string() for part in parts if part.get_content_type() == "message/delivery-status"]
    failed = next((report for report in reports if re.search(r"(?im)^Action:\s*failed", report)), None)
    if failed is None:
        return {}
    heads = [part.as_string() for part in parts if part.get_content_type() in ("message/rfc822", "text/rfc822-headers")]
    ids = [OWN_ID.search(line) for head in heads for line in re.findall(r"(?im)^Message-ID:\s*(?:\r?\n\s+)?.*", head)]
    tags = [OWN_TAG.match(to) for to in _addresses(mail, "To", "Delivered-To", "X-Original-To")]
    letter, code = next((UUID(found[1]) for found in (*ids, *tags) if found), None), CODE.search(failed)
    return {"returned": letter, "returned_code": code[1] if letter and code else ""}


# ------------------------------------------------------------------ the calendar in it


def _calendar(mail: EmailMessage) -> dict[str, Any]:
    """What its calendar says; nothing where there is none, or it is none that can be a reply."""
    for part in mail.walk():
        if not _is_calendar(part):
            continue
        try:
            return _reply(part, _content(part))
        except Exception:  # a foreign parser on foreign bytes: whatever it stumbles over, it is no reply
            return {}
    return {}


def _is_calendar(part: Any) -> bool:
    try:
        named = (part.get_filename() or "").lower().endswith(".ics")
    except Exception:  # as above
        named = False
    return not part.is_multipart() and (named or part.get_content_type() in ("text/calendar", "application/ics"))


def _content(part: Any) -> bytes:
    content: bytes = part.get_payload(decode=True) or b""
    if len(content) > LARGEST_CALENDAR or content.upper().count(b"BEGIN:") > MOST_COMPONENTS:
        raise ValueError("larger than any reply")
    return content


def _reply(part: Any, content: bytes) -> dict[str, Any]:
    calendar = Calendar.from_ical(content)
    method, announced = str(calendar.get("METHOD", "")).upper(), str(part.get_param("method") or "").upper()
    events = calendar.walk("VEVENT")
    if len(events) != 1 or "RECURRENCE-ID" in events[0] or announced not in ("", method):
        return {}
    (event,) = events
    answering = _attendee(event)
    return {
        "method": method[:20],
        "uid": str(event.get("UID", ""))[:255],
        "attendee": _bare(answering),
        "delegate": _delegate(answering),
        "partstat": _partstat(answering),
        "sequence": _number(event),
        "stamp": _instant(event, "DTSTAMP"),
        "proposed": _proposed(event) if method == "COUNTER" else None,
        "remark": _remark(event),
    }


def _attendee(event: Any) -> Any:
    """Who answers; nobody where several do. Of two it is the one who lets the other come (RFC 5546 §3.2.2.3)."""
    found = event.get("ATTENDEE", [])
    several = found if isinstance(found, list) else [found]
    if len(several) != 1:
        several = [one for one in several if _partstat(one) == "DELEGATED"]
    return several[0] if len(several) == 1 else None


def _partstat(attendee: Any) -> str:
    return str(attendee.params.get("PARTSTAT", "")).upper() if attendee is not None else ""


def _delegate(attendee: Any) -> str:
    """Whom an attendee lets come instead, where it is one person."""
    named = attendee.params.get("DELEGATED-TO", "") if attendee is not None else ""
    several = named if isinstance(named, list) else [named]
    return _bare(several[0]) if len(several) == 1 else ""


def _bare(address: Any) -> str:
    scheme, _, bare = str(address).partition(":")
    written = unquote(bare).strip() if scheme.lower() == "mailto" else ""
    return written if _is_address(written) else ""


def _number(event: Any) -> int:
    return max(-1, min(int(event.get("SEQUENCE", 0)), LARGEST_NUMBER))


def _instant(event: Any, name: str, zone: tzinfo = UTC) -> datetime | None:
    """The instant; one without a zone counts as of this one, and a day as none."""
    value = event.get(name)
    moment = value.dt if value is not None else None
    if not isinstance(moment, datetime):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _proposed(event: Any) -> tuple[datetime, datetime] | None:
    """From when to when it should be instead; a time without a zone is our own."""
    begins, lasts = _instant(event, "DTSTART", TOKYO), event.get("DURATION")
    ends = begins + lasts.dt if begins and lasts is not None else _instant(event, "DTEND", TOKYO)
    return (begins, ends) if begins and ends and begins < ends else None


def _remark(event: Any) -> str:
    found = event.get("COMMENT", "")
    text = " ".join(map(str, found)) if isinstance(found, list) else str(found)
    return shown(" ".join(text.split()), LONGEST_REMARK - 1)
