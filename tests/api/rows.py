"""The rows of partnerships, and which scenarios show that each works: through GraphQL, as the right role, from the
first entry to its figure, and refused to whoever has no business with it, with nothing changed.

`test_rows` looks whether the scenarios are there, read the figures that stand here, and try a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What it is, the tests (`module:part of the name`) that tell it, and the figures to which they come.

    Without figures, `instead` says to what it comes."""

    what: str
    told: tuple[str, ...]
    figures: tuple[str, ...] = ()
    instead: str = ""


_COUNCIL_MEMBERS = ("COUNCILS", "COUNCIL_MEMBERS", "COUNCIL_MEMBERS_UNIQUE")
_THEMES = ("THEME_ENCOUNTERS", "THEME_BODIES", "THEME_NOTICES", "THEME_NOTICE_BODIES")

ROWS: Mapping[str, Row] = {
    "S1": Row(
        "協定とその広がり",
        ("agreements_story:s1_an_agreement", "agreements_years:s1_a_year"),
        (
            *("AGREEMENTS_IN_FORCE", "AGREEMENTS_NEW", "AGREEMENTS_RENEWED", "AGREEMENTS_EXTENDED"),
            *("AGREEMENTS_GONE_ON", "AGREEMENTS_AMENDED", "AGREEMENTS_ENDED", "AGREEMENTS_EXPIRED"),
            *("PARTIES", "PARTIES_UNIQUE", "SMALL_PARTIES_UNIQUE", "PARTIES_BY_BUSINESS", "PARTIES_BY_SIZE"),
            *("AGREEMENTS_BY_BUSINESS", "AGREEMENTS_BY_SIZE", "AGREEMENTS_BY_INDUSTRY", "PARTIES_BY_INDUSTRY"),
            *("COMMITMENTS", "COMMITMENTS_FULFILLED", "COMMITMENT_FULFILMENT", "COMMITMENTS_KEPT"),
        ),
    ),
    "S2": Row("平素から顔の見える関係", ("partners_kept:s2_x5",), ("ENCOUNTERS", "ENCOUNTER_BODIES")),
    "S3": Row(
        "損害保険会社等との中小企業支援",
        ("outreach:a_seminar_with_an_insurer", "outreach:what_volunteers_do", "outreach:nobody_but_the_station"),
        (
            *("OUTREACH", "OUTREACH_URGING", "OUTREACH_BODIES", "OUTREACH_PEOPLE", "OUTREACH_VISITORS"),
            *("OUTREACH_COPIES", "OUTREACH_MEDIA", "THEME_OUTREACH", "THEME_OUTREACH_PEOPLE"),
            *("AUDIENCE_OUTREACH", "AUDIENCE_OUTREACH_PEOPLE", "OUTREACH_HOSTS", "OUTREACH_HOSTS_UNIQUE"),
        ),
    ),
    "S4": Row(
        "協議会",
        (
            *("councils:from_the_founding", "councils:whoever_is_not_of_the_secretariat"),
            *("councils:a_meeting_runs", "councils:nobody_but_the_secretariat"),
            *("councils:information_goes", "networks:s6_s26_s27"),
        ),
        (
            *_COUNCIL_MEMBERS,
            *("COUNCIL_MEETINGS", "MEETING_BODIES", "MEETING_BODIES_UNIQUE"),
            *("INFORMATION_PROVIDED", "INFORMATION_KEPT_BACK", "INFORMATION_RECIPIENTS"),
        ),
    ),
    "S5": Row(
        "サイバーテロ対策協議会",
        ("councils:from_the_founding", "councils:whoever_is_not_of_the_secretariat"),
        _COUNCIL_MEMBERS,
    ),
    "S6": Row(
        "情報共有ネットワーク",
        ("networks:s6_s26_s27", "notices_told:a_network_is_told"),
        ("COUNCILS", "COUNCIL_MEMBERS_UNIQUE", "NOTICES", "NOTICE_RECIPIENTS", "NOTICE_BODIES"),
    ),
    "S8": Row("個別訪問", ("partners_kept:s8",), ("ENCOUNTERS", "ENCOUNTER_BODIES")),
    "S9": Row(
        "業種と地域に応じた情報",
        ("notices_told:an_industry_of_one_area", "agreements_story:s1_an_agreement"),
        (
            *("NOTICES", "NOTICE_RECIPIENTS", "NOTICE_BODIES"),
            *("PARTNERS", "PARTNERS_WITH_BCP", "PARTNERS_WITH_CONTACT_SYSTEM", "PARTNERS_DRILLED"),
        ),
    ),
    "S10": Row(
        "CEPTOARと所管省庁",
        ("partners_kept:s10", "organizations_story:a_critical_operator", "organizations_story:who_keeps_no_desk"),
        ("CI_BODIES", "CI_BODIES_WITH_BCP", "CI_BODIES_WITH_CONTACT_SYSTEM"),
    ),
    "S11": Row(
        "24時間の連絡先と疎通確認",
        ("partners_kept:s36", "campaigns:from_whom_it_asks", "campaigns:whoever_is_not_of_the_desk"),
        ("CONTACTS", "CONTACTS_FRESH", "CONTACTS_ASKED", "CONTACTS_REACHED", "CONTACT_REACH"),
    ),
    "S22": Row(
        "公衆無線LANの実態把握",
        ("wifi:from_the_first_entry", "wifi:whoever_is_not_on_the_desk"),
        (
            *("WIFI_SPOTS", "WIFI_SURVEYED", "WIFI_WANTING", "WIFI_IMPROVED", "WIFI_IMPROVEMENT"),
            *("WIFI_SURVEYS", "WIFI_ADVICES"),
        ),
    ),
    "S23": Row(
        "本人確認の指導",
        ("encounters:guidance_of_an_internet_cafe", "encounters:an_encounter_is_entered"),
        ("GUIDANCE", "GUIDED_BODIES"),
    ),
    "S24": Row("事業者・金融機関への働き掛け", ("partners_kept:s24", "notices_told:notices_count_by_theme"), _THEMES),
    "S25": Row("所属間の調整", ("partners_kept:s25",), ("ENCOUNTERS", "ENCOUNTER_BODIES")),
    "S26": Row(
        "経済安全保障",
        ("networks:s6_s26_s27", "notices_told:of_economic_security"),
        ("THEME_NOTICES", "THEME_NOTICE_BODIES"),
    ),
    "S27": Row("JC3", ("networks:s6_s26_s27",), ("COUNCIL_MEETINGS", "MEETING_BODIES", "NOTICES", "NOTICE_BODIES")),
    "S28": Row("共同研究", ("agreements_story:s28",), ("RESEARCH_OUTPUTS", "AGREEMENTS_NEW")),
    "S29": Row("採用広報のための関係", ("partners_kept:s29",), ("THEME_ENCOUNTERS", "THEME_BODIES")),
    "S35": Row("文書番号と保存期間", ("agreements_story:s35",), instead="廃棄候補の一覧に、件数で載る。"),
    "S36": Row("担当と内線", ("partners_kept:s36",), ("CONTACTS", "CONTACTS_FRESH", "CONTACT_FRESHNESS")),
    "S37": Row("民間事業者等", ("agreements_years:s37",), ("PARTIES_BY_BUSINESS", "AGREEMENTS_BY_BUSINESS")),
    "X4": Row(
        "連絡先の鮮度と到達率",
        ("partners_kept:s36", "campaigns:from_whom_it_asks", "campaigns:whoever_is_not_of_the_desk"),
        (
            *("CONTACT_FRESHNESS", "CONTACTS_ASKED", "CONTACTS_REACHED", "CONTACT_REACH"),
            *("COUNCIL_CONTACTS_ASKED", "COUNCIL_CONTACTS_REACHED", "COUNCIL_CONTACT_REACH"),
            *("SECTOR_CONTACTS_ASKED", "SECTOR_CONTACTS_REACHED", "SECTOR_CONTACT_REACH"),
        ),
    ),
    "X5": Row(
        "遠のいている協定先",
        ("partners_kept:s2_x5", "improvements:what_a_drill_has_left", "worklist:whoever_is_not_on_the_desk"),
        (
            "RELATIONSHIPS",
            "ENCOUNTERS",
            "ENCOUNTER_BODIES",
            "IMPROVEMENTS_NEW",
            "IMPROVEMENTS_VERIFIED",
            "IMPROVEMENTS_OPEN",
        ),
    ),
    "X9": Row(
        "和暦・敬称のある紙",
        ("paper:x9_every_list", "paper:x9_every_letter", "downloads:other_roles_are_refused"),
        instead="印刷する表と手紙に西暦が残らない。",
    ),
    "X10": Row(
        "協定先どうしの秘匿",
        ("parties:whatever_happens", "parties:a_partner_is_told"),
        instead="協定先に伝わる件数に、ほかの協定先が含まれない。",
    ),
    "X11": Row(
        "お知らせの確認と電話",
        ("notices:a_notice_goes_through", "notices:who_has_no_part"),
        ("NOTICES_KNOWN", "NOTICES_PHONED"),
    ),
}

ELSEWHERE: Mapping[str, str] = dict.fromkeys(
    (
        *("VOLUNTEER_GROUP", "COMMISSION", "ACTIVITY", "ACTIVITY_PARTICIPATION"),
        *("LECTURE", "LECTURE_AUDIENCE", "DRILL", "DRILL_PARTICIPATION"),
    ),
    "tests/test_year.py",
)
"""Facts of other rows, and where their figures are read through the door."""
