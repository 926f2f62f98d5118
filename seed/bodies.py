"""The 124 partner organisations of 青浜県 by sector, and the bodies that ask for lectures besides schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from domain.japanese import corporate_number_check_digit
from domain.organizations import CiSector, InPlace, OrganizationKind, OrganizationSize
from domain.values import dataclass
from seed.places import MUNICIPALITIES, STATIONS, Station, phone

FIRST_BASE = 999_900_000_001
"""Bases of real 法人番号 begin with 0 to 5 or 7: none of these is ever given out."""

CAPITAL = ("架空電力株式会社", "見本信用金庫", "見本市商工会議所（架空）", "サンプル総合病院", "見本市", "例示大学")
"""Bodies of the first station, of which the story tells more."""


@dataclass(frozen=True)
class Sector:
    """One line of the table of partners: 業種, the usual kind, and name and kana of each."""

    key: str
    industry: str
    kind: OrganizationKind
    names: str


SECTORS = (
    Sector(
        "finance",
        "金融",
        OrganizationKind.FINANCIAL_INSTITUTION,
        """
        株式会社青浜ダミー銀行 アオハマダミーギンコウ
        株式会社見本銀行 ミホンギンコウ
        株式会社例示銀行 レイジギンコウ
        見本信用金庫 ミホンシンヨウキンコ
        例示信用金庫 レイジシンヨウキンコ
        試作信用金庫 シサクシンヨウキンコ
        汐見信用金庫 シオミシンヨウキンコ
        白砂信用金庫 シラスナシンヨウキンコ
        見本信用組合 ミホンシンヨウクミアイ
        例題信用組合 レイダイシンヨウクミアイ
        架空信用組合 カクウシンヨウクミアイ
        青浜県信用漁業協同組合連合会（架空） アオハマケンシンヨウギョギョウキョウドウクミアイレンゴウカイ
        青浜県信用農業協同組合連合会（架空） アオハマケンシンヨウノウギョウキョウドウクミアイレンゴウカイ
        青浜労働金庫（架空） アオハマロウドウキンコ
        仮想証券株式会社青浜支店 カソウショウケンアオハマシテン
        サンプル生命保険相互会社青浜支社 サンプルセイメイホケンアオハマシシャ
        """,
    ),
    Sector(
        "commerce",
        "商工団体",
        OrganizationKind.SOCIETY_OF_COMMERCE,
        """
        青浜県商工会連合会（架空） アオハマケンショウコウカイレンゴウカイ
        青浜県中小企業団体中央会（架空） アオハマケンチュウショウキギョウダンタイチュウオウカイ
        見本市商工会議所（架空） ミホンシショウコウカイギショ
        例示市商工会議所（架空） レイジシショウコウカイギショ
        試作市商工会議所（架空） シサクシショウコウカイギショ
        架空市商工会議所（架空） カクウシショウコウカイギショ
        仮名市商工会議所（架空） カリナシショウコウカイギショ
        汐見市商工会議所（架空） シオミシショウコウカイギショ
        白砂市商工会議所（架空） シラスナシショウコウカイギショ
        見本港商工会議所（架空） ミホンミナトショウコウカイギショ
        例題町商工会 レイダイチョウショウコウカイ
        模擬町商工会 モギチョウショウコウカイ
        雛形町商工会 ヒナガタチョウショウコウカイ
        凡例村商工会 ハンレイムラショウコウカイ
        青浜町商工会 アオハマチョウショウコウカイ
        例示南商工会 レイジミナミショウコウカイ
        試作北商工会 シサクキタショウコウカイ
        架空東商工会 カクウヒガシショウコウカイ
        汐見西商工会 シオミニシショウコウカイ
        白砂北商工会 シラスナキタショウコウカイ
        浜風商工会 ハマカゼショウコウカイ
        見本北商工会 ミホンキタショウコウカイ
        見本西商工会 ミホンニシショウコウカイ
        見本東商工会 ミホンヒガシショウコウカイ
        """,
    ),
    Sector(
        "insurance",
        "損害保険",
        OrganizationKind.NON_LIFE_INSURER,
        """
        仮想損害保険株式会社青浜支店 カソウソンガイホケンアオハマシテン
        見本火災海上保険株式会社 ミホンカサイカイジョウホケン
        例示損害保険株式会社 レイジソンガイホケン
        試作海上日動火災（架空） シサクカイジョウニチドウカサイ
        サンプル損害保険株式会社 サンプルソンガイホケン
        ダミー火災保険株式会社 ダミーカサイホケン
        テスト海上保険株式会社 テストカイジョウホケン
        """,
    ),
    Sector(
        "utility",
        "電力・ガス・水道",
        OrganizationKind.COMPANY,
        """
        架空電力株式会社 カクウデンリョク
        架空電力送配電株式会社 カクウデンリョクソウハイデン
        例示ガス株式会社 レイジガス
        見本ガス株式会社 ミホンガス
        ㈱試作プロパン シサクプロパン
        見本市上下水道局 ミホンシジョウゲスイドウキョク
        例示市水道局 レイジシスイドウキョク
        青浜県企業局（架空） アオハマケンキギョウキョク
        白砂広域水道企業団 シラスナコウイキスイドウキギョウダン
        """,
    ),
    Sector(
        "telecom",
        "通信・CATV",
        OrganizationKind.COMPANY,
        """
        ダミーケーブルテレビ株式会社 ダミーケーブルテレビ
        見本ケーブルネット株式会社 ミホンケーブルネット
        例示通信株式会社 レイジツウシン
        青浜データセンター株式会社（架空） アオハマデータセンター
        サンプルモバイル株式会社 サンプルモバイル
        試作インターネット株式会社 シサクインターネット
        白砂光ネット株式会社 シラスナヒカリネット
        テストクラウド株式会社 テストクラウド
        """,
    ),
    Sector(
        "transport",
        "交通・物流",
        OrganizationKind.COMPANY,
        """
        テスト鉄道株式会社 テストテツドウ
        青浜架空バス株式会社 アオハマカクウバス
        見本タクシー協会 ミホンタクシーキョウカイ
        例示運輸株式会社 レイジウンユ
        試作物流株式会社 シサクブツリュウ
        見本港湾運送株式会社 ミホンコウワンウンソウ
        青浜空港ビル株式会社（架空） アオハマクウコウビル
        サンプル倉庫株式会社 サンプルソウコ
        """,
    ),
    Sector(
        "medical",
        "医療",
        OrganizationKind.HOSPITAL,
        """
        サンプル総合病院 サンプルソウゴウビョウイン
        見本市民病院 ミホンシミンビョウイン
        例示中央病院 レイジチュウオウビョウイン
        試作病院 シサクビョウイン
        架空記念病院 カクウキネンビョウイン
        汐見病院 シオミビョウイン
        白砂療養センター シラスナリョウヨウセンター
        例題町立病院 レイダイチョウリツビョウイン
        模擬診療所 モギシンリョウショ
        見本こども病院 ミホンコドモビョウイン
        例示大学病院 レイジダイガクビョウイン
        仮名整形外科病院 カリナセイケイゲカビョウイン
        青浜県医師会（架空） アオハマケンイシカイ
        青浜県薬剤師会（架空） アオハマケンヤクザイシカイ
        """,
    ),
    Sector(
        "college",
        "大学・高専",
        OrganizationKind.UNIVERSITY,
        """
        例示大学 レイジダイガク
        青浜県立見本大学（架空） アオハマケンリツミホンダイガク
        試作工科大学 シサクコウカダイガク
        汐見女子大学 シオミジョシダイガク
        見本経済大学 ミホンケイザイダイガク
        架空医療大学 カクウイリョウダイガク
        仮名芸術大学 カリナゲイジュツダイガク
        白砂国際大学 シラスナコクサイダイガク
        青浜工業高等専門学校（架空） アオハマコウギョウコウトウセンモンガッコウ
        """,
    ),
    Sector(
        "municipality",
        "自治体",
        OrganizationKind.MUNICIPALITY,
        "\n".join(f"{place.name} {place.kana}" for place in MUNICIPALITIES),
    ),
    Sector(
        "industry",
        "製造・小売ほか",
        OrganizationKind.COMPANY,
        """
        見本精機株式会社 ミホンセイキ
        株式会社例示製作所 レイジセイサクジョ
        株式会社試作電機 シサクデンキ
        架空自動車部品株式会社 カクウジドウシャブヒン
        汐見化学工業株式会社 シオミカガクコウギョウ
        白砂製紙株式会社 シラスナセイシ
        仮名食品株式会社 カリナショクヒン
        ダミー製薬株式会社 ダミーセイヤク
        サンプル印刷株式会社 サンプルインサツ
        テスト建設株式会社 テストケンセツ
        見本造船株式会社 ミホンゾウセン
        ㈱例題酒造 レイダイシュゾウ
        株式会社模擬百貨店 モギヒャッカテン
        株式会社雛形スーパー ヒナガタスーパー
        凡例農業協同組合 ハンレイノウギョウキョウドウクミアイ
        青浜グランドホテル株式会社（架空） アオハマグランドホテル
        見本放送株式会社 ミホンホウソウ
        """,
    ),
)

OTHERS = """
青浜県教育委員会（架空） アオハマケンキョウイクイインカイ BOARD_OF_EDUCATION 101
見本市教育委員会（架空） ミホンシキョウイクイインカイ BOARD_OF_EDUCATION 102
例示市教育委員会（架空） レイジシキョウイクイインカイ BOARD_OF_EDUCATION 107
見本中央地区自治会連合会 ミホンチュウオウチクジチカイレンゴウカイ NEIGHBORHOOD_ASSOCIATION 101
汐見地区老人クラブ連合会 シオミチクロウジンクラブレンゴウカイ NEIGHBORHOOD_ASSOCIATION 114
青浜県ＰＴＡ連合会（架空） アオハマケンピーティーエーレンゴウカイ PTA 103
ＮＰＯ法人見本ネット見守り隊 ミホンネットミマモリタイ NPO 104
株式会社仮想商店 カソウショウテン COMPANY 101
試作運送株式会社 シサクウンソウ COMPANY 109
雛形観光協会 ヒナガタカンコウキョウカイ INDUSTRY_BODY 120
"""

KINDS = (
    ("商工会議所", OrganizationKind.CHAMBER_OF_COMMERCE),
    ("中小企業団体", OrganizationKind.SME_ASSOCIATION),
    ("医師会", OrganizationKind.INDUSTRY_BODY),
    ("薬剤師会", OrganizationKind.INDUSTRY_BODY),
    ("協会", OrganizationKind.INDUSTRY_BODY),
    ("高等専門学校", OrganizationKind.TECHNICAL_COLLEGE),
)


SIZES = (OrganizationSize.MICRO, OrganizationSize.SMALL, OrganizationSize.MEDIUM)
CRITICAL = (
    ("電力", (CiSector.ELECTRICITY, "電力CEPTOAR", "経済産業省")),
    ("ガス", (CiSector.GAS, "ガスCEPTOAR", "経済産業省")),
    ("水道", (CiSector.WATER, "水道CEPTOAR", "国土交通省")),
    ("鉄道", (CiSector.RAILWAYS, "鉄道CEPTOAR", "国土交通省")),
    ("空港", (CiSector.AIRPORTS, "空港CEPTOAR", "国土交通省")),
    ("港湾", (CiSector.PORTS, "港湾CEPTOAR", "国土交通省")),
    ("物流", (CiSector.LOGISTICS, "物流CEPTOAR", "国土交通省")),
    ("化学", (CiSector.CHEMISTRY, "化学CEPTOAR", "経済産業省")),
    ("銀行", (CiSector.FINANCE, "銀行等CEPTOAR", "金融庁")),
    ("信用", (CiSector.FINANCE, "銀行等CEPTOAR", "金融庁")),
    ("損害保険", (CiSector.FINANCE, "損害保険CEPTOAR", "金融庁")),
    ("通信・CATV", (CiSector.INFORMATION_AND_COMMUNICATION, "通信CEPTOAR", "総務省")),
    ("病院", (CiSector.MEDICAL, "医療CEPTOAR", "厚生労働省")),
    ("自治体", (CiSector.GOVERNMENT, "自治体CEPTOAR", "総務省")),
)
"""By a word of the name, or the 業種: which 重要インフラ分野 a body belongs to."""


@dataclass(frozen=True)
class Body:
    """One organisation, the station that looks after it, and the number of its line."""

    name: str
    kana: str
    kind: OrganizationKind
    industry: str
    station: Station
    number: int

    @property
    def corporate_number(self) -> str:
        base = str(FIRST_BASE + self.number)
        return corporate_number_check_digit(base) + base

    @property
    def size(self) -> OrganizationSize | None:
        """Every third company is one of the small ones, of each size in turn."""
        if self.kind is not OrganizationKind.COMPANY:
            return None
        return SIZES[self.number // 3 % 3] if self.number % 3 == 0 else OrganizationSize.LARGE

    @property
    def critical(self) -> dict[str, object]:
        """What makes it critical infrastructure, if it is: sector, セプター and 所管省庁."""
        told = next((told for word, told in CRITICAL if word in self.name or word == self.industry), None)
        return dict(zip(("ci_sector", "ceptoar", "ministry"), told, strict=True)) if told else {}

    @property
    def ready(self) -> dict[str, object]:
        """Of four bodies one was not asked yet."""
        if self.number % 4 == 3:
            return {}
        return {
            "bcp": InPlace.YES if self.number % 3 else InPlace.NO,
            "contact_system": InPlace.YES if self.number % 5 else InPlace.NO,
        }

    def facts(self) -> dict[str, object]:
        """The line of the roster."""
        return {
            "name": self.name,
            "name_kana": self.kana,
            "kind": self.kind,
            "unit": self.station.code,
            "corporate_number": self.corporate_number,
            "municipality_code": self.station.municipality.code,
            "postal_code": "000-0000",
            "address": f"青浜県{self.station.municipality.name}見本町{self.number % 9 + 1}番地",
            "phone": phone(self.number),
            "industry": self.industry,
            "size": self.size,
            **self.critical,
            **self.ready,
        }


def partners(sector: Sector, numbers: Iterable[int]) -> Iterator[Body]:
    """The bodies of one sector; who is named after a place belongs to its station, others where their turn falls."""
    for number, row in zip(numbers, sector.names.strip().splitlines(), strict=False):
        name, kana = row.split()
        yield Body(name, kana, _kind(name, sector.kind), sector.industry, _near(name, number), number)


def _kind(name: str, usual: OrganizationKind) -> OrganizationKind:
    return next((kind for word, kind in KINDS if word in name), usual)


def _near(name: str, number: int) -> Station:
    """The station of the place a body is named after; the capital's in turn for those of the whole prefecture."""
    if name in CAPITAL:
        return STATIONS[0]
    bare = name.removeprefix("株式会社").removeprefix("㈱")
    longest_first = sorted(STATIONS, key=lambda station: -len(station.place))
    if bare.startswith("青浜県"):
        return STATIONS[number % 6]
    named = (station for station in longest_first if bare.startswith(station.place))
    if bare.startswith("見本"):
        return next(named, STATIONS[number % 6])
    return next(named, STATIONS[number % 22])


def _all() -> dict[str, list[Body]]:
    numbers = count()
    return {sector.key: list(partners(sector, numbers)) for sector in SECTORS}


def _others() -> list[Body]:
    stations = {station.code: station for station in STATIONS}
    rows = [row.split() for row in OTHERS.strip().splitlines()]
    return [
        Body(name, kana, OrganizationKind(kind), "", stations[code], 200 + at)
        for at, (name, kana, kind, code) in enumerate(rows)
    ]


PARTNERS = _all()
BESIDES = _others()
