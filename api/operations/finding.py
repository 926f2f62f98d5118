"""What each saved operation is about, found in the town for whoever asks; nothing where there is nothing to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from api.operations import ceremonies, noticing
from api.operations.around import Around, Variables
from api.reading.ids import encode
from domain import (
    activities,
    agreements,
    answering,
    calendar,
    campaigns,
    councils,
    documents,
    drills,
    encounters,
    feeds,
    incoming,
    information,
    lectures,
    meetings,
    organizations,
    outreach,
    people,
    tokens,
    units,
    volunteers,
    worklist,
)
from domain.actor import TOKYO
from domain.agreements import AgreementStatus
from domain.calendar import Appointment, AttendeeRole, PartStat
from domain.campaigns import CampaignStatus, ProposalStatus
from domain.criteria import any_of
from domain.documents import DocumentStatus
from domain.drills import DrillFormat, DrillStatus, DrillThreat, ParticipationReply
from domain.encounters import EncounterKind, EncounterTheme
from domain.incoming import IncomingKind, IncomingStatus
from domain.information import InformationStatus
from domain.japanese import Period, search_key
from domain.lectures import Lecture, LectureStatus
from domain.meetings import MeetingStatus
from domain.organizations import Organization, OrganizationKind
from domain.outreach import OutreachAudience, OutreachKind, OutreachTheme
from domain.volunteers import AgeBand, VolunteerStatus
from domain.worklist import RelationshipGrade, WorkKind
from seed import examples
from seed.days import at, open_day, school_day
from seed.schools import AUDIENCES

PARTNER = "カクウデンリョク"


Find = Callable[[Around], Awaitable[Variables | None]]


async def _next_30_days(around: Around) -> Variables | None:
    """The own unit with what is below it, or for headquarters the one whose turn is next."""
    until = around.asking.now + timedelta(days=30)
    dates = calendar.visible_to(around.asking).filter(starts_at__gt=around.asking.now, starts_at__lt=until)
    first = await dates.order_by("starts_at", "id").first()
    if first is None or not around.asking.units:
        return None
    below = await units.below(around.asking.prefecture_id, around.asking.unit_id)
    has_own = await dates.filter(any_of(Appointment, "unit_id", below)).exists()
    unit_id = around.asking.unit_id if has_own else first.unit_id
    return {"unit": encode("Unit", unit_id), "from": around.now, "before": until.isoformat()}


async def _organization(around: Around) -> Variables | None:
    """The played partner by its kana, where it is seen."""
    found = organizations.visible_to(around.asking).filter(retired_on=None)
    first = await found.filter(search__contains=search_key(PARTNER)).exists()
    other = None if first else await found.order_by("id").first()
    return {"text": other.name if other else PARTNER} if first or other else None


async def _request(around: Around) -> Variables | None:
    """A school that has somebody to talk to, with pupils of its own kind, on a day on which it teaches, and for which
    it has asked for nothing: of several schools the next, of one alone the next day."""
    taught = Q(*[Q(school_code__startswith=code) for code in AUDIENCES], join_type=Q.OR)
    bodies = organizations.visible_to(around.asking).filter(taught, kind=OrganizationKind.SCHOOL, retired_on=None)
    contacts = organizations.contacts_visible_to(around.asking).filter(until=None)
    staffed = bodies.filter(id__in=Subquery(contacts.values("organization_id")))
    if not await staffed.exists():
        return None
    school, day = None, school_day(around.asking.today + timedelta(days=40))
    while (school := await _without_lecture(around, staffed, at(day, "10:00"))) is None:
        day = school_day(day + timedelta(days=1))
    contact = await contacts.filter(organization_id=school.id).order_by("id").first()
    return {
        "input": {
            "schoolId": encode("Organization", school.id),
            "contactId": encode("Contact", contact.id) if contact else None,
            "theme": "SNSの安全な使い方",
            "audience": AUDIENCES[(school.school_code or "")[:2]],
            "expectedCount": 80,
            "startsAt": _wire(at(day, "10:00")),
            "endsAt": _wire(at(day, "11:00")),
        }
    }


async def _without_lecture(around: Around, schools: QuerySet[Organization], starts_at: datetime) -> Organization | None:
    """The first of these schools that has no lecture then, whatever became of it."""
    then = lectures.visible_to(around.asking).filter(starts_at=starts_at)
    return await schools.exclude(id__in=Subquery(then.values("school_id"))).order_by("kana_order", "id").first()


def _wire(instant: datetime) -> str:
    return instant.astimezone(TOKYO).isoformat()


async def _arriving(around: Around) -> Variables | None:
    """A request, and an officer of its unit who is free at that time."""
    arriving = lectures.visible_to(around.asking).filter(status=LectureStatus.RECEIVED, starts_at__gt=around.asking.now)
    lecture = await arriving.order_by("starts_at").first()
    if lecture is None:
        return None
    appointment = await calendar.Appointment.get(id=lecture.appointment_id)
    busy = Q(busy_from__lt=appointment.ends_at, busy_to__gt=appointment.starts_at)
    held = calendar.Attendee.filter(busy).values("person_id")
    own = people.officers_visible_to(around.asking).filter(unit_id=lecture.unit_id, retired_on=None)
    officer = await own.exclude(id__in=Subquery(held)).order_by("number").first()
    return {"lecture": encode("Lecture", lecture.id), "lecturer": encode("Officer", officer.id)} if officer else None


async def _arranged(around: Around) -> Variables | None:
    """A lecture that has a lecturer, and no firm date yet."""
    giving = lectures.assignments_visible_to(around.asking).filter(
        role=AttendeeRole.LECTURER, status__in=lectures.STANDING
    )
    arranging = lectures.visible_to(around.asking).filter(
        status=LectureStatus.COORDINATING, starts_at__gt=around.asking.now, id__in=Subquery(giving.values("lecture_id"))
    )
    lecture = await arranging.order_by("starts_at").first()
    return {"lecture": encode("Lecture", lecture.id)} if lecture else None


async def _lectures_ahead(around: Around) -> Variables | None:
    ahead = lectures.visible_to(around.asking).filter(starts_at__gt=around.asking.now)
    return {"from": around.now} if await ahead.exists() else None


async def _plan(around: Around) -> Variables:
    """A drill in eleven weeks, with five weeks to find its guests and three for their answers; where there is one that
    day, on the next."""
    today, own = around.asking.today, drills.visible_to(around.asking).filter(unit_id=around.asking.unit_id)
    day = open_day(today, 75)
    while await own.filter(starts_at=at(day, "13:00")).exists():
        day = open_day(day, 1)
    return {
        "input": {
            "title": "商店街ランサムウェア対処訓練",
            "format": DrillFormat.TABLETOP,
            "threat": DrillThreat.RANSOMWARE,
            "startsAt": _wire(at(day, "13:00")),
            "endsAt": _wire(at(day, "16:00")),
            "replyBy": open_day(today, 54).isoformat(),
            "unitId": encode("Unit", around.asking.unit_id),
            "objectives": ["被害を認知してから1時間以内に警察へ通報できることを確かめる"],
            "place": "見本中央警察署 講堂",
        }
    }


async def _draft(around: Around) -> Variables | None:
    """The drill that was planned last."""
    drill = await examples.drafts(around.asking).order_by("-created_at").first()
    return {"drill": encode("Drill", drill.id)} if drill else None


async def _invitation(around: Around) -> Variables | None:
    """The played partner and the drill that was planned last of those to which they have not been asked."""
    drill = await examples.invitable(around.asking, around.partner).order_by("-created_at").first()
    contacts = organizations.contacts_visible_to(around.asking).filter(until=None)
    contact = await contacts.filter(person_id=around.partner.person_id).first()
    return {"drill": encode("Drill", drill.id), "contact": encode("Contact", contact.id)} if drill and contact else None


async def _drills_ahead(around: Around) -> Variables | None:
    ahead = drills.visible_to(around.asking).filter(starts_at__gt=around.asking.now)
    return {"from": around.now} if await ahead.exists() else None


async def _received(around: Around) -> Variables | None:
    """The next drill to which anybody comes."""
    coming = drills.participations_visible_to(around.asking).filter(reply=ParticipationReply.ACCEPTED)
    ahead = drills.visible_to(around.asking).filter(starts_at__gt=around.asking.now)
    drill = await ahead.filter(id__in=Subquery(coming.values("drill_id"))).order_by("starts_at", "id").first()
    return {"drill": encode("Drill", drill.id)} if drill else None


async def _papers(around: Around) -> Variables | None:
    return {} if await documents.visible_to(around.asking).exists() else None


async def _paper_in_preparation(around: Around) -> Variables | None:
    """One that nobody outside sees yet, of the next date that has any."""
    drafts = documents.visible_to(around.asking).filter(status=DocumentStatus.DRAFT)
    dates = Appointment.filter(id__in=Subquery(drafts.values("appointment_id")), starts_at__gt=around.asking.now)
    first = await dates.order_by("starts_at", "id").first()
    paper = await drafts.filter(appointment_id=first.id).order_by("id").first() if first else None
    return {"document": encode("Document", paper.id)} if paper else None


async def _postponable(around: Around) -> Variables | None:
    """The last drill ahead to which somebody is invited, two weeks later."""
    asked = calendar.attendees_visible_to(around.asking).filter(removed_at=None, invited_at__isnull=False)
    inviting = drills.visible_to(around.asking).filter(
        status__in=(DrillStatus.INVITING, DrillStatus.CONFIRMED),
        starts_at__gt=around.asking.now,
        appointment_id__in=Subquery(asked.values("appointment_id")),
    )
    drill = await inviting.order_by("-starts_at", "id").first()
    if drill is None:
        return None
    appointment = await calendar.Appointment.get(id=drill.appointment_id)
    day = open_day(drill.starts_at.astimezone(TOKYO).date(), 14)
    starts_at = drill.starts_at.astimezone(TOKYO).replace(year=day.year, month=day.month, day=day.day)
    return {
        "drill": encode("Drill", drill.id),
        "startsAt": _wire(starts_at),
        "endsAt": _wire(starts_at + (appointment.ends_at - appointment.starts_at)),
        "replyBy": (day - timedelta(days=7)).isoformat(),
    }


async def _silent(around: Around) -> Variables | None:
    """Who was asked last to a drill ahead, and has not answered."""
    dates = drills.visible_to(around.asking).filter(status=DrillStatus.INVITING, starts_at__gt=around.asking.now)
    asked = calendar.attendees_visible_to(around.asking).filter(partstat=PartStat.NEEDS_ACTION, removed_at=None)
    waiting = asked.filter(appointment_id__in=Subquery(dates.values("appointment_id")))
    others = waiting.exclude(person_id=around.partner.person_id)
    attendee = await others.order_by("-id").first() or await waiting.first()
    return {"attendee": encode("Attendee", attendee.id)} if attendee else None


async def _unanswered(around: Around) -> Variables | None:
    ahead = drills.visible_to(around.asking).filter(
        status__in=(DrillStatus.PLANNING, DrillStatus.INVITING, DrillStatus.CONFIRMED), starts_at__gt=around.asking.now
    )
    waiting = drills.participations_visible_to(around.asking).filter(reply=ParticipationReply.AWAITED)
    found = await ahead.filter(id__in=Subquery(waiting.values("drill_id"))).exists()
    return {"from": around.now} if found else None


async def _strange_mail(around: Around) -> Variables | None:
    """A mail that came to the unit, and waits."""
    waiting = incoming.visible_to(around.asking).filter(status=IncomingStatus.WAITING)
    return {} if await waiting.exists() else None


async def _answering_mail(around: Around) -> Variables | None:
    """One that holds the answer of somebody who is invited."""
    waiting = incoming.visible_to(around.asking).filter(status=IncomingStatus.WAITING, kind=IncomingKind.ANSWER)
    mail = await waiting.filter(attendee_id__isnull=False).order_by("received_at").first()
    return {"mail": encode("IncomingMail", mail.id)} if mail else None


async def _countering_mail(around: Around) -> Variables | None:
    """One in which somebody who is invited proposes another date."""
    waiting = incoming.visible_to(around.asking).filter(status=IncomingStatus.WAITING, kind=IncomingKind.PROPOSAL)
    mail = await waiting.filter(attendee_id__isnull=False).order_by("received_at").first()
    return {"mail": encode("IncomingMail", mail.id)} if mail else None


async def _counted(around: Around) -> Variables | None:
    """The newest lecture that was reported, with two people more than are written down."""
    given = lectures.visible_to(around.asking).filter(status=LectureStatus.REPORTED)
    lecture = await given.order_by("-starts_at").first()
    return await _two_more(around, lecture) if lecture else None


async def _two_more(around: Around, lecture: Lecture) -> Variables:
    heard = await lectures.head_counts_visible_to(around.asking).filter(lecture_id=lecture.id).order_by("id")
    counts = [{"audience": one.audience, "count": one.count} for one in heard]
    counts[0]["count"] = heard[0].count + 2
    reason = "欠席者の集計に誤りがあったため"
    return {"input": {"lectureId": encode("Lecture", lecture.id), "headCounts": counts, "reason": reason}}


async def _called(around: Around) -> Variables | None:
    """The played partner, or another body that is seen, on the telephone this minute; a first call of this day."""
    bodies = organizations.visible_to(around.asking).filter(retired_on=None)
    body = await bodies.filter(id=around.partner.organization_id).first() or await bodies.order_by("id").first()
    if body is None:
        return None
    contacts = organizations.contacts_visible_to(around.asking).filter(organization_id=body.id, until=None)
    contact = await contacts.order_by("id").first()
    them = {"contactId": encode("Contact", contact.id)} if contact else {"jobTitle": "担当者"}
    return {
        "input": {
            "kind": EncounterKind.CALL,
            "organizationId": encode("Organization", body.id),
            "theme": EncounterTheme.RELATIONSHIP,
            "startsAt": around.now,
            "minutes": 10,
            "outcome": "担当者の異動がないことを確かめた。",
            "members": [{"officerId": encode("Officer", around.asking.person_id), "isLead": True}, them],
            "nextStep": {"what": "訓練の案内を送る", "dueOn": open_day(around.asking.today, 14).isoformat()},
        }
    }


async def _visited(around: Around) -> Variables | None:
    due = await worklist.worklist(around.asking, kinds=[WorkKind.ENCOUNTER_DUE], first=1)
    return {"now": around.now} if due.total else None


async def _co_hosted(around: Around) -> Variables | None:
    """A seminar in five weeks with a body of the asking unit; where there is one that day, on the next."""
    today, unit_id = around.asking.today, around.asking.unit_id
    bodies = organizations.visible_to(around.asking).filter(retired_on=None)
    body = await bodies.filter(unit_id=unit_id).order_by("id").first() or await bodies.order_by("id").first()
    if body is None:
        return None
    own, day = outreach.visible_to(around.asking).filter(unit_id=unit_id), open_day(today, 35)
    while await own.filter(starts_at=at(day, "14:00")).exists():
        day = open_day(day, 1)
    return {
        "input": {
            "kind": OutreachKind.SEMINAR,
            "theme": OutreachTheme.SME_SUPPORT,
            "audience": OutreachAudience.SME,
            "title": "はじめてのサイバー対策セミナー",
            "startsAt": _wire(at(day, "14:00")),
            "endsAt": _wire(at(day, "16:00")),
            "place": "見本商工会館",
            "urgesReporting": True,
            "hosts": [{"organizationId": encode("Organization", body.id)}],
            "unitId": encode("Unit", unit_id),
        }
    }


async def _came_to(around: Around) -> Variables | None:
    """An event whose last day has passed, and which nobody has said more of."""
    over = await worklist.worklist(around.asking, kinds=[WorkKind.OUTREACH_OVER], first=1)
    if not over.works:
        return None
    return {
        "event": encode("OutreachEvent", over.works[0].row_id),
        "summary": "手口と備えを説明し、相談と通報の窓口を案内した。",
        "results": {"bodyCount": 18, "peopleCount": 27, "officerCount": 2},
        "materials": [{"name": "備えの手引き", "copies": 40}],
    }


async def _reported(around: Around) -> Variables | None:
    """Reports of others that wait to be checked."""
    waiting = await worklist.worklist(around.asking, kinds=[WorkKind.ENCOUNTER_TO_CHECK], first=20)
    reports = await encounters.visible_to(around.asking).filter(id__in=[work.row_id for work in waiting.works])
    own = await encounters.find_own(around.asking, reports)
    others = [one for one in reports if one.id not in own]
    told = [{"encounterId": encode("Encounter", one.id), "version": one.version} for one in others]
    return {"input": {"reports": told}} if told else None


async def _steps(around: Around) -> Variables | None:
    """What is to be done by tomorrow, or overdue."""
    before = around.asking.today + timedelta(days=1)
    due = encounters.steps_visible_to(around.asking).filter(next_due_on__lt=before)
    return {"before": before.isoformat()} if await due.exists() else None


async def _unmet(around: Around) -> Variables | None:
    since = around.asking.now - timedelta(days=182)
    partners = (OrganizationKind.COMPANY, OrganizationKind.FINANCIAL_INSTITUTION)
    bodies = organizations.visible_to(around.asking).filter(retired_on=None, kind__in=partners)
    met = encounters.visible_to(around.asking).filter(status__in=encounters.HELD, starts_at__gte=since)
    found = await bodies.exclude(id__in=Subquery(met.values("organization_id"))).exists()
    return {"since": since.isoformat()} if found else None


async def _screened(around: Around) -> Variables | None:
    """An adult who is being screened."""
    screening = volunteers.visible_to(around.asking).filter(status=VolunteerStatus.SCREENING, age_band=AgeBand.ADULT)
    volunteer = await screening.order_by("kana_order", "id").first()
    return {"volunteer": encode("Volunteer", volunteer.id)} if volunteer else None


async def _joined(around: Around) -> Variables | None:
    return {} if await activities.participations_visible_to(around.asking).exists() else None


async def _next_two_days(around: Around) -> Variables | None:
    """Where somebody is to be called about one of the next two days: the meeting of the examples, until its room was
    fetched."""
    if not await examples.meetings(around.asking).exists():
        return None
    return {"from": around.now, "before": (around.asking.now + timedelta(days=2)).isoformat()}


async def _without_secretary(around: Around) -> Variables | None:
    """The partner's contact, until somebody is known to answer for them."""
    theirs = people.visible_to(around.asking).filter(id=around.partner.person_id)
    if not (around.asking.is_liaison and await theirs.exists()):
        return None
    is_known = await answering.visible_to(around.asking).filter(person_id=around.partner.person_id).exists()
    return None if is_known else {"person": encode("Person", around.partner.person_id)}


async def _without_feed(around: Around) -> Variables | None:
    """Somebody with a mail address and no calendar: oneself, or for an officer a volunteer."""
    served = feeds.Subscription.filter(revoked_at=None, person_id__isnull=False)
    reached = people.visible_to(around.asking).exclude(mail_address="").filter(retired_on=None)
    waiting = reached.exclude(id__in=Subquery(served.values("person_id")))
    serving = volunteers.visible_to(around.asking).filter(status=VolunteerStatus.ACTIVE)
    wanted = Q(id=around.asking.person_id) | Q(id__in=Subquery(serving.values("person_id")))
    person = await waiting.filter(wanted, is_officer=False).order_by("kana_order", "id").first()
    return {"person": encode("Person", person.id)} if person else None


async def _notices(around: Around) -> Variables:
    """Three days before, and nothing in the evening and at night; and a mail each morning, for whoever it is for."""
    digest = {"wantsDigest": True} if around.asking.is_liaison else {}
    return {"input": {"remindDays": 3, "quietFrom": 20, "quietTo": 8, **digest}}


async def _ending(around: Around) -> Variables | None:
    before = around.asking.today + timedelta(days=91)
    running = agreements.visible_to(around.asking).filter(
        status__in=(AgreementStatus.IN_FORCE, AgreementStatus.RENEWING), lasts_until__lt=before
    )
    return {"before": before.isoformat()} if await running.exists() else None


async def _last_quarter(around: Around) -> Variables:
    return {"period": Period.quarter_of(around.asking.today).previous().code}


async def _issued(around: Around) -> Variables | None:
    return {} if await tokens.visible_to(around.asking).exists() else None


async def _waiting(around: Around) -> Variables | None:
    return {} if (await worklist.worklist(around.asking, first=1)).works else None


async def _councils(around: Around) -> Variables | None:
    is_any = await councils.visible_to(around.asking).exists()
    return {"on": around.asking.today.isoformat()} if is_any else None


async def _unminuted(around: Around) -> Variables | None:
    """The meeting that has waited longest for its minutes."""
    held = meetings.visible_to(around.asking).filter(status=MeetingStatus.HELD)
    meeting = await held.order_by("starts_at", "id").first()
    if meeting is None:
        return None
    return {"meeting": encode("CouncilMeeting", meeting.id), "minutes": "議題のとおり審議し、原案のとおり了承した。"}


async def _to_provide(around: Around) -> Variables | None:
    """What somebody else has written for a council that has members, and nobody has decided."""
    waiting = information.visible_to(around.asking).filter(status=InformationStatus.WRITTEN)
    told = await waiting.exclude(written_by_id=around.asking.person_id).order_by("id").first()
    return {"information": encode("CouncilInformation", told.id)} if told else None


async def _drifting(around: Around) -> Variables | None:
    return (
        {}
        if await worklist.relationships(around.asking, grades=(RelationshipGrade.DRIFTING, RelationshipGrade.WATCH))
        else None
    )


async def _promised(around: Around) -> Variables | None:
    return {} if await agreements.commitments_kept(around.asking) else None


async def _asking(around: Around) -> Variables | None:
    sent = campaigns.visible_to(around.asking).filter(status=CampaignStatus.SENT)
    return {} if await sent.exists() else None


async def _campaign(around: Around) -> Variables | None:
    """A draft of the asker's own units that can still be sent."""
    drafts = campaigns.visible_to(around.asking).filter(status=CampaignStatus.DRAFT, due_on__gte=around.asking.today)
    found = await drafts.order_by("created_at").first()
    return {"campaign": encode("Campaign", found.id), "version": found.version} if found else None


async def _proposed(around: Around) -> Variables | None:
    waiting = campaigns.proposals_visible_to(around.asking).filter(status=ProposalStatus.WAITING)
    found = await waiting.order_by("created_at").first()
    return {"proposal": encode("ContactProposal", found.id), "version": found.version} if found else None


FINDERS: Mapping[str, Find] = {
    "morning": _waiting,
    "drifting": _drifting,
    "station_next_30_days": _next_30_days,
    "find_organization": _organization,
    "request_lecture": _request,
    "accept_and_assign": _arriving,
    "confirm_lecture": _arranged,
    "lectures_ahead": _lectures_ahead,
    "plan_drill": _plan,
    "open_drill_planning": _draft,
    "invite_to_drill": _invitation,
    "drills_ahead": _drills_ahead,
    "drill_reception": _received,
    "papers": _papers,
    "release_document": _paper_in_preparation,
    "postpone_drill": _postponable,
    "note_phone_answer": _silent,
    "not_answered_yet": _unanswered,
    "call_list": _next_two_days,
    "allow_answer_address": _without_secretary,
    "mails_waiting": _strange_mail,
    "accept_mail": _answering_mail,
    "decline_counter": _countering_mail,
    "correct_head_counts": _counted,
    "note_call": _called,
    "visits_to_report": _visited,
    "councils": _councils,
    "minute_meeting": _unminuted,
    "provide_information": _to_provide,
    "check_reports": _reported,
    "next_steps": _steps,
    "not_met_lately": _unmet,
    "send_campaign": _campaign,
    "contacts_to_call": _asking,
    "accept_contact_proposal": _proposed,
    "plan_outreach": _co_hosted,
    "report_outreach": _came_to,
    "draft_notice": noticing.draft,
    "notice_addressees": noticing.prepared,
    "send_notice": noticing.to_send,
    "notices_valid": noticing.told,
    "notice_phone_list": noticing.called_about,
    "note_notice_call": noticing.to_call,
    "appoint_volunteer": _screened,
    "activities_joined": _joined,
    "plan_signing": ceremonies.plan,
    "invite_to_signing": ceremonies.invite,
    "agreements_ending": _ending,
    "commitments_kept": _promised,
    "send_feed_address": _without_feed,
    "choose_notices": _notices,
    "quarter_statistics": _last_quarter,
    "tokens_issued": _issued,
}
