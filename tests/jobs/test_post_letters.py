"""What is owed leaves the house: through a real mail server, read back as a calendar program would."""

import logging
import re
import signal
import sys
from asyncio import create_subprocess_exec
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from domain import activities, drills, feeds, lectures, organizations, outbox, own, replies, tokens, volunteers
from domain.calendar import Appointment, Attendee, PartStat
from domain.outbox import LEASE, Letter
from domain.volunteers import AgeBand, Volunteer
from jobs import post_letters
from jobs.mail import Envelope, message
from jobs.mailbox import ImapMailbox
from jobs.post import PATIENCE, HandingOver, PermanentFailure, SmtpPost, TemporaryFailure
from jobs.post_letters import Desk, Outcome
from tests import make
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed
from tests.exports.judges import complaints
from tests.exports.strict_ical import findings
from tests.jobs.letters_at_hand import Office, open_office
from tests.make import Town

SECRET = "s" * 43
POSTED = Outcome.POSTED
SOON, QUARTER = NOW + timedelta(minutes=1), timedelta(seconds=15)


class Killed(BaseException):
    """What no program catches."""


@dataclass
class Pigeons:
    """A post that takes everything, or raises what it is told to raise."""

    raises: BaseException | None = None
    taken: list[Envelope] = field(default_factory=list)

    async def post(self, envelope: Envelope, handing_over: HandingOver = nullcontext) -> None:
        async with handing_over():
            self.taken.append(envelope)
            if self.raises:
                raise self.raises


MAILBOX = ImapMailbox("127.0.0.1", 1, "tls", "desk", "password")
"""There is one, and nobody answers there."""


def desk(post: Any) -> Desk:
    return Desk(post, "https://renkei.example", "renkei@police.aohama.example", SECRET, MAILBOX)


async def post_all(office: Office, now: datetime = NOW) -> list[EmailMessage]:
    """Every letter that is owed now, as it arrived."""
    before = len(office.delivered)
    async with open_office(office) as port:
        at_work = desk(SmtpPost("127.0.0.1", port, "none", patience=5))
        while (await post_letters.post_letters(now, at_work))[POSTED]:
            pass
    return [message_from_bytes(mail, policy=policy.default) for mail in office.delivered[before:]]  # type: ignore[arg-type]


def to(mails: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [mail for mail in mails if mail["To"].addresses[0].addr_spec == address]


def calendar_in(mail: EmailMessage) -> bytes:
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def event_in(mail: EmailMessage) -> Any:
    return Calendar.from_ical(calendar_in(mail)).events[0]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


GUARDIAN = "tamotsu@guardian.example"
TEACHER = "teacher@school.example"
LECTURER = "hanako@police.aohama.example"


def test_a_confirmed_lecture_is_an_invitation_that_names_its_reader_only(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        mails = await post_all(Office())
        appointment = await Appointment.get(id=lecture.appointment_id)
        assert sorted(mail["To"].addresses[0].addr_spec for mail in mails) == [LECTURER, LECTURER, TEACHER, TEACHER]
        for mail, address in ((to(mails, TEACHER)[-1], TEACHER), (to(mails, LECTURER)[-1], LECTURER)):
            event = event_in(mail)
            assert event.attendees == [f"mailto:{address}"]
            assert event.organizer == f"mailto:{mail['From'].addresses[0].addr_spec}"
            assert (event.uid, event.sequence) == (appointment.uid, appointment.sequence)
            assert (event.start, event.end) == (appointment.starts_at, appointment.ends_at)
            assert complaints(calendar_in(mail)) == {}

    play(story)


def test_a_cancellation_is_told_in_utc_with_its_reason_and_a_raised_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, office = await confirmed(town), Office()
        [*_, invited] = to(await post_all(office), TEACHER)
        await lectures.cancel(town.officer, lecture.id, reason="台風のため")
        [mail] = to(await post_all(office), TEACHER)
        calendar, prior = calendar_in(mail), event_in(invited).sequence
        assert b"METHOD:CANCEL" in calendar.splitlines()
        assert event_in(mail).status == "CANCELLED"
        assert findings(calendar) == []
        assert event_in(mail).sequence > prior
        assert "台風のため" in text_of(mail)

    play(story)


def test_a_lecturer_who_is_released_is_uninvited_while_the_lecture_goes_on(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, office = await confirmed(town), Office()
        [*_, invited] = to(await post_all(office), LECTURER)
        assignment = await lectures.Assignment.get(lecture_id=lecture.id)
        await lectures.release(town.officer, assignment.id)
        [mail] = await post_all(office)
        assert b"METHOD:CANCEL" in calendar_in(mail).splitlines()
        assert "STATUS" not in event_in(mail)
        assert event_in(mail).sequence > event_in(invited).sequence
        assert findings(calendar_in(mail)) == []

    play(story)


def test_postponed_without_a_date_the_calendars_let_go_and_with_one_they_take_it_up_again(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, office = await confirmed(town), Office()
        told = to(await post_all(office), TEACHER)
        await lectures.postpone(town.officer, lecture.id, reason="台風")
        told += to(await post_all(office), TEACHER)
        later = lecture.starts_at + timedelta(days=7)
        await lectures.reschedule(town.officer, lecture.id, starts_at=later, ends_at=later + timedelta(minutes=50))
        told += to(await post_all(office), TEACHER)
        parts = [
            (part, calendar_in(mail)) for mail in told for part in mail.walk() if "calendar" in part.get_content_type()
        ]
        assert [part.get_param("method") for part, _ in parts] == ["REQUEST", "CANCEL", "REQUEST"]
        sequences = [Calendar.from_ical(ics).events[0].sequence for _, ics in parts]
        assert sequences == sorted(set(sequences))

    play(story)


def test_the_links_in_a_letter_open_and_stand_in_no_table(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        mail = to(await post_all(Office()), LECTURER)[-1]
        attendee = await Attendee.get(person_id=town.officer.person_id)
        secret = tokens.derive(SECRET, replies.PURPOSE, attendee.id)
        assert f"https://renkei.example/rsvp/{secret}" in text_of(mail)
        assert all(secret not in str(letter.facts) for letter in await Letter.all())

    play(story)


def test_an_outsider_is_led_to_their_own_page_and_an_officer_has_none(play: Any) -> None:
    async def story(town: Town) -> None:
        [contact] = await make.invited(town.officer, await make.drill(town.officer))
        await confirmed(town)
        mails = await post_all(Office())
        [invitation] = to(mails, "contact1@partner.example")
        assert own.address(SECRET, "https://renkei.example", contact.person_id, NOW) in text_of(invitation)
        assert all("/own/" not in text_of(mail) for mail in to(mails, LECTURER))

    play(story)


async def with_guardian(town: Town) -> Volunteer:
    """A minor whose guardian gets a copy of each letter."""
    minor = await make.screened(town, age_band=AgeBand.FROM_15_TO_17)
    given = {"guardian_name": "髙見本 保", "given_on": town.officer.today}
    await volunteers.record_consent(town.officer, minor.id, guardian_mail_address=GUARDIAN, **given)
    await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")
    return minor


def test_a_guardians_copy_leaves_as_a_mail_of_its_own_that_nobody_can_answer_with(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await with_guardian(town)
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[minor.id])
        feed = await feeds.subscribe(town.officer, person_id=minor.person_id)
        mails = await post_all(Office())
        theirs, copies = to(mails, "ichiro@volunteer.example"), to(mails, GUARDIAN)
        assert len(theirs) == len(copies) == 3
        attendee = await Attendee.get(person_id=minor.person_id)
        secret = feeds.secret_in(SECRET, feed.id, 1)
        for mail in copies:
            assert re.match("【[^】]+のご案内】【写し】|【予定表の購読】【写し】", mail["Subject"])
            assert "髙見本 保 様" in text_of(mail)
            assert "髙見本 一郎 様 へのお知らせの写し" in text_of(mail)
            whole = "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart())
            assert "/rsvp/" not in whole
            assert "/own/" not in whole
            assert secret not in whole
            assert [part for part in mail.walk() if part.get_content_type() == "text/calendar"] == []
        [invitation] = [mail for mail in theirs if "/rsvp/" in text_of(mail)]
        assert tokens.derive(SECRET, replies.PURPOSE, attendee.id) in text_of(invitation)
        assert mails[0]["Message-ID"] != mails[1]["Message-ID"]

    play(story)


def test_a_name_full_of_commas_and_rare_characters_arrives_as_it_was_typed(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer, '見本,市立"𠮷野"<小>学校; CN=x')
        teacher = await make.contact(
            town.officer, body, mail_address=TEACHER, family_name='山田, "evil@x.example"', given_name="𠮷﨑"
        )
        await confirmed(town, school=body, contact=teacher)
        office = Office()
        mail = to(await post_all(office), TEACHER)[-1]
        assert set(office.asked) == {TEACHER, LECTURER}
        assert mail["To"].addresses[0].display_name == '山田, "evil@x.example" 𠮷﨑'
        assert body.name in event_in(mail).summary
        assert findings(calendar_in(mail)) == []

    play(story)


def test_a_worker_killed_between_the_post_and_the_mark_repeats_the_same_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        struck, heir = Pigeons(raises=Killed()), Pigeons()
        with pytest.raises(BaseExceptionGroup):
            await post_letters.post_letters(NOW, desk(struck))
        assert (await post_letters.post_letters(NOW, desk(heir)))[POSTED] == 0
        assert (await post_letters.post_letters(NOW + LEASE, desk(heir)))[POSTED] == 1
        assert heir.taken == struck.taken
        assert (await Letter.get()).sent_at == NOW + LEASE

    play(story)


@pytest.mark.parametrize("hours", [1, 9])
def test_a_letter_that_waited_is_dated_when_it_leaves_and_each_copy_is_the_same_mail(play: Any, hours: int) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer))
        left = NOW + timedelta(hours=hours)
        lost, willing = Pigeons(raises=TemporaryFailure("451 later")), Pigeons()
        await post_letters.post_letters(left, desk(lost))
        letter = await Letter.get()
        assert (letter.owed_at, letter.sent_at, letter.stamped_at) == (NOW, None, left)
        await post_letters.post_letters(left + timedelta(hours=4), desk(willing))
        [first], [copy] = lost.taken, willing.taken
        assert message(copy) == message(first)
        mail: Any = message_from_bytes(message(copy), policy=policy.default)
        assert mail["Date"].datetime == event_in(mail).DTSTAMP == left
        assert event_in(mail).LAST_MODIFIED == NOW

    play(story)


KILLED = """
import asyncio, os, signal, sys
from datetime import datetime
from domain import database
from jobs import post_letters
from jobs.post import SmtpPost

class Struck(SmtpPost):
    async def post(self, envelope, handing_over):
        await super().post(envelope)
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with database.opened(sys.argv[1]):
        post = Struck("127.0.0.1", int(sys.argv[2]), "none")
        desk = post_letters.Desk(post, "https://renkei.example", "renkei@police.aohama.example", sys.argv[3])
        await post_letters.post_letters(datetime.fromisoformat(sys.argv[4]), desk)

asyncio.run(main())
"""


def test_a_process_that_is_killed_loses_no_letter_and_repeats_it_under_the_same_message_id(
    play: Any, database_url: str
) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        office = Office()
        async with open_office(office) as port:
            arguments = (database_url, str(port), SECRET, NOW.isoformat())
            struck = await create_subprocess_exec(sys.executable, "-c", KILLED, *arguments)
            assert await struck.wait() == -signal.SIGKILL
        assert (await Letter.get()).sent_at is None
        await post_all(office, NOW + LEASE)
        first, again = office.delivered
        assert first == again
        assert (await Letter.get()).sent_at == NOW + LEASE

    play(story)


def test_a_letter_that_is_refused_for_good_is_given_up_and_the_others_leave(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        refusing = Pigeons(raises=PermanentFailure("550 no such user"))
        assert (await post_letters.post_letters(NOW, desk(refusing)))[POSTED] == 0
        refused = await Letter.exclude(kind="letter-returned")
        assert [letter.given_up_at for letter in refused] == [NOW, NOW]
        assert {letter.last_error for letter in refused} == {"550 no such user"}

    play(story)


def test_whoever_has_asked_somebody_hears_that_the_first_mail_server_refused_the_letter_to_them(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await make.invited(town.officer, drill)
        await post_letters.post_letters(NOW, desk(Pigeons()))
        await drills.call_off(town.officer, drill.id, reason="台風")
        for refusing in (Pigeons(raises=PermanentFailure("550 no such user")),) * 3:
            await post_letters.post_letters(SOON, desk(refusing))
        told = await Letter.get(kind="letter-returned")
        assert (told.to_address, told.facts["person"]) == (LECTURER, "例塚 恵")
        assert "550 no such user" in told.facts["reason"]
        assert told.given_up_at == SOON

    play(story)


def test_a_letter_that_was_given_up_leaves_again_under_the_same_message_id(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        refusing, willing = Pigeons(raises=PermanentFailure("550 mailbox blocked")), Pigeons()
        await post_letters.post_letters(NOW, desk(refusing))
        await Letter.filter(kind="letter-returned").delete()
        assert (await post_letters.post_letters(SOON, desk(willing)))[POSTED] == 0
        assert await outbox.resend(SOON) == 1
        assert (await post_letters.post_letters(SOON, desk(willing)))[POSTED] == 1
        assert [one.message_id for one in willing.taken] == [one.message_id for one in refusing.taken]

    play(story)


def test_a_server_that_is_busy_makes_the_letter_wait_its_pause(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        assert (await post_letters.post_letters(NOW, desk(Pigeons(raises=TemporaryFailure("451 later")))))[POSTED] == 0
        letter = await Letter.get()
        assert letter.given_up_at is None
        assert SOON <= letter.due_at <= SOON + QUARTER
        assert (await post_letters.post_letters(letter.due_at, desk(Pigeons())))[POSTED] == 1

    play(story)


def test_a_letter_that_nobody_can_write_keeps_no_other_in_the_house(play: Any, caplog: Any) -> None:
    async def story(town: Town) -> None:
        town_letter = {"unit_id": town.station.id, "to": ("例塚", "a@x.example"), "owed_at": NOW}
        await outbox.owe("a:1", "of-no-kind", facts={"unit_name": "青浜第1警察署"}, **town_letter)
        await make.lecture(town.officer)
        pigeons = Pigeons()
        assert (await post_letters.post_letters(NOW, desk(pigeons)))[POSTED] == 1
        assert [envelope.to_address for envelope in pigeons.taken] == [TEACHER]
        broken = await Letter.get(key="a:1")
        assert broken.given_up_at is None
        assert SOON <= broken.due_at <= SOON + QUARTER
        assert "プログラムの誤り" in (broken.last_error or "")

    play(story)
    logged = [record.levelno for record in caplog.records if record.name == "jobs.post_letters"]
    assert [level for level in logged if level > logging.INFO] == [logging.ERROR]
    caplog.clear()


def test_a_template_that_an_office_has_broken_can_be_mended_before_the_letter_is_lost(play: Any) -> None:
    async def story(town: Town) -> None:
        town_letter = {"unit_id": town.station.id, "to": ("例塚", "a@x.example"), "owed_at": NOW}
        await outbox.owe("f:1", "feed-address", facts={"unit_name": "青浜第1警察署"}, **town_letter)
        assert (await post_letters.post_letters(NOW, desk(Pigeons())))[POSTED] == 0
        letter = await Letter.get(key="f:1")
        assert letter.given_up_at is None
        assert "ひな形" in (letter.last_error or "")

    play(story)


def test_a_letter_that_nobody_can_write_keeps_no_newer_word_from_its_reader_and_the_desk_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        pigeons = Pigeons()
        for minutes in (0, 10):
            await post_letters.post_letters(NOW + timedelta(minutes=minutes), desk(pigeons))
        invited = await Letter.filter(method="REQUEST").first()
        assert invited is not None
        at = NOW + timedelta(hours=1)
        facts = {name: value for name, value in invited.facts.items() if name != "unit_name"}
        about = {"appointment_id": invited.appointment_id, "person_id": invited.person_id}
        to = (invited.to_name, invited.to_address)
        await outbox.owe(
            "broken:1", invited.kind, unit_id=invited.unit_id, to=to, facts=facts, owed_at=at, method=None, **about
        )
        assert (await post_letters.post_letters(at, desk(pigeons)))[post_letters.Outcome.FAILED] == 1
        assert await Letter.filter(kind="letter-returned").count() == 1
        assert (await Letter.get(key="broken:1")).given_up_at is None
        later = NOW + timedelta(hours=2)
        await lectures.cancel(make.at(town.officer, later), lecture.id, reason="閉校")
        for minutes in (10, 11):
            await post_letters.post_letters(later + timedelta(minutes=minutes), desk(pigeons))
        told = await Letter.filter(method="CANCEL", to_address=invited.to_address).first()
        assert told is not None
        assert told.sent_at is not None
        assert (await Letter.get(key="broken:1")).given_up_at is not None

    play(story)


def test_nothing_is_posted_about_what_is_already_over(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        pigeons = Pigeons()
        after = lecture.starts_at + timedelta(days=1)
        assert (await post_letters.post_letters(after, desk(pigeons)))[POSTED] == 0
        assert pigeons.taken == []
        assert (await Letter.get()).given_up_at == after

    play(story)


def test_whoever_has_left_gets_no_more_letters_about_dates(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body, mail_address=TEACHER)
        lecture = await confirmed(town, school=body, contact=teacher)
        await organizations.retire_contact(town.officer, teacher.id, version=1, on=town.officer.today)
        await Letter.all().delete()
        await lectures.cancel(town.officer, lecture.id, reason="閉校")
        assert [letter.to_address for letter in await Letter.all()] == [LECTURER]

    play(story)


def test_an_answer_stands_in_the_next_invitation(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, office = await confirmed(town), Office()
        await post_all(office)
        attendee = await Attendee.get(person_id=town.officer.person_id)
        await replies.answer_by_link(NOW, attendee.id, partstat=PartStat.TENTATIVE)
        await lectures.correct(town.officer, lecture.id, place="第２体育館")
        mail = to(await post_all(office), LECTURER)[-1]
        assert event_in(mail).attendees[0].params["PARTSTAT"] == "TENTATIVE"
        assert event_in(mail).attendees[0].params["RSVP"] == "TRUE"

    play(story)


def test_a_round_is_over_before_its_lease_however_slow_the_server_is() -> None:
    assert timedelta(seconds=PATIENCE) * post_letters.MOST / post_letters.AT_ONCE < LEASE


def test_a_unit_writes_by_its_own_address_and_one_without_in_the_name_of_the_house(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        [letter] = await Letter.all()
        own = post_letters.envelope(NOW, desk(Pigeons()), letter).sender_address
        assert own == letter.facts["unit_mail"] == town.station.mail_address
        letter.facts = {**letter.facts, "unit_mail": ""}
        envelope = post_letters.envelope(NOW, desk(Pigeons()), letter)
        assert envelope.sender_address == "renkei@police.aohama.example"
        assert envelope == post_letters.envelope(NOW, desk(Pigeons()), letter)

    play(story)


@pytest.mark.parametrize("has_mailbox", [True, False])
def test_an_invitation_says_whether_the_buttons_of_a_calendar_reach_us(play: Any, has_mailbox: bool) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer))
        at_work = desk(Pigeons()) if has_mailbox else replace(desk(Pigeons()), mailbox=None)
        invitation = post_letters.envelope(NOW, at_work, await Letter.get())
        assert ("ボタンでもご返信いただけます" in invitation.text) is has_mailbox
        assert ("ボタンによる返信は、まだ受け取れません" in invitation.text) is not has_mailbox

    play(story)


@pytest.mark.parametrize(("has_mailbox", "rsvp"), [(True, "TRUE"), (False, "FALSE")])
def test_a_calendar_is_asked_for_an_answer_by_mail_only_where_a_mailbox_takes_it(
    play: Any, has_mailbox: bool, rsvp: str
) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer))
        at_work = desk(Pigeons()) if has_mailbox else replace(desk(Pigeons()), mailbox=None)
        invitation = post_letters.envelope(NOW, at_work, await Letter.get())
        assert invitation.calendar is not None
        assert complaints(invitation.calendar[1]) == {}
        [event] = Calendar.from_ical(invitation.calendar[1]).events
        assert (event.attendees[0].params["RSVP"], event.attendees[0].params["PARTSTAT"]) == (rsvp, "NEEDS-ACTION")
        assert f"{at_work.base_url}/rsvp/" in invitation.text

    play(story)


def test_a_calendar_says_what_the_drill_is_for_and_whom_to_call_and_no_secret(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer, purpose="通報までの\n流れを確かめる"))
        letter = await Letter.get()
        invitation = post_letters.envelope(NOW, desk(Pigeons()), letter)
        assert invitation.calendar is not None
        [event] = Calendar.from_ical(invitation.calendar[1]).events
        says = str(event["DESCRIPTION"])
        assert says.startswith("形式：机上訓練\n目的：通報までの\n流れを確かめる\n目標：\n・")
        assert says.endswith(f"担当：{letter.facts['unit_name']}（電話 {letter.facts['unit_phone']}）")
        assert [secret for secret in ("http", "身代金") if secret in says] == []

    play(story)


def test_the_letters_number_is_the_tag_where_the_mail_server_keeps_tags(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        letter = await Letter.get()
        assert post_letters.envelope(NOW, desk(Pigeons()), letter).tag == ""
        tagged = post_letters.envelope(NOW, replace(desk(Pigeons()), tags=True), letter)
        assert tagged.returns_to == f"bounce+{letter.id.hex}@{tagged.sender_address.rpartition('@')[2]}"

    play(story)


def test_the_offices_own_words_are_what_leaves(play: Any, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        (tmp_path / "opening.txt").write_text("$unit_name より謹んで申し上げます。", encoding="utf-8")
        pigeons = Pigeons()
        await post_letters.post_letters(NOW, replace(desk(pigeons), templates=tmp_path))
        [taken] = pigeons.taken
        assert taken.text.startswith("青浜第1警察署 より謹んで申し上げます。")

    play(story)


def test_what_the_post_did_not_take_goes_where_its_reader_is_reached_by_then(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, pigeons = await make.drill(town.officer), Pigeons(TemporaryFailure("451 later"))
        [contact] = await make.invited(town.officer, drill, "甲社")
        await post_letters.post_letters(NOW, desk(pigeons))
        version, right = (await organizations.Contact.get(id=contact.id)).version, "right@partner.example"
        await organizations.correct_contact(town.officer, contact.id, version=version, mail_address=right)
        pigeons.raises = None
        await post_letters.post_letters(SOON, desk(pigeons))
        assert [envelope.to_address for envelope in pigeons.taken] == ["contact1@partner.example", right]

    play(story)
