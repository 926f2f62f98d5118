"""協定一覧, 約束の履行一覧: the agreements of the desk with their parties, a line each, in the words in which a
register is taken in again; and apart from them what was promised for a year and kept. No person stands in either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from domain import database, organizations, searching, units
from domain.actor import LIAISONS, TOKYO, Actor
from domain.agreements.agreement import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    parties_visible_to,
    visible_to,
)
from domain.agreements.amending import AgreementAmendment, AmendmentStatus, amendments_visible_to
from domain.agreements.committing import (
    AgreementCommitment,
    Kept,
    commitments_visible_to,
    find_kept,
    fulfilments_visible_to,
)
from domain.agreements.lasting import AgreementExtension, ExtensionKind, extensions_visible_to
from domain.agreements.naming import PartyNaming, namings_visible_to
from domain.agreements.researching import ResearchOutput, outputs_visible_to
from domain.criteria import any_of
from domain.japanese import Period, fiscal_year, search_key
from domain.organizations import Organization
from domain.values import dataclass
from domain.verbs import verb


@dataclass(frozen=True)
class ListedParty:
    """One party of an agreement, the `number`th of the list; `renews` is the number, there or of its document, of the
    one from which it took over; `extension` is the last by which both sides have extended it, `amendments` are those
    that were agreed, `outputs` is what has come of joint research, `naming` the consent that stands. Of a body that the
    actor sees no more there is none."""

    number: int
    agreement: Agreement
    renews: str
    unit: str
    extension: AgreementExtension | None
    amendments: Sequence[AgreementAmendment]
    outputs: Sequence[ResearchOutput]
    party: AgreementParty
    organization: Organization | None
    police_unit: str
    naming: PartyNaming | None


@dataclass(frozen=True)
class ListedPromise:
    """How often a promise was owed and kept in the year, with its agreement, the unit of that and the bodies that stand
    in it today; `days` are those that were entered by hand."""

    kept: Kept
    promise: AgreementCommitment
    agreement: Agreement
    unit: str
    bodies: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class ListedOutput:
    """What has come of joint research, with its agreement, the unit of that and the bodies that stand in it today."""

    output: ResearchOutput
    agreement: Agreement
    unit: str
    bodies: tuple[str, ...]


@verb(*LIAISONS, only_reads=True)
async def listed(
    actor: Actor,
    *,
    status: Collection[AgreementStatus] = (),
    kind: Collection[AgreementKind] = (),
    unit_id: UUID | None = None,
    text: str = "",
    expires_before: date | None = None,
) -> list[ListedParty]:
    """The agreements of the actor's units that were signed, or those of some states, by title, each with its parties in
    the order in which they came in; as narrowed. Raises NotFound for another's unit."""
    rows = await _narrowed(actor, status, kind, unit_id, text, expires_before)
    whole = {row.id: row for row in await rows.order_by("kana_order", "id")}
    of_these = any_of(AgreementParty, "agreement_id", whole)
    parties = await parties_visible_to(actor).filter(of_these).order_by("acceded_on", "id")
    order = {id: at for at, id in enumerate(whole, start=1)}
    place, bodies = await units.find_names(actor), await _bodies(actor, parties)
    renewed = await _numbers_renewed(actor, whole, order)
    amended, made = await _amendments(actor, whole), await _outputs(actor, whole)
    extensions, namings = await _extensions(actor, whole), await _namings(actor, whole)

    def line(party: AgreementParty) -> ListedParty:
        agreement = whole[party.agreement_id]
        return ListedParty(
            order[agreement.id],
            agreement,
            renewed.get(agreement.id, ""),
            place(agreement.unit_id),
            extensions.get(agreement.id),
            amended[agreement.id],
            made[agreement.id],
            party,
            bodies.get(party.organization_id) if party.organization_id else None,
            place(party.police_unit_id) if party.police_unit_id else "",
            namings.get(party.id),
        )

    return sorted((line(party) for party in parties), key=lambda one: one.number)


async def _narrowed(
    actor: Actor,
    status: Collection[AgreementStatus],
    kind: Collection[AgreementKind],
    unit_id: UUID | None,
    text: str,
    expires_before: date | None,
) -> QuerySet[Agreement]:
    rows = visible_to(actor)
    if unit_id is not None:
        rows = rows.filter(any_of(Agreement, "unit_id", await units.find_own_below(actor, unit_id, "unit")))
    if text:
        found = await database.rows(f"SELECT unnest({searching.found_in('agreement', '$1')}) AS id", search_key(text))
        rows = rows.filter(any_of(Agreement, "id", [row["id"] for row in found]))
    rows = rows.filter(status__in=[*status]) if status else rows.filter(signed_on__isnull=False)
    rows = rows.filter(kind__in=[*kind]) if kind else rows
    return rows.filter(lasts_until__lt=expires_before) if expires_before else rows


async def _bodies(actor: Actor, parties: Collection[AgreementParty]) -> Mapping[UUID, Organization]:
    ids = {party.organization_id for party in parties if party.organization_id}
    return {body.id: body for body in await organizations.visible_to(actor).filter(any_of(Organization, "id", ids))}


async def _extensions(actor: Actor, whole: Collection[UUID]) -> Mapping[UUID, AgreementExtension]:
    """By agreement the last on which both sides decided."""
    decided = extensions_visible_to(actor).filter(any_of(AgreementExtension, "agreement_id", whole))
    rows = await decided.filter(kind=ExtensionKind.EXTENSION).order_by("until", "id")
    return {row.agreement_id: row for row in rows}


async def _amendments(actor: Actor, whole: Collection[UUID]) -> Mapping[UUID, list[AgreementAmendment]]:
    rows = amendments_visible_to(actor).filter(any_of(AgreementAmendment, "agreement_id", whole))
    found: dict[UUID, list[AgreementAmendment]] = defaultdict(list)
    for row in await rows.filter(status=AmendmentStatus.AGREED).order_by("effective_on", "id"):
        found[row.agreement_id].append(row)
    return found


async def _outputs(actor: Actor, whole: Collection[UUID]) -> Mapping[UUID, list[ResearchOutput]]:
    rows = outputs_visible_to(actor).filter(any_of(ResearchOutput, "agreement_id", whole))
    found: dict[UUID, list[ResearchOutput]] = defaultdict(list)
    for row in await rows.order_by("produced_on", "id"):
        found[row.agreement_id].append(row)
    return found


async def _numbers_renewed(
    actor: Actor, whole: Mapping[UUID, Agreement], order: Mapping[UUID, int]
) -> Mapping[UUID, str]:
    """By agreement the number of the one from which it took over: in the list, or where that is not in it, of its
    document, unless that could be taken for a number of the list."""
    away = {one.renews_id for one in whole.values() if one.renews_id and one.renews_id not in whole}
    numbers = {one.id: one.number for one in await visible_to(actor).filter(any_of(Agreement, "id", away))}
    listed = {str(number) for number in order.values()}
    numbers = {id: number for id, number in numbers.items() if number not in listed}
    numbers |= {id: str(number) for id, number in order.items()}
    return {one.id: numbers.get(one.renews_id, "") for one in whole.values() if one.renews_id}


async def _namings(actor: Actor, whole: Collection[UUID]) -> Mapping[UUID, PartyNaming]:
    standing = namings_visible_to(actor).filter(any_of(PartyNaming, "agreement_id", whole), ended_on=None)
    return {row.party_id: row for row in await standing}


@verb(*LIAISONS, only_reads=True)
async def listed_promises(actor: Actor, *, year: int | None = None, unit_id: UUID | None = None) -> list[ListedPromise]:
    """What `commitments_kept` tells of a fiscal year, with whose it is. Raises NotFound for another's unit."""
    found = await find_kept(actor, year, unit_id)
    ids = {one.agreement_id for one in found}
    rows = {row.id: row for row in await visible_to(actor).filter(any_of(Agreement, "id", ids))}
    place, names = await units.find_names(actor), await _names(actor, ids)
    promises = commitments_visible_to(actor).filter(any_of(AgreementCommitment, "agreement_id", ids))
    promised, days = {row.id: row for row in await promises}, await _days_of(actor, year)
    return [
        ListedPromise(
            *(one, promised[one.commitment_id], rows[one.agreement_id], place(rows[one.agreement_id].unit_id)),
            *(tuple(names[one.agreement_id]), tuple(days[one.commitment_id])),
        )
        for one in found
    ]


async def _days_of(actor: Actor, year: int | None) -> Mapping[UUID, list[date]]:
    """The days of a fiscal year on which each promise was kept, as they were entered by hand."""
    period = Period.of_year(fiscal_year(actor.today) if year is None else year)
    done = fulfilments_visible_to(actor).filter(done_on__gte=period.starts_on, done_on__lte=period.ends_on)
    days: dict[UUID, list[date]] = defaultdict(list)
    for one in await done.order_by("done_on", "id"):
        days[one.commitment_id].append(one.done_on)
    return days


async def _names(actor: Actor, agreement_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """By agreement the bodies that stand in it today."""
    of_these = any_of(AgreementParty, "agreement_id", agreement_ids)
    rows = await parties_visible_to(actor).filter(of_these).order_by("acceded_on", "id")
    parties = [one for one in rows if _is_one(one, actor.today)]
    bodies = await _bodies(actor, parties)
    names: dict[UUID, list[str]] = defaultdict(list)
    for party in parties:
        if party.organization_id and (body := bodies.get(party.organization_id)):
            names[party.agreement_id].append(body.name)
    return names


@verb(*LIAISONS, only_reads=True)
async def listed_outputs(actor: Actor, first: datetime, before: datetime) -> list[ListedOutput]:
    """What has come of joint research from one instant until before another, in the order of the days."""
    days = (one.astimezone(TOKYO).date() for one in (first, before))
    made = outputs_visible_to(actor).filter(produced_on__gte=next(days), produced_on__lt=next(days))
    found = await made.order_by("produced_on", "id")
    ids = {one.agreement_id for one in found}
    rows = {row.id: row for row in await visible_to(actor).filter(any_of(Agreement, "id", ids))}
    place, names = await units.find_names(actor), await _names(actor, ids)
    return [
        ListedOutput(one, rows[one.agreement_id], place(one.unit_id), tuple(names[one.agreement_id])) for one in found
    ]


def _is_one(party: AgreementParty, day: date) -> bool:
    return party.withdrawn_on is None or party.withdrawn_on > day
