"""The page behind a letter's link: it shows to whoever looks, and decides for nobody but who presses the button."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api import pages, rsvp
from api.house import House
from domain import calendar, drills, lectures, tokens
from domain.calendar import AnswerChannel, Appointment, Attendee, PartStat
from domain.journal import Entry
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.api.answer_page import SECRET, answer, at_the_door, known, path
from tests.api.browser import browser
from tests.api.serving import served
from tests.clock import NOW
from tests.domain.lectures.giving import HEARD, confirmed
from tests.judging import is_here
from tests.make import Town

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def lecturer(town: Town, **over: Any) -> Attendee:
    await confirmed(town, **over)
    return await Attendee.get(person_id=town.officer.person_id)


async def send(one: Attendee, body: Any, **headers: str) -> httpx.Response:
    async with at_the_door() as client:
        return await client.post(path(one), content=body, headers={**FORM, **headers})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_decides_nothing(play: Any, method: str) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        entries = await Entry.all().count()
        async with at_the_door() as client:
            for query in ("", "?partstat=ACCEPTED", "?partstat=DECLINED&remark=x"):
                shown = await client.request(method, path(one) + query)
                assert shown.status_code == 200
        assert await known(one) is PartStat.NEEDS_ACTION
        assert await Entry.all().count() == entries

    play(story)


def test_the_page_shows_who_is_asked_the_date_and_whom_to_call_and_nobody_elses_name(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            text = (await client.get(path(one))).text
        for told in (
            "SNSの安全な使い方",
            "令和８年７月15日（水）午前９時から",
            "見本市立見本小学校",
            "青浜第1警察署",
            "000-0000-0101",
            "試﨑 花子 様",
        ):
            assert told in text
        for hidden in ("例塚", "hanako@", "teacher@"):
            assert hidden not in text

    play(story)


def test_pressing_the_button_decides_and_may_be_done_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        thanks = await answer(one, partstat="ACCEPTED", remark="時間どおりに\r\n伺います 𠮷")
        assert thanks.status_code == 200
        assert "「出席」のご回答を受け付けました" in thanks.text
        after = await Attendee.get(id=one.id)
        assert (after.partstat, after.channel, after.remark) == (
            PartStat.ACCEPTED,
            AnswerChannel.PAGE,
            "時間どおりに\n伺います 𠮷",
        )
        await answer(one, partstat="DECLINED")
        assert await known(one) is PartStat.DECLINED
        assert await Entry.filter(fact="attendee-answered").count() == 2

    play(story)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"partstat=",
        b"partstat=YES",
        b"partstat=NEEDS-ACTION",
        b"partstat=DELEGATED",
        b"remark=only",
        b"partstat=ACCEPTED&remark=" + "長".encode() * 501,
        b"partstat=ACCEPTED&remark=a%00b",
        b"partstat=ACCEPTED&remark=%E2%80%AEabc",
        b"partstat=ACCEPTED&remark=%ff%fe",
        b"partstat=ACCEPTED&remark=%ED%A0%80",
        b"\xff\xfe\x00",
        b"partstat=ACCEPTED" + b"&a=1" * 20,
        b"partstat=ACCEPTED&remark=" + b"a" * 20_000,
        b'{"partstat": "ACCEPTED"}',
    ],
)
def test_a_form_that_is_none_of_ours_decides_nothing_and_says_what_to_do(play: Any, body: bytes) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        refused = await send(one, body)
        assert refused.status_code == 400
        assert 'class="refused"' in refused.text
        assert "<form" in refused.text
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_what_was_typed_in_vain_need_not_be_typed_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        typed = "</textarea><b>" + "長" * 500
        refused = await answer(one, partstat="ACCEPTED", remark=f"{typed}\r\n2行目\x00")
        assert refused.status_code == 400
        assert f"&lt;/textarea&gt;&lt;b&gt;{'長' * 500}\n2行目\ufffd</textarea>" in refused.text
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_a_lecturer_comes_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            assert 'name="count"' not in (await client.get(path(one))).text
        for said in ({"count": "5"}, {"names": "例塚 恵"}):
            refused = await answer(one, partstat="ACCEPTED", **said)
            assert (refused.status_code, await known(one)) == (400, PartStat.NEEDS_ACTION)

    play(story)


def chosen(page: str) -> list[str]:
    return re.findall(r'value="(\w+)"(?: required)? checked', page)


def test_the_last_day_for_an_answer_is_shown_where_there_is_one(play: Any) -> None:
    async def story(town: Town) -> None:
        for day in (date(2026, 7, 10), None):
            drill = await make.drill(town.officer, reply_by=day)
            await make.invited(town.officer, drill, f"{day}電力株式会社")
            one = await Attendee.get(appointment_id=drill.appointment_id)
            async with at_the_door() as client:
                text = (await client.get(path(one))).text
            assert ("令和８年７月10日（金）まで" in text, "ご回答の期限" in text) == (bool(day), bool(day))

    play(story)


def test_the_present_answer_is_chosen_already_and_what_was_chosen_in_vain_still_is(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            assert chosen((await client.get(path(one))).text) == []
        assert chosen((await answer(one, partstat="DECLINED")).text) == ["DECLINED"]
        assert chosen((await answer(one, partstat="ACCEPTED", remark="長" * 501)).text) == ["ACCEPTED"]
        assert await known(one) is PartStat.DECLINED

    play(story)


def test_nobody_is_sent_to_a_telephone_that_is_not_there_or_has_nothing_to_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            assert "お電話でのご回答は" in (await client.get(path(one))).text
            await Unit.filter(id=town.station.id).update(phone="")
            silent = (await client.get(path(one))).text
            await Unit.filter(id=town.station.id).update(phone="000-0000-0101")
            await lectures.cancel(town.officer, (await lectures.Lecture.get()).id, reason="台風")
            off = (await client.get(path(one))).text
        assert ("電話" in silent, "心当たりのないときは、青浜第1警察署まで" in silent) == (False, True)
        assert ("お電話でのご回答" in off, "000-0000-0101" in off) == (False, True)

    play(story)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", ""])
def test_another_kind_of_form_decides_nothing(play: Any, content_type: str) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        body = b'--x\r\nContent-Disposition: form-data; name="partstat"\r\n\r\nACCEPTED\r\n--x--\r\n'
        assert (await send(one, body, **{"content-type": content_type})).status_code == 400
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


@pytest.mark.parametrize("length", ["x", "-1", "999999999999999999999", "1", ""])
def test_what_is_said_of_the_length_is_not_believed(play: Any, length: str) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        assert (await send(one, b"partstat=ACCEPTED", **{"content-length": length})).status_code == 200
        assert await known(one) is PartStat.ACCEPTED

    play(story)


def test_a_body_of_no_told_length_is_read_up_to_its_bound(play: Any) -> None:
    async def parts(body: list[bytes]) -> AsyncIterator[bytes]:
        for part in body:
            yield part

    async def story(town: Town) -> None:
        one = await lecturer(town)
        endless = await send(one, parts([b"partstat=ACCEPTED&remark="] + [b"a" * 4096] * 100))
        assert endless.status_code == 400
        assert await known(one) is PartStat.NEEDS_ACTION
        assert (await send(one, parts([b"partstat=", b"DECLINED"]))).status_code == 200
        assert await known(one) is PartStat.DECLINED

    play(story)


def test_a_link_that_was_never_given_opens_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        right = path(one)
        links = [
            f"{right[:40]}{'A' if right[40] != 'A' else 'B'}{right[41:]}",
            path(one, "feed"),
            path(Attendee(id=uuid4())),
            f"/rsvp/{tokens.derive('x' * 43, 'rsvp', one.id)}",
            f"/rsvp/{tokens.derive(SECRET, 'rsvp', one.id, 1)}",
            f"/rsvp/{one.id}",
            "/rsvp/x",
            f"/rsvp/{'鍵' * 65}",
            "/rsvp/%00",
        ]
        async with at_the_door() as client:
            for link in links:
                shown, posted = await client.get(link), await client.post(link, data={"partstat": "ACCEPTED"})
                assert (shown.status_code, posted.status_code) == (404, 404)
                assert shown.content == posted.content
                assert "リンクが途中で切れているか" in shown.text
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_a_link_of_the_key_before_is_answered_by_as_long_as_that_key_is_known(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        for former, status in ((None, 404), (SECRET, 200)):
            house = House("n" * 43, "https://renkei.example", lambda: NOW, former=former)
            app = Starlette(routes=rsvp.routes(house))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=house.base_url) as client:
                assert (await client.get(path(one))).status_code == status
                assert (await client.post(path(one), data={"partstat": "ACCEPTED"})).status_code == status
            assert await known(one) is (PartStat.ACCEPTED if former else PartStat.NEEDS_ACTION)

    play(story)


def test_what_was_said_with_the_last_answer_stands_there_to_be_changed(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        thanks = await answer(one, partstat="TENTATIVE", remark="午後なら\r\n伺えます")
        assert re.search(r"<textarea[^>]*>\n?午後なら\n伺えます</textarea>", thanks.text)

    play(story)


def test_a_date_that_is_off_or_over_says_so_and_asks_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        appointment = await Appointment.get(id=one.appointment_id)
        over = appointment.ends_at
        async with at_the_door(over) as client:
            after = await client.get(path(one))
        await lectures.cancel(town.officer, (await lectures.Lecture.get()).id, reason="台風")
        async with at_the_door() as client:
            off = await client.get(path(one))
        for shown, word in ((after, "すでに終わって"), (off, "中止または延期")):
            assert shown.status_code == 200
            assert word in shown.text
            assert "<form" not in shown.text
        for now, word in ((over, "中止または延期"), (NOW, "中止または延期")):
            refused = await answer(one, now, partstat="ACCEPTED")
            assert refused.status_code == 409
            assert word in refused.text
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_the_page_of_what_has_taken_place_says_so_and_takes_no_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        lecture = await lectures.Lecture.get()
        during = lecture.starts_at + timedelta(minutes=30)
        await lectures.deliver(make.at(town.officer, during), lecture.id, duration_minutes=30, head_counts=HEARD)
        async with at_the_door(during) as client:
            shown = await client.get(path(one))
        refused = await answer(one, during, partstat="DECLINED")
        assert (shown.status_code, refused.status_code) == (200, 409)
        for page in (shown, refused):
            assert "すでに実施された" in page.text
            assert "<form" not in page.text
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_who_was_released_is_told_to_ask_their_officer(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        await calendar.uninvite(town.officer, await Appointment.get(id=one.appointment_id), one)
        refused = await answer(one, partstat="ACCEPTED")
        assert (refused.status_code, "取り消されています" in refused.text) == (409, True)
        assert await known(one) is PartStat.NEEDS_ACTION
        async with at_the_door() as client:
            shown = (await client.get(path(one))).text
        appointment, person = await Appointment.get(id=one.appointment_id), await Person.get(id=one.person_id)
        for told in (appointment.title, appointment.place, person.name, "<dl>"):
            assert told not in shown + refused.text

    play(story)


class Elements(HTMLParser):
    """The names of all elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attributes)}


def test_what_was_typed_stays_text(play: Any) -> None:
    async def story(town: Town) -> None:
        evil = "<script>alert(1)</script>\"' onload=x $title ${when} &amp;"
        one = await lecturer(town, theme=evil, place=evil)
        async with at_the_door() as client:
            shown = (await client.get(path(one))).text
        refused = (await answer(one, partstat=evil)).text
        for page in (shown, refused):
            assert not Elements(page).found & {"script", "onload", "img", "style"}
            assert "&lt;script&gt;alert(1)" in page
            assert "$title ${when} &amp;amp;" in page

    play(story)


def test_the_page_runs_nothing_loads_nothing_foreign_and_is_kept_nowhere(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            pages_seen = [await client.get(path(one)), await client.get("/rsvp/x"), await answer(one, partstat="")]
            sheet = await client.get("/pages/page.css")
        for page in pages_seen:
            policy = page.headers["content-security-policy"]
            assert {"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
            assert page.headers["cache-control"] == "no-store"
            assert (page.headers["referrer-policy"], page.headers["x-robots-tag"]) == ("no-referrer", "noindex")
            assert "set-cookie" not in page.headers
            assert "http://" not in page.text
            assert "https://" not in page.text
        assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")

    play(story)


def test_the_page_fits_a_phone_and_breaks_no_policy() -> None:
    """Without a browser at hand the page is only fetched."""
    texts = {"subject": "見本市立見本小学校 " + "長い題" * 30, "when": "令和８年７月15日（水）午前９時から午前10時まで"}
    more = {
        "place": "W" * 200,
        "answer": "出席",
        "unit": "青浜第1警察署",
        "guest": "試﨑 花子 様",
        "asking": "お電話は",
    }
    marks = {"accepted": "", "declined": "", "tentative": ""}
    phone, form = (
        pages.filled("phone.html", phone="000-0000-0101"),
        pages.filled("answer.html", coming_html="", sequence="0", remark="", **marks),
    )
    parts = {"said_html": "", "form_html": form, "phone_html": phone, "deadline_html": ""}
    body = pages.filled("invitation.html", **parts, **texts, **more)

    async def show(_: object) -> Any:
        return pages.page(rsvp.TITLE, body)

    with served(lambda _: Starlette(routes=[Route("/", show), *pages.routes()])) as address:
        if not is_here("Chromium"):
            assert "長い題" in httpx.get(address, trust_env=False).text
            return
        with browser() as window:
            window.post("/goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=PHONE)
            window.open(address)
            assert window.run("return document.documentElement.scrollWidth") == PHONE["width"]
            assert window.run("return document.querySelector('button').offsetHeight") >= 44
            assert window.run("return getComputedStyle(document.querySelector('h1')).fontSize") == "24px"
            assert window.complaints() == []


PHONE = {"width": 375, "height": 800, "deviceScaleFactor": 1, "mobile": True}


def test_another_method_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        async with at_the_door() as client:
            for method in ("PUT", "DELETE", "PATCH"):
                assert (await client.request(method, path(one))).status_code == 405
        assert await known(one) is PartStat.NEEDS_ACTION

    play(story)


def test_a_lecturer_who_is_booked_meanwhile_is_told_on_the_page(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await lecturer(town)
        await answer(one, partstat="DECLINED")
        other = await make.lecture(town.officer, school=await make.school(town.officer, "乙小"))
        await lectures.accept(town.officer, other.id)
        await lectures.assign(town.officer, other.id, person_id=town.officer.person_id)
        refused = await answer(one, partstat="ACCEPTED", now=NOW + timedelta(hours=1))
        assert (refused.status_code, "同じ時間に別の予定" in refused.text) == (409, True)
        assert await known(one) is PartStat.DECLINED

    play(story)


def sequence_on(page: str) -> str:
    return re.findall(r'name="sequence" value="(\d+)"', page)[0]


def test_an_answer_from_a_page_that_shows_the_old_date_does_not_count_for_the_new_one(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        one = await Attendee.get(person_id=contact.person_id)
        async with at_the_door() as client:
            old = sequence_on((await client.get(path(one))).text)
        moved = {"starts_at": NOW + timedelta(days=40), "ends_at": NOW + timedelta(days=40, hours=1)}
        await drills.postpone(town.officer, drill.id, reason="台風", **moved)
        refused = await answer(one, partstat="ACCEPTED", remark="伺います", sequence=old)
        assert (refused.status_code, "予定が変わりました" in refused.text) == (409, True)
        assert "伺います" in refused.text
        assert await known(one) is PartStat.NEEDS_ACTION
        thanks = await answer(one, partstat="ACCEPTED", sequence=sequence_on(refused.text))
        assert (thanks.status_code, await known(one)) == (200, PartStat.ACCEPTED)

    play(story)
