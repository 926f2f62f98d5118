"""Coming in by name and password: who does, and what nobody learns at the door."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain import accounts, people
from domain.accounts import Account, Gate, Session, Stage, entering, passwords
from domain.actor import Role
from domain.errors import RateLimited, Refused, Unauthenticated
from domain.journal import Entry
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town
from tests.statements import spoken, trodden


@dataclass
class Counting(ThreadPoolExecutor):
    """A real pool that says how often it was asked."""

    asked: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.append(fn)
        return super().submit(fn, *args, **kwargs)


async def refusal(login: str, **over: Any) -> tuple[type[Refused], str, str | None]:
    with pytest.raises(Refused) as refused:
        await keys.enter(login, **over)
    return type(refused.value), refused.value.message, refused.value.field


def test_a_partner_comes_in_by_password_and_acts_as_themselves(play: Any) -> None:
    async def story(town: Town) -> None:
        who, account = await keys.partner(town)
        entered = await keys.enter(" MEGUMI@Partner.example")
        assert entered.stage is Stage.INSIDE
        assert await accounts.actor_of(entered.secret, NOW) == who
        assert (await Account.get(id=account.id)).last_entered_at == NOW
        entry = await Entry.get(fact="account-entered")
        assert (entry.row_id, entry.person_id, entry.after) == (account.id, who.person_id, {"tries_before": 0})

    play(story)


@pytest.mark.parametrize("role", ["admin", "hq", "officer", "statistician"])
def test_the_password_of_the_police_opens_nothing_by_itself(play: Any, role: str) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, getattr(town, role), "officer-1")
        entered = await keys.enter("officer-1")
        assert entered.stage is Stage.HALFWAY
        with pytest.raises(Unauthenticated):
            await accounts.actor_of(entered.secret, NOW)
        assert await Entry.filter(fact="account-entered").count() == 0

    play(story)


def test_only_a_demonstration_lets_the_police_in_by_password_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.officer, "officer-1")
        easy = Gate(keys.GATE.secret, is_strict=False)
        entered = await accounts.enter(NOW, easy, "officer-1", keys.PASSWORD, keys.HERE)
        assert await accounts.actor_of(entered.secret, NOW) == town.officer

    play(story)


def test_whoever_cannot_come_in_learns_the_same_at_the_same_cost(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        locked = await keys.opened(town, town.hq, "locked")
        await accounts.lock(town.admin, locked.id)
        ended = await keys.opened(town, town.statistician, "ended")
        await accounts.end(town.admin, ended.id)
        await accounts.opened(town.admin, await town_person(town), Role.STATION_LIAISON, town.station, "never-opened")
        told, costs = set(), set()
        for login, password in (
            (account.login, "wrong"),
            ("nobody@nowhere.example", keys.PASSWORD),
            ("locked", keys.PASSWORD),
            ("locked", "wrong"),
            ("ended", keys.PASSWORD),
            ("never-opened", ""),
            ("", ""),
            ("x" * 10_000, "x" * 10_000),
        ):
            pool = Counting()
            monkeypatch.setattr(passwords, "HASHING", pool)
            with spoken() as asked:
                told.add(await refusal(login, password=password))
            costs.add((len(pool.asked), len(asked)))
        assert told == {(Unauthenticated, entering.WRONG, None)}
        assert len(costs) == 1, costs
        assert await Session.all().count() == 0

    play(story)


async def paused(login: str, **over: Any) -> tuple[type[Refused], str, str | None]:
    """The answer to whoever has tried too often."""
    for _ in range(5):
        await refusal(login, password="wrong", caller=keys.ELSEWHERE)
    return await refusal(login, caller=keys.ELSEWHERE, **over)


@pytest.mark.parametrize("code", ["", "000000", "12345", "ABCD-EFGH-IJKL-MNOP"])
def test_whoever_has_to_wait_learns_at_the_same_cost_that_a_name_is_nobodys(play: Any, code: str) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        await keys.enrolled(town, town.officer, "officer-1")
        await keys.opened(town, town.statistician, "without-factor")
        locked = await keys.opened(town, town.hq, "locked")
        await accounts.lock(town.admin, locked.id)
        told, costs, work = set(), set(), set()
        await paused("nobody-0", code=code)  # for whoever is the very first to ask, questions are put in words
        for name in ("nobody-1", "officer-1", "without-factor", "locked", "megumi@partner.example"):
            await paused(name)
            with spoken() as said, trodden("domain", "pyotp", "cryptography") as steps:
                told.add(await refusal(name, caller=keys.ELSEWHERE, code=code))
            costs.add(tuple(said))
            work.add(tuple(step for step in steps if not step.endswith("Account.is_open")))
        assert told == {(RateLimited, entering.PAUSED, None)}
        assert (len(costs), len(work)) == (1, 1)

    play(story)


async def town_person(town: Town) -> Any:
    return await keys.Person.get(id=town.officer.person_id)


def test_each_way_in_gives_a_new_session(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        secrets = {(await keys.enter("megumi@partner.example")).secret for _ in range(3)}
        assert len(secrets) == 3
        assert all(len(secret) >= 43 for secret in secrets)
        rows = str([dict(session) for session in await Session.all()]) + str([e.after for e in await Entry.all()])
        assert not any(secret in rows for secret in secrets)

    play(story)


def test_tries_that_failed_are_told_to_the_next_who_comes_in(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        for _ in range(3):
            await refusal("megumi@partner.example", password="wrong", caller=keys.ELSEWHERE)
        await keys.enter("megumi@partner.example")
        assert (await Entry.get(fact="account-entered")).after == {"tries_before": 3}

    play(story)


def test_no_secret_and_no_address_stands_in_the_journal(play: Any) -> None:
    async def story(town: Town) -> None:
        account, key, codes = await keys.enrolled(town, town.officer, "officer-1")
        told = str([(entry.before, entry.after) for entry in await Entry.all()])
        for secret in (keys.PASSWORD, key, *codes, keys.HERE.address, "argon2", keys._hashed()):
            assert secret not in told
        facts = {entry.fact for entry in await Entry.filter(row_id=account.id)}
        assert facts == {"account-offered", "second-factor-enrolled", "account-entered"}

    play(story)


def test_the_offices_own_login_service_lets_in_an_officer_it_names(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.Person.filter(id=town.officer.person_id).update(number="0815", mail_address="one@police.example")
        await keys.opened(town, town.officer, "officer-1")
        for known in ({"number": "0815"}, {"mail_address": "ONE@police.example"}):
            entered = await accounts.enter_vouched(NOW, keys.GATE, keys.HERE, **known)
            assert await accounts.actor_of(entered.secret, NOW) == town.officer

    play(story)


def test_who_writes_their_own_address_into_anothers_entry_does_not_come_in_for_them(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.admin, "admin")
        for address, who in (("x@police.example", town.hq), ("hq@police.example", town.admin)):
            officer = await keys.Person.get(id=who.person_id)
            await people.correct(town.hq, officer.id, version=officer.version, mail_address=address)
        with pytest.raises(Unauthenticated):
            await accounts.enter_vouched(NOW, keys.GATE, keys.HERE, mail_address="hq@police.example")
        assert await Session.all().count() == 0

    play(story)


def test_the_login_service_makes_nobody_known_and_speaks_for_no_outsider(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        locked = await keys.opened(town, town.officer, "officer-1")
        await keys.Person.filter(id=town.officer.person_id).update(number="0815")
        await accounts.lock(town.admin, locked.id)
        for known in ({"number": "0815"}, {"number": ""}, {"mail_address": account.login}, {"mail_address": ""}):
            with pytest.raises(Unauthenticated):
                await accounts.enter_vouched(NOW, keys.GATE, keys.HERE, **known)
        assert await Session.all().count() == 0

    play(story)
