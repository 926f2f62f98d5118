"""A question over HTTP against the same answer from a statement that a person wrote for it.

The ceiling is a bare route of the same process, with the same scope written in, that builds the same JSON. Both answers
are compared before anything is measured. The program keeps no answers meanwhile, but where that is what is measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from zlib import crc32

from api.benchmarks import load
from api.benchmarks.ground import Ground
from api.benchmarks.measuring import Compared, alternate
from api.benchmarks.serving import Handwritten
from api.errors import Stopped

# What the scope asks of each table, with the actor's units or organisation as $1.
UNITS = "unit_id = any($1::uuid[])"
OWN = "part.organization_id = $1 AND part.reply IN ('AWAITED', 'ACCEPTED', 'TENTATIVE', 'DECLINED') AND part.was_asked"
# Told once, as ours has them: by `IN` it takes a sixth longer.
INVITED = f"id = any(array(SELECT drill_id FROM drill_participation part WHERE {OWN}))"  # noqa: S608 - our own constant


@dataclass(frozen=True)
class Reader:
    """Who asks: by which token, and in SQL what of `drill`, `part` and `body` they see, by the value of $1."""

    token: str
    seen: Mapping[str, str]
    by: object

    @property
    def bearing(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def headquarters(ground: Ground) -> Reader:
    return Reader(
        ground.hq_token, {"drill": UNITS, "part": UNITS, "body": f"body.{UNITS}"}, list(map(str, ground.hq.units))
    )


def partner(ground: Ground) -> Reader:
    seen = {"drill": INVITED, "part": OWN, "body": "true"}
    return Reader(ground.partner_token, seen, str(ground.partner.organization_id))


@dataclass(frozen=True)
class Question:
    """One question of one reader; `sql` is the statement that answers it alike, `values` are those behind $1."""

    label: str
    reader: Reader
    document: str
    sql: str
    wanted: float | None = None
    variables: Mapping[str, object] = field(default_factory=dict)
    values: tuple[object, ...] = ()

    @property
    def ours(self) -> load.Asked:
        body = json.dumps({"query": self.document, "variables": self.variables})
        return load.post("/graphql", body.encode(), self.reader.bearing)

    @property
    def path(self) -> str:
        return f"/handwritten/{crc32((self.label + self.sql).encode()):x}"

    @property
    def handwritten(self) -> Handwritten:
        sql = self.sql
        for table, seen in self.reader.seen.items():
            sql = sql.replace(f"{{{table}}}", seen)
        return Handwritten(self.path, sql, (self.reader.by, *self.values))

    @property
    def ceiling(self) -> load.Asked:
        return load.get(self.path)

    @property
    def known_ceiling(self) -> load.Asked:
        return load.get(self.path, self.reader.bearing)


async def must_agree(port: int, bare: int, asked: Question) -> None:
    """Raises Stopped where the two answers differ."""
    ways = ((port, asked.ours), (bare, asked.ceiling))
    ours, ceiling = [json.loads((await load.once(*way)).body)["data"] for way in ways]
    if ours != ceiling:
        raise Stopped(f"「{asked.label}」で、手書きのSQLと答えが違います。")


async def compare(port: int, bare: int, asked: Question, rounds: int, seconds: float) -> Compared:
    """Answers per second, against a bare Starlette."""
    await must_agree(port, bare, asked)
    ways = [partial(load.rate, *way, seconds) for way in ((port, asked.ours), (bare, asked.ceiling))]
    rates = await alternate(rounds, *ways)
    return Compared(asked.label, "回/秒", rates[0], rates[1], is_rate=True, wanted=asked.wanted)
