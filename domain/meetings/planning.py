"""計画、訂正、延期と中止: a meeting is put on a day, said of what it is about, moved, or called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import amounts, calendar, councils, invitations, records
from domain.actor import LIAISONS, Actor
from domain.calendar import Appointment, AppointmentKind
from domain.councils import Council
from domain.errors import Invalid
from domain.meetings.meeting import AHEAD, LABELS, CouncilMeeting, MeetingStatus, items, move, visible_to
from domain.meetings.telling import deadline, said_of
from domain.states import must_be_in, said
from domain.units import Unit
from domain.verbs import verb


class More(TypedDict, total=False):
    """What may be said of a meeting. `reply_by` is the last day for answers, `quorum` how many 会員 it takes."""

    agenda: Sequence[str]
    place: str
    online_url: str
    reply_by: date | None
    quorum: int | None


class Facts(More, total=False):
    """All that can be corrected; what is not given stays as it is."""

    title: str


def checked(facts: Facts) -> dict[str, Any]:
    """The columns of what is told, the place among them. Raises Invalid."""
    columns: dict[str, Any] = {**facts}
    if "title" in facts:
        records.must_say(facts["title"], "会議の名称", "title")
    if "agenda" in facts:
        columns["agenda"] = items(facts["agenda"])
    if (quorum := facts.get("quorum")) is not None:
        columns["quorum"] = amounts.people(quorum, "quorum", "定足数", least=1)
    return columns


def _place(columns: dict[str, Any]) -> dict[str, Any]:
    """Takes what belongs to the appointment out of the columns of the meeting."""
    return {name: columns.pop(name) for name in ("place", "online_url") if name in columns}


@verb(*LIAISONS)
async def plan(
    actor: Actor,
    /,
    council_id: UUID,
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    **more: Unpack[More],
) -> CouncilMeeting:
    """計画: a meeting of a council on a day, kept by its secretariat. Nobody is told yet.

    Raises Invalid for a date that has passed or before the council was founded, or an answer day after it, WrongState
    where it is dissolved by then.
    """
    council = await councils.find_kept(actor, council_id)
    columns = checked({**more, "title": title})
    _must_suit(actor, starts_at, columns.get("reply_by"), calendar.ENTERED_OTHERWISE)
    where, unit = _place(columns), await Unit.get(id=council.unit_id)
    appointment = await calendar.propose(actor, AppointmentKind.MEETING, unit, title, starts_at, ends_at, **where)
    meeting = await records.create(
        actor,
        CouncilMeeting,
        "meeting-planned",
        unit_id=unit.id,
        council_id=council.id,
        appointment_id=appointment.id,
        status=MeetingStatus.PLANNED,
        starts_at=starts_at,
        **columns,
    )
    must_be_of(council, meeting)
    return meeting


def _must_suit(actor: Actor, starts_at: datetime, reply_by: date | None, instead: str = "") -> None:
    calendar.must_be_ahead(actor, starts_at, instead)
    calendar.must_leave_time(actor, reply_by, starts_at)


def must_be_of(council: Council, meeting: CouncilMeeting) -> None:
    """Raises WrongState where the council is dissolved by that day, Invalid where it is not founded yet."""
    councils.must_stand(council, meeting.day)
    if meeting.day < council.founded_on:
        raise Invalid("会議の日は、協議会の設立日以後の日付にしてください。", field="starts_at")


@verb(*LIAISONS)
async def correct(
    actor: Actor, /, meeting_id: UUID, *, version: int | None = None, **facts: Unpack[Facts]
) -> CouncilMeeting:
    """Change what is said of a meeting that is ahead; whoever is invited gets what their calendar shows of it anew."""
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, *AHEAD)
    columns = checked(facts)
    if columns.get("reply_by") != meeting.reply_by:
        calendar.must_leave_time(actor, columns.get("reply_by"), meeting.starts_at)
    before, where, agenda = meeting.version, _place(columns), meeting.agenda
    await records.change(actor, meeting, "meeting-corrected", **columns)
    shown = where | ({"title": meeting.title} if "title" in columns else {})
    is_shown = await _show(actor, meeting, shown, is_about_more=meeting.agenda != agenda)
    return await records.touch_since(actor, meeting, before) if is_shown else meeting


async def _show(actor: Actor, meeting: CouncilMeeting, shown: dict[str, Any], *, is_about_more: bool) -> bool:
    """What the calendars show: a new place raises SEQUENCE, a new title or agenda does not (RFC 5546 §2.1.4). Answers
    whether it made a difference there."""
    appointment = await Appointment.get(id=meeting.appointment_id)
    before = appointment.version
    await calendar.change(actor, appointment, "appointment-corrected", **shown)
    if is_about_more and appointment.version == before:  # a letter of this kind needs a turn of its own
        await records.touch(actor, appointment)
    if appointment.version == before:
        return False
    await invitations.tell_all(actor, appointment, "meeting-changed", await said_of(meeting))
    return True


@verb(*LIAISONS)
async def postpone(
    actor: Actor,
    meeting_id: UUID,
    *,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    reply_by: date | None = None,
    version: int | None = None,
) -> CouncilMeeting:
    """延期: another date, with the same UID and SEQUENCE raised; whoever is invited is told why and asked anew.

    The last day for answers belongs to the date: without `reply_by` there is none any more.
    """
    meeting = await records.find(visible_to(actor), meeting_id, version)
    must_be_in(LABELS, meeting.status, *AHEAD)
    why = said(reason)
    _must_suit(actor, starts_at, reply_by)
    appointment = await Appointment.get(id=meeting.appointment_id)
    if (starts_at, ends_at) == (appointment.starts_at, appointment.ends_at):
        raise Invalid("いまと同じ日時です。新しい日時を指定してください。", field="starts_at")
    await calendar.change(actor, appointment, "appointment-rescheduled", starts_at=starts_at, ends_at=ends_at)
    moved = {"starts_at": starts_at, "reply_by": reply_by, "reason": why}
    await records.change(actor, meeting, "meeting-postponed", **moved)
    must_be_of(await Council.get(id=meeting.council_id), meeting)
    await calendar.ask_anew(actor, await calendar.coming(appointment.id).select_for_update())
    await invitations.tell_all(
        actor, appointment, "meeting-rescheduled", await said_of(meeting), reason=why, **deadline(meeting)
    )
    return meeting


@verb(*LIAISONS)
async def cancel(actor: Actor, meeting_id: UUID, *, reason: str, version: int | None = None) -> CouncilMeeting:
    """中止, with the reason that everybody who is invited is told."""
    meeting = await records.find(visible_to(actor), meeting_id, version)
    await move(actor, meeting, MeetingStatus.CANCELLED, "meeting-cancelled", reason=said(reason))
    appointment = await calendar.cancel(actor, await Appointment.get(id=meeting.appointment_id))
    await invitations.tell_all(actor, appointment, "meeting-cancelled", await said_of(meeting), reason=reason)
    return meeting
