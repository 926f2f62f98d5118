"""How a partner stands with us: a grade with its reasons, from what was really done together."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import agreements, drills, notices, organizations, statistics, thresholds, worklist
from domain.actor import Actor
from domain.agreements import AgreementKind
from domain.drills import DrillFormat, DrillThreat, ParticipationRole, TookPart
from domain.errors import NotAllowed
from domain.japanese import Period
from domain.meetings import MeetingProxy
from domain.organizations import Contact, Organization
from domain.outreach import CoHosting, OutreachHostRole
from domain.statistics import ALL, BY_KEY, Figure
from domain.worklist import Relationship, RelationshipGrade, RelationshipReason
from tests import make
from tests.domain.drills.asking import finished
from tests.domain.notices.telling import sent
from tests.make import Town

DAY = timedelta(days=1)
GOOD, WATCH, DRIFTING = RelationshipGrade.GOOD, RelationshipGrade.WATCH, RelationshipGrade.DRIFTING
POWER = "架空電力株式会社"
LONG_AGO = (RelationshipReason.CONTACT_STALE,)


async def partner(town: Town, **over: Any) -> Contact:
    await make.in_force(town, POWER, **({"expires_on": None} | over))
    return await make.contact(town.officer, await Organization.get(name=POWER))


async def stands(who: Actor) -> Relationship:
    [one] = await worklist.relationships(who)
    return one


def reasons(one: Relationship) -> list[RelationshipReason]:
    return [reason.kind for reason in one.reasons]


def after(town: Town, days: int) -> Actor:
    return make.at(town.officer, town.officer.now + days * DAY)


def test_a_new_partner_is_well_until_nobody_has_called_for_half_a_year(play: Any) -> None:
    async def story(town: Town) -> None:
        await partner(town)
        assert (await stands(after(town, 180))).grade is GOOD
        cold = await stands(after(town, 181))
        assert (cold.grade, reasons(cold)) == (DRIFTING, [RelationshipReason.NEVER_MET])
        assert cold.reasons[0].told == "令和８年７月１日に参画してから181日、接触の記録がありません。"

    play(story)


def test_a_call_brings_a_partner_back_and_only_one_that_took_place(play: Any) -> None:
    async def story(town: Town) -> None:
        body = (await partner(town)).organization_id
        power = await Organization.get(id=body)
        planned = await make.planned_encounter(after(town, 190), body=power)
        assert (await stands(after(town, 200))).grade is DRIFTING, "a plan is no encounter"
        assert planned.id
        await make.encounter(after(town, 200), body=power)
        back = await stands(after(town, 201))
        assert (back.grade, back.met_on) == (GOOD, after(town, 200).today)

    play(story)


def test_whoever_came_to_a_council_or_helped_at_an_event_is_in_touch_and_nobody_by_proxy(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        power = await Organization.get(id=(await partner(town)).organization_id)
        council = await make.council(town.officer)
        bank = await make.company(town.officer, "例示銀行")
        other, own = [await make.member(town.officer, council, body) for body in (bank, power)]
        first = await make.meeting(town.officer, council, starts_at=town.officer.now + 100 * DAY)
        await make.met(town.officer, first, other, proxies=[MeetingProxy(own.id, other.id)])
        await make.reported_event(after(town, 150), hosts=[CoHosting(power.id, OutreachHostRole.SUPPORTER)])
        apart = await stands(after(town, 190))
        assert (apart.grade, apart.met_on) == (DRIFTING, None), "they gave a proxy, and their name"
        then = after(town, 190)
        second = await make.meeting(then, council, starts_at=then.now + timedelta(hours=1))
        await make.met(then, second, own)
        assert [(one.grade, one.met_on) for one in [await stands(after(town, 191))]] == [(GOOD, then.today)]
        silent = await stands(after(town, 371))
        assert (silent.grade, reasons(silent)) == (DRIFTING, [RelationshipReason.OUT_OF_TOUCH, *LONG_AGO])
        assert silent.reasons[0].told == "令和９年１月７日の会議への出席から181日、接触がありません。"
        await make.reported_event(after(town, 380), hosts=[CoHosting(power.id)])
        assert (await stands(after(town, 380))).grade is WATCH
        again = await stands(after(town, 600))
        assert again.reasons[0].told == "令和９年７月９日の広報啓発への参画から227日、接触がありません。"

    play(story)


def test_who_has_not_said_in_time_that_they_know_a_notice_is_watched_until_they_do(play: Any) -> None:
    async def story(town: Town) -> None:
        notice = await sent(town.officer, await partner(town))
        assert (await stands(after(town, 3))).grade is GOOD, "nobody has looked yet"
        await notices.follow_up(after(town, 3).now)
        watched = await stands(after(town, 4))
        assert (watched.grade, reasons(watched), watched.read_on) == (WATCH, [RelationshipReason.NOTICE_UNREAD], None)
        told = await notices.recipients_visible_to(town.officer).get(notice_id=notice.id)
        await notices.note_call(after(town, 4), told.id, result=notices.CallResult.REACHED)
        back = await stands(after(town, 5))
        assert (back.grade, back.read_on) == (GOOD, after(town, 4).today)

    play(story)


def test_where_nobody_is_known_any_more_a_partner_drifts_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town)
        tomorrow = after(town, 1)
        gone = await organizations.retire_contact(tomorrow, contact.id, version=contact.version, on=tomorrow.today)
        assert gone.until is not None
        one = await stands(tomorrow)
        assert (one.grade, reasons(one)) == (DRIFTING, [RelationshipReason.NOBODY_KNOWN])

    play(story)


def test_a_stale_contact_and_an_end_in_sight_are_watched(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town, expires_on=(town.officer.today + 400 * DAY))
        power = await Organization.get(id=contact.organization_id)
        await make.encounter(after(town, 360), body=power)
        one = await stands(after(town, 370))
        kinds = [RelationshipReason.CONTACT_STALE, RelationshipReason.AGREEMENT_ENDING]
        assert (one.grade, reasons(one)) == (WATCH, kinds)

    play(story)


def test_a_partner_whose_renewal_is_signed_is_not_watched_for_the_end_of_the_old_agreement(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town, POWER)
        contact = await make.contact(town.officer, await Organization.get(name=POWER))
        later = after(town, 200)
        await make.encounter(later, body=await Organization.get(id=contact.organization_id))
        await agreements.discuss_renewal(later, old.id)
        new = await agreements.renew(later, old.id, effective_on=date(2027, 4, 1))
        watched = await stands(later)
        assert (watched.grade, reasons(watched)) == (WATCH, [RelationshipReason.AGREEMENT_ENDING]), "it is a draft yet"
        await agreements.submit(later, new.id)
        await agreements.approve(make.at(town.hq, later.now), new.id)
        await agreements.sign(later, new.id, signed_on=later.today, signatures=await make.signatures(new))
        going_on = await stands(later)
        assert (going_on.grade, going_on.reasons) == (GOOD, [])

    play(story)


def test_a_drill_together_counts_from_the_day_on_which_they_came(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town, POWER)
        body = await Organization.get(name=POWER)
        draft = await agreements.propose(
            town.officer, kind=AgreementKind.MEMORANDUM, title="覚書", organization_ids=[body.id]
        )
        ready = await make.awaiting(town, draft)
        signed = await make.signatures(ready)
        await agreements.sign(town.officer, ready.id, signed_on=town.officer.today, signatures=signed)
        one = await stands(after(town, 90))
        assert one.drilled_on == make.at(town.officer, drill.starts_at).today

    play(story)


def test_who_only_looks_on_is_not_drilled_neither_in_the_grade_nor_in_the_figure(play: Any) -> None:
    async def story(town: Town) -> None:
        await partner(town)
        body, later = await Organization.get(name=POWER), after(town, 740)
        for days, role in ((700, ParticipationRole.OBSERVER), (710, ParticipationRole.TRAINEE)):
            who = after(town, days)
            facts = {"title": f"訓練{days}", "format": DrillFormat.TABLETOP, "threat": DrillThreat.RANSOMWARE}
            hours = {"starts_at": who.now - timedelta(hours=4), "ends_at": who.now - timedelta(hours=2)}
            came = [TookPart(body.id, 2, role)]
            await drills.record_held(who, police_count=8, participants=came, **hours, **facts)
            is_drilled, one = role is ParticipationRole.TRAINEE, await stands(later)
            assert one.drilled_on == (who.today if is_drilled else None)
            assert (RelationshipReason.LONG_WITHOUT_DRILL not in reasons(one)) is is_drilled
            shown = await statistics.show(later, Period.on(later.today), fresh=True)
            assert shown.value(town.station.id, BY_KEY["PARTNERS_DRILLED"], ALL) == is_drilled

    play(story)


def test_what_a_drill_has_left_to_mend_weighs_once_its_day_is_over_and_until_it_is_verified(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await Organization.get(id=(await partner(town)).organization_id)
        item = await make.improvement(town.officer, power, due_on=after(town, 20).today)
        open_still = await stands(after(town, 20))
        assert (open_still.grade, open_still.open_improvements) == (GOOD, 1)
        late = await stands(after(town, 21))
        assert (late.grade, reasons(late)) == (WATCH, [RelationshipReason.IMPROVEMENT_OVERDUE])
        assert late.reasons[0].told == "訓練の改善事項1件が期限を過ぎています（早いものは令和８年７月21日）。"
        await drills.begin_improvement(after(town, 21), item.id)
        await drills.finish_improvement(after(town, 21), item.id, evidence="連絡網を改めた。")
        assert (await stands(after(town, 22))).grade is WATCH, "nobody has seen it yet"
        await drills.verify_improvement(make.at(town.hq, after(town, 22).now), item.id)
        mended = await stands(after(town, 22))
        assert (mended.grade, mended.open_improvements) == (GOOD, 0)

    play(story)


def test_the_gravest_come_first_and_a_station_sees_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        await partner(town)
        silent = await Organization.get(name=POWER)
        await make.in_force(town, "例示銀行", expires_on=None)
        bank = await Organization.get(name="例示銀行")
        await make.contact(town.officer, bank, family_name="例川")
        later = after(town, 190)
        await make.encounter(later, body=bank)
        found = await worklist.relationships(make.at(town.hq, later.now))
        assert [(one.organization_id, one.grade) for one in found] == [(silent.id, DRIFTING), (bank.id, GOOD)]
        [drifts] = await worklist.relationships(later, grades=[DRIFTING])
        assert drifts == (await worklist.relationships(later))[0], "found alone they are told as among all"
        assert await worklist.relationships(make.at(town.other_officer, later.now)) == []
        with pytest.raises(NotAllowed):
            await worklist.relationships(town.statistician)

    play(story)


def test_whoever_is_no_partner_any_more_is_not_judged(play: Any) -> None:
    async def story(town: Town) -> None:
        await partner(town, expires_on=town.officer.today + 30 * DAY)
        assert len(await worklist.relationships(after(town, 30))) == 1
        assert await worklist.relationships(after(town, 31)) == []

    play(story)


def test_a_figure_of_the_grades_goes_by_the_same_days_whatever_the_prefecture_has_set(play: Any) -> None:
    async def story(town: Town) -> None:
        await partner(town)
        later = after(town, 100)
        hq = make.at(town.hq, later.now)
        await thresholds.set_thresholds(hq, met_days=99)
        assert (await stands(later)).grade is DRIFTING
        day = Period.on(later.today)
        counted = {one.kind: one.value for one in (await statistics.show(later, day)).figures() if is_grade(one)}
        assert counted == {"": 1, "GOOD": 1, "WATCH": 0, "DRIFTING": 0}
        behind = {"measure": "RELATIONSHIPS", "unit_id": town.station.id, "period": day, "kind": "GOOD"}
        assert await statistics.records_behind(later, **behind) == [(await Organization.get(name=POWER)).id]

    play(story)


def is_grade(figure: Figure) -> bool:
    return figure.tally.key == "RELATIONSHIPS"
