"""Officers from a file: posts have the titles and the days that it tells, and nobody who left comes back."""

from datetime import date, timedelta
from typing import Any

from domain import people, rosters
from domain.people import Person, Post
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

SPRING, SUMMER, AUTUMN = date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)
DAY = timedelta(days=1)
OFFICER = {
    "number": "A-17",
    "family_name": "髙見本",
    "given_name": "一郎",
    "family_name_kana": "タカミホン",
    "mail_address": "ichiro@police.aohama.example",
    "unit": "101",
    "job_title": "係長",
    "since": SPRING,
}


async def posts() -> list[tuple[Any, str, date, date | None]]:
    officer = await Person.get(number="A-17")
    held = await Post.filter(person_id=officer.id).order_by("since")
    return [(post.unit_id, post.job_title, post.since, post.until) for post in held]


def test_a_transfer_has_the_title_and_the_day_that_the_file_tells(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        moved = {**OFFICER, "unit": "102", "job_title": "課長", "since": date(2026, 6, 15)}
        taken = await rosters.take_in_officers(town.hq, lines(moved))
        assert cells(taken) == [
            (2, "unit", "青浜第1警察署", "青浜第2警察署"),
            (2, "job_title", "係長", "課長"),
            (2, "since", SPRING, date(2026, 6, 15)),
        ]
        assert await posts() == [
            (town.station.id, "係長", SPRING, date(2026, 6, 14)),
            (town.other_station.id, "課長", date(2026, 6, 15), None),
        ]
        assert (await Person.get(number="A-17")).unit_id == town.other_station.id
        assert await rosters.take_in_officers(town.hq, lines(moved)) == Taken(0, 0, 1)

    play(story)


def test_another_title_in_the_same_unit_is_a_new_post(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        promoted = {**OFFICER, "job_title": "課長補佐", "since": None}
        assert await rosters.take_in_officers(town.hq, lines(promoted)) == Taken(0, 1, 0)
        assert await posts() == [
            (town.station.id, "係長", SPRING, SUMMER - DAY),
            (town.station.id, "課長補佐", SUMMER, None),
        ]

    play(story)


def test_another_day_of_the_same_post_corrects_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines({**OFFICER, "since": None}))
        taken = await rosters.take_in_officers(town.hq, lines(OFFICER))
        assert cells(taken) == [(2, "since", SUMMER, SPRING)]
        assert await posts() == [(town.station.id, "係長", SPRING, None)]

    play(story)


def test_a_day_within_an_earlier_post_is_refused_by_its_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        [early] = await refused(rosters.take_in_officers, town.hq, {**OFFICER, "unit": "102", "since": SPRING - DAY})
        assert (early.number, early.field) == (2, "since")
        await rosters.take_in_officers(town.hq, lines({**OFFICER, "job_title": "課長", "since": SUMMER}))
        overlapping = {**OFFICER, "job_title": "課長", "since": SUMMER - DAY}
        [problem] = await refused(rosters.take_in_officers, town.hq, overlapping)
        assert (problem.number, problem.field) == (2, "since")

    play(story)


def test_a_transfer_that_is_announced_takes_effect_on_its_day_and_may_be_read_again_before(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        announced = {**OFFICER, "unit": "102", "since": AUTUMN}
        assert await rosters.take_in_officers(town.hq, lines(announced)) == Taken(0, 1, 0)
        for still in (announced, OFFICER, {**OFFICER, "since": None}):
            assert await rosters.take_in_officers(town.hq, lines(still)) == Taken(0, 0, 1)
        assert (await Person.get(number="A-17")).unit_id == town.station.id
        await people.arrive(town.hq.now.replace(month=9, day=30, hour=15))
        assert (await Person.get(number="A-17")).unit_id == town.other_station.id

    play(story)


def test_a_file_without_some_columns_leaves_what_they_would_say(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        short = {name: OFFICER[name] for name in ("number", "family_name", "given_name", "unit")}
        assert await rosters.take_in_officers(town.hq, lines(short)) == Taken(0, 0, 1)
        officer = await Person.get(number="A-17")
        assert (officer.mail_address, officer.family_name_kana) == (OFFICER["mail_address"], "タカミホン")
        emptied = await rosters.take_in_officers(town.hq, lines({**short, "mail_address": None}))
        assert cells(emptied) == [(2, "mail_address", "ichiro@police.aohama.example", "")]
        assert await posts() == [(town.station.id, "係長", SPRING, None)]

    play(story)


def test_the_number_of_somebody_who_has_left_is_refused_by_its_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines(OFFICER))
        officer = await Person.get(number="A-17")
        await people.retire(town.hq, officer.id, version=officer.version, on=SUMMER)
        newcomer = {"number": "A-18", "family_name": "例示", "unit": "101"}
        [problem] = await refused(rosters.take_in_officers, town.hq, newcomer, OFFICER)
        assert (problem.number, problem.field) == (3, "number")

    play(story)


def test_the_post_of_an_officer_who_is_only_corrected_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, number="A-17", since=SPRING, job_title="係長")
        said = {"number": "A-17", "family_name": "試崎", "given_name": "花子", "unit": "101"}
        taken = await rosters.take_in_officers(town.hq, lines(said))
        assert cells(taken) == [(2, "family_name", "試﨑", "試崎")]
        assert (await Person.get(id=officer.id)).family_name == "試崎"
        assert await posts() == [(town.station.id, "係長", SPRING, None)]

    play(story)


def test_a_number_that_has_lost_its_zeros_is_asked_about_and_makes_nobody_new(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_officers(town.hq, lines({**OFFICER, "number": "001234"}))
        officers = await Person.all().count()
        problems = await refused(rosters.take_in_officers, town.hq, {**OFFICER, "number": "1234"})
        assert [(one.field, "001234" in one.message) for one in problems] == [("number", True)]
        assert await Person.all().count() == officers
        taken = await rosters.take_in_officers(town.hq, lines({**OFFICER, "number": "001234"}))
        assert taken == Taken(0, 0, 1)

    play(story)
