"""広報啓発 from a list: what was kept on paper counts as reported, and nothing that is there is changed by a list."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from domain import outreach, rosters
from domain.calendar import Appointment
from domain.errors import NotAllowed
from domain.organizations import Organization
from domain.outbox import Letter
from domain.outreach import (
    OutreachAudience,
    OutreachEvent,
    OutreachHost,
    OutreachHostRole,
    OutreachKind,
    OutreachMaterial,
    OutreachStatus,
    OutreachTheme,
)
from domain.rosters import Taken
from tests import make
from tests.domain.rosters.telling import lines, refused
from tests.make import Town

HOUR = timedelta(hours=1)
HELD = {
    "kind": OutreachKind.SEMINAR,
    "title": "サイバー保険と備えのセミナー",
    "on": date(2025, 5, 12),
    "clock": time(14),
    "ends": time(16),
    "theme": OutreachTheme.SME_SUPPORT,
    "audience": OutreachAudience.SME,
    "place": "見本商工会館",
    "co_hosts": ("見本損害保険株式会社",),
    "people_count": 31,
    "body_count": 24,
    "material": "備えの手引き",
    "copies": 40,
    "summary": "備えの手順を説明した。",
    "unit": "101",
}


async def ready(town: Town) -> Organization:
    return await make.company(town.officer, "見本損害保険株式会社")


def test_what_was_kept_on_paper_is_reported_and_checked_by_another(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await ready(town)
        assert await rosters.take_in_outreach(town.hq, lines(HELD)) == Taken(1, 0, 0)
        event = await OutreachEvent.get()
        assert (event.unit_id, event.status, event.people_count) == (town.station.id, OutreachStatus.REPORTED, 31)
        host, material = await OutreachHost.get(), await OutreachMaterial.get()
        assert (host.organization_id, host.role) == (body.id, OutreachHostRole.CO_HOST)
        assert (material.name, material.copies) == ("備えの手引き", 40)
        when = await Appointment.get(id=event.appointment_id)
        assert (when.place, when.ends_at - when.starts_at) == ("見本商工会館", 2 * HOUR)
        assert not await Letter.exists()
        with pytest.raises(NotAllowed):
            await outreach.check(town.hq, event.id)
        assert (await outreach.check(town.officer, event.id)).status is OutreachStatus.CHECKED

    play(story)


def test_the_same_list_again_changes_nothing_and_another_number_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_outreach(town.hq, lines(HELD))
        assert await rosters.take_in_outreach(town.hq, lines(HELD)) == Taken(0, 0, 1)
        [problem] = await refused(rosters.take_in_outreach, town.hq, {**HELD, "people_count": 13})
        assert "別の内容" in problem.message
        assert (await OutreachEvent.get()).people_count == 31

    play(story)


def test_a_line_without_a_time_is_the_event_of_that_day(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_outreach(town.hq, lines(HELD))
        timeless = {**HELD, "clock": None, "ends": None}
        assert await rosters.take_in_outreach(town.hq, lines(timeless)) == Taken(0, 0, 1)
        again = lines({**HELD, "clock": time(10), "ends": None})
        assert await rosters.take_in_outreach(town.hq, again) == Taken(1, 0, 0), "held twice that day"
        [problem] = await refused(rosters.take_in_outreach, town.hq, timeless)
        assert problem.field == "clock"

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"co_hosts": ("例示保険",)}, "co_hosts"),
        ({"supporters": ("見本損害保険株式会社",)}, "supporters"),
        ({"people_count": None}, "people_count"),
        ({"kind": OutreachKind.MATERIALS, "copies": None}, "materials"),
        ({"on": date(2026, 7, 2)}, "on"),
        ({"on": date(1955, 5, 12)}, "on"),
        ({"ends": time(13)}, "ends"),
        ({"lasts_until": date(2025, 5, 11)}, "lasts_until"),
        ({"summary": " "}, "summary"),
        ({"unit": "199"}, "unit"),
    ],
)
def test_a_line_that_cannot_be_is_named_and_nothing_is_taken_in(play: Any, line: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        [problem] = await refused(rosters.take_in_outreach, town.hq, {**HELD, "title": "別の催し"}, HELD | line)
        assert (problem.number, problem.field) == (3, field)
        assert not await OutreachEvent.exists()
        assert not await Appointment.exists()

    play(story)


def test_all_that_is_wrong_with_a_line_is_told_in_one_go(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        wrong = {"co_hosts": ("例示保険",), "people_count": None, "ends": time(13)}
        problems = await refused(rosters.take_in_outreach, town.hq, HELD | wrong)
        assert {problem.field for problem in problems} == set(wrong)

    play(story)


def test_a_dry_run_writes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        assert await rosters.take_in_outreach(town.hq, lines(HELD), dry_run=True) == Taken(1, 0, 0)
        assert not await OutreachEvent.exists()
        assert not await Appointment.exists()

    play(story)
