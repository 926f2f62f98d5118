"""Files over HTTP: the right ones for the right role, and what is wrong told in words."""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO, StringIO
from urllib.parse import unquote
from zipfile import ZipFile

import httpx
import openpyxl
import pytest

from api.allowance import Budget, Budgets
from api.app import make_app
from api.downloads import EXPORTS, Export
from api.house import House
from domain import tokens
from domain.actor import Role
from domain.encounters import EncounterTheme
from domain.installation import found_national
from domain.looks import Door, Look
from domain.organizations import Contact, Organization
from domain.outreach import CoHosting
from domain.people import Person
from domain.statistics import Run
from tests import make
from tests.clock import NOW
from tests.domain import random_year
from tests.domain.notices.telling import partner, sent

AFTERWARDS = random_year.AFTERWARDS
HOUSE = House("a key that is only ever used in tests", "https://renkei.example.jp", lambda: AFTERWARDS)
QUARTER = "/exports/statistics?period=2027Q4"


def client(**headers):
    app = make_app(HOUSE, "postgres://nobody@nowhere/nothing")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url, headers=headers)


async def token_of(town, person, role, unit) -> str:
    author = make.at(town.admin, AFTERWARDS - timedelta(days=1))
    _, secret = await tokens.mint(author, person, role, unit, "test", AFTERWARDS + timedelta(days=1))
    return secret


async def as_officer(town, role, unit):
    person = await make.officer(town.admin, town.section)
    return client(Authorization=f"Bearer {await token_of(town, person, role, unit)}")


async def ask(town, role, address=QUARTER, unit=None):
    async with await as_officer(town, role, unit or town.section) as someone:
        return await someone.get(address)


def test_who_fetches_file_after_file_is_told_when_to_come_again_and_is_not_charged_for_what_is_refused(play):
    async def story(town):
        person = await make.officer(town.admin, town.section)
        token = await token_of(town, person, Role.STATISTICIAN, town.section)
        budgets = Budgets(files=Budget(per_second=2_000, most=30_000))
        app = make_app(replace(HOUSE, budgets=budgets), "postgres://nobody@nowhere/nothing")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url) as someone:
            refused = [await someone.get("/exports/agreements", headers=headers) for _ in range(2)]
            return refused, [await someone.get(f"{QUARTER}&fresh=true", headers=headers) for _ in range(2)]

    refused, (first, second) = play(story)
    assert [one.status_code for one in refused] == [403, 403]
    assert first.status_code != 429
    assert (second.status_code, second.headers["Retry-After"]) == (429, "5")
    said = "書き出しが続きすぎています。5秒ほど待ってから、もう一度書き出してください。"
    assert second.json()["errors"][0]["message"] == said


def test_the_desk_takes_every_list_in_two_formats_at_once_and_then_waits_for_those_that_name_persons_only(play):
    async def story(town):
        campaign = await make.campaign(make.at(town.hq, NOW))
        needs = {"campaign-results": f"&campaign=Campaign:{campaign.id}"}
        async with await as_officer(town, Role.HQ_LIAISON, town.section) as someone:
            first = [
                await someone.get(f"/exports/{name}?format={format}{needs.get(name, '')}")
                for name in EXPORTS
                for format in ("xlsx", "csv")
            ]
            named = [await someone.get(f"/exports/{name}") for name, one in EXPORTS.items() if one.is_personal]
            return first, named, await someone.get("/exports/organizations")

    first, named, other = play(story)
    assert [one.text for one in first if one.status_code != 200] == []
    assert len(first) == 42
    assert {(one.status_code, one.headers["Retry-After"]) for one in named} == {(429, "10")}
    assert {one.json()["errors"][0]["message"][:12] for one in named} == {"書き出しが続きすぎていま"}
    assert other.status_code == 200


@pytest.mark.parametrize(("name", "least"), [("organizations", 1_000), ("statistics", 1_001)])
def test_a_download_that_names_nobody_costs_the_rows_that_are_in_it_and_a_thousand_at_least(play, name, least):
    async def story(town):
        person = await make.officer(town.admin, town.section)
        token = await token_of(town, person, Role.HQ_LIAISON, town.section)
        house = replace(HOUSE, budgets=Budgets(files=Budget(per_second=1, most=20_000)))
        app, headers = make_app(house, "postgres://nobody@nowhere/nothing"), {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url) as someone:
            return [await someone.get(f"/exports/{name}?format=csv", headers=headers) for _ in range(2)]

    first, second = play(story)
    rows = len([*csv.DictReader(StringIO(first.content.decode("utf-8-sig")))])
    assert second.status_code == 429
    assert int(second.headers["Retry-After"]) == max(rows, 1_000) >= least


def test_old_browsers_can_tell_files_of_one_day_apart(play):
    async def story(town):
        async with await as_officer(town, Role.HQ_LIAISON, town.section) as someone:
            return [await someone.get(f"/exports/{name}?format=csv") for name in ("organizations", "encounters")]

    names = [one.headers["Content-Disposition"] for one in play(story)]
    assert names[0].startswith("attachment; filename=\"organizations-20280601.csv\"; filename*=UTF-8''%E5%9B%A3")
    assert names[1].startswith("attachment; filename=\"encounters-R09Q4_20280601.csv\"; filename*=UTF-8''R09Q4_%E6")


def test_a_mistyped_parameter_is_named_instead_of_being_passed_over(play):
    async def story(town):
        return await ask(town, Role.STATISTICIAN, "/exports/statistics?perod=2027Q4&format=csv")

    answer = play(story)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["field"]) == (400, "perod")
    assert error["message"] == "「perod」は指定できません。使えるのは period・format・fresh・purpose です。"


def test_a_statistician_downloads_the_workbook_under_its_name(play):
    async def story(town):
        await random_year.drawn(town, 1, size=10)
        return await ask(town, Role.STATISTICIAN)

    answer = play(story)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer.headers["Cache-Control"] == "no-store"
    named = unquote(answer.headers["Content-Disposition"])
    assert "filename*=UTF-8''R09Q4_活動状況_青浜県警察_20280601.xlsx" in named
    page = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    names = [row[0].value for row in page.iter_rows(min_row=9)]
    assert names == ["青浜県警察本部", "青浜第1警察署", "青浜第2警察署", "合計"]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_the_same_figures_come_as_csv_and_json(play, format):
    async def story(town):
        await random_year.drawn(town, 1, size=10)
        return await ask(town, Role.HQ_LIAISON, f"{QUARTER}&format={format}")

    answer = play(story)
    if format == "json":
        values = [one["value"] for one in answer.json()["figures"] if one["measure"] == "LECTURES"]
    else:
        rows = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
        values = [int(row["値"]) for row in rows if row["項目コード"] == "LECTURES"]
    kinds = 4
    assert len(values) == 4 * kinds
    assert values[-kinds] == sum(values[:-kinds:kinds]) > 0


def test_a_station_downloads_its_own_row_only(play):
    async def story(town):
        await random_year.drawn(town, 1, size=10)
        return await ask(town, Role.STATION_LIAISON, f"{QUARTER}&format=json", town.other_station)

    said = play(story).json()
    assert (said["name"], {one["unit"] for one in said["figures"]}) == ("青浜第2警察署", {"青浜第2警察署"})


def test_the_nation_downloads_prefectures_side_by_side(play):
    async def story(town):
        await random_year.drawn(town, 1, size=10)
        return await ask(town, Role.NATIONAL, f"{QUARTER}&format=json", await found_national(NOW))

    said = play(story).json()
    assert (said["name"], {one["unit"] for one in said["figures"]}) == ("警察庁", {"青浜県警察", "合計"})


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
@pytest.mark.parametrize("role", [Role.STATISTICIAN, Role.HQ_LIAISON, Role.NATIONAL])
def test_no_name_of_a_person_or_body_stands_in_any_file(play, format, role):
    async def story(town):
        await random_year.drawn(town, 1, size=10)
        names = [one.name for one in await Organization.all()]
        names += [name for one in await Person.all() for name in (one.family_name, one.given_name) if name]
        unit = await found_national(NOW) if role is Role.NATIONAL else None
        return names, await ask(town, role, f"{QUARTER}&format={format}", unit)

    names, answer = play(story)
    content = answer.content
    if format == "xlsx":
        with ZipFile(BytesIO(content)) as parts:
            content = b"".join(parts.read(part) for part in parts.namelist())
    if format == "json":
        content = json.dumps(answer.json(), ensure_ascii=False).encode()  # whatever it had escaped
    assert "受講者".encode() in content
    assert [name for name in names if name.encode() in content] == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER])
def test_other_roles_are_refused_in_japanese(play, role):
    async def story(town):
        return await ask(town, role)

    answer = play(story)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (403, {"code": "NOT_ALLOWED"})
    assert error["message"].startswith("この操作をする権限がありません")


@pytest.mark.parametrize(
    ("address", "status", "code", "field"),
    [
        ("/exports/rosters", 404, "NOT_FOUND", "name"),
        ("/exports/statistics?period=2026Q5", 400, "INVALID", "period"),
        ("/exports/statistics?period=%00", 400, "INVALID", "period"),
        ("/exports/statistics?period=2199Q1", 400, "INVALID", "period"),
        ("/exports/statistics?format=pdf", 400, "INVALID", "format"),
        ("/exports/statistics?format=XLS", 400, "INVALID", "format"),
        ("/exports/statistics?fresh=1", 400, "INVALID", "fresh"),
    ],
)
def test_a_wrong_address_is_told_with_code_and_field(play, address, status, code, field):
    async def story(town):
        return await ask(town, Role.STATISTICIAN, address)

    answer = play(story)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (status, {"code": code, "field": field})


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic dTpw"}, {"Authorization": "Bearer rk_wrong"}])
def test_without_a_valid_token_no_file_leaves(run, header):
    async def story():
        async with client(**header) as nobody:
            return await nobody.get("/exports/anything")

    answer = run(story())
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_without_a_period_it_is_the_last_quarter_and_reading_keeps_nothing(play):
    async def story(town):
        answer = await ask(town, Role.STATISTICIAN, "/exports/statistics?format=json&fresh=true")
        assert await Run.all().count() == 0
        return answer

    assert json.loads(play(story).content)["period"] == "2027Q4"


def test_a_bug_is_a_number_to_the_client_and_a_place_in_the_log(play, monkeypatch, caplog):
    name = "試﨑 花子"

    async def broken(*_):
        raise RuntimeError(name)

    async def story(town):
        monkeypatch.setitem(EXPORTS, "statistics", Export(broken, Role.STATISTICIAN))
        return await ask(town, Role.STATISTICIAN)

    answer = play(story)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
    assert name not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    caplog.clear()


def test_a_list_of_encounters_is_for_the_desk_and_names_no_person_and_nothing_of_what_was_said(play):
    async def story(town):
        officer = make.at(town.officer, NOW)
        await make.encounter(officer, outcome="例塚 恵さんと話した。")
        listed = "/exports/encounters?format=json&period=CY2026"
        return (
            await ask(town, Role.HQ_LIAISON, listed),
            await ask(town, Role.STATISTICIAN, listed),
            await ask(town, Role.HQ_LIAISON, f"{listed}&fresh=true"),
            await ask(town, Role.HQ_LIAISON, "/exports/encounters?format=json&period=CY2026Q1"),
        )

    listed, refused, fresh, empty = play(story)
    [one] = listed.json()
    assert (one["団体名"], one["種別"], one["状態"], one["所属"]) == (
        "架空電力株式会社",
        "電話",
        "報告済",
        "青浜第1警察署",
    )
    assert "例塚" not in listed.text
    assert empty.json() == []
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")
    assert (fresh.status_code, fresh.json()["errors"][0]["extensions"]["field"]) == (400, "fresh")


def test_a_list_of_notices_is_for_the_desk_and_says_of_restricted_ones_nothing_to_others(play):
    async def story(town):
        mine, other = await partner(town.officer), await partner(town.other_officer, "例示銀行株式会社")
        await sent(town.hq, mine, other)
        await sent(town.hq, mine, title="秘の件名", theme=EncounterTheme.ECONOMIC_SECURITY)
        listed = "/exports/notices?format=json&period=CY2026"
        return (
            await ask(town, Role.HQ_LIAISON, listed),
            await ask(town, Role.STATION_LIAISON, listed, town.other_station),
            await ask(town, Role.STATISTICIAN, listed),
            await ask(town, Role.HQ_LIAISON, f"{listed}&fresh=true"),
        )

    whole, station, refused, fresh = play(story)
    assert len(whole.json()) == 3
    [one] = station.json()
    assert (one["団体名"], one["所属"], one["メール"]) == ("例示銀行株式会社", "サイバー犯罪対策課", "未発送")
    assert "例塚" not in whole.text
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")
    assert (fresh.status_code, fresh.json()["errors"][0]["extensions"]["field"]) == (400, "fresh")


def test_the_list_of_public_parties_names_who_has_consented_and_nobody_else(play):
    async def story(town):
        agreement = await make.in_force(town, "架空電力株式会社", "見本信用金庫", expires_on=date(2030, 3, 31))
        await make.named(town.officer, agreement)
        listed = "/exports/public-parties?format=csv"
        refused = await ask(town, Role.STATISTICIAN, listed)
        return await ask(town, Role.HQ_LIAISON, listed), refused

    listed, refused = play(story)
    first, line = csv.reader(StringIO(listed.content.decode("utf-8-sig")))
    assert ",".join(first) == "団体名,協定の種別,協定の名称,参画日,担当所属"
    assert line == ["架空電力株式会社", "共同対処協定", "", "2026-07-01", "青浜第1警察署"]
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")


def test_a_list_of_outreach_is_for_the_desk_and_says_how_many_were_reached_with_whom(play):
    async def story(town):
        officer = make.at(town.officer, NOW)
        body = await make.company(officer, "見本損害保険株式会社")
        await make.reported_event(officer, hosts=[CoHosting(body.id)], summary="例塚 恵さんが説明した。")
        listed = "/exports/outreach?format=json&period=CY2026"
        return (
            await ask(town, Role.HQ_LIAISON, listed),
            await ask(town, Role.STATISTICIAN, listed),
            await ask(town, Role.HQ_LIAISON, f"{listed}&fresh=true"),
        )

    listed, refused, fresh = play(story)
    [one] = listed.json()
    assert (one["件名"], one["共催等"], one["参加者"]) == ("サイバー保険と備えのセミナー", "見本損害保険株式会社", 31)
    assert (one["配布部数"], one["状態"], one["所属"]) == (40, "報告済", "青浜第1警察署")
    assert "例塚" not in listed.text
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")
    assert (fresh.status_code, fresh.json()["errors"][0]["extensions"]["field"]) == (400, "fresh")


def test_a_list_of_networks_is_for_the_desk_and_of_today(play):
    async def story(town):
        await make.wifi_spot(make.at(town.officer, NOW), "見本市民会館")
        spots = "/exports/wifi-spots?format=json"
        return (
            await ask(town, Role.HQ_LIAISON, spots),
            await ask(town, Role.STATISTICIAN, spots),
            await ask(town, Role.HQ_LIAISON, f"{spots}&period=2027Q4"),
        )

    listed, refused, dated = play(story)
    assert [one["名称"] for one in listed.json()] == ["見本市民会館"]
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")
    assert (dated.status_code, dated.json()["errors"][0]["extensions"]["field"]) == (400, "period")


def test_the_list_for_the_telephone_names_persons_and_leaves_a_line(play):
    async def story(town):
        contact = await make.contact(town.officer, await make.company(town.officer))
        await Contact.filter(id=contact.id).update(verified_on=date(2026, 3, 31))
        address = "/exports/stale-contacts?format=csv&purpose=年度当初の確認"
        file = await ask(town, Role.STATION_LIAISON, address, town.station)
        refused = [await ask(town, role, address) for role in (Role.STATISTICIAN, Role.ADMIN)]
        other = await ask(town, Role.STATION_LIAISON, address, town.other_station)
        return contact, file, refused, other, await Look.filter(door=Door.EXPORT)

    contact, file, refused, other, looks = play(story)
    [row] = csv.DictReader(StringIO(file.content.decode("utf-8-sig")))
    assert (row["団体名"], row["氏名"]) == ("架空電力株式会社", "例塚 恵")
    assert [answer.status_code for answer in refused] == [403, 403]
    assert len(other.content.decode("utf-8-sig").splitlines()) == 1
    [look] = looks
    assert (look.operation, look.purpose) == ("stale-contacts", "年度当初の確認")
    assert set(look.rows) == {f"Contact:{contact.id}", f"Person:{contact.person_id}"}


def test_many_persons_at_once_are_named_to_nobody_who_does_not_say_why(play):
    async def story(town):
        body = await make.company(town.officer)
        for number in range(101):
            await make.contact(town.officer, body, mail_address=f"c{number}@partner.example")
        await Contact.all().update(verified_on=None)
        address = "/exports/stale-contacts?format=csv"
        answer = await ask(town, Role.STATION_LIAISON, address, town.station)
        period = await ask(town, Role.STATION_LIAISON, f"{address}&period=2026Q2", town.station)
        return answer, period, await Look.all().count()

    answer, period, looks = play(story)
    assert answer.json()["errors"][0]["extensions"] == {"code": "INCOMPLETE", "field": "purpose"}
    assert period.json()["errors"][0]["extensions"]["field"] == "period"
    assert looks == 0
