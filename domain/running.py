"""What is running: a request, a command or a turn of a job, with what its door says of it once and no row does.

処理番号: its number stands in the lines of the log, in the journal, in looks and in letters, so that each leads to the
others. It tells nothing by itself and opens nothing.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from random import Random, SystemRandom
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.quiet import QuietHours

LONGEST = 60
# Numbers that nobody has to guess, and that cost no call of the system for each request; each process has its own.
_NUMBERS = Random(SystemRandom().getrandbits(256))  # nosec B311


class Running:
    """`until` is when whoever waits for it is to be answered (seconds of `monotonic`, the clock of every event loop).
    Of the house, `hours` are its quiet ones, and `address` is by which units write that have none.

    As a block: a generator would say the same in fewer lines, and take ten times as long as what it does."""

    __slots__ = ("address", "hours", "number", "token", "until")

    def __init__(
        self, number: str = "", until: float | None = None, hours: QuietHours | None = None, address: str = ""
    ) -> None:
        self.number, self.until, self.hours, self.address = number, until, hours, address

    def __enter__(self) -> str:
        self.token: Token[Running] = _current.set(self)
        return self.number

    def __exit__(self, *_: object) -> None:
        _current.reset(self.token)


_current: ContextVar[Running] = ContextVar("running", default=Running())  # noqa: B039  (nobody begins or changes it)


def current() -> Running:
    """What is running; without a number where nothing was begun, as in a script of somebody's own."""
    return _current.get()


def number() -> str:
    """The number of what is running, or ""."""
    return _current.get().number


def new(what: str = "") -> str:
    """A number that nothing else has; a job's or command's begins with its name."""
    number = _NUMBERS.randbytes(8).hex()
    return f"{what}.{number}" if what else number


def begun(what: str = "", *, until: float | None = None, hours: QuietHours | None = None, address: str = "") -> Running:
    """Whatever is done in this block has one new number, which is given, and knows what is said here."""
    return Running(new(what), until, hours, address)
