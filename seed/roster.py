"""The nine volunteer groups of 青浜県 and their members: 210 serve today, of whom 34 are minors.

A prefecture's share of 301 groups (警察庁 2024) is six with 155 people; six of the nine are students'.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from domain.values import dataclass
from domain.volunteers import AgeBand, CommissionKind, GroupBase
from seed.bodies import BESIDES, PARTNERS, Body
from seed.names import Name, called
from seed.schools import SCHOOLS, School
from seed.town import VOLUNTEER, Town


class Generation(StrEnum):
    """Who serves the whole time, who leaves at the end of the fiscal year, who is new in the next, who waits."""

    STAYING = "STAYING"
    LEAVING = "LEAVING"
    NEW = "NEW"
    WAITING = "WAITING"


@dataclass(frozen=True)
class Group:
    """One group; the numbers are adults and minors who stay, adults who leave, adults and minors who are new."""

    name: str
    kana: str
    base: GroupBase
    kind: CommissionKind
    body: str
    adults: int
    minors: int = 0
    leaving: int = 0
    new_adults: int = 0
    new_minors: int = 0

    @property
    def home(self) -> Body | School:
        """The organisation to which the group belongs."""
        return next(one for one in _homes() if one.name == self.body)


STUDENT, UNIVERSITY, CYBER = GroupBase.STUDENT, CommissionKind.UNIVERSITY_STUDENT, CommissionKind.CYBER_VOLUNTEER
MONITOR = CommissionKind.CYBER_PATROL_MONITOR
HIGH_SCHOOL = "青浜県立見本中央高等学校"
KOSEN = "青浜工業高等専門学校（架空）"
GROUPS = (
    Group(
        "例示大学サイバー防犯隊", "レイジダイガクサイバーボウハンタイ", STUDENT, UNIVERSITY, "例示大学", 30, 0, 10, 10
    ),
    Group(
        "見本大学ネット見守り学生会",
        "ミホンダイガクネットミマモリガクセイカイ",
        STUDENT,
        UNIVERSITY,
        "青浜県立見本大学（架空）",
        22,
        0,
        8,
        8,
    ),
    Group(
        "試作工科大学セキュリティ部",
        "シサクコウカダイガクセキュリティブ",
        STUDENT,
        UNIVERSITY,
        "試作工科大学",
        18,
        0,
        7,
        7,
    ),
    Group(
        "汐見女子大学ＳＮＳサポーター",
        "シオミジョシダイガクエスエヌエスサポーター",
        STUDENT,
        UNIVERSITY,
        "汐見女子大学",
        15,
        0,
        5,
        5,
    ),
    Group("青浜高専サイバー研究会", "アオハマコウセンサイバーケンキュウカイ", STUDENT, CYBER, KOSEN, 7, 10, 5, 1, 4),
    Group(
        "見本中央高校生徒会サイバー委員会",
        "ミホンチュウオウコウコウセイトカイ",
        STUDENT,
        CYBER,
        HIGH_SCHOOL,
        0,
        15,
        5,
        0,
        5,
    ),
    Group(
        "見本ケーブルネット防犯ボランティア",
        "ミホンケーブルネットボウハンボランティア",
        GroupBase.WORKPLACE,
        CYBER,
        "見本ケーブルネット株式会社",
        18,
    ),
    Group("見本ネット見守り隊", "ミホンネットミマモリタイ", GroupBase.NPO, MONITOR, "ＮＰＯ法人見本ネット見守り隊", 20),
    Group(
        "青浜県ＰＴＡネット安全部会",
        "アオハマケンピーティーエーネットアンゼンブカイ",
        GroupBase.PTA,
        CYBER,
        "青浜県ＰＴＡ連合会（架空）",
        15,
    ),
)


@dataclass(frozen=True)
class Member:
    """One volunteer, by the number on the office's roster."""

    number: str
    name: Name
    group: Group
    band: AgeBand
    generation: Generation

    @property
    def is_minor(self) -> bool:
        return self.band is not AgeBand.ADULT


def _homes() -> list[Body | School]:
    return [*(body for bodies in PARTNERS.values() for body in bodies), *BESIDES, *SCHOOLS]


def members(town: Town) -> list[Member]:
    """Everybody who is or was on the roster, in the order of their numbers; the first is the one who is played."""
    parts = [part for group in GROUPS for part in _parts(group)]
    parts += [(GROUPS[at % len(GROUPS)], band, Generation.WAITING) for at, band in enumerate(WAITING)]
    names = _names(town.names)
    return [
        Member(f"V{at:03}", next(names), group, band, generation)
        for at, (group, band, generation) in enumerate(parts, 1)
    ]


WAITING = (AgeBand.ADULT, AgeBand.ADULT, AgeBand.ADULT, AgeBand.ADULT, AgeBand.FROM_15_TO_17, AgeBand.FROM_15_TO_17)
"""Six who have been recommended lately; the first three are being screened."""


def _names(rest: Iterator[Name]) -> Iterator[Name]:
    yield called(VOLUNTEER)
    yield from rest


def _parts(group: Group) -> Iterator[tuple[Group, AgeBand, Generation]]:
    minor, adult = AgeBand.FROM_15_TO_17, AgeBand.ADULT
    for count, band, generation in (
        (group.adults, adult, Generation.STAYING),
        (group.minors, minor, Generation.STAYING),
        (group.leaving, adult, Generation.LEAVING),
        (group.new_adults, adult, Generation.NEW),
        (group.new_minors, minor, Generation.NEW),
    ):
        yield from [(group, band, generation)] * count
