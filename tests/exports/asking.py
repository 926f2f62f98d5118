"""Calendar programs that are not ours, each kind in a process of its own that lives as long as the run: a calendar is a
line to it, and so is what it says. Local time there is New York's, so that a time is right only where its zone was
read."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import judging

HERE = Path(__file__).parent
CLOSING = ExitStack()
atexit.register(CLOSING.close)


@dataclass
class Process:
    """One that is started with the first question."""

    command: Callable[[], list[str | Path]]
    running: subprocess.Popen[str] | None = None

    def ask(self, question: Any) -> Any:
        running = self.running = self.running or self._started()
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(question) + "\n")
        running.stdin.flush()
        return json.loads(running.stdout.readline())

    def _started(self) -> subprocess.Popen[str]:
        pipe, away = subprocess.PIPE, os.environ | {"TZ": "America/New_York", "PYTHONPATH": ""}
        return CLOSING.enter_context(
            subprocess.Popen(self.command(), stdin=pipe, stdout=pipe, text=True, encoding="utf-8", env=away)
        )


IN_JAVASCRIPT = Process(lambda: [str(judging.program("node")), HERE / "reading.mjs", judging.READERS.absolute()])
IN_PYTHON = Process(lambda: [judging.ENVIRONMENT.absolute() / "bin" / "python", "-I", HERE / "reading.py"])
