"""Whoever stands at the machine means somebody by what they have at hand."""

from typing import Any

import pytest

from domain.errors import Conflict, NotFound
from domain.finding import find_person
from domain.people import Person
from tests import make
from tests.make import Town

LONG = "cyber-taisaku.tantosha.no.hito@security-division.city.aohama.example"


@pytest.mark.parametrize("said", ["12345", "髙見本　花子", "高見本", LONG, LONG.upper(), f" {LONG} "])
def test_a_person_is_meant_by_number_name_address_or_id(play: Any, said: str) -> None:
    async def story(town: Town) -> None:
        about = {"family_name": "髙見本", "number": "12345", "mail_address": LONG}
        officer = await make.officer(town.admin, town.station, **about)
        for meant in (said, str(officer.id), f"Person:{officer.id}", f"Officer:{officer.id}"):
            assert await find_person(Person.all(), meant, "person") == officer

    play(story)


@pytest.mark.parametrize("said", ["存在しない人", "", "　", "x" * 400, "Unit:01a1ffbd-20b8-7000-8000-000000000000"])
def test_who_is_not_known_is_not_guessed(play: Any, said: str) -> None:
    async def story(_: Town) -> None:
        with pytest.raises(NotFound, match="当てはまる人がいません"):
            await find_person(Person.all(), said, "person")

    play(story)


def test_of_several_none_is_chosen(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Conflict, match=str(town.hq.person_id)):
            await find_person(Person.all(), "試﨑 花子", "person")

    play(story)
