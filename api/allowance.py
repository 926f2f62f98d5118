"""How much one account may ask for: requests, and rows that they might read, each from a bucket that fills up again.

Kept in the memory of a process, so several workers together grant as many times as much. It keeps a script that runs
wild, or a roster that is read out page by page, from taking everybody's time; who looks at what is written down
elsewhere (`domain.looks`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import RateLimited

MOST_ACCOUNTS = 10_000


@dataclass(frozen=True)
class Budget:
    """At most `most` at once, and `per_second` in the long run."""

    per_second: float
    most: float


REQUESTS = Budget(per_second=20, most=300)
ROWS = Budget(per_second=2_000, most=200_000)


class Bucket:
    """What is left of one budget for each account; full for whoever has not asked for a while."""

    def __init__(self, budget: Budget, message: str) -> None:
        self.budget = budget
        self.message = message
        self.left: OrderedDict[UUID, tuple[float, datetime]] = OrderedDict()

    def take(self, who: UUID, amount: float, now: datetime) -> None:
        """Raises RateLimited, with the seconds to wait, where not so much is left; then nothing is taken."""
        left = self._left(who, now)
        if amount > left:
            wait = math.ceil((amount - left) / self.budget.per_second)
            raise RateLimited(self.message.format(wait=wait), retry_after=wait)
        self.left[who] = left - amount, now
        self.left.move_to_end(who)
        if len(self.left) > MOST_ACCOUNTS:
            self.left.popitem(last=False)

    def _left(self, who: UUID, now: datetime) -> float:
        left, at = self.left.get(who, (self.budget.most, now))
        passed = max((now - at).total_seconds(), 0)  # a clock that is put back gives nothing
        return min(left + passed * self.budget.per_second, self.budget.most)


class Allowance:
    """Both buckets of one process."""

    def __init__(self, requests: Budget = REQUESTS, rows: Budget = ROWS) -> None:
        self.requests = Bucket(requests, "問い合わせが多すぎます。{wait}秒ほど待ってから送り直してください。")
        self.rows = Bucket(rows, "読み取る量が多すぎます。{wait}秒ほど待つか、条件をしぼってから送り直してください。")


UNLIMITED = Budget(per_second=math.inf, most=math.inf)
