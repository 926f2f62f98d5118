"""A mail changes an answer only beyond doubt; everything else waits for an officer, and nothing is lost."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain import activities, drills, incoming, replies
from domain.calendar import AnswerChannel, Appointment, Attendee, PartStat
from domain.drills import Participation, ParticipationReply
from domain.errors import Conflict, Incomplete, WrongState
from domain.incoming import IncomingDoubt, IncomingKind, IncomingMail, IncomingStatus
from domain.journal import Entry
from domain.outbox import Letter
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, Invitation, invitation, known
from tests.make import Town

SILENT = (PartStat.NEEDS_ACTION, "")
HOUR = timedelta(hours=1)


def sorted_as(mail: IncomingMail) -> tuple[str, str | None, str]:
    return mail.kind, mail.doubt, mail.status


def test_a_yes_from_the_persons_own_address_is_taken_and_the_drill_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(remark="2名で伺います")
        assert sorted_as(mail) == (IncomingKind.ANSWER, None, IncomingStatus.APPLIED)
        assert (mail.unit_id, mail.person_id) == (town.station.id, asked.attendee.person_id)
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)
        assert (await Attendee.get(id=asked.attendee.id)).remark == "2名で伺います"
        assert (await Participation.get(drill_id=asked.drill.id)).reply is ParticipationReply.ACCEPTED
        [entry] = await Entry.filter(row_id=asked.attendee.id, fact="attendee-answered")
        assert (entry.person_id, entry.role) == (asked.attendee.person_id, None)

    play(story)


def test_the_same_mail_fetched_twice_is_one(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        told = asked.told()
        assert await incoming.take_in(SOON, told) is not None
        await replies.note(town.officer, asked.attendee.id, partstat=PartStat.DECLINED)
        assert await incoming.take_in(SOON + HOUR, told) is None
        assert await asked.answer() == (PartStat.DECLINED, AnswerChannel.PHONE)
        assert await IncomingMail.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("over", "doubt"),
    [
        ({"sender": "stranger@elsewhere.example"}, IncomingDoubt.SENDER),
        ({"is_proven": False}, IncomingDoubt.UNPROVEN),
        ({"is_automatic": True}, IncomingDoubt.AUTOMATIC),
        ({"attendee": "other@partner.example", "sender": "other@partner.example"}, IncomingDoubt.UNINVITED),
        ({"uid": "unknown@renkei.example"}, IncomingDoubt.UNKNOWN_DATE),
        ({"sequence": 7}, IncomingDoubt.OUTDATED),
        ({"sequence": -1}, IncomingDoubt.OUTDATED),
    ],
)
def test_what_is_in_doubt_waits_for_an_officer_and_changes_nothing(
    play: Any, over: dict[str, Any], doubt: IncomingDoubt
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(**over)
        assert sorted_as(mail) == (IncomingKind.ANSWER, doubt, IncomingStatus.WAITING)
        assert await asked.answer() == SILENT
        assert await Entry.filter(fact="attendee-answered").count() == 0

    play(story)


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({"method": "COUNTER", "proposed": (NOW + 24 * HOUR, NOW + 25 * HOUR)}, IncomingKind.PROPOSAL),
        ({"partstat": "DELEGATED"}, IncomingKind.DELEGATION),
        ({"method": "CANCEL", "partstat": ""}, IncomingKind.OTHER),
        ({"method": "REQUEST", "partstat": ""}, IncomingKind.OTHER),
        ({"partstat": "COMPLETED"}, IncomingKind.OTHER),
        ({"method": "", "uid": "", "attendee": "", "partstat": ""}, IncomingKind.OTHER),
    ],
)
def test_a_counter_a_delegation_and_what_is_no_answer_seat_nobody_and_move_nothing(
    play: Any, over: dict[str, Any], kind: IncomingKind
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(**over)
        assert sorted_as(mail) == (kind, IncomingDoubt.UNUSUAL, IncomingStatus.WAITING)
        after = await known(town, asked.drill)
        assert (after.date.version, after.attendee.version) == (asked.date.version, asked.attendee.version)

    play(story)


def test_an_out_of_office_note_is_filed_and_asks_nobody_for_anything(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(method="", uid="", attendee="", partstat="", is_automatic=True)
        assert sorted_as(mail) == (IncomingKind.AUTOMATIC, None, IncomingStatus.FILED)
        assert await asked.answer() == SILENT

    play(story)


def test_a_letter_that_came_back_is_put_before_an_officer_with_the_invitation_that_did_not_arrive(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        letter = await asked.letter()
        mail = await asked.arrives(method="", uid="", attendee="", partstat="", sender="", returned=letter.id)
        assert sorted_as(mail) == (IncomingKind.BOUNCE, None, IncomingStatus.WAITING)
        assert (mail.letter_id, mail.attendee_id, mail.appointment_id) == (letter.id, asked.attendee.id, asked.date.id)
        assert await asked.answer() == SILENT

    play(story)


def test_an_answer_to_the_date_before_it_was_moved_waits(play: Any) -> None:
    async def story(town: Town) -> None:
        before = await invitation(town)
        later = before.date.starts_at + timedelta(days=7)
        await drills.postpone(
            town.officer, before.drill.id, starts_at=later, ends_at=later + 3 * HOUR, reason="会場の都合"
        )
        await drills.resume_inviting(town.officer, before.drill.id)
        mail = await before.arrives()
        assert sorted_as(mail) == (IncomingKind.ANSWER, IncomingDoubt.OUTDATED, IncomingStatus.WAITING)
        now = await known(town, before.drill)
        assert await now.answer() == SILENT
        assert sorted_as(await now.arrives()) == (IncomingKind.ANSWER, None, IncomingStatus.APPLIED)

    play(story)


def test_after_the_date_is_called_off_no_mail_says_yes_to_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await drills.call_off(town.officer, asked.drill.id, reason="荒天のため")
        now = await known(town, asked.drill)
        mail = await now.arrives()
        assert (mail.doubt, mail.status) == (IncomingDoubt.CLOSED, IncomingStatus.WAITING)
        assert await asked.answer() == SILENT

    play(story)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_several_answers_the_one_given_last_holds_in_whatever_order_they_arrive(play: Any, order: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        given = [("ACCEPTED", 1), ("TENTATIVE", 2), ("DECLINED", 3)]
        for number in order:
            partstat, hours = given[number]
            await asked.arrives(NOW + 9 * HOUR, partstat=partstat, stamp=NOW + hours * HOUR)
        assert await asked.answer() == (PartStat.DECLINED, AnswerChannel.MAIL)
        assert (await Attendee.get(id=asked.attendee.id)).answered_at == NOW + 3 * HOUR

    play(story)


REPLIES = some.lists(
    some.tuples(
        some.sampled_from((0, 0, 0, -1, 1)),
        some.integers(1, 8),
        some.sampled_from(("ACCEPTED", "DECLINED", "TENTATIVE")),
    ),
    min_size=1,
    max_size=5,
)
"""Replies: the SEQUENCE against the date's, the hour in which each was given, and what it says."""


def drawn(count: int) -> list[tuple[list[Any], list[Any]]]:
    """So many lists of replies, each in two orders: a database is no place for an example at a time."""
    found: list[tuple[list[Any], list[Any]]] = []

    @settings(max_examples=count)
    @given(REPLIES.flatmap(lambda replies: some.tuples(some.just(replies), some.permutations(replies))))
    def draw(orders: tuple[list[Any], list[Any]]) -> None:
        found.append(orders)

    draw()
    return found


def test_whatever_was_given_in_whatever_order_it_comes_the_newest_answer_to_the_date_as_it_stands_holds(
    play: Any, full: bool
) -> None:
    async def after(town: Town, number: str, order: list[tuple[int, int, str]]) -> tuple[Any, Any]:
        drill = await make.drill(town.officer, title=number)
        await make.invited(town.officer, drill, f"例示{number}")
        asked = await known(town, drill)
        for step, hour, partstat in order:
            said = {"sequence": asked.date.sequence + step, "partstat": partstat, "stamp": NOW + hour * HOUR}
            mail = await asked.arrives(NOW + 9 * HOUR, **said)
            assert (mail.status is IncomingStatus.WAITING) == (step != 0)
        attendee = await Attendee.get(id=asked.attendee.id)
        return attendee.answered_at, attendee.partstat

    async def story(town: Town) -> None:
        for number, (order, other) in enumerate(drawn(200 if full else 12)):
            valid = [(NOW + hour * HOUR, PartStat(partstat)) for step, hour, partstat in order if step == 0]
            newest = max(valid, default=(None, PartStat.NEEDS_ACTION))
            assert await after(town, f"{number}甲", order) == newest
            assert await after(town, f"{number}乙", other) == newest

    play(story)


def test_a_mail_written_before_the_telephone_call_does_not_take_it_back(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await replies.answer_by_link(NOW + 2 * HOUR, asked.attendee.id, partstat=PartStat.DECLINED)
        late = await asked.arrives(NOW + 3 * HOUR, stamp=NOW + HOUR)
        assert sorted_as(late) == (IncomingKind.ANSWER, None, IncomingStatus.FILED)
        assert await asked.answer() == (PartStat.DECLINED, AnswerChannel.PAGE)
        await asked.arrives(NOW + 5 * HOUR, stamp=NOW + 4 * HOUR)
        assert await asked.answer() == (PartStat.ACCEPTED, AnswerChannel.MAIL)

    play(story)


def test_a_calendar_whose_clock_is_ahead_does_not_lock_out_later_answers(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await asked.arrives(SOON, stamp=NOW + timedelta(days=900))
        await replies.answer_by_link(SOON + HOUR, asked.attendee.id, partstat=PartStat.DECLINED)
        await asked.arrives(SOON + 2 * HOUR, stamp=SOON + 2 * HOUR, partstat="TENTATIVE")
        assert await asked.answer() == (PartStat.TENTATIVE, AnswerChannel.MAIL)

    play(story)


def test_capitals_in_an_address_make_no_stranger(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(attendee=ADDRESS.upper(), sender=ADDRESS.title())
        assert (mail.doubt, mail.status) == (None, IncomingStatus.APPLIED)
        assert await Attendee.filter(appointment_id=asked.date.id).count() == 1

    play(story)


def test_what_belongs_to_no_date_lands_with_the_unit_to_whose_address_it_came(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await type(town.station).filter(id=town.station.id).update(mail_address="Station@police.example")
        mail = await asked.arrives(uid="unknown@renkei.example", to=("station+r.1@police.example",))
        other = await asked.arrives(uid="unknown@renkei.example", to=("nobody@police.example",))
        assert (mail.unit_id, other.unit_id) == (town.station.id, town.prefecture.id)

    play(story)


def test_a_letter_that_is_not_ours_does_not_come_back(play: Any) -> None:
    async def story(town: Town) -> None:
        asked: Invitation = await invitation(town)
        mail = await asked.arrives(method="", uid="", attendee="", partstat="", sender="", returned=uuid4())
        assert (mail.kind, mail.letter_id) == (IncomingKind.BOUNCE, None)
        assert await Letter.filter(given_up_at__isnull=False).count() == 0

    play(story)


def test_a_yes_of_somebody_who_is_held_elsewhere_at_that_time_waits_for_an_officer(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        first, second = [await make.activity(town.officer, title=title) for title in ("一つ目", "二つ目")]
        await activities.register(town.officer, first.id, volunteer_ids=[volunteer.id])
        await activities.invite(town.officer, second.id, volunteer_ids=[volunteer.id])
        date = await Appointment.get(id=second.appointment_id)
        attendee = await Attendee.get(appointment_id=date.id)
        asked = Invitation(town, second, date, attendee)  # type: ignore[arg-type]
        whose = {"sender": "ichiro@volunteer.example", "attendee": "ichiro@volunteer.example"}
        mail = await asked.arrives(**whose)
        assert sorted_as(mail) == (IncomingKind.ANSWER, IncomingDoubt.CLASH, IncomingStatus.WAITING)
        assert await asked.answer() == SILENT
        with pytest.raises(Conflict, match="同じ時間"):
            await incoming.accept(town.officer, mail.id)
        assert await asked.answer() == SILENT

    play(story)


def test_a_yes_for_which_there_is_no_room_any_more_waits_and_says_so(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await replies.note(town.officer, asked.attendee.id, partstat=PartStat.DECLINED)
        await drills.correct(town.officer, asked.drill.id, capacity=3)
        bank = await make.company(town.officer, "見本信用金庫")
        other = await make.contact(town.officer, bank, mail_address="sora@bank.example")
        await drills.invite(town.officer, asked.drill.id, contact_id=other.id, planned_count=3)
        before = await asked.answer()
        mail = await asked.arrives()
        assert sorted_as(mail) == (IncomingKind.ANSWER, IncomingDoubt.FULL, IncomingStatus.WAITING)
        with pytest.raises(Conflict, match="定員"):
            await incoming.accept(town.officer, mail.id)
        assert await asked.answer() == before

    play(story)


def test_an_answer_from_the_mailbox_of_two_who_are_invited_is_nobodys_until_an_officer_knows_whose(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        other = await make.contact(
            town.officer, await make.company(town.officer, "例示銀行株式会社"), mail_address=ADDRESS.upper()
        )
        await drills.invite(town.officer, asked.drill.id, contact_id=other.id)
        before = [(one.id, one.partstat, one.version) for one in await Attendee.all().order_by("id")]
        mail = await asked.arrives()
        assert sorted_as(mail) == (IncomingKind.ANSWER, IncomingDoubt.SHARED, IncomingStatus.WAITING)
        with pytest.raises(Incomplete, match="だれからのものか") as refused:
            await incoming.accept(town.officer, mail.id)
        assert refused.value.field == "attendee_id"
        with pytest.raises(WrongState):
            await incoming.refuse_uninvited(town.officer, mail.id)
        assert [(one.id, one.partstat, one.version) for one in await Attendee.all().order_by("id")] == before

    play(story)
