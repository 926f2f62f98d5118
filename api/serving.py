"""How doors are held open: sockets of our own, one server in this process or several beside each other."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from api.errors import Stopped
from api.settling import settling

GRACE = 10  # seconds that running requests get when the server is told to stop


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket at this address; `shared` lets several processes have one there. Stopped where it is taken.

    The protocol is named because asyncio switches Nagle's delay off (40 ms an answer) only where it is.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Stopped(
            f"{host} のポート {port} を使えません（{error.strerror}）。--port で別の番号を指定してください。"
        ) from error
    return listening


class Server(uvicorn.Server):
    """A server that says when it has begun to answer."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        super().__init__(config)
        self.say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.say()


def _silently() -> None:
    """Nobody waits for it."""


def server(app: ASGIApp, say: Callable[[], None] = _silently) -> Server:
    """A server that logs nothing of what is asked: addresses of feeds and answers are secrets."""
    return Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        ),
        say,
    )


def serve(make: Callable[[], ASGIApp], listening: socket.socket, say: Callable[[], None] = _silently) -> None:
    """Answer until told to stop by SIGINT or SIGTERM; `say` is called once somebody would be answered."""
    with settling():
        running = server(make(), say)
    with suppress(KeyboardInterrupt, SystemExit):
        running.run(sockets=[listening])
    if not running.started:
        raise Stopped("サーバーを起動できませんでした。上の記録を確かめてください。")


def serve_in_many(
    make: Callable[[], ASGIApp], host: str, port: int, workers: int, say: Callable[[], None] = _silently
) -> None:
    """Answer in processes that each have a socket of their own; the end of one is the end of all.

    One shared socket would leave all kept-alive connections with whoever accepted them first. Whether somebody
    else has the address must be known before: sockets that may be shared would share it with them.
    """
    spawn = get_context("spawn")
    heard, told = spawn.Pipe(duplex=False)
    children = [spawn.Process(target=_serve_shared, args=(make, host, port, told)) for _ in range(workers)]
    try:
        for child in children:
            child.start()
        sentinels = [child.sentinel for child in children]
        if _all_are_up(heard, sentinels):
            say()
        wait(sentinels)
    except (KeyboardInterrupt, SystemExit):
        return
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.join()
    raise Stopped("ワーカーのひとつが止まったので、サーバーを終えました。")


def _all_are_up(heard: Connection, sentinels: list[int]) -> bool:
    """Wait until each worker has told that it answers; false where one ends first."""
    for _ in sentinels:
        if heard not in wait([heard, *sentinels]):
            return False
        heard.recv()
    return True


def _serve_shared(make: Callable[[], ASGIApp], host: str, port: int, told: Connection) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    with listen(host, port, shared=True) as listening:
        serve(make, listening, partial(told.send, True))


def _end_with_parent() -> None:
    """A worker whose parent was killed would answer on at an address that the next start needs."""
    if parent := parent_process():
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
