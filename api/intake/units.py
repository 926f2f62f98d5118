"""所属: the file of a prefecture's sections and stations."""

from __future__ import annotations

from collections.abc import Hashable

from api.intake.kind import Field, Kind
from api.intake.people import EXTENSION, MAIL, PHONE
from api.intake.readers import choice, kana, offered, own_number, text
from domain.units import UnitKind
from domain.values import dataclass

KINDS = {
    "本部": UnitKind.HEADQUARTERS,
    "警察署": UnitKind.STATION,
    "署の課": UnitKind.SECTION,
    "警察本部": UnitKind.HEADQUARTERS,
    "本部の課": UnitKind.HEADQUARTERS,
    "本部の係": UnitKind.HEADQUARTERS,
    "署": UnitKind.STATION,
    "署の係": UnitKind.SECTION,
    "署内の課": UnitKind.SECTION,
}


@dataclass(frozen=True)
class UnitRow:
    """`parent` is the code or the name of the unit above, empty for the prefecture itself."""

    code: str
    name: str
    kind: UnitKind
    name_kana: str = ""
    parent: str = ""
    phone: str = ""
    extension: str = ""
    mail_address: str = ""


def _identity(row: UnitRow) -> tuple[str, Hashable]:
    return "code", row.code


UNITS = Kind(
    "units",
    "所属",
    UnitRow,
    (
        Field(
            "code",
            ("所属コード", "所属番号", "コード", "署コード", "組織コード"),
            own_number(20),
            required=True,
            example="0101",
            code=True,
            own_number=True,
            note="県内で重ならない番号です。",
        ),
        Field(
            "name",
            ("所属名", "所属", "名称", "署名", "課名", "係名", "組織名"),
            text(100),
            required=True,
            example="見本警察署",
        ),
        Field("name_kana", ("所属名カナ", "フリガナ", "カナ", "名称カナ"), kana(200), example="ミホンケイサツショ"),
        Field(
            "kind", ("種別", "区分", "所属種別"), choice(KINDS), required=True, example="警察署", choices=offered(KINDS)
        ),
        Field(
            "parent",
            ("上位所属", "上位所属コード", "上位所属名", "上位組織", "親所属"),
            text(100),
            note="上位の所属のコードか名称です。空欄は県警察の直下です。",
        ),
        PHONE,
        EXTENSION,
        MAIL,
    ),
    _identity,
)
