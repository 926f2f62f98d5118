"""The own page, as its owner sees it after login and through a letter's link: no script, a phone, a text browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api import pages
from domain import documents, drills, lectures, own, replies
from domain.actor import Role
from domain.calendar import Attendee, PartStat
from domain.journal import Entry
from domain.looks import Door, Look
from domain.organizations import Contact
from domain.outbox import Letter
from domain.people import Person
from domain.quiet import QuietHours
from tests import make, statements
from tests.api.accessible import faults_of
from tests.api.browser import browser as real_browser
from tests.api.entering import Browser, Clock, browser, hidden, text_of
from tests.api.serving import served
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.domain.accounts.keys import GATE
from tests.judging import is_here
from tests.make import Town

MEGUMI = "megumi@denryoku.example"


def link(person_id: Any, sent: Any = NOW) -> str:
    return own.address(GATE.secret, "", person_id, sent)


@asynccontextmanager
async def inside(town: Town, contact: Contact, clock: Clock | None = None) -> AsyncIterator[Browser]:
    await keys.opened(town, make.outsider(town.officer, Role.PARTNER, contact), MEGUMI)
    async with browser(clock) as one:
        await one.enter(MEGUMI)
        yield one


async def asked(town: Town) -> Contact:
    drill = await make.drill(town.officer, title="秋の共同対処訓練")
    elsewhere = await make.drill(town.officer, title="別の会社の訓練", starts_at=NOW + timedelta(days=40))
    await make.invited(town.officer, elsewhere, "架空通信株式会社")
    [contact] = await make.invited(town.officer, drill)
    return contact


def test_whoever_logs_in_sees_their_own_dates_and_answers_from_there(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with inside(town, contact) as one:
            assert 'href="/own"' in (await one.get("/account")).text
            page = await one.get("/own")
            text = text_of(page)
            assert "秋の共同対処訓練" in text
            assert "別の会社の訓練" not in text
            assert "いまのご回答 まだいただいていません 回答する （" in " ".join(text.split())
            (path,) = re.findall(r'href="(/rsvp/[^"]+)"', page.text)
            shown = await one.get(path)
            await one.post(path, partstat="ACCEPTED", sequence=hidden(shown, "sequence"))
            assert "いまのご回答 出席（1人） 回答を変える （" in " ".join(text_of(await one.get("/own")).split())

    play(story)


def test_what_is_over_stands_apart_with_whether_they_came(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Attendee.filter(person_id=contact.person_id).update(attended=True)
        async with browser(Clock(NOW + timedelta(days=80))) as one:
            text = text_of(await one.get(link(contact.person_id, NOW + timedelta(days=80))))
            assert "ご案内している予定はありません。" in text
            assert re.search(r"これまでの予定\s+.*秋の共同対処訓練（出席）", text)

    play(story)


def test_a_link_shows_less_of_an_address_than_a_login(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Person.filter(id=contact.person_id).update(mail_address="d.tanto@denryoku.example", phone="000-0000-0177")
        async with inside(town, contact) as one:
            seen = text_of(await one.get("/own"))
            assert "d.tanto@denryoku.example" in seen
            assert "000-0000-0177" in seen
            passed_on = text_of(await one.get(link(contact.person_id)))
            assert "d…@denryoku.example" in passed_on
            assert "…77" in passed_on
            assert not re.search(r"d\.tanto|000-0000-0177", passed_on)

    play(story)


def test_a_colleague_sees_the_drill_of_their_company_and_nobody_else_who_comes(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        body = await contact.organization
        colleague = await make.contact(town.officer, body, family_name="同僚崎", mail_address="c@denryoku.example")
        async with browser() as one:
            text = " ".join(text_of(await one.get(link(colleague.person_id))).split())
            assert "所属団体の訓練 秋の共同対処訓練" in text
            assert "ご案内している予定はありません。" in text
            assert not re.search("別の会社の訓練|架空通信|例塚 恵", text)

    play(story)


def test_a_companys_drill_that_is_over_stands_among_what_was(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        colleague = await make.contact(town.officer, await contact.organization, family_name="同僚崎")
        later = NOW + timedelta(days=80)
        async with browser(Clock(later)) as one:
            text = text_of(await one.get(link(colleague.person_id, later)))
            assert re.search(r"これまでの予定\s+.*秋の共同対処訓練（所属団体の訓練）", text)
            assert "別の会社の訓練" not in text

    play(story)


def test_a_teacher_sees_when_where_who_comes_and_what_to_have_ready(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer, equipment="プロジェクター", place="体育館")
        contact = await Contact.get(id=lecture.contact_id)
        await keys.opened(town, make.outsider(town.officer, Role.SCHOOL, contact), MEGUMI)
        async with browser() as one:
            await one.enter(MEGUMI)
            for path in ("/own", link(contact.person_id)):
                text = " ".join(text_of(await one.get(path)).split())
                assert "講師派遣のご依頼 見本市立見本小学校 SNSの安全な使い方 ご依頼の状況 受付 日時" in text
                assert "場所 体育館 対象 小学生 60人 ご用意いただく機材 プロジェクター" in text
                assert "試﨑 花子" not in text
            await lectures.accept(town.officer, lecture.id)
            await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
            await lectures.confirm(town.officer, lecture.id)
            for path in ("/own", link(contact.person_id)):
                text = " ".join(text_of(await one.get(path)).split())
                assert "講師派遣のご依頼" not in text
                assert "対象 小学生 60人 講師 青浜第1警察署 試﨑 花子 ご用意いただく機材 プロジェクター" in text
        look = await Look.all().order_by("-id").first()
        assert look is not None
        assert f"Person:{town.officer.person_id}" in look.rows

    play(story)


@pytest.mark.parametrize("is_linked", [True, False])
def test_contact_data_is_confirmed_by_the_button_alone(play: Any, is_linked: bool) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with inside(town, contact, Clock(NOW + timedelta(days=3))) as one:
            path = link(contact.person_id) if is_linked else "/own"
            before = await Entry.all().count()
            for query in ("", "?act=confirm", "?said=confirmed", "?said=nonsense"):
                assert (await one.get(path + query)).status_code == 200
            assert await Entry.all().count() == before
            sent = await one.post(path, act="confirm")
            assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?said=confirmed")
            assert "ありがとうございました" in (await one.get(sent.headers["location"])).text
        day = (NOW + timedelta(days=3)).date()
        assert (await Contact.get(id=contact.id)).verified_on == day

    play(story)


def test_what_has_changed_reaches_the_station_and_what_was_typed_in_vain_need_not_be_typed_again(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        path = link(contact.person_id)
        async with browser() as one:
            vain = await one.post(path, act="report", what="<b>" + "長" * 500)
            assert vain.status_code == 400
            assert "&lt;b&gt;長長" in vain.text
            for body in ({}, {"act": "erase"}, {"act": "report"}, {"act": "report", "what": "a\u202eb"}):
                assert (await one.post(path, **body)).status_code == 400
            assert not await Letter.filter(kind="contact-data-changed").exists()
            sent = await one.post(path, act="report", what="後任は試﨑 花子です。")
            assert "担当者にお知らせしました" in (await one.get(sent.headers["location"])).text
        assert (await Letter.get(kind="contact-data-changed")).facts["said"] == "後任は試﨑 花子です。"

    play(story)


def test_each_look_at_it_leaves_a_line_with_the_way_by_which_somebody_came_and_no_value(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with inside(town, contact) as one:
            await one.get("/own")
            await one.get(link(contact.person_id))
            await one.get(link(contact.person_id)[:-1] + "!")
        by_login, by_link = await Look.all().order_by("id")
        assert (by_login.operation, by_link.operation) == ("ownPage", "ownPageByLink")
        for look in (by_login, by_link):
            assert (look.door, look.person_id) == (Door.PAGE, contact.person_id)
            assert f"Person:{contact.person_id}" in look.rows
            assert {"Person.mail_address", "Person.phone"} <= set(look.columns)
        assert by_login.key_id is not None
        assert by_link.key_id is None

    play(story)


def test_who_comes_from_the_body_is_named_after_a_login_and_by_no_letters_link(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        colleague = await make.contact(town.officer, await contact.organization, family_name="例山", mail_address="")
        elsewhere = await make.drill(town.officer, title="冬の訓練", starts_at=NOW + timedelta(days=60))
        await drills.invite(town.officer, elsewhere.id, contact_id=colleague.id)
        one = await Attendee.get(person_id=colleague.person_id)
        await replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED, names=["課長 <b>例森 空</b>"])
        async with inside(town, contact) as visitor:
            entered = await visitor.get("/own")
        async with browser() as visitor:
            by_link = await visitor.get(link(contact.person_id))
        assert ("課長 &lt;b&gt;例森 空&lt;/b&gt;" in entered.text, "例森" in by_link.text) == (True, False)
        assert ("（予定 1人）" in entered.text, "（予定 1人）" in by_link.text) == (True, True)
        looks = await Look.filter(door=Door.PAGE).order_by("at", "id")
        assert ["Participation.names" in look.columns for look in looks] == [True, False]

    play(story)


def test_whoever_has_logged_in_chooses_how_they_are_reminded(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with inside(town, contact) as one:
            page = await one.get("/own")
            assert re.findall(r'<option value="(\d*)" selected>', page.text) == ["1", "", ""]
            assert "wants_digest" not in page.text
            sent = await one.post("/own", act="notices", remind_days="5", wants_digest="yes")
            page = await one.get(sent.headers["location"])
            assert "お知らせの設定を保存しました。" in page.text
            assert re.findall(r'<option value="(\d*)" selected>', page.text) == ["5", "", ""]
            for days in ("", "15", "-1", "三", "9999", "٣"):
                assert (await one.post("/own", act="notices", remind_days=days)).status_code == 400
        person = await Person.get(id=contact.person_id)
        assert (person.remind_days, person.wants_digest) == (5, False)

    play(story)


def test_by_a_letters_link_the_feeds_address_goes_to_the_registered_mailbox_and_is_not_shown(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with browser() as one:
            page = await one.get(link(contact.person_id))
            assert ('name="act" value="feed"' in page.text, "/cal/" in page.text) == (True, False)
            sent = await one.post(link(contact.person_id), act="feed")
            told = await one.get(sent.headers["location"])
            assert ("お送りしました。" in told.text, "/cal/" in told.text) == (True, False)
        person = await Person.get(id=contact.person_id)
        assert (await Letter.get(kind="feed-address")).to_address == person.mail_address

    play(story)


def test_by_a_letters_link_reminders_are_chosen_and_their_reader_is_told_what_holds_now(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        form = {"act": "notices", "remind_days": "3", "quiet_from": "22", "quiet_to": "6"}
        async with browser() as one:
            page = await one.get(f"{link(contact.person_id)}?remind_days=0&act=notices")
            assert re.findall(r'<option value="(\d*)" selected>', page.text) == ["1", "", ""]
            assert "登録されているメールアドレスにもお送りします" in page.text
            assert "wants_digest" not in page.text
            sent = await one.post(link(contact.person_id), **form, wants_digest="yes")
            told = await one.get(sent.headers["location"])
            assert "登録されているメールアドレスにお送りしました。" in told.text
            assert re.findall(r'<option value="(\d*)" selected>', told.text) == ["3", "22", "6"]
            again = await one.post(link(contact.person_id), **form)
            assert again.headers["location"].endswith("?said=chosen")
        person, letter = await Person.get(id=contact.person_id), await Letter.get(kind="notices-chosen")
        assert (person.remind_days, person.quiet_from, person.quiet_to, person.wants_digest) == (3, 22, 6, False)
        assert (letter.to_address, letter.appointment_id) == (person.mail_address, None)
        assert (letter.facts["reminded"], letter.facts["silence"]) == ("3日前にお送りします", "22時から6時まで")

    play(story)


@pytest.mark.parametrize(
    "over",
    [
        *({"remind_days": days} for days in ("", "15", "-1", "三")),
        *({"quiet_from": begins, "quiet_to": ends} for begins, ends in (("22", ""), ("24", "6"), ("0", "23"))),
    ],
)
def test_by_a_letters_link_nothing_can_be_chosen_that_is_no_choice(play: Any, over: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with browser() as one:
            refused = await one.post(link(contact.person_id), **{"act": "notices", "remind_days": "3"} | over)
            assert (refused.status_code, 'class="refused"' in refused.text) == (400, True)
        person = await Person.get(id=contact.person_id)
        assert (person.remind_days, person.quiet_from) == (1, None)
        assert not await Letter.filter(kind="notices-chosen").exists()

    play(story)


def test_an_officer_also_chooses_whether_a_digest_comes(play: Any) -> None:
    async def story(town: Town) -> None:
        _, key, _ = await keys.enrolled(town, town.officer, MEGUMI)
        async with browser(Clock(NOW + timedelta(minutes=5))) as one:
            await one.enter(MEGUMI)
            await one.post("/login/second-factor", code=keys.number(key, NOW + timedelta(minutes=5)))
            assert 'name="wants_digest" value="yes">' in (await one.get("/own")).text
            await one.post("/own", act="notices", remind_days="1", wants_digest="yes")
            assert (await Person.get(id=town.officer.person_id)).wants_digest
            await one.post("/own", act="notices", remind_days="1")
            assert not (await Person.get(id=town.officer.person_id)).wants_digest

    play(story)


def test_whoever_has_logged_in_chooses_hours_in_which_nothing_is_sent_or_none(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with inside(town, contact) as one:
            form = {"act": "notices", "remind_days": "1"}
            sent = await one.post("/own", **form, quiet_from="22", quiet_to="6")
            page = await one.get(sent.headers["location"])
            assert re.findall(r'<option value="(\d*)" selected>', page.text) == ["1", "22", "6"]
            for begins, ends in (("22", ""), ("", "6"), ("24", "6"), ("0", "23"), ("x", "6")):
                refused = await one.post("/own", **form, quiet_from=begins, quiet_to=ends)
                assert (refused.status_code, 'class="refused"' in refused.text) == (400, True)
            person = await Person.get(id=contact.person_id)
            assert (person.quiet_from, person.quiet_to) == (22, 6)
            await one.post("/own", **form)
            assert (await Person.get(id=contact.person_id)).quiet_from == 22
            await one.post("/own", **form, quiet_from="", quiet_to="")
        person = await Person.get(id=contact.person_id)
        assert (person.quiet_from, person.quiet_to) == (None, None)

    play(story)


def test_a_volunteer_is_told_the_hours_that_hold_where_none_are_chosen_and_what_there_is_to_report(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await keys.opened(town, make.oneself(town.officer, volunteer), MEGUMI)
        for hours, told in ((QuietHours(21, 7), True), (None, False)):
            async with browser(quiet=hours) as one:
                await one.enter(MEGUMI)
                text = text_of(await one.get("/own"))
            assert ("決めないときは、21時から7時まで止めます。" in text) is told
            assert "新しいメールアドレス・電話番号など。" in text
            assert "後任の方" not in text

    play(story)


def test_a_contact_has_no_hours_but_those_they_choose_and_reports_a_successor_too(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await keys.opened(town, make.outsider(town.officer, Role.PARTNER, contact), MEGUMI)
        async with browser(quiet=QuietHours(21, 7)) as one:
            await one.enter(MEGUMI)
            text = text_of(await one.get("/own"))
        assert "決めないときは" not in text
        assert "後任の方のお名前・部署・連絡先など。" in text

    play(story)


async def papers_of(one: Browser, path: str) -> list[str]:
    return re.findall(r'href="([^"]*/documents/[^"]*)"', (await one.get(path)).text)


def test_papers_are_fetched_from_the_page_by_login_and_by_link_once_they_are_released(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        date_id = (await Attendee.get(person_id=contact.person_id)).appointment_id
        draft = await make.document(town.officer, date_id, name="進行表（第1版）.pdf")
        async with inside(town, contact) as one:
            for path in ("/own", link(contact.person_id)):
                assert await papers_of(one, path) == []
                assert (await one.get(f"{path}/documents/{draft.id}")).status_code == 404
            await documents.release(town.officer, draft.id)
            for path in ("/own", link(contact.person_id)):
                [address] = await papers_of(one, path)
                assert "配布資料 進行表（第1版）.pdf （秋の共同対処訓練） （PDF、1KB）" in " ".join(
                    text_of(await one.get(path)).split()
                )
                fetched = await one.get(address)
                assert (fetched.content, fetched.headers["content-type"]) == (make.PDF, "application/pdf")
                assert fetched.headers["content-disposition"].startswith("attachment; ")
                assert fetched.headers["content-security-policy"].startswith("sandbox")
                for nothing in (f"{path}/documents/{contact.id}", f"{path}/documents/nonsense"):
                    assert (await one.get(nothing)).status_code == 404
            assert (await one.get(f"/own/nonsense/documents/{draft.id}")).status_code == 404
            stranger = await Person.filter(id__not=contact.person_id, is_officer=False).first()
            assert stranger is not None
            assert (await one.get(f"{link(stranger.id)}/documents/{draft.id}")).status_code == 404

    play(story)


def test_a_colleague_fetches_the_papers_of_their_body_after_login_only(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        date_id = (await Attendee.get(person_id=contact.person_id)).appointment_id
        paper = await make.released(town.officer, date_id)
        body = await contact.organization
        colleague = await make.contact(town.officer, body, family_name="同僚崎", mail_address="c@denryoku.example")
        async with inside(town, colleague) as one:
            assert await papers_of(one, "/own") == [f"/own/documents/{paper.id}"]
            assert (await one.get(f"/own/documents/{paper.id}")).content == make.PDF
            by_link = link(colleague.person_id)
            assert await papers_of(one, by_link) == []
            assert (await one.get(f"{by_link}/documents/{paper.id}")).status_code == 404

    play(story)


def test_a_paper_of_a_date_that_is_over_stays_beside_it(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        date_id = (await Attendee.get(person_id=contact.person_id)).appointment_id
        paper = await make.released(town.officer, date_id)
        later = NOW + timedelta(days=80)
        async with browser(Clock(later)) as one:
            path = link(contact.person_id, later)
            assert await papers_of(one, path) == [f"{path}/documents/{paper.id}"]

    play(story)


def test_whoever_was_written_to_before_their_post_begins_is_told_from_when_the_page_is_theirs(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Contact.filter(id=contact.id).update(since=NOW.date() + timedelta(days=10))
        async with browser() as one:
            early = await one.get(link(contact.person_id))
            assert (early.status_code, "令和８年７月11日から開きます" in text_of(early)) == (404, True)
        later = NOW + timedelta(days=10)
        async with browser(Clock(later)) as one:
            assert (await one.get(link(contact.person_id, later))).status_code == 200

    play(story)


def test_a_link_that_is_too_old_or_whose_owner_has_left_opens_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        async with browser() as one:
            old, now = link(contact.person_id, NOW - timedelta(days=120)), link(contact.person_id)
            await Contact.filter(id=contact.id).update(until=NOW.date())
            answers = [await one.get(path) for path in (old, now, now[:-1] + "!", "/own/nonsense")]
            answers.append(await one.post(now, act="confirm"))
        assert {one.status_code for one in answers} == {404}
        assert len({one.text for one in answers}) == 1

    play(story)


def test_who_is_asked_to_nothing_has_no_page_and_a_stranger_is_sent_to_the_login(play: Any) -> None:
    async def story(town: Town) -> None:
        _, key, _ = await keys.enrolled(town, town.admin, MEGUMI)
        async with browser(Clock(NOW + timedelta(minutes=5))) as one:
            assert (await one.get("/own")).headers["location"] == "/login"
            assert (await one.post("/own", act="confirm")).headers["location"] == "/login"
            foreign = {"sec-fetch-site": "cross-site"}
            assert (await one.post("/own", act="confirm", headers=foreign)).status_code == 403
            await one.enter(MEGUMI)
            await one.post("/login/second-factor", code=keys.number(key, NOW + timedelta(minutes=5)))
            assert (await one.get("/own")).status_code == 403
            assert "/own" not in (await one.get("/account")).text

    play(story)


def test_a_page_of_many_dates_asks_no_more_of_the_database_than_one_of_few(play: Any) -> None:
    async def story(town: Town) -> tuple[int, int]:
        contact = await asked(town)
        counts = []
        for more in (0, 6):
            for number in range(more):
                drill = await make.drill(town.officer, starts_at=NOW + timedelta(days=60 + number))
                await drills.invite(town.officer, drill.id, contact_id=contact.id)
            async with browser() as one:
                with statements.spoken() as said:
                    page = await one.get(link(contact.person_id))
            assert page.text.count('class="card"') == 1 + more
            counts.append(len(said))
        return counts[0], counts[1]

    few, many = play(story)
    assert many == few


async def seen(town: Town) -> dict[str, str]:
    """Each page of somebody's day, as HTML, by its path."""
    contact = await asked(town)
    body = await contact.organization
    colleague = await make.contact(town.officer, body, family_name="同僚崎", mail_address="c@denryoku.example")
    await drills.invite(town.officer, (await make.drill(town.officer, title="長い題" * 40)).id, contact_id=contact.id)
    async with inside(town, contact, Clock(NOW + timedelta(minutes=1))) as one:
        mine = await one.get("/own")
        (answer, *_) = re.findall(r'href="(/rsvp/[^"]+)"', mine.text)
        paths = (
            answer,
            link(colleague.person_id),
            "/account",
            "/password",
            "/account/second-factor",
            "/account/address",
        )
        pages_seen = {f"/{number}": (await one.get(path)).text for number, path in enumerate(paths)}
        vain = await one.post("/own", act="report", what="")
    async with browser() as one:
        entrance = {path: (await one.get(path)).text for path in ("/login", "/password/reset")}
    return {"/mine": mine.text, "/vain": vain.text} | pages_seen | entrance


def test_every_page_of_an_outsiders_day_is_read_at_the_width_of_a_phone_by_everybody(play: Any) -> None:
    html = play(seen)

    async def show(request: Request) -> Response:
        return HTMLResponse(html.get(request.url.path, ""))  # a browser also asks for an icon

    with served(lambda _: Starlette(routes=[*pages.routes(), Route("/{path:path}", show)])) as address:
        assert all("</main>" in httpx.get(address + path, trust_env=False).text for path in html)
        if not is_here("Chromium"):
            return
        with real_browser() as window:
            faults = {path: found for path in html if (found := faults_of(window, address + path))}
    assert faults == {}
