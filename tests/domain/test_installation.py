"""The first act of a real installation, once and on an empty database."""

import asyncio
from typing import Any

import pytest

from domain import installation, tokens, units
from domain.actor import Role
from domain.errors import Conflict, Invalid, Unauthenticated
from domain.installation import Installation
from domain.journal import Entry
from domain.people import Person, Post
from domain.tokens import Token
from domain.units import Unit, UnitKind
from tests.clock import NOW

RIGHT: dict[str, Any] = {
    "code": "4",
    "name": "宮城県",
    "domain": "police.pref.example.jp",
    "phone": "001-000-7171",
    "mail_address": "cyber@police.pref.example.jp",
    "administrator": ("見本", "太郎"),
}


async def found(**over: Any) -> Installation:
    return await installation.found(NOW, **(RIGHT | over))


def test_a_prefecture_its_section_and_an_administrator_in_a_post_are_there(run: Any) -> None:
    async def story() -> None:
        made = await found()
        assert [(unit.kind, unit.code, unit.name) for unit in await Unit.all().order_by("id")] == [
            (UnitKind.PREFECTURE, "04", "宮城県警察"),
            (UnitKind.HEADQUARTERS, "00", "宮城県警察本部"),
            (UnitKind.HEADQUARTERS, "0001", "サイバー犯罪対策課"),
        ]
        person = await Person.get()
        assert (person.name, person.unit_id, person.is_officer) == ("見本 太郎", made.section.id, True)
        post = await Post.get(person_id=person.id)
        assert (post.unit_id, post.until, post.prefecture_id) == (made.section.id, None, made.prefecture.id)
        assert set(made.administrator.units) == {unit.id for unit in await Unit.all()}

    run(story())


def test_the_first_token_opens_the_house_for_a_month(run: Any) -> None:
    async def story() -> None:
        made = await found()
        actor = await tokens.actor_of(made.secret, NOW)
        assert (actor.role, actor.person_id, actor.prefecture_id) == (
            Role.ADMIN,
            made.administrator.person_id,
            made.prefecture.id,
        )
        assert (await Token.get()).expires_at == NOW + installation.FIRST_TOKEN

    run(story())


def test_a_second_founding_is_refused_and_changes_nothing(run: Any) -> None:
    async def story() -> None:
        await found()
        entries = await Entry.all().count()
        with pytest.raises(Conflict):
            await found(code="44", name="大分県")
        assert await Unit.all().count() == 3
        assert await Entry.all().count() == entries

    run(story())


def test_of_two_who_found_at_once_one_finds_a_prefecture(run: Any) -> None:
    async def story() -> None:
        done = await asyncio.gather(found(), found(code="44"), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Installation"]
        assert await Unit.all().count() == 3

    run(story())


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("prefecture_code", {"code": "48"}),
        ("name", {"name": " "}),
        ("name", {"name": "県" * 100}),
        ("domain", {"domain": "localhost"}),
        ("domain", {"domain": "警察.jp"}),
        ("domain", {"domain": "a b.example.jp"}),
        ("domain", {"domain": "x.example.jp\r\nEND:VEVENT"}),
        ("domain", {"domain": "Police.Example.JP"}),
        ("phone", {"phone": "代表"}),
        ("mail_address", {"mail_address": "cyber@"}),
        ("family_name", {"administrator": (" ", "太郎")}),
        ("given_name", {"administrator": ("見本", "太" * 61)}),
    ],
)
def test_what_cannot_be_right_founds_nothing(run: Any, field: str, over: dict[str, Any]) -> None:
    async def story() -> None:
        with pytest.raises(Invalid) as refused:
            await found(**over)
        assert refused.value.field == field
        assert await Unit.all().count() == await Person.all().count() == await Entry.all().count() == 0

    run(story())


def test_a_fictional_code_is_taken_only_where_it_is_admitted(run: Any) -> None:
    async def story() -> None:
        with pytest.raises(Invalid) as refused:
            await found(code="48", name="青浜県")
        assert refused.value.field == "prefecture_code"
        assert not await Unit.exists()
        made = await found(code="48", name="青浜県", also={"48"})
        assert (made.prefecture.code, made.prefecture.name) == ("48", "青浜県警察")

    run(story())


def test_the_national_statistician_is_let_in_again_as_the_same_person(run: Any) -> None:
    async def story() -> None:
        await found()
        secrets = [await installation.admit_national(NOW, name=("見本", "学"), label="毎年") for _ in range(2)]
        first, second = [await tokens.actor_of(secret, NOW) for secret in secrets]
        assert (first.role, first.person_id, first.unit_id) == (Role.NATIONAL, second.person_id, second.unit_id)
        assert await Unit.filter(kind=UnitKind.NATIONAL).count() == 1
        assert {unit.kind async for unit in units.visible_to(first)} == {UnitKind.PREFECTURE}
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secrets[0], NOW + tokens.LONGEST)

    run(story())
