"""For developers: write the reviewed copy of the permission table anew."""

from __future__ import annotations

import argparse

from api import rights
from api.arguments import renew


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(_: argparse.Namespace) -> int:
    renew(rights.REVIEWED, rights.table())
    print(rights.REVIEWED)
    return 0
