"""Everything in one file: `renkei backup FILE`, or `renkei backup DIR --keep N` each night."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from api import backups, settings
from api.arguments import between
from api.commands import erased
from api.database import at_hand
from api.errors import Stopped
from domain.actor import TOKYO

KEPT_APART = "RENKEI_SECRET_KEY は入っていません。別の場所に控えてください。"
NAME = "renkei-{:%Y%m%d-%H%M%S}"
BACKUP, ERASED = ".dump", ".erased.json"
ONE_FILE = f"一つのファイルに書くなら、名前の終わりを {BACKUP} にしてください。"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE|DIR",
        help="書き出すファイル（.dump）。すでにある場所を指定すると、日時を名前にして、消去した人の控えも添える",
    )  # fmt: skip
    parser.add_argument("--keep", type=between(1, 10_000), metavar="N", help="その場所に新しいほうから N 回分だけ残す")


def run(options: argparse.Namespace) -> int:
    given, is_place = settings.read(), options.file.is_dir()
    if not is_place and (options.keep or options.file.suffix != BACKUP):
        raise Stopped(_no_place(options.file) + ("" if options.keep else ONE_FILE))
    secret = given.needed_secret() if is_place else ""
    file = options.file / f"{NAME.format(datetime.now(UTC).astimezone(TOKYO))}{BACKUP}" if is_place else options.file
    with at_hand(given) as url:
        size = backups.write(url, file, is_new=is_place)
        if is_place:
            erased.write(url, secret, file.with_suffix(ERASED))
    for old in _too_old(options.file, options.keep) if options.keep else ():
        old.with_suffix(ERASED).unlink(missing_ok=True)
        old.unlink()
    print(f"{file}（{size / 1_000_000:,.1f} MB）。{KEPT_APART}")
    return 0


def _no_place(path: Path) -> str:
    if path.exists():
        return f"{path} は場所 (ディレクトリ) ではなくファイルです。どけるか、別の場所を指定してください。"
    return f"{path} という場所はありません。mkdir -m 0700 {path} で先に作ってください。"


def _too_old(place: Path, keep: int) -> list[Path]:
    """The backups that were written here before the newest ones: their names are their instants."""
    return sorted(place.glob(f"renkei-????????-??????{BACKUP}"))[:-keep]
