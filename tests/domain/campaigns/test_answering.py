"""回答: by the link, on the own page, on the telephone; and what becomes of it where a contact or a body goes."""

from datetime import timedelta
from typing import Any

import pytest

from domain import audience, campaigns, merging, organizations, own
from domain.campaigns import (
    Campaign,
    CampaignChannel,
    CampaignContact,
    CampaignReply,
    ContactCallResult,
    ContactProposal,
    ProposalStatus,
)
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.organizations import Contact, Organization
from domain.people import Person
from tests import make
from tests.make import Town

DAY = timedelta(days=1)
AWAITED, CONFIRMED, CHANGED = CampaignReply.AWAITED, CampaignReply.CONFIRMED, CampaignReply.CHANGED
LINK, PAGE, PHONE, DESK = CampaignChannel


async def known(line: CampaignContact) -> tuple[CampaignReply, CampaignChannel | None]:
    line = await CampaignContact.get(id=line.id)
    return line.reply, line.channel


async def call(who: Any, line: CampaignContact, result: ContactCallResult, **more: Any) -> CampaignContact:
    version = (await CampaignContact.get(id=line.id)).version
    return await campaigns.note_call(who, line.id, version=version, result=result, **more)


async def end(who: Any, line: CampaignContact) -> Campaign:
    campaign = await Campaign.get(id=line.campaign_id)
    return await campaigns.close(who, campaign.id, version=campaign.version)


def test_who_says_that_nothing_has_changed_is_verified_by_themselves(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        await campaigns.confirm_by_link(town.officer.now + 2 * DAY, line.id)
        contact = await Contact.get(id=line.contact_id)
        assert contact.verified_on == town.officer.today + 2 * DAY
        assert contact.verified_by_id == contact.person_id
        assert await known(line) == (CONFIRMED, LINK)

    play(story)


def test_what_has_changed_waits_for_an_officer(play: Any) -> None:
    async def story(town: Town) -> None:
        who, line = town.officer, await make.asked(town.officer)
        before = await Contact.get(id=line.contact_id)
        said = {"job_title": "情報システム課長", "mail_address": "new@partner.example", "department": ""}
        await campaigns.propose_by_link(who.now + DAY, line.id, remark="後任は未定です。", **said)
        after = await Contact.get(id=line.contact_id)
        assert (after.job_title, after.version) == (before.job_title, before.version)
        proposal = await ContactProposal.get(asked_id=line.id)
        assert proposal.changes == {"job_title": "情報システム課長", "mail_address": "new@partner.example"}
        assert await known(line) == (CHANGED, LINK)
        later = make.at(who, who.now + 2 * DAY)
        done = await campaigns.accept(later, proposal.id, version=proposal.version)
        contact, person = await Contact.get(id=line.contact_id), await Person.get(id=before.person_id)
        assert (contact.job_title, person.mail_address) == ("情報システム課長", "new@partner.example")
        assert (contact.verified_on, contact.verified_by_id) == (later.today, who.person_id)
        assert (done.status, done.decided_by_id) == (ProposalStatus.ACCEPTED, who.person_id)

    play(story)


def test_a_remark_alone_that_is_accepted_verifies_the_contact(play: Any) -> None:
    async def story(town: Town) -> None:
        who, line = town.officer, await make.asked(town.officer)
        before = await Contact.get(id=line.contact_id)
        await campaigns.propose_by_link(who.now + DAY, line.id, remark="後任は4月に決まります。")
        proposal = await ContactProposal.get(asked_id=line.id)
        later = make.at(who, who.now + 2 * DAY)
        with pytest.raises(Conflict):
            await campaigns.accept(later, proposal.id, version=proposal.version + 1)
        assert (await Contact.get(id=before.id)).verified_on == before.verified_on
        await campaigns.accept(later, proposal.id, version=proposal.version)
        contact = await Contact.get(id=before.id)
        assert (contact.verified_on, contact.verified_by_id) == (later.today, who.person_id)
        assert (contact.role, contact.job_title, contact.since) == (before.role, before.job_title, before.since)

    play(story)


def test_an_officer_who_rejects_says_why_and_nothing_changes(play: Any) -> None:
    async def story(town: Town) -> None:
        proposal = await make.proposal(town.officer)
        with pytest.raises(Invalid):
            await campaigns.reject(town.officer, proposal.id, version=proposal.version, reason="")
        done = await campaigns.reject(town.officer, proposal.id, version=proposal.version, reason="本人でなかった")
        assert done.status is ProposalStatus.REJECTED
        assert (await Contact.get(id=proposal.contact_id)).job_title == ""
        for act in (campaigns.accept, campaigns.reject):
            more = {"reason": "再度"} if act is campaigns.reject else {}
            with pytest.raises(WrongState):
                await act(town.officer, done.id, version=done.version, **more)

    play(story)


def test_only_who_keeps_the_contact_decides(play: Any) -> None:
    async def story(town: Town) -> None:
        proposal = await make.proposal(town.officer)
        contact = await Contact.get(id=proposal.contact_id)
        body, other = contact.organization_id, town.other_station
        await organizations.share(town.officer, body, unit_id=other.id, reason="沿線のため")
        with pytest.raises(NotFound):
            await campaigns.accept(town.other_officer, proposal.id, version=proposal.version)
        with pytest.raises(Conflict):
            await campaigns.accept(town.officer, proposal.id, version=proposal.version + 1)
        assert (await ContactProposal.get(id=proposal.id)).status is ProposalStatus.WAITING

    play(story)


def test_who_says_it_again_before_anybody_has_decided_replaces_what_they_said(play: Any) -> None:
    async def story(town: Town) -> None:
        first = await make.proposal(town.officer)
        await campaigns.propose_by_link(town.officer.now, first.asked_id, department="総務部")
        one = await ContactProposal.get(contact_id=first.contact_id)
        assert (one.id, one.changes) == (first.id, {"department": "総務部"})

    play(story)


@pytest.mark.parametrize("said", [{}, {"job_title": "", "extension": " "}, {"remark": "  "}])
def test_a_change_that_is_none_is_refused(play: Any, said: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        with pytest.raises(Invalid):
            await campaigns.propose_by_link(town.officer.now, line.id, **said)
        assert await known(line) == (AWAITED, None)
        assert await ContactProposal.all().count() == 0

    play(story)


@pytest.mark.parametrize("said", [{"mail_address": "nobody"}, {"phone": "abc"}, {"department": "部" * 101}])
def test_a_change_that_cannot_be_right_is_refused(play: Any, said: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        with pytest.raises(Invalid) as refused:
            await campaigns.propose_by_link(town.officer.now, line.id, **said)
        assert refused.value.field == next(iter(said))
        assert await known(line) == (AWAITED, None)

    play(story)


def test_the_links_end_with_the_campaign_and_not_with_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        late = make.at(town.officer, town.officer.now + 60 * DAY)
        await campaigns.propose_by_link(late.now, line.id, remark="来月異動します。")
        await end(late, line)
        for act in (campaigns.confirm_by_link, campaigns.propose_by_link):
            more = {"remark": "変更"} if act is campaigns.propose_by_link else {}
            with pytest.raises(WrongState, match="終了"):
                await act(late.now, line.id, **more)
        assert await known(line) == (CHANGED, LINK)

    play(story)


def test_a_call_that_reaches_them_verifies_them(play: Any) -> None:
    async def story(town: Town) -> None:
        line, later = await make.asked(town.officer), make.at(town.officer, town.officer.now + 20 * DAY)
        await call(later, line, ContactCallResult.NOT_REACHED, remark="留守番電話")
        assert await known(line) == (CampaignReply.NOT_REACHED, PHONE)
        assert (await Contact.get(id=line.contact_id)).verified_on == town.officer.today
        done = await call(later, line, ContactCallResult.REACHED)
        assert (done.calls, done.reply, done.remark) == (2, CONFIRMED, "留守番電話")
        contact = await Contact.get(id=line.contact_id)
        assert (contact.verified_on, contact.verified_by_id) == (later.today, later.person_id)
        with pytest.raises(WrongState):
            await call(later, line, ContactCallResult.GONE)

    play(story)


def test_what_is_heard_on_the_telephone_is_changed_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        with pytest.raises(Incomplete):
            await call(town.officer, line, ContactCallResult.CHANGED)
        with pytest.raises(Invalid):
            await call(town.officer, line, ContactCallResult.REACHED, extension="12")
        with pytest.raises(Invalid):
            await call(town.officer, line, ContactCallResult.CHANGED, phone="abc")
        assert await known(line) == (AWAITED, None)
        await call(town.officer, line, ContactCallResult.CHANGED, job_title="課長", extension="12")
        contact = await Contact.get(id=line.contact_id)
        assert (contact.job_title, (await Person.get(id=contact.person_id)).extension) == ("課長", "12")
        assert await known(line) == (CHANGED, PHONE)

    play(story)


def test_who_is_said_to_have_left_is_no_contact_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        line, later = await make.asked(town.officer), make.at(town.officer, town.officer.now + DAY)
        await call(later, line, ContactCallResult.GONE)
        assert (await Contact.get(id=line.contact_id)).until == later.today
        assert await known(line) == (CampaignReply.GONE, PHONE)
        with pytest.raises(WrongState, match="外れて"):
            await campaigns.confirm_by_link(later.now, line.id)

    play(story)


def test_who_is_to_leave_later_and_is_said_to_have_left_is_written_to_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        line, who, later = await make.asked(town.officer), town.officer, make.at(town.officer, town.officer.now + DAY)
        contact, leaving = await Contact.get(id=line.contact_id), who.today + 60 * DAY
        await organizations.retire_contact(who, contact.id, version=contact.version, on=leaving)
        with pytest.raises(NotFound):
            await call(town.other_officer, line, ContactCallResult.GONE)
        assert (await Contact.get(id=contact.id)).until == leaving
        assert await known(line) == (AWAITED, None)
        await call(later, line, ContactCallResult.GONE)
        assert (await Contact.get(id=contact.id)).until == later.today
        assert (await Person.get(id=contact.person_id)).retired_on == later.today
        assert await known(line) == (CampaignReply.GONE, PHONE)
        [meant] = await audience.find(later, make.AudienceCriteria(organization_ids=[line.organization_id]))
        assert meant.contact_id is None

    play(story)


def test_what_was_over_before_the_call_keeps_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        line, who = await make.asked(town.officer), town.officer
        contact = await Contact.get(id=line.contact_id)
        await organizations.retire_contact(who, contact.id, version=contact.version, on=who.today + DAY)
        await call(make.at(who, who.now + 5 * DAY), line, ContactCallResult.GONE)
        assert (await Contact.get(id=contact.id)).until == who.today + DAY

    play(story)


def test_a_contact_who_leaves_while_asked_is_asked_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        line, later = await make.asked(town.officer), make.at(town.officer, town.officer.now + DAY)
        contact = await Contact.get(id=line.contact_id)
        await organizations.retire_contact(later, contact.id, version=contact.version, on=later.today)
        assert await known(line) == (CampaignReply.GONE, DESK)

    play(story)


def test_whoever_leaves_only_later_may_still_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        line, who = await make.asked(town.officer), town.officer
        contact = await Contact.get(id=line.contact_id)
        await organizations.retire_contact(who, contact.id, version=contact.version, on=who.today + 9 * DAY)
        assert await known(line) == (AWAITED, None)
        await campaigns.confirm_by_link(who.now + DAY, line.id)
        assert await known(line) == (CONFIRMED, LINK)

    play(story)


def test_whoever_says_it_on_their_own_page_or_to_an_officer_has_answered(play: Any) -> None:
    async def story(town: Town) -> None:
        one, who = await make.asked(town.officer), town.officer
        contact = await Contact.get(id=one.contact_id)
        await own.confirm(who.now + DAY, contact.person_id)
        assert await known(one) == (CONFIRMED, PAGE)
        await end(who, one)
        other = await make.asked(make.at(who, who.now + 2 * DAY))
        version = (await Contact.get(id=contact.id)).version
        three = make.at(who, who.now + 3 * DAY)
        contact = await organizations.confirm_contact(three, contact.id, version=version, on=who.today + DAY)
        assert await known(other) == (AWAITED, None), "that was before anybody was asked"
        await organizations.confirm_contact(three, contact.id, version=contact.version)
        assert await known(other) == (CONFIRMED, DESK)

    play(story)


def test_a_correction_alone_is_no_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await make.asked(town.officer)
        contact = await Contact.get(id=line.contact_id)
        await organizations.correct_contact(town.officer, contact.id, version=contact.version, job_title="課長")
        assert await known(line) == (AWAITED, None)

    play(story)


def test_a_body_that_comes_under_another_station_is_called_by_that(play: Any) -> None:
    async def story(town: Town) -> None:
        proposal = await make.proposal(town.officer)
        gas = await make.contact(town.officer, await make.company(town.officer, "架空ガス株式会社"))
        line = await make.asked(town.officer, criteria=make.AudienceCriteria(organization_ids=[gas.organization_id]))
        for body in await Organization.all():
            await organizations.transfer(town.hq, body.id, version=body.version, unit_id=town.other_officer.unit_id)
        await call(town.other_officer, line, ContactCallResult.REACHED)
        await campaigns.accept(town.other_officer, proposal.id, version=2)
        with pytest.raises(NotFound):
            await call(town.officer, line, ContactCallResult.REACHED)

    play(story)


def test_whoever_is_asked_of_a_body_that_is_merged_away_is_asked_of_the_one_that_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        line, kept = await make.asked(town.officer), await make.company(town.other_officer, "架空電力ホールディングス")
        gone = await Organization.get(id=line.organization_id)
        made = await merging.merge(town.hq, gone.id, version=gone.version, kept_id=kept.id, reason="合併")
        moved = await CampaignContact.get(id=line.id)
        assert (moved.organization_id, moved.unit_id) == (kept.id, town.other_station.id)
        with pytest.raises(NotFound):
            await call(town.officer, line, ContactCallResult.REACHED)
        asked = await campaigns.find_asked(line.id)
        assert asked
        assert (await campaigns.known_of(asked)).body.id == kept.id
        await merging.undo(town.hq, made.id, version=made.version)
        back = await CampaignContact.get(id=line.id)
        assert (back.organization_id, back.unit_id) == (gone.id, town.station.id)
        await campaigns.confirm_by_link(town.officer.now, line.id)
        assert await known(line) == (CONFIRMED, LINK)

    play(story)


def test_a_station_notes_calls_of_headquarters_campaign_and_only_of_its_own_bodies(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.contact(town.officer, await make.company(town.officer))
        draft = await make.campaign(town.hq)
        await campaigns.send(town.hq, draft.id, version=draft.version)
        line = await CampaignContact.get(campaign_id=draft.id)
        with pytest.raises(NotFound):
            await call(town.other_officer, line, ContactCallResult.REACHED)
        with pytest.raises(NotAllowed):
            await call(town.statistician, line, ContactCallResult.REACHED)
        assert await known(line) == (AWAITED, None)
        await call(town.officer, line, ContactCallResult.REACHED)
        assert await known(line) == (CONFIRMED, PHONE)

    play(story)
