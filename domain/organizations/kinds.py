"""種別と属性: what an organisation may be by its kind, size, sector and state of preparation, and a contact by role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class OrganizationKind(StrEnum):
    """Both seed lists of 民間事業者等 (宮城 5(1), 京都 第1の2(2)); size and sector are attributes."""

    COMPANY = "COMPANY"
    CHAMBER_OF_COMMERCE = "CHAMBER_OF_COMMERCE"
    SOCIETY_OF_COMMERCE = "SOCIETY_OF_COMMERCE"
    SME_ASSOCIATION = "SME_ASSOCIATION"
    NON_LIFE_INSURER = "NON_LIFE_INSURER"
    FINANCIAL_INSTITUTION = "FINANCIAL_INSTITUTION"
    MUNICIPALITY = "MUNICIPALITY"
    PREFECTURAL_GOVERNMENT = "PREFECTURAL_GOVERNMENT"
    UNIVERSITY = "UNIVERSITY"
    TECHNICAL_COLLEGE = "TECHNICAL_COLLEGE"
    SCHOOL = "SCHOOL"
    BOARD_OF_EDUCATION = "BOARD_OF_EDUCATION"
    RESEARCH_INSTITUTE = "RESEARCH_INSTITUTE"
    INDUSTRY_BODY = "INDUSTRY_BODY"
    SECURITY_BODY = "SECURITY_BODY"
    JC3 = "JC3"
    HOTLINE_CENTER = "HOTLINE_CENTER"
    NPO = "NPO"
    PTA = "PTA"
    NEIGHBORHOOD_ASSOCIATION = "NEIGHBORHOOD_ASSOCIATION"
    HOSPITAL = "HOSPITAL"


ORGANIZATION_KIND_LABELS: Mapping[OrganizationKind, str] = {
    OrganizationKind.COMPANY: "企業",
    OrganizationKind.CHAMBER_OF_COMMERCE: "商工会議所",
    OrganizationKind.SOCIETY_OF_COMMERCE: "商工会",
    OrganizationKind.SME_ASSOCIATION: "中小企業団体中央会",
    OrganizationKind.NON_LIFE_INSURER: "損害保険会社",
    OrganizationKind.FINANCIAL_INSTITUTION: "金融機関",
    OrganizationKind.MUNICIPALITY: "市区町村",
    OrganizationKind.PREFECTURAL_GOVERNMENT: "知事部局",
    OrganizationKind.UNIVERSITY: "大学",
    OrganizationKind.TECHNICAL_COLLEGE: "高等専門学校",
    OrganizationKind.SCHOOL: "学校",
    OrganizationKind.BOARD_OF_EDUCATION: "教育委員会",
    OrganizationKind.RESEARCH_INSTITUTE: "研究機関",
    OrganizationKind.INDUSTRY_BODY: "業界団体",
    OrganizationKind.SECURITY_BODY: "サイバーセキュリティ関係団体",
    OrganizationKind.JC3: "JC3",
    OrganizationKind.HOTLINE_CENTER: "インターネット・ホットラインセンター",
    OrganizationKind.NPO: "NPO",
    OrganizationKind.PTA: "PTA",
    OrganizationKind.NEIGHBORHOOD_ASSOCIATION: "自治会",
    OrganizationKind.HOSPITAL: "病院",
}


class OrganizationSize(StrEnum):
    """小規模企業者, 小企業, 中企業, 中小企業（そのどれか）, 大企業; all but the last count as 中小企業."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    SMALL_OR_MEDIUM = "SMALL_OR_MEDIUM"
    LARGE = "LARGE"

    @property
    def is_small(self) -> bool:
        """Whether bodies of this size count as 中小企業."""
        return self is not OrganizationSize.LARGE


SIZE_LABELS: Mapping[OrganizationSize, str] = {
    OrganizationSize.MICRO: "小規模企業者",
    OrganizationSize.SMALL: "小企業",
    OrganizationSize.MEDIUM: "中企業",
    OrganizationSize.SMALL_OR_MEDIUM: "中小企業",
    OrganizationSize.LARGE: "大企業",
}


class CiSector(StrEnum):
    """重要インフラ分野: 情報通信, 金融, 航空, 空港, 鉄道, 電力, ガス, 政府・行政サービス, 医療, 水道, 物流, 化学,
    クレジット, 石油, 港湾."""

    INFORMATION_AND_COMMUNICATION = "INFORMATION_AND_COMMUNICATION"
    FINANCE = "FINANCE"
    AVIATION = "AVIATION"
    AIRPORTS = "AIRPORTS"
    RAILWAYS = "RAILWAYS"
    ELECTRICITY = "ELECTRICITY"
    GAS = "GAS"
    GOVERNMENT = "GOVERNMENT"
    MEDICAL = "MEDICAL"
    WATER = "WATER"
    LOGISTICS = "LOGISTICS"
    CHEMISTRY = "CHEMISTRY"
    CREDIT_CARDS = "CREDIT_CARDS"
    PETROLEUM = "PETROLEUM"
    PORTS = "PORTS"


CI_SECTOR_LABELS: Mapping[CiSector, str] = {
    CiSector.INFORMATION_AND_COMMUNICATION: "情報通信",
    CiSector.FINANCE: "金融",
    CiSector.AVIATION: "航空",
    CiSector.AIRPORTS: "空港",
    CiSector.RAILWAYS: "鉄道",
    CiSector.ELECTRICITY: "電力",
    CiSector.GAS: "ガス",
    CiSector.GOVERNMENT: "政府・行政サービス",
    CiSector.MEDICAL: "医療",
    CiSector.WATER: "水道",
    CiSector.LOGISTICS: "物流",
    CiSector.CHEMISTRY: "化学",
    CiSector.CREDIT_CARDS: "クレジット",
    CiSector.PETROLEUM: "石油",
    CiSector.PORTS: "港湾",
}


class InPlace(StrEnum):
    """有, 無, 未確認: whether a body has something ready."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


IN_PLACE_LABELS: Mapping[InPlace, str] = {InPlace.YES: "有", InPlace.NO: "無", InPlace.UNKNOWN: "未確認"}


class ContactRole(StrEnum):
    """代表, 実務, 夜間緊急, 広報."""

    REPRESENTATIVE = "REPRESENTATIVE"
    WORKING = "WORKING"
    EMERGENCY = "EMERGENCY"
    PUBLICITY = "PUBLICITY"


CONTACT_ROLE_LABELS: Mapping[ContactRole, str] = {
    ContactRole.REPRESENTATIVE: "代表",
    ContactRole.WORKING: "実務",
    ContactRole.EMERGENCY: "夜間緊急",
    ContactRole.PUBLICITY: "広報",
}
