"""疎通確認: prepared, sent to whoever is meant on that day, and ended; each contact gets a letter of their own."""

from datetime import timedelta
from typing import Any

import pytest

from domain import campaigns, organizations
from domain.actor import Role
from domain.audience import AudienceCriteria
from domain.campaigns import Campaign, CampaignContact, CampaignReply, CampaignStatus
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import ContactRole, OrganizationKind
from domain.outbox import Letter
from tests import make, statements
from tests.make import Town

DAY = timedelta(days=1)
EMERGENCY = ContactRole.EMERGENCY


async def lines(campaign: Campaign) -> list[CampaignContact]:
    return await CampaignContact.filter(campaign_id=campaign.id).order_by("id")


async def send(who: Any, campaign: Campaign, **over: Any) -> Campaign:
    return await campaigns.send(who, campaign.id, version=campaign.version, **over)


def test_whoever_is_meant_on_the_day_is_asked_by_a_letter_of_their_own(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        power, gas = await make.company(who), await make.company(who, "架空ガス株式会社")
        written = await make.contact(who, power)
        draft = await make.campaign(who, message="年度初めの確認です。\nお手数をおかけします。")
        called = await make.contact(who, gas, mail_address="", phone="000-0000-0001")
        sent = await send(make.at(who, who.now + DAY), draft)
        assert (sent.status, sent.bodies_left_out, sent.contacts_left_out) == (CampaignStatus.SENT, 0, 0)
        asked = {line.contact_id: line for line in await lines(sent)}
        assert {id: line.is_written for id, line in asked.items()} == {written.id: True, called.id: False}
        letter = await Letter.get(kind="contact-check")
        assert (letter.person_id, letter.unit_id) == (written.person_id, town.station.id)
        assert letter.facts["asked_id"] == str(asked[written.id].id)
        assert (letter.facts["body"], len(letter.facts["message"])) == ("架空電力株式会社", 2)

    play(story)


def test_the_night_contacts_may_be_asked_alone_and_bodies_without_one_are_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        power, _ = await make.company(who), await make.company(who, "架空ガス株式会社")
        await make.contact(who, power)
        night = await make.contact(who, power, role=EMERGENCY)
        criteria = AudienceCriteria(kinds=[OrganizationKind.COMPANY], roles=[EMERGENCY])
        sent = await send(who, await make.campaign(who, criteria=criteria))
        [line] = await lines(sent)
        assert (line.contact_id, line.role, sent.bodies_left_out) == (night.id, EMERGENCY, 1)

    play(story)


def test_a_campaign_that_would_ask_nobody_is_not_sent(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer)
        draft = await make.campaign(town.officer)
        with pytest.raises(Incomplete):
            await send(town.officer, draft)
        assert (await Campaign.get(id=draft.id)).status is CampaignStatus.DRAFT

    play(story)


def test_whoever_is_being_asked_already_is_not_asked_twice_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        await make.asked(who, title="先の確認")
        second = await make.campaign(who)
        with pytest.raises(Conflict, match="1人は、疎通確認「先の確認」"):
            await send(who, second)
        assert await lines(second) == []
        with pytest.raises(Incomplete):
            await send(who, second, leaves_out_asked=True)
        new = await make.contact(who, await make.company(who, "架空ガス株式会社"))
        sent = await send(who, second, leaves_out_asked=True)
        assert ([line.contact_id for line in await lines(sent)], sent.contacts_left_out) == ([new.id], 1)

    play(story)


@pytest.mark.parametrize("ended", ["answered", "closed", "cancelled"])
def test_whoever_has_answered_or_is_asked_no_more_may_be_asked_again(play: Any, ended: str) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        first = await make.asked(who)
        campaign = await Campaign.get(id=first.campaign_id)
        if ended == "answered":
            await campaigns.confirm_by_link(who.now, first.id)
        elif ended == "closed":
            await campaigns.close(who, campaign.id, version=campaign.version)
        else:
            await campaigns.cancel(who, campaign.id, version=campaign.version, reason="宛先の誤り")
        sent = await send(who, await make.campaign(who))
        assert [line.contact_id for line in await lines(sent)] == [first.contact_id]

    play(story)


def test_a_station_asks_its_own_bodies_whoever_sends_it(play: Any) -> None:
    async def story(town: Town) -> None:
        own = await make.contact(town.officer, await make.company(town.officer))
        await make.contact(town.other_officer, await make.company(town.other_officer, "架空ガス株式会社"))
        draft = await make.campaign(town.officer)
        assert (await campaigns.preview(town.hq, draft.id)).bodies == 1
        sent = await send(town.hq, draft)
        assert [line.contact_id for line in await lines(sent)] == [own.id]

    play(story)


def test_headquarters_asks_the_prefecture_and_a_station_sees_its_part_of_it_but_does_not_end_it(play: Any) -> None:
    async def story(town: Town) -> None:
        own = await make.contact(town.officer, await make.company(town.officer))
        await make.contact(town.other_officer, await make.company(town.other_officer, "架空ガス株式会社"))
        draft = await make.campaign(town.hq)
        assert await campaigns.visible_to(town.officer).count() == 0
        sent = await send(town.hq, draft)
        assert len(await lines(sent)) == 2
        assert [one.id for one in await campaigns.visible_to(town.officer)] == [sent.id]
        assert [line.contact_id for line in await campaigns.asked_visible_to(town.officer)] == [own.id]
        with pytest.raises(NotAllowed):
            await campaigns.close(town.officer, sent.id, version=sent.version)
        assert (await Campaign.get(id=sent.id)).status is CampaignStatus.SENT

    play(story)


def test_nobody_but_the_desk_sees_who_is_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        partner = make.outsider(town.officer, Role.PARTNER, await line.contact)
        for actor in (partner, town.admin, town.statistician, town.other_officer):
            for scope in (campaigns.visible_to, campaigns.asked_visible_to, campaigns.proposals_visible_to):
                assert await scope(actor).count() == 0
        with pytest.raises(NotAllowed):
            await make.campaign(partner)
        with pytest.raises(NotFound):
            await campaigns.close(town.other_officer, line.campaign_id, version=1)

    play(story)


def test_a_draft_is_put_right_and_what_was_sent_is_only_extended(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        await make.contact(who, await make.company(who))
        draft = await make.campaign(who)
        nobody = AudienceCriteria(kinds=[OrganizationKind.NPO])
        draft = await campaigns.correct(who, draft.id, version=draft.version, title="改題", criteria=nobody)
        assert (await campaigns.preview(who, draft.id)).bodies == 0
        with pytest.raises(Incomplete):
            await campaigns.correct(who, draft.id, version=draft.version, criteria=AudienceCriteria())
        everybody = AudienceCriteria(unit_ids=[town.station.id])
        draft = await campaigns.correct(who, draft.id, version=draft.version, criteria=everybody)
        with pytest.raises(WrongState):
            await campaigns.extend(who, draft.id, version=draft.version, due_on=who.today + 30 * DAY)
        sent = await send(who, draft)
        with pytest.raises(WrongState):
            await campaigns.correct(who, sent.id, version=sent.version, title="再改題")
        with pytest.raises(WrongState):
            await campaigns.preview(who, sent.id)
        later = await campaigns.extend(who, sent.id, version=sent.version, due_on=who.today + 30 * DAY)
        assert (later.due_on, later.title) == (who.today + 30 * DAY, "改題")

    play(story)


def test_a_last_day_that_is_over_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        await make.contact(who, await make.company(who))
        with pytest.raises(Invalid):
            await make.campaign(who, due_on=who.today - DAY)
        draft = await make.campaign(who, due_on=who.today)
        with pytest.raises(Invalid):
            await send(make.at(who, who.now + DAY), draft)
        assert await Letter.filter(kind="contact-check").count() == 0

    play(story)


def test_two_campaigns_that_stand_for_good_do_not_change_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        line = await make.asked(who)
        campaign = await Campaign.get(id=line.campaign_id)
        with pytest.raises(Invalid):
            await campaigns.cancel(who, campaign.id, version=campaign.version, reason=" ")
        closed = await campaigns.close(who, campaign.id, version=campaign.version)
        assert (closed.status, closed.ended_on) == (CampaignStatus.CLOSED, who.today)
        for act in (campaigns.close, campaigns.send):
            with pytest.raises(WrongState):
                await act(who, closed.id, version=closed.version)
        assert (await CampaignContact.get(id=line.id)).reply is CampaignReply.AWAITED

    play(story)


def test_a_body_that_is_retired_before_it_is_sent_is_not_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer
        body = await make.company(who)
        await make.contact(who, body)
        stays = await make.contact(who, await make.company(who, "架空ガス株式会社"))
        draft = await make.campaign(who)
        await organizations.retire(who, body.id, version=body.version, on=who.today)
        assert [line.contact_id for line in await lines(await send(who, draft))] == [stays.id]

    play(story)


def test_a_campaign_to_ten_takes_as_many_statements_as_one_to_two(play: Any) -> None:
    async def story(town: Town) -> None:
        who, said = town.officer, {}
        for number in (2, 10):
            body = await make.company(who, f"架空電力{number}株式会社")
            for one in range(number):
                await make.contact(who, body, mail_address=f"asked{one}@partner.example")
            draft = await make.campaign(who, criteria=AudienceCriteria(organization_ids=[body.id]))
            with statements.spoken() as told:
                sent = await send(who, draft)
            said[number] = len(told)
            keys = [f"contact-check:{line.id}" for line in await lines(sent)]
            assert await Letter.filter(key__in=keys).count() == number
        assert said[10] == said[2]

    play(story)
