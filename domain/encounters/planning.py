"""接触の予定: an encounter is planned, put right, and called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import amounts, calendar, organizations, records, units
from domain.actor import LIAISONS, TOKYO, Actor
from domain.encounters.attending import EncounterMember, attend, find_members
from domain.encounters.checklist import EncounterCheck, ItemChecked, find_answers, tick
from domain.encounters.encounter import (
    LABELS,
    Encounter,
    EncounterKind,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
    day_of,
    move,
    visible_to,
)
from domain.encounters.inviting import call_off, follow, invite
from domain.errors import Incomplete, Invalid
from domain.states import must_be_in, said
from domain.verbs import verb

EARLIEST = datetime.combine(date(2000, 1, 1), time(), TOKYO).astimezone(UTC)
"""What stands in older papers is entered too; an earlier date is a slip of the pen, most often in the era."""


BESIDE = ("members", "checklist", "place")
"""What is said of an encounter that stands in other rows."""


class More(TypedDict, total=False):
    """What may be said of an encounter. `minutes` is how long it takes."""

    minutes: int | None
    purpose: str
    establishment_id: UUID | None
    business: GuidedBusiness | None


class Facts(More, total=False):
    """All that can be corrected; what is left out stays as it is. `place` is that of an invitation."""

    kind: EncounterKind
    theme: EncounterTheme
    starts_at: datetime
    outcome: str
    members: Sequence[EncounterMember]
    checklist: Sequence[ItemChecked]
    place: str | None


@verb(*LIAISONS)
async def plan(
    actor: Actor,
    /,
    *,
    kind: EncounterKind,
    organization_id: UUID,
    theme: EncounterTheme,
    starts_at: datetime,
    unit_id: UUID | None = None,
    invites: bool = False,
    place: str = "",
    officer_ids: Sequence[UUID] = (),
    contact_ids: Sequence[UUID] = (),
    **more: Unpack[More],
) -> Encounter:
    """予定: an encounter with a body on a day to come, of the actor's unit or one below it. Nobody is told, unless it
    `invites`: these officers, or whoever plans it, and these contacts of the body get it into their calendars.

    Raises Invalid for a date that has passed (`note` enters those), a body that is registered no more, or people where
    nobody is invited; Conflict for one that is there already.
    """
    if not invites and (place or officer_ids or contact_ids):
        raise Invalid("場所と招待する人は、「招待する」（invites）を選んだときだけ入力できます。", field="invites")
    unit = await units.find_covered(actor, unit_id)
    calendar.must_be_ahead(actor, starts_at, calendar.ENTERED_OTHERWISE)
    values = {"kind": kind, "theme": theme, "starts_at": starts_at, "status": EncounterStatus.PLANNED, **more}
    columns = await find_columns(actor, organization_id, values)
    encounter = await records.create(actor, Encounter, "encounter-planned", unit_id=unit.id, **columns)
    if not invites:
        return encounter
    officers = officer_ids or [actor.person_id]
    return await invite(actor, encounter.id, place=place, officer_ids=officers, contact_ids=contact_ids)


async def find_columns(actor: Actor, organization_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new encounter, checked. A body that is gone by the day cannot have been met."""
    body = await records.see(organizations.visible_to(actor), organization_id, field="organization_id")
    if body.retired_on is not None and body.retired_on <= day_of(values["starts_at"]):
        raise Invalid(organizations.gone(body), field="organization_id")
    await _must_fit(actor, body.id, values)
    _must_name_business(values["kind"], values.get("business"))
    return {"organization_id": body.id, **values}


async def _must_fit(actor: Actor, organization_id: UUID, values: Mapping[str, Any]) -> None:
    """Raises Invalid for a length of time that cannot be, NotFound for a place of another body."""
    if values.get("minutes") is not None:
        amounts.minutes(values["minutes"], "minutes", "時間", amounts.DAY)
    if (place := values.get("establishment_id")) is not None:
        places = organizations.establishments_visible_to(actor).filter(organization_id=organization_id)
        await records.see(places, place, field="establishment_id")


def _must_name_business(kind: EncounterKind, business: GuidedBusiness | None) -> None:
    """Guidance says of which line of business, for it is counted by that; nothing else does."""
    if kind is EncounterKind.GUIDANCE and business is None:
        raise Incomplete("指導のときは、指導先の業態を入力してください。", field="business")
    if kind is not EncounterKind.GUIDANCE and business is not None:
        raise Invalid("業態は、指導のときだけ入力できます。", field="business")


def must_have_begun(actor: Actor, starts_at: datetime) -> None:
    """Raises Invalid for what is still to come, or so long ago that it is a slip of the pen."""
    if starts_at > actor.now:
        raise Invalid(
            "まだ始まっていない接触は報告できません。予定として入力し、始まってから報告してください。",
            field="starts_at",
        )
    if starts_at < EARLIEST:
        raise Invalid(f"日時の年を確かめてください。入力できるのは{EARLIEST.year + 1}年からです。", field="starts_at")


@verb(*LIAISONS)
async def correct(actor: Actor, /, encounter_id: UUID, *, version: int, **facts: Unpack[Facts]) -> Encounter:
    """Change what is said of an encounter before its report is checked; what is left out stays as it is.

    Raises WrongState for one that is checked (`correct_checked`), Invalid for a planned one that is moved to the past.
    """
    encounter = await records.find(visible_to(actor), encounter_id, version)
    must_be_in(LABELS, encounter.status, EncounterStatus.PLANNED, EncounterStatus.REPORTED)
    columns = await _corrected(actor, encounter, facts)
    is_reported = encounter.status is EncounterStatus.REPORTED
    fact = "encounter-report-corrected" if is_reported else "encounter-corrected"
    await records.change(actor, encounter, fact, **columns)
    await _beside(actor, encounter, facts)
    await follow(actor, encounter, facts.get("place"))
    if encounter.version > version or not (facts.get("members") or facts.get("checklist")):
        return encounter
    return await records.note(actor, encounter, fact)


@verb(*LIAISONS)
async def correct_checked(
    actor: Actor, /, encounter_id: UUID, *, reason: str, version: int, **facts: Unpack[Facts]
) -> Encounter:
    """Correct an encounter whose report is checked; the old values stay in the journal with the reason, and it counts
    as corrected from now on."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    must_be_in(LABELS, encounter.status, EncounterStatus.CHECKED)
    if not facts:
        raise Invalid("直すものを入力してください。", field="outcome")
    if facts.get("place") is not None:
        raise Invalid("場所は案内のためのものです。確認した接触では直せません。", field="place")
    columns = await _corrected(actor, encounter, facts)
    await records.correct(actor, encounter, "encounter-corrected-afterwards", said(reason), **columns)
    await _beside(actor, encounter, facts)
    return encounter


async def _corrected(actor: Actor, encounter: Encounter, facts: Facts) -> dict[str, Any]:
    told = {name: value for name, value in facts.items() if name not in BESIDE}
    kind = facts.get("kind", encounter.kind)
    await _must_fit(actor, encounter.organization_id, told)
    _must_name_business(kind, facts.get("business", encounter.business))
    if kind is not EncounterKind.VISIT and await EncounterCheck.filter(encounter_id=encounter.id).exists():
        raise Invalid("点検項目のある訪問は、ほかの種別に直せません。", field="kind")
    if "starts_at" in facts:
        _must_be_possible(actor, encounter, facts["starts_at"], facts)
    _must_be_ripe(encounter, facts)
    return told


def _must_be_ripe(encounter: Encounter, facts: Facts) -> None:
    """What came of it is said in the report, and never taken back to nothing."""
    if encounter.reported_at is not None:
        records.must_say(facts.get("outcome", encounter.outcome), "結果", "outcome")
    elif early := next((name for name in ("outcome", "members", "checklist") if name in facts), None):
        raise Invalid("結果・参加者・点検項目は、報告するときに入力してください。", field=early)


def _must_be_possible(actor: Actor, encounter: Encounter, starts_at: datetime, facts: Facts) -> None:
    if encounter.reported_at is None:
        calendar.must_be_ahead(actor, starts_at)
        return
    must_have_begun(actor, starts_at)
    if day_of(starts_at) != encounter.day and not facts.get("members"):
        raise Incomplete(
            "日付を直すときは、参加者も入力し直してください。その日の職名で記録するためです。", field="members"
        )


async def _beside(actor: Actor, encounter: Encounter, facts: Facts) -> None:
    answers = await find_answers(actor, encounter, facts.get("checklist", ()))
    if facts.get("members"):
        await attend(actor, encounter, await find_members(actor, encounter, facts["members"]))
    await tick(actor, encounter, answers)


@verb(*LIAISONS)
async def cancel(actor: Actor, encounter_id: UUID, *, reason: str, version: int | None = None) -> Encounter:
    """中止・取消: it does not take place, or was entered by mistake, as twice; it does not count any more. Whoever is
    invited is told."""
    encounter = await records.find(visible_to(actor), encounter_id, version)
    await move(actor, encounter, EncounterStatus.CANCELLED, "encounter-cancelled", reason=said(reason))
    await call_off(actor, encounter, reason)
    return encounter
