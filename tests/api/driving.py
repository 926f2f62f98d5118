"""The pages as they run: a server in the loop of the story, and a browser that is driven from a thread beside it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import uvicorn

from api.house import House
from tests.api.browser import Browser, browser
from tests.api.entering import app_of
from tests.domain.accounts.keys import GATE


@asynccontextmanager
async def running(clock: Callable[[], datetime], **over: Any) -> AsyncIterator[str]:
    """The address of a server that sees what the story has made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = app_of(House(GATE.secret, address, clock, **over))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield address
        finally:
            server.should_exit = True
            await task


async def drive(steps: Callable[[Browser], None]) -> None:
    """Let somebody take these steps in a browser of their own."""

    def taken() -> None:
        with browser() as window:
            steps(window)

    await asyncio.to_thread(taken)
