"""Fonts that are made for a test: every character a box, and one of them in a second, narrow form."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from api.fonts import Face, Fonts
from api.fonts.cutting import LETTERS, often, ranges, sliced

EM = 1000
SECOND = ("葛", 0xE0100)
"""What is in a font in two forms, and the selector of the second (as in 葛󠄀城)."""

OFL = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
WEIGHTS = (400, 700)


def font(path: Path, characters: Iterable[str], weight: int = 400, permits: int = 0) -> Path:
    """A file of these characters. `permits` is its fsType (OpenType, OS/2), 0 is everything."""
    path.write_bytes(built(characters, weight, permits))
    return path


def built(characters: Iterable[str], weight: int = 400, permits: int = 0) -> bytes:
    points = {ord(one): f"u{ord(one):04X}" for one in characters}
    base, selector = SECOND
    names = [".notdef", *points.values(), "second"]
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(points, uvs=[(ord(base), selector, "second")] if ord(base) in points else [])
    builder.setupGlyf({name: _box() for name in names})
    builder.setupHorizontalMetrics({name: (EM // 2 if name == "second" else EM, 0) for name in names})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Test Gothic", "styleName": "Regular", "licenseDescription": OFL})
    builder.setupOS2(usWeightClass=weight, fsType=permits, sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    written = BytesIO()
    builder.font.save(written)
    return written.getvalue()


@cache
def _box() -> object:
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (EM - 100, 700), (EM - 100, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


@cache
def brought() -> Fonts:
    """Two weights in slices as `renkei fonts` makes them of what our texts say; each slice holds the whole font."""
    characters = sorted({*LETTERS, *often(), ord(SECOND[0])})
    content = built(map(chr, characters))
    faces = (
        Face(f"{number:08x}{weight:08x}.woff2", str(weight), ranges(points, characters), content)
        for number, points in enumerate(sliced(characters))
        for weight in WEIGHTS
    )
    return Fonts("Test Gothic", tuple(faces))
