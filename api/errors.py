"""What ends a command without being a bug."""

from __future__ import annotations


class Stopped(Exception):
    """The command cannot go on; the message is one Japanese sentence that says what to do."""
