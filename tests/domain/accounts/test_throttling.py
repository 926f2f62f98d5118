"""Knocking too often: attackers wait longer and longer, and whoever is attacked still comes in."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import accounts
from domain.accounts import Caller, Stage, entering, throttling
from domain.accounts.throttling import Familiar, Knock, door, may_try, network_of
from domain.errors import RateLimited, Unauthenticated
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

MEGUMI = "megumi@partner.example"
SECOND = timedelta(seconds=1)


async def attack(login: str, times: int, caller: Caller = keys.ELSEWHERE) -> list[type[Exception]]:
    """Wrong passwords at one instant, and what each was answered."""
    answers: list[type[Exception]] = []
    for _ in range(times):
        with pytest.raises((Unauthenticated, RateLimited)) as refused:
            await keys.enter(login, caller, password="wrong")
        answers.append(type(refused.value))
    return answers


def test_after_five_tries_a_name_is_paused_everywhere_but_where_it_is_known(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        await keys.enter(MEGUMI)
        assert await attack(MEGUMI, 7) == [Unauthenticated] * 5 + [RateLimited] * 2
        with pytest.raises(RateLimited) as refused:
            await keys.enter(MEGUMI, Caller("203.0.113.5"))
        assert refused.value.message == entering.PAUSED
        for own in ("192.0.2.10", "192.0.2.99"):
            assert (await keys.enter(MEGUMI, Caller(own))).stage is Stage.INSIDE

    play(story)


def test_names_that_nobody_has_are_paused_alike(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await attack("nobody@nowhere.example", 7) == [Unauthenticated] * 5 + [RateLimited] * 2

    play(story)


def test_each_pause_is_twice_the_last_and_none_is_longer_than_a_quarter_of_an_hour(play: Any) -> None:
    async def story(town: Town) -> None:
        one, now, pauses = door(keys.GATE, "someone", "192.0.2.1"), NOW, []
        for _ in range(18):
            assert await may_try(now, one)
            opens_at = (await Knock.get(key=one.name)).opens_at
            if opens_at > now:
                assert not await may_try(opens_at - timedelta(milliseconds=1), one)
            pauses.append(max(0, (opens_at - now).total_seconds()))
            now = max(now, opens_at)
        assert pauses == [0] * 4 + [2**n for n in range(10)] + [900] * 4

    play(story)


def test_a_day_without_a_try_forgets_them_all(play: Any) -> None:
    async def story(town: Town) -> None:
        one = door(keys.GATE, "someone", "192.0.2.1")
        for _ in range(5):
            await may_try(NOW, one)
        assert not await may_try(NOW, one)
        assert await may_try(NOW + throttling.FORGOTTEN, one)
        assert (await Knock.get(key=one.name)).tries == 1

    play(story)


def test_one_password_on_many_names_pauses_the_network_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        results = [await may_try(NOW, door(keys.GATE, f"name {n}", f"198.51.100.{n}")) for n in range(60)]
        assert results == [True] * 50 + [False] * 10
        with pytest.raises(RateLimited):
            await keys.enter(MEGUMI, Caller("198.51.100.77"))
        assert (await keys.enter(MEGUMI)).stage is Stage.INSIDE

    play(story)


def test_who_is_known_on_a_paused_network_comes_in_all_the_same(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        await keys.enter(MEGUMI)
        for n in range(60):
            await may_try(NOW, door(keys.GATE, f"name {n}", keys.HERE.address))
        assert (await keys.enter(MEGUMI)).stage is Stage.INSIDE

    play(story)


def test_many_tries_at_one_instant_are_counted_before_they_are_looked_at(play: Any) -> None:
    async def story(town: Town) -> None:
        one = door(keys.GATE, "someone", "192.0.2.1")
        taken = await asyncio.gather(*[may_try(NOW, one) for _ in range(30)])
        assert sum(taken) == 5

    play(story)


def test_a_second_factor_opens_to_an_officer_whom_others_lock_out(play: Any) -> None:
    async def story(town: Town) -> None:
        _, key, codes = await keys.enrolled(town, town.officer, "officer-1")
        await attack("officer-1", 5)
        name, new = door(keys.GATE, "officer-1", "").name, Caller("203.0.113.5")
        await Knock.filter(key=name).update(opens_at=NOW + timedelta(hours=1))
        now, next_step = NOW + 30 * SECOND, NOW + 60 * SECOND
        for wrong in ({}, {"code": "000000"}, {"code": codes[0][:-1]}):
            with pytest.raises(RateLimited):
                await keys.enter("officer-1", new, now, **wrong)
        with pytest.raises(Unauthenticated):
            await keys.enter("officer-1", new, now, code=keys.number(key, now), password="wrong")
        entered = await keys.enter("officer-1", new, next_step, code=keys.number(key, next_step))
        assert await accounts.actor_of(entered.secret, next_step) == make.at(town.officer, next_step)
        assert (await keys.enter("officer-1", Caller("203.0.200.5"), next_step, code=codes[0])).stage is Stage.INSIDE
        assert (await Knock.get(key=name)).opens_at == NOW + timedelta(hours=1)

    play(story)


def test_numbers_cannot_be_tried_one_after_the_other(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.enrolled(town, town.officer, "officer-1")
        visit = await keys.visited(await keys.enter("officer-1"))
        answers = []
        for n in range(8):
            with pytest.raises((RateLimited, Unauthenticated)) as refused:
                await accounts.prove(NOW, keys.GATE, visit, f"{n:06}", keys.HERE)
            answers.append(type(refused.value))
        assert answers == [Unauthenticated] * 5 + [RateLimited] * 3

    play(story)


def test_numbers_tried_elsewhere_do_not_keep_the_officer_out(play: Any) -> None:
    async def story(town: Town) -> None:
        _, key, _ = await keys.enrolled(town, town.officer, "officer-1")
        at = door(keys.GATE, "officer-1", "198.51.100.7", "code")
        assert sum([await throttling.may_try_code(NOW, replace(at, own=f"network {n}")) for n in range(120)]) == 100
        later = NOW + timedelta(minutes=1)
        visit = await keys.visited(await keys.enter("officer-1", now=later), later)
        entered = await accounts.prove(later, keys.GATE, visit, keys.number(key, later), keys.HERE)
        assert entered.stage is Stage.INSIDE

    play(story)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_network_is_what_one_office_is_given(address: str, network: str) -> None:
    assert network_of(address) == network


def test_neither_names_nor_addresses_are_kept_and_old_counters_go(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        await keys.enter(MEGUMI)
        await attack("nobody@nowhere.example", 2)
        kept = str([row.key for row in await Knock.all()] + [row.key for row in await Familiar.all()])
        assert not any(said in kept for said in ("megumi", "nobody", "192.0", "198.51"))
        await accounts.tidy(NOW + throttling.FORGOTTEN)
        assert (await Knock.all().count(), await Familiar.all().count()) == (0, 1)
        await accounts.tidy(NOW + throttling.FAMILIAR)
        assert await Familiar.all().count() == 0

    play(story)
