"""For developers: the permission table, one line for each verb, and its reviewed copy."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import domain
from domain.verbs import ALLOWED, ROUTINES

REVIEWED = Path(__file__).parents[2] / "tests" / "domain" / "permissions.txt"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(_: argparse.Namespace) -> int:
    REVIEWED.write_text(table(), encoding="utf-8")
    print(REVIEWED)
    return 0


def table() -> str:
    """Every verb with the roles that may call it, and every routine of the clock."""
    for found in walk_packages(domain.__path__, "domain."):
        if ".migrations" not in found.name:
            import_module(found.name)
    verbs = {name: " ".join(sorted(roles)) for name, roles in ALLOWED.items()}
    lines = verbs | dict.fromkeys(ROUTINES, "(the clock)")
    return "".join(f"{name}: {roles}\n" for name, roles in sorted(lines.items()))
