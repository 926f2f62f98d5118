"""担当者連絡先: the file of the people to whom one talks at an organisation."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from api.intake.kind import Doubt, Field, Kind
from api.intake.organizations import NUMBER
from api.intake.people import EXTENSION, MAIL, MOBILE, NAMES, PHONE, name_identity
from api.intake.readers import choice, day, offered, text
from domain.japanese import name_key, school_code
from domain.organizations import ContactRole
from domain.values import dataclass

ROLES = {
    "実務": ContactRole.WORKING,
    "代表": ContactRole.REPRESENTATIVE,
    "夜間緊急": ContactRole.EMERGENCY,
    "広報": ContactRole.PUBLICITY,
    "実務担当": ContactRole.WORKING,
    "担当": ContactRole.WORKING,
    "窓口": ContactRole.WORKING,
    "代表者": ContactRole.REPRESENTATIVE,
    "責任者": ContactRole.REPRESENTATIVE,
    "緊急": ContactRole.EMERGENCY,
    "緊急連絡先": ContactRole.EMERGENCY,
    "24時間": ContactRole.EMERGENCY,
    "夜間": ContactRole.EMERGENCY,
    "夜間休日": ContactRole.EMERGENCY,
    "広報担当": ContactRole.PUBLICITY,
}


@dataclass(frozen=True)
class ContactRow:
    """The organisation is named by its 法人番号, its 学校コード or its name; at least one is there."""

    family_name: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    organization: str = ""
    corporate_number: str | None = None
    school_code: str | None = None
    role: ContactRole | None = None
    department: str = ""
    job_title: str = ""
    mail_address: str = ""
    phone: str = ""
    extension: str = ""
    reachable: str = ""
    since: date | None = None

    @property
    def body(self) -> str:
        """What names the organisation most surely."""
        return self.corporate_number or self.school_code or self.organization


def _identity(row: ContactRow) -> tuple[str, Hashable]:
    return "family_name", (name_key(row.body), row.mail_address.lower(), name_identity(row))


def _of_nobody(row: ContactRow) -> Doubt | None:
    return None if row.body else Doubt("organization", "団体名、法人番号、学校コードのどれかを入力してください。")


CONTACTS = Kind(
    "contacts",
    "担当者連絡先",
    ContactRow,
    (
        Field(
            "organization",
            ("団体名", "名称", "事業者名", "会社名", "法人名", "企業名", "学校名", "団体・事業者名", "勤務先"),
            text(200),
            example="架空電力株式会社",
            note="団体・事業者の名簿と同じ名称です。",
        ),
        NUMBER,
        Field("school_code", ("学校コード",), school_code, code=True),
        *NAMES,
        Field("role", ("役割", "連絡先区分", "区分", "種別"), choice(ROLES), example="実務", choices=offered(ROLES)),
        Field("department", ("部署", "部署名", "所属部署", "所属", "部課名"), text(100), example="情報システム部"),
        Field("job_title", ("役職", "職名", "肩書", "役職名"), text(100), example="課長"),
        MAIL,
        PHONE,
        MOBILE,
        EXTENSION,
        Field(
            "reachable",
            ("連絡の取れる時間", "連絡可能時間", "対応時間", "受付時間"),
            text(100),
            note="夜間緊急の担当者は、必ず連絡の取れる時間を書きます（例: 平日夜間と土日祝日は終日）。",
        ),
        Field("since", ("着任日", "就任日", "担当開始日"), day),
    ),
    _identity,
    (_of_nobody,),
)
