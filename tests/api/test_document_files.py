"""Papers over HTTP: taken in whole and within limits, handed out to be kept and never shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api import document_files
from api.app import make_app
from domain import documents, looks, tokens
from domain.actor import Actor, Role
from domain.documents import MOST_BYTES, Document, DocumentStatus
from domain.looks import Door, Look
from domain.people import Person
from domain.units import Unit
from tests import make
from tests.api.asking import ask
from tests.api.test_app import HOUSE
from tests.clock import NOW
from tests.make import PDF, Town


@asynccontextmanager
async def as_(town: Town, who: Actor | None) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks with a token of theirs; or without any."""
    headers = {}
    if who is not None:
        person, unit = await Person.get(id=who.person_id), await Unit.get(id=who.unit_id)
        given = (person, who.role, unit, "test", NOW + timedelta(days=1))
        _, secret = await tokens.mint(town.admin, *given)
        headers = {"Authorization": f"Bearer {secret}"}
    app = make_app(replace(HOUSE, clock=lambda: NOW), "postgres://nobody@nowhere/nothing")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url, headers=headers) as one:
        yield one


async def asked(town: Town) -> tuple[str, Actor]:
    """Where papers of a drill are put, and a partner who is invited to it."""
    drill = await make.drill(town.officer)
    [contact] = await make.invited(town.officer, drill)
    return f"/appointments/Appointment:{drill.appointment_id}/documents", make.outsider(
        town.officer, Role.PARTNER, contact
    )


def named(door: str, name: str, **more: str) -> str:
    return f"{door}?name={quote(name)}" + "".join(f"&{key}={quote(value)}" for key, value in more.items())


def test_the_desk_puts_a_paper_beside_a_date_and_whoever_comes_fetches_it_once_it_is_released(play: Any) -> None:
    async def story(town: Town) -> None:
        door, partner = await asked(town)
        async with as_(town, town.officer) as desk, as_(town, partner) as guest:
            kept = await desk.post(
                named(door, "進行表 (案).pdf", number="青サ対第12号", retentionYears="3"), content=PDF
            )
            assert (kept.status_code, kept.json()["document"]["size"]) == (201, len(PDF))
            address = kept.headers["location"]
            assert address == f"/documents/{kept.json()['document']['id']}"
            assert (await desk.get(address)).content == PDF
            assert (await desk.head(address)).status_code == 200
            assert (await guest.get(address)).status_code == 404
            released = "mutation($i: ReleaseDocumentInput!) { releaseDocument(input: $i) { document { status } } }"
            answered = await ask(town.officer, released, i={"documentId": kept.json()["document"]["id"]})
            assert answered["data"]["releaseDocument"] == {"document": {"status": "RELEASED"}}
            fetched = await guest.get(address)
        assert fetched.content == PDF
        assert fetched.headers["content-type"] == "application/pdf"
        assert fetched.headers["x-content-type-options"] == "nosniff"
        assert fetched.headers["cache-control"] == "no-store"
        assert fetched.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert fetched.headers["content-disposition"] == (
            "attachment; filename=\"file.pdf\"; filename*=UTF-8''" + quote("進行表 (案).pdf", safe="")
        )
        paper = await Document.get()
        assert (paper.number, paper.retention_years, paper.status) == ("青サ対第12号", 3, DocumentStatus.RELEASED)

    play(story)


def test_each_file_that_is_fetched_leaves_a_line_of_who_has_fetched_it_and_a_refusal_none(play: Any) -> None:
    async def story(town: Town) -> None:
        door, partner = await asked(town)
        async with as_(town, town.officer) as desk, as_(town, partner) as guest:
            address = (await desk.post(named(door, "名簿.pdf"), content=PDF)).headers["location"]
            assert (await guest.get(address)).status_code == 404
            assert not await Look.exists()
            await documents.release(town.officer, (await Document.get()).id)
            assert (await guest.get(address)).status_code == 200
        look, paper = await Look.get(), await Document.get()
        assert (look.person_id, look.role, look.door) == (partner.person_id, Role.PARTNER, Door.EXPORT)
        assert (look.rows, look.columns) == ([f"Document:{paper.id}"], ["Document.content"])
        assert (await looks.affected(NOW, NOW + timedelta(days=1))).persons == {}

    play(story)


WRONG = {
    "?name=a.exe": (PDF, 400, "name"),
    "": (PDF, 400, "name"),
    "?name=a.pdf&nme=b": (PDF, 400, "nme"),
    "?name=a.pdf&retentionYears=three": (PDF, 400, "retentionYears"),
    "?name=a.pdf&retentionYears=999": (PDF, 400, "retentionYears"),
    "?name=a%0Ab.pdf": (PDF, 400, "name"),
    "?name=a.pdf&number=" + "1" * 101: (PDF, 400, "number"),
    "?name=a.png": (PDF, 400, "file"),
    "?name=a.pdf": (b"", 400, "file"),
    "?name=b.pdf": (PDF + bytes(MOST_BYTES), 413, "file"),
}


@pytest.mark.parametrize("query", WRONG)
def test_what_is_wrong_is_told_with_its_field_and_nothing_is_kept(play: Any, query: str) -> None:
    content, status, field = WRONG[query]

    async def story(town: Town) -> None:
        door, _ = await asked(town)
        async with as_(town, town.officer) as desk:
            answer = await desk.post(door + query, content=content)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["field"]) == (status, field)
        assert not await Document.exists()

    play(story)


def test_strangers_outsiders_and_those_who_may_not_see_the_date_keep_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        door, partner = await asked(town)
        for who, status in ((None, 401), (partner, 403), (town.other_officer, 404), (town.admin, 403)):
            async with as_(town, who) as one:
                assert (await one.post(named(door, "a.pdf"), content=PDF)).status_code == status
        async with as_(town, town.officer) as desk:
            for other in (door.replace("Appointment:", "Drill:"), "/appointments/nonsense/documents"):
                assert (await desk.post(named(other, "a.pdf"), content=PDF)).status_code == 404
            assert (await desk.get("/documents/Document:nonsense")).status_code == 404
        assert not await Document.exists()

    play(story)


def test_a_read_only_token_fetches_and_adds_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        door, _ = await asked(town)
        person, unit = await Person.get(id=town.officer.person_id), await Unit.get(id=town.officer.unit_id)
        given = (person, town.officer.role, unit, "test", NOW + timedelta(days=1))
        _, secret = await tokens.mint(town.admin, *given, scope=tokens.TokenScope.READ)
        async with as_(town, None) as one:
            one.headers["Authorization"] = f"Bearer {secret}"
            assert (await one.post(named(door, "a.pdf"), content=PDF)).status_code == 403
        assert not await Document.exists()

    play(story)


def test_a_file_that_does_not_come_to_its_end_is_not_kept(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_files, "SECONDS", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        import asyncio

        yield PDF
        await asyncio.sleep(1)
        yield PDF

    async def story(town: Town) -> None:
        door, _ = await asked(town)
        async with as_(town, town.officer) as desk:
            answer = await desk.post(named(door, "a.pdf"), content=slowly())
        assert (answer.status_code, "秒以内に届きませんでした" in answer.text) == (400, True)
        assert not await Document.exists()

    play(story)


def test_nothing_of_a_file_is_read_for_whoever_may_add_none(play: Any) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("somebody has read it")
        yield PDF

    async def story(town: Town) -> None:
        door, partner = await asked(town)
        async with as_(town, partner) as guest:
            assert (await guest.post(named(door, "a.pdf"), content=unread())).status_code == 403

    play(story)


def test_whoever_sends_file_after_file_is_told_to_wait(play: Any) -> None:
    async def story(town: Town) -> None:
        door, _ = await asked(town)
        async with as_(town, town.officer) as desk:
            sent = [await desk.post(named(door, "a.pdf"), content=PDF + bytes([number])) for number in range(12)]
        assert [one.status_code for one in sent].count(201) == await Document.all().count() == 10
        assert (sent[-1].status_code, "Retry-After" in sent[-1].headers) == (429, True)

    play(story)


def test_who_withdraws_a_paper_takes_it_from_whoever_has_its_address(play: Any) -> None:
    async def story(town: Town) -> None:
        door, partner = await asked(town)
        async with as_(town, town.officer) as desk, as_(town, partner) as guest:
            kept = await desk.post(named(door, "a.pdf"), content=PDF)
            paper = await documents.release(town.officer, (await Document.get()).id)
            assert (await guest.get(kept.headers["location"])).status_code == 200
            await documents.withdraw(town.officer, paper.id)
            assert (await guest.get(kept.headers["location"])).status_code == 404
            assert (await desk.get(kept.headers["location"])).content == PDF

    play(story)
