"""What is called to mind: before a date, while somebody has not answered, and until it is reported; once for each date,
and never what is true no more."""

from datetime import timedelta
from typing import Any

import pytest

from domain import calendar, drills, lectures, outbox, people, reminders, replies
from domain.actor import Actor, Bearer
from domain.calendar import Appointment, AppointmentKind, Attendee, PartStat
from domain.errors import Invalid
from domain.japanese import from_to
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.domain.lectures.giving import HEARD
from tests.domain.test_invitations import HOUR, TOMORROW, date, guest
from tests.make import Town
from tests.statements import spoken

DAY = timedelta(days=1)


async def remind(now: Any = NOW) -> list[str]:
    await reminders.owe_before(now)
    return [letter.to_address for letter in await Letter.filter(kind="reminder-day-before").order_by("to_address")]


def test_whoever_has_not_declined_is_reminded_on_the_eve_once(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        for name, answer in (
            ("a", PartStat.ACCEPTED),
            ("b", PartStat.DECLINED),
            ("c", PartStat.TENTATIVE),
            ("d", None),
        ):
            asked = await guest(town, one, name)
            if answer:
                await replies.answer_by_link(NOW, asked.id, partstat=answer)
        told = ["a@partner.example", "c@partner.example", "d@partner.example"]
        assert await remind() == told
        assert await remind(NOW + timedelta(hours=3)) == told

    play(story)


def test_a_reminder_carries_the_link_to_answer_but_no_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        asked = await guest(town, one, "a")
        await remind()
        letter = await Letter.get()
        assert (letter.method, letter.facts["attendee_id"]) == (None, str(asked.id))

    play(story)


@pytest.mark.parametrize(
    ("starts_in", "reminded"),
    [
        (-timedelta(minutes=1), False),
        (timedelta(minutes=1), True),
        (timedelta(hours=15), True),
        (timedelta(hours=38, minutes=59), True),
        (timedelta(hours=39), False),
    ],
)
def test_what_begins_until_the_end_of_japans_tomorrow_is_recalled(
    play: Any, starts_in: timedelta, reminded: bool
) -> None:
    """It is nine in the morning in Japan: midnight is 15 hours away."""

    async def story(town: Town) -> None:
        await guest(town, await date(town, NOW + starts_in), "a")
        assert bool(await remind()) is reminded

    play(story)


def test_a_date_that_is_not_firm_or_was_cancelled_is_not_recalled(play: Any) -> None:
    async def story(town: Town) -> None:
        cancelled = await date(town)
        await guest(town, cancelled, "a")
        await calendar.cancel(town.officer, cancelled)
        open_still = await calendar.propose(
            town.officer, AppointmentKind.CEREMONY, town.station, "調整中", TOMORROW, TOMORROW + HOUR
        )
        await guest(town, open_still, "b")
        assert await remind() == []

    play(story)


def test_a_date_that_has_moved_to_another_eve_is_recalled_there_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        await guest(town, one, "a")
        await remind()
        later = timedelta(days=7)
        await calendar.change(town.officer, one, "moved", starts_at=one.starts_at + later, ends_at=one.ends_at + later)
        assert len(await remind(NOW + later)) == 2

    play(story)


async def choosing(attendee: Attendee, days: int) -> None:
    await Person.filter(id=attendee.person_id).update(remind_days=days)


@pytest.mark.parametrize(("days", "mornings"), [(0, []), (1, [4]), (3, [2]), (14, [0])])
def test_everybody_is_reminded_as_many_days_before_as_they_wish_and_once(
    play: Any, days: int, mornings: list[int]
) -> None:
    async def story(town: Town) -> None:
        one = await date(town, NOW + 5 * DAY + HOUR)
        await choosing(await guest(town, one, "a"), days)
        told = [morning for morning in range(5) if await new_letters(reminders.owe_before, NOW + morning * DAY)]
        assert told == mornings

    play(story)


async def new_letters(work: Any, now: Any) -> list[str]:
    """To whom a routine writes that was not written to before."""
    before = set(await Letter.all().values_list("id", flat=True))
    await work(now)
    return [letter.to_address for letter in await Letter.exclude(id__in=before).order_by("to_address")]


def test_who_has_not_answered_is_asked_again_a_week_before_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town, NOW + 10 * DAY)
        for name, answer in (("a", PartStat.ACCEPTED), ("b", PartStat.DECLINED), ("c", PartStat.TENTATIVE)):
            await replies.answer_by_link(NOW, (await guest(town, one, name)).id, partstat=answer)
        await guest(town, one, "d")
        await choosing(await guest(town, one, "e"), 0)
        await choosing(await guest(town, one, "f"), 8)
        assert await new_letters(reminders.owe_unanswered, NOW + 2 * DAY) == []
        assert await new_letters(reminders.owe_unanswered, NOW + 3 * DAY) == ["d@partner.example"]
        assert await new_letters(reminders.owe_unanswered, NOW + 4 * DAY) == []
        letter = await Letter.get(kind="reminder-unanswered")
        assert letter.method is None
        assert "attendee_id" in letter.facts

    play(story)


def test_whoever_was_asked_the_day_before_yesterday_at_the_latest_has_had_time(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town, NOW + 5 * DAY)
        await guest(town, one, "a")
        assert await new_letters(reminders.owe_unanswered, NOW + 2 * DAY - HOUR) == []
        assert await new_letters(reminders.owe_unanswered, NOW + 2 * DAY) == ["a@partner.example"]

    play(story)


def test_a_date_that_moves_is_asked_about_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town, NOW + 5 * DAY)
        await guest(town, one, "a")
        assert await new_letters(reminders.owe_unanswered, NOW + 2 * DAY) == ["a@partner.example"]
        later = {"starts_at": one.starts_at + 7 * DAY, "ends_at": one.ends_at + 7 * DAY}
        await calendar.change(town.officer, one, "moved", **later)
        assert await new_letters(reminders.owe_unanswered, NOW + 6 * DAY) == ["a@partner.example"]

    play(story)


async def moved(town: Town, attendee: Attendee) -> None:
    one = await attendee.appointment
    await calendar.change(town.officer, one, "moved", starts_at=one.starts_at + HOUR, ends_at=one.ends_at + HOUR)


async def called_off(town: Town, attendee: Attendee) -> None:
    await calendar.cancel(town.officer, await attendee.appointment)


async def let_go(town: Town, attendee: Attendee) -> None:
    await calendar.uninvite(town.officer, await attendee.appointment, attendee)


async def declined(town: Town, attendee: Attendee) -> None:
    await replies.answer_by_link(NOW, attendee.id, partstat=PartStat.DECLINED)


async def accepted(town: Town, attendee: Attendee) -> None:
    await replies.answer_by_link(NOW, attendee.id, partstat=PartStat.ACCEPTED)


async def silenced(town: Town, attendee: Attendee) -> None:
    await choosing(attendee, 0)


async def without_a_seat(town: Town, attendee: Attendee) -> None:
    await Attendee.filter(id=attendee.id).update(partstat=PartStat.ACCEPTED, waits=True)


async def declined_while_somebody_who_was_killed_held_it(town: Town, attendee: Attendee) -> None:
    await Letter.all().update(leased_until=NOW + 2 * DAY)
    await declined(town, attendee)


async def nothing_happened(town: Town, attendee: Attendee) -> None:
    """As it was."""


@pytest.mark.parametrize(
    ("happens", "waiting"),
    [
        (moved, []),
        (called_off, []),
        (let_go, []),
        (declined, []),
        (silenced, []),
        (without_a_seat, []),
        (declined_while_somebody_who_was_killed_held_it, []),
        (accepted, ["reminder-day-before"]),
        (nothing_happened, ["reminder-day-before", "reminder-unanswered"]),
    ],
)
def test_a_reminder_that_waits_is_let_go_when_it_is_true_no_more(play: Any, happens: Any, waiting: list[str]) -> None:
    async def story(town: Town) -> None:
        one = await date(town, NOW + 5 * DAY)
        attendee = await guest(town, one, "a")
        await reminders.owe_unanswered(NOW + 2 * DAY)
        await choosing(attendee, 5)
        await reminders.owe_before(NOW + 2 * DAY)
        await happens(town, await Attendee.get(id=attendee.id))
        await reminders.settle(NOW + 2 * DAY)
        still = await Letter.filter(spared_at=None, kind__startswith="reminder-").order_by("kind")
        assert [letter.kind for letter in still] == waiting

    play(story)


async def accepted_after_all(town: Town, attendee: Attendee) -> None:
    await declined(town, attendee)
    await reminders.settle(NOW + 2 * DAY)
    await accepted(town, attendee)


async def moved_and_back(town: Town, attendee: Attendee) -> None:
    await moved(town, attendee)
    await reminders.settle(NOW + 2 * DAY)
    one = await Appointment.get(id=attendee.appointment_id)
    back = {"starts_at": one.starts_at - HOUR, "ends_at": one.ends_at - HOUR}
    await calendar.change(town.officer, one, "moved", **back)


async def let_go_and_asked_again(town: Town, attendee: Attendee) -> None:
    await let_go(town, attendee)
    await reminders.settle(NOW + 2 * DAY)
    one = await Appointment.get(id=attendee.appointment_id)
    await calendar.ask(make.at(town.officer, NOW), one, await attendee.person, attendee.role)


@pytest.mark.parametrize(
    ("happens", "days", "waiting"),
    [
        (accepted_after_all, 5, ["reminder-day-before"]),
        (accepted_after_all, 1, []),
        (moved_and_back, 5, ["reminder-day-before"]),
        (moved_and_back, 1, ["reminder-unanswered"]),
        (let_go_and_asked_again, 5, ["reminder-day-before"]),
        (let_go_and_asked_again, 1, ["reminder-unanswered"]),
    ],
)
def test_a_reminder_that_is_true_again_is_owed_anew_as_the_date_stands_now_and_once(
    play: Any, happens: Any, days: int, waiting: list[str]
) -> None:
    async def story(town: Town) -> None:
        attendee = await guest(town, await date(town, NOW + 5 * DAY), "a")
        await reminders.owe_unanswered(NOW + 2 * DAY)
        await choosing(attendee, days)
        await reminders.owe_before(NOW + 2 * DAY)
        await happens(town, attendee)
        one = await Appointment.get(id=attendee.appointment_id)
        await calendar.change(town.officer, one, "moved", place="講堂")
        for _ in range(2):
            await reminders.settle(NOW + 2 * DAY)
        still = await Letter.filter(spared_at=None, kind__startswith="reminder-").order_by("kind")
        assert [(letter.kind, letter.facts["place"]) for letter in still] == [(kind, "講堂") for kind in waiting]

    play(story)


async def place_changed(one: Appointment, attendee: Attendee) -> None:
    await calendar.change(Bearer(NOW), one, "moved", place="青浜市民会館")


async def renamed(one: Appointment, attendee: Attendee) -> None:
    await calendar.change(Bearer(NOW), one, "moved", title="合同締結式")


async def made_longer(one: Appointment, attendee: Attendee) -> None:
    await calendar.change(Bearer(NOW), one, "moved", ends_at=one.ends_at + HOUR)


async def address_put_right(one: Appointment, attendee: Attendee) -> None:
    await Person.filter(id=attendee.person_id).update(mail_address="right@partner.example")


@pytest.mark.parametrize("happens", [place_changed, renamed, made_longer, address_put_right])
def test_a_reminder_leaves_with_what_stands_then_and_where_they_read_then(play: Any, happens: Any) -> None:
    async def story(town: Town) -> None:
        one = await date(town)
        attendee = await guest(town, one, "a")
        await reminders.owe_before(NOW)
        await happens(one, attendee)
        for count in (1, 0):
            assert await reminders.settle(NOW) == count
        [letter] = await outbox.claim(NOW)
        told = (letter.facts["place"], letter.facts["title"], letter.facts["when"], letter.to_address)
        address = (await Person.get(id=attendee.person_id)).mail_address
        assert told == (one.place, one.title, from_to(one.starts_at, one.ends_at), address)

    play(story)


def test_whoever_wants_fewer_days_is_reminded_by_these(play: Any) -> None:
    async def story(town: Town) -> None:
        attendee = await guest(town, await date(town, NOW + 5 * DAY), "a")
        await choosing(attendee, 5)
        await reminders.owe_before(NOW)
        await choosing(attendee, 1)
        await reminders.settle(NOW)
        assert await outbox.claim(NOW) == []
        await reminders.owe_before(NOW + 4 * DAY)
        await reminders.settle(NOW + 4 * DAY)
        [letter] = await outbox.claim(NOW + 4 * DAY)
        assert letter.kind == "reminder-day-before"

    play(story)


@pytest.mark.parametrize(("days", "asked"), [(0, []), (1, ["a@partner.example"]), (7, ["a@partner.example"])])
def test_of_a_date_that_is_not_firm_whoever_is_silent_is_asked_again_once(
    play: Any, days: int, asked: list[str]
) -> None:
    async def story(town: Town) -> None:
        one = await calendar.propose(
            town.officer, AppointmentKind.CEREMONY, town.station, "締結式", NOW + 20 * DAY, NOW + 20 * DAY + HOUR
        )
        await choosing(await guest(town, one, "a"), days)
        for day in range(20):
            await reminders.owe_unanswered(NOW + day * DAY)
            await reminders.owe_before(NOW + day * DAY)
        assert [letter.to_address for letter in await Letter.filter(kind__startswith="reminder-")] == asked

    play(story)


def test_what_has_left_is_not_called_to_mind_again_by_going_back_and_forth(play: Any) -> None:
    async def story(town: Town) -> None:
        attendee = await guest(town, await date(town), "a")
        await reminders.owe_before(NOW)
        await Letter.all().update(sent_at=NOW)
        await moved_and_back(town, attendee)
        assert await new_letters(reminders.settle, NOW) == []
        assert await new_letters(reminders.owe_before, NOW) == []

    play(story)


def test_whoever_wants_no_reminders_any_more_gets_none_back(play: Any) -> None:
    async def story(town: Town) -> None:
        attendee = await guest(town, await date(town), "a")
        await reminders.owe_before(NOW)
        await declined(town, attendee)
        await reminders.settle(NOW)
        await choosing(attendee, 0)
        await accepted(town, attendee)
        assert await new_letters(reminders.settle, NOW) == []

    play(story)


def test_what_was_not_reported_three_days_after_is_told_to_its_unit_once(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(town.officer, lecture.id)
        await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
        await lectures.confirm(town.officer, lecture.id)
        unmoved = await make.drill(town.officer, starts_at=lecture.starts_at)
        over = lecture.starts_at
        assert await new_letters(reminders.owe_reports, over + 2 * DAY) == []
        assert await new_letters(reminders.owe_reports, over + 3 * DAY) == [town.station.mail_address]
        assert await new_letters(reminders.owe_reports, over + 4 * DAY) == []
        letter = await Letter.get(kind="report-due")
        assert letter.facts["title"] == "見本市立見本小学校 SNSの安全な使い方"
        assert (await drills.Drill.get(id=unmoved.id)).status is drills.DrillStatus.PLANNING

    play(story)


def test_however_many_dates_are_over_they_are_looked_at_together(play: Any) -> None:
    async def story(town: Town) -> list[int]:
        said = []
        for _ in range(2):
            some = [await make.drill(town.officer) for _ in range(3)]
            with spoken() as asked:
                assert await reminders.owe_reports(some[0].starts_at + 4 * DAY) == 0
            said.append(len(asked))
        return said

    three, six = play(story)
    assert three == six > 5


def test_nobody_is_told_of_what_was_reported_or_called_off(play: Any) -> None:
    async def story(town: Town) -> None:
        reported = await make.lecture(town.officer)
        off = await make.drill(town.officer, starts_at=reported.starts_at)
        await drills.call_off(town.officer, off.id, reason="台風")
        await lectures.accept(town.officer, reported.id)
        await lectures.assign(town.officer, reported.id, person_id=town.officer.person_id)
        await lectures.confirm(town.officer, reported.id)
        after = make.at(town.officer, reported.starts_at + HOUR)
        await lectures.deliver(after, reported.id, duration_minutes=50, head_counts=HEARD)
        assert await new_letters(reminders.owe_reports, reported.starts_at + 3 * DAY) == [town.station.mail_address]
        await Letter.filter(kind="report-due").delete()
        await lectures.report(after, reported.id)
        assert await new_letters(reminders.owe_reports, reported.starts_at + 4 * DAY) == []

    play(story)


async def partner(town: Town) -> Actor:
    contact = await make.contact(town.officer, await make.company(town.officer))
    return make.outsider(town.officer, people.Role.PARTNER, contact)


def test_everybody_chooses_for_themselves_how_they_are_reminded(play: Any) -> None:
    async def story(town: Town) -> None:
        guest_actor = await partner(town)
        for actor, days in ((guest_actor, 7), (town.officer, 0)):
            chosen = await people.choose_notices(actor, remind_days=days)
            assert (chosen.id, chosen.remind_days, chosen.wants_digest) == (actor.person_id, days, False)
        await people.choose_notices(town.officer, wants_digest=True)
        officer = await Person.get(id=town.officer.person_id)
        assert (officer.remind_days, officer.wants_digest) == (0, True)

    play(story)


@pytest.mark.parametrize("days", [-1, 15])
def test_no_reminder_is_wanted_weeks_before(play: Any, days: int) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match="14までの日数") as refused:
            await people.choose_notices(town.officer, remind_days=days)
        assert refused.value.field == "remind_days"
        assert (await Person.get(id=town.officer.person_id)).remind_days == 1

    play(story)


def test_everybody_chooses_for_themselves_in_which_hours_they_are_told_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        for actor in (await partner(town), town.officer):
            chosen = await people.choose_notices(actor, quiet_from=20, quiet_to=8)
            assert (chosen.quiet_from, chosen.quiet_to, chosen.remind_days) == (20, 8, 1)
            await people.choose_notices(actor, remind_days=3)
            kept = await Person.get(id=actor.person_id)
            assert (kept.quiet_from, kept.quiet_to) == (20, 8)
            none = await people.choose_notices(actor, quiet_from=0, quiet_to=0)
            assert (none.quiet_from, none.quiet_to, none.remind_days) == (None, None, 3)

    play(story)


@pytest.mark.parametrize(
    ("begins", "ends", "field", "message"),
    [
        (20, None, "quiet_to", "両方"),
        (None, 8, "quiet_from", "両方"),
        (24, 8, "quiet_from", "0から23"),
        (20, -1, "quiet_to", "0から23"),
        (20, 11, "quiet_to", "14時間以内"),
        (8, 7, "quiet_to", "14時間以内"),
    ],
)
def test_quiet_hours_are_whole_and_leave_something_of_the_day(
    play: Any, begins: int | None, ends: int | None, field: str, message: str
) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match=message) as refused:
            await people.choose_notices(town.officer, remind_days=3, quiet_from=begins, quiet_to=ends)
        assert refused.value.field == field
        kept = await Person.get(id=town.officer.person_id)
        assert (kept.quiet_from, kept.quiet_to, kept.remind_days) == (None, None, 1)

    play(story)


def test_a_digest_is_for_liaison_officers_only(play: Any) -> None:
    async def story(town: Town) -> None:
        actor = await partner(town)
        with pytest.raises(Invalid) as refused:
            await people.choose_notices(actor, wants_digest=True, remind_days=3)
        assert refused.value.field == "wants_digest"
        person = await Person.get(id=actor.person_id)
        assert (person.wants_digest, person.remind_days) == (False, 1)

    play(story)
