"""Two at the same keys at once: whoever came by the old ones is not inside when the new ones are in force."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import accounts, database
from domain.accounts import Account, factors, passwords, sessions
from domain.accounts.account import Credential
from domain.errors import Refused, Unauthenticated
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

NEW, OTHER = "かえる五匹 池の中で", "きつね二匹 山の上で"


@dataclass
class Patient(ThreadPoolExecutor):
    """A real pool that looks at a password and keeps the result back until it is told to hand it over."""

    has_looked: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        def looked() -> Any:
            result = fn(*args, **kwargs)
            self.has_looked.set()
            self.may_go_on.wait(10)
            return result

        return super().submit(looked)


async def set_another(account: Account) -> None:
    """Another password, as a letter's link sets one; the hashing is done before."""
    async with in_transaction("default"):
        await accounts.set_password(NOW, await Account.get(id=account.id), passwords.hasher().hash(NEW))


async def somebody_waits() -> bool:
    """Whether within ten seconds a statement of another connection waits for a row that is ours."""
    for _ in range(1000):
        if await database.rows("SELECT 1 AS one FROM pg_locks WHERE NOT granted LIMIT 1"):
            return True
        await asyncio.sleep(0.01)
    return False


async def outcome(attempt: Awaitable[object]) -> str:
    try:
        await attempt
    except Refused as refused:
        return type(refused).__name__
    return "done"


def test_a_password_that_was_right_when_it_was_looked_at_opens_nothing_after_the_change(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        pool = Patient()
        monkeypatch.setattr(passwords, "HASHING", pool)
        login = asyncio.create_task(keys.enter(account.login))
        await asyncio.to_thread(pool.has_looked.wait, 10)
        await set_another(account)
        pool.may_go_on.set()
        with pytest.raises(Unauthenticated):
            await login
        assert await sessions.Session.all().count() == 0

    play(story)


def test_a_login_waits_for_a_change_that_is_under_way_and_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        elsewhere = copy_context()
        async with in_transaction("default"):
            await accounts.set_password(NOW, account, passwords.hasher().hash(NEW))
            login = asyncio.create_task(keys.enter(account.login), context=elsewhere)
            assert await somebody_waits()
            assert not login.done()
        with pytest.raises(Unauthenticated):
            await login
        assert await sessions.Session.all().count() == 0

    play(story)


def test_whatever_the_order_nobody_is_inside_by_the_old_password_in_the_end(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await asyncio.gather(*[outcome(keys.enter(account.login)) for _ in range(3)], set_another(account))
        assert await accounts.living(account.id, NOW) == []

    play(story)


def test_of_two_who_change_the_password_at_once_the_first_has_changed_it(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visits = [await keys.visited(await keys.enter(account.login)) for _ in range(2)]
        done = await asyncio.gather(
            *[
                outcome(accounts.change_password(NOW, keys.GATE, visit, keys.PASSWORD, new, keys.HERE))
                for visit, new in zip(visits, (NEW, OTHER), strict=True)
            ]
        )
        assert sorted(done) == ["Unauthenticated", "done"]
        winner = (NEW, OTHER)[done.index("done")]
        kept = (await Credential.get(account_id=account.id)).password_hash
        assert await passwords.fits(winner, kept)
        assert len(await accounts.living(account.id, NOW)) == 1

    play(story)


Ending = Callable[[Town, Account], Awaitable[object]]
ENDINGS: dict[str, Ending] = {
    "logged out everywhere": lambda _, account: sessions.end_own(NOW, account),
    "locked": lambda town, account: accounts.lock(town.admin, account.id),
    "another password": lambda _, account: set_another(account),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_what_was_begun_in_a_session_is_not_finished_after_its_end(play: Any, name: str) -> None:
    async def story(town: Town) -> None:
        account, _, codes = await keys.enrolled(town, town.officer, "officer-1")
        halfway = await keys.visited(await keys.enter("officer-1"))
        inside = await keys.visited(await accounts.prove(NOW, keys.GATE, halfway, codes[0], keys.HERE))
        again = await keys.visited(await keys.enter("officer-1"))
        offer = factors.offer(keys.GATE, inside)
        before = await Credential.get(account_id=account.id)
        await ENDINGS[name](town, account)
        for attempt in (
            accounts.prove(NOW, keys.GATE, again, codes[1], keys.HERE),
            accounts.enroll(NOW, keys.GATE, inside, offer.sealed, keys.number(offer.key), keys.HERE),
            factors.renew_codes(NOW, inside),
            accounts.change_own_address(NOW, keys.GATE, inside, keys.PASSWORD, "x@elsewhere.example", keys.HERE),
        ):
            assert await outcome(attempt) != "done"
        assert await accounts.living(account.id, NOW) == []
        assert (await Credential.get(account_id=account.id)).factor == before.factor
        assert (await Account.get(id=account.id)).mail_address == account.mail_address

    play(story)
