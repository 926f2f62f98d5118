"""From a line of the log to the rows and back: one number stands in all of them."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from api import cli
from api.commands import jobs
from domain import running
from domain.journal import Entry
from domain.looks import Look
from domain.outbox import Letter
from domain.quiet import QuietHours
from jobs.clock import tick
from jobs.post_letters import Desk, Outcome
from jobs.schedule import Every, Job
from tests import make
from tests.api.test_app import HOUSE, client, token_of
from tests.clock import NOW
from tests.make import Town

ROSTER = {"query": "{ officers { edges { node { familyName } } } }"}


async def asked(town: Town, **question: Any) -> httpx.Response:
    async with client(Authorization=f"Bearer {await token_of(town)}") as officer:
        return await officer.post("/graphql", json=question)


def requesting(school_id: str, contact_id: str) -> dict[str, Any]:
    given = {
        "schoolId": f"Organization:{school_id}",
        "contactId": f"Contact:{contact_id}",
        "kind": "LECTURE",
        "audience": "PUPIL_ELEM",
        "theme": "例示の演題",
        "expectedCount": 30,
        "startsAt": "2026-08-03T10:00:00+09:00",
        "endsAt": "2026-08-03T11:00:00+09:00",
    }
    document = "mutation($input: RequestLectureInput!) { requestLecture(input: $input) { lecture { id } } }"
    return {"query": document, "variables": {"input": given}}


def test_the_number_of_a_request_stands_in_its_answer_its_changes_its_letters_and_its_looks(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body, mail_address="sensei@school.example")
        changed = await asked(town, **requesting(str(body.id), str(teacher.id)))
        looked = await asked(town, **ROSTER)
        assert "errors" not in changed.json() | looked.json()
        number, other = changed.headers["X-Request-Id"], looked.headers["X-Request-Id"]
        assert number != other
        assert {entry.fact for entry in await Entry.filter(request_id=number)} >= {"lecture-requested"}
        assert [letter.kind for letter in await Letter.filter(request_id=number)] == ["lecture-received"]
        assert [look.operation for look in await Look.filter(request_id=other)] == ["officers"]
        assert await Look.filter(request_id=number).count() == 0

    play(story)


def test_an_officer_finds_changes_and_letters_by_the_number(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body, mail_address="sensei@school.example")
        number = (await asked(town, **requesting(str(body.id), str(teacher.id)))).headers["X-Request-Id"]
        document = """query($of: String!) {
            journal(filter: {request: $of}) { edges { node { fact requestId } } }
            letters(filter: {request: $of}) { edges { node { kind requestId } } } }"""
        found = (await asked(town, query=document, variables={"of": number})).json()["data"]
        facts = [edge["node"] for edge in found["journal"]["edges"]]
        assert {"fact": "lecture-requested", "requestId": number} in facts
        assert [edge["node"]["requestId"] for edge in found["letters"]["edges"]] == [number]

    play(story)


def test_each_turn_of_a_job_has_a_number_that_says_which_job_it_was(play: Any) -> None:
    numbers: list[str] = []

    async def work(*_: object) -> None:
        numbers.append(running.number())

    async def story(town: Town) -> None:
        desk = Desk(None, HOUSE.base_url, "desk@police.aohama.example", HOUSE.secret)  # type: ignore[arg-type]
        jobs = (Job("first", Every(), work, "a test"), Job("second", Every(), work, "a test"))
        await tick(NOW, desk, jobs)
        await tick(NOW, desk, jobs)

    play(story)
    assert [number.partition(".")[0] for number in numbers] == ["first", "second"] * 2
    assert len(set(numbers)) == 4
    assert running.number() == ""


@pytest.mark.parametrize("name", ["reminders", "post-letters"])
def test_so_has_a_job_that_is_asked_for_once_and_it_knows_the_quiet_hours_of_the_house(
    name: str, shared_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    found: list[running.Running] = []

    async def work(*_: object) -> Counter[Outcome]:
        found.append(running.current())
        return Counter()

    if name == "post-letters":  # which is known by its work, and says what became of the letters
        monkeypatch.setattr(jobs, "post_letters", work)
    monkeypatch.setattr(jobs, "SCHEDULE", (Job(name, Every(), work, "a test"),))
    quiet = QuietHours(22, 6)
    desk = Desk(None, HOUSE.base_url, "desk@police.aohama.example", HOUSE.secret, quiet=quiet)  # type: ignore[arg-type]
    assert asyncio.run(jobs._once(shared_url, desk, name)) == 0
    [what] = found
    assert what.number.startswith(f"{name}.")
    assert what.hours == quiet
    assert capsys.readouterr().out.startswith("発送") == (name == "post-letters")


def test_what_a_line_of_the_log_tells_leads_to_the_rows(
    play: Any,
    shared_url: str,
    set_for: Any,
    capsys: Any,
) -> None:
    async def story(town: Town) -> tuple[str, str]:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body, mail_address="sensei@school.example")
        changed = await asked(town, **requesting(str(body.id), str(teacher.id)))
        looked = await asked(town, **ROSTER | {"extensions": {"purpose": "名簿の点検"}})
        return changed.headers["X-Request-Id"], looked.headers["X-Request-Id"]

    changed, looked = play(story)
    set_for(shared_url)
    assert cli.main(["journal", "of", changed]) == 0
    told = capsys.readouterr().out
    assert "lecture-requested  Lecture:" in told
    assert "lecture-received" in told
    assert "sensei" not in told
    assert cli.main(["journal", "of", looked]) == 0
    assert "officers  Officer.familyName" in capsys.readouterr().out
    days = ["--from", "2026-07-01", "--to", "2026-07-01"]
    assert cli.main(["affected", *days, "--request", looked]) == 0
    shown = capsys.readouterr().out
    assert "閲覧の記録 1件）。見られた行: 人" in shown
    assert "髙見本" not in shown
    assert cli.main(["affected", *days, "--request", changed]) == 0
    assert "閲覧の記録 0件" in capsys.readouterr().out
    assert cli.main(["journal", "of", "nothing"]) == 0
    assert capsys.readouterr().out == "この番号の変更、閲覧、手紙はありません。\n"
