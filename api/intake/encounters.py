"""接触記録: the list of visits, calls and meetings as it was kept until now."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, time
from unicodedata import normalize

from api.intake.kind import Doubt, Field, Kind
from api.intake.organizations import LOOKED_AFTER, NUMBER
from api.intake.readers import choice, day, offered, own_number, text, whole_number
from domain.encounters import (
    BUSINESS_LABELS,
    KIND_LABELS,
    THEME_LABELS,
    EncounterKind,
    EncounterTheme,
    GuidedBusiness,
)
from domain.errors import Invalid
from domain.japanese import name_key
from domain.values import dataclass

KINDS = {label: kind for kind, label in KIND_LABELS.items()} | {
    "個別訪問": EncounterKind.VISIT,
    "往訪": EncounterKind.VISIT,
    "架電": EncounterKind.CALL,
    "会合": EncounterKind.MEETING,
    "打合せ": EncounterKind.MEETING,
    "電子メール": EncounterKind.MAIL,
}
THEMES = {label: theme for theme, label in THEME_LABELS.items()}
BUSINESSES = {label: business for business, label in BUSINESS_LABELS.items()} | {
    "ネットカフェ": GuidedBusiness.INTERNET_CAFE,
    "銀行": GuidedBusiness.BANK,
}
CLOCK = re.compile(r"(\d{1,2})(?::|時)(\d{1,2})?(?::00|分)?")


@dataclass(frozen=True)
class EncounterRow:
    """The body is named by its 法人番号 or its name; `officer` is the number of somebody who was there."""

    kind: EncounterKind
    on: date
    outcome: str
    officer: str
    partner: str
    organization: str = ""
    corporate_number: str | None = None
    theme: EncounterTheme = EncounterTheme.RELATIONSHIP
    business: GuidedBusiness | None = None
    clock: time | None = None
    minutes: int | None = None
    purpose: str = ""
    unit: str = ""

    @property
    def body(self) -> str:
        return self.corporate_number or name_key(self.organization)


def _identity(row: EncounterRow) -> tuple[str, Hashable]:
    return "on", (row.body, row.unit, row.kind, row.on, row.clock)


def _of_nobody(row: EncounterRow) -> Doubt | None:
    return None if row.body else Doubt("organization", "団体名か法人番号を入力してください。")


def clock(cell: str) -> time:
    """A time of day, of 24 hours: 10:30, 10時30分."""
    told = CLOCK.fullmatch(normalize("NFKC", cell))
    if told is None or int(told[1]) > 23 or int(told[2] or 0) > 59:
        raise Invalid("時刻は 10:30 のように24時間で入力してください。")
    return time(int(told[1]), int(told[2] or 0))


ENCOUNTERS = Kind(
    "encounters",
    "接触記録",
    EncounterRow,
    (
        Field(
            "organization",
            ("団体名", "相手先", "訪問先", "事業者名", "会社名", "名称"),
            text(200),
            example="架空電力株式会社",
            note="団体・事業者の名簿と同じ名称です。",
        ),
        NUMBER,
        Field("kind", ("種別", "方法", "区分"), choice(KINDS), required=True, example="訪問", choices=offered(KINDS)),
        Field("on", ("日付", "年月日", "実施日", "訪問日"), day, required=True, example="2026-05-12"),
        Field("clock", ("時刻", "開始時刻", "時間帯"), clock, example="10:30", note="空欄は午前0時とします。"),
        Field("minutes", ("時間（分）", "所要時間", "分"), whole_number(1, 1440, "分"), example="40"),
        Field(
            "theme",
            ("テーマ", "主題"),
            choice(THEMES),
            example="顔の見える関係",
            choices=offered(THEMES),
            note="空欄は「顔の見える関係」です。",
        ),
        Field(
            "business",
            ("指導先の業態", "業態"),
            choice(BUSINESSES),
            choices=offered(BUSINESSES),
            note="指導のときだけ。",
        ),
        Field("purpose", ("目的", "用件"), text(1000)),
        Field(
            "outcome",
            ("結果", "内容", "概要"),
            text(4000),
            required=True,
            example="備えの状況を確かめた。",
            note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        Field("officer", ("職員番号", "担当職員番号"), own_number(30), required=True, code=True, example="1011"),
        Field("partner", ("相手方の職名", "面談者", "応対者", "相手方"), text(100), required=True, example="総務課長"),
        replace(LOOKED_AFTER, note="空欄は読み込む人の所属です。"),
    ),
    _identity,
    (_of_nobody,),
)
