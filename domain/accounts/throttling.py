"""Knocking: how often somebody may try, by the name that is tried and by the network it comes from.

Tries are counted before they are looked at, in the database, so that many at once and several processes share one
count. From some number on each try is followed by a pause, twice as long as the last. Whoever knocks from a network
from which this name has come in before is counted apart: nobody elsewhere can keep them out. Names and networks are
stored as keyed hashes.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from tortoise import fields

from domain.accounts.account import Gate
from domain.database import execute, rows, was_first
from domain.table import Table
from domain.values import dataclass
from domain.verbs import routine

FORGOTTEN = timedelta(days=1)
FAMILIAR = timedelta(days=90)
LONGEST_PAUSE = 900  # seconds: about a hundred tries a day, as NIST SP 800-63B-4 (3.2.2) allows
BY_NAME, BY_NETWORK, BY_CODE, BY_RESET = 5, 50, 100, 3
"""Tries without a pause. A station has one address for all who come on duty at half past eight; a hundred numbers of a
million open nothing."""

NETWORKS = {4: 24, 6: 56}
"""What one household or office is given: prefix lengths by IP version."""


class Knock(Table):
    """One counter. `opens_at` is the instant from which the next try is taken."""

    key = fields.CharField(max_length=64, primary_key=True)
    tries = fields.IntField()
    last_at = fields.DatetimeField()
    opens_at = fields.DatetimeField()

    class Meta:
        table = "knock"


class Familiar(Table):
    """A name came in from a network; `key` is the hash of both."""

    key = fields.CharField(max_length=64, primary_key=True)
    last_at = fields.DatetimeField()

    class Meta:
        table = "familiar_network"


@dataclass(frozen=True)
class Door:
    """The counters of one name that is tried from one network: each alone, and the two together.

    `pair` is what is remembered of a network from which the name came in.
    """

    name: str
    network: str
    own: str
    pair: str


def door(gate: Gate, name: str, address: str, what: str = "password") -> Door:
    """`what` keeps passwords, numbers and forgotten passwords apart; a prefecture's code before the name does not."""
    name, network = name.rpartition("/")[2], network_of(address)
    said = (f"{what} name {name}", f"{what} network {network}", f"{what} own {name} {network}", f"{name} {network}")
    return Door(*[hmac.new(gate.secret.encode(), one.encode(), sha256).hexdigest() for one in said])


def network_of(address: str) -> str:
    """The network of an address: IPv4 /24, IPv6 /56, an IPv4 address in IPv6 clothes as what it is."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    seen = (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
    return str(ip_network(f"{seen}/{NETWORKS[seen.version]}", strict=False))


# Where there is no pause the door has been open for a while already: requests are not looked at in the order in which
# their clocks were read.
TAKE = """
    INSERT INTO knock (key, tries, last_at, opens_at)
    VALUES ($1, 1, $2::timestamptz, $2::timestamptz - interval '1 minute')
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN knock.last_at <= $3 THEN 1 ELSE knock.tries + 1 END,
        last_at = $2::timestamptz,
        opens_at = $2::timestamptz + CASE WHEN knock.last_at <= $3 OR knock.tries + 1 < $4 THEN interval '-1 minute'
            ELSE make_interval(secs => least(2.0::float8 ^ least(knock.tries + 1 - $4, 20), $5::float8)) END
    WHERE knock.opens_at <= $2
    RETURNING tries"""


async def may_try(now: datetime, door: Door, by_name: int = BY_NAME) -> bool:
    """Count a try, unless a pause is on. Each counter is a statement of its own: nobody waits for a whole login."""
    if await is_familiar(now, door):
        return await _take(now, door.own, BY_NAME)
    return await _take(now, door.network, BY_NETWORK) and await _take(now, door.name, by_name)


async def may_try_code(now: datetime, door: Door) -> bool:
    """The same for a second factor, which must also help somebody whose name others keep trying: few numbers from one
    network, and many more from all together."""
    taken = await _take(now, door.own, BY_NAME)
    return taken and (await is_familiar(now, door) or await _take(now, door.name, BY_CODE))


async def may_pass(now: datetime, door: Door) -> bool:
    """The same where nobody has said a name yet: by the network alone."""
    return await _take(now, door.network, BY_NETWORK)


async def clear(door: Door) -> None:
    """Somebody came in who was vouched for: what was tried from their network was tried by their office."""
    await Knock.filter(key=door.network).delete()


async def _take(now: datetime, key: str, free: int) -> bool:
    return await was_first(TAKE, key, now, now - FORGOTTEN, free, LONGEST_PAUSE)


async def is_familiar(now: datetime, door: Door) -> bool:
    return await Familiar.filter(key=door.pair, last_at__gt=now - FAMILIAR).exists()


FORGIVE = """
    UPDATE knock SET tries = tries - 1, opens_at = least(opens_at, $2::timestamptz - interval '1 minute')
    WHERE key = ANY ($1::text[]) AND tries > 0
    RETURNING key, tries"""
REMEMBER = """
    INSERT INTO familiar_network (key, last_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET last_at = $2"""


@routine
async def welcome(now: datetime, *doors: Door, counted: bool = True) -> int:
    """Somebody came in: their own tries are no longer counted, and their network is known from now on.

    `counted` says whether their own try was; a pause that is on for others stays on. Answers how many tries by this
    name from elsewhere are still counted.
    """
    await Knock.filter(key__in=[door.own for door in doors]).delete()
    if counted and not await is_familiar(now, doors[0]):
        await rows(FORGIVE, [key for door in doors for key in (door.name, door.network)], now)
    await execute(REMEMBER, doors[0].pair, now)
    row = await Knock.filter(key=doors[0].name, last_at__gt=now - FORGOTTEN).first()
    return row.tries if row else 0


@routine
async def forget(now: datetime) -> None:
    """Let go of counters of yesterday, and of networks that nobody came from for a quarter of a year."""
    await Knock.filter(last_at__lte=now - FORGOTTEN).delete()
    await Familiar.filter(last_at__lte=now - FAMILIAR).delete()
