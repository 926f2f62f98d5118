"""青浜県, an invented prefecture, to look around in: seeded, served, with its jobs running and its mail in files."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from api import embedded
from api.arguments import between
from api.errors import Stopped
from api.logs import structured
from api.serving import listen, serve
from api.settling import settling
from domain.japanese import day_with_weekday

HOST = "127.0.0.1"
BACKLOG = 128
WIDTH = 120
RUNNING = "{directory} ではすでにデモが動いています。そちらを終えるか、--data で別の場所を指定してください。"
TOUR = """\
最初に試すこと
  1. ブラウザーで {graphql} を開き、「だれとして」と「よくある仕事」を選んで ▶ を押す
  2. 「訓練に協定の相手方を招く」を実行し、数秒後に {mail} に増える .eml をメールソフトで開く
  3. 「訓練の案内にまだ返事のない相手をさがす」を実行し、招いた相手が出ることを見る
  4. メールにあるリンクを開いて出欠を答え、3 をもう一度実行して、その相手が消えたことを見る
  5. partner の購読アドレスをカレンダーソフトに登録し、招いた訓練が出ることを見る"""
LOGIN = "{url}/login では、上の表の左端の名前（partner など）とパスワード {password} でログインできます。"
CLOSING = "データは架空のもので、{day}を今日として作ってあります。作り直すには --reset、終えるには Ctrl+C。"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("var"), metavar="DIR", help="データの置き場所（既定: ./var）")
    parser.add_argument("--port", type=between(0, 65535), default=8000, help="待ち受けるポート（既定: 8000）")
    parser.add_argument("--reset", action="store_true", help="デモのデータを消し、今日を基準に作り直す")


def run(options: argparse.Namespace) -> int:
    with settling():
        from api import demonstration

    structured(logging.WARNING)
    place = demonstration.Place(options.data.resolve())
    with listen(HOST, options.port) as listening, embedded.running(place.directory) as server, _alone(place.directory):
        base_url = f"http://{HOST}:{listening.getsockname()[1]}"
        preparing = demonstration.prepare(place, server.url(), base_url, reset=options.reset, say=_say())
        with asyncio.Runner(loop_factory=_fast_loop) as runner:
            ready = runner.run(preparing)
        listening.listen(BACKLOG)
        demonstration.write_private(place.card, json.dumps(ready.card, ensure_ascii=False, indent=2) + "\n")
        _show(ready.card, day_with_weekday(ready.told_on))
        serve(lambda: demonstration.make_demonstration(ready), listening)
    return 0


def _fast_loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One demonstration at a time in one directory; the kernel gives the lock back whatever happens."""
    with (directory / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stopped(RUNNING.format(directory=directory)) from error
        yield


def _say() -> Callable[[str], None]:
    started = perf_counter()

    def say(what: str) -> None:
        print(f"{perf_counter() - started:5.1f} s  {what}…", flush=True)

    return say


def _show(card: Mapping[str, Any], day: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from seed.personas import PASSWORD, PERSONAS

    labels = {one.key: one.label for one in PERSONAS}
    table = Table("だれとして", "", "アクセストークン", title=f"連携 デモ  {card['url']}")
    for key, token in card["tokens"].items():
        table.add_row(key, labels[key], token)
    console = Console(width=WIDTH)
    console.print(table)
    for key, address in card["feeds"].items():
        console.print(f"購読 {key}: {address}", soft_wrap=True, highlight=False)
    for text in (TOUR, LOGIN, CLOSING):
        console.print(text.format(**card, day=day, password=PASSWORD), soft_wrap=True, highlight=False)
