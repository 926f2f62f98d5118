"""Cut a font into slices that the pages bring along, so that nothing is fetched from elsewhere and little from here."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from api import fonts
from api.arguments import must_be_installed
from api.errors import Stopped
from api.fonts import Face, Fonts

if TYPE_CHECKING:
    from api.fonts.cutting import Source

BIZ_UD = Path("/usr/share/fonts/truetype/bizud-gothic")
NOTO = Path("/usr/share/fonts/opentype/noto")
KNOWN = (
    (BIZ_UD / "BIZUDPGothic-Regular.ttf", BIZ_UD / "BIZUDPGothic-Bold.ttf"),
    (NOTO / "NotoSansCJK-Regular.ttc", NOTO / "NotoSansCJK-Bold.ttc"),
)
"""Where Debian and Ubuntu put fonts that their authors let be cut and embedded (SIL OFL 1.1), the lightest first. Those
that come with macOS and Windows may not be, and are not looked for."""

NOWHERE = (
    "この機械に、使ってよいと分かっている字体がありません。apt install fonts-morisawa-bizud-gothic で入れるか、"
    "字体のファイルを指定してください。"
)
TOGETHER = "{first} と {second} は同じ太さ（{weight}）です。太さの違うファイルを一つずつ指定してください。"


def arguments(parser: argparse.ArgumentParser) -> None:
    files = "字体のファイル（ttf・otf・ttc）。標準と太字の二つを指定すると、見出しも本物の太字になる"
    files += "。なければ、Debian・Ubuntu が置く BIZ UDPゴシックか Noto Sans CJK"
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help=files)
    to = "書き出す場所。serve には RENKEI_FONTS で教える（demo は var/fonts にあれば使う）"
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help=to)


def run(options: argparse.Namespace) -> int:
    must_be_installed("renkei fonts", "fonts", "fontTools", "brotli")
    from api.fonts.cutting import Source

    sources = [Source(path) for path in options.files or _at_hand()]
    _must_differ(sources)
    cut = Fonts(sources[0].name, tuple(_cut(sources)))
    try:
        fonts.write(options.to, cut)
    except OSError as error:
        raise Stopped(
            f"{options.to} に書き込めません（{error.strerror}）。--to で書ける場所を指定してください。"
        ) from error
    size = sum(len(one.content) for one in cut.faces)
    print(f"{options.to}: {len(cut.faces)}個、あわせて {size / 1e6:.1f} MB。ページは要るものだけを取りに来ます。")
    print(f"RENKEI_FONTS={options.to.resolve()} を設定し、serve を始め直してください。")
    return 0


def _at_hand() -> list[Path]:
    """The first known font of the machine; of a weight that is missing there is none. Raises Stopped without any."""
    found = next((there for weights in KNOWN if (there := [path for path in weights if path.is_file()])), [])
    if not found:
        raise Stopped(NOWHERE)
    print(f"使う字体: {'、'.join(map(str, found))}")
    return found


def _must_differ(sources: list[Source]) -> None:
    """Two of one weight would each stand in the other's way."""
    known: dict[str, Path] = {}
    for one in sources:
        if first := known.get(one.weight):
            raise Stopped(TOGETHER.format(first=first, second=one.path, weight=one.weight))
        known[one.weight] = one.path


def _cut(sources: list[Source]) -> Iterator[Face]:
    """The slices of all files, those of the same characters beside each other: so the style sheet packs best."""
    from rich.progress import track

    cut = []
    for one in sources:
        holds = f"太さ {one.weight}、{len(one.characters):,}字、異体字 {one.forms:,}"
        print(f"{one.name}（{holds}）")
        if one.licence:
            print(f"  使用条件: {one.licence}")
        cut.append(list(track(one.cut(), "分けています…", total=len(one.slices))))
    for row in zip_longest(*cut):
        yield from filter(None, row)
