"""`/own` after login and `/own/{token}` from a letter: one's own dates, one's body's drills, and what is known of one.

GET shows and changes nothing; POST says that one's contact data is right, or what has changed. Letters are passed on:
whoever comes by a link is shown of an address or a number only as much as its owner needs to know it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import guesses, pages, rsvp, subscribing, visits
from api.entrance import doors
from api.entrance.own import ASKED
from api.house import House
from api.pages import forms
from domain import accounts, calendar, lectures, looks, own, replies, tokens, walls
from domain.accounts import Visit
from domain.actor import Actor
from domain.calendar import Appointment, Attendee, Dates
from domain.drills import ParticipationReply
from domain.errors import Invalid, NotAllowed, RateLimited, Refused
from domain.japanese import Honorific, addressed, from_to, shown, storable, wareki
from domain.looks import Door
from domain.organizations import Contact
from domain.own import Hosted, Known, Part

Belonging = TypeVar("Belonging", Part, Hosted)
TITLE = "ご予定と連絡先"
UNKNOWN = "このページは見つかりません。リンクは約3か月で使えなくなります。新しいメールのリンクを開いてください。"
REPLIES = {
    ParticipationReply.AWAITED: "まだいただいていません",
    ParticipationReply.ACCEPTED: "参加",
    ParticipationReply.TENTATIVE: "未定",
    ParticipationReply.DECLINED: "不参加",
}
CAME = {True: "（出席）", False: "（欠席）", None: ""}
SAID = {
    "confirmed": "連絡先をご確認いただき、ありがとうございました。",
    "reported": "変わったところを担当者にお知らせしました。担当者が確かめて、登録を直します。",
}
"""What the page has to say, by a word in the address: nobody can make it say anything else."""


@dataclass(frozen=True)
class View:
    """Who is shown their page, as each body's of which they are a contact: after a login, or (`is_linked`) by a
    letter's link."""

    house: House
    sides: Sequence[Actor]
    path: str
    is_linked: bool

    @property
    def actor(self) -> Actor:
        return self.sides[0]


def routes(house: House) -> list[Route]:
    async def linked(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            actor = await _bearer(house, request, token)
        except RateLimited as refused:
            return pages.later(TITLE, refused)
        if actor is None:
            return pages.page(TITLE, pages.paragraph(UNKNOWN, "refused"), 404)
        view = View(house, await own.find_sides(actor), f"/own/{token}", is_linked=True)
        return await (_said if request.method == "POST" else _show)(view, request)

    async def looking(house: House, request: Request, _: Visit) -> Response:
        return await _show(await _entered(house, request), request)

    async def saying(house: House, request: Request, _: Visit) -> Response:
        return await _said(await _entered(house, request), request)

    return [
        doors.get("/own", house, doors.inside(looking)),
        doors.post("/own", house, doors.inside(saying)),
        Route("/own/{token}", linked, methods=["GET", "POST"]),
    ]


async def _bearer(house: House, request: Request, token: str) -> Actor | None:
    """Whoever the letter was written to. Raises RateLimited where one looks, or somebody guesses, too often."""
    now = house.clock()
    person_id = own.whose(token, house.secret, now)
    if person_id is None:
        guesses.count(house, request)
        return None
    house.allowance.pages.take(person_id, 1, now)
    return await own.bearer_of(now, person_id)


async def _entered(house: House, request: Request) -> View:
    actor = await accounts.actor_of(visits.secret_in(request, house) or "", house.clock())
    if actor.role not in ASKED:
        raise NotAllowed("このページは、予定の案内を受ける方のためのものです。")
    return View(house, await own.find_sides(actor), "/own", is_linked=False)


async def _said(view: View, request: Request) -> Response:
    form: dict[str, str] = {}
    try:
        form = await forms.read(request)
        word = await _done(view, form)
    except Refused as refused:
        return await _show(view, request, doors.refusal(refused), doors.status(refused), form.get("what", ""))
    return doors.onward(f"{view.path}?said={word}")


async def _done(view: View, form: dict[str, str]) -> str:
    who = (view.actor.now, view.actor.person_id)
    if form.get("act") == "confirm":
        await own.confirm(*who)
        return "confirmed"
    if form.get("act") != "report":
        raise Invalid("ページのボタンで送ってください。")
    await own.report(*who, storable(form.get("what", "").replace("\r\n", "\n"), field="what", multiline=True))
    return "reported"


async def _show(view: View, request: Request, said: str = "", status: int = 200, typed: str = "") -> Response:
    word = SAID.get(request.query_params.get("said", ""), "")
    said = said or (pages.paragraph(word, "done") if word and request.method == "GET" else "")
    async with walls.alone_behind(walls.for_reading(view.actor)):
        body = said + await _sections(view, typed)
    return doors.shown(TITLE, body, status)


async def _sections(view: View, typed: str) -> str:
    who = (view.actor.person_id, view.actor.now)
    ahead, behind = await calendar.ahead_of(*who), await calendar.behind_of(*who)
    known, bodies = await own.find_known(view.sides), await _bodies(view.sides)
    shown = [*own.personal(known), *own.named([*bodies.lectures, *bodies.lectures_over])]
    await looks.note(Door.PAGE, view.actor, "ownPageByLink" if view.is_linked else "ownPage", shown)
    days = await rsvp.last_days([attendee for _, attendee in ahead])
    others = bodies.without({date.id for date, _ in (*ahead, *behind)})
    return pages.filled(
        "own.html",
        guest=addressed(known.person.name, Honorific.SAMA),
        ahead_html=_dates(view, ahead, days, bodies) or pages.paragraph("ご案内している予定はありません。"),
        lectures_html=_section("lectures", "講師派遣のご依頼", _lectures(others.lectures)),
        drills_html=_section("drills", "所属団体の訓練", _drills(others.drills)),
        behind_html=_section("behind", "これまでの予定", _past(behind, others)),
        known_html=_section("known", "登録している連絡先", _known(view, known, typed)),
        feed_html="" if view.is_linked else await subscribing.made(view.actor) + pages.filled("to_account.html"),
        asking_html=rsvp.asking(known.unit, "ご不明のときは"),
    )


@dataclass(frozen=True)
class Bodies:
    """What somebody sees because of the bodies of which they are a contact."""

    drills: Sequence[Part]
    drills_over: Sequence[Part]
    lectures: Sequence[Hosted]
    lectures_over: Sequence[Hosted]

    def without(self, dates: Collection[UUID]) -> Bodies:
        """All but what stands under their own dates already."""

        def others(found: Sequence[Belonging]) -> list[Belonging]:
            return [one for one in found if one.appointment.id not in dates]

        return Bodies(others(self.drills), others(self.drills_over), others(self.lectures), others(self.lectures_over))

    def lines(self, appointment_id: UUID) -> str:
        """HTML with what else there is to know of one of their own dates."""
        drill = {part.appointment.id: part.drill for part in self.drills}.get(appointment_id)
        lecture = {one.appointment.id: one for one in self.lectures}.get(appointment_id)
        return (_line("目的", drill.purpose) if drill else "") + (_about(lecture) if lecture else "")


async def _bodies(sides: Sequence[Actor]) -> Bodies:
    found = Bodies([], [], [], [])
    for side in sides:
        async with walls.behind(walls.for_reading(side)):
            found = Bodies(
                [*found.drills, *await own.find_drills(side)],
                [*found.drills_over, *await own.find_drills(side, over=True)],
                [*found.lectures, *await own.find_lectures(side)],
                [*found.lectures_over, *await own.find_lectures(side, over=True)],
            )
    return found


def _section(id: str, title: str, content: str) -> str:
    """A headed part of the page, where it says anything."""
    return pages.filled("own_section.html", id=id, title=title, content_html=content) if content else ""


def _dates(view: View, dates: Dates, days: dict[UUID, date], bodies: Bodies) -> str:
    return "".join(
        pages.filled(
            "own_date.html",
            title=date.title,
            when=from_to(date.starts_at, date.ends_at),
            place=rsvp.place_of(date),
            more_html=bodies.lines(date.id),
            deadline_html=rsvp.deadline(days.get(attendee.id)),
            answer=_answer(attendee),
            path=f"/rsvp/{tokens.derive(view.house.secret, replies.PURPOSE, attendee.id)}",
        )
        for date, attendee in dates
    )


def _answer(attendee: Attendee) -> str:
    given = rsvp.WORDS[attendee.partstat]
    return f"{given}（空き待ち）" if attendee.waits else given


def _drills(parts: Sequence[Part]) -> str:
    return "".join(
        pages.filled(
            "own_drill.html",
            title=part.drill.title,
            when=from_to(part.appointment.starts_at, part.appointment.ends_at),
            place=rsvp.place_of(part.appointment),
            purpose_html=_line("目的", part.drill.purpose),
            answer=REPLIES[part.participation.reply],
            count=f"{part.participation.planned_count:,}人",
        )
        for part in parts
    )


def _lectures(hosted: Sequence[Hosted]) -> str:
    return "".join(
        pages.filled(
            "own_lecture.html",
            title=one.appointment.title,
            status=lectures.LABELS[one.lecture.status],
            when=_when(one.appointment),
            place=rsvp.place_of(one.appointment),
            about_html=_about(one),
        )
        for one in hosted
    )


def _when(appointment: Appointment) -> str:
    """When a lecture is: one that is put off has no date until there is a new one."""
    return "調整中です" if appointment.cancelled_at else from_to(appointment.starts_at, appointment.ends_at)


def _about(hosted: Hosted) -> str:
    """HTML with what a school wants to know of a lecture besides when and where."""
    lecture, coming = hosted.lecture, [f"{officer.unit.name} {officer.name}" for officer in hosted.lecturers]
    listeners = f"{lectures.AUDIENCE_LABELS[lecture.audience]} {lecture.expected_count:,}人"
    named = _line("講師", "、".join(coming))
    return _line("対象", listeners) + named + _line("ご用意いただく機材", lecture.equipment)


def _past(dates: Dates, others: Bodies) -> str:
    own_dates = [(date, CAME[attendee.attended]) for date, attendee in dates]
    drills = [(part.appointment, _took_part(part)) for part in others.drills_over]
    given = [(one.appointment, "（学校での講義）") for one in others.lectures_over]
    latest = sorted([*own_dates, *drills, *given], key=lambda one: one[0].starts_at, reverse=True)
    lines = [
        pages.filled("own_past.html", when=from_to(date.starts_at, date.ends_at), title=date.title, came=came)
        for date, came in latest
    ]
    return pages.filled("own_list.html", lines_html="".join(lines)) if lines else ""


def _took_part(part: Part) -> str:
    came = part.participation.attended_count
    return f"（団体から{came:,}人が参加）" if came else "（所属団体の訓練）"


def _known(view: View, known: Known, typed: str) -> str:
    if not known.is_here:
        return ""
    bodies = {body.id: body.name for body in known.bodies}
    address, phone = known.person.mail_address, known.person.phone
    if view.is_linked:
        address, phone = _masked_address(address), _masked_phone(phone)
    return pages.filled(
        "own_known.html",
        path=view.path,
        posts_html="".join(_line(bodies[one.organization_id], _post(one)) for one in known.contacts),
        address=address or "登録されていません",
        phone=phone or "登録されていません",
        verified=wareki(known.verified_on) if known.verified_on else "まだありません",
        what="\n".join(shown(line, forms.LONGEST) for line in typed.splitlines()),
    )


def _post(contact: Contact) -> str:
    return " ".join(filter(None, (contact.department, contact.job_title))) or "ご担当者"


def _line(name: str, text: str) -> str:
    return pages.filled("own_line.html", label=name, text=text) if text else ""


def _masked_address(address: str) -> str:
    """The first letter, and where the mail box is."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def _masked_phone(phone: str) -> str:
    """The last two digits."""
    return f"…{phone[-2:]}" if phone else ""
