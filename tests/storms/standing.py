"""What holds whatever was done before: rows have their entries, nothing hangs in the air, readers are told, once."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant

from domain import calendar, database, invitations, sealing, table
from domain.activities import Activity, ActivityParticipation, ParticipationStatus
from domain.calendar import Appointment, AppointmentStatus, Attendee, PartStat
from domain.journal import Entry
from domain.outbox import Letter, Method
from domain.people import Person
from domain.records import Record
from domain.retention import ErasureList
from tests.stage import Stage

TOLD_WITH: Mapping[str, tuple[str, str]] = {"RunRow": ("Run", "run_id"), "ErasureItem": ("ErasureList", "list_id")}
"""Rows of which the entry of another row tells: of which kind that is, and their column with its id."""

# Whoever is held to a date is held to its own hours: those move with the date, whose entry tells of them.
FACTS = """
    SELECT '{name}' AS name, id, '{kind}' AS kind, {column} AS row_id, version,
        md5((to_jsonb(t) - '{{version,updated_at,busy_from,busy_to}}'::text[])::text) AS facts FROM {table} t"""

ORPHANS = """
    SELECT count(*) AS count FROM letter WHERE appointment_id NOT IN (SELECT id FROM appointment)
    UNION ALL SELECT count(*) FROM drill_participation part WHERE NOT EXISTS (
        SELECT FROM drill WHERE drill.id = part.drill_id AND drill.appointment_id = part.appointment_id)
    UNION ALL SELECT count(*) FROM attendee WHERE unit_id NOT IN (SELECT id FROM unit)"""

# Letters that tell a calendar at one instant what another tells it. An erasure takes the facts away.
TOLD_TWICE = """
    SELECT array_agg(key ORDER BY id) AS keys FROM letter WHERE method IS NOT NULL AND facts ? 'sequence'
    GROUP BY appointment_id, facts->>'attendee_id', lower(to_address), method, facts->>'sequence', kind, owed_at
    HAVING count(*) > 1"""

# The date as it stands for each who was ever asked, but for what it is about; and whether a seat is offered to them.
STANDING = """
    SELECT attendee.id::text, attendee.appointment_id, date.sequence + attendee.raised AS sequence, date.title,
        date.starts_at, date.ends_at, date.place, date.online_url, date.status, attendee.partstat, attendee.waits,
        attendee.removed_at, lower(person.mail_address) AS mailbox, part.status AS part, part.offered_until
    FROM attendee JOIN appointment date ON date.id = attendee.appointment_id
    JOIN person ON person.id = attendee.person_id
    LEFT JOIN activity_participation part ON part.attendee_id = attendee.id"""


class Lasting(RuleBasedStateMachine):
    """Whatever is drawn next: what holds after each step, and what after the last, at the instant `now`."""

    stage: Stage
    now: datetime

    @invariant()
    def nobody_is_left_untold_or_told_twice_and_no_seat_is_given_twice(self) -> None:
        async def holds() -> None:
            assert await overbooked() == []
            assert [await _as_told(one) for one in await untold(self.now)] == []
            assert [one["keys"] for one in await database.rows(TOLD_TWICE)] == []

        self.stage.play(holds(), empty=False)

    def teardown(self) -> None:
        """After the last step."""
        self.stage.play(must_hang_together(self.now), empty=False)


class Written(NamedTuple):
    """A row as it stands, and of which row an entry tells of it."""

    of: tuple[str, UUID]
    version: int
    facts: str


@asynccontextmanager
async def journaled() -> AsyncIterator[None]:
    """What is written in the block is what the journal says: of each row whose facts are others there is an entry, and
    of each entry a row that is another. Of a row that was only touched the entry is another row's, and of what an
    erasure has taken away that of its list."""
    moment, before, known = await _moment(), await _rows(), set(await Entry.all().values_list("id", flat=True))
    yield
    if await _moment() == moment:
        return
    after, entries = await _rows(), await Entry.exclude(id__in=known) if known else await Entry.all()
    kinds = table.models(Record)
    told = {(entry.kind, entry.row_id): entry.fact for entry in entries if entry.kind in kinds}
    changed = {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}
    touched = {id for id in changed & before.keys() & after.keys() if before[id].facts == after[id].facts}
    of = {id: (after.get(id) or before[id]).of for id in changed}
    untold = {of[id] for id in changed - touched} - told.keys()
    assert untold == set() or "journal-forgotten" in told.values(), f"{untold} changed without an entry"
    odd = told.keys() - set(of.values()) - changed
    assert odd == set(), f"{[told[id] for id in odd]} of {odd} changed nothing"
    assert told or not changed, (touched, "were touched for nothing")


async def _moment() -> str:
    """The same as long as nobody has written anything."""
    (moment,) = await database.rows("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next")
    return str(moment["next"])


async def _rows() -> dict[tuple[str, UUID], Written]:
    asked = []
    for name, model in table.models(Record).items():
        kind, column = TOLD_WITH.get(name, (name, "id"))
        asked.append(FACTS.format(name=name, kind=kind, column=column, table=model._meta.db_table))
    found = await database.rows(" UNION ALL ".join(asked))
    return {
        (one["name"], one["id"]): Written((one["kind"], one["row_id"]), one["version"], one["facts"]) for one in found
    }


@asynccontextmanager
async def told_once() -> AsyncIterator[None]:
    """Whose calendar is owed a word for what is done in the block is owed one, and has the date otherwise than before;
    but for a proposal that was declined, after which it stands as it did."""
    moment, before = await _moment(), await _standing()
    known = set(await Letter.exclude(method=None).values_list("id", flat=True))
    yield
    if await _moment() == moment:
        return
    owed = [one for one in await Letter.exclude(method=None).order_by("id") if one.id not in known]
    times = Counter((one.appointment_id, one.facts.get("attendee_id"), one.to_address, one.method) for one in owed)
    assert [told for told, count in times.items() if count > 1] == [], [one.key for one in owed]
    after = await _standing() if owed else {}
    moving = [one for one in owed if one.method is not Method.DECLINECOUNTER and "attendee_id" in one.facts]
    idle = [one for one in moving if before.get(one.facts["attendee_id"]) == after[one.facts["attendee_id"]]]
    assert [one.key for one in idle] == [], "are owed to whoever has the date as it was"


async def _standing() -> dict[str, Any]:
    """What each has of their date, in the words of letters and calendars."""
    found, dates = await database.rows(STANDING), await Appointment.all()
    about = {one.id: await invitations.SAYINGS[one.kind](one) for one in dates if one.kind in invitations.SAYINGS}
    return {one["id"]: (dict(one), about.get(one["appointment_id"])) for one in found}


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
