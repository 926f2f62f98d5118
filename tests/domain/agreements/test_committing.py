"""What an agreement promises for each fiscal year, and how often it was kept."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import agreements, outreach
from domain.agreements import AgreementCommitment, AgreementFulfilment, AgreementParty, CountedFrom, Side
from domain.errors import Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import Organization
from domain.outreach import CoHosting, OutreachHostRole
from tests import make
from tests.domain.drills.asking import finished
from tests.make import Town

LATER = datetime.fromisoformat("2026-10-01T10:00:00+09:00")


async def kept(town: Town, year: int | None = None) -> list[tuple[int, int, date | None]]:
    officer = make.at(town.officer, LATER)
    return [(one.owed, one.fulfilled, one.last_on) for one in await agreements.commitments_kept(officer, year=year)]


def test_what_is_entered_counts_in_its_fiscal_year_until_it_is_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = make.at(town.officer, LATER)
        promise = await make.commitment(officer, await make.in_force(town), times_per_year=2)
        assert await kept(town) == [(2, 0, None)]
        for day in (date(2026, 7, 1), date(2026, 9, 30)):
            await agreements.note_fulfilment(officer, promise.id, done_on=day)
        assert await kept(town) == [(2, 2, date(2026, 9, 30))]
        assert await kept(town, 2025) == []
        [one] = await agreements.commitments_kept(officer)
        assert one.missing == 0
        mistaken = await AgreementFulfilment.get(done_on=date(2026, 9, 30))
        await agreements.take_back_fulfilment(officer, mistaken.id)
        assert await kept(town) == [(2, 1, date(2026, 7, 1))]
        with pytest.raises(NotFound):
            await agreements.take_back_fulfilment(officer, mistaken.id)

    play(story)


def test_encounters_with_its_bodies_are_counted_while_they_are_parties(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = make.at(town.officer, LATER)
        agreement = await make.in_force(town)
        body = await Organization.get(name="架空電力株式会社")
        promise = await make.commitment(officer, agreement, counted_from=CountedFrom.ENCOUNTERS, times_per_year=4)
        await make.encounter(officer, body=body)
        await make.encounter(officer, body=body, starts_at=LATER - timedelta(days=120))
        await make.encounter(officer, body=await make.company(officer, "例示旅館株式会社"))
        assert await kept(town) == [(4, 1, LATER.date())]
        with pytest.raises(WrongState, match="広報啓発の記録から"):
            await agreements.note_fulfilment(officer, promise.id, done_on=officer.today)
        assert await AgreementFulfilment.all().count() == 0

    play(story)


def test_a_drill_counts_once_however_many_of_its_bodies_came(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        body = await Organization.get(name="架空電力株式会社")
        await make.commitment(town.officer, agreement, counted_from=CountedFrom.DRILLS)
        drill, parts = await finished(town, "見本通信株式会社", "例示鉄道株式会社")
        assert (await kept(town))[0][1] == 0
        for part in parts:
            other = await Organization.get(id=part.organization_id)
            when = {"on": town.officer.today, "signatory_name": "例示 一郎"}
            await agreements.accede(town.officer, agreement.id, organization_id=other.id, **when)
        assert (await kept(town))[0][:2] == (1, 1)
        assert body.id not in {part.organization_id for part in parts}

    play(story)


def test_what_was_made_known_with_a_party_fulfils_a_promise_of_it_while_it_is_one(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town)
        other = await make.company(us, "例示鉄道株式会社")
        party = await AgreementParty.get(agreement_id=agreement.id, side=Side.PARTNER)
        await make.commitment(us, agreement, counted_from=CountedFrom.OUTREACH, times_per_year=2)
        assert party.organization_id is not None
        await make.reported_event(us, hosts=[CoHosting(other.id), CoHosting(party.organization_id)])
        later = make.at(us, us.now + timedelta(days=14))
        event = await make.reported_event(later, hosts=[CoHosting(other.id)])
        assert (await kept(town))[0][:2] == (2, 0), "before it was one, and with another"
        await outreach.add_host(later, event.id, organization_id=party.organization_id, role=OutreachHostRole.SUPPORTER)
        assert (await kept(town))[0][:2] == (2, 0), "who lends its name has done nothing"
        joins = {"organization_id": party.organization_id, "role": OutreachHostRole.COOPERATOR}
        await outreach.add_host(later, event.id, **joins)
        assert (await kept(town))[0][:2] == (2, 1)

    play(story)


def test_a_promise_ends_on_a_day_and_is_owed_no_more_in_the_years_after(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = make.at(town.officer, LATER)
        promise = await make.commitment(officer, await make.in_force(town, expires_on=None))
        ended = await agreements.end_commitment(officer, promise.id)
        assert ended.ended_on == officer.today
        assert (len(await kept(town)), await kept(town, 2027)) == (1, [])
        with pytest.raises(WrongState, match="終わって"):
            await agreements.end_commitment(officer, promise.id)
        with pytest.raises(WrongState, match="終わって"):
            await agreements.note_fulfilment(officer, promise.id, done_on=officer.today)
        assert await AgreementFulfilment.all().count() == 0

    play(story)


@pytest.mark.parametrize(
    "over", [{"what": " "}, {"times_per_year": 0}, {"times_per_year": 367}, {"since": date(2026, 6, 30)}]
)
def test_it_says_what_how_often_and_from_which_of_its_days(play: Any, over: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(Invalid) as refused:
            await make.commitment(town.officer, agreement, **over)
        assert refused.value.field == next(iter(over))
        assert await AgreementCommitment.all().count() == 0

    play(story)


def test_it_is_kept_on_a_day_of_the_promise_that_has_come(play: Any) -> None:
    async def story(town: Town) -> None:
        promise = await make.commitment(town.officer, await make.in_force(town))
        for day in (date(2026, 6, 30), town.officer.today + timedelta(days=1)):
            with pytest.raises(Invalid) as refused:
                await agreements.note_fulfilment(town.officer, promise.id, done_on=day)
            assert refused.value.field == "done_on"
        with pytest.raises(WrongState):
            await make.commitment(town.officer, await make.proposed(town.officer, "見本信用金庫"))
        assert await AgreementFulfilment.all().count() == 0

    play(story)


def test_a_renewal_promises_on_what_the_old_one_did(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town)
        await make.commitment(town.officer, old)
        await agreements.end_commitment(town.officer, (await make.commitment(town.officer, old, what="啓発")).id)
        await agreements.discuss_renewal(town.officer, old.id)
        new = await agreements.renew(town.officer, old.id, effective_on=date(2027, 4, 1))
        await make.awaiting(town, new)
        signatures = await make.signatures(new)
        await agreements.sign(town.officer, new.id, signed_on=town.officer.today, signatures=signatures)
        assert await AgreementCommitment.filter(agreement_id=new.id).count() == 0
        await agreements.expire(datetime.fromisoformat("2027-04-01T00:05:00+09:00"))
        carried = await AgreementCommitment.get(agreement_id=new.id)
        assert (carried.what, carried.since, carried.times_per_year) == ("合同訓練", date(2027, 4, 1), 1)
        assert [one[0] for one in await kept(town, 2027)] == [1]

    play(story)


def test_only_the_desk_asks_and_a_station_of_its_own_units(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.commitment(town.officer, await make.in_force(town))
        assert len(await agreements.commitments_kept(town.hq, unit_id=town.station.id)) == 1
        assert await agreements.commitments_kept(town.other_officer) == []
        with pytest.raises(NotFound):
            await agreements.commitments_kept(town.other_officer, unit_id=town.station.id)
        with pytest.raises(NotAllowed):
            await agreements.commitments_kept(town.statistician)
        with pytest.raises(Invalid):
            await agreements.commitments_kept(town.officer, year=26)

    play(story)
