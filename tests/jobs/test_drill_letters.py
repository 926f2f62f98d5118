"""Every letter of a drill as it leaves: complete in words, and a calendar that clients take for the same event."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar

from domain import drills, incoming
from domain.outbox import Letter
from jobs.mail import Envelope
from jobs.post import FilePost
from jobs.post_letters import Desk, envelope
from tests import make
from tests.clock import NOW
from tests.domain.drills.asking import answer, attendee_of
from tests.domain.incoming.arriving import invitation
from tests.exports.judges import complaints
from tests.exports.strict_ical import findings
from tests.make import Town

DESK = Desk(FilePost(Path("unused")), "https://renkei.example", "cyber@police.aohama.example", "k" * 32)


async def posted() -> list[Envelope]:
    return [envelope(NOW, DESK, letter) for letter in await Letter.all().order_by("owed_at", "id")]


async def told(town: Town) -> list[Envelope]:
    """The letters to two firms, one of which is let go before the drill is called off."""
    drill = await make.drill(town.officer, reply_by=date(2026, 7, 15), online_url="https://meet.example/a")
    first, second = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫")
    await answer(town, first)
    await drills.confirm(town.officer, drill.id)
    await drills.correct(town.officer, drill.id, place="見本市民会館")
    await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(second)).id)  # theirs alone: 3
    later = drill.starts_at + timedelta(days=7)
    await drills.postpone(town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3))
    await drills.call_off(town.officer, drill.id, reason="大雨")
    return await posted()


def event_of(letter: Envelope) -> Any:
    assert letter.calendar is not None
    calendar = Calendar.from_ical(letter.calendar[1])
    assert calendar["METHOD"] == letter.calendar[0]
    [event] = calendar.events
    return event


def test_every_letter_of_a_drill_is_complete_and_its_calendar_strict(play: Any) -> None:
    async def story(town: Town) -> None:
        letters = await told(town)
        assert len(letters) == 10
        for letter in letters:
            assert letter.calendar is not None
            assert complaints(letter.calendar[1]) == {}
            assert "$" not in letter.subject + letter.text
        assert "ご回答の期限：令和８年７月15日（水）" in letters[0].text
        assert "理由：台風" in letters[-2].text
        assert "回答の期限" not in letters[-2].text

    play(story)


def test_one_uid_runs_through_them_and_the_sequence_never_falls(play: Any) -> None:
    async def story(town: Town) -> None:
        events = [event_of(letter) for letter in await told(town)]
        assert len({str(event["UID"]) for event in events}) == 1
        assert [event["SEQUENCE"] for event in events] == [0, 0, 0, 1, 1, 2, 2, 3, 3, 4]

    play(story)


def test_each_cancellation_is_newer_than_what_its_recipient_was_told_before(play: Any) -> None:
    async def story(town: Town) -> None:
        told_before: dict[str, int] = {}
        for letter in await told(town):
            assert letter.calendar is not None
            if letter.calendar[0] == "CANCEL":
                assert findings(letter.calendar[1], told_before[letter.to_address]) == []
            told_before[letter.to_address] = int(event_of(letter)["SEQUENCE"])

    play(story)


def test_whoever_is_let_go_does_not_read_that_the_drill_is_off(play: Any) -> None:
    async def story(town: Town) -> None:
        letters = await told(town)
        to_second = [letter for letter in letters if letter.to_address == "contact2@partner.example"]
        assert event_of(to_second[-1]).get("STATUS") is None
        assert "中止" not in to_second[-1].text
        assert event_of(letters[-1])["STATUS"] == "CANCELLED"

    play(story)


def test_no_letter_tells_the_scenario_or_who_else_is_invited(play: Any) -> None:
    async def story(town: Town) -> None:
        for letter in await told(town):
            assert letter.calendar is not None
            whole = letter.subject + letter.text + letter.html + letter.calendar[1].decode()
            others = {"contact1@partner.example", "contact2@partner.example"} - {letter.to_address}
            assert [secret for secret in (*others, "身代金", "架空電力", "見本信用金庫") if secret in whole] == []

    play(story)


def test_an_answer_is_told_back_to_the_calendar_without_asking_for_another(play: Any) -> None:
    async def story(town: Town) -> None:
        [letter] = [letter for letter in await told(town) if "ご回答を承りました" in letter.subject]
        [attendee] = [event_of(letter)["ATTENDEE"]]
        assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
        assert "ご回答：出席（1人）\n" in letter.text

    play(story)


def test_whoever_proposed_another_date_in_vain_gets_a_refusal_that_every_judge_takes(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        then = NOW + timedelta(days=40)
        mail = await asked.arrives(NOW, method="COUNTER", proposed=(then, then + timedelta(hours=2)))
        await incoming.decline_counter(town.officer, mail.id, reason="会場の都合")
        _, letter = await posted()
        assert letter.calendar is not None
        assert (letter.calendar[0], str(event_of(letter)["UID"])) == ("DECLINECOUNTER", asked.date.uid)
        assert complaints(letter.calendar[1]) == {}
        assert "理由：会場の都合" in letter.text

    play(story)


def test_whoever_was_not_invited_gets_a_cancellation_that_every_judge_takes(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, crasher = await invitation(town), "crasher@elsewhere.example"
        mail = await asked.arrives(NOW, sender=crasher, attendee=crasher)
        await incoming.refuse_uninvited(town.officer, mail.id)
        _, letter = await posted()
        assert letter.calendar is not None
        assert findings(letter.calendar[1], asked.date.sequence) == []
        assert complaints(letter.calendar[1]) == {}
        assert event_of(letter)["ATTENDEE"] == f"mailto:{crasher}"
        assert "大会議室" not in letter.text + letter.calendar[1].decode()

    play(story)
