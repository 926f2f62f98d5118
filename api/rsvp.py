"""`/rsvp/{token}`: whoever holds the letter's link answers for the one person it was written to.

GET shows and changes nothing, for mail scanners follow links; POST decides. No session and no script is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, guesses, pages
from api.house import House
from api.pages import forms
from domain import drills, looks, replies, tokens, walls
from domain.actor import Actor, Role
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import LONGEST_NAME, MOST_NAMES, Drill, Participation
from domain.errors import Invalid, RateLimited, Refused
from domain.japanese import Honorific, addressed, day_with_weekday, from_to, shown, storable
from domain.lectures import Assignment
from domain.looks import Door
from domain.meetings import CouncilMeeting
from domain.people import Person
from domain.replies import Coming
from domain.units import Unit

TITLE = "予定のご案内への回答"
UNKNOWN = "このページは見つかりません。リンクが途中で切れているか、このご案内がもうありません。"
LONGEST_REMARK = 500
LONGEST_NAMES = MOST_NAMES * (LONGEST_NAME + 2)
"""What a browser lets anybody type, who ends each line."""

DIGITS = 9
WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
NOTHING: Mapping[str, str] = {}


def routes(house: House) -> list[Route]:
    async def rsvp(request: Request) -> Response:
        attendee = await _attendee(house, request.path_params["token"])
        try:
            if attendee is None:
                guesses.count(house, request)
                ways = (dead_ends.WHOLE, dead_ends.NEWEST, dead_ends.BY_PHONE)
                return await dead_ends.page(house, TITLE, UNKNOWN, *ways)
            house.allowance.pages.take(attendee.id, 1, house.clock())
        except RateLimited as refused:
            return pages.later(TITLE, refused)
        now = house.clock()
        return await (_decide(now, request, attendee) if request.method == "POST" else _show(now, attendee))

    return [Route("/rsvp/{token}", rsvp, methods=["GET", "POST"])]


async def _attendee(house: House, token: str) -> Attendee | None:
    id = tokens.id_in(token)
    if id is None or not tokens.is_genuine(token, house.keys, replies.PURPOSE, id):
        return None
    return await Attendee.filter(id=id).first()


async def _show(
    now: datetime, attendee: Attendee, said: str = "", status: int = 200, sent: Mapping[str, str] = NOTHING
) -> Response:
    whose = (attendee.prefecture_id, attendee.person_id, attendee.organization_id)
    async with walls.alone_behind(walls.for_link(*whose)):
        return await _shown(now, attendee, said, status, sent)


async def _shown(now: datetime, attendee: Attendee, said: str, status: int, sent: Mapping[str, str]) -> Response:
    appointment = await Appointment.get(id=attendee.appointment_id)
    unit = await Unit.get(id=appointment.unit_id)
    if closed := await replies.why_closed(now, appointment, attendee):
        return pages.page(
            TITLE, (said or pages.paragraph(closed, "refused")) + asking(unit, "心当たりのないときは"), status
        )
    person, part = await Person.get(id=attendee.person_id), await drills.part_of(attendee)
    if part and part.names:
        await _note(now, person, part)
    body = pages.filled(
        "invitation.html",
        said_html=said,
        guest=addressed(person.name, Honorific.SAMA),
        subject=appointment.title,
        when=from_to(appointment.starts_at, appointment.ends_at),
        place=place_of(appointment),
        deadline_html=deadline((await last_days([attendee])).get(attendee.id)),
        answer=given(attendee, part),
        form_html=_questions(attendee, appointment.sequence, part, sent),
        asking_html=asking(unit, "心当たりのないときや、お電話でのご回答は" if unit.phone else "心当たりのないときは"),
    )
    return pages.page(TITLE, body, status)


async def _note(now: datetime, person: Person, part: Participation) -> None:
    """Write down that whoever holds the link is shown who comes from the body for which they are asked, also before
    their post there begins."""
    where = (person.id, person.unit_id, person.prefecture_id, (), part.organization_id)
    bearer = Actor(Role.PARTNER, now, *where, is_read_only=True)
    row = f"Participation:{part.id}"
    await looks.note(Door.PAGE, bearer, "rsvp", [("Participation.names", row)], {row: len(part.names)})


def given(attendee: Attendee, part: Participation | None) -> str:
    """The answer that holds, in words; with how many come where somebody has answered for a body."""
    if attendee.partstat is PartStat.NEEDS_ACTION:
        return "まだいただいていません"
    return replies.in_words(attendee.partstat, part.planned_count if part else None)


def asking(unit: Unit, when: str) -> str:
    """HTML that says whom to ask."""
    phone = pages.filled("phone.html", phone=unit.phone) if unit.phone else ""
    return pages.filled("asking.html", asking=when, unit=unit.name, phone_html=phone)


def place_of(appointment: Appointment) -> str:
    """Where to go, or that it is not known yet."""
    return appointment.place or appointment.online_url or "追ってお知らせします"


async def last_days(asked: Collection[Attendee]) -> dict[UUID, date]:
    """回答期限 of each who is asked, where whoever invited has set one; three statements however many they are."""
    drills = Drill.filter(appointment_id__in=[one.appointment_id for one in asked], reply_by__isnull=False)
    days = {one.appointment_id: one.reply_by for one in await drills}
    meetings = CouncilMeeting.filter(appointment_id__in=[one.appointment_id for one in asked], reply_by__isnull=False)
    days |= {one.appointment_id: one.reply_by for one in await meetings}
    assigned = Assignment.filter(attendee_id__in=[one.id for one in asked], reply_by__isnull=False).order_by("id")
    own = {one.attendee_id: one.reply_by for one in await assigned}
    return {one.id: day for one in asked if (day := days.get(one.appointment_id) or own.get(one.id))}


def deadline(day: date | None) -> str:
    """HTML that says until when to answer; nothing where there is no such day."""
    return pages.filled("deadline.html", day=f"{day_with_weekday(day)}まで") if day else ""


def _questions(attendee: Attendee, sequence: int, part: Participation | None, sent: Mapping[str, str]) -> str:
    """The form; what was chosen in vain is chosen already, else the answer that holds."""
    chosen = sent.get("partstat", attendee.partstat)
    marks = {f"{answer.name.lower()}_html": " checked" if answer == chosen else "" for answer in replies.ANSWERS}
    remark = _again(sent, "remark") or attendee.remark
    coming = _coming(part, sent) if part else ""
    return pages.filled("answer.html", sequence=str(sequence), remark=remark, coming_html=coming, **marks)


def _coming(part: Participation, sent: Mapping[str, str]) -> str:
    """With whom a body comes. What was typed in vain stands there again; where something else holds by now than it was
    typed over, that is told beside it."""
    now = drills.standing(part)
    typed = sent if {"count", "names"} & sent.keys() and not _is_left(sent) else NOTHING
    is_rewritten = bool(typed) and typed.get("seen") != now.seen
    return pages.filled(
        "coming.html",
        seen=now.seen or "",
        now_html=_now(part) if is_rewritten else "",
        count=typed.get("count", str(now.count or ""))[:DIGITS],
        planned=f"{part.planned_count:,}人",
        names=_again(typed, "names") if "names" in typed else "\n".join(part.names),
        longest=str(LONGEST_NAMES),
        most=str(MOST_NAMES),
    )


def _is_left(sent: Mapping[str, str]) -> bool:
    try:
        return drills.is_left(_coming_in(sent))
    except Invalid:
        return False


def _now(part: Participation) -> str:
    """HTML with what holds by now."""
    names = "、".join(part.names) or "お名前はありません"
    return pages.paragraph(f"いまの内容: {part.planned_count:,}人（{names}）", "note")


async def _decide(now: datetime, request: Request, attendee: Attendee) -> Response:
    form: dict[str, str] = {}
    try:
        form = await forms.read(request)
        partstat, remark = _answer_in(form)
        seen, coming = _sequence_in(form), _coming_in(form)
        answered = await replies.answer_by_link(
            now, attendee.id, partstat=partstat, remark=remark, sequence=seen, coming=coming
        )
    except Refused as refused:
        status = 400 if isinstance(refused, Invalid) else 409
        return await _show(now, attendee, pages.paragraph(refused.message, "refused"), status, form)
    said = given(answered, await drills.part_of(answered))
    thanks = f"「{said}」のご回答を受け付けました。変更するときは、もう一度お答えください。"
    return await _show(now, answered, pages.paragraph(thanks, "done"))


def _answer_in(form: dict[str, str]) -> tuple[PartStat, str]:
    if form.get("partstat") not in set(replies.ANSWERS):
        raise Invalid("「出席する」「欠席する」「まだ分からない」のどれかを選んでください。")
    remark = storable(form.get("remark", "").replace("\r\n", "\n"), multiline=True)
    if len(remark) > LONGEST_REMARK:
        raise Invalid(f"連絡事項は{LONGEST_REMARK}字までにしてください（いまは{len(remark)}字です）。")
    return PartStat(form["partstat"]), remark


def _coming_in(form: Mapping[str, str]) -> Coming:
    """How many come, and who, where that was asked and said. Where no name is left in the lines, nobody is named."""
    names = form["names"].replace("\r\n", "\n").split("\n") if "names" in form else None
    count, seen = form.get("count", "").translate(WIDE).strip(), form.get("seen")
    if not count:
        return Coming(names=names, seen=seen)
    if not (count.isascii() and count.isdecimal() and len(count) <= DIGITS):
        raise Invalid("参加される人数は数字で入力してください。", field="planned_count")
    return Coming(int(count), names, seen)


def _sequence_in(form: Mapping[str, str]) -> int | None:
    """The SEQUENCE of the date that the page has shown; whoever posts without having seen it says none."""
    given = form.get("sequence", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else None


def _again(form: Mapping[str, str], name: str) -> str:
    """What was typed in vain, to be mended instead of typed anew."""
    return "\n".join(shown(line, forms.LONGEST) for line in form.get(name, "").splitlines())
