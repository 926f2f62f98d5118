"""協議会の会員: the list of members as a secretariat keeps it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import date

from api.intake.kind import Doubt, Field, Kind
from api.intake.organizations import LOOKED_AFTER, NUMBER
from api.intake.readers import choice, day, offered, text
from domain.councils import ROLE_LABELS, CouncilRole
from domain.japanese import name_key, school_code
from domain.organizations import CI_SECTOR_LABELS, CiSector
from domain.values import dataclass

ROLES = {label: role for role, label in ROLE_LABELS.items()} | {
    "委員": CouncilRole.MEMBER,
    "正会員": CouncilRole.MEMBER,
    "委員長": CouncilRole.CHAIR,
    "副委員長": CouncilRole.VICE_CHAIR,
    "アドバイザー": CouncilRole.ADVISER,
}
SECTORS = {label: sector for sector, label in CI_SECTOR_LABELS.items()}


@dataclass(frozen=True)
class CouncilMemberRow:
    """The body is named by its 法人番号, its 学校コード or its name, a police unit by its code or name."""

    council: str
    organization: str = ""
    corporate_number: str | None = None
    school_code: str | None = None
    listed_as: str = ""
    police_unit: str = ""
    role: CouncilRole | None = None
    sector: CiSector | None = None
    term_from: date | None = None
    term_to: date | None = None
    unit: str = ""

    @property
    def member(self) -> str:
        return self.corporate_number or self.school_code or name_key(self.organization) or self.police_unit


def _identity(row: CouncilMemberRow) -> tuple[str, Hashable]:
    return "organization", (name_key(row.council), row.unit, row.member, row.term_from)


def _nobody(row: CouncilMemberRow) -> Doubt | None:
    return None if row.member else Doubt("organization", "団体名、法人番号、学校コードか警察の所属を入力してください。")


COUNCIL_MEMBERS = Kind(
    "council-members",
    "協議会の会員",
    CouncilMemberRow,
    (
        Field(
            "council",
            ("協議会", "協議会名", "ネットワーク名", "会議体"),
            text(200),
            required=True,
            example="見本市サイバーセキュリティ協議会",
        ),
        Field(
            "organization",
            ("団体名", "会員名", "会員", "事業者名", "会社名", "名称"),
            text(200),
            example="架空電力株式会社",
            note="団体・事業者の名簿と同じ名称です。",
        ),
        NUMBER,
        Field("school_code", ("学校コード",), school_code, code=True),
        Field("police_unit", ("警察の所属", "警察会員"), text(100), note="警察の所属が会員のときだけ。"),
        Field("listed_as", ("名簿の名称", "名簿での表記"), text(200), note="団体や所属の名称と違うときだけ。"),
        Field(
            "role",
            ("役職", "役割", "役員"),
            choice(ROLES),
            example="会員",
            choices=offered(ROLES),
            note="空欄は、新しい会員では「会員」、登録済みの任期ではいまの役割です。",
        ),
        Field("sector", ("分野", "重要インフラ分野"), choice(SECTORS), choices=offered(SECTORS)),
        Field("term_from", ("任期の初日", "入会日", "就任日", "任期始期"), day, example="2026-04-01"),
        Field("term_to", ("任期の終わり", "任期満了日", "退会日", "任期終期"), day, example="2028-03-31"),
        replace(LOOKED_AFTER, headings=("事務局",), note="同じ名称の協議会が複数あるときだけ。"),
    ),
    _identity,
    (_nobody,),
)
