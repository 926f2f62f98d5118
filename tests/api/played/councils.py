"""What is played with councils, for the mutations that lead on from there."""

from tests import make
from tests.api.played.ground import Ground, Ready, hq

NOBODY_ELSE = {"policeUnitId": None, "termFrom": "2026-07-01", "termTo": "2027-03-31"}
"""A body is admitted, and no police unit beside it."""


async def somebody_to_admit(on: Ground) -> Ready:
    return hq(on, NOBODY_ELSE, Organization=(await make.company(on.town.officer, "例示旅館株式会社")).id)
