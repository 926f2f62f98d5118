"""Which passwords are taken, and what is kept of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.accounts import passwords
from domain.errors import Invalid

WORDS = ["見本", "ミホン", "hanako", "hanako@police.aohama.example", "aohama", "青浜第1警察署"]


@pytest.fixture(autouse=True)
def passwords_cost_little() -> None:
    """Here they cost what they cost."""


def kept(password: str) -> str:
    return asyncio.run(passwords.kept(password, WORDS))


def fits(password: str, hashed: str | None) -> bool:
    return asyncio.run(passwords.fits(password, hashed))


@pytest.mark.parametrize(
    "password",
    [
        "すずめ三羽 屋根の上",
        "correct horse battery staple",
        "xk29!fjw1",
        "a" * 3 + "Ω≠漢字かな" * 10,
        "🐦🌸⛩️🍡🎐🏯🍵🗻",
    ],
)
def test_any_characters_make_a_password_when_there_are_enough_and_nobody_would_guess_them(password: str) -> None:
    hashed = kept(password)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert fits(password, hashed)
    assert not fits(password + "x", hashed)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "k4!xQ9z",
        "x" * 129,
        "password1",
        "P@ssw0rd",
        "qwertyuiop",
        "12345678",
        "aaaaaaaaaaaa",
        "letmein2026",
        "hanako123!",
        "Aohama-2026",
        "Renkei2026!",
        "見本ミホン見本ミホン",
        "警察サイバー連携2026",
        "ｐａｓｓｗｏｒｄ",
        "tab\tinside it",
        "null\x00inside it",
    ],
)
def test_what_attackers_try_first_is_refused_with_a_reason(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        kept(password)
    assert refused.value.field == "password"
    assert password[3:9] not in refused.value.message or not password


def test_full_width_letters_are_the_plain_ones() -> None:
    hashed = kept("ｓｕｚｕｍｅ　ｇａ　ｓａｎ　ｂａ")
    assert fits("suzume ga san ba", hashed)
    assert not fits("Suzume ga san ba", hashed)


def test_a_word_of_ones_own_in_a_long_password_does_no_harm() -> None:
    assert fits("hanako eats 9 dumplings", kept("hanako eats 9 dumplings"))


def test_nothing_fits_where_nothing_is_kept() -> None:
    assert not fits("", None)
    assert not fits("すずめ三羽 屋根の上", None)


def test_two_hashes_of_one_password_differ() -> None:
    assert kept("すずめ三羽 屋根の上") != kept("すずめ三羽 屋根の上")


def test_an_unknown_name_costs_what_a_known_one_does() -> None:
    assert not passwords.hasher().current_hasher.check_needs_rehash(passwords.NOBODYS)
    assert not passwords.hasher().current_hasher.check_needs_rehash(kept("すずめ三羽 屋根の上"))


def test_two_are_hashed_at_once_and_no_more() -> None:
    assert isinstance(passwords.HASHING, ThreadPoolExecutor)
    assert passwords.HASHING._max_workers == 2


@pytest.mark.parametrize("typed", ["\ud800" * 10, "x" * 100_000])
def test_whatever_is_typed_for_a_password_is_only_wrong(typed: str) -> None:
    assert not fits(typed, kept("すずめ三羽 屋根の上"))
