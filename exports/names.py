"""Names of files that leave: readable in an office, harmless on every disk, safe in a header."""

from __future__ import annotations

import re
from unicodedata import category, normalize
from urllib.parse import quote

from domain.japanese import Measure, Period, PeriodBasis, era_of

LONGEST = 60
FORBIDDEN = re.compile(r'[\\/:*?"<>|～〜\s]+')
ATTR_CHAR = "!#$&+-.^_`|~"


def file_name(*parts: str, extension: str) -> str:
    """R08Q2_活動状況_中央署_20261005.xlsx out of its parts; NFC, at most 60 characters.

    What a disk forbids becomes a hyphen, what cannot be seen vanishes. A name that is too long loses the end of
    its longest parts, never the extension.
    """
    said = [part for part in map(_harmless, parts) if part] or ["file"]
    while (excess := len("_".join(said)) + 1 + len(extension) - LONGEST) > 0:
        longest = max(range(len(said)), key=lambda at: len(said[at]))
        said[longest] = _shortened(said[longest], excess)
    return f"{'_'.join(said)}.{extension}"


def period_part(period: Period) -> str:
    """R08Q2, R08 (年度), CY2026Q3, CY2026 (暦年) or 20261231 (現在)."""
    if period.measure is Measure.AS_OF:
        return f"{period.ends_on:%Y%m%d}"
    if period.basis is PeriodBasis.CALENDAR_YEAR:
        return period.code
    era = era_of(period.starts_on.replace(month=period.basis.first_month, year=period.year))
    quarter = f"Q{period.quarter}" if period.quarter else ""
    return f"{era.letter}{period.year - era.first_year + 1:02}{quarter}"


def ascii_twin(name: str) -> str:
    """The same name for old mailers and browsers: what is ASCII in it, or `file` with its extension."""
    stem, dot, extension = name.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", normalize("NFKC", stem)).strip("_-")
    return f"{plain or 'file'}{dot}{extension}"


def content_disposition(name: str, kind: str = "attachment", about: str = "") -> str:
    """The header's value, with both names (RFC 6266 §4.3, RFC 8187 §3.2); the twin begins with what it is `about`."""
    twin = f"{about}-{ascii_twin(name)}" if about else ascii_twin(name)
    return f"{kind}; filename=\"{twin}\"; filename*=UTF-8''{quote(name, safe=ATTR_CHAR)}"


def _harmless(part: str) -> str:
    visible = "".join(c for c in normalize("NFC", part) if category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return FORBIDDEN.sub("-", visible.strip()).strip(".-_")


def _shortened(part: str, excess: int) -> str:
    kept = part[: max(len(part) - excess, 1)]
    while len(kept) > 1 and category(part[len(kept) : len(kept) + 1] or "x").startswith("M"):
        kept = kept[:-1]
    return kept.rstrip(".-_")
