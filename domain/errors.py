"""Everything the domain can refuse, as values a person can read and a program can tell apart.

A refusal is expected and named; a bug is any other exception. `code` is stable for programs, the message is
Japanese for people and says what to do, `field` names the argument that is meant, where one is.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """A rule said no, and nothing was changed."""

    code = "REFUSED"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Unauthenticated(Refused):
    """Nobody is known to be asking: no token, a wrong one, or one that has ended."""

    code = "UNAUTHENTICATED"


class NotFound(Refused):
    """The row does not exist, or may not be seen: the two answer alike."""

    code = "NOT_FOUND"


class NotAllowed(Refused):
    """The actor's role does not do this."""

    code = "NOT_ALLOWED"


class WrongState(Refused):
    """The row is not in a state from which this step leads on."""

    code = "WRONG_STATE"


class Conflict(Refused):
    """Somebody else was first: another version, another booking, the same key with another content."""

    code = "CONFLICT"


class Crossed(Conflict):
    """This and somebody else's work waited for each other, and this was undone. It may be done anew as it was asked."""


class Invalid(Refused):
    """A value can never be right as it stands."""

    code = "INVALID"


@contextmanager
def meaning(**arguments: str) -> Iterator[None]:
    """Where a column is called otherwise than the argument that its value came by, a refusal names the argument."""
    try:
        yield
    except Refused as refusal:
        refusal.field = arguments.get(refusal.field or "", refusal.field)
        raise


class Incomplete(Refused):
    """The values are right, but something that the step needs is still missing."""

    code = "INCOMPLETE"


class TooLarge(Refused):
    """More than the program takes at once."""

    code = "TOO_LARGE"


class Damaged(Refused):
    """What is kept is not any more what came: nothing of it is handed out."""

    code = "DAMAGED"


class RateLimited(Refused):
    """Too often in too short a time. `retry_after` is in seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, field: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message, field)
        self.retry_after = retry_after


class Unavailable(Refused):
    """The database cannot do it for now. Whether a change whose end was not heard was made is known to nobody; an
    idempotency key makes sending it again safe. `retry_after` is in seconds."""

    code = "UNAVAILABLE"
    retry_after = 5


def trace(bug: BaseException) -> str:
    """Where a bug is, for a log: the kinds and places of the exception and its causes. Their texts stay out, for they
    may quote a row."""
    chain: list[str] = []
    at: BaseException | None = bug
    while at is not None and len(chain) < 5:
        kind = f"{type(at).__module__}.{type(at).__qualname__}"
        chain.append(f"{kind}\n{''.join(traceback.format_tb(at.__traceback__))}")
        at = at.__cause__ or at.__context__
    return "from ".join(chain)
