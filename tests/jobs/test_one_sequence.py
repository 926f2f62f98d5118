"""Whoever has a date by mail and in a subscribed calendar sees one event: the same UID and SEQUENCE in both, whatever
happens to the date, to themselves or to somebody else who is asked to it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from icalendar import Calendar
from starlette.applications import Starlette

from api import feeds as door
from api.house import House
from domain import activities, drills, feeds, lectures, organizations, replies, units
from domain.activities import ActivityParticipation
from domain.actor import Actor
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import Drill
from domain.feeds import Subscription
from domain.lectures import Assignment
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.units import Unit
from jobs import post_letters
from tests import make
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed
from tests.jobs.test_post_letters import SECRET, Pigeons, desk
from tests.make import Town

Steps = Sequence[tuple[Callable[[], Awaitable[object]], set[UUID]]]


@dataclass
class Desk:
    """An officer to whom nothing happens twice in the same minute."""

    town: Town
    minutes: int = 0

    @property
    def officer(self) -> Actor:
        self.minutes += 1
        return make.at(self.town.officer, self.now)

    @property
    def now(self) -> datetime:
        return self.town.officer.now + timedelta(minutes=self.minutes)

    async def hears(self, date: UUID, person_id: UUID, partstat: PartStat) -> None:
        """Somebody's answer, by the link in their letter."""
        attendee = await Attendee.get(appointment_id=date, person_id=person_id)
        await replies.answer_by_link(self.officer.now, attendee.id, partstat=partstat)


def event_in(letter: Letter) -> Any:
    content = post_letters.envelope(NOW, desk(Pigeons()), letter).calendar
    assert content is not None
    return Calendar.from_ical(content[1]).events[0]


async def told(person_id: UUID, appointment: Appointment) -> list[tuple[str, str, int]]:
    """What one person's calendar has got by mail of one date, oldest first: method, UID, SEQUENCE."""
    posted = Letter.filter(person_id=person_id, appointment_id=appointment.id, method__isnull=False).order_by("id")
    events = [(letter.method, event_in(letter)) for letter in await posted]
    return [(str(method), event.uid, event.sequence) for method, event in events]


async def subscribed(desk: Desk, person_id: UUID) -> list[tuple[str, int]]:
    """What one person's subscribed calendar shows: UID and SEQUENCE of each date."""
    events = Calendar.from_ical((await fetched(desk, person_id)).content).events
    return [(event.uid, event.sequence) for event in events]


async def tag(desk: Desk, person_id: UUID) -> str:
    return (await fetched(desk, person_id)).headers["etag"]


async def fetched(desk: Desk, person_id: UUID) -> httpx.Response:
    """One person's subscribed calendar, through the door."""
    feed = await Subscription.filter(person_id=person_id).first()
    feed = feed or await feeds.subscribe(desk.town.officer, person_id=person_id)
    address = f"/cal/{await feeds.hand_out(desk.now, SECRET, feed.id, 1)}/calendar.ics"
    app = Starlette(routes=door.routes(House(SECRET, "https://renkei.example", lambda: desk.now)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://renkei.example") as client:
        return await client.get(address)


async def must_agree(desk: Desk, appointment_id: UUID) -> dict[UUID, int]:
    """Every attendee's letters rise, and their feed shows what the last one said; answers how many each has got."""
    appointment = await Appointment.get(id=appointment_id)
    count: dict[UUID, int] = {}
    for attendee in await Attendee.filter(appointment_id=appointment_id):
        letters = await told(attendee.person_id, appointment)
        count[attendee.person_id] = len(letters)
        must_rise(letters)
        is_shown = attendee.removed_at is None and attendee.partstat is not PartStat.DECLINED
        last = [(uid, sequence) for _, uid, sequence in letters[-1:] if is_shown]
        assert await subscribed(desk, attendee.person_id) == last
    return count


def must_rise(letters: list[tuple[str, str, int]]) -> None:
    """Of one UID; a CANCEL, and what comes after one, newer than what was before (RFC 5546 §2.1.4)."""
    assert len({uid for _, uid, _ in letters}) <= 1
    for (before, _, old), (method, _, new) in zip(letters, letters[1:], strict=False):
        assert new > old if "CANCEL" in (before, method) else new >= old


async def follow(desk: Desk, date: UUID, steps: Steps) -> None:
    """Take each step; exactly those have a letter of it for their calendar who are named with it, and all is well."""
    count = await must_agree(desk, date)
    for step, told_of_it in steps:
        await step()
        before, count = count, await must_agree(desk, date)
        assert {person for person, letters in count.items() if letters > before.get(person, 0)} == told_of_it


def moved(one: Any, days: int) -> dict[str, datetime]:
    starts_at = one.starts_at + timedelta(days=days)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}


async def second_officer(town: Town) -> UUID:
    return (await make.officer(town.hq, town.station, mail_address="second@police.aohama.example")).id


def test_a_lecturer_who_is_let_go_and_asked_again_leaves_the_calendars_of_the_others_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, lecture = Desk(town), await make.lecture(town.officer)
        id, date = lecture.id, lecture.appointment_id
        first, second = town.officer.person_id, await second_officer(town)
        teacher = (await Contact.get(id=lecture.contact_id)).person_id

        async def release() -> None:
            offer = await Assignment.get(lecture_id=id, person_id=second)
            await lectures.release(desk.officer, offer.id)

        steps: Steps = [
            (lambda: lectures.accept(desk.officer, id), set()),
            (lambda: lectures.assign(desk.officer, id, person_id=first), {first}),
            (lambda: lectures.assign(desk.officer, id, person_id=second), {second}),
            (release, {second}),
            (lambda: lectures.assign(desk.officer, id, person_id=second), {second}),
            (lambda: lectures.confirm(desk.officer, id), {first, second, teacher}),
            (release, {second}),
            (lambda: lectures.correct(desk.officer, id, place="第２体育館"), {first, teacher}),
            (lambda: lectures.assign(desk.officer, id, person_id=second), {second}),
            (lambda: lectures.postpone(desk.officer, id, reason="台風", **moved(lecture, 7)), {first, second, teacher}),
            (lambda: lectures.reschedule(desk.officer, id, **moved(lecture, 9)), {first, second, teacher}),
            (lambda: desk.hears(date, second, PartStat.DECLINED), {second}),
            (lambda: lectures.confirm(desk.officer, id), {first, teacher}),
            (lambda: desk.hears(date, second, PartStat.ACCEPTED), {second}),
            (lambda: lectures.cancel(desk.officer, id, reason="閉校"), {first, second, teacher}),
        ]
        await follow(desk, date, steps)

    play(story)


def test_a_lecture_is_handed_from_teacher_to_teacher_and_put_off_as_one_event(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, school = Desk(town), await make.school(town.officer)
        contacts = [
            await make.contact(town.officer, school, family_name=name, mail_address=f"{n}@school.example")
            for n, name in enumerate(("甲", "乙"))
        ]
        lecture = await confirmed(town, school=school, contact=contacts[0])
        id, lecturer = lecture.id, town.officer.person_id
        before, after = [contact.person_id for contact in contacts]
        steps: Steps = [
            (lambda: lectures.correct(desk.officer, id, contact_id=contacts[1].id), {before, after}),
            (lambda: lectures.correct(desk.officer, id, contact_id=contacts[0].id), {before, after}),
            (lambda: lectures.postpone(desk.officer, id, reason="学級閉鎖"), {before, lecturer}),
            (lambda: lectures.correct(desk.officer, id, place="体育館"), set()),
            (lambda: lectures.reschedule(desk.officer, id, **moved(lecture, 14)), {before, lecturer}),
            (lambda: lectures.confirm(desk.officer, id), {before, lecturer}),
            (lambda: lectures.cancel(desk.officer, id, reason="閉校"), {before, lecturer}),
        ]
        await follow(desk, lecture.appointment_id, steps)

    play(story)


def test_a_firm_that_is_let_go_and_invited_again_leaves_the_calendars_of_the_others_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, drill = Desk(town), await make.drill(town.officer)
        contacts = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
        id, date = drill.id, drill.appointment_id
        first, second = [contact.person_id for contact in contacts]

        async def uninvite(person_id: UUID) -> None:
            attendee = await Attendee.get(appointment_id=date, person_id=person_id)
            await drills.uninvite(desk.officer, id, attendee_id=attendee.id)

        steps: Steps = [
            (lambda: desk.hears(date, first, PartStat.ACCEPTED), {first}),
            (lambda: drills.confirm(desk.officer, id), {first, second}),
            (lambda: uninvite(second), {second}),
            (lambda: drills.correct(desk.officer, id, place="見本市民会館"), {first}),
            (lambda: drills.invite(desk.officer, id, contact_id=contacts[1].id), {second}),
            (lambda: uninvite(second), {second}),
            (lambda: drills.invite(desk.officer, id, contact_id=contacts[1].id), {second}),
            (lambda: desk.hears(date, second, PartStat.DECLINED), {second}),
            (lambda: drills.correct(desk.officer, id, title="第2回共同対処訓練"), {first, second}),
            (lambda: desk.hears(date, second, PartStat.TENTATIVE), {second}),
            (lambda: drills.postpone(desk.officer, id, reason="台風", **moved(drill, 7)), {first, second}),
            (lambda: uninvite(first), {first}),
            (lambda: drills.reschedule(desk.officer, id, **moved(drill, 14)), {second}),
            (lambda: drills.invite(desk.officer, id, contact_id=contacts[0].id), {first}),
            (lambda: drills.call_off(desk.officer, id, reason="大雨"), {first, second}),
        ]
        await follow(desk, date, steps)

    play(story)


def test_whoever_comes_waits_or_is_let_go_has_an_activity_as_one_event(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, activity = Desk(town), await make.activity(town.officer, capacity=1)
        volunteers = [
            await make.volunteer(town, family_name=name, mail_address=f"{n}@volunteer.example")
            for n, name in enumerate(("髙見本", "試﨑", "𠮷例"))
        ]
        id, date = activity.id, activity.appointment_id
        going, waiting, other = everybody = [volunteer.person_id for volunteer in volunteers]

        async def release(person_id: UUID) -> None:
            participation = await ActivityParticipation.get(activity_id=id, person_id=person_id)
            await activities.release(desk.officer, participation.id, reason="人数が揃ったため")

        def held_at(place: str) -> Awaitable[object]:
            return activities.reschedule(desk.officer, id, **moved(activity, 0), place=place)

        steps: Steps = [
            (lambda: activities.invite(desk.officer, id, volunteer_ids=[one.id for one in volunteers]), {*everybody}),
            (lambda: desk.hears(date, going, PartStat.ACCEPTED), {going}),
            (lambda: desk.hears(date, waiting, PartStat.ACCEPTED), {waiting}),
            (lambda: held_at("市民会館"), {*everybody}),
            (lambda: release(other), {other}),
            (lambda: activities.confirm(desk.officer, id), {going, waiting}),
            (lambda: activities.invite(desk.officer, id, volunteer_ids=[volunteers[2].id]), {other}),
            (lambda: desk.hears(date, other, PartStat.DECLINED), {other}),
            (lambda: held_at("公民館"), {going, waiting}),
            (lambda: desk.hears(date, other, PartStat.ACCEPTED), {other}),
            (lambda: release(waiting), {waiting}),
            (lambda: activities.reschedule(desk.officer, id, **moved(activity, 7)), {going, other}),
            (lambda: activities.cancel(desk.officer, id, reason="大雨警報のため"), {going, other}),
        ]
        await follow(desk, date, steps)

    play(story)


def test_a_date_keeps_its_uid_under_another_title_time_unit_and_organiser(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, drill = Desk(town), await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        id, person_id = drill.id, contact.person_id
        date = await Appointment.get(id=drill.appointment_id)

        async def known_otherwise() -> None:
            station = await Unit.get(id=town.station.id)
            values = {"name": "青浜新第1警察署", "mail_address": "new@police.aohama.example"}
            await units.correct(town.admin, station.id, version=station.version, **values)
            await drills.correct(desk.officer, id, title="改めて知らせる訓練")

        async def elsewhere() -> None:
            body = await Organization.get(id=contact.organization_id)
            await organizations.transfer(town.hq, body.id, version=body.version, unit_id=town.other_station.id)
            await Appointment.filter(id=date.id).update(unit_id=town.other_station.id)
            await Drill.filter(id=id).update(unit_id=town.other_station.id)
            await drills.correct(make.at(town.hq, desk.officer.now), id, title="引き継いだ訓練")

        steps: list[Callable[[], Awaitable[object]]] = [
            lambda: drills.correct(desk.officer, id, title="別の題"),
            lambda: drills.correct(desk.officer, id, place="講堂"),
            lambda: desk.hears(date.id, person_id, PartStat.ACCEPTED),
            lambda: drills.confirm(desk.officer, id),
            known_otherwise,
            lambda: drills.postpone(desk.officer, id, reason="台風", **moved(drill, 7)),
            elsewhere,
            lambda: drills.call_off(make.at(town.hq, desk.officer.now), id, reason="大雨"),
        ]
        uids = [await subscribed(desk, person_id)]
        for step in steps:
            await step()
            uids.append(await subscribed(desk, person_id))
        posted = await Letter.filter(appointment_id=date.id, method__isnull=False).order_by("id")
        sent = [event_in(letter) for letter in posted]
        assert {uid for shown in uids for uid, _ in shown} == {event.uid for event in sent} == {date.uid}
        assert [len(shown) for shown in uids] == [1] * len(uids)
        assert len({event.organizer for event in sent}) == 3

    play(story)


def test_a_calendar_that_did_not_look_while_its_reader_was_let_go_gets_the_new_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, drill = Desk(town), await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        before = await tag(desk, contact.person_id)
        attendee = await Attendee.get(person_id=contact.person_id)
        await drills.uninvite(desk.officer, drill.id, attendee_id=attendee.id)
        await drills.invite(desk.officer, drill.id, contact_id=contact.id)
        assert await tag(desk, contact.person_id) != before

    play(story)
