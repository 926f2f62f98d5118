"""What text may come in, and what a mail address and an old character set can carry.

Text is stored exactly as typed: these rules refuse or let pass, they never repair (NFC alone would already
destroy 神 U+FA19 and 塚 U+FA10). The one exception is blanks around a mail address.
"""

from __future__ import annotations

import re
import unicodedata

from domain.errors import Invalid

ZERO_WIDTH_JOINER = "\u200d"
HYPHENS = "-‐‑‒–—―−－﹣ーｰ─"
SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
EMOJI_STYLE = "\ufe0f"

_HARM = {
    "制御文字": "\x00-\x08\x0b-\x1f\x7f-\x9f",
    "改行またはタブ": "\t\n",
    "文字の向きを変える制御文字": "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "行や段落の区切りの制御文字": "\u2028\u2029",
    "壊れた文字": "\ud800-\udfff",
    "文字ではない符号": "\ufdd0-\ufdef"
    + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000)),
    "目に見えない文字": "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f",
}
_HARMFUL = re.compile("|".join(f"([{characters}])" for characters in _HARM.values()))
_REASONS = tuple(_HARM)
_ANY = re.compile(f"[{''.join(_HARM.values())}]")
"""All of them, to be looked for at once; which one it is has to be asked of hardly any text."""


def storable(text: str, *, multiline: bool = False, field: str | None = None) -> str:
    """Return the same text, or raise Invalid: the one rule for all text at the door.

    Refused: NUL and the other C0 and C1 controls (LF and TAB pass where `multiline`; a door that receives
    CRLF turns it into LF first), lone surrogates, noncharacters, bidi controls, U+2028/2029/0085, and what
    cannot be seen (zero-width space, BOM, soft hyphen, Hangul fillers, tags). ZERO WIDTH JOINER passes
    between two emoji only. Variation selectors pass, because names need them.
    """
    if _ANY.search(text) is None:
        return text
    for found in _HARMFUL.finditer(text):
        if not (_line_of_prose(found, multiline) or _joins_emoji(text, found.start())):
            raise Invalid(_refusal(found), field)
    return text


def shown(text: str, most: int = 40) -> str:
    """A piece of untested input that is safe to repeat in a message."""
    plain = _HARMFUL.sub("\ufffd", text[: most + 1])
    return plain if len(plain) <= most else plain[:most] + "…"


def mail_address(text: str, field: str | None = "mail_address") -> str:
    """Return the address without blanks around it, or raise Invalid with the remedy.

    A dot-atom of RFC 5322 (3.2.3) at a domain name of ASCII letters, at most 254 octets (RFC 5321, 4.5.3.1).
    Quoted local parts, address literals and non-ASCII addresses (RFC 6531) are refused: relays lose them.
    """
    address = text.strip()
    if not address.isascii():
        raise Invalid(_not_ascii(address), field)
    local, at, domain = address.rpartition("@")
    if not at or not local or re.search(r"[\s<>,;:@]", local + domain):
        raise Invalid("メールアドレスは name@example.jp の形で、1件だけ入力してください。", field)
    if len(address) > 254 or len(local) > 64:
        raise Invalid(
            "メールアドレスが長すぎます（全体で254文字、@の前は64文字まで）。別のアドレスを入力してください。",
            field,
        )
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise Invalid(_CARRIER, field)
    if not _DOT_ATOM.fullmatch(local):
        raise Invalid("メールアドレスの@の前に使えない文字があります。入力し直してください。", field)
    if not _DOMAIN.fullmatch(domain):
        raise Invalid("メールアドレスの@の後が正しくありません。example.jp の形か確かめてください。", field)
    return address


def cp932_or_refuse(text: str, field: str | None = None) -> bytes:
    """Encode for offices that need CP932, or raise Invalid listing the characters it cannot say (𠮷 — ㋿ …).

    〜 − ‖ ¢ £ ¬ leave as the twins ～ － ∥ ￠ ￡ ￢ that stand in their place in CP932.
    """
    try:
        return text.encode("cp932")
    except UnicodeEncodeError as error:
        raise Invalid(_unsayable(text), field) from error


_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
_CARRIER = (
    "このアドレスは@の前の「.」が先頭か末尾にあるか、続いています（一部の携帯電話会社の古い形です）。"
    "この形のアドレスには招待を送れません。別のメールアドレスを入力してください。"
)


def _line_of_prose(found: re.Match[str], multiline: bool) -> bool:
    return multiline and found.group() in "\t\n"


def _joins_emoji(text: str, at: int) -> bool:
    if text[at] != ZERO_WIDTH_JOINER or not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    starts = before in SKIN_TONES + EMOJI_STYLE or unicodedata.category(before) == "So"
    return starts and unicodedata.category(after) in ("So", "Sm")


def _refusal(found: re.Match[str]) -> str:
    reason = _REASONS[(found.lastindex or 1) - 1]
    place = f"{found.start() + 1}文字目に使えない文字（{reason}、U+{ord(found.group()):04X}）があります。"
    return f"{place}その文字を消して入力し直してください。"


def _not_ascii(address: str) -> str:
    narrow = unicodedata.normalize("NFKC", address)
    if narrow.isascii() and narrow.isprintable():
        return f"メールアドレスに全角の文字があります。半角で「{shown(narrow)}」と入力してください。"
    return "メールアドレスに使えない文字（漢字・かななど）があります。半角の英数字と記号で入力してください。"


def _unsayable(text: str) -> str:
    listed = "、".join(f"{shown(c)}（U+{ord(c):04X}）" for c in dict.fromkeys(text) if not _in_cp932(c))
    remedy = "UTF-8を選ぶか、その文字を置き換えてください。"
    return f"CP932（Shift_JIS）では書けない文字があります: {listed}。{remedy}"


def _in_cp932(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
