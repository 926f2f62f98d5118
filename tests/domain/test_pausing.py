"""What a volunteer's pause does to their calendars: each label goes on once, and coming back is never refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain import feeds, volunteers
from domain.feeds import Subscription
from domain.outbox import Letter
from domain.people import Person
from domain.volunteers import Volunteer, VolunteerStatus
from tests import make
from tests.clock import NOW
from tests.make import Town

HOUR = timedelta(hours=1)


async def paused(town: Town, volunteer: Volunteer, hours: int) -> None:
    await volunteers.suspend(make.at(town.officer, NOW + hours * HOUR), volunteer.id, reason="試験のため")


async def back(town: Town, volunteer: Volunteer, hours: int) -> None:
    await volunteers.resume(make.at(town.officer, NOW + hours * HOUR), volunteer.id)


async def living(volunteer: Volunteer) -> list[Subscription]:
    return await Subscription.filter(person_id=volunteer.person_id, revoked_at=None)


def test_whoever_paused_without_an_address_and_again_with_one_comes_back_to_one_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        first = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        await paused(town, volunteer, 1)
        await Person.filter(id=volunteer.person_id).update(mail_address="")
        await back(town, volunteer, 2)
        assert await living(volunteer) == []
        await Person.filter(id=volunteer.person_id).update(mail_address="new@volunteer.example")
        second = await feeds.subscribe(make.at(town.officer, NOW + 3 * HOUR), person_id=volunteer.person_id)
        await paused(town, volunteer, 4)
        await back(town, volunteer, 5)
        assert [feed.id for feed in await living(volunteer)] == [second.id]
        assert not await Subscription.filter(person_id=volunteer.person_id, rests=True).exists()
        assert (await Subscription.get(id=first.id)).generation == 1

    play(story)


def test_of_two_calendars_of_one_label_that_rest_the_one_that_was_there_last_goes_on(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        old = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        await Subscription.filter(id=old.id).update(revoked_at=NOW, rests=True)
        new = await feeds.subscribe(make.at(town.officer, NOW + HOUR), person_id=volunteer.person_id)
        await paused(town, volunteer, 2)
        before = await Letter.filter(kind="feed-address").count()
        await back(town, volunteer, 3)
        assert (await Volunteer.get(id=volunteer.id)).status is VolunteerStatus.ACTIVE
        assert [feed.id for feed in await living(volunteer)] == [new.id]
        assert await Letter.filter(kind="feed-address").count() == before + 1

    play(story)


def test_a_calendar_that_was_to_end_on_a_day_ends_on_it_after_a_pause_too(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        feed = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        ends = datetime(2026, 8, 31, 15, tzinfo=UTC)
        await Person.filter(id=volunteer.person_id).update(retired_on=date(2026, 9, 1))
        await Subscription.filter(id=feed.id).update(revoked_at=ends)
        await paused(town, volunteer, 1)
        assert (await Subscription.get(id=feed.id)).revoked_at == NOW + HOUR
        await back(town, volunteer, 2)
        assert (await Subscription.get(id=feed.id)).revoked_at == ends

    play(story)
