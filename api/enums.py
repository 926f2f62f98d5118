"""The domain's enums as the schema's: one docstring for whoever reads the code and whoever reads the SDL."""

import inspect
from enum import Enum

import strawberry


def offer(*kinds: type[Enum], name: str | None = None) -> None:
    """Let the schema speak of these, under their own names or, where another one is asked for, under `name`.

    What their docstrings say is described without the margin of the source: Python takes it away from 3.13 on only.
    """
    for kind in kinds:
        strawberry.enum(kind, name=name, description=inspect.cleandoc(kind.__doc__ or ""))
