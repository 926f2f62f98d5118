"""Where letters leave the house: an SMTP server, or a directory of .eml files that somebody carries out.

Delivery is at least once: a line that drops after DATA leaves open whether the letter arrived, so it is
posted again, and its fixed Message-ID makes the second copy harmless. A post never decides when to try again;
it only says whether trying again can help.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import field
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib

from domain.actor import TOKYO
from domain.errors import Invalid
from domain.values import dataclass
from jobs.mail import UNSEALED, Envelope, Seals, bare_address, message

Tls = Literal["starttls", "tls", "none"]
PATIENCE = 60.0
"""Seconds one letter may take from connecting to the last answer, however the server behaves."""

HEARING = 0.05
"""Seconds for hearing what has come by then."""

LOGIN_REFUSED = frozenset({530, 534, 535, 538})
"""RFC 4954 §6: the server refuses us, not the letter; an administrator repairs that, so the letter waits."""

ABOUT_THE_LETTER = (
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPRecipientRefused,
    aiosmtplib.SMTPDataError,
)

QUOTED = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


class NotPosted(Exception):
    """The letter did not leave; `reason` is a Japanese sentence for the officer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PermanentFailure(NotPosted):
    """Trying the same letter again cannot help."""


class TemporaryFailure(NotPosted):
    """The letter itself was not refused: try it again later."""


HandingOver = Callable[[], AbstractAsyncContextManager[None]]
"""What the poster does around the moment in which a letter goes into other hands: before it, and as soon as it has."""


class Post(Protocol):
    """Something that takes letters away."""

    async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
        """Return when the letter is in other hands for good; raise a `NotPosted` otherwise.

        It enters `handing_over` before the letter can be in other hands, and leaves it as soon as it is.
        """


@dataclass(frozen=True)
class SmtpPost:
    """One connection for one letter. With `starttls` and `tls` nothing is sent on an unverified line."""

    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    patience: float = PATIENCE
    seals: Seals = UNSEALED

    async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
        mail, sender, to = _ready(envelope, self.seals)
        client = self._client(sender)
        try:
            async with asyncio.timeout(self.patience) as limit:
                await client.connect()
                await _announce(client, sender, to, len(mail))
                async with handing_over():
                    await _hand_over(client, mail, limit)
        except (aiosmtplib.SMTPException, OSError) as error:
            if not isinstance(error, aiosmtplib.SMTPResponseException):
                client.close()  # who has fallen silent would not answer a goodbye either
            raise _failure(error) from error
        finally:
            await _part(client)

    def _client(self, sender: str) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            local_hostname=sender.rpartition("@")[2],  # asking the network for our own name may hang
            timeout=self.patience,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            tls_context=self.trust,
        )


async def _announce(client: aiosmtplib.SMTP, sender: str, to: str, length: int) -> None:
    """From whom and to whom, and how large, where the server wants to know (RFC 1870)."""
    await client.ehlo()
    options = [f"size={length}"] if client.supports_extension("size") else []
    await client.mail(sender, options=options)
    await client.rcpt(to)


async def _hand_over(client: aiosmtplib.SMTP, mail: bytes, limit: asyncio.Timeout) -> object:
    """What is taken stays taken, also where the answer has come in the moment in which patience ends, in which who is
    cancelled would not hear it. Raises TimeoutError."""
    if limit.expired():  # and whoever was waited for last has kept it to itself
        raise TimeoutError
    loop, until = asyncio.get_running_loop(), limit.when()
    assert until is not None, "patience has an end"
    limit.reschedule(None)
    answer = loop.create_task(client.data(mail))
    try:
        for seconds in (until - loop.time(), HEARING):
            if (await asyncio.wait({answer}, timeout=seconds))[0]:
                return answer.result()
        raise TimeoutError
    finally:
        if answer.cancel():
            await asyncio.wait({answer})


def _ready(envelope: Envelope, seals: Seals) -> tuple[bytes, str, str]:
    try:
        sender = bare_address(envelope.returns_to, "sender_address")
        return message(envelope, seals), sender, bare_address(envelope.to_address, "to_address")
    except Invalid as refused:
        raise PermanentFailure(refused.message) from refused


async def _part(client: aiosmtplib.SMTP) -> None:
    """Say goodbye, but let no bad manners of the server undo what it has already accepted."""
    with suppress(aiosmtplib.SMTPException, OSError):
        if client.is_connected:
            await client.quit(timeout=2)
    client.close()


def _failure(error: Exception) -> NotPosted:
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return TemporaryFailure(f"メールサーバーと通信できません（{type(error).__name__}）。自動的に再送します。")
    told = f"{error.code} {_one_line(error.message)}".strip()
    if _refuses_the_letter(error, error.code):
        return PermanentFailure(f"メールサーバーが受け取りを拒否しました（{told}）。宛先を確認してください。")
    return TemporaryFailure(f"メールサーバーが今は受け取れません（{told}）。時間をおいて自動的に再送します。")


def _refuses_the_letter(error: Exception, code: int) -> bool:
    about_the_letter = isinstance(error, ABOUT_THE_LETTER)
    return about_the_letter and 500 <= code <= 599 and code not in LOGIN_REFUSED


def _one_line(told: str) -> str:
    """What a server has said, without the addresses that it quotes: it is shown and logged."""
    told = QUOTED.sub("(宛先)", told)
    return " ".join("".join(c if c.isprintable() else " " for c in told).split())[:200]


@dataclass(frozen=True)
class FilePost:
    """Letters as .eml files, for a mail system that the program cannot reach.

    A file appears whole or not at all. Its name is the letter's date in Japan and a hash of its Message-ID:
    never a person, and the same letter posted again replaces itself.
    """

    directory: Path
    seals: Seals = UNSEALED

    async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
        mail, _, _ = _ready(envelope, self.seals)
        try:
            async with handing_over():
                await asyncio.to_thread(_write, self.directory, _file_name(envelope), mail)
        except OSError as error:
            raise TemporaryFailure(
                f"メールをファイルに書き出せませんでした（{error.strerror}）。保存先の空き容量と権限を確認してください。"
            ) from error


def _file_name(envelope: Envelope) -> str:
    digest = sha256(envelope.message_id.encode()).hexdigest()[:16]
    return f"{envelope.date.astimezone(TOKYO):%Y-%m-%d}_{digest}.eml"


def _write(directory: Path, name: str, mail: bytes) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = directory / f".{name}.{os.getpid()}.tmp"
    try:
        _write_through(unfinished, mail)
        unfinished.replace(directory / name)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(directory)


def _write_through(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    """Without this the rename itself may be lost with the power."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
