"""公開の知らせ: whoever comes to a date from outside is told by one letter that there are papers, however many are
released within a few minutes; on their page they find what there is by then.

It waits for the end of quiet hours like anything that is told of a date, and lets nothing newer wait. Before it leaves
it is looked at once more (`settle`): where there is nothing left to be seen, nobody is told of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import invitations
from domain.actor import Author
from domain.calendar import STAYING_AWAY, Appointment, coming
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
    guests = coming(date.id).filter(waits=False, invited_at__isnull=False, person__is_officer=False)
    for guest in await guests.exclude(partstat__in=STAYING_AWAY):
        if str(guest.id) not in told:
            turn, due_at = f"{guest.id}:{paper.id}", author.now + GATHERED
            await invitations.write(author, date, guest.person, KIND, turn, due_at=due_at, attendee_id=str(guest.id))


_AWAY = ", ".join(f"'{answer}'" for answer in STAYING_AWAY)
UNTRUE = f"""
    UPDATE letter SET spared_at = $1
    WHERE kind = $2 AND sent_at IS NULL AND given_up_at IS NULL AND spared_at IS NULL
      AND (leased_until IS NULL OR leased_until <= $1)
      AND NOT EXISTS (
        SELECT FROM attendee guest
        JOIN appointment date ON date.id = guest.appointment_id AND date.cancelled_at IS NULL AND date.ends_at > $1
        JOIN document paper ON paper.appointment_id = date.id AND paper.status = '{DocumentStatus.RELEASED}'
            AND NOT paper.is_over
        WHERE guest.appointment_id = letter.appointment_id AND guest.person_id = letter.person_id
          AND guest.removed_at IS NULL AND NOT guest.waits AND guest.partstat NOT IN ({_AWAY}))
    RETURNING id"""  # noqa: S608 our own words


@routine
async def settle(now: datetime) -> int:
    """Let go of the letters whose readers would find nothing; how many."""
    return len(await rows(UNTRUE, now, KIND))
