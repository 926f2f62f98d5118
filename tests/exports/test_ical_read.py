"""What stands in our calendars is read out of them again by whoever reads: the texts as they were typed, the instants
as they are in the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain import calendar
from domain.calendar import Appointment, AppointmentKind
from exports.ical import feed, vevent
from tests.api.test_caldav import lectures_given
from tests.api.test_feeds import fetch, stations
from tests.clock import NOW
from tests.exports.readers import INSTANTS_ONLY, READERS, cases
from tests.exports.strict_ical import findings
from tests.exports.test_ical import DRILL
from tests.exports.test_ical_judged import TITLES
from tests.make import Town


@pytest.mark.parametrize("reader", cases(*INSTANTS_ONLY))
@settings(deadline=None)
@given(*[TITLES.filter(lambda text: bool(text.strip()) or not text)] * 2)  # libical takes blanks alone for nothing
@example("髙﨑𠮷例の講話; 第1回, 「C:\\new」\n続き 👮‍♀️🇯🇵", "\\n\\;\\,\\\\")
@example("あ" * 60, "a" * 74 + "𠮷")
def test_any_title_survives_the_journey_into_a_foreign_calendar(reader: str, title: str, place: str) -> None:
    sent = feed("予定", [vevent(replace(DRILL, summary=title, location=place, description=place))])
    [read] = READERS[reader](sent)
    assert (read.summary, read.location, read.description) == (title, place, place)
    assert findings(sent) == []


@pytest.mark.parametrize("reader", cases())
@settings(deadline=None)
@given(st.integers(0, 4 * 10**9), st.integers(1, 14 * 24 * 3600))
def test_every_reader_finds_the_instant_that_was_meant(reader: str, second: int, lasting: int) -> None:
    starts_at = datetime.fromtimestamp(second, UTC)
    ends_at = starts_at + timedelta(seconds=lasting)
    [read] = READERS[reader](feed("予定", [vevent(replace(DRILL, starts_at=starts_at, ends_at=ends_at))]))
    assert (read.starts_at, read.ends_at) == (starts_at, ends_at)


TYPED = {
    "髙﨑𠮷例の講話; 第1回, 「C:\\new」": "神塚\n2階, 大会議室; 東\\n西",
    "👮‍♀️🇯🇵 葛󠄀飾 \\, \\; \\\\": "𠮷野家ビル 9F",
    "2027年の元日": "",
}


@pytest.mark.parametrize("reader", cases())
def test_a_subscriber_reads_what_stands_in_the_database(play: Any, reader: str) -> None:
    async def story(town: Town) -> None:
        given = await lectures_given(town, len(TYPED))
        for number, (lecture, (title, place)) in enumerate(zip(given, TYPED.items(), strict=True)):
            begins = NOW + timedelta(days=1 + 60 * number, minutes=number)
            told = {"title": title, "place": place, "starts_at": begins, "ends_at": begins + timedelta(hours=1)}
            await Appointment.filter(id=lecture.appointment_id).update(status="CONFIRMED", **told)
        read = {one.uid: one for one in READERS[reader]((await fetch(await stations(town))).content)}
        dates = await Appointment.all()
        assert {uid: (one.starts_at, one.ends_at) for uid, one in read.items()} == {
            date.uid: (date.starts_at, date.ends_at) for date in dates
        }
        if reader not in INSTANTS_ONLY:
            texts = {date.uid: (date.title, date.place) for date in dates}
            assert {uid: (one.summary, one.location) for uid, one in read.items()} == texts

    play(story)


@pytest.mark.parametrize("reader", cases())
def test_of_a_planned_series_every_reader_counts_the_dates_that_stand_in_the_database(play: Any, reader: str) -> None:
    """Two of them unfold what recurs: they find nothing to unfold."""

    async def story(town: Town) -> None:
        await lectures_given(town, 2)
        for week in range(1, 6):
            begins = NOW + timedelta(days=7 * week)
            ends = begins + timedelta(hours=1)
            await calendar.propose(town.officer, AppointmentKind.DRILL, town.station, "毎週の訓練", begins, ends)
        read = READERS[reader]((await fetch(await stations(town))).content)
        stand = [(date.uid, date.starts_at, date.ends_at) for date in await Appointment.all()]
        assert sorted((one.uid, one.starts_at, one.ends_at) for one in read) == sorted(stand)

    play(story)
