"""広報啓発: the list of a year's seminars, campaigns and stands as it was kept until now."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, time

from api.intake.encounters import clock
from api.intake.kind import Field, Kind
from api.intake.organizations import LOOKED_AFTER
from api.intake.readers import choice, day, offered, text, whole_number
from domain.amounts import MOST_PEOPLE, MOST_PIECES
from domain.errors import Invalid
from domain.japanese import name_key
from domain.outreach import (
    AUDIENCE_LABELS,
    KIND_LABELS,
    THEME_LABELS,
    OutreachAudience,
    OutreachKind,
    OutreachTheme,
)
from domain.values import dataclass

KINDS = {label: kind for kind, label in KIND_LABELS.items()} | {
    "講演会": OutreachKind.SEMINAR,
    "研修会": OutreachKind.SEMINAR,
    "出展": OutreachKind.EXHIBITION,
    "ブース": OutreachKind.EXHIBITION,
    "街頭広報": OutreachKind.CAMPAIGN,
    "チラシ配布": OutreachKind.MATERIALS,
}
THEMES = {label: theme for theme, label in THEME_LABELS.items()}
AUDIENCES = {label: audience for audience, label in AUDIENCE_LABELS.items()} | {
    "県民": OutreachAudience.PUBLIC,
    "事業者": OutreachAudience.INDUSTRY,
    "子ども": OutreachAudience.CHILDREN,
}
MARKS = {"○": True, "×": False, "有": True, "無": False, "はい": True, "いいえ": False}
BETWEEN = re.compile(r"[、，,;；\n]+")
MOST_BODIES = 200


@dataclass(frozen=True)
class OutreachRow:
    """Bodies are told by their names or 法人番号, several in one cell."""

    kind: OutreachKind
    title: str
    on: date
    summary: str
    theme: OutreachTheme | None = None
    audience: OutreachAudience | None = None
    clock: time | None = None
    ends: time | None = None
    lasts_until: date | None = None
    place: str = ""
    hosts: tuple[str, ...] = ()
    co_hosts: tuple[str, ...] = ()
    supporters: tuple[str, ...] = ()
    cooperators: tuple[str, ...] = ()
    body_count: int | None = None
    people_count: int | None = None
    visitor_count: int | None = None
    officer_count: int | None = None
    media_count: int | None = None
    material: str = ""
    copies: int | None = None
    urges_reporting: bool | None = None
    unit: str = ""


def _identity(row: OutreachRow) -> tuple[str, Hashable]:
    return "title", (row.unit, name_key(row.title), row.on, row.clock)


def _bodies(cell: str) -> tuple[str, ...]:
    names = tuple(name for part in BETWEEN.split(cell) if (name := part.strip()))
    if len(names) > MOST_BODIES:
        raise Invalid(f"団体は{MOST_BODIES}までにしてください。")
    return tuple(text(200)(name) for name in names)


def _part(name: str, *headings: str, example: str = "") -> Field:
    return Field(
        name, headings, _bodies, example=example, note="団体名か法人番号。いくつもあるときは「、」で区切ります。"
    )


def _bodies_counted(cell: str) -> int:
    return whole_number(0, MOST_PIECES, "団体")(cell.strip().removesuffix("社"))


def _count(name: str, *headings: str, unit: str, most: int = MOST_PIECES, example: str = "") -> Field:
    return Field(name, headings, whole_number(0, most, unit), example=example)


OUTREACH = Kind(
    "outreach",
    "広報啓発",
    OutreachRow,
    (
        Field(
            "kind", ("種別", "区分", "形態"), choice(KINDS), required=True, example="セミナー", choices=offered(KINDS)
        ),
        Field(
            "title",
            ("件名", "名称", "行事名", "催し"),
            text(200),
            required=True,
            example="サイバー保険と備えのセミナー",
        ),
        Field("on", ("日付", "年月日", "実施日", "開催日"), day, required=True, example="2026-05-12"),
        Field("clock", ("時刻", "開始時刻"), clock, example="14:00", note="空欄は終日とします。"),
        Field("ends", ("終了時刻",), clock, example="16:00", note="空欄は1時間とします。"),
        Field("lasts_until", ("期間の最終日", "終了日"), day, note="何日も続くときだけ。"),
        Field(
            "theme",
            ("テーマ", "主題"),
            choice(THEMES),
            example="中小企業支援",
            choices=offered(THEMES),
            note="空欄は「サイバーセキュリティ全般」です。",
        ),
        Field(
            "audience",
            ("主な対象", "対象"),
            choice(AUDIENCES),
            example="中小企業",
            choices=offered(AUDIENCES),
            note="空欄は「一般」です。",
        ),
        Field("place", ("場所", "会場", "開催場所"), text(300), example="見本商工会館"),
        _part("hosts", "主催団体", "主催"),
        _part("co_hosts", "共催団体", "共催", example="架空電力株式会社"),
        _part("supporters", "後援団体", "後援"),
        _part("cooperators", "協力団体", "協力"),
        Field("body_count", ("参加団体", "参加社数", "参加団体数"), _bodies_counted, example="24"),
        _count("people_count", "参加者", "参加人数", "参加者数", unit="人", most=MOST_PEOPLE, example="31"),
        _count("visitor_count", "来場者", "来場者数", unit="人"),
        _count("officer_count", "従事した職員", "従事職員数", "警察職員", unit="人", most=MOST_PEOPLE, example="2"),
        Field("material", ("配布物", "配布資料"), text(200), example="備えの手引き"),
        _count("copies", "配布部数", "配布数", "部数", unit="部", example="40"),
        _count("media_count", "報道件数", "報道", unit="件"),
        Field("urges_reporting", ("通報・相談の促進", "通報促進"), choice(MARKS), choices=offered(MARKS)),
        Field(
            "summary",
            ("実施結果", "結果", "概要"),
            text(4000),
            required=True,
            example="備えの手順を説明した。",
            note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        replace(LOOKED_AFTER, note="空欄は読み込む人の所属です。"),
    ),
    _identity,
    elsewhere={"materials": "copies"},
)
