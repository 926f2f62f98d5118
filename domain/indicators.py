"""指標: what is an indicator by its very form, and so has no place in what is kept or told here (S6)."""

from __future__ import annotations

import re

from domain.errors import Invalid

INDICATOR = re.compile(
    r"\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b"  # SHA-256, SHA-1, MD5
    r"|hxxps?|\[(?:\.|dot)\]"  # addresses that were made harmless
    r"|\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b",
    re.IGNORECASE,
)
"""Whoever writes one of these has taken the envelope for its content."""
NO_INDICATORS = (
    "IPアドレス・ハッシュ値・接続先などの指標、検体、個別の事案は、この仕組みで扱いません。"
    "その部分を除き、必要なら定められた経路で伝えてください。"
)


def must_name_none(text: str, field: str) -> str:
    """The text as given. Raises Invalid, with the field, where an indicator stands in it."""
    if INDICATOR.search(text):
        raise Invalid(NO_INDICATORS, field=field)
    return text
