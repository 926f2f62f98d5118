"""共同対処訓練 of 青浜県: eight a year, from the plan to the approved report, one postponed, one called off.

Eight a year and their sizes: 福岡 (3回/年), 兵庫 (64事業者86人), 警視庁 (15回・約110社).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from domain import calendar, documents, drills, incoming, replies
from domain.actor import Actor
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import Attended, Drill, DrillFormat, DrillThreat, ParticipationReply
from domain.incoming import Told
from domain.replies import Coming
from domain.values import dataclass
from seed import improvements
from seed.bodies import PARTNERS
from seed.days import Year, at, open_day
from seed.telling import Thread, then
from seed.town import FIRST_STATION, Town, dice

OBJECTIVES = (
    "被害を認知してから1時間以内に警察へ通報できることを確かめる",
    "証拠となる記録を消さずに保全できることを確かめる",
    "夜間の緊急連絡先に確実につながることを確かめる",
)
PURPOSE = "事案の発生を想定した実践的な訓練により、共同対処の手順を確かめる。"
SCENARIO = "参加機関の端末で不審な通信が見つかり、警察へ速報する。以後の展開は状況付与による。"
SUMMARY = "通報と記録の保全はおおむね目標どおりに行われた。夜間の連絡先の更新に課題が残った。"
ORDER = "進行表.csv"
ORDER_OF_THE_DAY = "時刻,内容\r\n13:30,開会と説明\r\n13:45,状況付与と対処\r\n15:45,講評\r\n".encode("utf-8-sig")
DIRECTIONS = "受付で訓練に来た旨をお知らせください。駐車場は台数に限りがあります。\r\n".encode()
CLASH = "参加機関の繁忙期と重なるため"
CALLED_OFF = "会場が災害対応に使われることになったため"


@dataclass(frozen=True)
class Exercise:
    """One drill on a day. `notice` is how many days before its invitations leave, `firm` before it is confirmed.

    `moved_by` days it was postponed, after having been confirmed. `upto` is the last step that anybody takes.
    With `strays` one guest answers by mail from an address that nobody knows, and one proposes another date.
    """

    title: str
    bodies: tuple[str, ...]
    format: DrillFormat
    threat: DrillThreat
    day: date
    place: str
    station: str | None = None
    notice: int = 60
    firm: int = 14
    moved_by: int = 0
    upto: str = "closed"
    strays: bool = False

    @property
    def asked_for(self) -> date:
        """The day for which people are invited first."""
        return open_day(self.day, -self.moved_by) if self.moved_by else self.day

    def before(self, days: int, clock: str = "10:00") -> datetime:
        return at(open_day(self.asked_for, -days), clock)

    def after(self, days: int, clock: str = "10:00") -> datetime:
        return at(open_day(self.day, days), clock)

    @property
    def hours(self) -> timedelta:
        return timedelta(hours=3)


OURS = "見本中央署管内共同対処訓練"
PREPARED = "見本中央署管内標的型メール対処訓練"
"""The one to which nobody has been invited yet."""


def _of(*parts: tuple[str, int, int]) -> tuple[str, ...]:
    return tuple(body.name for sector, first, last in parts for body in PARTNERS[sector][first:last])


FIRST_INFRASTRUCTURE = _of(("utility", 0, 9), ("telecom", 0, 8), ("transport", 0, 8), ("medical", 0, 5))
SECOND_INFRASTRUCTURE = _of(("utility", 0, 9), ("finance", 0, 8), ("transport", 0, 8), ("medical", 5, 10))
CITIES, TOWNS = _of(("municipality", 0, 7)), _of(("municipality", 7, 12))
CLINICS, BANKS, HARBOUR = _of(("medical", 0, 14)), _of(("finance", 0, 16)), _of(("transport", 0, 8))
SHOPS = _of(("commerce", 10, 22))
NEIGHBOURS = tuple(body.name for bodies in PARTNERS.values() for body in bodies if body.station.code == FIRST_STATION)
STRAY, BUSY = NEIGHBOURS[-1], NEIGHBOURS[-2]
TABLE, REAL = DrillFormat.TABLETOP, DrillFormat.FUNCTIONAL
RANSOM, MAIL, LEAK = DrillThreat.RANSOMWARE, DrillThreat.TARGETED_MAIL, DrillThreat.INFORMATION_LEAK
FLOOD, DARK = DrillThreat.DENIAL_OF_SERVICE, DrillThreat.BLACKOUT
DESK, HALL, OWN = "青浜県警察本部 大会議室", "見本市民ホール（架空）", "見本中央警察署 講堂"


def exercises(year: Year) -> list[Exercise]:
    """The eight of the year, one that was called off, and one that is being prepared."""
    first, second, third = (quarter.starts_on for quarter in year.quarters[:3])
    on, soon = open_day, year.today
    return [
        Exercise("医療機関ランサムウェア対処訓練", CLINICS, TABLE, RANSOM, on(first, 25), DESK),
        Exercise("市サイバー攻撃対処訓練", CITIES, TABLE, LEAK, on(first, 60), DESK),
        Exercise("重要インフラ合同対処訓練（前期）", FIRST_INFRASTRUCTURE, REAL, DARK, on(second, 30), HALL),
        Exercise("金融機関標的型メール対処訓練", BANKS, TABLE, MAIL, on(second, 62), DESK),
        Exercise("町村サイバー攻撃対処訓練", TOWNS, TABLE, LEAK, on(third, 55), DESK, moved_by=14),
        Exercise("港湾サイバー攻撃対処訓練", HARBOUR, REAL, FLOOD, on(third, 70), HALL, upto="off"),
        Exercise("商工会サイバー攻撃対処訓練（例示署）", SHOPS, TABLE, RANSOM, on(soon, -20), HALL, "107"),
        Exercise(
            "重要インフラ合同対処訓練（後期）",
            SECOND_INFRASTRUCTURE,
            REAL,
            FLOOD,
            on(soon, 20),
            HALL,
            firm=32,
            notice=66,
        ),
        Exercise(
            "見本中央署管内共同対処訓練", NEIGHBOURS, TABLE, RANSOM, on(soon, 34), OWN, FIRST_STATION, strays=True
        ),
        Exercise(PREPARED, (), TABLE, MAIL, on(soon, 58), OWN, FIRST_STATION, upto="planned"),
    ]


async def told(town: Town, exercise: Exercise) -> Thread:
    """One drill. It is planned by headquarters, or by the first station for itself, and led by whoever planned it."""
    rolled = dice(f"drill {exercise.title}")
    leader = town.stations[FIRST_STATION][0] if exercise.station == FIRST_STATION else town.desk[3]
    yield exercise.before(75)
    drill = await _planned(town, then(leader, exercise.before(75)), exercise)
    yield exercise.before(70)
    await drills.open_planning(then(leader, exercise.before(70)), drill.id)
    if exercise.upto == "planned":
        return
    yield exercise.before(exercise.notice)
    await _invited(town, then(leader, exercise.before(exercise.notice)), drill, exercise)
    async for instant in _answers(town, leader, drill, exercise, rolled):
        yield instant
    yield exercise.before(exercise.firm)
    await drills.confirm(then(leader, exercise.before(exercise.firm)), drill.id)
    if exercise.upto == "off":
        yield exercise.before(10)
        await drills.call_off(then(leader, exercise.before(10)), drill.id, reason=CALLED_OFF)
        return
    if exercise.moved_by:
        async for instant in _moved(leader, drill, exercise):
            yield instant
    async for instant in _held_and_closed(town, leader, drill, exercise, rolled):
        yield instant


async def _planned(town: Town, leader: Actor, exercise: Exercise) -> Drill:
    begins = at(exercise.asked_for, "13:30")
    return await drills.plan(
        leader,
        title=exercise.title,
        format=exercise.format,
        threat=exercise.threat,
        starts_at=begins,
        ends_at=begins + exercise.hours,
        unit_id=town.stations[exercise.station][0].unit_id if exercise.station else town.section.id,
        purpose=PURPOSE,
        scenario=SCENARIO,
        objectives=OBJECTIVES,
        place=exercise.place,
        reply_by=open_day(exercise.asked_for, -exercise.firm - 4),
    )


async def _invited(town: Town, leader: Actor, drill: Drill, exercise: Exercise) -> None:
    for name in exercise.bodies:
        await drills.invite(leader, drill.id, contact_id=town.contacts[name].id, planned_count=2)
    await _handed_out(leader, drill)


async def _handed_out(leader: Actor, drill: Drill) -> None:
    """The order of the day for whoever comes, and a map that is still being drawn."""
    order = await documents.add(leader, drill.appointment_id, name=ORDER, content=ORDER_OF_THE_DAY, retention_years=3)
    await documents.release(leader, order.id)
    await documents.add(leader, drill.appointment_id, name="会場のご案内（案）.txt", content=DIRECTIONS)


async def _answers(town: Town, leader: Actor, drill: Drill, exercise: Exercise, rolled: Random) -> Thread:
    """Most answer by the link, a few never; some of those say so on the telephone in the end."""
    if exercise.strays:
        yield exercise.before(exercise.notice - 2, "18:20")
        evening = exercise.before(exercise.notice - 2, "18:20")
        await _strayed(evening, await _attendee(leader, drill, town, STRAY))
        await _countered(evening, await _attendee(leader, drill, town, BUSY))
    for instant, name, partstat in sorted(_replies(exercise, rolled)):
        yield instant
        attendee = await _attendee(leader, drill, town, name)
        part = await drills.part_of(attendee)
        seen = drills.standing(part).seen if part else None
        comes = Coming(2, [f"担当 {(await attendee.person).name}"], seen)
        await replies.answer_by_link(instant, attendee.id, partstat=partstat, coming=comes)
    calling = exercise.before(exercise.firm + 3, "14:00")
    yield calling
    for attendee in await _silent(leader, drill):
        if rolled.random() < 0.5:
            note = then(leader, calling)
            yes = PartStat.ACCEPTED
            await replies.note(note, attendee.id, partstat=yes, remark="電話で確認", planned_count=2)


async def _strayed(now: datetime, attendee: Attendee) -> None:
    """A yes from a private address: it waits until an officer has asked."""
    said = await _said(now, attendee)
    remark = "自宅から返信しています。1名で参加します"
    told = replace(said, sender="private@home.example", method="REPLY", partstat=PartStat.ACCEPTED, remark=remark)
    await incoming.take_in(now, told)


async def _countered(now: datetime, attendee: Attendee) -> None:
    """Another date is proposed, a week later: an officer decides."""
    date, week = await Appointment.get(id=attendee.appointment_id), timedelta(days=7)
    later = (date.starts_at + week, date.ends_at + week)
    said = await _said(now, attendee)
    await incoming.take_in(now, replace(said, is_proven=True, method="COUNTER", proposed=later, remark="決算期のため"))


async def _said(now: datetime, attendee: Attendee) -> Told:
    """What any mail about a date says in somebody's name."""
    date, address = await Appointment.get(id=attendee.appointment_id), (await attendee.person).mail_address
    said = Told(f"mail {attendee.id}", now, sender=address, attendee=address, stamp=now)
    return replace(said, uid=date.uid, sequence=date.sequence)


def _replies(exercise: Exercise, rolled: Random) -> list[tuple[datetime, str, PartStat]]:
    """Who answers when, and what: at most five days before the drill is confirmed."""
    found = []
    for name in exercise.bodies:
        if exercise.strays and name == STRAY:
            continue
        days = rolled.randint(exercise.firm + 5, exercise.notice - 3)
        answer = rolled.choices((PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE), (83, 12, 5))[0]
        clock = f"{rolled.randint(9, 16):02}:{rolled.randint(0, 59):02}"
        if rolled.random() < 0.88:
            found.append((exercise.before(days, clock), name, answer))
    return found


async def _attendee(leader: Actor, drill: Drill, town: Town, name: str) -> Attendee:
    asked = calendar.attendees_visible_to(leader).filter(appointment_id=drill.appointment_id)
    return await asked.get(organization_id=town.bodies[name].id)


async def _silent(leader: Actor, drill: Drill) -> list[Attendee]:
    asked = calendar.attendees_visible_to(leader).filter(appointment_id=drill.appointment_id)
    return await asked.filter(partstat=PartStat.NEEDS_ACTION).order_by("id")


async def _moved(leader: Actor, drill: Drill, exercise: Exercise) -> Thread:
    """Postponed a week before, with the same UID; everybody says yes again, and it is confirmed once more."""
    moving, asking, firm = exercise.before(7), exercise.before(6), exercise.before(2)
    begins = at(exercise.day, "13:30")
    yield moving
    ends = begins + exercise.hours
    await drills.postpone(then(leader, moving), drill.id, reason=CLASH, starts_at=begins, ends_at=ends)
    yield asking
    await drills.resume_inviting(then(leader, asking), drill.id)
    for attendee in await _silent(leader, drill):
        await replies.answer_by_link(asking, attendee.id, partstat=PartStat.ACCEPTED)
    yield firm
    await drills.confirm(then(leader, firm), drill.id)


async def _held_and_closed(town: Town, leader: Actor, drill: Drill, exercise: Exercise, rolled: Random) -> Thread:
    begins = at(exercise.day, "13:30")
    yield begins
    await drills.start(then(leader, begins), drill.id)
    yield begins + exercise.hours
    await _finished(then(leader, begins + exercise.hours), drill, rolled)
    yield exercise.after(3)
    await drills.evaluate(then(leader, exercise.after(3)), drill.id)
    yield exercise.after(9)
    await drills.submit_report(then(leader, exercise.after(9)), drill.id, summary=SUMMARY)
    yield exercise.after(16)
    await drills.close(then(town.desk[1], exercise.after(16)), drill.id)
    async for instant in improvements.left(then(leader, exercise.after(16)), town.desk[1], drill, rolled):
        yield instant


async def _finished(leader: Actor, drill: Drill, rolled: Random) -> None:
    coming = drills.participations_visible_to(leader).filter(drill_id=drill.id).order_by("id")
    present: Sequence[Attended] = [
        Attended(one.id, rolled.choice((1, 1, 2, 2, 3)) if one.reply is ParticipationReply.ACCEPTED else 0)
        for one in await coming.exclude(reply=ParticipationReply.DECLINED)
    ]
    await drills.finish(leader, drill.id, attendance=present, police_count=rolled.randint(6, 14))
