"""For developers: write the reviewed copy of the permission table anew."""

from __future__ import annotations

import argparse

from api import rights


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(_: argparse.Namespace) -> int:
    rights.REVIEWED.write_text(rights.table(), encoding="utf-8")
    print(rights.REVIEWED)
    return 0
