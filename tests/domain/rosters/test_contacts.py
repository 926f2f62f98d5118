"""Contacts from a file: one person is body, name and address, and nobody is renamed by the way."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import organizations, rosters
from domain.organizations import Contact, ContactRole
from domain.people import Person
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import cells, lines, refused
from tests.make import Town

INFO = {"organization": "架空電力株式会社", "mail_address": "info@denryoku.example"}
TANAKA = {**INFO, "family_name": "田中", "given_name": "次郎"}
TAKAHASHI = {**INFO, "family_name": "高橋", "given_name": "三郎"}


async def names() -> list[str]:
    return sorted([person.name for person in await Person.filter(is_officer=False)])


def test_two_people_may_share_an_address(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        for expected in (Taken(2, 0, 0), Taken(0, 0, 2)):
            assert await rosters.take_in_contacts(town.officer, lines(TANAKA, TAKAHASHI)) == expected
        assert await names() == ["田中 次郎", "高橋 三郎"]

    play(story)


def test_an_address_that_is_known_under_another_name_is_asked_about_and_nobody_renamed(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines(TANAKA))
        [problem] = await refused(rosters.take_in_contacts, town.officer, TAKAHASHI)
        assert (problem.number, problem.field) == (2, "mail_address")
        assert "田中" not in problem.message
        assert await names() == ["田中 次郎"]
        assert await rosters.take_in_contacts(town.officer, lines(TAKAHASHI, TANAKA)) == Taken(1, 0, 1)

    play(story)


def test_the_same_person_on_two_lines_is_refused_by_its_line(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        [problem] = await refused(rosters.take_in_contacts, town.officer, TANAKA, {**TANAKA, "job_title": "課長"})
        assert (problem.number, problem.message) == (3, "2行目と同じです。どちらか一方にしてください。")

    play(story)


def test_a_contact_is_there_from_the_day_that_the_file_tells(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines({**TANAKA, "since": date(2025, 4, 1)}, TAKAHASHI))
        since = {contact.person_id: contact.since for contact in await Contact.all()}
        assert sorted(since.values()) == [date(2025, 4, 1), town.officer.today]
        taken = await rosters.take_in_contacts(town.officer, lines({**TANAKA, "since": date(2024, 4, 1)}))
        assert cells(taken) == [(2, "since", date(2025, 4, 1), date(2024, 4, 1))]

    play(story)


def test_a_file_without_some_columns_leaves_what_they_would_say(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        whole = {**TANAKA, "role": ContactRole.EMERGENCY, "department": "監視室", "phone": "000-0000-0001"}
        await rosters.take_in_contacts(town.officer, lines({**whole, "since": date(2025, 4, 1)}))
        named = {name: TANAKA[name] for name in ("organization", "family_name", "given_name")}
        taken = await rosters.take_in_contacts(town.officer, lines({**named, "job_title": "室長", "role": None}))
        assert cells(taken) == [(2, "job_title", "", "室長")]
        contact = await Contact.get().prefetch_related("person")
        assert (contact.role, contact.department, contact.since) == (ContactRole.EMERGENCY, "監視室", date(2025, 4, 1))
        assert (contact.person.mail_address, contact.person.phone) == (INFO["mail_address"], "000-0000-0001")

    play(story)


def test_a_changed_telephone_counts_as_a_change(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines({**TANAKA, "phone": "000-0000-0001"}))
        changed = lines({**TANAKA, "phone": "000-0000-0002"})
        taken = await rosters.take_in_contacts(town.officer, changed, dry_run=True)
        assert (taken, cells(taken)) == (Taken(0, 1, 0), [(2, "phone", "000-0000-0001", "000-0000-0002")])
        await rosters.take_in_contacts(town.officer, changed)
        assert await rosters.take_in_contacts(town.officer, changed) == Taken(0, 0, 1)

    play(story)


def test_somebody_new_must_be_within_reach(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        [problem] = await refused(rosters.take_in_contacts, town.officer, {**TANAKA, "mail_address": None})
        assert problem.field == "mail_address"
        assert await names() == []

    play(story)


async def leave(town: Town, on: date) -> Contact:
    contact = await Contact.get()
    return await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=on)


def test_whoever_is_announced_to_leave_is_still_the_same_contact(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines(TANAKA))
        left = await leave(town, town.officer.today + timedelta(days=30))
        assert await rosters.take_in_contacts(town.officer, lines(TANAKA)) == Taken(0, 0, 1)
        assert await rosters.take_in_contacts(town.officer, lines({**TANAKA, "job_title": "課長"})) == Taken(0, 1, 0)
        again = await Contact.get()
        assert (again.id, again.until, again.job_title) == (left.id, left.until, "課長")

    play(story)


def test_nobody_arrives_after_the_day_on_which_they_leave(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines(TANAKA))
        left = await leave(town, town.officer.today + timedelta(days=30))
        [problem] = await refused(rosters.take_in_contacts, town.officer, {**TANAKA, "since": left.until})
        assert (problem.number, problem.field) == (2, "since")

    play(story)


@pytest.mark.parametrize("over", [{}, {"mail_address": "tanaka@denryoku.example"}])
def test_whoever_has_left_is_asked_about_and_not_made_anew(play: Any, over: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines({**TANAKA, "since": date(2025, 4, 1)}))
        await leave(town, date(2026, 4, 1))
        [problem] = await refused(rosters.take_in_contacts, town.officer, TAKAHASHI, {**TANAKA, **over})
        assert (problem.number, problem.field) == (3, "family_name")
        assert "2026年4月1日付け" in problem.message
        assert await names() == ["田中 次郎"]

    play(story)


def test_whoever_has_come_back_and_their_namesake_are_known_once_they_are_registered(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines({**TANAKA, "since": date(2025, 4, 1)}))
        left = await leave(town, date(2026, 4, 1))
        namesake = {"family_name": "田中", "given_name": "次郎", "mail_address": "tanaka2@denryoku.example"}
        await make.contact(town.officer, body, **namesake)
        line = {**TANAKA, "mail_address": namesake["mail_address"]}
        assert await rosters.take_in_contacts(town.officer, lines(line)) == Taken(0, 0, 1)
        await organizations.reinstate_contact(town.officer, left.id, version=left.version)
        assert await rosters.take_in_contacts(town.officer, lines(TANAKA, line)) == Taken(0, 0, 2)

    play(story)


def test_a_successor_takes_over_the_address_of_whoever_has_left(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        await rosters.take_in_contacts(town.officer, lines({**TANAKA, "since": date(2025, 4, 1)}))
        await leave(town, date(2026, 4, 1))
        assert await rosters.take_in_contacts(town.officer, lines(TAKAHASHI)) == Taken(1, 0, 0)

    play(story)
