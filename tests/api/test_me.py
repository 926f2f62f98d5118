"""Whoever has a token can ask who they are by it."""

from typing import Any

from domain.actor import Role
from tests import make
from tests.api.asking import change, codes, read
from tests.make import Town

ME = "{ me { role mutations person { familyName } unit { name } organization { name } } }"


def test_an_officer_is_told_role_post_and_what_the_role_may_ask_for(play: Any) -> None:
    async def story(town: Town) -> None:
        me = (await read(town.officer, ME))["me"]
        allowed = me.pop("mutations")
        assert me == {
            "role": "STATION_LIAISON",
            "person": {"familyName": "試﨑"},
            "unit": {"name": "青浜第1警察署"},
            "organization": None,
        }
        assert "proposeAgreement" in allowed
        assert "approveAgreement" not in allowed
        refused = await change(town.officer, "approveAgreement", agreementId=f"Agreement:{town.station.id}")
        assert codes(refused) == [("NOT_ALLOWED", None)]

    play(story)


def test_a_partner_is_told_its_own_body_and_that_it_may_change_next_to_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        me = (await read(make.outsider(town.officer, Role.PARTNER, contact), ME))["me"]
        assert (me["role"], me["organization"], me["person"]) == (
            "PARTNER",
            {"name": "架空電力株式会社"},
            {"familyName": "例塚"},
        )
        assert "proposeAgreement" not in me["mutations"]

    play(story)


def test_a_statistician_has_no_name_to_read(play: Any) -> None:
    async def story(town: Town) -> None:
        me = (await read(town.statistician, "{ me { role person { id } unit { name } } }"))["me"]
        assert me == {"role": "STATISTICIAN", "person": None, "unit": {"name": town.section.name}}

    play(story)
