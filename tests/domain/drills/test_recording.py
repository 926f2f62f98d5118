"""A drill that was held before anybody entered it: counted like any other, and written to nobody."""

from datetime import timedelta
from typing import Any

import pytest

from domain import calendar, drills, statistics
from domain.actor import Role
from domain.calendar import AppointmentStatus
from domain.drills import Attended, Drill, DrillFormat, DrillStatus, DrillThreat, Participation, ParticipationRole
from domain.drills import TookPart as Came
from domain.errors import Conflict, Incomplete, Invalid, NotFound
from domain.japanese import Period
from domain.outbox import Letter
from domain.statistics import ALL, BY_KEY
from tests import make
from tests.domain.drills.asking import appointment_of, everything
from tests.make import Town

DAY = timedelta(days=1)


async def held(town: Town, *came: Came, **over: Any) -> Drill:
    """A drill of three weeks ago."""
    starts_at = over.pop("starts_at", town.officer.now - 21 * DAY)
    values: dict[str, Any] = {
        "title": "ランサムウェア対処訓練",
        "format": DrillFormat.TABLETOP,
        "threat": DrillThreat.RANSOMWARE,
        "ends_at": starts_at + timedelta(hours=3),
        "police_count": 8,
    }
    return await drills.record_held(town.officer, starts_at=starts_at, participants=came, **(values | over))


async def figures(town: Town, *keys: str) -> list[Any]:
    shown = await statistics.show(town.statistician, Period.of_quarter(2026, 1), fresh=True)
    assert shown.whole_id is not None
    return [shown.value(shown.whole_id, BY_KEY[key], ALL) for key in keys]


def test_a_drill_of_last_month_is_entered_and_counts_without_a_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        power, bank = [await make.company(town.officer, name) for name in ("架空電力株式会社", "例示銀行株式会社")]
        drill = await held(town, Came(power.id, 6), Came(bank.id, 2, ParticipationRole.OBSERVER))
        assert drill.status is DrillStatus.FINISHED
        assert (await appointment_of(drill)).status is AppointmentStatus.CONFIRMED
        assert await Letter.all().count() == 0
        keys = ("DRILLS", "DRILL_OFFICERS", "DRILL_BODIES", "DRILL_PEOPLE")
        assert await figures(town, *keys) == [1, 8, 1, 6]

    play(story)


def test_the_same_drill_is_not_entered_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await make.company(town.officer)
        await held(town, Came(power.id, 6))
        with pytest.raises(Conflict, match="すでに入力されています"):
            await held(town, Came(power.id, 6))
        assert await Drill.all().count() == 1
        await held(town, Came(power.id, 6), title="別の訓練")
        assert await Drill.all().count() == 2

    play(story)


def test_it_goes_on_to_its_report_and_its_numbers_can_be_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await make.company(town.officer)
        drill = await held(town, Came(power.id, 6))
        part = await Participation.get(drill_id=drill.id)
        await drills.correct_attendance(town.officer, drill.id, reason="記入誤り", attendance=[Attended(part.id, 9)])
        await drills.evaluate(town.officer, drill.id)
        await drills.submit_report(town.officer, drill.id, summary="通報まで12分")
        await drills.close(town.hq, drill.id)
        assert await figures(town, "DRILLS", "DRILL_PEOPLE") == [1, 9]

    play(story)


def test_whoever_was_never_asked_to_it_here_does_not_see_it(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await make.company(town.officer)
        partner = make.outsider(town.officer, Role.PARTNER, await make.contact(town.officer, power))
        drill = await held(town, Came(power.id, 6))
        assert await drills.visible_to(partner).count() == await calendar.visible_to(partner).count() == 0
        assert await drills.visible_to(town.officer).get(id=drill.id) == drill

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": " "}, "title"),
        ({"police_count": -1}, "police_count"),
        ({"objectives": ["目標"] * 21}, "objectives"),
        ({"ends_at": None}, "ends_at"),
        ({"starts_at": "long ago"}, "starts_at"),
    ],
)
def test_what_cannot_have_been_is_not_entered(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        power = await make.company(town.officer)
        before = await everything()
        instants = {"ends_at": town.officer.now + DAY, "starts_at": town.officer.now - 401 * DAY}
        told = {name: instants.get(name, value) for name, value in over.items()}
        with pytest.raises(Invalid) as refused:
            await held(town, Came(power.id, 6), **told)
        assert refused.value.field == field
        assert await everything() == before

    play(story)


@pytest.mark.parametrize("who", ["nobody", "no people", "twice", "too many", "of another station"])
def test_a_drill_was_held_with_somebody_once_each(play: Any, who: str) -> None:
    async def story(town: Town) -> None:
        power, foreign = await make.company(town.officer), await make.company(town.other_officer, "例示銀行株式会社")
        came = {
            "nobody": [],
            "no people": [Came(power.id, 0)],
            "twice": [Came(power.id, 1), Came(power.id, 2)],
            "too many": [Came(power.id, 100_001)],
            "of another station": [Came(foreign.id, 1)],
        }[who]
        before = await everything()
        with pytest.raises((Incomplete, Invalid, NotFound)) as refused:
            await held(town, *came)
        assert refused.value.field == "participants"
        assert await everything() == before

    play(story)
