"""Answers fetched from a real IMAP server: each counts once, whatever is fetched again, and stays where it was."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain import answering, incoming, replies
from domain.answering import AnswerAddressKind
from domain.calendar import AnswerChannel, Attendee, PartStat
from domain.incoming import IncomingDoubt, IncomingMail, IncomingStatus
from jobs.mailbox import MailboxClosed
from jobs.post import FilePost
from jobs.post_letters import Desk
from jobs.take_in_mail import take_in_mail
from tests import make
from tests.api.asking import change
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, invitation
from tests.jobs.mailbox_at_hand import Box
from tests.jobs.replying import GENUINE, bounce, calendar, mail
from tests.make import Town

SOON = NOW + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def desk(box: Box, **over: Any) -> Desk:
    plain = Desk(FilePost(Path("unused")), "https://renkei.example", "desk@police.aohama.example", "k" * 32)
    return replace(plain, mailbox=box.ours(), proves="mx.police.example", **over)


def reply(uid: str, **over: Any) -> bytes:
    return mail(calendar(uid=uid, sequence="0", **over), Authentication_Results=GENUINE, message_id=f"<{id(over)}@x>")


def test_an_answer_in_the_mailbox_is_taken_once_and_stays_there_unread(play: Any, box: Box) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        box.put(reply(asked.date.uid))
        assert await take_in_mail(SOON, desk(box)) == {IncomingStatus.APPLIED: 1}
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)
        assert box.read() == 0
        with box.opened() as other:
            assert len(other.uids("ALL")) == 1

    play(story)


def test_what_a_secretary_answers_is_taken_once_the_desk_has_entered_whose_secretary_they_are(
    play: Any, box: Box
) -> None:
    async def story(town: Town) -> None:
        asked, secretary = await invitation(town), "secretary@partner.example"
        for_them = f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:{secretary}":mailto:{ADDRESS}'
        ics = calendar(uid=asked.date.uid, sequence="0", attendee=for_them)
        sent = [mail(ics, secretary, Authentication_Results=GENUINE, message_id=f"<{n}@x>") for n in range(2)]
        box.put(sent[0])
        assert await take_in_mail(SOON, desk(box)) == {IncomingStatus.WAITING: 1}
        whose = {"personId": f"Person:{asked.attendee.person_id}", "kind": "PROXY", "holder": "試﨑 花子"}
        entered = await change(
            town.officer, "allowAnswerAddress", "answerAddress { kind holder }", mailAddress=secretary, **whose
        )
        answered = {"kind": "PROXY", "holder": "試﨑 花子"}
        assert entered["data"]["allowAnswerAddress"]["answerAddress"] == answered
        box.put(sent[1])
        assert await take_in_mail(SOON + MINUTE, desk(box)) == {IncomingStatus.APPLIED: 1}
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)

    play(story)


def test_what_comes_from_the_houses_own_address_is_nobodys_answer_whose_ever_it_is_entered_as(
    play: Any, box: Box
) -> None:
    async def story(town: Town) -> None:
        asked, house = await invitation(town), "Desk@police.aohama.example"
        whose = {"person_id": asked.attendee.person_id, "kind": AnswerAddressKind.ALIAS}
        await answering.allow(town.officer, mail_address=house, **whose)
        genuine = GENUINE.replace("partner.example", "police.aohama.example")
        ics = calendar(uid=asked.date.uid, sequence="0")
        sent = [mail(ics, house, Authentication_Results=genuine, message_id=f"<{n}@x>") for n in range(2)]
        box.put(sent[0])
        elsewhere = replace(desk(box), mail_from="renkei@police.aohama.example")
        before = await asked.answer()
        assert await take_in_mail(SOON, desk(box)) == {IncomingStatus.WAITING: 1}
        assert (await IncomingMail.get()).doubt is IncomingDoubt.UNPROVEN
        assert await asked.answer() == before
        box.put(
            mail(calendar(uid=asked.date.uid, sequence="0"), house, Authentication_Results=genuine, message_id="<2@x>")
        )
        assert await take_in_mail(SOON, elsewhere) == {IncomingStatus.APPLIED: 1}

    play(story)


def test_a_server_that_forgets_marks_or_a_program_that_was_killed_before_marking_has_no_double_effect(
    play: Any, box: Box
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        box.put(reply(asked.date.uid))
        await take_in_mail(SOON, desk(box))
        await replies.note(make.at(town.officer, SOON), asked.attendee.id, partstat=PartStat.DECLINED)
        assert await take_in_mail(SOON + MINUTE, desk(box)) == {}
        assert await IncomingMail.all().count() == 1
        assert await asked.answer() == (PartStat.DECLINED, AnswerChannel.PHONE)

    play(story)


def test_what_cannot_be_read_keeps_no_answer_behind_it_waiting(play: Any, box: Box) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        letter = await asked.letter()
        strange = [b"From: a@b.example\r\n\r\nhello\r\n", mail(b"BEGIN:VCALENDAR"), bounce(f"<{letter.id}@x.example>")]
        box.put(*strange, reply(asked.date.uid))
        became = await take_in_mail(SOON, desk(box))
        assert became == {IncomingStatus.WAITING: 3, IncomingStatus.APPLIED: 1}
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)

    play(story)


def test_a_mail_over_which_the_program_stumbles_stays_and_the_others_are_taken(
    play: Any, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        box.put(reply("stumble@renkei.example"), reply(asked.date.uid))
        take_in = incoming.take_in

        async def stumbling(now: Any, told: Any) -> Any:
            if told.uid.startswith("stumble"):
                raise RuntimeError(f"over {ADDRESS}")
            return await take_in(now, told)

        with monkeypatch.context() as patched, caplog.at_level(logging.INFO):
            patched.setattr(incoming, "take_in", stumbling)
            assert await take_in_mail(SOON, desk(box)) == {IncomingStatus.APPLIED: 1}
        assert "was not taken in" in caplog.text
        assert ADDRESS not in caplog.text
        caplog.clear()
        assert await take_in_mail(SOON, desk(box)) == {IncomingStatus.WAITING: 1}

    play(story)


def test_however_many_mails_the_program_stumbles_over_the_older_answer_behind_them_is_taken(
    play: Any, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[str] = []

    async def story(town: Town) -> None:
        asked, at_work = await invitation(town), desk(box)
        box.put(reply(asked.date.uid), *[reply(f"stumble-{number}@renkei.example") for number in range(5)])
        take_in = incoming.take_in

        async def stumbling(now: Any, told: Any) -> Any:
            tried.append(told.uid)
            if told.uid.startswith("stumble"):
                raise RuntimeError("over it")
            return await take_in(now, told)

        monkeypatch.setattr("jobs.mailbox.MOST", 3)
        monkeypatch.setattr(incoming, "take_in", stumbling)
        looks = [await take_in_mail(SOON + minute * MINUTE, at_work) for minute in range(4)]
        assert looks == [{}, {IncomingStatus.APPLIED: 1}, {}, {}]
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)
        turns = [uid.split("@")[0].removeprefix("stumble-") for uid in tried if uid != asked.date.uid]
        caplog.clear()
        assert turns == ["4", "3", "2", "1", "0", "4", "3", "2", "1", "0", "4"]

    play(story)


def test_two_clocks_at_one_mailbox_take_each_mail_once(play: Any, box: Box) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        box.put(*[reply(asked.date.uid, stamp=f"20260701T0{n}0000Z") for n in range(1, 4)])
        both = await asyncio.gather(take_in_mail(SOON, desk(box)), take_in_mail(SOON, desk(box)))
        assert sum(both[0].values()) + sum(both[1].values()) == await IncomingMail.all().count()
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)

    play(story)


STAYS = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:new@partner.example":mailto:{ADDRESS}'
COMES = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:new@partner.example"
CRASHER = "crasher@elsewhere.example"
PROVEN = {"Authentication_Results": GENUINE}
PROVEN_ELSEWHERE = {"Authentication_Results": GENUINE.replace("partner.example", "elsewhere.example")}


def ten(uid: str) -> dict[str, tuple[bytes, tuple[str, str | None, str]]]:
    """Ten mails as programs write them, and as what each has to be sorted: kind, doubt and status."""

    def ics(**over: Any) -> bytes:
        return calendar(**({"uid": uid, "sequence": "0"} | over))

    applied, waits = ("ANSWER", None, "APPLIED"), "WAITING"
    by_proxy = calendar(
        uid=uid, sequence="0", attendee=f'ATTENDEE;SENT-BY="mailto:{CRASHER}";PARTSTAT=ACCEPTED:mailto:{ADDRESS}'
    )
    return {
        "plain": (mail(ics(stamp="20260701T010000Z"), **PROVEN), applied),
        "no method": (mail(ics(stamp="20260701T010100Z"), params={"charset": "UTF-8"}, **PROVEN), applied),
        "only a file": (
            mail(ics(stamp="20260701T010200Z"), kind="application/ics", params={"name": "invite.ics"}, **PROVEN),
            applied,
        ),
        "other address": (mail(ics(), sender="other@partner.example", **PROVEN), ("ANSWER", "SENDER", waits)),
        "by proxy": (mail(by_proxy, sender=CRASHER, **PROVEN), ("ANSWER", "SENDER", waits)),
        "stale": (mail(ics(sequence="-1"), **PROVEN), ("ANSWER", "OUTDATED", waits)),
        "forwarded": (
            mail(ics(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{CRASHER}"), sender=CRASHER, **PROVEN_ELSEWHERE),
            ("ANSWER", "UNINVITED", waits),
        ),
        "counter": (
            mail(ics(method="COUNTER"), params={"method": "COUNTER"}, **PROVEN),
            ("PROPOSAL", "UNUSUAL", waits),
        ),
        "delegated": (mail(ics(attendee=f"{STAYS}\r\n{COMES}"), **PROVEN), ("DELEGATION", "UNUSUAL", waits)),
        "out of office": (mail(None, Auto_Submitted="auto-replied"), ("AUTOMATIC", None, "FILED")),
    }


def test_ten_replies_as_programs_write_them_are_sorted_each_as_it_should_be(play: Any, box: Box) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        expected = ten(asked.date.uid)
        for name, (raw, _) in expected.items():
            box.put(raw.replace(b"<reply-1@partner.example>", f"<{name.replace(' ', '-')}@partner.example>".encode()))
            await take_in_mail(SOON, desk(box))
            kept = await IncomingMail.all().order_by("-id").first()
            assert kept is not None
            assert (name, (kept.kind, kept.doubt, kept.status)) == (name, expected[name][1])
        assert await IncomingMail.all().count() == 10
        assert await Attendee.all().count() == 1
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)

    play(story)


def test_a_mailbox_that_was_made_anew_counts_its_mails_anew_and_no_answer_twice(play: Any, box: Box) -> None:
    """Another UIDVALIDITY (RFC 9051 §2.3.1.1): the same number is another mail now."""

    async def story(town: Town) -> None:
        asked = await invitation(town)
        ours = replace(box.ours(), folder="Answers")
        at_work = replace(desk(box), mailbox=ours)
        first, second = reply(asked.date.uid), reply(asked.date.uid, stamp="20260701T013000Z", comment="2名です")
        validities = [made_anew(box, first)]
        assert await take_in_mail(SOON, at_work) == {IncomingStatus.APPLIED: 1}
        validities.append(made_anew(box, first))
        assert await take_in_mail(SOON + MINUTE, at_work) == {}
        validities.append(made_anew(box, second))
        assert await take_in_mail(SOON + 2 * MINUTE, at_work) == {IncomingStatus.APPLIED: 1}
        assert len(set(validities)) == 3
        assert await IncomingMail.all().count() == 2

    play(story)


def made_anew(box: Box, raw: bytes) -> int:
    """The folder with one mail, always of the same number; its UIDVALIDITY."""
    with box.opened() as opened:
        if opened.folder.exists("Answers"):
            opened.folder.delete("Answers")
        opened.folder.create("Answers")
        opened.append(raw, "Answers")
        validity: int = opened.folder.status("Answers", ["UIDVALIDITY"])["UIDVALIDITY"]
    return validity


def test_the_server_is_asked_at_most_once_a_minute(play: Any, box: Box) -> None:
    async def story(town: Town) -> None:
        asked, at_work = await invitation(town), desk(box)
        assert await take_in_mail(SOON, at_work) == {}
        box.put(reply(asked.date.uid))
        assert await take_in_mail(SOON + MINUTE / 2, at_work) == {}
        assert await take_in_mail(SOON + MINUTE, at_work) == {IncomingStatus.APPLIED: 1}

    play(story)


def test_a_closed_mailbox_is_told_in_the_log_without_its_secrets_and_ends_nothing(
    play: Any, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(town: Town) -> None:
        shut = desk(box)
        shut = replace(shut, mailbox=box.ours(password="wrong"))
        with caplog.at_level(logging.INFO):
            assert await take_in_mail(SOON, shut) == {}
        assert "返信用のメールボックスを読めません" in caplog.text
        assert "wrong" not in caplog.text
        with pytest.raises(MailboxClosed):
            await box.ours(password="wrong").empty(SOON, lambda _: asyncio.sleep(0, True))

    play(story)
