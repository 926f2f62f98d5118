"""四眼 on the list: what somebody has written, or put right, waits for others alone, as the verbs have it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from domain import agreements, drills, encounters, information, notices, outreach
from domain.actor import Role
from domain.errors import NotAllowed
from domain.worklist import WorkKind
from tests import make
from tests.domain.drills.asking import finished
from tests.domain.notices.telling import drafted, partner
from tests.domain.worklist.test_listing import works
from tests.make import Town


async def an_encounter_put_right(town: Town) -> Any:
    made = await make.encounter(town.officer)
    return await encounters.correct(town.hq, made.id, version=made.version, outcome="担当者が来月代わると聞いた。")


async def a_draft_put_right(town: Town) -> Any:
    made = await make.proposed(town.officer)
    made = await agreements.correct(town.hq, made.id, version=made.version, title="書き直した協定")
    await agreements.negotiate(town.officer, made.id)
    return await agreements.submit(town.officer, made.id)


async def an_amendment_by_headquarters(town: Town) -> Any:
    return await make.amendment(town.hq, await make.in_force(town))


async def a_drill_counted_again(town: Town) -> Any:
    made, _ = await finished(town)
    await drills.evaluate(town.officer, made.id)
    await drills.submit_report(town.officer, made.id, summary="通報は12分で行われた。")
    return await drills.correct_attendance(town.hq, made.id, reason="数え直し", police_count=9)


async def what_was_mended_twice(town: Town) -> Any:
    made = await make.improvement(town.officer)
    await drills.begin_improvement(town.officer, made.id)
    for who, evidence in ((town.hq, "連絡網を改めた。"), (town.officer, "当直表も改めた。")):
        made = await drills.finish_improvement(who, made.id, evidence=evidence)
        if who is town.hq:
            await drills.send_back_improvement(town.officer, made.id, reason="当直表が古いままである。")
    return made


async def information_put_right(town: Town) -> Any:
    made = await make.information_for(town.officer, await make.council(town.hq))
    return await information.correct(town.hq, made.id, title="手口に関する情報")


async def an_event_put_right(town: Town) -> Any:
    made = await make.reported_event(town.officer)
    values = {"reason": "数え直し", "summary": "備えの手順を説明した。"}
    return await outreach.correct_report(town.hq, made.id, version=made.version, **values)


async def a_notice_put_right(town: Town) -> Any:
    made = await drafted(town.officer, await partner(town.officer))
    made = await notices.correct(town.hq, made.id, version=made.version, title="書き直したお知らせ")
    return await notices.submit(town.officer, made.id)


PUT_RIGHT: dict[WorkKind, tuple[Callable[[Town], Awaitable[Any]], Callable[..., Awaitable[Any]]]] = {
    WorkKind.ENCOUNTER_TO_CHECK: (an_encounter_put_right, encounters.check),
    WorkKind.AGREEMENT_TO_APPROVE: (a_draft_put_right, agreements.approve),
    WorkKind.AMENDMENT_TO_APPROVE: (an_amendment_by_headquarters, agreements.approve_amendment),
    WorkKind.DRILL_TO_APPROVE: (a_drill_counted_again, drills.close),
    WorkKind.IMPROVEMENT_TO_VERIFY: (what_was_mended_twice, drills.verify_improvement),
    WorkKind.INFORMATION_TO_CHECK: (information_put_right, partial(information.provide, recipient_count=3)),
    WorkKind.OUTREACH_TO_CHECK: (an_event_put_right, outreach.check),
    WorkKind.NOTICE_TO_READ: (a_notice_put_right, notices.approve),
}


@pytest.mark.parametrize("kind", PUT_RIGHT)
def test_what_somebody_else_put_right_waits_for_neither_of_them_and_for_whoever_may_approve_it(
    play: Any, kind: WorkKind
) -> None:
    put_right, approve = PUT_RIGHT[kind]

    async def story(town: Town) -> None:
        row = await put_right(town)
        colleague = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
        for author in (town.officer, town.hq):
            assert await works(author, kind) == []
            with pytest.raises(NotAllowed):
                await approve(author, row.id)
        [line] = await works(colleague, kind)
        assert line.row_id == row.id
        await approve(colleague, line.row_id)
        assert await works(colleague, kind) == []

    play(story)
