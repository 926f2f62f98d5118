"""What the mutations of the live schema take: where an input says an id, what a form would send, and rows to mean."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from graphql import GraphQLInputObjectType, get_named_type, is_list_type, is_non_null_type, is_required_input_field
from tortoise.transactions import in_transaction

from api.reading.declarations import entity_of
from api.referring import REFERS
from api.schema import schema
from domain import (
    activities,
    agreements,
    answering,
    campaigns,
    drills,
    feeds,
    incoming,
    lectures,
    meetings,
    merging,
    organizations,
    volunteers,
    wifi,
)
from domain.activities import ActivityParticipation
from domain.actor import Actor
from domain.agreements import AgreementKind, AgreementParty
from domain.answering import AnswerAddressKind
from domain.audience import AudienceCriteria
from domain.calendar import Appointment, Attendee
from domain.campaigns import ContactProposal
from domain.drills import Participation
from domain.encounters import EncounterAnswer, EncounterCheckItem, EncounterKind, ItemChecked, NextStep
from domain.incoming import Told
from domain.lectures import Assignment
from domain.meetings import MeetingProxy, ResolutionOutcome
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.outreach import CoHosting, OutreachHost
from domain.units import Unit
from domain.volunteers import AgeBand
from domain.wifi import AdviceMeans, WifiAdvice, WifiPoint, WifiSurvey
from tests import make
from tests.domain.notices.telling import recipient, sent
from tests.make import Town

T = TypeVar("T")
MUTATIONS = schema._schema.mutation_type.fields if schema._schema.mutation_type else {}


USUAL = {
    "endsAt": "2026-07-10T14:00:00+09:00",
    "expiresOn": "2027-03-31",
    "replyBy": "2026-07-05",
    "onlineUrl": "https://meet.example/x",
    "phone": "000-0000-0000",
    "mailAddress": "rei@partner.example",
    "guardianMailAddress": "tamotsu@guardian.example",
    "postalCode": "980-0014",
    "latitude": "38.268895",
    "longitude": "140.872100",
    "url": "https://wifi.example/",
    "objectives": "通報を15分以内に行う",
    "invites": True,
    **dict.fromkeys(("corporateNumber", "schoolCode", "municipalityCode")),
}
"""What a form would take, where not just any value of its kind will do: so that the fields beside it are reached."""


Path = tuple[str, ...]


def fields_of(mutation: str) -> dict[str, Any]:
    taken = get_named_type(MUTATIONS[mutation].args["input"].type)
    assert isinstance(taken, GraphQLInputObjectType)
    return dict(taken.fields)


def kinds_of(field: str) -> tuple[str, ...]:
    """What an argument may point to: `participationId` to the part of a drill, or of an activity."""
    stem = re.sub(r"(Ids?)$", "", field)
    snake = re.sub(r"([A-Z])", r"_\1", stem).lower()
    return REFERS.get(snake, (stem[:1].upper() + stem[1:],))


def pointing(name: str, ids: dict[str, UUID]) -> str:
    """The id of a row that the argument may mean, where the test has made one."""
    kinds = kinds_of(name)
    kind = next((kind for kind in kinds if kind in ids), kinds[0])
    return f"{kind}:{ids.get(kind) or uuid4()}"


def places(fields: dict[str, Any], above: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where an input says an id, also inside of inputs of its own."""
    for name, field in fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            yield from places(dict(inner.fields), (*above, name))
        elif inner.name == "ID":
            yield above, name


def every_id() -> Iterator[tuple[str, Path, str, str]]:
    """Each place of each mutation with each kind that it may point to."""
    for mutation in MUTATIONS:
        for above, name in places(fields_of(mutation)):
            yield from ((mutation, above, name, kind) for kind in kinds_of(name))


def subject_of(mutation: str) -> str | None:
    """The argument that says which row is changed. A row that is not there is all that can be meant by NOT_FOUND."""
    about = [name for above, name in places(fields_of(mutation)) if not above]
    return about[0] if about else None


def must_be_given(mutation: str, name: str) -> bool:
    return name in fields_of(mutation) and is_required_input_field(fields_of(mutation)[name])


def swapped(whole: Any, above: Path, name: str, id: str) -> Any:
    """The input with this id in that place."""
    if isinstance(whole, list):
        return [swapped(one, above, name, id) for one in whole]
    if above:
        return whole | {above[0]: swapped(whole[above[0]], above[1:], name, id)}
    return whole | {name: [id] if isinstance(whole[name], list) else id}


def usual(name: str, gtype: Any, ids: dict[str, UUID]) -> Any:
    """A value of the right form; ids are of rows that exist where the test has made one."""
    if is_non_null_type(gtype):
        value = usual(name, gtype.of_type, ids)
        return "" if value is None else value
    if is_list_type(gtype):
        return [usual(name, gtype.of_type, ids)]
    if isinstance(gtype, GraphQLInputObjectType):
        return {key: usual(key, inner.type, ids) for key, inner in gtype.fields.items()}
    if hasattr(gtype, "values"):
        return next(iter(gtype.values))
    if name in USUAL:
        return USUAL[name]
    plain = {"ID": pointing(name, ids), "String": "例", "Int": 1, "Boolean": False, "Decimal": "1.5"}
    return (plain | {"Date": "2026-07-10", "DateTime": "2026-07-10T13:00:00+09:00"})[gtype.name]


def usual_input(mutation: str, ids: dict[str, UUID]) -> dict[str, Any]:
    fields = fields_of(mutation).items()
    return {name: usual(name, field.type, ids) for name, field in fields if name != "idempotencyKey"}


async def versions_in(mutation: str, ids: dict[str, UUID]) -> dict[str, int]:
    """The version of the row that the mutation is about, where it has to be given."""
    about = subject_of(mutation)
    if "version" not in fields_of(mutation) or not about:
        return {}
    kind, _, key = pointing(about, ids).partition(":")
    entity = entity_of(schema._schema.type_map[kind])
    row: Any = await entity.model.filter(id=key).first() if entity else None
    return {"version": row.version} if row else {}


async def rows_of(who: Actor, town: Town, name: str) -> dict[str, UUID]:
    """One row of each kind that belongs to the actor's station."""
    body = await make.school(who, name)
    branch = await organizations.add_establishment(who, organization_id=body.id, name="分校")
    contact = await make.contact(who, body)
    other = await Unit.filter(prefecture_id=who.prefecture_id, parent_id__isnull=False).exclude(id=who.unit_id).first()
    assert other is not None
    shown = await organizations.share(who, body.id, unit_id=other.id, reason="経済安全保障")
    merged = await merged_into(town.hq, who, body)
    lecture = await make.lecture(who, school=body, contact=contact)
    await lectures.accept(who, lecture.id)
    await lectures.assign(who, lecture.id, person_id=who.person_id)
    agreement = await agreements.propose(who, kind=AgreementKind.MEMORANDUM, title="覚書", organization_ids=[body.id])
    assignment, attendee = await Assignment.get(lecture_id=lecture.id), await Attendee.get(person_id=who.person_id)
    party = await AgreementParty.get(organization_id=body.id)
    feed = await make.told(await feeds.subscribe(who, person_id=contact.person_id))
    elsewhere = {"kind": AnswerAddressKind.ALIAS, "mail_address": "megumi@home.example"}
    alias = await answering.allow(who, person_id=contact.person_id, **elsewhere)
    return (
        await volunteers_of(who, town)
        | await met_with(who, contact)
        | await wifi_of(who, name)
        | await amendment_of(who, town, name)
        | {
            "Organization": body.id,
            "OrganizationCoOwner": shown.id,
            "OrganizationMerge": merged.id,
            "Contact": contact.id,
            "Establishment": branch.id,
            "Lecture": lecture.id,
            "LecturerAssignment": assignment.id,
            "Attendee": attendee.id,
            "Agreement": agreement.id,
            "AgreementParty": party.id,
            "CalendarFeed": feed.id,
            "AnswerAddress": alias.id,
            "Person": contact.person_id,
            "Officer": who.person_id,
            "Unit": who.unit_id,
        }
    )


async def amendment_of(who: Actor, town: Town, name: str) -> dict[str, UUID]:
    """Of an agreement in force, before the approver."""
    agreement = await make.in_force(replace(town, officer=who), f"{name}相手方株式会社")
    promise = await make.commitment(who, agreement)
    done = await agreements.note_fulfilment(who, promise.id, done_on=who.today)
    amendment = await make.amendment(who, agreement)
    research = await make.research(replace(town, officer=who), f"{name}附属研究所")
    naming = await make.named(who, agreement)
    signing = await make.ceremony(who, await make.proposed(who, f"{name}出版株式会社"))
    made = {
        "SigningCeremony": signing,
        "AgreementAmendment": amendment,
        "PartyNaming": naming,
        "AgreementFile": await make.kept(who, agreement),
        "AgreementCommitment": promise,
        "AgreementFulfilment": done,
    }
    return {kind: row.id for kind, row in made.items()} | {"ResearchOutput": (await make.output(who, research)).id}


async def wifi_of(who: Actor, name: str) -> dict[str, UUID]:
    """A network that was found wanting, and somebody has been told."""
    spot = await make.wifi_spot(who, name)
    await wifi.survey(who, spot.id, missing=[WifiPoint.LOGS])
    await wifi.advise(who, spot.id, means=AdviceMeans.CALL)
    survey, advice = await WifiSurvey.get(spot_id=spot.id), await WifiAdvice.get(spot_id=spot.id)
    return {"WifiSpot": spot.id, "WifiSurvey": survey.id, "WifiAdvice": advice.id}


async def council_of(who: Actor, body: Organization, **over: Any) -> dict[str, UUID]:
    """A council in which the body is a member, and another one, and where they have met."""
    council = await make.council(who, f"{body.name}ほか協議会", **over)
    member = await make.member(who, council, body)
    other = await make.member(who, council, await make.company(who, f"{body.name}の取引先"))
    proxies = [MeetingProxy(other.id, member.id)]
    meeting = await make.meeting(who, council)
    if contact := await Contact.filter(organization_id=body.id).order_by("id").first():
        await meetings.invite(who, meeting.id, contact_ids=[contact.id])
    held = await make.met(who, meeting, member, proxies=proxies)
    voted = {"wording": "原案のとおり可決", "result": ResolutionOutcome.ADOPTED, "votes_for": 2}
    resolution = await meetings.resolve(who, held.id, **voted)
    told = await make.information_for(who, council)
    ids = {"Council": council.id, "CouncilMembership": member.id, "CouncilInformation": told.id}
    return ids | {"CouncilMeeting": held.id, "CouncilResolution": resolution.id}


async def merged_into(hq: Actor, who: Actor, body: Organization) -> merging.OrganizationMerge:
    """What headquarters has let go up in the body."""
    twin = await make.company(who, f"{body.name}（旧称）")
    return await merging.merge(hq, twin.id, version=twin.version, kept_id=body.id, reason="同じ学校のため")


async def met_with(who: Actor, contact: Contact) -> dict[str, UUID]:
    """Where officers and the contact's body meet, and what that is told."""
    body = await Organization.get(id=contact.organization_id)
    met = await drill_of(who, contact) | await encounter_of(who, contact) | await council_of(who, body)
    return met | await outreach_of(who, contact) | await notice_of(who, contact) | await campaign_of(who, contact)


async def campaign_of(who: Actor, contact: Contact) -> dict[str, UUID]:
    """A campaign that asks whoever is there of the contact's body, and what that has said."""
    line = await make.asked(who, criteria=AudienceCriteria(organization_ids=[contact.organization_id]))
    await campaigns.propose_by_link(who.now, line.id, job_title="教頭", phone="000-0000-0002")
    proposal = await ContactProposal.get(asked_id=line.id)
    return {"Campaign": line.campaign_id, "CampaignContact": line.id, "ContactProposal": proposal.id}


async def drill_of(who: Actor, contact: Contact) -> dict[str, UUID]:
    """A drill to which the contact is invited, and has answered by a mail that nobody can vouch for."""
    drill = await make.drill(who)
    await drills.invite(who, drill.id, contact_id=contact.id)
    part = await Participation.get(drill_id=drill.id)
    date = await Appointment.get(id=drill.appointment_id)
    letter = await Letter.get(appointment_id=date.id)
    said = {"sender": letter.to_address, "attendee": letter.to_address, "uid": date.uid, "partstat": "ACCEPTED"}
    mail = await incoming.take_in(who.now, Told(drill.id.hex, who.now, method="REPLY", **said))
    paper = await make.document(who, date.id)
    return {
        "Document": paper.id,
        "Drill": drill.id,
        "DrillParticipation": part.id,
        "IncomingMail": mail.id if mail else part.id,
    }


async def encounter_of(who: Actor, contact: Contact) -> dict[str, UUID]:
    """A visit to the contact's body, reported, with something to be done still; and what a drill has left elsewhere."""
    body = await Organization.get(id=contact.organization_id)
    trader = await make.company(who, f"{body.name}出入りの商会")
    visit = await make.encounter(
        who,
        body=body,
        kind=EncounterKind.VISIT,
        starts_at=who.now - timedelta(days=1),
        checklist=[ItemChecked(EncounterCheckItem.BCP, EncounterAnswer.YES)],
        next_step=NextStep("訓練の案内を送る", who.today),
    )
    return {"Encounter": visit.id, "Improvement": (await make.improvement(who, trader)).id}


async def outreach_of(who: Actor, contact: Contact) -> dict[str, UUID]:
    """A seminar with the contact's body, held and reported."""
    event = await make.reported_event(who, hosts=[CoHosting(contact.organization_id)])
    return {"OutreachEvent": event.id, "OutreachHost": (await OutreachHost.get(event_id=event.id)).id}


async def notice_of(who: Actor, contact: Contact) -> dict[str, UUID]:
    """What the contact's body was told."""
    notice = await sent(who, contact)
    return {"Notice": notice.id, "NoticeRecipient": (await recipient(notice, contact)).id}


async def volunteers_of(who: Actor, town: Town) -> dict[str, UUID]:
    """A minor about to be appointed with a guardian's consent, a group, and an activity to which an adult is asked."""
    group = await make.group(who)
    minor = await make.recommended(who, group_id=group.id, age_band=AgeBand.FROM_15_TO_17)
    await volunteers.screen(town.hq, minor.id)
    consent = await volunteers.record_consent(who, minor.id, guardian_name="髙見本 保", given_on=who.today)
    activity = await make.activity(who, group_id=group.id)
    adult = await make.recommended(who, family_name="試﨑")
    await volunteers.screen(town.hq, adult.id)
    await volunteers.appoint(town.hq, adult.id, authority="生活安全部長")
    await activities.invite(who, activity.id, volunteer_ids=[adult.id])
    participation = await ActivityParticipation.get(activity_id=activity.id)
    return {
        "VolunteerGroup": group.id,
        "Volunteer": minor.id,
        "GuardianConsent": consent.id,
        "VolunteerActivity": activity.id,
        "ActivityParticipation": participation.id,
    }


class _Undone(Exception):
    """Ends a transaction that was only tried."""


async def undone(work: Callable[[], Awaitable[T]]) -> T:
    """What the work answers; whatever it has changed is taken back, so that the next one finds everything as it was."""
    answers = []
    try:
        async with in_transaction("default"):
            answers.append(await work())
            raise _Undone
    except _Undone:
        return answers[0]
