"""How rows come to their end: to where nothing, or next to nothing, can be done with them any more."""

from datetime import timedelta

from domain import (
    accounts,
    activities,
    agreements,
    answering,
    councils,
    documents,
    drills,
    encounters,
    feeds,
    information,
    lectures,
    meetings,
    people,
    retention,
    tokens,
    units,
    volunteers,
    wifi,
)
from domain.calendar import Attendee
from domain.councils import Council
from domain.drills import Participation
from domain.lectures import Assignment
from domain.wifi import AdviceMeans, WifiAdvice, WifiPoint, WifiSurvey
from tests import make
from tests.api.played.bodies import body_retired, contact_gone, last_party, merging_undone, place_closed, sharing_ended
from tests.api.played.campaigns import campaign_over
from tests.api.played.councils import NOBODY_ELSE, meeting_over
from tests.api.played.events import a_lecture
from tests.api.played.ground import Ground, Preparation, Ready, admin, hq
from tests.api.played.mails import mail_put_aside
from tests.api.played.outreach import outreach_called_off
from tests.api.played.people import list_reviewed, token_given
from tests.api.played.told import notice_withdrawn
from tests.domain import test_activities as acting
from tests.domain.accounts import keys


async def lecture_withdrawn(on: Ground) -> Ready:
    lecture = await a_lecture(on, "例題高等学校", days=30)
    await lectures.accept(on.town.officer, lecture.id)
    await lectures.assign(on.town.officer, lecture.id, person_id=on.town.officer.person_id)
    assignment = await Assignment.get(lecture_id=lecture.id)
    await lectures.withdraw(on.town.officer, lecture.id, reason="行事の変更")
    return hq(on, Lecture=lecture.id, LecturerAssignment=assignment.id, Attendee=assignment.attendee_id)


async def drill_called_off(on: Ground) -> Ready:
    drill = await make.drill(on.town.officer, title="第3回訓練")
    await make.invited(on.town.officer, drill, "例示酒造株式会社")
    await drills.call_off(on.town.officer, drill.id, reason="台風")
    part = await Participation.get(drill_id=drill.id)
    return hq(on, Drill=part.drill_id, DrillParticipation=part.id)


async def encounter_cancelled(on: Ground) -> Ready:
    await encounters.cancel(on.town.officer, on.ids["Encounter"], reason="二重の入力")
    return hq(on)


async def improvement_rejected(on: Ground) -> Ready:
    item = await make.improvement(on.town.officer)
    await drills.reject_improvement(on.town.officer, item.id, reason="費用に見合わないため")
    return hq(on, Improvement=item.id)


async def document_withdrawn(on: Ground) -> Ready:
    await documents.withdraw(on.town.officer, on.ids["Document"])
    return hq(on)


async def draft_given_up(on: Ground) -> Ready:
    draft = await make.proposed(on.town.officer, "例示酒造株式会社", "例示製菓株式会社")
    await agreements.withdraw_proposal(on.town.officer, draft.id, reason="先方の都合")
    return hq(on, Agreement=draft.id, AgreementParty=await last_party(draft))


async def amendment_withdrawn(on: Ground) -> Ready:
    await agreements.withdraw_amendment(on.town.officer, on.ids["AgreementAmendment"], reason="先方の都合")
    return hq(on)


async def signing_cancelled(on: Ground) -> Ready:
    await agreements.cancel_signing(on.town.officer, on.ids["SigningCeremony"], reason="先方の都合")
    return hq(on)


async def named_no_more(on: Ground) -> Ready:
    await agreements.unname_party(on.town.officer, on.ids["PartyNaming"])
    return hq(on, {"on": "2026-07-01"})


async def promised_no_more(on: Ground) -> Ready:
    await agreements.take_back_fulfilment(on.town.officer, on.ids["AgreementFulfilment"])
    await agreements.end_commitment(on.town.officer, on.ids["AgreementCommitment"])
    return hq(on, {"doneOn": "2026-07-01", "on": "2026-07-01"})


async def output_taken_back(on: Ground) -> Ready:
    await agreements.take_back_output(on.town.officer, on.ids["ResearchOutput"])
    return hq(on)


async def candidate_rejected(on: Ground) -> Ready:
    candidate = await make.screened(on.town, family_name="例山", age_band=volunteers.AgeBand.FROM_15_TO_17)
    given_on = on.town.officer.today
    consent = await volunteers.record_consent(
        on.town.officer, candidate.id, guardian_name="髙見本 保", given_on=given_on
    )
    await volunteers.withdraw_consent(on.town.officer, consent.id)
    await volunteers.reject(on.town.hq, candidate.id, reason="要件を満たさない")
    return hq(on, Volunteer=candidate.id, GuardianConsent=consent.id)


async def activity_cancelled(on: Ground) -> Ready:
    volunteer = await make.volunteer(on.town, family_name="例森")
    activity = await acting.invited(on.town, [volunteer])
    await activities.cancel(on.town.officer, activity.id, reason="荒天")
    return hq(on, VolunteerActivity=activity.id, ActivityParticipation=(await acting.part(volunteer)).id)


async def group_dissolved(on: Ground) -> Ready:
    group = await make.group(on.town.officer, "例題防犯隊")
    await volunteers.retire_group(on.town.officer, group.id, on=on.town.officer.today)
    return hq(on, VolunteerGroup=group.id)


async def network_taken_down(on: Ground) -> Ready:
    spot = await make.wifi_spot(on.town.officer, "例題会館")
    await wifi.survey(on.town.officer, spot.id, missing=[WifiPoint.LOGS])
    await wifi.advise(on.town.officer, spot.id, means=AdviceMeans.CALL)
    survey, advice = await WifiSurvey.get(spot_id=spot.id), await WifiAdvice.get(spot_id=spot.id)
    await wifi.retire_spot(on.town.officer, spot.id, on=on.town.officer.today)
    return hq(on, WifiSpot=spot.id, WifiSurvey=survey.id, WifiAdvice=advice.id)


async def council_dissolved(on: Ground) -> Ready:
    council = await make.council(on.town.officer, "例題協議会")
    await councils.dissolve(on.town.officer, council.id, on=on.town.officer.today)
    body = await make.company(on.town.officer, "例題旅館株式会社")
    return hq(on, NOBODY_ELSE, Council=council.id, Organization=body.id)


async def membership_struck(on: Ground) -> Ready:
    await councils.strike_membership(on.town.officer, on.ids["CouncilMembership"])
    return hq(on)


async def meeting_cancelled(on: Ground) -> Ready:
    meeting = await make.meeting(on.town.officer, await Council.get(id=on.ids["Council"]), title="第2回総会")
    await meetings.invite(on.town.officer, meeting.id, contact_ids=[on.ids["Contact"]])
    attendee = await Attendee.get(appointment_id=meeting.appointment_id)
    await meetings.cancel(on.town.officer, meeting.id, reason="荒天")
    given = (await meeting_over(on)).given
    after = make.at(on.hq, meeting.starts_at + timedelta(hours=3))
    return Ready(after, on.ids | {"CouncilMeeting": meeting.id, "Attendee": attendee.id}, given)


async def resolution_struck(on: Ground) -> Ready:
    await meetings.strike_resolution(on.town.officer, on.ids["CouncilResolution"])
    return hq(on)


async def information_decided(on: Ground) -> Ready:
    told = await make.information_for(on.town.officer, await Council.get(id=on.ids["Council"]))
    await information.refuse(on.town.hq, told.id, reason="公表前のため")
    return hq(on, CouncilInformation=told.id)


async def unit_closed(on: Ground) -> Ready:
    unit = await make.station(on.town.admin, on.town.prefecture, 8)
    await units.retire(on.town.admin, unit.id, version=unit.version, on=on.town.admin.today)
    return admin(on, Unit=unit.id)


async def officer_gone(on: Ground) -> Ready:
    officer = await make.officer(on.town.admin, on.town.station)
    await people.retire(on.town.admin, officer.id, version=officer.version, on=on.town.admin.today)
    return hq(on, Officer=officer.id)


async def list_carried_out(on: Ground) -> Ready:
    ready = await list_reviewed(on, "例沢")
    await retention.approve(ready.actor, ready.ids["ErasureList"])
    await retention.carry_out(ready.actor.now)
    return ready


async def hold_lifted(on: Ground) -> Ready:
    held = await retention.hold(on.town.hq, person_id=on.town.officer.person_id, reason="訴訟のため")
    await retention.lift(on.town.hq, held.id, reason="終結")
    return hq(on, LegalHold=held.id)


async def address_ended(on: Ground) -> Ready:
    whose, kind = on.town.officer.person_id, answering.AnswerAddressKind.ALIAS
    known = await answering.allow(on.town.officer, person_id=whose, kind=kind, mail_address="hanako@home.example")
    await answering.end(on.town.officer, known.id)
    return hq(on, AnswerAddress=known.id)


async def account_ended(on: Ground) -> Ready:
    account = await keys.opened(on.town, on.town.other_officer, "jiro")
    await accounts.end(on.town.admin, account.id)
    return admin(on, Account=account.id)


async def feed_revoked(on: Ground) -> Ready:
    feed = await feeds.subscribe_unit(on.town.hq, unit_id=on.town.station.id)
    await feeds.revoke(on.town.hq, feed.id)
    return hq(on, CalendarFeed=feed.id)


async def token_revoked(on: Ground) -> Ready:
    ready = await token_given(on)
    await tokens.revoke(on.town.admin, ready.ids["AccessToken"])
    return ready


ENDED: dict[str, Preparation] = {
    **dict.fromkeys(("Lecture", "LecturerAssignment", "Attendee"), lecture_withdrawn),
    **dict.fromkeys(("Drill", "DrillParticipation"), drill_called_off),
    **dict.fromkeys(("Agreement", "AgreementParty"), draft_given_up),
    **dict.fromkeys(("Volunteer", "GuardianConsent"), candidate_rejected),
    **dict.fromkeys(("VolunteerActivity", "ActivityParticipation"), activity_cancelled),
    "AgreementAmendment": amendment_withdrawn,
    "PartyNaming": named_no_more,
    "SigningCeremony": signing_cancelled,
    "ResearchOutput": output_taken_back,
    **dict.fromkeys(("AgreementCommitment", "AgreementFulfilment"), promised_no_more),
    "Document": document_withdrawn,
    "Encounter": encounter_cancelled,
    **dict.fromkeys(("OutreachEvent", "OutreachHost"), outreach_called_off),
    **dict.fromkeys(("Notice", "NoticeRecipient"), notice_withdrawn),
    "Improvement": improvement_rejected,
    "VolunteerGroup": group_dissolved,
    **dict.fromkeys(("WifiSpot", "WifiSurvey", "WifiAdvice"), network_taken_down),
    "CouncilInformation": information_decided,
    "CouncilMeeting": meeting_cancelled,
    "CouncilResolution": resolution_struck,
    "Council": council_dissolved,
    "CouncilMembership": membership_struck,
    **dict.fromkeys(("Campaign", "CampaignContact", "ContactProposal"), campaign_over),
    "Unit": unit_closed,
    "Officer": officer_gone,
    "Organization": body_retired,
    "OrganizationCoOwner": sharing_ended,
    "OrganizationMerge": merging_undone,
    "Establishment": place_closed,
    "Contact": contact_gone,
    "ErasureList": list_carried_out,
    "LegalHold": hold_lifted,
    "Account": account_ended,
    "CalendarFeed": feed_revoked,
    "AnswerAddress": address_ended,
    "IncomingMail": mail_put_aside,
    "AccessToken": token_revoked,
}
"""For each kind of row how one comes to where nothing, or next to nothing, can be done with it any more."""
