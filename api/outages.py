"""Whether it was the database that could not: gone, full, or closed to changes; no bug of ours, and said as what it is.

Recognised only at the doors, when everything below has ended: a refusal may be caught and answered as something else
on its way up, and no feed or link may look as if it did not exist because a server is down.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import asyncpg

from domain.errors import Unavailable

log = logging.getLogger("renkei.database")
DEEPEST = 12
GONE = (
    "いまデータベースに接続できません。少し待ってから、もう一度お試しください。変更の途中だったときは、反映されているかを"
    "先に確かめてください（同じ冪等キーを付けたものは、そのまま送り直せます）。"
)
CLOSED = (
    "いまデータベースは読み取り専用のため、変更も、閲覧の記録を残す個人情報の表示もできません。何も変更していません。"
    "時間をおいて、もう一度お試しください。"
)
FULL = (
    "データベースに書き込めないため、変更も、閲覧の記録を残す個人情報の表示もできません。何も変更していません。"
    "管理者に、サーバーの空き容量と記録を確かめるよう伝えてください。"
)

SAID = {
    "08": GONE,
    "57P01": GONE,
    "57P02": GONE,
    "57P03": GONE,
    "57P05": GONE,
    "53300": GONE,
    "25006": CLOSED,
    "53": FULL,
    "58": FULL,
    "XX": FULL,
}
"""By SQLSTATE or its class (PostgreSQL, Appendix A); XX is what a server says of files that it cannot write."""


def outage(error: BaseException) -> Unavailable | None:
    """What to say, where the database is at fault for this exception or for what it was raised over."""
    for one in _chain(error):
        if said := _said(one):
            trouble = Unavailable(said)
            trouble.__cause__ = one
            return trouble
    return None


def write_down(trouble: Unavailable) -> None:
    """For the log, what it was. The texts of exceptions stay out, for they may quote a row."""
    cause = trouble.__cause__
    log.error("the database failed: %s %s", type(cause).__name__, getattr(cause, "sqlstate", None) or "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it wraps, and what it was raised over, for the end of a transaction hides its middle."""
    at: BaseException | None = error
    for _ in range(DEEPEST):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__


def _said(error: BaseException) -> str | None:
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return SAID.get(state) or SAID.get(state[:2])
    if isinstance(error, asyncpg.InternalClientError):
        return GONE  # the driver has lost its place in what was said when the server went away
    if isinstance(error, asyncpg.InterfaceError):
        return GONE if "closed" in str(error) else None
    return GONE if isinstance(error, OSError) and _is_of_the_driver(error) else None


def _is_of_the_driver(error: BaseException) -> bool:
    """Whether it was raised while asyncpg was speaking to the server."""
    at = error.__traceback__
    while at is not None:
        if str(at.tb_frame.f_globals.get("__name__", "")).startswith("asyncpg."):
            return True
        at = at.tb_next
    return False
