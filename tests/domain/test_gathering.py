"""Of what one reader is told of one date within a few minutes one letter leaves; of what was taken back, none."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import BaseORMException

from domain import activities, drills, gathering, lectures, organizations, outbox, volunteers
from domain.calendar import Appointment, Attendee, sequence_for
from domain.database import execute
from domain.drills import Drill
from domain.errors import WrongState
from domain.gathering import Gathering
from domain.organizations import Contact
from domain.outbox import Letter, losing
from domain.volunteers import AgeBand
from tests import make
from tests.clock import NOW
from tests.domain.clerks import FIVE, MINUTE, Clock, drill_with
from tests.make import Town

FIRST, SECOND = "contact1@partner.example", "contact2@partner.example"
GUARDIAN = "tamotsu@guardian.example"


async def uninvite(clock: Clock, drill: Drill, person_id: UUID) -> None:
    attendee = await Attendee.get(appointment_id=drill.appointment_id, person_id=person_id)
    await drills.uninvite(clock.officer, drill.id, attendee_id=attendee.id)


async def spared() -> list[str]:
    return sorted([letter.kind for letter in await Letter.filter(spared_at__isnull=False)])


def test_an_invitation_waits_a_few_minutes_and_takes_the_corrections_along(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        assert await clock.after(4) == []
        await drills.correct(clock.officer, drill.id, place="青浜市民会館", title="第1回共同対処訓練（改）")
        assert await clock.after(1) == [(FIRST, "drill-invitation", "REQUEST")]
        [sent] = clock.left
        assert (sent.facts["place"], sent.facts["title"]) == ("青浜市民会館", "第1回共同対処訓練（改）")
        assert await spared() == ["drill-invitation"]
        assert await clock.after(60) == []

    play(story)


def test_edits_within_a_few_minutes_are_one_mail_and_a_later_one_is_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.after(5)
        for minutes, place in ((0, "第１会議室"), (2, "第２会議室"), (2, "講堂")):
            assert await clock.after(minutes) == []
            await drills.correct(clock.officer, drill.id, place=place)
        assert await clock.after(1) == [(FIRST, "drill-changed", "REQUEST")]
        assert clock.left[-1].facts["place"] == "講堂"
        await drills.correct(clock.officer, drill.id, place="体育館")
        assert await clock.after(4) == []
        assert await clock.after(1) == [(FIRST, "drill-changed", "REQUEST")]
        sequences = [letter.facts["sequence"] for letter in clock.left]
        assert sequences == sorted(set(sequences))

    play(story)


def test_a_cancellation_leaves_at_once_and_spares_the_change_that_waits(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.after(5)
        await drills.correct(clock.officer, drill.id, place="講堂")
        await drills.call_off(clock.officer, drill.id, reason="台風")
        assert await clock.after(0) == [(FIRST, "drill-cancelled", "CANCEL")]
        invited, cancelled = clock.left
        assert cancelled.facts["sequence"] > invited.facts["sequence"]
        assert await spared() == ["drill-changed"]

    play(story)


def test_an_invitation_that_never_left_and_was_taken_back_sends_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, (first, _) = await drill_with(clock, "架空電力株式会社", "見本信用金庫")
        await uninvite(clock, drill, first.person_id)
        assert await clock.after(5) == [(SECOND, "drill-invitation", "REQUEST")]
        assert await spared() == ["drill-invitation", "drill-released"]
        assert await clock.after(60) == []

    play(story)


def test_a_school_whose_date_never_left_still_hears_that_its_request_is_refused(play: Any) -> None:
    """It was told that the request came in; its calendar never had the date, and gets no CANCEL."""

    async def story(town: Town) -> None:
        clock = Clock(town)
        lecture = await make.lecture(town.officer)
        assert await clock.after(0) == [("teacher@school.example", "lecture-received", None)]
        await lectures.accept(clock.officer, lecture.id)
        await lectures.assign(clock.officer, lecture.id, person_id=town.officer.person_id)
        await lectures.confirm(clock.officer, lecture.id)
        await lectures.cancel(clock.officer, lecture.id, reason="閉校")
        assert await clock.after(5) == [("teacher@school.example", "lecture-cancelled", None)]
        assert clock.left[-1].facts["reason"] == "閉校"

    play(story)


def test_whoever_is_let_go_hears_it_alone_and_returns_with_a_higher_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, (first, _) = await drill_with(clock, "架空電力株式会社", "見本信用金庫")
        await clock.after(5)
        await uninvite(clock, drill, first.person_id)
        assert await clock.after(0) == [(FIRST, "drill-released", "CANCEL")]
        await drills.invite(clock.officer, drill.id, contact_id=first.id)
        assert await clock.after(5) == [(FIRST, "drill-invitation", "REQUEST")]
        theirs = [letter.facts["sequence"] for letter in clock.left if letter.to_address == FIRST]
        assert theirs == sorted(set(theirs))
        assert len(theirs) == 3

    play(story)


def test_let_go_and_asked_again_within_minutes_is_told_in_this_order(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, (first,) = await drill_with(clock)
        await clock.after(5)
        await uninvite(clock, drill, first.person_id)
        await drills.invite(clock.officer, drill.id, contact_id=first.id)
        await clock.after(0)
        await clock.after(5)
        assert [letter.method for letter in clock.left] == ["REQUEST", "CANCEL", "REQUEST"]

    play(story)


@pytest.mark.parametrize("tells", [True, False])
def test_a_new_name_is_told_as_the_office_wants(play: Any, tells: bool) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town, how=Gathering(5 * MINUTE, tells))
        drill, _ = await drill_with(clock)
        activity = await make.activity(town.officer)
        volunteer = await make.volunteer(town)
        await activities.invite(clock.officer, activity.id, volunteer_ids=[volunteer.id])
        await clock.after(5)
        await drills.correct(clock.officer, drill.id, title="別名")
        known = await activities.Activity.get(id=activity.id)
        await activities.correct(clock.officer, activity.id, version=known.version, title="別の名")
        told = [(FIRST, "drill-changed", "REQUEST"), ("ichiro@volunteer.example", "activity-changed", "REQUEST")]
        assert await clock.after(5) == (told if tells else [])
        await drills.correct(clock.officer, drill.id, place="講堂")
        assert await clock.after(5) == [(FIRST, "drill-changed", "REQUEST")]
        assert clock.left[-1].facts["title"] == "別名"

    play(story)


def test_a_guardians_copy_goes_the_way_of_its_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        minor = await make.screened(town, age_band=AgeBand.FROM_15_TO_17)
        given = {"guardian_name": "髙見本 保", "given_on": town.officer.today}
        await volunteers.record_consent(town.officer, minor.id, guardian_mail_address=GUARDIAN, **given)
        await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")
        await clock.after(0)
        taken_back, kept = [await make.activity(town.officer, title=title) for title in ("取消", "広報")]
        for one in (taken_back, kept):
            await activities.invite(clock.officer, one.id, volunteer_ids=[minor.id])
        await activities.cancel(clock.officer, taken_back.id, reason="雨天")
        moved = {
            "starts_at": kept.starts_at + timedelta(days=1),
            "ends_at": kept.starts_at + timedelta(days=1, hours=1),
        }
        await activities.reschedule(clock.officer, kept.id, **moved)
        assert await clock.after(5) == [
            ("ichiro@volunteer.example", "activity-invitation", "REQUEST"),
            (GUARDIAN, "activity-invitation", None),
        ]
        own, copy = clock.left[-2:]
        assert own.facts["when"] == copy.facts["when"]
        assert copy.facts["copied_for"] == "髙見本 一郎 様"
        assert "attendee_id" not in copy.facts
        known = await activities.visible_to(clock.officer).get(id=kept.id)
        await activities.correct(clock.officer, kept.id, title="駅前の広報", version=known.version)
        await clock.after(5)
        own, copy = clock.left[-2:]
        assert own.facts["changed"] == copy.facts["changed"] == ["・件名：広報 → 駅前の広報"]

    play(story)


def test_whose_address_was_put_right_meanwhile_still_hears_of_the_cancellation(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, (contact,) = await drill_with(clock)
        await clock.after(5)
        person = await contact.person
        await type(person).filter(id=person.id).update(mail_address="new@partner.example")
        await drills.call_off(clock.officer, drill.id, reason="台風")
        assert await clock.after(0) == [("new@partner.example", "drill-cancelled", "CANCEL")]

    play(story)


def test_an_invitation_that_the_mail_server_refused_for_good_is_followed_by_no_cancel(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.fails("550 no such user", for_good=True)
        await drills.call_off(clock.officer, drill.id, reason="台風")
        assert [kind for _, kind, _ in await clock.after(0)] == ["letter-returned"]

    play(story)


def test_an_invitation_that_may_have_arrived_keeps_its_cancel_waiting_until_it_has_left(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.fails("451 later", for_good=False)
        await drills.call_off(clock.officer, drill.id, reason="台風")
        await clock.fails("451 later", for_good=False)
        assert await clock.after(0) == []
        await clock.after(2)
        assert [one.method for one in clock.left] == ["REQUEST", "CANCEL"]

    play(story)


def test_what_cannot_be_made_sense_of_is_set_aside_the_desk_hears_of_it_and_the_rest_leaves(
    play: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock, "架空電力株式会社", "見本信用金庫")
        odd = await Letter.get(to_address=FIRST)
        facts = dict(odd.facts)
        await Letter.filter(id=odd.id).update(facts=facts | {"attendee_id": [facts["attendee_id"]]})
        await clock.after(5)
        assert [one.to_address for one in clock.left] == [SECOND, "hanako@police.aohama.example"]
        assert "プログラムの誤り" in clock.left[-1].facts["reason"]
        assert f"letter {odd.id} (drill-invitation) was set aside" in caplog.text
        caplog.clear()
        await Letter.filter(id=odd.id).update(facts=facts)  # once the program is mended
        assert await outbox.resend(clock.now) == 1
        assert await clock.after(5) == [(FIRST, "drill-invitation", "REQUEST")]

    play(story)


def test_who_cannot_be_told_of_a_lost_letter_keeps_no_other_in_the_house_nor_anybody_else_from_hearing(
    play: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_: object) -> None:
        await execute("SELECT 1 / 0")

    monkeypatch.setattr(losing, "MOURNERS", [cannot, *losing.MOURNERS])

    async def story(town: Town) -> None:
        clock = Clock(town)
        await drill_with(clock, "架空電力株式会社", "見本信用金庫", "例示大学")
        odd = await Letter.get(to_address=FIRST)
        await Letter.filter(id=odd.id).update(facts=odd.facts | {"attendee_id": [odd.facts["attendee_id"]]})
        await Letter.filter(to_address=SECOND).update(due_at=NOW - MINUTE)
        clock.now += 5 * MINUTE
        await gathering.settle(clock.now, clock.how)
        [refused] = await outbox.claim(clock.now, 1)
        await outbox.mark_failed(clock.now, refused.id, "550 no such user", for_good=True)
        ended = await Letter.filter(given_up_at=clock.now).values_list("to_address", flat=True)
        assert sorted(ended) == [FIRST, SECOND]
        assert caplog.text.count("nobody could be told that letter") == 2
        caplog.clear()
        told = await clock.after(0)
        assert [kind for _, kind, _ in told] == ["drill-invitation", "letter-returned", "letter-returned"]

    play(story)


@pytest.mark.parametrize(
    "odd", [{"starts_at": "明日"}, {"ends_at": "2026-13-45T00:00:00+00:00"}, {"sequence": "一"}, []]
)
def test_facts_that_the_post_could_not_read_are_not_owed_at_all(play: Any, odd: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await drill_with(Clock(town))
        letter = await Letter.get(appointment_id=drill.appointment_id)
        with pytest.raises(BaseORMException):
            await Letter.filter(id=letter.id).update(facts=odd and letter.facts | odd)
        assert (await Letter.get(id=letter.id)).facts == letter.facts

    play(story)


def test_what_was_gathered_is_not_sent_again_by_hand(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await drills.correct(clock.officer, drill.id, place="講堂")
        await clock.after(5)
        assert await outbox.resend(clock.now) == 0
        old = await Letter.get(kind="drill-invitation", spared_at__isnull=False)
        with pytest.raises(WrongState, match="まとめた"):
            await outbox.resend(clock.now, old.id)
        assert await Letter.filter(sent_at=None, spared_at=None).count() == 0

    play(story)


def test_letters_whose_text_was_erased_keep_no_other_in_the_house(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, (first, _) = await drill_with(clock, "架空電力株式会社", "見本信用金庫")
        await clock.after(5)
        await Letter.filter(person_id=first.person_id).update(facts={}, to_address="", to_name="")
        await drills.correct(clock.officer, drill.id, place="講堂")
        told = await clock.after(5)
        assert (SECOND, "drill-changed", "REQUEST") in told

    play(story)


MOVED = "moved@partner.example"


async def put_right(clock: Clock, contact: Contact, address: str = MOVED) -> None:
    known = await Contact.get(id=contact.id)
    await organizations.correct_contact(clock.officer, contact.id, version=known.version, mail_address=address)


async def tried_in_vain(clock: Clock) -> tuple[Drill, Contact]:
    """An invitation to an address that takes nothing today."""
    drill, [contact] = await drill_with(clock)
    await clock.fails("451 later", for_good=False)
    return drill, contact


def test_a_cancellation_at_the_right_address_takes_what_waits_for_the_old_one_along(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, contact = await tried_in_vain(clock)
        await put_right(clock, contact)
        await uninvite(clock, drill, contact.person_id)
        assert await clock.after(0) == [(MOVED, "drill-released", "CANCEL")]
        assert await clock.after(60 * 24) == []
        assert await spared() == ["drill-invitation"]

    play(story)


def test_a_change_at_the_right_address_is_the_invitation_that_never_came(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, contact = await tried_in_vain(clock)
        await put_right(clock, contact)
        await drills.correct(clock.officer, drill.id, place="講堂")
        assert await clock.after(5) == [(MOVED, "drill-invitation", "REQUEST")]
        assert clock.left[-1].facts["place"] == "講堂"
        assert await clock.after(60 * 24) == []

    play(story)


def test_what_is_owed_before_and_after_an_address_is_put_right_is_one_letter_at_the_right_one(play: Any) -> None:
    async def story(town: Town) -> None:
        for how, told in ((FIVE, 5), (gathering.AT_ONCE, 0)):
            clock = Clock(town, how=how)
            drill, [contact] = await drill_with(clock, f"架空電力{told}株式会社")
            await put_right(clock, contact, f"{told}@partner.example")
            await drills.correct(clock.officer, drill.id, place="講堂")
            assert await clock.after(told) == [(f"{told}@partner.example", "drill-invitation", "REQUEST")]

    play(story)


def test_whoever_was_to_be_uninvited_at_the_old_address_and_is_asked_again_hears_only_that(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, [contact] = await drill_with(clock)
        await clock.after(5)
        await uninvite(clock, drill, contact.person_id)
        await clock.fails("451 later", for_good=False)
        await put_right(clock, contact)
        await drills.invite(clock.officer, drill.id, contact_id=contact.id)
        assert await clock.after(5) == [(MOVED, "drill-invitation", "REQUEST")]
        assert clock.left[-1].facts["sequence"] > (await Letter.get(kind="drill-released")).facts["sequence"]
        assert await clock.after(60 * 24) == []

    play(story)


def test_what_is_on_its_way_to_the_old_address_is_waited_for_and_not_tried_there_again(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, [contact] = await drill_with(clock)
        clock.now += 5 * MINUTE
        await gathering.settle(clock.now, FIVE)
        [under_way] = await outbox.claim(clock.now)
        await put_right(clock, contact)
        await uninvite(clock, drill, contact.person_id)
        assert await clock.after(1) == []
        await outbox.mark_failed(clock.now, under_way.id, "451 later", for_good=False)
        assert await clock.after(1) == [(MOVED, "drill-released", "CANCEL")]
        assert await clock.after(60 * 24) == []

    play(story)


def test_what_was_given_up_at_the_old_address_is_not_sent_there_after_something_newer(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, [contact] = await drill_with(clock)
        await clock.fails("550 no such user", for_good=True)
        await put_right(clock, contact)
        await drills.correct(clock.officer, drill.id, place="講堂")
        assert (MOVED, "drill-changed", "REQUEST") in await clock.after(5)
        with pytest.raises(WrongState, match="新しい手紙"):
            await outbox.resend(clock.now, (await Letter.get(to_address=FIRST)).id)
        assert await outbox.resend(clock.now) == 0

    play(story)


def test_two_people_with_one_mailbox_are_told_one_by_one_and_dtstamp_rises_there(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill = await make.drill(town.officer)
        body = await make.company(town.officer)
        for name in ("例塚", "試﨑"):
            contact = await make.contact(town.officer, body, family_name=name, mail_address=FIRST)
            await drills.invite(clock.officer, drill.id, contact_id=contact.id)
        assert await clock.after(5) == [(FIRST, "drill-invitation", "REQUEST")] * 2
        await drills.correct(clock.officer, drill.id, place="講堂")
        assert await clock.after(5) == [(FIRST, "drill-changed", "REQUEST")] * 2
        assert len({letter.facts["attendee_id"] for letter in clock.left}) == 2
        stamps = [letter.stamped_at for letter in clock.left]
        assert stamps == sorted(set(stamps))

    play(story)


BOX = "box@partner.example"


async def asked_in_one_mailbox(clock: Clock) -> tuple[Drill, Contact, Contact]:
    """A drill and two colleagues, of whom the first is invited."""
    drill, body = await make.drill(clock.town.officer), await make.company(clock.town.officer)
    first, second = [
        await make.contact(clock.town.officer, body, family_name=name, mail_address=BOX) for name in ("例塚", "試﨑")
    ]
    await drills.invite(clock.officer, drill.id, contact_id=first.id)
    return drill, first, second


def shown_by(letters: list[Letter]) -> tuple[str | None, int]:
    """What a calendar makes of these letters: the method of the newest, and its SEQUENCE (RFC 5546 §2.1.5)."""
    shown: tuple[str | None, int] = (None, -1)
    for letter in letters:
        if letter.method and letter.facts["sequence"] >= shown[1]:
            shown = (letter.method, letter.facts["sequence"])
    return shown


@pytest.mark.parametrize("minutes", [0, 5])
def test_whose_colleague_is_let_go_keeps_the_date_in_the_calendar_that_they_share(play: Any, minutes: int) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, first, second = await asked_in_one_mailbox(clock)
        await clock.after(5)
        await drills.invite(clock.officer, drill.id, contact_id=second.id)
        await clock.after(minutes)
        await uninvite(clock, drill, first.person_id)
        assert (BOX, "drill-released", None) in await clock.after(5)
        assert shown_by(clock.left) == ("REQUEST", 0)
        await drills.invite(clock.officer, drill.id, contact_id=first.id)
        await clock.after(5)
        await uninvite(clock, drill, first.person_id)
        await drills.correct(clock.officer, drill.id, place="講堂")
        await clock.after(5)
        asked = await Attendee.get(person_id=second.person_id)
        date = await Appointment.get(id=drill.appointment_id)
        assert shown_by(clock.left) == ("REQUEST", sequence_for(date, asked))
        assert clock.left[-1].facts["place"] == "講堂"
        await uninvite(clock, drill, second.person_id)
        assert await clock.after(5) == [(BOX, "drill-released", "CANCEL")]
        assert shown_by(clock.left)[0] == "CANCEL"

    play(story)


def test_the_last_of_two_colleagues_to_be_let_go_takes_the_date_out_of_the_calendar_though_they_never_heard(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, first, second = await asked_in_one_mailbox(clock)
        await clock.after(5)
        await drills.invite(clock.officer, drill.id, contact_id=second.id)
        await uninvite(clock, drill, first.person_id)
        assert await clock.after(0) == []  # it waits behind the invitation
        await uninvite(clock, drill, second.person_id)
        assert await clock.after(5) == [(BOX, "drill-released", None), (BOX, "drill-released", "CANCEL")]
        assert shown_by(clock.left)[0] == "CANCEL"

    play(story)
