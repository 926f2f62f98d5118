"""Every letter of a council's meeting as it leaves: complete in words, with a calendar that is taken for one event."""

from datetime import date, timedelta
from typing import Any

from domain import meetings
from domain.calendar import Attendee
from jobs.mail import Envelope
from tests.domain.meetings.test_meetings import BODIES, table
from tests.exports.judges import complaints
from tests.jobs.test_drill_letters import event_of, posted
from tests.make import Town


async def told(town: Town) -> list[Envelope]:
    """The letters to three bodies, one of which is let go before the meeting is moved and then called off."""
    it = await table(town, reply_by=date(2026, 7, 10))
    await meetings.invite_members(town.officer, it.meeting.id)
    await meetings.correct(town.officer, it.meeting.id, agenda=["予算"], reply_by=date(2026, 7, 10))
    [third] = await Attendee.filter(person_id=it.contacts[2].person_id)
    await meetings.uninvite(town.officer, it.meeting.id, attendee_id=third.id)
    dates = {name: getattr(await third.appointment, name) + timedelta(days=7) for name in ("starts_at", "ends_at")}
    await meetings.postpone(town.officer, it.meeting.id, reason="会場の都合", **dates)
    await meetings.cancel(town.officer, it.meeting.id, reason="荒天")
    return await posted()


def test_every_letter_is_complete_its_calendar_strict_and_of_one_uid(play: Any) -> None:
    async def story(town: Town) -> None:
        letters = await told(town)
        assert len(letters) == 3 + 3 + 1 + 2 + 2
        for letter in letters:
            assert letter.calendar is not None
            assert complaints(letter.calendar[1]) == {}
            assert "$" not in letter.subject + letter.text
        assert len({str(event_of(letter)["UID"]) for letter in letters}) == 1
        assert [letter.calendar[0] for letter in letters if letter.calendar] == [
            *["REQUEST"] * 6,
            "CANCEL",
            *["REQUEST"] * 2,
            *["CANCEL"] * 2,
        ]
        assert "ご回答の期限：令和８年７月10日（金）" in letters[0].text
        assert "協議会：見本サイバーセキュリティ協議会" in letters[0].text
        assert "理由：会場の都合" in letters[7].text

    play(story)


def test_no_letter_tells_who_else_is_a_member(play: Any) -> None:
    async def story(town: Town) -> None:
        for letter in await told(town):
            assert letter.calendar is not None
            whole = letter.subject + letter.text + letter.html + letter.calendar[1].decode()
            assert [name for name in BODIES if name in whole] == []

    play(story)
