"""How one cell becomes a value. A reader gets the cell's text without blanks around it, and raises `Invalid`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeVar

from domain.errors import Invalid
from domain.japanese import read_date, search_key, shown, storable

V = TypeVar("V")

FORMS = 100
"""In how many forms the few words of one column are remembered."""

YES = ("はい", "有", "あり", "○", "〇", "◯", "✓", "✔", "レ", "1", "TRUE", "Y", "YES", "該当", "要")
NO = ("いいえ", "無", "なし", "×", "✕", "0", "FALSE", "N", "NO", "非該当", "不要", "-")
_KANA = re.compile(r"[\u3041-\u309f\u30a0-\u30ff\uff65-\uff9f\s・･,.()（）-]+")


def text(most: int) -> Callable[[str], str]:
    """One line, kept exactly as it stands in the file."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise Invalid(f"{most}字以内にしてください（いまは{len(cell)}字です）。")
        return storable(cell)

    return read


def kana(most: int) -> Callable[[str], str]:
    """Kana of any width and kind, kept as typed: readings are never derived, so they must be right."""
    one_line = text(most)

    def read(cell: str) -> str:
        if not _KANA.fullmatch(cell):
            raise Invalid("フリガナは、かな（カタカナかひらがな）で入力してください。")
        return one_line(cell)

    return read


def full_name(most: int, part: Callable[[int], Callable[[str], str]] = text) -> Callable[[str], tuple[str, str]]:
    """氏 and 名 out of one cell, split at its blank; where to split an unbroken name nobody can know."""
    read_part = part(most)

    def read(cell: str) -> tuple[str, str]:
        parts = cell.split()
        if len(parts) != 2:
            raise Invalid(
                "氏と名の間に空白を1つ入れてください（例: 見本 太郎）。分けにくいときは氏と名の列を分けてください。"
            )
        return read_part(parts[0]), read_part(parts[1])

    return read


def choice(labels: Mapping[str, V]) -> Callable[[str], V]:
    """One of the words, however its width, case and kana; the first word of each value is the one we offer."""
    known = {search_key(label): value for label, value in labels.items()}

    @lru_cache(FORMS)
    def read(cell: str) -> V:
        key = search_key(cell)
        if key not in known:
            raise Invalid(f"次のどれかを入力してください: {'、'.join(offered(labels))}")
        return known[key]

    return read


def offered(labels: Mapping[str, object]) -> tuple[str, ...]:
    """The words of an input list: one for each value."""
    first: dict[object, str] = {}
    for label, value in labels.items():
        first.setdefault(value, label)
    return tuple(first.values())


def whole_number(least: int, most: int, unit: str) -> Callable[[str], int]:
    """12, 1,200 or 40人, in any width."""

    def read(cell: str) -> int:
        plain = unicodedata.normalize("NFKC", cell).replace(",", "").removesuffix(unit).strip()
        if not re.fullmatch(r"[0-9]{1,9}", plain) or not least <= int(plain) <= most:
            raise Invalid(f"{least}から{most}までの数字で入力してください。")
        return int(plain)

    return read


def narrow(most: int) -> Callable[[str], str]:
    """Digits, letters and signs, half-width."""
    one_line = text(most)
    return lambda cell: one_line(unicodedata.normalize("NFKC", cell))


def day(cell: str) -> date:
    """和暦 or western, or a date of Excel's."""
    return read_date(cell)


def own_number(most: int) -> Callable[[str], str]:
    """A number that the office itself has given: letters, digits and hyphens, half-width."""

    def read(cell: str) -> str:
        plain = unicodedata.normalize("NFKC", cell)
        if not re.fullmatch(rf"[0-9A-Za-z-]{{1,{most}}}", plain):
            raise Invalid(f"番号「{shown(cell)}」は、英数字とハイフン{most}字以内で入力してください。")
        return plain

    return read
