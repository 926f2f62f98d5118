"""Numbers that others gave: check digits, and one way of writing each.

Every function returns the normalised half-width text, or raises Invalid with a Japanese sentence. Codes are
text: a leading 0 belongs to them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from domain.errors import Invalid
from domain.japanese.text import HYPHENS

# 都道府県コード (JIS X 0401)
_PREFECTURE_NAMES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 "
    "東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 "
    "滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 "
    "香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
PREFECTURES = {f"{number:02}": name for number, name in enumerate(_PREFECTURE_NAMES.split(), start=1)}

# 学校種 (文部科学省 学校コード, the first two characters)
SCHOOL_KINDS = {
    "A1": "幼稚園",
    "A2": "幼保連携型認定こども園",
    "B1": "小学校",
    "C1": "中学校",
    "C2": "義務教育学校",
    "D1": "高等学校",
    "D2": "中等教育学校",
    "E1": "特別支援学校",
    "F1": "大学",
    "F2": "短期大学",
    "G1": "高等専門学校",
    "H1": "専修学校",
    "H2": "各種学校",
}

_SEPARATORS = str.maketrans(dict.fromkeys(HYPHENS, "-"))


def corporate_number(text: str, field: str | None = "corporate_number") -> str:
    """法人番号: 13 digits, the first of which checks the rest; the T of an invoice number is dropped.

    The rule (財務省令 第12号, 平成26年) cannot see a 0 that became a 9.
    """
    number = _plain(text).removeprefix("T")
    if not re.fullmatch(r"[0-9]{13}", number):
        raise Invalid("法人番号は13桁の数字で入力してください（先頭のTとハイフンはあってもかまいません）。", field)
    if number[0] != corporate_number_check_digit(number[1:]):
        raise Invalid(f"法人番号の検査用数字（先頭の1桁）が合いません。{_COMPARE}", field)
    return number


def corporate_number_check_digit(base: str) -> str:
    """The digit in front of the twelve others: weights 1, 2, 1, 2… from the right, and what is missing to a nine."""
    return str(9 - sum(int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(base))) % 9)


def municipality_code(text: str, field: str | None = "municipality_code") -> str:
    """全国地方公共団体コード: six digits, the last of which checks the first five (JIS X 0402)."""
    code = _plain(text)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise Invalid("団体コードは検査数字を含む6桁の数字で入力してください（先頭の0も省けません）。", field)
    if code[5] != municipality_check_digit(code[:5]):
        raise Invalid(f"団体コードの検査数字（最後の1桁）が合いません。{_COMPARE}", field)
    return code


def municipality_check_digit(base: str) -> str:
    """The digit behind the five others."""
    return str((11 - sum(weight * int(digit) for weight, digit in zip(range(6, 1, -1), base, strict=True)) % 11) % 10)


def school_code(text: str, field: str | None = "school_code") -> str:
    """学校コード (文部科学省): kind, prefecture, 設置区分 1–3, seven digits, a check digit (not Luhn's)."""
    code = _plain(text)
    if not re.fullmatch(r"[A-H][0-9]{3}[1-3][0-9]{8}", code):
        raise Invalid("学校コードは英字1字と数字12桁の13桁で入力してください（例: B148299990018）。", field)
    if code[:2] not in SCHOOL_KINDS:
        raise Invalid(f"学校コードの先頭2文字「{code[:2]}」に当たる学校種がありません。{_COMPARE}", field)
    if code[12] != school_check_digit(code[:12]):
        raise Invalid(f"学校コードの検査数字（最後の1桁）が合いません。{_COMPARE}", field)
    return code


def school_check_digit(base: str) -> str:
    """The digit behind the twelve others: weights 2, 1, 2, 1… from the left, A = 1 … H = 8, sum of digits."""
    values = [int(base[1:][at - 1]) if at else ord(base[0]) - ord("A") + 1 for at in range(12)]
    doubled = [value * (2 - at % 2) for at, value in enumerate(values)]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def prefecture_code(text: str, field: str | None = "prefecture_code", *, also: Collection[str] = ()) -> str:
    """都道府県コード: 01 to 47; a single digit gets its 0 back. `also` admits a fictional one."""
    code = _plain(text).zfill(2)
    if code not in PREFECTURES and code not in also:
        raise Invalid("都道府県コードは01から47までの2桁で入力してください。", field)
    return code


def postal_code(text: str, field: str | None = "postal_code") -> str:
    """郵便番号: seven digits without hyphen (DS-443); `postal_code_label` writes them for people."""
    code = _plain(text).removeprefix("〒")
    if not re.fullmatch(r"[0-9]{7}", code):
        raise Invalid("郵便番号は7桁の数字で入力してください（例: 980-0014）。", field)
    return code


def phone_number(text: str, field: str | None = "phone_number") -> str:
    """Half-width digits and hyphens, grouped as typed: (001)000-7171 becomes 001-000-7171.

    +81 becomes 0; other countries keep their +. #9110 passes. Extensions have their own column (DS-445).
    """
    number = _national(_grouped(text))
    if not _PHONE.fullmatch(number.replace("-", "")) or number.count("-") > 2 + number.startswith("+"):
        raise Invalid(
            "電話番号は市外局番から、数字とハイフンで1件だけ入力してください（10桁、090 や 000 のように3桁目が0なら"
            "11桁。例: 000-0000-0110）。"
            "内線は内線の欄に入力してください。",
            field,
        )
    return number


_COMPARE = "元の資料と1桁ずつ見比べて、入力し直してください。"
# Numbers whose third digit is 0 (mobile, IP, 0800, the demonstration's 000) have eleven digits, others ten.
_PHONE = re.compile(r"0[0-9]0[0-9]{8}|0[0-9][1-9][0-9]{7}|#[0-9]{4}|\+(?!81)[1-9][0-9]{7,14}")


def _plain(text: str) -> str:
    return "".join(_halved(text).replace("-", "").split()).upper()


def _grouped(text: str) -> str:
    return re.sub(r"[-()\s.]+", "-", _halved(text).strip()).strip("-")


def _halved(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_SEPARATORS)


def _national(number: str) -> str:
    return "0" + number.removeprefix("+81").lstrip("-0") if number.startswith("+81") else number
