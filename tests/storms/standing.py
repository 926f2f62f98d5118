"""What holds whatever was done before: every row has its entry, nothing hangs in the air, and each reader is told."""

from collections.abc import Mapping
from datetime import datetime

from hypothesis.stateful import RuleBasedStateMachine, invariant

from domain import calendar, database, sealing, table
from domain.activities import Activity, ActivityParticipation, ParticipationStatus
from domain.calendar import Appointment, AppointmentStatus, Attendee, PartStat
from domain.journal import Entry
from domain.outbox import Letter, Method
from domain.people import Person
from domain.records import Record
from domain.retention import ErasureList
from tests.stage import Stage

TOLD_WITH: Mapping[str, tuple[str, str]] = {"RunFigure": ("Run", "run_id"), "ErasureItem": ("ErasureList", "list_id")}
"""Rows of which the entry of another row tells: of which kind that is, and their column with its id."""

ORPHANS = """
    SELECT count(*) AS count FROM letter WHERE appointment_id NOT IN (SELECT id FROM appointment)
    UNION ALL SELECT count(*) FROM drill_participation part WHERE NOT EXISTS (
        SELECT FROM drill WHERE drill.id = part.drill_id AND drill.appointment_id = part.appointment_id)
    UNION ALL SELECT count(*) FROM attendee WHERE unit_id NOT IN (SELECT id FROM unit)"""


class Lasting(RuleBasedStateMachine):
    """Whatever is drawn next: what holds after each step, and what after the last, at the instant `now`."""

    stage: Stage
    now: datetime

    @invariant()
    def nobody_is_left_untold_and_no_seat_is_given_twice(self) -> None:
        async def holds() -> None:
            assert await overbooked() == []
            assert [await _as_told(one) for one in await untold(self.now)] == []

        self.stage.play(holds(), empty=False)

    def teardown(self) -> None:
        """After the last step."""
        self.stage.play(must_hang_together(self.now), empty=False)


async def must_hang_together(now: datetime) -> None:
    """Nothing hangs in the air, the journal tells of every row and of no other, and its chain is whole."""
    assert {row["count"] for row in await database.rows(ORPHANS)} == {0}
    assert await _unwritten() == []
    while await sealing.seal(now):
        pass
    assert await sealing.verify(now) == []


async def _unwritten() -> list[str]:
    """Tables with rows of which no entry tells how they came, or of which one tells that is not there; unless an
    erasure has taken it away."""
    found, is_whole = [], not await ErasureList.exists(carried_out_at__isnull=False)
    for name, model in table.models().items():
        if issubclass(model, Record):
            kind, column = TOLD_WITH.get(name, (name, "id"))
            rows = set(await model.all().values_list(column, flat=True))
            told = set(await Entry.filter(kind=kind).values_list("row_id", flat=True))
            found += [name] if rows - told or (is_whole and kind == name and told - rows) else []
    return found


async def overbooked() -> list[Activity]:
    """Activities with more people than seats."""
    limited = await Activity.exclude(capacity=None)
    seated = ActivityParticipation.filter(status=ParticipationStatus.CONFIRMED)
    return [one for one in limited if await seated.filter(activity_id=one.id).count() > (one.capacity or 0)]


async def untold(now: datetime) -> list[Attendee]:
    """Who was not owed the date as it stands for them now, though it is still to come."""
    coming = await Attendee.filter(appointment__starts_at__gt=now)
    return [one for one in coming if not await _is_told(one)]


async def _as_told(attendee: Attendee) -> str:
    """How they stand to the date, and what they were owed of it, for whoever has to find out why that is too little."""
    date = await Appointment.get(id=attendee.appointment_id)
    letters = await Letter.filter(appointment_id=date.id, person_id=attendee.person_id).order_by("id")
    owed = [(one.kind, one.method, (one.facts or {}).get("sequence")) for one in letters]
    wanted = calendar.sequence_for(date, attendee)
    return (
        f"{date.kind} {date.status}, {attendee.role} {attendee.partstat} {attendee.removed_at}: {wanted}, owed {owed}"
    )


async def _is_told(attendee: Attendee) -> bool:
    """Whether the last that their calendar was owed is the date as it stands for them. Two readers of one mailbox have
    one calendar, which keeps what stands for either; to whoever does not come it is owed only when that day moves."""
    date, person = await Appointment.get(id=attendee.appointment_id), await Person.get(id=attendee.person_id)
    sharing = await Attendee.filter(appointment_id=date.id, person__mail_address=person.mail_address).count()
    if not person.mail_address or sharing > 1 or attendee.partstat is PartStat.DECLINED:
        return True
    of_them = Letter.filter(appointment_id=date.id, person_id=person.id, method__in=[Method.REQUEST, Method.CANCEL])
    last = await of_them.order_by("-id").first()
    if date.status is AppointmentStatus.CANCELLED or attendee.removed_at is not None:
        return last is not None and last.method is Method.CANCEL
    wanted = (Method.REQUEST, calendar.sequence_for(date, attendee))
    return last is not None and (last.method, last.facts["sequence"]) == wanted
