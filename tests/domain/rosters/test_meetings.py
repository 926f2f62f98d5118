"""協議会の会議 from a list: as the minutes of past years tell them, once, and never over what is known."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from api import intake
from api.intake import COUNCIL_MEETINGS
from domain import rosters
from domain.actor import TOKYO
from domain.calendar import Appointment, AppointmentStatus
from domain.councils import CouncilRole
from domain.errors import NotAllowed
from domain.meetings import CouncilAttendance, CouncilMeeting, CouncilResolution, MeetingStatus
from domain.outbox import Letter
from domain.rosters import Line, Taken, Vote
from tests import make
from tests.domain.rosters.telling import lines, refused
from tests.make import Town
from tests.statements import spoken

NAME, GAS = "見本サイバーセキュリティ協議会", "例示ガス（本店）"
HEADS = "協議会,会議,日付,時刻,場所,議題,出席した会員,委任した会員,議決,議事録の要旨"
VOTES = "事業計画：可決（全会一致）\n会費の改定：可決（賛成1・反対1・棄権1・議長決）\n役員の選任:否決(賛成1・反対2)"
CELLS = (NAME, "総会", "令和8年5月20日", "14:00", "見本商工会館", "事業計画\n会費の改定", f"例示銀行㈱（部長）、{GAS}")
FILE = f"{HEADS}\n" + ",".join(f'"{cell}"' for cell in (*CELLS, "例示水道企業団", VOTES, "原案どおり。"))
ONE = {"council": NAME, "title": "総会", "on": date(2026, 5, 20), "attended": (GAS,), "proxies": (), "quorum": 1}


async def met(town: Town) -> None:
    council = await make.council(town.officer, NAME)
    for name, role in (
        ("例示銀行株式会社", CouncilRole.CHAIR),
        (GAS, CouncilRole.MEMBER),
        ("例示水道企業団", CouncilRole.MEMBER),
    ):
        await make.member(town.officer, council, await make.company(town.officer, name), role=role)


def told(tmp_path: Path, text: str = FILE) -> list[Line]:
    path = tmp_path / "会議.csv"
    path.write_text(text, encoding="utf-8")
    read = intake.parse(COUNCIL_MEETINGS, intake.read_table(path, path.name))
    assert not read.is_refused, read.problems
    return intake.lines(COUNCIL_MEETINGS, read)


def test_a_meeting_is_taken_in_with_who_came_and_what_was_resolved_and_nobody_hears_of_it(
    play: Any, tmp_path: Path
) -> None:
    async def story(town: Town) -> None:
        await met(town)
        assert await rosters.take_in_meetings(town.officer, told(tmp_path), dry_run=True) == Taken(1, 0, 0)
        assert not await CouncilMeeting.exists()
        assert await rosters.take_in_meetings(town.officer, told(tmp_path)) == Taken(1, 0, 0)
        meeting = await CouncilMeeting.get()
        assert (meeting.status, meeting.agenda) == (MeetingStatus.MINUTED, ["事業計画", "会費の改定"])
        assert (meeting.quorum, meeting.present_count, meeting.proxy_count, meeting.is_quorate) == (2, 2, 1, True)
        came = {one.job_title: one for one in await CouncilAttendance.filter(proxy_holder_id=None)}
        assert set(came) == {"部長", ""}, "brackets of a name are no post"
        proxy = await CouncilAttendance.exclude(proxy_holder_id=None).get()
        assert proxy.proxy_holder_id == came["部長"].membership_id, "to the chair, where nobody is named"
        votes = [
            (one.wording, one.result, one.votes_for, one.votes_against, one.votes_abstained, one.is_decided_by_chair)
            for one in await CouncilResolution.all().order_by("id")
        ]
        assert votes == [
            ("事業計画", "ADOPTED", 3, 0, 0, False),
            ("会費の改定", "ADOPTED", 1, 1, 1, True),
            ("役員の選任", "REJECTED", 1, 2, 0, False),
        ]
        date_of_it = await Appointment.get()
        assert (date_of_it.starts_at, date_of_it.place) == (datetime(2026, 5, 20, 14, tzinfo=TOKYO), "見本商工会館")
        assert date_of_it.status is AppointmentStatus.CONFIRMED
        assert not await Letter.exists()
        assert await rosters.take_in_meetings(town.officer, told(tmp_path)) == Taken(0, 0, 1)
        other = told(tmp_path, FILE.replace("、" + GAS, ""))
        assert len(await refused(rosters.take_in_meetings, town.officer, other[0].facts)) == 1
        assert await CouncilMeeting.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"council": "知らない協議会"}, "council"),
        ({"on": date(2026, 3, 31)}, "starts_at"),
        ({"on": date(2026, 8, 1)}, "on"),
        ({"on": date(2026, 7, 1), "clock": time(8)}, "on"),
        ({"attended": ("知らない会社",)}, "attended"),
        ({"attended": (GAS, GAS)}, "attended"),
        ({"proxies": ("例示水道企業団→知らない会社",)}, "proxies"),
        ({"proxies": ("例示水道企業団",)}, "proxies"),
        ({"resolutions": (Vote("事業計画", "ADOPTED", (2, 0, 0)),)}, "votes_for"),
        ({"quorum": 2, "resolutions": (Vote("事業計画", "ADOPTED"),)}, None),
    ],
)
def test_what_cannot_have_been_is_told_by_line_and_column_and_nothing_is_taken_in(
    play: Any, line: dict[str, Any], field: str | None
) -> None:
    async def story(town: Town) -> None:
        await met(town)
        [problem] = await refused(rosters.take_in_meetings, town.officer, {**ONE, **line})
        assert (problem.number, problem.field) == (2, field)
        assert not await CouncilMeeting.exists()
        assert not await Appointment.exists()

    play(story)


def test_a_list_that_does_not_know_the_time_means_the_meeting_of_that_day_and_makes_no_twin(play: Any) -> None:
    async def story(town: Town) -> None:
        await met(town)
        await rosters.take_in_meetings(town.officer, lines(ONE | {"clock": time(14)}))
        for line in (ONE, ONE | {"clock": time(14)}):
            assert await rosters.take_in_meetings(town.officer, lines(line)) == Taken(0, 0, 1)
        [problem] = await refused(rosters.take_in_meetings, town.officer, ONE | {"clock": time(10)})
        assert (problem.field, "14:00" in problem.message) == ("clock", True)
        twins = [ONE | {"title": "幹事会", "clock": clock} for clock in (None, time(10))]
        [twin] = await refused(rosters.take_in_meetings, town.officer, *twins)
        assert twin.number == 3
        assert await CouncilMeeting.all().count() == 1

    play(story)


def test_the_meetings_of_years_are_written_in_as_many_statements_as_one(play: Any) -> None:
    async def story(town: Town) -> None:
        await met(town)
        took = []
        for year, days in ((4, 1), (5, 9)):
            several = lines(*(ONE | {"on": date(2026, year, day + 1)} for day in range(days)))
            with spoken() as said:
                assert await rosters.take_in_meetings(town.officer, several) == Taken(days, 0, 0)
            took.append(len(said))
        assert took[0] == took[1]
        assert await CouncilAttendance.all().count() == 10

    play(story)


def test_only_the_secretariat_takes_meetings_in(play: Any) -> None:
    async def story(town: Town) -> None:
        await met(town)
        assert [one.field for one in await refused(rosters.take_in_meetings, town.other_officer, ONE)] == ["council"]
        with pytest.raises(NotAllowed):
            await rosters.take_in_meetings(town.statistician, lines(ONE))
        assert not await CouncilMeeting.exists()

    play(story)
