"""What is played with councils and their meetings, for the mutations that lead on from there."""

from datetime import timedelta
from typing import Any

from domain import meetings
from domain.calendar import Attendee
from domain.councils import Council, CouncilMembership
from domain.meetings import CouncilMeeting, MeetingPresence
from tests import make
from tests.api.played.ground import Ground, Ready, hq

NOBODY_ELSE = {"policeUnitId": None, "termFrom": "2026-07-01", "termTo": "2027-03-31"}
"""A body is admitted, and no police unit beside it."""


async def somebody_to_admit(on: Ground) -> Ready:
    return hq(on, NOBODY_ELSE, Organization=(await make.company(on.town.officer, "例示旅館株式会社")).id)


async def _planned(on: Ground) -> CouncilMeeting:
    return await make.meeting(on.town.officer, await Council.get(id=on.ids["Council"]), title="第2回総会")


async def meeting_planned(on: Ground) -> Ready:
    return hq(on, {"roles": ["WORKING"]}, CouncilMeeting=(await _planned(on)).id)


async def meeting_invited(on: Ground) -> Ready:
    meeting = await _planned(on)
    await meetings.invite(on.town.officer, meeting.id, contact_ids=[on.ids["Contact"]])
    attendee = await Attendee.get(appointment_id=meeting.appointment_id)
    return hq(on, CouncilMeeting=meeting.id, Attendee=attendee.id)


async def information_written(on: Ground) -> Ready:
    council = await Council.get(id=on.ids["Council"])
    return hq(on, CouncilInformation=(await make.information_for(on.town.officer, council)).id)


async def _who_came(on: Ground) -> dict[str, Any]:
    """As a form says it: somebody for the body, who stood in for the other one."""
    own = await CouncilMembership.get(id=on.ids["CouncilMembership"])
    other = await CouncilMembership.filter(council_id=own.council_id).exclude(id=own.id).order_by("id").first()
    assert other is not None
    ids = {"membershipId": f"CouncilMembership:{own.id}", "contactId": f"Contact:{on.ids['Contact']}"}
    proxy = {"membershipId": f"CouncilMembership:{other.id}", "holderId": f"CouncilMembership:{own.id}"}
    return {"attended": [ids | {"jobTitle": "部長"}], "proxies": [proxy]}


async def meeting_over(on: Ground) -> Ready:
    meeting = await _planned(on)
    after = make.at(on.hq, meeting.starts_at + timedelta(hours=3))
    return Ready(after, on.ids | {"CouncilMeeting": meeting.id}, await _who_came(on))


async def meeting_bygone(on: Ground) -> Ready:
    """One that was held yesterday, of which nobody has entered anything."""
    begins = on.hq.now - timedelta(days=1)
    when = {"startsAt": begins.isoformat(), "endsAt": (begins + timedelta(hours=2)).isoformat()}
    voted = {"wording": "事業計画を承認する", "result": "ADOPTED", "votesFor": 1, "isDecidedByChair": False}
    said = {"agenda": ["事業計画"], "quorum": 1, "resolutions": [voted | {"votesAgainst": 0, "votesAbstained": 0}]}
    return hq(on, {**await _who_came(on), **when, **said})


async def meeting_held(on: Ground) -> Ready:
    ready = await meeting_over(on)
    came = [MeetingPresence(on.ids["CouncilMembership"], job_title="課長")]
    await meetings.hold(ready.actor, ready.ids["CouncilMeeting"], attended=came)
    await CouncilMeeting.filter(id=ready.ids["CouncilMeeting"]).update(is_quorate=True, present_count=2)
    meeting = await CouncilMeeting.get(id=ready.ids["CouncilMeeting"])
    paper = await make.document(on.town.officer, meeting.appointment_id)
    votes = {"votesAgainst": 0, "votesAbstained": 0, "isDecidedByChair": False}
    return Ready(ready.actor, ready.ids | {"Document": paper.id}, ready.given | votes)


async def meeting_minuted(on: Ground) -> Ready:
    ready = await meeting_held(on)
    await meetings.minute(ready.actor, ready.ids["CouncilMeeting"], minutes_text="原案のとおり可決した。")
    return ready
