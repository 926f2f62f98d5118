"""Passwords: which ones are taken, and how one is kept so that nobody can read it again.

The rules are those of NIST SP 800-63B-4 (3.1.1.2): a length and nothing about which characters, a look into lists of
what attackers try first, no words that stand for the person or the office, no change by the calendar. A password is
compared in NFKC, so that full-width letters of a Japanese keyboard count as the plain ones.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from domain.errors import Invalid
from domain.japanese import storable

if TYPE_CHECKING:
    from pwdlib import PasswordHash

T = TypeVar("T")
LEAST, MOST = 8, 128
LOOKED_AT = 72  # characters that are compared with the lists; what follows them only makes it better
TRIED_FIRST = 1_000_000
"""What falls among so many guesses is refused: an attacker who waits out every pause gets there within a lifetime."""

OFFICE = ("renkei", "連携", "police", "keisatsu", "警察", "cyber", "サイバー", "password", "パスワード")
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$MjF1zLqHHLN5QM0/g77XLQ$nUkQo+2o1j/fzoaiZKP3IeZD9YK/csRgzVWoVMCJ4u0"
"""What a password is compared with where there is none: so an unknown name takes as long as a known one."""

# Each takes 64 MiB and a tenth of a second: more at once would starve whoever only reads.
HASHING: Executor = ThreadPoolExecutor(2, thread_name_prefix="passwords")


@cache
def hasher() -> PasswordHash:
    """argon2id, 64 MiB, 3 passes (RFC 9106 §4, second choice); loaded with the first password, not at every start."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


def plain(password: str) -> str:
    """The form in which a password is compared."""
    return unicodedata.normalize("NFKC", password)


async def kept(password: str, words: Iterable[str]) -> str:
    """The hash to keep of a good password. Raises Invalid, with the reason, for any other."""
    typed = plain(storable(password, field="password"))
    _must_be_long_enough(typed, words)
    if await _away(lambda: _guesses(typed[:LOOKED_AT])) < TRIED_FIRST:
        raise wrong("推測されやすいパスワードです。よくある言葉・並び・繰り返しを避け、別のものにしてください。")
    return await _away(lambda: hasher().hash(typed))


async def fits(password: str, hashed: str | None) -> bool:
    """Whether this is the password that was kept. It is as much work where nothing was kept, and never fits."""
    typed = plain(password)[: MOST + 1]
    same = await _away(lambda: hasher().verify(typed.encode(errors="replace"), hashed or NOBODYS))
    return same and hashed is not None


def _guesses(typed: str) -> float:
    """After how many guesses it is found. The lists are read when the first password is chosen, not at every start."""
    from zxcvbn import zxcvbn

    return float(zxcvbn(typed)["guesses"])


def _must_be_long_enough(typed: str, words: Iterable[str]) -> None:
    if len(typed) < LEAST:
        raise wrong(f"パスワードは{LEAST}文字以上にしてください。言葉をいくつか並べると覚えやすくなります。")
    if len(typed) > MOST:
        raise wrong(f"パスワードは{MOST}文字以内にしてください（いまは{len(typed)}文字です）。")
    if len(without(typed, words)) < LEAST:
        said = f"氏名・メールアドレス・所属などの言葉を除くと{LEAST}文字に足りません。ほかの言葉を加えてください。"
        raise wrong(said)


def without(typed: str, words: Iterable[str]) -> str:
    """What remains of a password without the words that anybody would try for this person."""
    folded = [plain(word).casefold() for word in (*words, *OFFICE)]
    found = sorted({word for word in folded if len(word) >= (3 if word.isascii() else 2)}, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, found)), "", typed.casefold())


def wrong(message: str, field: str = "password") -> Invalid:
    """What is told of a password that is not taken."""
    return Invalid(message, field=field)


async def _away(work: Callable[[], T]) -> T:
    """In a thread, two at once: others are answered meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(HASHING, work)
