"""A date: its uid for life, its SEQUENCE by the rules, and the people who are held to it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain import calendar, slots
from domain.actor import Actor, Role
from domain.calendar import Appointment, AppointmentKind, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.errors import Conflict, Invalid
from domain.journal import Entry
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

STARTS = NOW + timedelta(days=14)
ENDS = STARTS + timedelta(hours=2)
HOUR = timedelta(hours=1)


async def drill(town: Town, starts_at: datetime = STARTS, ends_at: datetime = ENDS, **where: Any) -> Appointment:
    return await calendar.propose(
        town.officer, AppointmentKind.DRILL, town.station, "共同対処訓練", starts_at, ends_at, **where
    )


PLANS = {
    "lecture": lambda town, starts_at: make.lecture(town.officer, starts_at=starts_at),
    "encounter": lambda town, starts_at: make.planned_encounter(town.officer, starts_at=starts_at),
    "event": lambda town, starts_at: make.outreach_event(town.officer, starts_at=starts_at),
    "meeting": lambda town, starts_at: _meeting(town.officer, starts_at),
}


async def _meeting(who: Actor, starts_at: datetime) -> None:
    await make.meeting(who, await make.council(who), starts_at=starts_at)


async def held(town: Town, appointment: Appointment, person: Person) -> Attendee:
    return await calendar.ask(town.officer, appointment, person, AttendeeRole.LECTURER, holding=True)


@pytest.mark.parametrize("what", PLANS)
def test_whoever_plans_what_has_taken_place_is_told_how_it_is_entered(play: Any, what: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match=r"実施済みの記録として入力してください。$") as refused:
            await PLANS[what](town, town.officer.now - HOUR)
        assert refused.value.field == "starts_at"
        assert await Appointment.all().count() == 0

    play(story)


def test_a_school_that_wishes_for_a_day_that_has_passed_is_told_nothing_of_what_it_cannot_do(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        asks = make.outsider(town.officer, Role.SCHOOL, teacher)
        with pytest.raises(Invalid, match=r"^これからの日時を指定してください。$"):
            await make.lecture(asks, school=body, contact=teacher, starts_at=NOW - HOUR)
        assert await Appointment.all().count() == 0

    play(story)


def test_a_date_begins_tentative_under_a_uid_of_the_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        one, other = await drill(town), await drill(town)
        assert one.uid != other.uid
        assert one.uid.endswith("@police.aohama.example")
        assert (one.sequence, one.status, one.changed_at) == (0, AppointmentStatus.TENTATIVE, NOW)

    play(story)


@pytest.mark.parametrize(
    ("changed", "rises"),
    [
        ({"starts_at": STARTS + HOUR}, 1),
        ({"ends_at": ENDS + HOUR}, 1),
        ({"place": "青浜市民会館"}, 1),
        ({"status": AppointmentStatus.CONFIRMED}, 1),
        ({"status": AppointmentStatus.CANCELLED}, 1),
        ({"starts_at": STARTS + HOUR, "ends_at": ENDS + HOUR, "place": "体育館"}, 1),
        ({"title": "第2回 共同対処訓練"}, 0),
        ({"online_url": "https://meet.example/a"}, 0),
        ({"title": "別名", "place": "体育館"}, 1),
        ({"title": "共同対処訓練", "place": "", "starts_at": STARTS, "status": AppointmentStatus.TENTATIVE}, 0),
    ],
)
def test_the_sequence_rises_exactly_for_start_end_place_and_status(
    play: Any, changed: dict[str, Any], rises: int
) -> None:
    async def story(town: Town) -> None:
        before = await drill(town)
        later = make.at(town.officer, NOW + HOUR)
        await calendar.change(later, before, "appointment-changed", **changed)
        after = await Appointment.get(id=before.id)
        assert (after.uid, after.sequence) == (before.uid, rises)
        said = rises or changed.keys() & {"online_url"} or changed.get("title") != "共同対処訓練"
        assert after.changed_at == (later.now if said else NOW)
        assert await Entry.filter(fact="appointment-changed").count() == (1 if said else 0)

    play(story)


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ((STARTS, STARTS), "ends_at"),
        ((STARTS, STARTS - HOUR), "ends_at"),
        ((STARTS, STARTS + timedelta(days=14, seconds=1)), "ends_at"),
    ],
)
def test_a_date_ends_after_it_has_begun_and_within_two_weeks(play: Any, times: tuple[Any, Any], field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await drill(town, *times)
        assert refused.value.field == field
        assert await Appointment.all().count() == 0
        one = await drill(town)
        with pytest.raises(Invalid):
            await calendar.change(town.officer, one, "moved", starts_at=times[0], ends_at=times[1])
        assert (await Appointment.get(id=one.id)).version == 1

    play(story)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "会議室", "https://", "https:// a.example", "http://a\nb"])
def test_an_address_that_opens_nothing_is_refused(play: Any, url: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await drill(town, online_url=url)
        assert refused.value.field == "online_url"
        one = await drill(town)
        with pytest.raises(Invalid):
            await calendar.change(town.officer, one, "changed", online_url=url)
        assert (await Appointment.get()).online_url == ""

    play(story)


def test_cancelled_twice_it_was_cancelled_when_it_was(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await drill(town)
        await calendar.cancel(town.officer, one)
        await calendar.cancel(make.at(town.officer, NOW + HOUR), one)
        after = await Appointment.get(id=one.id)
        assert (after.cancelled_at, after.sequence, after.version) == (NOW, 1, 2)

    play(story)


def test_a_date_that_comes_back_is_not_cancelled_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await drill(town)
        await calendar.cancel(town.officer, one)
        await calendar.change(town.officer, one, "rescheduled", status=AppointmentStatus.TENTATIVE, starts_at=STARTS)
        after = await Appointment.get(id=one.id)
        assert (after.cancelled_at, after.sequence) == (None, 2)

    play(story)


def test_who_is_held_to_a_date_moves_with_it_and_is_let_go_when_it_falls(play: Any) -> None:
    async def story(town: Town) -> None:
        one, lecturer = await drill(town), await make.officer(town.hq, town.station)
        free = await calendar.ask(town.officer, one, await make.officer(town.hq, town.station), AttendeeRole.STAFF)
        attendee = await held(town, one, lecturer)
        await calendar.change(town.officer, one, "moved", starts_at=STARTS + HOUR, ends_at=ENDS + HOUR)
        moved = await Attendee.get(id=attendee.id)
        assert (moved.busy_from, moved.busy_to) == (STARTS + HOUR, ENDS + HOUR)
        assert (await Attendee.get(id=free.id)).busy_from is None
        await calendar.cancel(town.officer, one)
        assert (await Attendee.get(id=attendee.id)).busy_from is None

    play(story)


def test_a_date_does_not_move_onto_another_of_somebody_who_is_held_to_both(play: Any) -> None:
    async def story(town: Town) -> None:
        lecturer = await make.officer(town.hq, town.station)
        early, late = await drill(town), await drill(town, ENDS, ENDS + HOUR)
        for one in (early, late):
            await held(town, one, lecturer)

        async def move(_: datetime) -> None:
            await calendar.change(town.officer, late, "moved", starts_at=STARTS + HOUR)

        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await slots.once(NOW, "move", NOW, move)
        after = await Appointment.get(id=late.id)
        assert (after.starts_at, after.sequence) == (ENDS, 0)
        assert await Entry.filter(fact="moved").count() == 0

    play(story)


def test_one_date_after_another_is_no_double_booking(play: Any) -> None:
    async def story(town: Town) -> None:
        lecturer = await make.officer(town.hq, town.station)
        for one in (await drill(town), await drill(town, ENDS, ENDS + HOUR)):
            await held(town, one, lecturer)
        assert await Attendee.filter(busy_from__isnull=False).count() == 2

    play(story)


def test_of_many_who_hold_the_same_person_at_once_one_gets_them(play: Any) -> None:
    async def story(town: Town) -> None:
        lecturer = await make.officer(town.hq, town.station)
        dates = [await drill(town) for _ in range(4)]

        async def hold(one: Appointment) -> None:
            await held(town, one, lecturer)

        tries = [slots.once(NOW, str(one.id), NOW, lambda _, one=one: hold(one)) for one in dates]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "Conflict", "bool"]
        assert await Attendee.filter(person_id=lecturer.id).count() == 1

    play(story)


def test_nobody_is_asked_twice_to_one_date(play: Any) -> None:
    async def story(town: Town) -> None:
        one, person = await drill(town), await make.officer(town.hq, town.station)
        await held(town, one, person)

        async def again(_: datetime) -> None:
            await held(town, one, person)

        with pytest.raises(Conflict, match="すでに入っています"):
            await slots.once(NOW, "ask", NOW, again)
        assert await Attendee.all().count() == 1

    play(story)


def test_who_is_uninvited_and_asked_again_is_the_same_attendee_without_an_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        one, contact = await drill(town), await make.contact(town.officer, body)
        person = await Person.get(id=contact.person_id)
        first = await calendar.ask(town.officer, one, person, AttendeeRole.PARTICIPANT)
        first.partstat, first.remark = PartStat.ACCEPTED, "2名で伺います"
        await first.save()
        await calendar.uninvite(town.officer, one, first)
        assert (first.removed_at, one.sequence, calendar.sequence_for(one, first)) == (NOW, 0, 1)
        later = make.at(town.officer, NOW + HOUR)
        again = await calendar.ask(later, one, person, AttendeeRole.HOST, organization_id=body.id)
        assert (again.id, again.removed_at, again.invited_at) == (first.id, None, later.now)
        assert (again.partstat, again.remark, again.answered_at) == (PartStat.NEEDS_ACTION, "", None)
        assert (again.role, again.organization_id) == (AttendeeRole.HOST, body.id)
        assert calendar.sequence_for(one, again) == 2

    play(story)


def test_what_was_done_about_a_date_is_taken_back_with_its_transaction(play: Any) -> None:
    async def undone(town: Town, one: Appointment) -> None:
        async with in_transaction("default"):
            await calendar.cancel(town.officer, one)
            raise ZeroDivisionError

    async def story(town: Town) -> None:
        one = await drill(town)
        await held(town, one, await make.officer(town.hq, town.station))
        with pytest.raises(ZeroDivisionError):
            await undone(town, one)
        assert (await Appointment.get(id=one.id)).status is AppointmentStatus.TENTATIVE
        assert await Attendee.filter(busy_from__isnull=False).count() == 1

    play(story)


def test_an_outsider_sees_the_dates_they_are_asked_to_and_nobody_else_who_is(play: Any) -> None:
    async def story(town: Town) -> None:
        shared, foreign = await drill(town), await drill(town)
        bodies = [await make.company(town.officer, name) for name in ("甲社", "乙社")]
        contacts = [await make.contact(town.officer, body) for body in bodies]
        asked = [
            await calendar.ask(
                town.officer,
                shared,
                await Person.get(id=contact.person_id),
                AttendeeRole.PARTICIPANT,
                organization_id=contact.organization_id,
            )
            for contact in contacts
        ]
        partner = make.outsider(town.officer, Role.PARTNER, contacts[0])
        assert [one.id for one in await calendar.visible_to(partner)] == [shared.id]
        assert [one.id for one in await calendar.attendees_visible_to(partner)] == [asked[0].id]
        colleague = await make.contact(town.officer, bodies[0], mail_address="b@partner.example")
        assert await calendar.visible_to(make.outsider(town.officer, Role.PARTNER, colleague)).count() == 1
        volunteer = make.outsider(town.officer, Role.VOLUNTEER, contacts[1])
        assert [one.id for one in await calendar.attendees_visible_to(volunteer)] == [asked[1].id]
        herself = await calendar.ask(
            town.officer, foreign, await Person.get(id=colleague.person_id), AttendeeRole.LECTURER
        )
        sees = calendar.attendees_visible_to(make.outsider(town.officer, Role.PARTNER, colleague))
        assert {one.id for one in await sees} == {asked[0].id, herself.id}
        assert [one.id for one in await calendar.attendees_visible_to(partner)] == [asked[0].id]
        await calendar.uninvite(town.officer, shared, asked[0])
        assert await calendar.visible_to(partner).count() == 0
        for who in (town.other_officer, town.statistician, town.admin):
            assert await calendar.visible_to(who).count() == await calendar.attendees_visible_to(who).count() == 0
        assert {one.id for one in await calendar.visible_to(town.hq)} == {shared.id, foreign.id}

    play(story)
