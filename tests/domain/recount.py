"""The quarter counted again by plain loops over the rows, sharing nothing with the SQL but the names of the tallies."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from domain import outreach
from domain.activities import Activity, ActivityParticipation, ActivityStatus, ParticipationStatus
from domain.agreements import (
    Agreement,
    AgreementAmendment,
    AgreementCommitment,
    AgreementExtension,
    AgreementFulfilment,
    AgreementParty,
    AgreementStatus,
    AmendmentStatus,
    CountedFrom,
    ExtensionKind,
    ResearchOutput,
    Side,
)
from domain.calendar import Appointment, Attendee
from domain.campaigns import Campaign, CampaignContact, CampaignReply, CampaignStatus
from domain.councils import VOTING, Council, CouncilMembership
from domain.drills import (
    Drill,
    DrillStatus,
    Improvement,
    ImprovementStatus,
    Participation,
    ParticipationRole,
)
from domain.encounters import Encounter, EncounterKind, EncounterStatus
from domain.information import CouncilInformation, InformationStatus
from domain.japanese import Period, months_later
from domain.lectures import LECTURING, HeadCount, Lecture, LectureStatus
from domain.meetings import HELD as MET_AT
from domain.meetings import CouncilAttendance, CouncilMeeting
from domain.notices import Notice, NoticeRecipient
from domain.organizations import Contact, InPlace, Organization, OrganizationKind, industry_of
from domain.outreach import OutreachEvent, OutreachHost, OutreachHostRole, OutreachMaterial
from domain.units import Unit, UnitKind
from domain.volunteers import Commission, VolunteerGroup
from domain.wifi import WifiAdvice, WifiSpot, WifiSurvey
from tests.domain import recount_partners
from tests.domain.recount_rows import Item, day_of, end_of, standing

SORTED = [f"{what}_BY_{sort}" for what in ("PARTIES", "AGREEMENTS") for sort in ("BUSINESS", "INDUSTRY", "SIZE")]
ANSWERED = (CampaignReply.CONFIRMED, CampaignReply.CHANGED)


async def recounted(period: Period, last: date) -> dict[str, list[Item]]:
    """What each tally counts in the period, which is counted up to `last`."""
    first = period.starts_on
    counters = (_agreements, _changes_of_agreements, _promises, _volunteers, _activities, _lectures, _drills, _wifi)
    partners = (_parties, _encounters, _bodies, _contacts, _outreach, _improvements, _notices, _campaigns)
    more = (*partners, _councils, _meetings, _information, recount_partners.relationships, recount_partners.prepared)
    counted = [await count(first, last) for count in (*counters, *more)]
    return {key: items for found in counted for key, items in found.items()}


async def _agreements(first: date, last: date) -> dict[str, list[Item]]:
    names = ("IN_FORCE", "NEW", "RENEWED", "ENDED", "EXPIRED")
    found: dict[str, list[Item]] = {f"AGREEMENTS_{name}": [] for name in names}
    for agreement in await Agreement.all():
        begins, ends = agreement.effective_on, end_of(agreement)
        if begins is None or ends < begins:
            continue
        item = (agreement.unit_id, agreement.kind.value, agreement.id)
        if first <= begins <= last and ends >= first:
            found["AGREEMENTS_RENEWED" if agreement.renews_id else "AGREEMENTS_NEW"].append(item)
        is_over = agreement.ended_on is not None and agreement.status is not AgreementStatus.RENEWED
        if is_over and first <= ends <= last and begins <= last:
            found["AGREEMENTS_ENDED"].append(item)
            found["AGREEMENTS_EXPIRED"] += [item] * (agreement.status is AgreementStatus.EXPIRED)
        if begins <= last <= ends:
            found["AGREEMENTS_IN_FORCE"].append(item)
    return found


async def _parties(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body for body in await Organization.all()}
    names = ("PARTIES", "PARTIES_UNIQUE", "SMALL_PARTIES_UNIQUE", *SORTED)
    found: dict[str, list[Item]] = {name: [] for name in names}
    for agreement in await Agreement.filter(effective_on__lte=last):
        for body in [bodies[party.organization_id] for party in await standing(agreement, last)]:
            for name in ["PARTIES", "PARTIES_UNIQUE"] + ["SMALL_PARTIES_UNIQUE"] * body.is_small:
                found[name].append((agreement.unit_id, agreement.kind.value, body.identity))
            sorts = {"BUSINESS": body.kind, "SIZE": body.size, "INDUSTRY": industry_of(body.kind, body.industry)}
            for name, kind in sorts.items():
                if kind is not None:
                    found[f"PARTIES_BY_{name}"].append((agreement.unit_id, kind.value, body.identity))
                    found[f"AGREEMENTS_BY_{name}"].append((agreement.unit_id, kind.value, agreement.id))
    return found


async def _changes_of_agreements(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {f"AGREEMENTS_{name}": [] for name in ("EXTENDED", "GONE_ON", "AMENDED")}
    for agreement in await Agreement.filter(effective_on__lte=last):
        if end_of(agreement) >= max(first, agreement.effective_on or first):
            for name in await _what_changed(agreement, first, last):
                found[name].append((agreement.unit_id, agreement.kind.value, agreement.id))
    return found


async def _what_changed(agreement: Agreement, first: date, last: date) -> set[str]:
    """An agreement counts once, however often it was extended or amended in the period."""
    names = {ExtensionKind.EXTENSION: "AGREEMENTS_EXTENDED", ExtensionKind.AUTOMATIC: "AGREEMENTS_GONE_ON"}
    steps = await AgreementExtension.filter(agreement_id=agreement.id)
    changes = await AgreementAmendment.filter(agreement_id=agreement.id, status=AmendmentStatus.AGREED)
    return {names[step.kind] for step in steps if first <= step.decided_on <= last} | {
        "AGREEMENTS_AMENDED" for change in changes if first <= change.effective_on <= last
    }


async def _promises(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {"COMMITMENTS": [], "COMMITMENTS_KEPT": []}
    found |= {"COMMITMENTS_FULFILLED": [], "COMMITMENT_FULFILMENT": []}
    april = date(last.year - (last.month < 4), 4, 1)
    outputs = await ResearchOutput.filter(removed_at=None, produced_on__gte=first, produced_on__lte=last)
    found["RESEARCH_OUTPUTS"] = [(one.unit_id, one.kind.value, one.id) for one in outputs]
    for promise in await AgreementCommitment.all():
        agreement = await Agreement.get(id=promise.agreement_id)
        item = (agreement.unit_id, promise.item.value, promise.id)
        ends = min((promise.ended_on or date.max) - timedelta(days=1), end_of(agreement))
        deeds = await _deeds(promise)
        if promise.since <= last <= ends:
            done = [day for day in deeds if max(april, promise.since) <= day <= last]
            is_kept = len(done) >= promise.times_per_year
            found["COMMITMENTS"].append(item)
            found["COMMITMENTS_FULFILLED"] += [item] * is_kept
            found["COMMITMENT_FULFILMENT"].append((*item[:2], is_kept))
        for day in deeds:
            found["COMMITMENTS_KEPT"] += [item] * (max(first, promise.since) <= day <= min(last, ends))
    return found


async def _deeds(promise: AgreementCommitment) -> list[date]:
    """The days of what its bodies took part in while they were parties, or of what was entered."""
    if promise.counted_from is CountedFrom.ENTRIES:
        entered = await AgreementFulfilment.filter(commitment_id=promise.id, removed_at=None)
        return [one.done_on for one in entered]
    parties = await AgreementParty.filter(agreement_id=promise.agreement_id, side=Side.PARTNER)

    def is_party(body: UUID, day: date) -> bool:
        own = [one for one in parties if one.organization_id == body and one.acceded_on]
        return any(one.acceded_on <= day < (one.withdrawn_on or date.max) for one in own)  # type: ignore[operator]

    if promise.counted_from is CountedFrom.LECTURES:
        given = await Lecture.filter(status__in=(LectureStatus.DELIVERED, LectureStatus.REPORTED))
        return [day_of(one.starts_at) for one in given if is_party(one.school_id, day_of(one.starts_at))]
    if promise.counted_from is CountedFrom.ENCOUNTERS:
        met = await Encounter.filter(status__in=(EncounterStatus.REPORTED, EncounterStatus.CHECKED))
        return [day_of(one.starts_at) for one in met if is_party(one.organization_id, day_of(one.starts_at))]
    if promise.counted_from is CountedFrom.OUTREACH:
        held = await OutreachEvent.filter(status__in=outreach.HELD).order_by("id")
        hosts = await OutreachHost.filter(removed_at=None).exclude(role=OutreachHostRole.SUPPORTER)
        days = {one.id: day_of(one.starts_at) for one in held}
        told = {
            one.event_id for one in hosts if one.event_id in days and is_party(one.organization_id, days[one.event_id])
        }
        return [days[id] for id in told]
    over = (DrillStatus.FINISHED, DrillStatus.EVALUATING, DrillStatus.IN_REVIEW, DrillStatus.CLOSED)
    drills = {drill.id: day_of(drill.starts_at) for drill in await Drill.filter(status__in=over)}
    parts = await Participation.filter(attended_count__gt=0).exclude(role=ParticipationRole.OBSERVER)
    came = {
        part.drill_id
        for part in parts
        if part.drill_id in drills and is_party(part.organization_id, drills[part.drill_id])
    }
    return [drills[id] for id in came]


async def _volunteers(first: date, last: date) -> dict[str, list[Item]]:
    groups = [
        group for group in await VolunteerGroup.all() if group.founded_on <= last < (group.retired_on or date.max)
    ]
    found: dict[str, list[Item]] = {f"VOLUNTEERS{name}": [] for name in ("", "_NEW", "_AGAIN", "_LEFT")}
    found["VOLUNTEER_GROUPS"] = [(group.unit_id, group.base.value, group.id) for group in groups]
    for term in await Commission.all():
        ends, left = term.term_to, term.ended_on or date.max
        item = (term.unit_id, term.kind.value, term.person_id)
        if left == term.term_from:
            continue
        if term.term_from <= last <= ends and last < left:
            found["VOLUNTEERS"].append(item)
        if first <= term.term_from <= last:
            found["VOLUNTEERS_AGAIN" if term.reappointed else "VOLUNTEERS_NEW"].append(item)
        if first <= left <= last and ends >= first:
            found["VOLUNTEERS_LEFT"].append(item)
    return found


COUNTS = {
    "ACTIVITY_AUDIENCE": "audience_count",
    "ACTIVITY_COPIES": "copies_count",
    "PATROL_REPORTED": "reported_count",
    "PATROL_FORWARDED": "forwarded_count",
    "PATROL_REMOVED": "removed_count",
}


async def _activities(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {key: [] for key in COUNTS} | {"ACTIVITIES": []}
    found |= {f"ACTIVITY_{name}": [] for name in ("PEOPLE", "PEOPLE_UNIQUE", "HOURS", "HOURS_APPROVED")}
    for activity in await Activity.filter(status=ActivityStatus.HELD):
        when = await Appointment.get(id=activity.appointment_id)
        if not first <= day_of(when.starts_at) <= last:
            continue
        unit_id, kind = activity.unit_id, activity.kind.value
        found["ACTIVITIES"].append((unit_id, kind, activity.id))
        for key, name in COUNTS.items():
            found[key].append((unit_id, kind, getattr(activity, name) or 0))
        came = ActivityParticipation.filter(activity_id=activity.id, status=ParticipationStatus.ATTENDED)
        for part in await came:
            approved, reported = part.minutes_approved, part.minutes_reported or 0
            found["ACTIVITY_PEOPLE"].append((unit_id, kind, part.id))
            found["ACTIVITY_PEOPLE_UNIQUE"].append((unit_id, kind, part.person_id))
            found["ACTIVITY_HOURS"].append((unit_id, kind, reported if approved is None else approved))
            found["ACTIVITY_HOURS_APPROVED"].append((unit_id, kind, approved or 0))
    return found


async def _lectures(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body for body in await Organization.all()}
    terms = await Commission.all()
    schools = (OrganizationKind.SCHOOL, OrganizationKind.UNIVERSITY, OrganizationKind.TECHNICAL_COLLEGE)
    found: dict[str, list[Item]] = {f"LECTURE_{name}": [] for name in ("SCHOOLS", "PEOPLE", "HOURS")}
    found |= {name: [] for name in ("LECTURES", "LECTURES_WITH_VOLUNTEERS", "AUDIENCE_LECTURES", "AUDIENCE_PEOPLE")}
    for lecture in await Lecture.filter(status__in=(LectureStatus.DELIVERED, LectureStatus.REPORTED)):
        when = await Appointment.get(id=lecture.appointment_id)
        if not first <= day_of(when.starts_at) <= last:
            continue
        unit_id, kind, host = lecture.unit_id, lecture.kind.value, bodies[lecture.school_id]
        found["LECTURES"].append((unit_id, kind, lecture.id))
        found["LECTURE_HOURS"].append((unit_id, kind, lecture.duration_minutes))
        if host.kind in schools:
            found["LECTURE_SCHOOLS"].append((unit_id, kind, host.identity))
        for heard in await HeadCount.filter(lecture_id=lecture.id):
            found["LECTURE_PEOPLE"].append((unit_id, kind, heard.count))
            if heard.count:
                found["AUDIENCE_LECTURES"].append((unit_id, heard.audience.value, lecture.id))
                found["AUDIENCE_PEOPLE"].append((unit_id, heard.audience.value, heard.count))
        came = await Attendee.filter(appointment_id=when.id, attended=True, role__in=LECTURING)
        if any(_served(terms, one.person_id, day_of(when.starts_at)) for one in came):
            found["LECTURES_WITH_VOLUNTEERS"].append((unit_id, kind, lecture.id))
    return found


def _served(terms: list[Commission], person_id: UUID, day: date) -> bool:
    own = [term for term in terms if term.person_id == person_id]
    return any(term.term_from <= day <= term.term_to and day < (term.ended_on or date.max) for term in own)


async def _drills(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body for body in await Organization.all()}
    found: dict[str, list[Item]] = {f"DRILL_{name}": [] for name in ("OFFICERS", "BODIES", "BODIES_UNIQUE", "PEOPLE")}
    found["DRILLS"] = []
    over = (DrillStatus.FINISHED, DrillStatus.EVALUATING, DrillStatus.IN_REVIEW, DrillStatus.CLOSED)
    for drill in [drill for drill in await Drill.all() if drill.status in over]:
        when = await Appointment.get(id=drill.appointment_id)
        if not first <= day_of(when.starts_at) <= last:
            continue
        unit_id, kind = drill.unit_id, drill.threat.value
        found["DRILLS"].append((unit_id, kind, drill.id))
        found["DRILL_OFFICERS"].append((unit_id, kind, drill.police_count or 0))
        for part in await Participation.filter(drill_id=drill.id).exclude(role=ParticipationRole.OBSERVER):
            if part.attended_count:
                found["DRILL_PEOPLE"].append((unit_id, kind, part.attended_count))
                for name in ("DRILL_BODIES", "DRILL_BODIES_UNIQUE"):
                    found[name].append((unit_id, kind, bodies[part.organization_id].identity))
    return found


async def _improvements(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {f"IMPROVEMENTS_{name}": [] for name in ("NEW", "VERIFIED", "OPEN")}
    for left in await Improvement.all().prefetch_related("drill"):
        item = (left.unit_id, left.drill.threat.value, left.id)
        if first <= left.raised_on <= last:
            found["IMPROVEMENTS_NEW"].append(item)
        if left.raised_on > last:
            continue
        if left.settled_on is None or left.settled_on > last:
            found["IMPROVEMENTS_OPEN"].append(item)
        elif first <= left.settled_on and left.status in (ImprovementStatus.VERIFIED, ImprovementStatus.CLOSED):
            found["IMPROVEMENTS_VERIFIED"].append(item)
    return found


async def _wifi(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {f"WIFI_{name}": [] for name in ("SPOTS", "SURVEYED", "WANTING", "IMPROVED")}
    found |= {f"WIFI_{name}": [] for name in ("IMPROVEMENT", "SURVEYS", "ADVICES")}
    for spot in await WifiSpot.all():
        kind = spot.facility.value
        surveys = sorted(await WifiSurvey.filter(spot_id=spot.id), key=lambda one: (one.surveyed_on, one.id))
        for survey in surveys:
            if first <= survey.surveyed_on <= last:
                found["WIFI_SURVEYS"].append((survey.unit_id, kind, survey.id))
        for advice in await WifiAdvice.filter(spot_id=spot.id):
            if first <= advice.advised_on <= last:
                found["WIFI_ADVICES"].append((advice.unit_id, kind, advice.id))
        if not spot.found_on <= last < (spot.retired_on or date.max):
            continue
        known = [survey.is_fine for survey in surveys if survey.surveyed_on <= last]
        was_wanting, item = not all(known), (spot.unit_id, kind, spot.id)
        found["WIFI_SPOTS"].append(item)
        found["WIFI_SURVEYED"] += [item] * bool(known)
        found["WIFI_WANTING"] += [item] * bool(known and not known[-1])
        found["WIFI_IMPROVED"] += [item] * bool(was_wanting and known[-1])
        if was_wanting:
            found["WIFI_IMPROVEMENT"].append((spot.unit_id, kind, known[-1]))
    return found


async def _councils(_: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body.identity for body in await Organization.all()}
    found: dict[str, list[Item]] = {name: [] for name in ("COUNCILS", "COUNCIL_MEMBERS", "COUNCIL_MEMBERS_UNIQUE")}
    for council in await Council.all():
        if council.founded_on <= last < (council.dissolved_on or date.max):
            found["COUNCILS"].append((council.unit_id, council.kind.value, council.id))
        for member in await CouncilMembership.filter(council_id=council.id, removed_at=None):
            who = bodies[member.organization_id] if member.organization_id else member.police_unit_id
            if member.role in VOTING and member.term_from <= last <= (member.term_to or date.max):
                for name in ("COUNCIL_MEMBERS", "COUNCIL_MEMBERS_UNIQUE"):
                    found[name].append((member.unit_id, council.kind.value, who))
    return found


async def _meetings(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body.identity for body in await Organization.all()}
    names = ("COUNCIL_MEETINGS", "MEETING_BODIES", "MEETING_BODIES_UNIQUE")
    found: dict[str, list[Item]] = {name: [] for name in names}
    for meeting in await CouncilMeeting.filter(status__in=MET_AT):
        if not first <= day_of(meeting.starts_at) <= last:
            continue
        unit_id, kind = meeting.unit_id, (await Council.get(id=meeting.council_id)).kind.value
        found["COUNCIL_MEETINGS"].append((unit_id, kind, meeting.id))
        came = CouncilAttendance.filter(meeting_id=meeting.id, removed_at=None, proxy_holder_id=None)
        members = [await CouncilMembership.get(id=one.membership_id) for one in await came]
        for body in {bodies[one.organization_id] for one in members if one.organization_id}:
            for name in names[1:]:
                found[name].append((unit_id, kind, body))
    return found


async def _information(first: date, last: date) -> dict[str, list[Item]]:
    names = ("INFORMATION_PROVIDED", "INFORMATION_KEPT_BACK", "INFORMATION_RECIPIENTS")
    found: dict[str, list[Item]] = {name: [] for name in names}
    for told in await CouncilInformation.filter(decided_at__isnull=False):
        status, count = told.status, told.recipient_count or 0
        if told.decided_at is None or not first <= day_of(told.decided_at) <= last:
            continue
        kind = (await Council.get(id=told.council_id)).kind.value
        if status in (InformationStatus.PROVIDED, InformationStatus.NOT_PROVIDED):
            found["INFORMATION_RECIPIENTS"].append((told.unit_id, kind, count))
            name = names[0] if status is InformationStatus.PROVIDED else names[1]
            found[name].append((told.unit_id, kind, told.id))
    return found


async def _bodies(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {f"CI_BODIES{name}": [] for name in ("", "_WITH_BCP", "_WITH_CONTACT_SYSTEM")}
    for body in await Organization.all():
        if body.ci_sector is None or day_of(body.created_at) > last or (body.retired_on or date.max) <= last:
            continue
        item = (body.unit_id, body.ci_sector.value, body.identity)
        found["CI_BODIES"].append(item)
        if body.bcp is InPlace.YES:
            found["CI_BODIES_WITH_BCP"].append(item)
        if body.contact_system is InPlace.YES:
            found["CI_BODIES_WITH_CONTACT_SYSTEM"].append(item)
    return found


async def _contacts(first: date, last: date) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {"CONTACTS": [], "CONTACTS_FRESH": [], "CONTACT_FRESHNESS": []}
    for contact in await Contact.all():
        if not contact.since <= last < (contact.until or date.max):
            continue
        item = (contact.unit_id, contact.role.value, contact.id)
        found["CONTACTS"].append(item)
        is_fresh = contact.verified_on is not None and contact.verified_on > months_later(last, -12)
        found["CONTACTS_FRESH"] += [item] * is_fresh
        found["CONTACT_FRESHNESS"].append((*item[:2], is_fresh))
    return found


async def _campaigns(first: date, last: date) -> dict[str, list[Item]]:
    """Who was asked counts where their body is kept, and besides for each council of which it was a member then."""
    keys = [f"{by}CONTACT{what}" for by in ("", "COUNCIL_", "SECTOR_") for what in ("S_ASKED", "S_REACHED", "_REACH")]
    found: dict[str, list[Item]] = {key: [] for key in keys}
    closed = {one.id: one for one in await Campaign.filter(status=CampaignStatus.CLOSED)}
    bodies, councils = {one.id: one for one in await Organization.all()}, {one.id: one for one in await Council.all()}
    terms = await CouncilMembership.filter(removed_at=None)
    for asked in await CampaignContact.all():
        campaign = closed.get(asked.campaign_id)
        if campaign is None or not first <= (campaign.ended_on or date.max) <= last:
            continue
        _note_reach(found, "", (asked.unit_id, asked.role.value), asked)
        if (sector := bodies[asked.organization_id].ci_sector) is not None:
            _note_reach(found, "SECTOR_", (asked.unit_id, sector.value), asked)
        own = [term for term in terms if term.organization_id == asked.organization_id]
        for id in _councils_of(own, campaign):
            _note_reach(found, "COUNCIL_", (councils[id].unit_id, councils[id].kind.value), asked)
    return found


def _note_reach(found: dict[str, list[Item]], by: str, place: tuple[UUID, str], asked: CampaignContact) -> None:
    is_reached = asked.reply in ANSWERED
    found[f"{by}CONTACTS_ASKED"].append((*place, asked.id))
    found[f"{by}CONTACTS_REACHED"] += [(*place, asked.id)] * is_reached
    found[f"{by}CONTACT_REACH"].append((*place, is_reached))


def _councils_of(terms: list[CouncilMembership], campaign: Campaign) -> set[UUID]:
    sent_on = day_of(campaign.sent_at) if campaign.sent_at else date.min
    return {one.council_id for one in terms if one.term_from <= sent_on <= (one.term_to or date.max)}


async def _encounters(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body.identity for body in await Organization.all()}
    names = ("ENCOUNTERS", "ENCOUNTER_BODIES", "THEME_ENCOUNTERS", "THEME_BODIES", "GUIDANCE", "GUIDED_BODIES")
    found: dict[str, list[Item]] = {name: [] for name in names}
    for met in await Encounter.all():
        if met.status not in (EncounterStatus.REPORTED, EncounterStatus.CHECKED):
            continue
        if not first <= day_of(met.starts_at) <= last:
            continue
        body = bodies[met.organization_id]
        found["ENCOUNTERS"].append((met.unit_id, met.kind.value, met.id))
        found["ENCOUNTER_BODIES"].append((met.unit_id, met.kind.value, body))
        found["THEME_ENCOUNTERS"].append((met.unit_id, met.theme.value, met.id))
        found["THEME_BODIES"].append((met.unit_id, met.theme.value, body))
        if met.kind is EncounterKind.GUIDANCE and met.business is not None:
            found["GUIDANCE"].append((met.unit_id, met.business.value, met.id))
            found["GUIDED_BODIES"].append((met.unit_id, met.business.value, body))
    return found


TOLD = {"OUTREACH_BODIES": "body_count", "OUTREACH_VISITORS": "visitor_count", "OUTREACH_MEDIA": "media_count"}
"""What an event says of itself, by the figure that it goes into."""


async def _outreach(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body.identity for body in await Organization.all()}
    names = ("OUTREACH", "OUTREACH_URGING", "OUTREACH_COPIES", "THEME_OUTREACH", "AUDIENCE_OUTREACH", *TOLD)
    people = ("OUTREACH_PEOPLE", "THEME_OUTREACH_PEOPLE", "AUDIENCE_OUTREACH_PEOPLE")
    found: dict[str, list[Item]] = {name: [] for name in (*names, *people, "OUTREACH_HOSTS", "OUTREACH_HOSTS_UNIQUE")}
    for event in await OutreachEvent.all():
        if event.status not in outreach.HELD or not first <= day_of(event.starts_at) <= last:
            continue
        kinds = {"OUTREACH": event.kind.value, "THEME_OUTREACH": event.theme, "AUDIENCE_OUTREACH": event.audience}
        for key, kind in kinds.items():
            found[key].append((event.unit_id, kind, event.id))
            found[f"{key}_PEOPLE"].append((event.unit_id, kind, event.people_count or 0))
        for key, column in TOLD.items():
            found[key].append((event.unit_id, event.kind, getattr(event, column) or 0))
        if event.urges_reporting:
            found["OUTREACH_URGING"].append((event.unit_id, event.kind, event.id))
        for given in await OutreachMaterial.filter(event_id=event.id, removed_at=None):
            found["OUTREACH_COPIES"].append((event.unit_id, event.kind, given.copies))
        for host in await OutreachHost.filter(event_id=event.id, removed_at=None):
            found["OUTREACH_HOSTS"].append((event.unit_id, host.role, host.id))
            found["OUTREACH_HOSTS_UNIQUE"].append((event.unit_id, host.role, bodies[host.organization_id]))
    return found


async def _notices(first: date, last: date) -> dict[str, list[Item]]:
    bodies = {body.id: body.identity for body in await Organization.all()}
    of_bodies = ("NOTICE_RECIPIENTS", "NOTICE_BODIES", "NOTICES_KNOWN", "NOTICES_PHONED")
    names = ("NOTICES", "THEME_NOTICES", "THEME_NOTICE_BODIES", *of_bodies)
    found: dict[str, list[Item]] = {name: [] for name in names}
    for notice in await Notice.filter(is_withdrawal=False, sent_at__isnull=False):
        if notice.sent_at is None or not first <= day_of(notice.sent_at) <= last:
            continue
        recipients = await NoticeRecipient.filter(notice_id=notice.id)
        place, theme = (notice.unit_id, notice.severity.value), (notice.unit_id, notice.theme.value)
        found["NOTICES"].append((*place, notice.id))
        found["THEME_NOTICES"].append((*theme, notice.id))
        found["THEME_NOTICE_BODIES"].append((*theme, len(recipients)))
        for told in recipients:
            found["NOTICE_RECIPIENTS"].append((*place, told.id))
            found["NOTICE_BODIES"].append((*place, bodies[told.organization_id]))
            is_phoned = told.phoned_at is not None and day_of(told.phoned_at) <= last
            found["NOTICES_PHONED"] += [(*place, told.id)] * is_phoned
            if notice.acknowledge_by is not None:
                is_known = told.acknowledged_at is not None and day_of(told.acknowledged_at) <= last
                found["NOTICES_KNOWN"].append((*place, is_known))
    return found


Reduce = Callable[[list[Any]], int | Decimal]


def hours(minutes: list[int]) -> Decimal:
    return Decimal(Decimal(sum(minutes)) / Decimal(60)).quantize(Decimal("0.1"), ROUND_HALF_UP)


REACHED = ("OUTREACH_PEOPLE", "THEME_OUTREACH_PEOPLE", "AUDIENCE_OUTREACH_PEOPLE", "OUTREACH_COPIES", *TOLD)
SUMS = (
    "INFORMATION_RECIPIENTS",
    "THEME_NOTICE_BODIES",
    "LECTURE_PEOPLE",
    "AUDIENCE_PEOPLE",
    "DRILL_OFFICERS",
    "DRILL_PEOPLE",
    *COUNTS,
    *REACHED,
)
PEOPLE = ("VOLUNTEERS", "VOLUNTEERS_NEW", "VOLUNTEERS_AGAIN", "VOLUNTEERS_LEFT", "ACTIVITY_PEOPLE_UNIQUE")
MET = ("ENCOUNTER_BODIES", "THEME_BODIES", "GUIDED_BODIES", "NOTICE_BODIES")
CRITICAL = ("CI_BODIES", "CI_BODIES_WITH_BCP", "CI_BODIES_WITH_CONTACT_SYSTEM")
UNIQUE = (
    "COUNCIL_MEMBERS_UNIQUE",
    "OUTREACH_HOSTS_UNIQUE",
    "MEETING_BODIES_UNIQUE",
    "PARTIES_UNIQUE",
    "SMALL_PARTIES_UNIQUE",
    *SORTED,
    *("PARTNERS", "PARTNERS_WITH_BCP", "PARTNERS_WITH_CONTACT_SYSTEM", "PARTNERS_DRILLED"),
    "LECTURE_SCHOOLS",
    "DRILL_BODIES_UNIQUE",
    *PEOPLE,
    *MET,
    *CRITICAL,
    "RELATIONSHIPS",
)
REACH = ("CONTACT_REACH", "COUNCIL_CONTACT_REACH", "SECTOR_CONTACT_REACH")
SHARES = ("WIFI_IMPROVEMENT", "CONTACT_FRESHNESS", "COMMITMENT_FULFILMENT", "NOTICES_KNOWN", *REACH)
PATROL = ("PATROL_REPORTED", "PATROL_FORWARDED", "PATROL_REMOVED")
ADVISERS = ("TECHNICAL_ADVISOR", "SECURITY_ADVISOR")


def applies(key: str, kind: str, is_station: bool) -> bool:
    """Whether there could be anything to count."""
    if key.startswith("VOLUNTEERS"):
        return not (is_station and kind in ADVISERS)
    if not kind or key not in COUNTS:
        return True
    return (key in PATROL) == (kind == "PURIFICATION")


def number(key: str, items: Iterable[Item]) -> int | Decimal:
    """The figure that the items make."""
    what: list[Any] = [item for _, _, item in items]
    if key in SHARES:
        return (Decimal(1000 * sum(what)) / Decimal(len(what))).quantize(Decimal(1), ROUND_HALF_UP) / 10
    if "_HOURS" in key:
        return hours(what)
    if key in SUMS:
        return sum(what)
    return len(set(what)) if key in UNIQUE else len(what)


def figure(key: str, kind: str, items: list[Item], *, is_station: bool = False) -> int | Decimal | None:
    """What stands in the table: the number, or nothing where there could be nothing to count."""
    if key in SHARES and not items:
        return None
    counted = number(key, items)
    return counted if counted or applies(key, kind, is_station) else None


async def rows_of() -> dict[UUID, UUID]:
    """For each unit the one under which it is counted: its station, or else the headquarters of its prefecture."""
    known = {unit.id: unit for unit in await Unit.all()}
    tops = {
        unit.prefecture_id: unit
        for unit in sorted(known.values(), key=lambda unit: unit.code, reverse=True)
        if unit.kind is UnitKind.HEADQUARTERS and known[unit.parent_id].kind is UnitKind.PREFECTURE  # type: ignore[index]
    }
    places: dict[UUID, UUID] = {}
    for unit in known.values():
        at: Unit | None = unit
        while at is not None and at.kind is not UnitKind.STATION:
            at = known[at.parent_id] if at.parent_id else None
        if unit.kind is not UnitKind.NATIONAL:
            places[unit.id] = (at or tops[unit.prefecture_id]).id
    return places
