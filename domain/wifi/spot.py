"""公衆無線LAN: where the public is given a wireless network, what a survey has found there, and what became of it.

UNSURVEYED -> FINE | NEEDS_IMPROVEMENT -> ADVISED -> IMPROVED, and back to NEEDS_IMPROVEMENT whenever a later survey
finds something wanting again. The state follows from the dated surveys and advices alone (`state_of`), in whichever
order these were entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain.actor import LIAISONS, Actor
from domain.criteria import any_of, nothing
from domain.organizations import Organization
from domain.records import Owned
from domain.states import Moves
from domain.verbs import broken, verb


class WifiStatus(StrEnum):
    """未調査, 適正, 要改善, 働き掛け済, 改善確認."""

    UNSURVEYED = "UNSURVEYED"
    FINE = "FINE"
    NEEDS_IMPROVEMENT = "NEEDS_IMPROVEMENT"
    ADVISED = "ADVISED"
    IMPROVED = "IMPROVED"


LABELS: Mapping[WifiStatus, str] = {
    WifiStatus.UNSURVEYED: "未調査",
    WifiStatus.FINE: "適正",
    WifiStatus.NEEDS_IMPROVEMENT: "要改善",
    WifiStatus.ADVISED: "働き掛け済",
    WifiStatus.IMPROVED: "改善確認",
}

MOVES: Moves[WifiStatus] = {
    WifiStatus.UNSURVEYED: (WifiStatus.FINE, WifiStatus.NEEDS_IMPROVEMENT),
    WifiStatus.FINE: (WifiStatus.NEEDS_IMPROVEMENT,),
    WifiStatus.NEEDS_IMPROVEMENT: (WifiStatus.ADVISED, WifiStatus.IMPROVED),
    WifiStatus.ADVISED: (WifiStatus.IMPROVED,),
    WifiStatus.IMPROVED: (WifiStatus.NEEDS_IMPROVEMENT,),
}

WANTING = (WifiStatus.NEEDS_IMPROVEMENT, WifiStatus.ADVISED)


class WifiFacility(StrEnum):
    """飲食店, 宿泊施設, 小売店・商業施設, 交通機関, 公共施設, 教育施設, 医療機関, 観光施設, その他."""

    RESTAURANT = "RESTAURANT"
    LODGING = "LODGING"
    SHOP = "SHOP"
    TRANSPORT = "TRANSPORT"
    PUBLIC_FACILITY = "PUBLIC_FACILITY"
    EDUCATION = "EDUCATION"
    MEDICAL = "MEDICAL"
    TOURISM = "TOURISM"
    OTHER = "OTHER"


FACILITY_LABELS: Mapping[WifiFacility, str] = {
    WifiFacility.RESTAURANT: "飲食店",
    WifiFacility.LODGING: "宿泊施設",
    WifiFacility.SHOP: "小売店・商業施設",
    WifiFacility.TRANSPORT: "交通機関",
    WifiFacility.PUBLIC_FACILITY: "公共施設",
    WifiFacility.EDUCATION: "教育施設",
    WifiFacility.MEDICAL: "医療機関",
    WifiFacility.TOURISM: "観光施設",
    WifiFacility.OTHER: "その他",
}


class WifiPoint(StrEnum):
    """What a survey looks at: WPA2以上の暗号化, 端末間通信の分離, 利用者への情報提供, 利用者情報の確認,
    接続記録の保管."""

    ENCRYPTION = "ENCRYPTION"
    SEPARATION = "SEPARATION"
    NOTICE = "NOTICE"
    USER_CHECK = "USER_CHECK"
    LOGS = "LOGS"


POINT_LABELS: Mapping[WifiPoint, str] = {
    WifiPoint.ENCRYPTION: "WPA2以上の暗号化",
    WifiPoint.SEPARATION: "端末間通信の分離",
    WifiPoint.NOTICE: "利用者への情報提供",
    WifiPoint.USER_CHECK: "利用者情報の確認",
    WifiPoint.LOGS: "接続記録の保管",
}


class AdviceMeans(StrEnum):
    """訪問, 電話, メール, 文書."""

    VISIT = "VISIT"
    CALL = "CALL"
    MAIL = "MAIL"
    DOCUMENT = "DOCUMENT"


class WifiSpot(Owned):
    """設置箇所: one facility's network. `installer` is who runs it as it was told, `organization_id` where that is a
    body of the register; `list_number` is its number in the list of the municipality that publishes it. `found_on` is
    the first day on which it is known, `retired_on` the first without it. `identity` makes two rows the same one."""

    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    status = fields.CharEnumField(WifiStatus, max_length=20, default=WifiStatus.UNSURVEYED)
    facility = fields.CharEnumField(WifiFacility, max_length=20)
    name = fields.CharField(max_length=200)
    name_kana = fields.CharField(max_length=300, default="")
    name_english = fields.CharField(max_length=200, default="")
    installer = fields.CharField(max_length=200, default="")
    ssid = fields.CharField(max_length=200, default="")
    area = fields.CharField(max_length=200, default="")
    list_number = fields.CharField(max_length=20, default="")
    municipality_code = fields.CharField(max_length=6, default="")
    address = fields.CharField(max_length=300, default="")
    building = fields.CharField(max_length=200, default="")
    latitude = fields.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = fields.DecimalField(max_digits=9, decimal_places=6, null=True)
    phone = fields.CharField(max_length=30, default="")
    extension = fields.CharField(max_length=20, default="")
    url = fields.CharField(max_length=500, default="")
    remarks = fields.CharField(max_length=1000, default="")
    found_on = fields.DateField()
    retired_on = fields.DateField(null=True)
    surveyed_on = fields.DateField(null=True)
    search = fields.CharField(max_length=1500)
    kana_order = fields.TextField()
    identity = fields.CharField(max_length=500)

    class Meta:
        table = "wifi_spot"
        indexes = [
            Index(fields=("unit_id", "kana_order", "id"), name="wifi_spot_unit_kana"),
            Index(fields=("organization_id",), name="wifi_spot_organization"),
        ]


class WifiSurvey(Owned):
    """実態把握調査: what was found on a day. `missing` are the points that were not met, or not shown to be."""

    spot: fields.ForeignKeyRelation[WifiSpot] = fields.ForeignKeyField("renkei.WifiSpot", related_name="surveys")
    spot_id: UUID
    surveyed_on = fields.DateField()
    missing: list[str] = fields.JSONField(default=list)
    is_fine = fields.BooleanField()
    remarks = fields.CharField(max_length=1000, default="")
    surveyed_by_id = fields.UUIDField()

    class Meta:
        table = "wifi_survey"
        indexes = [Index(fields=("spot_id", "surveyed_on", "id"), name="wifi_survey_spot")]


class WifiAdvice(Owned):
    """働き掛け: which points were brought up, on a day, and how."""

    spot: fields.ForeignKeyRelation[WifiSpot] = fields.ForeignKeyField("renkei.WifiSpot", related_name="advices")
    spot_id: UUID
    advised_on = fields.DateField()
    means = fields.CharEnumField(AdviceMeans, max_length=10)
    points: list[str] = fields.JSONField(default=list)
    remarks = fields.CharField(max_length=1000, default="")
    advised_by_id = fields.UUIDField()

    class Meta:
        table = "wifi_advice"
        indexes = [Index(fields=("spot_id", "advised_on", "id"), name="wifi_advice_spot")]


broken(
    "wifi_spot_identity",
    "同じ設置箇所がすでに登録されています。名称・市区町村・SSIDを確かめてください。",
)


def visible_to(actor: Actor) -> QuerySet[WifiSpot]:
    """Liaison officers see their units' spots; nobody else any: what is wanting there is not for others to know."""
    return WifiSpot.filter(any_of(WifiSpot, "unit_id", actor.units)) if actor.role in LIAISONS else nothing(WifiSpot)


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor) -> list[WifiSpot]:
    """The spots that there are, in order of municipality and name, as a list of them is published: what surveys have
    found stands in none."""
    return await visible_to(actor).filter(retired_on=None).order_by("municipality_code", "kana_order", "id")


def surveys_visible_to(actor: Actor) -> QuerySet[WifiSurvey]:
    """As their spots."""
    own = WifiSurvey.filter(any_of(WifiSurvey, "unit_id", actor.units))
    return own if actor.role in LIAISONS else nothing(WifiSurvey)


def advices_visible_to(actor: Actor) -> QuerySet[WifiAdvice]:
    """As their spots."""
    own = WifiAdvice.filter(any_of(WifiAdvice, "unit_id", actor.units))
    return own if actor.role in LIAISONS else nothing(WifiAdvice)


def state_of(surveys: Iterable[WifiSurvey], advised_on: Iterable[date]) -> WifiStatus:
    """What the surveys and the days of advice lead to, day by day; on one day the survey comes first."""
    found = [(survey.surveyed_on, 0, survey.id, survey.is_fine) for survey in surveys]
    happened = sorted([*found, *((day, 1, UUID(int=0), False) for day in advised_on)])
    status = WifiStatus.UNSURVEYED
    for _, is_advice, _, is_fine in happened:
        if is_advice:
            status = WifiStatus.ADVISED if status is WifiStatus.NEEDS_IMPROVEMENT else status
        elif is_fine:
            status = _once_fine(status)
        elif status is not WifiStatus.ADVISED:
            status = WifiStatus.NEEDS_IMPROVEMENT
    return status


def _once_fine(before: WifiStatus) -> WifiStatus:
    """A spot at which nothing was ever wanting is FINE, one at which something was has IMPROVED."""
    return WifiStatus.FINE if before in (WifiStatus.UNSURVEYED, WifiStatus.FINE) else WifiStatus.IMPROVED
