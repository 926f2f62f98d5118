"""The one PostgreSQL: which modules hold tables, how it is opened and closed, and whether it is up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import unquote, urlsplit

from tortoise import Tortoise
from tortoise.exceptions import OperationalError, TransactionManagementError

from domain import pooling, walls
from domain.actor import TOKYO
from domain.table import asked

MODELS = [
    f"domain.{concept}"
    for concept in (
        "journal",
        "idempotency",
        "outbox.mail",
        "slots",
        "units",
        "people",
        "organizations.organization",
        "calendar",
        "documents.document",
        "tokens",
        "accounts.account",
        "accounts.sessions",
        "accounts.throttling",
        "feeds.subscription",
        "feeds.address",
        "feeds.kept",
        "feeds.synced",
        "answering",
        "incoming.mail",
        "councils.council",
        "wifi.spot",
        "campaigns.campaign",
        "campaigns.proposing",
        "thresholds",
        "volunteers.roster",
        "volunteers.consents",
        "volunteers.commissions",
        "outreach.event",
        "activities.activity",
        "lectures.lecture",
        "lectures.assigning",
        "lectures.reporting",
        "agreements.agreement",
        "agreements.amending",
        "agreements.committing",
        "agreements.lasting",
        "agreements.naming",
        "agreements.ceremony",
        "agreements.keeping",
        "agreements.researching",
        "information",
        "meetings.meeting",
        "meetings.attending",
        "meetings.resolving",
        "drills.participation",
        "drills.drill",
        "drills.improvement",
        "encounters.encounter",
        "encounters.attending",
        "encounters.checklist",
        "notices.notice",
        "notices.rule",
        "merging",
        "statistics.runs",
        "sealing",
        "looks",
        "retention.lists",
    )
]
APP = "renkei"
MIGRATIONS = "domain.migrations"
STEPS_TAKEN = "SELECT name FROM tortoise_migrations"
CONNECTIONS = 5
STATEMENTS = 400
# A page follows its rows' references one by one: the usual price of such a step, for turning disks, makes the planner
# read whole tables instead, once for every row of the page.
PLANNING = {"random_page_cost": "1.1"}
READERS = {"default_transaction_read_only": "on", **walls.timeouts()}
READ_ONLY = "25006"
PATIENCE = 2.0
"""Seconds in which a replica is to take a connection; what it would be asked is asked of the other server then."""
LONGEST_STATEMENT = 256 * 1024  # reading a deep selection is one statement, too long for the usual cache


async def open_database(url: str, *, connections: int = CONNECTIONS, replica: str | None = None) -> None:
    """Connect the models to PostgreSQL for every task of this process. Instants come back aware, in UTC.

    `connections` is the most that are open at once, `replica` the address of a copy that may be read instead. Whoever
    opens closes, in `finally`: an open connection keeps the process alive.
    """
    told = config(url, connections, replica)
    await Tortoise.init(config=told, use_tz=True, timezone="UTC", _enable_global_fallback=True)


async def close_database() -> None:
    """Give back every connection."""
    await Tortoise.close_connections()


@asynccontextmanager
async def opened(url: str, *, connections: int = CONNECTIONS, replica: str | None = None) -> AsyncIterator[None]:
    """The database, open for as long as the block lasts."""
    await open_database(url, connections=connections, replica=replica)
    try:
        yield
    finally:
        await close_database()


async def execute(statement: str, *values: object) -> None:
    """One statement that no model can say, on the connection of the running transaction if there is one."""
    await asked(statement, values)


async def rows(statement: str, *values: object) -> list[dict[str, Any]]:
    """What one statement that no model can say returns; `execute` would throw the rows of a change away."""
    return [dict(row) for row in await asked(statement, values)]


async def rows_as_planned(statement: str, *values: object) -> list[dict[str, Any]]:
    """The same of a long statement, inside a transaction, planned for these very values from here to its end.

    After a few times PostgreSQL plans once for whatever values there may be (`plan_cache_mode`), and takes a row or two
    for what a day and a list of units leave of thousands: it then compares each with each.
    """
    await execute("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
    return await rows(statement, *values)


async def records(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The same, each row's values in the order in which they were asked for: for thousands of rows."""
    return [tuple(row) for row in await asked(statement, values)]


async def was_first(insert: str, *values: object) -> bool:
    """Whether our `INSERT … ON CONFLICT DO NOTHING RETURNING` went in; a twin's open transaction is waited for."""
    return bool(await rows(insert, *values))


@contextmanager
def if_it_takes_changes() -> Iterator[None]:
    """One note beside what is read, outside of transactions: a server that only lets read is no reason not to."""
    try:
        yield
    except TransactionManagementError as error:
        if getattr(error.args[0] if error.args else None, "sqlstate", None) != READ_ONLY:
            raise


def config(url: str, connections: int, replica: str | None = None) -> dict[str, Any]:
    """What Tortoise wants to be told: the owner's connections, and those that read behind the second wall, there and at
    the replica, which are opened as they are needed."""
    pools = {"default": _pool(url, connections, {})}
    for role in walls.ROLES:
        as_reader = {"role": role, **READERS}
        pools[role] = _pool(url, connections, as_reader)
        if replica:
            pools[walls.at_replica(role)] = _pool(replica, connections, as_reader, timeout=PATIENCE)
    app = {"models": MODELS, "default_connection": "default", "migrations": MIGRATIONS}
    return {"connections": pools, "apps": {APP: app}}


def _pool(url: str, connections: int, besides: dict[str, str], **more: Any) -> dict[str, Any]:
    address, password = without_password(url)
    settings = {"application_name": "renkei", "jit": "off", "timezone": TOKYO.key, **PLANNING, **besides}
    told = {
        "dsn": address,
        "password": password,
        "minsize": 1,
        "maxsize": connections,
        "statement_cache_size": STATEMENTS,
        "max_cacheable_statement_size": LONGEST_STATEMENT,
        "reset": _leave_as_it_is,
        "server_settings": settings,
        **more,
    }
    return {"engine": pooling.__name__, "credentials": told}


def without_password(url: str) -> tuple[str, str | None]:
    """The address as it may be shown, and the password that opens it, where it has one."""
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    return parts._replace(netloc=f"{user}{at}{where}").geturl(), unquote(password) or None


async def _leave_as_it_is(_: object) -> None:
    """What is done to a connection that goes back to the pool, where an open transaction has been rolled back already.

    Usually settings and locks of the session are given up, which doubles the way to the server for each statement;
    this program only has such as end with their transaction.
    """


async def is_up_to_date() -> bool:
    """Whether the open database has every step this program brings; asks nothing of the models."""
    try:
        return has_every_step(row["name"] for row in await rows(STEPS_TAKEN))
    except OperationalError:
        return False


def has_every_step(taken: Iterable[str]) -> bool:
    """Whether these are all steps that this program brings, and perhaps more."""
    return {found.name for found in iter_modules(import_module(MIGRATIONS).__path__)} <= set(taken)
