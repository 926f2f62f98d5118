"""協定一覧: the register of agreements leaves as a list that can be taken in again, by whoever sees them, and names
nobody; what was promised and kept leaves beside it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api import intake
from api.downloads import produce
from api.intake import AGREEMENTS, COMMITMENTS
from domain import agreements, rosters
from domain.actor import Actor, Role
from domain.agreements import (
    Agreement,
    AgreementAmendment,
    AgreementCommitment,
    AgreementExtension,
    AgreementKind,
    AgreementParty,
    AmendmentStatus,
    CooperationItem,
    OutputKind,
    PaperAgreement,
    PaperAmendment,
    PaperOutput,
    PaperParty,
    PartyNaming,
    ResearchOutput,
)
from domain.errors import Invalid, NotAllowed, NotFound
from domain.journal import Entry
from domain.looks import Look
from domain.rosters import Taken
from exports.agreements import REGISTER_COLUMNS
from tests import make
from tests.api.asking import figures
from tests.api.asking import read as asked
from tests.make import Town

POWER, BANK, GAS = "架空電力株式会社", "見本信用金庫", "例示ガス株式会社"
TITLE = "サイバー犯罪に対する共同対処協定"
TERMS = {"items": [CooperationItem.DRILL, CooperationItem.REPORTING], "purpose": "備えの強化\n共同の対処"}
TERMS |= {"auto_renews_months": 12, "notice_days": 30}


async def kept(town: Town) -> Agreement:
    """An agreement of two bodies, extended, filed and with one that may be named and one that left; a draft, one that
    was ended, and one of another station."""
    agreement = await make.in_force(town, POWER, BANK, terms=TERMS)
    known = {"classification_code": "12-3", "more_numbers": ["甲第1号", "甲第2号"], "retention_years": 10}
    await agreements.file_document(town.officer, agreement.id, **known)
    day = date(2028, 3, 31)
    await agreements.extend(town.officer, agreement.id, until=day, reason="双方の合意")
    await make.named(town.officer, agreement)
    party = await AgreementParty.filter(agreement_id=agreement.id).order_by("-id").first()
    assert party is not None
    await agreements.let_withdraw(town.officer, party.id, on=date(2026, 9, 1))
    await make.proposed(town.officer, GAS)
    over = await make.in_force(town, "試行商店", expires_on=None)
    await agreements.terminate(town.hq, over.id, reason="廃業のため")
    body = await make.company(town.other_officer, "見本配送合同会社")
    await rosters.take_in_agreements(
        town.hq,
        [
            rosters.Line(
                2,
                {
                    "kind": over.kind,
                    "title": "連携協定",
                    "signed_on": date(2025, 4, 1),
                    "unit": "102",
                    "organization": body.name,
                    "expires_on": date(2026, 3, 31),
                },
            )
        ],
    )
    return agreement


async def renewed(town: Town) -> None:
    """An agreement that was changed, with one other that took over from it; and joint research."""
    parties = [PaperParty(town.station), PaperParty(await make.company(town.officer, "旧電力株式会社"))]
    whose = (town.station.id, town.officer.person_id, AgreementKind.MEMORANDUM, "覚書", date(2024, 7, 1), parties)
    changed = [PaperAmendment(date(2025, 4, 1), "別表：窓口を改める\n第3条；字句の整理")]
    before = PaperAgreement(*whose, expires_on=date(2026, 3, 31), amendments=changed)
    anew = replace(before, amendments=(), signed_on=date(2026, 4, 1), expires_on=date(2029, 3, 31), renews=before)
    study = PaperAgreement(
        *(town.section.id, town.officer.person_id, AgreementKind.JOINT_RESEARCH, "共同研究の協定", date(2025, 4, 1)),
        parties=[PaperParty(town.section), PaperParty(await make.company(town.officer, "例示大学"))],
        **{"research_theme": "暗号の実装", "research_from": date(2025, 4, 1), "research_to": date(2027, 3, 31)},
        outputs=[PaperOutput(date(2026, 3, 1), OutputKind.REPORT, "中間報告：その1")],
    )
    await agreements.enter_signed(town.hq, [before, anew, study])


async def read(who: Actor, format: str, place: Path) -> list[rosters.Line]:
    file = await produce(who, "agreements", "", format)
    path = place / file.name
    path.write_bytes(file.content)
    told = intake.parse(AGREEMENTS, intake.read_table(path, file.name))
    assert not [problem for problem in told.problems if not problem.is_warning or format == "csv"], told.problems
    return intake.lines(AGREEMENTS, told)


async def listed(who: Actor, **narrowed: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((await produce(who, "agreements", "", "json", narrowed=narrowed)).content)
    return told


async def _amended(one: Agreement) -> list[AgreementAmendment]:
    return await AgreementAmendment.filter(agreement_id=one.id, status=AmendmentStatus.AGREED)


async def stock() -> list[tuple[Any, ...]]:
    """What a register says of every agreement, however it came into the house."""
    told = []
    for one in await Agreement.filter(signed_on__isnull=False).order_by("title", "id"):
        parties = await AgreementParty.filter(agreement_id=one.id, removed_at=None)
        extensions = await AgreementExtension.filter(agreement_id=one.id)
        told.append(
            (
                *(one.title, one.kind, one.status, one.unit_id, one.signed_on, one.effective_on, one.expires_on),
                *(one.lasts_until, one.auto_renews_months, one.notice_days, one.ended_on, one.reason, one.number),
                *(one.more_numbers, one.classification_code, one.retention_until, one.items, one.purpose.split()),
                {
                    (
                        each.organization_id,
                        each.police_unit_id,
                        each.acceded_on,
                        each.withdrawn_on,
                        each.signatory_title,
                    )
                    for each in parties
                },
                {(each.kind, each.until, each.decided_on) for each in extensions},
                await PartyNaming.filter(agreement_id=one.id, ended_on=None).count(),
                [(each.effective_on, each.changes.split()) for each in await _amended(one)],
                (one.research_theme, one.research_from, one.research_to),
                [
                    (each.produced_on, each.kind, each.title)
                    for each in await ResearchOutput.filter(agreement_id=one.id)
                ],
                one.renews_id and (await Agreement.get(id=one.renews_id)).signed_on,
            )
        )
    return told


def test_the_columns_are_among_those_that_the_import_takes() -> None:
    taken = {field.headings[0]: field.name for field in AGREEMENTS.fields}
    assert [taken[column.heading] for column in REGISTER_COLUMNS] == [column.key for column in REGISTER_COLUMNS]
    assert {*taken.values()} - {column.key for column in REGISTER_COLUMNS} == {"responsible", "signatory_name"}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_left_as_a_list_comes_back_and_changes_nothing_and_builds_an_empty_house_anew(
    play: Any, format: str, tmp_path: Path
) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        await renewed(town)
        lines = await read(town.hq, format, tmp_path)
        assert len(lines) == 3 + 2 + 2 + 4 + 2
        entries = await Entry.all().count()
        assert await rosters.take_in_agreements(town.hq, lines) == Taken(0, 0, 13)
        assert await Entry.all().count() == entries
        before = await stock()
        await Agreement.filter(renews_id__isnull=False).delete()
        await Agreement.all().delete()
        assert await rosters.take_in_agreements(town.hq, lines) == Taken(13, 0, 0)
        assert await stock() == before

    play(story)


def test_the_list_is_narrowed_as_the_one_of_graphql(play: Any) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        everything = await listed(town.hq)
        assert [one["状態"] for one in everything] == ["締結済"] * 3 + ["解除"] * 2 + ["満了"] * 2
        assert {one["名称"] for one in await listed(town.hq, status="EXPIRED,TERMINATED")} == {TITLE, "連携協定"}
        assert {one["団体名"] for one in await listed(town.hq, status="PROPOSED")} == {GAS, ""}
        assert await listed(town.hq, kind="MEMORANDUM") == []
        assert len(await listed(town.hq, text="れんけい")) == 0
        assert len(await listed(town.hq, text="連携")) == 2
        for unit in ("102", "青浜第2警察署", f"Unit:{town.other_station.id}"):
            assert {one["所属"] for one in await listed(town.hq, unit=unit)} == {"青浜第2警察署"}
        assert {one["満了日"] for one in await listed(town.hq, expiresBefore="2028-03-31")} == {"2026-03-31"}
        wrong = [{"status": "STANDING"}, {"expiresBefore": "いつか"}, {"unit": "199"}, {"owner": "1"}]
        for narrowed in wrong:
            with pytest.raises(Invalid) as refused:
                await listed(town.hq, **narrowed)
            assert refused.value.field in narrowed
        with pytest.raises(NotFound):
            await listed(town.officer, unit="102")

    play(story)


def test_no_person_and_nothing_of_another_station_stands_in_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await kept(town)
        assert {one["所属"] for one in await listed(town.officer)} == {"青浜第1警察署"}
        told = (await produce(town.officer, "agreements", "", "csv")).content.decode("utf-8-sig")
        assert POWER in told
        for hidden in ("署名者0", "署名者1", "試﨑", "連携協定", GAS):
            assert hidden not in told
        assert not await Look.exists()
        for who in (town.statistician, town.admin):
            for name in ("agreements", "commitments"):
                with pytest.raises(NotAllowed):
                    await produce(who, name, "", "csv")

    play(story)


def test_what_was_promised_for_a_year_leaves_with_how_often_it_was_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, POWER, BANK)
        promise = await make.commitment(town.officer, agreement)
        await agreements.note_fulfilment(town.officer, promise.id, done_on=town.officer.today)
        file = await produce(town.officer, "commitments", "", "json")
        assert file.name == "R08_協定の約束の履行_20260701.json"
        [line] = json.loads(file.content)
        told = intake.parse(COMMITMENTS, intake.read_table(await _csv(town.officer), "約束.csv"))
        assert not told.problems
        assert await rosters.take_in_commitments(town.officer, intake.lines(COMMITMENTS, told)) == Taken(0, 0, 1)
        await AgreementCommitment.all().delete()
        assert await rosters.take_in_commitments(town.officer, intake.lines(COMMITMENTS, told)) == Taken(1, 0, 0)
        assert json.loads((await produce(town.officer, "commitments", "", "json")).content) == [line]
        assert (line["所属"], line["協定"], line["相手方"]) == ("青浜第1警察署", TITLE, f"{POWER}、{BANK}")
        assert [line[name] for name in ("約束した回数", "果たした回数")] == [promise.times_per_year, 1]
        assert line["最後に果たした日"] == town.officer.today.isoformat()
        for who, period, narrowed in (
            *((town.hq, "2026", {"unit": "102"}), (town.other_officer, "", {})),
            (town.officer, "2025", {}),
        ):
            assert (await produce(who, "commitments", period, "json", narrowed=narrowed)).content == b"[]"
        for period in ("2026Q1", "CY2026", "2026-12-31"):
            with pytest.raises(Invalid, match="年度"):
                await produce(town.officer, "commitments", period, "csv")

    play(story)


def test_what_has_come_of_joint_research_in_a_year_leaves_as_a_list(play: Any) -> None:
    async def story(town: Town) -> None:
        await renewed(town)
        for period, told in (("2025", ["中間報告：その1"]), ("2026", [])):
            file = await produce(town.hq, "research-outputs", period, "json")
            assert [line["成果"] for line in json.loads(file.content)] == told
        [line] = json.loads((await produce(town.hq, "research-outputs", "2025", "json")).content)
        assert (line["種類"], line["相手方"], line["研究のテーマ"]) == ("報告書", "例示大学", "暗号の実装")
        assert (await produce(town.officer, "research-outputs", "2025", "json")).content == b"[]"
        with pytest.raises(NotAllowed):
            await produce(town.statistician, "research-outputs", "2025", "json")

    play(story)


async def _csv(who: Actor) -> bytes:
    return (await produce(who, "commitments", "", "csv")).content


REGISTER = """整理番号,協定名,種別,締結日,満了日,自動更新,締結団体,警察署,担当者の職員番号
1,相互の協力に関する協定,協力協定,令和2年4月1日,令和3年3月31日,1年,架空電力株式会社,青浜第1警察署,1011
1,相互の協力に関する協定,協力協定,令和2年4月1日,,,見本信用金庫,,
"""
ASKED = "{ agreements { edges { node { status validity unit { name } responsible { familyName } } } } }"


def test_what_was_signed_on_paper_is_seen_counted_and_watched_like_any_other(play: Any) -> None:
    async def story(town: Town) -> None:
        power = await make.company(town.officer, POWER)
        await make.company(town.officer, BANK)
        await make.officer(town.admin, town.station, number="1011", family_name="髙見本")
        told = intake.parse(AGREEMENTS, intake.read_table(REGISTER.encode(), "協定台帳.csv"))
        assert not told.is_refused, told.problems
        with pytest.raises(NotAllowed):
            await rosters.take_in_agreements(town.officer, intake.lines(AGREEMENTS, told))
        assert (await asked(town.officer, ASKED))["agreements"]["edges"] == []
        await rosters.take_in_agreements(town.hq, intake.lines(AGREEMENTS, told))
        [edge] = (await asked(town.officer, ASKED))["agreements"]["edges"]
        assert edge["node"] == {
            "status": "IN_FORCE",
            "validity": "2020年4月1日から2027年3月31日まで（協定書では2021年3月31日まで）。"
            "2027年3月31日までに更新しない旨の通知がなければ、12か月ずつ自動更新",
            "unit": {"name": "青浜第1警察署"},
            "responsible": {"familyName": "髙見本"},
        }
        partner = make.outsider(town.officer, Role.PARTNER, await make.contact(town.officer, power))
        [own] = (await asked(partner, "{ agreements { edges { node { title } } } }"))["agreements"]["edges"]
        assert own["node"]["title"] == "相互の協力に関する協定"
        assert (await asked(town.other_officer, ASKED))["agreements"]["edges"] == []
        after = make.at(town.statistician, town.officer.now + timedelta(days=1))
        measures = ("AGREEMENTS_IN_FORCE", "AGREEMENTS_NEW", "AGREEMENTS_GONE_ON", "PARTIES")
        counts = await figures(after, town.station.name, "2026Q1", *measures)
        assert [counts.get((measure, None), 0) for measure in measures] == [1, 0, 1, 2]

    play(story)
