"""Mailboxes on a real IMAP server, a hand that puts mails into them, and a small server with one, as a process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import MailBoxUnencrypted

from jobs.mailbox import ImapMailbox
from tests.api.serving import PATIENCE, ended, is_up, wait_until

USER, PASSWORD = "desk@partner.example", "pa55word"
SERVER = """
import sys
from pymap import config
from pymap.main import main
from pysasl.hashing import BuiltinHash
config.BuiltinHash = lambda: BuiltinHash(rounds=1)  # half a second for each login is for whoever guesses
sys.exit(main())
"""


@dataclass
class Box:
    """The mailbox of an address. With `smtp`, the port of a server that delivers into it."""

    port: int
    user: str = USER
    smtp: int | None = None

    def put(self, *mails: bytes) -> None:
        with self.opened() as box:
            for mail in mails:
                box.append(mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), "INBOX")

    def await_mails(self, count: int) -> list[bytes]:
        """All that is there, as soon as it is so many."""
        with self.opened() as box:
            wait_until(lambda: box.client.noop() and len(box.uids("ALL")) >= count)
            return [mail.obj.as_bytes() for mail in box.fetch(mark_seen=False)]

    def emptied(self) -> Box:
        with self.opened() as box:
            box.delete(box.uids("ALL"))
            for folder in [one.name for one in box.folder.list() if one.name != "INBOX"]:
                box.folder.delete(folder)
        return self

    @contextmanager
    def opened(self) -> Iterator[MailBoxUnencrypted]:
        """Closed also where the server does not answer a goodbye: else another test hears of it."""
        box = MailBoxUnencrypted("127.0.0.1", self.port, PATIENCE)
        try:
            with box.login(self.user, PASSWORD):
                yield box
        finally:
            with suppress(OSError):
                box.client.shutdown()

    def read(self) -> int:
        with self.opened() as box:
            return len(box.uids("SEEN"))

    def ours(self, password: str = PASSWORD) -> ImapMailbox:
        return ImapMailbox("127.0.0.1", self.port, "none", self.user, password)


@contextmanager
def mailbox() -> Iterator[Box]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "managesieve"]
    backend = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    command = [sys.executable, "-W", "ignore", "-c", SERVER, *options, *backend]
    with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)) as server:
        wait_until(lambda: server.poll() is not None or is_up(port))
        assert server.poll() is None, (server.communicate()[1] or b"").decode()
        yield Box(port)
