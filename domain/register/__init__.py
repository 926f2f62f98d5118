"""個人情報の登録簿: every column of every table with its class, every table with its purpose and retention.

What erases, discloses and prints goes by this one register; a table or column without a line fails the tests.
"""

from domain.register.belonging import of_persons, persons_behind, rows_of
from domain.register.headings import heading_in, heading_of
from domain.register.holding import HOUSEKEEPING, PROPOSED, Holding, Retention
from domain.register.holdings import HOLDINGS

__all__ = [
    "HOLDINGS",
    "HOUSEKEEPING",
    "PROPOSED",
    "Holding",
    "Retention",
    "heading_in",
    "heading_of",
    "of_persons",
    "persons_behind",
    "rows_of",
]
