"""What is hidden answers like what never was: the same words, and the same work.

A clock would have to be believed about microseconds, and would flicker. So the proof is one of structure. For a row
that exists and is hidden, and for an id that nobody ever had, the program says the very same statements to the database
(text and number; only the values differ) and enters the very same functions in the same order. What is left to tell
the two apart is how PostgreSQL carries out one statement that finds no row either time: it looks for the key and for
what the actor may see, and hands back nothing.

The same is asked where an id is only mentioned: in the argument of a mutation, in the filter of a list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLObjectType, get_named_type

from api import questions
from api.app import make_app
from domain import database, replies, tokens
from domain.actor import Actor, Role
from tests import make
from tests.api.asgi import chunked, collected, http_scope, say
from tests.api.asking import ask, change, codes
from tests.api.inputs import (
    every_id,
    fields_of,
    kinds_of,
    must_be_given,
    places,
    swapped,
    undone,
    usual_input,
    versions_in,
)
from tests.api.situations import ENTITIES, Crowd, Situation
from tests.api.test_app import HOUSE
from tests.api.test_rights import REVIEWED, leaves, may_read
from tests.api.test_situations import ONES, QUERIES, lists
from tests.statements import spoken, trodden


@dataclass(frozen=True)
class Told:
    """What came of a question: the answer, what was said to the database, and the functions that were entered."""

    answer: Any
    said: tuple[str, ...]
    steps: tuple[str, ...]

    def unlike(self, other: Told) -> list[str]:
        """In what the two differ."""
        pairs = ((self.answer, other.answer), (self.said, other.said), (self.steps, other.steps))
        return [f"{one} / {another}" for one, another in pairs if one != another]


async def told(question: Callable[[], Awaitable[Any]]) -> Told:
    questions.ANSWERS.clear()  # whoever asks the very same again is told what they know
    with spoken() as said, trodden("api", "domain") as steps:
        answer = await question()
    return Told(answer, tuple(said), tuple(steps))


async def hidden_rows(crowd: Crowd, actor: Actor, kind: str, *situations: Situation) -> list[UUID]:
    """Of each of these situations one row that the actor does not see."""
    seen = {row.id for row in await crowd.seen(actor, kind)}
    found = {crowd.situation(actor, row): row.id for row in crowd.rows[kind] if row.id not in seen}
    return [found[situation] for situation in situations or Situation if situation in found]


async def differing(question: Callable[[UUID], Awaitable[Any]], hidden: Iterable[UUID]) -> list[str]:
    """How one of the hidden rows and an id that nobody ever had can be told apart.

    The latter is asked for twice, so that whatever the process keeps for later is kept already.
    """
    await question(uuid4())
    never = await told(lambda: question(uuid4()))
    found = [await told(lambda id=id: question(id)) for id in hidden]  # type: ignore[misc]
    return [text for one in found for text in one.unlike(never)]


def test_a_hidden_row_asked_for_by_its_id_is_as_much_work_as_none(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> int:
        tried = 0
        for role, actor in crowd.actors.items():
            for gtype in ENTITIES:
                hidden = await hidden_rows(crowd, actor, gtype.name)
                for way in ways(gtype):
                    assert await differing(partial(by_id, actor, way, gtype), hidden) == [], (role, way, gtype)
                    tried += len(hidden)
        return tried

    assert in_crowd(story) > 500


def ways(gtype: GraphQLObjectType) -> list[str]:
    """The fields that take the id of such a row."""
    return ["node", *(name for kind, name in ONES.items() if kind == gtype.name)]


async def by_id(actor: Actor, way: str, gtype: GraphQLObjectType, id: UUID) -> Any:
    """All that the role may read in such a row at all."""
    fields = " ".join(field for field in leaves(gtype) if may_read(actor.role, gtype.name, field))
    document = f"query($id: ID!) {{ {way}(id: $id) {{ ... on {gtype.name} {{ {fields or '__typename'} }} }} }}"
    return await ask(actor, document, id=f"{gtype.name}:{id}")


@dataclass(frozen=True)
class Place:
    """Where a mutation takes an id, and the kind of row that it means there."""

    mutation: str
    above: tuple[str, ...]
    name: str
    kind: str

    def __str__(self) -> str:
        return ".".join((self.mutation, *self.above, self.name, self.kind))

    async def ask(self, actor: Actor, input: dict[str, Any], id: UUID) -> Any:
        given = swapped(input, self.above, self.name, f"{self.kind}:{id}")
        return await undone(lambda: change(actor, self.mutation, **given))


def offered(mutation: str) -> set[str]:
    return set(REVIEWED[f"field Mutation.{mutation}(input)"].split())


AFTER_ALL = timedelta(days=60)
KNOWN = {gtype.name for gtype in ENTITIES}
PLACES: dict[Role, list[Place]] = {
    role: [place for one in every_id() if role in offered((place := Place(*one)).mutation) and place.kind in KNOWN]
    for role in Role
}
Rows = Mapping[str, list[Any]]
"""What an actor sees, by type."""


def bases(place: Place, own: Rows) -> Iterator[dict[str, UUID]]:
    """The rows that the other ids of the mutation mean: what it is about stands in one state after the other."""
    firsts = {kind: rows[0].id for kind, rows in own.items() if rows}
    yield firsts
    about = [name for above, name in places(fields_of(place.mutation)) if not above][:1]
    for kind in [kind for name in about for kind in kinds_of(name)]:
        states = {getattr(row, "status", None): row.id for row in own[kind]}
        yield from (firsts | {kind: id} for id in states.values())


def least(place: Place, whole: dict[str, Any]) -> dict[str, Any]:
    """The input without what may be left out."""
    kept = (*place.above, place.name)[0]
    return {name: value for name, value in whole.items() if name == kept or must_be_given(place.mutation, name)}


async def reaching(actor: Actor, place: Place, own: Rows) -> tuple[Actor, dict[str, Any]] | None:
    """When the mutation looks at the id in this place, and with which input: no check before it must refuse."""
    for ids in bases(place, own):
        whole = usual_input(place.mutation, ids) | await versions_in(place.mutation, ids)
        for input in (whole, least(place, whole)):
            for who in (actor, make.at(actor, actor.now + AFTER_ALL)):
                if await is_missing(place, who, input, uuid4()):
                    return who, input
    return None


async def is_missing(place: Place, actor: Actor, input: dict[str, Any], id: UUID) -> bool:
    return [code for code, _ in codes(await place.ask(actor, input, id))] == ["NOT_FOUND"]


async def unlike_places(crowd: Crowd, role: Role, looked_at: set[str]) -> list[str]:
    """Where a hidden id can be told from none; notes the places at which ids were looked at in earnest."""
    actor, found = crowd.actors[role], []
    own = {gtype.name: await crowd.seen(actor, gtype.name) for gtype in ENTITIES}
    for place in PLACES[role]:
        hidden = await hidden_rows(crowd, actor, place.kind, *INVITED.get(str(place), Situation))
        good = await reaching(actor, place, own) if hidden else None
        if good is not None:
            looked_at.add(str(place))
        asked = partial(place.ask, *(good or (actor, usual_input(place.mutation, next(bases(place, own))))))
        found += [f"{role} {place}: {text}" for text in await differing(asked, hidden)]
    return found


INVITED = {"inviteAccount.personId.Person": [Situation.BEYOND]}
"""An administrator invites everybody of the prefecture, contacts and volunteers too, whose ids the officers pass on."""

SPEAKING = ("acceptCounterProposal", "declineCounterProposal", "acceptDelegation")
ONLY_COMPARED = {
    "signAgreement.signatures.partyId.AgreementParty",
    *(f"{mutation}.attendeeId.Attendee" for mutation in SPEAKING),
    *(
        f"{mutation}.{place}.CouncilMembership"
        for mutation in ("holdCouncilMeeting", "correctCouncilAttendance", "recordCouncilMeeting")
        for place in ("attended.membershipId", "proxies.membershipId", "proxies.holderId")
    ),
}
"""Ids that are looked up nowhere, but have to be those of the agreement's own parties, of the council's own members, or
of whoever was invited at the address from which a mail came."""


def test_a_hidden_row_named_in_any_mutation_is_as_much_work_as_none(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        looked_at = set[str]()
        for role in Role:
            assert await unlike_places(crowd, role, looked_at) == []
        assert looked_at == {str(place) for there in PLACES.values() for place in there} - ONLY_COMPARED

    in_crowd(story)


def filters() -> Iterator[tuple[str, str, str, str]]:
    """Each list with its type, each of its filters that takes an id, and each kind of row that this may mean."""
    for name, gtype in lists():
        taken = QUERIES[name].args.get("filter")
        for field, definition in get_named_type(taken.type).fields.items() if taken else ():
            if get_named_type(definition.type).name == "ID":
                yield from ((name, gtype, field, kind) for kind in kinds_of(f"{field}Id") if kind in KNOWN)


async def narrowed(actor: Actor, name: str, field: str, kind: str, id: UUID) -> Any:
    found = f"{name}(first: 200, filter: {{ {field}: $id }}) {{ totalCount edges {{ node {{ id }} }} }}"
    return await ask(actor, f"query($id: ID) {{ {found} }}", id=f"{kind}:{id}")


async def mentioned(crowd: Crowd, actor: Actor, gtype: str, field: str) -> set[UUID]:
    """The ids that stand in this column of the rows that the actor sees: whom a filter could tell of."""
    return {getattr(row, f"{field}_id", None) or row.id for row in await crowd.seen(actor, gtype)}


def test_a_filter_by_a_hidden_row_finds_as_much_as_one_by_none(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        for role, actor in crowd.actors.items():
            for name, gtype, field, kind in filters():
                told_of = await mentioned(crowd, actor, gtype, field)
                seen = {row.id for row in await crowd.seen(actor, kind)}
                hidden = [row.id for row in crowd.rows[kind] if row.id in told_of - seen]
                hidden += await hidden_rows(crowd, actor, kind)
                found = await differing(partial(narrowed, actor, name, field, kind), hidden)
                assert found == [], (role, name, field)

    in_crowd(story)


async def behind_a_figure(actor: Actor, id: UUID) -> Any:
    document = 'query($unit: ID!) { statisticsRecords(measure: "ACTIVITIES", unitId: $unit, period: "2026Q1") }'
    return await ask(actor, document, unit=f"Unit:{id}")


def test_the_records_behind_a_figure_of_a_hidden_unit_are_as_much_work_as_those_of_none(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        for role in (Role.HQ_LIAISON, Role.STATION_LIAISON):
            actor = crowd.actors[role]
            hidden = await hidden_rows(crowd, actor, "Unit")
            assert hidden, role
            assert codes(await behind_a_figure(actor, hidden[0])) == [("NOT_FOUND", "unitId")]
            assert await differing(partial(behind_a_figure, actor), hidden) == [], role

    in_crowd(story)


@pytest.mark.parametrize(("path", "purpose"), [("/cal/{}/calendar.ics", "feed"), ("/rsvp/{}", replies.PURPOSE)])
def test_a_forged_address_is_as_much_work_whether_or_not_there_is_such_a_row(
    in_crowd: Any, path: str, purpose: str
) -> None:
    async def story(crowd: Crowd) -> None:
        app = make_app(HOUSE, "postgres://nobody@nowhere/nothing")
        rows = crowd.rows["CalendarFeed" if purpose == "feed" else "Attendee"]

        async def fetched(id: UUID) -> Any:
            forged = path.format(tokens.derive("another installation's key", purpose, id))
            found = collected(await say(app, http_scope("GET", forged, []), chunked(b"")))
            return found.status, found.body

        assert await differing(fetched, [row.id for row in rows[:3]]) == []

    in_crowd(story)


def test_a_row_that_is_gone_answers_whoever_saw_it_like_one_that_never_was(in_crowd: Any) -> None:
    """The crowd goes with it: whoever wants it next founds it anew."""

    async def story(crowd: Crowd) -> int:
        seen = [
            (actor, gtype, row.id)
            for actor in crowd.actors.values()
            for gtype in ENTITIES
            for row in (await crowd.seen(actor, gtype.name))[:1]
        ]
        await database.execute("SELECT empty_every_table()")
        for actor, gtype, id in seen:
            for way in ways(gtype):
                assert await differing(partial(by_id, actor, way, gtype), [id]) == [], (actor.role, way, gtype)
        return len(seen)

    assert in_crowd(story) > 80
