"""Makers: the smallest true town for a test. Everything is made by the domain's own verbs, so it obeys every rule."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from domain import (
    activities,
    agreements,
    campaigns,
    councils,
    documents,
    drills,
    encounters,
    feeds,
    information,
    installation,
    lectures,
    meetings,
    organizations,
    outreach,
    people,
    tokens,
    units,
    volunteers,
    wifi,
)
from domain.activities import Activity, ActivityKind
from domain.actor import Actor, Role
from domain.agreements import (
    Agreement,
    AgreementAmendment,
    AgreementCommitment,
    AgreementFile,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationItem,
    OutputKind,
    PartyNaming,
    ResearchOutput,
    Side,
    Signature,
    SigningCeremony,
)
from domain.audience import AudienceCriteria
from domain.campaigns import Campaign, CampaignContact, ContactProposal
from domain.councils import Council, CouncilKind, CouncilMembership
from domain.documents import Document
from domain.drills import Drill, DrillFormat, DrillThreat, Improvement, TookPart
from domain.encounters import Encounter, EncounterKind, EncounterMember, EncounterTheme
from domain.feeds import Feed, Subscription
from domain.information import CouncilInformation
from domain.lectures import Audience, Lecture
from domain.meetings import CouncilMeeting, MeetingPresence
from domain.notices import NoticeHandling
from domain.organizations import Contact, ContactRole, Organization, OrganizationKind
from domain.outreach import (
    HandedOut,
    OutreachAudience,
    OutreachEvent,
    OutreachKind,
    OutreachResults,
    OutreachTheme,
)
from domain.people import Person
from domain.units import Unit, UnitKind
from domain.volunteers import AgeBand, CommissionKind, GroupBase, Volunteer, VolunteerGroup
from domain.wifi import WifiFacility, WifiSpot
from tests.clock import NOW


@dataclass(frozen=True)
class Town:
    """One prefecture with two stations, and an actor for each post."""

    prefecture: Unit
    section: Unit
    station: Unit
    other_station: Unit
    admin: Actor
    hq: Actor
    officer: Actor
    other_officer: Actor
    statistician: Actor


async def town(now: datetime = NOW) -> Town:
    founded = await installation.found(
        now,
        code="01",
        name="青浜県",
        domain="police.aohama.example",
        phone="000-0000-0001",
        mail_address="cyber@police.aohama.example",
        administrator=("見本", "太郎"),
    )
    admin = replace(founded.administrator, units=(founded.prefecture.id, founded.section.id))
    first, second = [await station(admin, founded.prefecture, n) for n in (1, 2)]
    everything = tuple([unit.id for unit in await Unit.all()])
    hq = await actor(admin, Role.HQ_LIAISON, founded.section, everything)
    return Town(
        founded.prefecture,
        founded.section,
        first,
        second,
        admin,
        hq,
        await actor(admin, Role.STATION_LIAISON, first, (first.id,)),
        await actor(admin, Role.STATION_LIAISON, second, (second.id,)),
        await actor(admin, Role.STATISTICIAN, founded.section, everything),
    )


async def station(admin: Actor, prefecture: Unit, number: int) -> Unit:
    return await units.establish(
        admin,
        parent_id=prefecture.id,
        kind=UnitKind.STATION,
        code=f"1{number:02}",
        name=f"青浜第{number}警察署",
        name_kana=f"アオハマダイ{number}ケイサツショ",
        phone=f"000-0000-01{number:02}",
        mail_address=f"station{number}@police.aohama.example",
    )


async def officer(admin: Actor, unit: Unit, **over: Any) -> Person:
    values = {"family_name": "試﨑", "given_name": "花子", "mail_address": "hanako@police.aohama.example"}
    return await people.enlist(admin, unit_id=unit.id, **(values | over))


async def actor(admin: Actor, role: Role, unit: Unit, covered: tuple[Any, ...]) -> Actor:
    person = await officer(admin, unit)
    return Actor(role, admin.now, person.id, unit.id, admin.prefecture_id, covered)


def at(who: Actor, now: datetime) -> Actor:
    """The same actor at another instant."""
    return replace(who, now=now)


async def school(who: Actor, name: str = "見本市立見本小学校", **over: Any) -> Organization:
    return await organizations.register(who, kind=OrganizationKind.SCHOOL, name=name, **over)


async def company(who: Actor, name: str = "架空電力株式会社", **over: Any) -> Organization:
    return await organizations.register(who, kind=OrganizationKind.COMPANY, name=name, **over)


async def contact(who: Actor, body: Organization, **over: Any) -> Contact:
    values: dict[str, Any] = {
        "role": ContactRole.WORKING,
        "family_name": "例塚",
        "given_name": "恵",
        "mail_address": "megumi@partner.example",
    }
    return await organizations.add_contact(who, organization_id=body.id, **(values | over))


def outsider(who: Actor, role: Role, contact: Contact) -> Actor:
    """The contact as an actor of their own."""
    return Actor(role, who.now, contact.person_id, contact.unit_id, who.prefecture_id, (), contact.organization_id)


async def lecture(who: Actor, **over: Any) -> Lecture:
    """A request in two weeks, for a school and a contact of its own unless told."""
    body = over.pop("school", None) or await school(who)
    teacher = over.pop("contact", None) or await contact(who, body, mail_address="teacher@school.example")
    starts_at = over.pop("starts_at", who.now + timedelta(days=14))
    values: dict[str, Any] = {
        "theme": "SNSの安全な使い方",
        "audience": Audience.PUPIL_ELEM,
        "expected_count": 60,
        "ends_at": starts_at + timedelta(minutes=50),
    }
    return await lectures.request(who, school_id=body.id, contact_id=teacher.id, starts_at=starts_at, **(values | over))


async def drill(who: Actor, **over: Any) -> Drill:
    """A drill in four weeks, ready for invitations."""
    starts_at = over.pop("starts_at", who.now + timedelta(days=28))
    values: dict[str, Any] = {
        "title": "第1回共同対処訓練",
        "format": DrillFormat.TABLETOP,
        "threat": DrillThreat.RANSOMWARE,
        "scenario": "午前10時、受付の端末に身代金を要求する画面が出る。",
        "objectives": ["警察への通報を15分以内に行う"],
        "place": "青浜県警察本部 大会議室",
        "ends_at": starts_at + timedelta(hours=3),
    }
    planned = await drills.plan(who, starts_at=starts_at, **(values | over))
    return await drills.open_planning(who, planned.id)


async def invited(who: Actor, asked: Drill, *names: str, **over: Any) -> list[Contact]:
    """One contact of each of these companies, invited to the drill."""
    people_there = []
    for number, name in enumerate(names or ("架空電力株式会社",), 1):
        person = await contact(who, await company(who, name), mail_address=f"contact{number}@partner.example")
        await drills.invite(who, asked.id, contact_id=person.id, **over)
        people_there.append(person)
    return people_there


async def held_drill(who: Actor, *bodies: Organization, **over: Any) -> Drill:
    """A drill of last week to which each of these bodies came with two people, or one body of its own."""
    begins = who.now - timedelta(days=7)
    present = [TookPart(body.id, 2) for body in bodies or (await company(who, "例示港湾株式会社"),)]
    values: dict[str, Any] = {
        "title": f"共同対処訓練（{present[0].organization_id}）",
        "format": DrillFormat.TABLETOP,
        "threat": DrillThreat.DENIAL_OF_SERVICE,
        "ends_at": begins + timedelta(hours=3),
    }
    return await drills.record_held(who, starts_at=begins, participants=present, **(values | over))


async def improvement(who: Actor, *bodies: Organization, **over: Any) -> Improvement:
    """What the first of these bodies has left to mend within a month, or the police where none is told."""
    drill = over.pop("drill", None) or await held_drill(who, *bodies)
    values: dict[str, Any] = {
        "what": "夜間の連絡先を改める",
        "due_on": who.today + timedelta(days=30),
        "organization_id": bodies[0].id if bodies else None,
    }
    return await drills.raise_improvement(who, drill.id, **(values | over))


PDF = b"%PDF-1.7 "


async def document(who: Actor, appointment_id: Any, **over: Any) -> Document:
    """A paper of a date, which nobody but the desk sees yet."""
    values: dict[str, Any] = {"name": "進行表.pdf", "content": PDF}
    return await documents.add(who, appointment_id, **(values | over))


async def released(who: Actor, appointment_id: Any, **over: Any) -> Document:
    """A paper that whoever comes to the date sees."""
    return await documents.release(who, (await document(who, appointment_id, **over)).id)


async def encounter(who: Actor, **over: Any) -> Encounter:
    """A call of an hour ago, reported, with the actor and somebody of a body of its own unless told."""
    body = over.pop("body", None) or await company(who)
    values: dict[str, Any] = {
        "kind": EncounterKind.CALL,
        "theme": EncounterTheme.RELATIONSHIP,
        "starts_at": who.now - timedelta(hours=1),
        "outcome": "担当者が代わったことを聞いた。",
        "members": [EncounterMember(officer_id=who.person_id, is_lead=True), EncounterMember(job_title="総務課長")],
    }
    return await encounters.note(who, organization_id=body.id, **(values | over))


async def planned_encounter(who: Actor, **over: Any) -> Encounter:
    """A visit in a week, with a body of its own unless told."""
    body = over.pop("body", None) or await company(who)
    values: dict[str, Any] = {
        "kind": EncounterKind.VISIT,
        "theme": EncounterTheme.SME_SUPPORT,
        "starts_at": who.now + timedelta(days=7),
        "purpose": "備えの状況を確かめる。",
    }
    return await encounters.plan(who, organization_id=body.id, **(values | over))


async def commitment(who: Actor, agreement: Agreement, **over: Any) -> AgreementCommitment:
    """A drill each fiscal year, entered by hand, unless told."""
    values = {"item": CooperationItem.DRILL, "what": "合同訓練", "times_per_year": 1}
    return await agreements.enter_commitment(who, agreement.id, **(values | over))


async def research(town: Town, *names: str, **over: Any) -> Agreement:
    """Joint research in force, with a university of its own unless told."""
    return await in_force(town, *(names or ("例示大学",)), terms={"kind": AgreementKind.JOINT_RESEARCH}, **over)


async def named(who: Actor, agreement: Agreement) -> PartyNaming:
    """The consent of the first company of an agreement to be named."""
    [party, *_] = await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER).order_by("id")
    return await agreements.name_party(who, party.id)


async def kept(who: Actor, agreement: Agreement, **over: Any) -> AgreementFile:
    """The signed document of an agreement, for all its parties unless told."""
    values: dict[str, Any] = {"name": "協定書.pdf", "content": PDF + agreement.id.bytes}
    return await agreements.keep_file(who, agreement.id, **(values | over))


async def ceremony(who: Actor, agreement: Agreement, **over: Any) -> SigningCeremony:
    """A ceremony in two weeks, to which nobody is asked yet."""
    starts_at = over.pop("starts_at", who.now + timedelta(days=14))
    values: dict[str, Any] = {"ends_at": starts_at + timedelta(hours=1), "place": "青浜県警察本部 大会議室"}
    return await agreements.plan_signing(who, agreement.id, starts_at=starts_at, **(values | over))


async def output(who: Actor, agreement: Agreement) -> ResearchOutput:
    told = {"title": "不正通信の分析手法", "produced_on": who.today}
    return await agreements.note_output(who, agreement.id, kind=OutputKind.REPORT, **told)


async def amendment(who: Actor, agreement: Agreement, **over: Any) -> AgreementAmendment:
    """A change of the clauses of an agreement in force, from today on unless told, before the approver."""
    values = {"effective_on": who.today, "changes": "第3条に訓練を加える。"}
    return await agreements.propose_amendment(who, agreement.id, **(values | over))


async def outreach_event(who: Actor, **over: Any) -> OutreachEvent:
    """A seminar for small businesses in three weeks."""
    starts_at = over.pop("starts_at", who.now + timedelta(days=21))
    values: dict[str, Any] = {
        "kind": OutreachKind.SEMINAR,
        "theme": OutreachTheme.SME_SUPPORT,
        "audience": OutreachAudience.SME,
        "title": "サイバー保険と備えのセミナー",
        "place": "見本市民会館",
        "ends_at": starts_at + timedelta(hours=2),
    }
    return await outreach.plan(who, starts_at=starts_at, **(values | over))


async def reported_event(who: Actor, **over: Any) -> OutreachEvent:
    """The same, held a week ago and reported."""
    starts_at = over.pop("starts_at", who.now - timedelta(days=7))
    values: dict[str, Any] = {
        "kind": OutreachKind.SEMINAR,
        "theme": OutreachTheme.SME_SUPPORT,
        "audience": OutreachAudience.SME,
        "title": "サイバー保険と備えのセミナー",
        "ends_at": starts_at + timedelta(hours=2),
        "summary": "備えの手順を説明し、質問を受けた。",
        "results": OutreachResults(body_count=24, people_count=31),
        "materials": [HandedOut("備えの手引き", 40)],
    }
    return await outreach.record(who, starts_at=starts_at, **(values | over))


async def group(who: Actor, name: str = "例示大学サイバー防犯ボランティア", **over: Any) -> VolunteerGroup:
    values: dict[str, Any] = {"base": GroupBase.STUDENT, "founded_on": date(2020, 4, 1)}
    return await volunteers.establish_group(who, name=name, **(values | over))


async def council(who: Actor, name: str = "見本サイバーセキュリティ協議会", **over: Any) -> Council:
    values: dict[str, Any] = {"kind": CouncilKind.STATION, "founded_on": date(2026, 4, 1)}
    return await councils.establish(who, name=name, **(values | over))


async def member(who: Actor, council: Council, body: Organization | None = None, **over: Any) -> CouncilMembership:
    """A body, one of its own unless told, from the founding of the council on."""
    if body is None and "police_unit_id" not in over:
        body = await company(who)
    values: dict[str, Any] = {"organization_id": body and body.id, "term_from": council.founded_on}
    return await councils.admit(who, council.id, **(values | over))


async def campaign(who: Actor, **over: Any) -> Campaign:
    """A draft that asks every contact of the actor's bodies within two weeks unless told."""
    values: dict[str, Any] = {
        "title": "令和8年度 連絡先の確認",
        "due_on": who.today + timedelta(days=14),
        "criteria": AudienceCriteria(kinds=[*OrganizationKind]),
    }
    return await campaigns.draft(who, **(values | over))


async def asked(who: Actor, **over: Any) -> CampaignContact:
    """The first whom a campaign asks; of a company of its own unless there are contacts already."""
    if not await Contact.filter(until=None, unit_id=who.unit_id).exists():
        await contact(who, await company(who))
    draft = await campaign(who, **over)
    await campaigns.send(who, draft.id, version=draft.version)
    return await CampaignContact.filter(campaign_id=draft.id).order_by("id").first()  # type: ignore[return-value]


async def proposal(who: Actor, **over: Any) -> ContactProposal:
    """What a contact who is asked says has changed."""
    line = await asked(who)
    await campaigns.propose_by_link(who.now, line.id, **({"job_title": "情報システム課長"} | over))
    return await ContactProposal.get(asked_id=line.id)


async def meeting(who: Actor, council: Council, **over: Any) -> CouncilMeeting:
    """In two weeks, for two hours; planned, and nobody is asked yet."""
    starts_at = over.pop("starts_at", who.now + timedelta(days=14))
    values: dict[str, Any] = {"title": "第1回総会", "agenda": ["事業計画", "役員の選任"], "place": "青浜県警察本部"}
    dates = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    return await meetings.plan(who, council.id, **(dates | values | over))


async def met(who: Actor, meeting: CouncilMeeting, *members: CouncilMembership, **over: Any) -> CouncilMeeting:
    """Held, with somebody of each of these members there."""
    there = [MeetingPresence(one.id, job_title="課長") for one in members]
    return await meetings.hold(at(who, meeting.starts_at + timedelta(hours=3)), meeting.id, attended=there, **over)


async def information_for(who: Actor, council: Council, **over: Any) -> CouncilInformation:
    """What a station has written for a council, unchecked."""
    theme, handling = EncounterTheme.INFORMATION, NoticeHandling.CONCERNED_ONLY
    values: dict[str, Any] = {"title": "ランサムウェアの手口に関する情報", "theme": theme, "handling": handling}
    return await information.write(who, council.id, **(values | over))


async def wifi_spot(who: Actor, name: str = "見本珈琲店", **over: Any) -> WifiSpot:
    values: dict[str, Any] = {"facility": WifiFacility.RESTAURANT, "ssid": "MIHON-GUEST", "found_on": date(2026, 4, 1)}
    return await wifi.register_spot(who, name=name, **(values | over))


async def recommended(who: Actor, **over: Any) -> Volunteer:
    values: dict[str, Any] = {
        "kind": CommissionKind.CYBER_VOLUNTEER,
        "age_band": AgeBand.ADULT,
        "family_name": "髙見本",
        "given_name": "一郎",
        "family_name_kana": "タカミホン",
        "mail_address": "ichiro@volunteer.example",
    }
    return await volunteers.recommend(who, **(values | over))


async def screened(town: Town, **over: Any) -> Volunteer:
    volunteer = await recommended(town.officer, **over)
    return await volunteers.screen(town.hq, volunteer.id)


async def volunteer(town: Town, **over: Any) -> Volunteer:
    """One who serves until the next 31 March; a minor with a guardian's consent to everything."""
    candidate = await screened(town, **over)
    if candidate.is_minor:
        given_on = candidate.recommended_on
        await volunteers.record_consent(town.officer, candidate.id, guardian_name="髙見本 保", given_on=given_on)
    return await volunteers.appoint(town.hq, candidate.id, authority="生活安全部長")


def oneself(who: Actor, volunteer: Volunteer) -> Actor:
    """The volunteer as an actor of their own."""
    return Actor(Role.VOLUNTEER, who.now, volunteer.person_id, volunteer.unit_id, who.prefecture_id)


async def activity(who: Actor, **over: Any) -> Activity:
    """A publicity activity in ten days unless told."""
    starts_at = over.pop("starts_at", who.now + timedelta(days=10))
    values: dict[str, Any] = {
        "kind": ActivityKind.PUBLICITY,
        "title": "駅前での広報啓発活動",
        "ends_at": starts_at + timedelta(hours=2),
        "place": "見本駅前広場",
    }
    return await activities.plan(who, starts_at=starts_at, **(values | over))


async def proposed(who: Actor, *names: str) -> Agreement:
    """An agreement with companies of these names, as first proposed."""
    bodies = [await company(who, name) for name in names or ("架空電力株式会社",)]
    return await agreements.propose(
        who,
        kind=AgreementKind.JOINT_RESPONSE,
        title="サイバー犯罪に対する共同対処協定",
        organization_ids=[body.id for body in bodies],
    )


async def awaiting(town: Town, draft: Agreement) -> Agreement:
    """The draft, approved by headquarters."""
    if draft.status is AgreementStatus.PROPOSED:
        await agreements.negotiate(town.officer, draft.id)
    await agreements.submit(town.officer, draft.id)
    return await agreements.approve(town.hq, draft.id)


async def signatures(agreement: Agreement) -> list[Signature]:
    parties = await AgreementParty.filter(agreement_id=agreement.id, removed_at=None).order_by("id")
    return [Signature(party.id, f"署名者{n}", "代表取締役社長") for n, party in enumerate(parties)]


async def in_force(town: Town, *names: str, terms: dict[str, Any] | None = None, **over: Any) -> Agreement:
    """Signed on 1 July and in force until 31 March unless told; `terms` are what the draft says besides."""
    draft = await proposed(town.officer, *names)
    if terms:
        await agreements.correct(town.officer, draft.id, version=draft.version, **terms)
    agreement = await awaiting(town, draft)
    values: dict[str, Any] = {"signed_on": date(2026, 7, 1), "expires_on": date(2027, 3, 31)}
    signed = await signatures(agreement)
    return await agreements.sign(town.officer, agreement.id, signatures=signed, **(values | over))


async def told(feed: Subscription, key: str = "k" * 43, now: datetime = NOW) -> Subscription:
    """A feed whose present address was told, as by a letter that was posted."""
    await feeds.hand_out(now, key, feed.id, feed.generation)
    return feed


async def looked_at(feed: Subscription, key: str = "k" * 43) -> Feed:
    """A feed as whoever has its address finds it."""
    found = await feeds.look(tokens.digest(feeds.secret_in(key, (await told(feed, key)).id, feed.generation)))
    assert found is not None
    return found
