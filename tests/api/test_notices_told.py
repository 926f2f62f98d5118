"""Whom notices reach, row by row: a network, an industry in one area, a theme that counts, and what only owners see."""

from typing import Any
from uuid import UUID

from domain import notices, organizations
from domain.actor import Actor, Role
from domain.councils import CouncilKind
from domain.encounters import EncounterTheme
from domain.notices import Notice, NoticeRecipient
from domain.organizations import Contact, OrganizationKind
from domain.outbox import Letter
from tests import make
from tests.api.asking import change, codes, figures, read
from tests.clock import NOW
from tests.domain.notices.telling import DAY, partner, recipient, sent
from tests.make import Town

BANK = OrganizationKind.FINANCIAL_INSTITUTION
REACHED = ("NOTICES", "NOTICE_RECIPIENTS", "NOTICE_BODIES")
FIGURES = """
    query($period: String!) {
      statistics(period: $period, fresh: true) {
        figures(byKind: true, measures: ["THEME_NOTICES", "THEME_NOTICE_BODIES"]) { unitId measure kind value }
      }
    }"""


async def written(who: Actor, criteria: dict[str, Any], **over: Any) -> Any:
    """The answer to a draft, sent at once where it was taken."""
    values = {
        "title": "手口に関する情報提供",
        "text": "利用者への声掛けをお願いします。",
        "theme": "FINANCIAL_FRAUD",
        "severity": "INFORMATION",
        "tlp": "AMBER",
        "validUntil": "2026-07-31",
        "criteria": criteria,
    }
    answer = await change(who, "draftNotice", "notice { id }", **(values | over))
    if "errors" in answer:
        return answer
    return await change(who, "sendNotice", noticeId=answer["data"]["draftNotice"]["notice"]["id"])


async def bank(who: Actor, name: str, kind: OrganizationKind = BANK) -> Contact:
    body = await organizations.register(who, kind=kind, name=name)
    return await make.contact(who, body, mail_address=f"{len(name)}@{who.unit_id.hex}.example")


async def reached() -> set[UUID]:
    return {one.organization_id for one in await NoticeRecipient.all()}


def test_a_network_is_told_through_headquarters_each_member_alone_and_only_the_envelope_by_mail(play: Any) -> None:
    async def story(town: Town) -> None:
        network = await make.council(town.hq, "情報共有ネットワーク", kind=CouncilKind.NETWORK)
        members = [
            await bank(town.hq, "例示銀行"),
            await bank(town.hq, "日本サイバー犯罪対策例示", OrganizationKind.JC3),
        ]
        for one in members:
            await make.member(town.hq, network, await organizations.Organization.get(id=one.organization_id))
        await bank(town.hq, "見本信用組合")
        criteria = {"councilIds": [f"Council:{network.id}"]}
        assert codes(await written(town.other_officer, criteria)) == [("NOT_FOUND", "councilIds")]
        assert not await Notice.exists()
        assert "errors" not in await written(town.hq, criteria)
        assert await reached() == {one.organization_id for one in members}
        letters = await Letter.filter(kind="notice")
        assert len(letters) == len({one.to_address for one in letters}) == 2
        assert not any("声掛け" in str(one.facts) for one in letters), "TLP:AMBER is read on the page"

    play(story)


def test_an_industry_of_one_area_is_told_by_its_station_or_by_headquarters_for_it_and_no_other_body(play: Any) -> None:
    async def story(town: Town) -> None:
        here = await bank(town.officer, "例示銀行")
        await bank(town.other_officer, "見本信用組合")
        await partner(town.officer)
        by_hq = {"kinds": [BANK.value], "onlyUnitIds": [f"Unit:{town.station.id}"]}
        assert "errors" not in await written(town.hq, by_hq)
        assert "errors" not in await written(town.officer, {"kinds": [BANK.value]})
        assert await reached() == {here.organization_id}
        elsewhere = {"kinds": [BANK.value], "onlyUnitIds": [f"Unit:{town.other_station.id}"]}
        assert codes(await written(town.officer, elsewhere)) == [("NOT_FOUND", "onlyUnitIds")]
        for who in (town.statistician, town.admin):
            assert codes(await written(who, elsewhere)) == [("NOT_ALLOWED", None)]
        assert await Notice.all().count() == 2
        told = await figures(make.at(town.statistician, NOW + 100 * DAY), town.prefecture.name, "2026Q2", *REACHED)
        assert [told[measure, None] for measure in REACHED] == [2, 2, 1]

    play(story)


def test_notices_count_by_theme_with_the_bodies_that_they_went_to(play: Any) -> None:
    async def story(town: Town) -> None:
        for name in ("例示銀行", "見本信用組合"):
            await bank(town.officer, name)
        for _ in range(2):
            assert "errors" not in await written(town.officer, {"kinds": [BANK.value]})
        await notices.withdraw(town.officer, (await Notice.all().order_by("id"))[0].id, reason="誤り")
        later = make.at(town.statistician, NOW + 100 * DAY)
        counted = (await read(later, FIGURES, period="2026Q2"))["statistics"]["figures"]
        own = [one for one in counted if (one["unitId"], one["kind"]) == (f"Unit:{town.station.id}", "FINANCIAL_FRAUD")]
        told = {one["measure"]: float(one["value"]) for one in own}
        assert told == {"THEME_NOTICES": 2, "THEME_NOTICE_BODIES": 4}, "what takes one back is none of them"

    play(story)


SEEN = "query($id: ID!) { notice(id: $id) { title } notices { totalCount } noticeRecipients { totalCount } }"


def test_of_economic_security_only_those_learn_who_look_after_the_body(play: Any) -> None:
    async def story(town: Town) -> None:
        mine = await partner(town.officer)
        secret = await sent(town.hq, mine, theme=EncounterTheme.ECONOMIC_SECURITY)
        id = f"Notice:{secret.id}"
        hidden = {"notice": None, "notices": {"totalCount": 0}, "noticeRecipients": {"totalCount": 0}}
        assert await read(town.other_officer, SEEN, id=id) == hidden
        told = f"NoticeRecipient:{(await recipient(secret, mine)).id}"
        refused = await change(town.other_officer, "noteNoticeCall", recipientId=told, result="REACHED")
        assert codes(refused) == [("NOT_FOUND", None)]
        assert (await recipient(secret, mine)).calls == 0
        body = mine.organization_id
        await organizations.share(town.officer, body, unit_id=town.other_station.id, reason="経済安全保障")
        for who in (town.officer, town.other_officer, town.hq, make.outsider(town.officer, Role.PARTNER, mine)):
            seen = await read(who, SEEN, id=id)
            assert (seen["notice"], seen["noticeRecipients"]["totalCount"]) == ({"title": secret.title}, 1), who.role

    play(story)
