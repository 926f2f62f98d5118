"""What is made once, at the start, and stays until the process ends."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OFTEN = 50_000
"""New objects that are waited for before the young ones are looked through. The usual 700 are made by one page of rows,
and a feed of ten thousand dates takes a fifth longer; hardly anything here is garbage that only the collector finds."""


@contextmanager
def settling() -> Iterator[None]:
    """What is loaded and made in this block is left alone by the garbage collector, then and from now on.

    Nothing of it goes before the process does; to look through it again and again makes the start a sixth longer,
    and now and then a request wait.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(OFTEN)
        gc.enable()
