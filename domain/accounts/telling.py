"""Letters about an account. They go to the account's own address, whatever is known of the person since.

Whoever corrects a name or an address in the books must not thereby get anybody's letters; only an administrator or the
holder changes the address of an account, and the old one is told.
"""

from __future__ import annotations

from enum import StrEnum

from tortoise.expressions import Q

from domain import outbox, records, tokens, units
from domain.accounts.account import Account
from domain.accounts.naming import spelled
from domain.actor import TOKYO, Author
from domain.errors import Incomplete
from domain.japanese import Honorific, addressed, clock, day_with_weekday, mail_address
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit

UNREACHABLE = "送り先のメールアドレスがありません。先に本人（招待済みならアカウント）のアドレスを登録してください。"


class Change(StrEnum):
    """What its holder is told of an account: what happened, and never a secret."""

    PASSWORD = "パスワードが新しく決められました。"  # nosec B105 # what is told of it
    FACTOR = "二段階認証が新しく設定されました。"
    NO_FACTOR = "二段階認証が解除されました。"
    CODES = "二段階認証の予備コードが作り直されました。"
    TOKEN = "プログラム用のアクセストークンが発行されました。"  # nosec B105 # what is told of it
    ADDRESS = "お知らせの送り先のメールアドレスが変わりました。このアドレスへのお知らせはこれが最後です。"


async def write(author: Author, account: Account, kind: str, turn: str, **facts: object) -> None:
    """Owe the holder of an account a letter of their unit. Raises Incomplete where the account has no address.

    `turn` makes the letter's key unique among those of its kind.
    """
    if not account.mail_address:
        raise Incomplete(UNREACHABLE, field="person_id")
    person, unit = await Person.get(id=account.person_id), await Unit.get(id=account.unit_id)
    await outbox.owe(
        f"{kind}:{account.id}:{turn}",
        kind,
        unit_id=unit.id,
        to=(person.name, account.mail_address),
        person_id=person.id,
        facts={
            **await units.signature(unit),
            "recipient": addressed(person.name, Honorific.SAMA),
            "login": await spelled(account),
            **facts,
        },
        owed_at=author.now,
    )


async def tell(author: Author, account: Account, what: Change) -> None:
    """Let the holder know what has changed, and when; not by whom. Without an address nobody can be told."""
    if account.mail_address:
        when = f"{day_with_weekday(author.now.astimezone(TOKYO).date())}{clock(author.now, wide=True)}"
        turn = f"{what.name}:{author.now.isoformat()}"
        await write(author, account, "account-changed", turn, what=what.value, when=when)


@tokens.when_own_is_made
async def tell_of_token(author: Author, token: Token) -> None:
    """Whoever acts in the holder's name can make a key that outlives the session; the holder is to know."""
    theirs = Account.filter(person_id=token.person_id, role=token.role)
    for account in await theirs.filter(Q(ended_at=None) | Q(ended_at__gt=author.now)):
        await tell(author, account, Change.TOKEN)


async def move(author: Author, account: Account, address: str) -> Account:
    """Let the letters go to another address from now on; the old one is told, and a link that was sent there ends."""
    new = mail_address(address)
    if new == account.mail_address:
        return account
    await tell(author, account, Change.ADDRESS)
    return await records.change(author, account, "account-address-changed", mail_address=new, link_until=None)
