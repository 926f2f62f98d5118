"""The font that the pages bring along, in slices of which a browser fetches those that it needs.

`renkei fonts` cuts it once; here the slices are read when the program starts, as all of a page is. Where none was cut
a page is shown in a font of the device. Nothing here needs a package that knows fonts.
"""

from __future__ import annotations

import json
import re
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from api.errors import Stopped
from domain.values import dataclass

FAMILY = "Renkei"
"""As the pages' style calls it (`api/pages/tokens.toml`), whatever its own name is."""

LIST = "fonts.json"
FORMS = {
    "file": re.compile(r"[0-9a-f]{16}\.woff2"),
    "weight": re.compile(r"\d{1,4}( \d{1,4})?"),
    "range": re.compile(r"U\+[0-9A-F]{2,6}(-[0-9A-F]{2,6})?(,U\+[0-9A-F]{2,6}(-[0-9A-F]{2,6})?)*"),
}
"""Of what the list names nothing else gets into a style sheet or an address."""

FACE = (
    "@font-face{{font-family:{family};font-weight:{weight};font-display:swap;"
    'src:url(fonts/{file}) format("woff2");unicode-range:{range}}}'
)


@dataclass(frozen=True)
class Face:
    """One slice: its file is named by the digest of its bytes, `range` are its characters as CSS writes them."""

    file: str
    weight: str
    range: str
    content: bytes = field(repr=False, default=b"")


class Fonts(NamedTuple):
    """`name` is the font's own, for people."""

    name: str = ""
    faces: tuple[Face, ...] = ()

    @property
    def style(self) -> str:
        """The rules by which a browser finds the slice of a character, relative to the style sheet of the pages."""
        return "\n".join(
            FACE.format(family=FAMILY, weight=one.weight, file=one.file, range=one.range) for one in self.faces
        )

    @property
    def files(self) -> dict[str, bytes]:
        return {one.file: one.content for one in self.faces}


NONE = Fonts()


def read(directory: Path) -> Fonts:
    """What `renkei fonts` has written there. Raises Stopped where it is not, or not whole."""
    try:
        known = json.loads((directory / LIST).read_text(encoding="utf-8"))
        return Fonts(str(known["name"]), tuple(_face(directory, one) for one in known["faces"]))
    except OSError as error:
        raise _spoilt(directory, f"{error.strerror}: {Path(error.filename).name}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise _spoilt(directory, f"{LIST} の内容") from error


def _face(directory: Path, said: dict[str, str]) -> Face:
    if not all(form.fullmatch(said[name]) for name, form in FORMS.items()):
        raise ValueError(said)
    return Face(**{name: said[name] for name in FORMS}, content=(directory / said["file"]).read_bytes())


def _spoilt(directory: Path, why: str) -> Stopped:
    return Stopped(f"{directory} の字体を使えません（{why}）。renkei fonts で {directory} に作り直してください。")


def write(directory: Path, fonts: Fonts) -> None:
    """The slices, and last the list that names them; what an earlier list named and this does not is deleted.

    Raises OSError. A program that runs has read its own slices, and goes on with them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    before = _named(directory)
    for name, content in fonts.files.items():
        (directory / name).write_bytes(content)
    known = {"name": fonts.name, "faces": [{name: getattr(one, name) for name in FORMS} for one in fonts.faces]}
    unfinished = directory / f".{LIST}.tmp"
    unfinished.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(directory / LIST)
    for name in before - set(fonts.files):
        (directory / name).unlink(missing_ok=True)


def _named(directory: Path) -> set[str]:
    try:
        return set(read(directory).files)
    except Stopped:
        return set()
