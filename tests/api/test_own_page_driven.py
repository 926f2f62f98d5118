"""The own page as it is used on a telephone: each form sent, each answer read, a paper kept, by a real browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.actor import Role
from domain.calendar import Attendee, PartStat
from domain.drills import Participation
from domain.organizations import Contact
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.api import lettering
from tests.api.accessible import FAULTS
from tests.api.browser import Browser
from tests.api.driving import drive, running
from tests.api.entering import Clock
from tests.api.serving import wait_until
from tests.api.test_own_page import MEGUMI, asked, link
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.judging import is_here
from tests.make import Town

PHONE = 390
"""CSS pixels across."""

PAPER = "進行表（案）.pdf"
TEXT = "return document.querySelector('main').innerText.replace(/\\s+/g, ' ')"


def says(window: Browser, text: str) -> None:
    window.wait_for(f"return ({TEXT.removeprefix('return ')}).includes(arguments[0])", text)


def first_answer(window: Browser, answer: PartStat, count: str = "") -> None:
    """From the page to the form of the first date, and send this."""
    window.click("a.button")
    says(window, "ご都合をお知らせください")
    window.click(f"label:has(input[value={answer}])")
    if count:
        window.run("document.querySelector('input[name=count]').value = ''")
        window.type("input[name=count]", count)
    window.click("main form button")


def entered(window: Browser, address: str) -> None:
    window.open(f"{address}/login")
    window.type("input[name=login]", MEGUMI)
    window.type("input[name=password]", keys.PASSWORD)
    window.click("main form button")
    window.wait_for("return location.pathname === '/own'")


def answers(window: Browser, page: str) -> None:
    window.open(page)
    first_answer(window, PartStat.ACCEPTED, "４")
    says(window, "「出席（4人）」のご回答を受け付けました。")
    window.open(page)
    says(window, "いまのご回答 出席（4人）")
    first_answer(window, PartStat.TENTATIVE)
    says(window, "「未定」のご回答を受け付けました。")


def tells(window: Browser, page: str) -> None:
    window.open(page)
    window.click("form:has(input[value=confirm]) button")
    says(window, "ご確認いただき、ありがとうございました。")
    window.type("#what", "後任は試﨑 花子です。")
    window.click("form:has(input[value=report]) button")
    says(window, "変わったところを担当者にお知らせしました。")
    window.click("#remind_days option[value='5']")
    window.click("#quiet_from option[value='22']")
    window.click("#quiet_to option[value='6']")
    window.click("form:has(#remind_days) button")
    says(window, "お知らせの設定を保存しました。")
    assert window.run("return document.querySelector('#remind_days').value") == "5"


def keeps(window: Browser, page: str, files: Path) -> None:
    window.open(page)
    window.click("ul.papers a")
    wait_until(lambda: (files / PAPER).exists())
    assert (files / PAPER).read_bytes() == make.PDF
    (files / PAPER).unlink()


FETCHED = "return performance.getEntriesByType('resource').map(one => one.name)"
MOST_SLICES = 14
"""Of both weights together, some 20 kB each: that is what a telephone fetches once, before it keeps them for a year."""


def brings_its_font(window: Browser, address: str) -> None:
    """The page is drawn in the font that it brings, and has asked nobody else for anything."""
    window.wait_for("return document.fonts.status === 'loaded'")
    fetched = window.run(FETCHED)
    slices = [one for one in fetched if one.startswith(f"{address}/pages/fonts/")]
    assert [one for one in fetched if one not in slices] == [f"{address}/pages/page.css"]
    assert 0 < len(slices) <= MOST_SLICES
    assert window.fonts("main :not(.secret)") == {("Test Gothic", True)}


def a_visit(address: str, by_link: str, files: Path) -> Callable[[Browser], None]:
    """What somebody does on their page after a login, and afterwards by the link of a letter."""

    def visit(window: Browser) -> None:
        window.narrow(PHONE)
        window.keep_files_in(files)
        entered(window, address)
        window.open(f"{address}/own")
        brings_its_font(window, address)
        answers(window, f"{address}/own")
        tells(window, f"{address}/own")
        keeps(window, f"{address}/own", files)
        keeps(window, address + by_link, files)
        says(window, "いまのご回答 未定")
        window.click("form:has(input[value=feed]) button")
        says(window, "登録されているメールアドレスにお送りしました。")
        faults = [*window.run(FAULTS)]
        for path in ("/own", "/genuine"):
            window.open(address + path)
            faults += window.run(FAULTS)
        assert [*faults, *window.complaints()] == []

    return visit


def test_everything_on_the_page_is_done_on_a_telephone(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        attendee = await Attendee.get(person_id=contact.person_id)
        await make.released(town.officer, attendee.appointment_id, name=PAPER)
        await keys.opened(town, make.outsider(town.officer, Role.PARTNER, contact), MEGUMI)
        async with running(Clock(NOW + timedelta(days=3)), fonts=lettering.brought()) as address:
            await drive(a_visit(address, link(contact.person_id), tmp_path))
        assert (await Attendee.get(id=attendee.id)).partstat is PartStat.TENTATIVE
        assert (await Participation.get(organization_id=contact.organization_id)).planned_count == 4
        assert (await Contact.get(id=contact.id)).verified_on == (NOW + timedelta(days=3)).date()
        person = await Person.get(id=contact.person_id)
        assert (person.remind_days, person.quiet_from, person.quiet_to) == (5, 22, 6)
        assert await Letter.filter(kind="feed-address").count() == 1
        assert (await Letter.get(kind="contact-data-changed")).facts["said"] == "後任は試﨑 花子です。"

    if is_here("Chromium"):
        play(story)
