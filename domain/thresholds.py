"""目安: after how many days a prefecture takes a relation for cold, a contact for stale, an end for near."""

from __future__ import annotations

import orjson
from tortoise import fields
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Role
from domain.criteria import nothing
from domain.errors import Incomplete, Invalid
from domain.records import Owned
from domain.verbs import broken, verb

LEAST, MOST = 1, 3_660
TOUCH_DAYS = 30
"""How near in time another department's encounter has to be, where the prefecture has not said."""


class Thresholds(Owned):
    """The days of one prefecture; one that has set none goes by these. Without an encounter for `met_days` a partner
    drifts away; `drill_days` is the same of drills, `verified_days` of who is reached there. An agreement's end is near
    `ending_days` before, a date's lack of an answer is told `answer_days` before; of another department's encounter
    with the same body whoever is in touch with it `touch_days` before or after is told."""

    met_days = fields.IntField(default=180)
    drill_days = fields.IntField(default=730)
    verified_days = fields.IntField(default=365)
    ending_days = fields.IntField(default=90)
    answer_days = fields.IntField(default=7)
    touch_days = fields.IntField(default=TOUCH_DAYS)

    class Meta:
        table = "thresholds"

    @property
    def days(self) -> str:
        """All of them as JSON, for a statement."""
        return orjson.dumps({name: getattr(self, name) for name in DAYS}).decode()


DAYS = ("met_days", "drill_days", "verified_days", "ending_days", "answer_days", "touch_days")


broken("thresholds_once", "目安はすでに定められています。もう一度操作してください。")


def thresholds_visible_to(actor: Actor) -> QuerySet[Thresholds]:
    """The desk's."""
    return Thresholds.filter(prefecture_id=actor.prefecture_id) if actor.role in LIAISONS else nothing(Thresholds)


async def find_thresholds(actor: Actor) -> Thresholds:
    """Those that hold for the actor's prefecture."""
    return await Thresholds.get_or_none(prefecture_id=actor.prefecture_id) or Thresholds()


@verb(Role.HQ_LIAISON)
async def set_thresholds(
    actor: Actor,
    *,
    met_days: int | None = None,
    drill_days: int | None = None,
    verified_days: int | None = None,
    ending_days: int | None = None,
    answer_days: int | None = None,
    touch_days: int | None = None,
) -> Thresholds:
    """Set the days by which the desk of the prefecture goes; what is left out stays as it is. Raises Incomplete where
    all is."""
    told = {
        "met_days": met_days,
        "drill_days": drill_days,
        "verified_days": verified_days,
        "ending_days": ending_days,
        "answer_days": answer_days,
        "touch_days": touch_days,
    }
    values = {name: days for name, days in told.items() if days is not None}
    if not values:
        raise Incomplete("変える目安の日数を、一つ以上指定してください。", field="met_days")
    for name, days in values.items():
        if not LEAST <= days <= MOST:
            raise Invalid(f"{LEAST}日から{MOST:,}日までにしてください。", field=name)
    row = await thresholds_visible_to(actor).select_for_update().first()
    if row is not None:
        return await records.change(actor, row, "thresholds-set", **values)
    return await records.create(actor, Thresholds, "thresholds-set", unit_id=actor.prefecture_id, **values)
