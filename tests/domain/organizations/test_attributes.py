"""What is known of a body besides its name: size, sector, what it has ready and since when, and where it belongs."""

from datetime import date
from typing import Any

import pytest

from domain import organizations
from domain.errors import Conflict, Invalid, NotFound
from domain.organizations import CiSector, InPlace, Organization, OrganizationSize
from tests import make
from tests.make import Town


@pytest.mark.parametrize(("size", "is_small"), [(one, one is not OrganizationSize.LARGE) for one in OrganizationSize])
def test_a_body_of_known_size_is_a_small_one_by_its_size(play: Any, size: OrganizationSize, is_small: bool) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, size=size)
        assert (body.size, body.is_small) == (size, is_small)
        with pytest.raises(Invalid) as refused:
            await organizations.correct(town.officer, body.id, version=1, size=size, is_small=not is_small)
        assert refused.value.field == "is_small"
        assert (await Organization.get(id=body.id)).version == 1

    play(story)


def test_whoever_only_knows_whether_a_body_is_small_takes_a_size_back_that_says_otherwise(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, size=OrganizationSize.MEDIUM)
        body = await organizations.correct(town.officer, body.id, version=1, is_small=True)
        assert (body.version, body.size) == (1, OrganizationSize.MEDIUM)
        body = await organizations.correct(town.officer, body.id, version=1, is_small=False)
        assert (body.size, body.is_small) == (None, False)
        body = await organizations.correct(town.officer, body.id, version=2, is_small=True)
        assert (body.size, body.is_small) == (OrganizationSize.SMALL_OR_MEDIUM, True)

    play(story)


def test_what_a_body_has_ready_is_known_as_of_the_day_on_which_it_was_said(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, ci_sector=CiSector.ELECTRICITY, ceptoar="電力CEPTOAR")
        assert (body.bcp, body.assessed_on) == (InPlace.UNKNOWN, None)
        body = await organizations.correct(town.officer, body.id, version=1, bcp=InPlace.YES)
        assert body.assessed_on == town.officer.today
        later = make.at(town.officer, town.officer.now.replace(day=20))
        body = await organizations.correct(later, body.id, version=2, ministry="経済産業省", bcp=InPlace.YES)
        assert body.assessed_on == town.officer.today
        earlier = date(2026, 5, 1)
        body = await organizations.correct(later, body.id, version=3, contact_system=InPlace.NO, assessed_on=earlier)
        assert (body.contact_system, body.assessed_on) == (InPlace.NO, earlier)
        with pytest.raises(Invalid) as refused:
            await organizations.correct(later, body.id, version=4, assessed_on=date(2026, 8, 1))
        assert refused.value.field == "assessed_on"
        assert (await Organization.get(id=body.id)).assessed_on == earlier

    play(story)


def test_a_branch_belongs_to_its_head_office_and_no_body_below_itself(play: Any) -> None:
    async def story(town: Town) -> None:
        head = await make.company(town.officer, "仮想損害保険株式会社")
        branch = await make.company(town.officer, "仮想損害保険株式会社青浜支店", parent_organization_id=head.id)
        agency = await make.company(town.officer, "仮想損害保険見本代理店", parent_organization_id=branch.id)
        for above in (agency, head):
            with pytest.raises(Conflict, match="上位の団体"):
                await organizations.place_below(town.officer, head.id, version=1, parent_organization_id=above.id)
        assert (await Organization.get(id=head.id)).parent_organization_id is None
        alone = await organizations.place_below(town.officer, branch.id, version=1)
        assert alone.parent_organization_id is None

    play(story)


def test_a_body_is_put_below_no_body_that_its_officer_does_not_see(play: Any) -> None:
    async def story(town: Town) -> None:
        foreign = await make.company(town.other_officer, "例示ガス株式会社")
        own = await make.company(town.officer)
        with pytest.raises(NotFound) as refused:
            await organizations.place_below(town.officer, own.id, version=1, parent_organization_id=foreign.id)
        assert refused.value.field == "parent_organization_id"
        assert (await Organization.get(id=own.id)).version == 1

    play(story)
