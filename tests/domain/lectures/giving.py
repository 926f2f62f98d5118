"""A lecture on its way, for the tests of lectures."""

from typing import Any

from domain import lectures
from domain.lectures import Lecture
from domain.outbox import Letter, Method
from tests import make
from tests.make import Town


async def confirmed(town: Town, **over: Any) -> Lecture:
    lecture = await make.lecture(town.officer, **over)
    await lectures.accept(town.officer, lecture.id)
    await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
    return await lectures.confirm(town.officer, lecture.id)


async def letters() -> list[tuple[str, Method | None]]:
    return [(letter.kind, letter.method) for letter in await Letter.all().order_by("owed_at", "id")]
