"""A real server on a free port of this machine, for as long as a test needs it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

PATIENCE = 60.0
"""Seconds that an answer may take on a machine that is busy with other things; httpx would wait for five."""

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For `verify`: on this machine everything is asked without TLS, and httpx would read anew for each question who in the
world may vouch for a server, which takes longer than most answers."""

get = partial(httpx.get, timeout=PATIENCE, verify=NO_AUTHORITIES)
post = partial(httpx.post, timeout=PATIENCE, verify=NO_AUTHORITIES)


@contextmanager
def served(build: Callable[[str], ASGIApp]) -> Iterator[str]:
    """The address at which the application answers that `build` makes for this address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(build(address), lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield address
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[subprocess.Popen[Any]]:
    """A process that ends with the block at the latest: `with` a Popen one would wait for ever for it."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            for pipe in filter(None, (process.stdout, process.stderr)):
                pipe.close()


def is_up(port: int) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits for what another thread or process does; fails the test where it never comes."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
