"""Minors serve, take part and help in lectures only while a guardian's consent covers it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import activities, feeds, lectures, volunteers
from domain.activities import ActivityKind, ActivityParticipation, ParticipationStatus
from domain.actor import TOKYO
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.lectures import Assignment, Lecture, LectureStatus, OfferStatus
from domain.outbox import Letter, Method
from domain.volunteers import AgeBand, Commission, ConsentScope, GuardianConsent, Volunteer, VolunteerStatus
from tests import make
from tests.make import Town

TODAY = date(2026, 7, 1)
MINOR = {"family_name": "例塚", "age_band": AgeBand.FROM_15_TO_17}


async def consented(town: Town, **over: Any) -> Volunteer:
    """A minor who serves with the consent told."""
    minor = await make.screened(town, **MINOR)
    values = {"guardian_name": "例塚 保", "given_on": TODAY, **over}
    await volunteers.record_consent(town.officer, minor.id, **values)
    return await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")


async def assigned(town: Town, person: Volunteer) -> Lecture:
    lecture = await make.lecture(town.officer)
    await lectures.accept(town.officer, lecture.id)
    return await lectures.assign(town.officer, lecture.id, person_id=person.person_id, role=AttendeeRole.CO_LECTURER)


@pytest.mark.parametrize("band", [AgeBand.UNDER_15, AgeBand.FROM_15_TO_17])
def test_a_minor_is_not_appointed_without_a_guardians_consent(play: Any, band: AgeBand) -> None:
    async def story(town: Town) -> None:
        minor = await make.screened(town, age_band=band)
        with pytest.raises(Incomplete, match="保護者の同意"):
            await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")
        assert (await Volunteer.get()).status is VolunteerStatus.SCREENING
        assert await Commission.all().count() == await Letter.all().count() == 0
        await volunteers.record_consent(town.officer, minor.id, guardian_name="例塚 保", given_on=TODAY)
        await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")
        assert (await Volunteer.get()).status is VolunteerStatus.ACTIVE

    play(story)


def test_the_consent_has_to_hold_on_the_day_on_which_the_term_begins(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.screened(town, **MINOR)
        until = {"given_on": date(2026, 6, 1), "expires_on": date(2026, 7, 31)}
        await volunteers.record_consent(town.officer, minor.id, guardian_name="例塚 保", **until)
        with pytest.raises(Incomplete):
            await volunteers.appoint(town.hq, minor.id, authority="生活安全部長", term_from=date(2026, 8, 1))
        assert await Commission.all().count() == 0
        await volunteers.appoint(town.hq, minor.id, authority="生活安全部長", term_from=date(2026, 7, 31))
        assert await Commission.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"guardian_name": "  "}, "guardian_name"),
        ({"guardian_name": "保" * 131}, "guardian_name"),
        ({"given_on": date(2026, 7, 2)}, "given_on"),
        ({"expires_on": date(2026, 6, 30)}, "expires_on"),
    ],
)
def test_a_consent_that_cannot_be_right_is_not_recorded(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        minor = await make.recommended(town.officer, **MINOR)
        values = {"guardian_name": "例塚 保", "given_on": TODAY} | over
        with pytest.raises(Invalid) as refused:
            await volunteers.record_consent(town.officer, minor.id, **values)
        assert refused.value.field == field
        assert await GuardianConsent.all().count() == 0

    play(story)


def test_an_adult_needs_no_consent_and_gets_none(play: Any) -> None:
    async def story(town: Town) -> None:
        adult = await make.recommended(town.officer)
        with pytest.raises(Invalid):
            await volunteers.record_consent(town.officer, adult.id, guardian_name="髙見本 保", given_on=TODAY)
        assert await GuardianConsent.all().count() == 0

    play(story)


def test_a_withdrawn_consent_pauses_a_minor_and_takes_their_dates_back(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        await assigned(town, minor)
        consent = await GuardianConsent.get()
        await volunteers.withdraw_consent(town.officer, consent.id)
        assert (await Volunteer.get()).status is VolunteerStatus.SUSPENDED
        assert (await ActivityParticipation.get()).released_at is not None
        assert (await Assignment.get()).status is OfferStatus.WITHDRAWN
        asked = await Attendee.filter(person_id=minor.person_id)
        assert [one.removed_at for one in asked] == [town.officer.now, town.officer.now]
        last = await Letter.filter(method=Method.CANCEL).order_by("kind")
        assert [letter.kind for letter in last] == ["activity-released", "lecturer-released"]
        with pytest.raises(Incomplete):
            await volunteers.resume(town.officer, minor.id)

    play(story)


def test_a_consent_is_withdrawn_once(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        consent = await GuardianConsent.get()
        with pytest.raises(Invalid) as refused:
            await volunteers.withdraw_consent(town.officer, consent.id, on=TODAY + timedelta(days=1))
        assert refused.value.field == "on"
        assert (await GuardianConsent.get()).withdrawn_on is None
        await volunteers.withdraw_consent(town.officer, consent.id)
        entries = await Entry.all().count()
        with pytest.raises(WrongState, match="2026年7月1日付けですでに取り下げられています"):
            await volunteers.withdraw_consent(town.officer, consent.id)
        assert await Entry.all().count() == entries
        assert (await Volunteer.get(id=minor.id)).status is VolunteerStatus.SUSPENDED

    play(story)


async def booked(town: Town, minor: Volunteer) -> None:
    """Asked to help in a lecture, to an activity of education and to one of publicity."""
    await assigned(town, minor)
    for kind in (ActivityKind.EDUCATION, ActivityKind.PUBLICITY):
        activity = await make.activity(town.officer, kind=kind)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])


async def asked() -> dict[str, bool]:
    """To what a minor is still asked, of everything to which they ever were."""
    rows = await ActivityParticipation.all().prefetch_related("activity")
    offers = {"LECTURE": (await Assignment.get()).status is OfferStatus.OFFERED}
    return offers | {row.activity.kind.value: row.released_at is None for row in rows}


def test_a_minor_steps_back_from_what_the_consent_that_is_left_does_not_cover(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        await volunteers.record_consent(
            town.officer, minor.id, guardian_name="例塚 保", given_on=TODAY, scope=ConsentScope.PUBLICITY
        )
        await booked(town, minor)
        whole = await GuardianConsent.get(scope=ConsentScope.ALL)
        await volunteers.withdraw_consent(town.officer, whole.id)
        assert await asked() == {"LECTURE": False, "EDUCATION": False, "PUBLICITY": True}
        assert (await Volunteer.get()).status is VolunteerStatus.ACTIVE
        told = await Letter.filter(method=Method.CANCEL).order_by("kind")
        assert [letter.kind for letter in told] == ["activity-released", "lecturer-released"]
        assert {letter.facts["reason"] for letter in told} == {"保護者の同意が取り下げられたため"}
        held = await Attendee.filter(person_id=minor.person_id, removed_at=None)
        assert len(held) == 1

    play(story)


def test_a_minor_stays_in_all_that_another_consent_covers(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        for scope in (ConsentScope.PUBLICITY, ConsentScope.EDUCATION):
            values = {"guardian_name": "例塚 保", "given_on": TODAY, "scope": scope}
            await volunteers.record_consent(town.officer, minor.id, **values)
        await booked(town, minor)
        letters = await Letter.all().count()
        await volunteers.withdraw_consent(town.officer, (await GuardianConsent.get(scope=ConsentScope.ALL)).id)
        assert await asked() == {"LECTURE": True, "EDUCATION": True, "PUBLICITY": True}
        assert await Letter.all().count() == letters

    play(story)


def test_the_consent_that_is_left_has_to_last_until_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        await volunteers.record_consent(
            town.officer, minor.id, guardian_name="例塚 護", given_on=TODAY, expires_on=date(2026, 7, 5)
        )
        await booked(town, minor)
        await volunteers.withdraw_consent(town.officer, (await GuardianConsent.get(guardian_name="例塚 保")).id)
        assert await asked() == {"LECTURE": False, "EDUCATION": False, "PUBLICITY": False}
        assert (await Volunteer.get()).status is VolunteerStatus.ACTIVE

    play(story)


def test_a_minor_pauses_when_the_last_day_of_the_only_consent_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, expires_on=date(2026, 7, 20))
        lecture = await assigned(town, minor)
        await lectures.postpone(town.officer, lecture.id, reason="台風")
        for night, status in (
            (datetime(2026, 7, 20, 0, 10, tzinfo=TOKYO), VolunteerStatus.ACTIVE),
            (datetime(2026, 7, 21, 0, 10, tzinfo=TOKYO), VolunteerStatus.SUSPENDED),
        ):
            assert await volunteers.expire(night) == 0
            assert (await Volunteer.get()).status is status
        assert (await Volunteer.get()).reason == "保護者の同意の期限が過ぎたため"
        assert (await Assignment.get()).status is OfferStatus.WITHDRAWN
        entries = await Entry.all().count()
        await volunteers.expire(datetime(2026, 7, 22, 0, 10, tzinfo=TOKYO))
        assert await Entry.all().count() == entries

    play(story)


def test_a_minor_serves_on_after_one_of_two_consents_has_ended(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, expires_on=date(2026, 7, 5))
        await volunteers.record_consent(town.officer, minor.id, guardian_name="例塚 護", given_on=TODAY)
        await booked(town, minor)
        await volunteers.expire(datetime(2026, 7, 6, 0, 10, tzinfo=TOKYO))
        assert (await Volunteer.get()).status is VolunteerStatus.ACTIVE
        assert await asked() == {"LECTURE": True, "EDUCATION": True, "PUBLICITY": True}

    play(story)


def test_with_another_consent_left_nobody_pauses(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        first = await GuardianConsent.get()
        await volunteers.record_consent(town.officer, minor.id, guardian_name="例塚 護", given_on=TODAY)
        await volunteers.withdraw_consent(town.officer, first.id)
        assert (await Volunteer.get()).status is VolunteerStatus.ACTIVE

    play(story)


def test_a_consent_is_seen_and_withdrawn_by_the_own_station_only(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        consent = await GuardianConsent.get()
        with pytest.raises(NotFound):
            await volunteers.withdraw_consent(town.other_officer, consent.id)
        with pytest.raises(NotFound):
            await volunteers.record_consent(town.other_officer, minor.id, guardian_name="例塚 保", given_on=TODAY)
        assert (await GuardianConsent.get()).withdrawn_on is None

    play(story)


def test_no_minor_goes_on_patrol(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town)
        patrol = await make.activity(town.officer, kind=ActivityKind.PURIFICATION)
        for way in (activities.invite, activities.register):
            with pytest.raises(Invalid, match="浄化活動") as refused:
                await way(town.officer, patrol.id, volunteer_ids=[minor.id])
            assert refused.value.field == "volunteer_ids"
        assert await ActivityParticipation.all().count() == await Attendee.all().count() == 0
        other = await make.activity(town.officer)
        asked = await activities.invite(town.officer, other.id, volunteer_ids=[minor.id])
        with pytest.raises(Invalid, match="浄化活動"):
            await activities.correct(
                town.officer, other.id, version=asked.version, kind=ActivityKind.PURIFICATION, title=other.title
            )
        assert (await activities.Activity.get(id=other.id)).kind is ActivityKind.PUBLICITY

    play(story)


def test_a_consent_to_education_does_not_cover_publicity(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, scope=ConsentScope.EDUCATION)
        publicity = await make.activity(town.officer)
        with pytest.raises(Incomplete, match="例塚"):
            await activities.invite(town.officer, publicity.id, volunteer_ids=[minor.id])
        assert await ActivityParticipation.all().count() == 0
        education = await make.activity(town.officer, kind=ActivityKind.EDUCATION)
        await activities.invite(town.officer, education.id, volunteer_ids=[minor.id])
        assert (await ActivityParticipation.get()).status is ParticipationStatus.REQUESTED

    play(story)


def test_a_consent_that_ends_before_the_date_keeps_the_activity_from_being_confirmed_or_moved(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, expires_on=date(2026, 7, 20))
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        later = activity.starts_at + timedelta(days=14)
        with pytest.raises(Incomplete):
            await activities.reschedule(town.officer, activity.id, starts_at=later, ends_at=later + timedelta(hours=2))
        assert (await activities.Activity.get()).starts_at == activity.starts_at
        await GuardianConsent.all().update(expires_on=date(2026, 7, 5))
        with pytest.raises(Incomplete):
            await activities.confirm(town.officer, activity.id)
        assert (await activities.Activity.get()).status is activities.ActivityStatus.PLANNED

    play(story)


def test_a_volunteer_helps_in_a_lecture_only_while_serving(play: Any) -> None:
    async def story(town: Town) -> None:
        candidate = await make.screened(town)
        with pytest.raises(Incomplete, match="委嘱中") as refused:
            await assigned(town, candidate)
        assert refused.value.field == "person_id"
        assert await Assignment.all().count() == 0
        await volunteers.appoint(town.hq, candidate.id, authority="生活安全部長")
        lecture = await Lecture.get()
        await lectures.assign(town.officer, lecture.id, person_id=candidate.person_id, role=AttendeeRole.CO_LECTURER)
        assert (await Assignment.get()).status is OfferStatus.OFFERED

    play(story)


def test_a_minor_helps_in_a_lecture_only_with_a_consent_for_that_day(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, expires_on=date(2026, 7, 10))
        with pytest.raises(Incomplete, match="保護者の同意") as refused:
            await assigned(town, minor)
        assert refused.value.field == "person_id"
        assert await Assignment.all().count() == await Attendee.all().count() == 0

    play(story)


def test_a_lecture_is_not_moved_to_a_day_that_a_minors_consent_does_not_cover(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, expires_on=date(2026, 7, 20))
        lecture = await assigned(town, minor)
        letters = await Letter.all().count()
        covered, later = [lecture.starts_at + timedelta(days=days) for days in (3, 7)]
        new = {"starts_at": later, "ends_at": later + timedelta(minutes=50)}
        for moved in (
            lectures.reschedule(town.officer, lecture.id, **new),
            lectures.postpone(town.officer, lecture.id, reason="台風", **new),
        ):
            with pytest.raises(Incomplete, match="保護者の同意") as refused:
                await moved
            assert refused.value.field == "starts_at"
        assert (await Appointment.get(id=lecture.appointment_id)).sequence == 0
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.COORDINATING
        assert await Letter.all().count() == letters
        await lectures.reschedule(town.officer, lecture.id, starts_at=covered, ends_at=covered + timedelta(minutes=50))
        assert (await Attendee.get()).busy_from == covered

    play(story)


def test_whoever_serves_in_another_kind_stays_in_the_lecture(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        monitor = await volunteers.recommend_again(
            town.officer, volunteer.id, kind=volunteers.CommissionKind.CYBER_PATROL_MONITOR
        )
        await volunteers.screen(town.hq, monitor.id)
        await volunteers.appoint(town.hq, monitor.id, authority="生活安全部長")
        await assigned(town, volunteer)
        await volunteers.resign(town.officer, volunteer.id)
        assert (await Assignment.get()).status is OfferStatus.OFFERED
        await volunteers.resign(town.officer, monitor.id)
        assert (await Assignment.get()).status is OfferStatus.WITHDRAWN

    play(story)


def test_no_feed_names_a_minor(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, adult = await consented(town), await make.volunteer(town)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id, adult.id])
        for feed in (
            await feeds.subscribe(town.officer, person_id=adult.person_id),
            await feeds.subscribe_unit(town.officer, unit_id=town.station.id),
        ):
            [found] = await feeds.dates_in(feed, "", town.officer.now)
            shown = found.shown
            said = f"{await feeds.called(feed)} {shown.summary} {shown.location} {shown.url}"
            assert "例塚" not in said

    play(story)
