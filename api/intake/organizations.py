"""団体・事業者: the file of partners and other bodies, identified by 法人番号 or by name and municipality."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from api.intake.kind import Field, Kind
from api.intake.people import PHONE, UNIT_NAMES
from api.intake.readers import NO, YES, choice, day, kana, offered, text
from domain.japanese import corporate_number, municipality_code, postal_code
from domain.organizations import (
    CI_SECTOR_LABELS,
    IN_PLACE_LABELS,
    ORGANIZATION_KIND_LABELS,
    SIZE_LABELS,
    CiSector,
    InPlace,
    OrganizationKind,
    OrganizationSize,
    identity,
)
from domain.values import dataclass

KINDS = {
    **{label: kind for kind, label in ORGANIZATION_KIND_LABELS.items()},
    "会社": OrganizationKind.COMPANY,
    "民間企業": OrganizationKind.COMPANY,
    "事業者": OrganizationKind.COMPANY,
    "民間事業者": OrganizationKind.COMPANY,
    "商工会連合会": OrganizationKind.SOCIETY_OF_COMMERCE,
    "損保": OrganizationKind.NON_LIFE_INSURER,
    "損害保険": OrganizationKind.NON_LIFE_INSURER,
    "銀行": OrganizationKind.FINANCIAL_INSTITUTION,
    "信用金庫": OrganizationKind.FINANCIAL_INSTITUTION,
    "信用組合": OrganizationKind.FINANCIAL_INSTITUTION,
    "金融": OrganizationKind.FINANCIAL_INSTITUTION,
    "市町村": OrganizationKind.MUNICIPALITY,
    "自治体": OrganizationKind.MUNICIPALITY,
    "県": OrganizationKind.PREFECTURAL_GOVERNMENT,
    "短期大学": OrganizationKind.UNIVERSITY,
    "高専": OrganizationKind.TECHNICAL_COLLEGE,
    "団体": OrganizationKind.INDUSTRY_BODY,
    "業界": OrganizationKind.INDUSTRY_BODY,
    "特定非営利活動法人": OrganizationKind.NPO,
    "町内会": OrganizationKind.NEIGHBORHOOD_ASSOCIATION,
    "医療機関": OrganizationKind.HOSPITAL,
    "診療所": OrganizationKind.HOSPITAL,
}


SIZES = {
    **{label: size for size, label in SIZE_LABELS.items()},
    "中堅企業": OrganizationSize.LARGE,
    "小規模事業者": OrganizationSize.MICRO,
    "小規模": OrganizationSize.MICRO,
    "中小": OrganizationSize.SMALL_OR_MEDIUM,
    "大": OrganizationSize.LARGE,
    **dict.fromkeys(YES, OrganizationSize.SMALL_OR_MEDIUM),
    **dict.fromkeys(NO),
}
SECTORS = {
    **{label: sector for sector, label in CI_SECTOR_LABELS.items()},
    "通信": CiSector.INFORMATION_AND_COMMUNICATION,
    "電気": CiSector.ELECTRICITY,
    "政府・行政": CiSector.GOVERNMENT,
    "行政": CiSector.GOVERNMENT,
    "自治体": CiSector.GOVERNMENT,
}
IN_PLACE = {
    **{label: value for value, label in IN_PLACE_LABELS.items()},
    "不明": InPlace.UNKNOWN,
    **dict.fromkeys(YES, InPlace.YES),
    **dict.fromkeys(NO, InPlace.NO),
}


@dataclass(frozen=True)
class OrganizationRow:
    """`unit` is the code or the name of the unit that looks after the body, empty for the importer's own;
    `parent_organization` the number or the name of the body to which it belongs, empty where it stands by itself."""

    name: str
    kind: OrganizationKind
    name_kana: str = ""
    corporate_number: str | None = None
    municipality_code: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""
    industry: str = ""
    size: OrganizationSize | None = None
    ci_sector: CiSector | None = None
    ceptoar: str = ""
    ministry: str = ""
    bcp: InPlace = InPlace.UNKNOWN
    contact_system: InPlace = InPlace.UNKNOWN
    assessed_on: date | None = None
    parent_organization: str = ""
    unit: str = ""


def _identity(row: OrganizationRow) -> tuple[str, Hashable]:
    told_at = "corporate_number" if row.corporate_number else "name"
    return told_at, identity(row.name, row.corporate_number, None, row.municipality_code)


MUNICIPALITY = Field(
    "municipality_code",
    ("団体コード", "市区町村コード", "全国地方公共団体コード", "自治体コード", "市町村コード"),
    municipality_code,
    example="482013",
    code=True,
    note="検査数字を含む6桁です。",
)
POSTAL = Field("postal_code", ("郵便番号", "〒"), postal_code, example="999-0001", code=True)
ADDRESS = Field("address", ("住所", "所在地", "本店所在地", "所在"), text(300), example="見本市例示町1-2-3")
LOOKED_AFTER = Field(
    "unit",
    (*UNIT_NAMES, "担当所属コード"),
    text(100),
    example="見本警察署",
    note="新しい団体の空欄は読み込む人の所属、登録済みの団体の空欄はいまの所属です。",
)
NUMBER = Field(
    "corporate_number",
    ("法人番号", "法人番号（13桁）", "インボイス登録番号"),
    corporate_number,
    example="8999900000001",
    code=True,
    note="国税庁の13桁の番号です。ない団体は空欄にします。",
)

ORGANIZATIONS = Kind(
    "organizations",
    "団体・事業者",
    OrganizationRow,
    (
        NUMBER,
        Field(
            "name",
            ("名称", "団体名", "事業者名", "会社名", "法人名", "企業名", "組織名", "商号", "団体・事業者名"),
            text(200),
            required=True,
            example="架空電力株式会社",
        ),
        Field("name_kana", ("名称カナ", "フリガナ", "カナ", "団体名カナ", "会社名カナ"), kana(300)),
        Field(
            "kind",
            ("種別", "区分", "団体種別", "分類"),
            choice(KINDS),
            required=True,
            example="企業",
            choices=offered(KINDS),
        ),
        Field("industry", ("業種", "業界", "業態"), text(100), example="電気業"),
        Field("size", ("規模", "企業規模", "中小企業", "中小"), choice(SIZES), choices=tuple(SIZE_LABELS.values())),
        Field("ci_sector", ("重要インフラ分野", "重要インフラ", "分野"), choice(SECTORS), choices=offered(SECTORS)),
        Field("ceptoar", ("セプター", "CEPTOAR", "所属セプター"), text(60)),
        Field("ministry", ("所管省庁", "監督官庁", "所管官庁"), text(60)),
        Field("bcp", ("業務継続計画", "BCP", "事業継続計画"), choice(IN_PLACE), choices=offered(IN_PLACE)),
        Field(
            "contact_system", ("緊急連絡体制", "連絡体制", "24時間体制"), choice(IN_PLACE), choices=offered(IN_PLACE)
        ),
        Field(
            "assessed_on",
            ("備えを確認した日", "備えの確認日"),
            day,
            note="業務継続計画と緊急連絡体制を確認した日です。空欄は、新しく分かったときに今日とします。",
        ),
        Field(
            "parent_organization",
            ("上位団体", "上位の団体", "親団体", "親会社", "本社", "加盟先"),
            text(200),
            note="親会社、本社、連合会などの法人番号か名称です。登録済みの団体か、この名簿の団体を書きます。",
        ),
        MUNICIPALITY,
        POSTAL,
        ADDRESS,
        PHONE,
        LOOKED_AFTER,
    ),
    _identity,
)
