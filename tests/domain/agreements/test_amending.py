"""What both sides change of an agreement in force stands beside it, in words, approved by another than its author."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain import agreements
from domain.actor import Role
from domain.agreements import Agreement, AgreementAmendment, AmendmentStatus
from domain.errors import Invalid, NotAllowed, WrongState
from tests import make
from tests.make import Town


async def status(amendment: AgreementAmendment) -> AmendmentStatus:
    return (await AgreementAmendment.get(id=amendment.id)).status


def test_an_amendment_is_approved_by_another_and_the_agreement_stays_as_signed(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        amendment = await make.amendment(town.officer, agreement)
        agreed = await agreements.approve_amendment(town.hq, amendment.id)
        assert (agreed.status, agreed.approver_id) == (AmendmentStatus.AGREED, town.hq.person_id)
        same = await Agreement.get(id=agreement.id)
        kept = ("title", "purpose", "items", "signed_on", "expires_on", "lasts_until", "status")
        assert {name: getattr(same, name) for name in kept} == {name: getattr(agreement, name) for name in kept}

    play(story)


def test_neither_its_author_nor_a_station_approves_it(play: Any) -> None:
    async def story(town: Town) -> None:
        amendment = await make.amendment(town.hq, await make.in_force(town))
        with pytest.raises(NotAllowed, match="書いた人"):
            await agreements.approve_amendment(town.hq, amendment.id)
        with pytest.raises(NotAllowed):
            await agreements.approve_amendment(town.officer, amendment.id)
        assert await status(amendment) is AmendmentStatus.PROPOSED

    play(story)


def test_what_was_agreed_is_not_withdrawn_and_what_was_withdrawn_not_agreed(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        agreed, given_up = [await make.amendment(town.officer, agreement) for _ in range(2)]
        await agreements.approve_amendment(town.hq, agreed.id)
        with pytest.raises(Invalid):
            await agreements.withdraw_amendment(town.officer, given_up.id, reason=" ")
        await agreements.withdraw_amendment(town.officer, given_up.id, reason="先方の都合")
        with pytest.raises(WrongState):
            await agreements.withdraw_amendment(town.officer, agreed.id, reason="先方の都合")
        with pytest.raises(WrongState):
            await agreements.approve_amendment(town.hq, given_up.id)
        assert [await status(one) for one in (agreed, given_up)] == [AmendmentStatus.AGREED, AmendmentStatus.WITHDRAWN]

    play(story)


@pytest.mark.parametrize(
    "over", [{"changes": " "}, {"effective_on": date(2026, 6, 30)}, {"effective_on": date(2027, 4, 1)}]
)
def test_it_says_what_changes_on_a_day_of_the_agreement(play: Any, over: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(Invalid) as refused:
            await make.amendment(town.officer, agreement, **over)
        assert refused.value.field == next(iter(over))
        assert await AgreementAmendment.all().count() == 0

    play(story)


def test_a_draft_is_corrected_instead_and_one_that_ended_meanwhile_no_longer_amended(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(WrongState):
            await make.amendment(town.officer, await make.proposed(town.officer))
        agreement = await make.in_force(town, "見本信用金庫")
        amendment = await make.amendment(town.officer, agreement)
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        with pytest.raises(WrongState):
            await agreements.approve_amendment(town.hq, amendment.id)
        assert await status(amendment) is AmendmentStatus.PROPOSED

    play(story)


def test_only_the_desk_sees_amendments_and_extensions(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        await make.amendment(town.officer, agreement)
        await agreements.extend(town.officer, agreement.id, until=date(2027, 9, 30), reason="協議")
        for role, seen in ((Role.STATION_LIAISON, 1), (Role.STATISTICIAN, 0), (Role.PARTNER, 0)):
            actor = replace(town.officer, role=role)
            assert await agreements.amendments_visible_to(actor).count() == seen
            assert await agreements.extensions_visible_to(actor).count() == seen

    play(story)
