"""A partner who was invited to a drill, and mails that come back from their calendar."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from domain import drills, incoming
from domain.calendar import Appointment, Attendee, PartStat
from domain.drills import Drill
from domain.incoming import IncomingMail, Told
from domain.outbox import Letter
from tests import make
from tests.clock import NOW
from tests.make import Town

ADDRESS = "contact1@partner.example"
SOON = NOW + timedelta(hours=1)


@dataclass
class Invitation:
    """One drill, and the one person who is asked to it."""

    town: Town
    drill: Drill
    date: Appointment
    attendee: Attendee

    def told(self, **over: Any) -> Told:
        """The answer that a calendar program sends, an hour after the invitation: yes."""
        plain = Told(
            digest=uuid4().hex,
            received_at=SOON,
            sender=ADDRESS,
            is_proven=True,
            to=("desk@police.example",),
            method="REPLY",
            uid=self.date.uid,
            attendee=ADDRESS,
            partstat="ACCEPTED",
            sequence=self.date.sequence + self.attendee.raised,
            stamp=SOON,
        )
        return replace(plain, **over)

    async def arrives(self, at: datetime = SOON, **over: Any) -> IncomingMail:
        kept = await incoming.take_in(at, self.told(received_at=at, **over))
        assert kept is not None
        return kept

    async def answer(self) -> tuple[PartStat, str]:
        known = await Attendee.get(id=self.attendee.id)
        return known.partstat, known.channel or ""

    async def letter(self) -> Letter:
        return await Letter.get(appointment_id=self.date.id, to_address=ADDRESS)


async def invitation(town: Town) -> Invitation:
    drill = await make.drill(town.officer)
    await make.invited(town.officer, drill)
    return await known(town, drill)


async def known(town: Town, drill: Drill) -> Invitation:
    """The same invitation as it stands now."""
    drill = await drills.visible_to(town.officer).get(id=drill.id)
    date = await Appointment.get(id=drill.appointment_id)
    return Invitation(town, drill, date, await Attendee.get(appointment_id=date.id))
