"""配布資料: files of the desk that belong to a date, and are released to those who are asked to it.

`kinds` is what a file may be, `document` the paper with its states and who sees it, `keeping` what is done with it,
`telling` who is told of it.
"""

from domain.documents.document import (
    LABELS,
    MOVES,
    Document,
    DocumentContent,
    DocumentStatus,
    find_content,
    find_released,
    visible_to,
)
from domain.documents.keeping import add, correct, end, release, withdraw
from domain.documents.kinds import MEDIA_TYPES, MOST_BYTES, DocumentKind
from domain.documents.telling import settle

__all__ = [
    "LABELS",
    "MEDIA_TYPES",
    "MOST_BYTES",
    "MOVES",
    "Document",
    "DocumentContent",
    "DocumentKind",
    "DocumentStatus",
    "add",
    "correct",
    "end",
    "find_content",
    "find_released",
    "release",
    "settle",
    "visible_to",
    "withdraw",
]
