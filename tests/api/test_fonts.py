"""The font that the pages bring along: how it is cut, served and drawn, and what it costs a telephone."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import cli, fonts, pages
from api.arguments import EXTRA
from api.demonstration import Place
from api.errors import Stopped
from api.fonts import Fonts
from api.fonts.cutting import LETTERS, SELECTORS, Source, often, ranges, sliced
from tests.api import lettering
from tests.api.browser import browser
from tests.api.serving import served
from tests.judging import FONT

KANA = "あいう"
SELDOM = "鰕鱆鶍"
"""What no text of ours says."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="module")
def source(place: Path) -> Path:
    return lettering.font(place / "regular.ttf", {*map(chr, [*LETTERS, *often()[:300]]), lettering.SECOND[0], *SELDOM})


@pytest.fixture(scope="module")
def brought(place: Path, source: Path) -> Fonts:
    """What `renkei fonts` has made of it."""
    assert cli.main(["fonts", str(source), "--to", str(place / "cut")]) == 0
    return fonts.read(place / "cut")


def points(written: str) -> Iterator[int]:
    """The characters of a unicode-range."""
    for one in written.split(","):
        first, _, last = one.removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def inside(place: Path, file: str) -> TTFont:
    return TTFont(BytesIO((place / "cut" / file).read_bytes()))


def test_every_character_of_a_font_is_in_one_slice_and_the_style_says_in_which(
    place: Path, source: Path, brought: Fonts
) -> None:
    whole = set(Source(source).characters)
    cut = [set(inside(place, face.file).getBestCmap()) for face in brought.faces]
    assert sorted(chain(*cut)) == sorted(whole)
    for face, characters in zip(brought.faces, cut, strict=True):
        assert characters <= set(points(face.range))
        assert not set(points(face.range)) & (whole - characters)


def test_what_every_page_says_comes_first_and_what_none_says_last() -> None:
    first, *_, last = sliced(sorted({*LETTERS, *often(), *map(ord, SELDOM)}))
    assert {*"Renkei", *"あいうえおアイウエオ、。「」（）", *"日時分人名予定"} <= set(map(chr, first))
    assert set(map(chr, last)) >= set(SELDOM)


def test_a_range_goes_across_what_the_font_does_not_have_but_never_across_what_is_elsewhere() -> None:
    assert ranges([0x4E00, 0x4E01, 0x4E03, 0x4E09], [0x4E00, 0x4E01, 0x4E03, 0x4E07, 0x4E09]) == "U+4E00-4E03,U+4E09"
    assert ranges([0x41, 0x20BB7], [0x41, 0x20BB7]) == "U+41,U+20BB7"


def test_a_name_keeps_the_form_in_which_it_was_typed(place: Path, source: Path, brought: Fonts) -> None:
    base, selector = lettering.SECOND
    assert Source(source).forms == 1
    (face,) = [one for one in brought.faces if ord(base) in points(one.range)]
    (forms,) = [table for table in inside(place, face.file)["cmap"].tables if table.format == 14]
    assert [code for code, _ in forms.uvsDict[selector]] == [ord(base)]
    assert not SELECTORS & set(chain(*(points(one.range) for one in brought.faces)))


def test_a_font_that_is_cut_again_gives_the_same_slices_so_who_has_them_keeps_them(
    source: Path, brought: Fonts, tmp_path: Path
) -> None:
    assert cli.main(["fonts", str(source), "--to", str(tmp_path)]) == 0
    assert fonts.read(tmp_path) == brought


def test_each_slice_says_under_which_licence_it_is(place: Path, brought: Fonts) -> None:
    said = {inside(place, face.file)["name"].getDebugName(13) for face in brought.faces}
    assert said == {lettering.OFL}


def test_two_weights_are_cut_together_and_two_of_one_weight_are_not(place: Path, capsys: Any, tmp_path: Path) -> None:
    weights = {"a": 400, "b": 700, "c": 700}
    files = [lettering.font(place / f"{name}.ttf", KANA, weight) for name, weight in weights.items()]
    assert cli.main(["fonts", *map(str, files[:2]), "--to", str(tmp_path)]) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert [one.weight for one in fonts.read(tmp_path).faces] == ["400", "700"]
    assert cli.main(["fonts", *map(str, files), "--to", str(tmp_path)]) == 1
    assert "同じ太さ（700）です" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_cut_anew_leaves_nothing_of_before_and_what_is_not_ours(place: Path, tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_text("書体の控え", encoding="utf-8")
    for characters in (KANA, KANA + "え"):
        assert cli.main(["fonts", str(lettering.font(place / "d.ttf", characters)), "--to", str(tmp_path)]) == 0
    (face,) = fonts.read(tmp_path).faces
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([face.file, "fonts.json", "memo.txt"])


@pytest.mark.parametrize(
    ("characters", "permits", "sentence"),
    [
        (KANA, 0x0002, "作者が禁じています"),
        (KANA, 0x0100, "作者が禁じています"),
        ("abc", 0, "かなの文字がありません"),
    ],
)
def test_a_font_that_must_not_be_cut_or_has_no_kana_is_not(
    capsys: Any, tmp_path: Path, characters: str, permits: int, sentence: str
) -> None:
    file = lettering.font(tmp_path / "e.ttf", characters, permits=permits)
    assert cli.main(["fonts", str(file), "--to", str(tmp_path / "cut")]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "cut").exists()


def test_what_is_no_font_or_nowhere_is_told_in_one_sentence(capsys: Any, tmp_path: Path) -> None:
    (tmp_path / "f.ttf").write_bytes(b"no font")
    for name, sentence in (("f.ttf", "（ttf・otf・ttc）として読めません"), ("g.ttf", "読めません（No such file")):
        assert cli.main(["fonts", str(tmp_path / name), "--to", str(tmp_path / "cut")]) == 1
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "cut").exists()


FOREIGN = '{"name": "", "faces": [{"file": "../x", "weight": "400", "range": "U+41"}]}'


@pytest.mark.parametrize("spoil", ["", "{}", FOREIGN])
def test_a_list_that_is_not_ours_serves_nothing(tmp_path: Path, spoil: str) -> None:
    (tmp_path / "fonts.json").write_text(spoil, encoding="utf-8")
    with pytest.raises(Stopped, match="renkei fonts で"):
        fonts.read(tmp_path)


def test_a_slice_that_is_missing_is_told_before_anything_is_served(place: Path, tmp_path: Path) -> None:
    assert cli.main(["fonts", str(lettering.font(place / "h.ttf", KANA)), "--to", str(tmp_path)]) == 0
    (face,) = fonts.read(tmp_path).faces
    (tmp_path / face.file).unlink()
    with pytest.raises(Stopped, match=face.file):
        fonts.read(tmp_path)


def test_a_demonstration_brings_along_what_was_cut_for_it(place: Path) -> None:
    assert Place(place).fonts == fonts.NONE
    assert cli.main(["fonts", str(lettering.font(place / "i.ttf", KANA)), "--to", str(place / "fonts")]) == 0
    assert Place(place).fonts == fonts.read(place / "fonts") != fonts.NONE


def asked(run: Any, brought: Fonts, path: str, **headers: str) -> httpx.Response:
    async def story() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=pages.routes(brought)))
        async with httpx.AsyncClient(transport=transport, base_url="https://renkei.example") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    answered: httpx.Response = run(story())
    return answered


def test_a_slice_is_fetched_once_and_kept(run: Any, brought: Fonts) -> None:
    face = brought.faces[0]
    answer = asked(run, brought, f"/pages/fonts/{face.file}")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "font/woff2", face.content)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asked(run, brought, "/pages/fonts/fonts.json").status_code == 404
    assert asked(run, fonts.NONE, f"/pages/fonts/{face.file}").status_code == 404


def test_the_style_is_packed_and_not_sent_again_to_who_has_it(run: Any, brought: Fonts) -> None:
    packed, plain = (asked(run, brought, "/pages/page.css", accept_encoding=how) for how in ("gzip", "identity"))
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", plain.text)
    assert "content-encoding" not in plain.headers
    again = asked(run, brought, "/pages/page.css", if_none_match=packed.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert asked(run, fonts.NONE, "/pages/page.css", if_none_match=packed.headers["etag"]).status_code == 200


def test_without_a_font_the_style_names_no_file(run: Any) -> None:
    assert asked(run, fonts.NONE, "/pages/page.css").text == pages.STYLE


def test_the_style_names_our_own_files_only_and_waits_for_none(brought: Fonts) -> None:
    rules = brought.style.splitlines()
    assert len(rules) == len(brought.faces)
    assert all("font-display:swap" in rule for rule in rules)
    assert re.findall(r"url\((.*?)\)", brought.style) == [f"fonts/{one.file}" for one in brought.faces]
    assert f'"{fonts.FAMILY}"' in pages.TOKENS["type"]["sans"].partition(",")[0]


def test_the_list_says_whose_font_it_is(place: Path, brought: Fonts) -> None:
    assert brought.name == "Test Gothic"
    assert json.loads((place / "cut" / "fonts.json").read_text(encoding="utf-8"))["name"] == "Test Gothic"


FIRST, MORE = 45_000, 35_000
"""Bytes of the first slice of a weight and of any other: fourteen of them (test_own_page_driven) are below 510 kB, of
which the page of somebody who is asked to dates takes half."""


@pytest.mark.judged_by("BIZ UDPGothic")
def test_the_slices_of_a_real_font_are_light(full: bool) -> None:
    """What the pages say most; `--full` cuts the whole font."""
    source = Source(FONT)
    if not full:
        source.characters = sorted(set(chain(*sliced(source.characters)[:2])))
    first, *more = [len(face.content) for face in source.cut()]
    assert 0 < first <= FIRST
    assert 0 < max(more) <= MORE
    assert source.forms > 10_000


PLAIN, TYPED, NOT_IN_IT = "葛", "葛\U000e0100", "𠮟"
WIDTH = "return document.querySelector(arguments[0]).getBoundingClientRect().width"


@pytest.mark.judged_by("Chromium")
def test_a_browser_draws_a_name_as_it_was_typed_and_what_the_font_has_not_in_one_of_its_own() -> None:
    names = {"plain": PLAIN, "typed": TYPED, "other": NOT_IN_IT, "bold": f"<b>{PLAIN}</b>"}

    async def show(_: Request) -> Response:
        return pages.page("お名前", "".join(f'<p><span id="{id}">{name}</span></p>' for id, name in names.items()))

    routes = [Route("/", show), *pages.routes(lettering.brought())]
    with served(lambda _: Starlette(routes=routes)) as address, browser() as window:
        window.open(address)
        window.wait_for("return document.fonts.status === 'loaded'")
        drawn = {id: window.fonts(f"#{id}") for id in names}
        wide, narrow = window.run(WIDTH, "#plain"), window.run(WIDTH, "#typed")
        complaints = [one for one in window.complaints() if "favicon" not in one]
    assert {id for id, found in drawn.items() if found == {("Test Gothic", True)}} == {"plain", "typed", "bold"}
    assert ("Test Gothic", True) not in drawn["other"]
    assert wide == pytest.approx(2 * narrow)
    assert complaints == []


def test_without_a_file_a_known_font_of_the_system_is_taken_and_named(
    place: Path, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, other = place / "nowhere.ttf", (place / "unknown.ttf",)
    monkeypatch.setattr("api.commands.fonts.KNOWN", (other, (source, missing)))
    assert cli.main(["fonts", "--to", str(place / "found")]) == 0
    assert f"使う字体: {source}\n" in capsys.readouterr().out
    assert fonts.read(place / "found").faces


def test_a_machine_without_a_known_font_says_how_to_get_one_and_writes_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.commands.fonts.KNOWN", ((place / "nowhere.ttf",),))
    assert cli.main(["fonts", "--to", str(place / "none")]) == 1
    assert "apt install fonts-morisawa-bizud-gothic" in capsys.readouterr().err
    assert not (place / "none").exists()


def test_without_the_parts_that_cut_the_line_is_told_that_installs_them_and_nothing_is_written(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("api.arguments.find_spec", lambda name: None if name == "brotli" else name)
    assert cli.main(["fonts", "--to", str(place / "none")]) == 1
    assert capsys.readouterr().err.endswith(f"{EXTRA.format('fonts')}\n")
    assert not (place / "none").exists()
