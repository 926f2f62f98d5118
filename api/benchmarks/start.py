"""From the command to the first answer, and what the program then holds of the memory, against bare imports of the
libraries that it serves with. PostgreSQL is running already: its own start is not counted."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import perf_counter

from api.benchmarks import load
from api.benchmarks.ground import SECRET, Land
from api.benchmarks.measuring import Compared, Report

ROUNDS = 5
PATIENCE = 30.0  # seconds
SLOWEST, LARGEST = 2.0, 200.0
SERVE = "import sys; from api.cli import main; sys.exit(main())"
LIBRARIES = (
    "import asyncpg, httptools, icalendar, orjson, starlette.applications, strawberry, tortoise, uvicorn, uvloop"
)
BARE = f"{LIBRARIES}; print('ready', flush=True); input()"

Measured = tuple[float, float]


async def measure(land: Land) -> Report:
    """Seconds and megabytes; about half a minute."""
    url = await land.empty()
    pairs = [(await _served(url), await _bare()) for _ in range(ROUNDS)]
    lines = (
        Compared(
            "serve の起動から最初の応答まで",
            "秒",
            tuple(ours[0] for ours, _ in pairs),
            tuple(bare[0] for _, bare in pairs),
            most=SLOWEST,
        ),
        Compared(
            "応答したときの常駐メモリー",
            "MB",
            tuple(ours[1] for ours, _ in pairs),
            tuple(bare[1] for _, bare in pairs),
            most=LARGEST,
        ),
    )
    return Report("start", "renkei serve を起動して /readyz が答えるまで。天井は同じライブラリーを読み込むだけ", lines)


async def _served(url: str) -> Measured:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"RENKEI_DATABASE_URL": url, "RENKEI_SECRET_KEY": SECRET, "PATH": os.defpath}
    command = (sys.executable, "-c", SERVE, "serve", "--port", str(port))
    return await _started(command, settings, lambda _: _answers(port))


async def _bare() -> Measured:
    async def said(process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            await process.stdout.readline()

    return await _started((sys.executable, "-c", BARE), {"PATH": os.defpath}, said)


async def _started(
    command: tuple[str, ...], settings: dict[str, str], is_up: Callable[[asyncio.subprocess.Process], Awaitable[None]]
) -> Measured:
    """Seconds until it is up, and the megabytes that are resident then."""
    begun = perf_counter()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=settings, stdin=pipe, stdout=pipe)
    try:
        async with asyncio.timeout(PATIENCE):
            await is_up(process)
        return perf_counter() - begun, await _resident(process.pid)
    finally:
        with suppress(ProcessLookupError):  # it ended by itself: the time limit tells what is wrong
            process.terminate()
        await process.communicate()


async def _answers(port: int) -> None:
    while True:
        try:
            await load.once(port, load.get("/readyz"))
        except OSError:
            await asyncio.sleep(0.01)
        else:
            return


async def _resident(pid: int) -> float:
    said = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE)
    kilobytes, _ = await said.communicate()
    return int(kilobytes) / 1024
