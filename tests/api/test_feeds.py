"""The door of the feeds, as a calendar program meets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from icalendar import Calendar
from starlette.applications import Starlette

from api import caldav
from api import feeds as door
from api.house import House
from api.strictness import Strict
from domain import calendar, feeds, organizations, tokens, volunteers
from domain.calendar import Appointment
from domain.feeds import Subscription
from domain.feeds.state import LOOK
from exports import ical
from exports.feeds import WRITER
from tests import make
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed
from tests.exports.judges import complaints
from tests.exports.strict_ical import findings
from tests.make import Town
from tests.statements import spoken

SECRET = "k" * 43
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def path(feed: Subscription, generation: int = 1) -> str:
    return f"/cal/{feeds.secret_in(SECRET, feed.id, generation)}/calendar.ics"


@asynccontextmanager
async def at_the_door(clock: Clock | None = None, key: str = SECRET) -> AsyncIterator[httpx.AsyncClient]:
    house = House(key, "https://renkei.example", clock or Clock())
    app = Strict(Starlette(routes=[*door.routes(house), *caldav.routes(house)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://renkei.example") as client:
        yield client


async def fetch(feed: Subscription, now: datetime = NOW, **headers: str) -> httpx.Response:
    async with at_the_door(Clock(now)) as client:
        return await client.get(path(feed), headers={name.replace("_", "-"): value for name, value in headers.items()})


async def stations(town: Town) -> Subscription:
    return await make.told(await unit_feed(town))


async def unit_feed(town: Town) -> Subscription:
    """Opened, while its letter waits."""
    return await feeds.subscribe_unit(town.officer, unit_id=town.station.id)


def events(answer: httpx.Response) -> list[Any]:
    return list(Calendar.from_ical(answer.content).events)


def test_a_subscriber_gets_a_valid_calendar_twice_the_same(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        once, again = await fetch(feed), await fetch(feed, NOW + timedelta(hours=3))
        assert (once.status_code, once.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert once.content == again.content
        assert once.headers["etag"] == again.headers["etag"]
        assert complaints(once.content) == {}
        [event] = events(once)
        assert event.summary == "見本市立見本小学校 SNSの安全な使い方"

    play(story)


def test_an_empty_feed_is_a_calendar_too(play: Any) -> None:
    async def story(town: Town) -> None:
        answer = await fetch(await stations(town))
        assert answer.status_code == 200
        assert findings(answer.content) == []
        assert events(answer) == []

    play(story)


@pytest.mark.parametrize("offered", ["{tag}", '"x", {tag}', "*", "{strong}", ' "y" ,  {strong} '])
def test_who_knows_the_feed_already_gets_nothing_again(play: Any, offered: str) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        whole = await fetch(feed)
        tag = whole.headers["etag"]
        assert tag.startswith('W/"')
        answer = await fetch(feed, if_none_match=offered.format(tag=tag, strong=tag.removeprefix("W/")))
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert answer.headers["cache-control"] == whole.headers["cache-control"]

    play(story)


def test_who_has_it_already_is_told_so_in_a_few_words(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        tag = (await fetch(feed)).headers["etag"]
        answer = await fetch(feed, NOW + HOUR, if_none_match=tag)
        assert (answer.status_code, set(answer.headers)) == (304, {"cache-control", "vary", "etag"})

    play(story)


def test_an_address_that_was_just_used_is_closed_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        async with at_the_door() as client:

            async def statuses() -> list[int]:
                return [(await client.get(path(feed, generation))).status_code for generation in (1, 2, 1, 2)]

            assert await statuses() == [200, 404, 200, 404]
            await feeds.rotate(town.officer, feed.id)
            assert await statuses() == [410, 404, 410, 404]  # nobody was told of the next one yet
            await make.told(await Subscription.get(id=feed.id))
            assert await statuses() == [410, 200, 410, 200]
            await feeds.revoke(town.officer, feed.id)
            assert await statuses() == [410, 410, 410, 410]

    play(story)


@pytest.mark.parametrize("offered", ['"x"', 'W/"0"', "", "W/", "x" * 5000])
def test_who_knows_another_feed_gets_this_one(play: Any, offered: str) -> None:
    async def story(town: Town) -> None:
        answer = await fetch(
            await stations(town), if_none_match=offered, if_modified_since="Fri, 31 Dec 2100 23:59:59 GMT"
        )
        assert answer.status_code == 200

    play(story)


def test_every_change_that_the_reader_would_see_changes_the_tag(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        feed = await stations(town)
        appointment = await Appointment.get(id=lecture.appointment_id)
        tags, bodies = set(), set()
        for change in (
            {},
            {"title": "別名"},
            {"place": "体育館"},
            {"online_url": "https://meet.example/a"},
            {"ends_at": appointment.ends_at + timedelta(hours=1)},
        ):
            await calendar.change(town.officer, appointment, "changed", **change)
            answer = await fetch(feed)
            tags.add(answer.headers["etag"])
            bodies.add(answer.content)
        await make.lecture(town.officer, school=await make.school(town.officer, "乙小"))
        answer = await fetch(feed)
        assert len(tags | {answer.headers["etag"]}) == len(bodies | {answer.content}) == 6

    play(story)


def test_head_says_what_get_says_without_the_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        for coding in ("identity", "gzip"):
            async with at_the_door() as client:
                asked = {"Accept-Encoding": coding}
                got, head = await client.get(path(feed), headers=asked), await client.head(path(feed), headers=asked)
            assert (head.status_code, head.content) == (200, b"")
            assert dict(head.headers) == dict(got.headers)
            length = len(got.content) if coding == "identity" else got.num_bytes_downloaded
            assert int(head.headers["content-length"]) == length

    play(story)


@pytest.mark.parametrize(
    ("asked", "agent", "is_packed"),
    [
        ("gzip", "", True),
        ("deflate, GZIP;q=0.5", "Mozilla/5.0 Thunderbird/140", True),
        ("gzip;q=1.0, *;q=0", "", True),
        ("", "", False),
        ("identity", "", False),
        ("br, *", "", False),
        ("gzip;q=0", "", False),
        ("gzip; q=0.00", "", False),
        ("gzip", "Microsoft Exchange/15.20", False),
    ],
)
def test_a_feed_is_packed_for_whoever_asks_for_it_and_opens_packing_right(
    play: Any, asked: str, agent: str, is_packed: bool
) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        plain = await fetch(feed, accept_encoding="identity")
        answer = await fetch(feed, accept_encoding=asked, user_agent=agent)
        assert (answer.headers.get("content-encoding") == "gzip") is is_packed
        assert (answer.content, answer.headers["etag"]) == (plain.content, plain.headers["etag"])
        assert {one.headers["vary"] for one in (plain, answer)} == {"Accept-Encoding"}
        if is_packed:
            assert answer.num_bytes_downloaded < plain.num_bytes_downloaded

    play(story)


def test_what_was_changed_since_is_told_by_tag_before_time(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        feed = await stations(town)
        first = await fetch(feed)
        assert "last-modified" not in first.headers  # another change may follow in the same second
        later = await fetch(feed, NOW + HOUR)
        tag, since = later.headers["etag"], later.headers["last-modified"]
        assert since == "Wed, 01 Jul 2026 00:00:00 GMT"
        assert (await fetch(feed, NOW + HOUR, if_modified_since=since)).status_code == 304
        for nonsense in ("", "yesterday", "Tue, 30 Jun 2026 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 +2300"):
            assert (await fetch(feed, NOW + HOUR, if_modified_since=nonsense)).status_code == 200
        assert (await fetch(feed, NOW + HOUR, if_none_match='"x"', if_modified_since=since)).status_code == 200
        long_ago = "Thu, 01 Jan 2026 00:00:00 GMT"
        assert (await fetch(feed, NOW + HOUR, if_none_match=tag, if_modified_since=long_ago)).status_code == 304
        await Appointment.filter(id=lecture.appointment_id).update(title="変更後")
        assert (await fetch(feed, NOW + HOUR, if_modified_since=since)).status_code == 200

    play(story)


def test_a_feed_may_be_kept_by_its_reader_only_and_is_never_found_by_a_search(play: Any) -> None:
    async def story(town: Town) -> None:
        headers = (await fetch(await stations(town))).headers
        assert headers["cache-control"] == "private, max-age=0, must-revalidate"
        assert (headers["x-robots-tag"], headers["referrer-policy"]) == ("noindex", "no-referrer")
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers

    play(story)


@pytest.mark.parametrize(
    ("method", "status"), [("POST", 405), ("PUT", 405), ("DELETE", 405), ("PATCH", 405), ("GE", 405), ("OPTIONS", 204)]
)
def test_a_feed_is_only_read(play: Any, method: str, status: int) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        async with at_the_door() as client:
            answer = await client.request(method, path(feed))
        assert (answer.status_code, answer.headers["allow"]) == (status, "GET, HEAD, OPTIONS")
        assert (await Subscription.get()).last_fetched_at is None

    play(story)


def test_a_replaced_a_revoked_and_an_unknown_address_are_told_apart_only_to_who_knew_them(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        await make.told(await feeds.rotate(town.officer, feed.id))
        known = path(feed, 2)
        forged = f"{known[:60]}{'A' if known[60] != 'A' else 'B'}{known[61:]}"
        async with at_the_door() as client:
            answers = [
                (await client.get(one)).status_code
                for one in (
                    path(feed, 2),
                    path(feed, 1),
                    path(feed, 3),
                    forged,
                    "/cal/x/calendar.ics",
                    f"/cal/{'A' * 65}/calendar.ics",
                    "/cal/%00%ff/calendar.ics",
                    f"/cal/{'鍵' * 65}/calendar.ics",
                    f"/cal/{tokens.derive(SECRET, 'rsvp', feed.id, 2)}/calendar.ics",
                    f"/cal/{tokens.derive('x' * 43, 'feed', feed.id, 2)}/calendar.ics",
                )
            ]
            await feeds.revoke(town.officer, feed.id)
            ended = [await client.get(path(feed, generation)) for generation in (1, 2)]
        assert answers == [200, 410, 404, 404, 404, 404, 404, 404, 404, 404]
        assert [answer.status_code for answer in ended] == [410, 410]
        assert len({answer.content for answer in ended}) == 1

    play(story)


def test_an_address_that_has_ended_says_so_for_ninety_days_and_then_was_never_there(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        clock = Clock()
        for day in (40, 80):
            await make.told(await feeds.rotate(make.at(town.officer, NOW + day * DAY), feed.id))
        await feeds.revoke(make.at(town.officer, NOW + 120 * DAY), feed.id)
        known: dict[float, list[int]] = {}
        async with at_the_door(clock) as client:
            unknown = await client.get(f"/cal/{'A' * 65}/calendar.ics")
            for day in (119.0, 129.9, 130.0, 169.9, 170.0, 209.9, 210.0):
                clock.now = NOW + day * DAY
                told = [await client.get(path(feed, generation)) for generation in (1, 2, 3)]
                known[day] = [answer.status_code for answer in told]
                assert {answer.content for answer in told if answer.status_code == 404} <= {unknown.content}
        assert known == {
            119.0: [410, 410, 200],
            129.9: [410, 410, 410],
            130.0: [404, 410, 410],
            169.9: [404, 410, 410],
            170.0: [404, 404, 410],
            209.9: [404, 404, 410],
            210.0: [404, 404, 404],
        }

    play(story)


def test_every_address_is_one_look_whatever_it_opens_or_ever_did(play: Any) -> None:
    async def story(town: Town) -> None:
        replaced, revoked, untold = await stations(town), await stations(town), await unit_feed(town)
        await feeds.rotate(town.officer, replaced.id)
        await feeds.revoke(town.officer, revoked.id)
        nowhere = f"/cal/{feeds.secret_in(SECRET, uuid4(), 1)}/calendar.ics"
        forged = f"/cal/{feeds.secret_in('x' * 43, replaced.id, 2)}/calendar.ics"
        answers, work = [], []
        async with at_the_door(Clock(NOW + 91 * DAY)) as client:
            for address in (path(replaced, 1), path(revoked), path(untold), forged, nowhere, "/cal/x/calendar.ics"):
                with spoken() as said:
                    answer = await client.get(address)
                answers.append((answer.status_code, answer.content, dict(answer.headers)))
                work.append(said)
        assert answers[0][0] == 404
        assert answers == answers[:1] * 6
        assert work == [[LOOK]] * 6

    play(story)


def test_all_replaced_addresses_are_known_to_have_ended_however_many_they_were(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        for _ in range(10):
            feed = await make.told(await feeds.rotate(town.officer, feed.id))
        async with at_the_door() as client:
            told = [(await client.get(path(feed, generation))).status_code for generation in range(1, 12)]
        assert told == [410] * 10 + [200]

    play(story)


def test_another_key_ends_no_address_that_was_told_and_opens_none_that_was_not(play: Any) -> None:
    async def story(town: Town) -> None:
        feed, clock = await stations(town), Clock()
        secrets = [feeds.secret_in(key, feed.id, 1) for key in (SECRET, "n" * 43, "x" * 43)]

        async def statuses() -> list[int]:
            """At the doors of a house with the other key: the calendar's and CalDAV's."""
            async with at_the_door(clock, "n" * 43) as client:
                calendars = [await client.get(f"/cal/{one}/calendar.ics") for one in secrets]
                programs = [await client.request("PROPFIND", "/dav/", auth=("", one)) for one in secrets]
            return [answer.status_code for answer in (*calendars, *programs)]

        assert await statuses() == [200, 404, 404, 207, 401, 401]
        await make.told(feed, "n" * 43)
        assert await statuses() == [200, 200, 404, 207, 207, 401]
        await feeds.rotate(town.officer, feed.id)
        assert await statuses() == [410, 410, 404, 401, 401, 401]

    play(story)


def test_a_paused_volunteers_address_ends_and_another_opens_on_coming_back(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        feed = await make.told(await feeds.subscribe(town.officer, person_id=volunteer.person_id))
        await volunteers.suspend(town.officer, volunteer.id, reason="試験のため")
        assert (await fetch(feed, NOW + HOUR)).status_code == 410
        await volunteers.resume(make.at(town.officer, NOW + 100 * DAY), volunteer.id)
        clock = Clock(NOW + 100 * DAY)
        await make.told(await Subscription.get(id=feed.id))
        async with at_the_door(clock) as client:
            told = [(await client.get(path(feed, generation))).status_code for generation in (1, 2)]
        assert told == [404, 200]

    play(story)


def test_a_contact_who_will_leave_reads_their_feed_until_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        feed = await make.told(await feeds.subscribe(town.officer, person_id=contact.person_id))
        last = town.officer.today + 10 * DAY
        await organizations.retire_contact(town.officer, contact.id, version=1, on=last)
        assert (await fetch(feed, NOW + 9 * DAY)).status_code == 200
        assert (await fetch(feed, NOW + 10 * DAY)).status_code == 410

    play(story)


def test_a_calendar_is_rendered_once_and_again_when_a_date_has_changed(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render = ical.feed

    def noted(name: str, events: Any) -> bytes:
        rendered.append(name)
        return render(name, events)

    monkeypatch.setattr(ical, "feed", noted)

    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        feed = await stations(town)
        once, again = await fetch(feed), await fetch(feed)
        assert (len(rendered), once.content) == (1, again.content)
        appointment = await Appointment.get(id=lecture.appointment_id)
        await calendar.change(town.officer, appointment, "changed", place="体育館")
        assert (await fetch(feed)).content != once.content
        assert len(rendered) == 2

    play(story)


def test_a_new_process_writes_nothing_that_the_clock_has_written(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        feed = await stations(town)
        once = await fetch(feed)
        await feeds.keep_entries(NOW, WRITER)
        door.SHELF.clear()
        monkeypatch.setattr(door, "WRITER", feeds.Writer(WRITER.name, lambda _: b"written again"))
        again = await fetch(feed)
        assert (again.content, again.headers["etag"]) == (once.content, once.headers["etag"])

    play(story)
