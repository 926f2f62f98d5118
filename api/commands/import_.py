"""Rosters as offices keep them, taken in whole or not at all; with a report, line by line, of what is wrong.

Whoever works at the machine acts for an officer (`--as`, a number or a name; else the first administrator). The
dry run goes the same way up to the writing. What it prints of people who are known, the values before, leaves a look.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api import settings
from api.database import at_hand
from api.errors import Stopped, write_file
from api.intake import KINDS, Table, changes_report, parse, read_table, report, template, template_csv
from api.intake.kind import Intake, Kind
from api.intake.lines import lines, placed
from domain import database, installation, looks, rosters
from domain.actor import Role
from domain.rosters import Rejected, Taken

TakeIn = Callable[..., Awaitable[Taken]]
VERBS: dict[str, tuple[Role, TakeIn]] = {
    "units": (Role.ADMIN, rosters.take_in_units),
    "officers": (Role.ADMIN, rosters.take_in_officers),
    "organizations": (Role.HQ_LIAISON, rosters.take_in_organizations),
    "agreements": (Role.HQ_LIAISON, rosters.take_in_agreements),
    "commitments": (Role.HQ_LIAISON, rosters.take_in_commitments),
    "contacts": (Role.HQ_LIAISON, rosters.take_in_contacts),
    "volunteers": (Role.HQ_LIAISON, rosters.take_in_volunteers),
    "schools": (Role.HQ_LIAISON, rosters.take_in_schools),
    "encounters": (Role.HQ_LIAISON, rosters.take_in_encounters),
    "councils": (Role.HQ_LIAISON, rosters.take_in_councils),
    "council-meetings": (Role.HQ_LIAISON, rosters.take_in_meetings),
    "council-members": (Role.HQ_LIAISON, rosters.take_in_council_members),
    "outreach": (Role.HQ_LIAISON, rosters.take_in_outreach),
    "wifi-spots": (Role.HQ_LIAISON, rosters.take_in_wifi_spots),
}


TEMPLATES: dict[str, Callable[[Kind[Any]], bytes]] = {".xlsx": template, ".csv": template_csv}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=sorted(VERBS), help="名簿の種類")
    parser.add_argument("file", nargs="?", type=Path, help="名簿のファイル (.xlsx, .csv)")
    parser.add_argument("--as", dest="who", metavar="PERSON", help="取り込む職員の番号か氏名 (既定は最初の管理者)")
    parser.add_argument("--dry-run", action="store_true", help="確かめるだけで、何も取り込まない")
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE",
        help="記入する名簿のひな形を書く (.xlsx, .csv)。記入例の行は読み飛ばす",
    )
    parser.add_argument("--force", action="store_true", help="--template で、すでにあるファイルに上書きする")


def run(options: argparse.Namespace) -> int:
    kind = KINDS[options.kind]
    if options.template:
        _write_template(kind, options.template, options.force)
        return 0
    if options.file is None:
        raise Stopped("名簿のファイルを指定してください。ひな形は --template FILE で作れます。")
    return _import(kind, options)


def _write_template(kind: Kind[Any], path: Path, force: bool) -> None:
    """As a workbook or as text, by its ending; what is there already may be somebody's filled-in roster."""
    if path.suffix.lower() not in TEMPLATES:
        raise Stopped(f"{path}: ひな形は {'、'.join(TEMPLATES)} のどちらかの名前で書き出してください。")
    if path.exists() and not force:
        raise Stopped(f"{path} はすでにあります。別の名前にするか、上書きするなら --force を付けてください。")
    write_file(path, TEMPLATES[path.suffix.lower()](kind), "--template", is_personal=False)
    print(f"{path} に{kind.label}のひな形を書きました。")


def _import(kind: Kind[Any], options: argparse.Namespace) -> int:
    table = read_table(options.file, options.file.name)
    intake, said = parse(kind, table), ""
    if intake.torn or not intake.is_refused:
        try:
            with at_hand(settings.read()) as url:
                said = _said(kind, table, asyncio.run(_take_in(url, kind, intake, options)), options.dry_run)
        except Rejected as rejected:
            intake = intake._replace(problems=[*intake.problems, *placed(kind, table, rejected.problems)])
    out = sys.stderr if intake.is_refused else sys.stdout
    print(report(kind, options.file.name, intake), said, sep="", file=out)
    return int(intake.is_refused)


def _said(kind: Kind[Any], table: Table, taken: Taken, dry_run: bool) -> str:
    changes = changes_report(kind, table, taken.changes)
    did = "取り込むと" if dry_run else "取り込みました:"
    return f"{changes}{did} 新規{taken.created}件、変更{taken.changed}件、変わりなし{taken.unchanged}件。"


async def _take_in(url: str, kind: Kind[Any], intake: Intake[Any], options: argparse.Namespace) -> Taken:
    role, verb = VERBS[kind.name]
    async with database.opened(url):
        actor = await installation.at_the_keyboard(datetime.now(UTC), role, options.who)
        taken = await verb(actor, lines(kind, intake), dry_run=options.dry_run)
        shown = [(change.column, change.row) for change in taken.changes]
        await looks.tell(actor.now, actor, f"import {kind.name}{' --dry-run' * options.dry_run}", shown)
        return taken
