"""Links to choose a password: sent by letter, for one account, until a day, once.

The link is derived from the installation's key (`tokens.derive`), so no table holds it; a new one ends the one before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain import records, tokens
from domain.accounts import passwords, sessions, telling, throttling
from domain.accounts.account import NOBODY, Account, Credential, Gate, note, words_of
from domain.accounts.naming import folded, known_as
from domain.accounts.telling import Change
from domain.actor import Author
from domain.errors import NotFound
from domain.verbs import routine

GONE = "このリンクは使えません。期限が切れたか、すでに使われたか、新しいリンクが送られています。"


class Link(StrEnum):
    """What a link is for; the word is part of what it is derived from."""

    WELCOME = "welcome"
    RESET = "password-reset"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=7) if self is Link.WELCOME else timedelta(days=1)

    @property
    def path(self) -> str:
        return "/welcome" if self is Link.WELCOME else "/password/reset"


def address(secret: str, base_url: str, link: Link, account_id: UUID, generation: int) -> str:
    """The link in full, by the installation's key. Whoever has it may choose the password."""
    return f"{base_url}{link.path}/{tokens.derive(secret, link, account_id, generation)}"


async def renew(author: Author, account: Account, link: Link) -> Account:
    """Make a new link and end the one before; whoever calls has it sent or shown."""
    values = {"link_generation": account.link_generation + 1, "link_until": author.now + link.lasts}
    return await records.change(author, account, f"{link}-link-made", **values)


async def send(author: Author, account: Account, link: Link) -> Account:
    """Make a new link and owe its letter. Raises Incomplete for an account without a mail address."""
    await renew(author, account, link)
    facts = {
        "link": link,
        "account_id": str(account.id),
        "generation": account.link_generation,
        "lasts": f"{link.lasts.days}日間" if link.lasts.days > 1 else f"{link.lasts // timedelta(hours=1)}時間",
    }
    kind = "account-invitation" if link is Link.WELCOME else "password-reset"
    await telling.write(author, account, kind, str(account.link_generation), **facts)
    return account


async def ask_for_reset(now: datetime, gate: Gate, login: str, address: str) -> None:
    """Note that whoever has this name wants a link: nothing tells whether there is anybody, nor whether it was asked
    too often, for the clock sends it (`send_resets`)."""
    door = throttling.door(gate, folded(login), address, "reset")
    if await throttling.may_try(now, door, throttling.BY_RESET):
        account = await known_as(login, now)
        is_reached = account is not None and account.is_open(now) and account.mail_address != ""
        await Account.filter(id=account.id if account and is_reached else NOBODY).update(reset_asked_at=now)


@routine
async def send_resets(now: datetime) -> None:
    """Send a link to everybody who has asked for one since the last time."""
    for account in await Account.filter(reset_asked_at__isnull=False).select_for_update():
        if account.is_open(now) and account.mail_address:
            await send(account.author(now), account, Link.RESET)
        await Account.filter(id=account.id).update(reset_asked_at=None)


@routine
async def behind(now: datetime, gate: Gate, link: Link, token: str) -> Account:
    """The account for which a link was made. Raises NotFound, whatever is wrong with it."""
    id = tokens.id_in(token) or NOBODY
    account = await Account.filter(id=id).select_for_update().first()
    is_genuine = tokens.is_genuine(token, gate.keys, link, id, account.link_generation if account else 0)
    if account is None or not is_genuine:
        raise NotFound(GONE)
    if account.link_until is None or account.link_until <= now or not account.is_open(now):
        raise NotFound(GONE)
    return account


async def choose_password(now: datetime, gate: Gate, link: Link, token: str, password: str, origin: str) -> Account:
    """Use a link: the password is set, every session ends, and the link with it. Raises NotFound and Invalid.

    Whoever has read the letter is at home on the network of `origin`, the address they come from.
    """
    account = await behind(now, gate, link, token)
    hashed = await passwords.kept(password, await words_of(account))
    opened = await _use(now, gate, link, token, hashed)
    await throttling.welcome(now, throttling.door(gate, account.login, origin), counted=False)
    return opened


@routine
async def _use(now: datetime, gate: Gate, link: Link, token: str, hashed: str) -> Account:
    account = await behind(now, gate, link, token)
    await set_password(now, account, hashed)
    await telling.tell(account.author(now), account, Change.PASSWORD)
    fact = "account-opened" if link is Link.WELCOME else "password-reset"
    return await records.change(account.author(now), account, fact, link_until=None)


async def set_password(now: datetime, account: Account, hashed: str) -> None:
    """Keep another password and end every session."""
    values = {"password_hash": hashed, "password_set_at": now}
    await Credential.filter(account_id=account.id).update(**values)
    await sessions.end_all(now, account)
    await note(account.author(now), account, "password-set")
