"""Letters and mail servers for the tests of the post."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from domain.actor import TOKYO
from jobs.mail import Envelope

CERTIFICATE = Path(__file__).with_name("localhost.pem")
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//renkei//test//\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\nUID:01J@renkei.example\r\nSUMMARY:共同対処訓練 髙﨑𠮷\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()
LETTER = Envelope(
    message_id="<01JDRILL.3@renkei.example>",
    sender_name="青浜県警察本部 サイバー犯罪対策課",
    sender_address="cyber-invite@police.example",
    to_name="見本, 太郎",
    to_address="taro@partner.example",
    subject="【予定のご案内】共同対処訓練 #01J4",
    text="架空電力 見本 太郎 様\n\n訓練を御案内します。\n",
    html="<p>訓練を御案内します。</p>",
    calendar=("REQUEST", ICS),
    date=datetime(2026, 11, 21, 0, 30, tzinfo=TOKYO),
)


def letter(**changes: Any) -> Envelope:
    return replace(LETTER, **changes)


@dataclass
class Office:
    """A real mail server; what it accepted lies in `delivered`, whom it was asked for in `asked`."""

    at_rcpt: str = "250 OK"
    at_data: str = "250 OK"
    drops_after_data: bool = False
    hangs_after_data: bool = False
    delivered: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked.append(address)
        self.senders.append(envelope.mail_from)
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.at_data.startswith("250"):
            self.delivered.append(envelope.content)
        if self.hangs_after_data:
            await asyncio.sleep(30)
        if self.drops_after_data:
            server.transport.abort()
        return self.at_data


@asynccontextmanager
async def open_office(office: Office, encrypted: bool = False) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port on localhost."""
    context = server_tls() if encrypted else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(office, tls_context=context, require_starttls=encrypted, loop=loop), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await _leftovers()


@asynccontextmanager
async def open_socket(talk: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """A server with no manners at all: it only talks."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await _leftovers()


async def _leftovers() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))
