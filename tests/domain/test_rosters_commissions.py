"""Whoever was commissioned before the program was there comes with the running term, and nobody is appointed anew."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import rosters, volunteers
from domain.errors import Invalid
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from domain.rosters import Rejected, Taken
from domain.volunteers import (
    AgeBand,
    Commission,
    GuardianConsent,
    Volunteer,
    VolunteerStatus,
)
from tests import make
from tests.domain.test_rosters import STUDENT, lines
from tests.make import Town

END = date(2027, 3, 31)
SERVING = {
    **STUDENT,
    "commissioned_on": date(2026, 4, 1),
    "commission_number": "青サ委第12号",
    "authority": "生活安全部長",
}
MINOR = {
    **SERVING,
    "number": "V-2",
    "family_name": "例塚",
    "age_band": AgeBand.FROM_15_TO_17,
    "commission_number": "",
    "guardian_name": "例塚 保",
    "consented_on": date(2026, 3, 20),
}


async def refused(actor: Any, *facts: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Where the roster is wrong; nothing of it may be there afterwards."""
    before = await Entry.all().count()
    with pytest.raises(Rejected) as told:
        await rosters.take_in_volunteers(actor, lines(*facts))
    assert await Entry.all().count() == before
    return [(one.number, one.field) for one in told.value.problems]


def test_they_serve_until_the_next_31_march_under_their_number_and_nobody_is_written_to(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_volunteers(town.hq, lines(SERVING)) == Taken(1, 0, 0)
        volunteer, term = await Volunteer.get(), await Commission.get()
        assert (volunteer.status, volunteer.term_to) == (VolunteerStatus.ACTIVE, END)
        assert (term.term_from, term.term_to, term.number) == (date(2026, 4, 1), END, "青サ委第12号")
        assert (term.volunteer_id, term.authority) == (volunteer.id, "生活安全部長")
        assert await Letter.all().count() == 0
        facts = {entry.fact for entry in await Entry.filter(row_id__in=[volunteer.id, term.id])}
        assert facts == {"volunteer-taken-in", "commission-taken-in"}

    play(story)


def test_the_same_roster_twice_changes_nothing_also_when_the_terms_are_over(play: Any) -> None:
    async def story(town: Town) -> None:
        roster = lines(SERVING, MINOR)
        await rosters.take_in_volunteers(town.hq, roster)
        entries = await Entry.all().count()
        for later in (timedelta(), timedelta(days=400)):
            again = make.at(town.hq, town.hq.now + later)
            assert await rosters.take_in_volunteers(again, roster) == Taken(0, 0, 2)
        assert await Entry.all().count() == entries

    play(story)


def test_terms_without_a_number_are_numbered_after_those_on_paper(play: Any) -> None:
    async def story(town: Town) -> None:
        first = {**SERVING, "number": "V-3", "commission_number": "", "commissioned_on": date(2026, 5, 1)}
        await rosters.take_in_volunteers(town.hq, lines(first, {**SERVING, "commission_number": "令和８年度第１号"}))
        assert {one.number for one in await Commission.all()} == {"令和８年度第１号", "令和８年度第２号"}
        next_one = await make.volunteer(town, family_name="試﨑")
        assert (await Commission.get(volunteer_id=next_one.id)).number == "令和８年度第３号"

    play(story)


def test_a_roster_mixes_those_who_serve_and_those_who_are_only_recommended(play: Any) -> None:
    async def story(town: Town) -> None:
        candidate = {**SERVING, "number": "V-9", "commissioned_on": None, "commission_number": "", "authority": ""}
        assert await rosters.take_in_volunteers(town.hq, lines(SERVING, candidate)) == Taken(2, 0, 0)
        states = {row.number: (row.status, row.term_to) for row in await Volunteer.all()}
        assert states == {"V-1": (VolunteerStatus.ACTIVE, END), "V-9": (VolunteerStatus.RECOMMENDED, None)}
        assert await Commission.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"commissioned_on": date(2025, 4, 1)}, "commissioned_until"),
        ({"commissioned_until": date(2026, 6, 30)}, "commissioned_until"),
        ({"commissioned_until": date(2026, 3, 31)}, "commissioned_until"),
        ({"commissioned_until": date(2036, 3, 31)}, "commissioned_until"),
        ({"commissioned_on": date(2026, 7, 2)}, "commissioned_on"),
    ],
    ids=["over by default", "over", "backwards", "ten years", "tomorrow"],
)
def test_a_term_that_does_not_run_today_is_refused_by_its_line(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        assert await refused(town.hq, MINOR, {**SERVING, **over}) == [(3, field)]
        assert await Volunteer.all().count() == await Person.filter(is_officer=False).count() == 0

    play(story)


def test_a_term_that_ends_today_still_runs(play: Any) -> None:
    async def story(town: Town) -> None:
        last = {**SERVING, "commissioned_until": town.hq.today}
        assert await rosters.take_in_volunteers(town.hq, lines(last)) == Taken(1, 0, 0)
        await volunteers.expire(town.hq.now + timedelta(days=1))
        assert (await Volunteer.get()).status is VolunteerStatus.EXPIRED

    play(story)


@pytest.mark.parametrize("lacking", [{"consented_on": None}, {"guardian_name": ""}, {"consented_on": date(2026, 7, 2)}])
def test_a_minor_does_not_come_without_a_guardians_consent(play: Any, lacking: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        assert await refused(town.hq, SERVING, {**MINOR, **lacking}) == [(3, "consented_on")]
        assert await Volunteer.all().count() == 0
        await rosters.take_in_volunteers(town.hq, lines(SERVING, MINOR))
        assert (await GuardianConsent.get()).given_on == date(2026, 3, 20)

    play(story)


def test_two_with_one_number_are_told_apart_by_their_lines(play: Any) -> None:
    async def story(town: Town) -> None:
        second = {**SERVING, "number": "V-2", "family_name": "試﨑"}
        assert await refused(town.hq, SERVING, second) == [(3, "commission_number")]
        await rosters.take_in_volunteers(town.hq, lines(SERVING))
        assert await refused(town.hq, second) == [(2, "commission_number")]

    play(story)


def test_a_station_does_not_take_in_who_serves(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await refused(town.officer, SERVING) == [(2, "commissioned_on")]

    play(story)


def test_a_roster_appoints_nobody_who_is_only_recommended(play: Any) -> None:
    async def story(town: Town) -> None:
        candidate = {**SERVING, "commissioned_on": None, "commission_number": "", "authority": ""}
        await rosters.take_in_volunteers(town.hq, lines(candidate))
        assert await refused(town.hq, SERVING) == [(2, "commissioned_on")]
        assert (await Volunteer.get()).status is VolunteerStatus.RECOMMENDED

    play(story)


@pytest.mark.parametrize(
    "over",
    [
        {"commissioned_on": date(2026, 5, 1)},
        {"commissioned_until": date(2028, 3, 31)},
        {"commission_number": "青サ委第13号"},
    ],
)
def test_a_roster_does_not_change_a_term_that_is_known(play: Any, over: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_volunteers(town.hq, lines(SERVING))
        assert await refused(town.hq, {**SERVING, **over}) == [(2, "commissioned_on")]
        assert (await Commission.get()).term_to == END

    play(story)


def test_whoever_was_taken_in_is_appointed_again_by_somebody_who_is_named(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_volunteers(town.hq, lines({**SERVING, "authority": ""}))
        volunteer = await Volunteer.get()
        with pytest.raises(Invalid) as told:
            await volunteers.reappoint(town.hq, volunteer.id)
        assert told.value.field == "authority"
        with pytest.raises(Invalid):
            await volunteers.reappoint_roster(town.hq, ending_on=END)
        assert await Commission.all().count() == 1
        await volunteers.reappoint_roster(town.hq, ending_on=END, authority="生活安全部長")
        assert await Commission.all().count() == 2

    play(story)
