"""ボランティア: the file of a roster, with guardians' consents and the terms that are running already.

Of an age only the band is taken, no birth date.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date

from api.intake.kind import Doubt, Field, Kind
from api.intake.people import MAIL, MOBILE, NAMES, PHONE, UNIT_NAMES, name_identity
from api.intake.readers import choice, day, offered, own_number, text, whole_number
from domain.values import dataclass
from domain.volunteers import AgeBand, CommissionKind

KINDS = {
    "サイバー防犯ボランティア": CommissionKind.CYBER_VOLUNTEER,
    "大学生サイバーボランティア": CommissionKind.UNIVERSITY_STUDENT,
    "サイバーパトロールモニター": CommissionKind.CYBER_PATROL_MONITOR,
    "特定サイバー防犯ボランティア": CommissionKind.DESIGNATED_VOLUNTEER,
    "テクニカルアドバイザー": CommissionKind.TECHNICAL_ADVISOR,
    "セキュリティ対策アドバイザー": CommissionKind.SECURITY_ADVISOR,
    "防犯ボランティア": CommissionKind.CYBER_VOLUNTEER,
    "ボランティア": CommissionKind.CYBER_VOLUNTEER,
    "大学生": CommissionKind.UNIVERSITY_STUDENT,
    "学生": CommissionKind.UNIVERSITY_STUDENT,
    "モニター": CommissionKind.CYBER_PATROL_MONITOR,
    "特定": CommissionKind.DESIGNATED_VOLUNTEER,
    "サイバー犯罪対策テクニカルアドバイザー": CommissionKind.TECHNICAL_ADVISOR,
    "サイバーセキュリティ対策アドバイザー": CommissionKind.SECURITY_ADVISOR,
}
AGES = {
    "18歳以上": AgeBand.ADULT,
    "15歳から17歳": AgeBand.FROM_15_TO_17,
    "15歳未満": AgeBand.UNDER_15,
    "成年": AgeBand.ADULT,
    "成人": AgeBand.ADULT,
    "15～17歳": AgeBand.FROM_15_TO_17,
    "15-17": AgeBand.FROM_15_TO_17,
}


@dataclass(frozen=True)
class VolunteerRow:
    """`group` and `unit` are names or codes, `affiliation` the school or employer in words. Whoever has a
    `commissioned_on` is commissioned already, until `commissioned_until` or the next 31 March."""

    family_name: str
    kind: CommissionKind
    age_band: AgeBand
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    number: str | None = None
    group: str = ""
    affiliation: str = ""
    mail_address: str = ""
    phone: str = ""
    unit: str = ""
    guardian_name: str = ""
    guardian_relationship: str = ""
    consented_on: date | None = None
    commission_number: str = ""
    commissioned_on: date | None = None
    commissioned_until: date | None = None
    authority: str = ""
    remarks: str = ""

    @property
    def is_minor(self) -> bool:
        return self.age_band is not AgeBand.ADULT


UNDATED = "委嘱中の人には委嘱日も書いてください。委嘱がまだの人は、委嘱の欄をどれも空けてください。"

_years = whole_number(0, 120, "歳")
_band = choice(AGES)


def _age_band(cell: str) -> AgeBand:
    """A band in words, or an age in years, of which only the band is kept."""
    if not cell.rstrip("歳").isdecimal():
        return _band(cell)
    age = _years(cell)
    return AgeBand.ADULT if age >= 18 else AgeBand.FROM_15_TO_17 if age >= 15 else AgeBand.UNDER_15


def _identity(row: VolunteerRow) -> tuple[str, Hashable]:
    if row.number:
        return "number", row.number
    return "family_name", (name_identity(row), row.kind, row.mail_address.lower() or row.group)


def _last_day(cell: str) -> date:
    """The last day of a term, alone (令和9年3月31日まで) or after its first (R8.4.1～R9.3.31)."""
    return day(re.split("[~～〜]|から", cell)[-1].strip().removesuffix("まで"))


def _undated(row: VolunteerRow) -> Doubt | None:
    if row.commissioned_on or not (row.commission_number or row.commissioned_until or row.authority):
        return None
    return Doubt("commissioned_on", UNDATED)


def _half_a_consent(row: VolunteerRow) -> Doubt | None:
    if bool(row.guardian_name) == bool(row.consented_on):
        return None
    return Doubt("guardian_name", "保護者の氏名と同意日は、両方を入力するか、両方を空欄にしてください。")


def _needless_consent(row: VolunteerRow) -> Doubt | None:
    if not (row.guardian_name and row.consented_on) or row.is_minor:
        return None
    return Doubt("guardian_name", "成年のボランティアに保護者の同意は要りません。年齢区分を確かめてください。")


VOLUNTEERS = Kind(
    "volunteers",
    "ボランティア",
    VolunteerRow,
    (
        Field(
            "number",
            ("名簿番号", "会員番号", "登録番号", "番号"),
            own_number(30),
            example="0001",
            code=True,
            own_number=True,
        ),
        *NAMES,
        Field(
            "kind",
            ("種別", "委嘱区分", "区分", "委嘱の種類", "委嘱種別"),
            choice(KINDS),
            required=True,
            example="サイバー防犯ボランティア",
            choices=offered(KINDS),
        ),
        Field(
            "age_band",
            ("年齢区分", "年齢層", "年齢", "年代区分"),
            _age_band,
            required=True,
            example="18歳以上",
            choices=offered(AGES),
            note="年齢でもかまいません。区分だけを保存し、生年月日は読み込みません。",
        ),
        Field(
            "group", ("団体名", "所属団体", "ボランティア団体", "グループ"), text(200), example="例示大学サイバー防犯隊"
        ),
        Field("affiliation", ("学校・勤務先", "学校名", "勤務先", "大学名", "在学先"), text(200), example="例示大学"),
        MAIL,
        PHONE,
        MOBILE,
        Field(
            "unit", UNIT_NAMES, text(100), example="見本警察署", note="推薦する所属です。空欄は読み込む人の所属です。"
        ),
        Field(
            "guardian_name",
            ("保護者", "保護者氏名", "保護者名"),
            text(130),
            note="未成年者のとき、同意日とともに記入します。",
        ),
        Field("guardian_relationship", ("続柄", "保護者続柄", "保護者との続柄"), text(30)),
        Field("consented_on", ("同意日", "保護者同意日", "同意年月日", "保護者の同意日"), day),
        Field(
            "commissioned_on",
            ("委嘱日", "委嘱年月日", "委嘱開始日", "任期開始日"),
            day,
            note="すでに委嘱している人だけ、今の任期の初日を記入します。手紙は送りません。空欄の人は推薦になります。",
        ),
        Field(
            "commissioned_until",
            ("任期", "任期満了日", "任期末日", "委嘱期限", "委嘱終了日"),
            _last_day,
            note="今の任期の最後の日です。空欄は委嘱日の次の3月31日です。",
        ),
        Field("commission_number", ("委嘱番号", "委嘱状番号"), text(60), note="空欄のときは番号を付けます。"),
        Field("authority", ("委嘱者", "委嘱者職名"), text(100), note="生活安全部長など、委嘱した人の職名です。"),
        Field("remarks", ("備考", "メモ", "特記事項"), text(1000)),
    ),
    _identity,
    (_undated, _half_a_consent, _needless_consent),
)
