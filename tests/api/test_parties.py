"""Partners of one agreement: whatever is asked in whatever way, neither is told of the other unless both consented."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from domain import agreements, walls
from domain.actor import Actor, Role
from domain.agreements import Agreement, AgreementParty, PartyNaming
from domain.errors import Refused
from domain.organizations import Organization
from domain.table import models
from tests import make
from tests.api.asking import change, codes, read
from tests.api.test_outside import everything as all_lists
from tests.domain.test_walls import BEYOND, everything
from tests.make import Town

NAMES = ("架空電力株式会社", "見本信用金庫")
READABLE = [model for model in models().values() if model._meta.db_table not in BEYOND | {"look"}]
STEPS = 9


class Pair:
    """Two bodies of an agreement with a third that stays: what happens to them is drawn, and each is asked after it."""

    def __init__(self, town: Town, agreement: Agreement, bodies: list[Organization], partners: list[Actor]) -> None:
        self.town, self.agreement, self.bodies, self.partners = town, agreement, bodies, partners
        self.day = town.officer.today

    async def party(self, number: int) -> AgreementParty | None:
        parties = AgreementParty.filter(agreement_id=self.agreement.id, organization_id=self.bodies[number].id)
        return await parties.order_by("-id").first()

    async def consents(self, number: int) -> PartyNaming | None:
        party = await self.party(number)
        return await PartyNaming.filter(party_id=party.id, ended_on=None).first() if party else None

    async def know_each_other(self) -> bool:
        """Whether each has consented for a time, and the two times have a day in common."""
        times = []
        for body in self.bodies:
            parties = await AgreementParty.filter(agreement_id=self.agreement.id, organization_id=body.id)
            naming = await PartyNaming.filter(party_id__in=[one.id for one in parties], ended_on=None)
            named = {one.party_id for one in naming}
            times.append([(one.acceded_on, one.withdrawn_on or date.max) for one in parties if one.id in named])
        return any(max(one[0], other[0]) < min(one[1], other[1]) for one in times[0] for other in times[1])

    async def happens(self, number: int, what: str) -> None:
        us, party, naming = self.town.officer, await self.party(number), await self.consents(number)
        self.day += timedelta(days=1)
        if what == "joins":
            joining = {"organization_id": self.bodies[number].id, "signatory_name": f"例山 {number}", "on": self.day}
            await agreements.accede(us, self.agreement.id, **joining)
        elif what == "consents" and party:
            await agreements.name_party(us, party.id)
        elif what == "takes it back" and naming:
            await agreements.unname_party(us, naming.id)
        elif what == "leaves" and party:
            await agreements.let_withdraw(us, party.id, on=self.day)

    async def traces(self, number: int) -> set[str]:
        """By what the other one would be known."""
        other = 1 - number
        rows = [self.bodies[other].id, self.partners[other].person_id]
        parties = await AgreementParty.filter(organization_id=self.bodies[other].id)
        namings = await PartyNaming.filter(party_id__in=[party.id for party in parties])
        return {str(id) for id in (*rows, *[one.id for one in (*parties, *namings)])} | {
            self.bodies[other].name,
            f"例山 {other}",
        }


async def pair(town: Town) -> Pair:
    agreement = await make.in_force(town, "例示運送株式会社")
    bodies = [await make.company(town.officer, name) for name in NAMES]
    contacts = [
        await make.contact(town.officer, body, family_name=f"例{n}", mail_address=f"contact{n}@partner.example")
        for n, body in enumerate(bodies)
    ]
    return Pair(town, agreement, bodies, [make.outsider(town.officer, Role.PARTNER, one) for one in contacts])


async def told(partner: Actor) -> str:
    """All that any list tells the partner, and what hangs on it."""
    lists = ["agreements", "appointments", "contacts", "organizations", "drills", "documents"]
    return str(await read(partner, all_lists(Role.PARTNER, lists)))


async def behind_the_wall(partner: Actor) -> str:
    """All that PostgreSQL itself gives the partner, of whatever table."""
    rows = [await everything(model, walls.for_reading(partner)) for model in READABLE]
    return str(
        [{name: str(getattr(row, name)) for name in row._meta.fields_db_projection} for some in rows for row in some]
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_neither_is_told_of_the_other_unless_both_have_consented(play: Any, seed: int) -> None:
    async def story(town: Town) -> tuple[int, int]:
        two, random, met, apart = await pair(town), Random(seed), 0, 0
        await make.kept(town.officer, two.agreement)
        for number in (0, 1):
            await two.happens(number, "joins")
        for _ in range(STEPS):
            moved = random.randrange(2)
            watching = 1 - moved
            knew, before = await two.know_each_other(), await told(two.partners[watching])
            try:
                await two.happens(moved, random.choice(["consents", "consents", "takes it back", "leaves", "joins"]))
            except Refused:
                continue
            knows, after = await two.know_each_other(), await told(two.partners[watching])
            assert (before == after) or knew or knows
            for number in (0, 1):
                traces, wall = await two.traces(number), await behind_the_wall(two.partners[number])
                if not knows:
                    assert not [one for one in traces if one in await told(two.partners[number])]
                    assert not [one for one in traces if one in wall]
                apart, met = apart + (not knows), met + knows
        return met, apart

    met, apart = play(story)
    assert met + apart > 4


def test_a_partner_is_told_the_names_of_those_who_consented_and_finds_nothing_else_of_them(play: Any) -> None:
    async def story(town: Town) -> None:
        two, us = await pair(town), town.officer
        for number in (0, 1):
            await two.happens(number, "joins")
        for number in (0, 1):
            party = await two.party(number)
            assert party is not None
            named = {"partyId": f"AgreementParty:{party.id}", "agreedOn": "2026-07-01"}
            wrong = await change(two.partners[0], "nameAgreementParty", "partyNaming { id }", **named)
            assert codes(wrong) == [("NOT_ALLOWED", None)]
            assert await PartyNaming.all().count() == number
            assert "errors" not in await change(us, "nameAgreementParty", "partyNaming { id }", **named)
        namings = "namings { edges { node { name party { id } } } }"
        shown = f"{{ agreements {{ edges {{ node {{ {namings} parties {{ totalCount }} }} }} }} }}"
        [edge] = (await read(two.partners[0], shown))["agreements"]["edges"]
        own, other = [one["node"] for one in edge["node"]["namings"]["edges"]]
        assert (own["name"], other["name"], other["party"]) == (*NAMES, None)
        assert (own["party"] is not None, edge["node"]["parties"]["totalCount"]) == (True, 1)
        theirs = await two.party(1)
        assert theirs is not None
        for id in (f"AgreementParty:{theirs.id}", f"Organization:{theirs.organization_id}"):
            assert await read(two.partners[0], "query($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}
        searched = await read(two.partners[0], '{ organizations(filter: {text: "見本"}) { totalCount } }')
        assert searched["organizations"]["totalCount"] == 0

    play(story)
