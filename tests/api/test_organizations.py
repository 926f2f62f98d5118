"""Bodies are found by their names, however whoever asks writes the form of the company."""

from typing import Any

import pytest

from domain.organizations import Organization, correct
from tests import make
from tests.api.asking import read
from tests.make import Town

FIND = "query($text: String!) { organizations(filter: { text: $text }) { edges { node { name } } } }"


async def found(town: Town, text: str) -> list[str]:
    page = (await read(town.officer, FIND, text=text))["organizations"]
    return [edge["node"]["name"] for edge in page["edges"]]


@pytest.mark.parametrize(
    "typed",
    [
        "㈱架空電力",
        "株式会社架空電力",
        "(株)架空電力",
        "架空電力",
        "架空電力株式会社",
        "架空電力㈱",
        "カクウデン",
        "電力株式",
    ],
)
def test_a_company_is_found_wherever_its_form_is_written(play: Any, typed: str) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "架空電力株式会社", name_kana="カクウデンリョク")
        await make.company(town.officer, "例示ガス株式会社")
        assert await found(town, typed) == ["架空電力株式会社"]

    play(story)


@pytest.mark.parametrize("typed", ["架空電力見本支店", "架空電力株式会社 見本支店", "㈱架空電力見本支店"])
def test_a_form_in_the_midst_of_a_name_hides_nothing(play: Any, typed: str) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "架空電力㈱見本支店")
        await make.company(town.officer, "架空電力株式会社")
        assert await found(town, typed) == ["架空電力㈱見本支店"]

    play(story)


def test_the_form_alone_finds_all_that_have_it(play: Any) -> None:
    async def story(town: Town) -> None:
        for name in ("架空電力株式会社", "㈱例示ガス", "見本信用金庫"):
            await make.company(town.officer, name)
        assert sorted(await found(town, "㈱")) == ["㈱例示ガス", "架空電力株式会社"]

    play(story)


def test_a_body_that_was_renamed_is_found_by_its_new_name_only(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, "架空電力株式会社")
        await correct(town.officer, body.id, version=body.version, name="青浜エナジー合同会社")
        assert await found(town, "㈱架空電力") == []
        assert await found(town, "(同)青浜エナジー") == ["青浜エナジー合同会社"]
        assert await Organization.all().count() == 1

    play(story)
