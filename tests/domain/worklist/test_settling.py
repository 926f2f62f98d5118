"""What takes a line off the list: the mutations that it names, and what makes it a mistake."""

from datetime import timedelta
from typing import Any

import pytest

from domain import agreements, encounters, organizations
from domain.actor import Actor
from domain.errors import Incomplete
from domain.organizations import Organization
from domain.worklist import WorkKind
from tests import make
from tests.domain.worklist.test_listing import a_partner_whom_nobody_calls, a_step, works
from tests.make import Town

DAY = timedelta(days=1)


async def closed(who: Actor, name: str, days: int = 0) -> Organization:
    body = await Organization.get(name=name)
    return await organizations.retire(who, body.id, version=body.version, on=who.today + days * DAY)


def test_whoever_settles_a_step_or_calls_a_partner_takes_it_off_the_list(play: Any) -> None:
    async def story(town: Town) -> None:
        who = await a_step(town)
        [line] = await works(who, WorkKind.STEP_DUE)
        await encounters.settle_next_step(who, line.row_id)
        assert await works(who, WorkKind.STEP_DUE) == []
        later = await a_partner_whom_nobody_calls(town)
        [line] = await works(later, WorkKind.DRIFTING)
        body = await Organization.get(id=line.row_id)
        await make.encounter(later, body=body)
        assert await works(later, WorkKind.DRIFTING) == []

    play(story)


def test_a_closed_party_waits_for_its_leave_or_for_the_end_of_an_agreement_that_it_alone_made(play: Any) -> None:
    async def story(town: Town) -> None:
        kind, who = WorkKind.PARTY_GONE, town.officer
        both = await make.in_force(town, "例示銀行", "架空電力株式会社", expires_on=None)
        alone = await make.in_force(town, "見本ガス株式会社", expires_on=None)
        await closed(who, "架空電力株式会社")
        body = await closed(who, "見本ガス株式会社", 30)
        [line] = await works(who, kind)
        assert (line.title, line.since) == (f"{both.title}（架空電力株式会社）", who.today)
        await agreements.let_withdraw(who, line.row_id, on=who.today + DAY)
        assert await works(who, kind) == []
        later = make.at(who, who.now + 30 * DAY)
        [line] = await works(later, kind)
        with pytest.raises(Incomplete):
            await agreements.let_withdraw(later, line.row_id, on=later.today)
        await organizations.reinstate(later, body.id, version=body.version)
        assert await works(later, kind) == [], "it was a mistake"
        await closed(later, "見本ガス株式会社")
        await agreements.terminate(make.at(town.hq, later.now), alone.id, reason="相手方の廃止")
        assert await works(later, kind) == []

    play(story)
