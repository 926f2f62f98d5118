"""The SDL: the contract with every client, which only grows."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.arguments import renew

COMMITTED = Path(__file__).parents[1] / "schema.graphql"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="api/schema.graphql を書き直す（開発用）")


def run(options: argparse.Namespace) -> int:
    if options.write:
        renew(COMMITTED, sdl())
        print(COMMITTED)
    else:
        print(sdl(), end="")
    return 0


def sdl() -> str:
    """The schema as the program serves it. Raises TypeError with whatever in it cannot be read as declared."""
    from api import reading
    from api.schema import schema

    reading.must_be_sound(schema)
    return schema.as_str().rstrip() + "\n"
