"""To which 大分類 a trade belongs that is said in words."""

import pytest

from domain.organizations import INDUSTRY_LABELS, Industry, OrganizationKind, industry_of

GROUPS = """
農業 林業
漁業（水産養殖業を除く） 水産養殖業
鉱業，採石業，砂利採取業
総合工事業 職別工事業（設備工事業を除く） 設備工事業
食料品製造業 飲料・たばこ・飼料製造業 繊維工業 木材・木製品製造業（家具を除く） 家具・装備品製造業 \
パルプ・紙・紙加工品製造業 印刷・同関連業 化学工業 石油製品・石炭製品製造業 プラスチック製品製造業（別掲を除く） \
ゴム製品製造業 なめし革・同製品・毛皮製造業 窯業・土石製品製造業 鉄鋼業 非鉄金属製造業 金属製品製造業 \
はん用機械器具製造業 生産用機械器具製造業 業務用機械器具製造業 電子部品・デバイス・電子回路製造業 \
電気機械器具製造業 情報通信機械器具製造業 輸送用機械器具製造業 その他の製造業
電気業 ガス業 熱供給業 水道業
通信業 放送業 情報サービス業 インターネット附随サービス業 映像・音声・文字情報制作業
鉄道業 道路旅客運送業 道路貨物運送業 水運業 航空運輸業 倉庫業 運輸に附帯するサービス業 \
郵便業（信書便事業を含む）
各種商品卸売業 繊維・衣服等卸売業 飲食料品卸売業 建築材料，鉱物・金属材料等卸売業 機械器具卸売業 その他の卸売業 \
各種商品小売業 織物・衣服・身の回り品小売業 飲食料品小売業 機械器具小売業 その他の小売業 無店舗小売業
銀行業 協同組織金融業 貸金業，クレジットカード業等非預金信用機関 金融商品取引業，商品先物取引業 補助的金融業等 \
保険業（保険媒介代理業，保険サービス業を含む）
不動産取引業 不動産賃貸業・管理業 物品賃貸業
学術・開発研究機関 専門サービス業（他に分類されないもの） 広告業 技術サービス業（他に分類されないもの）
宿泊業 飲食店 持ち帰り・配達飲食サービス業
洗濯・理容・美容・浴場業 その他の生活関連サービス業 娯楽業
学校教育 その他の教育，学習支援業
医療業 保健衛生 社会保険・社会福祉・介護事業
郵便局 協同組合（他に分類されないもの）
廃棄物処理業 自動車整備業 機械等修理業（別掲を除く） 職業紹介・労働者派遣業 その他の事業サービス業 \
政治・経済・文化団体 宗教 その他のサービス業 外国公務
国家公務 地方公務
分類不能の産業
"""
"""The 中分類 01 to 99, a line for each 大分類."""


def test_every_group_and_division_of_the_classification_is_known_by_its_name() -> None:
    lines = [line.split() for line in GROUPS.strip().splitlines()]
    assert sum(map(len, lines)) == 99
    for industry, names in zip(Industry, lines, strict=True):
        found = {name: industry_of(OrganizationKind.COMPANY, name) for name in (*names, INDUSTRY_LABELS[industry])}
        assert set(found.values()) == {industry}, found


@pytest.mark.parametrize(
    ("kind", "said", "industry"),
    [
        (OrganizationKind.COMPANY, "ＣＡＴＶ・電気通信", Industry.INFORMATION_AND_COMMUNICATIONS),
        (OrganizationKind.COMPANY, "ｶﾞｽ", Industry.UTILITIES),
        (OrganizationKind.COMPANY, "通信販売", Industry.WHOLESALE_AND_RETAIL),
        (OrganizationKind.COMPANY, "社会保険労務士事務所", Industry.RESEARCH_AND_PROFESSIONS),
        (OrganizationKind.COMPANY, "自動車", Industry.MANUFACTURING),
        (OrganizationKind.COMPANY, "精密機器", Industry.MANUFACTURING),
        (OrganizationKind.COMPANY, "半導体・電子部品", Industry.MANUFACTURING),
        (OrganizationKind.COMPANY, "化学", Industry.MANUFACTURING),
        (OrganizationKind.COMPANY, "製紙", Industry.MANUFACTURING),
        (OrganizationKind.COMPANY, "石油販売", Industry.WHOLESALE_AND_RETAIL),
        (OrganizationKind.COMPANY, "自動車教習所", Industry.EDUCATION),
        (OrganizationKind.COMPANY, "機械設計", Industry.RESEARCH_AND_PROFESSIONS),
        (OrganizationKind.COMPANY, "クラウド・データセンター", Industry.INFORMATION_AND_COMMUNICATIONS),
        (OrganizationKind.COMPANY, "ホームセンター", Industry.WHOLESALE_AND_RETAIL),
        (OrganizationKind.COMPANY, "コーヒー豆の焙煎", Industry.UNCLASSIFIED),
        (OrganizationKind.COMPANY, "", Industry.UNCLASSIFIED),
        (OrganizationKind.HOSPITAL, "", Industry.MEDICINE_AND_WELFARE),
        (OrganizationKind.MUNICIPALITY, "水道", Industry.UTILITIES),
    ],
)
def test_a_trade_goes_by_its_words_and_else_by_what_the_body_is(
    kind: OrganizationKind, said: str, industry: Industry
) -> None:
    assert industry_of(kind, said) is industry
