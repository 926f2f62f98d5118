"""改善事項 of the drills of 青浜県: each leaves one to the police and one to a body that came, and most are mended."""

from __future__ import annotations

from datetime import datetime
from random import Random
from uuid import UUID

from domain import drills
from domain.actor import Actor
from domain.drills import Drill, Improvement
from seed.days import at, open_day
from seed.telling import Thread, then

OURS = ("初動の連絡票を改める", "夜間の当直から担当課への連絡を早める", "訓練の進行表に復旧の確認を加える")
THEIRS = ("夜間の緊急連絡先を二つ以上登録する", "記録を消さずに保全する手順を定める", "通報の判断をする人を決めておく")
EVIDENCE = "改めた要領と、それによる確認の結果を見た。"
MENDED = 0.6
"""How many of those that are left to a body are mended in time; the others wait still."""
TIME = 45
"""Days that are given for one."""


async def left(leader: Actor, checker: Actor, drill: Drill, rolled: Random) -> Thread:
    """What one drill leaves, raised by who has led it on the day after its report was approved."""
    raising = _later(leader, 1)
    yield raising
    ours = await _raised(then(leader, raising), drill, rolled.choice(OURS))
    came = drills.participations_visible_to(leader).filter(drill_id=drill.id, attended_count__gt=0).order_by("id")
    items = [ours]
    if (parts := await came) and (who := rolled.choice(parts)):
        theirs = await _raised(then(leader, raising), drill, rolled.choice(THEIRS), who.organization_id)
        items += [theirs] if rolled.random() < MENDED else []
    for days, item in zip((20, 32), items, strict=False):
        mending, seeing = _later(leader, days), _later(leader, days + 3)
        yield mending
        await drills.begin_improvement(then(leader, mending), item.id)
        await drills.finish_improvement(then(leader, mending), item.id, evidence=EVIDENCE)
        yield seeing
        await drills.verify_improvement(then(checker, seeing), item.id)


def _later(leader: Actor, days: int) -> datetime:
    return at(open_day(leader.today, days), "11:00")


async def _raised(leader: Actor, drill: Drill, what: str, body: UUID | None = None) -> Improvement:
    due_on = open_day(leader.today, TIME)
    return await drills.raise_improvement(leader, drill.id, what=what, due_on=due_on, organization_id=body)
