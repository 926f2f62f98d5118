"""The second factor: a number counts once, its key is readable to nobody, and a lost telephone is no lost account."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import accounts
from domain.accounts import Account, Gate, Stage, envelopes, factors
from domain.accounts.account import Credential, RecoveryCode
from domain.errors import Invalid, NotAllowed, Unauthenticated
from domain.keys import Keys
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

STEP = timedelta(seconds=30)


async def halfway(now: Any = NOW) -> Any:
    return await keys.visited(await keys.enter("officer-1", now=now), now)


async def proves(code: str, now: Any = NOW) -> bool:
    """Whether this code leads inside, by a password and a session of its own."""
    visit = await halfway(now)
    try:
        entered = await accounts.prove(now, keys.GATE, visit, code, keys.HERE)
    except Unauthenticated:
        assert await accounts.living(visit.account.id, now) == []
        return False
    await accounts.sessions.end_own(now, visit.account)
    return entered.stage is Stage.INSIDE


@pytest.fixture
def enrolled(run: Any) -> Any:
    """Play a story with an officer who has a second factor and has logged out."""

    def go(story: Any) -> None:
        async def whole() -> None:
            town = await keys.make.town()
            account, key, codes = await keys.enrolled(town, town.officer, "officer-1")
            await accounts.sessions.end_own(NOW, account)
            await story(town, account, key, codes)

        run(whole())

    return go


def test_the_number_of_the_moment_leads_inside_by_a_new_session(enrolled: Any) -> None:
    async def story(_: Town, __: Any, key: str, ___: Any) -> None:
        now = NOW + STEP
        before = await keys.enter("officer-1", now=now)
        after = await accounts.prove(now, keys.GATE, await keys.visited(before, now), keys.number(key, now), keys.HERE)
        assert after.secret != before.secret
        assert await accounts.visit(before.secret, now) is None
        assert await accounts.visit(after.secret, now) is not None

    enrolled(story)


def test_no_number_counts_twice_not_even_at_once(enrolled: Any) -> None:
    async def story(_: Town, account: Any, key: str, __: Any) -> None:
        assert not await proves(keys.number(key))
        now = NOW + STEP
        tries = [factors.prove(now, keys.GATE, account, keys.number(key, now)) for _ in range(4)]
        assert sorted(await asyncio.gather(*tries)) == [False] * 3 + [True]
        assert not await proves(keys.number(key, now), now)

    enrolled(story)


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(enrolled: Any, steps: int, counts: bool) -> None:
    async def story(_: Town, __: Any, key: str, ___: Any) -> None:
        now = NOW + 10 * STEP
        assert await proves(keys.number(key, now + steps * STEP), now) is counts

    enrolled(story)


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "１２３", "鍵", "\x00", "x" * 1000, "' OR 1=1 --"])
def test_whatever_else_is_typed_is_wrong(enrolled: Any, code: str) -> None:
    async def story(_: Town, __: Any, key: str, ___: Any) -> None:
        assert code != keys.number(key, NOW + STEP)
        assert not await proves(code, NOW + STEP)

    enrolled(story)


def test_a_number_may_be_typed_with_blanks_and_in_full_width(enrolled: Any) -> None:
    async def story(_: Town, __: Any, key: str, ___: Any) -> None:
        for n, wide in ((1, False), (2, True)):
            now = NOW + n * STEP
            plain = keys.number(key, now)
            typed = plain.translate({48 + d: 0xFF10 + d for d in range(10)}) if wide else f" {plain[:3]} {plain[3:]} "
            assert await proves(typed, now)

    enrolled(story)


def test_ten_recovery_codes_stand_in_for_the_telephone_each_once(enrolled: Any) -> None:
    async def story(_: Town, account: Any, __: str, codes: list[str]) -> None:
        assert len(set(codes)) == 10
        assert await proves(codes[0].lower())
        assert not await proves(codes[0])
        assert await factors.left(account) == 9
        kept = str([row.sha256 for row in await RecoveryCode.all()])
        assert not any(code in kept or code.replace("-", "") in kept for code in codes)

    enrolled(story)


def test_new_recovery_codes_end_the_old_ones(enrolled: Any) -> None:
    async def story(_: Town, __: Any, key: str, codes: list[str]) -> None:
        now = NOW + STEP
        entered = await accounts.prove(now, keys.GATE, await halfway(now), keys.number(key, now), keys.HERE)
        visit = await keys.visited(entered, now)
        with pytest.raises(NotAllowed):
            await factors.renew_codes(now + timedelta(minutes=15), visit)
        new = await factors.renew_codes(now, visit)
        assert not set(new) & set(codes)
        await accounts.sessions.end_own(now, visit.account)
        assert not await proves(codes[0], now)
        assert await proves(new[0], now)

    enrolled(story)


def test_whoever_is_halfway_cannot_replace_a_second_factor(enrolled: Any) -> None:
    async def story(_: Town, account: Any, __: str, ___: Any) -> None:
        visit = await halfway()
        before = (await Credential.get(account_id=account.id)).factor
        mine = factors.offer(keys.GATE, visit)
        with pytest.raises(NotAllowed):
            await accounts.enroll(NOW, keys.GATE, visit, mine.sealed, keys.number(mine.key), keys.HERE)
        assert (await Credential.get(account_id=account.id)).factor == before
        assert await accounts.living(account.id, NOW) == []

    enrolled(story)


def test_the_key_is_readable_only_with_the_installations_secret_and_in_its_own_row(enrolled: Any) -> None:
    async def story(_: Town, account: Any, key: str, __: Any) -> None:
        kept = (await Credential.get(account_id=account.id)).factor or ""
        assert key not in kept
        assert envelopes.unseal(keys.GATE.keys, factors.FACTOR, str(account.id), kept) == key
        for secret, purpose, about in (
            ("x" * 43, factors.FACTOR, str(account.id)),
            (keys.GATE.secret, factors.OFFER, str(account.id)),
            (keys.GATE.secret, factors.FACTOR, str(account.person_id)),
        ):
            assert envelopes.unseal(Keys(secret), purpose, about, kept) is None
        torn = ("B" if kept[0] == "A" else "A") + kept[1:]
        assert envelopes.unseal(keys.GATE.keys, factors.FACTOR, str(account.id), torn) is None

    enrolled(story)


AFTER = Gate("n" * 43, former=keys.GATE.secret)
"""The house once its key was replaced; what the key before has sealed still opens."""


async def is_by_the_new_key(account: Account) -> bool:
    kept = (await Credential.get(account_id=account.id)).factor or ""
    return envelopes.unseal(Keys(AFTER.secret), factors.FACTOR, str(account.id), kept) is not None


def test_a_second_factor_of_the_key_before_is_taken_and_from_then_on_sealed_by_the_new_one(enrolled: Any) -> None:
    async def story(_: Town, account: Account, key: str, __: Any) -> None:
        later = NOW + 2 * STEP
        assert not await factors.prove(later, AFTER, account, "000000")
        assert not await is_by_the_new_key(account)
        assert await factors.prove(later, AFTER, account, keys.number(key, later))
        assert await is_by_the_new_key(account)
        last = later + 2 * STEP
        assert await factors.prove(last, Gate(AFTER.secret), account, keys.number(key, last))

    enrolled(story)


def test_without_the_key_before_its_second_factors_open_nothing(enrolled: Any) -> None:
    async def story(_: Town, account: Account, key: str, __: Any) -> None:
        later = NOW + 2 * STEP
        assert not await factors.prove(later, Gate(AFTER.secret), account, keys.number(key, later))
        assert await factors.prove(later, keys.GATE, account, keys.number(key, later))

    enrolled(story)


def test_a_second_factor_that_no_key_opens_is_counted_and_left_as_it_is(enrolled: Any) -> None:
    async def story(_: Town, account: Account, key: str, __: Any) -> None:
        mistyped = Gate("n" * 43, former="f" * 43)
        assert await factors.seal_all_anew(NOW, mistyped) == (0, 1)
        assert await factors.prove(NOW + 2 * STEP, keys.GATE, account, keys.number(key, NOW + 2 * STEP))

    enrolled(story)


def test_all_second_factors_are_sealed_anew_at_once_and_only_those_that_have_to_be(enrolled: Any) -> None:
    async def story(_: Town, account: Account, key: str, __: Any) -> None:
        assert [await factors.seal_all_anew(NOW, gate) for gate in (keys.GATE, AFTER, AFTER)] == [
            (0, 0),
            (1, 0),
            (0, 0),
        ]
        later = NOW + 2 * STEP
        assert await factors.prove(later, Gate(AFTER.secret), account, keys.number(key, later))

    enrolled(story)


def test_a_wrong_number_takes_up_nothing_and_anothers_offer_is_none(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.officer, "officer-1")
        visit, other = await halfway(), await halfway()
        offer = factors.offer(keys.GATE, visit)
        for sealed, code in (
            (offer.sealed, "000000"),
            (offer.sealed, ""),
            (factors.offer(keys.GATE, other).sealed, keys.number(offer.key)),
            ("", keys.number(offer.key)),
            ("鍵", keys.number(offer.key)),
        ):
            with pytest.raises(Invalid):
                await accounts.enroll(NOW, keys.GATE, visit, sealed, code, keys.HERE)
        assert not await factors.is_enrolled(account)
        assert await RecoveryCode.all().count() == 0

    play(story)


def test_outsiders_may_have_a_second_factor_and_do_without_again(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visit = await keys.visited(await keys.enter(account.login))
        offer = factors.offer(keys.GATE, visit)
        _, entered = await accounts.enroll(NOW, keys.GATE, visit, offer.sealed, keys.number(offer.key), keys.HERE)
        assert (await keys.enter(account.login)).stage is Stage.HALFWAY
        await factors.give_up(NOW, keys.GATE, await keys.visited(entered))
        assert (await keys.enter(account.login)).stage is Stage.INSIDE
        assert await RecoveryCode.all().count() == 0

    play(story)


def test_officers_cannot_do_without(play: Any) -> None:
    async def story(town: Town) -> None:
        account, key, _ = await keys.enrolled(town, town.officer, "officer-1")
        now = NOW + STEP
        entered = await accounts.prove(now, keys.GATE, await halfway(now), keys.number(key, now), keys.HERE)
        with pytest.raises(NotAllowed):
            await factors.give_up(now, keys.GATE, await keys.visited(entered, now))
        assert await factors.is_enrolled(account)

    play(story)


def test_an_administrator_removes_a_lost_factor_and_the_next_login_asks_for_a_new_one(enrolled: Any) -> None:
    async def story(town: Town, account: Any, _: str, codes: list[str]) -> None:
        await accounts.remove_factor(town.admin, account.id)
        assert not await factors.is_enrolled(account)
        assert not await proves(codes[0])
        visit = await halfway()
        offer = factors.offer(keys.GATE, visit)
        _, entered = await accounts.enroll(NOW, keys.GATE, visit, offer.sealed, keys.number(offer.key), keys.HERE)
        assert entered.stage is Stage.INSIDE

    enrolled(story)
