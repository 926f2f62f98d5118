"""A font file, cut into slices (WOFF2) of which a browser fetches only those that a page needs.

What our own texts say often stands together and first, so a page takes a few slices; what they never say follows in
the order of Unicode. Variation sequences go with their base character, so a name keeps the form in which it was typed.
Needs the packages of `renkei[fonts]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError

from api.errors import Stopped
from api.fonts import Face

ROOMS = ("api", "domain", "exports", "jobs", "seed")
TEXTS = (".py", ".html", ".txt")
LETTERS = (*range(0x20, 0x7F), *range(0x3000, 0x3100))
"""ASCII, the punctuation of Japanese and kana: no page is without."""

SELECTORS = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
"""By one of these a text asks for a form of the character before it (UTS #37)."""

SIZE = 128
"""Characters of a slice, some 20 kB: with fewer a page asks more often, with more it gets what it does not show."""

GAP = 16
"""So many characters that the font does not have may stand in a range, to keep the style short."""

FORBIDDEN = 0x0002 | 0x0100 | 0x0200
"""Of fsType (OpenType, OS/2): not to be embedded, not to be cut, bitmaps only."""

WOFF2 = "woff2"
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]
"""What lines that run from left to right are shaped by; the upright forms of columns are nobody's here."""

UNUSED = ("DSIG", "VORG", "meta", "vhea", "vmtx")
SAID = [0, 1, 2, 13, 14]
"""Of the names: whose it is, what it is called, and under which licence it is; that goes with each copy."""


KANA = ord("あ")
BY_SELECTOR = 14
"""The format of the subtable of cmap that says which form a selector asks for."""


class Source:
    """One file. Raises Stopped where it is no font, none of Japanese, or one that may not be cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.content = path.read_bytes()
            self.font = _opened(self.content)
            self.characters = sorted(set(self.font.getBestCmap() or ()) - SELECTORS)
        except OSError as error:
            raise Stopped(f"{path} を読めません（{error.strerror}）。字体のファイルを指定してください。") from error
        except (TTLibError, KeyError) as error:
            raise Stopped(f"{path} は字体のファイル（ttf・otf・ttc）として読めません。") from error
        if KANA not in self.characters:
            raise Stopped(f"{path} には、かなの文字がありません。日本語の字体を選んでください。")
        if self.font["OS/2"].fsType & FORBIDDEN:
            raise Stopped(f"{path} は、分割やウェブでの利用を作者が禁じています。ほかの字体を選んでください。")

    @property
    def name(self) -> str:
        return str(self.font["name"].getBestFamilyName() or self.path.name)

    @property
    def licence(self) -> str:
        """What the font itself says of what may be done with it."""
        return str(self.font["name"].getDebugName(13) or "")

    @property
    def weight(self) -> str:
        """As CSS writes it: one, or from the lightest to the boldest of a variable font."""
        axes = self.font["fvar"].axes if "fvar" in self.font else []
        for axis in axes:
            if axis.axisTag == "wght":
                return f"{axis.minValue:.0f} {axis.maxValue:.0f}"
        return str(self.font["OS/2"].usWeightClass)

    @property
    def forms(self) -> int:
        """How many variation sequences it knows; of any other a browser draws the base character."""
        tables = [one.uvsDict for one in self.font["cmap"].tables if one.format == BY_SELECTOR]
        return sum(len(pairs) for forms in tables for pairs in forms.values())

    @property
    def slices(self) -> list[list[int]]:
        return sliced(self.characters)

    def cut(self) -> Iterator[Face]:
        """The slices, those that a page needs most first."""
        for points, content in zip(self.slices, _cut(_opened(self.content), self.slices), strict=True):
            name = f"{sha256(content).hexdigest()[:16]}.woff2"
            yield Face(name, self.weight, ranges(points, self.characters), content)


def sliced(characters: Sequence[int]) -> list[list[int]]:
    """The characters of a font, in slices."""
    rest = set(characters) - set(LETTERS)
    said = [one for one in often() if one in rest]
    never = sorted(rest - set(said))
    letters = sorted(set(characters) - rest)
    ordered = [*said, *never]
    more = [ordered[at : at + SIZE] for at in range(SIZE, len(ordered), SIZE)]
    return [letters + ordered[:SIZE], *more]


@cache
def often() -> list[int]:
    """What is not ASCII in the texts of the program and of its invented prefecture, the commonest first."""
    here = Path(__file__).parents[2]
    files = (path for room in ROOMS for path in sorted((here / room).rglob("*")) if path.suffix in TEXTS)
    counted = Counter(one for path in files for one in path.read_text(encoding="utf-8") if not one.isascii())
    return [ord(one) for one, _ in counted.most_common()]


def ranges(points: Iterable[int], characters: Sequence[int]) -> str:
    """These of a font's characters as a unicode-range (CSS Fonts 4, §4.5)."""
    place = {point: at for at, point in enumerate(characters)}
    runs: list[list[int]] = []
    for point in sorted(points):
        if runs and place[point] == place[runs[-1][1]] + 1 and point - runs[-1][1] <= GAP:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return ",".join(f"U+{first:02X}" if first == last else f"U+{first:02X}-{last:02X}" for first, last in runs)


def _cut(font: TTFont, slices: Sequence[Sequence[int]]) -> Iterator[bytes]:
    """Each slice as a file. Halved until it is one, for the time that a cut takes grows with what it is taken from."""
    points = {point for one in slices for point in one}
    if len(slices) == 1:
        yield _saved(_only(font, points), WOFF2)
        return
    whole, middle = _saved(_only(font, points)), len(slices) // 2
    for half in (slices[:middle], slices[middle:]):
        yield from _cut(_opened(whole), half)


def _opened(content: bytes) -> TTFont:
    """Of a collection the first. What is not looked at is not taken apart, which is what makes a cut quick, and no
    hour is written in: the same font gives the same slices."""
    return TTFont(BytesIO(content), fontNumber=0, lazy=True, recalcBBoxes=False, recalcTimestamp=False)


def _only(font: TTFont, points: Set[int]) -> TTFont:
    """Forms by a selector are kept by naming it, and go with their base. Hints would make a slice a third larger, and
    subroutines are what Brotli finds better by itself."""
    options = Options(hinting=False, desubroutinize=True, layout_features=FEATURES, name_IDs=SAID)
    options.drop_tables += UNUSED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points | SELECTORS)
    subsetter.subset(font)
    return font


def _saved(font: TTFont, flavor: str | None = None) -> bytes:
    font.flavor = flavor
    written = BytesIO()
    font.save(written, reorderTables=None)
    return written.getvalue()
