"""公衆無線LAN: spots with their surveys and advices, to read and to lead to what has become better."""

from datetime import date
from decimal import Decimal
from enum import Enum

import strawberry

from api import reading
from api.enums import offer
from api.mutations import mutations
from api.organizations import Organization
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import wifi
from domain.japanese import search_key
from domain.rights import DataClass
from domain.wifi import AdviceMeans, WifiFacility, WifiPoint, WifiStatus

INTERNAL = DataClass.INTERNAL

offer(AdviceMeans, WifiFacility, WifiPoint, WifiStatus)


@strawberry.enum
class WifiSpotOrder(Enum):
    KANA_ASC = reading.asc("kana_order")
    FOUND_ON_DESC = reading.desc("found_on")
    SURVEYED_ON_ASC = reading.asc("surveyed_on", missing="0001-01-01", data=INTERNAL)


@reading.filters
class WifiSpotFilter:
    status: list[WifiStatus] | None = reading.among("status", data=INTERNAL)
    facility: list[WifiFacility] | None = reading.among("facility")
    unit: strawberry.ID | None = reading.of_unit()
    organization: strawberry.ID | None = reading.refers("organization_id", "Organization")
    text: str | None = reading.found("wifi_spot", search_key)
    surveyed_before: date | None = reading.below("surveyed_on", "date", data=INTERNAL)
    retired: bool | None = reading.present("retired_on")


@reading.entity(wifi.WifiSurvey, wifi.surveys_visible_to)
@reading.shape(description="公衆無線LANの実態把握調査")
class WifiSurvey(Node):
    version: int
    surveyed_on: date = reading.column(data=INTERNAL)
    missing: list[WifiPoint] = reading.column(
        data=INTERNAL, description="The points that were not met, or could not be shown."
    )
    is_fine: bool = reading.column(data=INTERNAL)
    remarks: str = reading.column(data=INTERNAL)
    surveyed_by: Person | None = reading.one("surveyed_by_id", data=INTERNAL)


@reading.entity(wifi.WifiAdvice, wifi.advices_visible_to)
@reading.shape(description="公衆無線LANの改善の働き掛け")
class WifiAdvice(Node):
    version: int
    advised_on: date = reading.column(data=INTERNAL)
    means: AdviceMeans = reading.column(data=INTERNAL)
    points: list[WifiPoint] = reading.column(data=INTERNAL)
    remarks: str = reading.column(data=INTERNAL)
    advised_by: Person | None = reading.one("advised_by_id", data=INTERNAL)


@reading.entity(wifi.WifiSpot, wifi.visible_to)
@reading.shape(description="公衆無線LANの設置箇所")
class WifiSpot(Node):
    version: int
    status: WifiStatus = reading.column(data=INTERNAL)
    allowed_transitions: list[WifiStatus] = reading.computed("status", wifi.MOVES, data=INTERNAL)
    facility: WifiFacility
    name: str
    name_kana: str
    name_english: str
    installer: str = reading.column(description="Who runs it, as it was told.")
    ssid: str
    area: str = reading.column(description="提供エリア")
    list_number: str = reading.column(description="Its number in the list that the municipality publishes.")
    municipality_code: str
    address: str
    building: str
    latitude: Decimal | None = reading.column(description="Degrees (JGD2011).")
    longitude: Decimal | None = reading.column(description="Degrees (JGD2011).")
    phone: str
    extension: str
    url: str
    remarks: str = reading.column(description="備考 of the list, which may be published.")
    found_on: date = reading.column(description="The first day on which it is known.")
    retired_on: date | None = reading.column(description="The first day without it.")
    surveyed_on: date | None = reading.column(data=INTERNAL, description="The day of the newest survey.")
    unit: Unit | None = reading.one("unit_id")
    organization: Organization | None = reading.one("organization_id")
    surveys: Connection[WifiSurvey] = reading.connection("spot_id", order=reading.desc("surveyed_on", data=INTERNAL))
    advices: Connection[WifiAdvice] = reading.connection("spot_id", order=reading.desc("advised_on", data=INTERNAL))


@reading.shape
class WifiQueries:
    wifi_spot: WifiSpot | None = reading.root_one()
    wifi_spots: Connection[WifiSpot] = reading.root_connection(orders=WifiSpotOrder, filters=WifiSpotFilter)


WifiSpotMutations = mutations(
    WifiSpot,
    register_wifi_spot=wifi.register_spot,
    correct_wifi_spot=wifi.correct_spot,
    survey_wifi_spot=wifi.survey,
    advise_wifi_spot=wifi.advise,
    retire_wifi_spot=wifi.retire_spot,
    transfer_wifi_spot=wifi.transfer_spot,
)
WifiSurveyMutations = mutations(WifiSurvey, correct_wifi_survey=wifi.correct_survey)
WifiAdviceMutations = mutations(WifiAdvice, correct_wifi_advice=wifi.correct_advice)
