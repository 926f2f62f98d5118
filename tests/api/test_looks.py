"""Who is shown personal data through GraphQL leaves a line; who is shown none, leaves none."""

from datetime import timedelta
from typing import Any

import pytest

from api.context import Context
from api.guard import Asked
from domain import database, replies
from domain.calendar import Attendee, PartStat
from domain.drills import Participation
from domain.journal import Entry
from domain.looks import Look
from domain.volunteers import AgeBand, GuardianConsent
from tests import make
from tests.api.asking import DOOR, WHY, ask, change, codes, read
from tests.clock import NOW
from tests.contents import contents
from tests.make import Town

ROSTER = "query Roster { officers(first: 50) { edges { node { id familyName unit { name } } } } }"


def test_a_list_of_names_leaves_one_line_with_every_row_shown_and_the_answer_is_as_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        shown = await read(town.hq, ROSTER)
        nodes = [edge["node"] for edge in shown["officers"]["edges"]]
        assert len(nodes) == 5
        assert all(set(node) == {"id", "familyName", "unit"} and set(node["unit"]) == {"name"} for node in nodes)
        (line,) = await Look.all()
        assert (line.person_id, line.operation, line.columns) == (town.hq.person_id, "Roster", ["Officer.familyName"])
        assert line.purpose == WHY
        assert line.rows == sorted(node["id"].replace("Officer", "Person") for node in nodes)

    play(story)


def test_a_look_without_a_name_is_told_by_what_was_asked_for(play: Any) -> None:
    async def story(town: Town) -> None:
        await read(town.hq, "{ officers { edges { node { id familyName } } } }")
        assert [line.operation for line in await Look.all()] == ["officers"]

    play(story)


def test_what_shows_nobody_leaves_no_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.hq)
        await read(
            town.hq, "{ officers { totalCount } organizations { edges { node { name } } } lectures { totalCount } }"
        )
        refused = await ask(town.statistician, "{ officers { edges { node { familyName } } } }")
        assert refused["errors"]
        assert await Look.all().count() == 0

    play(story)


def test_who_searches_for_a_person_leaves_a_line_that_names_the_field_and_never_what_was_typed(play: Any) -> None:
    async def story(town: Town) -> None:
        await read(town.hq, '{ officers(filter: {text: "いない人"}) { totalCount } }')
        await read(town.hq, '{ officers(filter: {text: "いない人"}) { edges { node { familyName } } } }')
        counted, named = await Look.all().order_by("id")
        assert (counted.asked, counted.columns, counted.rows) == (["Officer.text"], [], [])
        assert (named.asked, named.columns, named.rows) == (["Officer.kana_order", "Officer.text"], [], [])
        assert "いない人" not in str(await database.rows("SELECT * FROM look"))

    play(story)


def test_an_order_by_name_tells_of_the_names_and_leaves_a_line_though_none_is_shown(play: Any) -> None:
    async def story(town: Town) -> None:
        await read(town.hq, "{ officers { edges { node { id } } } }")
        await read(town.hq, "{ lectures(orderBy: STARTS_AT_ASC) { edges { node { id } } } }")
        assert [(line.asked, line.rows) for line in await Look.all()] == [(["Officer.kana_order"], [])]

    play(story)


@pytest.mark.parametrize(
    ("shown", "count"),
    [("edges { cursor }", 5), ("pageInfo { startCursor endCursor }", 2), ("pageInfo { hasNextPage }", 0)],
)
def test_whoever_takes_a_cursor_apart_reads_a_name_so_its_row_stands_in_the_line(
    play: Any, shown: str, count: int
) -> None:
    async def story(town: Town) -> None:
        answered = await read(town.hq, f"{{ officers {{ {shown} }} }}")
        (line,) = await Look.all()
        assert (len(line.rows), line.columns) == (count, ["Officer.kana_order"] if count else [])
        assert '"0"' not in str(answered).replace("'", '"')

    play(story)


def test_a_search_leaves_one_line_however_many_it_finds(play: Any) -> None:
    async def story(town: Town) -> None:
        context = Context(town.hq)
        document = '{ officers(filter: {text: ""}, orderBy: NUMBER_ASC) { totalCount edges { node { id } } } }'
        answered = await DOOR.execute(Asked(document), context)
        assert (answered.errors, context.statements, await Look.all().count()) == (None, 1, 1)

    play(story)


CONSENTS = "{ volunteers { edges { node { consents { edges { node { guardianName } } } } } } }"


def test_a_guardian_is_named_to_nobody_who_does_not_say_why(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        assert codes(await ask(town.hq, CONSENTS, why="")) == [("INCOMPLETE", "purpose")]
        assert await Look.all().count() == 0
        await read(town.hq, CONSENTS)
        (line,) = await Look.all()
        assert (line.purpose, line.columns) == (WHY, ["GuardianConsent.guardianName"])
        (consent,) = await GuardianConsent.filter(volunteer_id=minor.id)
        assert line.rows == [f"GuardianConsent:{consent.id}"]

    play(story)


def test_who_records_a_consent_is_shown_what_was_recorded_for_that_is_why(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.recommended(town.officer, age_band=AgeBand.FROM_15_TO_17)
        values = {"volunteerId": f"Volunteer:{minor.id}", "guardianName": "見本 親", "givenOn": "2026-06-30"}
        done = await change(town.officer, "recordGuardianConsent", "guardianConsent { guardianName }", **values)
        assert "errors" not in done
        assert [line.operation for line in await Look.all()] == ["recordGuardianConsent"]

    play(story)


def test_more_than_a_hundred_persons_at_once_are_shown_to_nobody_who_does_not_say_why(play: Any) -> None:
    async def story(town: Town) -> None:
        for number in range(96):
            await make.officer(town.admin, town.station, number=f"9{number:03}")
        document = "query Roster {{ officers(first: {}) {{ edges {{ node {{ familyName }} }} }} }}"
        assert codes(await ask(town.hq, document.format(200), why="")) == [("INCOMPLETE", "purpose")]
        assert await Look.all().count() == 0
        assert codes(await ask(town.hq, document.format(100), why="")) == []
        await read(town.hq, document.format(200))
        assert [(len(line.rows), line.purpose) for line in await Look.all().order_by("id")] == [
            (100, ""),
            (101, WHY),
        ]

    play(story)


CONFIRM = """mutation($input: ConfirmDrillInput!) {
  confirmDrill(input: $input) { drill { participations(first: 6) { edges { node { names } } } } }
}"""
COMING = "{ drillParticipations { edges { node { names } } } }"


def test_everybody_in_a_list_of_who_comes_is_one_of_those_who_are_shown(play: Any) -> None:
    async def story(town: Town) -> None:
        for number in range(6):
            drill = await make.drill(town.officer, starts_at=NOW + timedelta(days=20 + number))
            await make.invited(town.officer, drill, f"{number}社")
            asked = await Attendee.get(appointment_id=drill.appointment_id)
            names = [f"担当 {line}" for line in range(20)]
            assert codes(await ask(town.officer, COMING, why="")) == []
            await replies.note(town.officer, asked.id, partstat=PartStat.ACCEPTED, names=names)
        before = await Look.all().count()
        assert codes(await ask(town.officer, COMING, why="")) == [("INCOMPLETE", "purpose")]
        assert await Look.all().count() == before
        assert codes(await ask(town.officer, CONFIRM, why="", input={"drillId": f"Drill:{drill.id}"})) == [
            ("INCOMPLETE", "purpose")
        ]
        shown = await read(town.officer, COMING)
        assert {len(edge["node"]["names"]) for edge in shown["drillParticipations"]["edges"]} == {20}
        parts = await Participation.all().order_by("id")
        assert (await Look.all().order_by("-id").first()).rows == [f"Participation:{part.id}" for part in parts]

    play(story)


def test_a_hundred_persons_are_a_hundred_however_many_lists_show_them_in_one_question(play: Any) -> None:
    async def story(town: Town) -> None:
        for number in range(96):
            await make.officer(town.admin, town.station, number=f"9{number:03}")
        names = "edges {{ node {{ familyName }} }}"
        document = f"{{{{ a: officers(first: 60) {{{{ {names} }}}} b: officers({{}}: 60) {{{{ {names} }}}} }}}}"
        assert codes(await ask(town.hq, document.format("first"), why="")) == []
        refused = await ask(town.hq, document.format("last"), why="")
        assert (codes(refused), refused["data"]) == ([("INCOMPLETE", "purpose")], None)
        shown = await read(town.hq, document.format("last"))
        assert [len(shown[name]["edges"]) for name in ("a", "b")] == [60, 60]

    play(story)


CORRECT = "mutation($input: CorrectVolunteerGroupInput!) { correctVolunteerGroup(input: $input) { %s } }"
GROUP = "volunteerGroup { name members(first: %d) { edges { node { %s } } } }"


@pytest.mark.parametrize(
    "shown",
    [
        GROUP % (20, "consents { edges { node { guardianName } } }"),
        GROUP % (1, "consents(first: 1) { edges { node { guardianName } } }"),
        GROUP % (101, "person { familyName }"),
    ],
)
def test_a_change_is_no_purpose_for_reading_a_list_in_its_answer(play: Any, shown: str) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        values = {"groupId": f"VolunteerGroup:{group.id}", "version": group.version, "name": "見本ボランティア隊"}
        before = await contents()
        document = CORRECT % shown
        assert codes(await ask(town.hq, document, why="", input=values)) == [("INCOMPLETE", "purpose")]
        assert await contents() == before
        done = await read(town.hq, document, input=values)
        assert done["correctVolunteerGroup"]["volunteerGroup"]["name"] == values["name"]

    play(story)


@pytest.mark.parametrize("said", ["", "-", "。", "……", "x"])
def test_a_purpose_is_a_word_at_least(play: Any, said: str) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        assert codes(await ask(town.hq, CONSENTS, why=said)) == [("INCOMPLETE", "purpose")]
        assert codes(await ask(town.hq, CONSENTS, why="照会")) == []

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
