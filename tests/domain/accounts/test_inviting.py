"""What administrators do with accounts, and what they cannot."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from domain import accounts, installation, tokens
from domain.accounts import Account, Stage
from domain.actor import Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Unauthenticated, WrongState
from domain.journal import Entry
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town


def test_an_officer_may_have_an_account_for_each_role_and_no_two_for_one(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.hq.person_id
        await accounts.invite(town.admin, person_id=who, role=Role.HQ_LIAISON)
        with pytest.raises(Conflict):
            await accounts.invite(town.admin, person_id=who, role=Role.ADMIN)
        await accounts.invite(town.admin, person_id=who, role=Role.ADMIN, login="hanako-admin")
        assert {one.role for one in await Account.all()} == {Role.HQ_LIAISON, Role.ADMIN}

    play(story)


def test_whoever_is_inside_already_is_not_invited_again(play: Any) -> None:
    async def story(town: Town) -> None:
        who, account = await keys.partner(town)
        with pytest.raises(Conflict):
            await accounts.invite(town.admin, person_id=who.person_id, role=Role.PARTNER)
        assert (await Account.get(id=account.id)).link_until is None

    play(story)


@pytest.mark.parametrize("role", ["hq", "officer", "statistician"])
def test_only_administrators_invite_and_see_accounts(play: Any, role: str) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.admin, "admin")
        who = getattr(town, role)
        for act in (accounts.lock, accounts.end, accounts.unlock, accounts.send_reset, accounts.revoke_sessions):
            with pytest.raises(NotAllowed):
                await act(who, account.id)
        with pytest.raises(NotAllowed):
            await accounts.invite(who, person_id=who.person_id, role=Role.ADMIN)
        assert await accounts.visible_to(who).count() == 0
        assert (await Account.get(id=account.id)).version == account.version

    play(story)


@pytest.mark.parametrize(("role", "unit"), [(Role.PARTNER, "station"), (Role.HQ_LIAISON, "station")])
def test_a_role_that_does_not_fit_is_not_given(play: Any, role: Role, unit: str) -> None:
    async def story(town: Town) -> None:
        unit_id = getattr(town, unit).id
        with pytest.raises(Invalid):
            await accounts.invite(town.admin, person_id=town.officer.person_id, role=role, unit_id=unit_id)
        account = await keys.opened(town, town.officer, "officer-1")
        with pytest.raises(Invalid):
            await accounts.assign(town.admin, account.id, role=role, unit_id=unit_id)
        assert (await Account.get()).role is Role.STATION_LIAISON

    play(story)


@pytest.mark.parametrize("login", ["a", "two words", "a@b@c", "tab\there", "x" * 255, "@", "nul\x00"])
def test_a_login_name_is_an_address_or_a_word(play: Any, login: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await accounts.invite(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON, login=login)
        assert refused.value.field == "login"
        assert await Account.all().count() == 0

    play(story)


def test_a_locked_account_opens_again_with_the_same_keys(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await accounts.lock(town.admin, account.id)
        with pytest.raises(Unauthenticated):
            await keys.enter(account.login)
        await accounts.unlock(town.admin, account.id)
        assert (await keys.enter(account.login)).stage is Stage.INSIDE

    play(story)


@pytest.mark.parametrize("act", [accounts.lock, accounts.end])
def test_administrators_do_not_shut_themselves_out(play: Any, act: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.admin, "admin")
        with pytest.raises(WrongState):
            await act(town.admin, account.id)
        assert (await Account.get(id=account.id)).is_open(NOW)

    play(story)


Way = Callable[[Actor, Account, Role, Unit], Awaitable[object]]


def _for_holder(account: Account, role: Role, unit: Unit) -> dict[str, Any]:
    return {"person_id": account.person_id, "role": role, "unit_id": unit.id}


WAYS: dict[str, Way] = {
    "assigned": lambda who, account, role, unit: accounts.assign(who, account.id, role=role, unit_id=unit.id),
    "invited": lambda who, *whose: accounts.invite(who, **_for_holder(*whose), login="taro-2"),
    "without a letter": lambda who, *whose: accounts.open_without_letter(who, **_for_holder(*whose), login="taro-2"),
    "by token": lambda who, *whose: tokens.issue(who, **_for_holder(*whose)),
}


async def administrator(town: Town) -> Account:
    await Person.filter(id=town.admin.person_id).update(mail_address="taro@police.example")
    return await keys.opened(town, town.admin, "admin")


async def roles_given() -> set[Role]:
    return {one.role for one in [*await Account.all(), *await Token.all()]}


@pytest.mark.parametrize("role", [Role.HQ_LIAISON, Role.STATISTICIAN])
@pytest.mark.parametrize("way", WAYS)
def test_administrators_give_themselves_no_role_in_which_to_read_the_books(play: Any, way: str, role: Role) -> None:
    async def story(town: Town) -> None:
        account = await administrator(town)
        entries = await Entry.all().count()
        with pytest.raises(WrongState, match="自分に別の役割"):
            await WAYS[way](town.admin, account, role, town.section)
        assert await Entry.all().count() == entries
        assert await roles_given() == {Role.ADMIN}

    play(story)


@pytest.mark.parametrize("way", WAYS)
def test_another_administrator_and_whoever_stands_at_the_machine_give_them_any(play: Any, way: str) -> None:
    async def story(town: Town) -> None:
        account = await administrator(town)
        colleague = replace(town.admin, person_id=(await make.officer(town.admin, town.section)).id)
        await WAYS[way](colleague, account, Role.HQ_LIAISON, town.section)
        assert Role.HQ_LIAISON in await roles_given()
        keyboard = await installation.at_the_keyboard(NOW, Role.ADMIN)
        assert keyboard.person_id == account.person_id
        await Account.filter(login="taro-2").update(login="taro-3")
        await WAYS[way](keyboard, account, Role.STATISTICIAN, town.section)
        assert Role.STATISTICIAN in await roles_given()

    play(story)


def test_an_administrator_may_have_another_token_of_the_same_role(play: Any) -> None:
    async def story(town: Town) -> None:
        _, secret = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN)
        assert (await tokens.actor_of(secret, NOW)).role is Role.ADMIN

    play(story)


def test_what_has_ended_stays_ended_and_its_name_is_free_again(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await accounts.end(town.admin, account.id)
        for act in (accounts.unlock, accounts.lock, accounts.end, accounts.send_reset, accounts.remove_factor):
            with pytest.raises(WrongState):
                await act(town.admin, account.id)
        again = await accounts.invite(town.admin, person_id=account.person_id, role=Role.PARTNER)
        assert again.login == account.login
        assert again.id != account.id

    play(story)


def test_another_unit_is_what_the_account_opens_from_then_on(play: Any) -> None:
    async def story(town: Town) -> None:
        account, key, _ = await keys.enrolled(town, town.officer, "officer-1")
        await accounts.assign(town.admin, account.id, role=Role.STATION_LIAISON, unit_id=town.other_station.id)
        now = make.at(town.officer, NOW).now.replace(minute=1)
        visit = await keys.visited(await keys.enter("officer-1", now=now), now)
        entered = await accounts.prove(now, keys.GATE, visit, keys.number(key, now), keys.HERE)
        assert (await accounts.actor_of(entered.secret, now)).units == (town.other_station.id,)

    play(story)


def test_a_foreign_prefectures_account_does_not_exist(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.officer, "officer-1")
        await Account.filter(id=account.id).update(prefecture_id=town.station.id)
        await Person.filter(id=town.hq.person_id).update(prefecture_id=town.station.id)
        with pytest.raises(NotFound):
            await accounts.lock(town.admin, account.id)
        with pytest.raises(NotFound):
            await accounts.invite(town.admin, person_id=town.hq.person_id, role=Role.HQ_LIAISON)

    play(story)
