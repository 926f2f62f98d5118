"""The columns of a person's name and how they are reached, which several kinds of file share."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from api.intake.kind import Field
from api.intake.readers import full_name, kana, narrow, text
from domain.japanese import mail_address, phone_number, search_key

NAMES = (
    Field("family_name", ("氏", "姓", "苗字", "名字"), text(60), required=True, example="見本"),
    Field("given_name", ("名", "名前（名）", "ファーストネーム"), text(60), example="太郎"),
    Field(
        "family_name_kana",
        ("氏カナ", "氏（カナ）", "セイ", "姓カナ", "姓（フリガナ）", "氏フリガナ"),
        kana(120),
        example="ミホン",
    ),
    Field(
        "given_name_kana", ("名カナ", "名（カナ）", "メイ", "名フリガナ", "名（フリガナ）"), kana(120), example="タロウ"
    ),
    Field(
        "full_name",
        ("氏名", "名前", "姓名", "担当者", "担当者名", "担当者氏名", "職員氏名", "ボランティア氏名"),
        full_name(60),
        fills=("family_name", "given_name"),
        note="氏と名の列の代わりに使えます。氏と名の間に空白を入れます。",
    ),
    Field(
        "full_name_kana",
        ("フリガナ", "カナ氏名", "氏名カナ", "氏名（フリガナ）", "氏名フリガナ", "カナ", "ヨミ", "読み仮名"),
        full_name(120, kana),
        fills=("family_name_kana", "given_name_kana"),
        note="氏カナと名カナの列の代わりに使えます。",
    ),
)
MAIL = Field(
    "mail_address",
    ("メール", "メールアドレス", "Eメール", "E-mail", "mail", "電子メール", "電子メールアドレス", "連絡先メール"),
    mail_address,
    example="taro@example.jp",
)
PHONE = Field(
    "phone",
    ("電話", "電話番号", "TEL", "連絡先電話", "連絡先電話番号", "代表電話", "代表電話番号"),
    phone_number,
    example="000-0000-0001",
    code=True,
)
MOBILE = Field(
    "mobile",
    ("携帯電話", "携帯", "携帯番号", "携帯電話番号", "電話（携帯）"),
    lambda cell: (phone_number(cell),),
    fills=("phone",),
    note="電話の列がないか空欄のときに使います。",
    code=True,
    spare=True,
)
EXTENSION = Field("extension", ("内線", "内線番号"), narrow(20), example="3484")
UNIT_NAMES = ("所属", "担当署", "管轄署", "所轄", "警察署", "署", "担当所属", "所轄警察署", "管轄警察署")


class Named(Protocol):
    """Whoever has a name in two parts."""

    @property
    def family_name(self) -> str: ...

    @property
    def given_name(self) -> str: ...


def name_identity(person: Named) -> Hashable:
    """The name as one would look it up: width, variants and blanks make no difference."""
    return search_key(f"{person.family_name} {person.given_name}")
