"""What administrators do with accounts: invite, assign, lock, unlock, help with a lost key, end."""

from __future__ import annotations

from uuid import UUID

from domain import records, tokens, units
from domain.accounts import sessions, telling
from domain.accounts.account import Account, Credential, RecoveryCode, visible_to
from domain.accounts.links import Link, renew, send
from domain.accounts.naming import login_name
from domain.accounts.telling import Change
from domain.actor import Actor, Author, Role
from domain.errors import Conflict, Incomplete, WrongState
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit
from domain.verbs import verb


@verb(Role.ADMIN)
async def invite(actor: Actor, *, person_id: UUID, role: Role, unit_id: UUID | None = None, login: str = "") -> Account:
    """Give a person an account in a role and send them a link for their first login, which lasts seven days.

    `unit_id` defaults to the person's own unit, `login` to their mail address. Inviting again sends a new link to the
    same address and ends the one before. Raises WrongState for another role of one's own.
    """
    return await send(actor, await _offered(actor, person_id, role, unit_id, login), Link.WELCOME)


@verb(Role.ADMIN)
async def open_without_letter(actor: Actor, *, person_id: UUID, role: Role, unit_id: UUID, login: str = "") -> Account:
    """The same where no letter leaves the house: the link is handed over by whoever stands at the machine."""
    return await renew(actor, await _offered(actor, person_id, role, unit_id, login), Link.WELCOME)


async def _offered(actor: Actor, person_id: UUID, role: Role, unit_id: UUID | None, login: str) -> Account:
    """The account that waits for its holder, a new one where there is none."""
    tokens.must_be_for_another(actor, person_id, role)
    person = await records.see(Person.filter(prefecture_id=actor.prefecture_id), person_id, field="person_id")
    unit = await records.see(units.visible_to(actor), unit_id or person.unit_id, field="unit_id")
    return await _waiting(actor, person, role) or await opened(actor, person, role, unit, login)


async def _waiting(actor: Actor, person: Person, role: Role) -> Account | None:
    """The account that was offered already and nobody has used."""
    account = await visible_to(actor).filter(person_id=person.id, role=role, ended_at=None).first()
    if account is not None and (await Credential.get(account_id=account.id)).password_hash is not None:
        raise Conflict("この人は、この役割ですでにログインできます。パスワードを忘れたときは再設定を送ってください。")
    return account


async def opened(author: Author, person: Person, role: Role, unit: Unit, login: str = "") -> Account:
    """An account without a password. Raises Invalid for a role that does not fit, Conflict for a name that is taken."""
    records.must_last(person.retired_on)
    await tokens.must_fit(person, role, unit)
    name = login or person.mail_address or person.number or ""
    if not name:
        raise Incomplete("メールアドレスも番号もない人です。ログイン名を指定してください。", field="login")
    whose = {"prefecture_id": unit.prefecture_id, "unit_id": unit.id, "person_id": person.id}
    body = await tokens.organization_of(person, role)
    known = {"login": login_name(name), "mail_address": person.mail_address}
    account = await records.create(
        author, Account, "account-offered", **whose, role=role, organization_id=body, **known
    )
    await Credential.create(account_id=account.id, prefecture_id=unit.prefecture_id)
    return account


@verb(Role.ADMIN)
async def assign(actor: Actor, account_id: UUID, *, role: Role, unit_id: UUID) -> Account:
    """Give an account another role or unit; whatever was open in the old one ends now, the keys stay.

    Raises WrongState for another role of one's own.
    """
    account = await _living(actor, account_id)
    tokens.must_be_for_another(actor, account.person_id, role)
    person = await Person.get(id=account.person_id)
    unit = await records.see(units.visible_to(actor), unit_id, field="unit_id")
    await tokens.must_fit(person, role, unit)
    await _close(actor, account)
    body = await tokens.organization_of(person, role)
    values = {"role": role, "unit_id": unit.id, "organization_id": body}
    return await records.change(actor, account, "account-assigned", **values)


@verb(Role.ADMIN)
async def lock(actor: Actor, account_id: UUID) -> Account:
    """Let nobody in by this account until it is unlocked; its sessions and its programs' tokens end now."""
    account = await _living(actor, account_id)
    if account.person_id == actor.person_id:
        raise WrongState("自分のアカウントは止められません。ほかの管理者に依頼してください。")
    await _close(actor, account)
    return await records.change(actor, account, "account-locked", locked_at=account.locked_at or actor.now)


@verb(Role.ADMIN)
async def unlock(actor: Actor, account_id: UUID) -> Account:
    """Let its holder in again, with the keys they had."""
    account = await _living(actor, account_id)
    return await records.change(actor, account, "account-unlocked", locked_at=None)


@verb(Role.ADMIN)
async def end(actor: Actor, account_id: UUID) -> Account:
    """End an account for good, with its sessions and its programs' tokens."""
    account = await _living(actor, account_id)
    if account.person_id == actor.person_id:
        raise WrongState("自分のアカウントは終わらせられません。ほかの管理者に依頼してください。")
    await _close(actor, account)
    return await records.change(actor, account, "account-ended", ended_at=actor.now)


@verb(Role.ADMIN)
async def change_address(actor: Actor, account_id: UUID, *, mail_address: str) -> Account:
    """Let the letters about an account go to another address; the old one is told, and a link sent there ends."""
    return await telling.move(actor, await _living(actor, account_id), mail_address)


@verb(Role.ADMIN)
async def send_reset(actor: Actor, account_id: UUID) -> Account:
    """Send the holder a link to choose another password, which lasts a day."""
    return await send(actor, await _living(actor, account_id), Link.RESET)


@verb(Role.ADMIN)
async def make_link(actor: Actor, account_id: UUID) -> Account:
    """A new link for whoever stands beside the machine, instead of a letter; `links.address` says it."""
    return await renew(actor, await _living(actor, account_id), Link.WELCOME)


@verb(Role.ADMIN)
async def remove_factor(actor: Actor, account_id: UUID) -> Account:
    """Forget a second factor that was lost; its sessions end, and the next login asks for a new one."""
    account = await _living(actor, account_id)
    await forget_factor(account)
    await sessions.end_all(actor.now, account)
    await records.note(actor, account, "second-factor-removed")
    await telling.tell(actor, account, Change.NO_FACTOR)
    return account


async def forget_factor(account: Account) -> None:
    """The key of the second factor and every recovery code of it."""
    await Credential.filter(account_id=account.id).update(factor=None)
    await RecoveryCode.filter(account_id=account.id).delete()


async def _living(actor: Actor, account_id: UUID) -> Account:
    account = await records.find(visible_to(actor), account_id)
    if account.ended_at is not None and account.ended_at <= actor.now:
        raise WrongState("終わったアカウントです。必要なら、新しく招待してください。")
    return account


async def _close(author: Author, account: Account) -> None:
    """End what was opened by an account: its sessions, and the tokens of the same person in the same role."""
    await sessions.end_all(author.now, account)
    whose = Token.filter(person_id=account.person_id, role=account.role, revoked_at=None)
    for token in await whose.filter(expires_at__gt=author.now).select_for_update():
        await records.change(author, token, "token-revoked", revoked_at=author.now)
