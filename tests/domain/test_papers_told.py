"""Whoever comes to a date is told that there are papers: once, by day, and only of what there is to be seen."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import documents, drills, outbox, replies, retention
from domain.actor import TOKYO
from domain.calendar import Appointment, Attendee, PartStat
from domain.documents import Document
from domain.drills import Drill
from domain.errors import Conflict
from domain.japanese import from_to
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.clock import NOW
from tests.make import Town

SOON = timedelta(minutes=10)


async def drilled(town: Town, *names: str) -> tuple[Drill, list[Attendee]]:
    """A drill, and who was asked to it; what they were told of it has left."""
    drill = await make.drill(town.officer)
    await make.invited(town.officer, drill, *names)
    await Letter.all().update(sent_at=NOW, gathers=False)
    return drill, await Attendee.filter(appointment_id=drill.appointment_id, person__is_officer=False).order_by("id")


async def told() -> list[Any]:
    """Who is told of papers, letter by letter, as far as it may still leave."""
    letters = Letter.filter(kind="papers-released", spared_at=None)
    return await letters.order_by("id").values_list("person_id", flat=True)


async def papers(town: Town, drill: Drill, *names: str) -> list[Document]:
    at = drill.appointment_id
    return [await make.released(town.officer, at, name=f"{name}.txt", content=name.encode()) for name in names]


def test_of_papers_released_one_after_the_other_one_letter_tells(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        await papers(town, drill, "進行表", "地図", "名簿")
        assert await told() == [guest.person_id]
        [letter] = await outbox.claim(NOW + SOON)
        assert (letter.kind, letter.due_at, letter.method) == ("papers-released", NOW + SOON, None)
        await outbox.mark_sent(NOW + SOON, letter.id)
        await papers(town, drill, "追加")
        assert await told() == [guest.person_id] * 2

    play(story)


def test_who_stays_away_has_nothing_to_read_and_is_told_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [away, guest] = await drilled(town, "甲社", "乙社")
        await replies.note(town.officer, away.id, partstat=PartStat.DECLINED)
        await papers(town, drill, "進行表")
        assert await told() == [guest.person_id]

    play(story)


@pytest.mark.parametrize("what", ["withdrawn", "uninvited", "called off", "declined", "over"])
def test_where_there_is_nothing_left_to_be_seen_the_letter_does_not_leave(play: Any, what: str) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        [paper] = await papers(town, drill, "進行表")
        assert await documents.settle(NOW + SOON) == 0
        if what == "withdrawn":
            await documents.withdraw(town.officer, paper.id)
        elif what == "uninvited":
            await drills.uninvite(town.officer, drill.id, attendee_id=guest.id)
        elif what == "called off":
            await drills.call_off(town.officer, drill.id, reason="台風")
        elif what == "declined":
            await replies.note(town.officer, guest.id, partstat=PartStat.DECLINED)
        at = (await Appointment.get(id=drill.appointment_id)).ends_at if what == "over" else NOW + SOON
        assert await documents.settle(at) == 1
        assert await told() == []

    play(story)


def test_one_of_two_papers_withdrawn_leaves_the_letter_for_the_other(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        first, _ = await papers(town, drill, "進行表", "地図")
        await documents.withdraw(town.officer, first.id)
        assert await documents.settle(NOW + SOON) == 0
        assert await told() == [guest.person_id]

    play(story)


def test_nobody_is_told_of_papers_of_a_date_that_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await drilled(town, "甲社")
        ends_at = (await Appointment.get(id=drill.appointment_id)).ends_at
        await make.released(make.at(town.officer, ends_at), drill.appointment_id)
        assert await told() == []

    play(story)


def test_nobody_is_woken_for_papers(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        await Person.filter(id=guest.person_id).update(quiet_from=8, quiet_to=20)
        await papers(town, drill, "進行表")
        assert await outbox.claim(NOW + SOON) == []
        evening = NOW.astimezone(TOKYO).replace(hour=20, minute=0)
        assert [letter.kind for letter in await outbox.claim(evening)] == ["papers-released"]

    play(story)


def test_a_paper_without_a_period_is_kept_for_a_year_after_its_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await drilled(town)
        paper = await make.document(town.officer, drill.appointment_id)
        ends_at = (await Appointment.get(id=drill.appointment_id)).ends_at
        await retention.draw_up(ends_at - timedelta(minutes=1))
        assert (await Document.get(id=paper.id)).retention_until is None
        await retention.draw_up(ends_at)
        known = await Document.get(id=paper.id)
        assert (known.retention_years, known.retention_until, known.is_over) == (1, date(2028, 3, 31), False)
        await retention.draw_up(ends_at + timedelta(days=700))
        assert (await Document.get(id=paper.id)).is_over

    play(story)


def test_a_date_has_ninety_papers_at_most_with_those_that_were_withdrawn(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await drilled(town)
        for number in range(90):
            paper = await make.document(town.officer, drill.appointment_id, content=b"%PDF-" + bytes([number + 32]))
            await documents.withdraw(town.officer, paper.id)
        with pytest.raises(Conflict, match="90点"):
            await make.document(town.officer, drill.appointment_id)
        assert await Document.all().count() == 90

    play(story)


async def moved(town: Town, drill: Drill, days: int) -> Appointment:
    before = await Appointment.get(id=drill.appointment_id)
    later = {name: getattr(before, name) + timedelta(days=days) for name in ("starts_at", "ends_at")}
    await drills.postpone(town.officer, drill.id, reason="台風", **later)
    return await Appointment.get(id=drill.appointment_id)


def test_of_a_date_that_has_moved_meanwhile_the_letter_says_where_it_is_now(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await drilled(town, "甲社")
        await papers(town, drill, "進行表")
        date = await moved(town, drill, 3)
        [letter] = await outbox.claim(NOW + SOON)
        assert (letter.kind, letter.starts_at, letter.ends_at) == ("papers-released", date.starts_at, date.ends_at)
        assert letter.facts["when"] == from_to(date.starts_at, date.ends_at)

    play(story)


def test_an_end_that_has_moved_on_is_no_reason_to_keep_a_letter_back(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        await papers(town, drill, "進行表")
        over = (await Appointment.get(id=drill.appointment_id)).ends_at
        await outbox.claim(NOW + SOON)
        await moved(town, drill, 3)
        assert await documents.settle(over) == 0
        [letter] = await outbox.claim(over)
        assert (letter.person_id, letter.is_over(over)) == (guest.person_id, False)

    play(story)


def test_whoever_says_yes_again_is_told_of_the_papers_once(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [guest] = await drilled(town, "甲社")
        await papers(town, drill, "進行表")
        await replies.note(town.officer, guest.id, partstat=PartStat.DECLINED)
        assert await documents.settle(NOW) == 1
        await replies.note(town.officer, guest.id, partstat=PartStat.ACCEPTED)
        for _ in range(2):
            assert await documents.settle(NOW + SOON) == 0
            assert await told() == [guest.person_id]

    play(story)


def test_whoever_is_asked_after_the_release_is_told_and_nobody_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [first] = await drilled(town, "甲社")
        await papers(town, drill, "進行表")
        await Letter.filter(kind="papers-released").update(sent_at=NOW + SOON)
        await make.invited(town.officer, drill, "乙社")
        second = await Attendee.filter(appointment_id=drill.appointment_id, person__is_officer=False).latest("id")
        assert await documents.settle(NOW + SOON) == 0
        assert await told() == [first.person_id, second.person_id]
        await Letter.filter(sent_at=None).update(sent_at=NOW + 2 * SOON)
        assert await documents.settle(NOW + 3 * SOON) == 0
        assert await told() == [first.person_id, second.person_id]

    play(story)
