"""到達率, 電話する相手 and who has to be asked after the transfers of spring."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import campaigns, organizations, outbox, worklist
from domain.actor import TOKYO, Actor
from domain.campaigns import Campaign, CampaignContact, ContactCallResult, RateBy
from domain.errors import NotAllowed, NotFound
from domain.organizations import CiSector, Contact, ContactRole, Organization
from domain.outbox import Letter
from domain.worklist import WorkKind
from tests import make
from tests.make import Town

DAY = timedelta(days=1)
CALL, CHANGED, OVER = WorkKind.CONTACT_TO_CALL, WorkKind.CONTACT_CHANGED, WorkKind.CAMPAIGN_OVER


async def asked_by_headquarters(town: Town) -> list[CampaignContact]:
    """A power company and a bank of one station, a railway of the other, the bank without a mail address."""
    bodies = [
        await make.company(town.officer, "電力", ci_sector=CiSector.ELECTRICITY),
        await make.company(town.officer, "銀行"),
        await make.company(town.other_officer, "鉄道", ci_sector=CiSector.RAILWAYS),
    ]
    roles = (ContactRole.WORKING, ContactRole.EMERGENCY, ContactRole.WORKING)
    for body, role in zip(bodies, roles, strict=True):
        keeper = town.other_officer if body.name == "鉄道" else town.officer
        await make.contact(keeper, body, role=role, mail_address="" if body.name == "銀行" else "m@partner.example")
    council = await make.council(town.hq)
    for body in bodies[:2]:
        await make.member(town.hq, council, body)
    draft = await make.campaign(town.hq)
    await campaigns.send(town.hq, draft.id, version=draft.version)
    names = {body.id: body.name for body in bodies}
    lines = await CampaignContact.filter(campaign_id=draft.id)
    return sorted(lines, key=lambda line: ["電力", "銀行", "鉄道"].index(names[line.organization_id]))


def told(rates: list[campaigns.ReachRate], by: RateBy) -> dict[str, tuple[int, int]]:
    return {rate.label: (rate.reached, rate.asked) for rate in rates if rate.by is by}


def test_the_rate_is_told_in_all_and_by_station_council_sector_and_role(play: Any) -> None:
    async def story(town: Town) -> None:
        power, bank, railway = await asked_by_headquarters(town)
        await campaigns.confirm_by_link(town.hq.now, power.id)
        await campaigns.propose_by_link(town.hq.now, railway.id, remark="移転しました。")
        await campaigns.note_call(town.hq, bank.id, version=bank.version, result=ContactCallResult.NOT_REACHED)
        rates = await campaigns.reach_rates(town.hq, power.campaign_id)
        assert rates[0].percent == Decimal("66.7")
        assert told(rates, RateBy.ALL) == {"全体": (2, 3)}
        assert told(rates, RateBy.UNIT) == {"青浜第1警察署": (1, 2), "青浜第2警察署": (1, 1)}
        assert told(rates, RateBy.COUNCIL) == {"見本サイバーセキュリティ協議会": (1, 2)}
        assert told(rates, RateBy.SECTOR) == {"電力": (1, 1), "鉄道": (1, 1), "分野なし": (0, 1)}
        assert told(rates, RateBy.ROLE) == {"実務": (2, 2), "夜間緊急": (0, 1)}

    play(story)


def test_a_station_is_told_of_its_own_part_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        power, _, railway = await asked_by_headquarters(town)
        await campaigns.confirm_by_link(town.hq.now, railway.id)
        rates = await campaigns.reach_rates(town.officer, power.campaign_id)
        assert told(rates, RateBy.ALL) == {"全体": (0, 2)}
        assert told(rates, RateBy.UNIT) == {"青浜第1警察署": (0, 2)}
        assert told(rates, RateBy.COUNCIL) == {}
        own = await make.campaign(town.other_officer)
        assert await campaigns.reach_rates(town.other_officer, own.id) == []
        with pytest.raises(NotFound):
            await campaigns.reach_rates(town.officer, own.id)

    play(story)


async def works(who: Actor, *kinds: WorkKind) -> list[tuple[WorkKind, str]]:
    found = await worklist.worklist(who, kinds=kinds or (CALL, CHANGED, OVER))
    return [(work.kind, work.title) for work in found.works]


def test_the_morning_tells_whom_to_call_what_to_decide_and_when_it_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        power, bank, railway = await asked_by_headquarters(town)
        assert await works(town.officer) == [(CALL, "銀行")], "no letter could go there"
        assert await works(town.other_officer) == []
        await campaigns.propose_by_link(town.hq.now, railway.id, extension="7")
        assert await works(town.other_officer) == [(CHANGED, "鉄道")]
        late = make.at(town.officer, town.officer.now + 15 * DAY)
        assert sorted(await works(late)) == [(CALL, "銀行"), (CALL, "電力")]
        for line in (power, bank):
            await campaigns.note_call(late, line.id, version=line.version, result=ContactCallResult.REACHED)
        assert await works(late) == []
        title = (await Campaign.get(id=power.campaign_id)).title
        assert await works(make.at(town.hq, late.now), OVER) == [(OVER, title)]
        assert await works(town.hq, OVER) == [], "whoever is asked may still answer"

    play(story)


def test_whom_no_letter_has_reached_is_called_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        power, bank, railway = await asked_by_headquarters(town)
        then = town.hq.now + 2 * DAY
        await outbox.mark_returned(await Letter.get(key=f"contact-check:{power.id}"), then, "5.1.1")
        await outbox.mark_failed(then, (await Letter.get(key=f"contact-check:{railway.id}")).id, "550", for_good=True)
        late = [make.at(who, then + 3 * DAY) for who in (town.officer, town.other_officer)]
        assert [sorted(await works(who)) for who in late] == [[(CALL, "銀行"), (CALL, "電力")], [(CALL, "鉄道")]]
        [lost] = (await worklist.worklist(late[1], kinds=[CALL])).works
        assert (lost.since, lost.due_on) == (make.at(town.hq, then).today, town.hq.today + 14 * DAY)
        await campaigns.note_call(late[1], railway.id, version=railway.version, result=ContactCallResult.REACHED)
        assert [len(await works(who)) for who in late] == [2, 0]
        await campaigns.confirm_by_link(then, power.id)
        assert await works(late[0]) == [(CALL, "銀行")], "the page was shown them on another way"

    play(story)


def spring(who: Actor, day: date) -> Actor:
    return make.at(who, datetime.combine(day, datetime.min.time(), TOKYO))


async def verified(contact: Contact, on: date | None) -> None:
    await Contact.filter(id=contact.id).update(verified_on=on)


def test_whoever_nobody_has_confirmed_since_april_is_stale(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, phone="000-0000-0009")
        days = (date(2027, 3, 31), date(2027, 4, 1), None)
        for number, day in enumerate(days):
            await verified(await make.contact(town.officer, body, given_name=f"恵{number}"), day)
        gone = await make.contact(town.officer, body)
        await organizations.retire_contact(town.officer, gone.id, version=gone.version, on=date(2026, 12, 1))
        await make.contact(town.other_officer, await make.company(town.other_officer, "鉄道"))
        april = spring(town.hq, date(2027, 4, 10))
        counts = await campaigns.stale_counts(april)
        assert [(one.unit, one.contacts, one.stale) for one in counts] == [
            ("青浜第1警察署", 3, 2),
            ("青浜第2警察署", 1, 1),
        ]
        listed = await campaigns.stale_listed(spring(town.officer, date(2027, 4, 10)))
        assert [(one.name, one.phone) for one in listed] == [
            ("例塚 恵0", "000-0000-0009"),
            ("例塚 恵2", "000-0000-0009"),
        ]
        assert (await campaigns.stale_counts(spring(town.officer, date(2027, 3, 31))))[0].stale == 1

    play(story)


def test_whoever_is_stale_is_named_to_the_desk_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.contact(town.officer, await make.company(town.officer))
        for ask in (campaigns.stale_counts, campaigns.stale_listed):
            with pytest.raises(NotAllowed):
                await ask(town.statistician)
            assert await ask(town.other_officer) == []
        await Organization.all().update(retired_on=town.officer.today)
        assert await campaigns.stale_counts(town.officer) == []

    play(story)
