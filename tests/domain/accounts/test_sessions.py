"""Sessions: until when one is good, and what ends it at the next look."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import accounts, organizations, people, tokens
from domain.accounts import Account, Session, Stage, sessions
from domain.actor import Role
from domain.errors import NotAllowed, NotFound, Unauthenticated
from domain.organizations import Contact
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town
from tests.statements import spoken

MEGUMI = "megumi@partner.example"


async def is_inside(secret: str, now: Any = NOW) -> bool:
    """Whether the session opens anything at all at this instant."""
    try:
        await accounts.actor_of(secret, now)
    except Unauthenticated:
        assert await accounts.visit(secret, now) is None
        return False
    return await accounts.visit(secret, now) is not None


def test_a_session_ends_half_an_hour_after_its_last_use(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        secret = (await keys.enter(MEGUMI)).secret
        for minutes in (29, 58, 87):
            assert await is_inside(secret, NOW + timedelta(minutes=minutes))
        assert not await is_inside(secret, NOW + timedelta(minutes=117))

    play(story)


def test_a_session_ends_after_twelve_hours_however_busy_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        secret = (await keys.enter(MEGUMI)).secret
        uses = [await is_inside(secret, NOW + timedelta(minutes=20 * n)) for n in range(38)]
        assert uses == [True] * 36 + [False] * 2

    play(story)


def test_to_know_who_sits_there_costs_one_statement_and_a_note_a_minute(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        secret = (await keys.enter(MEGUMI)).secret
        costs = []
        for seconds in (1, 60, 61, 62):
            with spoken() as asked:
                await accounts.actor_of(secret, NOW + timedelta(seconds=seconds))
            costs.append(len(asked))
        assert costs == [1, 1, 2, 1]

    play(story)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "鍵", "\x00"])
def test_a_number_that_nobody_gave_out_opens_nothing(play: Any, secret: str) -> None:
    async def story(town: Town) -> None:
        assert not await is_inside(secret)

    play(story)


Ending = Callable[[Town, Account, str], Awaitable[object]]


async def _log_out(_: Town, __: Account, secret: str) -> None:
    visit = await accounts.visit(secret, NOW)
    assert visit is not None
    await accounts.leave(NOW, visit.session)


async def _change_password(_: Town, account: Account, __: str) -> None:
    other = await keys.visited(await keys.enter(account.login))
    await accounts.change_password(NOW, keys.GATE, other, keys.PASSWORD, "かえる五匹 池の中で", keys.HERE)


async def _retire(town: Town, account: Account, _: str) -> None:
    contact = await Contact.get(person_id=account.person_id)
    await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=town.officer.today)


ENDINGS: dict[str, Ending] = {
    "logout": _log_out,
    "log out everywhere": lambda town, account, _: sessions.end_own(NOW, account),
    "another password": _change_password,
    "revoked": lambda town, account, _: accounts.revoke_sessions(town.admin, account.id),
    "locked": lambda town, account, _: accounts.lock(town.admin, account.id),
    "ended": lambda town, account, _: accounts.end(town.admin, account.id),
    "another role": lambda town, account, _: accounts.assign(
        town.admin, account.id, role=Role.VOLUNTEER, unit_id=town.station.id
    ),
    "another factor": lambda town, account, _: accounts.remove_factor(town.admin, account.id),
    "left": _retire,
}


@pytest.mark.parametrize("name", ENDINGS)
def test_what_ends_a_session_counts_from_the_next_look(play: Any, name: str) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        secret = (await keys.enter(account.login)).secret
        assert await is_inside(secret)
        await ENDINGS[name](town, account, secret)
        assert not await is_inside(secret)

    play(story)


def test_an_officer_who_moves_comes_in_by_no_account_of_the_old_station(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.enrolled(town, town.officer, "officer-1")
        officer = await Person.get(id=town.officer.person_id)
        tomorrow = NOW + timedelta(days=1)
        await people.transfer(
            town.admin,
            officer.id,
            version=officer.version,
            unit_id=town.other_station.id,
            on=make.at(town.admin, tomorrow).today,
        )
        assert (await keys.enter("officer-1")).stage is Stage.HALFWAY
        with pytest.raises(Unauthenticated):
            await keys.enter("officer-1", now=tomorrow)

    play(story)


def test_a_session_that_was_used_while_it_was_revoked_is_dead(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        secret = (await keys.enter(account.login)).secret
        await accounts.revoke_sessions(town.admin, account.id)
        await sessions._note_use(secret, None, NOW + timedelta(minutes=5))
        assert not await is_inside(secret)

    play(story)


@pytest.mark.parametrize("act", [accounts.revoke_sessions, accounts.remove_factor])
def test_what_an_administrator_does_to_an_account_raises_its_version_though_no_column_of_it_tells(
    play: Any, act: Any
) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        await act(town.admin, account.id)
        assert (await Account.get(id=account.id)).version == account.version + 1

    play(story)


def test_somebody_ends_their_own_sessions_one_by_one_and_nobody_elses(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        first, second = [(await keys.enter(account.login)).secret for _ in range(2)]
        stranger = await keys.opened(town, town.hq, "hq-1")
        row = (await keys.visited(keys.Entered(first, Stage.INSIDE, account.role))).session
        with pytest.raises(NotFound):
            await sessions.end_one(NOW, stranger.id, row.id)
        assert await is_inside(first)
        assert len(await accounts.living(account.id, NOW)) == 2
        await sessions.end_one(NOW, account.id, row.id)
        assert (await is_inside(first), await is_inside(second)) == (False, True)

    play(story)


def test_keys_are_changed_only_shortly_after_coming_in(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        visit = await keys.visited(await keys.enter(MEGUMI))
        sessions.must_be_fresh(visit, NOW + timedelta(minutes=14))
        with pytest.raises(NotAllowed):
            sessions.must_be_fresh(visit, NOW + timedelta(minutes=15))

    play(story)


def test_a_lock_ends_the_programs_of_the_same_role_too(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.officer, "officer-1")
        _, secret = await tokens.issue_own(town.officer)
        await accounts.lock(town.admin, account.id)
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, NOW)

    play(story)


def test_halfway_lasts_ten_minutes_and_is_no_session(play: Any) -> None:
    async def story(town: Town) -> None:
        account = await keys.opened(town, town.officer, "officer-1")
        entered = await keys.enter("officer-1")
        assert (await keys.visited(entered, NOW + timedelta(minutes=9))).session.stage is Stage.HALFWAY
        assert await accounts.visit(entered.secret, NOW + timedelta(minutes=10)) is None
        assert await accounts.living(account.id, NOW) == []

    play(story)


def test_old_sessions_go_after_a_quarter_of_a_year(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        await keys.enter(MEGUMI)
        await accounts.tidy(NOW + timedelta(days=30))
        assert await Session.all().count() == 1
        await accounts.tidy(NOW + timedelta(days=91))
        assert await Session.all().count() == 0
        assert await Unit.all().count() > 0

    play(story)
