"""朝の仕事: each line is there for a reason, is settled by what it names, and is nobody else's."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from api.mutations import OFFERED
from api.schema import schema
from domain import (
    agreements,
    campaigns,
    drills,
    lectures,
    notices,
    organizations,
    outreach,
    people,
    wifi,
    worklist,
)
from domain.actor import LIAISONS, Actor, Role
from domain.encounters import NextStep
from domain.errors import Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import Contact, Organization
from domain.people import Person
from domain.wifi import AdviceMeans, WifiPoint
from domain.worklist import PARTS, SETTLED_BY, Work, WorkKind
from domain.worklist.parts import Part
from tests import make
from tests.api.inputs import drill_of
from tests.domain import test_activities as acting
from tests.domain.drills.asking import confirmed, finished
from tests.domain.lectures import giving
from tests.domain.notices.telling import drafted, partner, sent
from tests.make import Town

DAY = timedelta(days=1)
YEAR = 366 * DAY
Waiting = Callable[[Town], Awaitable[Actor]]
"""Lets something wait, and says for whom, and when."""


async def a_step(town: Town, days: int = 3, owner: Any = None) -> Actor:
    step = NextStep("資料を届ける", town.officer.today + days * DAY, owner)
    await make.encounter(town.officer, body=await make.company(town.officer, "例題商事株式会社"), next_step=step)
    return town.officer


async def what_a_drill_has_left(town: Town) -> Actor:
    await make.improvement(town.officer, due_on=town.officer.today + DAY)
    return town.officer


async def what_was_mended(town: Town) -> Actor:
    item = await make.improvement(town.officer)
    await drills.begin_improvement(town.officer, item.id)
    await drills.finish_improvement(town.officer, item.id, evidence="連絡網を改めた。")
    return town.hq


async def a_step_of_nobody(town: Town) -> Actor:
    leaving = await make.officer(town.admin, town.station, family_name="例山")
    await a_step(town, 30, leaving.id)
    await people.retire(town.admin, leaving.id, version=leaving.version, on=town.admin.today)
    return town.officer


async def a_plan_of_last_week(town: Town) -> Actor:
    await make.planned_encounter(town.officer)
    return make.at(town.officer, town.officer.now + 14 * DAY)


async def a_report_of_another(town: Town) -> Actor:
    await make.encounter(town.officer)
    return town.hq


async def a_partner(town: Town) -> Contact:
    agreement = await make.in_force(town, "架空電力株式会社", expires_on=None)
    body = await Organization.get(name="架空電力株式会社")
    assert agreement.effective_on is not None
    return await make.contact(town.officer, body)


async def a_contact_of_last_year(town: Town) -> Actor:
    await a_partner(town)
    return make.at(town.officer, town.officer.now + YEAR)


async def an_agreement_that_ends(town: Town) -> Actor:
    await make.in_force(town)
    return make.at(town.officer, town.officer.now + 200 * DAY)


async def a_draft(town: Town, *names: str) -> Actor:
    draft = await make.proposed(town.officer, *names)
    await agreements.negotiate(town.officer, draft.id)
    await agreements.submit(town.officer, draft.id)
    return town.hq


async def one_that_renews_itself(town: Town) -> Actor:
    await make.in_force(town, terms={"auto_renews_months": 12, "notice_days": 30})
    return make.at(town.officer, datetime.fromisoformat("2027-02-01T08:30:00+09:00"))


async def a_party_that_was_closed(town: Town) -> Actor:
    await make.in_force(town, "例示銀行", "架空電力株式会社", expires_on=None)
    body = await Organization.get(name="架空電力株式会社")
    await organizations.retire(town.officer, body.id, version=body.version, on=town.officer.today)
    return town.officer


async def an_amendment(town: Town) -> Actor:
    await make.amendment(town.officer, await make.in_force(town))
    return town.hq


async def an_event_of_yesterday(town: Town) -> Actor:
    event = await make.outreach_event(town.officer)
    return make.at(town.officer, event.starts_at + DAY)


async def an_event_that_was_held(town: Town) -> Actor:
    event = await make.outreach_event(town.officer)
    after = make.at(town.officer, event.starts_at + DAY)
    await outreach.hold(after, event.id)
    return after


async def an_event_reported_by_another(town: Town) -> Actor:
    await make.reported_event(town.officer)
    return town.hq


async def a_meeting_of_yesterday(town: Town) -> Actor:
    meeting = await make.meeting(town.officer, await make.council(town.officer))
    return make.at(town.officer, meeting.starts_at + DAY)


async def a_meeting_without_minutes(town: Town) -> Actor:
    council = await make.council(town.officer)
    member = await make.member(town.officer, council)
    meeting = await make.met(town.officer, await make.meeting(town.officer, council), member)
    return make.at(town.officer, meeting.starts_at + DAY)


async def what_a_council_is_to_be_told(town: Town) -> Actor:
    await make.information_for(town.officer, await make.council(town.hq))
    return town.hq


async def a_ceremony_of_yesterday(town: Town) -> Actor:
    ceremony = await make.ceremony(town.officer, await make.proposed(town.officer))
    return make.at(town.officer, ceremony.starts_at + DAY)


async def a_request(town: Town) -> Actor:
    await make.lecture(town.officer)
    return town.officer


async def a_lecture_without_a_lecturer(town: Town) -> Actor:
    lecture = await make.lecture(town.officer)
    await lectures.accept(town.officer, lecture.id)
    return town.officer


async def a_lecture_of_yesterday(town: Town) -> Actor:
    lecture = await giving.confirmed(town)
    return make.at(town.officer, lecture.starts_at + DAY)


async def a_lecture_that_was_given(town: Town) -> Actor:
    lecture = await giving.confirmed(town)
    after = make.at(town.officer, lecture.starts_at + DAY)
    await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=giving.HEARD)
    return after


async def a_drill_of_yesterday(town: Town) -> Actor:
    drill, _ = await confirmed(town)
    return make.at(town.officer, drill.starts_at + DAY)


async def an_activity_of_yesterday(town: Town) -> Actor:
    activity, _ = await acting.ready(town, [await make.volunteer(town)])
    return make.at(town.officer, activity.starts_at + DAY)


async def an_invitation(town: Town) -> Actor:
    drill = await make.drill(town.officer)
    await make.invited(town.officer, drill)
    return make.at(town.officer, drill.starts_at - 3 * DAY)


async def a_mail(town: Town) -> Actor:
    body = await make.company(town.officer)
    await drill_of(town.officer, await make.contact(town.officer, body))
    return town.officer


async def a_notice_to_read(town: Town) -> Actor:
    notice = await drafted(town.officer, await partner(town.officer))
    await notices.submit(town.officer, notice.id)
    return town.hq


async def a_notice_nobody_has_heard_of(town: Town) -> Actor:
    await sent(town.officer, await partner(town.officer, mail=""))
    return town.officer


async def a_network(town: Town) -> Actor:
    spot = await make.wifi_spot(town.officer)
    await wifi.survey(town.officer, spot.id, missing=[WifiPoint.LOGS])
    return town.officer


async def a_network_that_was_brought_up(town: Town) -> Actor:
    who = await a_network(town)
    [spot] = await wifi.visible_to(who)
    await wifi.advise(who, spot.id, means=AdviceMeans.CALL)
    return make.at(who, who.now + 40 * DAY)


async def a_contact_without_an_answer(town: Town) -> Actor:
    line = await make.asked(town.officer)
    return make.at(town.officer, town.officer.now + timedelta(days=15 if line.is_written else 0))


async def what_a_contact_says(town: Town) -> Actor:
    await make.proposal(town.officer)
    return town.officer


async def a_campaign_that_all_have_answered(town: Town) -> Actor:
    line = await make.asked(town.officer)
    await campaigns.confirm_by_link(town.officer.now, line.id)
    return make.at(town.officer, town.officer.now + timedelta(days=15))


async def a_partner_whom_nobody_calls(town: Town) -> Actor:
    await a_partner(town)
    return make.at(town.officer, town.officer.now + 200 * DAY)


WAITING: dict[WorkKind, Waiting] = {
    WorkKind.DRIFTING: a_partner_whom_nobody_calls,
    WorkKind.STEP_DUE: a_step,
    WorkKind.MEETING_OVER: a_meeting_of_yesterday,
    WorkKind.MEETING_TO_MINUTE: a_meeting_without_minutes,
    WorkKind.INFORMATION_TO_CHECK: what_a_council_is_to_be_told,
    WorkKind.STEP_UNASSIGNED: a_step_of_nobody,
    WorkKind.ENCOUNTER_DUE: a_plan_of_last_week,
    WorkKind.ENCOUNTER_TO_CHECK: a_report_of_another,
    WorkKind.CONTACT_STALE: a_contact_of_last_year,
    WorkKind.AGREEMENT_ENDING: an_agreement_that_ends,
    WorkKind.NOTICE_DUE: one_that_renews_itself,
    WorkKind.PARTY_GONE: a_party_that_was_closed,
    WorkKind.AGREEMENT_TO_APPROVE: a_draft,
    WorkKind.AMENDMENT_TO_APPROVE: an_amendment,
    WorkKind.SIGNING_OVER: a_ceremony_of_yesterday,
    WorkKind.LECTURE_REQUESTED: a_request,
    WorkKind.LECTURER_MISSING: a_lecture_without_a_lecturer,
    WorkKind.LECTURE_OVER: a_lecture_of_yesterday,
    WorkKind.LECTURE_UNREPORTED: a_lecture_that_was_given,
    WorkKind.DRILL_OVER: a_drill_of_yesterday,
    WorkKind.IMPROVEMENT_DUE: what_a_drill_has_left,
    WorkKind.IMPROVEMENT_TO_VERIFY: what_was_mended,
    WorkKind.ACTIVITY_OVER: an_activity_of_yesterday,
    WorkKind.UNANSWERED: an_invitation,
    WorkKind.MAIL_WAITING: a_mail,
    WorkKind.NOTICE_TO_READ: a_notice_to_read,
    WorkKind.NOTICE_TO_CALL: a_notice_nobody_has_heard_of,
    WorkKind.WIFI_WANTING: a_network,
    WorkKind.WIFI_ADVISED: a_network_that_was_brought_up,
    WorkKind.OUTREACH_OVER: an_event_of_yesterday,
    WorkKind.OUTREACH_UNREPORTED: an_event_that_was_held,
    WorkKind.OUTREACH_TO_CHECK: an_event_reported_by_another,
    WorkKind.CONTACT_TO_CALL: a_contact_without_an_answer,
    WorkKind.CONTACT_CHANGED: what_a_contact_says,
    WorkKind.CAMPAIGN_OVER: a_campaign_that_all_have_answered,
}


async def works(who: Actor, *kinds: WorkKind, **over: Any) -> list[Work]:
    return [*(await worklist.worklist(who, kinds=kinds or tuple(WorkKind), **over)).works]


@pytest.mark.parametrize("kind", WAITING)
def test_what_waits_is_listed_with_why_and_by_nobodys_name(play: Any, kind: WorkKind) -> None:
    async def story(town: Town) -> None:
        assert await works(town.officer, kind) == []
        who = await WAITING[kind](town)
        [line] = await works(who, kind)
        assert await line.record.exists(id=line.row_id)
        assert (line.unit_id, line.since <= who.today) == (town.station.id, True)
        assert line.why.endswith("。")
        assert "{" not in line.why
        assert not any(person.name in line.title + line.why for person in await Person.all())
        assert await works(make.at(town.other_officer, who.now), kind) == [], "it is another station's"

    play(story)


@pytest.mark.parametrize(
    ("verified", "since", "stale"),
    [(None, 400, 400), (None, 10, None), (366, 900, 366), (365, 900, None), (10, 900, None)],
)
def test_a_contact_is_stale_by_the_day_of_its_last_check_or_if_never_checked_by_its_first(
    play: Any, verified: int | None, since: int, stale: int | None
) -> None:
    async def story(town: Town) -> None:
        contact, today = await a_partner(town), town.officer.today
        days = {"since": today - since * DAY, "verified_on": verified and today - verified * DAY}
        await Contact.filter(id=contact.id).update(**days)
        lines = await works(town.officer, WorkKind.CONTACT_STALE)
        assert [line.since for line in lines] == ([today - stale * DAY] if stale else [])

    play(story)


def test_every_kind_of_work_waits_in_one_of_these_stories() -> None:
    assert set(WAITING) == set(WorkKind) - {WorkKind.DRILL_TO_APPROVE}, "which test_reports tells"
    assert {part.kind for part in PARTS} == set(WorkKind) - {WorkKind.DRIFTING}


def test_what_settles_a_line_is_a_mutation() -> None:
    mutations = schema._schema.mutation_type
    assert mutations is not None
    assert {name for names in SETTLED_BY.values() for name in names} <= set(mutations.fields)


def test_whoever_keeps_a_body_calls_it_about_a_notice_of_headquarters_and_nobody_calls_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await partner(town.officer, mail="")
        bank = await partner(town.other_officer, "例示銀行", mail="")
        await sent(town.hq, power, bank)
        kind = WorkKind.NOTICE_TO_CALL
        [mine], [others] = await works(town.officer, kind), await works(town.other_officer, kind)
        assert [(one.title, one.unit_id) for one in (mine, others)] == [
            ("架空電力株式会社", town.station.id),
            ("例示銀行", town.other_station.id),
        ]
        assert {one.row_id for one in await works(town.hq, kind)} == {mine.row_id, others.row_id}
        with pytest.raises(NotFound):
            await notices.note_call(town.officer, others.row_id, result=notices.CallResult.REACHED)
        await notices.note_call(town.officer, mine.row_id, result=notices.CallResult.REACHED)
        assert await works(town.officer, kind) == []
        assert [one.row_id for one in await works(town.hq, kind)] == [others.row_id]
        with pytest.raises(WrongState):
            await notices.note_call(town.hq, mine.row_id, result=notices.CallResult.REACHED)

    play(story)


def test_nobody_is_asked_to_approve_what_they_have_written(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.encounter(town.officer)
        assert await works(town.officer, WorkKind.ENCOUNTER_TO_CHECK) == []
        assert len(await works(town.hq, WorkKind.ENCOUNTER_TO_CHECK)) == 1

    play(story)


def test_what_is_overdue_longest_comes_first_and_what_has_no_day_last(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.wifi_spot(town.officer)
        await a_network_of(town, "例示旅館")
        for name, days in (("見本ガス株式会社", 20), ("架空電力株式会社", 5), ("例示銀行", 10)):
            body = await make.company(town.officer, name)
            step = NextStep("資料を届ける", town.officer.today + days * DAY)
            await make.encounter(town.officer, body=body, next_step=step)
        later = make.at(town.officer, town.officer.now + 15 * DAY)
        kinds = (WorkKind.STEP_DUE, WorkKind.WIFI_WANTING)
        lines = await works(later, *kinds)
        told = [(line.title, line.is_overdue) for line in lines]
        assert told == [
            ("架空電力株式会社", True),
            ("例示銀行", True),
            ("見本ガス株式会社", False),
            ("例示旅館", False),
        ]
        whole = await worklist.worklist(later, kinds=kinds, first=1)
        assert ([line.title for line in whole.works], whole.total, whole.overdue) == (["架空電力株式会社"], 4, 2)
        assert whole.counts == {WorkKind.STEP_DUE: 3, WorkKind.WIFI_WANTING: 1}

    play(story)


async def a_network_of(town: Town, name: str) -> None:
    spot = await make.wifi_spot(town.officer, name)
    await wifi.survey(town.officer, spot.id, missing=[WifiPoint.LOGS])


def test_mine_is_what_i_answer_for_or_nobody_does(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await make.officer(town.admin, town.station, family_name="例川")
        await a_step(town)
        await a_step_for(town, other)
        await a_request(town)
        kinds = (WorkKind.STEP_DUE, WorkKind.LECTURE_REQUESTED)
        assert len(await works(town.officer, *kinds)) == 3
        mine = await works(town.officer, *kinds, is_mine=True)
        assert [(line.kind, line.owner_id) for line in mine] == [
            (WorkKind.STEP_DUE, town.officer.person_id),
            (WorkKind.LECTURE_REQUESTED, None),
        ]

    play(story)


async def a_step_for(town: Town, owner: Person) -> None:
    body = await make.company(town.officer, "例示ガス株式会社")
    step = NextStep("資料を届ける", town.officer.today + DAY, owner.id)
    await make.encounter(town.officer, body=body, next_step=step)


def test_a_partner_who_drifts_away_is_the_responsible_officers_and_everybodys_once_they_have_left(play: Any) -> None:
    async def story(town: Town) -> None:
        later = await a_partner_whom_nobody_calls(town)
        colleague = await make.actor(town.admin, Role.STATION_LIAISON, town.station, town.officer.units)
        colleague = make.at(colleague, later.now)
        [line] = await works(later, WorkKind.DRIFTING, is_mine=True)
        assert line.owner_id == town.officer.person_id
        assert len(await works(colleague, WorkKind.DRIFTING)) == 1
        mine = await worklist.worklist(colleague, kinds=[WorkKind.DRIFTING], is_mine=True)
        assert (mine.works, mine.total) == ([], 0)
        gone = await Person.get(id=town.officer.person_id)
        await people.retire(town.admin, gone.id, version=gone.version, on=later.today)
        [line] = await works(colleague, WorkKind.DRIFTING, is_mine=True)
        assert line.owner_id is None

    play(story)


def test_what_headquarters_alone_may_settle_is_on_no_stations_list(play: Any) -> None:
    async def story(town: Town) -> None:
        await what_a_council_is_to_be_told(town)
        drill, _ = await finished(town)
        after = make.at(town.officer, drill.starts_at + DAY)
        await drills.evaluate(after, drill.id)
        await drills.submit_report(after, drill.id, summary="通報は12分で行われた。")
        await a_draft(town, "見本信用金庫")
        await make.amendment(town.officer, await make.in_force(town, "例示銀行株式会社"))
        kinds = (
            *(WorkKind.DRILL_TO_APPROVE, WorkKind.INFORMATION_TO_CHECK),
            *(WorkKind.AGREEMENT_TO_APPROVE, WorkKind.AMENDMENT_TO_APPROVE),
        )
        colleague = await make.actor(town.admin, Role.STATION_LIAISON, town.station, town.officer.units)
        assert await works(make.at(colleague, after.now), *kinds) == []
        lines = await works(make.at(town.hq, after.now), *kinds)
        assert sorted(line.kind for line in lines) == sorted(kinds)

    play(story)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.kind)
def test_a_line_stands_on_the_lists_of_those_who_may_settle_it(part: Part) -> None:
    assert set(part.roles) == set(LIAISONS) & OFFERED[part.settled_by[0]]


def test_a_notice_is_read_by_whoever_has_neither_drafted_nor_submitted_it(play: Any) -> None:
    async def story(town: Town) -> None:
        notice = await drafted(town.officer, await partner(town.officer))
        submitter = await make.actor(town.admin, Role.STATION_LIAISON, town.station, town.officer.units)
        await notices.submit(submitter, notice.id)
        for author in (town.officer, submitter):
            assert await works(author, WorkKind.NOTICE_TO_READ) == []
        [line] = await works(town.hq, WorkKind.NOTICE_TO_READ)
        assert line.row_id == notice.id

    play(story)


def test_headquarters_looks_at_one_station_and_a_station_at_no_other(play: Any) -> None:
    async def story(town: Town) -> None:
        await a_request(town)
        here, there = town.station.id, town.other_station.id
        assert len(await works(town.hq, WorkKind.LECTURE_REQUESTED, unit_id=here)) == 1
        assert await works(town.hq, WorkKind.LECTURE_REQUESTED, unit_id=there) == []
        with pytest.raises(NotFound):
            await works(town.officer, unit_id=there)

    play(story)


def test_it_is_the_desks_alone_and_has_an_end(play: Any) -> None:
    async def story(town: Town) -> None:
        for other in (town.admin, town.statistician):
            with pytest.raises(NotAllowed):
                await works(other)
        for first in (0, 501):
            with pytest.raises(Invalid) as refused:
                await works(town.officer, first=first)
            assert refused.value.field == "first"

    play(story)


def test_of_the_partners_who_drift_away_whoever_was_met_longest_ago_comes_first(play: Any) -> None:
    async def story(town: Town) -> None:
        for name, days in (("架空電力株式会社", 10), ("例示銀行", 20), ("見本信用金庫", 30)):
            await make.in_force(town, name, expires_on=None)
            body = await Organization.get(name=name)
            await make.contact(town.officer, body, family_name=f"例{days}")
            await make.encounter(make.at(town.officer, town.officer.now + days * DAY), body=body)
        later = make.at(town.officer, town.officer.now + 250 * DAY)
        [line] = await works(later, WorkKind.DRIFTING, first=1)
        assert line.title == "架空電力株式会社", "first by no order of names"

    play(story)


def test_an_agreement_that_is_renewed_already_is_no_work(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town)
        later = make.at(town.officer, town.officer.now + 200 * DAY)
        await agreements.discuss_renewal(later, old.id)
        new = await agreements.renew(later, old.id, effective_on=date(2027, 4, 1))
        assert len(await works(later, WorkKind.AGREEMENT_ENDING)) == 1
        await agreements.submit(later, new.id)
        await agreements.approve(make.at(town.hq, later.now), new.id)
        await agreements.sign(later, new.id, signed_on=later.today, signatures=await make.signatures(new))
        assert await works(later, WorkKind.AGREEMENT_ENDING) == []

    play(story)


def test_an_agreement_that_ends_is_the_responsible_officers_and_everybodys_once_they_have_left(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town)
        later = make.at(town.officer, town.officer.now + 200 * DAY)
        colleague = await make.actor(town.admin, Role.STATION_LIAISON, town.station, town.officer.units)
        colleague = make.at(colleague, later.now)
        [line] = await works(later, WorkKind.AGREEMENT_ENDING, is_mine=True)
        assert line.owner_id == town.officer.person_id
        assert await works(colleague, WorkKind.AGREEMENT_ENDING, is_mine=True) == []
        gone = await Person.get(id=town.officer.person_id)
        await people.retire(town.admin, gone.id, version=gone.version, on=later.today)
        [line] = await works(colleague, WorkKind.AGREEMENT_ENDING, is_mine=True)
        assert line.owner_id is None

    play(story)


def test_the_last_day_to_give_notice_is_told_in_its_month_and_not_once_it_was_given(play: Any) -> None:
    async def story(town: Town) -> None:
        who = await one_that_renews_itself(town)
        [line] = await works(who, WorkKind.NOTICE_DUE)
        assert (line.due_on, line.owner_id) == (date(2027, 3, 1), town.officer.person_id)
        assert await works(make.at(who, who.now - 3 * DAY), WorkKind.NOTICE_DUE) == []
        assert await works(make.at(who, who.now + 29 * DAY), WorkKind.NOTICE_DUE) == [], "nobody hears it any more"
        await agreements.give_notice(who, line.row_id, reason="先方の申出")
        assert await works(who, WorkKind.NOTICE_DUE) == []

    play(story)


def test_nobody_approves_the_amendment_that_they_have_written(play: Any) -> None:
    async def story(town: Town) -> None:
        await an_amendment(town)
        assert await works(town.officer, WorkKind.AMENDMENT_TO_APPROVE) == []
        [line] = await works(town.hq, WorkKind.AMENDMENT_TO_APPROVE)
        await agreements.approve_amendment(town.hq, line.row_id)
        assert await works(town.hq, WorkKind.AMENDMENT_TO_APPROVE) == []

    play(story)


def test_an_agreement_ends_when_it_was_extended_to_and_one_that_renews_itself_once_notice_was_given(play: Any) -> None:
    async def story(town: Town) -> None:
        extended = await make.in_force(town, "架空電力株式会社")
        going_on = await make.in_force(town, "見本信用金庫", terms={"auto_renews_months": 12})
        await agreements.extend(town.officer, extended.id, until=date(2027, 9, 30), reason="協議に時間を要するため")
        in_january = make.at(town.officer, town.officer.now + 200 * DAY)
        assert await works(in_january, WorkKind.AGREEMENT_ENDING) == []
        await agreements.give_notice(in_january, going_on.id, reason="先方の申出")
        assert [work.due_on for work in await works(in_january, WorkKind.AGREEMENT_ENDING)] == [date(2027, 3, 31)]

    play(story)
