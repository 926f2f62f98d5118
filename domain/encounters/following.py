"""次の対応: what is to be done after an encounter is a task of an officer, until a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import people, records, tasks
from domain.actor import LIAISONS, Actor, Author
from domain.encounters.encounter import Encounter, EncounterStatus, day_of, visible_to
from domain.errors import Incomplete, Invalid, WrongState, meaning
from domain.people import Person
from domain.values import dataclass
from domain.verbs import verb

OPEN = Q(next_due_on__isnull=False, next_done_on=None) & ~Q(status=EncounterStatus.CANCELLED)
"""A step that is still to be done. It is overdue when its last day has passed."""


@dataclass(frozen=True)
class NextStep:
    """次の対応: what is to be done until which day, and by which officer; by whoever enters it, unless told."""

    what: str
    due_on: date
    owner_id: UUID | None = None


async def find_step(actor: Actor, unit_id: UUID, met_at: datetime, step: NextStep | None) -> dict[str, Any]:
    """The columns of a next step, none where there is none. Raises Invalid for a last day before the encounter, or an
    officer of another unit."""
    if step is None:
        return {}
    records.must_say(step.what, "次の対応の内容", "what")
    owner = await tasks.find_owner(actor, unit_id, step.owner_id or actor.person_id)
    if step.due_on < day_of(met_at):
        raise Invalid("次の対応の期限は、接触の日以後にしてください。", field="due_on")
    told = {"next_step": step.what, "next_due_on": step.due_on}
    return told | {"next_owner_id": owner.id, "next_done_on": None}


@verb(*LIAISONS)
async def assign_next_step(
    actor: Actor,
    encounter_id: UUID,
    *,
    what: str | None = None,
    due_on: date | None = None,
    owner_id: UUID | None = None,
    version: int | None = None,
) -> Encounter:
    """Set what is to be done next, until when and by whom; what is left out stays as it is. After a step is done this
    begins another.

    Raises WrongState for an encounter that has not been reported, Incomplete for a new step without text or last day.
    """
    encounter = await records.find(visible_to(actor), encounter_id, version)
    if encounter.reported_at is None or encounter.status is EncounterStatus.CANCELLED:
        raise WrongState("次の対応は、報告した接触にだけ付けられます。先に報告してください。")
    is_new = encounter.next_due_on is None or encounter.next_done_on is not None
    text = what if what is not None or is_new else encounter.next_step
    day = due_on if due_on is not None or is_new else encounter.next_due_on
    if text is None or day is None:
        missing = "what" if text is None else "due_on"
        raise Incomplete("新しい「次の対応」は、内容と期限の両方を入力してください。", field=missing)
    step = NextStep(text, day, owner_id or encounter.next_owner_id)
    values = await find_step(actor, encounter.unit_id, encounter.starts_at, step)
    with meaning(next_step="what"):
        return await records.change(actor, encounter, "encounter-next-step-assigned", **values)


@verb(*LIAISONS)
async def settle_next_step(
    actor: Actor, encounter_id: UUID, *, done_on: date | None = None, version: int | None = None
) -> Encounter:
    """The next step is done, today unless told. Raises WrongState where there is none to do."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    if encounter.next_due_on is None or encounter.next_done_on is not None:
        raise WrongState("済ませる「次の対応」がありません。")
    if encounter.status is EncounterStatus.CANCELLED:
        raise WrongState("取り消した接触の「次の対応」は、済ませるに及びません。")
    day = done_on or actor.today
    if not encounter.day <= day <= actor.today:
        raise Invalid("対応した日は、接触の日から今日までの日付にしてください。", field="done_on")
    return await records.change(actor, encounter, "encounter-next-step-settled", next_done_on=day)


def steps_visible_to(actor: Actor) -> QuerySet[Encounter]:
    """The encounters with a step that is still to be done."""
    return visible_to(actor).filter(OPEN)


@people.when_leaving
async def hand_back(author: Author, person: Person, leaves_at: datetime, to: UUID | None) -> None:
    """Whoever leaves a unit leaves its tasks: those that are due once they are gone, and all on the day itself. They
    are nobody's then, until the desk gives them to somebody."""
    own = Encounter.filter(OPEN, people.outside(to), next_owner_id=person.id)
    if leaves_at > author.now:
        own = own.filter(next_due_on__gte=day_of(leaves_at))
    for encounter in await own.order_by("id").select_for_update():
        await records.change(author, encounter, "encounter-next-step-handed-back", next_owner_id=None)
