"""Which lectures 青浜県 gives in a quarter: 220 sessions a year, most before the summer, about 105 people at each.

Plans are made with dice alone, without a database, the same for a quarter whenever it is asked for.
Rhythm and sizes: 長崎 (105人/回), 京都府警 (demae_koza), 鳥取 (申込は1か月前まで).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random

from domain.japanese import Period, is_open_day
from domain.lectures import Audience, LectureKind
from domain.values import dataclass
from seed.bodies import BESIDES
from seed.days import at, is_school_day, office_hour, open_day, school_day
from seed.places import STATIONS
from seed.schools import SCHOOLS, School
from seed.town import MOVER, dice

SESSIONS = {1: 45, 2: 70, 3: 55, 4: 50}
"""Sessions of each fiscal quarter: 220 a year."""

TRAININGS = {1: 0, 2: 4, 3: 2, 4: 0}
"""教職員研修 among them, in the vacations."""

PUBLIC = 3
"""Sessions of a quarter for the public, seniors and employees: サイバーセキュリティ・カレッジ."""

UNHELD = 3
"""Requests of a quarter that come to nothing, besides."""

BUSY = (((6, 1), (7, 18), 4), ((9, 1), (9, 30), 2), ((10, 1), (11, 30), 2), ((2, 1), (3, 18), 2))
"""Weights of the days: before the summer vacation, autumn, and サイバーセキュリティ月間."""

HOURS = {"B1": ("10:40", 45), "C1": ("14:20", 50), "D1": ("13:30", 50), "E1": ("10:30", 45)}
THEMES: Mapping[Audience, Sequence[str]] = {
    Audience.PUPIL_ELEM: ("ネットの約束とパスワード", "ゲームと動画の安全な使い方", "知らない人とのやりとり"),
    Audience.PUPIL_JH: ("SNSの安全な使い方", "写真の投稿と個人情報", "ネットいじめを防ぐ"),
    Audience.PUPIL_HS: ("闇バイトに近づかない", "フィッシングの見分け方", "SNSの安全な使い方"),
    Audience.STUDENT: ("サイバー犯罪の現状と対策", "情報セキュリティと就職活動", "不正アクセスの仕組み"),
    Audience.TEACHER: ("児童生徒のネット利用と指導", "学校の情報セキュリティ"),
    Audience.SENIOR: ("スマートフォンを安全に使う",),
    Audience.EMPLOYEE: ("中小企業のランサムウェア対策",),
    Audience.PUBLIC: ("家庭のサイバー防犯",),
}
SIZES: Mapping[Audience, tuple[int, int]] = {
    Audience.PUPIL_ELEM: (40, 150),
    Audience.PUPIL_JH: (60, 190),
    Audience.PUPIL_HS: (70, 260),
    Audience.STUDENT: (40, 140),
    Audience.TEACHER: (55, 65),
    Audience.SENIOR: (15, 35),
    Audience.EMPLOYEE: (20, 50),
    Audience.PUBLIC: (20, 60),
}


class Fate(StrEnum):
    """What becomes of a request."""

    HELD = "HELD"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True)
class Plan:
    """One request and what becomes of it. `lecturer` is an officer's number, `helpers` volunteers' numbers.

    `declined_by` is an officer who was asked first. `first_at` is the date that was asked for, `starts_at` the one
    that held; between lies a postponement.
    """

    host: str
    station: str
    kind: LectureKind
    audience: Audience
    theme: str
    expected: int
    heard: tuple[tuple[Audience, int], ...]
    lecturer: str
    helpers: tuple[str, ...]
    by_school: bool
    is_answered: bool
    requested_at: datetime
    accepted_at: datetime
    assigned_at: datetime
    answered_at: datetime
    confirmed_at: datetime
    first_at: datetime
    postponed_at: datetime | None
    starts_at: datetime
    minutes: int
    delivered_at: datetime
    reported_at: datetime
    fate: Fate = Fate.HELD
    declined_by: str = ""

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def cancelled_at(self) -> datetime:
        """In the morning two open days before, should it come to that."""
        return at(open_day(self.first_at.date(), -3), "08:50")


@dataclass
class Diary:
    """Who is engaged on which day: nobody is planned for two things on one."""

    taken: set[tuple[str, date]] = field(default_factory=set)

    def free(self, dice: Random, numbers: Sequence[str], *days: date) -> str | None:
        """One of them, by the dice, who is free on all the days and now is not any more."""
        for number in dice.sample(numbers, len(numbers)):
            if not self.taken & {(number, day) for day in days}:
                self.taken |= {(number, day) for day in days}
                return number
        return None


@dataclass(frozen=True)
class Helpers:
    """The roster numbers of volunteers who may be taken along, from the instant on at which they are appointed."""

    numbers: Sequence[str]
    since: datetime


@dataclass(frozen=True)
class Host:
    """Who asks, and for whom."""

    name: str
    station: str
    kind: LectureKind
    audience: Audience
    starts: str
    minutes: int


def quarter(period: Period, diary: Diary, helpers: Helpers) -> list[Plan]:
    """The plans of one fiscal quarter, those that come to nothing among them."""
    rolled = dice(f"lectures {period.code}")
    hosts = [*_hosts(rolled, period.quarter or 1), *rolled.choices(_school_hosts(), k=UNHELD)]
    fates = [Fate.HELD] * (len(hosts) - UNHELD) + [Fate.CANCELLED, Fate.REFUSED, Fate.WITHDRAWN]
    days = _days(period)
    planned = (
        plan(rolled, host, _day(rolled, days, host), diary, helpers, fate)
        for host, fate in zip(hosts, fates, strict=True)
    )
    return sorted(planned, key=lambda one: (one.requested_at, one.host))


def _hosts(rolled: Random, number: int) -> Iterator[Host]:
    boards = [body for body in BESIDES if body.name.endswith("教育委員会（架空）")]
    for body in rolled.choices(boards, k=TRAININGS[number]):
        yield Host(body.name, body.station.code, LectureKind.TEACHER_TRAINING, Audience.TEACHER, "13:30", 90)
    for name, audience in zip(COLLEGE_HOSTS, COLLEGE_AUDIENCES, strict=True):
        body = next(body for body in BESIDES if body.name == name)
        yield Host(name, body.station.code, LectureKind.CYBER_SECURITY_COLLEGE, audience, "10:00", 90)
    yield from rolled.choices(_school_hosts(), k=SESSIONS[number] - TRAININGS[number] - PUBLIC)


COLLEGE_HOSTS = ("見本中央地区自治会連合会", "汐見地区老人クラブ連合会", "雛形観光協会")
COLLEGE_AUDIENCES = (Audience.PUBLIC, Audience.SENIOR, Audience.EMPLOYEE)


def _school_hosts() -> list[Host]:
    return [school_host(school) for school in SCHOOLS]


def school_host(school: School) -> Host:
    """A school that asks for an ordinary lecture to its own pupils or students."""
    starts, minutes = HOURS.get(school.kind, ("13:00", 90))
    return Host(school.name, school.station.code, LectureKind.LECTURE, school.audience, starts, minutes)


def _days(period: Period) -> list[date]:
    """The days of the quarter, the busy ones as often as they weigh."""
    count = (period.ends_on - period.starts_on).days + 1
    days = [period.starts_on + timedelta(days=at) for at in range(count)]
    return [day for day in days for _ in range(_weight(day))]


def _weight(day: date) -> int:
    return next((weight for first, last, weight in BUSY if first <= (day.month, day.day) <= last), 1)


def _day(rolled: Random, days: Sequence[date], host: Host) -> date:
    if host.kind is LectureKind.TEACHER_TRAINING:
        fitting = [day for day in days if is_open_day(day) and not is_school_day(day)]
    else:
        fitting = [day for day in days if is_school_day(day)]
    return rolled.choice(fitting)


def plan(rolled: Random, host: Host, day: date, diary: Diary, helpers: Helpers, fate: Fate = Fate.HELD) -> Plan:
    """The request of a host for a day, with everything that people do about it and when."""
    first = _moved_from(rolled, day) if fate is Fate.HELD else day
    begins, asked = at(first, host.starts), office_hour(rolled, open_day(first, -rolled.randint(38, 75)))
    accepted = office_hour(rolled, open_day(asked.date(), rolled.randint(1, 3)))
    assigned = office_hour(rolled, open_day(accepted.date(), rolled.randint(2, 5)))
    held = at(day, host.starts)
    expected = rolled.randint(*SIZES[host.audience]) // 5 * 5
    return Plan(
        host=host.name,
        station=host.station,
        kind=host.kind,
        audience=host.audience,
        theme=rolled.choice(THEMES[host.audience]),
        expected=expected,
        heard=_heard(rolled, host.audience, expected),
        lecturer=_lecturer(rolled, host, diary, first, day),
        helpers=_helpers(rolled, host, diary, helpers, first, day) if assigned > helpers.since else (),
        by_school=rolled.random() < 0.3 or fate is Fate.WITHDRAWN,
        is_answered=rolled.random() < 0.4,
        requested_at=asked,
        accepted_at=accepted,
        assigned_at=assigned,
        answered_at=assigned + timedelta(days=1, minutes=rolled.randint(1, 90)),
        confirmed_at=office_hour(rolled, open_day(assigned.date(), rolled.randint(2, 4))),
        first_at=begins,
        postponed_at=at(open_day(first, -3), "15:00") if first != day else None,
        starts_at=held,
        minutes=host.minutes,
        delivered_at=at(day, "17:00"),
        reported_at=office_hour(rolled, open_day(day, rolled.randint(1, 6))),
        fate=fate,
    )


def _moved_from(rolled: Random, day: date) -> date:
    """One in twenty was to be a week or two earlier."""
    if rolled.random() >= 0.05:
        return day
    before = school_day(day - timedelta(days=rolled.randint(8, 14)))
    return before if before < day else day


def _heard(rolled: Random, audience: Audience, expected: int) -> tuple[tuple[Audience, int], ...]:
    own = (audience, max(1, round(expected * rolled.uniform(0.9, 1.04))))
    guardians = audience in (Audience.PUPIL_ELEM, Audience.PUPIL_JH) and rolled.random() < 0.12
    return (own, (Audience.GUARDIAN, rolled.randint(8, 30))) if guardians else (own,)


def _lecturer(rolled: Random, host: Host, diary: Diary, *days: date) -> str:
    """An officer of the station, else one of headquarters, who goes to colleges and teachers anyway."""
    by_desk = host.audience in (Audience.STUDENT, Audience.TEACHER)
    own = None if by_desk else diary.free(rolled, [f"{host.station}1", f"{host.station}2"], *days)
    found = own or diary.free(rolled, DESK, *days) or diary.free(rolled, EVERYBODY, *days)
    assert found is not None, "56 officers are enough for any day"
    return found


DESK = [number for one in range(1, 13) if (number := f"{one:04}") != MOVER]
EVERYBODY = [f"{station.code}{number}" for station in STATIONS for number in (1, 2)]


def _helpers(rolled: Random, host: Host, diary: Diary, helpers: Helpers, *days: date) -> tuple[str, ...]:
    """Two volunteers go along to every eighth school of younger pupils."""
    if host.audience not in (Audience.PUPIL_ELEM, Audience.PUPIL_JH) or rolled.random() >= 0.125:
        return ()
    found = [diary.free(rolled, helpers.numbers, *days) for _ in range(2)]
    return tuple(number for number in found if number)
