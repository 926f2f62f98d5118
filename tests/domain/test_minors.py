"""Somebody who serves as an adult turns out to be a minor: by hand, and by a roster."""

from datetime import timedelta
from typing import Any

import pytest

from domain import activities, lectures, rosters, volunteers
from domain.activities import ActivityKind, ActivityParticipation, ParticipationStatus
from domain.calendar import AttendeeRole
from domain.errors import Incomplete
from domain.journal import Entry
from domain.lectures import Assignment, OfferStatus
from domain.outbox import Letter
from domain.rosters import Line
from domain.volunteers import AgeBand, CommissionKind, Volunteer, VolunteerStatus
from tests import make
from tests.make import Town

YOUNG = AgeBand.FROM_15_TO_17


async def engaged(town: Town, **over: Any) -> Volunteer:
    """One who is to go on patrol, to hand out leaflets, and to help in a lecture."""
    volunteer = await make.volunteer(town, **over)
    for days, kind in ((10, ActivityKind.PURIFICATION), (11, ActivityKind.PUBLICITY)):
        there = {"kind": kind, "starts_at": town.officer.now + timedelta(days=days)}
        activity = await make.activity(town.officer, **there)
        await activities.register(town.officer, activity.id, volunteer_ids=[volunteer.id])
    lecture = await make.lecture(town.officer)
    await lectures.accept(town.officer, lecture.id)
    role = AttendeeRole.CO_LECTURER
    await lectures.assign(town.officer, lecture.id, person_id=volunteer.person_id, role=role)
    return await Volunteer.get(id=volunteer.id)


async def going() -> dict[ActivityKind, bool]:
    rows = await ActivityParticipation.all().prefetch_related("activity").order_by("starts_at")
    return {row.activity.kind: row.status is ParticipationStatus.CONFIRMED for row in rows}


async def status(volunteer: Volunteer) -> VolunteerStatus:
    return (await Volunteer.get(id=volunteer.id)).status


def test_an_adult_who_turns_out_to_be_a_minor_pauses_until_a_guardian_has_consented(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await engaged(town)
        await volunteers.correct(town.officer, volunteer.id, version=volunteer.version, age_band=YOUNG)
        assert await status(volunteer) is VolunteerStatus.SUSPENDED
        assert (await Volunteer.get(id=volunteer.id)).reason == "保護者の同意が登録されていないため"
        assert await going() == {ActivityKind.PURIFICATION: False, ActivityKind.PUBLICITY: False}
        assert (await Assignment.get()).status is OfferStatus.WITHDRAWN
        with pytest.raises(Incomplete, match="保護者の同意"):
            await volunteers.resume(town.officer, volunteer.id)
        assert await status(volunteer) is VolunteerStatus.SUSPENDED
        day = town.officer.today
        await volunteers.record_consent(town.officer, volunteer.id, guardian_name="髙見本 保", given_on=day)
        await volunteers.resume(town.officer, volunteer.id)
        assert await status(volunteer) is VolunteerStatus.ACTIVE

    play(story)


async def known_as_adult_again(town: Town) -> Volunteer:
    """A minor with a guardian's consent whose age band was mistaken for an adult's."""
    minor = await make.volunteer(town, age_band=YOUNG)
    row = await Volunteer.get(id=minor.id)
    await volunteers.correct(town.officer, row.id, version=row.version, age_band=AgeBand.ADULT)
    return row


def test_with_a_guardians_consent_a_minor_serves_on_but_not_on_the_patrol(play: Any) -> None:
    async def story(town: Town) -> None:
        row = await known_as_adult_again(town)
        for days, kind in ((10, ActivityKind.PURIFICATION), (11, ActivityKind.PUBLICITY)):
            there = {"kind": kind, "starts_at": town.officer.now + timedelta(days=days)}
            activity = await make.activity(town.officer, **there)
            await activities.register(town.officer, activity.id, volunteer_ids=[row.id])
        now = await Volunteer.get(id=row.id)
        await volunteers.correct(town.officer, row.id, version=now.version, age_band=YOUNG)
        assert await status(row) is VolunteerStatus.ACTIVE
        assert await going() == {ActivityKind.PURIFICATION: False, ActivityKind.PUBLICITY: True}
        letter = await Letter.get(kind="activity-released")
        assert letter.facts["reason"] == "未成年のため"

    play(story)


def test_whoever_serves_in_two_kinds_pauses_in_both(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        monitor = await volunteers.recommend_again(town.officer, volunteer.id, kind=CommissionKind.CYBER_PATROL_MONITOR)
        await volunteers.screen(town.hq, monitor.id)
        await volunteers.appoint(town.hq, monitor.id, authority="生活安全部長")
        row = await Volunteer.get(id=volunteer.id)
        await volunteers.correct(town.officer, row.id, version=row.version, age_band=YOUNG)
        assert {await status(volunteer), await status(monitor)} == {VolunteerStatus.SUSPENDED}

    play(story)


async def roster(town: Town, **told: Any) -> None:
    line = {"number": "B-1", "family_name": "髙見本", "kind": CommissionKind.CYBER_VOLUNTEER, **told}
    await rosters.take_in_volunteers(town.hq, [Line(2, line)])


@pytest.mark.parametrize("with_consent", [False, True])
def test_a_roster_that_knows_better_who_is_a_minor_pauses_them_too(play: Any, with_consent: bool) -> None:
    async def story(town: Town) -> None:
        begun = {"commissioned_on": town.hq.today, "authority": "生活安全部長", "unit": "青浜第1警察署"}
        await roster(town, age_band=AgeBand.ADULT, **begun)
        consent = {"guardian_name": "髙見本 保", "consented_on": town.hq.today} if with_consent else {}
        await roster(town, age_band=YOUNG, **begun, **consent)
        row = await Volunteer.get(number="B-1")
        assert row.age_band is YOUNG
        assert row.status is (VolunteerStatus.ACTIVE if with_consent else VolunteerStatus.SUSPENDED)
        entries = await Entry.all().count()
        await roster(town, age_band=YOUNG, **begun, **consent)
        assert await Entry.all().count() == entries

    play(story)
