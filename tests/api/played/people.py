"""What is played with volunteers, and with what belongs to single people: feeds, tokens, accounts, holds."""

from domain import (
    organizations,
    retention,
    tokens,
    volunteers,
)
from domain.actor import Role
from domain.organizations import OrganizationKind
from tests import make
from tests.api.played.ground import Ground, Ready, admin, hq
from tests.domain.accounts import keys
from tests.domain.retention.test_due import late, left


async def of_a_university(on: Ground) -> Ready:
    university = await organizations.register(on.town.officer, kind=OrganizationKind.UNIVERSITY, name="例示大学")
    return hq(on, {"universityId": f"Organization:{university.id}", "ageBand": "FROM_15_TO_17"})


async def recommended(on: Ground) -> Ready:
    return hq(on, Volunteer=(await make.recommended(on.town.officer, family_name="例山")).id)


async def serving(on: Ground) -> Ready:
    volunteer = await make.volunteer(on.town, family_name="例山")
    return hq(on, {"on": "2026-07-01"}, Volunteer=volunteer.id)


async def serves(on: Ground) -> Ready:
    return hq(on, Volunteer=(await make.volunteer(on.town, family_name="例山")).id)


async def term_ending(on: Ground) -> Ready:
    volunteer = await make.volunteer(on.town, family_name="例山")
    return hq(on, {"termFrom": "2027-04-01"}, Volunteer=volunteer.id)


async def paused(on: Ground) -> Ready:
    ready = await serves(on)
    await volunteers.suspend(on.town.officer, ready.ids["Volunteer"], reason="休学")
    return ready


async def resigned(on: Ground) -> Ready:
    ready = await serves(on)
    await volunteers.resign(on.town.officer, ready.ids["Volunteer"])
    return ready


async def roster_of_two(on: Ground) -> Ready:
    group = on.ids["VolunteerGroup"]
    first, _ = [await make.volunteer(on.town, family_name=name, group_id=group) for name in ("例山", "例川")]
    given = {"endingOn": "2027-03-31", "termFrom": "2027-04-01", "leavingOut": [f"Volunteer:{first.id}"]}
    return hq(on, given)


async def without_a_feed(on: Ground) -> Ready:
    body = await make.company(on.town.officer, "例示旅館株式会社")
    return hq(on, Person=(await make.contact(on.town.officer, body)).person_id)


async def token_given(on: Ground) -> Ready:
    who = on.town.officer
    token, _ = await tokens.issue(on.town.admin, person_id=who.person_id, role=who.role, label="例")
    return admin(on, AccessToken=token.id)


async def list_drawn_up(on: Ground, name: str = "例山") -> Ready:
    await left(on.town, "2026-09-01", family_name=name)
    await retention.draw_up(late("2028-04-01"))
    drawn = await retention.ErasureList.filter(status=retention.ErasureStatus.DRAWN_UP).first()
    assert drawn is not None
    return Ready(make.at(on.hq, late("2028-04-01")), on.ids | {"ErasureList": drawn.id})


async def list_reviewed(on: Ground, name: str = "例山") -> Ready:
    ready = await list_drawn_up(on, name)
    other = await make.actor(on.town.admin, Role.HQ_LIAISON, on.town.section, on.town.hq.units)
    await retention.review(make.at(other, ready.actor.now), ready.ids["ErasureList"])
    return ready


async def held_back(on: Ground) -> Ready:
    held = await retention.hold(on.town.hq, person_id=on.ids["Person"], reason="訴訟のため")
    return hq(on, LegalHold=held.id)


async def no_account_yet(on: Ground) -> Ready:
    return admin(on, {"personId": f"Officer:{on.town.officer.person_id}", "role": "STATION_LIAISON", "login": "rei"})


async def account_open(on: Ground) -> Ready:
    account = await keys.opened(on.town, on.town.officer, "hanako")
    return admin(on, {"role": "STATION_LIAISON"}, Account=account.id)
