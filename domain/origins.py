"""処理番号: from which request, command or turn of a job something comes.

The number stands in the lines of the log, in the journal, in looks and in letters, so that each leads to the others. It
tells nothing by itself and opens nothing.
"""

from __future__ import annotations

from contextvars import ContextVar
from random import Random, SystemRandom

from domain.during import During

LONGEST = 60
# Numbers that nobody has to guess, and that cost no call of the system for each request; each process has its own.
_NUMBERS = Random(SystemRandom().getrandbits(256))  # nosec B311
_current: ContextVar[str] = ContextVar("origin", default="")


def current() -> str:
    """The number of what is running; "" where nothing was begun, as in a script of somebody's own."""
    return _current.get()


def new(what: str = "") -> str:
    """A number that nothing else has; a job's or command's begins with its name."""
    number = f"{_NUMBERS.getrandbits(64):016x}"
    return f"{what}.{number}" if what else number


def begun(what: str = "") -> During[str]:
    """Whatever is done in this block has one new number, which is given."""
    return During(_current, new(what))
