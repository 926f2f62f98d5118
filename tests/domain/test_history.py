"""Who may read what was done: those who see the row, and nobody else."""

from typing import Any

import pytest

from domain import accounts, database, history, outbox, tokens, units
from domain.actor import Actor, Role
from domain.criteria import as_sql
from domain.history import KEYS, SCOPES
from domain.journal import Entry
from domain.outbox import Letter
from domain.records import Record
from domain.statistics import Run, RunRow
from tests import make
from tests.domain.test_walls import beside
from tests.make import Town
from tests.test_house import concrete

OTHERS = {Run, RunRow}
"""Records whose journal is nobody's to read: rows repeat what was counted."""


def test_every_kind_of_record_has_its_scope() -> None:
    kept = {model for model in concrete(Record) if model.__module__.startswith("domain.")}
    assert kept - set(SCOPES) - set(KEYS) == OTHERS
    assert set(SCOPES) & set(KEYS) == set()
    assert len({model.__name__ for model in (*SCOPES, *KEYS)}) == len(SCOPES) + len(KEYS)


def test_the_desk_reads_what_was_done_to_its_own_rows_and_not_to_another_stations(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        told = await Entry.filter(row_id=lecture.id)
        assert [entry.fact for entry in told] == ["lecture-requested"]
        for actor, sees in ((town.officer, True), (town.hq, True), (town.other_officer, False)):
            own = history.visible_to(actor).filter(row_id=lecture.id)
            assert await own.exists() is sees, actor.role

    play(story)


def test_each_row_of_the_history_is_looked_up_by_itself_and_not_among_all_that_are_seen(play: Any) -> None:
    """A page of twenty changes would else read every body, drill and attendee that there is."""

    async def story(town: Town) -> None:
        for actor, scopes in ((town.hq, SCOPES), (town.officer, SCOPES), (town.admin, KEYS)):
            sql, values = as_sql(history.visible_to(actor))
            plan = "\n".join(line for [line] in await database.records(f"EXPLAIN {sql}", *values))
            assert plan.count("SubPlan") >= len(scopes)
            assert "hashed" not in plan

    play(story)


async def keys_given(town: Town, admin: Actor) -> list[tuple[str, str]]:
    """An account that is locked and a token that is revoked, by this administrator; what the journal has of them."""
    person = await make.officer(admin, town.station, number="7001", mail_address="seven@police.aohama.example")
    account = await accounts.invite(admin, person_id=person.id, role=Role.STATION_LIAISON)
    await accounts.lock(admin, account.id)
    token, _ = await tokens.issue(admin, person_id=person.id, role=Role.STATION_LIAISON)
    await tokens.revoke(admin, token.id)
    rows = {account.id: "Account", token.id: "Token"}
    return [(entry.kind, entry.fact) for entry in await Entry.filter(row_id__in=list(rows)).order_by("id")]


def test_administrators_read_who_opened_and_ended_which_way_in_and_nothing_of_the_desks(play: Any) -> None:
    async def story(town: Town) -> None:
        given = await keys_given(town, town.admin)
        assert {fact for _, fact in given} >= {"account-offered", "account-locked", "token-issued", "token-revoked"}
        seen = await history.visible_to(town.admin).order_by("id")
        assert [one for one in ((entry.kind, entry.fact) for entry in seen) if one in given][-len(given) :] == given
        assert {entry.kind for entry in seen} == {"Account", "Token"}
        assert town.admin.person_id in {entry.person_id for entry in seen}

    play(story)


def test_ways_in_are_told_to_no_officer_and_to_no_other_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        await keys_given(town, town.admin)
        for actor in (town.hq, town.officer, town.statistician, other.hq):
            seen = await history.visible_to(actor)
            assert {entry.kind for entry in seen} & {"Account", "Token"} == set(), actor.role
        assert await history.visible_to(other.admin) == []

    play(story)


@pytest.mark.parametrize("role", [role for role in Role if role not in history.READ])
def test_nobody_else_reads_the_journal_or_the_post(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        await make.lecture(town.officer, school=body, contact=teacher)
        someone = make.outsider(town.officer, role, teacher)
        assert await history.visible_to(someone) == []
        assert await outbox.visible_to(someone) == []
        assert await Entry.all().count() > 5
        assert await Letter.all().count() == 1

    play(story)


def test_the_desk_sees_its_own_post_only(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        for actor, count in ((town.officer, 1), (town.hq, 1), (town.other_officer, 0)):
            assert await outbox.visible_to(actor).count() == count

    play(story)


def test_the_journal_of_a_row_is_read_by_whom_the_row_belongs_to_now(play: Any) -> None:
    async def story(town: Town) -> None:
        version = town.station.version
        await units.correct(town.admin, town.station.id, version=version, name="青浜中央警察署")
        seen = await history.visible_to(town.other_officer).filter(row_id=town.station.id, fact="unit-corrected")
        assert [entry.after["name"] for entry in seen] == ["青浜中央警察署"]

    play(story)
