"""Saved operations: an officer's commonest tasks as GraphQL documents, with variables that run as they stand.

The first line of each document is its title. What a document is about is found in the town when the program starts;
a task for which there is nothing to do is not offered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from tortoise.expressions import Q, Subquery

from api.ide import Operation
from api.reading.ids import encode
from domain import calendar, drills, lectures, organizations, people, volunteers
from domain.actor import TOKYO, Actor
from domain.calendar import AttendeeRole, PartStat
from domain.drills import DrillFormat, DrillStatus, DrillThreat
from domain.japanese import next_open_day
from domain.lectures import Audience, Lecture, LectureStatus
from domain.organizations import OrganizationKind
from domain.volunteers import AgeBand, VolunteerStatus

Variables = Mapping[str, object]


@dataclass(frozen=True)
class Around:
    """For whom the variables are found: an officer of headquarters, one of a station, and a partner's contact."""

    hq: Actor
    station: Actor
    partner: Actor

    @property
    def now(self) -> datetime:
        return self.station.now

    def ahead(self, days: int, hour: int) -> str:
        """An hour of the open day on or after so many days from today, as the wire has it."""
        day = next_open_day(self.station.today + timedelta(days=days))
        return datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO).isoformat()


Find = Callable[[Around], Awaitable[Variables | None]]


async def saved(around: Around) -> list[Operation]:
    """The operations that can be run now, in the order in which an officer's work goes."""
    found = [(name, await find(around)) for name, find in FINDERS.items()]
    return [_operation(name, variables) for name, variables in found if variables is not None]


def _operation(name: str, variables: Variables) -> Operation:
    document = document_of(name)
    return Operation(document.partition("\n")[0].removeprefix("# "), document, variables)


def document_of(name: str) -> str:
    """The text of one saved operation."""
    return (files(__name__) / f"{name}.graphql").read_text(encoding="utf-8")


async def _next_30_days(around: Around) -> Variables:
    until = around.now + timedelta(days=30)
    return {
        "unit": encode("Unit", around.station.unit_id),
        "from": around.now.isoformat(),
        "before": until.isoformat(),
    }


async def _organization(_: Around) -> Variables:
    return {"text": "カクウデンリョク"}


async def _request(around: Around) -> Variables | None:
    schools = organizations.visible_to(around.station).filter(kind=OrganizationKind.SCHOOL, retired_on=None)
    school = await schools.order_by("kana_order", "id").first()
    contacts = organizations.contacts_visible_to(around.station).filter(until=None).order_by("kana_order", "id")
    contact = await contacts.filter(organization_id=school.id).first() if school else None
    if school is None or contact is None:
        return None
    return {
        "input": {
            "schoolId": encode("Organization", school.id),
            "contactId": encode("Contact", contact.id),
            "theme": "SNSの安全な使い方",
            "audience": Audience.PUPIL_ELEM,
            "expectedCount": 80,
            "startsAt": around.ahead(40, 10),
            "endsAt": around.ahead(40, 11),
        }
    }


async def _arriving(around: Around) -> Variables | None:
    """A request, and an officer of the station who is free at that time."""
    arriving = lectures.visible_to(around.station).filter(status=LectureStatus.RECEIVED)
    lecture = await arriving.order_by("-starts_at").first()
    if lecture is None:
        return None
    appointment = await calendar.Appointment.get(id=lecture.appointment_id)
    busy = Q(busy_from__lt=appointment.ends_at, busy_to__gt=appointment.starts_at)
    held = calendar.attendees_visible_to(around.hq).filter(busy).values("person_id")
    own = people.officers_visible_to(around.station).filter(unit_id=around.station.unit_id, retired_on=None)
    officer = await own.exclude(id__in=Subquery(held)).order_by("number").first()
    return {"lecture": encode("Lecture", lecture.id), "lecturer": encode("Officer", officer.id)} if officer else None


async def _arranged(around: Around) -> Variables | None:
    """A lecture that has a lecturer, and no firm date yet."""
    giving = lectures.assignments_visible_to(around.station).filter(
        role=AttendeeRole.LECTURER, status__in=lectures.STANDING
    )
    arranging = lectures.visible_to(around.station).filter(
        status=LectureStatus.COORDINATING, starts_at__gt=around.now, id__in=Subquery(giving.values("lecture_id"))
    )
    lecture = await arranging.order_by("starts_at").first()
    return {"lecture": encode("Lecture", lecture.id)} if lecture else None


async def _plan(around: Around) -> Variables:
    return {
        "input": {
            "title": "商店街ランサムウェア対処訓練",
            "format": DrillFormat.TABLETOP,
            "threat": DrillThreat.RANSOMWARE,
            "startsAt": around.ahead(75, 13),
            "endsAt": around.ahead(75, 16),
            "unitId": encode("Unit", around.station.unit_id),
            "objectives": ["被害を認知してから1時間以内に警察へ通報できることを確かめる"],
            "place": "見本中央警察署 講堂",
        }
    }


async def _invitation(around: Around) -> Variables | None:
    """The partner's contact, and a drill to which they have not been asked."""
    asked = calendar.attendees_visible_to(around.hq).filter(person_id=around.partner.person_id, removed_at=None)
    open_drills = drills.visible_to(around.station).filter(
        status__in=(DrillStatus.PLANNING, DrillStatus.INVITING), starts_at__gt=around.now
    )
    others = open_drills.exclude(appointment_id__in=Subquery(asked.values("appointment_id")))
    drill = await others.order_by("starts_at").first()
    contacts = organizations.contacts_visible_to(around.station).filter(until=None)
    contact = await contacts.filter(person_id=around.partner.person_id).first()
    return {"drill": encode("Drill", drill.id), "contact": encode("Contact", contact.id)} if drill and contact else None


async def _silent(around: Around) -> Variables | None:
    """Somebody who is asked to a drill ahead and has not answered."""
    dates = drills.visible_to(around.station).filter(status=DrillStatus.INVITING, starts_at__gt=around.now)
    asked = calendar.attendees_visible_to(around.station).filter(partstat=PartStat.NEEDS_ACTION, removed_at=None)
    attendee = await asked.filter(appointment_id__in=Subquery(dates.values("appointment_id"))).order_by("id").first()
    return {"attendee": encode("Attendee", attendee.id)} if attendee else None


async def _counted(around: Around) -> Variables | None:
    """The newest lecture that was reported, with two people more."""
    given = lectures.visible_to(around.station).filter(status=LectureStatus.REPORTED)
    lecture = await given.order_by("-starts_at").first()
    return await _two_more(around, lecture) if lecture else None


async def _two_more(around: Around, lecture: Lecture) -> Variables:
    heard = await lectures.head_counts_visible_to(around.station).filter(lecture_id=lecture.id).order_by("id")
    counts = [{"audience": one.audience, "count": one.count} for one in heard]
    counts[0]["count"] = heard[0].count + 2
    reason = "欠席者の集計に誤りがあったため"
    return {"input": {"lectureId": encode("Lecture", lecture.id), "headCounts": counts, "reason": reason}}


async def _screened(around: Around) -> Variables | None:
    """An adult who is being screened, for headquarters to appoint."""
    screening = volunteers.visible_to(around.hq).filter(status=VolunteerStatus.SCREENING, age_band=AgeBand.ADULT)
    volunteer = await screening.order_by("kana_order", "id").first()
    return {"volunteer": encode("Volunteer", volunteer.id)} if volunteer else None


async def _ending(around: Around) -> Variables:
    return {"before": (around.station.today + timedelta(days=91)).isoformat()}


async def _unanswered(around: Around) -> Variables:
    return {"from": around.now.isoformat()}


FINDERS: Mapping[str, Find] = {
    "station_next_30_days": _next_30_days,
    "find_organization": _organization,
    "request_lecture": _request,
    "accept_and_assign": _arriving,
    "confirm_lecture": _arranged,
    "plan_drill": _plan,
    "invite_to_drill": _invitation,
    "note_phone_answer": _silent,
    "correct_head_counts": _counted,
    "appoint_volunteer": _screened,
    "agreements_ending": _ending,
    "not_answered_yet": _unanswered,
}
