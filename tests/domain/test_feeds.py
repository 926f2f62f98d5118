"""Subscriptions: who may open, replace and end one, and which dates are in it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import calendar, feeds, people, records
from domain.actor import OUTSIDERS, Actor, Role
from domain.calendar import Appointment, AppointmentKind, AttendeeRole, PartStat
from domain.errors import Conflict, Incomplete, NotAllowed, NotFound
from domain.feeds import FeedState, Subscription, Writer
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.make import Town

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


async def partner_of(town: Town, who: Actor | None = None, name: str = "甲社") -> Actor:
    who = who or town.officer
    return make.outsider(who, Role.PARTNER, await make.contact(who, await make.company(who, name)))


WRITER = Writer("test", lambda one: one.uid.encode())


async def date(town: Town, unit: Unit | None = None, starts_at: Any = NOW + DAY, **over: Any) -> Appointment:
    values = {"title": "訓練", "ends_at": starts_at + HOUR} | over
    return await calendar.propose(
        town.officer, AppointmentKind.DRILL, unit or town.station, starts_at=starts_at, **values
    )


async def asked(town: Town, who: Actor, one: Appointment) -> None:
    person = await Person.get(id=who.person_id)
    await calendar.ask(town.officer, one, person, AttendeeRole.PARTICIPANT, organization_id=who.organization_id)


async def shown(feed: Subscription, now: Any = NOW) -> list[Any]:
    return [one.id for one in (await feeds.contents(feed, WRITER, now)).dates]


def test_a_subscriber_is_told_the_address_by_one_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        letter = await Letter.get()
        assert (letter.kind, letter.to_address) == ("feed-address", "megumi@partner.example")
        assert (letter.facts["subscription_id"], letter.facts["generation"]) == (str(feed.id), 1)
        assert (feed.unit_id, feed.prefecture_id) == (town.station.id, town.prefecture.id)

    play(story)


def test_a_person_has_one_feed_at_a_time(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        with pytest.raises(Conflict, match="取り替え"):
            await feeds.subscribe(town.officer, person_id=partner.person_id)
        assert await Subscription.all().count() == await Letter.all().count() == 1
        await feeds.revoke(partner, feed.id)
        await feeds.subscribe(town.officer, person_id=partner.person_id)
        assert await Subscription.filter(revoked_at=None).count() == 1

    play(story)


def test_a_person_has_a_feed_for_each_device_but_no_more_than_ten(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        for number in range(10):
            await feeds.subscribe(partner, person_id=partner.person_id, label=f"端末{number}")
        with pytest.raises(Conflict, match="10件まで"):
            await feeds.subscribe(partner, person_id=partner.person_id, label="端末11")
        replaced = await feeds.send_own(partner, label="端末3")
        assert (replaced.generation, await Subscription.all().count()) == (2, 10)

    play(story)


def test_without_a_mail_address_there_is_no_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer), mail_address="")
        silent = await make.officer(town.hq, town.station, mail_address="")
        speechless = replace(town.officer, person_id=silent.id)
        for attempt in (
            feeds.subscribe(town.officer, person_id=contact.person_id),
            feeds.subscribe_unit(speechless, unit_id=town.station.id),
        ):
            with pytest.raises(Incomplete):
                await attempt
        assert await Subscription.all().count() == await Letter.all().count() == 0
        assert await Entry.filter(kind="Subscription").count() == 0

    play(story)


def test_rotating_ends_the_old_address_and_tells_the_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        for who in (partner, town.officer):
            feed = await feeds.rotate(who, feed.id)
        assert feed.generation == 3
        assert [letter.facts["generation"] for letter in await Letter.all().order_by("id")] == [1, 2, 3]
        assert {letter.to_address for letter in await Letter.all()} == {"megumi@partner.example"}

    play(story)


def test_a_revoked_feed_is_neither_rotated_nor_revoked_again(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        await feeds.revoke(partner, feed.id)
        for attempt in (feeds.rotate(partner, feed.id), feeds.revoke(town.officer, feed.id)):
            with pytest.raises(NotFound):
                await attempt
        after = await Subscription.get(id=feed.id)
        assert (after.revoked_at, after.generation, await Letter.all().count()) == (NOW, 1, 1)

    play(story)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_an_outsider_opens_and_touches_only_their_own_feed(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        one, other = await partner_of(town), await partner_of(town, name="乙社")
        feed = await feeds.subscribe(town.officer, person_id=other.person_id)
        me = Actor(role, NOW, one.person_id, one.unit_id, one.prefecture_id, (), one.organization_id)
        for attempt in (
            feeds.subscribe(me, person_id=other.person_id),
            feeds.rotate(me, feed.id),
            feeds.revoke(me, feed.id),
        ):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(NotAllowed):
            await feeds.subscribe_unit(me, unit_id=town.station.id)
        assert await feeds.visible_to(me).count() == 0
        assert (await Subscription.get()).version == 1

    play(story)


def test_a_station_opens_feeds_for_itself_and_what_it_covers_only(play: Any) -> None:
    async def story(town: Town) -> None:
        await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        for unit in (town.other_station, town.prefecture):
            with pytest.raises(NotFound) as refused:
                await feeds.subscribe_unit(town.officer, unit_id=unit.id)
            assert refused.value.field == "unit_id"
        assert await feeds.visible_to(town.other_officer).count() == 0
        assert await feeds.visible_to(town.hq).count() == 1
        assert await feeds.visible_to(town.statistician).count() == 0

    play(story)


def test_a_persons_feed_holds_what_they_are_asked_to_and_a_stations_what_is_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        own, other, elsewhere = await date(town), await date(town), await date(town, town.other_station)
        await asked(town, partner, own)
        personal = await feeds.subscribe(partner, person_id=partner.person_id)
        stations = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        assert await shown(personal) == [own.id]
        assert await shown(stations) == [own.id, other.id]
        assert elsewhere.id not in await shown(stations)

    play(story)


def test_who_is_uninvited_does_not_see_the_date_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, one = await partner_of(town), await date(town)
        await asked(town, partner, one)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        [attendee] = await calendar.coming(one.id)
        await calendar.uninvite(town.officer, one, attendee)
        assert await shown(feed) == []

    play(story)


def test_what_somebody_has_declined_or_sends_another_to_stands_in_their_feed_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, one = await partner_of(town), await date(town)
        await asked(town, partner, one)
        feed = await feeds.subscribe(partner, person_id=partner.person_id)
        [attendee] = await calendar.coming(one.id)
        answers = (PartStat.TENTATIVE, PartStat.DECLINED, PartStat.ACCEPTED, PartStat.DELEGATED, PartStat.NEEDS_ACTION)
        for answer, is_shown in zip(answers, (True, False) * 3, strict=False):
            await records.change(town.officer, attendee, "attendee-answered", partstat=answer)
            assert (await shown(feed) == [one.id]) is is_shown

    play(story)


# NOW is nine in the morning of 1 July in Japan: the window runs from 2 April to the end of 30 June 2027.
@pytest.mark.parametrize(
    ("starts_in", "lasts", "is_shown"),
    [
        (-90 * DAY - 9 * HOUR - 2 * HOUR, HOUR, False),
        (-90 * DAY - 9 * HOUR - HOUR, HOUR, True),
        (timedelta(), HOUR, True),
        (365 * DAY - 9 * HOUR - timedelta(seconds=1), HOUR, True),
        (365 * DAY - 9 * HOUR, HOUR, False),
    ],
)
def test_a_feed_reaches_from_90_days_back_to_365_ahead_in_days_of_japan(
    play: Any, starts_in: timedelta, lasts: timedelta, is_shown: bool
) -> None:
    async def story(town: Town) -> None:
        one = await date(town, starts_at=NOW + starts_in, ends_at=NOW + starts_in + lasts)
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        assert await shown(feed) == ([one.id] if is_shown else [])

    play(story)


def test_the_window_moves_at_midnight_in_japan(play: Any) -> None:
    async def story(town: Town) -> None:
        ahead = await date(town, starts_at=NOW + 365 * DAY - 9 * HOUR)
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        midnight = NOW + 15 * HOUR
        assert await shown(feed, midnight - timedelta(seconds=1)) == []
        assert await shown(feed, midnight) == [ahead.id]

    play(story)


def test_a_cancelled_date_stays_for_thirty_days(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town, starts_at=NOW + 60 * DAY)
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        await calendar.cancel(town.officer, one)
        assert await shown(feed, NOW + 30 * DAY - HOUR) == [one.id]
        assert await shown(feed, NOW + 30 * DAY) == []

    play(story)


def test_whoever_wants_to_keeps_what_was_cancelled(play: Any) -> None:
    async def story(town: Town) -> None:
        partner, one = await partner_of(town), await date(town, starts_at=NOW + 60 * DAY)
        await asked(town, partner, one)
        feed = await feeds.subscribe(partner, person_id=partner.person_id, keeps_cancelled=True)
        await calendar.cancel(town.officer, one)
        assert await shown(feed, NOW + 30 * DAY) == await shown(feed, NOW + 150 * DAY) == [one.id]
        assert await shown(feed, NOW + 152 * DAY) == []
        before = await FeedState.get(subscription_id=feed.id)
        feed = await feeds.send_own(partner, keeps_cancelled=False)
        assert await shown(feed, NOW + 30 * DAY) == []
        assert (await FeedState.get(subscription_id=feed.id)).stirs > before.stirs

    play(story)


def test_a_feed_is_called_by_its_unit_and_never_by_a_person(play: Any) -> None:
    async def story(town: Town) -> None:
        partner = await partner_of(town)
        personal = await feeds.subscribe(partner, person_id=partner.person_id)
        stations = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        assert await feeds.called(personal) == "連携 予定(青浜第1警察署)"
        assert await feeds.called(stations) == "連携 青浜第1警察署"

    play(story)


def test_a_fetch_is_noted_to_the_hour_after_a_change_at_once_and_changes_nothing_else(play: Any) -> None:
    async def story(town: Town) -> None:
        opened = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        fetches = ((0, "a", 0), (59, "a", 0), (61, "a", 61), (62, "b", 62), (63, "b", 62))
        for minutes, digest, noted in fetches:
            feed = await make.looked_at(opened)
            await feeds.note_fetch(feed, digest, NOW + timedelta(minutes=minutes))
            after = await Subscription.get(id=feed.id)
            assert (after.last_fetched_at, after.fetched) == (NOW + timedelta(minutes=noted), digest)
            assert (after.version, after.updated_at) == (1, NOW)

    play(story)


@pytest.mark.parametrize("way", ["retire", "transfer"])
def test_a_stations_feed_ends_when_the_officer_who_has_its_address_leaves_and_the_station_hears(
    play: Any, way: str
) -> None:
    async def story(town: Town) -> None:
        mine = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        others = await feeds.subscribe_unit(town.hq, unit_id=town.station.id)
        leaver = await Person.get(id=town.officer.person_id)
        later = {"version": leaver.version, "on": (NOW + timedelta(days=9)).date()}
        if way == "retire":
            await people.retire(town.admin, leaver.id, **later)
        else:
            await people.transfer(town.admin, leaver.id, unit_id=town.other_station.id, **later)
        ended = await Subscription.get(id=mine.id)
        assert ended.revoked_at is not None
        assert NOW < ended.revoked_at <= NOW + timedelta(days=9)
        assert (await Subscription.get(id=others.id)).revoked_at is None
        letter = await Letter.get(kind="unit-feed-ended")
        assert (letter.to_address, letter.facts["person"]) == ("station1@police.aohama.example", leaver.name)

    play(story)


def test_a_rotated_address_is_that_of_whoever_rotated_it(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        await feeds.rotate(town.hq, feed.id)
        leaver = await Person.get(id=town.officer.person_id)
        await people.retire(town.admin, leaver.id, version=leaver.version, on=NOW.date() + timedelta(days=9))
        kept = await Subscription.get(id=feed.id)
        assert (kept.reader_id, kept.revoked_at) == (town.hq.person_id, None)

    play(story)
