"""The municipalities and the police of 青浜県: three desks at headquarters, 22 stations, none of which exists."""

from __future__ import annotations

from domain.japanese import municipality_check_digit
from domain.units import UnitKind
from domain.values import dataclass

PREFECTURE_CODE = "48"
"""Given to no prefecture (JIS X 0401 ends with 47)."""

PREFECTURE = "青浜県"
DOMAIN = "police.aohama.example"
SWITCHBOARD = "000-0000-0001"
DESK_MAIL = f"cyber@{DOMAIN}"


@dataclass(frozen=True)
class Municipality:
    """市町村, its code and, in kana, its name without and with the suffix."""

    name: str
    kana: str
    base: str

    @property
    def code(self) -> str:
        return self.base + municipality_check_digit(self.base)


MUNICIPALITIES = tuple(
    Municipality(*row.split())
    for row in (
        "見本市 ミホンシ 48201",
        "例示市 レイジシ 48202",
        "試作市 シサクシ 48203",
        "架空市 カクウシ 48204",
        "仮名市 カリナシ 48205",
        "汐見市 シオミシ 48206",
        "白砂市 シラスナシ 48207",
        "例題町 レイダイチョウ 48301",
        "模擬町 モギチョウ 48302",
        "雛形町 ヒナガタチョウ 48303",
        "凡例村 ハンレイムラ 48304",
        "青浜町 アオハマチョウ 48305",
    )
)


@dataclass(frozen=True)
class Station:
    """警察署, and the municipality in which it lies."""

    code: str
    place: str
    place_kana: str
    municipality: Municipality

    @property
    def name(self) -> str:
        return f"{self.place}警察署"

    @property
    def phone(self) -> str:
        """A switchboard of its own, which nobody has."""
        return f"000-0000-0{self.code}"


STATION_ROWS = """
見本中央 ミホンチュウオウ 0
見本東 ミホンヒガシ 0
見本西 ミホンニシ 0
見本北 ミホンキタ 0
見本港 ミホンミナト 0
浜風 ハマカゼ 0
例示 レイジ 1
例示南 レイジミナミ 1
試作 シサク 2
試作北 シサクキタ 2
架空 カクウ 3
架空東 カクウヒガシ 3
仮名 カリナ 4
汐見 シオミ 5
汐見西 シオミニシ 5
白砂 シラスナ 6
白砂北 シラスナキタ 6
例題 レイダイ 7
模擬 モギ 8
雛形 ヒナガタ 9
凡例 ハンレイ 10
青浜 アオハマ 11
"""
"""Place, its kana, and the number of its municipality; the codes are 101 and so on."""


def _stations() -> tuple[Station, ...]:
    parts = [row.split() for row in STATION_ROWS.strip().splitlines()]
    return tuple(
        Station(str(101 + at), place, kana, MUNICIPALITIES[int(number)])
        for at, (place, kana, number) in enumerate(parts)
    )


STATIONS = _stations()
DESKS = (
    ("0011", "連携係", "レンケイカカリ"),
    ("0012", "被害防止係", "ヒガイボウシガカリ"),
    ("0013", "技術支援係", "ギジュツシエンガカリ"),
)


def phone(number: int) -> str:
    """A number that nobody has: 000-0000-00nn."""
    return f"000-0000-00{number % 100:02}"


def unit_lines() -> list[dict[str, object]]:
    """The units below the section, as the roster of units has them."""
    desks: list[dict[str, object]] = [
        {"code": code, "name": name, "name_kana": kana, "kind": UnitKind.HEADQUARTERS, "parent": "0001",
         "phone": SWITCHBOARD, "extension": f"348{at}", "mail_address": DESK_MAIL}
        for at, (code, name, kana) in enumerate(DESKS, 1)
    ]  # fmt: skip
    stations: list[dict[str, object]] = [
        {"code": station.code, "name": station.name, "name_kana": f"{station.place_kana}ケイサツショ",
         "kind": UnitKind.STATION, "phone": station.phone, "extension": "3484",
         "mail_address": f"station{station.code}@{DOMAIN}"}
        for station in STATIONS
    ]  # fmt: skip
    return [*desks, *stations]
