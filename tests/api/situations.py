"""A town in which rows of every kind stand in every situation to somebody of each role, and in which one a row stands.

OWN are rows that carry the actor or the body that they act for, or to which these are asked. ANOTHERS carry another
person or body; that is a situation of guests only, since to the police everybody outside is another. HERE and THERE
belong to the actor's own unit and to another one of the prefecture, BEYOND to another prefecture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType
from tortoise.models import Model

from api.reading.declarations import entity_of
from api.schema import schema
from domain import (
    accounts,
    agreements,
    database,
    drills,
    encounters,
    feeds,
    installation,
    lectures,
    meetings,
    notices,
    organizations,
    retention,
    statistics,
    thresholds,
    units,
    volunteers,
)
from domain.activities import ActivityParticipation
from domain.actor import OUTSIDERS, Actor, Role
from domain.agreements import AgreementFile, AgreementFileContent, AgreementParty, PartyNaming
from domain.calendar import Attendee
from domain.councils import Council, CouncilMembership
from domain.documents import Document, DocumentContent
from domain.drills import Participation
from domain.encounters import (
    EncounterAnswer,
    EncounterCheckItem,
    EncounterKind,
    EncounterMember,
    ItemChecked,
    ReportRead,
)
from domain.lectures import Assignment
from domain.meetings import CouncilMeeting
from domain.notices import NoticeRecipient
from domain.organizations import Contact, Organization
from domain.outreach import CoHosting, OutreachHost
from domain.people import Person
from domain.units import Unit, UnitKind
from domain.volunteers import Volunteer
from tests import make
from tests.api.inputs import campaign_of, council_of, drill_of, rows_of, wifi_of
from tests.api.reading.prefecture import lived_in
from tests.domain.drills.asking import confirmed, finished
from tests.domain.notices.telling import drafted, sent
from tests.domain.test_activities import held
from tests.domain.test_walls import beside, full
from tests.make import Town

ENTITIES = [one for one in schema._schema.type_map.values() if isinstance(one, GraphQLObjectType) and entity_of(one)]
CARRYING = ("person_id", "organization_id", "school_id")
LINKS: Mapping[type[Model], str] = {
    Attendee: "appointment_id",
    Participation: "drill_id",
    AgreementParty: "agreement_id",
    CouncilMembership: "council_id",
    ActivityParticipation: "activity_id",
    Assignment: "lecture_id",
    Volunteer: "group_id",
    NoticeRecipient: "notice_id",
    OutreachHost: "event_id",
}
"""Rows that carry somebody, and their column with that to which these are asked, or to which they belong."""

YEAR_END = date(2027, 3, 31)
MONTH = timedelta(days=30)
NINE_YEARS = timedelta(days=9 * 366)


class Situation(StrEnum):
    OWN = "own"
    ANOTHERS = "another's"
    HERE = "here"
    THERE = "there"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Crowd:
    """One actor of each role, and all rows by the name of their type; who is `asked` to a row, and where units are."""

    actors: Mapping[Role, Actor]
    rows: Mapping[str, list[Any]]
    asked: Mapping[UUID, set[UUID]]
    prefectures: Mapping[UUID, UUID]
    known: dict[tuple[Role, str], set[UUID]] = field(default_factory=dict)

    def situation(self, actor: Actor, row: Any) -> Situation:
        """In which the row stands to the actor."""
        carried = carried_by(row)
        if (carried | self.asked[row.id]) & {actor.person_id, actor.organization_id}:
            return Situation.OWN
        if carried and actor.role in OUTSIDERS:
            return Situation.ANOTHERS
        unit_id = row.id if isinstance(row, Unit) else row.unit_id
        if getattr(row, "prefecture_id", self.prefectures.get(unit_id)) != actor.prefecture_id:
            return Situation.BEYOND
        return Situation.HERE if unit_id == actor.unit_id else Situation.THERE

    async def seen(self, actor: Actor, kind: str) -> list[Any]:
        """The rows of a type that the actor may see."""
        if (actor.role, kind) not in self.known:
            entity = entity_of(schema._schema.type_map[kind])
            assert entity is not None
            self.known[actor.role, kind] = {row.id for row in await entity.visible_to(actor)}
        return [row for row in self.rows[kind] if row.id in self.known[actor.role, kind]]


def carried_by(row: Any) -> set[UUID]:
    """The people and bodies that stand in the row itself."""
    own = {row.id} if isinstance(row, Person | Organization) else set()
    return own | {getattr(row, name) for name in CARRYING if getattr(row, name, None)}


KEPT: list[Crowd] = []


async def crowd() -> Crowd:
    """The one of this process; founded anew where other tests have emptied the database since."""
    if not KEPT or not await Unit.exists(id=KEPT[0].actors[Role.ADMIN].prefecture_id):
        await database.execute("SELECT empty_every_table()")
        KEPT[:] = [await founded(await make.town())]
    return KEPT[0]


async def founded(town: Town) -> Crowd:
    actors = await _told(town)
    rows = {gtype.name: await _all(gtype) for gtype in ENTITIES}
    asked: dict[UUID, set[UUID]] = defaultdict(set)
    for link, column in LINKS.items():
        for row in await link.all():
            asked[getattr(row, column)] |= carried_by(row)
    for naming in await PartyNaming.all():
        asked[naming.id] |= await _named_in(naming.agreement_id)
    for file in await AgreementFile.all():
        asked[file.id] |= asked[file.agreement_id]
    for stored in await AgreementFileContent.all():
        asked[stored.id] |= asked[stored.file_id]
    await _follow(asked)
    return Crowd(actors, rows, asked, {unit.id: unit.prefecture_id for unit in await Unit.all()})


async def _named_in(agreement_id: UUID) -> set[UUID]:
    """The bodies that may be named in an agreement, and so are told of one another."""
    named = PartyNaming.filter(agreement_id=agreement_id, ended_on=None).prefetch_related("party")
    return {id for naming in await named for id in carried_by(naming.party)}


async def _follow(asked: dict[UUID, set[UUID]]) -> None:
    """Whoever is asked to a date is asked to what belongs to it."""
    for paper in await Document.all():
        asked[paper.id] |= asked[paper.appointment_id]
    for meeting in await CouncilMeeting.all():
        asked[meeting.id] |= asked[meeting.appointment_id]
    for content in await DocumentContent.all():
        asked[content.id] |= asked[content.document_id]


async def _all(gtype: GraphQLObjectType) -> list[Any]:
    entity = entity_of(gtype)
    assert entity is not None
    rows = entity.model.filter(is_officer=True) if gtype.name == "Officer" else entity.model.all()
    return await rows.order_by("id")


async def _told(town: Town) -> dict[Role, Actor]:
    """The prefecture lived in, another one beside it, and of every kind what the two do not have yet."""
    actors = (await lived_in(town)).actors
    other = await beside(town)
    guest = await full(other)
    approvers = [await make.actor(one.admin, Role.HQ_LIAISON, one.section, one.hq.units) for one in (town, other)]
    for who, approver, body in (
        (town.officer, approvers[0], actors["school"]),
        (town.hq, approvers[0], actors["partner"]),
        (town.other_officer, approvers[0], actors["other_school"]),
        (other.hq, approvers[1], guest),
    ):
        place = replace(town, officer=who, hq=approver)
        await _more(place, body)
        if who in (town.other_officer, other.hq):
            await rows_of(who, place, "例題小学校")
    await _shared(town)
    await _on_the_way(replace(town, hq=approvers[0]))
    for name in ("partner", "school", "helper"):
        await _papers(actors[name], town.hq)
    await _papers(guest, other.hq)
    for one, who in ((town, town.admin), (town, town.hq), (other, other.hq)):
        await _account(one, who)
    for one in (town, other):
        await thresholds.set_thresholds(one.hq, met_days=90)
        await notices.set_rule(one.hq, reviewed_from=notices.NoticeSeverity.URGENT)
    national = await _national(town)
    await _by_the_clock(town, other)
    seen_as = {actor.role: actor for name, actor in actors.items() if "other" not in name and name != "volunteer"}
    return seen_as | {Role.NATIONAL: national}


async def _more(place: Town, guest: Actor) -> None:
    """Of one station: a branch of the guest's body, their feed, a hold, a network, and a roster appointed again."""
    assert guest.organization_id is not None
    await organizations.add_establishment(place.officer, organization_id=guest.organization_id, name="支店")
    await feeds.subscribe(place.officer, person_id=guest.person_id)
    contact = await Contact.get(person_id=guest.person_id)
    await _met(place.officer, contact)
    await sent(place.officer, contact)
    await make.improvement(place.officer, await make.company(place.officer, f"例示商会{place.officer.unit_id}"))
    await retention.hold(place.hq, person_id=guest.person_id, reason="訴訟のため")
    await campaign_of(place.officer, await Contact.get(person_id=guest.person_id))
    await wifi_of(place.officer, f"例示会館{place.officer.unit_id}")
    where = {"unit_id": place.officer.unit_id}
    ids = await council_of(place.hq, await Organization.get(id=guest.organization_id), **where)
    await make.information_for(place.officer, await Council.get(id=ids["Council"]))
    event = {"title": "親子ネット教室", "hosts": [CoHosting(guest.organization_id)]}
    await make.reported_event(place.officer, **event)
    await _amended(place)
    await make.volunteer(place, family_name="試﨑")
    await volunteers.reappoint_roster(place.hq, ending_on=YEAR_END, unit_id=place.officer.unit_id)


async def _amended(place: Town) -> None:
    """An agreement that was changed and extended since it was signed."""
    agreement = await make.in_force(place, f"例示運送{place.officer.unit_id}")
    await make.amendment(place.officer, agreement)
    promise = await make.commitment(place.officer, agreement)
    await make.kept(place.officer, agreement)
    await make.ceremony(place.officer, await make.proposed(place.officer, f"例示出版{place.officer.unit_id}"))
    await make.output(place.officer, await make.research(place, f"例示研究所{place.officer.unit_id}"))
    await agreements.note_fulfilment(place.officer, promise.id, done_on=place.officer.today)
    await agreements.extend(place.officer, agreement.id, until=date(2027, 9, 30), reason="協議に時間を要するため")


async def _met(officer: Actor, contact: Contact) -> None:
    """What was talked about with somebody, and about what they were asked, is not for themselves."""
    body = await Organization.get(id=contact.organization_id)
    members = [EncounterMember(officer_id=officer.person_id), EncounterMember(contact_id=contact.id)]
    checklist = [ItemChecked(EncounterCheckItem.EMERGENCY_CONTACT, EncounterAnswer.YES, contact_id=contact.id)]
    visit = {"kind": EncounterKind.VISIT, "members": members, "checklist": checklist}
    await make.encounter(make.at(officer, officer.now + MONTH), body=body, **visit)


async def _on_the_way(town: Town) -> None:
    """Of the first station, what has got as far as to be signed, begun, held or evaluated."""
    officer = town.officer
    await make.awaiting(town, await make.proposed(officer, "例示証券株式会社"))
    await _encountered(town)
    school = await make.school(officer, "試行中学校")
    lecture = await make.lecture(officer, school=school, starts_at=officer.now + MONTH)
    await lectures.accept(officer, lecture.id)
    await lectures.assign(officer, lecture.id, person_id=officer.person_id)
    await lectures.confirm(officer, lecture.id)
    await held(town, [await make.volunteer(town, family_name="例山")])
    await finished(town, "例示鉄道株式会社")
    await drill_of(officer, await make.contact(officer, await make.company(officer, "例示放送株式会社")))
    begun, _ = await confirmed(town, "見本通信株式会社")
    await drills.start(make.at(officer, begun.starts_at + timedelta(hours=1)), begun.id)


async def _shared(town: Town) -> None:
    """Between the two stations, each of which keeps a body that the other one is shown with its contact."""
    for who, unit, name in (
        (town.officer, town.other_station, "例示倉庫株式会社"),
        (town.other_officer, town.station, "例示製薬株式会社"),
    ):
        contact = await make.contact(who, await make.company(who, name), mail_address=f"{unit.code}@partner.example")
        await organizations.share(who, contact.organization_id, unit_id=unit.id, reason="経済安全保障")


async def _encountered(town: Town) -> None:
    """A visit, a seminar and a council's meeting that are planned, a visit whose report is checked, and a notice and a
    campaign that are written still."""
    officer, body = town.officer, await make.company(town.officer, "例示製菓株式会社")
    contact = await make.contact(officer, body)
    await drafted(officer, contact)
    await make.campaign(officer)
    council = await make.council(officer, "例示町協議会")
    await make.member(officer, council, body)
    meeting = await make.meeting(officer, council)
    await meetings.invite(officer, meeting.id, contact_ids=[contact.id])
    await make.planned_encounter(officer, body=body)
    await make.outreach_event(officer)
    visited = await make.encounter(officer, body=body, kind=EncounterKind.VISIT)
    await encounters.check_many(town.hq, reports=[ReportRead(visited.id)])


async def _papers(guest: Actor, officer: Actor) -> None:
    """Released for each date to which the guest is asked, and kept beyond the day on which the clock comes by."""
    for asked in await Attendee.filter(person_id=guest.person_id, removed_at=None, invited_at__isnull=False):
        kept = {"content": make.PDF + guest.person_id.bytes, "retention_years": 30}
        await make.released(officer, asked.appointment_id, **kept)


async def _account(town: Town, who: Actor) -> None:
    person, unit = await Person.get(id=who.person_id), await Unit.get(id=who.unit_id)
    await accounts.opened(town.admin, person, who.role, unit, f"account-{who.person_id}")


async def _by_the_clock(town: Town, other: Town) -> None:
    """The figures of a quarter, and a list of what is to be erased in each prefecture."""
    headquarters = {"kind": UnitKind.HEADQUARTERS, "code": "00", "name": "紅浜県警察本部"}
    await units.establish(other.admin, parent_id=other.prefecture.id, **headquarters)
    await statistics.compute_quarter(town.hq.now)
    await retention.draw_up(town.hq.now + NINE_YEARS)


async def _national(town: Town) -> Actor:
    await installation.admit_national(town.hq.now, name=("見本", "学"), label="例")
    unit = await Unit.get(kind=UnitKind.NATIONAL)
    person = await Person.get(unit_id=unit.id)
    return Actor(Role.NATIONAL, town.hq.now, person.id, unit.id, unit.prefecture_id, (unit.id,))
