"""One letter as bytes: the MIME shape of an invitation, pure ASCII on the wire, the same bytes every time.

The shape follows RFC 6047 §2.4 and §2.5 and what the large calendar programs send themselves: the calendar
part is the last alternative, and a byte-identical copy is attached for those who only open attachments.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from dataclasses import field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.actor import TOKYO
from domain.errors import Invalid
from domain.values import dataclass

if TYPE_CHECKING:
    from jobs.signing import Dkim, Smime

LONGEST_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3: a path is 256 octets, its angle brackets included."""

_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+=-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Envelope:
    """A letter that is ready to go to exactly one person.

    `message_id` with its angle brackets, the same at every attempt; `calendar` is (METHOD, iCalendar bytes)
    for iMIP; `date` an aware instant. Names are as people write them, addresses pure ASCII. With a `tag`, answers and
    what cannot be delivered come back to addresses that hold it (RFC 5233), for the servers that keep such.
    """

    message_id: str
    sender_name: str
    sender_address: str
    to_name: str
    to_address: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    calendar: tuple[str, bytes] | None = field(repr=False)
    date: datetime
    tag: str = ""

    @property
    def returns_to(self) -> str:
        """Where the mail servers send back what they cannot deliver."""
        return f"bounce+{self.tag}@{self.sender_address.rpartition('@')[2]}" if self.tag else self.sender_address


@dataclass(frozen=True)
class Seals:
    """What is put on a letter to prove that it is ours, as far as the operator has keys."""

    dkim: Dkim | None = None
    smime: Smime | None = None


UNSEALED = Seals()


def message(envelope: Envelope, seals: Seals = UNSEALED) -> bytes:
    """The whole mail with CRLF line ends; without seals, equal envelopes give equal bytes.

    Raises `Invalid` for what must never reach a mail server: control characters in a header, an address that
    is none. A calendar whose METHOD is not the one announced (RFC 6047 §2.4) is a bug, and raises ValueError.
    """
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(envelope)).encode("ascii")
    content, sender = _body(envelope).as_bytes(), envelope.sender_address
    if seals.smime and seals.smime.covers(sender, envelope.to_address):
        content = seals.smime.signed(content, sender)
    whole = head + content
    return seals.dkim.signed(whole) if seals.dkim and seals.dkim.covers(sender) else whole


def _headers(e: Envelope) -> list[tuple[str, str]]:
    return [
        ("From", _mailbox(e.sender_name, e.sender_address, "sender")),
        ("To", _mailbox(e.to_name, e.to_address, "to")),
        ("Subject", _words(_safe(e.subject, "subject"))),
        ("Date", _date(e.date)),
        ("Message-ID", _known_id(e.message_id)),
        ("Auto-Submitted", "auto-generated"),
        *([("Reply-To", _tagged(e.sender_address, e.tag))] if e.tag else []),
        ("MIME-Version", "1.0"),
    ]


def _tagged(address: str, tag: str) -> str:
    """The same mailbox with a plus tag. Only here: calendars answer to ORGANIZER, which has none (RFC 6047 §2.3)."""
    name, _, host = address.rpartition("@")
    return bare_address(f"{name}+{tag}@{host}", "sender_address")


def _mailbox(name: str, address: str, role: str) -> str:
    shown = _words(_safe(name, f"{role}_name"))
    bare = bare_address(address, f"{role}_address")
    return f"{shown}\r\n <{bare}>" if shown else bare


def bare_address(address: str, field: str) -> str:
    """The address as mail servers take it, or `Invalid` saying what to do (RFC 5321 §4.1.2)."""
    if _unsafe(address):
        raise _no_address(field)
    try:
        spec = Address(addr_spec=address).addr_spec
    except (HeaderParseError, ValueError, IndexError) as error:
        raise _no_address(field) from error
    if not spec.isascii() or "@" not in spec.strip("@") or len(spec) > LONGEST_ADDRESS:
        raise _no_address(field)
    return spec


def _no_address(field: str) -> Invalid:
    return Invalid(
        "このメールアドレスは規格に合わない記号の並びや文字があり、送信できません。別のアドレスを登録してください。",
        field,
    )


def _safe(text: str, field: str) -> str:
    if _unsafe(text):
        raise Invalid("改行や制御文字は件名・氏名に使えません。取り除いてください。", field)
    return text


def _unsafe(text: str) -> bool:
    return any(unicodedata.category(c) in _UNSAFE or c in _BIDI for c in text)


def _date(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("the date of a letter needs a time zone")
    return format_datetime(instant.astimezone(TOKYO))


def _known_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a Message-ID looks like <name@host>")
    return message_id


# Written here because the standard library inserts spaces into long names when it folds them.
def _words(text: str) -> str:
    """Encoded words of RFC 2047 §2, each whole in itself and short enough for any header line."""
    if len(text) <= 60 and _PLAIN.fullmatch(text):
        return text
    return "\r\n ".join(f"=?UTF-8?B?{b64encode(chunk).decode('ascii')}?=" for chunk in _chunks(text, 36))


def _chunks(text: str, octets: int) -> list[bytes]:
    chunks = [b""] if text else []
    for character in text:
        encoded = character.encode()
        if len(chunks[-1]) + len(encoded) > octets:
            chunks.append(b"")
        chunks[-1] += encoded
    return chunks


def _body(e: Envelope) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    body.set_content(e.text, charset="utf-8", cte="base64")
    if e.html is not None:
        body.add_alternative(e.html, subtype="html", charset="utf-8", cte="base64")
    if e.calendar is not None:
        _add_calendar(body, *e.calendar)
    _settle_boundaries(body, e.message_id)
    del body["MIME-Version"]  # it belongs to the head of the mail, whatever is put around this
    return body


def _add_calendar(body: EmailMessage, method: str, ics: bytes) -> None:
    if f"METHOD:{method}".encode() not in ics.splitlines():
        raise ValueError(f"the calendar does not carry METHOD:{method}")
    shown = {"method": method, "charset": "UTF-8", "component": "VEVENT", "name": "invite.ics"}
    copied = {"name": "invite.ics"}
    body.add_alternative(ics, "text", "calendar", cte="base64", params=shown)
    body.add_attachment(ics, "application", "ics", filename="invite.ics", params=copied)


def _settle_boundaries(body: EmailMessage, message_id: str) -> None:
    digest = sha256(message_id.encode()).hexdigest()[:24]
    for depth, part in enumerate(part for part in body.walk() if part.is_multipart()):
        part.set_boundary(f"=_{depth}_{digest}")  # base64 never holds "=_", so no content can close a part
