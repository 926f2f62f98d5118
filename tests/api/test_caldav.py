"""The read-only CalDAV calendar, as programs ask for it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
from starlette.applications import Starlette

from api import caldav
from api.caldav import CALENDAR, CS, C, D
from api.house import House
from api.strictness import Strict
from domain import database, feeds, units
from domain.calendar import Appointment
from domain.feeds import FeedEntry, Subscription, Writer
from domain.units import Unit
from tests import make
from tests.api.test_feeds import SECRET, Clock, stations
from tests.clock import NOW
from tests.exports.judges import FOREIGN, complaints
from tests.exports.strict_ical import findings
from tests.make import Town
from tests.statements import spoken

PROP = '<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/">{}'
ASKED = PROP.format("<prop>{}</prop></propfind>")
TELLING = "<sync-token/><CS:getctag/><resourcetype/><displayname/><supported-report-set/>"

SINCE = '<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><prop><getetag/></prop></sync-collection>'

OF_A_FEED = {"NO_NAME", "NO_X-WR-CALNAME", "NO_X-WR-TIMEZONE", "NO_X-PUBLISHED-TTL", "NO_REFRESH-INTERVAL"}
"""What a whole feed has to have, and a single object has not."""


def secret(feed: Subscription, generation: int = 1) -> str:
    return feeds.secret_in(SECRET, feed.id, generation)


@dataclass
class Program:
    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
        return await self.client.request(method, path, content=body.encode(), headers=headers)

    async def found(self, path: str, body: str = "", depth: str = "0") -> list[Element]:
        answer = await self.ask("PROPFIND", path, body, Depth=depth)
        assert answer.status_code == 207, answer.text
        return fromstring(answer.content).findall(f"{D}response")

    async def report(self, name: str, inside: str) -> Element:
        spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        answer = await self.ask("REPORT", CALENDAR, f"<{name} {spaces}>{inside}</{name}>", Depth="1")
        assert answer.status_code == 207, answer.text
        return fromstring(answer.content)

    async def sync(self, token: str = "") -> tuple[set[str], set[str], str]:
        """What has changed, what is gone, and the next token."""
        said = await self.report("sync-collection", f"<sync-token>{token}</sync-token><prop><getetag/></prop>")
        changed = {href(one) for one in said.findall(f"{D}response") if one.find(f"{D}status") is None}
        gone = {href(one) for one in said.findall(f"{D}response") if one.find(f"{D}status") is not None}
        return changed, gone, said.findtext(f"{D}sync-token") or ""


def href(response: Element) -> str:
    return response.findtext(f"{D}href") or ""


def statuses(response: Element) -> dict[str, str]:
    """Each property that was asked for, by its status."""
    return {
        one.tag: (part.findtext(f"{D}status") or "").split(" ", 1)[1]
        for part in response.findall(f"{D}propstat")
        for one in part.iterfind(f"{D}prop/*")
    }


@asynccontextmanager
async def program(password: str, clock: Clock | None = None, name: str = "anybody") -> AsyncIterator[Program]:
    app = Strict(Starlette(routes=caldav.routes(House(SECRET, "https://renkei.example", clock or Clock()))))
    login = f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://renkei.example", headers={"Authorization": login}
    ) as client:
        yield Program(client)


async def lectures_given(town: Town, count: int) -> list[Any]:
    given = []
    for number in range(count):
        school = await make.school(town.officer, f"見本{number}小")
        given.append(await make.lecture(town.officer, school=school))
    return given


def test_a_program_finds_its_way_from_the_name_of_the_host_to_the_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        async with program(secret(feed)) as one:
            led = await one.client.request("PROPFIND", "/.well-known/caldav")
            assert (led.status_code, led.headers["location"]) == (301, "/dav/")
            [root] = await one.found("/dav/", ASKED.format("<current-user-principal/><C:calendar-home-set/><C:none/>"))
            assert {one.text for one in root.iter(f"{D}href")} == {"/dav/"}
            assert statuses(root)[f"{C}none"] == "404 Not Found"
            inside = {href(one): one for one in await one.found("/dav/", ASKED.format(TELLING), depth="1")}
            assert set(inside) == {"/dav/", CALENDAR}
            kinds = inside[CALENDAR].find(f".//{D}resourcetype")
            assert kinds is not None
            assert {kind.tag for kind in kinds} == {f"{D}collection", f"{C}calendar"}
            assert inside[CALENDAR].findtext(f".//{D}displayname") == "連携 青浜第1警察署"
            assert inside[CALENDAR].findtext(f".//{CS}getctag") == inside[CALENDAR].findtext(f".//{D}sync-token")

    play(story)


def test_every_date_is_an_object_of_its_own_with_the_entry_of_the_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        given = await lectures_given(town, 2)
        feed = await stations(town)
        async with program(secret(feed)) as one:
            [_, *entries] = await one.found(CALENDAR, ASKED.format("<getetag/><getcontenttype/>"), depth="1")
            assert {href(each) for each in entries} == {f"{CALENDAR}{each.appointment_id}.ics" for each in given}
            for each in entries:
                answer = await one.ask("GET", href(each))
                assert set(findings(answer.content)) <= OF_A_FEED
                assert complaints(answer.content, FOREIGN) == {}
                assert answer.headers["etag"] == each.findtext(f".//{D}getetag")
                assert answer.headers["content-type"].startswith("text/calendar; charset=utf-8")
                again = await one.ask("GET", href(each), **{"If-None-Match": answer.headers["etag"]})
                assert (again.status_code, again.content) == (304, b"")
                assert (await one.ask("HEAD", href(each))).headers["etag"] == answer.headers["etag"]

    play(story)


def test_a_program_that_comes_again_is_told_what_is_new_and_what_is_gone_and_nothing_else(play: Any) -> None:
    async def story(town: Town) -> None:
        first, second = await lectures_given(town, 2)
        feed, clock = await stations(town), Clock()
        paths = {each.id: f"{CALENDAR}{each.appointment_id}.ics" for each in (first, second)}
        async with program(secret(feed), clock) as one:
            changed, gone, token = await one.sync()
            assert (changed, gone) == (set(paths.values()), set())
            assert await one.sync(token) == (set(), set(), token)
            await Appointment.filter(id=first.appointment_id).update(title="題が変わった講義")
            changed, gone, newer = await one.sync(token)
            assert (changed, gone) == ({paths[first.id]}, set())
            assert newer != token
            clock.now = NOW + timedelta(days=500)
            changed, gone, last = await one.sync(newer)
            assert (changed, gone) == (set(), set(paths.values()))
            assert await one.sync(token) == (set(), set(paths.values()), last)
            assert (await one.sync())[:2] == (set(), set())

    play(story)


def test_a_program_that_asks_whether_there_is_anything_new_is_answered_from_one_row(play: Any) -> None:
    async def story(town: Town) -> None:
        for number in range(3):
            await make.lecture(town.officer, school=await make.school(town.officer, f"第{number}小"))
        feed = await stations(town)
        async with program(secret(feed)) as one:
            token = (await one.sync())[2]
            with spoken() as said:
                [shown] = await one.found(CALENDAR, ASKED.format(TELLING))
                assert len(await one.found("/dav/", ASKED.format(TELLING), depth="1")) == 2
                assert await one.sync(token) == (set(), set(), token)
            assert [statement.split()[0] for statement in said] == ["SELECT"] * 3
            assert shown.findtext(f".//{D}sync-token") == token
            assert shown.findtext(f".//{D}displayname") == "連携 青浜第1警察署"
            with spoken() as said:
                assert len(await one.found(CALENDAR, ASKED.format("<getetag/>"), depth="1")) == 4
            assert [statement for statement in said if "FOR UPDATE" in statement] == []

    play(story)


async def copied(*tables: str) -> dict[str, str]:
    """These tables as a backup keeps them, by the statement that puts each back."""
    kept = {}
    for table in tables:
        [row] = await database.rows(f"SELECT json_agg(row)::text AS rows FROM {table} row")  # noqa: S608 own tables
        kept[f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)"] = row["rows"]  # noqa: S608
    return kept


async def put_back(kept: dict[str, str], at: datetime) -> None:
    for statement, rows in kept.items():
        await database.execute(f"DELETE FROM {statement.split()[2]}")  # noqa: S608 own tables
        await database.execute(statement, rows)
    await database.execute(feeds.BEGIN_ANEW.format(now=f"'{at}'"))


def test_after_an_older_backup_no_program_is_told_that_it_is_up_to_date(play: Any) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        clock, feed = Clock(), await stations(town)
        async with program(secret(feed), clock) as one:
            await one.sync()
            backup = await copied("feed_entry", "feed_state")
            await Appointment.filter(id=given.appointment_id).update(place="見本市民会館")
            told = (await one.sync())[2]
            for minutes in (1, 2):  # twice the same backup
                await put_back(backup, NOW + timedelta(minutes=minutes))
                await Appointment.filter(id=given.appointment_id).update(place=f"第{minutes}会館")
                refused = await one.ask("REPORT", CALENDAR, SINCE.format(told), Depth="1")
                assert (refused.status_code, "valid-sync-token" in refused.text) == (403, True)
                changed, _, told = await one.sync()
                assert len(changed) == 1
                assert await one.sync(told) == (set(), set(), told)

    play(story)


def test_a_calendar_that_is_called_otherwise_since_shows_its_new_name_under_the_same_version(play: Any) -> None:
    async def story(town: Town) -> None:
        await lectures_given(town, 1)
        feed = await stations(town)
        async with program(secret(feed)) as one:
            token = (await one.sync())[2]
            station = await Unit.get(id=town.station.id)
            await units.correct(town.admin, station.id, version=station.version, name="青浜中央警察署")
            [shown] = await one.found(CALENDAR, ASKED.format(TELLING))
            assert shown.findtext(f".//{D}displayname") == "連携 青浜中央警察署"
            assert await one.sync(token) == (set(), set(), token)

    play(story)


def test_a_program_that_read_before_another_took_note_of_something_newer_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        opened = await stations(town)
        before = await make.looked_at(opened)
        await Appointment.filter(id=given.appointment_id).update(title="題が変わった講義")
        after = await make.looked_at(opened)
        assert before.stirs < after.stirs
        writer = Writer("r", lambda one: one.summary.encode())
        shown = [await feeds.sync(each, lambda one: one.entry.decode(), writer, NOW) for each in (after, before)]
        assert [version for _, version in shown] == [1, 1]
        assert [entry.etag for entry in await FeedEntry.all()] == ["題が変わった講義"]
        known = await make.looked_at(opened)
        assert known.is_as_synced("r", NOW)

    play(story)


def test_it_is_known_since_when_a_program_has_the_calendar_and_asking_for_its_version_is_not_having_it(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        feed, clock = await stations(town), Clock()
        async with program(secret(feed), clock) as one:
            await one.found(CALENDAR, ASKED.format("<CS:getctag/>"))
            assert (await Subscription.get(id=feed.id)).last_fetched_at is None
            await one.sync()
            assert (await Subscription.get(id=feed.id)).last_fetched_at == NOW
            clock.now = NOW + timedelta(minutes=10)
            await one.sync()
            assert (await Subscription.get(id=feed.id)).last_fetched_at == NOW
            await Appointment.filter(id=given.appointment_id).update(title="題が変わった講義")
            await one.found(CALENDAR, ASKED.format("<CS:getctag/>"))
            assert (await Subscription.get(id=feed.id)).last_fetched_at == NOW
            await one.sync()
            assert (await Subscription.get(id=feed.id)).last_fetched_at == clock.now

    play(story)


@pytest.mark.parametrize("token", ["{}99", "{}-1", "{}x", "{}１", "urn:renkei:sync:1", "http://x/1", "1"])
def test_a_token_that_was_never_ours_makes_the_program_begin_anew(play: Any, token: str) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        async with program(secret(feed)) as one:
            ours = (await one.sync())[2].rstrip("0123456789")
            said = f"<sync-token>{token.format(ours)}</sync-token>"
            asked = f'<sync-collection xmlns="DAV:">{said}<prop/></sync-collection>'
            answer = await one.ask("REPORT", CALENDAR, asked)
            assert answer.status_code == 403
            assert fromstring(answer.content).find(f"{D}valid-sync-token") is not None

    play(story)


def test_the_token_of_another_feed_tells_nobody_that_there_is_nothing_new(play: Any) -> None:
    async def story(town: Town) -> None:
        await lectures_given(town, 1)
        feed, other = (
            await stations(town),
            await make.told(await feeds.subscribe_unit(town.hq, unit_id=town.section.id)),
        )
        async with program(secret(feed)) as one:
            token = (await one.sync())[2]
        asked = f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><prop/></sync-collection>'
        async with program(secret(other)) as one:
            assert (await one.ask("REPORT", CALENDAR, asked)).status_code == 403
            assert (await one.sync())[2] != token

    play(story)


@pytest.mark.parametrize(("wanted", "status"), [("comp-filter", 207), ("prop-filter", 403)])
def test_who_asks_for_tasks_or_by_what_is_not_known_gets_no_events(play: Any, wanted: str, status: int) -> None:
    async def story(town: Town) -> None:
        await lectures_given(town, 1)
        feed = await stations(town)
        inside = f'<C:comp-filter name="VCALENDAR"><C:{wanted} name="VTODO"/></C:comp-filter>'
        spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        asked = f"<C:calendar-query {spaces}><prop><getetag/></prop><C:filter>{inside}</C:filter></C:calendar-query>"
        async with program(secret(feed)) as one:
            answer = await one.ask("REPORT", CALENDAR, asked)
            assert (answer.status_code, answer.text.count("getetag")) == (status, 0)

    play(story)


def test_several_objects_are_fetched_at_once_and_what_is_not_there_is_said_to_be_so(play: Any) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        feed = await stations(town)
        there, nowhere = f"{CALENDAR}{given.appointment_id}.ics", f"{CALENDAR}nothing.ics"
        async with program(secret(feed)) as one:
            whole = f"https://renkei.example{there.replace('-', '%2D')}"
            inside = f"<prop><getetag/><C:calendar-data/></prop><href>{whole}</href><href>{nowhere}</href>"
            said = await one.report("C:calendar-multiget", inside)
            first, second = said.findall(f"{D}response")
            assert href(first) == there
            data = first.findtext(f".//{C}calendar-data") or ""
            assert data.encode() == (await one.ask("GET", there)).content
            assert (href(second), second.findtext(f"{D}status")) == (nowhere, "HTTP/1.1 404 Not Found")

    play(story)


def test_a_query_by_time_finds_what_lies_between(play: Any) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        starts = (await given.appointment).starts_at
        feed = await stations(town)
        day = timedelta(days=1)
        async with program(secret(feed)) as one:
            for start, end, count in ((starts - day, starts + day, 1), (starts + day, starts + 2 * day, 0)):
                span = f'<C:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>'
                within = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
                within = f'<C:comp-filter name="VCALENDAR">{within}</C:comp-filter>'
                said = await one.report("C:calendar-query", f"<prop><getetag/></prop><C:filter>{within}</C:filter>")
                assert len(said.findall(f"{D}response")) == count

    play(story)


@pytest.mark.parametrize("wrong", ["nonsense", "", "a" * 65, "{old}", "{revoked}"])
def test_nobody_without_the_present_secret_is_told_anything(play: Any, wrong: str) -> None:
    async def story(town: Town) -> None:
        feed, other = (
            await stations(town),
            await make.told(await feeds.subscribe(town.officer, person_id=town.officer.person_id)),
        )
        await make.told(await feeds.rotate(town.officer, feed.id))
        await feeds.revoke(town.officer, other.id)
        async with program(
            wrong.format(old=secret(feed), revoked=secret(other)), Clock(NOW + timedelta(hours=1))
        ) as one:
            for method in ("GET", "PROPFIND", "REPORT"):
                answer = await one.ask(method, CALENDAR)
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"].startswith("Basic ")
            del one.client.headers["Authorization"]
            assert (await one.ask("PROPFIND", "/dav/")).status_code == 401
        assert not await FeedEntry.exists()

    play(story)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPPATCH", "MKCALENDAR", "MOVE", "POST", "LOCK"])
def test_nothing_can_be_changed(play: Any, method: str) -> None:
    async def story(town: Town) -> None:
        [given] = await lectures_given(town, 1)
        feed = await stations(town)
        async with program(secret(feed)) as one:
            answer = await one.ask(method, f"{CALENDAR}{given.appointment_id}.ics", "BEGIN:VCALENDAR")
            assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, GET, HEAD, PROPFIND, REPORT")
            assert "calendar-access" in (await one.ask("OPTIONS", CALENDAR)).headers["dav"]

    play(story)


@pytest.mark.parametrize(
    "body",
    [
        "<",
        "<a></b>",
        "\x00",
        '<!DOCTYPE a [<!ENTITY b "c">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" + "b" * 300_000 + "</a>",
    ],
)
def test_what_is_no_question_is_refused_at_once(play: Any, body: str) -> None:
    async def story(town: Town) -> None:
        feed = await stations(town)
        async with program(secret(feed)) as one:
            assert (await one.ask("PROPFIND", CALENDAR, body)).status_code == 400
            assert (await one.ask("REPORT", "/dav/", "<a/>")).status_code == 403

    play(story)
