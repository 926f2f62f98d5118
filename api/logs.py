"""How the running program writes down what happens: one JSON line each, as the log's keepers read it.

Nothing in a line names a person or opens a door: of an exception only where it was raised stands in it. Each carries
the number of the request, command or turn that it comes from (`domain.running`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TextIO

import orjson

from domain import running
from domain.errors import trace


class Lines(logging.StreamHandler[TextIO]):
    """One JSON object for each line. Of an exception only where it was raised, without its text."""

    def format(self, record: logging.LogRecord) -> str:
        more = dict(getattr(record, "fields", ()))
        if record.exc_info and record.exc_info[1] is not None:
            more["trace"] = trace(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC)
        return _line(at, record.levelname, record.name, record.getMessage(), more)

    def tell(self, logger: str, message: str, fields: Mapping[str, object]) -> None:
        """One line of INFO. What cannot be written is no trouble of whoever has been answered."""
        try:
            line = _line(datetime.now(UTC), "INFO", logger, message, fields)
            with self.lock or nullcontext():
                self.stream.write(f"{line}{self.terminator}")
                self.stream.flush()
        except Exception:
            self.handleError(logging.makeLogRecord({"msg": message}))


def _line(at: datetime, level: str, logger: str, message: str, more: Mapping[str, object]) -> str:
    line = {"at": at, "level": level, "logger": logger, "message": message}
    if number := running.number():
        line["request"] = number
    line.update(more)
    return orjson.dumps(line, default=str).decode()


def tell(logger: logging.Logger, message: str, fields: Mapping[str, object]) -> None:
    """What `logger.info` would write, where it is written as lines, at a quarter of the cost: the record, and all whom
    it might be for, cost more than the answers of which each line tells."""
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
