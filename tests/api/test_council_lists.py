"""協議会一覧, 会員名簿: what leaves as a list can be taken in again and says the same; whoever is not of the
secretariat gets none of it."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api import intake
from api.downloads import produce
from api.intake import COUNCIL_MEMBERS, COUNCILS, Kind
from domain import councils, rosters
from domain.actor import Actor
from domain.councils import Council, CouncilKind, CouncilMembership, CouncilRole
from domain.errors import NotAllowed
from domain.rosters import Taken
from exports.councils import COLUMNS, MEMBER_COLUMNS
from tests import make
from tests.make import Town

LISTS: tuple[tuple[str, Kind[Any], Any, Callable[..., Awaitable[Taken]]], ...] = (
    ("councils", COUNCILS, COLUMNS, rosters.take_in_councils),
    ("council-members", COUNCIL_MEMBERS, MEMBER_COLUMNS, rosters.take_in_council_members),
)


@pytest.mark.parametrize(("name", "kind", "columns", "take_in"), LISTS)
def test_the_columns_are_among_those_that_the_import_takes(name: str, kind: Kind[Any], columns: Any, take_in: Any):
    taken = {field.headings[0]: field.name for field in kind.fields}
    assert {column.heading: column.key for column in columns} == taken, name


async def kept(town: Town) -> Council:
    """A network that knows of its members: a company in two terms, a school under a name of its own, and the station;
    and beside it a council that is no more, and one of the next station."""
    told = {"name_kana": "ミホンネットワーク", "purpose": "情報の共有", "members_are_known": True, "remarks": "年2回"}
    network = await make.council(town.hq, "見本ネットワーク", kind=CouncilKind.NETWORK, **told)
    power, school = await make.company(town.officer), await make.school(town.officer)
    await make.member(town.hq, network, power, role=CouncilRole.CHAIR, term_to=date(2027, 3, 31))
    await make.member(town.hq, network, power, term_from=date(2027, 4, 1))
    await make.member(town.hq, network, school, name="見本小学校（情報担当）")
    await make.member(town.hq, network, police_unit_id=town.station.id, role=CouncilRole.SECRETARIAT)
    gone = await make.council(town.hq, "旧協議会")
    await councils.dissolve(town.hq, gone.id, on=date(2026, 4, 20))
    other = await make.council(town.other_officer, "隣の協議会")
    await make.member(town.other_officer, other, await make.company(town.other_officer, "例示ガス株式会社"))
    return network


async def left(who: Actor, name: str, format: str = "csv") -> bytes:
    return (await produce(who, name, "", format)).content


def test_both_lists_come_back_and_change_nothing_and_make_the_same_of_an_empty_register(
    play: Any, tmp_path: Path
) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        read = {}
        for name, kind, _, take_in in LISTS:
            for format in ("xlsx", "csv"):
                file = await produce(town.hq, name, "", format)
                path = tmp_path / file.name
                path.write_bytes(file.content)
                read[name] = intake.parse(kind, intake.read_table(path, file.name))
                assert not read[name].is_refused, read[name].problems
                told = intake.lines(kind, read[name])
                assert await take_in(town.hq, told, dry_run=True) == Taken(0, 0, len(told)), (name, format)
        before = [await left(town.hq, name) for name, *_ in LISTS]
        await CouncilMembership.all().delete()
        await Council.all().delete()
        for (name, kind, _, take_in), rows in zip(LISTS, (2, 5), strict=True):
            assert await take_in(town.hq, intake.lines(kind, read[name])) == Taken(rows, 0, 0)
        assert [await left(town.hq, name) for name, *_ in LISTS] == before

    play(story)


def test_a_secretariat_gets_its_own_councils_and_members_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        for name, *_ in LISTS:
            assert b"\xe8\xa6\x8b\xe6\x9c\xac" not in await left(town.other_officer, name)
            assert "隣の協議会" in (await left(town.other_officer, name)).decode()
            assert await left(town.officer, name, "json") == b"[]"
            for who in (town.statistician, town.admin):
                with pytest.raises(NotAllowed):
                    await produce(who, name, "", "csv")
        assert "旧協議会" not in (await left(town.hq, "councils")).decode()

    play(story)
