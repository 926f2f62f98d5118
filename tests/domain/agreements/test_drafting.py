"""The draft: its parties come and go until it is before the approver, and it can be taken back."""

from typing import Any

import pytest

from domain import agreements
from domain.actor import Role
from domain.agreements import Agreement, AgreementParty, AgreementStatus, Side
from domain.errors import Conflict, Incomplete, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.units import Unit
from tests import make
from tests.make import Town


async def partners(agreement: Agreement) -> list[AgreementParty]:
    return await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER, removed_at=None).order_by("id")


def test_a_party_is_taken_into_the_draft_and_out_of_it_again(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        late = await make.company(town.officer, "例示ガス株式会社")
        await agreements.add_party(town.officer, draft.id, organization_id=late.id)
        await agreements.add_party(town.officer, draft.id, police_unit_id=town.other_station.id)
        with pytest.raises(Conflict, match="すでに入っています"):
            await agreements.add_party(town.officer, draft.id, organization_id=late.id)
        mistaken = (await partners(draft))[0]
        changed = await agreements.remove_party(town.officer, mistaken.id)
        assert [party.organization_id for party in await partners(draft)] == [late.id]
        assert changed.version == 4
        await agreements.add_party(town.officer, draft.id, organization_id=mistaken.organization_id)
        assert len(await partners(draft)) == 2

    play(story)


def test_who_was_taken_out_of_the_draft_neither_signs_nor_sees_it(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer, "架空電力株式会社", "見本信用金庫")
        mistaken = (await partners(draft))[1]
        await agreements.remove_party(town.officer, mistaken.id)
        await make.awaiting(town, await Agreement.get(id=draft.id))
        signed = await make.signatures(draft)
        await agreements.sign(town.officer, draft.id, signed_on=town.officer.today, signatures=signed)
        contact = await make.contact(town.officer, await mistaken.organization)  # type: ignore[misc]
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        assert await agreements.visible_to(partner) == []
        assert await agreements.parties_visible_to(partner) == []
        assert mistaken.id not in {party.id for party in await agreements.parties_visible_to(town.officer)}

    play(story)


def test_a_partner_does_not_see_a_draft_that_names_it(play: Any) -> None:
    async def story(town: Town) -> None:
        [party] = await partners(await make.proposed(town.officer))
        contact = await make.contact(town.officer, await party.organization)  # type: ignore[misc]
        assert await agreements.parties_visible_to(make.outsider(town.officer, Role.PARTNER, contact)) == []

    play(story)


def test_the_last_party_of_a_side_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        before = await Entry.all().count()
        for party in await AgreementParty.filter(agreement_id=draft.id):
            with pytest.raises(Incomplete):
                await agreements.remove_party(town.officer, party.id)
        assert await Entry.all().count() == before

    play(story)


def test_a_party_to_add_is_one_body_or_one_unit(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        body = await make.company(town.officer, "例示ガス株式会社")
        for both in ({}, {"organization_id": body.id, "police_unit_id": town.other_station.id}):
            with pytest.raises(Invalid):
                await agreements.add_party(town.officer, draft.id, **both)
        await Unit.filter(id=town.other_station.id).update(retired_on=town.officer.today)
        with pytest.raises(Invalid, match="廃止された所属"):
            await agreements.add_party(town.officer, draft.id, police_unit_id=town.other_station.id)
        told = {"kind": draft.kind, "title": draft.title, "police_unit_ids": [town.other_station.id]}
        with pytest.raises(Invalid, match="廃止された所属"):
            await agreements.propose(town.officer, organization_ids=[body.id], **told)  # type: ignore[arg-type]
        assert await AgreementParty.filter(agreement_id=draft.id).count() == 2

    play(story)


def test_once_before_the_approver_its_parties_stay_as_they_are(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer, "架空電力株式会社", "見本信用金庫")
        await agreements.negotiate(town.officer, draft.id)
        await agreements.submit(town.officer, draft.id)
        late = await make.company(town.officer, "例示ガス株式会社")
        with pytest.raises(WrongState):
            await agreements.add_party(town.officer, draft.id, organization_id=late.id)
        with pytest.raises(WrongState):
            await agreements.remove_party(town.officer, (await partners(draft))[0].id)
        assert len(await partners(draft)) == 2

    play(story)


def test_a_station_takes_its_mistaken_proposal_back_and_says_why(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        with pytest.raises(Invalid):
            await agreements.withdraw_proposal(town.officer, draft.id, reason=" ")
        with pytest.raises(NotFound):
            await agreements.withdraw_proposal(town.other_officer, draft.id, reason="誤って登録")
        assert (await Agreement.get(id=draft.id)).status is AgreementStatus.PROPOSED
        gone = await agreements.withdraw_proposal(town.officer, draft.id, reason="誤って登録")
        assert (gone.status, gone.reason, gone.ended_on) == (AgreementStatus.TERMINATED, "誤って登録", None)

    play(story)


def test_what_is_signed_is_not_taken_back_by_the_station(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(WrongState):
            await agreements.withdraw_proposal(town.officer, agreement.id, reason="誤って登録")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_FORCE

    play(story)
