"""The client of the benchmarks, on whose counting every ratio rests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from api.benchmarks import load
from api.errors import Stopped

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nETag: x\r\n\r\n"


class InPieces(asyncio.Protocol):
    """Answers each question in these pieces, one after the other."""

    came = 0

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert data.endswith(b"\r\n\r\n")
        InPieces.came += 1
        for number, piece in enumerate(self.pieces):
            asyncio.get_running_loop().call_later(number / 1000, self.transport.write, piece)


async def asking(pieces: Sequence[bytes], seconds: float = 0) -> tuple[load.Answered, int]:
    """The answer, and how many there are in this time over three connections."""
    listening = await asyncio.get_running_loop().create_server(lambda: InPieces(pieces), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        once = await load.once(port, load.get("/"))
        before = InPieces.came
        rate, answers = await load.rate_of_each(port, [load.get("/")] * 3, seconds)
        assert answers == InPieces.came - before
        assert rate > 0
        return once, answers
    finally:
        listening.close()
        await asyncio.sleep(0.02)  # until those who have hung up are gone


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD + b"twelve bytes"],
        [HEAD, b"twelve bytes"],
        [HEAD[:9], HEAD[9:40], HEAD[40:] + b"twel", b"ve by", b"tes"],
    ],
)
def test_an_answer_is_one_however_it_comes(pieces: list[bytes]) -> None:
    once, answers = asyncio.run(asking(pieces, seconds=0.05))
    assert (once.body, once.header("etag")) == (b"twelve bytes", "x")
    assert answers > 3


def test_an_answer_without_a_body_is_one() -> None:
    once, answers = asyncio.run(asking([b"HTTP/1.1 200 OK\r\n\r\n"], seconds=0.05))
    assert once.body == b""
    assert answers > 3


def test_another_status_than_the_right_one_is_no_result() -> None:
    with pytest.raises(Stopped, match="429"):
        asyncio.run(asking([b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"], seconds=5))
