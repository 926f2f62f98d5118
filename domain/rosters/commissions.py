"""委嘱中の人: terms that were given on paper before the program was there, as the roster of volunteers tells them.

They are entered as they stand and nobody is written to. Only headquarters does so, because it appoints; a term must
have begun and not be over, so a roster appoints nobody anew. A minor's line tells the guardian's consent as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain import records
from domain.actor import Actor, Role
from domain.errors import Invalid, NotAllowed
from domain.japanese import end_of_fiscal_year, fiscal_year, wareki
from domain.rosters.lines import Line, each
from domain.values import dataclass
from domain.volunteers import AgeBand, Commission, Volunteer
from domain.volunteers.commissions import next_serial, numbered

LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Term:
    """A running term; `number` and `authority` are empty where the roster has none."""

    begins: date
    ends: date
    number: str
    authority: str


class Terms:
    """What is known of terms, and what the lines say of running ones. `given` are the new ones by identity."""

    def __init__(self, actor: Actor, known: Mapping[UUID, Sequence[Commission]], numbers: set[str]) -> None:
        self.actor, self.known, self.numbers = actor, known, numbers
        self.given: dict[str, Term] = {}

    def read(self, identity: str, facts: Mapping[str, Any], volunteer: Volunteer | None) -> Term | None:
        """The line's term, if it tells one that is new. Raises Invalid or NotAllowed, with the column."""
        if not facts.get("commissioned_on"):
            return None
        if self.actor.role is not Role.HQ_LIAISON:
            raise NotAllowed(
                "委嘱中の人を取り込めるのは県本部だけです。委嘱日の欄を空けて、推薦として取り込んでください。",
                field="commissioned_on",
            )
        term = _told(facts)
        if volunteer:
            _must_be_the_same(term, self.known.get(volunteer.id, ()))
            return None
        each(
            lambda: self._must_be_running(term),
            lambda: self._must_have_consent(facts),
            lambda: self._must_be_unused(term.number),
        )
        self.given[identity] = term
        return term

    def _must_be_running(self, term: Term) -> None:
        today = self.actor.today
        if term.begins > today:
            raise Invalid(
                "委嘱日に先の日付は書けません。委嘱がまだの人は委嘱日の欄を空けて取り込み、「委嘱」をしてください。",
                field="commissioned_on",
            )
        if not term.begins <= term.ends <= term.begins + LONGEST:
            raise Invalid("任期の終わりは委嘱日から3年以内の日付にしてください。", field="commissioned_until")
        if term.ends < today:
            raise Invalid(
                f"この人の任期は{wareki(term.ends)}に終わっています。いまの任期を書くか、この行を除いてください。",
                field="commissioned_until",
            )

    def _must_have_consent(self, facts: Mapping[str, Any]) -> None:
        has_consent = facts.get("guardian_name") and facts.get("consented_on")
        if facts["age_band"] is not AgeBand.ADULT and not has_consent:
            raise Invalid(
                "未成年の人を委嘱中として取り込むには、保護者の氏名と保護者同意日が要ります。", field="consented_on"
            )

    def _must_be_unused(self, number: str) -> None:
        if number in self.numbers:
            raise Invalid("この委嘱番号はほかの人に使われています。番号を確かめてください。", field="commission_number")
        if number:
            self.numbers.add(number)

    async def write(self, volunteers: Mapping[str, Volunteer]) -> None:
        """Enter the new terms; those without a number get one of ours, after those that have one."""
        ordered = sorted(self.given, key=lambda identity: not self.given[identity].number)
        rows: list[dict[str, Any]] = []
        serials: dict[int, int] = {}
        for identity in ordered:
            term, volunteer = self.given[identity], volunteers[identity]
            year = fiscal_year(term.begins)
            serials[year] = serials[year] + 1 if year in serials else await next_serial(volunteer.prefecture_id, year)
            rows.append(self._row(term, volunteer, year, serials[year]))
        await records.create_many(self.actor, Commission, "commission-taken-in", rows)

    def _row(self, term: Term, volunteer: Volunteer, year: int, serial: int) -> dict[str, Any]:
        return {
            "unit_id": volunteer.unit_id,
            "volunteer_id": volunteer.id,
            "person_id": volunteer.person_id,
            "group_id": volunteer.group_id,
            "kind": volunteer.kind,
            "fiscal_year": year,
            "serial": serial,
            "number": term.number or numbered(year, serial),
            "authority": term.authority,
            "appointed_by_id": self.actor.person_id,
            "term_from": term.begins,
            "term_to": term.ends,
        }


async def find_terms(actor: Actor, lines: Sequence[Line], volunteers: Sequence[Volunteer]) -> Terms:
    """The terms of the volunteers that are known, and which of the lines' numbers are taken."""
    known: dict[UUID, list[Commission]] = {}
    for one in await Commission.filter(volunteer_id__in=[volunteer.id for volunteer in volunteers]).order_by("term_to"):
        known.setdefault(one.volunteer_id, []).append(one)
    told = {number for line in lines if (number := line.says("commission_number"))}
    taken = await Commission.filter(prefecture_id=actor.prefecture_id, number__in=list(told))
    return Terms(actor, known, {one.number for one in taken})


def _told(facts: Mapping[str, Any]) -> Term:
    begins = facts["commissioned_on"]
    ends = facts.get("commissioned_until") or end_of_fiscal_year(begins)
    return Term(begins, ends, facts.get("commission_number") or "", facts.get("authority") or "")


def _must_be_the_same(term: Term, known: Sequence[Commission]) -> None:
    """A roster neither corrects a term nor adds one to somebody who is on the roster already."""
    if not known:
        raise Invalid(
            "この人は推薦として登録済みです。県本部で「審査」と「委嘱」をしてください。", field="commissioned_on"
        )
    if not any(
        (one.term_from, one.term_to) == (term.begins, term.ends) and term.number in ("", one.number) for one in known
    ):
        last = known[-1]
        raise Invalid(
            f"この人の委嘱は{last.number}（{wareki(last.term_from)}から{wareki(last.term_to)}まで）で登録済みです。"
            "そのとおりに直してください。新しい任期は「再委嘱」で入れます。",
            field="commissioned_on",
        )
