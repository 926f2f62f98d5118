"""The places of a body."""

from typing import Any

import pytest

from domain import organizations
from domain.errors import Invalid
from domain.organizations import Establishment
from tests import make
from tests.make import Town


def test_a_place_keeps_its_codes_in_one_form(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        place = await organizations.add_establishment(
            town.officer, organization_id=body.id, name="支店", postal_code="980 0014", phone="001-000-7171"
        )
        assert (place.postal_code, place.phone, place.unit_id) == ("9800014", "001-000-7171", town.station.id)
        with pytest.raises(Invalid) as refused:
            await organizations.add_establishment(town.officer, organization_id=body.id, name="工場", postal_code="1")
        assert refused.value.field == "postal_code"
        assert await Establishment.all().count() == 1

    play(story)


def test_a_place_that_is_put_right_keeps_what_is_left_out(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        place = await organizations.add_establishment(
            town.officer, organization_id=body.id, name="支店", postal_code="980 0014", address="見本町1"
        )
        after = await organizations.correct_establishment(
            town.officer, place.id, version=1, phone="001-000-7171", municipality_code="０４１００９"
        )
        assert (after.name, after.postal_code, after.address) == ("支店", "9800014", "見本町1")
        assert (after.phone, after.municipality_code) == ("001-000-7171", "041009")
        with pytest.raises(Invalid) as refused:
            await organizations.correct_establishment(town.officer, place.id, version=2, name=" ", phone="1")
        assert refused.value.field == "name"
        assert (await Establishment.get(id=place.id)).phone == "001-000-7171"

    play(story)
