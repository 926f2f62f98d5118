"""What a change means for calendars: the table of RFC 5546 §2.1.4, and who gets a REQUEST, a CANCEL or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from domain import calendar, changes
from domain.calendar import Appointment, AppointmentKind, AppointmentStatus
from domain.changes import Told, Waiting
from domain.outbox import Method
from exports import ical
from tests.clock import NOW
from tests.make import Town

AFTER = NOW + timedelta(days=7)
RFC_5546 = ("DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE", "STATUS")
NEW: dict[str, Any] = {
    "starts_at": AFTER + timedelta(minutes=30),
    "ends_at": AFTER + timedelta(hours=3),
    "status": AppointmentStatus.CONFIRMED,
    "place": "青浜市民会館",
    "title": "締結式（改称）",
    "online_url": "https://meet.example/2",
}
RISES = {"starts_at": True, "ends_at": True, "status": True, "place": True, "title": False, "online_url": False}


@pytest.mark.parametrize(("column", "rises"), RISES.items())
def test_sequence_rises_for_what_the_rfc_says_and_the_place_and_not_for_texts(
    play: Any, column: str, rises: bool
) -> None:
    async def story(town: Town) -> None:
        one = await calendar.propose(
            town.officer, AppointmentKind.CEREMONY, town.station, "締結式", AFTER, AFTER + timedelta(hours=1)
        )
        await calendar.change(town.officer, one, "changed", **{column: NEW[column]})
        again = await Appointment.get(id=one.id)
        assert (again.sequence, again.uid) == (int(rises), one.uid)
        await calendar.change(town.officer, again, "changed", **{column: NEW[column]})
        assert (await Appointment.get(id=one.id)).sequence == int(rises)

    play(story)


def test_whatever_an_entry_shows_and_can_change_is_in_the_table():
    event = ical.Event(
        uid="1@aohama.example",
        sequence=0,
        created=NOW,
        changed=NOW,
        starts_at=AFTER,
        ends_at=AFTER + timedelta(hours=1),
        summary="締結式",
        description="目的：締結",
        location="本部",
        url="https://meet.example",
        status="TENTATIVE",
    )
    us = ical.Party("青浜第1警察署", "desk@police.example")
    shown = {name.lower() for name in Calendar.from_ical(ical.request(event, us, us, NOW)).events[0]}
    fixed = {"uid", "sequence", "dtstamp", "created", "last-modified", "organizer", "attendee"}
    told = {name.lower() for name in (*changes.RAISING.values(), *changes.QUIET.values())}
    assert shown - fixed == told
    assert set(changes.RAISING.values()) - {"LOCATION"} == set(RFC_5546) & {name.upper() for name in shown}


def request(kind: str = "drill-changed", **facts: Any) -> Waiting:
    known = {"sequence": 1, "online_url": "", "title": "訓練"}
    return Waiting(kind, Method.REQUEST, known | facts)


def cancel(**facts: Any) -> Waiting:
    return Waiting("drill-cancelled", Method.CANCEL, {"sequence": 2, **facts})


STRANGER = Told()
INVITED = Told(Method.REQUEST, 1, "", knows=True)
UNINVITED = Told(Method.CANCEL, 2, "", knows=True)
WRITTEN_TO = Told(knows=True)


@pytest.mark.parametrize(
    ("before", "waiting", "method"),
    [
        (STRANGER, [request("drill-invitation")], Method.REQUEST),
        (STRANGER, [request("drill-invitation"), request()], Method.REQUEST),
        (INVITED, [request(sequence=2)], Method.REQUEST),
        (INVITED, [cancel()], Method.CANCEL),
        (INVITED, [request(), cancel()], Method.CANCEL),
        (UNINVITED, [request("drill-invitation")], Method.REQUEST),
    ],
)
def test_calendars_take_up_what_stands_and_out_what_they_had(
    before: Told, waiting: list[Waiting], method: Method
) -> None:
    left = changes.leaving(before, waiting, tells_texts=True)
    assert left is not None
    assert left.method is method


@pytest.mark.parametrize("before", [WRITTEN_TO, UNINVITED])
def test_whoever_knows_of_a_date_that_their_calendar_has_not_gets_a_mail_without_a_calendar_part(before: Told) -> None:
    left = changes.leaving(before, [request("drill-invitation"), cancel()], tells_texts=True)
    assert left is not None
    assert (left.kind, left.method) == ("drill-cancelled", None)


def test_whoever_has_heard_nothing_hears_of_no_cancellation() -> None:
    assert changes.leaving(STRANGER, [request("drill-invitation"), cancel()], tells_texts=True) is None
    assert changes.leaving(STRANGER, [cancel()], tells_texts=True) is None


@pytest.mark.parametrize(
    ("waiting", "tells_texts", "is_told"),
    [
        (request(title="別名"), True, True),
        (request(title="別名"), False, False),
        (request(sequence=2), False, True),
        (request(online_url="https://meet.example/2"), False, True),
        (request("lecture-changed", audience="教職員"), False, True),
        (request("activity-changed", title="別名"), False, False),
    ],
)
def test_a_new_name_alone_is_told_as_the_office_wants_and_everything_else_always(
    waiting: Waiting, tells_texts: bool, is_told: bool
) -> None:
    assert (changes.leaving(INVITED, [waiting], tells_texts=tells_texts) is not None) is is_told


def test_whoever_was_never_asked_is_told_the_new_name_with_the_invitation_whatever_the_office_wants() -> None:
    left = changes.leaving(STRANGER, [request("drill-invitation"), request(title="別名")], tells_texts=False)
    assert left is not None
    assert (left.kind, left.facts["title"]) == ("drill-invitation", "別名")


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (["drill-changed", "drill-rescheduled"], "drill-rescheduled"),
        (["drill-rescheduled", "drill-changed"], "drill-rescheduled"),
        (["drill-rescheduled", "drill-confirmed"], "drill-rescheduled"),
        (["drill-confirmed", "drill-changed"], "drill-confirmed"),
        (["activity-still-waitlisted", "activity-invitation"], "activity-invitation"),
        (["lecture-assigned", "lecturer-confirmed"], "lecture-assigned"),
        (["drill-changed", "answer-received"], "drill-changed"),
    ],
)
def test_the_letter_that_tells_most_is_written_for_all(kinds: list[str], kind: str) -> None:
    left = changes.leaving(INVITED, [request(one) for one in kinds], tells_texts=True)
    assert left is not None
    assert left.kind == kind


def test_the_newest_of_each_fact_is_told_and_what_was_not_said_again_stays() -> None:
    told = [request("drill-invitation", reply_by="12月1日", place="本部"), request(place="市民会館", sequence=3)]
    left = changes.leaving(STRANGER, told, tells_texts=True)
    assert left is not None
    assert [left.facts[name] for name in ("reply_by", "place", "sequence")] == ["12月1日", "市民会館", 3]


@pytest.mark.parametrize(("first", "second", "asks"), [(True, False, True), (False, True, True), (False, False, False)])
def test_an_answer_is_asked_for_where_one_of_the_letters_asks(first: bool, second: bool, asks: bool) -> None:
    left = changes.leaving(INVITED, [request(asks=first), request(asks=second)], tells_texts=True)
    assert left is not None
    assert left.facts["asks"] is asks


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ({"place": "本部"}, {"place": "本部"}, []),
        ({"place": "本部"}, {"place": ""}, ["・場所：本部 → 未定"]),
        ({"online_url": ""}, {"online_url": "https://a.example"}, ["・オンライン：なし → https://a.example"]),
        ({"expected_count": "60人"}, {"expected_count": "80人"}, ["・予定人数：60人 → 80人"]),
        ({"objectives": ["・通報", "・復旧"]}, {"objectives": ["・通報"]}, ["・目標：通報、復旧 → 通報"]),
        ({"purpose": "あ" * 100}, {"purpose": "い" * 100}, ["・目的：下のとおり改めました"]),
        ({}, {"purpose": "備え"}, []),
        ({"purpose": "備え"}, {}, []),
        ({"place": "本部", "when": "昼"}, {"place": "講堂", "when": "夜"}, ["・日時：昼 → 夜", "・場所：本部 → 講堂"]),
    ],
)
def test_only_what_has_changed_is_shown_before_and_after(before: Any, now: Any, shown: list[str]) -> None:
    left = changes.leaving(Told(Method.REQUEST, 0, knows=True, said=before), [request(**now)], tells_texts=True)
    assert left is not None
    assert left.changed == shown


def test_a_cancellation_and_whoever_hears_first_show_no_before() -> None:
    for before, waiting in ((INVITED, cancel(place="講堂")), (STRANGER, request("drill-invitation", place="講堂"))):
        left = changes.leaving(before, [waiting], tells_texts=True)
        assert left is not None
        assert left.changed == []
