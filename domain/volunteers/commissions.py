"""委嘱と再委嘱: who serves from which day to which.

Every term ends on 31 March of the fiscal year in which it begins, also when it begins in mid-year (福島・和歌山 要綱).
A station recommends and headquarters appoints: whoever recommended somebody does not appoint them (X15).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import letters, records, units
from domain.actor import LIAISONS, Actor, Role
from domain.criteria import any_of, nothing
from domain.errors import Incomplete, Invalid, NotAllowed, NotFound
from domain.japanese import (
    end_of_fiscal_year,
    fiscal_year,
    fiscal_year_label,
    text_number,
    wareki,
)
from domain.people import Person
from domain.records import MISSING, Owned
from domain.states import must_be_in
from domain.units import Unit
from domain.verbs import broken, verb
from domain.volunteers.consents import must_have_consent
from domain.volunteers.roster import (
    KIND_LABELS,
    LABELS,
    CommissionKind,
    Volunteer,
    VolunteerGroup,
    VolunteerStatus,
    move,
    visible_to,
)

FARTHEST = timedelta(days=366)


class Reappointment(Owned):
    """再委嘱 of a roster in one act: whose term ended on `ending_on` was given one from `term_from`; 人 in `count`."""

    ending_on = fields.DateField()
    term_from = fields.DateField()
    count = fields.IntField()
    appointed_by_id = fields.UUIDField()

    class Meta:
        table = "reappointment"
        indexes = [Index(fields=("unit_id", "created_at"), name="reappointment_unit")]


class Commission(Owned):
    """委嘱: one term, `term_from` to `term_to`, both included. `ended_on` is the first day on which a term that
    ended early no longer held. On a day somebody is commissioned whose term includes it and has not ended by then.
    Kind and group are those of the term."""

    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        "renkei.Volunteer", on_delete=fields.RESTRICT, related_name=False
    )
    volunteer_id: UUID
    person_id = fields.UUIDField()
    group: fields.ForeignKeyNullableRelation[VolunteerGroup] = fields.ForeignKeyField(
        "renkei.VolunteerGroup", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    group_id: UUID | None
    kind = fields.CharEnumField(CommissionKind, max_length=30)
    fiscal_year = fields.IntField()
    serial = fields.IntField()
    number = fields.CharField(max_length=60)
    authority = fields.CharField(max_length=100)
    appointed_by_id = fields.UUIDField()
    term_from = fields.DateField()
    term_to = fields.DateField()
    ended_on = fields.DateField(null=True)
    reappointed = fields.BooleanField(default=False)
    reappointment: fields.ForeignKeyNullableRelation[Reappointment] = fields.ForeignKeyField(
        "renkei.Reappointment", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    reappointment_id: UUID | None

    class Meta:
        table = "commission"
        indexes = [
            Index(fields=("volunteer_id", "term_from"), name="commission_volunteer"),
            Index(fields=("unit_id", "term_to", "term_from"), name="commission_unit_term"),
            Index(fields=("person_id",), name="commission_person"),
            Index(fields=("reappointment_id",), name="commission_reappointment"),
        ]


broken("commission_number", "同じ委嘱番号がすでに使われています。別の番号にしてください。")
broken("commission_term", "任期がいまの任期と重なっています。任期の始まりを確かめてください。")


def commissions_visible_to(actor: Actor) -> QuerySet[Commission]:
    """Liaison officers see their units' commissions, a volunteer their own."""
    if actor.role in LIAISONS:
        return Commission.filter(any_of(Commission, "unit_id", actor.units))
    return Commission.filter(person_id=actor.person_id) if actor.role is Role.VOLUNTEER else nothing(Commission)


def reappointments_visible_to(actor: Actor) -> QuerySet[Reappointment]:
    """Liaison officers see what their units have decided."""
    if actor.role in LIAISONS:
        return Reappointment.filter(any_of(Reappointment, "unit_id", actor.units))
    return nothing(Reappointment)


@verb(Role.HQ_LIAISON)
async def appoint(
    actor: Actor,
    volunteer_id: UUID,
    *,
    authority: str,
    term_from: date | None = None,
    number: str = "",
    version: int | None = None,
) -> Volunteer:
    """委嘱, by `authority` (生活安全部長), from today unless told, to the next 31 March; the volunteer is told.

    Raises NotAllowed for whoever recommended them, Incomplete for a minor without a guardian's consent on the day.
    """
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    must_be_in(LABELS, volunteer.status, VolunteerStatus.SCREENING)
    if volunteer.recommended_by_id == actor.person_id:
        raise NotAllowed("推薦した人は委嘱できません。県本部の別の担当者が委嘱してください。")
    return await _commission(actor, volunteer, term_from or actor.today, authority, number, reappointed=False)


@verb(Role.HQ_LIAISON)
async def reappoint(
    actor: Actor,
    volunteer_id: UUID,
    *,
    term_from: date | None = None,
    authority: str = "",
    number: str = "",
    version: int | None = None,
) -> Volunteer:
    """再委嘱: another term, following on the running one, or from today where that has ended.

    `authority` is that of the last term unless told. Raises as `appoint` does, but for the recommendation.
    """
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    must_be_in(LABELS, volunteer.status, VolunteerStatus.ACTIVE, VolunteerStatus.EXPIRED)
    last = await _last(volunteer)
    follows = last.term_to + timedelta(days=1)
    begins = term_from or max(follows, actor.today)
    if begins < follows:
        raise Invalid(
            f"いまの任期は{wareki(last.term_to)}までです。それより後の日を指定してください。", field="term_from"
        )
    return await _commission(actor, volunteer, begins, authority or last.authority, number, reappointed=True)


@verb(Role.HQ_LIAISON)
async def reappoint_roster(
    actor: Actor,
    *,
    ending_on: date,
    term_from: date | None = None,
    authority: str = "",
    unit_id: UUID | None = None,
    group_id: UUID | None = None,
    leaving_out: Sequence[UUID] = (),
) -> Reappointment:
    """再委嘱 of everybody whose term ends, or ended, on that day, but those left out; all of them, or nobody.

    The new terms begin on the day after unless told. Raises Incomplete, which names the minors without consent.
    """
    roster = await _ending(actor, ending_on, unit_id, group_id)
    if unknown := set(leaving_out) - {volunteer.id for volunteer in roster}:
        raise NotFound(f"{MISSING}再委嘱しない人の中に、対象でない人が{len(unknown)}人います。", field="leaving_out")
    staying = [volunteer for volunteer in roster if volunteer.id not in set(leaving_out)]
    begins = term_from or ending_on + timedelta(days=1)
    if begins <= ending_on:
        raise Invalid(f"任期は{wareki(ending_on)}までです。それより後の日を指定してください。", field="term_from")
    if not staying:
        raise Incomplete("その日に任期が終わる人がいません。任期の終わりの日を確かめてください。", field="ending_on")
    await must_have_consent(staying, max(begins, actor.today), field="leaving_out")
    act = await records.create(
        actor,
        Reappointment,
        "roster-reappointed",
        unit_id=actor.unit_id,
        ending_on=ending_on,
        term_from=begins,
        count=len(staying),
        appointed_by_id=actor.person_id,
    )
    for volunteer in staying:
        named = authority or (await _last(volunteer)).authority
        await _commission(actor, volunteer, begins, named, "", reappointed=True, reappointment_id=act.id)
    return act


async def _ending(actor: Actor, on: date, unit_id: UUID | None, group_id: UUID | None) -> list[Volunteer]:
    states = (VolunteerStatus.ACTIVE, VolunteerStatus.EXPIRED)
    roster = visible_to(actor).filter(term_to=on, status__in=states)
    if unit_id:
        unit = await units.find_covered(actor, unit_id)
        roster = roster.filter(any_of(Volunteer, "unit_id", await units.below(actor.prefecture_id, unit.id)))
    if group_id:
        roster = roster.filter(group_id=group_id)
    return await roster.order_by("id").select_for_update()


async def _last(volunteer: Volunteer) -> Commission:
    last = await Commission.filter(volunteer_id=volunteer.id).order_by("-term_to", "-id").first()
    assert last is not None, "whoever serves or served was appointed"
    return last


async def _commission(
    actor: Actor, volunteer: Volunteer, begins: date, authority: str, number: str, **how: Any
) -> Volunteer:
    records.must_say(authority, "委嘱者の職名（生活安全部長など）", "authority")
    ends = end_of_fiscal_year(begins)
    _must_be_near(actor, begins, ends)
    await must_have_consent([volunteer], max(begins, actor.today), field="volunteer_id")
    year, serial = fiscal_year(begins), await next_serial(actor.prefecture_id, fiscal_year(begins))
    commission = await records.create(
        actor,
        Commission,
        "commission-given",
        unit_id=volunteer.unit_id,
        volunteer_id=volunteer.id,
        person_id=volunteer.person_id,
        group_id=volunteer.group_id,
        kind=volunteer.kind,
        fiscal_year=year,
        serial=serial,
        number=number or numbered(year, serial),
        authority=authority,
        appointed_by_id=actor.person_id,
        term_from=begins,
        term_to=ends,
        **how,
    )
    await _serve(actor, volunteer, ends)
    await _tell(actor, volunteer, commission)
    return volunteer


def _must_be_near(actor: Actor, begins: date, ends: date) -> None:
    if ends < actor.today:
        raise Invalid(
            f"その任期は{wareki(ends)}にすでに終わっています。任期の始まりを確かめてください。", field="term_from"
        )
    if begins > actor.today + FARTHEST:
        raise Invalid("任期の始まりは1年先までの日付にしてください。", field="term_from")


def numbered(year: int, serial: int) -> str:
    """令和８年度第１号: the number of a commission that has none on paper."""
    return f"{fiscal_year_label(year)}第{text_number(serial)}号"


async def next_serial(prefecture_id: UUID, year: int) -> int:
    """The next serial of a fiscal year, which nobody else gets until the transaction ends."""
    # Whoever gives out a number holds the prefecture's row until the end: no number is given out twice.
    await Unit.filter(id=prefecture_id).select_for_update(no_key=True).get()
    last = await Commission.filter(prefecture_id=prefecture_id, fiscal_year=year).order_by("-serial").first()
    return last.serial + 1 if last else 1


async def _serve(actor: Actor, volunteer: Volunteer, ends: date) -> None:
    values = {"term_to": ends, "left_on": None, "reason": ""}
    if volunteer.status is VolunteerStatus.ACTIVE:
        await records.change(actor, volunteer, "volunteer-reappointed", **values)
    else:
        await move(actor, volunteer, VolunteerStatus.ACTIVE, "volunteer-appointed", **values)


async def _tell(actor: Actor, volunteer: Volunteer, commission: Commission) -> None:
    person = await Person.get(id=volunteer.person_id)
    facts = {
        "title": KIND_LABELS[commission.kind],
        "when": f"{wareki(commission.term_from)}から{wareki(commission.term_to)}まで",
        "number": commission.number,
        "authority": commission.authority,
    }
    await letters.write(actor, person, volunteer.unit_id, "appointed", str(commission.id), facts)
