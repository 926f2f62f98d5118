"""BENCH ONLY: a bare SMTP server in a process of its own that says yes to everything and keeps nothing (RFC 5321), and
a bare client of it: the least that posting a mail can cost.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context

from api.errors import Stopped

END = b"\r\n.\r\n"
SENDER, READER = "cyber@police.aohama.example", "reader@partner.example"
ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class Sink(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.heard, self.reads_mail = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.heard += data
        while True:
            until = END if self.reads_mail else b"\r\n"
            said, found, rest = self.heard.partition(until)
            if not found:
                return
            self.heard = rest
            self._answer(said[:4].upper())

    def _answer(self, verb: bytes) -> None:
        was_mail, self.reads_mail = self.reads_mail, not self.reads_mail and verb == b"DATA"
        self.transport.write(b"250 OK\r\n" if was_mail else ANSWERS.get(verb, b"250 OK\r\n"))
        if verb == b"QUIT" and not was_mail:
            self.transport.close()


def _serve(listening: socket.socket) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, sock=listening)
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def open_sink() -> Iterator[int]:
    """The port at which the sink answers, as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        child = get_context("spawn").Process(target=_serve, args=(listening,))
        child.start()
        try:
            yield listening.getsockname()[1]
        finally:
            child.terminate()
            child.join()


async def pour(port: int, mails: Sequence[bytes], connections: int) -> None:
    """These mails over so many connections that stay open, each command after the answer to the one before. Raises
    Stopped where one is not taken."""
    await asyncio.gather(*[_poured(port, mails[number::connections]) for number in range(connections)])


async def _poured(port: int, mails: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say(command: bytes, expected: bytes) -> None:
        writer.write(command)
        while (answer := await reader.readline())[3:4] == b"-":
            pass
        if not answer.startswith(expected):
            raise Stopped("計測中に、受け手のメールサーバーがメールを受け取りませんでした。")

    await say(b"EHLO bench\r\n", b"220")
    await say(b"", b"250")
    for mail in mails:
        await say(f"MAIL FROM:<{SENDER}>\r\n".encode(), b"250")
        await say(f"RCPT TO:<{READER}>\r\n".encode(), b"250")
        await say(b"DATA\r\n", b"354")
        await say(mail.replace(b"\r\n.", b"\r\n..") + END, b"250")
    await say(b"QUIT\r\n", b"221")
    writer.close()
    await writer.wait_closed()
