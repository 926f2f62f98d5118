"""職員: the file of the officers who do the desk's work, with their present posts."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from api.intake.kind import Doubt, Field, Kind
from api.intake.people import EXTENSION, MAIL, MOBILE, NAMES, PHONE, UNIT_NAMES, name_identity
from api.intake.readers import choice, day, offered, own_number, text
from domain.people import QualificationLevel
from domain.values import dataclass

LEVELS = {
    "初級": QualificationLevel.ELEMENTARY,
    "中級": QualificationLevel.INTERMEDIATE,
    "上級": QualificationLevel.ADVANCED,
}


@dataclass(frozen=True)
class OfficerRow:
    """`unit` is the code or the name of the unit in which the post is held."""

    family_name: str
    unit: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    number: str | None = None
    job_title: str = ""
    mail_address: str = ""
    phone: str = ""
    extension: str = ""
    since: date | None = None
    qualification: QualificationLevel | None = None
    qualified_on: date | None = None


def _identity(row: OfficerRow) -> tuple[str, Hashable]:
    if row.number:
        return "number", row.number
    return "family_name", (name_identity(row), row.unit)


def _qualified_in_nothing(row: OfficerRow) -> Doubt | None:
    if not row.qualified_on or row.qualification:
        return None
    return Doubt("qualification", "取得日があるのに検定の級がありません。級を入力するか、取得日を消してください。")


OFFICERS = Kind(
    "officers",
    "職員",
    OfficerRow,
    (
        Field(
            "number",
            ("職員番号", "職員コード", "番号"),
            own_number(30),
            example="004321",
            code=True,
            own_number=True,
        ),
        *NAMES,
        Field("unit", (*UNIT_NAMES, "所属名", "所属コード", "配属先"), text(100), required=True, example="見本警察署"),
        Field("job_title", ("職名", "役職", "職", "官職", "肩書"), text(100), example="生活安全課係長"),
        MAIL,
        PHONE,
        MOBILE,
        EXTENSION,
        Field("since", ("着任日", "配属日", "発令日", "異動日"), day, example="令和8年4月1日"),
        Field("qualification", ("検定", "検定級", "サイバー検定", "検定の級"), choice(LEVELS), choices=offered(LEVELS)),
        Field("qualified_on", ("検定取得日", "取得日", "検定合格日"), day),
    ),
    _identity,
    (_qualified_in_nothing,),
)
