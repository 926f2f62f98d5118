"""What is made once, at the start, and stays until the process ends."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
        gc.enable()
