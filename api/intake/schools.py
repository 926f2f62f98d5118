"""学校: the file of the schools to which lectures go, identified by 学校コード or by name and municipality."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from api.intake.kind import Doubt, Field, Kind, as_told
from api.intake.organizations import ADDRESS, LOOKED_AFTER, MUNICIPALITY, POSTAL
from api.intake.people import PHONE
from api.intake.readers import choice, kana, offered, text
from domain.japanese import SCHOOL_KINDS, school_code
from domain.organizations import OrganizationKind, identity
from domain.values import dataclass

HIGHER = {"大学": OrganizationKind.UNIVERSITY, "短期大学": OrganizationKind.UNIVERSITY}
COLLEGE = {"高等専門学校": OrganizationKind.TECHNICAL_COLLEGE}
KIND_OF = {label: {**HIGHER, **COLLEGE}.get(label, OrganizationKind.SCHOOL) for label in SCHOOL_KINDS.values()}
LABELS = {
    **{label: label for label in SCHOOL_KINDS.values()},
    "小": "小学校",
    "中": "中学校",
    "高": "高等学校",
    "高校": "高等学校",
    "義務教育": "義務教育学校",
    "中等教育": "中等教育学校",
    "特支": "特別支援学校",
    "特別支援": "特別支援学校",
    "大": "大学",
    "短大": "短期大学",
    "高専": "高等専門学校",
    "専門学校": "専修学校",
    "専修": "専修学校",
    "認定こども園": "幼保連携型認定こども園",
}


@dataclass(frozen=True)
class SchoolRow:
    """`school_kind` is the word for the kind of school (校種), empty where neither code nor column tells it."""

    name: str
    school_code: str | None = None
    name_kana: str = ""
    school_kind: str = ""
    municipality_code: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""
    unit: str = ""

    @property
    def kind(self) -> OrganizationKind:
        """What the school is among the organisations; the code knows it best."""
        return KIND_OF.get(self._coded_kind or self.school_kind, OrganizationKind.SCHOOL)

    @property
    def _coded_kind(self) -> str:
        return SCHOOL_KINDS[self.school_code[:2]] if self.school_code else ""

    def facts(self, given: frozenset[str]) -> Mapping[str, object]:
        """As the organisation that a school is; its kind where code or column tells it."""
        kind = {"kind": self.kind} if self._coded_kind or self.school_kind else {}
        return {**as_told(self, given - {"school_kind"}), **kind}

    @property
    def contradicts_its_code(self) -> bool:
        return bool(self._coded_kind and self.school_kind and self._coded_kind != self.school_kind)


def _identity(row: SchoolRow) -> tuple[str, Hashable]:
    told_at = "school_code" if row.school_code else "name"
    return told_at, identity(row.name, None, row.school_code, row.municipality_code)


def _contradiction(row: SchoolRow) -> Doubt | None:
    if not row.contradicts_its_code:
        return None
    return Doubt("school_kind", "校種が学校コードの先頭2文字と合いません。どちらが正しいか確かめてください。")


SCHOOLS = Kind(
    "schools",
    "学校",
    SchoolRow,
    (
        Field(
            "school_code",
            ("学校コード", "学校コード（13桁）", "コード"),
            school_code,
            example="B148299990018",
            note="文部科学省の13桁のコードです。ない学校は空欄にします。",
        ),
        Field("name", ("学校名", "名称", "校名", "学校の名称"), text(200), required=True, example="見本市立例示小学校"),
        Field("name_kana", ("学校名カナ", "フリガナ", "カナ", "名称カナ"), kana(300)),
        Field(
            "school_kind", ("校種", "学校種", "種別", "区分"), choice(LABELS), example="小学校", choices=offered(LABELS)
        ),
        MUNICIPALITY,
        POSTAL,
        ADDRESS,
        PHONE,
        LOOKED_AFTER,
    ),
    _identity,
    (_contradiction,),
    SchoolRow.facts,
    {"kind": "school_kind"},
    {
        OrganizationKind.SCHOOL: "学校",
        **{kind: word for word, kind in KIND_OF.items() if word in ("大学", "高等専門学校")},
    },
)
