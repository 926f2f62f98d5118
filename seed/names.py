"""Names of people who do not exist, with characters that break careless programs: 髙 﨑 𠮷 塚 (U+FA10) 神 (U+FA19)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from domain.values import dataclass

FAMILIES = (
    "見本 ミホン/髙見本 タカミホン/試﨑 シザキ/𠮷例 ヨシレイ/例塚 レイヅカ/神例 カミレイ/福見 フクミ/仮山 カリヤマ/"
    "例川 レイカワ/試田 シダ/模田 モダ/雛川 ヒナガワ/凡田 ボンダ/題原 ダイハラ/空野 ソラノ/想田 ソウダ/"
    "例木 レイキ/見本谷 ミホンダニ/試野 シノ/仮澤 カリサワ/模﨑 モザキ/例濵 レイハマ/雛田 ヒナタ/凡野 ボンノ/"
    "題川 ダイカワ/想山 ソウヤマ/架野 カノ/示田 シメダ"
)
GIVENS = (
    "太郎 タロウ/一郎 イチロウ/次郎 ジロウ/三郎 サブロウ/花子 ハナコ/恵 メグミ/幸子 サチコ/良子 ヨシコ/春子 ハルコ/"
    "夏樹 ナツキ/秋人 アキト/美冬 ミフユ/双葉 フタバ/三枝 ミエ/海人 カイト/浜子 ハマコ/汐里 シオリ/渚 ナギサ/岬 ミサキ/"
    "凪 ナギ/翔太 ショウタ/学 マナブ/正 タダシ/誠 マコト/実 ミノル/明 アキラ/進 ススム/守 マモル/望 ノゾミ/光 ヒカル/"
    "結 ユイ/葵 アオイ/蓮 レン/陽菜 ヒナ/大翔 ヒロト/京子 キョウコ"
)


@dataclass(frozen=True)
class Name:
    """氏, 名 and their kana."""

    family: str
    given: str
    family_kana: str
    given_kana: str

    @property
    def whole(self) -> str:
        return f"{self.family} {self.given}"

    def facts(self) -> dict[str, str]:
        """The name as rosters and verbs take it."""
        return {
            "family_name": self.family,
            "given_name": self.given,
            "family_name_kana": self.family_kana,
            "given_name_kana": self.given_kana,
        }


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(written, kana) for written, _, kana in (pair.partition(" ") for pair in text.split("/"))]


ALL = [Name(family[0], given[0], family[1], given[1]) for family, given in product(_pairs(FAMILIES), _pairs(GIVENS))]


def called(whole: str) -> Name:
    """The person of that name."""
    return next(name for name in ALL if name.whole == whole)


def dealt(dice: Random, without: frozenset[str]) -> Iterator[Name]:
    """Everybody else, each once, in the order of the dice."""
    rest = [name for name in ALL if name.whole not in without]
    dice.shuffle(rest)
    return iter(rest)
