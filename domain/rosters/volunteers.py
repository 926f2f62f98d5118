"""ボランティア from a roster, as recommended by whoever takes it in; another officer appoints them (X15).

Whoever was commissioned before the program was there comes with the running term (`commissions`).

Identity is the roster's own number, else the folded name within kind and mail address (or group). A known name under
another identity is refused with a question. A minor's guardian consent comes with the line that tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import people, records
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import search_key
from domain.rosters.commissions import Terms, find_terms
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.officers import names_told
from domain.rosters.places import Places, find_places
from domain.verbs import verb
from domain.volunteers import (
    ConsentScope,
    GuardianConsent,
    Volunteer,
    VolunteerGroup,
    VolunteerStatus,
    groups_visible_to,
    heed_age,
    visible_to,
)

BESIDES = {"number": None, "affiliation": "", "remarks": ""}


@verb(*LIAISONS)
async def take_in_volunteers(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take volunteers in. Facts: number, names and kana, kind, age_band, group, affiliation, mail_address, phone,
    unit, remarks; for a minor guardian_name, guardian_relationship and consented_on; for somebody who is commissioned
    commissioned_on, and as far as they are known commissioned_until, commission_number and authority."""
    known, groups = await visible_to(actor).prefetch_related("person"), await groups_visible_to(actor)
    roster = _Roster(
        actor, await find_places(actor, covered=True), groups, known, await find_terms(actor, lines, known)
    )
    called = {**roster.places.called, **{group.id: group.name for group in groups}}
    plan = Plan(known=roster.known, behind={one: row.person for one, row in roster.known.items()}, called=called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        await roster.write(plan, lines)
    return taken


class _Roster:
    """The volunteers that are known, by their identity, and what a line says of one of them."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        groups: Sequence[VolunteerGroup],
        known: Sequence[Volunteer],
        terms: Terms,
    ) -> None:
        self.actor, self.places, self.terms = actor, places, terms
        self.groups = {search_key(group.name): group.id for group in groups if group.retired_on is None}
        self.known: dict[str, Volunteer] = {}
        self.named: set[tuple[str, str]] = set()
        for row in known:
            self.known[_identity(row.number, row.search, row.kind, row.person.mail_address or row.group_id)] = row
            self.named.add((row.search, row.kind))

    def read(self, line: Line) -> Said:
        facts = line.facts
        columns, group_id, unit_id, _ = each(
            lambda: people.described(**names_told(line)),
            lambda: self._group(facts.get("group")),
            lambda: self.places.of(facts, self.actor.unit_id),
            lambda: _must_not_be_ahead(facts.get("consented_on"), self.actor),
        )
        identity = _identity(facts.get("number"), columns["search"], facts["kind"], columns["mail_address"] or group_id)
        row = self.known.get(identity)
        if row is None and (columns["search"], facts["kind"]) in self.named:
            raise Invalid(
                "同じ氏名・種別のボランティアが登録済みです。同じ人なら登録済みの番号かメールアドレスを、"
                "別の人なら別の名簿番号を書いてください。",
                field="number",
            )
        columns = people.described(row.person if row else None, **names_told(line))
        values = {name: getattr(row, name, blank) for name, blank in BESIDES.items()} | line.told(BESIDES)
        values |= {
            "unit_id": row.unit_id if row and not facts.get("unit") else unit_id,
            "kind": facts["kind"],
            "age_band": facts["age_band"],
            "group_id": group_id if row is None or "group" in facts else row.group_id,
            "search": columns["search"],
            "kana_order": columns["kana_order"],
            **self._begun(identity, facts),
        }
        return Said(identity, values, columns)

    def _begun(self, identity: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Where somebody new begins: recommended, or in a running term. What is known of others stays."""
        known = self.known.get(identity)
        term = self.terms.read(identity, facts, known)
        if known:
            return {}
        if term is None:
            return {"status": VolunteerStatus.RECOMMENDED, "term_to": None, "recommended_on": self.actor.today}
        return {"status": VolunteerStatus.ACTIVE, "term_to": term.ends, "recommended_on": term.begins}

    def _group(self, name: str | None) -> UUID | None:
        if not name:
            return None
        if search_key(name) not in self.groups:
            raise Invalid(
                f"ボランティア団体「{name}」が登録されていません。"
                "先に GraphQL の establishVolunteerGroup で登録するか、「団体名」の列を空けてください。",
                field="group",
            )
        return self.groups[search_key(name)]

    async def write(self, plan: Plan[Volunteer], lines: Sequence[Line]) -> None:
        for said in plan.new.values():
            said.values["recommended_by_id"] = self.actor.person_id
        await plan.write_people(self.actor, "volunteer")
        made = await plan.write(self.actor, Volunteer, "volunteer")
        new_ones = dict(zip(plan.new, made, strict=True))
        await self.terms.write(new_ones)
        await self._consents({**self.known, **new_ones}, plan, lines)
        for identity in plan.seen.keys() & self.known.keys():
            await heed_age(self.actor, self.known[identity])

    async def _consents(self, whose: Mapping[str, Volunteer], plan: Plan[Volunteer], lines: Sequence[Line]) -> None:
        said = {line.number: line.facts for line in lines}
        told = {whose[one].id: said[number] for one, number in plan.seen.items() if said[number].get("guardian_name")}
        recorded = {
            (one.volunteer_id, one.given_on) for one in await GuardianConsent.filter(volunteer_id__in=list(told))
        }
        volunteers = {row.id: row for row in whose.values()}
        consents = [
            {
                "unit_id": volunteers[id].unit_id,
                "volunteer_id": id,
                "person_id": volunteers[id].person_id,
                "guardian_name": facts["guardian_name"],
                "relationship": facts.get("guardian_relationship") or "",
                "given_on": facts["consented_on"],
                "scope": ConsentScope.ALL,
            }
            for id, facts in told.items()
            if (id, facts["consented_on"]) not in recorded
        ]
        await records.create_many(self.actor, GuardianConsent, "consent-recorded", consents)


def _must_not_be_ahead(consented_on: date | None, actor: Actor) -> None:
    if consented_on and consented_on > actor.today:
        raise Invalid("同意の日に先の日付は指定できません。", field="consented_on")


def _identity(number: str | None, search: str, kind: str, where: object) -> str:
    return f"number:{number}" if number else f"name:{search}:{kind}:{str(where or '').lower()}"
