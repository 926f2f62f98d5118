"""Keys for finding, comparing and sorting. A key stands beside the stored text and never replaces it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Protocol

from domain.japanese.text import HYPHENS

# Variants that people and systems use for one another in names: variant, then usual form. 斉 and 斎 stay
# apart: they are two characters. Compatibility ideographs (神 U+FA19, 塚 U+FA10) are folded by NFKC.
VARIANTS = (
    "髙高 﨑崎 嵜崎 𠮷吉 邊辺 邉辺 齋斎 齊斉 濱浜 濵浜 澤沢 廣広 國国 眞真 嶋島 嶌島 櫻桜 瀧滝 龍竜 冨富 "
    "德徳 惠恵 榮栄 藏蔵 圓円 寶宝 壽寿 學学 條条 來来 萬万 與与 靜静 關関 縣県 鐵鉄 會会 醫医 實実 豐豊 "
    "淺浅 兒児 彌弥 禮礼 佛仏 莊荘 總総 檜桧 槇槙 籠篭 礒磯 鷗鴎 燈灯 堯尭 遙遥 凜凛 曾曽 祿禄 蘆芦 桒桑 "
    "舘館 曻昇 栁柳 舩船 渕淵 渊淵 橫横 黑黒 靑青 淸清 增増 內内 吳呉 敎教 步歩 戶戸 溪渓 藥薬 峯峰 嶽岳 "
    "穗穂 晉晋 緖緒 薰薫 綠緑 𣘺橋 圡土 𡈽土 㐂喜 逹達 區区 團団 應応 氣気 龜亀 瀨瀬 賴頼 聰聡 亞亜 觀観 "
    "驛駅 鹽塩 濟済 澁渋 爲為 顯顕 尙尚 將将 稻稲 黃黄 歲歳"
)

# In the form they have after NFKC and casefold.
COMPANY_FORMS = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(名)": "合名会社",
    "(資)": "合資会社",
    "(相)": "相互会社",
    "(協)": "協同組合",
    "(社)": "社団法人",
    "(一社)": "一般社団法人",
    "(公社)": "公益社団法人",
    "(財)": "財団法人",
    "(一財)": "一般財団法人",
    "(公財)": "公益財団法人",
    "(学)": "学校法人",
    "(医)": "医療法人",
    "(福)": "社会福祉法人",
    "(社福)": "社会福祉法人",
    "(宗)": "宗教法人",
    "(独)": "独立行政法人",
    "(地独)": "地方独立行政法人",
    "(特非)": "特定非営利活動法人",
    "npo法人": "特定非営利活動法人",
}

_DASHES = HYPHENS + "〜~⁓━"
_KATAKANA = {0x3041 + at: 0x30A1 + at for at in range(86)} | {0x309D: 0x30FD, 0x309E: 0x30FE}
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_USUAL = {ord(pair[0]): ord(pair[1]) for pair in VARIANTS.split()} | dict.fromkeys(map(ord, _DASHES), "-")


def _in_turn(*tables: Mapping[int, int | str]) -> dict[int, str]:
    """One table for several that would translate one after the other, each a character to one other."""
    folded = {letter: chr(letter) for table in tables for letter in table}
    for table in tables:
        folded = {letter: text.translate(table) for letter, text in folded.items()}
    return folded


_FOLDED = _in_turn(_KATAKANA, _LARGE, _USUAL)
_UNSEEN = re.compile("[\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
_ABBREVIATED = re.compile("|".join(map(re.escape, COMPANY_FORMS)))
_FORM = re.compile("|".join(sorted(set(COMPANY_FORMS.values()), key=len, reverse=True)))
_LOOSE_PUNCTUATION = re.compile(r"[・·.,、。'’\"”]")


def search_key(text: str) -> str:
    """Fold what people write differently and mean alike; the same for what is stored and what is asked for.

    Width, case, hiragana and katakana, small and large kana, hyphens and 長音, variant characters (髙 高),
    variation selectors and spaces make no difference, and ㈱ and (株) are 株式会社. A key is its own key.
    """
    plain = text.replace("\u309b", "\u3099").replace("\u309c", "\u309a").replace("㊑", "㈱").replace("㊒", "㈲")
    plain = _compatible(_UNSEEN.sub("", plain)).translate(_FOLDED)
    plain = unicodedata.normalize("NFC", "".join(plain.split()))
    return _ABBREVIATED.sub(lambda found: COMPANY_FORMS[found.group()], plain)


def name_key(text: str) -> str:
    """The identity of an organisation by its name: ㈱架空電力 and 株式会社架空電力 are one.

    株式会社架空電力, 架空電力株式会社 and 有限会社架空電力 remain three, because in law they are. Whoever
    must not guess compares `name_stem` as well, and asks.
    """
    key = search_key(text)
    tight = _LOOSE_PUNCTUATION.sub("", key)
    return key if tight == key else search_key(tight) or key


def name_stem(text: str) -> str:
    """`name_key` without the company form: names with one stem may be the same organisation."""
    key = name_key(text)
    return _FORM.sub("", key) or key


def search_stem(text: str) -> str:
    """`search_key` without the company form, by which ㈱架空電力 finds 架空電力株式会社; a form alone is itself."""
    key = search_key(text)
    return _FORM.sub("", key) or key


ORDERED = 1_000
"""No column holds a name this long. One that its column will refuse is not to take a second for each 50 kB before."""


def kana_order(text: str) -> str:
    """An ASCII text whose byte order (collation C) is 五十音 order (JIS X 4061): コーヒー beside コオヒイ.

    長音 counts as the vowel before it, ゝ as the sound before it; width and kind of kana make no difference.
    What is not kana follows the Unicode Collation Algorithm: digits, letters, kana, then kanji by code point.
    The first call loads pyuca's table (about 0.2 s and 13 MB). Only the first ORDERED characters count.
    """
    kana = unicodedata.normalize("NFKC", text[:ORDERED]).translate(_KATAKANA)
    return _weights(_spoken(kana)) + "".join([_MARKS.get(sound, "2") for sound in kana])


def _weights(text: str) -> str:
    """The sort key of the Unicode Collation Algorithm (UTS #10 §7.3) as hexadecimal text, its four levels in turn.

    Where no two characters that stand beside each other are ever weighed as one, each is looked up once and for all.
    """
    decomposed = unicodedata.normalize("NFD", text)
    if not _EACH_BY_ITSELF.fullmatch(decomposed):
        return "".join([f"{weight:04x}" for weight in (*_collator().sort_key(decomposed), 0)])
    letters = [_levels(letter) for letter in _LETTER.findall(decomposed)]
    return "".join(["".join([levels[number] for levels in letters]) + _LEVEL_ENDS for number in range(4)])


_LEVEL_ENDS = "0000"
_LETTER = re.compile(".[\u302a-\u302f\u3099\u309a]*", re.DOTALL)
_EACH_BY_ITSELF = re.compile("[\\x00-\\x7e\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*")
"""What Japanese is written with. Which characters may be weighed as one says the table of the algorithm, of all these
only L with the middle dot of Catalan, which is none of them."""


@lru_cache(10_000)
def _levels(letter: str) -> list[str]:
    """What one character, with the marks that follow it, weighs on each level."""
    levels: list[str] = [""]
    for weight in _collator().sort_key(letter):
        levels = [*levels[:-1], levels[-1] + f"{weight:04x}"] if weight else [*levels, ""]
    return levels


_VOWEL_ROWS = {
    "ア": "アァカガサザタダナハバパマヤャラワヮヵ",
    "イ": "イィキギシジチヂニヒビピミリヰ",
    "ウ": "ウゥヴクグスズツッヅヌフブプムユュル",
    "エ": "エェケゲセゼテデネヘベペメレヱヶ",
    "オ": "オォコゴソゾトドノホボポモヨョロヲ",
}
_VOWEL = {kana: vowel for vowel, row in _VOWEL_ROWS.items() for kana in row}
_VOICED = {"ヽ": "", "ヾ": "\u3099"}
_MARKS = {"ー": "0", "ヽ": "1", "ヾ": "1"}


class _Collator(Protocol):
    def sort_key(self, string: str) -> tuple[int, ...]: ...


@cache
def _collator() -> _Collator:
    # Imported on first use: a process that never sorts names does not pay for the table.
    from pyuca import Collator

    collator: _Collator = Collator()
    return collator


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _spoken(kana: str) -> str:
    if _MARKS.keys().isdisjoint(kana):
        return kana
    spoken = ""
    for sound in kana:
        if sound == "ー":
            sound = _VOWEL.get(spoken[-1:], sound)
        elif sound in _VOICED and spoken:
            sound = unicodedata.normalize("NFC", _unvoiced(spoken[-1]) + _VOICED[sound])
        spoken += sound
    return spoken


def _unvoiced(sound: str) -> str:
    return unicodedata.normalize("NFD", sound)[0]
