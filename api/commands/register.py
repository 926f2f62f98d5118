"""個人情報登録簿: which personal data this program holds, what for and for how long; needs no database."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from api.errors import Stopped, write_file
from exports.files import Format
from exports.register import register_file, register_text

FORMATS = {".csv": Format.CSV, ".xlsx": Format.XLSX}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="書き出し先 (.csv か .xlsx。省略すると画面に表示)")


def run(options: argparse.Namespace) -> int:
    if options.out is None:
        print(register_text())
        return 0
    format = FORMATS.get(options.out.suffix.lower())
    if format is None:
        raise Stopped(
            f"{options.out} の形式で書き出せません。--out には .csv か .xlsx で終わる名前を指定してください。"
        )
    write_file(options.out, register_file(format, datetime.now(UTC)).content, "--out", is_personal=False)
    print(options.out)
    return 0
