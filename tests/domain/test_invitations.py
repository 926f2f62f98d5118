"""Which letters a date owes: each names one reader, and none is for nothing."""

from datetime import timedelta
from typing import Any

import pytest

from domain import calendar, invitations
from domain.actor import Bearer
from domain.calendar import Appointment, AppointmentKind, Attendee, AttendeeRole
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

TOMORROW = NOW + timedelta(days=1, hours=5)
HOUR = timedelta(hours=1)


async def date(town: Town, starts_at: Any = TOMORROW) -> Appointment:
    one = await calendar.propose(
        town.officer, AppointmentKind.CEREMONY, town.station, "締結式", starts_at, starts_at + HOUR, place="本部"
    )
    return await calendar.confirm(town.officer, one)


async def guest(town: Town, one: Appointment, name: str, **over: Any) -> Attendee:
    contact = await make.contact(
        town.officer, await make.company(town.officer, name), **({"mail_address": f"{name}@partner.example"} | over)
    )
    return await calendar.ask(town.officer, one, await Person.get(id=contact.person_id), AttendeeRole.PARTICIPANT)


def test_everybody_who_is_asked_gets_a_letter_of_their_own(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        for name in ("a", "b"):
            await guest(town, one, name)
        await invitations.tell_all(town.officer, one, "drill-invitation")
        letters = await Letter.all().order_by("to_address")
        assert [letter.to_address for letter in letters] == ["a@partner.example", "b@partner.example"]
        for letter, other in zip(letters, reversed(letters), strict=True):
            assert other.to_address not in str(letter.facts)
            assert letter.facts["uid"] == one.uid
            assert letter.facts["sequence"] == one.sequence
            assert letter.facts["unit_name"] == "青浜第1警察署"

    play(story)


def test_the_same_news_is_told_once_and_news_again_after_a_change(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        await guest(town, one, "a")
        for _ in range(2):
            await invitations.tell_all(town.officer, one, "drill-invitation")
        assert await Letter.all().count() == 1
        await calendar.change(town.officer, one, "moved", place="青浜市民会館")
        await invitations.tell_all(town.officer, one, "drill-invitation")
        assert [letter.facts["place"] for letter in await Letter.all().order_by("id")] == ["本部", "青浜市民会館"]

    play(story)


def test_a_letter_tells_what_was_true_when_it_was_owed(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        await guest(town, one, "a")
        await invitations.tell_all(town.officer, one, "drill-invitation")
        await calendar.change(town.officer, one, "renamed", title="別名")
        assert (await Letter.get()).facts["title"] == "締結式"

    play(story)


@pytest.mark.parametrize("missing", ["no address", "over", "removed", "left"])
def test_nobody_is_written_to_for_nothing(play: Any, missing: str) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        asked = await guest(town, one, "a", **({"mail_address": ""} if missing == "no address" else {}))
        if missing == "removed":
            await calendar.uninvite(town.officer, one, asked)
        if missing == "left":
            await Person.filter(id=asked.person_id).update(retired_on=town.officer.today)
        now = one.ends_at if missing == "over" else NOW
        await invitations.tell_all(Bearer(now), one, "drill-invitation")
        assert await Letter.all().count() == 0

    play(story)
