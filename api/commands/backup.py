"""Everything in one file: `renkei backup FILE`, each night and before every update."""

from __future__ import annotations

import argparse
from pathlib import Path

from api import backups, settings
from api.database import at_hand

KEPT_APART = "RENKEI_SECRET_KEY は入っていません。別の場所に控えてください。"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="書き出すファイル（すでにあれば置き換える）")


def run(options: argparse.Namespace) -> int:
    with at_hand(settings.read()) as url:
        size = backups.write(url, options.file)
    print(f"{options.file}（{size / 1_000_000:,.1f} MB）。{KEPT_APART}")
    return 0
