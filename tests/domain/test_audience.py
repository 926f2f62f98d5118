"""宛先の範囲: who is meant by which criteria, as of today, and only of one's own units."""

from datetime import timedelta
from typing import Any

import pytest

from domain import audience, merging, organizations
from domain.actor import Actor, Role
from domain.audience import AudienceCriteria, Line, Preview, Reach
from domain.errors import Incomplete, Invalid, NotAllowed, NotFound, TooLarge
from domain.organizations import CiSector, ContactRole, Organization, OrganizationKind
from tests import make
from tests.make import Town

WORKING, EMERGENCY = ContactRole.WORKING, ContactRole.EMERGENCY
KINDS = (OrganizationKind.COMPANY,)


async def names(who: Actor, **criteria: Any) -> list[str]:
    """Of the bodies that are meant, in their order."""
    told = AudienceCriteria(**criteria)
    shown = [one.name for one in (await audience.preview(who, told)).shown]
    kept = dict.fromkeys([line.organization_id for line in await audience.find(who, told)])
    assert [(await Organization.get(id=id)).name for id in kept] == shown, "the list is what was shown"
    return shown


def counts(found: Preview) -> tuple[int, int, int, int]:
    return found.bodies, found.contacts, found.with_address, found.without_address


async def bodies(town: Town) -> dict[str, Organization]:
    """A power company and a bank of one station, a railway of the other; 五十音: 海運 < 銀行 < 鉄道 < 電力."""
    power = await make.company(town.officer, "電力", name_kana="デンリョク", ci_sector=CiSector.ELECTRICITY)
    bank = await organizations.register(
        town.officer,
        kind=OrganizationKind.FINANCIAL_INSTITUTION,
        name="銀行",
        name_kana="ギンコウ",
        ci_sector=CiSector.FINANCE,
    )
    railway = await make.company(town.other_officer, "鉄道", name_kana="テツドウ", ci_sector=CiSector.RAILWAYS)
    return {body.name: body for body in (power, bank, railway)}


def test_criteria_join_their_bodies_and_leave_out_the_excluded(play: Any) -> None:
    async def story(town: Town) -> None:
        known, hq = await bodies(town), town.hq
        assert await names(hq, sectors=[CiSector.ELECTRICITY, CiSector.FINANCE]) == ["銀行", "電力"]
        assert await names(hq, kinds=[OrganizationKind.COMPANY]) == ["鉄道", "電力"]
        assert await names(hq, sectors=[CiSector.FINANCE], unit_ids=[town.other_station.id]) == ["銀行", "鉄道"]
        assert await names(hq, unit_ids=[town.prefecture.id]) == ["銀行", "鉄道", "電力"], "and all below it"
        chosen = {"organization_ids": [known["電力"].id], "sectors": [CiSector.ELECTRICITY]}
        assert await names(hq, **chosen) == ["電力"], "once, by whichever way"
        everybody = {"unit_ids": [town.prefecture.id], "excluded_ids": [known["鉄道"].id]}
        assert await names(hq, **everybody) == ["銀行", "電力"]

    play(story)


def test_a_council_means_its_members_of_today(play: Any) -> None:
    async def story(town: Town) -> None:
        known, hq, day = await bodies(town), town.hq, timedelta(days=1)
        council = await make.council(hq)
        for name, more in (("銀行", {}), ("鉄道", {}), ("電力", {"term_to": hq.today - day})):
            await make.member(hq, council, known[name], **more)
        assert await names(hq, council_ids=[council.id]) == ["銀行", "鉄道"]
        assert await names(hq, council_ids=[council.id], only_unit_ids=[town.station.id]) == ["銀行"]
        with pytest.raises(NotFound) as refused:
            await audience.preview(town.officer, AudienceCriteria(council_ids=[council.id]))
        assert refused.value.field == "council_ids"

    play(story)


def test_a_sector_of_one_station_is_meant_by_both_together(play: Any) -> None:
    async def story(town: Town) -> None:
        await bodies(town)
        both = {"kinds": [OrganizationKind.COMPANY], "only_unit_ids": [town.station.id]}
        assert await names(town.hq, **both) == ["電力"]

    play(story)


def test_a_station_means_its_own_bodies_also_where_others_are_shown_to_it(play: Any) -> None:
    async def story(town: Town) -> None:
        known = await bodies(town)
        shown = known["鉄道"]
        await organizations.share(town.other_officer, shown.id, unit_id=town.station.id, reason="沿線のため")
        assert await names(town.officer, kinds=[OrganizationKind.COMPANY]) == ["電力"]
        for told in ({"organization_ids": [shown.id]}, {"excluded_ids": [shown.id]}):
            with pytest.raises(NotFound) as refused:
                await audience.preview(town.officer, AudienceCriteria(kinds=KINDS, **told))
            assert refused.value.field == next(iter(told))
        for field in ("unit_ids", "only_unit_ids"):
            told = {field: [town.other_station.id]}
            with pytest.raises(NotFound) as refused:
                await audience.preview(town.officer, AudienceCriteria(kinds=KINDS, **told))
            assert refused.value.field == field

    play(story)


def test_contacts_are_those_of_today_in_the_order_of_the_roles(play: Any) -> None:
    async def story(town: Town) -> list[Line]:
        body, who, day = await make.company(town.officer), town.officer, timedelta(days=1)
        working = await make.contact(who, body, since=who.today - 30 * day)
        night = await make.contact(who, body, role=EMERGENCY, mail_address="", phone="000-0000-0001")
        await make.contact(who, body, role=ContactRole.PUBLICITY)
        await make.contact(who, body, since=who.today + day)
        await make.contact(who, body, since=who.today - 9 * day, until=who.today)
        found = await audience.find(who, AudienceCriteria(kinds=KINDS, roles=[EMERGENCY, WORKING]))
        assert [line.contact_id for line in found] == [night.id, working.id]
        everybody = await audience.find(who, AudienceCriteria(kinds=KINDS))
        assert len(everybody) == 3
        return found

    night, working = play(story)
    assert (night.role, night.address, night.reach) == (EMERGENCY, "", Reach.PHONE)
    assert (working.role, working.address, working.reach) == (WORKING, "megumi@partner.example", Reach.MAIL)


def test_it_is_told_of_how_many_bodies_nobody_can_be_reached(play: Any) -> None:
    async def story(town: Town) -> tuple[Preview, Preview]:
        who, known = town.officer, await bodies(town)
        power, bank = known["電力"], known["銀行"]
        criteria = AudienceCriteria(unit_ids=[town.station.id], roles=[WORKING])
        await make.contact(who, power, mail_address="", phone="")
        await make.contact(who, power)
        before = await audience.preview(who, criteria)
        await make.contact(who, bank, mail_address="", phone="")
        [line] = [one for one in await audience.find(who, criteria) if one.organization_id == bank.id]
        assert line.reach is Reach.NEITHER
        switchboard = {"phone": "000-0000-0009"}
        await organizations.correct(who, bank.id, version=bank.version, **switchboard)
        return before, await audience.preview(who, criteria)

    before, after = play(story)
    assert (counts(before), before.reached) == ((2, 2, 1, 1), {Reach.MAIL: 1, Reach.NOBODY: 1})
    assert (counts(after), after.reached) == ((2, 3, 1, 2), {Reach.MAIL: 1, Reach.PHONE: 1})


def test_the_bodies_are_shown_page_by_page(play: Any) -> None:
    async def story(town: Town) -> None:
        known = await bodies(town)
        criteria = AudienceCriteria(unit_ids=[town.prefecture.id])
        first = await audience.preview(town.hq, criteria, first=2)
        assert (first.bodies, [one.name for one in first.shown]) == (3, ["銀行", "鉄道"])
        rest = await audience.preview(town.hq, criteria, first=2, after_id=known["鉄道"].id)
        assert (rest.bodies, [one.name for one in rest.shown]) == (3, ["電力"])
        for first_of in (0, 101):
            with pytest.raises(Invalid):
                await audience.preview(town.hq, criteria, first=first_of)

    play(story)


def test_a_body_that_was_merged_away_is_meant_by_the_one_that_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.company(town.officer, "旧社")
        new = await make.company(town.officer, "新社")
        await merging.merge(town.hq, old.id, version=old.version, kept_id=new.id, reason="社名の変更")
        kept = AudienceCriteria(organization_ids=[old.id]).as_kept
        [line] = await audience.find(town.officer, AudienceCriteria.of(kept))
        assert line.organization_id == new.id
        assert await audience.find(town.officer, AudienceCriteria(kinds=KINDS, excluded_ids=[old.id])) == []

    play(story)


def test_whoever_has_left_the_register_is_meant_by_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        await organizations.retire(town.officer, body.id, version=body.version, on=town.officer.today)
        assert await names(town.officer, kinds=[OrganizationKind.COMPANY]) == []
        with pytest.raises(Invalid, match="架空電力株式会社"):
            await audience.preview(town.officer, AudienceCriteria(organization_ids=[body.id]))

    play(story)


def test_what_means_nobody_or_too_many_at_once_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        for told in ({}, {"roles": [WORKING]}, {"only_unit_ids": [town.station.id]}, {"excluded_ids": [body.id]}):
            with pytest.raises(Incomplete):
                await audience.preview(town.officer, AudienceCriteria(**told))
        with pytest.raises(TooLarge, match="500件まで") as refused:
            await audience.preview(town.officer, AudienceCriteria(organization_ids=[body.id] * 501))
        assert refused.value.field == "organization_ids"

    play(story)


def test_nobody_but_the_desk_asks_for_an_audience(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        for actor in (town.admin, town.statistician, partner):
            with pytest.raises(NotAllowed):
                await audience.preview(actor, AudienceCriteria(kinds=KINDS))

    play(story)


def test_criteria_are_kept_as_they_were_told() -> None:
    told = AudienceCriteria(sectors=[CiSector.GAS], kinds=[OrganizationKind.NPO], roles=[EMERGENCY], unit_ids=[])
    assert AudienceCriteria.of(told.as_kept) == AudienceCriteria(
        sectors=[CiSector.GAS],
        unit_ids=[],
        kinds=[OrganizationKind.NPO],
        organization_ids=[],
        only_unit_ids=[],
        excluded_ids=[],
        roles=[EMERGENCY],
        council_ids=[],
    )
