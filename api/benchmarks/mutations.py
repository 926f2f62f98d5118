"""Changes: an officer moves a drill to another room, over HTTP, under a key of the request. The date, the journal, the
letter to whoever is invited and the key are one transaction; then what was asked for of the drill is read again.

The ceiling is the very statements that such a request sends, sent by asyncpg alone in the same transactions: prepared,
each client over connections of its own, with a new value wherever two requests of ours differ in an id or a text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from uuid import UUID

from api.benchmarks import load, replay
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Compared, Figure, Report, alternate
from api.benchmarks.replay import Script
from api.benchmarks.serving import Application, serving
from api.context import Context
from api.errors import Stopped
from api.schema import schema
from domain import drills, tokens
from domain.drills import DrillFormat, DrillThreat
from domain.journal import Entry
from domain.organizations import Contact
from domain.outbox import Letter

CLIENTS = (1, 8)
WANTED = 0.5
DOCUMENT = """
    mutation($input: CorrectDrillInput!) { correctDrill(input: $input) { drill { id version title status } } }"""


@dataclass(frozen=True)
class Size:
    """How long each half of a round lasts (seconds)."""

    rounds: int = 5
    seconds: float = 1.0


@dataclass
class Mover:
    """Somebody who moves a drill of their own, each time to another room."""

    drill_id: UUID
    token: str
    rooms: count[int] = field(default_factory=count)
    status: int = 200

    @property
    def variables(self) -> dict[str, dict[str, str]]:
        number = next(self.rooms)
        where = {"drillId": f"Drill:{self.drill_id}", "place": f"第{number}会議室"}
        return {"input": {**where, "idempotencyKey": f"{self.drill_id}-{number:09}"}}

    @property
    def content(self) -> bytes:
        body = json.dumps({"query": DOCUMENT, "variables": self.variables}).encode()
        return load.post("/graphql", body, {"Authorization": f"Bearer {self.token}"}).content


async def measure(land: Land, size: Size = Size()) -> Report:
    """Changes per second; about half a minute."""
    async with land.ground() as ground:
        movers, scripts = await clients(ground, max(CLIENTS))
        with serving(Application(ground.url)) as port:
            lines = [await compare(port, ground, movers[:some], scripts[:some], size) for some in CLIENTS]
    workload = (
        "訓練の場所を変える（利用者の確認、変更、変更履歴、招待した人への手紙、冪等キー、結果の読み直し: "
        f"データベースとの往復{len(scripts[0].said)}回）。"
        "天井は、同じ文を同じトランザクションで asyncpg から送るだけのもの"
    )
    return Report("mutations", workload, tuple(lines))


async def clients(ground: Ground, number: int) -> tuple[list[Mover], list[Script]]:
    """Of both kinds, each with a drill of its own."""
    movers = [await mover(ground) for _ in range(number)]
    return movers, [await _script(await mover(ground)) for _ in movers]


async def mover(ground: Ground) -> Mover:
    """With a drill to which one person is invited."""
    starts_at = ground.hq.now + timedelta(days=28)
    drill = await drills.plan(
        ground.hq,
        title="共同対処訓練",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        objectives=["警察への通報を15分以内に行う"],
        format=DrillFormat.TABLETOP,
        threat=DrillThreat.RANSOMWARE,
        place="県警察本部 大会議室",
    )
    await drills.open_planning(ground.hq, drill.id)
    contact = await Contact.get(person_id=ground.partner.person_id)
    await drills.invite(ground.hq, drill.id, contact_id=contact.id)
    return Mover(drill.id, ground.hq_token)


async def _script(mover: Mover) -> Script:
    """What the second and the third move say; the first one finds nothing prepared."""
    await move(mover)
    said = []
    for _ in range(2):
        async with replay.overhearing() as heard:
            await move(mover)
        said.append(heard)
    return Script(*said)


async def move(mover: Mover) -> None:
    """As the door does. Raises Stopped where it is refused."""
    actor = await tokens.actor_of(mover.token, datetime.now(UTC))
    result = await schema.execute(DOCUMENT, mover.variables, Context(actor))
    if result.errors:
        raise Stopped(f"訓練の場所を変えられませんでした。 {result.errors[0]}")


async def compare(
    port: int, ground: Ground, movers: Sequence[Mover], scripts: Sequence[Script], size: Size
) -> Compared:
    ceiling = partial(replay.rate, ground.url, scripts, size.seconds)
    return await against(ceiling, f"訓練の場所の変更（接続{len(movers)}）", port, movers, size)


async def against(ceiling: Figure, label: str, port: int, movers: Sequence[Mover], size: Size) -> Compared:
    """All of them at once, where the ceiling takes as long."""
    await load.once(port, movers[0])
    rates = await alternate(size.rounds, partial(moved, port, movers, size.seconds), ceiling)
    return Compared(label, "回/秒", rates[0], rates[1], is_rate=True, wanted=WANTED)


async def moved(port: int, movers: Sequence[Mover], seconds: float) -> float:
    """Raises Stopped where not every answer was a change, with a line in the journal and a letter."""
    before = await _written()
    rate, answers = await load.rate_of_each(port, movers, seconds)
    if [after - one for one, after in zip(before, await _written(), strict=True)] != [answers, answers]:
        raise Stopped("計測中に、変更されなかった訓練がありました。")
    return rate


async def _written() -> list[int]:
    return [await Entry.all().count(), await Letter.all().count()]
