"""Each wall alone, with the other one taken down, for every role and every table, and at every list there is."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType
from tortoise.models import Model
from tortoise.queryset import QuerySet

from api.benchmarks.serving import without_wall
from api.context import Context
from api.reading.declarations import ENTITY, entity_of
from domain import records, walls
from domain.actor import OUTSIDERS, Actor, Role
from domain.table import models
from domain.units import Unit
from tests.api.situations import ENTITIES, Crowd, Situation, carried_by
from tests.api.test_hidden import PLACES, is_missing, reaching
from tests.api.test_situations import listed, lists
from tests.domain.test_walls import BEYOND, everything

FOREIGN = (Situation.ANOTHERS, Situation.BEYOND)
READABLE = [model for model in models().values() if model._meta.db_table not in BEYOND | {"look"}]
GUESTS = {
    *("activity", "activity_participation", "agreement", "agreement_file", "agreement_file_content"),
    *("agreement_party", "appointment", "attendee", "commission"),
    *("council", "council_membership", "council_meeting"),
    *("contact", "document", "document_content", "drill", "drill_participation", "establishment", "lecture"),
    *("organization", "party_naming", "person", "subscription", "unit", "volunteer", "volunteer_group"),
    *("notice", "notice_recipient", "outreach_event", "outreach_host"),
}
"""What a guest of the crowd finds anything in; nobody there is logged in or reads a feed, nor is a volunteer asked to a
lecture."""
EMPTY = {"session", "recovery_code", "kept_entry"}


@pytest.fixture
def without_the_first_wall(monkeypatch: Any) -> None:
    """A filter that was forgotten everywhere: each type is entered through all its rows."""
    for gtype in ENTITIES:
        entity = entity_of(gtype)
        assert entity is not None
        shape = gtype.extensions["strawberry-definition"].origin
        monkeypatch.setattr(shape, ENTITY, entity._replace(visible_to=lambda _, model=entity.model: model.all()))


@pytest.fixture
def without_the_second_wall(monkeypatch: Any) -> None:
    """What is read is read as the owner of the tables."""
    monkeypatch.setattr(Context, "fetch", without_wall)


def is_theirs(crowd: Crowd, guest: Actor, row: Model) -> bool:
    """Whether the guest stands in the row, or is asked to it; the names of units are those of the own police."""
    if isinstance(row, Unit):
        return row.prefecture_id == guest.prefecture_id
    return bool((carried_by(row) | crowd.asked[row.pk]) & {guest.person_id, guest.organization_id})


def all_rows(crowd: Crowd) -> dict[UUID, Any]:
    return {row.id: row for rows in crowd.rows.values() for row in rows}


def uuid_in(id: str) -> UUID:
    return UUID(id.partition(":")[2])


async def behind(actor: Actor, gtype: GraphQLObjectType) -> set[UUID]:
    """The ids of the rows of a type that the first wall shows behind the second."""
    entity = entity_of(gtype)
    assert entity is not None
    async with walls.alone_behind(walls.for_reading(actor)):
        return {row.id for row in await entity.visible_to(actor)}


def guests(crowd: Crowd) -> Iterator[Actor]:
    yield from (crowd.actors[role] for role in OUTSIDERS)


def test_a_guest_who_asks_for_all_rows_of_any_table_gets_none_that_is_not_theirs(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> tuple[set[str], set[str]]:
        shown, hidden = set(), set()
        for model in READABLE:
            rows = await model.all()
            for guest in guests(crowd):
                got = {row.pk for row in await everything(model, walls.for_reading(guest))}
                assert all(is_theirs(crowd, guest, row) for row in rows if row.pk in got), (guest.role, model)
                shown |= {model._meta.db_table} if got else set()
                hidden |= {model._meta.db_table} if len(got) < len(rows) else set()
        return shown, hidden

    shown, hidden = in_crowd(story)
    assert shown == GUESTS
    assert {model._meta.db_table for model in READABLE} - hidden == EMPTY


def test_a_list_without_the_first_wall_holds_nothing_that_is_not_the_guests(
    in_crowd: Any, without_the_first_wall: None
) -> None:
    async def story(crowd: Crowd) -> int:
        shown, rows = 0, all_rows(crowd)
        for guest in guests(crowd):
            for name, gtype in lists():
                async for total, ids in listed(guest, name):
                    assert all(is_theirs(crowd, guest, rows[uuid_in(id)]) for id in ids), (guest.role, name)
                    assert total < len(crowd.rows[gtype])
                    shown += len(ids)
        return shown

    assert in_crowd(story) > 20


def test_a_list_without_the_first_wall_holds_nothing_of_another_prefecture(
    in_crowd: Any, without_the_first_wall: None
) -> None:
    async def story(crowd: Crowd) -> int:
        shown, rows = 0, all_rows(crowd)
        for actor in crowd.actors.values():
            for name, gtype in lists():
                async for _, ids in listed(actor, name):
                    beyond = [id for id in ids if crowd.situation(actor, rows[uuid_in(id)]) is Situation.BEYOND]
                    assert beyond == [] or gtype == "Unit", (actor.role, name)
                    shown += len(ids)
        return shown

    assert in_crowd(story) > 500


def find_anything(monkeypatch: Any) -> None:
    """Whatever a verb looks up, it forgot whose rows these may be."""
    for look in (records.find, records.see):
        anything = partial(_among_all, look)
        monkeypatch.setattr(records, look.__name__, anything)


async def _among_all(look: Callable[..., Any], rows: QuerySet[Any], *how: Any, **more: Any) -> Any:
    return await look(rows.model.all(), *how, **more)


def test_a_guests_mutation_without_the_first_wall_finds_no_row_that_is_not_theirs(
    in_crowd: Any, monkeypatch: Any
) -> None:
    async def story(crowd: Crowd) -> set[str]:
        tried = set()
        for guest in guests(crowd):
            own = {gtype.name: await crowd.seen(guest, gtype.name) for gtype in ENTITIES}
            for place in PLACES[guest.role]:
                foreign = [row for row in crowd.rows[place.kind] if not is_theirs(crowd, guest, row)]
                good = await reaching(guest, place, own)
                assert foreign, (guest.role, place)
                assert good, (guest.role, place)
                with monkeypatch.context() as patched:
                    find_anything(patched)
                    for row in foreign:
                        assert await is_missing(place, *good, row.id), (guest.role, place, row)
                tried.add(f"{guest.role} {place}")
        return tried

    assert in_crowd(story) == {f"{role} {place}" for role in OUTSIDERS for place in PLACES[role]}


def test_a_list_without_the_second_wall_holds_what_the_actor_may_see_and_nothing_else(
    in_crowd: Any, without_the_second_wall: None
) -> None:
    async def story(crowd: Crowd) -> int:
        shown = 0
        for role, actor in crowd.actors.items():
            for name, gtype in lists():
                seen = await crowd.seen(actor, gtype)
                foreign = [row for row in seen if crowd.situation(actor, row) in FOREIGN]
                assert foreign == [] or (role, gtype) == (Role.NATIONAL, "Unit")
                ids = {id async for _, page in listed(actor, name) for id in page}
                assert ids == {f"{gtype}:{row.id}" for row in seen}, (role, name)
                shown += len(ids)
        return shown

    assert in_crowd(story) > 200


def test_the_second_wall_hides_nothing_that_the_first_one_shows(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        for role, actor in crowd.actors.items():
            for gtype in ENTITIES:
                seen = {row.id for row in await crowd.seen(actor, gtype.name)}
                assert await behind(actor, gtype) == seen, (role, gtype.name)

    in_crowd(story)
