"""A drill runs, its attendance is recorded and corrected, its report written and approved by another."""

from datetime import timedelta
from typing import Any

import pytest

from domain import drills
from domain.actor import Role
from domain.calendar import PartStat
from domain.drills import Attended, DrillStatus, ParticipationReply
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from tests import make
from tests.domain.drills.asking import (
    answer,
    attendee_of,
    confirmed,
    everything,
    finished,
    fresh,
    letters,
    participation_of,
)
from tests.make import Town


def test_a_drill_goes_its_way_to_the_approved_report(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        after = make.at(town.officer, drill.starts_at + timedelta(days=3))
        await drills.evaluate(after, drill.id)
        await drills.submit_report(after, drill.id, summary="通報は12分で行われた。")
        await drills.close(make.at(town.hq, after.now), drill.id)
        closed = await fresh(drill)
        assert (closed.status, closed.summary) == (DrillStatus.CLOSED, "通報は12分で行われた。")
        assert (closed.reported_by_id, closed.approved_by_id) == (town.officer.person_id, town.hq.person_id)
        assert (closed.reported_at, closed.closed_at) == (after.now, after.now)
        assert [kind for kind, _, _ in await letters()] == ["drill-invitation", "drill-confirmed"]

    play(story)


def test_a_drill_starts_from_the_morning_of_its_day_on(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await everything()
        with pytest.raises(WrongState):
            await drills.start(make.at(town.officer, drill.starts_at - timedelta(days=1)), drill.id)
        assert await everything() == before
        await drills.start(make.at(town.officer, drill.starts_at - timedelta(minutes=30)), drill.id)
        assert (await fresh(drill)).status is DrillStatus.RUNNING

    play(story)


def test_a_running_drill_is_paused_and_resumed_but_not_finished_meanwhile(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        during = make.at(town.officer, drill.starts_at)
        await drills.start(during, drill.id)
        await drills.pause(during, drill.id)
        before = await everything()
        came = [Attended((await participation_of(contact)).id, 1)]
        with pytest.raises(WrongState):
            await drills.finish(during, drill.id, attendance=came)
        with pytest.raises(WrongState):
            await drills.start(during, drill.id)
        assert await everything() == before
        await drills.resume(during, drill.id)
        await drills.finish(during, drill.id, attendance=came)
        assert (await fresh(drill)).status is DrillStatus.FINISHED

    play(story)


def test_a_drill_that_does_not_run_is_not_resumed_or_finished(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        during = make.at(town.officer, drill.starts_at)
        before = await everything()
        for early in (
            drills.resume(during, drill.id),
            drills.pause(during, drill.id),
            drills.finish(during, drill.id, attendance=[]),
            drills.evaluate(during, drill.id),
            drills.submit_report(during, drill.id, summary="報告"),
            drills.correct_attendance(during, drill.id, attendance=[], police_count=3, reason="誤記"),
            drills.close(town.hq, drill.id),
            drills.return_report(town.hq, drill.id, reason="不足"),
        ):
            with pytest.raises(WrongState):
                await early
        assert await everything() == before

    play(story)


def test_the_attendance_is_kept_by_firm_and_by_person(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        came, stayed, refused = await make.invited(
            town.officer, drill, "架空電力株式会社", "見本信用金庫", "例示水道株式会社"
        )
        await answer(town, came)
        await answer(town, refused, PartStat.DECLINED)
        await drills.confirm(town.officer, drill.id)
        during = make.at(town.officer, drill.starts_at)
        await drills.start(during, drill.id)
        attendance = [
            Attended((await participation_of(came)).id, 4, [(await attendee_of(came)).id]),
            Attended((await participation_of(stayed)).id, 0),
        ]
        await drills.finish(during, drill.id, attendance=attendance, police_count=12)
        counted = [(await participation_of(contact)).attended_count for contact in (came, stayed, refused)]
        present = [(await attendee_of(contact)).attended for contact in (came, stayed, refused)]
        assert (counted, present) == ([4, 0, 0], [True, False, False])
        assert (await fresh(drill)).police_count == 12

    play(story)


def test_a_firm_whose_invitation_was_taken_back_is_counted_nowhere(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [came, released] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(released)).id)
        during = make.at(town.officer, drill.starts_at)
        await drills.start(during, drill.id)
        await drills.finish(during, drill.id, attendance=[Attended((await participation_of(came)).id, 2)])
        row = await participation_of(released)
        assert (row.reply, row.attended_count) == (ParticipationReply.WITHDRAWN, None)

    play(story)


def test_an_attendance_that_cannot_be_leaves_the_drill_running(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [first, second] = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        during = make.at(town.officer, drill.starts_at)
        await drills.start(during, drill.id)
        one, two = [(await participation_of(contact)).id for contact in (first, second)]
        somebody, other = (await attendee_of(first)).id, (await attendee_of(second)).id
        before = await everything()
        for attendance, refusal in (
            ([Attended(one, 3)], Incomplete),
            ([Attended(one, -1), Attended(two, 1)], Invalid),
            ([Attended(one, 100_001), Attended(two, 1)], Invalid),
            ([Attended(one, 0, [somebody]), Attended(two, 1)], Invalid),
            ([Attended(one, 3, [other]), Attended(two, 1)], NotFound),
            ([Attended(one, 3), Attended(two, 1), Attended(two, 2)], NotFound),
            ([Attended(one, 3), Attended(somebody, 1)], NotFound),
        ):
            with pytest.raises(refusal) as refused:
                await drills.finish(during, drill.id, attendance=attendance)
            assert refused.value.field == "attendance"
        with pytest.raises(Invalid) as police:
            await drills.finish(during, drill.id, attendance=[], police_count=-1)
        assert police.value.field == "police_count"
        assert await everything() == before

    play(story)


def test_a_corrected_attendance_keeps_the_old_number(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await finished(town)
        row = await participation_of(contact)
        attendee = await attendee_of(contact)
        await drills.correct_attendance(
            make.at(town.officer, drill.starts_at + timedelta(days=1)),
            drill.id,
            attendance=[Attended(row.id, 8, [attendee.id])],
            police_count=11,
            reason="数字の写し間違い",
        )
        entry = await Entry.filter(row_id=row.id, fact="attendance-recorded").order_by("-at", "-id").first()
        assert entry is not None
        assert (entry.before, entry.after) == ({"attended_count": 3}, {"attended_count": 8})
        reasoned = await Entry.get(row_id=drill.id, fact="drill-attendance-corrected")
        assert (reasoned.before["police_count"], reasoned.after["police_count"]) == (10, 11)
        assert reasoned.after["reason"] == "数字の写し間違い"
        assert (await attendee_of(contact)).attended is True

    play(story)


def test_who_came_stands_until_somebody_says_otherwise(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await finished(town)
        row, attendee = await participation_of(contact), await attendee_of(contact)
        assert attendee.attended is None
        said = []
        for attended in (Attended(row.id, 2, [attendee.id]), Attended(row.id, 1), Attended(row.id, 0)):
            await drills.correct_attendance(town.officer, drill.id, attendance=[attended], reason="誤記")
            said.append((await attendee_of(contact)).attended)
        assert said == [True, True, False]

    play(story)


def test_a_correction_without_a_reason_or_without_numbers_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await finished(town)
        row = await participation_of(contact)
        before = await everything()
        with pytest.raises(Invalid) as no_reason:
            await drills.correct_attendance(town.officer, drill.id, attendance=[Attended(row.id, 8)], reason="")
        with pytest.raises(Invalid) as no_number:
            await drills.correct_attendance(town.officer, drill.id, attendance=[], reason="誤記")
        with pytest.raises(Conflict):
            await drills.correct_attendance(
                town.officer, drill.id, attendance=[Attended(row.id, 8)], reason="誤記", version=1
            )
        assert (no_reason.value.field, no_number.value.field) == ("reason", "attendance")
        assert await everything() == before

    play(story)


def test_nobody_approves_the_report_that_they_have_submitted(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await drills.evaluate(town.hq, drill.id)
        await drills.submit_report(town.hq, drill.id, summary="通報は12分で行われた。")
        before = await everything()
        with pytest.raises(NotAllowed):
            await drills.close(town.hq, drill.id)
        with pytest.raises(NotAllowed):
            await drills.close(town.officer, drill.id)
        assert await everything() == before
        colleague = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
        await drills.close(colleague, drill.id)
        assert (await fresh(drill)).status is DrillStatus.CLOSED

    play(story)


def test_a_returned_report_is_written_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await drills.evaluate(town.officer, drill.id)
        await drills.submit_report(town.officer, drill.id, summary="済")
        await drills.return_report(town.hq, drill.id, reason="課題が書かれていない")
        assert ((await fresh(drill)).status, (await fresh(drill)).reason) == (
            DrillStatus.EVALUATING,
            "課題が書かれていない",
        )
        await drills.submit_report(town.officer, drill.id, summary="連絡先が古かった。")
        await drills.close(town.hq, drill.id)
        assert (await fresh(drill)).summary == "連絡先が古かった。"

    play(story)


@pytest.mark.parametrize("summary", ["", " ", "報" * 20_001])
def test_a_report_says_something_and_not_too_much(play: Any, summary: str) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await drills.evaluate(town.officer, drill.id)
        before = await everything()
        with pytest.raises(Invalid) as refused:
            await drills.submit_report(town.officer, drill.id, summary=summary)
        assert refused.value.field == "summary"
        assert await everything() == before

    play(story)


def test_a_drill_is_not_evaluated_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        await drills.evaluate(town.officer, drill.id)
        await drills.submit_report(town.officer, drill.id, summary="済")
        before = await everything()
        with pytest.raises(WrongState):
            await drills.evaluate(town.officer, drill.id)
        assert await everything() == before

    play(story)
