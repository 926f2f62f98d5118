"""Every party signs; who joins or leaves later does so on a day of the agreement."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import agreements
from domain.agreements import Agreement, AgreementKind, AgreementParty, AgreementStatus, Side, Signature
from domain.errors import Conflict, Incomplete, Invalid, WrongState
from domain.journal import Entry
from domain.units import Unit
from tests import make
from tests.make import Town

SIGNED_ON = date(2026, 7, 1)


def test_an_agreement_of_several_parties_comes_into_force_with_its_signatories_frozen(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫")
        assert agreement.status is AgreementStatus.IN_FORCE
        parties = await AgreementParty.filter(agreement_id=agreement.id).order_by("id")
        assert [party.side for party in parties] == [Side.POLICE, Side.PARTNER, Side.PARTNER]
        assert {party.acceded_on for party in parties} == {SIGNED_ON}
        assert all(party.signatory_title == "代表取締役社長" for party in parties)

    play(story)


def test_a_missing_signature_keeps_it_from_coming_into_force(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.proposed(town.officer)
        await agreements.negotiate(town.officer, agreement.id)
        await agreements.submit(town.officer, agreement.id)
        await agreements.approve(town.hq, agreement.id)
        some = (await make.signatures(agreement))[:1]
        with pytest.raises(Incomplete):
            await agreements.sign(town.officer, agreement.id, signed_on=SIGNED_ON, signatures=some)
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.AWAITING_SIGNATURE
        assert await AgreementParty.filter(acceded_on__isnull=False).count() == 0

    play(story)


def test_what_is_signed_is_not_rewritten(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
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
        agreement = await make.in_force(town)
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
        entries = await Entry.all().count()
        with pytest.raises(WrongState, match="2026年9月1日付けですでに脱退しています"):
            await agreements.let_withdraw(town.officer, party.id, on=date(2026, 10, 1))
        assert await Entry.all().count() == entries

    play(story)


def test_a_police_unit_joins_and_leaves_what_is_in_force_like_a_body(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        named = {"on": date(2026, 8, 1), "signatory_name": "例示 三郎", "signatory_title": "署長"}
        other = {"police_unit_id": town.other_station.id}
        body = {"organization_id": (await make.company(town.officer, "例示ガス株式会社")).id}
        for who in ({}, other | body):
            with pytest.raises(Invalid, match="どちらか一つ"):
                await agreements.accede(town.officer, agreement.id, **named, **who)  # type: ignore[arg-type]
        await agreements.accede(town.officer, agreement.id, **named, **other)  # type: ignore[arg-type]
        party = await AgreementParty.get(**other)
        assert (party.side, party.acceded_on, party.signatory_title) == (Side.POLICE, date(2026, 8, 1), "署長")
        with pytest.raises(Conflict):
            await agreements.accede(town.officer, agreement.id, **named, **other)  # type: ignore[arg-type]
        await Unit.filter(id=town.section.id).update(retired_on=date(2026, 9, 1))
        closed = {"police_unit_id": town.section.id, "signatory_name": "例示 四郎"}
        with pytest.raises(Invalid, match="廃止された所属") as refused:
            await agreements.accede(town.officer, agreement.id, on=date(2026, 9, 1), **closed)  # type: ignore[arg-type]
        assert refused.value.field == "police_unit_id"
        first = await AgreementParty.get(agreement_id=agreement.id, side=Side.POLICE, id__not=party.id)
        await agreements.let_withdraw(town.officer, first.id, on=date(2026, 9, 1))
        with pytest.raises(Incomplete, match="一方に当事者がいなく"):
            await agreements.let_withdraw(town.officer, party.id, on=date(2026, 10, 1))
        assert await AgreementParty.filter(side=Side.POLICE, withdrawn_on=None).count() == 1

    play(story)


def test_a_body_is_a_party_once_at_a_time_and_again_from_the_day_on_which_it_left(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫")
        party = await leaving(agreement)
        left = town.officer.today + timedelta(days=60)
        await agreements.let_withdraw(town.officer, party.id, on=left)
        again = {"organization_id": party.organization_id, "signatory_name": "例示 次郎"}
        entries = await Entry.all().count()
        for too_early in (town.officer.today, left - timedelta(days=1)):
            with pytest.raises(Conflict, match="すでに入っています"):
                await agreements.accede(town.officer, agreement.id, on=too_early, **again)  # type: ignore[arg-type]
        assert await Entry.all().count() == entries
        assert await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER).count() == 2
        await agreements.accede(town.officer, agreement.id, on=left, **again)  # type: ignore[arg-type]
        days = await AgreementParty.filter(organization_id=party.organization_id).order_by("acceded_on")
        assert [(one.acceded_on, one.withdrawn_on) for one in days] == [(SIGNED_ON, left), (left, None)]

    play(story)


async def leaving(agreement: Agreement, side: Side = Side.PARTNER) -> AgreementParty:
    party = await AgreementParty.filter(agreement_id=agreement.id, side=side, withdrawn_on=None).order_by("id").first()
    assert party is not None
    return party


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("over", [{}, {"expires_on": None}], ids=["until an end", "without an end"])
def test_the_last_party_of_a_side_does_not_leave_but_the_agreement_is_terminated(
    play: Any, side: Side, over: dict[str, Any]
) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, **over)
        party = await leaving(agreement, side)
        entries = await Entry.all().count()
        with pytest.raises(Incomplete, match="解除") as refused:
            await agreements.let_withdraw(town.officer, party.id, on=date(2026, 9, 1))
        assert refused.value.field == "party_id"
        assert await Entry.all().count() == entries
        assert (await AgreementParty.get(id=party.id)).withdrawn_on is None
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.TERMINATED

    play(story)


def test_whoever_would_be_the_last_one_for_some_days_does_not_leave_either(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫")
        first = await leaving(agreement)
        await agreements.let_withdraw(town.officer, first.id, on=date(2026, 9, 1))
        last = await leaving(agreement)
        body = await make.company(town.officer, "例示ガス株式会社")
        new = {"organization_id": body.id, "signatory_name": "例示 次郎"}
        await agreements.accede(town.officer, agreement.id, on=date(2026, 10, 1), **new)  # type: ignore[arg-type]
        for too_early in (date(2026, 8, 1), date(2026, 9, 30)):
            with pytest.raises(Incomplete):
                await agreements.let_withdraw(town.officer, last.id, on=too_early)
        assert (await AgreementParty.get(id=last.id)).withdrawn_on is None
        await agreements.let_withdraw(town.officer, last.id, on=date(2026, 10, 1))
        assert (await AgreementParty.get(id=last.id)).withdrawn_on == date(2026, 10, 1)

    play(story)


def test_one_party_is_not_signed_for_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.awaiting(town, await make.proposed(town.officer))
        signed = await make.signatures(agreement)
        twice = [*signed, Signature(signed[0].party_id, "別の人")]
        before = await Entry.all().count()
        with pytest.raises(Invalid, match="同じ当事者"):
            await agreements.sign(town.officer, agreement.id, signed_on=SIGNED_ON, signatures=twice)
        assert await Entry.all().count() == before
        assert await AgreementParty.exclude(signatory_name="").count() == 0

    play(story)


def test_it_takes_effect_within_a_year_of_its_signing(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.awaiting(town, await make.proposed(town.officer))
        signed = await make.signatures(agreement)
        for begins in (date(1999, 4, 1), date(2099, 4, 1)):
            with pytest.raises(Invalid, match="1年以内"):
                await agreements.sign(
                    town.officer, agreement.id, signed_on=SIGNED_ON, effective_on=begins, signatures=signed
                )
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.AWAITING_SIGNATURE

    play(story)


def test_the_number_of_the_document_is_entered_at_the_signing_and_corrected_afterwards(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer, "見本信用金庫")
        with pytest.raises(WrongState, match="締結のときに"):
            await agreements.correct_number(town.officer, draft.id, number="青生企第21号", version=draft.version)
        assert (await Agreement.get(id=draft.id)).number == draft.number
        agreement = await make.in_force(town, number="青生企第12号")
        assert agreement.number == "青生企第12号"
        with pytest.raises(Conflict):
            await agreements.correct_number(town.officer, agreement.id, number="青生企第21号", version=1)
        version = agreement.version
        corrected = await agreements.correct_number(town.officer, agreement.id, number="青生企第21号", version=version)
        assert (corrected.number, corrected.version) == ("青生企第21号", version + 1)

    play(story)


@pytest.mark.parametrize(
    ("on", "signatory"),
    [(date(2030, 1, 1), "例示 次郎"), (date(2026, 6, 30), "例示 次郎"), (date(2026, 8, 1), " ")],
    ids=["after its end", "before its beginning", "without a signatory"],
)
def test_nobody_joins_outside_of_its_days_or_without_a_signatory(play: Any, on: date, signatory: str) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        late = await make.company(town.officer, "例示ガス株式会社")
        before = await Entry.all().count()
        with pytest.raises(Invalid):
            await agreements.accede(
                town.officer, agreement.id, organization_id=late.id, on=on, signatory_name=signatory
            )
        assert await Entry.all().count() == before
        assert await AgreementParty.filter(organization_id=late.id).count() == 0

    play(story)


def test_an_accession_is_a_change_of_the_agreement(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        version = agreement.version
        late = [await make.company(town.officer, name) for name in ("例示ガス株式会社", "例示水道株式会社")]
        joining: dict[str, Any] = {"on": SIGNED_ON, "signatory_name": "例示 次郎", "version": version}
        joined = await agreements.accede(town.officer, agreement.id, organization_id=late[0].id, **joining)
        assert joined.version == version + 1
        with pytest.raises(Conflict):
            await agreements.accede(town.officer, agreement.id, organization_id=late[1].id, **joining)
        assert await AgreementParty.filter(organization_id=late[1].id).count() == 0

    play(story)


def test_to_an_agreement_without_an_end_nothing_is_entered_more_than_a_year_ahead(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫", expires_on=None)
        party = await leaving(agreement)
        with pytest.raises(Invalid, match="1年より先"):
            await agreements.let_withdraw(town.officer, party.id, on=SIGNED_ON + timedelta(days=400))
        assert (await AgreementParty.get(id=party.id)).withdrawn_on is None
        await agreements.let_withdraw(town.officer, party.id, on=SIGNED_ON + timedelta(days=300))

    play(story)


def test_nobody_leaves_after_the_end(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫")
        party = await leaving(agreement)
        with pytest.raises(Invalid, match="満了日まで"):
            await agreements.let_withdraw(town.officer, party.id, on=date(2027, 4, 2))
        assert (await AgreementParty.get(id=party.id)).withdrawn_on is None
        await agreements.let_withdraw(town.officer, party.id, on=date(2027, 3, 31))
        assert (await Agreement.get(id=agreement.id)).version == agreement.version + 1

    play(story)
