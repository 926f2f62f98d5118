"""The second factor: a number that changes every 30 seconds (TOTP, RFC 6238), and codes for when the telephone is lost.

The key is sealed for its account. A number is taken within one step of the present one, and none twice.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain import database, tokens
from domain.accounts import sessions
from domain.accounts.account import NOBODY, Account, Credential, Gate, RecoveryCode, note
from domain.accounts.envelopes import seal, unseal
from domain.accounts.inviting import forget_factor
from domain.accounts.sessions import Visit
from domain.accounts.telling import Change, tell
from domain.errors import Invalid, NotAllowed
from domain.keys import Keys
from domain.values import dataclass
from domain.verbs import routine

STEP = 30  # seconds
CODES = 10
FACTOR, OFFER = "second factor", "second factor offered"
NOBODYS, NOBODYS_KEY = urlsafe_b64encode(bytes(60)).decode(), "A" * 32
"""What is opened, and what a number is compared with, where there is no factor: so a name without one takes as long."""

WRONG = "番号が正しくありません。認証アプリに今出ている6桁の番号か、未使用の予備コードを入力してください。"
EXPIRED = "この画面は古くなりました。新しく表示された鍵を登録してください。"


@dataclass(frozen=True)
class Offer:
    """A key that somebody may take up: `uri` for the QR code, `key` to be typed, `sealed` to come back."""

    key: str
    uri: str
    sealed: str


def offer(gate: Gate, visit: Visit) -> Offer:
    """A new key; nothing is kept of it until a number shows that it arrived in the telephone."""
    from pyotp import random_base32

    key = random_base32()
    return _offer(visit, key, seal(gate.secret, OFFER, str(visit.session.id), key))


def offered(gate: Gate, visit: Visit, sealed: str) -> Offer:
    """The same offer again, for somebody who mistyped the number. Raises Invalid for another session's."""
    key = unseal(gate.keys, OFFER, str(visit.session.id), sealed)
    if key is None:
        raise Invalid(EXPIRED, field="code")
    return _offer(visit, key, sealed)


def _offer(visit: Visit, key: str, sealed: str) -> Offer:
    from pyotp import TOTP

    return Offer(key, TOTP(key, name=visit.account.login, issuer="Renkei").provisioning_uri(), sealed)


@routine
async def take_up(now: datetime, gate: Gate, visit: Visit, sealed: str, code: str) -> list[str]:
    """Keep an offered key, in place of any other, and answer ten recovery codes, which are shown this once.

    Raises Invalid for a wrong number; whoever is still halfway must have no second factor yet.
    """
    key = offered(gate, visit, sealed).key
    step = _step_of(key, _digits(code), now)
    if step is None:
        raise Invalid(WRONG, field="code")
    account = await sessions.hold(now, visit.account.id, visit.session)
    await _may_be_replaced(visit, account, now)
    kept = seal(gate.secret, FACTOR, str(account.id), key)
    await Credential.filter(account_id=account.id).update(factor=kept, factor_step=step)
    await sessions.end_all(now, account, visit.session)
    await note(account.author(now), account, "second-factor-enrolled")
    await tell(account.author(now), account, Change.FACTOR)
    return await _new_codes(account)


async def _may_be_replaced(visit: Visit, account: Account, now: datetime) -> None:
    if visit.session.stage is sessions.Stage.INSIDE:
        sessions.must_be_fresh(visit, now)
    elif await is_enrolled(account):
        raise NotAllowed("二段階認証はすでに設定されています。番号を入力してログインしてください。")


async def is_enrolled(account: Account) -> bool:
    return await Credential.filter(account_id=account.id, factor__isnull=False).exists()


@routine
async def give_up(now: datetime, gate: Gate, visit: Visit) -> None:
    """Do without the second factor again, where the role allows it."""
    sessions.must_be_fresh(visit, now)
    if gate.asks_for_more(visit.account.role):
        raise NotAllowed("警察職員は二段階認証をやめられません。機種変更のときは、設定し直してください。")
    account = await sessions.hold(now, visit.account.id, visit.session)
    await forget_factor(account)
    await note(account.author(now), account, "second-factor-removed")
    await tell(account.author(now), account, Change.NO_FACTOR)


@routine
async def renew_codes(now: datetime, visit: Visit) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones end."""
    sessions.must_be_fresh(visit, now)
    account = await sessions.hold(now, visit.account.id, visit.session)
    if not await is_enrolled(account):
        raise NotAllowed("先に二段階認証を設定してください。")
    await note(account.author(now), account, "recovery-codes-renewed")
    await tell(account.author(now), account, Change.CODES)
    return await _new_codes(account)


async def _new_codes(account: Account) -> list[str]:
    await RecoveryCode.filter(account_id=account.id).delete()
    codes = [b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    whose = {"account_id": account.id, "prefecture_id": account.prefecture_id}
    await RecoveryCode.bulk_create([RecoveryCode(**whose, sha256=tokens.digest(code)) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


async def left(account: Account) -> int:
    """How many recovery codes have not been used."""
    return await RecoveryCode.filter(account_id=account.id, used_at=None).count()


@routine
async def prove(now: datetime, gate: Gate, account: Account | None, code: str) -> bool:
    """Whether this number or recovery code is the account's; it is used up by the asking.

    For nobody's account, and for one without a factor, the same is done and the answer is no.
    """
    typed, id = _digits(code), account.id if account else NOBODY
    if len(typed) == 6:
        return await _prove_step(now, gate, id, typed)
    used = await _use_up(now, id, typed)
    if used and account:
        await note(account.author(now), account, "recovery-code-used")
    return used


async def _prove_step(now: datetime, gate: Gate, account_id: UUID, digits: str) -> bool:
    credential = await Credential.filter(account_id=account_id).first()
    sealed = credential.factor if credential else None
    key = unseal(gate.keys, FACTOR, str(account_id), sealed or NOBODYS)
    step = _step_of(key or NOBODYS_KEY, digits, now)
    newer = "UPDATE credential SET factor_step = $2 WHERE account_id = $1 AND factor_step < $2 RETURNING 1 AS one"
    is_proved = key is not None and step is not None and await database.was_first(newer, account_id, step)
    if is_proved and credential:
        await _seal_anew(gate, credential)
    return is_proved


class Sealed(NamedTuple):
    """How many second factors were sealed anew, and how many no key opens that is known."""

    anew: int
    lost: int


@routine
async def seal_all_anew(now: datetime, gate: Gate) -> Sealed:
    """Seal by the present key what only the former one opens."""
    done = [await _seal_anew(gate, one) for one in await Credential.filter(factor__isnull=False).order_by("id")]
    return Sealed(done.count(True), done.count(None))


async def _seal_anew(gate: Gate, credential: Credential) -> bool | None:
    """Whether there was need to; nothing where no key opens it. Whoever takes up another at the same time keeps
    that."""
    about, sealed = str(credential.account_id), credential.factor or ""
    key = unseal(gate.keys, FACTOR, about, sealed)
    if key is None:
        return None
    if gate.former is None or unseal(Keys(gate.secret), FACTOR, about, sealed) is not None:
        return False
    theirs = Credential.filter(id=credential.id, factor=sealed)
    return await theirs.update(factor=seal(gate.secret, FACTOR, about, key)) == 1


def _step_of(key: str, digits: str, now: datetime) -> int | None:
    """The time step to which a number belongs: the present one, the one before or the one after."""
    from pyotp import TOTP

    present = int(now.timestamp()) // STEP
    around = {step: TOTP(key).at(step * STEP) for step in (present, present - 1, present + 1)}
    same = [step for step, number in around.items() if hmac.compare_digest(number, digits)]
    return same[0] if same else None


async def _use_up(now: datetime, account_id: UUID, code: str) -> bool:
    unused = RecoveryCode.filter(account_id=account_id, sha256=tokens.digest(code), used_at=None)
    return await unused.update(used_at=now) == 1


def _digits(code: str) -> str:
    """A number or code as it is compared: without blanks and hyphens, in plain capital letters."""
    typed = unicodedata.normalize("NFKC", code[:100]).upper()
    plain = "".join(letter for letter in typed if letter.isalnum())
    return plain if plain.isascii() else ""
