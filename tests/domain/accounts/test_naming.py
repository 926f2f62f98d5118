"""Login names: each prefecture gives its own and learns nothing of another's."""

from typing import Any

import pytest

from domain import accounts, installation
from domain.accounts import Account, Stage
from domain.accounts.account import Credential
from domain.actor import Role
from domain.errors import Conflict, RateLimited, Unauthenticated
from domain.outbox import Letter
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.domain.test_walls import beside
from tests.make import Town

MEGUMI = "megumi@partner.example"


async def partners(town: Town) -> tuple[Account, Account, Town]:
    """The contact of a company that works with two prefectures, invited by each to the same name."""
    other = await beside(town)
    _, here = await keys.partner(town)
    contact = await make.contact(other.hq, await make.company(other.hq))
    there = await accounts.invite(other.admin, person_id=contact.person_id, role=Role.PARTNER)
    kept = (await Credential.get(account_id=here.id)).password_hash
    await Credential.filter(account_id=there.id).update(password_hash=kept)
    return here, there, other


async def entered_as(login: str) -> Account:
    entered = await keys.enter(login)
    assert entered.stage is Stage.INSIDE
    return (await keys.visited(entered)).account


def test_a_name_that_another_prefecture_has_is_given_without_a_word(play: Any) -> None:
    async def story(town: Town) -> None:
        here, there, _ = await partners(town)
        assert here.login == there.login == MEGUMI
        assert here.prefecture_id != there.prefecture_id

    play(story)


def test_a_name_is_given_once_in_a_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.officer, "officer-1")
        with pytest.raises(Conflict, match="すでに使われています"):
            await accounts.invite(town.admin, person_id=town.hq.person_id, role=Role.HQ_LIAISON, login=" OFFICER-1 ")
        assert await Account.all().count() == 1

    play(story)


def test_the_code_of_the_prefecture_before_the_name_says_whose_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        here, there, _ = await partners(town)
        assert (await entered_as(f"01/{MEGUMI}")).id == here.id
        assert (await entered_as(f" 02/{MEGUMI.upper()} ")).id == there.id
        for nobodys in (MEGUMI, f"03/{MEGUMI}", f"/{MEGUMI}", "01/", "01"):
            with pytest.raises(Unauthenticated):
                await keys.enter(nobodys)

    play(story)


def test_who_has_an_account_in_two_prefectures_is_told_by_letter_what_to_type(play: Any) -> None:
    async def story(town: Town) -> None:
        here, there, other = await partners(town)
        await accounts.send_reset(town.admin, here.id)
        await accounts.send_reset(other.admin, there.id)
        told = [letter.facts["login"] for letter in await Letter.filter(kind="password-reset").order_by("id")]
        assert told == [f"01/{MEGUMI}", f"02/{MEGUMI}"]
        assert [(await entered_as(login)).id for login in told] == [here.id, there.id]

    play(story)


def test_a_code_before_the_name_gives_no_more_tries(play: Any) -> None:
    async def story(town: Town) -> None:
        await partners(town)
        for login in (f"01/{MEGUMI}", MEGUMI, f"1/{MEGUMI}", f"x/{MEGUMI}", f"y/{MEGUMI}"):
            with pytest.raises(Unauthenticated):
                await keys.enter(login, keys.ELSEWHERE, password="wrong")
        with pytest.raises(RateLimited):
            await keys.enter(f"01/{MEGUMI}", keys.ELSEWHERE, password="wrong")

    play(story)


def test_in_the_only_prefecture_the_name_is_enough_beside_the_national_police_too(play: Any) -> None:
    async def story(town: Town) -> None:
        await installation.admit_national(NOW, name=("全国", "統計"), label="集計")
        npa = await Unit.get(code="NPA")
        counting = await Person.get(unit_id=npa.id)
        _, here = await keys.partner(town)
        for login in ("npa-1", MEGUMI):
            national = await accounts.opened(town.admin, counting, Role.NATIONAL, npa, login)
            assert await accounts.known_as(login, NOW) == (here if login == MEGUMI else national)
            await Account.filter(id=national.id).update(ended_at=NOW)

    play(story)
