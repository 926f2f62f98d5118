"""公開の知らせ: whoever comes to a date from outside is told by one letter that there are papers, however many are
released within a few minutes; on their page they find what there is by then.

It waits for the end of quiet hours like anything that is told of a date, and lets nothing newer wait. Before it leaves
it is looked at once more (`settle`): where there is nothing left to be seen, nobody is told of it, and whoever finds
something only later is told then. It says when and where the date is as it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import invitations, outbox
from domain.actor import Author, Bearer
from domain.calendar import STAYING_AWAY, Appointment, Attendee, coming
from domain.database import rows
from domain.documents.document import Document, DocumentStatus
from domain.outbox import WAITING, Letter
from domain.verbs import routine

KIND = "papers-released"
GATHERED = timedelta(minutes=10)
"""How long the first of several papers waits for the others."""


async def tell(author: Author, paper: Document, date: Appointment) -> None:
    """Owe the letter to everybody who will find the paper on their page, and whom none is on its way to already."""
    owed = await Letter.filter(kind=KIND, appointment_id=date.id, **WAITING)
    told = {letter.facts.get("attendee_id") for letter in owed}
    guests = (
        coming(date.id)
        .filter(waits=False, invited_at__isnull=False, person__is_officer=False)
        .prefetch_related("person")
    )
    for guest in await guests.exclude(partstat__in=STAYING_AWAY):
        if str(guest.id) not in told:
            await _owe(author, date, guest, paper.id)


async def _owe(author: Author, date: Appointment, guest: Attendee, paper_id: UUID) -> None:
    turn, due_at = f"{guest.id}:{paper_id}", author.now + GATHERED
    await invitations.write(author, date, guest.person, KIND, turn, due_at=due_at, attendee_id=str(guest.id))


_AWAY = ", ".join(f"'{answer}'" for answer in STAYING_AWAY)
SEEN = f"""
        attendee guest
        JOIN appointment date ON date.id = guest.appointment_id AND date.cancelled_at IS NULL AND date.ends_at > $1
        JOIN document paper ON paper.appointment_id = date.id AND paper.status = '{DocumentStatus.RELEASED}'
            AND NOT paper.is_over
            AND guest.removed_at IS NULL AND NOT guest.waits AND guest.partstat NOT IN ({_AWAY})"""
# What is let go gives its key away, to the letter that is owed in its place if there is something to be seen again.
UNTRUE = f"""
    UPDATE letter SET spared_at = $1, key = 'spared:' || letter.id
    WHERE kind = $2 AND sent_at IS NULL AND given_up_at IS NULL AND spared_at IS NULL
      AND (leased_until IS NULL OR leased_until <= $1)
      AND NOT EXISTS (
        SELECT FROM {SEEN}
        WHERE guest.appointment_id = letter.appointment_id AND guest.person_id = letter.person_id)
    RETURNING id"""  # noqa: S608 - our own words
# Whoever says yes again, or is asked after the release: of each the first paper that no letter has told them of.
UNTOLD = f"""
    SELECT DISTINCT ON (guest.id) guest.id, paper.id AS paper_id
    FROM {SEEN}
    JOIN person ON person.id = guest.person_id AND NOT person.is_officer AND person.mail_address <> ''
        AND (person.retired_on IS NULL OR person.retired_on > ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date)
    WHERE guest.invited_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM letter told
        WHERE told.kind = $2 AND told.appointment_id = date.id AND told.person_id = guest.person_id
          AND told.spared_at IS NULL AND (told.sent_at IS NULL OR told.sent_at >= paper.released_at))
    ORDER BY guest.id, paper.id"""  # noqa: S608 - our own words


@routine
async def settle(now: datetime) -> int:
    """Let go of the letters whose readers would find nothing, and owe them to those who find something now of which
    they were not told; how many were let go."""
    untrue = len(await rows(UNTRUE, now, KIND))
    for line in await rows(UNTOLD, now, KIND):
        guest = await Attendee.get(id=line["id"]).prefetch_related("person", "appointment")
        await _owe(Bearer(now), guest.appointment, guest, line["paper_id"])
    return untrue


@outbox.when_leaving
async def tell_the_date_as_it_stands(now: datetime, letters: Sequence[Letter]) -> None:
    """A date may have moved while the letter waited: it says, and is over, when and where that is now."""
    papers = [letter for letter in letters if letter.kind == KIND]
    dates = Appointment.filter(id__in=[letter.appointment_id for letter in papers]).prefetch_related("unit")
    facts: dict[UUID | None, dict[str, Any]] = {}
    for date in await dates if papers else ():
        facts[date.id] = await invitations.facts_of(date, date.unit)
    for letter in papers:
        letter.facts |= facts.get(letter.appointment_id, {})
