"""How people and programs meet the house in the story: the command line, GraphQL over HTTP, mail, feeds."""

import email
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session
from icalendar import Calendar

from tests.api import serving
from tests.year.house import SECRET

ROOT = Path(__file__).parents[2]


@dataclass
class Letterbox:
    """A real mail server that keeps what it accepts."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        message = email.message_from_bytes(bytes(envelope.content or b""), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"].addresses[0].addr_spec]
        self.mails.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]

    def keys(self) -> set[str]:
        """The secrets in the addresses that were told to somebody."""
        texts = [part.get_content() for mail in self.mails for part in mail.walk() if not part.is_multipart()]
        return {key for text in texts for key in re.findall(r"/(?:rsvp|cal)/([^/\s\"]{20,})", str(text))}


@contextmanager
def letterbox() -> Iterator[tuple[Letterbox, int]]:
    box, port = Letterbox(), _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def wait_for(found: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)
    return result


def event_in(mail: EmailMessage) -> Any:
    """The event of an invitation, read by a parser that is not ours."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") in ("REQUEST", "CANCEL")
    return Calendar.from_ical(part.get_payload(decode=True)).events[0]


def link_in(mail: EmailMessage, door: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://\S*/{door}/\S+", body.get_content())
    assert found, body.get_content()
    return found[0]


@dataclass
class House:
    """One running program, its clock, and the ways in."""

    url: str
    place: Path
    box: Letterbox
    log: list[str] = field(default_factory=list)
    """What web and jobs have written down; whole once they have ended."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{(self.place / 'port').read_text()}"

    def at(self, instant: datetime) -> None:
        """Move the clock."""
        (self.place / "next").write_text(instant.isoformat())
        (self.place / "next").replace(self.place / "now")

    def renkei(self, *arguments: str, code: int = 0) -> str:
        """One command, as pasted into a shell; what it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")}
        ours = {"RENKEI_DATABASE_URL": self.url, "RENKEI_SECRET_KEY": SECRET, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=kept | ours, cwd=self.place, timeout=120)
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout if code == 0 else done.stderr

    def ask(self, token: str, document: str, **variables: Any) -> dict[str, Any]:
        answer = serving.post(
            f"{self.base}/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
        told: dict[str, Any] = answer.json()
        return told

    def read(self, token: str, document: str, **variables: Any) -> dict[str, Any]:
        answer = self.ask(token, document, **variables)
        assert "errors" not in answer, json.dumps(answer["errors"], ensure_ascii=False)
        data: dict[str, Any] = answer["data"]
        return data

    def do(self, token: str, mutation: str, shown: str, **input: Any) -> dict[str, Any]:
        """One mutation; the row that it answers with, of type `shown` with the fields in brackets behind it."""
        name = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation($input: {name}!) {{ {mutation}(input: $input) {{ {shown} }} }}"
        payload: dict[str, Any] = self.read(token, document, input=input)[mutation]
        row: dict[str, Any] = next(iter(payload.values()))
        return row

    def mail(self, address: str, count: int) -> EmailMessage:
        """The newest of `count` letters to an address, once that many have come."""
        wait_for(lambda: len(self.box.to(address)) >= count, f"letter {count} to {address}")
        assert len(self.box.to(address)) == count, [mail["Subject"] for mail in self.box.to(address)]
        return self.box.to(address)[-1]


def is_open(home: House) -> bool:
    try:
        return serving.get(f"{home.base}/readyz").status_code == 200
    except (OSError, httpx.TransportError):
        return False


@contextmanager
def house(url: str, place: Path, now: datetime) -> Iterator[House]:
    with letterbox() as (box, port):
        home = House(url, place, box)
        home.at(now)
        yield from _running(home, port)


def _running(home: House, port: int) -> Iterator[House]:
    home.renkei("migrate")
    command = [sys.executable, "-m", "tests.year.house", home.url, str(port), str(home.place)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    listener = threading.Thread(target=lambda: home.log.extend(process.stderr or []))
    listener.start()
    try:
        wait_for(lambda: is_open(home) or process.poll() is not None, "the doors to open")
        assert process.poll() is None, "".join(home.log)
        yield home
    finally:
        process.terminate()
        process.wait(20)
        listener.join()
        if process.stderr:
            process.stderr.close()
    assert [line for line in home.log if "Traceback" in line or "failed" in line] == [], "".join(home.log)
