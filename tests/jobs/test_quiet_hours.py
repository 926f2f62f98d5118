"""In the night nobody is written to at home, and in the morning only what is still true."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import activities, drills, feeds, quiet, reminders, replies
from domain.activities import Activity
from domain.actor import TOKYO
from domain.calendar import Attendee, PartStat
from domain.gathering import Gathering
from domain.outbox import Letter
from domain.people import Person
from domain.quiet import QuietHours
from jobs import post_letters
from jobs.post import TemporaryFailure
from jobs.post_letters import Desk
from tests import make
from tests.clock import NOW
from tests.jobs.test_post_letters import GUARDIAN, POSTED, TEACHER, Pigeons, desk, with_guardian
from tests.make import Town

NIGHT = NOW + timedelta(hours=13)
"""Ten in the evening in Japan."""
IN_THE_MORNING = NOW + timedelta(hours=22)
VOLUNTEER = "ichiro@volunteer.example"


def sleeping(pigeons: Pigeons) -> Desk:
    return replace(desk(pigeons), quiet=QuietHours(21, 7), gathering=Gathering(timedelta(minutes=3)))


async def asked(town: Town, starts_at: datetime, now: datetime = NIGHT) -> Activity:
    activity = await make.activity(make.at(town.officer, now), starts_at=starts_at)
    volunteer = await make.volunteer(town)
    await Letter.all().delete()
    return await activities.invite(make.at(town.officer, now), activity.id, volunteer_ids=[volunteer.id])


def test_nobody_is_written_to_at_home_in_the_night_and_the_desk_and_partners_are(play: Any) -> None:
    async def story(town: Town) -> None:
        await asked(town, NIGHT + timedelta(days=7))
        await make.invited(make.at(town.officer, NIGHT), await make.drill(make.at(town.officer, NIGHT)))
        pigeons = Pigeons()
        for now in (NIGHT + timedelta(minutes=5), IN_THE_MORNING - timedelta(seconds=1)):
            await post_letters.post_letters(now, sleeping(pigeons))
        assert [one.to_address for one in pigeons.taken] == ["contact1@partner.example"]
        await post_letters.post_letters(IN_THE_MORNING, sleeping(pigeons))
        assert [one.to_address for one in pigeons.taken][1:] == [VOLUNTEER]

    play(story)


def test_what_begins_early_in_the_morning_is_told_in_the_night(play: Any) -> None:
    async def story(town: Town) -> None:
        await asked(town, IN_THE_MORNING + timedelta(hours=2))
        pigeons = Pigeons()
        await post_letters.post_letters(NIGHT + timedelta(minutes=5), sleeping(pigeons))
        assert [one.to_address for one in pigeons.taken] == [VOLUNTEER]

    play(story)


def test_what_is_moved_to_the_early_morning_is_told_in_the_night(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await asked(town, NIGHT + timedelta(days=7))
        soon = {"starts_at": IN_THE_MORNING, "ends_at": IN_THE_MORNING + timedelta(hours=1)}
        await activities.reschedule(make.at(town.officer, NIGHT), activity.id, **soon)
        pigeons = Pigeons()
        await post_letters.post_letters(NIGHT + timedelta(minutes=5), sleeping(pigeons))
        assert [one.to_address for one in pigeons.taken] == [VOLUNTEER]

    play(story)


def test_what_cannot_wait_takes_along_the_older_letter_that_could(play: Any) -> None:
    """Invited to a date in a week while the mail server was busy; moved to half past six in the night."""

    async def story(town: Town) -> None:
        evening, busy, willing = NOW + timedelta(hours=11), Pigeons(raises=TemporaryFailure("451 later")), Pigeons()
        activity = await asked(town, NIGHT + timedelta(days=7), evening)
        await post_letters.post_letters(evening + timedelta(minutes=5), sleeping(busy))
        late = NIGHT - timedelta(minutes=30)
        soon = {"starts_at": IN_THE_MORNING - timedelta(minutes=30), "ends_at": IN_THE_MORNING}
        await activities.reschedule(make.at(town.officer, late), activity.id, **soon)
        for minutes in (5, 6):
            await post_letters.post_letters(late + timedelta(minutes=minutes), sleeping(willing))
        assert len(busy.taken) == 1
        assert [b"20260702T063000" in one.calendar[1] for one in willing.taken if one.calendar] == [False, True]

    play(story)


@pytest.mark.parametrize("hour", [-7.5, 0.5, 5])
@pytest.mark.parametrize("to", [timedelta(days=30), timedelta(hours=6)])
def test_whoever_would_come_in_vain_is_told_in_the_night_that_the_date_has_moved_away(
    play: Any, hour: float, to: timedelta
) -> None:
    async def story(town: Town) -> None:
        starts_at, pigeons = IN_THE_MORNING + timedelta(hours=hour), Pigeons()
        activity = await asked(town, starts_at, NOW)
        later = {"starts_at": starts_at + to, "ends_at": starts_at + to + timedelta(hours=1)}
        await post_letters.post_letters(NOW + timedelta(minutes=5), sleeping(pigeons))
        await activities.reschedule(make.at(town.officer, NIGHT), activity.id, **later)
        await post_letters.post_letters(NIGHT + timedelta(minutes=5), sleeping(pigeons))
        assert len(pigeons.taken) == (1 if hour == 5 else 2)

    play(story)


def test_whoever_was_let_go_in_the_night_and_is_asked_to_another_day_hears_of_that_in_the_morning(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, pigeons, told = await make.drill(town.officer, starts_at=IN_THE_MORNING), Pigeons(), []
        [contact] = await make.invited(town.officer, drill)
        await choose(contact.person_id, 21, 7)
        await post_letters.post_letters(NOW + timedelta(minutes=5), sleeping(pigeons))
        officer, later = make.at(town.officer, NIGHT), IN_THE_MORNING + timedelta(days=9)
        attendee = await Attendee.get(person_id=contact.person_id)
        await drills.uninvite(officer, drill.id, attendee_id=attendee.id)
        await post_letters.post_letters(NIGHT, sleeping(pigeons))
        when = {"starts_at": later, "ends_at": later + timedelta(hours=1)}
        await drills.postpone(officer, drill.id, reason="台風", **when)
        await drills.invite(officer, drill.id, contact_id=contact.id)
        for now in (NIGHT, NIGHT + timedelta(hours=1), IN_THE_MORNING):
            await post_letters.post_letters(now, sleeping(pigeons))
            told.append([one.calendar[0] for one in pigeons.taken if one.calendar])
        before = ["REQUEST", "CANCEL"]
        assert told == [before, before, [*before, "REQUEST"]]

    play(story)


def test_who_sleeps_keeps_nobody_waiting_who_reads_the_same_mailbox(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, body, pigeons = await make.drill(town.officer), await make.company(town.officer), Pigeons()
        for name in ("髙見本", "試﨑"):
            contact = await make.contact(town.officer, body, family_name=name, mail_address="box@partner.example")
            await drills.invite(town.officer, drill.id, contact_id=contact.id)
        await Person.filter(family_name="髙見本").update(quiet_from=18, quiet_to=8)
        for minutes in (5, 6):
            await post_letters.post_letters(NOW + timedelta(minutes=minutes), sleeping(pigeons))
        await drills.call_off(make.at(town.officer, NIGHT), drill.id, reason="台風")
        for minutes in (5, 6):
            await post_letters.post_letters(NIGHT + timedelta(minutes=minutes), sleeping(pigeons))
        told = [one.calendar[0] for one in pigeons.taken if one.calendar]
        assert told == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]

    play(story)


def test_what_was_asked_and_taken_back_in_the_night_wakes_nobody_and_is_never_told(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await asked(town, NIGHT + timedelta(days=7))
        pigeons = Pigeons()
        await post_letters.post_letters(NIGHT + timedelta(hours=1), sleeping(pigeons))
        await activities.cancel(make.at(town.officer, NIGHT + timedelta(hours=2)), activity.id, reason="雨天")
        for now in (NIGHT + timedelta(hours=3), IN_THE_MORNING):
            await post_letters.post_letters(now, sleeping(pigeons))
        assert pigeons.taken == []
        assert await Letter.filter(spared_at=None).count() == 0

    play(story)


def test_in_the_night_too_a_forgotten_password_is_mended(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await Letter.all().delete()
        await feeds.subscribe(make.at(town.officer, NIGHT), person_id=volunteer.person_id)
        pigeons = Pigeons()
        await post_letters.post_letters(NIGHT, sleeping(pigeons))
        assert [one.to_address for one in pigeons.taken] == [VOLUNTEER]

    play(story)


async def choose(person_id: Any, begins: int | None, ends: int | None) -> None:
    await Person.filter(id=person_id).update(quiet_from=begins, quiet_to=ends)


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "until"),
    [
        (21, 7, 20, None),
        (21, 7, 21, 31),
        (21, 7, 0, 7),
        (21, 7, 6, 7),
        (21, 7, 7, None),
        (0, 6, 3, 6),
        (0, 6, 23, None),
        (12, 13, 12, 13),
        (12, 13, 13, None),
        (22, 0, 23, 24),
        (22, 0, 0, None),
    ],
)
def test_quiet_hours_are_those_of_japan_and_may_go_over_midnight(
    play: Any, begins: int, ends: int, hour: int, until: int | None
) -> None:
    async def story(town: Town) -> None:
        volunteer, officer = await make.volunteer(town), town.officer.person_id
        midnight = datetime(2026, 7, 1, tzinfo=TOKYO)
        now = midnight + timedelta(hours=hour, minutes=30 if until else 0)
        end = {} if until is None else {volunteer.person_id: midnight + timedelta(hours=until)}
        assert await quiet.asleep(now, QuietHours(begins, ends), [volunteer.person_id, officer, None]) == end
        await choose(volunteer.person_id, begins, ends)
        for house in (None, QuietHours(hour, (hour + 1) % 24)):
            assert await quiet.asleep(now, house, [volunteer.person_id]) == end

    play(story)


def test_whoever_has_hours_of_their_own_is_written_to_by_these_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        await asked(town, NIGHT + timedelta(days=7))
        [contact] = await make.invited(make.at(town.officer, NIGHT), await make.drill(make.at(town.officer, NIGHT)))
        await Person.filter(mail_address=VOLUNTEER).update(quiet_from=0, quiet_to=5)
        await choose(contact.person_id, 21, 10)
        pigeons, told = Pigeons(), []
        for now in (NIGHT + timedelta(minutes=5), IN_THE_MORNING, IN_THE_MORNING + timedelta(hours=3)):
            await post_letters.post_letters(now, sleeping(pigeons))
            told.append([one.to_address for one in pigeons.taken])
        assert told == [[VOLUNTEER], [VOLUNTEER], [VOLUNTEER, "contact1@partner.example"]]

    play(story)


def test_the_copy_for_a_guardian_waits_with_the_letter_to_the_minor(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await with_guardian(town)
        await choose(minor.person_id, 20, 8)
        await Letter.all().delete()
        activity = await make.activity(make.at(town.officer, NIGHT))
        await activities.invite(make.at(town.officer, NIGHT), activity.id, volunteer_ids=[minor.id])
        pigeons = Pigeons()
        for now in (NIGHT + timedelta(minutes=5), IN_THE_MORNING):
            await post_letters.post_letters(now, sleeping(pigeons))
        assert pigeons.taken == []
        await post_letters.post_letters(IN_THE_MORNING + timedelta(hours=1), sleeping(pigeons))
        assert sorted(one.to_address for one in pigeons.taken) == [VOLUNTEER, GUARDIAN]

    play(story)


def test_a_reminder_that_is_true_no_more_does_not_leave(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await asked(town, NIGHT + timedelta(days=1))
        await activities.confirm(make.at(town.officer, NIGHT), activity.id)
        await Letter.all().delete()
        await reminders.owe_before(NIGHT)
        attendee = await Attendee.get(appointment_id=activity.appointment_id)
        await replies.answer_by_link(NIGHT, attendee.id, partstat=PartStat.DECLINED)
        pigeons = Pigeons()
        await post_letters.post_letters(IN_THE_MORNING, sleeping(pigeons))
        assert [one.subject for one in pigeons.taken if "の予定です" in one.subject] == []
        assert (await Letter.get(kind="reminder-day-before")).spared_at == IN_THE_MORNING

    play(story)


def test_whoever_is_reminded_the_day_after_by_a_busy_server_reads_today(play: Any) -> None:
    async def story(town: Town) -> None:
        activity = await asked(town, NOW + timedelta(hours=25))
        await activities.confirm(town.officer, activity.id)
        await reminders.owe_before(NOW)
        await Letter.exclude(kind="reminder-day-before").delete()
        busy, willing = Pigeons(raises=TemporaryFailure("451 later")), Pigeons()
        await post_letters.post_letters(NOW, desk(busy))
        await post_letters.post_letters(NOW + timedelta(hours=24), desk(willing))
        [first], [second] = busy.taken, willing.taken
        assert "明日の予定です" in first.subject
        assert "本日の予定です" in second.subject
        assert (second.message_id, second.date) == (first.message_id, NOW + timedelta(hours=24))

    play(story)


def test_a_mistake_in_comparing_letters_keeps_no_other_in_the_house(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await make.invited(town.officer, await make.drill(town.officer))
        pigeons = Pigeons()
        mistaken = replace(sleeping(pigeons), gathering=Gathering("a while"))  # type: ignore[arg-type]
        assert (await post_letters.post_letters(NIGHT, mistaken))[POSTED] == 1
        assert [envelope.to_address for envelope in pigeons.taken] == [TEACHER]

    play(story)
    assert any("could not be settled" in record.message for record in caplog.records)
    caplog.clear()
