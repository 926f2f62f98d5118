"""An agreement from the first talk to its end, with parties that come and go."""

from datetime import date, datetime, timedelta
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
    Signature,
)
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.outbox import Letter
from tests import make
from tests.make import Town

SIGNED_ON = date(2026, 7, 1)


async def proposed(town: Town, *names: str) -> Agreement:
    bodies = [await make.company(town.officer, name) for name in names or ("架空電力株式会社",)]
    return await agreements.propose(
        town.officer,
        kind=AgreementKind.JOINT_RESPONSE,
        title="サイバー犯罪に対する共同対処協定",
        organization_ids=[body.id for body in bodies],
    )


async def signatures(agreement: Agreement) -> list[Signature]:
    parties = await AgreementParty.filter(agreement_id=agreement.id)
    return [Signature(party.id, f"署名者{n}", "代表取締役社長") for n, party in enumerate(parties)]


async def in_force(town: Town, *names: str, expires_on: date | None = date(2027, 3, 31)) -> Agreement:
    agreement = await proposed(town, *names)
    await agreements.negotiate(town.officer, agreement.id)
    await agreements.submit(town.officer, agreement.id)
    await agreements.approve(town.hq, agreement.id)
    signed = await signatures(agreement)
    return await agreements.sign(
        town.officer, agreement.id, signed_on=SIGNED_ON, signatures=signed, expires_on=expires_on
    )


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(AgreementStatus)


def test_an_agreement_of_several_parties_comes_into_force_with_its_signatories_frozen(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town, "架空電力株式会社", "見本信用金庫")
        assert agreement.status is AgreementStatus.IN_FORCE
        parties = await AgreementParty.filter(agreement_id=agreement.id).order_by("id")
        assert [party.side for party in parties] == [Side.POLICE, Side.PARTNER, Side.PARTNER]
        assert {party.acceded_on for party in parties} == {SIGNED_ON}
        assert all(party.signatory_title == "代表取締役社長" for party in parties)

    play(story)


def test_the_author_does_not_approve(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await proposed(town)
        await agreements.negotiate(town.hq, agreement.id)
        await agreements.submit(town.hq, agreement.id)
        with pytest.raises(NotAllowed):
            await agreements.approve(town.hq, agreement.id)
        with pytest.raises(NotAllowed):
            await agreements.approve(town.officer, agreement.id)
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_APPROVAL

    play(story)


def test_a_missing_signature_keeps_it_from_coming_into_force(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await proposed(town)
        await agreements.negotiate(town.officer, agreement.id)
        await agreements.submit(town.officer, agreement.id)
        await agreements.approve(town.hq, agreement.id)
        some = (await signatures(agreement))[:1]
        with pytest.raises(Incomplete):
            await agreements.sign(town.officer, agreement.id, signed_on=SIGNED_ON, signatures=some)
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.AWAITING_SIGNATURE
        assert await AgreementParty.filter(acceded_on__isnull=False).count() == 0

    play(story)


def test_what_is_signed_is_not_rewritten(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town)
        with pytest.raises(WrongState):
            await agreements.correct(
                town.officer,
                agreement.id,
                version=agreement.version,
                title="別の名称",
                kind=AgreementKind.MEMORANDUM,
            )
        assert (await Agreement.get(id=agreement.id)).title == "サイバー犯罪に対する共同対処協定"

    play(story)


def test_a_party_joins_and_leaves_on_a_day(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town)
        late = await make.company(town.officer, "例示ガス株式会社")
        joining = {"organization_id": late.id, "on": date(2026, 8, 1), "signatory_name": "例示 次郎"}
        await agreements.accede(town.officer, agreement.id, **joining)  # type: ignore[arg-type]
        with pytest.raises(Conflict, match="すでに入っています"):
            await agreements.accede(town.officer, agreement.id, **joining)  # type: ignore[arg-type]
        party = await AgreementParty.get(organization_id=late.id)
        with pytest.raises(Invalid):
            await agreements.let_withdraw(town.officer, party.id, on=date(2026, 7, 31))
        await agreements.let_withdraw(town.officer, party.id, on=date(2026, 9, 1))
        party = await AgreementParty.get(organization_id=late.id)
        assert (party.acceded_on, party.withdrawn_on) == (date(2026, 8, 1), date(2026, 9, 1))

    play(story)


def test_a_renewal_carries_the_parties_over_and_is_made_once(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await in_force(town, "架空電力株式会社", "見本信用金庫")
        await agreements.discuss_renewal(town.officer, old.id)
        new = await agreements.renew(town.hq, old.id, effective_on=date(2027, 4, 1), expires_on=date(2028, 3, 31))
        assert await AgreementParty.filter(agreement_id=new.id).count() == 3
        assert (await Agreement.get(id=old.id)).status is AgreementStatus.RENEWED
        with pytest.raises(WrongState):
            await agreements.renew(town.hq, old.id, effective_on=date(2027, 4, 1))
        assert await Agreement.all().count() == 2

    play(story)


def test_it_expires_the_day_after_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town)
        assert await agreements.expire(datetime.fromisoformat("2027-03-31T23:59:00+09:00")) == 0
        assert await agreements.expire(datetime.fromisoformat("2027-04-01T00:05:00+09:00")) == 1
        ended = await Agreement.get(id=agreement.id)
        assert (ended.status, ended.ended_on) == (AgreementStatus.EXPIRED, date(2027, 3, 31))

    play(story)


def test_the_responsible_officer_is_told_at_90_60_and_30_days_and_never_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        await in_force(town)
        day = datetime.fromisoformat("2026-12-01T08:30:00+09:00")
        while day.date() <= date(2027, 4, 2):
            await agreements.owe_notices(day)
            await agreements.owe_notices(day)
            day += timedelta(days=1)
        told = await Letter.filter(kind="agreement-expiring").order_by("owed_at")
        assert [letter.facts["days"] for letter in told] == [90, 60, 30]
        assert told[0].facts["expires_on"] == "令和９年３月31日"

    play(story)


def test_only_headquarters_terminates_and_says_why(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town)
        with pytest.raises(NotAllowed):
            await agreements.terminate(town.officer, agreement.id, reason="解散")
        with pytest.raises(Invalid):
            await agreements.terminate(town.hq, agreement.id, reason=" ")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_FORCE
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.TERMINATED

    play(story)


def test_a_partner_sees_its_signed_agreement_and_no_other_party(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await in_force(town, "架空電力株式会社", "見本信用金庫")
        draft = await proposed(town, "例示ガス株式会社")
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
        agreement = await proposed(town)
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
