"""A renewal is an agreement of its own: approved by another, signed anew, in force from its first day on."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import agreements, units
from domain.agreements import Agreement, AgreementParty, AgreementStatus, Side
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, WrongState
from domain.journal import Entry
from tests import make
from tests.make import Town

APRIL = date(2027, 4, 1)
FIRST_OF_APRIL = datetime.fromisoformat("2027-04-01T00:05:00+09:00")


async def talked_about(town: Town, *names: str, **over: Any) -> Agreement:
    """In force from 1 July to 31 March unless told, and both sides talk about going on."""
    old = await make.in_force(town, *names, **over)
    return await agreements.discuss_renewal(town.officer, old.id)


async def signed(town: Town, draft: Agreement, **over: Any) -> Agreement:
    await make.awaiting(town, draft)
    values = {"signed_on": town.officer.today, "signatures": await make.signatures(draft)}
    return await agreements.sign(town.officer, draft.id, **(values | over))


async def status(agreement: Agreement) -> AgreementStatus:
    return (await Agreement.get(id=agreement.id)).status


@pytest.mark.parametrize("begins", [date(2020, 1, 1), date(2026, 7, 1), date(2027, 4, 2), date(2030, 1, 1)])
def test_a_renewal_neither_rewrites_the_past_nor_leaves_a_gap(play: Any, begins: date) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        before = await Entry.all().count()
        with pytest.raises(Invalid, match="発効日"):
            await agreements.renew(town.officer, old.id, effective_on=begins)
        assert await Entry.all().count() == before
        assert (await status(old), await Agreement.all().count()) == (AgreementStatus.RENEWING, 1)

    play(story)


def test_a_renewal_is_a_draft_while_the_old_agreement_stands(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town, "架空電力株式会社", "見本信用金庫")
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL, expires_on=date(2028, 3, 31))
        assert (new.status, new.effective_on, new.signed_on) == (AgreementStatus.NEGOTIATING, None, None)
        parties = await AgreementParty.filter(agreement_id=new.id)
        assert {(party.acceded_on, party.signatory_name) for party in parties} == {(None, "")}
        assert (len(parties), await status(old)) == (3, AgreementStatus.RENEWING)
        with pytest.raises(Conflict, match="すでに作られています"):
            await agreements.renew(town.officer, old.id, effective_on=APRIL)
        assert await Agreement.all().count() == 2

    play(story)


def test_who_drafts_the_renewal_does_not_approve_it(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        new = await agreements.renew(town.hq, old.id, effective_on=APRIL)
        await agreements.submit(town.hq, new.id)
        with pytest.raises(NotAllowed):
            await agreements.approve(town.hq, new.id)
        assert await status(new) is AgreementStatus.IN_APPROVAL

    play(story)


def test_the_old_agreement_stands_until_the_new_ones_first_day(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL, expires_on=date(2028, 3, 31))
        new = await signed(town, new)
        assert (new.status, new.effective_on, new.expires_on) == (
            AgreementStatus.IN_FORCE,
            APRIL,
            date(2028, 3, 31),
        )
        assert await status(old) is AgreementStatus.RENEWING
        assert await agreements.expire(datetime.fromisoformat("2027-03-31T23:59:00+09:00")) == 0
        assert await agreements.expire(FIRST_OF_APRIL) == 1
        ended = await Agreement.get(id=old.id)
        assert (ended.status, ended.ended_on) == (AgreementStatus.RENEWED, date(2027, 3, 31))
        assert await agreements.expire(FIRST_OF_APRIL) == 0

    play(story)


def test_a_renewal_that_begins_today_takes_over_at_its_signing(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town, signed_on=date(2026, 4, 1))
        new = await agreements.renew(town.officer, old.id, effective_on=town.officer.today)
        await signed(town, new)
        ended = await Agreement.get(id=old.id)
        assert (ended.status, ended.ended_on) == (AgreementStatus.RENEWED, date(2026, 6, 30))

    play(story)


def test_a_renewal_that_nobody_signs_lets_the_old_agreement_run_out(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        assert await agreements.expire(FIRST_OF_APRIL) == 1
        assert (await status(old), await status(new)) == (AgreementStatus.EXPIRED, AgreementStatus.NEGOTIATING)

    play(story)


def test_a_renewal_that_was_given_up_may_be_drafted_again(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        first = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        await agreements.withdraw_proposal(town.officer, first.id, reason="日付の誤り")
        second = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        assert second.renews_id == old.id

    play(story)


def test_who_leaves_later_is_still_a_party_of_the_renewal_until_then(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town, "架空電力株式会社", "見本信用金庫", "例示ガス株式会社", expires_on=None)
        leaving = await AgreementParty.filter(agreement_id=old.id, side=Side.PARTNER).order_by("id")
        await agreements.let_withdraw(town.officer, leaving[0].id, on=date(2027, 6, 1))
        await agreements.let_withdraw(town.officer, leaving[1].id, on=APRIL)
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        carried = await AgreementParty.filter(agreement_id=new.id, side=Side.PARTNER).order_by("id")
        assert [(party.organization_id, party.withdrawn_on) for party in carried] == [
            (leaving[0].organization_id, date(2027, 6, 1)),
            (leaving[2].organization_id, None),
        ]
        await signed(town, new)
        assert {party.acceded_on for party in await AgreementParty.filter(agreement_id=new.id)} == {APRIL}

    play(story)


def test_who_joins_or_leaves_while_a_renewal_is_drafted_does_so_there_too(play: Any) -> None:
    async def story(town: Town) -> None:
        us, old = town.officer, await talked_about(town, "架空電力株式会社", "見本信用金庫")
        new = await agreements.renew(us, old.id, effective_on=APRIL)
        body = await make.company(us, "例示ガス株式会社")
        joins = {"organization_id": body.id, "on": us.today, "signatory_name": "例示 次郎"}
        await agreements.submit(us, new.id)
        with pytest.raises(WrongState, match="協議中"):
            await agreements.accede(us, old.id, **joins)  # type: ignore[arg-type]
        assert not await AgreementParty.exists(organization_id=body.id)
        await agreements.negotiate(us, new.id)
        await agreements.accede(us, old.id, **joins)  # type: ignore[arg-type]
        assert await AgreementParty.filter(organization_id=body.id, agreement_id=new.id).count() == 1
        await make.awaiting(town, await Agreement.get(id=new.id))
        leaves = (await AgreementParty.filter(agreement_id=old.id, side=Side.PARTNER).order_by("id"))[0]
        await agreements.let_withdraw(us, leaves.id, on=date(2027, 1, 1))
        parties = await AgreementParty.filter(agreement_id=new.id, withdrawn_on=None).order_by("id")
        signatures = [agreements.Signature(party.id, "署名者") for party in parties]
        told = {"signed_on": us.today, "effective_on": APRIL}
        with pytest.raises(Incomplete, match="「例示ガス株式会社」の署名者"):
            await agreements.sign(us, new.id, **told, signatures=signatures[:-1])  # type: ignore[arg-type]
        await agreements.sign(us, new.id, **told, signatures=signatures)  # type: ignore[arg-type]
        signed_by = await AgreementParty.filter(agreement_id=new.id, acceded_on=APRIL, side=Side.PARTNER)
        assert leaves.organization_id not in {party.organization_id for party in signed_by}
        assert len(signed_by) == 2

    play(story)


def test_who_joins_while_a_renewal_waits_to_begin_is_entered_once_and_stands_in_both(play: Any) -> None:
    async def story(town: Town) -> None:
        us, old = town.officer, await talked_about(town, "架空電力株式会社", "見本信用金庫", expires_on=None)
        new = await agreements.renew(us, old.id, effective_on=APRIL)
        [_, first, _] = await AgreementParty.filter(agreement_id=old.id).order_by("id")
        await agreements.let_withdraw(us, first.id, on=date(2026, 9, 1))
        back = {"organization_id": first.organization_id, "on": date(2026, 12, 1), "signatory_name": "例示 次郎"}
        await agreements.accede(us, old.id, **back)  # type: ignore[arg-type]
        party = await AgreementParty.get(agreement_id=new.id, organization_id=first.organization_id)
        assert party.withdrawn_on is None, "it comes back before the renewal begins"
        await make.awaiting(town, await Agreement.get(id=new.id))
        joins = {"on": us.today, "signatory_name": "例示 次郎"}
        gas = await make.company(us, "例示ガス")
        with pytest.raises(WrongState, match="先に締結"):
            await agreements.accede(us, old.id, organization_id=gas.id, **joins)  # type: ignore[arg-type]
        assert await AgreementParty.filter(agreement_id=old.id).count() == 4
        told: dict[str, Any] = {"signed_on": us.today, "effective_on": APRIL}
        new = await Agreement.get(id=new.id)
        await agreements.sign(us, new.id, signatures=await make.signatures(new), **told)
        late: dict[str, Any] = joins | {"organization_id": gas.id, "on": APRIL}
        with pytest.raises(Invalid, match="更新後の協定に入力"):
            await agreements.accede(us, old.id, **late)
        await agreements.accede(us, old.id, **(late | {"on": us.today}))
        found = await AgreementParty.filter(organization_id=gas.id).order_by("acceded_on")
        assert [(party.agreement_id, party.acceded_on) for party in found] == [(old.id, us.today), (new.id, APRIL)]
        assert {party.signatory_name for party in found} == {"例示 次郎"}
        late["organization_id"] = (await make.company(us, "例示銀行")).id
        await agreements.accede(us, new.id, **late)
        await agreements.accede(us, old.id, **(late | {"on": us.today}))
        assert await AgreementParty.filter(organization_id=late["organization_id"]).count() == 2, "once in each"

    play(story)


def test_nobody_is_carried_into_a_renewal_who_is_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        us, old = town.officer, await talked_about(town, "架空電力株式会社", "見本信用金庫")
        closed = await make.station(town.admin, town.prefecture, 8)
        new = await agreements.renew(us, old.id, effective_on=APRIL)
        new = await agreements.add_party(us, new.id, police_unit_id=closed.id)
        await units.retire(town.admin, closed.id, version=closed.version, on=APRIL)
        with pytest.raises(WrongState, match=f"「{closed.name}」"):
            await agreements.submit(us, new.id)
        assert (await status(new)) is AgreementStatus.NEGOTIATING
        party = await AgreementParty.get(agreement_id=new.id, police_unit_id=closed.id)
        await agreements.remove_party(us, party.id)
        await agreements.submit(us, new.id)

    play(story)


def test_who_leaves_and_has_announced_to_come_back_signs_the_renewal_once(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town, "架空電力株式会社", "見本信用金庫", expires_on=None)
        leaving = await AgreementParty.filter(agreement_id=old.id, side=Side.PARTNER).order_by("id").first()
        assert leaving is not None
        left = date(2027, 5, 1)
        await agreements.let_withdraw(town.officer, leaving.id, on=left)
        back: dict[str, Any] = {"organization_id": leaving.organization_id, "signatory_name": "例示 次郎"}
        await agreements.accede(town.officer, old.id, on=left + timedelta(days=31), **back)
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        await signed(town, new)
        carried = await AgreementParty.filter(agreement_id=new.id, organization_id=leaving.organization_id)
        assert [(party.acceded_on, party.withdrawn_on) for party in carried] == [(APRIL, None)]

    play(story)


def test_what_is_not_talked_about_is_not_renewed(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town)
        with pytest.raises(WrongState):
            await agreements.renew(town.officer, old.id, effective_on=APRIL)
        assert await Agreement.all().count() == 1

    play(story)


def test_the_signing_of_a_renewal_keeps_to_the_old_agreements_days_too(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await talked_about(town)
        new = await agreements.renew(town.officer, old.id, effective_on=APRIL)
        with pytest.raises(Invalid, match="翌日まで"):
            await signed(town, new, effective_on=date(2027, 5, 1))
        assert await status(new) is AgreementStatus.AWAITING_SIGNATURE

    play(story)
