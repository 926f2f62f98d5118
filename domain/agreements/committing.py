"""約束事項: what an agreement promises for each fiscal year (「訓練 年1回」), and how often it was kept.

Fulfilment is entered by hand, or counted from what its organisations have taken part in: drills that were held,
lectures that were given, encounters that were reported, events of 広報啓発 in which they had a part; each while the
body was a party. Source: S1, S2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import database, records, units
from domain.actor import LIAISONS, Actor, Author
from domain.agreements.agreement import (
    LABELS,
    STANDING,
    Agreement,
    CooperationItem,
    must_lie_within,
    visible_to,
)
from domain.criteria import any_of, nothing
from domain.errors import Invalid, WrongState
from domain.japanese import fiscal_year
from domain.records import Owned
from domain.states import must_be_in
from domain.values import dataclass
from domain.verbs import verb

MOST_TIMES = 366
COMMITMENT_YEARS = range(2000, 2100)


class CountedFrom(StrEnum):
    """履行の数え方: 手で入力, 訓練から, 講義から, 接触記録から, 主催・共催などした広報啓発から."""

    ENTRIES = "ENTRIES"
    DRILLS = "DRILLS"
    LECTURES = "LECTURES"
    ENCOUNTERS = "ENCOUNTERS"
    OUTREACH = "OUTREACH"


COUNTED_LABELS: Mapping[CountedFrom, str] = {
    CountedFrom.ENTRIES: "手で入力",
    CountedFrom.DRILLS: "訓練",
    CountedFrom.LECTURES: "講義",
    CountedFrom.ENCOUNTERS: "接触記録",
    CountedFrom.OUTREACH: "広報啓発",
}


class AgreementCommitment(Owned):
    """One promise: what, how many times in a fiscal year; `ended_on` is the first day on which it is none any more."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    item = fields.CharEnumField(CooperationItem, max_length=30)
    what = fields.CharField(max_length=300)
    times_per_year = fields.IntField()
    counted_from = fields.CharEnumField(CountedFrom, max_length=10)
    since = fields.DateField()
    ended_on = fields.DateField(null=True)

    class Meta:
        table = "agreement_commitment"
        indexes = [Index(fields=("agreement_id", "id"), name="agreement_commitment_agreement")]


class AgreementFulfilment(Owned):
    """One time that it was kept, entered by hand; `removed_at` is set for one that was entered by mistake."""

    commitment: fields.ForeignKeyRelation[AgreementCommitment] = fields.ForeignKeyField(
        "renkei.AgreementCommitment", on_delete=fields.CASCADE, related_name=False
    )
    commitment_id: UUID
    done_on = fields.DateField()
    remarks = fields.CharField(max_length=500, default="")
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "agreement_fulfilment"
        indexes = [Index(fields=("commitment_id", "id"), name="agreement_fulfilment_commitment")]


def commitments_visible_to(actor: Actor) -> QuerySet[AgreementCommitment]:
    """As their agreements, to liaison officers alone."""
    if actor.role not in LIAISONS:
        return nothing(AgreementCommitment)
    return AgreementCommitment.filter(any_of(AgreementCommitment, "unit_id", actor.units))


def fulfilments_visible_to(actor: Actor) -> QuerySet[AgreementFulfilment]:
    """As their agreements, without those that were taken back."""
    if actor.role not in LIAISONS:
        return nothing(AgreementFulfilment)
    return AgreementFulfilment.filter(any_of(AgreementFulfilment, "unit_id", actor.units), removed_at=None)


@verb(*LIAISONS)
async def enter_commitment(
    actor: Actor,
    agreement_id: UUID,
    *,
    item: CooperationItem,
    what: str,
    times_per_year: int,
    counted_from: CountedFrom = CountedFrom.ENTRIES,
    since: date | None = None,
    version: int | None = None,
) -> AgreementCommitment:
    """Enter what the signed text promises, from its first day unless told."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    begins = since or agreement.effective_on or actor.today
    must_be_promised(actor, agreement, what, times_per_year, begins)
    await records.touch(actor, agreement)
    return await records.create(
        actor,
        AgreementCommitment,
        "commitment-entered",
        agreement_id=agreement.id,
        unit_id=agreement.unit_id,
        item=item,
        what=what,
        times_per_year=times_per_year,
        counted_from=counted_from,
        since=begins,
    )


def must_be_promised(actor: Actor, agreement: Agreement, what: str, times_per_year: int, since: date) -> None:
    """Raises Invalid for what no agreement promises, or not from that day on."""
    records.must_say(what, "約束の内容", "what")
    if not 1 <= times_per_year <= MOST_TIMES:
        raise Invalid(f"1年度の回数は1から{MOST_TIMES}までです。", field="times_per_year")
    must_lie_within(actor, agreement, since, "since")


@verb(*LIAISONS)
async def end_commitment(
    actor: Actor, commitment_id: UUID, *, on: date | None = None, version: int | None = None
) -> AgreementCommitment:
    """From this day on, today unless told, it is promised no more. Raises WrongState for one that has ended."""
    commitment = await records.find(commitments_visible_to(actor), commitment_id, version)
    if commitment.ended_on is not None:
        raise WrongState(f"この約束は{commitment.ended_on:%Y年%-m月%-d日}付けですでに終わっています。")
    day = on or actor.today
    must_have_ended(actor, commitment, day, "on")
    return await records.change(actor, commitment, "commitment-ended", ended_on=day)


def must_have_ended(actor: Actor, commitment: AgreementCommitment, day: date, field: str) -> None:
    """Raises Invalid for a day before it began or that has not come."""
    if not commitment.since <= day <= actor.today:
        raise Invalid("終わる日は、約束の始まりから今日までの日付にしてください。", field=field)


@verb(*LIAISONS)
async def note_fulfilment(
    actor: Actor, commitment_id: UUID, *, done_on: date, remarks: str = "", version: int | None = None
) -> AgreementFulfilment:
    """Enter that it was kept on a day. Raises WrongState where that is counted from what was entered elsewhere."""
    commitment = await records.find(commitments_visible_to(actor), commitment_id, version)
    must_be_kept_on(actor, commitment, done_on)
    await records.touch(actor, commitment)
    whose = {"commitment_id": commitment.id, "unit_id": commitment.unit_id}
    told = {"done_on": done_on, "remarks": remarks}
    return await records.create(actor, AgreementFulfilment, "commitment-fulfilled", **whose, **told)


def must_be_kept_on(actor: Actor, commitment: AgreementCommitment, done_on: date) -> None:
    """Raises WrongState where that is counted from what was entered elsewhere, or the promise had ended; Invalid for a
    day before it began or that has not come."""
    if commitment.counted_from is not CountedFrom.ENTRIES:
        message = "この約束の履行は、訓練・講義・接触・広報啓発の記録から数えます。そちらを入力してください。"
        raise WrongState(message, field="done_on")
    if commitment.ended_on is not None and done_on >= commitment.ended_on:
        raise WrongState(f"この約束は{commitment.ended_on:%Y年%-m月%-d日}付けで終わっています。", field="done_on")
    if not commitment.since <= done_on <= actor.today:
        raise Invalid("履行した日は、約束の始まりから今日までの日付にしてください。", field="done_on")


@verb(*LIAISONS)
async def take_back_fulfilment(actor: Actor, fulfilment_id: UUID, *, version: int | None = None) -> AgreementFulfilment:
    """It was entered by mistake, and counts no more."""
    fulfilment = await records.find(fulfilments_visible_to(actor), fulfilment_id, version)
    return await records.change(actor, fulfilment, "fulfilment-taken-back", removed_at=actor.now)


async def carry_over_commitments(author: Author, old: Agreement, new: Agreement, begins: date) -> None:
    """What the old agreement promised to its end, the renewal promises from its first day on."""
    kept = ("item", "what", "times_per_year", "counted_from", "unit_id", "prefecture_id")
    for promise in await AgreementCommitment.filter(agreement_id=old.id, ended_on=None).order_by("id"):
        values = {name: getattr(promise, name) for name in kept}
        whose = {"agreement_id": new.id, "since": begins}
        await records.create(author, AgreementCommitment, "commitment-carried-over", **whose, **values)


_DAY = "({row}.starts_at AT TIME ZONE 'Asia/Tokyo')::date"
_STANDS = "party.removed_at IS NULL AND party.acceded_on <= deed.day AND coalesce(party.withdrawn_on > deed.day, true)"
DEEDS = f"""
    SELECT own.id, own.agreement_id, agreement.unit_id, own.item, deed.day
    FROM agreement_commitment own
    JOIN agreement ON agreement.id = own.agreement_id
    JOIN LATERAL (
        SELECT done.done_on AS day FROM agreement_fulfilment done
        WHERE own.counted_from = 'ENTRIES' AND done.commitment_id = own.id AND done.removed_at IS NULL
        UNION ALL
        SELECT deed.day FROM (SELECT id, {_DAY.format(row="drill")} AS day FROM drill
            WHERE status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED')) deed
        WHERE own.counted_from = 'DRILLS' AND EXISTS (
            SELECT FROM agreement_party party JOIN drill_participation part
                ON part.organization_id = party.organization_id AND part.attended_count > 0 AND part.role <> 'OBSERVER'
            WHERE party.agreement_id = own.agreement_id AND part.drill_id = deed.id AND {_STANDS})
        UNION ALL
        SELECT deed.day FROM (SELECT school_id AS body, {_DAY.format(row="lecture")} AS day FROM lecture
            WHERE status IN ('DELIVERED', 'REPORTED')) deed
        WHERE own.counted_from = 'LECTURES' AND EXISTS (
            SELECT FROM agreement_party party
            WHERE party.agreement_id = own.agreement_id AND party.organization_id = deed.body AND {_STANDS})
        UNION ALL
        SELECT deed.day FROM (SELECT organization_id AS body, {_DAY.format(row="encounter")} AS day FROM encounter
            WHERE status IN ('REPORTED', 'CHECKED')) deed
        WHERE own.counted_from = 'ENCOUNTERS' AND EXISTS (
            SELECT FROM agreement_party party
            WHERE party.agreement_id = own.agreement_id AND party.organization_id = deed.body AND {_STANDS})
        UNION ALL
        SELECT deed.day FROM (SELECT id, {_DAY.format(row="outreach_event")} AS day FROM outreach_event
            WHERE status IN ('HELD', 'REPORTED', 'CHECKED')) deed
        WHERE own.counted_from = 'OUTREACH' AND EXISTS (
            SELECT FROM agreement_party party JOIN outreach_host host
                ON host.organization_id = party.organization_id AND host.removed_at IS NULL AND host.role <> 'SUPPORTER'
            WHERE party.agreement_id = own.agreement_id AND host.event_id = deed.id AND {_STANDS})
    ) deed ON deed.day >= own.since AND coalesce(deed.day < own.ended_on, true)
        AND coalesce(deed.day <= least(agreement.ended_on, agreement.lasts_until), true)"""  # noqa: S608 - our own words
"""Each time that a promise was kept, with its day: one drill or event counts once, however many of its bodies
came. Who only looks on at a drill, or lends an event no more than its name (後援), keeps no promise by it."""

# One that ends with its agreement is owed for the year in which that ends, whole.
_KEPT = f"""
    SELECT own.id, own.agreement_id, own.item, own.what, own.times_per_year AS owed, agreement.title,
        count(deed.day)::int AS fulfilled, max(deed.day) AS last_on
    FROM agreement_commitment own
    JOIN agreement ON agreement.id = own.agreement_id
    LEFT JOIN ({DEEDS}) deed ON deed.id = own.id AND deed.day BETWEEN $2 AND $3
    WHERE agreement.unit_id = ANY ($1) AND own.since <= $3 AND coalesce(own.ended_on > $2, true)
        AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $2, true)
    GROUP BY own.id, agreement.id
    ORDER BY agreement.kana_order, agreement.id, own.id"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Kept:
    """How often a promise was owed and kept in a fiscal year; `last_on` is the last day on which it was."""

    commitment_id: UUID
    agreement_id: UUID
    title: str
    item: CooperationItem
    what: str
    owed: int
    fulfilled: int
    last_on: date | None

    @property
    def missing(self) -> int:
        return max(self.owed - self.fulfilled, 0)


@verb(*LIAISONS, only_reads=True)
async def commitments_kept(actor: Actor, *, year: int | None = None, unit_id: UUID | None = None) -> list[Kept]:
    """What the agreements of the actor's units, or of one unit and those below, promised for a fiscal year (the running
    one unless told), and how often it was kept, in the order of their names. Raises NotFound for another's unit."""
    return await find_kept(actor, year, unit_id)


async def find_kept(actor: Actor, year: int | None, unit_id: UUID | None) -> list[Kept]:
    """What `commitments_kept` answers."""
    began = fiscal_year(actor.today) if year is None else year
    if began not in COMMITMENT_YEARS:
        raise Invalid("年度は西暦4桁で入力してください。", field="year")
    covered = await units.find_own_below(actor, unit_id)
    last = date(began + 1, 4, 1) - timedelta(days=1)
    rows = await database.rows(_KEPT, list(covered), date(began, 4, 1), last)
    return [_kept(row) for row in rows]


def _kept(row: Mapping[str, Any]) -> Kept:
    ids = (row["id"], row["agreement_id"], row["title"], CooperationItem(row["item"]), row["what"])
    return Kept(*ids, row["owed"], row["fulfilled"], row["last_on"])
