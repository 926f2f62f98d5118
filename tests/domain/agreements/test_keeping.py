"""The signed document as a file: kept version beside version, never changed, shown to nobody who would learn more."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from tortoise.exceptions import BaseORMException

from domain import agreements, database, retention, walls
from domain.actor import Actor, Role
from domain.agreements import Agreement, AgreementFile, AgreementFileContent, AgreementParty, Side, keeping
from domain.errors import Conflict, Damaged, Invalid, NotAllowed, NotFound, TooLarge, WrongState
from domain.organizations import Organization
from tests import make
from tests.domain.retention.test_lists import approved, late
from tests.make import PDF, Town

HOUR = timedelta(hours=1)
TWO = ("架空電力株式会社", "見本信用金庫")


async def partner_of(town: Town, party: AgreementParty) -> Actor:
    body = await Organization.get(id=party.organization_id)
    contact = await make.contact(town.officer, body, mail_address=f"{party.id}@partner.example")
    return make.outsider(town.officer, Role.PARTNER, contact)


async def bodies_of(agreement: Agreement) -> list[AgreementParty]:
    return await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER).order_by("id")


async def found_by(partner: Actor) -> list[Any]:
    """What the partner sees, by the first wall and by the second one alone."""
    first = {file.id for file in await agreements.files_visible_to(partner)}
    async with walls.alone_behind(walls.for_reading(partner)):
        second = {file.id for file in await AgreementFile.all()}
        contents = {stored.file_id for stored in await AgreementFileContent.all()}
    assert first == second == contents
    return sorted(first)


def test_a_new_version_stands_beside_the_one_before_with_a_digest_of_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        first = await make.kept(town.officer, agreement)
        second = await make.kept(town.hq, agreement, content=PDF + b"2", remarks="再スキャン")
        assert ([first.edition, second.edition], second.sha256) == ([1, 2], sha256(PDF + b"2").hexdigest())
        assert (await agreements.find_file(town.officer, first.id))[1] == PDF + agreement.id.bytes
        assert (await agreements.find_file(town.officer, second.id))[1] == PDF + b"2"
        with pytest.raises(Conflict):
            await make.kept(town.officer, agreement)
        assert await AgreementFile.all().count() == await AgreementFileContent.all().count() == 2

    play(story)


@pytest.mark.parametrize(
    ("told", "kind", "field"),
    [
        ({"name": "協定書.png", "content": b"\x89PNG\r\n\x1a\n"}, Invalid, "name"),
        ({"name": "協定書.pdf", "content": b"MZ"}, Invalid, "file"),
        ({"name": "../協定書.pdf"}, Invalid, "name"),
        ({"content": PDF + bytes(10 * 1024 * 1024)}, TooLarge, "file"),
    ],
)
def test_only_a_pdf_within_bounds_is_kept(play: Any, told: dict[str, Any], kind: Any, field: str) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(kind) as refused:
            await make.kept(town.officer, agreement, **told)
        assert (refused.value.field, await AgreementFile.exists()) == (field, False)

    play(story)


def test_nobody_keeps_a_file_of_what_is_not_signed_not_theirs_or_of_more_versions_than_one_looks_through(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_FILES", 1)

    async def story(town: Town) -> None:
        draft, agreement = await make.proposed(town.officer, "例示ガス株式会社"), await make.in_force(town)
        other = await make.in_force(town, "例示運送株式会社")
        with pytest.raises(WrongState, match="締結"):
            await make.kept(town.officer, draft)
        with pytest.raises(NotFound):
            await make.kept(town.other_officer, agreement)
        with pytest.raises(NotAllowed):
            await make.kept(town.statistician, agreement)
        with pytest.raises(NotFound):
            await make.kept(town.officer, agreement, party_id=(await bodies_of(other))[0].id)
        assert not await AgreementFile.exists()
        await make.kept(town.officer, agreement)
        with pytest.raises(Conflict, match="1点"):
            await make.kept(town.officer, agreement, content=PDF + b"2")

    play(story)


def test_a_partner_finds_the_document_where_it_is_told_of_all_others_and_else_its_own_copy(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, *TWO)
        first, second = await bodies_of(agreement)
        partner, other = await partner_of(town, first), await partner_of(town, second)
        whole = await make.kept(town.officer, agreement)
        copy = await make.kept(town.officer, agreement, party_id=first.id)
        assert copy.edition == 1, "nobody is told how many copies there are for others"
        assert (await found_by(partner), await found_by(other)) == ([copy.id], [])
        with pytest.raises(NotFound):
            await agreements.find_file(partner, whole.id)
        namings = [await agreements.name_party(town.officer, party.id) for party in (first, second)]
        assert await found_by(partner) == sorted([whole.id, copy.id])
        assert await found_by(other) == [whole.id]
        await agreements.unname_party(town.officer, namings[0].id)
        assert (await found_by(partner), await found_by(other)) == ([copy.id], [])

    play(story)


def test_nobody_is_told_by_a_document_that_vanishes_that_another_has_joined(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, TWO[0])
        [party] = await bodies_of(agreement)
        before = await make.kept(town.officer, agreement)
        partner, us = await partner_of(town, party), make.at(town.officer, town.officer.now + HOUR)
        body = await make.company(us, TWO[1])
        joining = {"organization_id": body.id, "on": us.today, "signatory_name": "例山 恵"}
        await agreements.accede(us, agreement.id, **joining)
        assert await found_by(partner) == [before.id]
        await make.kept(make.at(us, us.now + HOUR), agreement, content=PDF + b"2")
        assert await found_by(partner) == [before.id]
        assert await found_by(await partner_of(town, (await bodies_of(agreement))[1])) == []

    play(story)


def test_what_was_kept_after_a_party_left_is_not_for_it_if_somebody_has_come_since(play: Any) -> None:
    async def story(town: Town) -> None:
        us, agreement = town.officer, await make.in_force(town, *TWO)
        parties = await bodies_of(agreement)
        before = await make.kept(us, agreement)
        await agreements.let_withdraw(us, parties[0].id, on=us.today + timedelta(days=1))
        us = make.at(us, us.now + HOUR)
        body = await make.company(us, "例示ガス株式会社")
        joining = {"organization_id": body.id, "on": us.today + timedelta(days=1), "signatory_name": "例山 恵"}
        await agreements.accede(us, agreement.id, **joining)  # type: ignore[arg-type]
        after = await make.kept(make.at(us, us.now + HOUR), agreement, content=PDF + b"2")
        for party in await bodies_of(agreement):
            await agreements.name_party(us, party.id)
        gone, stays, came = [await partner_of(town, party) for party in await bodies_of(agreement)]
        assert [await found_by(one) for one in (gone, stays)] == [[before.id], sorted([before.id, after.id])]
        assert await found_by(came) == [], "it was never beside the one that left"

    play(story)


def test_the_only_partner_of_an_agreement_is_handed_its_document_and_no_stranger_is(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement, elsewhere = await make.in_force(town, TWO[0]), await make.in_force(town, TWO[1])
        [party], [stranger] = await bodies_of(agreement), await bodies_of(elsewhere)
        file = await make.kept(town.officer, agreement)
        partner = await partner_of(town, party)
        assert await found_by(partner) == [file.id]
        assert (await agreements.find_file(partner, file.id))[1].startswith(PDF)
        assert await found_by(await partner_of(town, stranger)) == []
        with pytest.raises(NotFound):
            await agreements.find_file(town.other_officer, file.id)

    play(story)


def test_a_document_that_is_not_what_came_is_handed_to_nobody_and_cannot_be_made_another(play: Any) -> None:
    async def story(town: Town) -> None:
        file = await make.kept(town.officer, await make.in_force(town))
        with pytest.raises(BaseORMException):
            await database.execute("UPDATE agreement_file_content SET content = $1", PDF + b"forged")
        with pytest.raises(BaseORMException):
            await database.execute("UPDATE agreement_file SET sha256 = $1", "0" * 64)
        await database.execute("ALTER TABLE agreement_file_content DISABLE TRIGGER agreement_file_stays")
        try:
            await database.execute("UPDATE agreement_file_content SET content = $1", PDF + b"forged")
        finally:
            await database.execute("ALTER TABLE agreement_file_content ENABLE TRIGGER agreement_file_stays")
        with pytest.raises(Damaged):
            await agreements.find_file(town.officer, file.id)

    play(story)


def test_it_is_deleted_by_an_approved_list_once_its_period_is_over_and_not_while_the_agreement_stands(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        ended, standing = await make.in_force(town, TWO[0]), await make.in_force(town, TWO[1], expires_on=None)
        for agreement in (ended, standing):
            await agreements.file_document(town.officer, agreement.id, retention_years=1)
            await make.kept(town.officer, agreement)
        await retention.draw_up(late("2028-03-31"))
        await approved(town)
        assert await AgreementFile.all().count() == 2
        await retention.carry_out(late("2028-04-01"))
        [left] = await AgreementFile.all()
        assert (left.agreement_id, await AgreementFileContent.all().count()) == (standing.id, 1)

    play(story)
