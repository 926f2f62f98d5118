"""Signed documents over HTTP: kept by the desk, handed out to be kept and never shown, and none that is damaged."""

from typing import Any
from urllib.parse import quote

from domain import agreements, database
from domain.actor import Role
from domain.agreements import AgreementFile, AgreementParty, Side
from domain.looks import Look
from domain.organizations import Organization
from tests import make
from tests.api.asking import read
from tests.api.test_document_files import as_, named
from tests.make import PDF, Town

SHOWN = "{ agreements { edges { node { files { edges { node { edition name size sha256 party { id } } } } } } } }"


async def signed(town: Town) -> tuple[str, AgreementParty, Any]:
    """Where files of an agreement are put, its only body, and a contact there."""
    agreement = await make.in_force(town)
    party = await AgreementParty.get(agreement_id=agreement.id, side=Side.PARTNER)
    contact = await make.contact(town.officer, await Organization.get(id=party.organization_id))
    return f"/agreements/Agreement:{agreement.id}/files", party, make.outsider(town.officer, Role.PARTNER, contact)


def test_the_desk_keeps_the_document_and_the_partner_fetches_it_with_a_line_of_the_look(play: Any) -> None:
    async def story(town: Town) -> None:
        door, party, partner = await signed(town)
        async with as_(town, town.officer) as desk, as_(town, partner) as guest, as_(town, town.other_officer) as next_:
            kept = await desk.post(named(door, "協定書.pdf", remarks="原本の写し"), content=PDF)
            assert (kept.status_code, kept.json()["agreementFile"]["edition"]) == (201, 1)
            copy = await desk.post(named(door, "写し.pdf", party=f"AgreementParty:{party.id}"), content=PDF)
            assert (copy.status_code, copy.json()["agreementFile"]["edition"]) == (201, 1)
            address = kept.headers["location"]
            assert (await next_.get(address)).status_code == 404
            fetched = await guest.get(address)
        assert (fetched.content, fetched.headers["content-type"]) == (PDF, "application/pdf")
        assert fetched.headers["x-content-type-options"] == "nosniff"
        assert fetched.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        said = "attachment; filename=\"file.pdf\"; filename*=UTF-8''" + quote("協定書.pdf", safe="")
        assert fetched.headers["content-disposition"] == said
        file = await AgreementFile.get(party_id=None)
        look = await Look.get()
        assert (look.person_id, look.rows) == (partner.person_id, [f"AgreementFile:{file.id}"])
        [edge] = (await read(partner, SHOWN))["agreements"]["edges"]
        shown = [one["node"]["sha256"] for one in edge["node"]["files"]["edges"]]
        assert shown == [file.sha256, file.sha256]

    play(story)


def test_strangers_partners_and_other_stations_keep_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        door, _, partner = await signed(town)
        for who, status in ((None, 401), (partner, 403), (town.other_officer, 404), (town.statistician, 403)):
            async with as_(town, who) as one:
                assert (await one.post(named(door, "a.pdf"), content=PDF)).status_code == status
        async with as_(town, town.officer) as desk:
            for wrong in (named(door, "a.pdf", number="1"), named(door, "a.txt"), named(door, "a.pdf", party="x")):
                assert (await desk.post(wrong, content=PDF)).status_code in (400, 404)
        assert not await AgreementFile.exists()

    play(story)


def test_a_damaged_document_is_told_as_such_and_nothing_of_it_leaves(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        door, _, _ = await signed(town)
        async with as_(town, town.officer) as desk:
            kept = await desk.post(named(door, "協定書.pdf"), content=PDF)
            await database.execute("DELETE FROM agreement_file_content")
            file = await AgreementFile.get()
            whose = {"file_id": file.id, "prefecture_id": file.prefecture_id}
            await agreements.AgreementFileContent.create(content=PDF + b"forged", **whose)
            answer = await desk.get(kept.headers["location"])
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "DAMAGED")
        assert (b"forged" in answer.content, await Look.exists()) == (False, False)
        assert "is not the one that came" in caplog.text
        caplog.clear()

    play(story)
