"""四眼: whoever has written what is approved does not approve it, whoever stands there as the author."""

from typing import Any

import pytest

from domain import activities, agreements, drills
from domain.activities import ActivityParticipation, ActivityResults
from domain.actor import Role
from domain.agreements import Agreement, AgreementStatus
from domain.drills import DrillStatus
from domain.errors import NotAllowed
from tests import make
from tests.domain.drills.asking import finished
from tests.domain.test_activities import NAMES, held, roster
from tests.make import Town


def test_whoever_has_had_a_hand_in_the_text_does_not_approve_it_whoever_submits_it(play: Any) -> None:
    async def story(town: Town) -> None:
        first = await make.proposed(town.officer)
        await agreements.correct(town.hq, first.id, version=first.version, title="書き直した協定")
        second = await make.proposed(town.hq, "試験運輸株式会社")
        third = await make.proposed(town.officer, "見本商事株式会社")
        body = await make.company(town.hq, "例示銀行株式会社")
        await agreements.add_party(town.hq, third.id, organization_id=body.id)
        colleague = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
        for agreement in (first, second, third):
            await agreements.negotiate(colleague, agreement.id)
            submitter = town.officer if agreement is not second else colleague
            await agreements.submit(submitter, agreement.id)
            with pytest.raises(NotAllowed, match="書き換えた人"):
                await agreements.approve(town.hq, agreement.id)
            assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_APPROVAL
        approved = await agreements.approve(colleague, first.id)
        assert approved.status is AgreementStatus.AWAITING_SIGNATURE

    play(story)


def test_a_colleague_who_corrects_something_else_does_not_let_the_reporter_approve(play: Any) -> None:
    async def story(town: Town) -> None:
        activity, after = await held(town, await roster(town, NAMES[:1]))
        hq = make.at(town.hq, after.now)
        await activities.correct_results(hq, activity.id, reason="数え直し", results=ActivityResults(copies_count=80))
        with pytest.raises(NotAllowed):
            await activities.approve_minutes(after, activity.id)
        assert (await ActivityParticipation.get()).minutes_approved is None
        await activities.approve_minutes(hq, activity.id)
        assert (await ActivityParticipation.get()).minutes_approved == 90

    play(story)


def test_nobody_approves_numbers_that_they_have_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await drills.evaluate(town.officer, drill.id)
        await drills.submit_report(town.officer, drill.id, summary="通報は12分で行われた。")
        await drills.correct_attendance(town.hq, drill.id, reason="数え直し", police_count=9)
        with pytest.raises(NotAllowed, match="人数を入力した人"):
            await drills.close(town.hq, drill.id)
        assert (await drills.Drill.get(id=drill.id)).status is DrillStatus.IN_REVIEW

    play(story)
