"""What a storm is watched from: the processes and their ends, the clock, the way in over HTTP, and a mail server."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import unified_diff
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar

from domain.outbox import LEASE
from tests.api.serving import NO_AUTHORITIES, wait_until
from tests.year.desk import _free_port

ROOT = Path(__file__).parents[2]
NEXT = LEASE + timedelta(minutes=2)
"""Later than any lease and any first pause."""

PATIENCE = 60.0
"""Seconds for which a test waits, on a machine that is busy with other things."""


@dataclass
class Office:
    """A real mail server, which keeps what it accepts in its order, and says so to all but those it `drops`."""

    draw: Random
    drops: float = 0.0
    taken: list[bytes] = field(default_factory=list)
    dropped: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(bytes(envelope.content or b""))
        if self.draw.random() < self.drops:
            self.dropped += 1
            server.transport.abort()
        return "250 OK"


@contextmanager
def office(
    draw: Random, drops: float = 0.0, at: int | None = None, of: type[Office] = Office
) -> Iterator[tuple[Office, int]]:
    kept, port = of(draw, drops), at or _free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield kept, port
    finally:
        controller.stop()


@dataclass
class Mail:
    """One mail as it came: whose, which letter it is, and what it says of the date."""

    content: bytes
    to: str
    message_id: str
    uid: str
    sequence: int


def invitations(box: Office) -> list[Mail]:
    """What came that tells somebody of a date; the office also has mail of its own."""
    mails: list[Any] = [(content, message_from_bytes(content, policy=policy.default)) for content in box.taken]
    return [_read(content, mail) for content, mail in mails if b"BEGIN:VEVENT" in calendar_in(mail)]


def _read(content: bytes, mail: Any) -> Mail:
    event = Calendar.from_ical(calendar_in(mail)).events[0]
    to = mail["To"].addresses[0].addr_spec
    return Mail(content, to, mail["Message-ID"], event.uid, event.sequence)


def differences(mails: list[Mail]) -> list[str]:
    """In which lines copies of one letter differ."""
    first: dict[str, bytes] = {}
    pairs = [(first.setdefault(mail.message_id, mail.content), mail.content) for mail in mails]
    return [line for one, other in pairs for line in unified_diff(*(_lines(text) for text in (one, other)), n=0)]


def _lines(content: bytes) -> list[str]:
    return content.decode().splitlines()


def calendar_in(mail: EmailMessage) -> bytes:
    parts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return b"".join(part for part in parts if isinstance(part, bytes))


def by_reader(mails: list[Mail]) -> dict[str, list[Mail]]:
    """Each reader's mails in the order in which they came."""
    found: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        found[mail.to].append(mail)
    return found


@dataclass
class Port:
    """The processes of one program by what they are: `web`, `jobs 1`, `jobs 2`."""

    starter: subprocess.Popen[str]
    place: Path
    web_port: int
    log: Path
    running: dict[str, int] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(verify=NO_AUTHORITIES, trust_env=False, timeout=PATIENCE)
    )

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat((self.place / "now").read_text())

    def bugs(self) -> str:
        """What was written down of them."""
        written = self.log.read_text().splitlines()
        return "\n".join(line.replace("\\n", "\n") for line in written if '"renkei.bug"' in line)

    def at(self, instant: datetime) -> None:
        """Move the clock."""
        (self.place / "next").write_text(instant.isoformat())
        (self.place / "next").replace(self.place / "now")

    def later(self, by: timedelta) -> None:
        self.at(self.now + by)

    def start(self, *names: str) -> None:
        assert self.starter.stdin is not None
        assert self.starter.stdout is not None
        for name in names:
            self.starter.stdin.write(f"{name.partition(' ')[0]}\n")
            self.starter.stdin.flush()
            self.running[name] = int(self.starter.stdout.readline())

    def kill(self, *names: str) -> None:
        """kill -9, all at once; returns when they are gone."""
        numbers = [self.running.pop(name) for name in names]
        for number in numbers:
            os.kill(number, signal.SIGKILL)
        for number in numbers:
            wait_until(lambda number=number: not is_alive(number), PATIENCE)
        self.killed.update(names)

    def is_open(self) -> bool:
        return self.readiness() == 200

    def readiness(self) -> int:
        """What a balancer hears; 0 where nobody is there."""
        try:
            return self.client.get(f"{self.base}/readyz").status_code
        except httpx.TransportError:
            return 0

    def ask(self, token: str, document: str, **variables: Any) -> httpx.Response:
        return self.client.post(
            f"{self.base}/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )

    def change(self, token: str, mutation: str, **input: Any) -> httpx.Response:
        name = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation($input: {name}!) {{ {mutation}(input: $input) {{ __typename }} }}"
        return self.ask(token, document, input=input)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def port(url: str, smtp_port: int, place: Path, now: datetime, patience: float = 10) -> Iterator[Port]:
    """Nothing runs yet. What was started is killed at the end."""
    web_port, log = _free_port(), place / "log"
    command = [
        sys.executable,
        "-m",
        "tests.storms.house",
        url,
        str(web_port),
        str(smtp_port),
        str(place),
        str(patience),
    ]
    with log.open("w") as written:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": written}
        starter = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
    here = Port(starter, place, web_port, log)
    here.at(now)
    try:
        with here.client:
            yield here
    finally:
        for number in here.running.values():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        starter.communicate(timeout=PATIENCE)


def settle(is_quiet: Callable[[], bool], *hosts: Port) -> None:
    """Let what is left be posted by processes that nobody kills. Clocks go on only while no post is under way, and none
    is ahead of another's; on a busy machine there is more and more time before."""
    for turn in range(20):
        end = time.monotonic() + 0.7 * 1.2**turn
        while time.monotonic() < end:
            if is_quiet():
                return
            time.sleep(0.05)
        at_work = [(host, [name for name in host.running if name.startswith("jobs")]) for host in hosts]
        for host, jobs in at_work:
            host.kill(*jobs)
        for host in hosts:
            host.later(NEXT)
        for host, jobs in at_work:
            host.start(*jobs)
    raise AssertionError("letters were left behind")
