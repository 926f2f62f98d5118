"""A real IMAP server with one empty mailbox, in a process of its own, and a hand that puts mails into it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imap_tools import MailBoxUnencrypted

from jobs.mailbox import ImapMailbox

USER, PASSWORD = "desk", "pa55word"
SERVER = "import sys; from pymap.main import main; sys.exit(main())"


@dataclass
class Box:
    port: int

    def put(self, *mails: bytes) -> None:
        with self.opened() as box:
            for mail in mails:
                box.append(mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), "INBOX")

    def opened(self) -> MailBoxUnencrypted:
        return MailBoxUnencrypted("127.0.0.1", self.port, 5).login(USER, PASSWORD)

    def read(self) -> int:
        with self.opened() as box:
            return len(box.uids("SEEN"))

    def ours(self, password: str = PASSWORD) -> ImapMailbox:
        return ImapMailbox("127.0.0.1", self.port, "none", USER, password)


@contextmanager
def mailbox() -> Iterator[Box]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "managesieve"]
    backend = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    command = [sys.executable, "-W", "ignore", "-c", SERVER, *options, *backend]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _await(server, port)
        yield Box(port)
    finally:
        server.terminate()
        server.communicate()


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError((server.communicate()[1] or b"").decode())
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the IMAP server does not listen")
