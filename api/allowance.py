"""How much one may ask for: an account its requests and rows, a feed its fetches, a network what nobody known asks from
it; each from a bucket that fills up again.

Kept in the memory of a process, so several workers together grant as many times as much. It keeps a script that runs
wild, or a roster that is read out page by page, from taking everybody's time. Logins are counted in the database
(`domain.accounts.throttling`), and so is how much personal data an account is shown (`domain.watching`), of which each
process asks once a minute.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain import watching
from domain.actor import OUTSIDERS, Actor, Role
from domain.errors import RateLimited
from domain.watching import SHARES, Share, Shown

MOST_ACCOUNTS = 10_000


class Budget(NamedTuple):
    """At most `most` at once, and `per_second` in the long run."""

    per_second: float
    most: float


ROWS: Mapping[Role, Budget] = dict.fromkeys(Role, Budget(per_second=2_000, most=200_000)) | dict.fromkeys(
    OUTSIDERS, Budget(per_second=20, most=40_000)
)
"""The dearest question costs 20,000. The desk reads whole lists; a company, a school or a volunteer has a few dozen."""


class Budgets(NamedTuple):
    """What is granted at the doors. `requests`, `rows`, `files` (rows of downloads that name no persons) and `pages`
    (those of `/account`) are for an account, `feed` is for one address of a calendar: a hundred programs that read a
    station's every five minutes fetch it once in three seconds. A feed that has two, while the key is changed, has it
    twice, and so has each that has ended: few, and all known only to whom they were told. It is not counted in the
    database, where each look would have to write what an unchanged feed does not even read: it only keeps one calendar
    from taking everybody's time, and does so whether it is granted once or by each worker.

    `network` is for pages that are asked for without a session: a whole prefecture behind one address that logs in
    between half past eight and nine, six pages each, comes to ten a second. `guesses` are addresses of feeds, answers
    and links that open nothing: one who holds a true one is never counted, so nobody beside a guesser waits.
    """

    requests: Budget = Budget(per_second=20, most=300)
    rows: Mapping[Role, Budget] = ROWS
    pages: Budget = Budget(per_second=2, most=120)
    feed: Budget = Budget(per_second=1, most=300)
    network: Budget = Budget(per_second=50, most=3_000)
    guesses: Budget = Budget(per_second=0.5, most=120)
    shares: Mapping[Role, Share] = SHARES
    files: Budget = Budget(per_second=2_000, most=200_000)


ENDLESS = Budget(per_second=math.inf, most=math.inf)
UNLIMITED = Budgets(ENDLESS, dict.fromkeys(Role, ENDLESS), ENDLESS, ENDLESS, ENDLESS, ENDLESS, shares={}, files=ENDLESS)


class Bucket:
    """What is left of one budget for each; full for whoever has not asked for a while."""

    def __init__(self, budget: Budget, message: str) -> None:
        self.budget = budget
        self.message = message
        self.left: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()

    def take(self, who: Hashable, amount: float, now: datetime, message: str = "") -> None:
        """Raises RateLimited, with the seconds to wait, where not so much is left; then nothing is taken. Where there
        is a `message` it says so in these words."""
        left, at = self.left.get(who, (self.budget.most, now))
        if at < now:  # a clock that is put back gives nothing
            left = min(left + (now - at).total_seconds() * self.budget.per_second, self.budget.most)
        if amount > left:
            wait = math.ceil((amount - left) / self.budget.per_second)
            raise RateLimited((message or self.message).format(wait=wait), retry_after=wait)
        self.left[who] = left - amount, now
        self.left.move_to_end(who)
        if len(self.left) > MOST_ACCOUNTS:
            self.left.popitem(last=False)

    def give_back(self, who: Hashable, amount: float) -> None:
        """What was taken for nothing."""
        if who in self.left:
            left, at = self.left[who]
            self.left[who] = min(left + amount, self.budget.most), at


MOST_OFTEN = timedelta(minutes=1)


class Memory:
    """What each account was shown of personal data, as the database told it last."""

    def __init__(self, shares: Mapping[Role, Share]) -> None:
        self.shares = shares
        self.known: OrderedDict[tuple[UUID, Role], tuple[Shown, datetime]] = OrderedDict()

    async def must_leave_some(self, actor: Actor) -> None:
        """Raises RateLimited where the actor has been shown the share of their role."""
        share, who = self.shares.get(actor.role), (actor.person_id, actor.role)
        if share is None:
            return
        told, at = self.known.get(who, (None, actor.now))
        if told is None or abs(actor.now - at) >= MOST_OFTEN:
            told = await watching.shown(actor.now, *who)
            self.known[who] = told, actor.now
            self.known.move_to_end(who)
            if len(self.known) > MOST_ACCOUNTS:
                self.known.popitem(last=False)
        told.must_leave_some(share)


class Allowance:
    """All buckets of one process."""

    def __init__(self, budgets: Budgets | None = None) -> None:
        given = budgets or Budgets()
        asked = "問い合わせが多すぎます。{wait}秒ほど待ってから送り直してください。"
        read = "読み取る量が多すぎます。{wait}秒ほど待つか、条件をしぼってから送り直してください。"
        written = "書き出しが続きすぎています。{wait}秒ほど待ってから、もう一度書き出してください。"
        opened = "このページを開く回数が多すぎます。{wait}秒ほど待ってから開き直してください。"
        fetched = "予定表の取得が多すぎます。{wait}秒ほど待ってください。更新の間隔を15分以上にしてください。"
        unknown = "使えないアドレスが何度も開かれました。{wait}秒ほど待ち、届いたメールのアドレスを確かめてください。"
        self.requests = Bucket(given.requests, asked)
        self.rows = {role: Bucket(budget, read) for role, budget in given.rows.items()}
        self.files = Bucket(given.files, written)
        self.pages, self.network = Bucket(given.pages, opened), Bucket(given.network, opened)
        self.feed, self.guesses = Bucket(given.feed, fetched), Bucket(given.guesses, unknown)
        self.shown = Memory(given.shares)
