"""協議会・ネットワーク: the list of councils that a prefecture keeps."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import date

from api.intake.kind import Field, Kind
from api.intake.organizations import LOOKED_AFTER
from api.intake.readers import NO, YES, choice, day, kana, offered, text
from domain.councils import KIND_LABELS, CouncilKind
from domain.japanese import name_key
from domain.values import dataclass

KINDS = {label: kind for kind, label in KIND_LABELS.items()} | {
    "都道府県協議会": CouncilKind.PREFECTURAL,
    "サイバーテロ対策": CouncilKind.CYBER_TERROR,
    "署協議会": CouncilKind.STATION,
    "地区協議会": CouncilKind.STATION,
    "ネットワーク": CouncilKind.NETWORK,
}
CONSENTS = dict.fromkeys(("可", *YES), True) | dict.fromkeys(("不可", *NO), False)


@dataclass(frozen=True)
class CouncilRow:
    """`unit` is the code or the name of the secretariat, empty for the importer's own."""

    name: str
    name_kana: str = ""
    kind: CouncilKind | None = None
    founded_on: date | None = None
    members_are_known: bool | None = None
    purpose: str = ""
    remarks: str = ""
    unit: str = ""


def _identity(row: CouncilRow) -> tuple[str, Hashable]:
    return "name", (name_key(row.name), row.unit)


COUNCILS = Kind(
    "councils",
    "協議会・ネットワーク",
    CouncilRow,
    (
        Field(
            "name",
            ("名称", "協議会", "協議会名", "ネットワーク名", "会議体"),
            text(200),
            required=True,
            example="見本市サイバーセキュリティ協議会",
        ),
        Field("name_kana", ("名称カナ", "フリガナ", "カナ"), kana(300)),
        Field(
            "kind",
            ("種別", "区分", "種類"),
            choice(KINDS),
            example="署単位の協議会",
            choices=offered(KINDS),
            note="新しい協議会では必ず。空欄は、登録済みの協議会ではいまの種別です。",
        ),
        Field(
            "founded_on",
            ("設立日", "設立年月日", "発足日"),
            day,
            example="2026-04-01",
            note="新しい協議会では必ず。空欄は、登録済みの協議会ではいまの設立日です。",
        ),
        replace(
            LOOKED_AFTER,
            headings=("事務局", *LOOKED_AFTER.headings),
            note="新しい協議会の空欄は読み込む人の所属、登録済みの協議会の空欄はいまの事務局です。",
        ),
        Field(
            "members_are_known",
            ("会員名の相互開示", "会員名の開示", "名簿の共有"),
            choice(CONSENTS),
            choices=offered(CONSENTS),
            note="会員どうしが互いの名前を知ることに、全会員が同意しているときだけ「可」。空欄は「不可」です。",
        ),
        Field("purpose", ("目的", "設立目的"), text(1000), example="情報の共有と対処能力の向上"),
        Field("remarks", ("備考",), text(1000), note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。"),
    ),
    _identity,
)
