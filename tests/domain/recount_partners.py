"""The figures of partners counted again by plain loops: how each stood with us on a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from domain import meetings, outreach
from domain.agreements import STANDING, Agreement, AgreementParty
from domain.councils import CouncilMembership
from domain.drills import Drill, DrillStatus, Improvement, Participation, ParticipationRole
from domain.encounters import Encounter, EncounterStatus
from domain.japanese import months_later
from domain.meetings import CouncilAttendance, CouncilMeeting
from domain.notices import Notice, NoticeRecipient, NoticeStatus
from domain.organizations import Contact, InPlace, Organization, industry_of
from domain.outreach import OutreachEvent, OutreachHost, OutreachHostRole
from tests.domain.recount_rows import Item, day_of, end_of, standing

OVER = (DrillStatus.FINISHED, DrillStatus.EVALUATING, DrillStatus.IN_REVIEW, DrillStatus.CLOSED)
SILENT, WITHOUT_DRILL, UNVERIFIED, ENDING = (timedelta(days=days) for days in (180, 730, 365, 90))
Days = dict[UUID, list[date]]
"""Days by body."""


async def relationships(_: date, last: date) -> dict[str, list[Item]]:
    parties = [(one, party) for one in await Agreement.all() for party in await standing(one, last)]
    ends = await _ends(parties)
    known, met, drilled, overdue = await _known(last), await _met(last), await _drilled(last), await _overdue(last)
    items: list[Item] = []
    for body in await Organization.filter(retired_on=None):
        since = min((p.acceded_on for _, p in parties if p.organization_id == body.id and p.acceded_on), default=None)
        if since is None:
            continue
        grade = "GOOD"
        drill, verified = max(drilled.get(body.id, [since])), max(known.get(body.id, [since]))
        is_ending = any(day - last <= ENDING for day in ends.get(body.id, []))
        if last - drill > WITHOUT_DRILL or last - verified > UNVERIFIED or is_ending or body.id in overdue:
            grade = "WATCH"
        if body.id not in known or last - max(met.get(body.id, [since])) > SILENT:
            grade = "DRIFTING"
        items.append((body.unit_id, grade, body.id))
    return {"RELATIONSHIPS": items}


async def prepared(_: date, last: date) -> dict[str, list[Item]]:
    """What partners have ready, by industry."""
    names = ("", "_WITH_BCP", "_WITH_CONTACT_SYSTEM", "_DRILLED")
    found: dict[str, list[Item]] = {f"PARTNERS{name}": [] for name in names}
    partners = {party.organization_id for one in await Agreement.all() for party in await standing(one, last)}
    drilled = await _drilled(last)
    for body in await Organization.filter(id__in=partners):
        if (body.retired_on or date.max) <= last:
            continue
        item = (body.unit_id, industry_of(body.kind, body.industry).value, body.identity)
        has_drilled = max(drilled.get(body.id, [date.min])) > months_later(last, -12)
        told = (True, body.bcp is InPlace.YES, body.contact_system is InPlace.YES, has_drilled)
        for name, is_so in zip(names, told, strict=True):
            found[f"PARTNERS{name}"] += [item] * is_so
    return found


def _by_body(found: Iterable[tuple[UUID | None, date]]) -> Days:
    days: Days = {}
    for body, day in found:
        if body is not None:
            days.setdefault(body, []).append(day)
    return days


async def _ends(parties: list[tuple[Agreement, AgreementParty]]) -> Days:
    """On which days their agreements end, but for what goes on by itself or has been renewed."""
    renewed = {one.renews_id for one in await Agreement.filter(status__in=STANDING)}
    found = []
    for agreement, party in parties:
        goes_on = agreement.auto_renews_months and agreement.notice_given_on is None
        end = (agreement.ended_on or date.max) if goes_on else end_of(agreement)
        if end != date.max and agreement.id not in renewed:
            found.append((party.organization_id, end))
    return _by_body(found)


async def _met(last: date) -> Days:
    met = await Encounter.filter(status__in=(EncounterStatus.REPORTED, EncounterStatus.CHECKED))
    days = [(one.organization_id, day_of(one.starts_at)) for one in met]
    days += await _seated() + await _beside()
    return _by_body(pair for pair in days if pair[1] <= last)


async def _seated() -> list[tuple[UUID, date]]:
    """Who came to a meeting of a council, on which day."""
    held = {one.id: day_of(one.starts_at) for one in await CouncilMeeting.filter(status__in=meetings.HELD)}
    members = {one.id: one.organization_id for one in await CouncilMembership.all()}
    came = await CouncilAttendance.filter(removed_at=None, proxy_holder_id=None)
    pairs = [(members[one.membership_id], held[one.meeting_id]) for one in came if one.meeting_id in held]
    return [(body, day) for body, day in pairs if body]


async def _beside() -> list[tuple[UUID, date]]:
    """Who had a part in an event, on which day."""
    held = {one.id: day_of(one.starts_at) for one in await OutreachEvent.filter(status__in=outreach.HELD)}
    hosts = await OutreachHost.filter(removed_at=None).exclude(role=OutreachHostRole.SUPPORTER)
    return [(one.organization_id, held[one.event_id]) for one in hosts if one.event_id in held]


async def _drilled(last: date) -> Days:
    """Who had a part in a drill, on which day: whoever only looked on had none."""
    held = {drill.id: day_of(drill.starts_at) for drill in await Drill.filter(status__in=OVER)}
    came = await Participation.filter(attended_count__gt=0).exclude(role=ParticipationRole.OBSERVER)
    days = [(one.organization_id, held[one.drill_id]) for one in came if one.drill_id in held]
    return _by_body(pair for pair in days if pair[1] <= last)


async def _known(last: date) -> Days:
    serving = [one for one in await Contact.all() if one.since <= last < (one.until or date.max)]
    return _by_body((one.organization_id, one.verified_on or one.since) for one in serving)


async def _overdue(last: date) -> set[UUID | None]:
    """The bodies of which something is overdue: a next step, something to be improved, a notice unread."""
    steps = await Encounter.filter(next_due_on__lt=last, next_done_on=None).exclude(status=EncounterStatus.CANCELLED)
    items = await Improvement.filter(due_on__lt=last, settled_on=None)
    out = Notice.filter(status__in=(NoticeStatus.SENDING, NoticeStatus.SENT), valid_until__gte=last)
    ids = [notice.id for notice in await out]
    told = await NoticeRecipient.filter(notice_id__in=ids, acknowledged_at=None, escalated_at__isnull=False)
    return {one.organization_id for one in [*steps, *items, *told]}
