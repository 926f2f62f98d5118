"""An id of another kind than is meant is told what is meant instead; of rows it tells nothing."""

from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, get_named_type

from api.referring import READ_AT
from api.schema import schema
from domain.feeds import Subscription
from tests import make
from tests.api.asking import ask, change, codes
from tests.api.inputs import every_id
from tests.make import Town

PERSON = "contacts の person { id }、volunteers の person { id }、officers の id で読めます。"


def test_of_every_kind_that_an_input_may_point_to_it_is_known_where_its_ids_are_read():
    assert {kind for _, _, _, kind in every_id()} | {"Unit"} == set(READ_AT)


@pytest.mark.parametrize(("kind", "place"), [(kind, place) for kind in READ_AT for place in READ_AT[kind]])
def test_where_ids_are_read_there_are_rows_of_that_kind(kind: str, place: str):
    at = schema._schema.query_type
    for name in place.split("."):
        assert isinstance(at, GraphQLObjectType)
        at = row_of(get_named_type(at.fields[name].type))
    assert at is schema._schema.type_map[kind]


def row_of(gtype: Any) -> Any:
    """The type of the rows of a list, or the type itself."""
    if not gtype.name.endswith("Connection"):
        return gtype
    return get_named_type(get_named_type(gtype.fields["edges"].type).fields["node"].type)


def test_whoever_gives_a_contact_where_a_person_is_meant_is_told_where_to_find_the_person(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        answer = await change(town.officer, "openCalendarFeed", personId=f"Contact:{contact.id}")
        assert codes(answer) == [("NOT_FOUND", "personId")]
        meant = "personId には Person か Officer の id を指定してください"
        assert answer["errors"][0]["message"] == f"{meant}（いま指定されたのは Contact の id です）。{PERSON}"
        bare = await change(town.officer, "openCalendarFeed", personId=str(contact.person_id))
        assert bare["errors"][0]["message"] == f"{meant}。{PERSON}"
        assert await Subscription.all().count() == 0

    play(story)


def test_a_list_of_ids_and_a_query_tell_it_too(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        answer = await change(town.officer, "callOffDrill", drillId=f"Appointment:{drill.appointment_id}", reason="雨")
        assert "drills の id で読めます。" in answer["errors"][0]["message"]
        asked = '{ statisticsRecords(measure: "x", unitId: "Drill:1", period: "2026") }'
        answer = await ask(town.hq, asked)
        assert codes(answer) == [("NOT_FOUND", "unitId")]
        assert answer["errors"][0]["message"].startswith("unitId には Unit の id を指定してください。units")

    play(story)


def test_a_person_who_is_hidden_answers_byte_for_byte_like_one_who_never_was(play: Any) -> None:
    async def story(town: Town) -> None:
        hidden = await make.contact(town.other_officer, await make.company(town.other_officer))
        answers = [
            await change(town.officer, "openCalendarFeed", personId=f"Person:{id}")
            for id in (hidden.person_id, uuid4())
        ]
        assert answers[0] == answers[1]
        assert codes(answers[0])[0][0] == "NOT_FOUND"
        assert await Subscription.all().count() == 0

    play(story)
