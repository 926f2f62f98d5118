"""実施済の登録: a drill that was held before anybody entered it. Nobody is written to: all of them were there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import amounts, calendar, organizations, records, units
from domain.actor import LIAISONS, Actor
from domain.calendar import AppointmentKind, AppointmentStatus
from domain.drills.drill import Drill, DrillFormat, DrillStatus, DrillThreat
from domain.drills.participation import Participation, ParticipationReply, ParticipationRole
from domain.drills.planning import checked, make
from domain.errors import Incomplete, Invalid
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class TookPart:
    """An organisation that came, with so many people (人)."""

    organization_id: UUID
    count: int
    role: ParticipationRole = ParticipationRole.TRAINEE


@verb(*LIAISONS)
async def record_held(
    actor: Actor,
    *,
    title: str,
    format: DrillFormat,
    threat: DrillThreat,
    starts_at: datetime,
    ends_at: datetime,
    participants: Sequence[TookPart],
    police_count: int = 0,
    purpose: str = "",
    objectives: Sequence[str] = (),
    place: str = "",
    unit_id: UUID | None = None,
) -> Drill:
    """Enter a drill that has been held already, this fiscal year or the last: straight to 実施済, without letters.

    The organisations do not see it: none of their people was asked to it here.
    Raises Invalid for one that is not over, Conflict for one that is there already, Incomplete where no organisation
    took part.
    """
    unit = await units.find_covered(actor, unit_id)
    columns = checked({"title": title, "purpose": purpose, "objectives": objectives, "place": place})
    when = (starts_at, ends_at)
    await calendar.must_be_over_and_missing(actor, AppointmentKind.DRILL, unit.id, columns["title"], *when)
    where = {"place": columns.pop("place"), "status": AppointmentStatus.CONFIRMED}
    columns |= {"status": DrillStatus.FINISHED, "format": format, "threat": threat, "starts_at": starts_at}
    columns["police_count"] = amounts.people(police_count, "police_count", "警察の参加人数")
    drill = await make(actor, "drill-recorded", unit, ends_at, where, **columns)
    await _take_part(actor, drill, participants)
    return drill


async def _take_part(actor: Actor, drill: Drill, participants: Sequence[TookPart]) -> None:
    if not participants:
        raise Incomplete("参加した団体を1つ以上入力してください。", field="participants")
    if len({one.organization_id for one in participants}) < len(participants):
        raise Invalid("同じ団体が二度入っています。一団体に一つにしてください。", field="participants")
    for one in participants:
        body = await records.see(organizations.visible_to(actor), one.organization_id, field="participants")
        count = amounts.people(one.count, "participants", "参加人数", least=1)
        await records.create(
            actor,
            Participation,
            "participation-recorded",
            unit_id=drill.unit_id,
            drill_id=drill.id,
            appointment_id=drill.appointment_id,
            organization_id=body.id,
            role=one.role,
            reply=ParticipationReply.ACCEPTED,
            planned_count=count,
            attended_count=count,
            was_asked=False,
        )
