"""Where answers are fetched: one folder of an IMAP server. Mails stay there, marked as taken; nothing is deleted.

A mark is only an economy: what was taken is known by its digest, so a server that forgets marks (Exchange keeps none
of its users' own), or a program that is killed between keeping a mail and marking it, has no double effect. The newest
come first, so that a mailbox full of old ones keeps nobody waiting, and those over which the program has stumbled come
last, so that they hide no others however many they are.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from domain.errors import Refused
from domain.values import dataclass

Tls = Literal["starttls", "tls", "none"]
TAKEN = "$RenkeiTaken"
"""The keyword (RFC 9051 §2.3.2) on a mail that has been taken in; whether somebody has read it is not ours to say."""

PAUSE = timedelta(minutes=1)
MOST = 50
LARGEST = 10 * 2**20
"""Octets; of a larger mail only the head is fetched: it can be looked at in the mailbox itself."""

SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
PATIENCE = 30.0
"""Seconds for each answer of the server."""

Take = Callable[[bytes], Coroutine[Any, Any, bool]]


class MailboxClosed(Refused):
    """The mailbox cannot be read now; what is in it waits."""

    code = "MAILBOX"


class Mailbox(Protocol):
    """Something in which mails arrive."""

    async def empty(self, now: datetime, take: Take) -> None:
        """Hand each new mail over; it stays new where `take` answers that it was not taken."""
        ...


@dataclass
class ImapMailbox:
    """One connection for each look, at most once in PAUSE. `trust` is for a server with a certificate of its own."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    looked_at: datetime | None = None
    taken: set[tuple[int, str]] = field(default_factory=set, repr=False)
    stumbled: dict[tuple[int, str], None] = field(default_factory=dict, repr=False)

    async def empty(self, now: datetime, take: Take) -> None:
        """Raises MailboxClosed where the server cannot be reached, or does not let us in."""
        if self.looked_at is not None and timedelta() <= now - self.looked_at < PAUSE:
            return
        self.looked_at = now
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._empty, lambda mail: asyncio.run_coroutine_threadsafe(take(mail), loop).result())

    def _empty(self, take: Callable[[bytes], bool]) -> None:
        with self._opened() as mailbox:
            validity = mailbox.folder.status(self.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
            waiting = [uid for uid in mailbox.uids(f"UNKEYWORD {TAKEN}") if (validity, uid) not in self.taken]
            for uid in self._in_turn(validity, waiting)[:MOST]:
                mail = _fetched(mailbox, uid)
                self.stumbled.pop((validity, uid), None)
                if mail and take(mail):
                    mailbox.flag(uid, TAKEN, True)
                    self.taken.add((validity, uid))
                else:
                    self.stumbled[validity, uid] = None

    def _in_turn(self, validity: int, waiting: Sequence[str]) -> list[str]:
        """The newest first; then those over which we have stumbled, the one that was tried longest ago first."""
        fresh = [uid for uid in waiting if (validity, uid) not in self.stumbled]
        again = [uid for known, uid in self.stumbled if known == validity and uid in waiting]
        return [*sorted(fresh, key=int, reverse=True), *again]

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        from imaplib import IMAP4  # here, because a program without a mailbox never needs either

        from imap_tools import ImapToolsError

        try:
            mailbox = self._reached()
            try:
                mailbox.login(self.user, self.password, self.folder)
                yield mailbox
                mailbox.logout()
            except BaseException:
                with suppress(OSError):
                    mailbox.client.shutdown()
                raise
        except (ImapToolsError, IMAP4.error, OSError) as error:
            raise MailboxClosed(f"返信用のメールボックスを読めません（{type(error).__name__}）。") from error

    def _reached(self) -> Any:
        from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

        if self.tls == "none":
            return MailBoxUnencrypted(self.host, self.port, PATIENCE)
        trust = self.trust or ssl.create_default_context()
        kind = MailBox if self.tls == "tls" else MailBoxStartTls
        return kind(self.host, self.port, timeout=PATIENCE, ssl_context=trust)


def _fetched(mailbox: Any, uid: str) -> bytes:
    """The whole mail, or the head of one that is too large; nothing where the server does not give it."""
    _, answered = mailbox.client.uid("fetch", uid, "(RFC822.SIZE)")
    told = SIZE.search(b" ".join(one for one in answered if isinstance(one, bytes)))
    size = int(told[1]) if told else 0
    part = "(BODY.PEEK[])" if size <= LARGEST else "(BODY.PEEK[HEADER])"
    _, found = mailbox.client.uid("fetch", uid, part)
    return next((one[1] for one in found if isinstance(one, tuple)), b"")
