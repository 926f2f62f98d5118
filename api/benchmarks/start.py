"""From the command to the first thing done, what the processor did for it, and what the program then holds of the
memory, against bare imports of the libraries that it works with. PostgreSQL is running already: its own start is not
counted.

`serve` is up when /readyz answers. `jobs` is up when it has looked at all of its schedule, where it ran before: on each
such start but the first of a new installation nearly every turn has been taken, and what is asked of the start is not
asked of the work. That first one, on which each job has its turn and the figures of a whole quarter are computed, is
told beside.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import asyncpg

from api.benchmarks import load
from api.benchmarks.ground import KEY, Ground, Land
from api.benchmarks.measuring import Compared, Report
from api.errors import Stopped
from jobs.schedule import SCHEDULE, Daily, Every

PATIENCE = 30.0  # seconds
SLOWEST, LARGEST = 2.0, 200.0
WANTED = 0.5
"""At most twice what the libraries alone take."""

BASE_URL = "http://127.0.0.1"
RENKEI = "import sys; from api.cli import main; sys.exit(main())"
BARE = "import {libraries}; print('ready', flush=True); input()"
SERVING = "asyncpg, httptools, icalendar, orjson, starlette.applications, strawberry, tortoise, uvicorn, uvloop"
WORKING = "aiosmtplib, apscheduler.schedulers.asyncio, asyncpg, icalendar, tortoise"
POSTING = {"RENKEI_MAIL_FROM": "desk@police.aohama.example", "RENKEI_SMTP_URL": "smtp://127.0.0.1:9"}

LOOKED_AT_LAST = [job.name for job in SCHEDULE if isinstance(job.trigger, Daily)][-1]
TURNS = sum(not isinstance(job.trigger, Every) for job in SCHEDULE)


class Measured(NamedTuple):
    """What a start took: seconds, those of the processor (nothing where the system does not tell), and megabytes."""

    seconds: float
    processor: float
    megabytes: float


IsUp = Callable[[asyncio.subprocess.Process], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    rounds: int = 5


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds and megabytes; about a minute."""
    async with land.ground() as ground:
        pass
    up, first, again = [], [], []
    for _ in range(size.rounds):
        up.append((await served((await land.copied(ground)).url), await _bare(SERVING)))
        new = await land.copied(ground)
        first.append((await worked(new.url), await _bare(WORKING)))
        again.append((await worked(await _but_for_one_turn(land, new)), await _bare(WORKING)))
    lines = (
        *_lines("serve の起動から最初の応答まで", up, slowest=SLOWEST),
        *_lines("jobs の起動から予定のひと回りまで（前にも動いていたとき）", again),
        _line("jobs の起動から予定のひと回りまで（設置して初めてのとき）", "秒", first, 0),
    )
    workload = (
        "起動の速さと、そのときの常駐メモリー。天井は同じライブラリーを読み込むだけ。"
        "設置して初めての jobs は、すべての仕事をし、四半期の統計も計算する"
    )
    return Report("start", workload, lines)


Pairs = list[tuple[Measured, Measured]]


def _lines(label: str, pairs: Pairs, slowest: float | None = None) -> list[Compared]:
    lines = [_line(label, "秒", pairs, 0, WANTED, slowest)]
    if all(one.processor for pair in pairs for one in pair):
        lines.append(_line(f"{label}、プロセッサーの時間", "秒", pairs, 1, WANTED))
    return [*lines, _line(f"{label}、そのときの常駐メモリー", "MB", pairs, 2, WANTED, LARGEST)]


def _line(
    label: str, unit: str, pairs: Pairs, which: int, wanted: float | None = None, most: float | None = None
) -> Compared:
    ours, ceiling = (tuple(half[which] for half in halves) for halves in zip(*pairs, strict=True))
    return Compared(label, unit, ours, ceiling, wanted=wanted, most=most)


async def _but_for_one_turn(land: Land, had: Ground) -> str:
    """A database in which the clock has been, and forgot only what it looks at last."""
    url = (await land.copied(had)).url
    await forget_one_turn(url)
    return url


async def forget_one_turn(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DELETE FROM slot WHERE job = $1", LOOKED_AT_LAST)
    finally:
        await connection.close()


async def served(url: str) -> Measured:
    """From `renkei serve` to the first answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return await _started(_renkei("serve", "--port", str(port)), _settings(url), lambda _: _answers(port))


async def worked(url: str) -> Measured:
    """From `renkei jobs` to the last turn that is due."""
    return await _started(_renkei("jobs"), _settings(url) | POSTING, lambda _: _had_turns(url))


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
    """Until it is up."""
    begun = perf_counter()
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=settings, stdin=pipe, stdout=pipe, stderr=nowhere)
    try:
        await _before_its_end(process, is_up)
        return Measured(perf_counter() - begun, _processor(process.pid), await _resident(process.pid))
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


async def _had_turns(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        while True:
            if await connection.fetchval("SELECT count(DISTINCT job) FROM slot") == TURNS:
                return
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


def _processor(pid: int) -> float:
    """Seconds, in the program and for it in the system (proc(5), `utime` and `stime`)."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    ticks = told.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def _resident(pid: int) -> float:
    said = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE)
    kilobytes, _ = await said.communicate()
    return int(kilobytes) / 1024
