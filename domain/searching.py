"""検索: rows by a text that occurs in their search key, found by an index from two characters on, behind walls too.

The keys fold what people write differently (`japanese.search_key`). Names are short and many begin alike, so what is
indexed are the pairs of their characters (0002_rules): three, as trigrams need, many a Japanese name does not have.
"""

from __future__ import annotations

SEARCHED = (
    "agreement",
    "campaign",
    "contact",
    "council",
    "council_information",
    "council_meeting",
    "drill",
    "encounter",
    "notice",
    "organization",
    "outreach_event",
    "person",
    "volunteer",
    "volunteer_group",
    "wifi_spot",
)
"""The tables that have such an index. Of units there are too few for one."""


def found_in(table: str, key: str) -> str:
    """The ids, as SQL for an array, of the rows of the table whose search key this expression occurs in; of the
    prefecture whose wall stands. Which of them may be seen is for whoever reads the rows to ask."""
    if table not in SEARCHED:
        raise LookupError(f"{table} has no index of its search keys")
    return f"array(select find_{table}({key}))"
