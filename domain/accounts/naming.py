"""Login names: how one is written, and whose it is.

Each prefecture gives its own: what one of them uses, another is not told. An installation of several prefectures
therefore wants the prefecture's code before the name (`04/hanako`); one that holds a single prefecture does not.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from tortoise.expressions import Q

from domain.accounts.account import Account
from domain.criteria import any_of
from domain.errors import Invalid
from domain.japanese import storable
from domain.units import Unit, UnitKind
from domain.verbs import broken

NAME = re.compile(r"[^\s@]+(@[^\s@]+)?")
LONGEST = 254

broken("account_login", "このログイン名はすでに使われています。別のログイン名を指定してください。")


def folded(login: str) -> str:
    """A login name as it is compared: without blanks around it, in NFKC, in small letters."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def login_name(login: str) -> str:
    """The login name to keep. Raises Invalid for what is neither a mail address nor a number nor a word."""
    name = folded(storable(login, field="login"))
    if not 2 <= len(name) <= LONGEST or not NAME.fullmatch(name):
        said = "ログイン名には、メールアドレスか職員番号など、空白のない2文字以上を指定してください。"
        raise Invalid(said, field="login")
    return name


async def known_as(login: str, now: datetime) -> Account | None:
    """The account that somebody means at the door and that has not ended, the newest where one is about to."""
    typed, roots = folded(login), await _roots()
    if _is_shared(roots):
        code, _, name = typed.partition("/")
        wanted = [root for root in roots if root.code.casefold() == code]
    else:
        name, wanted = typed, roots
    ids = [root.id for root in wanted]
    named = Account.filter(any_of(Account, "prefecture_id", ids), login=name[:LONGEST])
    living = await named.filter(Q(ended_at=None) | Q(ended_at__gt=now)).order_by("-created_at")
    return next(iter([account for id in ids for account in living if account.prefecture_id == id]), None)


async def spelled(account: Account) -> str:
    """What the holder types at the door."""
    roots = await _roots()
    code = next(root.code for root in roots if root.id == account.prefecture_id)
    return f"{code}/{account.login}" if _is_shared(roots) else account.login


async def _roots() -> list[Unit]:
    """The prefectures, and after them 警察庁, whose few names stand back where one prefecture has the same."""
    return sorted(await Unit.filter(parent_id=None), key=lambda root: root.kind is not UnitKind.PREFECTURE)


def _is_shared(roots: list[Unit]) -> bool:
    return len([root for root in roots if root.kind is UnitKind.PREFECTURE]) > 1
