"""Scope: each actor sees exactly the rows written out here by hand, at every level, and never by another's plan."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.reading.declarations import entity_of
from api.reading.scope import as_sql
from api.schema import schema
from domain.actor import Role
from tests.api.reading.town import TownDrill, TownDrillStatus
from tests.api.reading.townsfolk import ACTORS, TOLD, ask, drill_id

DRILLS = {
    "hq": [n for n in range(60) if n % 4 in (0, 1, 2)],
    "small_hq": [n for n in range(60) if n % 4 == 3],
    "station": [n for n in range(60) if n % 4 == 1],
    "partner": [1, 2, 3, 10],
    "other_partner": [3, 4, 50],
    "volunteer": [1, 2, 3, 10],
    "statistician": [],
}
ORGANIZATIONS = {
    "hq": [0, 1, 2, 4, 5, 6, 8, 9, 10],
    "small_hq": [3, 7, 11],
    "station": [1, 5, 9],
    "partner": [0, 5, 7, 8, 11],
    "other_partner": [0, 1, 7, 8],
    "volunteer": [],
    "statistician": [],
}
# Who takes part in drill 3 (organisations 0, 7 and 8), as far as each actor may know.
FELLOWS_IN_DRILL_3 = {
    "small_hq": [None, 7, None],
    "partner": [0, 7, 8],
    "other_partner": [0, 7, 8],
    "volunteer": [None, None, None],
}


def number(global_id):
    return int(global_id[-3:], 16)


def numbers(page):
    return sorted(number(edge["node"]["id"]) for edge in page["edges"])


@pytest.mark.parametrize("who", ACTORS)
def test_a_list_holds_exactly_the_rows_that_the_actor_may_see(in_town, who):
    page = in_town(ask(who, "{ drills(first: 200) { totalCount edges { node { id } } } }"))["drills"]
    assert numbers(page) == DRILLS[who]
    assert page["totalCount"] == len(DRILLS[who])
    page = in_town(ask(who, "{ organizations(first: 200) { totalCount edges { node { id } } } }"))["organizations"]
    assert numbers(page) == ORGANIZATIONS[who]
    assert page["totalCount"] == len(ORGANIZATIONS[who])


@pytest.mark.parametrize("who", ACTORS)
def test_a_hidden_row_is_null_under_its_id_like_one_that_never_was(in_town, who):
    async def story():
        ids = [f"TownDrill:{drill_id(n)}" for n in range(62)]
        found = [await ask(who, "query ($i: ID!) { drill(id: $i) { id } node(id: $i) { id } }", {"i": i}) for i in ids]
        return [n for n, answer in enumerate(found) if answer["drill"]], [n for n, a in enumerate(found) if a["node"]]

    assert in_town(story()) == (DRILLS[who], DRILLS[who])


@pytest.mark.parametrize("who", FELLOWS_IN_DRILL_3)
def test_a_row_that_is_hidden_is_null_where_a_visible_one_points_to_it(in_town, who):
    answer = in_town(
        ask(
            who,
            "query ($i: ID!) { drill(id: $i) { participants { edges { node { organization { id } } } } } }",
            {"i": f"TownDrill:{drill_id(3)}"},
        )
    )
    found = [edge["node"]["organization"] for edge in answer["drill"]["participants"]["edges"]]
    assert sorted((number(one["id"]) if one else None for one in found), key=str) == sorted(
        FELLOWS_IN_DRILL_3[who], key=str
    )


@pytest.mark.parametrize("who", ["partner", "other_partner", "station"])
def test_the_count_of_a_nested_list_counts_only_what_the_actor_may_see(in_town, who):
    answer = in_town(
        ask(who, "{ organizations { edges { node { hosted(first: 60) { totalCount edges { node { id } } } } } } }")
    )
    pages = [edge["node"]["hosted"] for edge in answer["organizations"]["edges"]]
    assert {n for page in pages for n in numbers(page)} <= set(DRILLS[who])
    assert [page["totalCount"] for page in pages] == [len(page["edges"]) for page in pages]


def test_two_posts_of_one_role_never_share_a_plan_made_for_the_other(in_town):
    async def story():
        return [await ask(who, "{ drills(first: 1) { totalCount } }") for who in ("hq", "small_hq", "hq", "small_hq")]

    assert [answer["drills"]["totalCount"] for answer in in_town(story())] == [45, 15, 45, 15]


def test_two_partners_share_a_plan_and_nothing_else(in_town, plans):
    document = "{ drills(first: 199) { edges { node { id } } } }"

    async def story():
        answers = [await ask(who, document) for who in ("partner", "other_partner", "partner")]
        return answers, len(plans.kept)

    answers, made = in_town(story())
    assert [numbers(answer["drills"]) for answer in answers] == [[1, 2, 3, 10], [3, 4, 50], [1, 2, 3, 10]]
    assert made == 1


def test_two_roles_of_one_scope_share_no_plan_since_more_may_be_implied_for_one(in_town, plans):
    document = "{ drills(first: 9) { edges { node { participants { edges { node { organization { id } } } } } } } }"

    async def story():
        return [str(await ask(who, document)).count("TownOrganization:") for who in ("partner", "volunteer")]

    told, hidden = in_town(story())
    assert told == sum(len(bodies) for n, bodies in TOLD.items() if n in DRILLS["partner"])
    assert hidden == 0


def test_an_order_in_a_scope_is_left_out_of_what_is_entered(in_town):
    async def story():
        return as_sql(TownDrill.filter(title="b").order_by("-title")).text

    assert "ORDER BY" not in in_town(story())


def test_only_states_and_truths_stand_in_the_text_of_a_scope(in_town):
    title, host = "' OR true --", uuid4()

    async def story():
        states = [TownDrillStatus.HELD, TownDrillStatus.PLANNED]
        return as_sql(TownDrill.filter(title=title, status__in=states, host_id=host, note__isnull=True))

    text, values = in_town(story())
    assert "IN ('HELD','PLANNED')" in text
    assert title not in text
    assert str(host) not in text
    assert [str(value) for value in values] == [title, str(host)]
    assert ("$1" in text, "$2" in text, "$3" in text) == (True, True, False)


def test_questions_asked_at_once_by_different_actors_do_not_mix(in_town):
    document = "{ drills(first: 200) { edges { node { id } } } }"

    async def story():
        return await asyncio.gather(*(ask(who, document) for who in [*ACTORS, *ACTORS]))

    answers = in_town(story())
    assert [numbers(answer["drills"]) for answer in answers] == [DRILLS[who] for who in [*ACTORS, *ACTORS]]


def test_who_sees_a_row_never_depends_on_the_instant_so_a_scope_may_be_remembered(play):
    entities = [entity for gtype in schema._schema.type_map.values() if (entity := entity_of(gtype))]

    async def story(town):
        partner = replace(town.hq, organization_id=uuid4())
        years = [replace(partner, now=datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 2060)]
        askers = [[replace(actor, role=role) for actor in years] for role in Role]
        return [
            (entity.name, before.role)
            for entity in entities
            for before, after in askers
            if as_sql(entity.visible_to(before)) != as_sql(entity.visible_to(after))
        ]

    assert play(story) == []
    assert len(entities) > 15
