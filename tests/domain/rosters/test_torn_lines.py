"""Lines of which a part cannot be read: they are never taken in, and tell only what is wrong whatever was meant."""

from typing import Any

import pytest

from domain import rosters
from domain.journal import Entry
from domain.rosters import Line, Problem, Rejected
from domain.units import UnitKind
from tests import make
from tests.domain.rosters.telling import lines
from tests.make import Town

STATION = {"code": "201", "name": "見本東警察署", "kind": UnitKind.STATION}
OFFICE = {"code": "201-1", "name": "生活安全課", "kind": UnitKind.SECTION, "parent": "201"}
TANAKA = {"organization": "架空電力株式会社", "mail_address": "info@denryoku.example", "family_name": "田中"}
TAKAHASHI = {**TANAKA, "family_name": "高橋"}


async def told(verb: Any, actor: Any, *roster: Line) -> list[tuple[int, str | None]]:
    """The lines and columns of which the domain has something to say; not a single row has been written."""
    before = await Entry.all().count()
    with pytest.raises(Rejected) as refused:
        await verb(actor, roster)
    assert await Entry.all().count() == before
    return [(problem.number, problem.field) for problem in refused.value.problems]


def test_a_line_that_cannot_be_read_keeps_the_roster_out_though_nothing_else_is_wrong(play: Any) -> None:
    async def story(town: Town) -> None:
        whole, torn = Line(2, STATION), Line(3, {**OFFICE, "phone": None}, frozenset({"phone"}))
        with pytest.raises(Rejected, match="1か所"):
            await rosters.take_in_units(town.admin, [whole, torn])
        assert await told(rosters.take_in_units, town.admin, whole, torn) == []

    play(story)


def test_an_unknown_unit_and_group_are_told_of_a_line_without_a_name_that_can_be_read(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {"unit": "無い署", "group": "無い会", "family_name": None, "kind": None}
        torn = Line(2, facts, frozenset({"family_name", "kind"}))
        assert await told(rosters.take_in_volunteers, town.hq, torn) == [(2, "group"), (2, "unit")]
        assert await told(rosters.take_in_officers, town.hq, torn) == [(2, "unit")]

    play(story)


def test_whoever_is_named_by_a_number_that_cannot_be_read_is_not_looked_for_by_name(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {"corporate_number": None, "organization": "無い会社", "family_name": "見本"}
        assert await told(rosters.take_in_contacts, town.hq, Line(2, facts, frozenset({"corporate_number"}))) == []
        by_name = Line(2, facts, frozenset({"family_name"}))
        assert await told(rosters.take_in_contacts, town.hq, by_name) == [(2, "organization")]

    play(story)


def test_the_unit_above_is_not_missed_while_the_code_of_a_unit_cannot_be_read(play: Any) -> None:
    async def story(town: Town) -> None:
        above, below = Line(2, STATION, frozenset({"code"})), Line(3, OFFICE)
        assert await told(rosters.take_in_units, town.admin, above, below) == []
        elsewhere = Line(2, STATION, frozenset({"phone"}))
        lost = Line(3, {**OFFICE, "parent": "202"})
        assert await told(rosters.take_in_units, town.admin, elsewhere, lost) == [(3, "parent")]
        nameless = Line(2, {**STATION, "parent": "無い署"}, frozenset({"phone"}))
        assert await told(rosters.take_in_units, town.admin, nameless) == [(2, "parent")]

    play(story)


def test_a_shared_address_is_not_asked_about_while_the_line_of_its_holder_cannot_be_read(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines(TANAKA))
        holder = Line(2, TANAKA, frozenset({"family_name"}))
        assert await told(rosters.take_in_contacts, town.officer, holder, Line(3, TAKAHASHI)) == []
        assert await told(rosters.take_in_contacts, town.officer, Line(3, TAKAHASHI)) == [(3, "mail_address")]

    play(story)


def test_all_that_is_wrong_with_one_line_is_told_in_one_go(play: Any) -> None:
    async def story(town: Town) -> None:
        facts = {"code": "201", "name": "見本東警察署", "kind": UnitKind.NATIONAL, "parent": "無い署"}
        with pytest.raises(Rejected, match="2か所") as refused:
            await rosters.take_in_units(town.admin, lines(facts))
        assert refused.value.problems[1] == Problem(
            2, "parent", "所属「無い署」が見つかりません。所属コードか所属名を入力してください。"
        )

    play(story)
