"""The agreements that a roster names by title, and where several are called so by the day of signing, the number, the
unit that keeps them or their bodies; which of several is asked, never guessed."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from domain import agreements, organizations
from domain.actor import Actor
from domain.agreements import Agreement, AgreementParty
from domain.criteria import any_of
from domain.errors import Invalid
from domain.japanese import name_key, search_key
from domain.organizations import Organization
from domain.rosters.lines import Line
from domain.rosters.places import Places

SEVERAL = "この名称の協定が{count}つあります。締結日、文書番号、相手方、所属のどれかを入力してください。"
NONE = "この協定が登録されていません。先に協定を取り込むか、名称・締結日・文書番号・相手方・所属を確かめてください。"


class Signed:
    """These agreements, and every name and number that the bodies of each have or had."""

    def __init__(self, rows: list[Agreement], called: dict[UUID, set[str]], places: Places) -> None:
        self._called, self._places = called, places
        self._titled: dict[str, list[Agreement]] = defaultdict(list)
        for row in rows:
            self._titled[search_key(row.title)].append(row)

    def of(self, line: Line) -> Agreement:
        """The one that a line names. Raises Invalid where there is none, or several."""
        told = {name: line.facts.get(name) for name in ("title", "signed_on", "number", "bodies")}
        unit_id = self._places.of(line.facts) if line.facts.get("unit") else None
        found = self._titled.get(search_key(told["title"] or ""), [])
        found = [one for one in found if unit_id in (None, one.unit_id)]
        found = [one for one in found if told["signed_on"] in (None, one.signed_on)]
        found = [one for one in found if not told["number"] or told["number"] in (one.number, *one.more_numbers)]
        found = [one for one in found if {name_key(name) for name in told["bodies"] or ()} <= self._called[one.id]]
        if not found:
            raise Invalid(NONE, field="title")
        if len(found) > 1:
            raise Invalid(SEVERAL.format(count=len(found)), field="title")
        return found[0]


async def find_signed(actor: Actor, places: Places) -> Signed:
    """All that were signed of those that the actor sees."""
    rows = await agreements.visible_to(actor).filter(effective_on__isnull=False).order_by("id")
    of_these = any_of(AgreementParty, "agreement_id", [row.id for row in rows])
    parties = await agreements.parties_visible_to(actor).filter(of_these)
    ids = {party.organization_id for party in parties if party.organization_id}
    bodies = {one.id: one for one in await organizations.visible_to(actor).filter(any_of(Organization, "id", ids))}
    called: dict[UUID, set[str]] = defaultdict(set)
    for party in parties:
        if party.organization_id and (body := bodies.get(party.organization_id)):
            names = (body.name, body.corporate_number or "", body.school_code or "")
            called[party.agreement_id] |= {name_key(name) for name in names if name}
    return Signed(rows, called, places)
