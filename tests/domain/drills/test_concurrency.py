"""Two who act on one drill at the same moment."""

import asyncio
from datetime import timedelta
from typing import Any

from tortoise.transactions import in_transaction

from domain import drills, replies
from domain.calendar import PartStat
from domain.drills import ParticipationReply
from tests import make
from tests.domain.drills.asking import attendee_of, participation_of
from tests.make import Town


def test_an_answer_that_comes_while_a_drill_is_postponed_does_not_stand_for_the_new_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [contact] = await make.invited(town.officer, drill)
        later = drill.starts_at + timedelta(days=7)
        new = {"starts_at": later, "ends_at": later + timedelta(hours=3)}
        is_answered, may_end = asyncio.Event(), asyncio.Event()

        async def answering() -> None:
            async with in_transaction("default"):
                attendee = await attendee_of(contact)
                await replies.answer_by_link(town.officer.now, attendee.id, partstat=PartStat.ACCEPTED)
                is_answered.set()
                await may_end.wait()

        answer = asyncio.create_task(answering())
        await is_answered.wait()
        postponing = asyncio.create_task(drills.postpone(town.officer, drill.id, reason="台風", **new))
        await asyncio.wait([postponing], timeout=0.3)
        assert not postponing.done()
        may_end.set()
        await asyncio.gather(answer, postponing)
        assert (await attendee_of(contact)).partstat is PartStat.NEEDS_ACTION
        assert (await participation_of(contact)).reply is ParticipationReply.AWAITED

    play(story)
