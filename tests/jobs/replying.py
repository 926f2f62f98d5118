"""Mails as calendar programs and mail servers write them, byte by byte, without our own renderer."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from tests.clock import NOW

UID = "01jz8qy4@renkei.example"
ADDRESS = "contact1@partner.example"
DESK = "station1@police.aohama.example"
GENUINE = (
    "mx.police.example; dkim=pass (2048-bit key) header.d=partner.example header.s=s1; spf=pass;"
    " dmarc=pass header.from=partner.example"
)


def calendar(**over: Any) -> bytes:
    """A REPLY of one VEVENT; a value of None leaves its line out, `attendee` is a whole property."""
    given = {
        "method": "REPLY",
        "uid": UID,
        "sequence": "2",
        "stamp": _utc(NOW + timedelta(hours=1)),
        "attendee": f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Megumi:mailto:{ADDRESS}",
        "start": "20260729T000000Z",
        "end": "20260729T030000Z",
        "comment": None,
        "more": None,
    } | over
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Example Corp//Calendar 9//EN",
        "VERSION:2.0",
        _line("METHOD", given["method"]),
    ]
    lines += ["BEGIN:VEVENT", _line("UID", given["uid"]), _line("SEQUENCE", given["sequence"])]
    lines += [_line("DTSTAMP", given["stamp"]), _line("DTSTART", given["start"]), _line("DTEND", given["end"])]
    lines += [f"ORGANIZER:mailto:{DESK}", given["attendee"], _line("COMMENT", given["comment"]), given["more"]]
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(line for line in lines if line is not None).encode()


def _line(name: str, value: str | None) -> str | None:
    return None if value is None else f"{name}:{value}"


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def mail(ics: bytes | None = None, sender: str = ADDRESS, **over: Any) -> bytes:
    """The mail around it: `kind` and `params` of the calendar's part, and any header with `_` for `-`."""
    kind, params = over.pop("kind", "text/calendar"), over.pop("params", {"method": "REPLY", "charset": "UTF-8"})
    body = EmailMessage(policy=SMTP)
    body["From"], body["To"], body["Subject"] = sender, DESK, "Accepted: drill"
    body["Message-ID"] = over.pop("message_id", "<reply-1@partner.example>")
    for name, value in over.items():
        body[name.replace("_", "-")] = value
    body.set_content("Megumi has accepted.\n")
    if ics is not None:
        main, sub = kind.split("/")
        body.add_alternative(ics, main, sub, cte="base64", params=params)
    return body.as_bytes()


def bounce(message_id: str, action: str = "failed") -> bytes:
    """What a mail server sends back (RFC 3464)."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.partner.example\r\n"
        f"To: {DESK}\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b-1@mx.partner.example>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nUser unknown\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.partner.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ADDRESS}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: {DESK}\r\nMessage-ID: {message_id}\r\n\r\n--x--\r\n"
    ).encode()
