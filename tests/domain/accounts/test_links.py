"""Links to choose a password: to whom they go, how often they work, and when they end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain import accounts
from domain.accounts import Account, Gate, Link, Session, Stage
from domain.accounts.account import Credential
from domain.actor import Role
from domain.errors import Incomplete, Invalid, NotFound, Refused, Unauthenticated
from domain.outbox import Letter
from domain.people import Person
from domain.tokens import derive
from jobs.post import FilePost
from jobs.post_letters import Desk, envelope
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town
from tests.statements import spoken

NEW = "かえる五匹 池の中で"
WEEK = timedelta(days=7)


async def invited(town: Town) -> Account:
    contact = await make.contact(town.officer, await make.company(town.officer))
    return await accounts.invite(town.admin, person_id=contact.person_id, role=Role.PARTNER)


def token(account: Account, link: Link = Link.WELCOME) -> str:
    return accounts.address(keys.GATE.secret, "", link, account.id, account.link_generation).rpartition("/")[2]


async def choose(secret: str, link: Link = Link.WELCOME, now: Any = NOW, password: str = NEW) -> Account:
    return await accounts.choose_password(now, keys.GATE, link, secret, password, keys.HERE.address)


async def is_refused(secret: str, link: Link = Link.WELCOME, now: Any = NOW, password: str = NEW) -> bool:
    before = [(row.password_hash, row.password_set_at) for row in await Credential.all()]
    try:
        await choose(secret, link, now, password)
    except Refused:
        assert [(row.password_hash, row.password_set_at) for row in await Credential.all()] == before
        return True
    return False


def test_an_invitation_owes_one_letter_that_holds_no_secret(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        letter = await Letter.get(kind="account-invitation")
        assert (letter.to_address, letter.facts["login"]) == ("megumi@partner.example", "megumi@partner.example")
        assert letter.facts["account_id"] == str(account.id)
        assert token(account) not in str(letter.facts)

    play(story)


@pytest.mark.parametrize("link", Link)
def test_the_letter_leaves_with_the_link_that_works(play: Any, link: Link) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        if link is Link.RESET:
            account = await accounts.send_reset(town.admin, account.id)
        letter = await Letter.all().order_by("-id").first()
        assert letter is not None
        desk = Desk(FilePost(Path("unused")), "https://renkei.example", "renkei@police.example", keys.GATE.secret)
        sent = envelope(NOW, desk, letter).text
        (address,) = [line for line in sent.splitlines() if line.startswith("https://")]
        assert address.startswith(f"https://renkei.example{link.path}/")
        assert {Link.WELCOME: "このページは7日間、", Link.RESET: "このページは24時間、"}[link] in sent
        assert not await is_refused(address.rpartition("/")[2], link)

    play(story)


def test_an_invitation_opens_the_account_once(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        assert (await choose(token(account))).id == account.id
        assert await is_refused(token(account), password="きつね二匹 山の上で")
        assert (await keys.enter(account.login, password=NEW)).stage is Stage.INSIDE
        with pytest.raises(Unauthenticated):
            await keys.enter(account.login, password="きつね二匹 山の上で")

    play(story)


def test_an_invitation_lasts_seven_days(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        assert await is_refused(token(account), now=NOW + WEEK)
        assert not await is_refused(token(account), now=NOW + WEEK - timedelta(seconds=1))

    play(story)


def test_a_new_invitation_ends_the_one_before(play: Any) -> None:
    async def story(town: Town) -> None:
        first = await invited(town)
        second = await accounts.invite(town.admin, person_id=first.person_id, role=Role.PARTNER)
        assert second.id == first.id
        assert await is_refused(token(first))
        assert not await is_refused(token(second))
        assert await Letter.filter(kind="account-invitation").count() == 2

    play(story)


def test_the_link_of_the_key_before_opens_the_account_once_while_that_key_is_known(play: Any) -> None:
    async def story(town: Town) -> None:
        link = token(await invited(town))

        async def opens(former: str | None) -> bool:
            gate = Gate("n" * 43, former=former)
            try:
                await accounts.choose_password(NOW, gate, Link.WELCOME, link, NEW, "")
            except NotFound:
                return False
            return True

        assert [await opens(former) for former in (None, keys.GATE.secret, keys.GATE.secret)] == [False, True, False]

    play(story)


def test_nothing_but_the_link_itself_opens_an_account(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        other = await keys.opened(town, town.hq, "hq-1")
        for forged in (
            "",
            "x" * 65,
            derive("x" * 43, Link.WELCOME, account.id, 1),
            derive(keys.GATE.secret, Link.WELCOME, account.id, 2),
            derive(keys.GATE.secret, Link.WELCOME, other.id, 0),
            derive(keys.GATE.secret, "feed", account.id, 1),
            token(account, Link.RESET),
        ):
            assert await is_refused(forged)
        assert await is_refused(token(account), Link.RESET)

    play(story)


@pytest.mark.parametrize("bad", ["", "short", "password1", "megumi-partner"])
def test_a_bad_password_does_not_use_up_the_link(play: Any, bad: str) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        with pytest.raises(Invalid):
            await choose(token(account), password=bad)
        assert not await is_refused(token(account))

    play(story)


@pytest.mark.parametrize("what", ["lock", "end"])
def test_the_link_of_a_closed_account_is_gone(play: Any, what: str) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        await getattr(accounts, what)(town.admin, account.id)
        with pytest.raises(NotFound):
            await choose(token(account))

    play(story)


def test_whoever_forgot_gets_a_link_for_a_day_that_ends_every_session(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        secret = (await keys.enter(account.login)).secret
        await accounts.ask_for_reset(NOW, keys.GATE, account.login, keys.ELSEWHERE.address)
        await accounts.send_resets(NOW)
        assert await accounts.visit(secret, NOW) is not None
        account = await Account.get(id=account.id)
        assert await is_refused(token(account, Link.RESET), Link.RESET, NOW + timedelta(days=1))
        assert not await is_refused(token(account, Link.RESET), Link.RESET)
        assert await accounts.visit(secret, NOW) is None
        assert (await keys.enter(account.login, password=NEW)).stage is Stage.INSIDE

    play(story)


@pytest.mark.parametrize("who", ["nobody@nowhere.example", "locked", "ended", "no-mail", ""])
def test_nobody_else_gets_a_letter_and_nothing_says_so(play: Any, who: str) -> None:
    async def story(town: Town) -> None:
        locked, ended = await keys.opened(town, town.hq, "locked"), await keys.opened(town, town.officer, "ended")
        await accounts.lock(town.admin, locked.id)
        await accounts.end(town.admin, ended.id)
        await keys.opened(town, town.admin, "no-mail")
        letters = await Letter.all().count()
        assert await accounts.ask_for_reset(NOW, keys.GATE, who, keys.HERE.address) is None
        assert await Account.filter(reset_asked_at__isnull=False).count() == 0
        await accounts.send_resets(NOW)
        assert await Letter.all().count() == letters

    play(story)


def test_a_mailbox_cannot_be_filled_by_asking_again_and_again(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        for _ in range(10):
            await accounts.ask_for_reset(NOW, keys.GATE, account.login, keys.ELSEWHERE.address)
            await accounts.send_resets(NOW)
        assert await Letter.filter(kind="password-reset").count() == 3

    play(story)


def test_who_asks_twice_before_the_clock_comes_by_gets_one_letter_and_none_again(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        for _ in range(2):
            await accounts.ask_for_reset(NOW, keys.GATE, account.login, keys.HERE.address)
        for _ in range(2):
            await accounts.send_resets(NOW)
        assert await Letter.filter(kind="password-reset").count() == 1

    play(story)


def test_who_is_locked_out_before_the_clock_comes_by_gets_no_letter_later_either(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await accounts.ask_for_reset(NOW, keys.GATE, account.login, keys.HERE.address)
        await accounts.lock(town.admin, account.id)
        await accounts.send_resets(NOW)
        await accounts.unlock(town.admin, account.id)
        await accounts.send_resets(NOW)
        assert await Letter.filter(kind="password-reset").count() == 0

    play(story)


NAMES = ["megumi@partner.example", "locked", "ended", "no-mail", "nobody@nowhere.example", "", "x" * 10_000]


def test_to_ask_for_a_link_costs_the_same_whoever_is_meant(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        for who, name in ((town.hq, "locked"), (town.officer, "ended"), (town.admin, "no-mail")):
            account = await keys.opened(town, who, name)
            if name != "no-mail":
                await (accounts.lock if name == "locked" else accounts.end)(town.admin, account.id)
        costs = set()
        for name in NAMES:
            with spoken() as said:
                await accounts.ask_for_reset(NOW, keys.GATE, name, keys.ELSEWHERE.address)
            costs.add(tuple(said))
        assert len(costs) == 1
        assert len(costs.pop()) > 3

    play(story)


def test_to_open_a_link_costs_the_same_whether_or_not_there_is_such_an_account(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await invited(town)
        costs = set()
        for id in (account.id, town.admin.person_id):
            with spoken() as said, pytest.raises(NotFound):
                await accounts.behind(NOW, keys.GATE, Link.WELCOME, derive("x" * 43, Link.WELCOME, id, 1))
            costs.add(tuple(said))
        assert len(costs) == 1

    play(story)


def test_a_second_factor_outlives_a_forgotten_password(play: Any) -> None:
    async def story(town: Town) -> None:
        account, _, _ = await keys.enrolled(town, town.officer, "officer-1")
        await accounts.send_reset(town.admin, account.id)
        account = await Account.get(id=account.id)
        await choose(token(account, Link.RESET), Link.RESET)
        assert (await keys.enter("officer-1", password=NEW)).stage is Stage.HALFWAY

    play(story)


def test_a_password_is_changed_by_whoever_knows_it_and_every_session_before_ends(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        here, there = [(await keys.enter(account.login)).secret for _ in range(2)]
        visit = await accounts.visit(here, NOW)
        assert visit is not None
        for current, new, field in (("wrong", NEW, "current"), (keys.PASSWORD, "short", "password")):
            with pytest.raises(Invalid) as refused:
                await accounts.change_password(NOW, keys.GATE, visit, current, new, keys.HERE)
            assert refused.value.field == field
        assert await accounts.visit(there, NOW) is not None
        secret = await accounts.change_password(NOW, keys.GATE, visit, keys.PASSWORD, NEW, keys.HERE)
        assert [await accounts.visit(old, NOW) for old in (here, there)] == [None, None]
        assert await accounts.visit(secret, NOW) is not None
        assert (await keys.enter(account.login, password=NEW)).stage is Stage.INSIDE

    play(story)


def test_no_letter_is_owed_to_whoever_has_no_address(play: Any) -> None:
    async def story(town: Town) -> None:
        await Person.filter(id=town.officer.person_id).update(mail_address="", number="0815")
        with pytest.raises(Incomplete):
            await accounts.invite(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        assert await Account.all().count() == 0
        assert await Session.all().count() == 0

    play(story)
