"""Two officers who have the same thing before them: whoever comes second is told, and overwrites nothing.

One story for each concept, which takes every step that can be told a version.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import (
    activities,
    agreements,
    answering,
    campaigns,
    councils,
    documents,
    drills,
    encounters,
    incoming,
    information,
    lectures,
    meetings,
    merging,
    notices,
    organizations,
    outreach,
    people,
    replies,
    retention,
    units,
    volunteers,
    wifi,
)
from domain.activities import Absence, ActivityParticipation, ActivityResults, Presence
from domain.agreements import (
    AgreementAmendment,
    AgreementCommitment,
    AgreementFulfilment,
    AgreementParty,
    CooperationItem,
    OutputKind,
    PartyNaming,
    ResearchOutput,
    Side,
    SigningCeremony,
)
from domain.calendar import Attendee, PartStat
from domain.campaigns import CampaignContact, ContactCallResult, ContactProposal
from domain.councils import CouncilRole
from domain.drills import Attended, Drill, DrillFormat, DrillThreat, Participation, ParticipationRole
from domain.lectures import Assignment
from domain.meetings import MeetingPresence, MeetingProxy, ResolutionOutcome
from domain.organizations import Organization
from domain.volunteers import AgeBand, CommissionKind
from domain.wifi import AdviceMeans, WifiAdvice, WifiPoint, WifiSurvey
from tests import make
from tests.clock import NOW
from tests.domain.drills.asking import answer, attendee_of
from tests.domain.incoming.arriving import invitation
from tests.domain.lectures.giving import HEARD
from tests.domain.notices.telling import drafted, partner, recipient
from tests.domain.retention.test_lists import SPRING, drawn, late, left, second
from tests.domain.sweeping import Sweep, versioned
from tests.make import Town

Story = Callable[[Town, Sweep], Awaitable[None]]
HOUR = timedelta(hours=1)


def dates(starts_at: datetime, lasting: timedelta = HOUR, days: int = 0) -> dict[str, datetime]:
    begins = starts_at + timedelta(days=days)
    return {"starts_at": begins, "ends_at": begins + lasting}


async def lectures_are_arranged(town: Town, sweep: Sweep) -> None:
    me, lecture = town.officer, await make.lecture(town.officer)
    other = await make.officer(town.hq, town.station)
    await sweep(lectures.accept, me, lecture)
    for person_id in (me.person_id, other.id):
        await sweep(lectures.assign, me, lecture, person_id=person_id)
    await sweep(lectures.release, me, await Assignment.get(person_id=other.id))
    for facts in ({"theme": "情報モラル"}, {"place": "体育館"}, {"online_url": "https://meet.example/a"}):
        await sweep(lectures.correct, me, lecture, **facts)
    await sweep(lectures.reschedule, me, lecture, **dates(lecture.starts_at, 2 * HOUR))
    await sweep(lectures.confirm, me, lecture)
    await sweep(lectures.correct, me, lecture, place="音楽室")
    await sweep(lectures.postpone, me, lecture, reason="台風", **dates(lecture.starts_at, HOUR))
    await sweep(lectures.postpone, me, lecture, reason="学級閉鎖")
    await sweep(lectures.reschedule, me, lecture, **dates(lecture.starts_at, HOUR))
    await lectures.confirm(me, lecture.id)
    after = make.at(me, lecture.starts_at + 3 * HOUR)
    await sweep(lectures.deliver, after, lecture, duration_minutes=50, head_counts=HEARD)
    giver = [lectures.GivenBy(other.id)]
    for numbers in ({"duration_minutes": 45}, {"head_counts": [replace(HEARD[0], count=60)]}, {"given_by": giver}):
        await sweep(lectures.correct_head_counts, after, lecture, reason="書き間違い", **numbers)
    await sweep(lectures.report, after, lecture)


async def lectures_end(town: Town, sweep: Sweep) -> None:
    for name, end in (("甲小", lectures.refuse), ("乙小", lectures.cancel), ("丙小", lectures.withdraw)):
        lecture = await make.lecture(town.officer, school=await make.school(town.officer, name))
        if end is lectures.cancel:
            await lectures.accept(town.officer, lecture.id)
        await sweep(end, town.officer, lecture, reason="日程が合わないため")


async def drills_are_arranged(town: Town, sweep: Sweep) -> Drill:
    me, begins = town.officer, town.officer.now + timedelta(days=28)
    what = {"title": "第1回共同対処訓練", "format": DrillFormat.TABLETOP, "threat": DrillThreat.RANSOMWARE}
    drill = await drills.plan(me, **what, objectives=["通報"], place="大会議室", **dates(begins))
    await sweep(drills.open_planning, me, drill)
    await sweep(drills.reschedule, me, drill, **dates(begins, 2 * HOUR))
    for facts in ({"place": "講堂"}, {"online_url": "https://meet.example/a"}, {"title": "第2回共同対処訓練"}):
        await sweep(drills.correct, me, drill, **facts)
    contacts = [await make.contact(me, await make.company(me, name)) for name in ("架空電力", "見本信用金庫")]
    for contact in contacts:
        await sweep(drills.invite, me, drill, contact_id=contact.id)
    await sweep(drills.correct, me, drill, place="大会議室")
    part = await Participation.get(organization_id=contacts[1].organization_id)
    await sweep(drills.correct_participation, me, part, role=ParticipationRole.OBSERVER)
    await sweep(drills.uninvite, me, drill, attendee_id=(await attendee_of(contacts[1])).id)
    await sweep(drills.postpone, me, drill, reason="台風", **dates(begins, 3 * HOUR))
    await sweep(drills.resume_inviting, me, drill)
    await answer(town, contacts[0])
    await sweep(drills.confirm, me, drill)
    return drill


async def drills_are_held(town: Town, sweep: Sweep) -> None:
    drill = await drills_are_arranged(town, sweep)
    during, hq = [make.at(who, drill.starts_at + HOUR) for who in (town.officer, town.hq)]
    for step in (drills.start, drills.pause, drills.resume):
        await sweep(step, during, drill)
    [part] = await Participation.filter(reply="ACCEPTED")
    await sweep(drills.finish, during, drill, attendance=[Attended(part.id, 3)])
    for numbers in ({"police_count": 10}, {"attendance": [Attended(part.id, 4)]}):
        await sweep(drills.correct_attendance, during, drill, reason="数え間違い", **numbers)
    await sweep(drills.evaluate, during, drill)
    await sweep(drills.submit_report, during, drill, summary="通報が早かった。")
    await sweep(drills.return_report, hq, drill, reason="人数の確認")
    await drills.submit_report(during, drill.id, summary="通報が早かった。")
    await sweep(drills.close, hq, drill)
    await sweep(drills.call_off, town.officer, await make.drill(town.officer), reason="大雨")


async def activities_are_held(town: Town, sweep: Sweep) -> None:
    me, activity = town.officer, await make.activity(town.officer, capacity=1)
    going = [await make.volunteer(town, family_name=name) for name in ("髙見本", "試﨑", "𠮷例")]
    for facts in ({"title": "広報啓発活動"}, {"remarks": "雨天決行"}):
        await sweep(activities.correct, me, activity, **facts)
    await sweep(activities.register, me, activity, volunteer_ids=[going[0].id])
    for one in going[1:]:
        await sweep(activities.invite, me, activity, volunteer_ids=[one.id])
    for changed in ({"place": "公民館"}, {"online_url": "https://meet.example/a"}):
        await sweep(activities.reschedule, me, activity, **dates(activity.starts_at, 2 * HOUR), **changed)
    parts = [await ActivityParticipation.get(volunteer_id=one.id) for one in going]
    await replies.answer_by_link(me.now, parts[1].attendee_id, partstat=PartStat.ACCEPTED)
    await sweep(activities.release, me, parts[0], reason="人数が揃ったため")
    await sweep(activities.admit, me, parts[1])
    await sweep(activities.confirm, me, activity)
    await sweep(activities.cancel, me, await make.activity(me), reason="大雨")
    after, other = [make.at(who, activity.starts_at + 3 * HOUR) for who in (me, town.hq)]
    came = [Presence(parts[1].id, 60)]
    await sweep(activities.hold, after, activity, attended=came, absent=[Absence(parts[2].id, "体調不良")])
    counted = {"results": ActivityResults(audience_count=300)}
    for numbers in (counted, {"attended": [Presence(parts[1].id, 90)]}):
        await sweep(activities.correct_results, after, activity, reason="数え間違い", **numbers)
    await sweep(activities.approve_minutes, other, activity)


async def activities_only_end_later(town: Town, sweep: Sweep) -> None:
    activity = await make.activity(town.officer)
    await sweep(activities.reschedule, town.officer, activity, **dates(activity.starts_at, 3 * HOUR))


async def agreements_live_on(town: Town, sweep: Sweep) -> None:
    me, agreement = town.officer, await make.in_force(town, "例示放送株式会社")
    await sweep(agreements.extend, me, agreement, until=date(2027, 9, 30), reason="協議に時間を要するため")
    await sweep(agreements.propose_amendment, me, agreement, effective_on=me.today, changes="訓練を加える")
    amendment = await AgreementAmendment.get(agreement_id=agreement.id)
    await sweep(agreements.approve_amendment, town.hq, amendment)
    await sweep(agreements.enter_commitment, me, agreement, item=CooperationItem.DRILL, what="訓練", times_per_year=1)
    promise = await AgreementCommitment.get(agreement_id=agreement.id)
    await sweep(agreements.note_fulfilment, me, promise, done_on=me.today)
    await sweep(agreements.take_back_fulfilment, me, await AgreementFulfilment.get(commitment_id=promise.id))
    await sweep(agreements.end_commitment, me, promise)
    research = await make.research(town)
    await sweep(agreements.plan_research, me, research, theme="不正通信の分析", starts_on=me.today)
    noted = {"kind": OutputKind.REPORT, "title": "報告書", "produced_on": me.today}
    await sweep(agreements.note_output, me, research, **noted)
    await sweep(agreements.take_back_output, me, await ResearchOutput.get(agreement_id=research.id))
    party = await AgreementParty.get(agreement_id=agreement.id, side=Side.PARTNER)
    await sweep(agreements.name_party, me, party)
    await sweep(agreements.unname_party, me, await PartyNaming.get(party_id=party.id))
    await sweep(agreements.rename_file, me, await make.kept(me, agreement), name="協定書（写し）.pdf")
    dropped = await make.amendment(me, agreement)
    await sweep(agreements.withdraw_amendment, me, dropped, reason="先方の都合")
    going_on = await make.in_force(town, "例示旅館株式会社", terms={"auto_renews_months": 12})
    await sweep(agreements.give_notice, me, going_on, reason="先方の申出")
    await sweep(agreements.take_back_notice, me, going_on)


async def ceremonies_are_moved_and_held(town: Town, sweep: Sweep) -> None:
    me, agreement = town.officer, await make.proposed(town.officer, "例題印刷株式会社")
    guest = await make.contact(me, await Organization.get(name="例題印刷株式会社"))
    when = {"starts_at": me.now + timedelta(days=14), "ends_at": me.now + timedelta(days=14) + HOUR}
    await sweep(agreements.plan_signing, me, agreement, place="本部", **when)
    ceremony = await SigningCeremony.get(agreement_id=agreement.id)
    await sweep(agreements.invite_to_signing, me, ceremony, contact_ids=[guest.id])
    attendee = await Attendee.get(person_id=guest.person_id)
    await sweep(agreements.uninvite_from_signing, me, ceremony, attendee_id=attendee.id)
    await sweep(agreements.move_signing, me, ceremony, **{name: day + HOUR for name, day in when.items()})
    other = await make.ceremony(me, await make.proposed(me, "例題製版株式会社"))
    await sweep(agreements.cancel_signing, me, other, reason="先方の都合")
    signed = await make.awaiting(town, agreement)
    await agreements.sign(me, signed.id, signed_on=me.today, signatures=await make.signatures(signed))
    await sweep(agreements.hold_signing, make.at(me, ceremony.starts_at + 2 * HOUR), ceremony)


async def agreements_are_signed_and_renewed(town: Town, sweep: Sweep) -> None:
    me, agreement = town.officer, await make.proposed(town.officer)
    bodies = [await make.company(me, name) for name in ("見本信用金庫", "例示保険")]
    for facts in ({"title": "共同対処協定"}, {"purpose": "通報"}):
        await sweep(agreements.correct, me, agreement, **facts)
    await sweep(agreements.add_party, me, agreement, organization_id=bodies[0].id)
    await sweep(agreements.remove_party, me, await AgreementParty.get(organization_id=bodies[0].id))
    officer = await make.officer(town.admin, town.station)
    await sweep(agreements.entrust, me, agreement, officer_id=officer.id)
    for who, step in ((me, agreements.negotiate), (me, agreements.submit), (town.hq, agreements.approve)):
        await sweep(step, who, agreement)
    signed = {"signed_on": me.today, "signatures": await make.signatures(agreement)}
    await sweep(agreements.sign, me, agreement, expires_on=date(2027, 3, 31), **signed)
    await sweep(agreements.correct_number, me, agreement, number="青サ第1号")
    await sweep(agreements.file_document, me, agreement, retention_years=5)
    joining = {"organization_id": bodies[1].id, "on": me.today, "signatory_name": "例示 一郎"}
    await sweep(agreements.accede, me, agreement, **joining)
    leaving = await AgreementParty.get(organization_id=bodies[1].id)
    await sweep(agreements.let_withdraw, me, leaving, on=me.today + timedelta(days=30))
    await sweep(agreements.discuss_renewal, me, agreement)
    await sweep(agreements.renew, me, agreement, effective_on=date(2027, 4, 1))
    await sweep(agreements.terminate, town.hq, agreement, reason="相手方の解散")
    given_up = await make.proposed(me, "別の会社")
    await sweep(agreements.withdraw_proposal, me, given_up, reason="相手方の都合")


async def volunteers_come_and_go(town: Town, sweep: Sweep) -> None:
    me, hq = town.officer, town.hq
    minor = await make.recommended(me, age_band=AgeBand.FROM_15_TO_17)
    for facts in ({"affiliation": "例示高校"}, {"phone": "000-0000-0000"}, {"given_name": "次郎"}):
        await sweep(volunteers.correct, me, minor, **facts)
    await sweep(volunteers.screen, hq, minor)
    consent = await sweep(volunteers.record_consent, me, minor, guardian_name="髙見本 保", given_on=me.today)
    await sweep(volunteers.appoint, hq, minor, authority="生活安全部長")
    await sweep(volunteers.correct, me, minor, mail_address="jiro@volunteer.example")
    await sweep(volunteers.reappoint, hq, minor)
    await sweep(volunteers.suspend, me, minor, reason="試験のため")
    await sweep(volunteers.resume, me, minor)
    await sweep(volunteers.withdraw_consent, me, consent)
    other = CommissionKind.CYBER_PATROL_MONITOR
    await sweep(volunteers.recommend_again, me, await make.volunteer(town), kind=other)
    for who, name, leave in ((me, "甲", volunteers.resign), (hq, "乙", volunteers.dismiss)):
        await sweep(leave, who, await make.volunteer(town, family_name=name), reason="転居")
    await sweep(volunteers.reject, hq, await make.screened(town, family_name="丙"), reason="定員のため")


async def groups_come_and_go(town: Town, sweep: Sweep) -> None:
    group = await make.group(town.officer)
    await sweep(volunteers.correct_group, town.officer, group, remarks="大学の公認")
    await sweep(volunteers.retire_group, town.officer, group, on=town.officer.today)


async def organizations_come_and_go(town: Town, sweep: Sweep) -> None:
    me, today = town.officer, town.officer.today
    body = await make.company(me)
    contact = await make.contact(me, body)
    place = await organizations.add_establishment(me, organization_id=body.id, name="本店")
    for facts in ({"phone": "000-0000-0000"}, {"name": "架空電力ホールディングス株式会社"}):
        await sweep(organizations.correct, me, body, **facts)
    for known in ({"department": "総務部"}, {"mail_address": "new@partner.example"}, {"given_name": "惠"}):
        await sweep(organizations.correct_contact, me, contact, **known)
    await sweep(organizations.confirm_contact, replace(me, person_id=town.hq.person_id), contact)
    await sweep(organizations.correct_establishment, me, place, name="支店")
    for row, retire, reinstate in (
        (contact, organizations.retire_contact, organizations.reinstate_contact),
        (place, organizations.retire_establishment, organizations.reinstate_establishment),
        (body, organizations.retire, organizations.reinstate),
    ):
        await sweep(retire, me, row, on=today)
        await sweep(reinstate, me, row)
    await sweep(organizations.place_below, me, body, parent_organization_id=(await make.company(me, "例示ガス")).id)
    shown = await organizations.share(me, body.id, unit_id=town.other_station.id, reason="例")
    await sweep(organizations.end_sharing, me, shown)
    await sweep(organizations.transfer, town.hq, body, unit_id=town.other_station.id)


async def bodies_become_one(town: Town, sweep: Sweep) -> None:
    body, kept = await make.company(town.officer), await make.company(town.officer, "例示ガス")
    await sweep(merging.merge, town.hq, body, kept_id=kept.id, reason="同じ会社のため")
    await sweep(merging.undo, town.hq, await merging.OrganizationMerge.get(gone_id=body.id))


async def officers_come_and_go(town: Town, sweep: Sweep) -> None:
    today = town.admin.today
    officer = await make.officer(town.admin, town.station)
    for known in ({"phone": "000-0000-0000"}, {"family_name": "試崎"}):
        await sweep(people.correct, town.admin, officer, **known)
    for unit_id, days in ((town.station.id, 1), (town.other_station.id, 9)):
        new_post = {"unit_id": unit_id, "job_title": "主任", "on": today + timedelta(days=days)}
        await sweep(people.transfer, town.admin, officer, **new_post)
    await sweep(people.retire, town.admin, officer, on=today + timedelta(days=30))


async def units_come_and_go(town: Town, sweep: Sweep) -> None:
    await sweep(units.correct, town.admin, town.station, extension="3484")
    await sweep(units.retire, town.admin, town.station, on=town.admin.today)


async def papers_are_kept(town: Town, sweep: Sweep) -> None:
    me, drill = town.officer, await make.drill(town.officer)
    paper = await make.document(me, drill.appointment_id)
    await sweep(documents.correct, me, paper, number="青サ対第12号", retention_years=3)
    await sweep(documents.release, me, paper)
    await sweep(documents.withdraw, me, paper)


async def drills_leave_something_to_mend(town: Town, sweep: Sweep) -> None:
    me, item = town.officer, await make.improvement(town.officer)
    await sweep(drills.correct_improvement, me, item, what="連絡網を改める")
    await sweep(drills.begin_improvement, me, item)
    await sweep(drills.finish_improvement, me, item, evidence="要領を改めた。")
    await sweep(drills.send_back_improvement, town.hq, item, reason="夜間の分がない")
    await drills.finish_improvement(me, item.id, evidence="夜間の分も改めた。")
    await sweep(drills.verify_improvement, town.hq, item)
    await sweep(drills.close_improvement, me, item)
    other = await make.improvement(me, drill=await Drill.get(id=item.drill_id))
    await sweep(drills.reject_improvement, me, other, reason="費用に見合わないため")
    third, to = await make.improvement(me, drill=await Drill.get(id=item.drill_id)), await make.drill(me)
    await sweep(drills.carry_over_improvement, me, third, to_drill_id=to.id, objective="夜間の連絡を確かめる")


async def networks_are_surveyed(town: Town, sweep: Sweep) -> None:
    me, spot = town.officer, await make.wifi_spot(town.officer)
    await sweep(wifi.correct_spot, me, spot, ssid="MIHON")
    await sweep(wifi.survey, me, spot, missing=[WifiPoint.LOGS])
    await sweep(wifi.correct_survey, me, await WifiSurvey.get(), missing=[WifiPoint.NOTICE])
    await sweep(wifi.advise, me, spot, means=AdviceMeans.VISIT)
    await sweep(wifi.correct_advice, me, await WifiAdvice.get(), means=AdviceMeans.CALL)
    await sweep(wifi.transfer_spot, town.hq, spot, unit_id=town.other_station.id)
    await sweep(wifi.retire_spot, town.hq, spot, on=me.today)


async def contacts_are_asked(town: Town, sweep: Sweep) -> None:
    me, body = town.officer, await make.company(town.officer)
    for number in range(2):
        await make.contact(me, body, mail_address=f"contact{number}@partner.example")
    draft = await make.campaign(me)
    await sweep(campaigns.correct, me, draft, title="年度当初の確認")
    await sweep(campaigns.send, me, draft)
    await sweep(campaigns.extend, me, draft, due_on=me.today + timedelta(days=30))
    one, two = await CampaignContact.filter(campaign_id=draft.id).order_by("id")
    await sweep(campaigns.note_call, me, one, result=ContactCallResult.REACHED)
    for step in (campaigns.accept, campaigns.reject):
        await campaigns.propose_by_link(me.now, two.id, job_title=f"{step.__name__}課長")
        said = await ContactProposal.get(status="WAITING")
        await sweep(step, me, said, **({"reason": "誤り"} if step is campaigns.reject else {}))
    await sweep(campaigns.close, me, draft)
    await sweep(campaigns.cancel, me, await make.campaign(me), reason="宛先の誤り")


async def councils_stand(town: Town, sweep: Sweep) -> None:
    me, council = town.officer, await make.council(town.officer)
    await sweep(councils.correct, me, council, purpose="情報の共有")
    bodies = [await make.company(me, name) for name in ("例示銀行", "例示ガス")]
    member = await sweep(councils.admit, me, council, organization_id=bodies[0].id)
    await sweep(councils.correct_membership, me, member, role=CouncilRole.CHAIR)
    await sweep(councils.end_membership, me, member, on=me.today)
    await sweep(councils.strike_membership, me, member)
    await sweep(councils.transfer, town.hq, council, unit_id=town.other_station.id)
    await sweep(councils.dissolve, town.hq, council, on=me.today)


async def partners_are_told(town: Town, sweep: Sweep) -> None:
    me, contact = town.officer, await partner(town.officer)
    notice = await drafted(me, contact)
    await sweep(notices.correct, me, notice, title="手口に関する注意喚起")
    await sweep(notices.submit, me, notice)
    await sweep(notices.approve, town.hq, notice)
    await sweep(notices.send_back, town.hq, notice, reason="期限が短い")
    await sweep(notices.send, me, notice)
    told = await recipient(notice, contact)
    await sweep(notices.note_call, me, told, result=notices.CallResult.NOT_REACHED)
    await sweep(notices.withdraw, me, notice, reason="誤り")
    await sweep(notices.cancel, me, await drafted(me, contact), reason="不要になったため")


async def councils_meet(town: Town, sweep: Sweep) -> None:
    me, council = town.officer, await make.council(town.officer)
    members = [await make.member(me, council, await make.company(me, name)) for name in ("例示銀行", "例示ガス")]
    guests = [await make.contact(me, await one.organization, mail_address=f"{one.id}@a.example") for one in members]
    for name in ("cancel", "uninvite"):
        other = await make.meeting(me, council, title=name)
        await sweep(meetings.invite, me, other, contact_ids=[guests[0].id])
        attendee = await Attendee.get(appointment_id=other.appointment_id)
        how = {"reason": "荒天"} if name == "cancel" else {"attendee_id": attendee.id}
        await sweep(getattr(meetings, name), me, other, **how)
    meeting = await make.meeting(me, council)
    for facts in ({"agenda": ["予算"]}, {"place": "公民館"}):
        await sweep(meetings.correct, me, meeting, **facts)
    await sweep(meetings.invite_members, me, meeting)
    await sweep(meetings.correct, me, meeting, agenda=["決算"])
    await sweep(meetings.postpone, me, meeting, reason="荒天", **dates(meeting.starts_at, days=7))
    after, came = make.at(me, meeting.starts_at + timedelta(days=8)), [MeetingPresence(members[0].id, guests[0].id)]
    proxies = [MeetingProxy(members[1].id, members[0].id)]
    await sweep(meetings.hold, after, meeting, attended=came, proxies=proxies)
    voted = {"wording": "可決", "result": ResolutionOutcome.ADOPTED, "votes_for": 2}
    resolution = await sweep(meetings.resolve, after, meeting, **voted)
    await sweep(meetings.strike_resolution, after, resolution)
    await sweep(meetings.correct_attendance, after, meeting, attended=came, reason="委任状の取下げ")
    await sweep(meetings.minute, after, meeting, minutes_text="原案のとおり。")
    await sweep(meetings.correct_minutes, after, meeting, minutes_text="原案どおり。", reason="誤記")


async def councils_are_told(town: Town, sweep: Sweep) -> None:
    council = await make.council(town.hq)
    await make.member(town.hq, council)
    told, kept, back = [await make.information_for(town.officer, council) for _ in range(3)]
    await sweep(information.correct, town.officer, told, title="標的型メールの手口に関する情報")
    await sweep(information.provide, town.hq, told)
    await sweep(information.refuse, town.hq, kept, reason="公表前のため")
    await sweep(information.withdraw, town.officer, back)


async def encounters_are_reported(town: Town, sweep: Sweep) -> None:
    me, planned = town.officer, await make.planned_encounter(town.officer)
    await sweep(encounters.correct, me, planned, purpose="備えの確認")
    await sweep(encounters.invite, me, planned, officer_ids=[me.person_id])
    await sweep(encounters.uninvite, me, planned, attendee_id=(await Attendee.get()).id)
    after, hq = [make.at(who, planned.starts_at + HOUR) for who in (town.officer, town.hq)]
    members = [encounters.EncounterMember(officer_id=me.person_id), encounters.EncounterMember(job_title="課長")]
    await sweep(encounters.report, after, planned, outcome="備えは進んでいる。", members=members)
    await sweep(encounters.correct, after, planned, members=members)
    await sweep(encounters.send_back, hq, planned, reason="結果を具体的に")
    await encounters.report(after, planned.id, outcome="備えは進んでいる。")
    await sweep(encounters.check, hq, planned)
    await sweep(encounters.correct_checked, after, planned, reason="記入漏れ", minutes=40)
    await sweep(encounters.assign_next_step, after, planned, what="案内を送る", due_on=after.today)
    await sweep(encounters.settle_next_step, after, planned)
    await sweep(encounters.cancel, hq, planned, reason="二重の入力")


async def outreach_is_reported(town: Town, sweep: Sweep) -> None:
    me, body = town.officer, await make.company(town.officer, "見本損害保険株式会社")
    event = await make.outreach_event(me)
    await sweep(outreach.correct, me, event, title="備えのセミナー")
    await sweep(outreach.add_host, me, event, organization_id=body.id)
    await sweep(outreach.remove_host, me, await outreach.OutreachHost.get())
    await sweep(outreach.invite, me, event, officer_ids=[me.person_id])
    guest = await Attendee.get(appointment_id=event.appointment_id)
    await sweep(outreach.uninvite, me, event, attendee_id=guest.id)
    later = {"starts_at": event.starts_at + HOUR, "ends_at": event.starts_at + 2 * HOUR}
    await sweep(outreach.reschedule, me, event, **later)
    after, hq = [make.at(who, event.starts_at + 3 * HOUR) for who in (me, town.hq)]
    await sweep(outreach.hold, after, event)
    told = {"summary": "行った。", "results": outreach.OutreachResults(people_count=3)}
    await sweep(outreach.report, after, event, **told)
    await sweep(outreach.send_back, hq, event, reason="結果を具体的に")
    await outreach.report(after, event.id, **told)
    await sweep(outreach.check, hq, event)
    await sweep(outreach.correct_report, after, event, reason="写し間違い", summary="説明した。")
    await sweep(outreach.cancel, hq, event, reason="二重の入力")


async def answers_are_noted(town: Town, sweep: Sweep) -> None:
    drill = await make.drill(town.officer)
    [contact] = await make.invited(town.officer, drill)
    await sweep(replies.note, town.officer, await attendee_of(contact), partstat=PartStat.ACCEPTED)


async def lists_are_approved(town: Town, sweep: Sweep) -> None:
    volunteer = await left(town, "2026-09-01")
    found, hq = await drawn(town), make.at(town.hq, late(SPRING))
    await sweep(retention.review, hq, found)
    await sweep(retention.send_back, hq, found, reason="確認のため")
    await retention.review(hq, found.id)
    await sweep(retention.approve, await second(town), found)
    held = await retention.hold(hq, person_id=volunteer.person_id, reason="訴訟")
    await sweep(retention.lift, hq, held, reason="判決の確定")


async def mails_are_decided(town: Town, sweep: Sweep) -> None:
    asked = await invitation(town)
    await sweep(incoming.accept, town.officer, await asked.arrives(is_proven=False))
    await sweep(incoming.dismiss, town.officer, await asked.arrives(is_proven=False))
    then = NOW + timedelta(days=40)
    proposed = {"method": "COUNTER", "proposed": (then, then + timedelta(hours=2))}
    await sweep(incoming.decline_counter, town.officer, await asked.arrives(**proposed))
    stranger = {"sender": "other@partner.example", "attendee": "other@partner.example"}
    await sweep(incoming.refuse_uninvited, town.officer, await asked.arrives(**stranger))
    body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
    other = await make.contact(town.officer, body, mail_address="new@partner.example")
    delegated = await asked.arrives(partstat="DELEGATED")
    await sweep(incoming.accept_delegation, town.officer, delegated, person_id=other.person_id)
    await sweep(incoming.accept_counter, town.officer, await asked.arrives(**proposed))


async def answers_come_from_elsewhere(town: Town, sweep: Sweep) -> None:
    asked, alias = await invitation(town), answering.AnswerAddressKind.ALIAS
    whose = {"person_id": asked.attendee.person_id, "kind": alias, "mail_address": "megumi@home.example"}
    await sweep(answering.end, town.officer, await answering.allow(town.officer, **whose))


STORIES: dict[str, tuple[Story, ...]] = {
    "activities": (activities_are_held, activities_only_end_later),
    "agreements": (ceremonies_are_moved_and_held, agreements_are_signed_and_renewed, agreements_live_on),
    "answering": (answers_come_from_elsewhere,),
    "campaigns": (contacts_are_asked,),
    "councils": (councils_stand,),
    "documents": (papers_are_kept,),
    "drills": (drills_are_held, drills_leave_something_to_mend),
    "encounters": (encounters_are_reported,),
    "outreach": (outreach_is_reported,),
    "notices": (partners_are_told,),
    "incoming": (mails_are_decided,),
    "lectures": (lectures_are_arranged, lectures_end),
    "information": (councils_are_told,),
    "meetings": (councils_meet,),
    "merging": (bodies_become_one,),
    "organizations": (organizations_come_and_go,),
    "people": (officers_come_and_go,),
    "replies": (answers_are_noted,),
    "retention": (lists_are_approved,),
    "units": (units_come_and_go,),
    "volunteers": (volunteers_come_and_go, groups_come_and_go),
    "wifi": (networks_are_surveyed,),
}


def test_every_concept_whose_verbs_can_be_told_a_version_has_its_stories() -> None:
    assert sorted({name.split(".")[0] for name in versioned()}) == sorted(STORIES)


@pytest.mark.parametrize("concept", STORIES)
def test_whoever_has_read_an_older_version_changes_nothing_and_every_change_makes_a_newer_one(
    play: Any, concept: str
) -> None:
    async def story(town: Town) -> None:
        sweep = Sweep()
        for steps in STORIES[concept]:
            await steps(town, sweep)
        assert sweep.taken == {name for name in versioned() if name.startswith(f"{concept}.")}

    play(story)
