"""A feed's tag is never that of other bytes: whatever happens, the door answers as if it had written the feed anew."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import hypothesis
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from api import feeds as door
from api.caldav import CALENDAR, D
from api.caldav.properties import etag_of, name_of
from domain import calendar, feeds, people, records, units
from domain.actor import TOKYO, Author
from domain.calendar import Appointment, AppointmentKind, AppointmentStatus, Attendee, AttendeeRole, PartStat
from domain.feeds import Dated, FeedState, KeptEntry, Subscription
from domain.people import Person
from domain.units import Unit, UnitKind
from exports import ical
from exports.feeds import WRITER
from tests import make
from tests.api.test_feeds import Clock, at_the_door, path
from tests.clock import NOW
from tests.make import Town
from tests.statements import spoken

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class World:
    """A town in which things happen, and what each subscriber's program has kept."""

    town: Town
    client: httpx.AsyncClient
    clock: Clock
    lower: Unit
    guests: list[Person]
    feeds: list[Subscription]
    kept: dict[Any, tuple[str, bytes]] = field(default_factory=dict)
    mirrors: dict[Any, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def author(self) -> Author:
        return make.at(self.town.hq, self.clock.now)

    async def date(self, which: int) -> Appointment | None:
        dates = await Appointment.all().order_by("id")
        return dates[which % len(dates)] if dates else None

    async def attendee(self, which: int) -> Attendee | None:
        found = await Attendee.all().order_by("id")
        return found[which % len(found)] if found else None


async def world(town: Town, client: httpx.AsyncClient, clock: Clock) -> World:
    lower = await units.establish(
        town.admin, parent_id=town.station.id, kind=UnitKind.SECTION, code="1011", name="生活安全課"
    )
    contacts = [await make.contact(town.hq, await make.company(town.hq, name)) for name in ("甲社", "乙社")]
    covering = replace(town.hq, units=(*town.hq.units, lower.id))
    own = [await make.told(await feeds.subscribe(town.hq, person_id=one.person_id)) for one in contacts]
    of_units = [
        await make.told(await feeds.subscribe_unit(covering, unit_id=one.id))
        for one in (town.prefecture, town.station, town.other_station, lower)
    ]
    guests = [await Person.get(id=one.person_id) for one in contacts]
    return World(town, client, clock, lower, guests, [*own, *of_units])


Step = Callable[[World, int, int], Awaitable[object]]


async def propose(place: World, which: int, much: int) -> None:
    unit = (place.town.station, place.town.other_station, place.lower, place.town.section)[which % 4]
    # Some begin where the window ends, so that it moves over them; some are soon behind it.
    starts_at = NOW + (timedelta(days=365 - much % 5) if much % 3 else -timedelta(days=90 - much % 5)) + HOUR * which
    await calendar.propose(
        place.author, AppointmentKind.DRILL, unit, f"第{much}回", starts_at, starts_at + HOUR, place=f"{much}階"
    )


def correct(name: str, value: Callable[[Appointment, int], Any]) -> Step:
    async def step(place: World, which: int, much: int) -> None:
        if date := await place.date(which):
            await calendar.change(place.author, date, "changed", **{name: value(date, much)})

    return step


async def move(place: World, which: int, much: int) -> None:
    if date := await place.date(which):
        by = timedelta(hours=much - 20)
        both = {"starts_at": date.starts_at + by, "ends_at": date.ends_at + by}
        await calendar.change(place.author, date, "moved", **both)


async def hand_over(place: World, which: int, much: int) -> None:
    unit = (place.town.station, place.town.other_station, place.lower)[much % 3]
    if date := await place.date(which):
        await Appointment.filter(id=date.id).update(unit_id=unit.id)


async def ask(place: World, which: int, much: int) -> None:
    date, guest = await place.date(which), place.guests[much % 2]
    if date and not await Attendee.filter(appointment_id=date.id, person_id=guest.id, removed_at=None).exists():
        await calendar.ask(place.author, date, guest, AttendeeRole.PARTICIPANT)


async def answer(place: World, which: int, much: int) -> None:
    if attendee := await place.attendee(which):
        said = (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE, PartStat.DELEGATED)[much % 4]
        await records.change(place.author, attendee, "attendee-answered", partstat=said)


async def uninvite(place: World, which: int, much: int) -> None:
    attendee = await place.attendee(which)
    if attendee and attendee.removed_at is None:
        await calendar.uninvite(place.author, await Appointment.get(id=attendee.appointment_id), attendee)


async def forget_attendee(place: World, which: int, much: int) -> None:
    if attendee := await place.attendee(which):
        await attendee.delete()


async def forget_date(place: World, which: int, much: int) -> None:
    if date := await place.date(which):
        await Attendee.filter(appointment_id=date.id).delete()
        await date.delete()


async def give_to_another(place: World, which: int, much: int) -> None:
    attendee = await place.attendee(which)
    free = [one.id for one in place.guests]
    if attendee and await Attendee.filter(appointment_id=attendee.appointment_id).count() == 1:
        await Attendee.filter(id=attendee.id).update(person_id=free[much % 2])


async def touch(place: World, which: int, much: int) -> None:
    if date := await place.date(which):
        await records.touch(place.author, date)


async def rename_unit(place: World, which: int, much: int) -> None:
    unit = (place.town.station, place.lower, place.town.prefecture)[which % 3]
    await Unit.filter(id=unit.id).update(name=f"第{much}署")


async def move_unit(place: World, which: int, much: int) -> None:
    above = (place.town.station, place.town.other_station, place.town.prefecture)[much % 3]
    await Unit.filter(id=place.lower.id).update(parent_id=above.id)


async def move_reader(place: World, which: int, much: int) -> None:
    unit = (place.town.station, place.town.other_station)[much % 2]
    await people.go_with(place.author, place.guests[which % 2], unit.id)


async def wait(place: World, which: int, much: int) -> None:
    place.clock.now += timedelta(hours=much)


async def wait_for_midnight(place: World, which: int, much: int) -> None:
    midnight = (place.clock.now.astimezone(TOKYO) + DAY).replace(hour=0, minute=0)
    place.clock.now = midnight + timedelta(seconds=which - 1)


async def wait_for_weeks(place: World, which: int, much: int) -> None:
    place.clock.now += timedelta(days=much)


STEPS: list[Step] = [
    propose,
    correct("title", lambda _, much: f"題{much}"),
    correct("place", lambda _, much: f"{much}号室"),
    correct("online_url", lambda _, much: f"https://meet.example/{much}"),
    correct("status", lambda _, much: [*AppointmentStatus][much % 3]),
    correct("ends_at", lambda date, much: date.starts_at + timedelta(minutes=much + 1)),
    move,
    hand_over,
    ask,
    ask,
    answer,
    uninvite,
    forget_attendee,
    forget_date,
    give_to_another,
    touch,
    rename_unit,
    move_unit,
    move_reader,
    wait,
    wait_for_midnight,
    wait_for_weeks,
]
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(range(len(STEPS))), st.integers(0, 9), st.integers(0, 40)), min_size=12, max_size=30
)


async def asked(place: World, feed: Subscription) -> bytes:
    """What the subscriber's program has after asking, as programs ask."""
    tag, body = place.kept.get(feed.id, ("", b""))
    answer = await place.client.get(path(feed), headers={"If-None-Match": tag} if tag else {})
    if answer.status_code == 304:
        return body
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag, "the same bytes were sent again"
    place.kept[feed.id] = answer.headers["etag"], answer.content
    return answer.content


async def written_anew(place: World, feed: Subscription) -> bytes:
    whose = await Subscription.get(id=feed.id)
    dates = await feeds.dates_in(whose, "nobody", place.clock.now)
    return ical.feed(await feeds.called(whose), [ical.vevent(one.shown) for one in dates])


SYNC = '<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><prop><getetag/></prop></sync-collection>'


async def synced(place: World, feed: Subscription) -> dict[str, str]:
    """The tags of the objects that the subscriber's CalDAV program has after asking for what is new."""
    token, mirror = place.mirrors.get(feed.id, ("", {}))
    login = ("renkei", path(feed).split("/")[2])
    answer = await place.client.request("REPORT", CALENDAR, content=SYNC.format(token), auth=login)
    said = fromstring(answer.content)
    for one in said.findall(f"{D}response"):
        mirror.pop(one.findtext(f"{D}href") or "", None)
        if tag := one.findtext(f".//{D}getetag"):
            mirror[one.findtext(f"{D}href") or ""] = tag
    newer = said.findtext(f"{D}sync-token") or ""
    is_same = said.find(f"{D}response") is None
    assert not token or (newer == token) is is_same, "a version without news, or news without one"
    place.mirrors[feed.id] = newer, mirror
    return mirror


async def tagged_anew(place: World, feed: Subscription) -> dict[str, str]:
    dates = await feeds.dates_in(await Subscription.get(id=feed.id), "nobody", place.clock.now)
    whole = [Dated(one.id, one.starts_at, one.ends_at, ical.vevent(one.shown)) for one in dates]
    return {f"{CALENDAR}{name_of(one.id)}": f'"{etag_of(one)}"' for one in whole}


EACH_ONCE = [(step, step, 4 * (step % 10) + 1) for step in range(len(STEPS))]
"""Whatever else is drawn, nothing that may happen is left out; an answer that is given so is a no."""


@settings(max_examples=max(hypothesis.settings.default.max_examples // 25, 1), phases=[Phase.explicit, Phase.generate])
@example(EACH_ONCE)
@given(HAPPENINGS)
def test_whatever_happens_every_subscriber_has_what_a_full_render_gives(
    stage: Any, happenings: list[tuple[int, int, int]]
) -> None:
    async def story() -> None:
        clock = Clock(NOW)
        async with at_the_door(clock) as client:
            place = await world(await make.town(), client, clock)
            for first in range(4):
                await propose(place, first, first)
            for step, which, much in happenings:
                await STEPS[step](place, which, much)
                for feed in place.feeds:
                    assert await asked(place, feed) == await written_anew(place, feed), STEPS[step]
                    assert await synced(place, feed) == await tagged_anew(place, feed), STEPS[step]
                if much % 4:
                    await feeds.keep_entries(clock.now, WRITER)

    stage.play(story(), empty=True)


def test_an_unchanged_feed_costs_one_statement_whatever_is_in_it(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        for number in range(7):
            await make.lecture(town.officer, school=await make.school(town.officer, f"第{number}小"))
        async with at_the_door() as client:
            tag = (await client.get(path(feed))).headers["etag"]
            for method, headers, status in (("GET", {"If-None-Match": tag}, 304), ("GET", {}, 200), ("HEAD", {}, 200)):
                with spoken() as said:
                    answer = await client.request(method, path(feed), headers=headers)
                assert (answer.status_code, [one.split()[0] for one in said]) == (status, ["SELECT"])

    play(story)


def test_programs_that_ask_at_once_share_a_look_and_each_is_told_what_stands(play: Any) -> None:
    async def story(town: Town) -> None:
        opened = [
            await make.told(await feeds.subscribe_unit(town.hq, unit_id=unit.id))
            for unit in (town.station, town.prefecture)
        ]
        async with at_the_door() as client:
            tags = {feed.id: (await client.get(path(feed))).headers["etag"] for feed in opened}

            async def asking(feed: Subscription) -> tuple[int, str]:
                answer = await client.get(path(feed), headers={"If-None-Match": tags[feed.id]})
                return answer.status_code, answer.headers["etag"]

            with spoken() as said:
                answers = await asyncio.gather(*[asking(feed) for feed in opened * 4])
        assert answers == [(304, tags[feed.id]) for feed in opened] * 4
        assert len(said) <= 2

    play(story)


def test_after_a_change_elsewhere_the_feed_is_looked_through_once_and_stays_the_same(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        await make.lecture(town.officer)
        async with at_the_door() as client:
            tag = (await client.get(path(feed))).headers["etag"]
            await Unit.filter(id=town.other_station.id).update(name="別の署")
            took = []
            for _ in range(2):
                with spoken() as said:
                    answer = await client.get(path(feed), headers={"If-None-Match": tag})
                assert answer.status_code == 304
                took.append(len(said))
        assert took[0] > took[1] == 1

    play(story)


def test_a_new_way_of_writing_is_seen_by_those_for_whom_it_makes_a_difference(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        async with at_the_door() as client:
            tag = (await client.get(path(feed))).headers["etag"]
            known = {"If-None-Match": tag}
            monkeypatch.setattr(door, "RENDERER", "another")
            assert (await client.get(path(feed), headers=known)).status_code == 304
            monkeypatch.setattr(door, "RENDERER", "a third")
            monkeypatch.setattr(door, "rendered", lambda _: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
            assert (await client.get(path(feed), headers=known)).status_code == 200

    play(story)


@dataclass
class Half:
    """A transaction that has done its work and waits to be ended."""

    work: Callable[[], Awaitable[object]]
    is_done: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self) -> None:
        self.task = asyncio.create_task(self._whole())
        waits = asyncio.create_task(self.is_done.wait())
        await asyncio.wait({self.task, waits}, return_when=asyncio.FIRST_COMPLETED)
        assert waits.done(), await self.task

    async def _whole(self) -> None:
        async with in_transaction("default"):
            await self.work()
            self.is_done.set()
            await self.may_end.wait()

    async def end(self) -> None:
        self.may_end.set()
        await self.task


def test_a_change_that_is_still_being_made_is_seen_as_soon_as_it_stands(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        lecture = await make.lecture(town.officer)
        change = Half(lambda: Appointment.filter(id=lecture.appointment_id).update(title="変更後"))
        async with at_the_door() as client:
            await change.begin()
            assert "変更後" not in (await client.get(path(feed))).text
            await change.end()
            assert "変更後" in (await client.get(path(feed))).text

    play(story)


def test_what_is_being_changed_is_shown_as_it_stands_without_waiting_and_kept_when_it_stands(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        schools = [await make.school(town.officer, name) for name in ("甲小", "乙小")]
        lectures = [await make.lecture(town.officer, school=one) for one in schools]
        change = Half(lambda: Appointment.filter(id=lectures[0].appointment_id).update(title="変更後"))
        async with at_the_door() as client:
            await change.begin()
            await client.get(path(feed))
            await feeds.keep_entries(NOW, WRITER)
            assert [one.appointment_id for one in await KeptEntry.all()] == [lectures[1].appointment_id]
            await change.end()
            assert "変更後" in (await client.get(path(feed))).text
            await feeds.keep_entries(NOW, WRITER)
            assert await KeptEntry.all().count() == 2
            door.SHELF.clear()
            assert "変更後" in (await client.get(path(feed))).text

    play(story)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("what", ["asked", "opened"])
def test_of_two_who_change_at_once_neither_is_overlooked(play: Any, what: str, first: int) -> None:
    """Somebody is asked to a date, or opens a feed, while its title changes: neither saw the other begin."""

    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        person = await Person.get(id=contact.person_id)
        starts_at = NOW + DAY
        date = await calendar.propose(
            town.officer, AppointmentKind.DRILL, town.station, "題", starts_at, starts_at + HOUR
        )
        if what == "asked":
            await feeds.subscribe(town.officer, person_id=person.id)
            joining = Half(lambda: calendar.ask(town.officer, date, person, AttendeeRole.PARTICIPANT))
        else:
            await calendar.ask(town.officer, date, person, AttendeeRole.PARTICIPANT)
            joining = Half(lambda: feeds.subscribe(town.officer, person_id=person.id))
        halves = [joining, Half(lambda: Appointment.filter(id=date.id).update(title="変更後"))]
        async with at_the_door() as client:
            for half in halves:
                await half.begin()
            for half in (halves[first], halves[1 - first]):
                await half.end()
                feed = await Subscription.first()
                seen = (await client.get(path(await make.told(feed)))).text if feed else ""
        assert "変更後" in seen

    play(story)


def test_a_feed_has_its_state_from_the_first_moment(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id))
        state = await FeedState.get(subscription_id=feed.id)
        assert (state.stirs, state.rendered_stirs, state.digest) == (0, None, "")

    play(story)
