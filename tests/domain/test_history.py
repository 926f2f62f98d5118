"""Who may read what was done: those who see the row, and nobody else."""

from typing import Any

import pytest

from domain import history, outbox, tokens, units
from domain.accounts import Account
from domain.actor import Role
from domain.history import SCOPES
from domain.journal import Entry
from domain.outbox import Letter
from domain.records import Record
from domain.statistics import Run, RunFigure
from tests import make
from tests.make import Town
from tests.test_house import concrete

OTHERS = {Account, tokens.Token, Run, RunFigure}
"""Records whose journal is not the desk's to read: accounts and tokens are the administrator's,
figures repeat what was counted."""


def test_every_kind_of_record_has_its_scope() -> None:
    kept = {model for model in concrete(Record) if model.__module__.startswith("domain.")}
    assert kept - set(SCOPES) == OTHERS
    assert len({model.__name__ for model in SCOPES}) == len(SCOPES)


def test_the_desk_reads_what_was_done_to_its_own_rows_and_not_to_another_stations(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        told = await Entry.filter(row_id=lecture.id)
        assert [entry.fact for entry in told] == ["lecture-requested"]
        for actor, sees in ((town.officer, True), (town.hq, True), (town.other_officer, False)):
            own = history.visible_to(actor).filter(row_id=lecture.id)
            assert await own.exists() is sees, actor.role

    play(story)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HQ_LIAISON, Role.STATION_LIAISON)])
def test_nobody_but_the_desk_reads_the_journal_or_the_post(play: Any, role: Role) -> None:
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
