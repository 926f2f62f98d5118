"""428 schools of every kind that asks for lectures, at every station, none of which exists.

With the nine universities and 高専 among the partners they make 437: 小220 中110 高60 特支12 大短高専15 専修20.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.japanese import school_check_digit
from domain.lectures import Audience
from domain.organizations import OrganizationKind
from domain.values import dataclass
from seed.places import PREFECTURE, PREFECTURE_CODE, STATIONS, Station, phone

SPOKEN = ("イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ", "ジュウ")
ORDINALS = tuple(zip("一二三四五六七八九十", SPOKEN, strict=True))
COLLEGES = (
    ("白砂短期大学", "シラスナタンキダイガク", "F2"),
    ("見本女子短期大学", "ミホンジョシタンキダイガク", "F2"),
    ("例示短期大学", "レイジタンキダイガク", "F2"),
    ("見本音楽大学", "ミホンオンガクダイガク", "F1"),
    ("試作体育大学", "シサクタイイクダイガク", "F1"),
    ("汐見水産大学", "シオミスイサンダイガク", "F1"),
)
AUDIENCES = {
    "B1": Audience.PUPIL_ELEM,
    "C1": Audience.PUPIL_JH,
    "D1": Audience.PUPIL_HS,
    "E1": Audience.PUPIL_HS,
    "F1": Audience.STUDENT,
    "F2": Audience.STUDENT,
    "G1": Audience.STUDENT,
    "H1": Audience.STUDENT,
}


@dataclass(frozen=True)
class School:
    """One school: `kind` is 学校種, `founder` 設置区分 (2 公, 3 私), `serial` its number within the kind."""

    name: str
    kana: str
    kind: str
    founder: int
    serial: int
    station: Station

    @property
    def code(self) -> str:
        base = f"{self.kind}{PREFECTURE_CODE}{self.founder}9999{self.serial:03}"
        return base + school_check_digit(base)

    @property
    def audience(self) -> Audience:
        return AUDIENCES[self.kind]

    def facts(self) -> dict[str, object]:
        """The line of the roster."""
        is_college = self.kind in ("F1", "F2")
        return {
            "name": self.name,
            "name_kana": self.kana,
            "kind": OrganizationKind.UNIVERSITY if is_college else OrganizationKind.SCHOOL,
            "unit": self.station.code,
            "school_code": self.code,
            "municipality_code": self.station.municipality.code,
            "address": f"青浜県{self.station.municipality.name}学校町{self.serial % 9 + 1}番地",
            "phone": phone(self.serial),
        }


def _numbered(word: str, kana: str, kind: str, most: int) -> Iterator[School]:
    """The first to the `most`-th school of a kind at every station: 見本市立見本中央第一小学校."""
    for at, station in enumerate(STATIONS):
        town = station.municipality
        for number, (ordinal, spoken) in enumerate(ORDINALS[:most], 1):
            name = f"{town.name}立{station.place}第{ordinal}{word}"
            reading = f"{town.kana}リツ{station.place_kana}ダイ{spoken}{kana}"
            yield School(name, reading, kind, 2, at * most + number, station)


def _prefectural(word: str, kana: str, kind: str, first: int, stations: tuple[Station, ...]) -> Iterator[School]:
    for at, station in enumerate(stations):
        name, reading = f"{PREFECTURE}立{station.place}{word}", f"アオハマケンリツ{station.place_kana}{kana}"
        yield School(name, reading, kind, 2, first + at, station)


def _vocational() -> Iterator[School]:
    for at, station in enumerate(STATIONS[:20]):
        name, kana = f"{station.place}情報ビジネス専門学校", f"{station.place_kana}ジョウホウビジネスセンモンガッコウ"
        yield School(name, kana, "H1", 3, at + 1, station)


def _colleges() -> Iterator[School]:
    for at, (name, kana, kind) in enumerate(COLLEGES):
        yield School(name, kana, kind, 3, 100 + at, STATIONS[at])


SCHOOLS = (
    *_numbered("小学校", "ショウガッコウ", "B1", 10),
    *_numbered("中学校", "チュウガッコウ", "C1", 5),
    *_prefectural("高等学校", "コウトウガッコウ", "D1", 1, STATIONS),
    *_prefectural("商業高等学校", "ショウギョウコウトウガッコウ", "D1", 101, STATIONS),
    *_prefectural("工業高等学校", "コウギョウコウトウガッコウ", "D1", 201, STATIONS[:16]),
    *_prefectural("支援学校", "シエンガッコウ", "E1", 1, STATIONS[:12]),
    *_colleges(),
    *_vocational(),
)
