"""The permission table: complete, reviewed, and kept by the live schema for every role, both ways.

Whose rows a role sees is in `test_situations`, how hidden ones answer in `test_hidden`.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from api import rights
from api.errors import Stopped
from api.reading.declarations import entity_of
from domain.actor import Actor
from tests.api.asking import ask, change, codes
from tests.api.inputs import MUTATIONS, undone, usual_input
from tests.api.reading.prefecture import lived_in
from tests.api.situations import ENTITIES, Crowd
from tests.contents import contents
from tests.make import Town

REVIEWED = dict(line.rsplit(": ", 1) for line in rights.REVIEWED.read_text(encoding="utf-8").splitlines())


def leaves(gtype: GraphQLObjectType) -> Iterator[str]:
    """Fields that can be asked without arguments or a further selection."""
    for name, field in gtype.fields.items():
        if is_leaf_type(get_named_type(field.type)) and not field.args:
            yield name


def may_read(role: str, gtype: str, field: str) -> bool:
    stated = REVIEWED[f"field {gtype}.{field}"].partition(" [")[0]
    return stated == "everybody known" or role in stated.split()


async def seen_by(actor: Actor, gtype: GraphQLObjectType) -> set[str]:
    entity = entity_of(gtype)
    assert entity is not None
    return {f"{gtype.name}:{row.id}" for row in await entity.visible_to(actor)}


async def one(actor: Actor, gtype: str, id: str, field: str) -> dict[str, Any]:
    return await ask(actor, f'{{ node(id: "{id}") {{ ... on {gtype} {{ {field} }} }} }}')


def test_what_has_no_line_is_not_opened(monkeypatch: Any, tmp_path: Any) -> None:
    lines = rights.REVIEWED.read_text(encoding="utf-8").splitlines(keepends=True)
    for missing in ("field Person.phone", "input AssignLecturerInput.personId", "door /exports/{name}"):
        kept = [line for line in lines if line.rsplit(": ", 1)[0] != missing]
        assert len(kept) == len(lines) - 1, missing
        (tmp_path / "permissions.txt").write_text("".join(kept), encoding="utf-8")
        monkeypatch.setattr(rights, "REVIEWED", tmp_path / "permissions.txt")
        with pytest.raises(Stopped) as refused:
            rights.must_be_stated(["/exports/{name}"])
        assert missing in str(refused.value)


def test_every_role_reads_each_field_of_a_row_it_sees_exactly_where_the_table_says_so(play: Any) -> None:
    async def story(town: Town) -> int:
        tried = 0
        for actor in (await lived_in(town)).actors.values():
            for gtype in ENTITIES:
                open_fields = [field for field in leaves(gtype) if may_read(actor.role, gtype.name, field)]
                closed = [field for field in leaves(gtype) if field not in open_fields]
                for id in sorted(await seen_by(actor, gtype))[:1]:
                    read = await one(actor, gtype.name, id, " ".join(open_fields))
                    assert codes(read) == [], (actor.role, gtype.name)
                    assert set(read["data"]["node"]) == set(open_fields)
                    for field in closed:
                        refused = await one(actor, gtype.name, id, field)
                        assert codes(refused) == [("NOT_ALLOWED", field)], (actor.role, gtype.name, field)
                    tried += len(open_fields) + len(closed)
        return tried

    assert play(story) > 500


def test_the_roles_that_see_rows_are_those_that_the_table_names(play: Any) -> None:
    async def story(town: Town) -> None:
        for actor in (await lived_in(town)).actors.values():
            for gtype in ENTITIES:
                if await seen_by(actor, gtype):
                    stated = REVIEWED[f"rows {gtype.name}"]
                    assert stated == "everybody known" or actor.role in stated.split(), (actor.role, gtype.name)

    play(story)


def test_every_role_may_ask_for_exactly_the_mutations_that_the_table_names(in_crowd: Any) -> None:
    """With ids that nobody has: whoever may ask hears of these, and whoever may not hears nothing else than that."""

    async def story(crowd: Crowd) -> None:
        before = await contents()
        for role, actor in crowd.actors.items():
            for mutation in MUTATIONS:
                given = {name: value for name, value in usual_input(mutation, {}).items() if value is not None}
                asked = partial(change, actor, mutation, **given)
                is_open = role in REVIEWED[f"field Mutation.{mutation}(input)"].split()
                answer = await (undone(asked) if is_open else asked())
                assert (codes(answer)[:1] != [("NOT_ALLOWED", None)]) == is_open, (role, mutation, answer)
        assert await contents() == before

    in_crowd(story)
