"""The command line: finds the command, tells what went wrong in one sentence, and leaves nothing running.

Only the command that was asked for is imported. What people did wrong ends with exit code 1 and a Japanese
sentence on stderr, a wrong use of the command line with 2; only a bug shows a traceback.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import select
import signal
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from api.errors import Stopped
from api.settling import settling
from domain import running
from domain.errors import Refused

COMMANDS = {
    "demo": "架空の県で試す: データを作り、ウェブと仕事を一つで動かす",
    "init": "最初の設置: 県・本部・最初の管理者を作る",
    "import": "名簿を取り込む（所属・職員・団体・担当者・学校など）",
    "jobs": "決まった時刻の仕事（手紙の発送・前日の案内・満了の知らせ）を続ける",
    "export": "統計などをファイルに書き出す",
    "letters": "まだ出ていない手紙と、送れなかった理由を見る",
    "account": "アカウントを作る・一覧・ログインのリンクを出す・止める",
    "token": "アクセストークンを発行・一覧・取消する",  # nosec B105 # a command of that name
    "journal": "変更履歴が封のとおりかを確かめる・ログの処理番号からたどる",
    "affected": "ある期間に、誰の個人情報が見られたかを数える",
    "disclose": "ある人について記録しているものを、すべて一つのファイルに書き出す（開示請求）",
    "erased": "消去した人の控えを書き出す・バックアップを戻した後でもう一度消去する",
    "backup": "すべてを一つのファイルに控える",
    "restore": "控えたファイルから、空のデータベースに戻す",
    "register": "個人情報登録簿を表示する・書き出す",
    "serve": "ウェブの窓口を開く",
    "fonts": "ページの字体を、自分のサーバーから配れるように分割して書き出す",
    "units": "systemd・nginx・設定のファイルを書き出す",
    "migrate": "データベースを最新の形にする",
}
FOR_DEVELOPERS = {
    "check": "すべての検査を順に行う",
    "bench": "速さとメモリーを、同じ回の天井との比で測る",
    "schema": "GraphQLスキーマ (SDL) を表示する",
    "wheelhouse": "ネットワークのない機械に入れるための部品を、検査値の一覧とともに集める",
    "makemigrations": "モデルの変更からマイグレーションを書く",
    "permissions": "権限の表を書き直す",
}
SENTENCES = (
    (r"the following arguments are required: (.+)", r"\1 を指定してください"),
    (r"unrecognized arguments: (.+)", r"\1 という引数はありません"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"\1 に \2 は使えません（\3 のどれか）"),
    (r"argument (.+): expected .*arguments?", r"\1 には値が必要です"),
    (r"argument (.+): invalid \w+ value: (.+)", r"\1 に \2 は使えません"),
    (r"argument ([^:]+): (「.*」は使えません。.+)", r"\1 の\2"),
    (r"argument (.+): not allowed with argument (.+)", r"\1 と \2 は一緒に使えません"),
    (r"one of the arguments (.+) is required", r"\1 のどれかを指定してください"),
)


OF_THE_MACHINE = {
    errno.EACCES: "使うことが許されていません。使える場所を指定するか、許されている利用者で実行してください",
    errno.EPERM: "使うことが許されていません。使える場所を指定するか、許されている利用者で実行してください",
    errno.ENOSPC: "書き込む空きがありません。空けるか、別の場所を指定してください",
    errno.EDQUOT: "書き込める量を超えました。空けるか、別の場所を指定してください",
    errno.EROFS: "読むことしかできない場所です。書ける場所を指定してください",
    errno.ENOTDIR: "途中の名前がディレクトリではありません。場所を確かめてください",
    errno.ENAMETOOLONG: "名前が長すぎます。短い名前を指定してください",
}
"""What the machine does not let a command do, wherever it meets with it, is no bug of ours."""


class Formatter(argparse.HelpFormatter):
    """Never breaks a name at its hyphen."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Japanese to people; names of commands and options stay English."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given | {"add_help": False, "formatter_class": Formatter})
        self._positionals.title = "引数"
        self._optionals.title = "オプション"
        self.add_argument("-h", "--help", action="help", help="この説明を表示する")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "使い方: ", 1)

    def error(self, message: str) -> NoReturn:
        for pattern, sentence in SENTENCES:
            message = re.sub(f"^{pattern}$", sentence, message)
        self.exit(2, f"{self.prog}: {message}。{self.prog} --help で使い方を表示します。\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
    try:
        return _heard(sys.argv[1:] if arguments is None else arguments)
    except (Refused, Stopped) as error:
        print(f"renkei: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        print(
            f"renkei: {error.filename or '書き込み先'}: {OF_THE_MACHINE[error.errno]}（{error.strerror}）。",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _heard(arguments: Sequence[str]) -> int:
    """Run it to the end of what it says; whoever listens no longer (`renkei letters | head`) ends it without a word.
    What could not be said is not tried again as the process ends."""
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except OSError as error:
        is_broken = isinstance(error, BrokenPipeError)
        if is_broken and not _nobody_reads():
            raise
        if is_broken or error.errno == errno.ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not is_broken:
            raise
        return 141


def _nobody_reads() -> bool:
    listening = select.poll()
    listening.register(sys.stdout, 0)  # tells by itself
    return bool(listening.poll(0))


def _run(arguments: Sequence[str]) -> int:
    first, *rest = arguments or ["--help"]
    if first not in COMMANDS | FOR_DEVELOPERS:
        return _introduce(first)
    with settling():
        command = import_module(f"api.commands.{first.replace('import', 'import_')}")
    parser = Parser(prog=f"renkei {first}", description=f"{(COMMANDS | FOR_DEVELOPERS)[first]} ({first})。")
    command.arguments(parser)
    with running.begun(first):
        code: int = command.run(parser.parse_args(rest))
    return code


def _introduce(first: str) -> int:
    parser = Parser(prog="renkei", description="連携 (Renkei)。", usage="renkei COMMAND [...]")
    groups = {"コマンド (COMMAND; renkei COMMAND --help で詳しい説明)": COMMANDS, "開発用": FOR_DEVELOPERS}
    for title, commands in groups.items():
        group = parser.add_argument_group(title)
        for name, help_text in commands.items():
            group.add_argument(name, nargs="?", help=help_text)
    if first not in {"-h", "--help"}:
        parser.error(f"{first} というコマンドはありません")
    parser.print_help()
    return 0


def _end(*_: object) -> NoReturn:
    """Asked to stop: what was opened is closed on the way out, as for any other end."""
    sys.exit(143)
