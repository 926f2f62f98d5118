"""The dates on somebody's own page: their own, with the way to answer, and those of the bodies of which they are a
contact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from api import pages, rsvp
from api.own_page.papers import Papers
from api.own_page.view import View, line
from domain import lectures, own, replies, tokens, walls
from domain.actor import Actor
from domain.calendar import Appointment, Attendee, Dates, PartStat
from domain.drills import Participation, ParticipationReply
from domain.japanese import from_to
from domain.own import Hosted, Part
from domain.values import dataclass

Belonging = TypeVar("Belonging", Part, Hosted)
REPLIES = {
    ParticipationReply.AWAITED: "まだいただいていません",
    ParticipationReply.ACCEPTED: "参加",
    ParticipationReply.TENTATIVE: "未定",
    ParticipationReply.DECLINED: "不参加",
}
CAME = {True: "（出席）", False: "（欠席）", None: ""}


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

    @property
    def dates(self) -> list[Appointment]:
        drills, hosted = [*self.drills, *self.drills_over], [*self.lectures, *self.lectures_over]
        return [one.appointment for one in drills] + [one.appointment for one in hosted]

    def part_of(self, attendee: Attendee) -> Participation | None:
        """The part in a drill ahead of the body for which they are asked."""
        parts = {(one.appointment.id, one.participation.organization_id): one.participation for one in self.drills}
        return parts.get((attendee.appointment_id, attendee.organization_id)) if attendee.organization_id else None

    def lines(self, appointment_id: UUID) -> str:
        """HTML with what else there is to know of one of their own dates."""
        drill = {part.appointment.id: part.drill for part in self.drills}.get(appointment_id)
        lecture = {one.appointment.id: one for one in self.lectures}.get(appointment_id)
        return (line("目的", drill.purpose) if drill else "") + (_about(lecture) if lecture else "")


async def of_bodies(sides: Sequence[Actor]) -> Bodies:
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


def ahead(view: View, dates: Dates, days: dict[UUID, date], bodies: Bodies, papers: Papers) -> str:
    return "".join(
        pages.filled(
            "own_date.html",
            title=date.title,
            when=from_to(date.starts_at, date.ends_at),
            place=rsvp.place_of(date),
            more_html=bodies.lines(date.id) + _papers(papers, date.id),
            deadline_html=rsvp.deadline(days.get(attendee.id)),
            answer=_answer(attendee, bodies.part_of(attendee)),
            act="回答する" if attendee.partstat is PartStat.NEEDS_ACTION else "回答を変える",
            path=f"/rsvp/{tokens.derive(view.house.secret, replies.PURPOSE, attendee.id)}",
        )
        for date, attendee in dates
    )


def _answer(attendee: Attendee, part: Participation | None) -> str:
    given = rsvp.given(attendee, part)
    return f"{given}（空き待ち）" if attendee.waits else given


def _papers(papers: Papers, appointment_id: UUID) -> str:
    found = papers.get(appointment_id)
    return pages.filled("own_line.html", label="配布資料", text_html=found) if found else ""


def drills_of(view: View, parts: Sequence[Part], papers: Papers) -> str:
    return "".join(
        pages.filled(
            "own_drill.html",
            title=part.drill.title,
            when=from_to(part.appointment.starts_at, part.appointment.ends_at),
            place=rsvp.place_of(part.appointment),
            purpose_html=line("目的", part.drill.purpose),
            answer=REPLIES[part.participation.reply],
            count=f"{part.participation.planned_count:,}人",
            names_html="" if view.is_linked else _names(part.participation),
            papers_html=_papers(papers, part.appointment.id),
        )
        for part in parts
    )


def _names(part: Participation) -> str:
    """Who comes from a body, a line each."""
    lines = "".join(pages.filled("own_name.html", line=name) for name in part.names)
    return pages.filled("own_names.html", lines_html=lines) if lines else ""


def lectures_of(hosted: Sequence[Hosted], papers: Papers) -> str:
    return "".join(
        pages.filled(
            "own_lecture.html",
            title=one.appointment.title,
            status=lectures.LABELS[one.lecture.status],
            when=_when(one.appointment),
            place=rsvp.place_of(one.appointment),
            about_html=_about(one) + _papers(papers, one.appointment.id),
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
    named = line("講師", "、".join(coming))
    return line("対象", listeners) + named + line("ご用意いただく機材", lecture.equipment)


def behind(dates: Dates, others: Bodies, papers: Papers) -> str:
    own_dates = [(date, CAME[attendee.attended]) for date, attendee in dates]
    drills = [(part.appointment, _took_part(part)) for part in others.drills_over]
    given = [(one.appointment, "（学校での講義）") for one in others.lectures_over]
    latest = sorted([*own_dates, *drills, *given], key=lambda one: one[0].starts_at, reverse=True)
    lines = [
        pages.filled(
            "own_past.html",
            when=from_to(date.starts_at, date.ends_at),
            title=date.title,
            came=came,
            papers_html=papers.get(date.id, ""),
        )
        for date, came in latest
    ]
    return pages.filled("own_list.html", lines_html="".join(lines)) if lines else ""


def _took_part(part: Part) -> str:
    came = part.participation.attended_count
    return f"（団体から{came:,}人が参加）" if came else "（所属団体の訓練）"
