"""Letters about an account: to whom they go, whoever corrects the books, and what its holder hears of a change."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import accounts, organizations, people, tokens
from domain.accounts import Account, Link, factors
from domain.accounts.telling import Change
from domain.actor import Role
from domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.organizations import Contact
from domain.outbox import Letter
from domain.people import Person
from domain.tokens import Token
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

MEGUMI, EVIL, NEW = "megumi@partner.example", "evil@elsewhere.example", "new@partner.example"


async def addresses(kind: str) -> list[str]:
    return [letter.to_address for letter in await Letter.filter(kind=kind).order_by("id")]


async def forgets(account: Account) -> None:
    await accounts.ask_for_reset(NOW, keys.GATE, account.login, keys.HERE.address)
    await accounts.send_resets(NOW)


def test_a_station_that_changes_a_contacts_address_gets_none_of_the_contacts_links(play: Any) -> None:
    async def story(town: Town) -> None:
        who, account = await keys.partner(town)
        contact = await Contact.get(person_id=who.person_id)
        await organizations.correct_contact(town.officer, contact.id, version=contact.version, mail_address=EVIL)
        assert (await Person.get(id=who.person_id)).mail_address == EVIL
        await forgets(account)
        await accounts.send_reset(town.admin, account.id)
        assert await addresses("password-reset") == [MEGUMI, MEGUMI]

    play(story)


def test_headquarters_do_not_get_the_administrators_links(play: Any) -> None:
    async def story(town: Town) -> None:
        await Person.filter(id=town.admin.person_id).update(mail_address="taro@police.aohama.example")
        account = await keys.opened(town, town.admin, "admin")
        taro = await Person.get(id=town.admin.person_id)
        await people.correct(town.hq, taro.id, version=taro.version, mail_address=EVIL)
        await forgets(account)
        assert await addresses("password-reset") == ["taro@police.aohama.example"]

    play(story)


def test_an_invitation_that_is_sent_again_goes_where_the_first_went(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        offered = {"person_id": contact.person_id, "role": Role.PARTNER}
        await accounts.invite(town.admin, **offered)
        await organizations.correct_contact(town.officer, contact.id, version=contact.version, mail_address=EVIL)
        await accounts.invite(town.admin, **offered)
        assert await addresses("account-invitation") == [MEGUMI, MEGUMI]

    play(story)


def test_an_administrator_moves_the_letters_and_the_old_address_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await accounts.change_address(town.admin, account.id, mail_address=f" {NEW} ")
        letter = await Letter.get()
        assert (letter.kind, letter.to_address) == ("account-changed", MEGUMI)
        assert letter.facts["when"] == "令和８年７月１日（水）午前９時"
        admin = await Person.get(id=town.admin.person_id)
        assert not any(said in str(letter.facts) for said in (NEW, admin.family_name, str(admin.id)))
        await forgets(account)
        assert await addresses("password-reset") == [NEW]

    play(story)


def test_a_link_that_lies_in_the_old_mailbox_opens_nothing_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        account = await accounts.send_reset(town.admin, account.id)
        secret = accounts.address(keys.GATE.secret, "", Link.RESET, account.id, account.link_generation)
        token = secret.rpartition("/")[2]
        assert await accounts.behind(NOW, keys.GATE, Link.RESET, token) == account
        await accounts.change_address(town.admin, account.id, mail_address=NEW)
        with pytest.raises(NotFound):
            await accounts.behind(NOW, keys.GATE, Link.RESET, token)

    play(story)


def test_the_same_address_again_is_no_change(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        after = await accounts.change_address(town.admin, account.id, mail_address=MEGUMI)
        assert (after.version, await Letter.all().count()) == (account.version, 0)

    play(story)


async def is_untouched(account: Account) -> bool:
    now = await Account.get(id=account.id)
    letters = await Letter.filter(kind="account-changed").count()
    return (now.mail_address, now.version, letters) == (account.mail_address, account.version, 0)


@pytest.mark.parametrize("role", ["hq", "officer", "statistician"])
def test_nobody_else_moves_the_letters_of_an_account(play: Any, role: str) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        with pytest.raises(NotAllowed):
            await accounts.change_address(getattr(town, role), account.id, mail_address=EVIL)
        assert await is_untouched(account)

    play(story)


@pytest.mark.parametrize("typed", ["", "nowhere", "a@x.example, b@x.example", "a@x.example\nBcc: evil@x.example"])
def test_what_is_no_address_is_refused(play: Any, typed: str) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visit = await keys.visited(await keys.enter(account.login))
        account = await Account.get(id=account.id)
        with pytest.raises(Invalid) as refused:
            await accounts.change_address(town.admin, account.id, mail_address=typed)
        assert refused.value.field == "mail_address"
        with pytest.raises(Invalid):
            await accounts.change_own_address(NOW, keys.GATE, visit, keys.PASSWORD, typed, keys.HERE)
        assert await is_untouched(account)

    play(story)


def test_an_account_that_has_ended_or_is_another_prefectures_is_left_as_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        ended = await accounts.end(town.admin, account.id)
        with pytest.raises(WrongState):
            await accounts.change_address(town.admin, account.id, mail_address=NEW)
        assert await is_untouched(ended)
        await Account.filter(id=account.id).update(prefecture_id=town.station.id)
        with pytest.raises(NotFound):
            await accounts.change_address(town.admin, account.id, mail_address=NEW)
        assert await is_untouched(ended)

    play(story)


def test_the_holder_moves_their_own_letters_with_the_password_shortly_after_coming_in(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visit = await keys.visited(await keys.enter(account.login))
        await accounts.change_own_address(NOW, keys.GATE, visit, keys.PASSWORD, NEW, keys.HERE)
        assert (await Account.get(id=account.id)).mail_address == NEW
        assert await addresses("account-changed") == [MEGUMI]
        entry = await Entry.get(fact="account-address-changed")
        assert (entry.person_id, entry.before) == (account.person_id, {"mail_address": MEGUMI})

    play(story)


def test_whoever_finds_a_browser_open_does_not_move_the_letters(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visit = await keys.visited(await keys.enter(account.login))
        account = await Account.get(id=account.id)
        with pytest.raises(Invalid) as refused:
            await accounts.change_own_address(NOW, keys.GATE, visit, "wrong", EVIL, keys.HERE)
        assert refused.value.field == "current"
        stale = NOW + timedelta(minutes=15)
        with pytest.raises(NotAllowed):
            await accounts.change_own_address(stale, keys.GATE, visit, keys.PASSWORD, EVIL, keys.HERE)
        assert await is_untouched(account)

    play(story)


def test_an_account_without_an_address_is_sent_nothing_until_it_has_one(play: Any) -> None:
    async def story(town: Town) -> None:
        await Person.filter(id=town.officer.person_id).update(mail_address="")
        account = await keys.opened(town, town.officer, "officer-1")
        with pytest.raises(Incomplete):
            await accounts.send_reset(town.admin, account.id)
        await forgets(account)
        assert await Letter.all().count() == 0
        await accounts.change_address(town.admin, account.id, mail_address=NEW)
        await forgets(account)
        assert [letter.to_address for letter in await Letter.all()] == [NEW]

    play(story)


Deed = Callable[[Town, Account], Awaitable[list[str]]]
"""Something that changes a key; answers the secrets that it made or took."""

OTHER = "かえる五匹 池の中で"


async def _visit(account: Account) -> accounts.Visit:
    return await keys.visited(await keys.enter(account.login))


async def _change_password(_: Town, account: Account) -> list[str]:
    secret = await accounts.change_password(NOW, keys.GATE, await _visit(account), keys.PASSWORD, OTHER, keys.HERE)
    return [secret, OTHER]


async def _use(town: Town, account: Account, link: Link) -> list[str]:
    account = await accounts.renew(town.admin, account, link)
    token = accounts.address(keys.GATE.secret, "", link, account.id, account.link_generation).rpartition("/")[2]
    await accounts.choose_password(NOW, keys.GATE, link, token, OTHER, keys.HERE.address)
    return [token, OTHER]


async def _enroll(_: Town, account: Account) -> list[str]:
    visit = await _visit(account)
    offer = factors.offer(keys.GATE, visit)
    codes, _entered = await accounts.enroll(NOW, keys.GATE, visit, offer.sealed, keys.number(offer.key), keys.HERE)
    return [offer.key, *codes]


async def _enrolled(account: Account) -> accounts.Visit:
    """Inside with a second factor, of which no letter has told."""
    visit = await _visit(account)
    offer = factors.offer(keys.GATE, visit)
    _, entered = await accounts.enroll(NOW, keys.GATE, visit, offer.sealed, keys.number(offer.key), keys.HERE)
    await Letter.all().delete()
    return await keys.visited(entered)


async def _give_up(_: Town, account: Account) -> list[str]:
    await factors.give_up(NOW, keys.GATE, await _enrolled(account))
    return []


async def _remove(town: Town, account: Account) -> list[str]:
    await _enrolled(account)
    await accounts.remove_factor(town.admin, account.id)
    return []


async def _renew_codes(_: Town, account: Account) -> list[str]:
    return await factors.renew_codes(NOW, await _enrolled(account))


async def _make_token(_: Town, account: Account) -> list[str]:
    entered = await keys.enter(account.login)
    _token, secret = await tokens.issue_own(await accounts.actor_of(entered.secret, NOW), label="表計算")
    return [secret, "表計算"]


DEEDS: dict[str, tuple[Deed, Change]] = {
    "the password is changed": (_change_password, Change.PASSWORD),
    "it is reset by a letter's link": (lambda town, one: _use(town, one, Link.RESET), Change.PASSWORD),
    "it is chosen by a link from the machine": (lambda town, one: _use(town, one, Link.WELCOME), Change.PASSWORD),
    "a second factor is set up": (_enroll, Change.FACTOR),
    "the holder does without it": (_give_up, Change.NO_FACTOR),
    "an administrator removes it": (_remove, Change.NO_FACTOR),
    "there are new recovery codes": (_renew_codes, Change.CODES),
    "a token is made": (_make_token, Change.TOKEN),
}


@pytest.mark.parametrize("name", DEEDS)
def test_the_holder_hears_of_a_change_to_their_keys_and_no_secret_is_told(play: Any, name: str) -> None:
    async def story(town: Town) -> None:
        who, account = await keys.partner(town)
        await Person.filter(id=who.person_id).update(mail_address=EVIL)
        deed, what = DEEDS[name]
        secrets = await deed(town, account)
        letter = await Letter.get()
        assert (letter.kind, letter.to_address, letter.facts["what"]) == ("account-changed", MEGUMI, what.value)
        assert letter.facts["unit_phone"]
        assert not any(secret in str(letter.facts) for secret in secrets)

    play(story)


def test_a_change_that_was_refused_is_told_to_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        visit = await _visit(account)
        offer = factors.offer(keys.GATE, visit)
        for attempt in (
            accounts.change_password(NOW, keys.GATE, visit, "wrong", OTHER, keys.HERE),
            accounts.enroll(NOW, keys.GATE, visit, offer.sealed, "000000", keys.HERE),
            factors.renew_codes(NOW, visit),
        ):
            with pytest.raises((Invalid, NotAllowed)):
                await attempt
        assert await Letter.all().count() == 0

    play(story)


def test_a_token_in_another_role_and_one_without_an_account_are_told_to_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.hq, "hq-1")
        for who in (replace(town.hq, role=Role.STATISTICIAN), town.officer):
            await tokens.issue_own(who)
        assert await Letter.all().count() == 0
        assert await Token.filter(label="").count() == 2

    play(story)
