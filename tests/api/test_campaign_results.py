"""疎通確認の結果 as a list: by body and role what became of asking, when and by which way, and the rates behind it."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from api.downloads import produce
from domain import campaigns
from domain.actor import Actor
from domain.campaigns import CampaignContact, ContactCallResult
from domain.errors import Incomplete, Invalid, NotAllowed, NotFound
from domain.looks import Look
from domain.organizations import ContactRole
from exports.campaigns import RATES_COLUMNS, RESULTS_COLUMNS
from exports.sheet import is_legible
from tests import make
from tests.make import Town

WORKING, EMERGENCY = ContactRole.WORKING, ContactRole.EMERGENCY


async def asked(town: Town) -> dict[str, str]:
    """Headquarters has asked a power company, a bank without an address and a railway of the next station: the first
    has answered by the link, the second could not be reached by telephone."""
    for keeper, name, role in (
        (town.officer, "電力", WORKING),
        (town.officer, "銀行", EMERGENCY),
        (town.other_officer, "鉄道", WORKING),
    ):
        address = "" if name == "銀行" else f"{role}@partner.example"
        await make.contact(keeper, await make.company(keeper, name), role=role, mail_address=address)
    draft = await make.campaign(town.hq)
    await campaigns.send(town.hq, draft.id, version=draft.version)
    power, bank = await CampaignContact.filter(unit_id=town.station.id).order_by("-is_written")
    await campaigns.confirm_by_link(town.hq.now, power.id)
    later = make.at(town.hq, town.hq.now + timedelta(days=1))
    await campaigns.note_call(later, bank.id, version=bank.version, result=ContactCallResult.NOT_REACHED, remark="例")
    return {"campaign": f"Campaign:{draft.id}"}


async def lines(who: Actor, of: dict[str, str]) -> list[dict[str, Any]]:
    file = await produce(who, "campaign-results", "", "json", narrowed=of)
    return json.loads(file.content)  # type: ignore[no-any-return]


def test_each_line_says_what_became_of_asking_and_names_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        of = await asked(town)
        told = {line["団体名"]: line for line in await lines(town.hq, of)}
        assert set(told["電力"]) == {column.heading for column in RESULTS_COLUMNS}
        power, bank, railway = (told[name] for name in ("電力", "銀行", "鉄道"))
        today = town.hq.today.isoformat()
        assert [power[name] for name in ("役割", "メール", "結果", "到達", "分かった日", "方法")] == [
            *("実務", "発送", "変わりなし", "○", today, "メールのリンク")
        ]
        assert [bank[name] for name in ("役割", "メール", "結果", "到達", "分かった日", "方法", "電話の回数")] == [
            *("夜間緊急", "宛先なし", "不通", "", None, "", 1)
        ]
        assert (railway["所属"], railway["結果"], railway["電話の回数"]) == ("青浜第2警察署", "未回答", 0)
        assert [line["団体名"] for line in await lines(town.officer, of)] == ["銀行", "電力"]
        assert not any("例" in value for line in told.values() for value in line.values() if isinstance(value, str))
        assert not await Look.exists()

    play(story)


def test_the_rates_stand_on_a_sheet_of_their_own(play: Any) -> None:
    async def story(town: Town) -> None:
        of = await asked(town)
        book = openpyxl.load_workbook(
            BytesIO((await produce(town.hq, "campaign-results", "", "xlsx", narrowed=of)).content)
        )
        assert book.sheetnames == ["一覧", "到達率", "データ"]
        rates = {row[:2]: row[2:5] for row in book["到達率"].iter_rows(values_only=True)}
        assert rates["全体", "全体"] == (3, 1, 33.3)
        assert rates["所属", "青浜第1警察署"] == (2, 1, 50)
        assert rates["役割", "夜間緊急"] == (1, 0, 0)
        assert is_legible(RESULTS_COLUMNS)
        assert is_legible(RATES_COLUMNS)

    play(story)


def test_it_is_of_one_campaign_that_the_desk_sees(play: Any) -> None:
    async def story(town: Town) -> None:
        of = await asked(town)
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await lines(who, of)
        own = await make.campaign(make.at(town.other_officer, town.hq.now), title="自署の確認")
        with pytest.raises(NotFound):
            await lines(town.officer, {"campaign": f"Campaign:{own.id}"})
        with pytest.raises(NotFound):
            await lines(town.hq, {"campaign": of["campaign"].replace("Campaign", "Council")})
        with pytest.raises(Incomplete):
            await lines(town.hq, {})
        with pytest.raises(Invalid):
            await produce(town.hq, "campaign-results", "2026", "csv", narrowed=of)

    play(story)


def test_what_contacts_have_said_has_changed_leaves_as_a_list_that_is_written_down(play: Any) -> None:
    async def story(town: Town) -> None:
        proposal = await make.proposal(town.officer, remark="後任は未定です。")
        await make.contact(town.other_officer, await make.company(town.other_officer, "鉄道"))
        other = await make.proposal(town.other_officer)
        await campaigns.reject(town.other_officer, other.id, version=other.version, reason="本人でなかった")

        async def left(who: Actor, **narrowed: str) -> list[dict[str, Any]]:
            file = await produce(who, "contact-proposals", "", "json", narrowed=narrowed)
            return json.loads(file.content)  # type: ignore[no-any-return]

        assert [line["状態"] for line in await left(town.hq)] == ["不採用", "申出中"]
        [line] = await left(town.officer)
        assert (line["新しい役職"], line["伝言"], line["新しい電話"]) == (proposal.job_title, "後任は未定です。", "")
        assert [line["不採用の理由"] for line in await left(town.hq, status="REJECTED", unit="102")] == [
            "本人でなかった"
        ]
        assert {look.operation for look in await Look.all()} == {"contact-proposals"}
        with pytest.raises(NotFound):
            await left(town.officer, unit="102")
        with pytest.raises(NotAllowed):
            await left(town.statistician)

    play(story)
