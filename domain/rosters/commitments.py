"""約束の履行 from a list: what agreements promise (「訓練 年1回」), a line for each and each fiscal year, with the days
on which it was kept, in the columns in which the list of a year leaves.

Identity is the agreement, the item and the words, and of several alike the first day. A list adds promises, and days to
those that are entered by hand; it takes none away and changes no promise. Whatever it tells otherwise of what is there,
or of what was counted from what was entered elsewhere, is refused with what to use instead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from domain import agreements, records
from domain.actor import LIAISONS, Actor
from domain.agreements import (
    COMMITMENT_YEARS,
    Agreement,
    AgreementCommitment,
    AgreementFulfilment,
    CooperationItem,
    CountedFrom,
    Kept,
)
from domain.criteria import any_of
from domain.errors import Invalid
from domain.japanese import fiscal_year, search_key
from domain.rosters.lines import Change, Line, Plan, Said, Taken, each
from domain.rosters.places import find_places
from domain.rosters.signed import Signed, find_signed
from domain.values import dataclass
from domain.verbs import verb

COLUMNS = ("unit_id", "agreement_id", "item", "what", "times_per_year", "counted_from", "since", "ended_on")
OTHERWISE: Mapping[str, str] = {
    **dict.fromkeys(
        ("times_per_year", "counted_from"),
        "登録済みの約束と違います。変わったのなら、endAgreementCommitment で終えてから新しい約束を入力してください。",
    ),
    "ended_on": "登録済みの約束と違います。終わったのなら endAgreementCommitment で入力してください。",
}
ALIKE = "同じ約束が{since:%Y年%-m月%-d日}から登録されています。年度か、約束の始まりの日を確かめてください。"
WHICH = "同じ約束がいくつも登録されています。約束の始まりの日を入力してください。"
LEFT_OUT = (
    "登録済みの{day:%Y年%-m月%-d日}がありません。書き足すか、誤りなら takeBackCommitmentFulfilment で取り消して"
    "ください。"
)
COUNTED = ("fulfilled", "missing", "last_on")


@dataclass
class _Promise:
    """One promise with the last day of its agreement, and the days that were entered by hand, of which the list has
    `added` some."""

    row: AgreementCommitment
    last_day: date | None
    days: list[date] = field(default_factory=list)
    added: list[date] = field(default_factory=list)
    is_new: bool = False

    def days_of(self, year: int | None) -> list[date]:
        return [day for day in self.days if year in (None, fiscal_year(day))]

    def is_owed_in(self, year: int) -> bool:
        first, before = date(year, 4, 1), date(year + 1, 4, 1)
        ended, last = self.row.ended_on, self.last_day
        return self.row.since < before and (ended is None or ended > first) and (last is None or last >= first)

    def overlaps(self, row: AgreementCommitment) -> bool:
        ends, its_end = self.row.ended_on or date.max, row.ended_on or date.max
        return self.row.since < its_end and row.since < ends

    def kept_in(self, year: int) -> list[date]:
        """The days of a year that count, in their order."""
        ended, last = self.row.ended_on or date.max, self.last_day or date.max
        return sorted(day for day in self.days_of(year) if day < ended and day <= last)


@verb(*LIAISONS)
async def take_in_commitments(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take promises in, and when they were kept. Facts: title (of the agreement; where several are called so signed_on,
    number, unit or bodies), item, what, times_per_year, counted_from (by hand unless told), since (the agreement's
    first day unless told), ended_on, year (fiscal, by which year it began), done_on (all days of that year, or of all
    where no year is told), and what follows from them: fulfilled, missing, last_on."""
    places = await find_places(actor)
    years = {year for line in lines if (year := line.says("year")) in COMMITMENT_YEARS}
    kept = {year: await agreements.commitments_kept(actor, year=year) for year in sorted(years)}
    roster = _Roster(actor, await find_signed(actor, places), await _present(actor), kept)
    plan = Plan(known=roster.known)
    plan.read(lines, roster.read)
    plan.changed |= {identity: Said(identity, {}) for identity in roster.changes}
    plan.cells += roster.changes.values()
    taken = plan.settled()
    if not dry_run:
        await roster.write()
    return taken


async def _present(actor: Actor) -> list[_Promise]:
    """The promises that are there, with the days that were entered by hand."""
    rows = await agreements.commitments_visible_to(actor).order_by("id")
    days: dict[UUID, list[date]] = defaultdict(list)
    for done in await agreements.fulfilments_visible_to(actor).order_by("done_on", "id"):
        days[done.commitment_id].append(done.done_on)
    of_these = agreements.visible_to(actor).filter(any_of(Agreement, "id", {row.agreement_id for row in rows}))
    last = {one.id: _last_day(one) for one in await of_these}
    return [_Promise(row, last[row.agreement_id], days=days[row.id]) for row in rows if row.agreement_id in last]


def _last_day(agreement: Agreement) -> date | None:
    return min(filter(None, (agreement.ended_on, agreement.lasts_until)), default=None)


class _Roster:
    """The promises that are known, and what a line says of one."""

    def __init__(
        self, actor: Actor, signed: Signed, present: Iterable[_Promise], kept: Mapping[int, Sequence[Kept]]
    ) -> None:
        self.actor, self.signed = actor, signed
        self.kept = {year: {one.commitment_id: one for one in found} for year, found in kept.items()}
        self.known: dict[str, AgreementCommitment] = {}
        self.changes: dict[str, Change] = {}
        self.promises: dict[tuple[UUID, CooperationItem, str], list[_Promise]] = defaultdict(list)
        for one in present:
            self.promises[_key(one.row)].append(one)

    def read(self, line: Line) -> Said:
        agreement, year = each(lambda: self.signed.of(line), lambda: _year(line))
        meant = self._meant(line, agreement, year)
        differing = (partial(_must_be_so, line, meant, name) for name in OTHERWISE)
        *_, added = each(*differing, lambda: self._added(line, meant, year))
        before = meant.days_of(year)
        meant.days += added
        meant.added += added
        self._must_count(line, meant, year)
        identity = f"{meant.row.id}:{year or ''}"
        if not meant.is_new:
            self.known[identity] = meant.row
        if added and not meant.is_new:
            row = (f"{AgreementFulfilment.__name__}.done_on", f"{AgreementCommitment.__name__}:{meant.row.id}")
            self.changes[identity] = Change(line.number, "done_on", _days(before), _days(meant.days_of(year)), *row)
        return Said(identity, {})

    def _meant(self, line: Line, agreement: Agreement, year: int | None) -> _Promise:
        """The promise that a line tells, which is there, or new by it or by a line before. Raises Invalid where it may
        be one of several."""
        alike = self.promises[agreement.id, line.facts["item"], search_key(line.facts["what"])]
        since = line.facts.get("since")
        found = [one for one in alike if since in (None, one.row.since) and (year is None or one.is_owed_in(year))]
        if len(found) > 1:
            raise Invalid(WHICH, field="since")
        if found:
            return found[0]
        new = self._new(line, agreement)
        for one in alike:
            if one.overlaps(new.row):
                raise Invalid(ALIKE.format(since=one.row.since), field="since")
        if year is not None and not new.is_owed_in(year):
            raise Invalid("約束のなかった年度です。年度か、約束の始まりと終わりの日を確かめてください。", field="year")
        alike.append(new)
        return new

    def _new(self, line: Line, agreement: Agreement) -> _Promise:
        told = {name: line.facts[name] for name in ("item", "what", "times_per_year")}
        told |= {"counted_from": line.facts.get("counted_from") or CountedFrom.ENTRIES}
        begins = line.facts.get("since") or agreement.effective_on or self.actor.today
        ended, last = line.facts.get("ended_on"), _last_day(agreement)
        agreements.must_be_promised(self.actor, agreement, told["what"], told["times_per_year"], begins)
        records.must_fit(AgreementCommitment, told)
        if last is not None and begins > last:
            raise Invalid("約束の始まりは、協定の終わりまでの日付にしてください。", field="since")
        whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id}
        row = AgreementCommitment(**whose, **told, since=begins, ended_on=ended)
        if ended is not None:
            agreements.must_have_ended(self.actor, row, ended, "ended_on")
        return _Promise(row, last, is_new=True)

    def _added(self, line: Line, meant: _Promise, year: int | None) -> list[date]:
        """The days that are not there yet. Raises Invalid for one on which the promise was none, and where one that is
        there is left out; WrongState where nothing is entered by hand."""
        told = Counter[date](line.facts.get("done_on") or ())
        known = Counter(meant.days_of(year))
        if told and (left_out := known - told):
            raise Invalid(LEFT_OUT.format(day=min(left_out)), field="done_on")
        added = sorted((told - known).elements())
        for day in added:
            agreements.must_be_kept_on(self.actor, meant.row, day)
            if year not in (None, fiscal_year(day)):
                raise Invalid("果たした日は、その行の年度の日付にしてください。", field="done_on")
            if meant.last_day is not None and day > meant.last_day:
                raise Invalid("果たした日は、協定の終わりまでの日付にしてください。", field="done_on")
        return added

    def _must_count(self, line: Line, meant: _Promise, year: int | None) -> None:
        """Raises Invalid for figures that do not follow from the days, or from what was entered elsewhere."""
        told = {name: line.facts.get(name) for name in COUNTED}
        if all(one in (None, "") for one in told.values()):
            return
        if year is None:
            raise Invalid("果たした回数が何年度のものか、年度を入力してください。", field="year")
        counted = self._counted(meant, year)
        for name, one in told.items():
            if one not in (None, "", counted[name]):
                raise Invalid(self._told_of(meant, counted["fulfilled"]), field=name)

    def _counted(self, meant: _Promise, year: int) -> dict[str, Any]:
        if meant.row.counted_from is CountedFrom.ENTRIES:
            days = meant.kept_in(year)
            fulfilled, last_on = len(days), max(days, default=None)
        else:
            kept = self.kept.get(year, {}).get(meant.row.id)
            fulfilled, last_on = (kept.fulfilled, kept.last_on) if kept else (0, None)
        missing = max(meant.row.times_per_year - fulfilled, 0)
        return {"fulfilled": fulfilled, "missing": missing, "last_on": last_on}

    def _told_of(self, meant: _Promise, count: int) -> str:
        if meant.row.counted_from is CountedFrom.ENTRIES:
            return f"果たした日から数えると{count}回です。果たした日をすべて入力するか、この列を空欄にしてください。"
        return (
            f"訓練・講義・接触・広報啓発の記録から数えると{count}回です。先に記録を入力するか、この列を空欄にして"
            "ください。"
        )

    async def write(self) -> None:
        """The promises that are new, and the days that are: in one go each."""
        whole = [one for alike in self.promises.values() for one in alike]
        new = [one for one in whole if one.is_new]
        values = [{name: getattr(one.row, name) for name in COLUMNS} for one in new]
        made = await records.create_many(self.actor, AgreementCommitment, "commitment-taken-in", values)
        kept = {one.row.id: row for one, row in zip(new, made, strict=True)}
        days = [(kept.get(one.row.id, one.row), day) for one in whole for day in one.added]
        done = [{"unit_id": row.unit_id, "commitment_id": row.id, "done_on": day} for row, day in days]
        await records.create_many(self.actor, AgreementFulfilment, "fulfilment-taken-in", done)
        for one in whole:
            if one.added and not one.is_new:
                await records.touch(self.actor, one.row)


def _key(row: AgreementCommitment) -> tuple[UUID, CooperationItem, str]:
    return row.agreement_id, row.item, search_key(row.what)


def _year(line: Line) -> int | None:
    year: int | None = line.facts.get("year")
    if year is not None and year not in COMMITMENT_YEARS:
        raise Invalid("年度を確かめてください。令和8年度、2026 のように入力します。", field="year")
    return year


def _must_be_so(line: Line, meant: _Promise, name: str) -> None:
    told = line.facts.get(name)
    if told not in (None, "", getattr(meant.row, name)):
        raise Invalid(OTHERWISE[name], field=name)


def _days(days: Iterable[date]) -> str:
    return "、".join(day.isoformat() for day in sorted(days))
