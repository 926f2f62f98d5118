"""The real schema read as every role: like plain resolvers, within scopes counted by hand, each `implied` proven."""

from time import time_ns
from typing import Any

import pytest

from api import reading
from api.budget import BUDGET
from api.schema import Query, schema
from domain import meetings
from domain.actor import LIAISONS
from domain.organizations import Contact
from tests import make
from tests.api.asking import read
from tests.api.reading.comparing import compare, sampled
from tests.api.reading.implied import declared, proven
from tests.api.reading.oracle import Oracle
from tests.api.reading.prefecture import lived_in

SLOW = reading.schema(Query, extensions=[*BUDGET, Oracle], reader=None)
SCALARS = {
    "Int": [0, 1, 60],
    "String": ["", "見本", "ケンポ", "小学校", "%", "_", "教員1", "B"],
    "DateTime": ["2026-07-15T09:00:00+09:00", "2026-07-16T00:00:00Z", "2026-07-29T00:00:00.5Z"],
    "Date": ["2026-07-01", "2026-07-02", "2027-07-01"],
}
ACTORS = [
    *("admin", "hq", "officer", "other_officer", "statistician"),
    *("school", "other_school", "partner", "other_partner", "volunteer", "helper"),
]


@pytest.mark.parametrize("who", ACTORS)
def test_the_reader_answers_like_plain_resolvers(play: Any, monkeypatch: Any, who: str, full: bool) -> None:
    wanted, seed = (1000, time_ns()) if full else (20, 20260701)

    async def story(town: Any) -> Any:
        actor = (await lived_in(town)).actors[who]
        samples = await sampled(schema._schema, actor, SCALARS)
        return await compare(schema, SLOW, actor, samples, wanted, seed)

    assert play(story)["equal"] >= wanted


def test_every_implied_relation_holds_for_every_role_that_it_is_declared_for(play: Any) -> None:
    async def story(town: Any) -> Any:
        lived = await lived_in(town)
        council = await make.council(town.hq, unit_id=town.officer.unit_id)
        contact = await Contact.get(person_id=lived.actors["partner"].person_id).prefetch_related("organization")
        await make.member(town.hq, council, contact.organization)
        await meetings.invite(town.hq, (await make.meeting(town.hq, council)).id, contact_ids=[contact.id])
        return await proven(schema, lived.actors.values())

    followed = play(story)
    declared_for = {name: set(how.implied) for name, _, _, how in declared(schema)}
    assert followed == declared_for
    assert declared_for["Lecture.appointment"] == set(LIAISONS)


# How many rows of each list an actor sees, counted by hand from what `lived_in` tells.
LISTS = [
    *("lectures", "organizations", "agreements", "drills", "appointments"),
    *("volunteers", "volunteerGroups", "volunteerActivities", "activityParticipations"),
]
SEEN = {
    "admin": (0, 0, 0, 0, 0, 0, 0, 0, 0),
    "hq": (3, 7, 2, 2, 7, 3, 1, 2, 2),
    "officer": (2, 3, 1, 1, 5, 2, 1, 2, 2),
    "other_officer": (1, 1, 0, 0, 1, 1, 0, 0, 0),
    "statistician": (0, 0, 0, 0, 0, 0, 0, 0, 0),
    "school": (1, 1, 0, 0, 1, 0, 0, 0, 0),
    "other_school": (1, 1, 0, 0, 0, 0, 0, 0, 0),
    "partner": (0, 1, 1, 1, 1, 0, 0, 0, 0),
    "other_partner": (0, 1, 1, 1, 1, 0, 0, 0, 0),
    "volunteer": (0, 0, 0, 0, 1, 0, 0, 0, 0),
    "helper": (0, 0, 0, 0, 1, 1, 1, 1, 1),
}


def test_each_role_counts_only_the_rows_that_it_may_see(play: Any) -> None:
    async def story(town: Any) -> Any:
        actors = (await lived_in(town)).actors
        lists = " ".join(f"{name} {{ totalCount }}" for name in LISTS)
        answers = {who: await read(actor, f"{{ {lists} }}") for who, actor in actors.items()}
        return {who: tuple(data[name]["totalCount"] for name in LISTS) for who, data in answers.items()}

    assert play(story) == SEEN


def test_a_partner_learns_of_no_other_party_guest_or_officer(play: Any) -> None:
    document = """{
      agreements { edges { node {
        parties { totalCount edges { node { organization { name } policeUnit { name } } } }
      } } }
      appointments { edges { node { attendees { totalCount edges { node { person { familyName } } } } } } }
    }"""

    async def story(town: Any) -> Any:
        return await read((await lived_in(town)).actors["partner"], document)

    data = play(story)
    (agreement,), (appointment,) = (data[name]["edges"] for name in ("agreements", "appointments"))
    own = {"totalCount": 1, "edges": [{"node": {"organization": {"name": "架空電力株式会社"}, "policeUnit": None}}]}
    assert agreement["node"]["parties"] == own
    assert appointment["node"]["attendees"] == {
        "totalCount": 1,
        "edges": [{"node": {"person": {"familyName": "例塚"}}}],
    }
