"""What is played with activities, lectures and drills, each for the mutations that lead on from there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import (
    activities,
    documents,
    drills,
    encounters,
    lectures,
    replies,
)
from domain.activities import Activity
from domain.calendar import Attendee, PartStat
from domain.drills import Participation
from domain.lectures import Lecture
from domain.organizations import Organization
from domain.replies import Coming
from tests import make
from tests.api.played.ground import Ground, Ready, hq
from tests.domain import test_activities as acting
from tests.domain.lectures import giving


async def someone_to_ask(on: Ground) -> Ready:
    volunteer = await make.volunteer(on.town, family_name="例山")
    activity = await make.activity(on.town.officer)
    return hq(on, Volunteer=volunteer.id, VolunteerActivity=activity.id)


async def two_who_come(on: Ground) -> tuple[Activity, list[UUID]]:
    going = [await make.volunteer(on.town, family_name=name) for name in ("例山", "例川")]
    activity, _ = await acting.ready(on.town, going)
    return activity, [(await acting.part(one)).id for one in going]


async def activity_over(on: Ground) -> Ready:
    activity, (first, second) = await two_who_come(on)
    given = {
        "attended": [{"participationId": f"ActivityParticipation:{first}", "minutes": 90}],
        "absent": [{"participationId": f"ActivityParticipation:{second}", "reason": "急病"}],
        "results": {"audienceCount": 300, "copiesCount": 50},
    }
    after = make.at(on.hq, activity.starts_at + timedelta(hours=3))
    return Ready(after, on.ids | {"VolunteerActivity": activity.id}, given)


async def activity_held(on: Ground) -> Ready:
    activity, (first, second) = await two_who_come(on)
    after = make.at(on.town.officer, activity.starts_at + timedelta(hours=3))
    came = [activities.Presence(id, 90) for id in (first, second)]
    await activities.hold(after, activity.id, attended=came)
    given = {
        "attended": [{"participationId": f"ActivityParticipation:{first}", "minutes": 60}],
        "absent": [{"participationId": f"ActivityParticipation:{second}", "reason": "急病"}],
        "results": {"audienceCount": 300, "copiesCount": 50},
    }
    who = make.at(on.hq, after.now + timedelta(hours=1))
    return Ready(who, on.ids | {"VolunteerActivity": activity.id}, given)


async def minutes_reported(on: Ground) -> Ready:
    held = await activity_held(on)
    differing = [{"participationId": held.given["attended"][0]["participationId"], "minutes": 60}]
    return Ready(held.actor, held.ids, {"differing": differing})


async def waiting_for_a_seat(on: Ground) -> Ready:
    going = [await make.volunteer(on.town, family_name=name) for name in ("例山", "例川")]
    activity = await acting.invited(on.town, going, capacity=1)
    for one in going:
        await acting.answer(on.town, one, PartStat.ACCEPTED, activity)
    first, second = [(await acting.part(one)).id for one in going]
    await activities.release(on.town.officer, first, reason="急病")
    return hq(on, ActivityParticipation=second)


async def received(on: Ground) -> Ready:
    return hq(on, Lecture=(await a_lecture(on)).id)


async def a_lecture(on: Ground, name: str = "例題中学校", days: int = 20) -> Lecture:
    school = await make.school(on.town.officer, name)
    return await make.lecture(on.town.officer, school=school, starts_at=on.hq.now + timedelta(days=days))


async def lecture_over(on: Ground) -> Ready:
    who = on.town.officer
    lecture = await a_lecture(on)
    await lectures.accept(who, lecture.id)
    await lectures.assign(who, lecture.id, person_id=who.person_id)
    await lectures.confirm(who, lecture.id)
    given = {
        "headCounts": [{"audience": "PUPIL_ELEM", "count": 58}],
        "givenBy": [{"personId": f"Officer:{who.person_id}", "role": "LECTURER"}],
    }
    return Ready(make.at(on.hq, lecture.starts_at + timedelta(hours=3)), on.ids | {"Lecture": lecture.id}, given)


async def lecture_delivered(on: Ground) -> Ready:
    ready = await lecture_over(on)
    after = make.at(on.town.officer, ready.actor.now)
    await lectures.deliver(after, ready.ids["Lecture"], duration_minutes=50, head_counts=giving.HEARD)
    return ready


async def given_in_june(on: Ground) -> Ready:
    given = {
        "headCounts": [{"audience": "PUPIL_ELEM", "count": 58}],
        "givenBy": [{"personId": f"Officer:{on.town.officer.person_id}", "role": "LECTURER"}],
    }
    return hq(on, IN_JUNE | given)


IN_JUNE = {"startsAt": "2026-06-10T13:00:00+09:00", "endsAt": "2026-06-10T14:00:00+09:00"}


async def drill_planned(on: Ground) -> Ready:
    drill = await drills.plan(
        on.town.officer,
        title="第2回訓練",
        format=drills.DrillFormat.TABLETOP,
        threat=drills.DrillThreat.RANSOMWARE,
        starts_at=on.hq.now + timedelta(days=20),
        ends_at=on.hq.now + timedelta(days=20, hours=2),
    )
    return hq(on, Drill=drill.id)


async def drill_arranged(on: Ground) -> Ready:
    drill = await make.drill(on.town.officer, title="第2回訓練")
    contact = await make.contact(on.town.officer, await make.company(on.town.officer, "例示旅館株式会社"))
    return hq(on, Drill=drill.id, Contact=contact.id)


async def drill_invited(on: Ground) -> Ready:
    drill = await make.drill(on.town.officer, title="第2回訓練")
    [contact] = await make.invited(on.town.officer, drill)
    attendee = await Attendee.get(appointment_id=drill.appointment_id, person_id=contact.person_id)
    return hq(on, Drill=drill.id, Attendee=attendee.id)


async def drill_named(on: Ground) -> Ready:
    ready = await drill_invited(on)
    part = await Participation.get(drill_id=ready.ids["Drill"])
    comes = Coming(names=["係長 例塚 恵"], seen=drills.standing(part).seen)
    await replies.answer_by_link(on.hq.now, ready.ids["Attendee"], partstat=PartStat.ACCEPTED, coming=comes)
    return hq(on, Drill=part.drill_id, DrillParticipation=part.id)


async def drill_postponed(on: Ground) -> Ready:
    ready = await drill_invited(on)
    begins = on.hq.now + timedelta(days=40)
    await drills.postpone(
        on.town.officer,
        ready.ids["Drill"],
        reason="台風",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
    )
    return ready


MEMBERS = [{"jobTitle": "総務課長"}]


def told_of(on: Ground, **given: Any) -> dict[str, Any]:
    """What a form says of an encounter that is neither a visit nor guidance."""
    us = {"officerId": f"Officer:{on.hq.person_id}"}
    step = {"what": "訓練の案内を送る", "dueOn": "2026-07-10", "ownerId": us["officerId"]}
    met = {
        "kind": "CALL",
        "business": None,
        "checklist": [],
        "members": [us, *MEMBERS],
        "nextStep": step,
    }
    return met | {"startsAt": "2026-07-01T08:00:00+09:00", "unitId": f"Unit:{on.hq.unit_id}", **given}


async def encounter_ahead(on: Ground) -> Ready:
    return hq(on, told_of(on, startsAt="2026-07-10T13:00:00+09:00", invites=True))


async def encounter_to_ask(on: Ground) -> Ready:
    """To which the contact of its body and an officer can be asked still."""
    body = await Organization.get(id=on.ids["Organization"])
    planned = await make.planned_encounter(on.town.officer, body=body)
    return hq(on, Encounter=planned.id)


async def encounter_asked(on: Ground) -> Ready:
    ready = await encounter_to_ask(on)
    asked = await encounters.invite(on.town.officer, ready.ids["Encounter"], contact_ids=[on.ids["Contact"]])
    guest = await Attendee.get(appointment_id=asked.appointment_id)
    return hq(on, Encounter=asked.id, Attendee=guest.id)


async def encounter_over(on: Ground) -> Ready:
    return hq(on, told_of(on))


async def encounter_put_right(on: Ground) -> Ready:
    return hq(on, told_of(on, kind="VISIT", place=None))


async def encounter_planned(on: Ground) -> Ready:
    planned = await make.planned_encounter(on.hq, body=await make.company(on.town.officer, "例示旅館株式会社"))
    after = make.at(on.hq, planned.starts_at + timedelta(hours=1))
    told = told_of(on, startsAt="2026-07-08T10:00:00+09:00")
    return Ready(after, on.ids | {"Encounter": planned.id}, told)


async def encounter_checked(on: Ground) -> Ready:
    await encounters.check(on.town.hq, on.ids["Encounter"])
    return hq(on, told_of(on, kind="VISIT", place=None))


async def drill_over(on: Ground) -> Ready:
    body = await make.company(on.town.officer, "例示水産株式会社")
    drill = await make.held_drill(on.town.officer, body, title="水産共同対処訓練")
    return hq(on, Drill=drill.id, Organization=body.id)


async def improvement_begun(on: Ground) -> Ready:
    await drills.begin_improvement(on.town.officer, on.ids["Improvement"])
    return hq(on, {"doneOn": "2026-07-01"})


async def improvement_done(on: Ground) -> Ready:
    await improvement_begun(on)
    await drills.finish_improvement(on.town.officer, on.ids["Improvement"], evidence="要領を改めた。")
    return hq(on)


async def improvement_verified(on: Ground) -> Ready:
    await improvement_done(on)
    await drills.verify_improvement(on.town.hq, on.ids["Improvement"])
    return hq(on)


async def document_released(on: Ground) -> Ready:
    await documents.release(on.town.officer, on.ids["Document"])
    return hq(on)


async def company_calls(on: Ground) -> Ready:
    return replace(await drill_invited(on), given={"partstat": "ACCEPTED"})


async def drill_answered(on: Ground) -> Ready:
    ready = await drill_invited(on)
    await replies.answer_by_link(on.hq.now, ready.ids["Attendee"], partstat=PartStat.ACCEPTED)
    return ready


async def drill_today(on: Ground) -> Ready:
    ready = await drill_answered(on)
    drill = await drills.confirm(on.town.officer, ready.ids["Drill"])
    return Ready(make.at(on.hq, drill.starts_at + timedelta(hours=1)), ready.ids)


async def drill_running(on: Ground) -> Ready:
    ready = await drill_today(on)
    during = make.at(on.town.officer, ready.actor.now)
    await drills.start(during, ready.ids["Drill"])
    part = await Participation.get(drill_id=ready.ids["Drill"])
    line = {"participationId": f"DrillParticipation:{part.id}", "count": 3}
    line |= {"attendeeIds": [f"Attendee:{ready.ids['Attendee']}"]}
    return Ready(ready.actor, ready.ids, {"attendance": [line]})


async def drill_paused(on: Ground) -> Ready:
    ready = await drill_running(on)
    await drills.pause(make.at(on.town.officer, ready.actor.now), ready.ids["Drill"])
    return Ready(ready.actor, ready.ids)


async def drill_finished(on: Ground) -> Ready:
    ready = await drill_running(on)
    part = await Participation.get(drill_id=ready.ids["Drill"])
    during = make.at(on.town.officer, ready.actor.now)
    await drills.finish(during, ready.ids["Drill"], attendance=[drills.Attended(part.id, 3)])
    return ready


async def drill_evaluated(on: Ground) -> Ready:
    ready = await drill_finished(on)
    await drills.evaluate(make.at(on.town.officer, ready.actor.now), ready.ids["Drill"])
    return Ready(ready.actor, ready.ids)


async def drill_reported(on: Ground) -> Ready:
    ready = await drill_evaluated(on)
    await drills.submit_report(make.at(on.town.officer, ready.actor.now), ready.ids["Drill"], summary="おおむね良好")
    return ready


async def held_in_june(on: Ground) -> Ready:
    part = {"organizationId": f"Organization:{on.ids['Organization']}", "count": 3, "role": "TRAINEE"}
    return hq(on, IN_JUNE | {"participants": [part]})
