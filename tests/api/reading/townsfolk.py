"""Who lives in the small town, who asks there, and how one asks."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from strawberry.extensions import ParserCache, ValidationCache

from api import reading
from api.context import Context
from domain.actor import Actor, Role
from tests.api.reading import town
from tests.api.reading.town import NOW, TownDrillStatus, TownMood

CACHES = (ParserCache, ValidationCache)
SCHEMA = reading.schema(town.Query, extensions=CACHES)

# Equal titles and instants, so that only the id decides; cases and scripts that a locale would sort otherwise.
TITLES = ["b", "A", "a", "B", "合同訓練", "ア行", "あ行", "Z-1", "z_1", "100%", "", "é"]
NAMES = ["青浜銀行", "Aomori", "aomori", "ABC", "b_c", "100%", "it's", 'quo"te', "株式会社", "Ω", "𠮷野", "zz"]


TOLD = {1: [0, 5], 2: [0], 3: [0, 7, 8], 10: [0, 11], 4: [7], 50: [7, 1]}


def unit_id(number: int) -> UUID:
    return UUID(int=0x1000 + number)


def organization_id(number: int) -> UUID:
    return UUID(int=0x2000 + number)


def drill_id(number: int) -> UUID:
    return UUID(int=0x3000 + number)


def actor(role: Role, unit: int = 0, units: tuple[int, ...] = (), organization: int | None = None) -> Actor:
    return Actor(
        role=role,
        now=NOW,
        person_id=UUID(int=1),
        unit_id=unit_id(unit),
        prefecture_id=unit_id(0),
        units=tuple(unit_id(n) for n in units),
        organization_id=None if organization is None else organization_id(organization),
    )


ACTORS = {
    "hq": actor(Role.HQ_LIAISON, 0, (0, 1, 2)),
    "small_hq": actor(Role.HQ_LIAISON, 3, (3,)),
    "station": actor(Role.STATION_LIAISON, 1, (1,)),
    "partner": actor(Role.PARTNER, organization=0),
    "other_partner": actor(Role.PARTNER, organization=7),
    "volunteer": actor(Role.VOLUNTEER, organization=0),
    "statistician": actor(Role.STATISTICIAN),
}


async def settle() -> None:
    await town.TownUnit.bulk_create([town.TownUnit(id=unit_id(n), name=f"署{n}") for n in range(4)])
    await town.TownOrganization.bulk_create([_organization(n) for n in range(12)])
    dice = random.Random(20260708)
    await town.TownDrill.bulk_create([_drill(n, dice) for n in range(60)])
    await town.TownParticipant.bulk_create(_participants(dice))
    await town.TownReview.bulk_create([_review(n) for n in range(0, 60, 4)] + [_review(n) for n in range(2, 60, 8)])


def _review(n: int) -> town.TownReview:
    mood = TownMood.POOR if n % 8 == 2 else TownMood.WELL_DONE
    return town.TownReview(id=UUID(int=0x5000 + n), drill_id=drill_id(n), text=f"評価{n}", mood=mood)


def _organization(n: int) -> town.TownOrganization:
    name = NAMES[n]
    return town.TownOrganization(
        id=organization_id(n), unit_id=unit_id(n % 4), name=name, search_key=name.lower(), phone=f"017-{n}"
    )


def _drill(n: int, dice: random.Random) -> town.TownDrill:
    starts_at = NOW + timedelta(hours=dice.randint(0, 20), microseconds=dice.choice([0, 1, 120000]))
    return town.TownDrill(
        id=drill_id(n),
        unit_id=unit_id(n % 4),
        host_id=dice.choice([None, organization_id(dice.randrange(12))]),
        title=dice.choice(TITLES),
        starts_at=starts_at,
        held_on=dice.choice([None, starts_at.date() + timedelta(days=dice.randint(0, 3))]),
        status=dice.choice(list(TownDrillStatus)),
        fee=Decimal(dice.randint(0, 400)) / 100,
        note=dice.choice([None, "内部", "b", "B"]),
    )


def _participants(dice: random.Random) -> list[town.TownParticipant]:
    """Organisations 0 and 7 take part where it is told; the others anywhere else."""
    others = [n for n in range(12) if n not in (0, 7)]
    by_chance = {n: dice.sample(others, dice.randint(0, 5)) for n in range(60)}
    pairs = [(n, o) for n, bodies in (by_chance | TOLD).items() for o in bodies]
    return [
        town.TownParticipant(
            id=UUID(int=0x4000 + i),
            drill_id=drill_id(n),
            organization_id=organization_id(o),
            head_count=dice.randint(0, 3),
            online=dice.random() < 0.5,
        )
        for i, (n, o) in enumerate(pairs)
    ]


async def ask(who: str, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The data of an answer without errors."""
    result = await SCHEMA.execute(document, variables, Context(ACTORS[who]))
    assert not result.errors, (who, document, variables, result.errors)
    answer: dict[str, Any] = orjson.loads(orjson.dumps(result.data))
    return answer
