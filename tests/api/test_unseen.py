"""Who has to be told by telephone: a change shortly before a date that no program of theirs has fetched."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.operations import document_of
from domain import calendar, feeds, records, replies
from domain.actor import Actor, Role
from domain.calendar import Appointment, AppointmentKind, Attendee, AttendeeRole, PartStat
from domain.feeds import Subscription
from domain.people import Person
from tests import make
from tests.api.asking import ask, codes, read
from tests.clock import NOW
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STARTS = NOW + 3 * DAY
CHANGED = STARTS - 10 * HOUR


async def expected(town: Town) -> tuple[Appointment, Attendee, Subscription]:
    """A date in three days with somebody who subscribes and has fetched it."""
    date = await calendar.propose(town.officer, AppointmentKind.DRILL, town.station, "共同訓練", STARTS, STARTS + HOUR)
    contact = await make.contact(town.officer, await make.company(town.officer), phone="000-0000-0042")
    person = await Person.get(id=contact.person_id)
    attendee = await calendar.ask(town.hq, date, person, AttendeeRole.PARTICIPANT)
    feed = await feeds.subscribe(town.hq, person_id=person.id)
    await fetched(feed, NOW + HOUR)
    return date, attendee, feed


async def fetched(feed: Subscription, at: datetime) -> None:
    await feeds.note_fetch(await make.looked_at(feed), f"{at:%d%H%M}", at)


async def to_call(who: Actor) -> list[str]:
    """The telephone numbers of the call list, as it is run by the saved operation."""
    variables = {"from": NOW.isoformat(), "before": (NOW + 9 * DAY).isoformat()}
    answer = await read(who, document_of("call_list"), **variables)
    dates = [edge["node"] for edge in answer["appointments"]["edges"]]
    return [one["node"]["person"]["phone"] for date in dates for one in date["attendees"]["edges"]]


def test_who_has_not_fetched_a_late_change_is_to_be_called_until_they_have(play: Any) -> None:
    async def story(town: Town) -> None:
        date, _, feed = await expected(town)
        assert await to_call(town.officer) == []
        await calendar.change(make.at(town.hq, CHANGED), date, "changed", place="講堂")
        assert await to_call(town.officer) == await to_call(town.hq) == ["000-0000-0042"]
        await fetched(feed, CHANGED + HOUR)
        assert await to_call(town.officer) == []

    play(story)


@pytest.mark.parametrize(
    ("changed", "is_late"),
    [
        (STARTS - 48 * HOUR, False),
        (STARTS - 48 * HOUR + timedelta(seconds=1), True),
        (STARTS - timedelta(seconds=1), True),
        (STARTS + timedelta(seconds=1), False),
    ],
)
def test_late_is_what_changes_within_two_days_before_the_start(play: Any, changed: datetime, is_late: bool) -> None:
    async def story(town: Town) -> None:
        date, _, _ = await expected(town)
        await calendar.change(make.at(town.hq, changed), date, "changed", title="別の題")
        assert bool(await to_call(town.officer)) is is_late

    play(story)


def test_whoever_is_asked_late_or_let_go_late_is_to_be_called_too(play: Any) -> None:
    async def story(town: Town) -> None:
        date, attendee, feed = await expected(town)
        late = make.at(town.hq, CHANGED)
        await calendar.uninvite(late, date, attendee)
        assert await to_call(town.officer) == ["000-0000-0042"]
        await fetched(feed, CHANGED + HOUR)
        assert await to_call(town.officer) == []
        person = await Person.get(id=attendee.person_id)
        await calendar.ask(make.at(town.hq, CHANGED + 2 * HOUR), date, person, AttendeeRole.PARTICIPANT)
        assert await to_call(town.officer) == ["000-0000-0042"]

    play(story)


def test_whoever_still_has_tomorrow_in_their_calendar_is_called_when_it_moves_to_next_month(play: Any) -> None:
    async def story(town: Town) -> None:
        date, _, feed = await expected(town)
        for month in (1, 2):
            late = make.at(town.hq, CHANGED + month * timedelta(minutes=5))
            starts_at = STARTS + month * 30 * DAY
            await calendar.change(late, date, "moved", starts_at=starts_at, ends_at=starts_at + HOUR)
            assert await to_call(town.officer) == ["000-0000-0042"]
        await fetched(feed, CHANGED + HOUR)
        assert await to_call(town.officer) == []
        await calendar.change(make.at(town.hq, CHANGED + 2 * HOUR), date, "changed", place="講堂")
        assert await to_call(town.officer) == []

    play(story)


def test_whoever_has_never_fetched_has_the_start_of_the_invitation_or_of_their_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        date, attendee, feed = await expected(town)
        await Subscription.filter(id=feed.id).update(last_fetched_at=None)
        await calendar.change(
            make.at(town.hq, NOW + HOUR), date, "moved", starts_at=STARTS + DAY, ends_at=STARTS + DAY * 2
        )
        await replies.note(make.at(town.officer, NOW + 2 * HOUR), attendee.id, partstat=PartStat.ACCEPTED)
        late, month = make.at(town.hq, STARTS + timedelta(minutes=1)), STARTS + 30 * DAY
        await calendar.change(late, date, "moved", starts_at=month, ends_at=month + HOUR)
        assert await to_call(town.officer) == ["000-0000-0042"]

    play(story)


def test_an_answer_to_the_date_before_it_was_moved_tells_nobody_of_the_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        date, attendee, _ = await expected(town)
        month = STARTS + 30 * DAY
        await calendar.change(make.at(town.hq, CHANGED), date, "moved", starts_at=month, ends_at=month + HOUR)
        await records.change(town.hq, attendee, "attendee-answered", answered_at=CHANGED - HOUR)
        assert await to_call(town.officer) == ["000-0000-0042"]

    play(story)


def test_a_cancelled_date_is_news_as_well(play: Any) -> None:
    async def story(town: Town) -> None:
        date, _, _ = await expected(town)
        await calendar.cancel(make.at(town.hq, CHANGED), date)
        assert await to_call(town.officer) == ["000-0000-0042"]

    play(story)


def test_whoever_has_answered_since_declined_before_or_never_subscribed_is_not_called(play: Any) -> None:
    async def story(town: Town) -> None:
        date, attendee, feed = await expected(town)
        await calendar.change(make.at(town.hq, CHANGED), date, "changed", place="講堂")
        other = await make.contact(town.officer, await make.company(town.officer, "乙社"), phone="000-0000-0043")
        await calendar.ask(town.hq, date, await Person.get(id=other.person_id), AttendeeRole.PARTICIPANT)
        assert await to_call(town.officer) == ["000-0000-0042"]
        await records.change(town.hq, attendee, "attendee-answered", answered_at=CHANGED + HOUR)
        assert await to_call(town.officer) == []
        await records.change(town.hq, attendee, "attendee-answered", answered_at=None, partstat=PartStat.DECLINED)
        assert await to_call(town.officer) == []
        await records.change(town.hq, attendee, "attendee-answered", partstat=PartStat.ACCEPTED)
        assert await to_call(town.officer) == ["000-0000-0042"]
        await records.change(town.hq, await Subscription.get(id=feed.id), "feed-ended", revoked_at=NOW)
        assert await to_call(town.officer) == []

    play(story)


def test_a_phone_answer_that_is_noted_takes_them_off_the_list(play: Any) -> None:
    async def story(town: Town) -> None:
        contact, _ = await make.invited(town.officer, await make.drill(town.officer), "甲社", "乙社")
        await feeds.subscribe(town.officer, person_id=contact.person_id)
        attendee = await Attendee.get(person_id=contact.person_id)
        date = await Appointment.get(id=attendee.appointment_id)
        late = make.at(town.officer, date.starts_at - HOUR)
        await calendar.change(late, date, "changed", title="変更後")
        window = {"from": NOW.isoformat(), "before": (date.starts_at + DAY).isoformat()}
        before = await read(town.officer, document_of("call_list"), **window)
        await replies.note(make.at(late, late.now + timedelta(minutes=5)), attendee.id, partstat=PartStat.ACCEPTED)
        after = await read(town.officer, document_of("call_list"), **window)
        assert [one["appointments"]["totalCount"] for one in (before, after)] == [1, 0]

    play(story)


def test_another_station_has_nobody_to_call_and_a_partner_may_not_ask(play: Any) -> None:
    async def story(town: Town) -> None:
        date, attendee, _ = await expected(town)
        await calendar.change(make.at(town.hq, CHANGED), date, "changed", place="講堂")
        assert await to_call(town.other_officer) == []
        contact = await make.contact(town.hq, await make.company(town.hq, "丙社"))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        refused = await ask(partner, "{ appointments(filter: { isUnseen: true }) { totalCount } }")
        assert [code for code, _ in codes(refused)] == ["NOT_ALLOWED"]
        assert attendee.person_id != partner.person_id

    play(story)
