"""`/confirm/{token}`: whoever is asked sees what is held of them, and says that it is right or what has changed."""

import re
from datetime import timedelta
from typing import Any

import pytest

from domain import campaigns, tokens
from domain.campaigns import Campaign, CampaignContact, CampaignReply, ContactProposal
from domain.looks import Door, Look
from domain.organizations import Contact
from domain.outbox import Letter
from tests import make
from tests.api.entering import Clock, browser, text_of
from tests.clock import NOW
from tests.domain.accounts.keys import GATE
from tests.make import Town

HELD = {"department": "総務部", "job_title": "主任", "reachable": "平日９時から17時", "phone": "000-0000-0177"}


def link(line: CampaignContact) -> str:
    return f"/confirm/{tokens.derive(GATE.secret, campaigns.PURPOSE, line.id)}"


async def asked(town: Town) -> CampaignContact:
    """Somebody of whom more is held, beside a colleague."""
    body = await make.company(town.officer)
    contact = await make.contact(town.officer, body, extension="12", **HELD)
    await make.contact(town.officer, body, family_name="同僚崎", mail_address="c@partner.example")
    await make.asked(town.officer, message="年度初めの確認です。")
    return await CampaignContact.get(contact_id=contact.id)


async def reply(line: CampaignContact) -> CampaignReply:
    return (await CampaignContact.get(id=line.id)).reply


def test_it_shows_what_is_held_of_the_reader_alone_and_decides_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        before = await Contact.get(id=line.contact_id)
        async with browser() as one:
            page = await one.get(link(line))
            text = " ".join(text_of(page).split())
            assert page.status_code == 200
            for shown in ("総務部", "主任", "平日９時から17時", "m…@partner.example", "…77", "架空電力株式会社", "12"):
                assert shown in text
            assert "年度初めの確認です。" in text
            assert not re.search("同僚崎|megumi@|000-0000-0177", page.text)
        assert await reply(line) is CampaignReply.AWAITED
        assert (await Contact.get(id=line.contact_id)).version == before.version

    play(story)


def test_one_click_says_that_it_is_right(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        async with browser(Clock(NOW + timedelta(days=3))) as one:
            page = await one.post(link(line), act="confirm")
            text = text_of(page)
            assert "ありがとうございました" in text
            assert "「変わりありません」と承りました" in text
        assert await reply(line) is CampaignReply.CONFIRMED
        assert (await Contact.get(id=line.contact_id)).verified_on == (NOW + timedelta(days=3)).date()

    play(story)


def test_what_is_written_anew_waits_for_an_officer_and_nothing_else_does(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        form = {"department": "総務部", "job_title": "課長", "mail_address": "", "phone": "", "extension": ""}
        async with browser() as one:
            page = await one.post(link(line), act="change", **form, reachable="平日９時から17時", remark="")
            assert "変わったところを承りました" in text_of(page)
        said = await ContactProposal.get(asked_id=line.id)
        assert said.changes == {"job_title": "課長", "extension": ""}
        assert (await Contact.get(id=line.contact_id)).job_title == "主任"

    play(story)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"act": "change", "department": "総務部"}, "変わったところを入力してください"),
        ({"act": "change", "mail_address": "nobody"}, "メールアドレス"),
        ({"act": "change", "phone": "abc"}, "電話番号"),
        ({"act": "change", "department": "部" * 101}, "部署は100字まで"),
        ({"act": "change", "remark": "長" * 501}, "500字まで"),
        ({"act": "approve"}, "ページのボタン"),
        ({}, "ページのボタン"),
    ],
)
def test_what_cannot_be_taken_is_told_and_can_be_mended(play: Any, form: dict[str, str], told: str) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        async with browser() as one:
            page = await one.post(link(line), **form)
            assert page.status_code == 400
            assert told in text_of(page)
            if form.get("phone"):
                assert 'value="abc"' in page.text
        assert await reply(line) is CampaignReply.AWAITED
        assert await ContactProposal.all().count() == 0

    play(story)


def test_it_ends_with_the_campaign(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        campaign = await Campaign.get(id=line.campaign_id)
        await campaigns.close(town.officer, campaign.id, version=campaign.version)
        async with browser() as one:
            for page in (await one.get(link(line)), await one.post(link(line), act="confirm")):
                assert "この確認は終了しました" in text_of(page)
                assert not re.search("総務部|例塚|<form", page.text)
        assert await reply(line) is CampaignReply.AWAITED

    play(story)


def test_an_address_that_is_none_of_ours_opens_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        async with browser() as one:
            torn = link(line)[:-3]
            other = f"/confirm/{tokens.derive(GATE.secret, 'rsvp', line.id)}"
            for path in (torn, other):
                page = await one.post(path, act="confirm")
                assert page.status_code == 404
        assert await reply(line) is CampaignReply.AWAITED

    play(story)


def test_whoever_looks_leaves_a_line(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        async with browser() as one:
            await one.get(link(line))
        contact = await Contact.get(id=line.contact_id)
        look = await Look.get(door=Door.PAGE)
        assert (look.person_id, look.operation) == (contact.person_id, "confirm")

    play(story)


def test_the_letter_leads_there(play: Any) -> None:
    async def story(town: Town) -> None:
        line = await asked(town)
        letters = await Letter.filter(kind="contact-check").order_by("id")
        assert str(line.id) in {letter.facts["asked_id"] for letter in letters}
        assert len({letter.to_address for letter in letters}) == 2

    play(story)
