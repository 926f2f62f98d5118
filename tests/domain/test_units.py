"""The tree of units: what stands where, who sees it, and how its letters say it is reached."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain import installation, units
from domain.actor import Role
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.units import Unit, UnitKind
from tests import make
from tests.clock import NOW
from tests.make import Town

ON = date(2026, 10, 1)


async def section(town: Town, parent: Unit, code: str = "101-1", **over: Any) -> Unit:
    values = {"kind": UnitKind.SECTION, "code": code, "name": "生活安全課"}
    return await units.establish(town.admin, parent_id=parent.id, **(values | over))


def test_a_post_covers_its_unit_and_everything_below_it(play: Any) -> None:
    async def story(town: Town) -> None:
        office = await section(town, town.station)
        desk = await section(town, office, "101-1-1", name="サイバー係")
        assert set(await units.below(town.prefecture.id, town.station.id)) == {town.station.id, office.id, desk.id}
        assert await units.below(town.prefecture.id, desk.id) == (desk.id,)
        everything = {unit.id for unit in await Unit.all()}
        assert set(await units.below(town.prefecture.id, town.prefecture.id)) == everything

    play(story)


def test_an_unknown_unit_covers_nothing_of_ours(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await units.below(town.station.id, town.station.id) == (town.station.id,)

    play(story)


def test_a_unit_below_another_prefectures_unit_cannot_be_made(play: Any) -> None:
    async def story(town: Town) -> None:
        foreign = replace(town.admin, prefecture_id=town.station.id)
        with pytest.raises(NotFound) as refused:
            await units.establish(
                foreign, parent_id=town.prefecture.id, kind=UnitKind.STATION, code="999", name="よその署"
            )
        assert refused.value.field == "parent_id"
        assert await Unit.filter(code="999").count() == 0

    play(story)


@pytest.mark.parametrize("kind", [UnitKind.NATIONAL, UnitKind.PREFECTURE])
def test_nobody_founds_a_prefecture_by_the_way(play: Any, kind: UnitKind) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await section(town, town.prefecture, kind=kind)
        assert refused.value.field == "kind"
        assert await Unit.filter(name="生活安全課").count() == 0

    play(story)


def test_a_code_stands_once_in_a_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Conflict, match="同じ所属コード"):
            await section(town, town.station, code="102")
        assert await Unit.filter(code="102").count() == 1

    play(story)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mail_address", "station1"),
        ("mail_address", "a..b.@docomo.ne.jp"),
        ("phone", "110"),
        ("extension", "1" * 21),
        ("name", "署" * 101),
        ("name_kana", "\u202e"),
    ],
)
def test_how_letters_say_a_unit_is_reached_is_checked(play: Any, column: str, value: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await section(town, town.station, **{column: value})
        assert refused.value.field == column
        with pytest.raises(Invalid) as refused:
            await units.correct(town.admin, town.station.id, version=1, **{column: value})
        assert refused.value.field == column
        assert (await Unit.get(id=town.station.id)).version == 1
        assert await Unit.filter(code="101-1").count() == 0

    play(story)


def test_a_correction_changes_what_is_told_and_leaves_the_rest(play: Any) -> None:
    async def story(town: Town) -> None:
        after = await units.correct(town.admin, town.station.id, version=1, phone="０００-0000-0999")
        assert (after.name, after.phone, after.mail_address) == (
            "青浜第1警察署",
            "000-0000-0999",
            "station1@police.aohama.example",
        )
        entry = await Entry.get(row_id=after.id, fact="unit-corrected")
        assert entry.before == {"phone": "000-0000-0101"}

    play(story)


def test_a_unit_closes_after_what_is_below_it_and_only_once(play: Any) -> None:
    async def story(town: Town) -> None:
        office = await section(town, town.station)
        with pytest.raises(Incomplete):
            await units.retire(town.admin, town.station.id, version=1, on=ON)
        assert (await Unit.get(id=town.station.id)).retired_on is None
        await units.retire(town.admin, office.id, version=1, on=ON)
        await units.retire(town.admin, town.station.id, version=1, on=ON)
        with pytest.raises(WrongState):
            await units.retire(town.admin, town.station.id, version=2, on=date(2027, 1, 1))
        assert (await Unit.get(id=town.station.id)).retired_on == ON

    play(story)


def test_only_an_administrator_draws_the_tree(play: Any) -> None:
    async def story(town: Town) -> None:
        for who in (town.hq, town.officer, town.statistician):
            with pytest.raises(NotAllowed):
                await units.correct(who, town.station.id, version=1, name="別名")
        assert (await Unit.get(id=town.station.id)).version == 1

    play(story)


def test_who_sees_which_units(play: Any) -> None:
    async def story(town: Town) -> None:
        npa = await installation.found_national(NOW)
        contact = await make.contact(town.officer, await make.company(town.officer))
        ours = {unit.id for unit in await Unit.filter(prefecture_id=town.prefecture.id)}
        national = replace(town.statistician, role=Role.NATIONAL, prefecture_id=npa.id, unit_id=npa.id, units=())
        for who, seen in (
            (town.officer, ours),
            (town.statistician, ours),
            (make.outsider(town.officer, Role.PARTNER, contact), {town.station.id}),
            (national, {town.prefecture.id}),
        ):
            assert {unit.id for unit in await units.visible_to(who)} == seen

    play(story)
