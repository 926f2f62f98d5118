"""業種: to which 大分類 of 日本標準産業分類 (第14次改定) a body belongs, by what is said of its trade in words.

What is typed is free, as on paper; for figures it is put in order by the words below, the first that fits. Where none
does, the kind of the body says it, and of a company nothing: it is 分類不能の産業, as in the classification.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from domain.organizations.kinds import OrganizationKind


class Industry(StrEnum):
    """日本標準産業分類の大分類, from A to T."""

    AGRICULTURE_AND_FORESTRY = "AGRICULTURE_AND_FORESTRY"
    FISHERIES = "FISHERIES"
    MINING = "MINING"
    CONSTRUCTION = "CONSTRUCTION"
    MANUFACTURING = "MANUFACTURING"
    UTILITIES = "UTILITIES"
    INFORMATION_AND_COMMUNICATIONS = "INFORMATION_AND_COMMUNICATIONS"
    TRANSPORT_AND_POST = "TRANSPORT_AND_POST"
    WHOLESALE_AND_RETAIL = "WHOLESALE_AND_RETAIL"
    FINANCE_AND_INSURANCE = "FINANCE_AND_INSURANCE"
    REAL_ESTATE_AND_LEASING = "REAL_ESTATE_AND_LEASING"
    RESEARCH_AND_PROFESSIONS = "RESEARCH_AND_PROFESSIONS"
    ACCOMMODATION_AND_FOOD = "ACCOMMODATION_AND_FOOD"
    LIVING_AND_AMUSEMENT = "LIVING_AND_AMUSEMENT"
    EDUCATION = "EDUCATION"
    MEDICINE_AND_WELFARE = "MEDICINE_AND_WELFARE"
    COMPOUND_SERVICES = "COMPOUND_SERVICES"
    OTHER_SERVICES = "OTHER_SERVICES"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"
    UNCLASSIFIED = "UNCLASSIFIED"


INDUSTRY_LABELS: Mapping[Industry, str] = {
    Industry.AGRICULTURE_AND_FORESTRY: "農業，林業",
    Industry.FISHERIES: "漁業",
    Industry.MINING: "鉱業，採石業，砂利採取業",
    Industry.CONSTRUCTION: "建設業",
    Industry.MANUFACTURING: "製造業",
    Industry.UTILITIES: "電気・ガス・熱供給・水道業",
    Industry.INFORMATION_AND_COMMUNICATIONS: "情報通信業",
    Industry.TRANSPORT_AND_POST: "運輸業，郵便業",
    Industry.WHOLESALE_AND_RETAIL: "卸売業，小売業",
    Industry.FINANCE_AND_INSURANCE: "金融業，保険業",
    Industry.REAL_ESTATE_AND_LEASING: "不動産業，物品賃貸業",
    Industry.RESEARCH_AND_PROFESSIONS: "学術研究，専門・技術サービス業",
    Industry.ACCOMMODATION_AND_FOOD: "宿泊業，飲食サービス業",
    Industry.LIVING_AND_AMUSEMENT: "生活関連サービス業，娯楽業",
    Industry.EDUCATION: "教育，学習支援業",
    Industry.MEDICINE_AND_WELFARE: "医療，福祉",
    Industry.COMPOUND_SERVICES: "複合サービス事業",
    Industry.OTHER_SERVICES: "サービス業（他に分類されないもの）",
    Industry.PUBLIC_SERVICE: "公務",
    Industry.UNCLASSIFIED: "分類不能の産業",
}

INDUSTRY_WORDS: tuple[tuple[Industry, str], ...] = (
    (Industry.OTHER_SERVICES, "商工|外国公務|整備|修理"),
    (
        Industry.WHOLESALE_AND_RETAIL,
        "卸|小売|商社|商店|販売|書店|百貨店|スーパー|ホームセンター|コンビニ|薬局|ドラッグ|ガソリン|給油",
    ),
    (Industry.CONSTRUCTION, "工事"),
    (Industry.MANUFACTURING, "製造|製作|加工|製鉄|鉄鋼|印刷|製薬|食品|食料品|飲料|造船|酒造|醸造|メーカー|工業(?!高)"),
    (
        Industry.INFORMATION_AND_COMMUNICATIONS,
        "通信|放送|情報|インターネット|映像|新聞|出版|ソフトウェア|システム|クラウド|データセンター|テレビ|CATV|電話|^IT",
    ),
    (
        Industry.RESEARCH_AND_PROFESSIONS,
        "研究|専門サービス|技術サービス|広告|設計|測量|コンサル|弁護士|法律|会計|税理|司法書士|行政書士|労務士|獣医|動物病院",
    ),
    (Industry.CONSTRUCTION, "建設|建築|土木|工務"),
    (Industry.MEDICINE_AND_WELFARE, "医療|病院|診療|医院|歯科|クリニック|保健|社会保険|福祉|介護|保育"),
    (Industry.FINANCE_AND_INSURANCE, "銀行|金融|金庫|信用組合|信用協同組合|保険|共済|証券|貸金|クレジット|先物|投資"),
    (Industry.COMPOUND_SERVICES, "複合サービス|郵便局|協同組合|農協|漁協"),
    (Industry.PUBLIC_SERVICE, "公務|官公庁|役所|役場|自治体|公共団体|教育委員会|行政"),
    (Industry.EDUCATION, "教育|教習|学習|学校|大学|高専|幼稚園|塾"),
    (Industry.OTHER_SERVICES, "警備|派遣|職業紹介|廃棄物|リサイクル|清掃|ビルメンテナンス"),
    (Industry.TRANSPORT_AND_POST, "鉄道|運輸|運送|物流|倉庫|水運|海運|航空|空港|港湾|交通|バス|タクシー|郵便|信書便"),
    (Industry.UTILITIES, "電気|電力|発電|送電|配電|ガス|熱供給|水道"),
    (Industry.REAL_ESTATE_AND_LEASING, "不動産|賃貸|リース|レンタル"),
    (Industry.ACCOMMODATION_AND_FOOD, "宿泊|ホテル|旅館|飲食|レストラン|食堂|喫茶"),
    (Industry.LIVING_AND_AMUSEMENT, "洗濯|クリーニング|理容|美容|浴場|生活関連|娯楽|遊技|旅行|観光|葬祭|スポーツ"),
    (Industry.AGRICULTURE_AND_FORESTRY, "農|林業|畜産|酪農|園芸"),
    (Industry.FISHERIES, "漁|水産|養殖"),
    (Industry.MINING, "鉱業|鉱山|採石|採取"),
    (Industry.OTHER_SERVICES, "団体|協会|宗教|サービス"),
    (Industry.MANUFACTURING, "機械|機器|自動車|電機|電子|半導体|精密|化学|石油|金属|素材|繊維|製紙|医薬|化粧品|家具"),
)
"""Regular expressions that Python and PostgreSQL read alike, in the order in which they are tried: who sells what it
makes is in retail, who makes apparatus for hospitals is a factory; and who says no more than of what makes it."""

INDUSTRIES_OF_KINDS: Mapping[OrganizationKind, Industry] = {
    OrganizationKind.CHAMBER_OF_COMMERCE: Industry.OTHER_SERVICES,
    OrganizationKind.SOCIETY_OF_COMMERCE: Industry.OTHER_SERVICES,
    OrganizationKind.SME_ASSOCIATION: Industry.OTHER_SERVICES,
    OrganizationKind.NON_LIFE_INSURER: Industry.FINANCE_AND_INSURANCE,
    OrganizationKind.FINANCIAL_INSTITUTION: Industry.FINANCE_AND_INSURANCE,
    OrganizationKind.MUNICIPALITY: Industry.PUBLIC_SERVICE,
    OrganizationKind.PREFECTURAL_GOVERNMENT: Industry.PUBLIC_SERVICE,
    OrganizationKind.UNIVERSITY: Industry.EDUCATION,
    OrganizationKind.TECHNICAL_COLLEGE: Industry.EDUCATION,
    OrganizationKind.SCHOOL: Industry.EDUCATION,
    OrganizationKind.BOARD_OF_EDUCATION: Industry.PUBLIC_SERVICE,
    OrganizationKind.RESEARCH_INSTITUTE: Industry.RESEARCH_AND_PROFESSIONS,
    OrganizationKind.INDUSTRY_BODY: Industry.OTHER_SERVICES,
    OrganizationKind.SECURITY_BODY: Industry.OTHER_SERVICES,
    OrganizationKind.JC3: Industry.OTHER_SERVICES,
    OrganizationKind.HOTLINE_CENTER: Industry.OTHER_SERVICES,
    OrganizationKind.NPO: Industry.OTHER_SERVICES,
    OrganizationKind.PTA: Industry.OTHER_SERVICES,
    OrganizationKind.NEIGHBORHOOD_ASSOCIATION: Industry.OTHER_SERVICES,
    OrganizationKind.HOSPITAL: Industry.MEDICINE_AND_WELFARE,
}
"""What every body of a kind does, where nothing else is said of it."""


def industry_of(kind: OrganizationKind, said: str) -> Industry:
    """The 大分類 of a body of this kind of whose trade this is said."""
    folded = unicodedata.normalize("NFKC", said).upper()
    named = (industry for industry, words in INDUSTRY_WORDS if re.search(words, folded))
    return next(named, INDUSTRIES_OF_KINDS.get(kind, Industry.UNCLASSIFIED))
