"""An activity from its plan to approved hours: who is asked, who answers, who came, what it achieved."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import activities, reminders, replies, volunteers
from domain.activities import (
    LABELS,
    MOVES,
    PARTICIPATION_LABELS,
    PARTICIPATION_MOVES,
    Absence,
    Activity,
    ActivityKind,
    ActivityParticipation,
    ActivityResults,
    ActivityStatus,
    ApprovedMinutes,
    ParticipationStatus,
    Presence,
)
from domain.actor import Actor, Role
from domain.calendar import Appointment, AppointmentStatus, Attendee, PartStat
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.outbox import Letter, Method
from domain.volunteers import Volunteer
from tests import make
from tests.make import Town

NAMES = ("髙見本", "試﨑", "𠮷例")


async def roster(town: Town, names: tuple[str, ...] = NAMES) -> list[Volunteer]:
    return [await make.volunteer(town, family_name=name) for name in names]


async def invited(town: Town, going: list[Volunteer], **over: Any) -> Activity:
    activity = await make.activity(town.officer, **over)
    return await activities.invite(town.officer, activity.id, volunteer_ids=[one.id for one in going])


async def answer(town: Town, volunteer: Volunteer, partstat: PartStat, activity: Activity | None = None) -> None:
    attendee = await _attendee(volunteer, activity)
    await replies.answer_by_link(town.officer.now, attendee.id, partstat=partstat)


async def _attendee(volunteer: Volunteer, activity: Activity | None) -> Attendee:
    of_this = {"appointment_id": activity.appointment_id} if activity else {}
    return await Attendee.get(person_id=volunteer.person_id, **of_this)


async def part(volunteer: Volunteer) -> ActivityParticipation:
    return await ActivityParticipation.get(volunteer_id=volunteer.id)


async def states(going: list[Volunteer]) -> list[ParticipationStatus]:
    return [(await part(one)).status for one in going]


async def told() -> list[tuple[str, Method | None]]:
    mine = Letter.filter(kind__startswith="activity").order_by("owed_at", "id")
    return [(letter.kind, letter.method) for letter in await mine]


async def ready(town: Town, going: list[Volunteer], **over: Any) -> tuple[Activity, Actor]:
    """An activity to which everybody has said yes, and the officer after it."""
    activity = await invited(town, going, **over)
    for one in going:
        await answer(town, one, PartStat.ACCEPTED)
    await activities.confirm(town.officer, activity.id)
    return activity, make.at(town.officer, activity.starts_at + timedelta(hours=3))


async def held(town: Town, going: list[Volunteer], minutes: int = 90, **over: Any) -> tuple[Activity, Actor]:
    activity, after = await ready(town, going, **over)
    attended = [Presence((await part(one)).id, minutes) for one in going]
    await activities.hold(after, activity.id, attended=attended, results=ActivityResults(audience_count=300))
    return await Activity.get(id=activity.id), after


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(ActivityStatus)
    assert set(PARTICIPATION_MOVES) == set(PARTICIPATION_LABELS) == set(ParticipationStatus)


def test_volunteers_are_asked_each_by_a_letter_of_their_own(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town)
        activity = await invited(town, going)
        assert await told() == [("activity-invitation", Method.REQUEST)] * 3
        letters = await Letter.filter(kind="activity-invitation")
        assert {letter.facts["title"] for letter in letters} == {"駅前での広報啓発活動"}
        assert all(sum(name in str(letter.facts) for name in NAMES) == 1 for letter in letters)
        assert await states(going) == [ParticipationStatus.REQUESTED] * 3
        with pytest.raises(Conflict, match="すでに入っています"):
            await activities.invite(town.officer, activity.id, volunteer_ids=[going[0].id])
        assert await ActivityParticipation.all().count() == 3

    play(story)


def test_an_activity_goes_its_way_to_approved_hours(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town)
        activity, after = await ready(town, going)
        first, second, third = [await part(one) for one in going]
        await activities.hold(
            after,
            activity.id,
            attended=[Presence(first.id, 120), Presence(second.id, 90)],
            absent=[Absence(third.id, "体調不良")],
            results=ActivityResults(audience_count=300, copies_count=250),
        )
        row = await Activity.get()
        assert (row.status, row.audience_count, row.copies_count, row.reported_count) == (
            ActivityStatus.HELD,
            300,
            250,
            None,
        )
        differing = [ApprovedMinutes(second.id, 60)]
        await activities.approve_minutes(make.at(town.hq, after.now), activity.id, differing=differing)
        rows = await ActivityParticipation.all().order_by("id")
        assert [(one.status.value, one.minutes_reported, one.minutes_approved, one.reason) for one in rows] == [
            ("ATTENDED", 120, 120, ""),
            ("ATTENDED", 90, 60, ""),
            ("ABSENT", None, None, "体調不良"),
        ]
        assert [one.attended for one in await Attendee.all().order_by("id")] == [True, True, False]

    play(story)


def test_whoever_reported_the_hours_does_not_approve_them(play: Any) -> None:
    async def story(town: Town) -> None:
        activity, after = await held(town, await roster(town, NAMES[:1]))
        with pytest.raises(NotAllowed):
            await activities.approve_minutes(after, activity.id)
        assert (await ActivityParticipation.get()).minutes_approved is None

    play(story)


def test_whoever_accepts_is_held_to_the_time_and_whoever_declines_is_free(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        first, second = await invited(town, [one]), await invited(town, [one], title="別の活動")
        await answer(town, one, PartStat.ACCEPTED, first)
        with pytest.raises(Conflict, match="同じ時間に別の予定"):
            await answer(town, one, PartStat.ACCEPTED, second)
        assert (await ActivityParticipation.get(activity_id=second.id)).status is ParticipationStatus.REQUESTED
        await answer(town, one, PartStat.DECLINED, first)
        await answer(town, one, PartStat.ACCEPTED, second)
        states = [(await ActivityParticipation.get(activity_id=row.id)).status for row in (first, second)]
        assert states == [ParticipationStatus.DECLINED, ParticipationStatus.CONFIRMED]

    play(story)


def test_an_answer_of_perhaps_leaves_the_request_open(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        await invited(town, [one])
        await answer(town, one, PartStat.ACCEPTED)
        await answer(town, one, PartStat.TENTATIVE)
        assert (await part(one)).status is ParticipationStatus.REQUESTED
        assert (await Attendee.get()).busy_from is None

    play(story)


def test_of_two_who_accept_the_last_seat_at_once_one_waits(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        await invited(town, going, capacity=1)
        await asyncio.gather(*[answer(town, one, PartStat.ACCEPTED) for one in going])
        assert sorted(await states(going)) == [ParticipationStatus.CONFIRMED, ParticipationStatus.WAITLISTED]
        held = [one.busy_from is not None for one in await Attendee.all()]
        assert sorted(held) == [False, True]

    play(story)


def test_whoever_says_yes_twice_keeps_the_last_seat(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        await invited(town, [one], capacity=1)
        await answer(town, one, PartStat.ACCEPTED)
        await answer(town, one, PartStat.ACCEPTED)
        assert (await part(one)).status is ParticipationStatus.CONFIRMED

    play(story)


def test_another_stations_volunteers_are_not_found(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:1])
        theirs = await make.activity(town.other_officer)
        for way in (activities.invite, activities.register):
            with pytest.raises(NotFound) as refused:
                await way(town.other_officer, theirs.id, volunteer_ids=[one.id for one in going])
            assert refused.value.field == "volunteer_ids"
        assert await ActivityParticipation.all().count() == 0

    play(story)


def test_whoever_waits_gets_the_seat_that_becomes_free(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        await invited(town, going, capacity=1)
        for one in going:
            await answer(town, one, PartStat.ACCEPTED)
        waiting = await part(going[1])
        with pytest.raises(Conflict, match="定員"):
            await activities.admit(town.officer, waiting.id)
        assert (await part(going[1])).status is ParticipationStatus.WAITLISTED
        await answer(town, going[0], PartStat.DECLINED)
        await activities.admit(town.officer, waiting.id)
        assert await states(going) == [ParticipationStatus.DECLINED, ParticipationStatus.CONFIRMED]
        assert (await told())[-1] == ("activity-invitation", Method.REQUEST)
        assert (await part(going[1])).offered_until is None

    play(story)


def test_whoever_waits_is_not_reminded_to_come(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        activity, _ = await ready(town, going, capacity=1)
        assert await states(going) == [ParticipationStatus.CONFIRMED, ParticipationStatus.WAITLISTED]
        assert await reminders.owe_before(activity.starts_at - timedelta(days=1)) == 1
        assert (await Letter.get(kind="reminder-day-before")).person_id == going[0].person_id

    play(story)


def test_whoever_said_yes_by_telephone_is_registered_within_the_seats(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        activity = await make.activity(town.officer, capacity=1)
        with pytest.raises(Conflict, match="定員"):
            await activities.register(town.officer, activity.id, volunteer_ids=[one.id for one in going])
        assert await ActivityParticipation.all().count() == await Attendee.all().count() == 0
        await activities.register(town.officer, activity.id, volunteer_ids=[going[0].id])
        attendee = await Attendee.get()
        assert (attendee.partstat, attendee.busy_from) == (PartStat.ACCEPTED, activity.starts_at)
        assert (await part(going[0])).status is ParticipationStatus.CONFIRMED

    play(story)


def test_an_activity_that_is_already_over_is_entered_without_a_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        past = town.officer.now - timedelta(days=3)
        activity = await make.activity(town.officer, starts_at=past, kind=ActivityKind.PURIFICATION)
        with pytest.raises(WrongState):
            await activities.invite(town.officer, activity.id, volunteer_ids=[one.id])
        await activities.register(town.officer, activity.id, volunteer_ids=[one.id])
        await activities.confirm(town.officer, activity.id)
        counts = ActivityResults(reported_count=12, forwarded_count=10, removed_count=7)
        attended = [Presence((await part(one)).id, 60)]
        await activities.hold(town.officer, activity.id, attended=attended, results=counts)
        assert (await Activity.get()).removed_count == 7
        assert await told() == []

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "長" * 201}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"place": "所" * 301}, "place"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"remarks": "記" * 1001}, "remarks"),
        ({"starts_at": make.NOW + timedelta(days=4000)}, "starts_at"),
        ({"starts_at": make.NOW - timedelta(days=4000)}, "starts_at"),
        ({"ends_at": make.NOW}, "ends_at"),
    ],
)
def test_a_plan_that_cannot_be_right_is_refused(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.activity(town.officer, **over)
        assert refused.value.field == field
        assert await Activity.all().count() == await Appointment.all().count() == 0

    play(story)


def test_a_group_or_unit_of_others_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        theirs = await make.group(town.other_officer)
        with pytest.raises(NotFound):
            await make.activity(town.officer, group_id=theirs.id)
        with pytest.raises(Invalid):
            await make.activity(town.officer, unit_id=town.other_station.id)
        assert await Activity.all().count() == 0

    play(story)


def test_only_those_who_serve_are_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        active, paused = await roster(town, NAMES[:2])
        await volunteers.suspend(town.officer, paused.id, reason="受験のため")
        activity = await make.activity(town.officer)
        with pytest.raises(Incomplete) as refused:
            await activities.invite(town.officer, activity.id, volunteer_ids=[active.id, paused.id])
        assert refused.value.field == "volunteer_ids"
        with pytest.raises(Invalid):
            await activities.invite(town.officer, activity.id, volunteer_ids=[])
        with pytest.raises(NotFound):
            await activities.invite(town.officer, activity.id, volunteer_ids=[activity.id])
        assert await ActivityParticipation.all().count() == 0
        assert await told() == []

    play(story)


def test_another_date_keeps_the_uid_and_asks_everybody_again(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town)
        activity = await invited(town, going)
        for one, said in zip(going, (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE), strict=True):
            await answer(town, one, said)
        before = await Appointment.get()
        later = activity.starts_at + timedelta(days=7)
        await activities.reschedule(town.officer, activity.id, starts_at=later, ends_at=later + timedelta(hours=1))
        after = await Appointment.get()
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        asked, declined = ParticipationStatus.REQUESTED, ParticipationStatus.DECLINED
        assert await states(going) == [asked, declined, asked]
        assert {one.starts_at for one in await ActivityParticipation.all()} == {later}
        assert (await Activity.get()).starts_at == later
        assert await Attendee.filter(busy_from__isnull=False).count() == 0
        assert len(await told()) == 3 + 2

    play(story)


def test_another_place_keeps_the_answers(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        activity = await invited(town, [one])
        await answer(town, one, PartStat.ACCEPTED)
        ends_at = activity.starts_at + timedelta(hours=2)
        await activities.reschedule(
            town.officer, activity.id, starts_at=activity.starts_at, ends_at=ends_at, place="市民会館"
        )
        assert (await part(one)).status is ParticipationStatus.CONFIRMED
        assert ((await Appointment.get()).place, (await Appointment.get()).sequence) == ("市民会館", 1)
        last = await Letter.filter(kind="activity-invitation").order_by("-id").first()
        assert last is not None
        assert (last.facts["place"], last.facts["partstat"]) == ("市民会館", "ACCEPTED")

    play(story)


def test_a_cancelled_activity_tells_its_reason_to_all_who_have_not_declined(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town)
        activity = await invited(town, going)
        await answer(town, going[0], PartStat.ACCEPTED)
        await answer(town, going[1], PartStat.DECLINED)
        with pytest.raises(Invalid):
            await activities.cancel(town.officer, activity.id, reason=" ")
        assert (await Activity.get()).status is ActivityStatus.PLANNED
        await activities.cancel(town.officer, activity.id, reason="大雨警報のため")
        letters = await Letter.filter(kind="activity-cancelled")
        assert {letter.person_id for letter in letters} == {going[0].person_id, going[2].person_id}
        assert {letter.facts["reason"] for letter in letters} == {"大雨警報のため"}
        assert (await Appointment.get()).status is AppointmentStatus.CANCELLED
        assert await Attendee.filter(busy_from__isnull=False).count() == 0

    play(story)


def test_whoever_is_released_is_told_and_can_be_asked_again(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        activity = await invited(town, [one])
        await answer(town, one, PartStat.ACCEPTED)
        await activities.release(town.officer, (await part(one)).id, reason="人数が揃ったため")
        assert (await told())[-1] == ("activity-released", Method.CANCEL)
        own = make.oneself(town.officer, one)
        assert await activities.visible_to(own).count() == await activities.participations_visible_to(own).count() == 0
        with pytest.raises(WrongState):
            await answer(town, one, PartStat.ACCEPTED)
        await activities.invite(town.officer, activity.id, volunteer_ids=[one.id])
        assert (await part(one)).status is ParticipationStatus.REQUESTED
        assert await activities.visible_to(own).count() == 1

    play(story)


def test_whoever_leaves_is_released_from_what_is_ahead_but_not_from_what_was(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        before, after = await held(town, [one])
        ahead = await invited(town, [one], starts_at=after.now + timedelta(days=5))
        await volunteers.resign(after, one.id)
        assert (await ActivityParticipation.get(activity_id=before.id)).status is ParticipationStatus.ATTENDED
        released = await ActivityParticipation.get(activity_id=ahead.id)
        assert (released.status, released.released_at) == (ParticipationStatus.DECLINED, after.now)
        assert (await told())[-1] == ("activity-released", Method.CANCEL)

    play(story)


def test_nothing_is_held_before_it_has_begun_or_without_anybody(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        activity, after = await ready(town, going)
        came = [Presence((await part(going[0])).id, 60)]
        with pytest.raises(WrongState):
            await activities.hold(town.officer, activity.id, attended=came)
        with pytest.raises(Incomplete):
            await activities.hold(after, activity.id, attended=[])
        with pytest.raises(Incomplete, match="1人"):
            await activities.hold(after, activity.id, attended=came)
        assert (await Activity.get()).status is ActivityStatus.CONFIRMED
        assert await states(going) == [ParticipationStatus.CONFIRMED] * 2

    play(story)


@pytest.mark.parametrize(
    ("minutes", "results", "field"),
    [
        (0, ActivityResults(), "minutes"),
        (14 * 24 * 60 + 1, ActivityResults(), "minutes"),
        (60, ActivityResults(copies_count=-1), "copies_count"),
        (60, ActivityResults(audience_count=10**9), "audience_count"),
        (60, ActivityResults(reported_count=3), "reported_count"),
    ],
)
def test_figures_that_cannot_be_right_are_refused(
    play: Any, minutes: int, results: ActivityResults, field: str
) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        activity, after = await ready(town, [one])
        attended = [Presence((await part(one)).id, minutes)]
        with pytest.raises(Invalid) as refused:
            await activities.hold(after, activity.id, attended=attended, results=results)
        assert refused.value.field == field
        assert (await Activity.get()).status is ActivityStatus.CONFIRMED

    play(story)


def test_attendance_is_noted_once_for_each_who_takes_part(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        activity, after = await ready(town, [one])
        came = Presence((await part(one)).id, 60)
        with pytest.raises(Invalid, match="二つ"):
            await activities.hold(after, activity.id, attended=[came], absent=[Absence(came.participation_id, "病気")])
        with pytest.raises(NotFound):
            await activities.hold(after, activity.id, attended=[came, Presence(activity.id, 60)])
        assert (await part(one)).minutes_reported is None

    play(story)


def test_a_correction_keeps_the_old_values_and_has_the_hours_approved_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town, NAMES[:2])
        activity, after = await held(town, going)
        hq = make.at(town.hq, after.now)
        await activities.approve_minutes(hq, activity.id)
        first, second = [await part(one) for one in going]
        corrected = await activities.correct_results(
            after,
            activity.id,
            reason="写し間違い",
            attended=[Presence(first.id, 45)],
            results=ActivityResults(copies_count=80),
        )
        assert (corrected.copies_count, corrected.audience_count, corrected.reason) == (80, 300, "")
        told = await Entry.get(row_id=activity.id, fact="activity-results-corrected")
        assert (told.before, told.after) == ({"copies_count": None}, {"copies_count": 80, "reason": "写し間違い"})
        entry = await Entry.get(row_id=first.id, fact="attendance-noted", after__contains={"minutes_reported": 45})
        assert entry.before["minutes_reported"] == 90
        rows = await ActivityParticipation.all().order_by("id")
        assert [(one.minutes_reported, one.minutes_approved) for one in rows] == [(45, None), (90, 90)]
        await activities.approve_minutes(hq, activity.id)
        assert [one.minutes_approved for one in await ActivityParticipation.all().order_by("id")] == [45, 90]
        assert second.id == rows[1].id

    play(story)


def test_a_correction_says_why_and_leaves_somebody_who_came(play: Any) -> None:
    async def story(town: Town) -> None:
        [one] = await roster(town, NAMES[:1])
        activity, after = await held(town, [one])
        stayed = [Absence((await part(one)).id, "誤記")]
        with pytest.raises(Invalid):
            await activities.correct_results(after, activity.id, reason="", results=ActivityResults(copies_count=1))
        with pytest.raises(Incomplete):
            await activities.correct_results(after, activity.id, reason="誤記", absent=stayed)
        assert (await part(one)).status is ParticipationStatus.ATTENDED
        assert (await Activity.get()).copies_count is None

    play(story)


def test_a_held_activity_is_neither_moved_nor_turned_into_a_patrol(play: Any) -> None:
    async def story(town: Town) -> None:
        activity, after = await held(town, await roster(town, NAMES[:1]))
        later = after.now + timedelta(days=1)
        with pytest.raises(WrongState):
            await activities.reschedule(after, activity.id, starts_at=later, ends_at=later + timedelta(hours=1))
        with pytest.raises(WrongState):
            await activities.correct(
                after, activity.id, version=activity.version, kind=ActivityKind.PURIFICATION, title="別"
            )
        await activities.correct(
            after, activity.id, version=activity.version, kind=ActivityKind.EDUCATION, title="親子教室"
        )
        row = await Activity.get()
        assert (row.kind, row.title, row.starts_at) == (ActivityKind.EDUCATION, "親子教室", activity.starts_at)
        assert (await Appointment.get()).title == "親子教室"

    play(story)


def test_of_two_officers_with_the_same_version_the_second_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await make.activity(town.officer)
        await activities.confirm(town.officer, activity.id, version=1)
        with pytest.raises(Conflict, match="ほかの人が先に"):
            await activities.cancel(town.hq, activity.id, reason="重複", version=1)
        assert (await Activity.get()).status is ActivityStatus.CONFIRMED

    play(story)


def test_a_volunteer_sees_only_what_they_are_asked_to_and_only_themself(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, other = await roster(town, NAMES[:2])
        await invited(town, [asked, other])
        await invited(town, [other], title="別の活動")
        firm = await make.contact(town.officer, await make.company(town.officer))
        actors = (
            make.oneself(town.officer, asked),
            make.outsider(town.officer, Role.PARTNER, firm),
            make.outsider(town.officer, Role.SCHOOL, firm),
            town.admin,
            town.statistician,
            town.other_officer,
            town.officer,
            town.hq,
        )
        seen = [
            (await activities.visible_to(actor).count(), await activities.participations_visible_to(actor).count())
            for actor in actors
        ]
        assert seen == [(1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (2, 3), (2, 3)]
        with pytest.raises(NotFound):
            await activities.confirm(town.other_officer, (await Activity.first()).id)  # type: ignore[union-attr]
        with pytest.raises(NotAllowed):
            await activities.plan(
                actors[0],
                kind=ActivityKind.PUBLICITY,
                title="勝手な活動",
                starts_at=make.NOW,
                ends_at=make.NOW + timedelta(hours=1),
            )
        assert await Activity.filter(status=ActivityStatus.PLANNED).count() == 2

    play(story)


def test_there_are_not_fewer_seats_than_people_who_come(play: Any) -> None:
    async def story(town: Town) -> None:
        going = await roster(town)
        activity = await make.activity(town.officer, capacity=5)
        await activities.register(town.officer, activity.id, volunteer_ids=[one.id for one in going])
        now = await Activity.get(id=activity.id)
        with pytest.raises(Conflict, match="3人") as refused:
            await activities.correct(town.officer, activity.id, version=now.version, capacity=2)
        assert refused.value.field == "capacity"
        assert (await Activity.get(id=activity.id)).capacity == 5
        await activities.correct(town.officer, activity.id, version=now.version, capacity=3)
        assert (await Activity.get(id=activity.id)).capacity == 3

    play(story)
