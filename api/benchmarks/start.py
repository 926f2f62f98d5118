"""From the command to the first thing done, and what the program then holds of the memory, against bare imports of
the libraries that it works with. PostgreSQL is running already: its own start is not counted.

`serve` is up when /readyz answers, `jobs` when every job of the schedule has had its first turn.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import asyncpg

from api.benchmarks import load
from api.benchmarks.ground import KEY, Land
from api.benchmarks.measuring import Compared, Report
from api.errors import Stopped
from jobs.schedule import SCHEDULE, Every

PATIENCE = 30.0  # seconds
SLOWEST, LARGEST = 2.0, 200.0
BASE_URL = "http://127.0.0.1"
RENKEI = "import sys; from api.cli import main; sys.exit(main())"
BARE = "import {libraries}; print('ready', flush=True); input()"
SERVING = "asyncpg, httptools, icalendar, orjson, starlette.applications, strawberry, tortoise, uvicorn, uvloop"
WORKING = "aiosmtplib, apscheduler.schedulers.asyncio, asyncpg, icalendar, tortoise"
POSTING = {"RENKEI_MAIL_FROM": "desk@police.aohama.example", "RENKEI_SMTP_URL": "smtp://127.0.0.1:9"}

Measured = tuple[float, float]
IsUp = Callable[[asyncio.subprocess.Process], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    rounds: int = 5


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds and megabytes; about half a minute."""
    async with land.ground() as ground:
        pass
    served = [(await _served((await land.copied(ground)).url), await _bare(SERVING)) for _ in range(size.rounds)]
    worked = [(await _worked((await land.copied(ground)).url), await _bare(WORKING)) for _ in range(size.rounds)]
    lines = (
        _line("serve の起動から最初の応答まで", "秒", served, 0, most=SLOWEST),
        _line("serve が応答したときの常駐メモリー", "MB", served, 1, most=LARGEST),
        _line("jobs の起動から予定の最初のひと回りまで", "秒", worked, 0),
        _line("jobs がひと回りしたときの常駐メモリー", "MB", worked, 1, most=LARGEST),
    )
    return Report("start", "起動の速さと、そのときの常駐メモリー。天井は同じライブラリーを読み込むだけ", lines)


def _line(
    label: str, unit: str, pairs: list[tuple[Measured, Measured]], which: int, most: float | None = None
) -> Compared:
    ours, ceiling = (tuple(half[which] for half in halves) for halves in zip(*pairs, strict=True))
    return Compared(label, unit, ours, ceiling, most=most)


async def _served(url: str) -> Measured:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return await _started(_renkei("serve", "--port", str(port)), _settings(url), lambda _: _answers(port))


async def _worked(url: str) -> Measured:
    timed = sum(not isinstance(job.trigger, Every) for job in SCHEDULE)
    return await _started(_renkei("jobs"), _settings(url) | POSTING, lambda _: _had_turns(url, timed))


async def _bare(libraries: str) -> Measured:
    async def said(process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            await process.stdout.readline()

    return await _started((sys.executable, "-c", BARE.format(libraries=libraries)), {"PATH": os.defpath}, said)


def _renkei(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", RENKEI, *arguments)


def _settings(url: str) -> dict[str, str]:
    return {"RENKEI_DATABASE_URL": url, "RENKEI_SECRET_KEY": KEY, "RENKEI_BASE_URL": BASE_URL, "PATH": os.defpath}


async def _started(command: tuple[str, ...], settings: dict[str, str], is_up: IsUp) -> Measured:
    """Seconds until it is up, and the megabytes that are resident then."""
    begun = perf_counter()
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=settings, stdin=pipe, stdout=pipe, stderr=nowhere)
    try:
        await _before_its_end(process, is_up)
        return perf_counter() - begun, await _resident(process.pid)
    finally:
        with suppress(ProcessLookupError):  # it ended by itself, which has been said
            process.terminate()
        await process.communicate()


async def _before_its_end(process: asyncio.subprocess.Process, is_up: IsUp) -> None:
    """Raises Stopped where the program ends before it is up, or takes more than PATIENCE."""
    ways = [asyncio.ensure_future(one) for one in (is_up(process), process.wait())]
    done, others = await asyncio.wait(ways, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    for one in others:
        one.cancel()
    if ways[0] not in done:
        raise Stopped("計測するプログラムが起動しませんでした。")
    ways[0].result()


async def _answers(port: int) -> None:
    while True:
        try:
            await load.once(port, load.get("/readyz"))
        except OSError:
            await asyncio.sleep(0.01)
        else:
            return


async def _had_turns(url: str, wanted: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        while True:
            if await connection.fetchval("SELECT count(DISTINCT job) FROM slot") == wanted:
                return
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def _resident(pid: int) -> float:
    said = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE)
    kilobytes, _ = await said.communicate()
    return int(kilobytes) / 1024
