"""休止と退任: a volunteer pauses, comes back, or leaves; whoever leaves is thanked, and loses their feed and tokens.

Whoever pauses loses their feeds too (`feeds.rest`), and is told new addresses of them on coming back.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain import letters, people, records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer, Role
from domain.errors import Invalid, WrongState
from domain.japanese import wareki
from domain.people import Person
from domain.states import must_be_in, said
from domain.verbs import routine, verb
from domain.volunteers.commissions import Commission
from domain.volunteers.consents import heed_expiries, must_have_consent
from domain.volunteers.roster import (
    KIND_LABELS,
    LABELS,
    SERVING,
    Volunteer,
    VolunteerStatus,
    come_back,
    move,
    step_back,
    visible_to,
)

OVER = "任期が満了したため"
RESIGNED = "ご本人の辞退のため"
DISMISSED = "委嘱が終わったため"
PAUSED = "活動を休止しているため"


@verb(*LIAISONS)
async def suspend(actor: Actor, volunteer_id: UUID, *, reason: str, version: int | None = None) -> Volunteer:
    """休止: the term goes on, but nobody asks this volunteer to anything; dates ahead are taken back."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    await move(actor, volunteer, VolunteerStatus.SUSPENDED, "volunteer-suspended", reason=said(reason))
    await step_back(actor, volunteer, PAUSED)
    return volunteer


@verb(*LIAISONS)
async def resume(actor: Actor, volunteer_id: UUID, *, version: int | None = None) -> Volunteer:
    """委嘱中 again. Raises Incomplete for a minor without consent, WrongState where the term has ended."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    must_be_in(LABELS, volunteer.status, VolunteerStatus.SUSPENDED)
    if volunteer.term_to is None or volunteer.term_to < actor.today:
        raise WrongState("任期が満了しています。「再委嘱」をしてください。", field="status")
    await must_have_consent([volunteer], actor.today, field="volunteer_id")
    await move(actor, volunteer, VolunteerStatus.ACTIVE, "volunteer-resumed", reason="")
    await come_back(actor, volunteer.person_id)
    return volunteer


@verb(*LIAISONS, Role.VOLUNTEER)
async def resign(
    actor: Actor, volunteer_id: UUID, *, reason: str = "", on: date | None = None, version: int | None = None
) -> Volunteer:
    """辞退, also of a recommendation; `on` (today unless told) is the first day on which the term no longer holds."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    day = _day_of_leaving(actor, volunteer, on)
    values = {"reason": reason, "left_on": day}
    await move(actor, volunteer, VolunteerStatus.RESIGNED, "volunteer-resigned", **values)
    await _tell(actor, volunteer, "volunteer-resigned", day)
    return await _leave(actor, volunteer, day, RESIGNED)


@verb(Role.HQ_LIAISON)
async def dismiss(
    actor: Actor, volunteer_id: UUID, *, reason: str, on: date | None = None, version: int | None = None
) -> Volunteer:
    """解嘱, by headquarters, with a reason that stays in the house; `on` as for `resign`."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    day = _day_of_leaving(actor, volunteer, on)
    values = {"reason": said(reason), "left_on": day}
    await move(actor, volunteer, VolunteerStatus.DISMISSED, "volunteer-dismissed", **values)
    await _tell(actor, volunteer, "volunteer-dismissed", day)
    return await _leave(actor, volunteer, day, DISMISSED)


def _day_of_leaving(actor: Actor, volunteer: Volunteer, on: date | None) -> date:
    day = on or actor.today
    if not volunteer.recommended_on <= day <= actor.today:
        raise Invalid("推薦の日から今日までの日付を指定してください。", field="on")
    return day


async def _tell(author: Author, volunteer: Volunteer, kind: str, day: date) -> None:
    person = await Person.get(id=volunteer.person_id)
    begun = Commission.filter(volunteer_id=volunteer.id, term_from__lte=day)
    commission = await begun.order_by("-term_from").first()
    facts = {
        "title": KIND_LABELS[volunteer.kind],
        "number": commission.number if commission else "",
        "ended_on": wareki(day),
    }
    turn = f"{volunteer.id}:{day}"
    await letters.write(author, person, volunteer.unit_id, kind, turn, facts, letters.by_day(author.now))


async def _leave(author: Author, volunteer: Volunteer, day: date, reason: str) -> Volunteer:
    for commission in await Commission.filter(volunteer_id=volunteer.id, ended_on=None, term_to__gte=day):
        ended_on = max(day, commission.term_from)
        await records.change(author, commission, "commission-ended", ended_on=ended_on)
    await _part(author, volunteer, reason)
    return volunteer


async def _part(author: Author, volunteer: Volunteer, reason: str) -> None:
    await step_back(author, volunteer, reason)
    if not await Volunteer.filter(person_id=volunteer.person_id, status__in=SERVING).exists():
        await people.leave(author, await Person.get(id=volunteer.person_id), author.now.astimezone(TOKYO).date())


@routine
async def expire(now: datetime) -> int:
    """任期満了 of everybody whose newest term ended before today; answers how many. Consents that ended by then are
    heeded, too. Safe to repeat."""
    today = now.astimezone(TOKYO).date()
    over = await Volunteer.filter(status__in=SERVING, term_to__lt=today).order_by("id").select_for_update()
    for volunteer in over:
        assert volunteer.term_to is not None, "whoever serves has a term"
        await move(Bearer(now), volunteer, VolunteerStatus.EXPIRED, "volunteer-expired")
        await _tell(Bearer(now), volunteer, "volunteer-expired", volunteer.term_to)
        await _part(Bearer(now), volunteer, OVER)
    await heed_expiries(Bearer(now))
    return len(over)
