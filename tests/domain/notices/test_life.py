"""お知らせ from the draft to whoever knows: who may write, who reads it second, to whom it goes, and who says so."""

from typing import Any

import pytest

from domain import notices, organizations
from domain.audience import AudienceCriteria
from domain.encounters import EncounterTheme
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.notices import (
    AcknowledgementWay,
    AddressedBecause,
    CallResult,
    Notice,
    NoticeHandling,
    NoticeRecipient,
    NoticeRule,
    NoticeSeverity,
    NoticeStatus,
    Tlp,
)
from domain.organizations import ContactRole, OrganizationKind
from domain.outbox import Letter
from tests import make
from tests.domain.notices.telling import DAY, drafted, partner, recipient, reviewed, sent
from tests.make import Town

WARNING = NoticeSeverity.WARNING


def test_a_notice_goes_from_the_draft_to_who_knows(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await drafted(town.officer, contact)
        assert notice.status is NoticeStatus.DRAFT
        assert not await Letter.filter(kind="notice").exists(), "nobody is told yet"
        notice = await notices.send(town.officer, notice.id, bodies=1)
        assert (notice.status, notice.sent_at) == (NoticeStatus.SENDING, town.officer.now)
        told = await recipient(notice, contact)
        assert (told.contact_id, told.role, told.escalated_at) == (contact.id, ContactRole.WORKING, None)
        letter = await Letter.get(key=notices.key_of(told.id))
        assert (letter.kind, letter.to_address) == ("notice", "megumi@partner.example")
        assert letter.facts["text"] == notice.text.splitlines()
        await notices.follow_up(town.officer.now)
        assert (await Notice.get()).status is NoticeStatus.SENDING, "its letter waits still"
        await Letter.all().update(sent_at=town.officer.now)
        await notices.follow_up(town.officer.now)
        assert (await Notice.get()).status is NoticeStatus.SENT
        known = await notices.acknowledge_by_link(town.officer.now, told.id)
        assert (known.acknowledged_at, known.acknowledged_how) == (town.officer.now, AcknowledgementWay.LINK)
        assert known.acknowledged_by_id == contact.person_id

    play(story)


def test_from_a_severity_on_nothing_leaves_that_its_author_alone_has_read(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await drafted(town.officer, contact, severity=WARNING)
        with pytest.raises(WrongState, match="点検を受けて"):
            await notices.send(town.officer, notice.id)
        await notices.submit(town.officer, notice.id)
        with pytest.raises(NotAllowed, match="別の人"):
            await notices.approve(town.officer, notice.id)
        assert not await NoticeRecipient.exists()
        notice = await notices.approve(town.hq, notice.id)
        assert (notice.status, notice.reviewed_by_id) == (NoticeStatus.APPROVED, town.hq.person_id)
        notice = await notices.send(town.officer, notice.id)
        assert notice.status is NoticeStatus.SENDING

    play(story)


def test_whoever_has_corrected_it_is_an_author_too(play: Any) -> None:
    async def story(town: Town) -> None:
        notice = await drafted(town.officer, await partner(town.officer), severity=WARNING)
        await notices.correct(town.hq, notice.id, version=notice.version, title="偽サイトに関する注意喚起")
        await notices.submit(town.officer, notice.id)
        with pytest.raises(NotAllowed):
            await notices.approve(town.hq, notice.id)
        assert (await Notice.get()).status is NoticeStatus.IN_REVIEW

    play(story)


def test_headquarters_says_from_which_severity_on_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        with pytest.raises(NotAllowed):
            await notices.set_rule(town.officer, reviewed_from=NoticeSeverity.URGENT)
        assert not await NoticeRule.exists()
        await notices.set_rule(town.hq, reviewed_from=NoticeSeverity.URGENT)
        assert (await sent(town.officer, contact, severity=WARNING)).status is NoticeStatus.SENDING
        await notices.set_rule(town.hq, reviewed_from=NoticeSeverity.INFORMATION)
        with pytest.raises(WrongState):
            await sent(town.officer, contact, severity=NoticeSeverity.INFORMATION)

    play(story)


def test_what_is_sent_back_is_read_again_however_far_it_had_come(play: Any) -> None:
    async def story(town: Town) -> None:
        notice = await reviewed(town, await partner(town.officer), severity=WARNING)
        with pytest.raises(WrongState):
            await notices.correct(town.officer, notice.id, version=notice.version, title="別の件名")
        back = await notices.send_back(town.hq, notice.id, reason="期限が短い")
        assert (back.status, back.reviewed_by_id) == (NoticeStatus.DRAFT, None)
        with pytest.raises(WrongState):
            await notices.send(town.officer, notice.id)
        assert not await NoticeRecipient.exists()

    play(story)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"text": "接続先は 203.0.113.7 です。"}, "text"),
        ({"text": "hxxps://evil.example を遮断してください。"}, "text"),
        ({"text": f"ハッシュ値は {'0a' * 32} です。"}, "text"),
        ({"title": "login[.]example への対応"}, "title"),
        ({"handling": NoticeHandling.OPEN, "tlp": Tlp.AMBER}, "tlp"),
        ({"valid_until": -1}, "valid_until"),
        ({"valid_until": 400}, "valid_until"),
        ({"acknowledge_by": -1}, "acknowledge_by"),
        ({"acknowledge_by": 31}, "acknowledge_by"),
    ],
)
def test_what_is_no_notice_is_refused_and_nothing_is_written(play: Any, facts: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        me = town.officer
        bases = {"valid_until": me.today, "acknowledge_by": me.now}
        told = {name: bases[name] + days * DAY if name in bases else days for name, days in facts.items()}
        contact = await partner(me)
        with pytest.raises(Invalid) as refused:
            await drafted(me, contact, **told)
        assert refused.value.field == field
        assert not await Notice.exists()

    play(story)


def test_a_version_of_a_program_is_no_indicator(play: Any) -> None:
    async def story(town: Town) -> None:
        text = "ブラウザーを 131.0.6778.85 以降に、機器を 7.4.8 以降に更新してください。"
        assert (await drafted(town.officer, await partner(town.officer), text=text)).text == text

    play(story)


def test_a_station_writes_to_its_own_bodies_and_headquarters_to_the_prefectures(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.other_officer, "例示銀行株式会社")
        with pytest.raises(NotFound):
            await drafted(town.officer, mine, other)
        kinds = AudienceCriteria(kinds=[OrganizationKind.COMPANY])
        of_station = await sent(town.officer, criteria=kinds)
        assert [one.organization_id for one in await NoticeRecipient.filter(notice_id=of_station.id)] == [
            mine.organization_id
        ]
        for_station = await sent(town.hq, criteria=kinds, unit_id=town.other_station.id)
        assert [one.organization_id for one in await NoticeRecipient.filter(notice_id=for_station.id)] == [
            other.organization_id
        ]
        everywhere = await sent(town.hq, criteria=kinds)
        assert await NoticeRecipient.filter(notice_id=everywhere.id).count() == 2

    play(story)


def test_before_it_is_sent_it_is_shown_to_whom_it_would_go_and_why(play: Any) -> None:
    async def story(town: Town) -> None:
        chosen = await partner(town.officer)
        nobody = await make.company(town.officer, "例示倉庫株式会社")
        gone = await partner(town.officer, "例示証券株式会社")
        criteria = AudienceCriteria(
            kinds=[OrganizationKind.COMPANY],
            organization_ids=[chosen.organization_id],
            excluded_ids=[gone.organization_id],
        )
        notice = await drafted(town.officer, criteria=criteria)
        found = await notices.addressees(town.officer, notice.id)
        assert (found.bodies, found.by_letter, found.to_call) == (2, 1, 1)
        because = {one.name: list(one.because) for one in found.shown}
        by_kind = AddressedBecause.KIND
        assert because == {"架空電力株式会社": [by_kind, AddressedBecause.CHOSEN], nobody.name: [by_kind]}
        with pytest.raises(Conflict) as refused:
            await notices.send(town.officer, notice.id, bodies=3)
        assert refused.value.field == "bodies"
        with pytest.raises(NotFound):
            await notices.addressees(town.other_officer, notice.id)
        assert not await NoticeRecipient.exists()

    play(story)


def test_of_a_body_the_contact_is_written_to_whose_role_comes_first_and_who_has_an_address(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        day = await make.contact(town.officer, body, mail_address="")
        night = await make.contact(town.officer, body, role=ContactRole.EMERGENCY, mail_address="night@partner.example")
        first = await sent(town.officer, day)
        assert (await recipient(first, day)).contact_id == night.id, "the first of the roles has no address"
        chief = await make.contact(town.officer, body, role=ContactRole.REPRESENTATIVE)
        second = await sent(town.officer, day)
        assert (await recipient(second, day)).contact_id == chief.id

    play(story)


def test_who_cannot_be_written_to_is_to_be_called_at_once_and_a_call_that_reaches_them_settles_it(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer, mail="")
        with pytest.raises(Incomplete) as refused:
            await sent(town.officer, contact, acknowledge_by=None)
        assert refused.value.field == "acknowledge_by"
        notice = await sent(town.officer, contact)
        told = await recipient(notice, contact)
        assert (told.is_written_to, told.escalated_at) == (False, town.officer.now)
        assert not await Letter.filter(kind="notice").exists()
        missed = await notices.note_call(town.officer, told.id, result=CallResult.NOT_REACHED, remark="不在")
        assert (missed.calls, missed.acknowledged_at) == (1, None)
        later = make.at(town.officer, town.officer.now + DAY)
        reached = await notices.note_call(later, told.id, result=CallResult.REACHED)
        assert (reached.calls, reached.acknowledged_how) == (2, AcknowledgementWay.CALL)
        with pytest.raises(WrongState):
            await notices.note_call(later, told.id, result=CallResult.REACHED)
        assert (await recipient(notice, contact)).calls == 2

    play(story)


def test_who_has_not_said_so_in_time_is_to_be_called_though_the_page_was_fetched(play: Any) -> None:
    async def story(town: Town) -> None:
        known, silent = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        notice = await sent(town.officer, known, silent)
        for one in (known, silent):
            await notices.note_opened(town.officer.now, (await recipient(notice, one)).id)
        await notices.acknowledge_by_link(town.officer.now, (await recipient(notice, known)).id)
        assert await notices.follow_up(town.officer.now + 2 * DAY) == 0
        late = town.officer.now + 3 * DAY
        assert await notices.follow_up(late) == 1
        assert await notices.follow_up(late) == 0, "once is enough"
        assert (await recipient(notice, silent)).escalated_at == late
        assert (await recipient(notice, known)).escalated_at is None
        assert (await recipient(notice, silent)).acknowledged_at is None

    play(story)


def test_whose_letter_came_back_is_to_be_called_before_the_time_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await sent(town.officer, contact)
        await Letter.filter(kind="notice").update(sent_at=town.officer.now, returned_at=town.officer.now)
        assert await notices.follow_up(town.officer.now) == 1
        assert (await recipient(notice, contact)).escalated_at == town.officer.now

    play(story)


def test_words_that_may_not_be_passed_on_do_not_stand_in_a_mail(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        for tlp, title, has_text in (
            (Tlp.CLEAR, True, True),
            (Tlp.GREEN, True, True),
            (Tlp.AMBER, True, False),
            (Tlp.AMBER_STRICT, True, False),
            (Tlp.RED, False, False),
        ):
            notice = await sent(town.officer, contact, tlp=tlp)
            letter = await Letter.get(key=notices.key_of((await recipient(notice, contact)).id))
            assert (letter.facts["title"] == notice.title, bool(letter.facts["text"])) == (title, has_text), tlp
            assert notice.text not in str(letter.facts)

    play(story)


def test_what_was_said_first_stands_and_only_while_the_contact_is_one(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await sent(town.officer, contact)
        told = await recipient(notice, contact)
        later = town.officer.now + DAY
        await notices.acknowledge_by_link(town.officer.now, told.id)
        assert (await notices.acknowledge_by_link(later, told.id)).acknowledged_at == town.officer.now
        other = await sent(town.officer, contact)
        await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=town.officer.today)
        with pytest.raises(WrongState, match="担当から外れている"):
            await notices.acknowledge_by_link(later, (await recipient(other, contact)).id)
        assert (await recipient(other, contact)).acknowledged_at is None

    play(story)


def test_economic_security_is_for_those_who_look_after_the_body(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.other_officer, "例示銀行株式会社")
        secret = await sent(town.hq, mine, theme=EncounterTheme.ECONOMIC_SECURITY, acknowledge_by=None)
        assert await notices.visible_to(town.officer).count() == 1
        assert await notices.visible_to(town.other_officer).count() == 0
        assert await notices.recipients_visible_to(town.other_officer).count() == 0
        await sent(town.hq, mine, other)
        assert await notices.visible_to(town.other_officer).count() == 1
        told = await notices.recipients_visible_to(town.other_officer)
        assert [one.organization_id for one in told] == [other.organization_id]
        for who in (town.admin, town.statistician):
            assert await notices.visible_to(who).count() == 0
        assert await notices.visible_to(town.hq).filter(id=secret.id).exists()

    play(story)


def test_a_partner_sees_what_it_was_told_and_itself_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.officer, "例示銀行株式会社")
        await drafted(town.officer, mine)
        notice = await sent(town.officer, mine, other)
        me = make.outsider(town.officer, make.Role.PARTNER, mine)
        assert [one.id for one in await notices.visible_to(me)] == [notice.id]
        assert [one.organization_id for one in await notices.recipients_visible_to(me)] == [mine.organization_id]
        known = await notices.acknowledge(me, notice.id)
        assert known.acknowledged_how is AcknowledgementWay.OWN
        assert (await recipient(notice, other)).acknowledged_at is None
        only_theirs = await sent(town.officer, other)
        with pytest.raises(NotFound):
            await notices.acknowledge(me, only_theirs.id)
        entry = await Entry.filter(fact="notice-acknowledged").count()
        assert entry == 1

    play(story)
