"""Who is shown personal data through GraphQL leaves a line; who is shown none, leaves none."""

from typing import Any

from domain.journal import Entry
from domain.looks import Look
from tests import make
from tests.api.asking import ask, change, read
from tests.make import Town

ROSTER = "query Roster { officers(first: 50) { edges { node { id familyName unit { name } } } } }"


def test_a_list_of_names_leaves_one_line_with_every_row_shown_and_the_answer_is_as_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        shown = await read(town.hq, ROSTER)
        nodes = [edge["node"] for edge in shown["officers"]["edges"]]
        assert len(nodes) == 5
        assert all(set(node) == {"id", "familyName", "unit"} and set(node["unit"]) == {"name"} for node in nodes)
        (line,) = await Look.all()
        assert (line.person_id, line.purpose, line.columns) == (town.hq.person_id, "Roster", ["Officer.familyName"])
        assert line.rows == sorted(node["id"].replace("Officer", "Person") for node in nodes)

    play(story)


def test_a_look_without_a_name_is_told_by_what_was_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        await read(town.hq, "{ officers { edges { node { id familyName } } } }")
        assert [line.purpose for line in await Look.all()] == ["officers"]

    play(story)


def test_what_shows_nobody_leaves_no_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.hq)
        await read(town.hq, "{ officers { totalCount edges { node { id number } } } lectures { totalCount } }")
        await read(town.hq, '{ officers(filter: {text: "いない人"}) { edges { node { familyName } } } }')
        refused = await ask(town.statistician, "{ officers { edges { node { familyName } } } }")
        assert refused["errors"]
        assert await Look.all().count() == 0

    play(story)


def test_people_seen_through_other_rows_and_other_names_are_told_too(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.hq, await make.company(town.hq))
        await read(
            town.hq,
            """{ organizations { edges { node { all: contacts { edges { node {
                 who: person { ...Named } again: person { ...Named } } } } } } } }
               fragment Named on Person { name: familyName familyName }""",
        )
        (line,) = await Look.all()
        assert line.rows == [f"Person:{contact.person_id}"]
        assert line.columns == ["Person.familyName"]

    play(story)


def test_what_the_journal_tells_of_a_person_is_a_look_too(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.hq, await make.company(town.hq))
        await read(
            town.hq,
            "query($of: ID) { journal(filter: {node: $of}) { edges { node { fact after } } } }",
            of=f"Person:{contact.person_id}",
        )
        (line,) = await Look.all()
        (entry,) = await Entry.filter(row_id=contact.person_id)
        assert (line.columns, line.rows) == (["JournalEntry.after"], [f"Entry:{entry.id}"])

    play(story)


def test_what_a_mutation_shows_of_a_person_is_a_look_too(play: Any) -> None:
    async def story(town: Town) -> None:
        values = {"unitId": f"Unit:{town.station.id}", "familyName": "例野"}
        done = await change(town.admin, "enlistOfficer", "officer { id familyName }", **values)
        assert "errors" not in done
        (line,) = await Look.all()
        assert line.rows == [done["data"]["enlistOfficer"]["officer"]["id"].replace("Officer", "Person")]

    play(story)
