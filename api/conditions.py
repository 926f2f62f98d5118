"""What the other side of an HTTP answer has already, and what it understands."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers

NO_GZIP = ("Microsoft Exchange", "Microsoft Office", "Outlook")
"""User agents that get identity whatever they ask for: Outlook on the web has shown nothing where it was compressed."""


def has_tag(asked: Iterable[tuple[bytes, bytes]], digest: str) -> bool | None:
    """Whether a tag that the asker names is this one, compared weakly (RFC 9110 §13.1.2); None where none is named."""
    named = [value for name, value in asked if name == b"if-none-match"]
    if not named:
        return None
    offered = b",".join(named)  # no tag has a quotation mark within
    return f'"{digest}"'.encode() in offered or offered.strip() == b"*"


def wants_gzip(asked: Headers) -> bool:
    """Whether gzip is named, and not refused by a weight of nothing (RFC 9110 §12.5.3)."""
    agent = asked.get("user-agent", "")
    if any(one in agent for one in NO_GZIP):
        return False
    for coding in ",".join(asked.getlist("accept-encoding")).lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "").rstrip("0") not in ("q=", "q=0.")
    return False
