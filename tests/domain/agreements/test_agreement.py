"""From the first talk on: who proposes, who approves, who sees it."""

from typing import Any

import pytest

from domain import agreements
from domain.actor import Role
from domain.agreements import (
    LABELS,
    MOVES,
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    Side,
)
from domain.errors import NotAllowed, NotFound
from tests import make
from tests.make import Town


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(AgreementStatus)


def test_the_author_does_not_approve(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.proposed(town.officer)
        await agreements.negotiate(town.hq, agreement.id)
        await agreements.submit(town.hq, agreement.id)
        with pytest.raises(NotAllowed):
            await agreements.approve(town.hq, agreement.id)
        with pytest.raises(NotAllowed):
            await agreements.approve(town.officer, agreement.id)
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_APPROVAL

    play(story)


def test_a_partner_sees_its_signed_agreement_and_no_other_party(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫")
        draft = await make.proposed(town.officer, "例示ガス株式会社")
        party = await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER).order_by("id").first()
        assert party is not None
        contact = await make.contact(town.officer, await party.organization)  # type: ignore[misc]
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        assert [row.id for row in await agreements.visible_to(partner)] == [agreement.id]
        assert [row.id for row in await agreements.parties_visible_to(partner)] == [party.id]
        assert draft.id not in {row.id for row in await agreements.visible_to(partner)}

    play(story)


def test_another_station_neither_sees_nor_moves_it(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.proposed(town.officer)
        with pytest.raises(NotFound):
            await agreements.negotiate(town.other_officer, agreement.id)
        with pytest.raises(NotFound):
            await agreements.propose(
                town.other_officer,
                kind=AgreementKind.MEMORANDUM,
                title="覚書",
                organization_ids=[party.organization_id for party in await AgreementParty.filter(side=Side.PARTNER)],  # type: ignore[misc]
            )
        assert await Agreement.all().count() == 1

    play(story)
