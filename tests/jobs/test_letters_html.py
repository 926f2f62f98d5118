"""The HTML of letters: in the quiet form of our pages, to be read by day, in the dark, and without any style at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.pages import TOKENS
from domain.errors import Incomplete
from jobs import letters
from jobs.letters import KINDS, render
from jobs.letters.html import LABELS, PIECES
from tests.jobs.test_letters import FACTS, Links, but

COLOUR = re.compile("#[0-9a-f]{6}")
PAGE = (letters.HERE / "page.html").read_text("utf-8")
DARK = PAGE[PAGE.index("@media") : PAGE.index("</style>")]
LIGHT_BLUE = "#9db7f9"
"""Blue 300 of the same design system: what its key colour is in the dark, where our pages are not."""


def files() -> list[Path]:
    return [letters.HERE / "page.html", *(letters.HERE / "pieces").iterdir()]


def light(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(*colours: str) -> float:
    darker, lighter = sorted(map(light, colours))
    return (lighter + 0.05) / (darker + 0.05)


def test_letters_have_the_colours_of_the_pages_and_no_others() -> None:
    known = {*TOKENS["color"].values(), LIGHT_BLUE}
    used = {colour for file in files() for colour in COLOUR.findall(file.read_text("utf-8"))}
    assert used <= known
    assert {file.stem for file in files()[1:]} == set(PIECES)


@pytest.mark.parametrize("kind", ["ground", "quiet", "link"])
def test_what_is_read_in_the_dark_stands_out_there(kind: str) -> None:
    [ground] = re.findall(r"\.ground \{ background: (#[0-9a-f]{6})", DARK)
    [ink] = re.findall(rf"\.{kind} \{{.*?(?<![-\w])color: (#[0-9a-f]{{6}})", DARK)
    assert contrast(ground, ink) >= 4.5


def test_the_button_can_be_read_by_day_and_in_the_dark() -> None:
    [day] = re.findall(r'style="background:(#[0-9a-f]{6})', (letters.HERE / "pieces/button.html").read_text("utf-8"))
    [dark, ink] = re.findall(r"\.button \{ background: (#\w+).*?(?<!-)color: (#\w+)", DARK)[0]
    assert contrast(day, "#ffffff") >= 4.5
    assert contrast(dark, ink) >= 4.5


def test_whoever_answers_finds_a_button_and_the_bare_address_beneath_it() -> None:
    html = render("drill-invitation", FACTS).html
    assert Links(html).found.count(FACTS["reply_url"]) == 2
    words = Links(html).text.split()
    assert words[words.index(LABELS["reply_url"]) + 1] == FACTS["reply_url"]


def test_facts_stand_in_a_list_with_what_belongs_to_each() -> None:
    html = render("drill-rescheduled", but(changed=["・場所：甲 → 乙", "・日時：昼 → 夜"])).html
    names = re.findall(r"<dt [^>]*>(.+?)</dt>", html)
    assert names[:4] == ["変わったところ：", "件名：", "日時：", "場所："]
    assert re.search(r"<dd [^>]*>\n・場所：甲 → 乙<br>\n・日時：昼 → 夜</dd>", html)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_fetched_and_nothing_runs(kind: str) -> None:
    html = render(kind, FACTS).html
    assert [word for word in ("<script", "<img", "src=", "url(", "@import", "<link", "onclick") if word in html] == []


def test_an_office_may_write_a_piece_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces/paragraph.html").write_text('<p class="police">$text</p>', encoding="utf-8")
    letters.must_be_usable(tmp_path)
    assert '<p class="police">架空電力株式会社' in render("drill-invitation", FACTS, tmp_path).html
    assert render("drill-invitation", FACTS, tmp_path).text == render("drill-invitation", FACTS).text


@pytest.mark.parametrize("text", ["<p>$reply_url</p>", "<p>$</p>"])
def test_a_piece_that_would_keep_letters_in_the_house_is_refused_before_the_first(tmp_path: Path, text: str) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces/note.html").write_text(text, encoding="utf-8")
    with pytest.raises(Incomplete, match=r"pieces/note\.html の \$"):
        letters.must_be_usable(tmp_path)
    with pytest.raises(Incomplete, match=r"pieces/note\.html で、\$"):
        render("drill-invitation", FACTS, tmp_path)
