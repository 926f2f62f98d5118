"""A letter that came back is marked with why, whoever asked its reader is told, and no letter of that goes round."""

from typing import Any

import pytest

from domain import drills, gathering, incoming, replies
from domain.calendar import PartStat
from domain.incoming import IncomingKind, IncomingMail, IncomingStatus, Told
from domain.outbox import Letter
from tests import make
from tests.domain.incoming.arriving import ADDRESS, SOON, invitation
from tests.make import Town

OFFICER, STATION = "hanako@police.aohama.example", "station1@police.aohama.example"


async def comes_back(letter: Letter, digest: str = "bounce", code: str = "5.1.1") -> IncomingMail:
    told = Told(digest, SOON, is_automatic=True, returned=letter.id, returned_code=code)
    mail = await incoming.take_in(SOON, told)
    assert mail is not None
    assert (mail.kind, mail.status) == (IncomingKind.BOUNCE, IncomingStatus.WAITING)
    return mail


async def told() -> list[tuple[str, str]]:
    return [(one.to_address, one.facts["reason"]) for one in await Letter.filter(kind="letter-returned").order_by("id")]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("5.1.1", "宛先のアドレスが見つかりません（5.1.1）"),
        ("5.2.2", "宛先のメールボックスが受け取れる状態ではありません（5.2.2）"),
        ("5.0.0", "届けられませんでした（5.0.0）"),
        ("", "届けられませんでした"),
    ],
)
def test_an_invitation_that_came_back_is_marked_and_the_officer_who_invited_is_told_why(
    play: Any, code: str, reason: str
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await comes_back(await asked.letter(), code=code)
        marked = await asked.letter()
        assert (marked.returned_at, marked.returned_code) == (SOON, code)
        assert await told() == [(OFFICER, reason)]
        assert await asked.answer() == (PartStat.NEEDS_ACTION, "")

    play(story)


def test_a_letter_that_came_back_twice_is_told_once_and_marked_as_of_the_first(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await comes_back(await asked.letter())
        await comes_back(await asked.letter(), "bounce again", "5.7.1")
        assert (await asked.letter()).returned_code == "5.1.1"
        assert len(await told()) == 1

    play(story)


def test_where_the_officer_has_moved_on_their_unit_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await type(town.station).filter(id=town.station.id).update(mail_address=STATION)
        person = await asked.attendee.person
        await type(person).filter(id=town.officer.person_id).update(retired_on=town.officer.today)
        await comes_back(await asked.letter())
        assert [to for to, _ in await told()] == [STATION]

    play(story)


def test_a_letter_about_no_date_is_told_to_the_unit_that_wrote_it(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        letter = await Letter.create(
            key="notice",
            kind="agreement-expiring",
            unit_id=town.station.id,
            person_id=contact.person_id,
            to_name="例塚 恵",
            to_address=ADDRESS,
            facts={},
            owed_at=SOON,
            due_at=SOON,
        )
        await comes_back(letter)
        assert [to for to, _ in await told()] == [STATION]

    play(story)


def test_no_letter_is_written_of_one_that_told_of_another_or_was_the_units_own(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await comes_back(await asked.letter())
        await comes_back(await Letter.get(kind="letter-returned"), "bounced notice")
        own = await Letter.create(
            key="own",
            kind="journal-head",
            unit_id=town.station.id,
            to_name="署",
            to_address=STATION,
            facts={},
            owed_at=SOON,
            due_at=SOON,
        )
        await comes_back(own, "bounced own")
        assert len(await told()) == 1
        assert await Letter.filter(returned_at=SOON).count() == 3

    play(story)


def test_whose_invitation_came_back_gets_no_cancellation_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await gathering.settle(SOON)
        await comes_back(await asked.letter())
        await drills.call_off(make.at(town.officer, SOON), asked.drill.id, reason="荒天のため")
        await gathering.settle(SOON)
        assert (await Letter.get(kind="drill-cancelled")).spared_at == SOON

    play(story)


def test_who_has_answered_is_told_that_it_is_off_though_a_letter_came_back(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await gathering.settle(SOON)
        letter = await asked.letter()
        await replies.answer_by_link(SOON, asked.attendee.id, partstat=PartStat.ACCEPTED)
        await comes_back(letter)
        await drills.call_off(make.at(town.officer, SOON), asked.drill.id, reason="荒天のため")
        await gathering.settle(SOON)
        assert (await Letter.get(kind="drill-cancelled")).spared_at is None

    play(story)
