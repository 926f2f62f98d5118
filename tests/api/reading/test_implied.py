"""What `implied` leaves out of the scope is proven for each role, and a wrong one is found."""

import pytest

from api import reading
from domain.actor import Role
from tests.api.reading.implied import declared, proven
from tests.api.reading.townsfolk import ACTORS, SCHEMA

SEEING = {Role.HQ_LIAISON, Role.STATION_LIAISON, Role.PARTNER, Role.VOLUNTEER}


def test_every_implied_relation_of_the_town_holds_for_every_role_that_sees_anything(in_town):
    assert in_town(proven(SCHEMA, ACTORS.values())) == {
        "TownDrill.participants": SEEING,
        "TownParticipant.drill": SEEING,
        "TownParticipant.organization": {Role.PARTNER},
    }


def test_a_relation_that_shows_a_role_what_is_hidden_from_it_is_found(in_town, monkeypatch):
    (how,) = [how for name, _, _, how in declared(SCHEMA) if name == "TownParticipant.organization"]
    monkeypatch.setitem(how.__dict__, "implied", reading.EVERYONE)
    with pytest.raises(AssertionError, match="TownParticipant.organization shows HQ_LIAISON rows of TownOrganization"):
        in_town(proven(SCHEMA, ACTORS.values()))
