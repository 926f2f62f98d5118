"""差替えと取下げ: what was sent never changes; whoever was told it is told what holds instead, or that nothing does."""

from typing import Any

import pytest

from domain import merging, notices, walls
from domain.audience import AudienceCriteria
from domain.encounters import EncounterTheme
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.notices import AddressedBecause, Notice, NoticeRecipient, NoticeStatus
from domain.organizations import Organization
from domain.outbox import Letter
from domain.walls import DESK, GUEST, Wall
from tests import make
from tests.domain.notices.telling import DAY, drafted, partner, recipient, sent
from tests.make import Town


async def left(notice: Notice) -> None:
    """All its letters have left."""
    keys = [notices.key_of(one.id) for one in await NoticeRecipient.filter(notice_id=notice.id)]
    await Letter.filter(key__in=keys).update(sent_at=notice.sent_at)


def test_whoever_was_told_the_first_is_told_that_it_is_taken_back_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        told, late = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        notice = await sent(town.officer, told, late)
        await Letter.filter(key=notices.key_of((await recipient(notice, told)).id)).update(sent_at=town.officer.now)
        taken = await notices.withdraw(town.officer, notice.id, reason="対象の製品に誤りがあったため")
        assert (taken.status, taken.ended_at) == (NoticeStatus.WITHDRAWN, town.officer.now)
        word = await Notice.get(replaces_id=notice.id)
        assert (word.is_withdrawal, word.status, word.title) == (True, NoticeStatus.SENDING, f"取下げ：{notice.title}")
        assert [one.organization_id for one in await NoticeRecipient.filter(notice_id=word.id)] == [
            told.organization_id
        ]
        letter = await Letter.get(kind="notice-withdrawn")
        assert letter.to_address == "megumi@partner.example"
        assert await notices.settle(town.officer.now) == 1, "what waited still does not leave any more"
        assert (await Letter.get(key=notices.key_of((await recipient(notice, late)).id))).spared_at is not None

    play(story)


def test_what_is_taken_back_is_neither_said_to_be_known_nor_called_about_nor_taken_back_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await sent(town.officer, contact)
        await left(notice)
        with pytest.raises(Invalid):
            await notices.withdraw(town.officer, notice.id, reason=" ")
        with pytest.raises(Invalid):
            await notices.withdraw(town.officer, notice.id, reason="203.0.113.7 は誤り")
        with pytest.raises(NotFound):
            await notices.withdraw(town.other_officer, notice.id, reason="誤り")
        assert (await Notice.get()).status is NoticeStatus.SENDING
        await notices.withdraw(town.officer, notice.id, reason="誤り")
        told = await recipient(notice, contact)
        with pytest.raises(WrongState):
            await notices.acknowledge_by_link(town.officer.now, told.id)
        with pytest.raises(WrongState):
            await notices.withdraw(town.officer, notice.id, reason="誤り")
        word = await Notice.get(is_withdrawal=True)
        with pytest.raises(WrongState):
            await notices.withdraw(town.officer, word.id, reason="誤り")
        assert await notices.follow_up(town.officer.now + 4 * DAY) == 0

    play(story)


def test_who_knew_by_telephone_alone_is_to_be_called_again(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer, mail="")
        notice = await sent(town.officer, contact)
        await notices.note_call(town.officer, (await recipient(notice, contact)).id, result=notices.CallResult.REACHED)
        await notices.withdraw(town.officer, notice.id, reason="誤り")
        word = await Notice.get(is_withdrawal=True)
        assert (await recipient(word, contact)).escalated_at == town.officer.now
        assert notices.is_to_call(await recipient(word, contact), word)

    play(story)


def test_another_notice_takes_its_place_and_goes_to_whoever_was_told_the_first_too(play: Any) -> None:
    async def story(town: Town) -> None:
        first, second = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        notice = await sent(town.officer, first)
        await left(notice)
        better = await drafted(town.officer, second, replaces_id=notice.id, title="（訂正）手口に関する注意喚起")
        because = {one.name: one.because for one in (await notices.addressees(town.officer, better.id)).shown}
        assert because["架空電力株式会社"] == [AddressedBecause.REPLACED]
        assert (await Notice.get(id=notice.id)).status is NoticeStatus.SENDING, "until the other has left"
        await notices.send(town.officer, better.id, bodies=2)
        assert (await Notice.get(id=notice.id)).status is NoticeStatus.REPLACED
        letter = await Letter.get(key=notices.key_of((await recipient(better, first)).id))
        assert letter.facts["replaced"] == notice.title
        with pytest.raises(WrongState):
            await drafted(town.officer, second, replaces_id=notice.id)
        assert await Notice.all().count() == 2

    play(story)


def test_what_takes_the_place_of_another_does_not_go_to_whom_it_excludes_though_told_the_first(play: Any) -> None:
    async def story(town: Town) -> None:
        told, spared = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        notice = await sent(town.officer, told, spared)
        await left(notice)
        criteria = AudienceCriteria(organization_ids=[told.organization_id], excluded_ids=[spared.organization_id])
        better = await drafted(town.officer, criteria=criteria, replaces_id=notice.id)
        assert [one.name for one in (await notices.addressees(town.officer, better.id)).shown] == ["架空電力株式会社"]
        with pytest.raises(Conflict):
            await notices.send(town.officer, better.id, bodies=2)
        assert (await Notice.get(id=notice.id)).status is NoticeStatus.SENDING
        await notices.send(town.officer, better.id, bodies=1)
        [line] = await NoticeRecipient.filter(notice_id=better.id)
        assert line.organization_id == told.organization_id

    play(story)


def test_two_bodies_that_turn_out_to_be_one_keep_what_each_was_told(play: Any) -> None:
    async def story(town: Town) -> None:
        kept, gone = await partner(town.officer), await partner(town.officer, "架空電力ホールディングス")
        both, one = await sent(town.officer, kept, gone), await sent(town.officer, gone)
        body = await Organization.get(id=gone.organization_id)
        await merging.merge(town.hq, body.id, version=body.version, kept_id=kept.organization_id, reason="同じ会社")
        assert await NoticeRecipient.filter(notice_id=both.id, organization_id=body.id).count() == 1
        moved = await NoticeRecipient.get(notice_id=one.id)
        assert moved.organization_id == kept.organization_id

    play(story)


def test_the_second_wall_shows_a_guest_what_their_body_was_told_and_nothing_else(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        both = await sent(town.officer, mine, other)
        await sent(town.officer, other, theme=EncounterTheme.ECONOMIC_SECURITY)
        await drafted(town.officer, mine)
        await notices.set_rule(town.hq, reviewed_from=notices.NoticeSeverity.URGENT)
        me = make.outsider(town.officer, make.Role.PARTNER, mine)
        async with walls.alone_behind(walls.for_reading(me)):
            assert [one.id for one in await Notice.all()] == [both.id]
            assert [one.organization_id for one in await NoticeRecipient.all()] == [mine.organization_id]
            assert not await notices.NoticeRule.exists()
        for wall in (Wall(GUEST), Wall(DESK)):
            async with walls.alone_behind(wall):
                assert not await Notice.exists()
                assert not await NoticeRecipient.exists()

    play(story)
