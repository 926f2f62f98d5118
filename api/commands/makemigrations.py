"""For developers: write down what the models changed, as a migration to be reviewed like any other code."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from api.errors import Stopped
from domain import migrating

RELEASED = Path(__file__).parents[2] / "tests" / "released"


def arguments(parser: argparse.ArgumentParser) -> None:
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("name", nargs="?", metavar="NAME", help="変更の名前（例: add_wifi_spots）")
    wanted.add_argument("--fresh", action="store_true", help="0001_initial を書き直す（最初の公開まで）")


def run(options: argparse.Namespace) -> int:
    if options.fresh and any(RELEASED.glob("*.dump")):
        raise Stopped("公開した後は 0001_initial を書き直せません。renkei makemigrations NAME で続けてください。")
    work = migrating.make_first_migration() if options.fresh else migrating.make_migration(options.name)
    for path in asyncio.run(work):
        print(path)
    return 0
