"""Coming in: a name and a password, then the second factor, then a session.

Nothing that is answered, and nothing that takes time, tells whether a name is known: an unknown one costs the same
statements and the same work. Whoever is kept waiting because others try their name shows name, password and second
factor at once.
"""

from __future__ import annotations

from datetime import datetime

from domain.accounts import factors, passwords, sessions, telling, throttling
from domain.accounts.account import NOBODY, Account, Credential, Gate, note, words_of
from domain.accounts.links import set_password
from domain.accounts.naming import folded, known_as
from domain.accounts.sessions import Session, Stage, Visit
from domain.accounts.telling import Change
from domain.actor import OUTSIDERS, Role
from domain.errors import RateLimited, Unauthenticated
from domain.values import dataclass
from domain.verbs import routine

WRONG = "ログイン名かパスワードが正しくありません。"
PAUSED = (
    "続けて間違えたため、しばらく受け付けません。時間をおくか、パスワードの再設定を使ってください。"
    "二段階認証を設定している方は、番号も一緒に入力するとログインできます。"
)


@dataclass(frozen=True)
class Caller:
    """From where somebody comes (an IP address), and with which kind of browser."""

    address: str
    label: str = ""


@dataclass(frozen=True)
class Entered:
    """A new session: its secret for the cookie, how far it leads, and whom."""

    secret: str
    stage: Stage
    role: Role


async def enter(now: datetime, gate: Gate, login: str, password: str, caller: Caller, code: str = "") -> Entered:
    """Try a name and a password. Raises Unauthenticated where they do not fit, RateLimited after too many tries."""
    account, hashed = await _known(now, login)
    is_open = await throttling.may_try(now, _door(gate, login, caller))
    if not is_open and not await _shows(now, gate, account, code, login, caller):
        raise RateLimited(PAUSED)
    if not await passwords.fits(password, hashed) or account is None or not account.is_open(now):
        raise Unauthenticated(WRONG)
    stage = None if is_open else Stage.INSIDE
    return await _let_in(now, gate, account, stage, caller, verified=hashed, counted=is_open)


async def _known(now: datetime, login: str) -> tuple[Account | None, str | None]:
    """The account and what is kept of its password, in three statements whether or not there is one."""
    account = await known_as(login, now)
    credential = await Credential.filter(account_id=account.id if account else NOBODY).first()
    return account, credential.password_hash if credential else None


def _door(gate: Gate, login: str, caller: Caller, what: str = "password") -> throttling.Door:
    return throttling.door(gate, folded(login), caller.address, what)


async def _shows(now: datetime, gate: Gate, account: Account | None, code: str, login: str, caller: Caller) -> bool:
    """Whether a second factor vouches for somebody who would have to wait. No password is looked at before."""
    if not code or not await throttling.may_try_code(now, _door(gate, login, caller, "code")):
        return False
    return await factors.prove(now, gate, account, code)


async def _stage(gate: Gate, account: Account) -> Stage:
    more = gate.asks_for_more(account.role) or await factors.is_enrolled(account)
    return Stage.HALFWAY if more else Stage.INSIDE


async def prove(now: datetime, gate: Gate, visit: Visit, code: str, caller: Caller) -> Entered:
    """Show the second factor after the password; the session from before it ends. Raises as `enter` does."""
    if not await throttling.may_try_code(now, _door(gate, visit.account.login, caller, "code")):
        raise RateLimited("続けて間違えたため、しばらく受け付けません。時間をおいてください。")
    if not await factors.prove(now, gate, visit.account, code):
        raise Unauthenticated(factors.WRONG)
    return await _let_in(now, gate, visit.account, Stage.INSIDE, caller, visit.session)


async def enroll(
    now: datetime, gate: Gate, visit: Visit, sealed: str, code: str, caller: Caller
) -> tuple[list[str], Entered]:
    """Take up the offered second factor; whoever was halfway is inside. Answers the recovery codes, shown this once."""
    codes = await factors.take_up(now, gate, visit, sealed, code)
    return codes, await _let_in(now, gate, visit.account, Stage.INSIDE, caller, visit.session)


async def must_not_ask_too_often(now: datetime, gate: Gate, caller: Caller) -> None:
    """Count a way to the office's own login service, or back from it, by the network it is gone from.

    Raises RateLimited after too many from which nobody came in: each makes this house ask that service something.
    """
    if not await throttling.may_pass(now, _door(gate, "", caller, "office")):
        raise RateLimited("続けて失敗したため、しばらく受け付けません。時間をおいてください。")


async def enter_vouched(
    now: datetime, gate: Gate, caller: Caller, *, number: str = "", mail_address: str = ""
) -> Entered:
    """Let in the officer for whom the office's own login service vouches, by the number or mail address it says.

    The address is the account's, which nobody changes by correcting the books. Nobody is made known by it. Raises
    Unauthenticated unless exactly one open account of the police fits.
    """
    known = {"person__number": number} if number else {"mail_address__iexact": mail_address}
    inside = [role for role in Role if role not in OUTSIDERS]
    officers = Account.filter(role__in=inside, person__is_officer=True, person__retired_on=None)
    found = await officers.filter(**known) if number or mail_address else []
    accounts = [account for account in found if account.is_open(now)]
    if len(accounts) != 1:
        raise Unauthenticated("この職員のアカウントが見つからないか、一つに決まりません。管理者に確かめてください。")
    entered = await _let_in(now, gate, accounts[0], Stage.INSIDE, caller, counted=False)
    await throttling.clear(_door(gate, "", caller, "office"))
    return entered


async def change_password(now: datetime, gate: Gate, visit: Visit, current: str, new: str, caller: Caller) -> str:
    """Choose another password while inside: every session ends, and the secret of a new one is answered.

    Raises Invalid for a wrong or a bad password, RateLimited after too many wrong ones.
    """
    verified = await _must_know(now, gate, visit, current, caller)
    hashed = await passwords.kept(new, await words_of(visit.account))
    return await _change(now, visit, verified, hashed)


async def change_own_address(
    now: datetime, gate: Gate, visit: Visit, current: str, mail_address: str, caller: Caller
) -> None:
    """Let the letters about one's own account go to another address, with the password and shortly after coming in.

    Raises NotAllowed later than that, Invalid for a wrong password or an address that is none, RateLimited after too
    many wrong ones.
    """
    sessions.must_be_fresh(visit, now)
    verified = await _must_know(now, gate, visit, current, caller)
    await _move(now, visit, verified, mail_address)


async def _must_know(now: datetime, gate: Gate, visit: Visit, current: str, caller: Caller) -> str | None:
    """What is kept of the password, where `current` is it."""
    if not await throttling.may_try(now, _door(gate, visit.account.login, caller, "change")):
        raise RateLimited("続けて間違えたため、しばらく受け付けません。時間をおいてください。")
    credential = await Credential.get(account_id=visit.account.id)
    if not await passwords.fits(current, credential.password_hash):
        raise passwords.wrong("いまのパスワードが正しくありません。", "current")
    return credential.password_hash


@routine
async def _change(now: datetime, visit: Visit, verified: str | None, hashed: str) -> str:
    account = await sessions.hold(now, visit.account.id, visit.session, verified)
    await set_password(now, account, hashed)
    await telling.tell(account.author(now), account, Change.PASSWORD)
    return await sessions.open_session(now, account, Stage.INSIDE, visit.session.label)


@routine
async def _move(now: datetime, visit: Visit, verified: str | None, mail_address: str) -> None:
    account = await sessions.hold(now, visit.account.id, visit.session, verified)
    await telling.move(account.author(now), account, mail_address)


@routine
async def _let_in(
    now: datetime,
    gate: Gate,
    account: Account,
    stage: Stage | None,
    caller: Caller,
    before: Session | None = None,
    verified: str | None = None,
    counted: bool = True,
) -> Entered:
    """A session with a number of its own for each step; what was there before ends. Without a stage it leads as far as
    a password does. Raises Unauthenticated where the keys that were shown are none any more."""
    account = await sessions.hold(now, account.id, before, verified)
    stage = stage or await _stage(gate, account)
    if before is not None:
        await Session.filter(id=before.id).update(ended_at=now)
    secret = await sessions.open_session(now, account, stage, caller.label)
    if stage is Stage.INSIDE:
        doors = [_door(gate, account.login, caller, what) for what in ("password", "code")]
        tries = await throttling.welcome(now, *doors, counted=counted)
        await Account.filter(id=account.id).update(last_entered_at=now)
        await note(account.author(now), account, "account-entered", tries_before=tries)
    return Entered(secret, stage, account.role)


@routine
async def tidy(now: datetime) -> None:
    """Let go of what tells no more than when somebody once sat down: counters, networks, sessions of last month."""
    await throttling.forget(now)
    await Session.filter(until__lte=now - throttling.FAMILIAR).delete()
