"""Who is due: the last of somebody's roles decides, and whoever has one left is kept."""

from datetime import date, datetime
from typing import Any

import pytest

from domain import organizations, people, retention, volunteers
from domain.actor import TOKYO
from domain.organizations import ContactRole
from domain.retention import Due, Rule
from domain.volunteers import AgeBand, Volunteer
from tests import make
from tests.make import Town


def on(day: str) -> date:
    return date.fromisoformat(day)


def late(day: str) -> datetime:
    """Noon of that day in Japan."""
    return datetime.combine(on(day), datetime.min.time(), TOKYO).replace(hour=12)


async def due(town: Town, day: str) -> list[Due]:
    return await retention.due_persons(town.prefecture.id, on(day))


async def left(town: Town, day: str, **over: Any) -> Volunteer:
    volunteer = await make.volunteer(town, **over)
    return await volunteers.resign(make.at(town.hq, late(day)), volunteer.id)


@pytest.mark.parametrize(
    ("rule", "over_on", "ends"),
    [
        (Rule.VOLUNTEER, "2027-04-01", "2028-04-01"),
        (Rule.VOLUNTEER, "2027-04-02", "2029-04-01"),
        (Rule.VOLUNTEER, "2026-12-01", "2028-04-01"),
        (Rule.MINOR, "2026-11-30", "2027-02-28"),
        (Rule.CONTACT, "2028-02-29", "2029-02-28"),
        (Rule.OFFICER, "2026-04-01", "2031-04-01"),
    ],
)
def test_a_period_begins_when_a_role_is_over(rule: Rule, over_on: str, ends: str) -> None:
    assert retention.ends(rule, on(over_on)) == on(ends)


def test_a_volunteer_is_due_a_fiscal_year_after_the_one_in_which_they_left(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        assert await due(town, "2028-03-31") == []
        assert await due(town, "2028-04-01") == [Due(volunteer.person_id, Rule.VOLUNTEER, on("2028-04-01"))]

    play(story)


def test_a_minor_is_due_three_months_after_the_term_unless_it_is_renewed(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        await volunteers.expire(late("2027-04-01"))
        assert await due(town, "2027-06-30") == []
        assert await due(town, "2027-07-01") == [Due(minor.person_id, Rule.MINOR, on("2027-07-01"))]
        await volunteers.reappoint(make.at(town.hq, late("2027-07-01")), minor.id)
        assert await due(town, "2027-07-01") == []

    play(story)


def test_who_serves_pauses_or_is_still_looked_at_is_never_due(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        await make.recommended(town.officer, family_name="試験二")
        await make.screened(town, family_name="試験三")
        paused = await make.volunteer(town, family_name="試験四")
        await volunteers.suspend(town.officer, paused.id, reason="休学")
        assert await due(town, "2060-01-01") == []

    play(story)


def test_a_contact_is_due_a_year_after_the_last_of_their_posts(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.hq, await make.company(town.hq), since=on("2026-06-01"))
        there = await make.company(town.hq, "例示銀行株式会社")
        second = await organizations.add_contact(
            town.hq, organization_id=there.id, role=ContactRole.WORKING, family_name="別人"
        )
        await organizations.Contact.filter(id=second.id).update(person_id=contact.person_id)
        await organizations.retire_contact(town.hq, contact.id, version=contact.version, on=town.hq.today)
        assert await due(town, "2030-01-01") == []
        await organizations.Contact.filter(id=second.id).update(until=on("2026-08-01"))
        assert await due(town, "2027-07-31") == []
        assert await due(town, "2027-08-01") == [Due(contact.person_id, Rule.CONTACT, on("2027-08-01"))]

    play(story)


def test_an_officer_is_due_five_years_after_they_retired(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.admin, town.station)
        await people.retire(town.admin, officer.id, version=officer.version, on=on("2026-07-01"))
        assert await due(town, "2031-06-30") == []
        assert await due(town, "2031-07-01") == [Due(officer.id, Rule.OFFICER, on("2031-07-01"))]

    play(story)


def test_the_longest_of_several_periods_counts(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        again = await volunteers.recommend_again(make.at(town.officer, late("2027-05-01")), volunteer.id)
        assert await due(town, "2028-04-01") == []
        await volunteers.reject(make.at(town.hq, late("2027-06-01")), again.id, reason="定員のため")
        assert await due(town, "2028-04-01") == []
        assert [one.on for one in await due(town, "2029-04-01")] == [on("2029-04-01")]

    play(story)
