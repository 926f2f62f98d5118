"""お知らせ through the doors, from the first entry to who knows: GraphQL, the letter, its page, and the own page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from api import notice_page, own_page, pages
from api.house import House
from api.strictness import Strict
from domain import notices, own, tokens
from domain.actor import Role
from domain.notices import Notice, NoticeRecipient, Tlp
from domain.outbox import Letter
from tests import make
from tests.api.answer_page import SECRET
from tests.api.asking import ask, change, codes, read
from tests.clock import NOW
from tests.domain.notices.telling import partner, recipient, sent
from tests.make import Town

DAY = timedelta(days=1)
SHOWN = "notice { id version status allowedTransitions }"
WHOLE = """
    query($id: ID!) {
      notice(id: $id) {
        status title severity theme tlp sentBy { familyName } reviewedBy { familyName }
        recipients { totalCount edges { node { letter openedAt acknowledgedAt acknowledgedHow calls
          organization { name } contact { role } } } }
        phoneList { totalCount edges { node { id organization { name phone } } } }
      }
    }"""
FOR_PARTNERS = """
    {
      notices { totalCount edges { node { id title text endedAt recipients { totalCount edges { node {
        organization { name } acknowledgedAt } } } } } }
      noticeRecipients { totalCount }
    }"""


def told(*organization_ids: UUID, **over: Any) -> dict[str, Any]:
    values = {
        "title": "不正送金に関する注意喚起",
        "text": "取引の確認の手続を見直してください。",
        "theme": "FINANCIAL_FRAUD",
        "severity": "WARNING",
        "tlp": "GREEN",
        "validUntil": "2026-07-31",
        "acknowledgeBy": "2026-07-04T12:00:00+09:00",
        "criteria": {"organizationIds": [f"Organization:{id}" for id in organization_ids]},
    }
    return values | over


@asynccontextmanager
async def at_the_door() -> AsyncIterator[httpx.AsyncClient]:
    house = House(SECRET, "https://renkei.example", lambda: NOW)
    app = Strict(Starlette(routes=[*notice_page.routes(house), *own_page.routes(house), *pages.routes()]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://renkei.example") as client:
        yield client


def address(of: NoticeRecipient) -> str:
    return f"/notices/{tokens.derive(SECRET, notices.PURPOSE, of.id)}"


def test_a_notice_goes_through_the_doors_from_its_first_entry_to_who_knows_and_whom_to_call(play: Any) -> None:
    async def story(town: Town) -> None:
        knows, silent = await partner(town.officer), await partner(town.officer, "例示銀行株式会社", "gin@bank.example")
        given = told(knows.organization_id, silent.organization_id)
        answer = await change(town.officer, "draftNotice", SHOWN, **given)
        draft = answer["data"]["draftNotice"]["notice"]
        assert draft["allowedTransitions"] == ["IN_REVIEW", "SENDING", "CANCELLED"]
        asked = "query($id: ID!) { noticeAddressees(notice: $id) { bodyCount byLetter bodies { name because reach } } }"
        shown = (await read(town.officer, asked, id=draft["id"]))["noticeAddressees"]
        assert (shown["bodyCount"], shown["byLetter"]) == (2, 2)
        assert {one["because"][0] for one in shown["bodies"]} == {"CHOSEN"}
        assert codes(await change(town.officer, "sendNotice", noticeId=draft["id"])) == [("WRONG_STATE", "status")]
        await change(town.officer, "submitNotice", noticeId=draft["id"])
        assert codes(await change(town.officer, "approveNotice", noticeId=draft["id"])) == [("NOT_ALLOWED", None)]
        assert not await Letter.filter(kind="notice").exists()
        await change(town.hq, "approveNotice", noticeId=draft["id"])
        sending = await change(town.officer, "sendNotice", SHOWN, noticeId=draft["id"], bodies=2)
        assert sending["data"]["sendNotice"]["notice"]["status"] == "SENDING"
        first = await NoticeRecipient.get(organization_id=knows.organization_id)
        async with at_the_door() as client:
            assert (await client.post(address(first))).status_code == 200
        late = make.at(town.officer, town.officer.now + 4 * DAY)
        await notices.follow_up(late.now)
        seen = (await read(late, WHOLE, id=draft["id"]))["notice"]
        assert (seen["recipients"]["totalCount"], seen["phoneList"]["totalCount"]) == (2, 1)
        [to_call] = [edge["node"] for edge in seen["phoneList"]["edges"]]
        assert to_call["organization"]["name"] == "例示銀行株式会社"
        await change(late, "noteNoticeCall", recipientId=to_call["id"], result="REACHED")
        seen = (await read(late, WHOLE, id=draft["id"]))["notice"]
        nodes = [edge["node"] for edge in seen["recipients"]["edges"]]
        how = {node["organization"]["name"]: node["acknowledgedHow"] for node in nodes}
        assert how == {"架空電力株式会社": "LINK", "例示銀行株式会社": "CALL"}
        assert seen["phoneList"]["totalCount"] == 0
        bodies = {"NOTICE_RECIPIENTS": 2, "NOTICE_BODIES": 2, "NOTICES_PHONED": 1}
        assert await counted(town) == {"NOTICES": 1, "THEME_NOTICES": 1, "NOTICES_KNOWN": 100} | bodies

    play(story)


FIGURES = """
    query($period: String!) {
      statistics(period: $period, fresh: true) {
        figures(measures: [
          "NOTICES", "THEME_NOTICES", "NOTICE_RECIPIENTS", "NOTICE_BODIES", "NOTICES_KNOWN", "NOTICES_PHONED"
        ]) { unitId measure kind value }
      }
    }"""


async def counted(town: Town) -> dict[str, float]:
    """The figures of the first station, of all kinds together."""
    later = make.at(town.statistician, NOW + 100 * DAY)
    figures = (await read(later, FIGURES, period="2026Q2"))["statistics"]["figures"]
    own = [one for one in figures if one["unitId"] == f"Unit:{town.station.id}" and not one["kind"]]
    return {one["measure"]: float(one["value"]) for one in own}


@pytest.mark.parametrize("role", ["other_officer", "statistician", "admin"])
def test_who_has_no_part_in_it_is_refused_and_nothing_changes(play: Any, role: str) -> None:
    async def story(town: Town) -> None:
        contact, who = await partner(town.officer), getattr(town, role)
        notice = await sent(town.officer, contact)
        refused = "NOT_FOUND" if role == "other_officer" else "NOT_ALLOWED"
        for mutation, given in (
            ("draftNotice", told(contact.organization_id)),
            ("withdrawNotice", {"noticeId": f"Notice:{notice.id}", "reason": "誤り"}),
            (
                "noteNoticeCall",
                {"recipientId": f"NoticeRecipient:{(await recipient(notice, contact)).id}", "result": "REACHED"},
            ),
        ):
            assert codes(await change(who, mutation, **given))[0][0] == refused, mutation
        assert (await read(who, "{ notices { totalCount } }"))["notices"]["totalCount"] == 0
        assert await Notice.all().count() == 1
        assert (await recipient(notice, contact)).calls == 0

    play(story)


def test_no_partner_learns_who_else_was_told_nor_how_many(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.officer, "例示銀行株式会社", "gin@bank.example")
        notice = await sent(town.officer, mine, other)
        await sent(town.officer, other)
        me = make.outsider(town.officer, Role.PARTNER, mine)
        seen = await read(me, FOR_PARTNERS)
        assert (seen["notices"]["totalCount"], seen["noticeRecipients"]["totalCount"]) == (1, 1)
        [shown] = [edge["node"] for edge in seen["notices"]["edges"]]
        assert [edge["node"]["organization"]["name"] for edge in shown["recipients"]["edges"]] == ["架空電力株式会社"]
        for hidden in ("status", "version", "phoneList { totalCount }", "sentBy { id }"):
            answer = await ask(me, f"{{ notices {{ edges {{ node {{ {hidden} }} }} }} }}")
            assert codes(answer)[0][0] == "NOT_ALLOWED", hidden
        await change(me, "acknowledgeNotice", noticeId=shown["id"])
        assert (await recipient(notice, mine)).acknowledged_at == me.now
        assert (await recipient(notice, other)).acknowledged_at is None
        letters = await Letter.filter(kind="notice")
        assert all("例示銀行" not in str(one.facts) for one in letters if one.to_address != "gin@bank.example")

    play(story)


@pytest.mark.parametrize(("method", "opens"), [("GET", True), ("HEAD", False)])
def test_looking_at_the_page_says_that_it_was_fetched_and_nothing_more(play: Any, method: str, opens: bool) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await sent(town.officer, contact)
        async with at_the_door() as client:
            page = await client.request(method, address(await recipient(notice, contact)))
        assert page.status_code == 200
        known = await recipient(notice, contact)
        assert (known.opened_at is not None, known.acknowledged_at) == (opens, None)
        if opens:
            for said in (notice.title, "TLP:GREEN", "架空電力株式会社 御中", "青浜第1警察署", "確認しました"):
                assert said in page.text
            assert "例塚" not in page.text

    play(story)


def test_the_page_of_what_was_taken_back_says_so_and_takes_no_word(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await partner(town.officer)
        notice = await sent(town.officer, contact)
        first = await recipient(notice, contact)
        async with at_the_door() as client:
            await client.get(address(first))
            await notices.withdraw(town.officer, notice.id, reason="対象の製品に誤りがあったため")
            page = await client.get(address(first))
            assert "取り下げられた" in page.text
            assert notice.text.splitlines()[0] not in page.text
            assert (await client.post(address(first))).status_code == 409
            word = await NoticeRecipient.exclude(notice_id=notice.id).get()
            assert "対象の製品に誤りがあったため" in (await client.get(address(word))).text
            assert (await client.get("/notices/nonsense")).status_code == 404
        assert (await recipient(notice, contact)).acknowledged_at is None

    play(story)


def test_the_own_page_lists_what_holds_and_takes_the_word_there_too(play: Any) -> None:
    async def story(town: Town) -> None:
        mine, other = await partner(town.officer), await partner(town.officer, "例示銀行株式会社", "gin@bank.example")
        notice = await sent(town.officer, mine, other)
        secret = await sent(town.officer, mine, title="秘の件名", tlp=Tlp.AMBER)
        gone = await sent(town.officer, mine, title="取り下げる件名")
        await notices.withdraw(town.officer, gone.id, reason="誤り")
        path = own.address(SECRET, "", mine.person_id, town.officer.now)
        async with at_the_door() as client:
            page = (await client.get(path)).text
            assert notice.title in page
            for hidden in ("秘の件名", "取り下げる件名"):
                assert hidden not in page, hidden
            assert "TLP:AMBERのお知らせがあります" in page
            told = await recipient(notice, mine)
            thanks = await client.post(path, data={"act": "acknowledge", "notice": str(told.id)})
            assert thanks.status_code == 303
            foreign = {"act": "acknowledge", "notice": str((await recipient(notice, other)).id)}
            others = await client.post(path, data=foreign)
            assert others.status_code == 404
        assert (await recipient(notice, mine)).acknowledged_at is not None
        assert (await recipient(notice, other)).acknowledged_at is None
        assert (await recipient(secret, mine)).acknowledged_at is None

    play(story)
