"""How the running program writes down what happens: one JSON line each, as the log's keepers read it.

Nothing in a line names a person or opens a door: of an exception only where it was raised stands in it. Each carries
the number of the request, command or turn that it comes from (`domain.running`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TextIO

import orjson

from domain import running
from domain.errors import trace

Told = tuple[datetime, str, str, str, str, Mapping[str, object]]
"""What `_line` is made of: first the instant, which is written to the microsecond (RFC 3339)."""


class Lines(logging.StreamHandler[TextIO]):
    """One JSON object for each line. Of an exception only where it was raised, without its text."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self.told: list[Told] = []

    def format(self, record: logging.LogRecord) -> str:
        more = dict(getattr(record, "fields", ()))
        if record.exc_info and record.exc_info[1] is not None:
            more["trace"] = trace(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC)
        return _line(at, record.levelname, record.name, record.getMessage(), running.number(), more)

    def tell(self, logger: str, message: str, fields: Mapping[str, object]) -> None:
        """One line of INFO, written together with all that are told in this turn of the event loop. So each costs a
        third of what it costs between two answers."""
        if not self.told:
            asyncio.get_running_loop().call_soon(self._write_told)
        self.told.append((datetime.now(UTC), "INFO", logger, message, running.number(), fields))

    def _write_told(self) -> None:
        """What cannot be written is no trouble of whoever has been answered."""
        told, self.told = self.told, []
        try:
            lines = "".join(_line(*one) + self.terminator for one in told)
            with self.lock or nullcontext():
                self.stream.write(lines)
                self.stream.flush()
        except Exception:
            self.handleError(logging.makeLogRecord({"msg": f"the lines of {len(told)} answers"}))


def _line(at: datetime, level: str, logger: str, message: str, number: str, more: Mapping[str, object]) -> str:
    line: dict[str, object] = {"at": at, "level": level, "logger": logger, "message": message}
    if number:
        line["request"] = number
    line.update(more)
    try:
        return orjson.dumps(line, default=str).decode()
    except orjson.JSONEncodeError:  # half a character, which UTF-8 has no place for
        return json.dumps(line, default=str, separators=(",", ":"))


def tell(logger: logging.Logger, message: str, fields: Mapping[str, object]) -> None:
    """What `logger.info` would write, where it is written as lines: the record, and all whom it might be for, cost more
    than the answers of which each line tells. To be called where an event loop runs."""
    if logger.isEnabledFor(logging.INFO):
        for handler in logging.root.handlers:
            if isinstance(handler, Lines):
                handler.tell(logger.name, message, fields)


def structured(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Let the whole process write like this to stderr or elsewhere; of libraries only what is wrong."""
    logging.basicConfig(handlers=[Lines(stream)], level=logging.WARNING, force=True)
    for own in ("renkei", "jobs"):
        logging.getLogger(own).setLevel(level)


def note(bug: BaseException) -> str:
    """Log where a bug is, under the id of the request, and give the id. The text of the exception stays out."""
    id = running.number() or running.new()
    logging.getLogger("renkei.bug").error("request %s failed: %s", id, trace(bug))
    return id
