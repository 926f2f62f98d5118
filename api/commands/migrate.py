"""Bring the database up to date; a second run, or a second process at the same time, finds nothing to do."""

from __future__ import annotations

import argparse
import asyncio

from api import settings
from api.database import in_any_state
from domain import migrating


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="行うことを表示するだけで、何も変えない")


def run(options: argparse.Namespace) -> int:
    with in_any_state(settings.read()) as url:
        steps = asyncio.run(migrating.unapplied(url) if options.dry_run else migrating.migrate(url))
    for step in steps:
        print(step)
    print("未適用です。" if steps and options.dry_run else "データベースは最新です。")
    return 0
