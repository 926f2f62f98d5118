"""How doors are held open: sockets of our own, one server in this process or several beside each other."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import cycle
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.errors import Stopped
from api.settling import settling

BACKLOG = 2048  # connections that wait to be accepted; the kernel allows no more than net.core.somaxconn
GRACE = 10  # seconds that running requests get when the server is told to stop


def listen(host: str, port: int) -> socket.socket:
    """A socket at this address. Stopped where it is taken.

    The protocol is named because asyncio switches Nagle's delay off (40 ms an answer) only where it is.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Stopped(
            f"{host} のポート {port} を使えません（{error.strerror}）。--port で別の番号を指定してください。"
        ) from error
    return listening


class Server(uvicorn.Server):
    """A server that says when it has begun to answer; besides what it accepts itself, the connections that it is
    `handed`."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None], handed: socket.socket | None = None) -> None:
        super().__init__(config)
        self.say, self.handed = say, handed
        self.beginning: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.handed:
            self.handed.setblocking(False)
            asyncio.get_running_loop().add_reader(self.handed, self._take, self.handed)
        if self.started:
            self.say()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.handed:
            asyncio.get_running_loop().remove_reader(self.handed)
        await super().shutdown(sockets)

    def _take(self, handed: socket.socket) -> None:
        """One connection; none any more where whoever hands them out has ended."""
        _, connections, _, _ = socket.recv_fds(handed, 1, 1)
        if not connections:
            asyncio.get_running_loop().remove_reader(handed)
        for connection in connections:
            task = asyncio.get_running_loop().create_task(self._answer(socket.socket(fileno=connection)))
            self.beginning.add(task)
            task.add_done_callback(self.beginning.discard)

    async def _answer(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        with suppress(OSError):  # whoever has hung up meanwhile
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol


def _silently() -> None:
    """Nobody waits for it."""


def server(app: ASGIApp, say: Callable[[], None] = _silently, handed: socket.socket | None = None) -> Server:
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
        handed,
    )


def serve(make: Callable[[], ASGIApp], listening: socket.socket, say: Callable[[], None] = _silently) -> None:
    """Answer until told to stop by SIGINT or SIGTERM; `say` is called once somebody would be answered."""
    with settling():
        running = server(make(), say)
    _run(running, [listening])


def _run(running: Server, listening: list[socket.socket]) -> None:
    try:
        running.run(sockets=listening)
    except (KeyboardInterrupt, SystemExit):
        return  # told to stop, perhaps before it had begun
    if not running.started:
        raise Stopped("サーバーを起動できませんでした。上の記録を確かめてください。")


def serve_in_many(
    make: Callable[[], ASGIApp], listening: socket.socket, workers: int, say: Callable[[], None] = _silently
) -> None:
    """Answer in processes that are handed the connections in turn; the end of one is the end of all.

    Did they accept for themselves, what a proxy keeps open would stay with whoever was quicker: from one socket that
    all share nearly everything, from sockets of their own, among which the kernel draws lots, often six of eight.
    """
    spawn = get_context("spawn")
    heard, told = spawn.Pipe(duplex=False)
    hands = [socket.socketpair() for _ in range(workers)]
    children = [spawn.Process(target=_serve_handed, args=(make, taking, told)) for _, taking in hands]
    try:
        for child, (_, taking) in zip(children, hands, strict=True):
            child.start()
            taking.close()
        sentinels = [child.sentinel for child in children]
        if _all_are_up(heard, sentinels):
            listening.setblocking(False)
            listening.listen(BACKLOG)
            say()
            _hand_out(listening, [giving for giving, _ in hands], sentinels)
    except (KeyboardInterrupt, SystemExit):
        return
    finally:
        listening.close()
        for child in children:
            child.terminate()
        for child in children:
            child.join()
    raise Stopped("ワーカーのひとつが止まったので、サーバーを終えました。")


def _hand_out(listening: socket.socket, hands: list[socket.socket], sentinels: list[int]) -> None:
    """Each connection to the next in turn, until one of them ends."""
    for hand in cycle(hands):
        if not {listening}.issuperset(wait([listening, *sentinels])):
            return
        with suppress(OSError), listening.accept()[0] as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            socket.send_fds(hand, [b"."], [connection.fileno()])


def _all_are_up(heard: Connection, sentinels: list[int]) -> bool:
    """Wait until each worker has told that it answers; false where one ends first."""
    for _ in sentinels:
        if heard not in wait([heard, *sentinels]):
            return False
        heard.recv()
    return True


def _serve_handed(make: Callable[[], ASGIApp], handed: socket.socket, told: Connection) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    with settling():
        running = server(make(), partial(told.send, True), handed)
    _run(running, [])


def _end_with_parent() -> None:
    """A worker whose parent was killed would answer on at an address that the next start needs."""
    if parent := parent_process():
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
