"""協議会の会員: who is one from when to when, and who learns of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import councils, merging, walls
from domain.actor import Actor, Role
from domain.councils import Council, CouncilMembership, CouncilRole
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import CiSector
from tests import make
from tests.domain.test_walls import beside, everything
from tests.make import Town
from tests.statements import spoken

DAY = timedelta(days=1)
APRIL, MAY, MARCH = date(2026, 4, 1), date(2026, 5, 1), date(2027, 3, 31)


async def partner_in(town: Town, council: Council, name: str = "例示銀行株式会社", **over: Any) -> Actor:
    """A contact of a body that is a member."""
    body = await make.company(town.hq, name)
    await make.member(town.hq, council, body, **over)
    return make.outsider(town.hq, Role.PARTNER, await make.contact(town.hq, body, mail_address=f"{body.id}@a.example"))


async def names(who: Actor) -> list[str]:
    """Of the members that somebody sees, on both walls."""
    seen = {one.id: one.name for one in await councils.memberships_visible_to(who)}
    behind = {one.id for one in await everything(CouncilMembership, walls.for_reading(who))}
    assert seen.keys() <= behind
    assert await councils.memberships_visible_to(who).count() == len(seen)
    return sorted(seen.values())


def test_a_body_is_a_member_from_its_first_through_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer)
        body = await make.company(town.officer, ci_sector=CiSector.ELECTRICITY)
        member = await make.member(town.officer, council, body, term_from=MAY, term_to=MARCH)
        assert (member.name, member.sector, member.role) == (body.name, CiSector.ELECTRICITY, CouncilRole.MEMBER)
        counts = [await councils.members_on([council.id], day).count() for day in (MAY - DAY, MAY, MARCH, MARCH + DAY)]
        assert counts == [0, 1, 1, 0]

    play(story)


def test_a_police_unit_may_be_a_member_and_a_council_tells_nobody_of_another_council(play: Any) -> None:
    async def story(town: Town) -> None:
        one, other = await make.council(town.hq), await make.council(town.hq, "例示ネットワーク")
        member = await make.member(town.hq, one, police_unit_id=town.station.id, role=CouncilRole.CHAIR)
        assert (member.name, member.organization_id) == (town.station.name, None)
        assert await councils.members_on([one.id], APRIL).count() == 1
        assert await councils.members_on([other.id], APRIL).count() == 0

    play(story)


def test_nobody_is_a_member_twice_at_once_but_again_after_a_term(play: Any) -> None:
    async def story(town: Town) -> None:
        council, body = await make.council(town.officer), await make.company(town.officer)
        await make.member(town.officer, council, body, term_to=MARCH)
        with pytest.raises(Conflict, match="重なる任期"):
            await make.member(town.officer, council, body, term_from=MARCH)
        assert await CouncilMembership.all().count() == 1
        await make.member(town.officer, council, body, term_from=MARCH + DAY, role=CouncilRole.CHAIR)
        assert await CouncilMembership.all().count() == 2

    play(story)


def test_a_term_that_was_entered_by_mistake_never_was_and_another_may_take_its_place(play: Any) -> None:
    async def story(town: Town) -> None:
        council, body = await make.council(town.officer), await make.company(town.officer)
        member = await make.member(town.officer, council, body)
        await councils.strike_membership(town.officer, member.id)
        assert await councils.members_on([council.id], MAY).count() == 0
        with pytest.raises(NotFound):
            await councils.end_membership(town.officer, member.id, on=MAY)
        await make.member(town.officer, council, body)

    play(story)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"term_from": APRIL - DAY}, "term_from"),
        ({"term_from": MAY, "term_to": APRIL}, "term_to"),
        ({"organization_id": None}, "organization_id"),
    ],
)
def test_a_term_that_cannot_be_is_refused_and_nobody_is_taken_in(play: Any, given: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer, founded_on=APRIL)
        with pytest.raises(Invalid) as refused:
            await make.member(town.officer, council, **given)
        assert refused.value.field == field
        assert not await CouncilMembership.exists()
        assert (await Council.get()).version == council.version

    play(story)


def test_whoever_leaves_is_a_member_through_that_day_and_no_longer_than_was_agreed(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer)
        member = await make.member(town.officer, council, term_to=MARCH)
        with pytest.raises(Invalid):
            await councils.end_membership(town.officer, member.id, on=MARCH + DAY)
        await councils.end_membership(town.officer, member.id, on=MAY)
        assert await councils.members_on([council.id], MAY).count() == 1
        assert await councils.members_on([council.id], MAY + DAY).count() == 0

    play(story)


def test_a_council_that_is_dissolved_ends_the_terms_of_its_members_and_takes_in_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer)
        body = await make.company(town.officer)
        await make.member(town.officer, council, body)
        gone = await make.member(town.officer, council, await make.company(town.officer, "例示ガス"), term_to=APRIL)
        late = await make.member(town.officer, council, await make.company(town.officer, "例示水道"), term_from=MARCH)
        with pytest.raises(Conflict, match="例示水道"):
            await councils.dissolve(town.officer, council.id, on=MAY)
        assert (await Council.get()).dissolved_on is None
        await councils.strike_membership(town.officer, late.id)
        await councils.dissolve(town.officer, council.id, on=MAY)
        ends = [one.term_to for one in await CouncilMembership.filter(removed_at=None).order_by("id")]
        assert ends == [MAY - DAY, APRIL]
        assert (await CouncilMembership.get(id=gone.id)).version == gone.version
        with pytest.raises(WrongState, match="解散"):
            await make.member(town.officer, council, body, term_from=MAY)

    play(story)


def test_a_council_goes_to_another_secretariat_and_ends_in_as_many_statements_however_many_members_it_has(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        asked: list[list[int]] = []
        for size in (1, 4):
            council = await make.council(town.hq, f"例示{size}ネットワーク")
            for number in range(size):
                await make.member(town.hq, council, await make.company(town.hq, f"例示{size}の{number}商事"))
            version = (await Council.get(id=council.id)).version
            with spoken() as moved:
                await councils.transfer(town.hq, council.id, version=version, unit_id=town.other_station.id)
            with spoken() as ended:
                await councils.dissolve(town.other_officer, council.id, on=MAY)
            members = await CouncilMembership.filter(council_id=council.id)
            told = [(one.unit_id, one.term_to) for one in members]
            assert told == [(town.other_station.id, MAY - DAY)] * size
            asked.append([len(moved), len(ended)])
        assert asked[0] == asked[1]

    play(story)


def test_the_founding_is_not_put_after_a_term_nor_one_name_taken_twice_at_a_secretariat(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer)
        await make.member(town.officer, council)
        known = await Council.get()
        with pytest.raises(Invalid) as refused:
            await councils.correct(town.officer, council.id, version=known.version, founded_on=MAY)
        assert refused.value.field == "founded_on"
        with pytest.raises(Conflict, match="同じ名称"):
            await make.council(town.officer)
        await make.council(town.other_officer)
        assert {one.founded_on for one in await Council.all()} == {APRIL}

    play(story)


def test_a_council_is_for_its_secretariat_and_headquarters(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        council = await make.council(town.hq, unit_id=town.station.id)
        await make.member(town.hq, council)
        for who, rows in ((town.hq, 1), (town.officer, 1), (town.other_officer, 0), (other.hq, 0)):
            assert await councils.visible_to(who).count() == rows
            assert await councils.memberships_visible_to(who).count() == rows
        for model in (Council, CouncilMembership):
            assert await everything(model, walls.for_reading(other.hq)) == []
        body = await make.company(town.other_officer, "例示ガス")
        with pytest.raises(NotFound):
            await make.member(town.other_officer, council, body)
        for who in (town.statistician, town.admin):
            assert await councils.visible_to(who).count() == 0
            with pytest.raises(NotAllowed):
                await councils.dissolve(who, council.id, on=MAY)
        with pytest.raises(NotAllowed):
            await councils.transfer(town.officer, council.id, version=1, unit_id=town.other_station.id)
        version = (await Council.get()).version
        await councils.transfer(town.hq, council.id, version=version, unit_id=town.other_station.id)
        assert await councils.memberships_visible_to(town.officer).count() == 0
        assert await councils.memberships_visible_to(town.other_officer).count() == 1

    play(story)


def test_a_member_learns_of_the_others_only_where_they_have_agreed_to_that(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.hq)
        bank = await partner_in(town, council)
        await make.member(town.hq, council, await make.company(town.hq))
        elsewhere = await make.council(town.hq, "例示ネットワーク", members_are_known=True)
        await make.member(town.hq, elsewhere, await make.company(town.hq, "例示ガス株式会社"))
        assert await names(bank) == ["例示銀行株式会社"]
        assert len(await everything(CouncilMembership, walls.for_reading(bank))) == 1
        assert await councils.visible_to(bank).count() == 1
        assert len(await everything(Council, walls.for_reading(bank))) == 1
        known = await Council.get(id=council.id)
        await councils.correct(town.hq, council.id, version=known.version, members_are_known=True)
        assert await names(bank) == ["例示銀行株式会社", "架空電力株式会社"]

    play(story)


def test_whoever_has_left_does_not_learn_of_those_who_came_after(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.hq, members_are_known=True)
        bank = await partner_in(town, council, term_to=MAY)
        for name, since in (("例示ガス", APRIL), ("例示水道", MAY), ("例示鉄道", MAY + DAY)):
            await make.member(town.hq, council, await make.company(town.hq, name), term_from=since)
        assert await names(bank) == ["例示ガス", "例示水道", "例示銀行株式会社"]

    play(story)


def test_of_two_bodies_that_become_one_the_terms_go_over_unless_both_are_members_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.hq)
        kept, gone = await make.company(town.hq), await make.company(town.hq, "旧架空電力株式会社")
        await make.member(town.hq, council, kept)
        member = await make.member(town.hq, council, gone)
        with pytest.raises(Conflict, match=f"「{council.name}」の会員です"):
            await merging.merge(town.hq, gone.id, version=gone.version, kept_id=kept.id, reason="同じ会社のため")
        assert (await CouncilMembership.get(id=member.id)).organization_id == gone.id
        await councils.strike_membership(town.hq, (await CouncilMembership.get(organization_id=kept.id)).id)
        await merging.merge(town.hq, gone.id, version=gone.version, kept_id=kept.id, reason="同じ会社のため")
        assert (await CouncilMembership.get(id=member.id)).organization_id == kept.id

    play(story)
