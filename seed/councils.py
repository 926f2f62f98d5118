"""協議会 of 青浜県: one of the prefecture (33 members), one of critical infrastructure (48), two of stations (30 each)
and a network (150); their meetings, and what stations had to tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from random import Random
from uuid import UUID

from domain import councils, information, meetings, organizations, replies, rosters, units
from domain.actor import Actor
from domain.calendar import Attendee, PartStat
from domain.councils import VOTING, Council, CouncilKind, CouncilMembership, CouncilRole
from domain.encounters import EncounterTheme
from domain.meetings import CouncilMeeting, MeetingPresence, MeetingProxy, ResolutionOutcome
from domain.notices import NoticeHandling
from domain.rosters import Line
from domain.values import dataclass
from seed.bodies import BESIDES, PARTNERS, Body
from seed.days import Year, at, open_day
from seed.places import DESKS, STATIONS
from seed.schools import SCHOOLS, School
from seed.telling import Thread, then
from seed.town import Town, dice

PREFECTURAL, CYBER_TERROR, NETWORK = (
    "青浜県サイバーセキュリティ協議会（架空）",
    "青浜県サイバーテロ対策協議会（架空）",
    "青浜県サイバー防犯ネットワーク（架空）",
)
MINUTES = "議題のとおり審議し、原案のとおり了承した。"
COME, SENT = 0.7, 0.6
"""How many of the members come, and how many of the others send a proxy."""
TOLD = (
    ("偽の請求メールの手口について", EncounterTheme.FINANCIAL_FRAUD, NoticeHandling.CONCERNED_ONLY),
    ("公衆無線LANの設定について", EncounterTheme.WIFI, NoticeHandling.OPEN),
    ("VPN機器の更新について", EncounterTheme.INFORMATION, NoticeHandling.CAREFUL),
    ("中小企業の備えの点検について", EncounterTheme.SME_SUPPORT, NoticeHandling.OPEN),
    ("公表前の事案に関すること", EncounterTheme.INFORMATION, NoticeHandling.ADDRESSEE_ONLY),
    ("通信履歴の保存について", EncounterTheme.LOG_RETENTION, NoticeHandling.CAREFUL),
)


@dataclass(frozen=True)
class Founded:
    """One council as it is taken in: the code of its secretariat, and its members in their order."""

    name: str
    kana: str
    kind: CouncilKind
    secretariat: str
    members: Sequence[Body | School]
    are_known: bool = False


@dataclass(frozen=True)
class Session:
    """One meeting of a council; the first so many days from today lie behind."""

    council: str
    title: str
    days: int
    agenda: Sequence[str]
    is_minuted: bool = True


def founded() -> Iterator[Founded]:
    partners = [*chain(*PARTNERS.values())]
    mixed = [bodies[turn] for turn in range(30) for bodies in PARTNERS.values() if turn < len(bodies)]
    critical = [body for body in partners if body.critical]
    kana = "アオハマケンサイバーセキュリティキョウギカイ"
    yield Founded(PREFECTURAL, kana, CouncilKind.PREFECTURAL, DESKS[0][0], mixed[:33], True)
    kana = "アオハマケンサイバーテロタイサクキョウギカイ"
    yield Founded(CYBER_TERROR, kana, CouncilKind.CYBER_TERROR, DESKS[2][0], critical[:48])
    for number, station in enumerate(STATIONS[:2]):
        name = f"{station.place}地区サイバーセキュリティ連絡協議会（架空）"
        kana = f"{station.place_kana}チクサイバーセキュリティレンラクキョウギカイ"
        yield Founded(name, kana, CouncilKind.STATION, station.code, mixed[40 + 30 * number : 70 + 30 * number])
    everybody: list[Body | School] = [*partners, *BESIDES, *SCHOOLS]
    yield Founded(
        NETWORK, "アオハマケンサイバーボウハンネットワーク", CouncilKind.NETWORK, DESKS[1][0], everybody[:150]
    )


SESSIONS = (
    Session(PREFECTURAL, "令和の取組に関する総会", -120, ("前年度の事業報告", "今年度の事業計画", "役員の選任")),
    Session(PREFECTURAL, "幹事会", -9, ("訓練の日程", "会員の追加"), is_minuted=False),
    Session(PREFECTURAL, "臨時総会", 28, ("規約の改正",)),
    Session(CYBER_TERROR, "定例会", -60, ("共同対処訓練の結果", "緊急連絡網の見直し")),
)


def sessions() -> Iterator[Session]:
    yield from SESSIONS
    local = next(one.name for one in founded() if one.kind is CouncilKind.STATION)
    yield Session(local, "連絡会", -75, ("最近の手口の紹介", "広報啓発の協力"))
    yield Session(local, "年末の連絡会", 16, ("年末年始の備え",))


async def taken_in(town: Town, year: Year) -> Thread:
    """The councils and their lists of members, soon after the year has begun."""
    instant = at(open_day(year.begins, 6), "10:00")
    yield instant
    desk = then(town.desk[0], instant)
    places = {unit.code: unit.id for unit in await units.visible_to(desk)}
    since, lines = year.begins, count(2)
    for one in founded():
        await councils.establish(
            desk,
            kind=one.kind,
            name=one.name,
            name_kana=one.kana,
            founded_on=since,
            members_are_known=one.are_known,
            unit_id=places[one.secretariat],
        )
        facts = [{"council": one.name, "term_from": since, **who} for who in _members(one)]
        await rosters.take_in_council_members(desk, [Line(next(lines), fact) for fact in facts])


def _members(one: Founded) -> Iterator[Mapping[str, object]]:
    """Of the members the first is 会長 and the second 副会長; the police unit is the 事務局 beside them."""
    offices = {0: CouncilRole.CHAIR, 1: CouncilRole.VICE_CHAIR}
    for turn, body in enumerate(one.members):
        named = {"school_code": body.code} if isinstance(body, School) else {"corporate_number": body.corporate_number}
        yield {**named, "role": offices.get(turn, CouncilRole.MEMBER)}
    yield {"police_unit": one.secretariat, "role": CouncilRole.SECRETARIAT}


async def met(town: Town, year: Year, session: Session) -> Thread:
    """One meeting: planned five weeks before, answered in the days after, held, and minuted a week later."""
    day, rolled = open_day(year.today, session.days), dice(f"council {session.council} {session.title}")
    planning, answering = at(open_day(day, -35), "11:00"), at(open_day(day, -28), "15:00")
    yield planning
    desk = then(town.desk[1], planning)
    council = await councils.visible_to(desk).get(name=session.council)
    meeting = await meetings.plan(
        desk,
        council.id,
        title=session.title,
        agenda=session.agenda,
        starts_at=at(day, "14:00"),
        ends_at=at(day, "16:00"),
        reply_by=open_day(day, -7),
        place="青浜県警察本部 会議室",
    )
    await meetings.invite_members(desk, meeting.id)
    yield answering
    for attendee in await Attendee.filter(appointment_id=meeting.appointment_id, removed_at=None).order_by("id"):
        if rolled.random() < COME:
            await replies.answer_by_link(answering, attendee.id, partstat=PartStat.ACCEPTED)
    holding, writing = at(open_day(day, 1), "10:00"), at(open_day(day, 8), "16:00")
    yield holding
    await _held(then(desk, holding), council, meeting, rolled)
    await _resolved(then(desk, holding), meeting, session)
    if session.is_minuted:
        yield writing
        await meetings.minute(
            then(desk, writing), meeting.id, minutes_text="議題のとおり審議し、原案のとおり了承した。"
        )


async def _held(desk: Actor, council: Council, meeting: CouncilMeeting, rolled: Random) -> None:
    """Whoever had said so comes, the chair in any case; of the others some send a proxy to the chair."""
    members = await councils.members_on([council.id], meeting.day).order_by("id")
    asked = Attendee.filter(appointment_id=meeting.appointment_id, partstat=PartStat.ACCEPTED, removed_at=None)
    people = [one.person_id for one in await asked]
    contacts = organizations.contacts_visible_to(desk).filter(until=None, person_id__in=people)
    coming = {one.organization_id: one.id for one in await contacts}
    chair = next(one for one in members if one.role is CouncilRole.CHAIR)
    there = [one for one in members if one is chair or one.police_unit_id or one.organization_id in coming]
    away = [one for one in members if one not in there and one.role in VOTING]
    await meetings.hold(
        desk,
        meeting.id,
        attended=[_presence(one, coming) for one in there],
        proxies=[MeetingProxy(one.id, chair.id) for one in away if rolled.random() < SENT],
    )


def _presence(member: CouncilMembership, coming: Mapping[UUID, UUID]) -> MeetingPresence:
    contact_id = coming.get(member.organization_id) if member.organization_id else None
    return MeetingPresence(member.id, contact_id=contact_id, job_title="" if contact_id else "担当課長")


async def _resolved(desk: Actor, meeting: CouncilMeeting, session: Session) -> None:
    held = await CouncilMeeting.get(id=meeting.id)
    if held.is_quorate:
        votes = (held.present_count or 0) + (held.proxy_count or 0)
        wording = f"「{session.agenda[0]}」を原案のとおり了承する。"
        outcome = ResolutionOutcome.ADOPTED
        await meetings.resolve(desk, meeting.id, wording=wording, result=outcome, votes_for=votes, item=1)


async def informed(town: Town, year: Year) -> Thread:
    """What stations write for the council of the prefecture: most is provided, one is not, the last still waits."""
    for turn, (title, theme, handling) in enumerate(TOLD):
        is_last = turn == len(TOLD) - 1
        day = open_day(year.today, -9) if is_last else open_day(year.begins, 40 + 30 * turn)
        writing, deciding = at(day, "13:30"), at(open_day(day, 2), "09:30")
        yield writing
        writer = then(town.stations[STATIONS[turn].code][0], writing)
        council = await councils.visible_to(writer).get(name=PREFECTURAL)
        told = await information.write(writer, council.id, title=title, theme=theme, handling=handling)
        if is_last:
            return
        yield deciding
        desk = then(town.desk[0], deciding)
        if handling is NoticeHandling.ADDRESSEE_ONLY:
            await information.refuse(desk, told.id, reason="公表前のため、時期を改める。")
        else:
            await information.provide(desk, told.id)


def dates(year: Year) -> list[datetime]:
    """When the meetings begin: the clock reminds whoever comes on the day before."""
    return [at(open_day(year.today, one.days), "14:00") for one in sessions()]
