"""A drill is planned, corrected, moved and called off, and what is refused on the way."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import drills, outbox
from domain.calendar import AppointmentStatus, PartStat
from domain.drills import (
    IMPROVEMENT_LABELS,
    IMPROVEMENT_MOVES,
    INJECT_LABELS,
    INJECT_MOVES,
    LABELS,
    MOVES,
    Drill,
    DrillStatus,
    ImprovementStatus,
    InjectStatus,
    ParticipationReply,
)
from domain.errors import Conflict, Incomplete, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.outbox import Letter, Method
from tests import make
from tests.domain.drills.asking import (
    answer,
    appointment_of,
    attendee_of,
    confirmed,
    everything,
    finished,
    fresh,
    last_letter,
    letters,
    participation_of,
)
from tests.make import Town


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(DrillStatus)
    assert set(INJECT_MOVES) == set(INJECT_LABELS) == set(InjectStatus)
    assert set(IMPROVEMENT_MOVES) == set(IMPROVEMENT_LABELS) == set(ImprovementStatus)


def test_every_state_can_be_reached_and_a_drill_can_be_called_off_until_it_is_finished() -> None:
    assert {to for ways in MOVES.values() for to in ways} == set(DrillStatus) - {DrillStatus.DRAFT}
    before = ("DRAFT", "PLANNING", "INVITING", "CONFIRMED", "RUNNING", "PAUSED")
    assert tuple(state for state, ways in MOVES.items() if DrillStatus.CANCELLED in ways) == before


def test_a_planned_drill_has_a_date_and_nobody_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        appointment = await appointment_of(drill)
        assert drill.status is DrillStatus.PLANNING
        assert (appointment.title, appointment.place) == ("第1回共同対処訓練", "青浜県警察本部 大会議室")
        assert (appointment.sequence, appointment.status) == (0, AppointmentStatus.TENTATIVE)
        assert appointment.uid.endswith("@police.aohama.example")
        assert await letters() == []

    play(story)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "訓" * 201),
        ("purpose", "訓" * 1001),
        ("scenario", "訓" * 20_001),
        ("objectives", ["通報する", ""]),
        ("objectives", ["通報する"] * 21),
        ("objectives", ["訓" * 301]),
        ("place", "訓" * 301),
        ("online_url", "会議室"),
        ("online_url", "javascript:alert(1)"),
        ("online_url", "https://a.example/" + "x" * 500),
        ("capacity", 0),
        ("capacity", 100_001),
        ("reply_by", date(2026, 6, 30)),
        ("reply_by", date(2026, 7, 30)),
    ],
)
def test_what_can_never_be_right_is_refused_when_planned_and_when_corrected(play: Any, field: str, value: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.drill(town.officer, **{field: value})
        assert refused.value.field == field
        assert await Drill.all().count() == 0
        drill = await make.drill(town.officer)
        before = await everything()
        with pytest.raises(Invalid) as again:
            await drills.correct(town.officer, drill.id, **{field: value})  # type: ignore[arg-type]
        assert again.value.field == field
        assert await everything() == before

    play(story)


def test_no_drill_is_planned_in_the_past_or_backwards(play: Any) -> None:
    async def story(town: Town) -> None:
        now = town.officer.now
        with pytest.raises(Invalid) as past:
            await make.drill(town.officer, starts_at=now)
        with pytest.raises(Invalid) as backwards:
            await make.drill(town.officer, ends_at=now)
        assert (past.value.field, backwards.value.field) == ("starts_at", "ends_at")
        assert await Drill.all().count() == 0

    play(story)


def test_a_drill_is_planned_only_for_a_unit_of_ones_own(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.drill(town.officer, unit_id=town.other_station.id)
        assert refused.value.field == "unit_id"
        assert await Drill.all().count() == 0
        assert (await make.drill(town.hq, unit_id=town.station.id)).unit_id == town.station.id

    play(story)


def test_a_correction_changes_only_what_it_names(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await drills.correct(town.officer, drill.id, purpose="通報の手順を確かめる")
        after = await fresh(drill)
        assert after.purpose == "通報の手順を確かめる"
        assert (after.title, after.scenario, after.objectives) == (drill.title, drill.scenario, drill.objectives)

    play(story)


def test_a_new_place_reaches_the_invited_and_their_answers_stand(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        before = await appointment_of(drill)
        await drills.correct(town.officer, drill.id, place="見本市民会館")
        after = await appointment_of(drill)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        letter = await last_letter()
        assert (letter.kind, letter.method) == ("drill-changed", Method.REQUEST)
        assert (letter.facts["place"], letter.facts["sequence"]) == ("見本市民会館", after.sequence)
        assert letter.facts["partstat"] == PartStat.ACCEPTED

    play(story)


def test_a_new_title_is_told_without_raising_the_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await appointment_of(drill)
        await drills.correct(town.officer, drill.id, title="第2回共同対処訓練")
        after = await appointment_of(drill)
        assert (after.title, after.sequence) == ("第2回共同対処訓練", before.sequence)
        assert (await letters())[-1][0] == "drill-changed"

    play(story)


def test_a_new_scenario_is_told_to_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        told = await letters()
        await drills.correct(town.officer, drill.id, scenario="回線が切れる。")
        assert await letters() == told
        everything_told = [str(letter.facts) for letter in await Letter.all()]
        assert [facts for facts in everything_told if "身代金" in facts or "回線" in facts] == []

    play(story)


def test_whoever_is_invited_hears_what_else_the_drill_is_for_under_the_same_sequence(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        told, before = await letters(), await appointment_of(drill)
        anew = await drills.correct(town.officer, drill.id, objectives=["代わりの連絡手段を使う"], purpose="備え")
        assert len(await letters()) == len(told) + 1
        newest = await Letter.all().order_by("-id").first()
        assert newest is not None
        assert (newest.kind, newest.facts["sequence"]) == ("drill-changed", before.sequence)
        assert (newest.facts["purpose"], newest.facts["objectives"]) == ("備え", ["・代わりの連絡手段を使う"])
        await drills.correct(town.officer, drill.id, purpose="備え", version=anew.version)
        assert len(await letters()) == len(told) + 1

    play(story)


def test_the_place_of_a_drill_with_invitations_is_not_taken_away(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await everything()
        with pytest.raises(Incomplete) as no_place:
            await drills.correct(town.officer, drill.id, place="")
        with pytest.raises(Incomplete) as no_objective:
            await drills.correct(town.officer, drill.id, objectives=[])
        assert (no_place.value.field, no_objective.value.field) == ("place", "objectives")
        assert await everything() == before

    play(story)


def test_postponing_keeps_the_uid_raises_the_sequence_and_asks_everybody_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        before = await appointment_of(drill)
        later = drill.starts_at + timedelta(days=7)
        await drills.postpone(
            town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        after = await appointment_of(drill)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        assert (after.starts_at, after.status) == (later, AppointmentStatus.TENTATIVE)
        assert ((await fresh(drill)).status, (await fresh(drill)).starts_at) == (DrillStatus.PLANNING, later)
        attendee = await attendee_of(contact)
        assert (attendee.partstat, attendee.answered_at) == (PartStat.NEEDS_ACTION, None)
        assert (await participation_of(contact)).reply is ParticipationReply.AWAITED
        letter = await last_letter()
        assert (letter.kind, letter.method) == ("drill-rescheduled", Method.REQUEST)
        assert (letter.facts["sequence"], letter.facts["partstat"]) == (after.sequence, PartStat.NEEDS_ACTION)
        assert letter.facts["reason"] == "台風"

    play(story)


def test_a_letter_says_why_the_drill_is_moved_now_and_not_why_it_was_before(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        days = [drill.starts_at + timedelta(days=7 * weeks) for weeks in (1, 2, 3)]
        dates = [{"starts_at": day, "ends_at": day + timedelta(hours=3)} for day in days]
        await drills.postpone(town.officer, drill.id, reason="台風", **dates[0])
        await drills.reschedule(town.officer, drill.id, **dates[1])
        await drills.reschedule(town.officer, drill.id, reason="会場の工事", **dates[2])
        told = await Letter.filter(kind="drill-rescheduled").order_by("id")
        assert [letter.facts["reason"] for letter in told] == ["台風", "", "会場の工事"]
        moved = await Entry.filter(row_id=drill.id, fact="drill-rescheduled").order_by("id")
        assert [entry.after.get("reason") for entry in moved] == ["台風", None, "会場の工事"]

    play(story)


def test_the_answer_to_the_old_date_stays_in_the_journal(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        later = drill.starts_at + timedelta(days=7)
        await drills.postpone(
            town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        entry = await Entry.get(row_id=(await attendee_of(contact)).id, fact="attendee-asked-anew")
        assert entry.before["partstat"] == "ACCEPTED"

    play(story)


def test_a_postponed_drill_goes_on_to_its_confirmation_with_the_sequence_rising_each_time(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        sequences = [(await appointment_of(drill)).sequence]
        later = drill.starts_at + timedelta(days=7)
        await drills.postpone(
            town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        await drills.resume_inviting(town.officer, drill.id)
        sequences.append((await appointment_of(drill)).sequence)
        await answer(town, contact)
        await drills.confirm(town.officer, drill.id)
        sequences.append((await appointment_of(drill)).sequence)
        assert sequences == [1, 2, 3]
        assert [letter.facts["sequence"] for letter in await Letter.all().order_by("id")] == [0, 0, 1, 2, 2, 3]
        assert len({letter.facts["uid"] for letter in await Letter.all()}) == 1

    play(story)


def test_a_drill_in_planning_takes_another_date_without_a_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, reply_by=date(2026, 7, 20))
        later = drill.starts_at + timedelta(days=7)
        await drills.reschedule(
            town.officer, drill.id, starts_at=later, ends_at=later + timedelta(hours=2), reply_by=date(2026, 7, 27)
        )
        assert ((await fresh(drill)).starts_at, (await fresh(drill)).reply_by) == (later, date(2026, 7, 27))
        assert await letters() == []

    play(story)


def test_a_postponement_to_the_same_or_a_past_date_or_without_a_reason_changes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await everything()
        same = drill.starts_at, drill.starts_at + timedelta(hours=3)
        past = town.officer.now - timedelta(days=1), town.officer.now
        later = drill.starts_at + timedelta(days=1), drill.starts_at + timedelta(days=1, hours=1)
        for (starts_at, ends_at), reason, field in (
            (same, "台風", "starts_at"),
            (past, "台風", "starts_at"),
            (later, "　", "reason"),
            (later, "台" * 501, "reason"),
        ):
            with pytest.raises(Invalid) as refused:
                await drills.postpone(town.officer, drill.id, reason=reason, starts_at=starts_at, ends_at=ends_at)
            assert refused.value.field == field
        assert await everything() == before

    play(story)


@pytest.mark.parametrize("begun", ["planned", "finished"])
def test_only_a_drill_with_invitations_is_postponed(play: Any, begun: str) -> None:
    async def story(town: Town) -> None:
        drill = (await finished(town))[0] if begun == "finished" else await make.drill(town.officer)
        before = await everything()
        later = drill.starts_at + timedelta(days=7)
        with pytest.raises(WrongState, match="案内中・確定"):
            await drills.postpone(
                town.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
            )
        assert await everything() == before

    play(story)


def test_calling_off_sends_everybody_a_cancellation_with_the_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town, "架空電力株式会社", "見本信用金庫")
        before = await appointment_of(drill)
        await drills.call_off(town.officer, drill.id, reason="大雨")
        after = await appointment_of(drill)
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        assert after.status is AppointmentStatus.CANCELLED
        assert (await letters())[-2:] == [
            ("drill-cancelled", Method.CANCEL, "contact1@partner.example"),
            ("drill-cancelled", Method.CANCEL, "contact2@partner.example"),
        ]
        letter = await last_letter()
        assert (letter.facts["sequence"], letter.facts["reason"]) == (after.sequence, "大雨")

    play(story)


def test_a_draft_is_called_off_without_a_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await drills.call_off(town.officer, drill.id, reason="人事異動")
        assert (await fresh(drill)).status is DrillStatus.CANCELLED
        assert await letters() == []

    play(story)


def test_nothing_is_mailed_for_a_drill_that_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        told = await letters()
        after = make.at(town.officer, drill.starts_at + timedelta(days=1))
        await drills.call_off(after, drill.id, reason="当日の停電")
        assert (await fresh(drill)).status is DrillStatus.CANCELLED
        assert await letters() == told

    play(story)


def test_a_finished_drill_is_not_called_off_or_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town)
        before = await everything()
        with pytest.raises(WrongState):
            await drills.call_off(town.officer, drill.id, reason="大雨")
        with pytest.raises(WrongState):
            await drills.correct(town.officer, drill.id, title="別の訓練")
        assert await everything() == before

    play(story)


def test_of_two_officers_with_the_same_version_the_second_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await drills.correct(town.officer, drill.id, purpose="通報の手順", version=drill.version)
        before = await everything()
        for late in (
            drills.correct(town.hq, drill.id, purpose="初動の手順", version=drill.version),
            drills.call_off(town.hq, drill.id, reason="重複", version=drill.version),
            drills.resume_inviting(town.hq, drill.id, version=drill.version),
        ):
            with pytest.raises(Conflict, match="ほかの人が先に"):
                await late
        assert await everything() == before

    play(story)


def test_another_station_does_not_find_the_drill(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, [contact] = await confirmed(town)
        before = await everything()
        with pytest.raises(NotFound):
            await drills.call_off(town.other_officer, drill.id, reason="大雨")
        with pytest.raises(NotFound):
            await drills.correct_participation(
                town.other_officer, (await participation_of(contact)).id, planned_count=2
            )
        assert await everything() == before

    play(story)


def test_a_letter_that_cannot_be_owed_leaves_the_drill_as_it_was(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("disk full")

    async def story(town: Town) -> None:
        drill, _ = await confirmed(town)
        before = await everything()
        monkeypatch.setattr(outbox, "owe_all", broken)
        with pytest.raises(RuntimeError):
            await drills.call_off(town.officer, drill.id, reason="大雨")
        assert await everything() == before

    play(story)
