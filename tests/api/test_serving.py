"""How several processes share one address, apart from what they answer."""

from __future__ import annotations

import signal
import socket
from collections import Counter
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from os import getpid, kill

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.errors import Stopped
from api.serving import listen, serve, serve_in_many
from tests.api.serving import NO_AUTHORITIES

KEPT = 8


async def who(request: Request) -> PlainTextResponse:
    """Which process answers, and whom."""
    assert request.client is not None
    return PlainTextResponse(f"{getpid()} {request.client.port}")


def doors() -> Starlette:
    return Starlette(routes=[Route("/", who)])


def stopping(listening: socket.socket, said: object) -> None:
    with pytest.raises(Stopped):
        serve_in_many(doors, listening, 2, partial(said.send, True))  # type: ignore[attr-defined]


def test_connections_that_are_kept_are_dealt_out_evenly_and_one_worker_ends_with_the_other():
    heard, said = get_context("spawn").Pipe(duplex=False)
    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    keeper = get_context("spawn").Process(target=stopping, args=(listening, said))
    keeper.start()
    listening.close()
    heard.recv()
    with ExitStack() as kept:
        clients = [
            kept.enter_context(httpx.Client(verify=NO_AUTHORITIES, base_url=address, trust_env=False))
            for _ in range(KEPT)
        ]
        told = [[client.get("/").text for _ in range(2)] for client in clients]
    workers = Counter(int(first.split()[0]) for first, _ in told)
    assert list(workers.values()) == [KEPT // 2, KEPT // 2]
    assert all(first == second for first, second in told)
    assert len({first for first, _ in told}) == KEPT
    kill(next(iter(workers)), signal.SIGKILL)
    keeper.join(20)
    assert keeper.exitcode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_who_is_told_to_stop_before_it_has_begun_has_not_failed_to_begin(monkeypatch):
    def told(*_: object, **__: object) -> None:
        raise SystemExit(143)

    with listen("127.0.0.1", 0) as listening:
        monkeypatch.setattr(uvicorn.Server, "run", told)
        serve(doors, listening)
        monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
        with pytest.raises(Stopped, match="起動できませんでした"):
            serve(doors, listening)
