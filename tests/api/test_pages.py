"""The one style of all pages: its values are data, each is used, and what stands on what can be read (WCAG 2.2)."""

import re

import pytest

from api import pages

COLORS = pages.TOKENS["color"]
RULES = (pages.HERE / "page.css").read_text(encoding="utf-8")


def light(color: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((light(COLORS[one]), light(COLORS[other])), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_value_that_the_style_names_is_in_the_data_and_the_other_way_round() -> None:
    assert set(re.findall(r"var\((--[\w-]+)\)", RULES)) == set(pages.PROPERTIES)


def test_no_colour_font_or_picture_stands_in_the_rules_themselves() -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|url\(|@import|@font-face|font-family: [^v]", RULES) == []


def test_nothing_of_the_style_comes_from_elsewhere() -> None:
    assert not re.search(r"url\(|https?:|//", pages.STYLE)


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        *((text, ground, 4.5) for text in ("ink", "quiet", "key", "seen") for ground in ("ground", "soft")),
        ("ground", "key", 4.5),
        ("ground", "pressed", 4.5),
        ("pressed", "soft", 4.5),
        *((border, "ground", 3.0) for border in ("edge", "done", "refused", "focus")),
    ],
)
def test_what_is_read_or_filled_in_stands_out_from_what_it_stands_on(one: str, other: str, least: float) -> None:
    assert contrast(one, other) >= least
