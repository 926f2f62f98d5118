"""広報啓発: from the plan to the checked report, whom it reached, and who sees what of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import activities, merging, outreach
from domain.activities import Activity, ActivityKind
from domain.actor import Role
from domain.calendar import Appointment, AppointmentStatus
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.outbox import Letter
from domain.outreach import (
    CoHosting,
    HandedOut,
    OutreachEvent,
    OutreachHost,
    OutreachHostRole,
    OutreachKind,
    OutreachMaterial,
    OutreachResults,
    OutreachStatus,
    OutreachTheme,
)
from tests import make
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HEARD = OutreachResults(body_count=24, people_count=31, media_count=2)


async def held(town: Town, **over: Any) -> tuple[OutreachEvent, Any, Any]:
    """An event that was held, and the day after it as the officer and headquarters have it."""
    event = await make.outreach_event(town.officer, **over)
    officer, hq = [make.at(who, event.starts_at + DAY) for who in (town.officer, town.hq)]
    return await outreach.hold(officer, event.id), officer, hq


def test_an_event_is_led_from_its_plan_to_the_report_that_another_has_checked(play: Any) -> None:
    async def story(town: Town) -> None:
        event, officer, hq = await held(town)
        assert event.status is OutreachStatus.HELD
        told = {"summary": "手順を説明した。", "results": HEARD, "materials": [HandedOut("手引き", 40)]}
        event = await outreach.report(officer, event.id, **told)
        assert (event.status, event.people_count, event.media_count) == (OutreachStatus.REPORTED, 31, 2)
        with pytest.raises(NotAllowed, match="別の人"):
            await outreach.check(officer, event.id)
        assert (await OutreachEvent.get(id=event.id)).status is OutreachStatus.REPORTED
        assert (await outreach.check(hq, event.id)).checked_by_id == hq.person_id

    play(story)


def test_nothing_is_held_before_it_is_over_and_a_campaign_not_before_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        day = town.officer.today + 21 * DAY
        event = await make.outreach_event(town.officer, kind=OutreachKind.CAMPAIGN, lasts_until=day + 9 * DAY)
        for early in (event.starts_at + HOUR, event.starts_at + 3 * DAY):
            with pytest.raises(WrongState, match="まだ終わっていない"):
                await outreach.hold(make.at(town.officer, early), event.id)
        assert (await OutreachEvent.get(id=event.id)).version == event.version
        event = await outreach.hold(make.at(town.officer, event.starts_at + 9 * DAY + HOUR * 2), event.id)
        assert event.status is OutreachStatus.HELD

    play(story)


@pytest.mark.parametrize(
    ("kind", "results", "materials", "field"),
    [
        (OutreachKind.SEMINAR, OutreachResults(visitor_count=30), (HandedOut("手引き", 5),), "people_count"),
        (OutreachKind.MATERIALS, OutreachResults(people_count=30), (), "materials"),
        (OutreachKind.EXHIBITION, OutreachResults(officer_count=3), (), "people_count"),
        (OutreachKind.SEMINAR, OutreachResults(people_count=-1), (), "people_count"),
        (OutreachKind.CAMPAIGN, OutreachResults(), (HandedOut("手引き", 5), HandedOut(" 手引き", 6)), "materials"),
    ],
)
def test_a_report_says_how_many_were_reached(
    play: Any, kind: OutreachKind, results: Any, materials: Any, field: str
) -> None:
    async def story(town: Town) -> None:
        event, officer, _ = await held(town, kind=kind)
        with pytest.raises((Incomplete, Invalid)) as refused:
            await outreach.report(officer, event.id, summary="行った。", results=results, materials=materials)
        assert refused.value.field == field
        assert (await OutreachEvent.get(id=event.id)).version == event.version
        assert not await OutreachMaterial.exists()

    play(story)


def test_a_report_that_was_sent_back_is_written_again_and_keeps_what_is_not_told_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        event, officer, hq = await held(town)
        told = {"summary": "行った。", "materials": [HandedOut("手引き", 40), HandedOut("うちわ", 7)]}
        await outreach.report(officer, event.id, results=HEARD, **told)
        event = await outreach.send_back(hq, event.id, reason="実施結果を具体的に")
        assert (event.status, event.reason) == (OutreachStatus.HELD, "実施結果を具体的に")
        again = [HandedOut("手引き", 45), HandedOut("うちわ", 0)]
        event = await outreach.report(officer, event.id, summary="手順を説明した。", materials=again)
        assert (event.people_count, event.reason) == (31, "")
        left = await outreach.materials_visible_to(officer)
        assert [(one.name, one.copies) for one in left] == [("手引き", 45)]

    play(story)


def test_what_was_held_before_anybody_entered_it_is_reported_at_once_and_entered_once(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await make.reported_event(town.officer)
        assert event.status is OutreachStatus.REPORTED
        assert not await Letter.exists()
        with pytest.raises(Conflict):
            await make.reported_event(town.officer)
        with pytest.raises(Invalid):
            await make.reported_event(town.officer, title="別の催し", starts_at=town.officer.now - HOUR)
        assert await OutreachEvent.all().count() == 1
        assert (await outreach.check(town.hq, event.id)).status is OutreachStatus.CHECKED

    play(story)


def test_a_checked_report_is_corrected_with_a_reason_and_the_journal_keeps_what_it_said(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await make.reported_event(town.officer)
        event = await outreach.check(town.hq, event.id)
        with pytest.raises(WrongState):
            await outreach.correct(town.officer, event.id, version=event.version, theme=OutreachTheme.IOT)
        right = {"results": OutreachResults(people_count=13), "theme": OutreachTheme.IOT}
        await outreach.correct_report(town.officer, event.id, version=event.version, reason="写し間違い", **right)
        event = await OutreachEvent.get(id=event.id)
        assert (event.people_count, event.body_count, event.theme) == (13, 24, OutreachTheme.IOT)
        entry = await Entry.filter(fact="outreach-report-corrected").first()
        assert entry is not None
        assert (entry.before["people_count"], entry.after["reason"]) == (31, "写し間違い")
        with pytest.raises(Invalid):
            await outreach.correct_report(town.officer, event.id, version=event.version, reason="なんとなく")

    play(story)


def test_whoever_has_put_a_report_right_does_not_check_it(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await make.reported_event(town.officer)
        await outreach.correct(town.hq, event.id, version=event.version, title="備えのセミナー")
        with pytest.raises(NotAllowed):
            await outreach.check(town.hq, event.id)
        assert (await OutreachEvent.get(id=event.id)).status is OutreachStatus.REPORTED

    play(story)


def test_whoever_has_added_a_body_to_what_was_reported_does_not_check_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        event = await make.reported_event(town.officer)
        await outreach.add_host(town.hq, event.id, organization_id=body.id)
        with pytest.raises(NotAllowed):
            await outreach.check(town.hq, event.id)
        ahead = await make.outreach_event(town.officer)
        await outreach.add_host(town.hq, ahead.id, organization_id=body.id)
        after, checker = [make.at(who, ahead.starts_at + DAY) for who in (town.officer, town.hq)]
        await outreach.hold(after, ahead.id)
        await outreach.report(after, ahead.id, summary="行った。", results=HEARD)
        assert (await outreach.check(checker, ahead.id)).status is OutreachStatus.CHECKED

    play(story)


def test_two_bodies_that_both_have_a_part_in_one_event_are_not_merged(play: Any) -> None:
    async def story(town: Town) -> None:
        bodies = [await make.company(town.officer, name) for name in ("見本保険株式会社", "見本保険（旧）株式会社")]
        await make.outreach_event(town.officer, hosts=[CoHosting(one.id) for one in bodies])
        kept, gone = bodies
        told = {"kept_id": kept.id, "reason": "同じ会社のため"}
        with pytest.raises(Conflict, match="主催・共催などです"):
            await merging.merge(town.hq, gone.id, version=gone.version, **told)
        await outreach.remove_host(town.officer, (await OutreachHost.get(organization_id=gone.id)).id)
        await merging.merge(town.hq, gone.id, version=gone.version, **told)
        assert await OutreachHost.filter(organization_id=kept.id).count() == 2

    play(story)


def test_another_date_keeps_the_uid_and_an_end_ends_the_date_too(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await make.outreach_event(town.officer)
        before = await Appointment.get(id=event.appointment_id)
        later = {"starts_at": event.starts_at + DAY, "ends_at": event.starts_at + DAY + HOUR}
        event = await outreach.reschedule(town.officer, event.id, **later, place="例示会館")
        after = await Appointment.get(id=event.appointment_id)
        assert (after.uid, after.sequence, after.place) == (before.uid, before.sequence + 1, "例示会館")
        event = await outreach.cancel(town.officer, event.id, reason="荒天が見込まれるため")
        assert (await Appointment.get(id=event.appointment_id)).status is AppointmentStatus.CANCELLED
        with pytest.raises(WrongState):
            await outreach.reschedule(town.officer, event.id, **later)

    play(story)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"lasts_until": date(2026, 7, 21)}, "lasts_until"),
        ({"lasts_until": date(2027, 7, 24)}, "lasts_until"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"remarks": "あ" * 1001}, "remarks"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(play: Any, facts: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.outreach_event(town.officer, **facts)
        assert refused.value.field == field
        assert not await OutreachEvent.exists()
        assert not await Appointment.exists()

    play(story)


def test_a_body_has_one_part_in_an_event_and_can_get_another(play: Any) -> None:
    async def story(town: Town) -> None:
        insurer = await make.company(town.officer, "見本損害保険株式会社")
        event = await make.outreach_event(town.officer, hosts=[CoHosting(insurer.id)])
        await outreach.add_host(town.officer, event.id, organization_id=insurer.id, role=OutreachHostRole.SUPPORTER)
        host = await OutreachHost.get()
        assert host.role is OutreachHostRole.SUPPORTER
        with pytest.raises(Invalid) as refused:
            await make.outreach_event(town.officer, title="二度", hosts=[CoHosting(insurer.id)] * 2)
        assert refused.value.field == "hosts"
        await outreach.remove_host(town.officer, host.id)
        assert await outreach.hosts_visible_to(town.officer).count() == 0
        await outreach.add_host(town.officer, event.id, organization_id=insurer.id)
        assert await outreach.hosts_visible_to(town.officer).count() == 1

    play(story)


def test_an_event_is_seen_by_its_station_headquarters_and_the_bodies_that_have_a_part_in_it(play: Any) -> None:
    async def story(town: Town) -> None:
        bodies = [await make.company(town.officer, name) for name in ("見本損害保険株式会社", "架空電力株式会社")]
        people = [await make.contact(town.officer, body, mail_address=f"{body.id}@partner.example") for body in bodies]
        insurer, stranger = [make.outsider(town.officer, Role.PARTNER, contact) for contact in people]
        event = await make.reported_event(town.officer, hosts=[CoHosting(one.id) for one in bodies[:1]])
        for who, seen in ((town.officer, 1), (town.hq, 1), (insurer, 1), (stranger, 0), (town.other_officer, 0)):
            assert await outreach.visible_to(who).count() == seen
            assert await outreach.hosts_visible_to(who).count() == seen
        for who in (insurer, stranger, town.statistician, town.admin, town.other_officer):
            assert await outreach.materials_visible_to(who).count() == 0
        with pytest.raises(NotFound):
            await outreach.check(town.other_officer, event.id)
        for who in (insurer, town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await outreach.check(who, event.id)
        assert (await OutreachEvent.get(id=event.id)).status is OutreachStatus.REPORTED

    play(story)


def test_volunteers_help_with_an_event_by_an_activity_of_their_own(play: Any) -> None:
    async def story(town: Town) -> None:
        event = await make.outreach_event(town.officer)
        activity = await make.activity(town.officer, kind=ActivityKind.PUBLICITY, outreach_event_id=event.id)
        assert activity.outreach_event_id == event.id
        with pytest.raises(NotFound):
            await make.activity(town.other_officer, outreach_event_id=event.id)
        await outreach.cancel(town.officer, event.id, reason="会場の都合")
        with pytest.raises(Invalid, match="中止"):
            await make.activity(town.officer, outreach_event_id=event.id)
        assert await Activity.all().count() == 1
        await activities.correct(town.officer, activity.id, version=activity.version, title="別の活動")

    play(story)
