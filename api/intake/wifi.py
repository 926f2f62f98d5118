"""公衆無線LAN: the list of spots, in the columns of the municipalities' open data (推奨データセット) or our own."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from unicodedata import normalize

from api.intake.kind import Field, Kind
from api.intake.organizations import ADDRESS, LOOKED_AFTER, MUNICIPALITY
from api.intake.people import PHONE
from api.intake.readers import choice, kana, narrow, offered, own_number, text
from domain.errors import Invalid
from domain.japanese import name_key
from domain.values import dataclass
from domain.wifi import FACILITY_LABELS, WifiFacility

FACILITIES = {label: facility for facility, label in FACILITY_LABELS.items()} | {
    "飲食": WifiFacility.RESTAURANT,
    "カフェ": WifiFacility.RESTAURANT,
    "ホテル": WifiFacility.LODGING,
    "旅館": WifiFacility.LODGING,
    "小売店": WifiFacility.SHOP,
    "商業施設": WifiFacility.SHOP,
    "店舗": WifiFacility.SHOP,
    "駅": WifiFacility.TRANSPORT,
    "交通": WifiFacility.TRANSPORT,
    "学校": WifiFacility.EDUCATION,
    "病院": WifiFacility.MEDICAL,
    "観光": WifiFacility.TOURISM,
}


@dataclass(frozen=True)
class WifiSpotRow:
    """`unit` is the code or the name of the station, empty for the importer's own."""

    name: str
    facility: WifiFacility = WifiFacility.OTHER
    name_kana: str = ""
    name_english: str = ""
    installer: str = ""
    ssid: str = ""
    area: str = ""
    list_number: str = ""
    municipality_code: str = ""
    address: str = ""
    building: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    phone: str = ""
    extension: str = ""
    url: str = ""
    remarks: str = ""
    unit: str = ""


def _identity(row: WifiSpotRow) -> tuple[str, Hashable]:
    return "name", (name_key(row.name), row.municipality_code, row.ssid)


def _degrees(cell: str) -> Decimal:
    try:
        return Decimal(normalize("NFKC", cell).removesuffix("度").strip())
    except InvalidOperation:
        raise Invalid("緯度・経度は、38.268895 のように小数で入力してください。") from None


WIFI_SPOTS = Kind(
    "wifi-spots",
    "公衆無線LANの設置箇所",
    WifiSpotRow,
    (
        Field("list_number", ("NO", "ID", "No.", "番号"), own_number(20), code=True, example="0001"),
        Field("name", ("名称", "施設名", "施設名称", "店名"), text(200), required=True, example="見本市民会館"),
        Field("name_kana", ("名称カナ", "名称_カナ", "フリガナ", "カナ"), kana(300)),
        Field("name_english", ("名称_英語", "名称英語", "英語名"), text(200)),
        Field(
            "facility",
            ("施設の種類", "施設種別", "種別", "業種"),
            choice(FACILITIES),
            choices=offered(FACILITIES),
            note="空欄は、新しい設置箇所では「その他」、登録済みのものではいまの種類です。",
        ),
        replace(MUNICIPALITY, headings=("都道府県コード又は市区町村コード", *MUNICIPALITY.headings)),
        replace(ADDRESS, headings=(*ADDRESS.headings, "所在地_連結表記", "設置場所")),
        Field("building", ("方書", "建物名", "階"), text(200)),
        Field("latitude", ("緯度",), _degrees, example="38.268895"),
        Field("longitude", ("経度",), _degrees, example="140.872100"),
        Field("installer", ("設置者", "事業者", "設置者名"), text(200), example="見本市"),
        PHONE,
        Field("extension", ("内線番号", "内線"), narrow(20), code=True),
        Field("ssid", ("SSID", "ネットワーク名"), text(200), example="MIHON-FREE"),
        Field("area", ("提供エリア", "利用できる場所"), text(200)),
        Field("url", ("URL", "ホームページ"), narrow(500)),
        Field("remarks", ("備考", "注記"), text(1000)),
        LOOKED_AFTER,
    ),
    _identity,
)
