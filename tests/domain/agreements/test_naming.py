"""Which parties may be named: each by its own consent, to one another and to everybody."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import agreements
from domain.actor import Role
from domain.agreements import (
    Agreement,
    AgreementFile,
    AgreementParty,
    AgreementStatus,
    PartyNaming,
    Side,
    SigningCeremony,
)
from domain.calendar import Attendee
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.organizations import Organization
from tests import make
from tests.make import PDF, Town

TWO = ("架空電力株式会社", "見本信用金庫")


async def bodies_of(agreement: Agreement) -> list[AgreementParty]:
    parties = AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER, removed_at=None)
    return await parties.order_by("id")


async def names_told(town: Town, party: AgreementParty) -> set[str]:
    """Whom a contact of that party is told of."""
    body = await Organization.get(id=party.organization_id)
    contact = await make.contact(town.officer, body, mail_address=f"{party.id}@partner.example")
    partner = make.outsider(town.officer, Role.PARTNER, contact)
    return {naming.name for naming in await agreements.namings_visible_to(partner)}


def test_partners_are_told_of_one_another_once_both_have_consented_and_no_longer_than_that(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town, *TWO)
        first, second = await bodies_of(agreement)
        named = await agreements.name_party(us, first.id, agreed_on=date(2026, 7, 1))
        assert (named.name, await names_told(town, first), await names_told(town, second)) == (TWO[0], {TWO[0]}, set())
        other = await agreements.name_party(us, second.id, name="見本信金 サイバー対策部")
        both = {TWO[0], "見本信金 サイバー対策部"}
        assert (await names_told(town, first), await names_told(town, second)) == (both, both)
        await agreements.unname_party(us, named.id)
        assert TWO[0] not in await names_told(town, second)
        assert other.name not in await names_told(town, first)

    play(story)


def test_whoever_leaves_and_whoever_comes_after_are_told_of_those_beside_them_and_not_of_each_other(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town, *TWO)
        gone, stays = await bodies_of(agreement)
        await agreements.let_withdraw(us, gone.id, on=date(2026, 9, 1))
        new = await make.company(us, "例示ガス株式会社")
        joins = {"organization_id": new.id, "on": date(2026, 9, 1), "signatory_name": "例示 次郎"}
        await agreements.accede(us, agreement.id, **joins)  # type: ignore[arg-type]
        came = (await bodies_of(agreement))[2]
        for party in (gone, stays, came):
            await agreements.name_party(us, party.id)
        told = [await names_told(town, party) for party in (gone, stays, came)]
        assert told == [set(TWO), {*TWO, new.name}, {TWO[1], new.name}]

    play(story)


@pytest.mark.parametrize("said", [{"title": "㈱ 架空電力ほかとの協定"}, {"purpose": "架空電力　株式会社を守るため"}])
def test_no_partner_is_told_of_another_by_title_or_purpose(play: Any, said: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, *TWO)
        draft = await agreements.negotiate(us, draft.id)
        draft = await agreements.correct(us, draft.id, version=draft.version, **said)
        with pytest.raises(WrongState, match="公表に同意していない「架空電力株式会社」"):
            await agreements.submit(us, draft.id)
        assert (await Agreement.get(id=draft.id)).version == draft.version
        [first, _] = await bodies_of(draft)
        naming = await agreements.name_party(us, first.id)
        await agreements.submit(us, draft.id)
        await agreements.unname_party(us, naming.id)
        with pytest.raises(WrongState, match="案のうちに"):
            await agreements.approve(town.hq, draft.id)
        assert (await Agreement.get(id=draft.id)).status is AgreementStatus.IN_APPROVAL
        naming = await agreements.name_party(us, first.id)
        await agreements.approve(town.hq, draft.id)
        await PartyNaming.filter(id=naming.id).update(ended_on=us.today)
        signed = {"signed_on": us.today, "signatures": await make.signatures(draft)}
        with pytest.raises(WrongState, match="公表に同意していない"):
            await agreements.sign(us, draft.id, **signed)
        assert (await Agreement.get(id=draft.id)).signed_on is None
        await agreements.name_party(us, first.id)
        await agreements.sign(us, draft.id, **signed)

    play(story)


def test_nobody_joins_whom_the_title_would_tell_of_a_party_that_has_not_consented(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, TWO[0])
        draft = await agreements.correct(us, draft.id, version=draft.version, title="架空電力との共同対処協定")
        draft = await agreements.negotiate(us, draft.id)
        await agreements.submit(us, draft.id)
        await agreements.approve(town.hq, draft.id)
        await agreements.sign(us, draft.id, signed_on=us.today, signatures=await make.signatures(draft))
        new = await make.company(us, TWO[1])
        joins = {"organization_id": new.id, "on": us.today, "signatory_name": "例示 次郎"}
        with pytest.raises(WrongState, match="先に入力"):
            await agreements.accede(us, draft.id, **joins)
        [party] = await bodies_of(draft)
        await agreements.name_party(us, party.id)
        await agreements.accede(us, draft.id, **joins)
        assert len(await bodies_of(draft)) == 2

    play(story)


def test_what_is_told_of_it_once_signed_names_nobody_who_has_not_consented(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.awaiting(town, await make.proposed(town.officer, *TWO))
        signed = {"signed_on": us.today, "signatures": await make.signatures(draft)}
        for field in ("place", "number"):
            with pytest.raises(WrongState, match="「架空電力株式会社」") as refused:
                await agreements.sign(us, draft.id, **signed, **{field: "架空電力㈱ 本社"})
            assert (refused.value.field, (await Agreement.get(id=draft.id)).signed_on) == (field, None)
        agreement = await agreements.sign(us, draft.id, **signed, place="県警察本部")
        with pytest.raises(WrongState, match="文書番号"):
            await agreements.correct_number(us, agreement.id, number="架空電力第1号", version=agreement.version)
        own, other = await bodies_of(agreement)
        copy = {"name": "協定書（架空電力）.pdf", "content": PDF}
        with pytest.raises(WrongState, match="ファイル名"):
            await agreements.keep_file(us, agreement.id, party_id=other.id, **copy)
        assert (await Agreement.get(id=agreement.id)).number == agreement.number
        await agreements.keep_file(us, agreement.id, party_id=own.id, **copy)
        naming = await agreements.name_party(us, own.id)
        told = await agreements.keep_file(us, agreement.id, party_id=other.id, name=copy["name"], content=PDF + b"2")
        with pytest.raises(WrongState, match="renameAgreementFile"):
            await agreements.unname_party(us, naming.id)
        for wrong in ("控え.docx", "控え/.pdf"):
            with pytest.raises(Invalid):
                await agreements.rename_file(us, told.id, name=wrong)
        with pytest.raises(NotFound):
            await agreements.rename_file(town.other_officer, told.id, name="控え.pdf")
        assert (await AgreementFile.get(id=told.id)).name == copy["name"]
        await agreements.rename_file(us, told.id, name="控え.pdf", version=told.version)
        await agreements.unname_party(us, naming.id)
        with pytest.raises(WrongState, match="ファイル名"):
            await agreements.rename_file(us, told.id, name=copy["name"])
        assert (await AgreementFile.get(id=told.id)).name == "控え.pdf"

    play(story)


def test_who_takes_the_consent_back_is_taken_out_of_what_is_told_and_nothing_else_is_reworded(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, *TWO)
        draft = await agreements.correct(us, draft.id, version=draft.version, title="架空電力ほかとの協定")
        naming = await agreements.name_party(us, (await bodies_of(draft))[0].id)
        draft = await make.awaiting(town, draft)
        signed = {"signed_on": us.today, "signatures": await make.signatures(draft), "place": "架空電力 本社"}
        agreement = await agreements.sign(us, draft.id, **signed)
        told = {"title": "重要インフラ事業者との協定", "place": "相手方の本社"}
        for said, field in (({}, "title"), ({"title": told["title"]}, "place"), (told | {"purpose": "別"}, "purpose")):
            with pytest.raises((WrongState, Invalid), match="名称") as refused:
                await agreements.unname_party(us, naming.id, **said)  # type: ignore[arg-type]
            row = await Agreement.get(id=agreement.id)
            assert (refused.value.field, row.version, row.title) == (field, agreement.version, agreement.title)
        assert (await PartyNaming.get(id=naming.id)).ended_on is None
        await agreements.unname_party(us, naming.id, **told)  # type: ignore[arg-type]
        row = await Agreement.get(id=agreement.id)
        assert (row.title, row.signed_at, row.purpose) == (*told.values(), agreement.purpose)
        assert await agreements.visible_to(us).filter(search__contains="架空電力").count() == 0

    play(story)


def test_a_consent_that_is_taken_back_before_signing_is_taken_out_of_what_was_approved(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, *TWO)
        draft = await agreements.correct(us, draft.id, version=draft.version, title="見本信金ほかとの協定")
        naming = await agreements.name_party(us, (await bodies_of(draft))[1].id, name="見本信金")
        draft = await make.awaiting(town, draft)
        with pytest.raises(WrongState, match="「見本信金」") as refused:
            await agreements.unname_party(us, naming.id)
        assert (refused.value.field, (await PartyNaming.get(id=naming.id)).ended_on) == ("title", None)
        await agreements.unname_party(us, naming.id, title="金融機関ほかとの協定")
        agreement = await agreements.sign(us, draft.id, signed_on=us.today, signatures=await make.signatures(draft))
        assert agreement.title == "金融機関ほかとの協定"

    play(story)


def test_a_consent_that_is_taken_back_ends_wherever_a_renewal_has_carried_it(play: Any) -> None:
    async def story(town: Town) -> None:
        us, old = town.officer, await make.in_force(town, *TWO)
        first, second = await bodies_of(old)
        for party in (first, second):
            await agreements.name_party(us, party.id, agreed_on=date(2026, 7, 1))
        await agreements.discuss_renewal(us, old.id)
        new = await agreements.renew(us, old.id, effective_on=date(2027, 4, 1))
        new = await agreements.correct(us, new.id, version=new.version, title="架空電力ほかとの協定")
        new = await make.awaiting(town, new)
        taken_back = await PartyNaming.get(party_id=first.id)
        with pytest.raises(WrongState, match="協定の名称に") as refused:
            await agreements.unname_party(us, taken_back.id)
        assert (refused.value.field, await PartyNaming.filter(ended_on=None).count()) == ("title", 4)
        await agreements.unname_party(us, taken_back.id, title="重要インフラ事業者との協定")
        left = await PartyNaming.filter(ended_on=None)
        assert {one.name for one in left} == {TWO[1]}, "of both agreements"
        titles = [one.title for one in await Agreement.all().order_by("id")]
        assert titles == [old.title, "重要インフラ事業者との協定"]
        [_, carried] = await bodies_of(new)
        await agreements.unname_party(us, (await PartyNaming.get(party_id=carried.id)).id)
        assert not await PartyNaming.exists(ended_on=None), "the old one's, too"

    play(story)


def test_a_renewal_does_not_go_on_naming_who_has_left_and_takes_the_consent_back(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, *TWO)
        draft = await agreements.correct(us, draft.id, version=draft.version, title="架空電力ほかとの協定")
        naming = await agreements.name_party(us, (await bodies_of(draft))[0].id)
        signed = {"signed_on": us.today, "signatures": await make.signatures(draft), "expires_on": date(2027, 3, 31)}
        old = await agreements.sign(us, (await make.awaiting(town, draft)).id, **signed)
        await agreements.let_withdraw(us, naming.party_id, on=date(2026, 9, 1))
        await agreements.discuss_renewal(us, old.id)
        new = await agreements.renew(us, old.id, effective_on=date(2027, 4, 1))
        await make.awaiting(town, new)
        with pytest.raises(WrongState, match="協定の名称に「架空電力株式会社」"):
            await agreements.unname_party(us, naming.id)
        await agreements.unname_party(us, naming.id, title="事業者との協定")
        assert {one.title for one in await Agreement.all()} == {"事業者との協定"}

    play(story)


def test_nobody_is_asked_to_a_signing_whose_title_or_place_names_who_has_not_consented(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.awaiting(town, await make.proposed(town.officer, *TWO))
        for field, said in (("title", "架空電力ほか締結式"), ("place", "架空電力㈱ 本社")):
            with pytest.raises(WrongState, match="「架空電力株式会社」") as refused:
                await make.ceremony(us, agreement, **{field: said})
            assert refused.value.field == field
        assert not await SigningCeremony.exists()
        naming = await agreements.name_party(us, (await bodies_of(agreement))[0].id)
        ceremony = await make.ceremony(us, agreement, place="架空電力㈱ 本社")
        with pytest.raises(WrongState, match="moveSigning"):
            await agreements.unname_party(us, naming.id)
        moved = {"starts_at": ceremony.starts_at, "ends_at": ceremony.starts_at + timedelta(hours=1)}
        await agreements.move_signing(us, ceremony.id, **moved, place="県警察本部")
        await agreements.unname_party(us, naming.id)
        with pytest.raises(WrongState, match="締結式の場所"):
            await agreements.move_signing(us, ceremony.id, **moved, place="架空電力㈱ 本社")

    play(story)


def test_nobody_is_asked_to_a_signing_at_the_place_of_a_party_that_came_since(play: Any) -> None:
    async def story(town: Town) -> None:
        us, draft = town.officer, await make.proposed(town.officer, TWO[0])
        ceremony = await make.ceremony(us, draft, place="架空電力㈱ 本社")
        await agreements.add_party(us, draft.id, organization_id=(await make.company(us, TWO[1])).id)
        with pytest.raises(WrongState, match="中止して予定し直し"):
            await agreements.invite_to_signing(us, ceremony.id, officer_ids=[us.person_id])
        assert not await Attendee.exists()

    play(story)


def test_a_consent_of_one_agreement_tells_nothing_of_another(play: Any) -> None:
    async def story(town: Town) -> None:
        one, other = await make.in_force(town, TWO[0]), await make.in_force(town, TWO[1])
        for agreement in (one, other):
            await make.named(town.officer, agreement)
        [first], [second] = await bodies_of(one), await bodies_of(other)
        assert (await names_told(town, first), await names_told(town, second)) == ({TWO[0]}, {TWO[1]})

    play(story)


def test_a_renewal_names_whom_the_old_agreement_named_and_a_draft_names_nobody_to_anybody(play: Any) -> None:
    async def story(town: Town) -> None:
        us, old = town.officer, await make.in_force(town, *TWO)
        for party in await bodies_of(old):
            await agreements.name_party(us, party.id, agreed_on=date(2026, 7, 1))
        await agreements.discuss_renewal(us, old.id)
        new = await agreements.renew(us, old.id, effective_on=date(2027, 4, 1))
        carried = await PartyNaming.filter(agreement_id=new.id).order_by("id")
        assert [(one.name, one.agreed_on) for one in carried] == [(name, date(2026, 7, 1)) for name in TWO]
        assert await names_told(town, (await bodies_of(new))[0]) == set(TWO), "those of the old one"
        await agreements.remove_party(us, (await bodies_of(new))[0].id)
        assert [one.ended_on for one in await PartyNaming.filter(agreement_id=new.id).order_by("id")] == [
            us.today,
            None,
        ]

    play(story)


def test_it_is_consented_once_on_a_day_that_has_come_and_taken_back_once(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town)
        [party] = await bodies_of(agreement)
        with pytest.raises(Invalid):
            await agreements.name_party(us, party.id, agreed_on=us.today + timedelta(days=1))
        with pytest.raises(NotFound):
            await agreements.name_party(town.other_officer, party.id)
        assert not await PartyNaming.exists()
        naming = await agreements.name_party(us, party.id)
        with pytest.raises(Conflict):
            await agreements.name_party(us, party.id)
        with pytest.raises(Invalid):
            await agreements.unname_party(us, naming.id, on=us.today - timedelta(days=1))
        await agreements.unname_party(us, naming.id)
        with pytest.raises(WrongState):
            await agreements.unname_party(us, naming.id)
        await agreements.name_party(us, party.id)
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        with pytest.raises(WrongState):
            await agreements.name_party(us, party.id)
        assert await PartyNaming.filter(ended_on=None).count() == 1

    play(story)


def test_the_list_to_publish_has_who_consented_and_is_a_party_today_and_no_title_that_may_name_others(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town, *TWO)
        first, second = await bodies_of(agreement)
        await agreements.name_party(us, first.id)
        [told] = await agreements.list_public_parties(town.hq)
        assert (told.name, told.title, told.unit_name) == (TWO[0], "", town.station.name)
        await agreements.name_party(us, second.id)
        told_now = await agreements.list_public_parties(us)
        assert [(one.name, one.title) for one in told_now] == [(name, agreement.title) for name in TWO]
        assert await agreements.list_public_parties(town.other_officer) == []
        await agreements.let_withdraw(us, second.id, on=us.today)
        assert [one.name for one in await agreements.list_public_parties(us)] == [TWO[0]]
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        assert await agreements.list_public_parties(make.at(us, us.now + timedelta(days=1))) == []

    play(story)
