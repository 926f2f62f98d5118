"""How the running program writes down what happens: one JSON line each, as the log's keepers read it.

Nothing in a line names a person or opens a door: of an exception only where it was raised stands in it. Each carries
the number of the request, command or turn that it comes from (`domain.origins`).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TextIO

import orjson

from domain import origins
from domain.errors import trace


class Structured(logging.Formatter):
    """One JSON object for each line. Of an exception only where it was raised, without its text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := origins.current():
            line["request"] = number
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = trace(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def structured(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Let the whole process write like this to stderr or elsewhere; of libraries only what is wrong. What no line tells
    (the place in the source, thread, process) is not found out for each, as the manual of `logging` has it under
    Optimization: a line for each request would cost more than many an answer."""
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Structured())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for own in ("renkei", "jobs"):
        logging.getLogger(own).setLevel(level)


def note(bug: BaseException) -> str:
    """Log where a bug is, under the id of the request, and give the id. The text of the exception stays out."""
    id = origins.current() or origins.new()
    logging.getLogger("renkei.bug").error("request %s failed: %s", id, trace(bug))
    return id
