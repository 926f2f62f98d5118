"""Records around the edges of a winter quarter, drawn by a seed and written straight into the tables.

The verbs would keep such a town tidier than a statistic may assume: here every state meets every date.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from domain import units
from domain.activities import Activity, ActivityKind, ActivityParticipation, ActivityStatus, ParticipationStatus
from domain.actor import TOKYO
from domain.agreements import (
    Agreement,
    AgreementAmendment,
    AgreementCommitment,
    AgreementExtension,
    AgreementFulfilment,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    AmendmentStatus,
    CooperationItem,
    CountedFrom,
    ExtensionKind,
    OutputKind,
    ResearchOutput,
    Side,
)
from domain.calendar import Appointment, AppointmentKind, Attendee, AttendeeRole
from domain.campaigns import Campaign, CampaignContact, CampaignReply, CampaignStatus
from domain.councils import Council, CouncilKind, CouncilMembership, CouncilRole
from domain.drills import (
    Drill,
    DrillFormat,
    DrillStatus,
    DrillThreat,
    Improvement,
    ImprovementStatus,
    Participation,
    ParticipationRole,
)
from domain.encounters import Encounter, EncounterKind, EncounterStatus, EncounterTheme, GuidedBusiness
from domain.information import CouncilInformation, InformationStatus
from domain.lectures import Assignment, Audience, HeadCount, Lecture, LectureKind, LectureStatus, OfferStatus
from domain.meetings import CouncilAttendance, CouncilMeeting, MeetingStatus
from domain.notices import Notice, NoticeHandling, NoticeRecipient, NoticeSeverity, NoticeStatus
from domain.organizations import (
    CiSector,
    Contact,
    ContactRole,
    InPlace,
    Organization,
    OrganizationKind,
    OrganizationSize,
)
from domain.outreach import (
    OutreachAudience,
    OutreachEvent,
    OutreachHost,
    OutreachHostRole,
    OutreachKind,
    OutreachMaterial,
    OutreachStatus,
    OutreachTheme,
)
from domain.people import Person
from domain.units import Unit, UnitKind
from domain.volunteers import AgeBand, Commission, CommissionKind, GroupBase, Volunteer, VolunteerGroup, VolunteerStatus
from domain.wifi import AdviceMeans, WifiAdvice, WifiFacility, WifiSpot, WifiSurvey
from tests import make
from tests.make import Town

AFTERWARDS = datetime(2028, 6, 1, tzinfo=TOKYO)
EDGES = [date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 31), date(2028, 4, 1)]
MOMENTS = [timedelta(0), -timedelta(microseconds=1), timedelta(hours=8, minutes=59), timedelta(hours=9)]


class Year:
    """Draws from one seed and writes rows of one town."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town = town
        self.draw = Random(seed)
        self.presence = Random(f"presence {seed}")
        self.units: list[Unit] = []
        self.hosts: list[Organization] = []
        self.people: list[Person] = []
        self.volunteers: list[Volunteer] = []

    def stamped(self, unit: Unit) -> dict[str, Any]:
        stamps = {"created_at": AFTERWARDS, "updated_at": AFTERWARDS}
        return {"unit_id": unit.id, "prefecture_id": unit.prefecture_id, **stamps}

    def day(self) -> date:
        return self.draw.choice(EDGES) + timedelta(days=self.draw.choice([-1, 0, 0, 1, 40, -40]))

    def perhaps_day(self) -> date | None:
        return self.draw.choice([None, None, self.day()])

    def instant(self) -> datetime:
        midnight = datetime.combine(self.draw.choice(EDGES), datetime.min.time(), TOKYO)
        return (midnight + self.draw.choice([*MOMENTS, timedelta(days=self.draw.randrange(60))])).astimezone(UTC)

    def unit(self) -> Unit:
        return self.draw.choice(self.units)


async def drawn(town: Town, seed: int, size: int = 40) -> Year:
    """A year in a town: two stations, one of them with a section, the headquarters, and what they have done."""
    year = Year(town, seed)
    section = await units.establish(
        town.admin, parent_id=town.station.id, kind=UnitKind.SECTION, code="1011", name="生活安全課"
    )
    year.units = [town.prefecture, town.section, town.station, town.other_station, section]
    year.people = [await make.officer(town.admin, town.station), (await _contact(year, await _host(year))).person]
    for number in range(8):
        await _host(year)
        await _group(year, number)
        await _volunteer(year, number)
    year.people += await Person.filter(id__in=[volunteer.person_id for volunteer in year.volunteers]).order_by("id")
    for number in range(size):
        await _commission(year, number)
        await _activity(year)
        await _lecture(year)
        await _agreement(year)
        await _drill(year)
    for number in range(size):
        await _wifi_spot(year, number)
    for _ in range(size):
        await _encounter(year)
        await _notice(year)
    for number in range(20):
        await _desk(year, number)
    for agreement in await Agreement.all().order_by("id"):
        await _afterwards(year, agreement)
    for number in range(size):
        await _council(year, number)
        await _outreach(year, number)
    await _expired(year)
    await _left_undone(year, Random(f"undone {seed}"))
    return year


async def _left_undone(year: Year, draw: Random) -> None:
    """Next steps, things to be improved and unread notices: some overdue, some settled. And a body that is given up."""
    for met in await Encounter.all().order_by("id"):
        if draw.random() < 0.2:
            done = draw.choice([None, EDGES[4]])
            await Encounter.filter(id=met.id).update(next_due_on=draw.choice(EDGES), next_done_on=done)
    for one in await Improvement.all().order_by("id"):
        if draw.random() < 0.3:
            await Improvement.filter(id=one.id).update(organization_id=draw.choice(year.hosts).id)
    for told in await NoticeRecipient.all().order_by("id"):
        if draw.random() < 0.2:
            await NoticeRecipient.filter(id=told.id).update(escalated_at=year.instant())
    await Organization.filter(id=year.hosts[-1].id).update(retired_on=EDGES[1])


async def _outreach(year: Year, number: int) -> None:
    unit, draw = year.unit(), year.draw
    when = await appointment(year, unit, AppointmentKind.OUTREACH)
    event = await OutreachEvent.create(
        appointment=when,
        kind=draw.choice([*OutreachKind]),
        status=draw.choice([*OutreachStatus, *[OutreachStatus.HELD, OutreachStatus.CHECKED] * 3]),
        theme=draw.choice([*OutreachTheme]),
        audience=draw.choice([*OutreachAudience]),
        title=f"広報{number}",
        search="",
        starts_at=when.starts_at,
        urges_reporting=draw.random() < 0.5,
        **{f"{name}_count": draw.choice([None, 0, 12]) for name in ("body", "people", "visitor", "media")},
        **year.stamped(unit),
    )
    for name in draw.sample(["手引き", "うちわ", "ちらし"], draw.randrange(3)):
        gone = draw.choice([None, None, when.starts_at])
        await OutreachMaterial.create(event=event, name=name, copies=40, removed_at=gone, **year.stamped(unit))
    for host in draw.sample(year.hosts, draw.randrange(4)):
        gone = draw.choice([None, None, when.starts_at])
        part = {"event": event, "organization": host, "role": draw.choice([*OutreachHostRole]), "removed_at": gone}
        await OutreachHost.create(**part, **year.stamped(unit))


async def _desk(year: Year, number: int) -> None:
    """A contact whose time, and on which day it was looked at last, lie about the edges; and a campaign."""
    contact = await _contact(year, year.hosts[number % len(year.hosts)])
    contact.role, contact.since = [*ContactRole][number % 4], EDGES[number % 5]
    contact.until = EDGES[number // 5] if number % 3 == 0 else None
    looked_at = (None, date(2027, 3, 31), date(2027, 4, 1), EDGES[number % 5])
    contact.verified_on = looked_at[number // 2 % 4]
    await contact.save()
    await _campaign(year, number)


async def _campaign(year: Year, number: int) -> None:
    """In each state, ended about the edges, with who was asked in each role and what became of it."""
    status = [*CampaignStatus][number % 4]
    told = {"title": "連絡先の確認", "due_on": EDGES[0], "criteria": {}, "is_prefectural": True}
    ended = EDGES[number % 5] if status in (CampaignStatus.CLOSED, CampaignStatus.CANCELLED) else None
    unit = year.units[number % len(year.units)]
    left = datetime.combine(EDGES[number * 2 % 5], time(), TOKYO) + MOMENTS[number % 4]
    told["sent_at"] = None if status is CampaignStatus.DRAFT else left
    campaign = await Campaign.create(status=status, ended_on=ended, **told, **year.stamped(unit))
    for turn, contact in enumerate((await Contact.all().order_by("id"))[: number % 9]):
        whose = {"contact_id": contact.id, "organization_id": contact.organization_id, "is_written": True}
        role, reply = [*ContactRole][(number + turn) % 4], [*CampaignReply][(number + 3 * turn) % 5]
        keeper = year.units[(number + turn) % len(year.units)]
        await CampaignContact.create(campaign_id=campaign.id, role=role, reply=reply, **whose, **year.stamped(keeper))


async def _host(year: Year) -> Organization:
    schools = [OrganizationKind.SCHOOL, OrganizationKind.UNIVERSITY, OrganizationKind.TECHNICAL_COLLEGE] * 4
    kind, number = year.draw.choice([*OrganizationKind, *schools]), len(year.hosts)
    values: dict[str, Any] = {"name": f"団体{number}", "search": "", "kana_order": "", "identity": f"body:{number}"}
    if number % 2:
        values |= {"ci_sector": [*CiSector][number], "bcp": [*InPlace][number // 2 % 3]}
        values["contact_system"] = [*InPlace][number // 4 % 3]
    values["industry"] = ("", "電気業", "ﾎﾃﾙ", "水産加工業", "コーヒー豆の焙煎")[number % 5]
    is_small = year.draw.random() < 0.5
    values["size"] = year.draw.choice([None, *OrganizationSize])
    stamps = year.stamped(year.unit()) | {"created_at": datetime.combine(EDGES[number % 5], time(), TOKYO)}
    host = await Organization.create(kind=kind, is_small=is_small, **values, **stamps)
    year.hosts.append(host)
    return host


async def _contact(year: Year, host: Organization) -> Contact:
    empty = {"search": "", "kana_order": ""}
    person = await Person.create(family_name="例塚", **empty, **year.stamped(year.town.station))
    post = {"person": person, "organization_id": host.id, "role": ContactRole.WORKING, "since": date(2026, 4, 1)}
    return await Contact.create(**post, **empty, **year.stamped(year.town.station))


async def appointment(year: Year, unit: Unit, kind: AppointmentKind) -> Appointment:
    starts_at = year.instant()
    return await Appointment.create(
        kind=kind,
        uid=f"{year.draw.random()}@police.example",
        title="予定",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        changed_at=AFTERWARDS,
        **year.stamped(unit),
    )


async def _lecture(year: Year) -> None:
    unit, draw = year.unit(), year.draw
    when = await appointment(year, unit, AppointmentKind.LECTURE)
    given = [LectureStatus.DELIVERED, LectureStatus.REPORTED] * 5
    lecture = await Lecture.create(
        school=draw.choice(year.hosts),
        contact=await Contact.first(),
        appointment=when,
        status=draw.choice([*LectureStatus, *given]),
        kind=draw.choice([*LectureKind]),
        audience=Audience.PUPIL_JH,
        theme="SNSの安全な使い方",
        expected_count=30,
        starts_at=when.starts_at,
        duration_minutes=draw.choice([20, 45, 50, 90]),
        **year.stamped(unit),
    )
    for audience in draw.sample([*Audience], draw.randrange(4)):
        values = {"audience": audience, "count": draw.choice([0, 1, 105])}
        await HeadCount.create(lecture=lecture, **values, **year.stamped(unit))
    for person in draw.sample(year.people, draw.randrange(3)):
        role = draw.choice([AttendeeRole.LECTURER, AttendeeRole.CO_LECTURER])
        came = {"role": role, "attended": year.presence.choice([None, False, True, True, True])}
        attendee = await Attendee.create(appointment=when, person=person, **came, **year.stamped(unit))
        offer = {"role": role, "asked_by_id": person.id, "status": draw.choice([*OfferStatus, OfferStatus.ACCEPTED])}
        await Assignment.create(lecture=lecture, attendee=attendee, person=person, **offer, **year.stamped(unit))


async def _agreement(year: Year) -> None:
    unit, draw = year.unit(), year.draw
    before = await Agreement.all()
    renewed = {agreement.renews_id for agreement in before}
    open_to_renewal = [None, None, *(agreement for agreement in before if agreement.id not in renewed)]
    agreement = await Agreement.create(
        kind=draw.choice([*AgreementKind]),
        status=draw.choice([*AgreementStatus, *[AgreementStatus.IN_FORCE, AgreementStatus.RENEWED] * 4]),
        title="協定",
        responsible=year.people[0],
        author_id=year.people[0].id,
        effective_on=draw.choice([year.day(), year.perhaps_day()]),
        expires_on=year.perhaps_day(),
        ended_on=year.perhaps_day(),
        renews=draw.choice(open_to_renewal),
        search="",
        kana_order="",
        **year.stamped(unit),
    )
    values = {"side": Side.POLICE, "police_unit": unit, "acceded_on": agreement.effective_on}
    await AgreementParty.create(agreement=agreement, **values, **year.stamped(unit))
    for body in draw.sample(year.hosts, draw.randrange(4)):
        joined = draw.choice([agreement.effective_on, year.perhaps_day()])
        left = year.perhaps_day()
        days = {"acceded_on": joined, "withdrawn_on": max(left, joined) if left and joined else left}
        party = {"agreement": agreement, "side": Side.PARTNER, "organization": body}
        await AgreementParty.create(**party, **days, **year.stamped(unit))


async def _afterwards(year: Year, agreement: Agreement) -> None:
    """It lasts until another day than was signed, goes on, and is amended."""
    draw, kept = year.draw, {"agreement": agreement, **year.stamped(await agreement.unit)}
    agreement.lasts_until = draw.choice([agreement.expires_on, year.perhaps_day()])
    await agreement.save()
    for kind in draw.sample([*ExtensionKind], draw.randrange(3)):
        await AgreementExtension.create(kind=kind, until=year.day(), decided_on=year.day(), **kept)
    for how in draw.sample([*CountedFrom], 2):
        days = {"since": year.day(), "ended_on": draw.choice([None, None, year.day()])}
        promise = {"item": draw.choice([*CooperationItem]), "what": "約束", "times_per_year": 1, "counted_from": how}
        made = await AgreementCommitment.create(**promise, **days, **kept)
        done = {"done_on": year.day(), "removed_at": draw.choice([None, None, AFTERWARDS])}
        await AgreementFulfilment.create(commitment=made, **done, **year.stamped(await agreement.unit))
    made_of = {"kind": draw.choice([*OutputKind]), "title": "成果", "produced_on": year.day()}
    await ResearchOutput.create(**made_of, removed_at=draw.choice([None, None, AFTERWARDS]), **kept)
    change = {"status": draw.choice([*AmendmentStatus]), "effective_on": year.day(), "changes": "別紙"}
    await AgreementAmendment.create(author_id=year.people[0].id, **change, **kept)


async def _expired(year: Year) -> None:
    """One that ended with the last day of the fiscal year, as most do."""
    await _agreement(year)
    days = {"effective_on": date(2027, 4, 1), "lasts_until": date(2028, 3, 31), "ended_on": date(2028, 3, 31)}
    newest = await Agreement.all().order_by("-id").first()
    assert newest is not None
    await newest.update_from_dict({"status": AgreementStatus.EXPIRED, **days}).save()


async def _drill(year: Year) -> None:
    unit, draw = year.unit(), year.draw
    when = await appointment(year, unit, AppointmentKind.DRILL)
    over = [DrillStatus.FINISHED, DrillStatus.EVALUATING, DrillStatus.IN_REVIEW, DrillStatus.CLOSED] * 3
    drill = await Drill.create(
        appointment=when,
        status=draw.choice([*DrillStatus, *over]),
        format=draw.choice([*DrillFormat]),
        threat=draw.choice([*DrillThreat]),
        title="共同対処訓練",
        search="",
        starts_at=when.starts_at,
        police_count=draw.choice([None, 0, 10]),
        **year.stamped(unit),
    )
    for body in draw.sample(year.hosts, draw.randrange(4)):
        came = {"role": draw.choice([*ParticipationRole]), "attended_count": draw.choice([None, 0, 1, 12])}
        part = {"drill": drill, "appointment_id": when.id, "organization": body, "planned_count": 3}
        await Participation.create(**part, **came, **year.stamped(unit))
    status, raised = draw.choice([*ImprovementStatus]), year.day()
    is_settled = status not in (ImprovementStatus.OPEN, ImprovementStatus.IN_PROGRESS, ImprovementStatus.DONE)
    days = {"raised_on": raised, "due_on": raised, "settled_on": max(raised, year.day()) if is_settled else None}
    await Improvement.create(drill=drill, status=status, what="改善", **days, **year.stamped(unit))


async def _encounter(year: Year) -> None:
    draw = year.draw
    kind = draw.choice([*EncounterKind, EncounterKind.GUIDANCE])
    await Encounter.create(
        organization=draw.choice(year.hosts),
        kind=kind,
        status=draw.choice([*EncounterStatus, *[EncounterStatus.REPORTED, EncounterStatus.CHECKED] * 3]),
        theme=draw.choice([*EncounterTheme]),
        business=draw.choice([*GuidedBusiness]) if kind is EncounterKind.GUIDANCE else None,
        starts_at=year.instant() + timedelta(seconds=draw.randrange(60)),
        **year.stamped(year.unit()),
    )


async def _notice(year: Year) -> None:
    draw, unit, sent_at = year.draw, year.unit(), year.instant()
    values: dict[str, Any] = {"title": "お知らせ", "text": "手口", "handling": "OPEN", "tlp": "CLEAR", "criteria": {}}
    notice = await Notice.create(
        status=draw.choice([*NoticeStatus]),
        theme=draw.choice([*EncounterTheme]),
        severity=draw.choice([*NoticeSeverity]),
        valid_until=year.day(),
        acknowledge_by=draw.choice([None, sent_at + timedelta(days=3)]),
        is_withdrawal=draw.random() < 0.2,
        sent_at=draw.choice([None, sent_at, sent_at]),
        **values,
        **year.stamped(unit),
    )
    for body in draw.sample(year.hosts, draw.randrange(4)):
        later = [sent_at + timedelta(seconds=draw.randrange(6 * 86_400)) for _ in range(2)]
        known, phoned = [draw.choice([None, instant]) for instant in later]
        told = {"notice": notice, "organization": body, "is_written_to": True, "is_restricted": False}
        await NoticeRecipient.create(acknowledged_at=known, phoned_at=phoned, **told, **year.stamped(unit))


async def _group(year: Year, number: int) -> None:
    days = {"founded_on": year.day(), "retired_on": year.perhaps_day()}
    values = {"name": "団体", "search": "", "kana_order": "", "identity": f"group:{number}"}
    await VolunteerGroup.create(base=year.draw.choice([*GroupBase]), **days, **values, **year.stamped(year.unit()))


async def _wifi_spot(year: Year, number: int) -> None:
    unit, draw = year.unit(), year.draw
    spot = await WifiSpot.create(
        facility=draw.choice([*WifiFacility]),
        name="設置箇所",
        found_on=year.day(),
        retired_on=year.perhaps_day(),
        search="",
        kana_order="",
        identity=f"spot:{number}",
        **year.stamped(unit),
    )
    for _ in range(draw.randrange(4)):
        found = {"surveyed_on": year.day(), "is_fine": draw.random() < 0.5, "surveyed_by_id": year.people[0].id}
        await WifiSurvey.create(spot=spot, **found, **year.stamped(unit))
    for _ in range(draw.randrange(2)):
        said = {"advised_on": year.day(), "means": AdviceMeans.CALL, "advised_by_id": year.people[0].id}
        await WifiAdvice.create(spot=spot, **said, **year.stamped(unit))


async def _council(year: Year, number: int) -> None:
    unit, draw = year.unit(), year.draw
    named = {"name": "協議会", "search": "", "kana_order": "", "identity": f"council:{number}"}
    days = {"founded_on": year.day(), "dissolved_on": year.perhaps_day()}
    council = await Council.create(kind=draw.choice([*CouncilKind]), **days, **named, **year.stamped(unit))
    for body in draw.sample([*year.hosts, None], 3):
        who = {"organization_id": body.id} if body else {"police_unit_id": year.unit().id}
        since, mistaken = year.day(), year.instant() if draw.random() < 0.1 else None
        term = {"term_from": since, "term_to": draw.choice([None, since, since + timedelta(days=60)])}
        kind = {"role": draw.choice([*CouncilRole]), "name": "会員", "kana_order": "", "removed_at": mistaken}
        await CouncilMembership.create(council=council, **who, **term, **kind, **year.stamped(unit))
    await _council_meeting(year, council, unit)
    about = {"title": "情報", "theme": EncounterTheme.INFORMATION, "handling": NoticeHandling.OPEN}
    decided = {"status": draw.choice([*InformationStatus]), "decided_at": year.instant(), "recipient_count": number}
    said = about | decided | {"written_by_id": year.people[0].id}
    await CouncilInformation.create(council=council, **said, **year.stamped(unit))


async def _council_meeting(year: Year, council: Council, unit: Unit) -> None:
    """Whoever came is a member of some time, twice where two came for one; some were stood in for, or never there."""
    when, draw = await appointment(year, unit, AppointmentKind.MEETING), year.draw
    about = {"title": "総会", "starts_at": when.starts_at, "status": draw.choice([*MeetingStatus, MeetingStatus.HELD])}
    meeting = await CouncilMeeting.create(council=council, appointment=when, **about, **year.stamped(unit))
    members = await CouncilMembership.filter(council_id=council.id).order_by("id")
    for member in draw.choices(members, k=3):
        holder = draw.choice([None, None, members[0].id])
        mistaken = year.instant() if draw.random() < 0.1 else None
        came = {"membership": member, "proxy_holder_id": holder, "removed_at": mistaken}
        await CouncilAttendance.create(meeting=meeting, **came, **year.stamped(unit))


async def _volunteer(year: Year, number: int) -> None:
    unit, empty = year.unit(), {"search": "", "kana_order": ""}
    family_name = f"試験{number}"
    person = await Person.create(family_name=family_name, given_name="恵", **empty, **year.stamped(unit))
    for kind in year.draw.sample([*CommissionKind], 2):
        volunteer = await Volunteer.create(
            person=person,
            kind=kind,
            status=VolunteerStatus.ACTIVE,
            age_band=AgeBand.ADULT,
            recommended_by_id=year.people[0].id,
            recommended_on=date(2027, 4, 1),
            **empty,
            **year.stamped(unit),
        )
        year.volunteers.append(volunteer)


async def _commission(year: Year, number: int) -> None:
    volunteer, draw = year.draw.choice(year.volunteers), year.draw
    term_from = year.day()
    ended_on = draw.choice([None, None, max(term_from, year.day())])
    held = await Commission.filter(volunteer_id=volunteer.id)
    term_to = draw.choice([date(2028, 3, 31), max(term_from, year.day())])
    if term_to < term_from or any(one.term_from <= term_to and term_from <= one.term_to for one in held):
        return
    await Commission.create(
        volunteer=volunteer,
        person_id=volunteer.person_id,
        kind=volunteer.kind,
        fiscal_year=2027,
        serial=number + 1,
        number=f"第{number}号",
        authority="生活安全部長",
        appointed_by_id=year.people[0].id,
        term_from=term_from,
        term_to=term_to,
        ended_on=ended_on,
        reappointed=draw.random() < 0.5,
        **year.stamped(year.unit()),
    )


async def _activity(year: Year) -> None:
    unit, draw = year.unit(), year.draw
    when = await appointment(year, unit, AppointmentKind.ACTIVITY)
    kind = draw.choice([*ActivityKind])
    names = ["reported", "forwarded", "removed"] if kind is ActivityKind.PURIFICATION else ["audience", "copies"]
    activity = await Activity.create(
        appointment=when,
        kind=kind,
        status=draw.choice([*ActivityStatus, *[ActivityStatus.HELD] * 5]),
        title="活動",
        starts_at=when.starts_at,
        **{f"{name}_count": draw.choice([None, 0, 12]) for name in names},
        **year.stamped(unit),
    )
    taking_part = {volunteer.person_id: volunteer for volunteer in draw.sample(year.volunteers, draw.randrange(4))}
    for person_id, volunteer in taking_part.items():
        asked = {"appointment": when, "person_id": person_id, "role": AttendeeRole.PARTICIPANT}
        attendee = await Attendee.create(**asked, **year.stamped(unit))
        came = {"status": draw.choice([*ParticipationStatus, *[ParticipationStatus.ATTENDED] * 6])}
        minutes = {
            "minutes_reported": draw.choice([None, 25, 60]),
            "minutes_approved": draw.choice([None, None, 0, 35]),
        }
        part = {"activity": activity, "volunteer": volunteer, "attendee": attendee, "starts_at": when.starts_at}
        await ActivityParticipation.create(person_id=person_id, **part, **came, **minutes, **year.stamped(unit))
