"""`renkei demo` as a process of its own, as a newcomer starts it, for as long as tests need it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import asyncpg
import httpx

from api import embedded
from domain import database
from tests.api.serving import NO_AUTHORITIES, wait_until
from tests.seed.contents import told_today

UNTOUCHED = "untouched"
WELCOME = "最初に試すこと"
PATIENCE = 200.0
"""Seconds that telling a year, or an end, may take on a machine that is busy with other things, or whose disk is slow:
alone it takes fifteen, and one. Less than a test has."""


@dataclass
class Demo:
    """A demonstration in a directory. `card` is what its `demo.json` says, `today` the day on which its story ends.

    `UNTOUCHED` is a copy of its database from before any test did something there.
    """

    directory: Path
    card: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    today: date = date.min

    def start(self, *arguments: str) -> None:
        with self.log_path.open("w") as log:
            self.process = running = start(self.directory, log, *arguments)
        wait_until(lambda: WELCOME in self.log or running.poll() is not None, PATIENCE)
        assert running.poll() is None, self.log
        self.card = json.loads((self.directory / "demo.json").read_text(encoding="utf-8"))

    def start_again(self) -> None:
        """With the address it had before."""
        self.start("--port", str(urlsplit(self.card["url"]).port))

    def must_run(self) -> None:
        """For the next test, whatever has become of it in the one before."""
        if self.process is None or self.process.poll() is not None:
            self.start_again()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(sign)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"it did not end, and said at last where it was:\n{self.log}") from error

    @property
    def log_path(self) -> Path:
        return self.directory.parent / "demo.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")  # half a letter may have been written yet

    def get(self, path: str) -> httpx.Response:
        with httpx.Client(verify=NO_AUTHORITIES, trust_env=False, timeout=60) as client:
            return client.get(path if path.startswith("http") else self.card["url"] + path)

    def ask(self, who: str, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """One GraphQL question as one of the ten; the whole answer."""
        headers = {"Authorization": f"Bearer {self.card['tokens'][who]}"}
        with httpx.Client(verify=NO_AUTHORITIES, trust_env=False, timeout=60) as client:
            sent = client.post(self.card["graphql"], json={"query": query, "variables": variables}, headers=headers)
        answer: dict[str, Any] = sent.json()
        return answer

    def letters(self) -> list[EmailMessage]:
        files = Path(self.card["mail"]).glob("*.eml")
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def start(directory: Path, log: TextIO, *arguments: str) -> subprocess.Popen[str]:
    """The process, in the environment of somebody who has set nothing; told to abort, it says where it stands."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")}
    kept["PYTHONFAULTHANDLER"] = "1"
    program = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", "demo"]
    where = ["--data", str(directory), *(arguments or ("--port", "0"))]
    return subprocess.Popen([*program, *where], stdout=log, stderr=subprocess.STDOUT, text=True, env=kept)


async def _copy(superuser_url: str, url: str) -> date:
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute(f"CREATE DATABASE {UNTOUCHED} TEMPLATE {embedded.ROLE} OWNER {embedded.ROLE}")
    finally:
        await connection.close()
    async with database.opened(url):
        return await told_today()


@contextmanager
def running() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="renkei-demo-") as place:
        demo = Demo(Path(place) / "var")
        try:
            demo.start()
            with embedded.running(demo.directory) as server:
                demo.stop()
                demo.today = asyncio.run(_copy(server.superuser_url(), server.url(UNTOUCHED)))
                demo.start_again()
            yield demo
        finally:
            if demo.process and demo.process.poll() is None:
                demo.stop()
