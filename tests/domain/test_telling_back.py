"""After an answer that did not come from their calendar, the calendar of whoever has answered is told what holds."""

from datetime import timedelta
from typing import Any

import pytest

from domain import drills, gathering, incoming, outbox, replies
from domain.calendar import PartStat
from domain.incoming import IncomingStatus
from domain.outbox import Letter, Method
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, Invitation, invitation
from tests.make import Town

HOUR = timedelta(hours=1)


async def told_back() -> list[tuple[Method | None, str, str, str, int]]:
    """What the calendars were told: to whom, which answer in it and in words, under which SEQUENCE."""
    written = await Letter.filter(kind="answer-received").order_by("id")
    return [(one.method, one.to_address, *_told(one.facts)) for one in written]


def _told(facts: dict[str, Any]) -> tuple[str, str, int]:
    assert facts["asks"] is False
    return facts["partstat"], facts["answer"], facts["sequence"]


def yes(asked: Invitation) -> tuple[Method, str, str, str, int]:
    return Method.REQUEST, ADDRESS, "ACCEPTED", "出席（1人）", asked.date.sequence


def test_an_answer_on_the_page_is_told_to_the_calendar_with_a_newer_stamp(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await replies.answer_by_link(SOON, asked.attendee.id, partstat=PartStat.ACCEPTED)
        assert await told_back() == [yes(asked)]
        first, second = await Letter.filter(appointment_id=asked.date.id).order_by("id")
        assert (first.facts["stamp"], second.facts["stamp"]) == (NOW.isoformat(), SOON.isoformat())
        assert first.facts["sequence"] == second.facts["sequence"]

    play(story)


def test_an_answer_on_the_telephone_is_told_to_the_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await replies.note(make.at(town.officer, SOON), asked.attendee.id, partstat=PartStat.DECLINED)
        assert await told_back() == [(Method.REQUEST, ADDRESS, "DECLINED", "欠席", 0)]

    play(story)


def test_an_answer_that_an_officer_takes_from_another_address_is_told_to_the_calendar(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(sender="private@elsewhere.example")
        await incoming.accept(make.at(town.officer, SOON + HOUR), mail.id)
        assert await told_back() == [yes(asked)]

    play(story)


def test_a_calendar_that_has_answered_itself_is_told_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        assert (await asked.arrives()).status is IncomingStatus.APPLIED
        assert await told_back() == []
        assert await Letter.all().count() == 1

    play(story)


def test_the_same_answer_once_more_is_no_news(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await asked.arrives()
        for hour in (2, 3):
            now = NOW + hour * HOUR
            await replies.answer_by_link(now, asked.attendee.id, partstat=PartStat.ACCEPTED, remark=f"{hour}名です")
        assert await told_back() == []
        await replies.answer_by_link(NOW + 4 * HOUR, asked.attendee.id, partstat=PartStat.TENTATIVE)
        assert [answer for _, _, answer, _, _ in await told_back()] == ["TENTATIVE"]

    play(story)


@pytest.mark.parametrize("partstat", [PartStat.DECLINED, PartStat.TENTATIVE])
def test_of_answers_that_come_both_ways_the_calendar_ends_with_the_one_that_holds(
    play: Any, partstat: PartStat
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await replies.answer_by_link(NOW + 3 * HOUR, asked.attendee.id, partstat=partstat)
        late = await asked.arrives(NOW + 4 * HOUR, stamp=NOW + HOUR)
        assert late.status is IncomingStatus.FILED
        assert (await asked.answer())[0] is partstat
        assert [answer for _, _, answer, _, _ in await told_back()] == [partstat]

    play(story)


def test_of_what_is_refused_no_calendar_hears(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        with pytest.raises(Exception, match="すでに終わって"):
            await replies.answer_by_link(asked.date.ends_at, asked.attendee.id, partstat=PartStat.ACCEPTED)
        assert await told_back() == []

    play(story)


async def given_by_mail(asked: Invitation) -> None:
    await asked.arrives()


async def given_by_telephone(asked: Invitation) -> None:
    await replies.note(make.at(asked.town.officer, SOON), asked.attendee.id, partstat=PartStat.ACCEPTED)


@pytest.mark.parametrize("given", [given_by_mail, given_by_telephone])
def test_a_letter_that_waited_takes_no_answer_back(play: Any, given: Any) -> None:
    """Its new name was told at ten, the answer given at eleven, the letter left after that."""

    async def story(town: Town) -> None:
        asked = await invitation(town)
        await outbox.settle_before(SOON, SOON)
        await drills.correct(town.officer, asked.drill.id, title="第2回共同対処訓練")
        await given(asked)
        await gathering.settle(SOON)
        letter = (await outbox.claim(SOON))[0]
        assert (letter.facts["title"], letter.facts["partstat"]) == ("第2回共同対処訓練", "ACCEPTED")
        assert (await Letter.get(id=letter.id)).facts["partstat"] == "ACCEPTED"

    play(story)


def test_a_letter_that_tells_another_answer_than_at_its_last_attempt_is_dated_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await gathering.settle(NOW)
        [first] = await outbox.claim(NOW)
        await given_by_mail(asked)
        [again] = await outbox.claim(SOON)
        assert (first.id, first.facts["partstat"]) == (again.id, "NEEDS-ACTION")
        assert (again.facts["partstat"], again.stamped_at) == ("ACCEPTED", SOON)

    play(story)
