"""Pictures of what people open from a letter, on a telephone and on a desk: nothing is cut, covered or hard to hit."""

import struct
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import subscribing
from api.house import House
from domain import drills, feeds, replies, tokens
from domain.actor import Role
from domain.calendar import Attendee, PartStat
from domain.organizations import Contact
from domain.replies import Coming
from tests import make
from tests.api.browser import Browser
from tests.api.driving import drive, running
from tests.api.entering import Clock
from tests.api.test_own_page import MEGUMI, link
from tests.api.test_own_page_driven import PHONE, entered, says
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.domain.accounts.keys import GATE
from tests.make import Town

WIDTHS = (PHONE, 1280)
"""CSS pixels across: a telephone and a desk."""

DRAWN = r"""
const faults = [], say = (what, one) => faults.push(`${what}: ${one.outerHTML.slice(0, 90)}`);
const seen = one => one.getClientRects().length && getComputedStyle(one).clipPath === 'none';
const lines = [];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let text; text = texts.nextNode();) {
  const one = text.parentElement;
  if (!text.textContent.trim() || !seen(one) || one.closest('svg, option, textarea')) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  for (const line of range.getClientRects()) lines.push([line, one]);
}
for (const [line, one] of lines) {
  if (line.left < 16 || line.right > document.documentElement.clientWidth - 16) say('runs to the edge', one);
  const box = one.closest('p, li, dd, dt, h1, h2, h3, label, button, summary, legend').getBoundingClientRect();
  const leaves = line.left < box.left - 1 || line.right > box.right + 1 || line.bottom > box.bottom + 1;
  if (leaves) say('leaves its box', one);
  if (line.width > 45 * parseFloat(getComputedStyle(one).fontSize)) say('is too long a line to be read', one);
}
const fields = [...document.querySelectorAll('input:not([type=hidden]), textarea, select, button, .button, summary')];
const boxes = [...lines, ...fields.map(one => [one.getBoundingClientRect(), one])];
boxes.forEach(([line, one], at) => boxes.slice(at + 1).forEach(([other, another]) => {
  if (one === another || one.contains(another) || another.contains(one)) return;
  const wide = Math.min(line.right, other.right) - Math.max(line.left, other.left);
  const high = Math.min(line.bottom, other.bottom) - Math.max(line.top, other.top);
  if (wide > 1 && high > 1) say('is covered', one);
}));
for (const one of fields) {
  const target = one.closest('label') || one, {width, height} = target.getBoundingClientRect();
  if (Math.min(width, height) < 24) say('is hard to hit', one);
}
for (const one of document.querySelectorAll('textarea')) {
  if (one.scrollHeight > one.clientHeight + 1) say('hides what was written', one);
  if (one.clientHeight < 3 * parseFloat(getComputedStyle(one).lineHeight)) say('is too low to write into', one);
}
return faults;
"""
WHOLE = """
for (const one of document.querySelectorAll('details')) one.open = true;
return Math.ceil(document.documentElement.getBoundingClientRect().height)"""


def size_of(picture: Path) -> tuple[int, int]:
    """Pixels across and down (PNG, IHDR)."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def looked_at(window: Browser, name: str, width: int, files: Path) -> list[str]:
    """What is wrong with the page that is open, of which a whole picture is kept."""
    window.narrow(width)
    high = window.run(WHOLE)
    window.narrow(width, high)
    picture = files / f"{name}-{width}.png"
    window.picture(picture)
    assert size_of(picture) == (width, high)
    return [f"{name} at {width}: {fault}" for fault in (*window.run(DRAWN), *window.complaints())]


def shown(address: str, opened: dict[str, str], files: Path) -> Callable[[Browser], None]:
    """Every page in turn, after a login and by the links of letters, at each width."""

    def look(window: Browser) -> None:
        entered(window, address)
        faults = []
        for name, path in opened.items():
            window.open(address + path)
            for width in WIDTHS:
                faults += looked_at(window, name, width, files)
        window.open(address + opened["answer"])
        window.run("document.querySelector('#count').value = '1'")
        window.click("main form button")
        says(window, "より少なくなっています")
        assert [one for one in window.complaints() if "400" not in one] == []
        for width in WIDTHS:
            faults += looked_at(window, "refused", width, files)
        assert faults == []

    return look


async def answered(town: Town) -> Contact:
    """Somebody whose body comes with three to a drill with papers, and was at another; who is asked to one more."""
    body = await make.company(town.officer, "株式会社見本市情報通信サービスホールディングス")
    contact = await make.contact(
        town.officer, body, department="情報システム部 情報セキュリティ統括室", phone="000-0000-0199"
    )
    colleague = await make.contact(town.officer, body, family_name="例山", mail_address="")
    for title, whom, days in (
        ("春の訓練", contact, 10),
        ("秋の共同対処訓練", contact, 28),
        ("冬の訓練", colleague, 60),
    ):
        drill = await make.drill(town.officer, title=title, starts_at=NOW + timedelta(days=days), purpose="初動の確認")
        await drills.invite(town.officer, drill.id, contact_id=whom.id)
        one = await Attendee.get(appointment_id=drill.appointment_id)
        if title != "春の訓練":
            names = ("情報システム部 情報セキュリティ統括室長 例塚 恵", "主任 試﨑 花子", "主任 𠮷例 一郎")
            part = await drills.part_of(one)
            assert part is not None
            comes = Coming(names=names, seen=drills.standing(part).seen)
            await replies.answer_by_link(NOW, one.id, partstat=PartStat.ACCEPTED, coming=comes)
            await make.released(town.officer, drill.appointment_id, name="進行表（案）.pdf")
    await keys.opened(town, make.outsider(town.officer, Role.PARTNER, contact), MEGUMI)
    return contact


@pytest.mark.judged_by("Chromium")
def test_every_page_that_a_letter_opens_is_whole_and_easy_to_read_and_hit(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        contact = await answered(town)
        feed = await feeds.subscribe(town.officer, person_id=contact.person_id)
        answering = await Attendee.get(person_id=contact.person_id, partstat=PartStat.ACCEPTED)
        clock = Clock(NOW + timedelta(days=3))
        async with running(clock) as address:
            subscribe = await subscribing.page_of(House(GATE.secret, "", clock), feed)
            rsvp = f"/rsvp/{tokens.derive(GATE.secret, replies.PURPOSE, answering.id)}"
            own = {"own": "/own", "own-by-link": link(contact.person_id)}
            await drive(shown(address, {**own, "answer": rsvp, "subscribe": subscribe}, tmp_path))

    play(story)
