"""協定 from the register that was kept until now: a line a party, whole or not at all, and nothing twice."""

from datetime import date
from typing import Any

import pytest

from domain import agreements, organizations, rosters
from domain.agreements import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationItem,
    OutputKind,
    PaperAmendment,
    PaperOutput,
)
from domain.errors import NotAllowed
from domain.organizations import Organization
from domain.rosters import Line, Taken
from tests import make
from tests.domain.rosters.telling import lines, refused
from tests.make import Town

POWER, BANK = "架空電力株式会社", "見本信用金庫"
TITLE = "サイバー犯罪に対する共同対処協定"
SIGNED_ON = date(2020, 4, 1)
OLD = {
    "kind": AgreementKind.JOINT_RESPONSE,
    "title": TITLE,
    "signed_on": SIGNED_ON,
    "organization": POWER,
    "unit": "101",
}
WHOLE = OLD | {"list_number": "7", "expires_on": date(2021, 3, 31), "auto_renews_months": 12, "number": "青サイ第12号"}
SECOND = {name: WHOLE[name] for name in ("kind", "title", "signed_on", "list_number")} | {"organization": BANK}
POLICE = SECOND | {"organization": "", "police_unit": "青浜第2警察署"}
STUDY = {"kind": AgreementKind.JOINT_RESEARCH, "research_theme": "暗号の実装", "research_from": date(2020, 4, 1)}


async def ready(town: Town) -> None:
    for name in (POWER, BANK):
        await make.company(town.officer, name)


def test_a_register_is_taken_in_once_with_all_parties_of_each_agreement(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        alone = OLD | {"title": "連携協定", "kind": AgreementKind.COOPERATION, "unit": ""}
        register = lines(WHOLE, SECOND | {"acceded_on": date(2022, 5, 1)}, POLICE, alone)
        assert await rosters.take_in_agreements(town.hq, register, dry_run=True) == Taken(4, 0, 0)
        assert not await Agreement.exists()
        assert await rosters.take_in_agreements(town.hq, register) == Taken(4, 0, 0)
        assert await rosters.take_in_agreements(town.hq, register) == Taken(0, 0, 4)
        several, single = await Agreement.all().order_by("id")
        assert (several.unit_id, several.status, several.lasts_until) == (
            *(town.station.id, AgreementStatus.IN_FORCE),
            date(2027, 3, 31),
        )
        parties = await AgreementParty.filter(agreement_id=several.id).order_by("id")
        assert [party.acceded_on for party in parties] == [SIGNED_ON, date(2022, 5, 1), SIGNED_ON]
        assert [party.police_unit_id for party in parties] == [None, None, town.other_station.id]
        by_itself = {party.police_unit_id for party in await AgreementParty.filter(agreement_id=single.id)}
        assert (single.unit_id, by_itself) == (town.section.id, {None, town.section.id})

    play(story)


def test_a_title_that_would_tell_a_partner_of_another_is_named_before_anything_is_taken_in(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        titled = {"title": f"{BANK}ほかとの協定"}
        [problem] = await refused(rosters.take_in_agreements, town.hq, WHOLE | titled, SECOND | titled)
        assert (problem.number, problem.field) == (2, "title")
        study = STUDY | {"research_theme": f"{BANK}の備え"}
        [problem] = await refused(rosters.take_in_agreements, town.hq, WHOLE | study, SECOND | study)
        assert (problem.number, problem.field) == (2, "research_theme")
        consenting = SECOND | titled | {"agreed_on": SIGNED_ON}
        assert await rosters.take_in_agreements(town.hq, lines(WHOLE | titled, consenting)) == Taken(2, 0, 0)

    play(story)


def test_what_has_become_of_an_agreement_since_is_left_to_the_desk(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_agreements(town.hq, lines(OLD))
        known = await Agreement.get()
        await agreements.correct_number(town.hq, known.id, number="青サイ第1号", version=known.version)
        await agreements.terminate(town.hq, known.id, reason="廃業のため")
        assert await rosters.take_in_agreements(town.hq, lines(OLD)) == Taken(0, 0, 1)
        assert (await Agreement.get()).status is AgreementStatus.TERMINATED
        body = await Organization.get(name=POWER)
        await organizations.retire(town.officer, body.id, version=body.version, on=town.officer.today)
        assert await rosters.take_in_agreements(town.hq, lines(OLD)) == Taken(0, 0, 1), (
            "also of a party that has closed"
        )
        problems = await refused(rosters.take_in_agreements, town.hq, OLD, OLD | {"title": "別の協定"})
        assert [(problem.number, problem.field) for problem in problems] == [(3, "organization")]

    play(story)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"kind": AgreementKind.MEMORANDUM}, "kind"),
        ({"expires_on": date(2029, 3, 31)}, "expires_on"),
        ({"unit": "102"}, "unit"),
        ({"ended_on": date(2022, 3, 31)}, "ended_on"),
        ({"number": "青サイ第99号"}, "number"),
        ({"purpose": "別の目的"}, "purpose"),
        ({"items": (CooperationItem.DRILL,)}, "items"),
        ({"auto_renews_months": 6}, "auto_renews_months"),
        ({"retention_years": 3}, "retention_years"),
        ({"is_standing": False}, "is_standing"),
        ({"extended_until": date(2030, 3, 31)}, "extended_until"),
        ({"responsible": "9999"}, "responsible"),
        ({"amendments": (PaperAmendment(date(2022, 4, 1), "別表の改正"),)}, "amendments"),
        ({"research_theme": "暗号の実装"}, "research_theme"),
        ({"outputs": (PaperOutput(date(2022, 4, 1), OutputKind.REPORT, "報告"),)}, "outputs"),
        ({"signatory_title": "別の役職"}, "signatory_title"),
        ({"agreed_on": date(2022, 3, 31)}, "agreed_on"),
        ({"withdrawn_on": date(2022, 3, 31)}, "withdrawn_on"),
        ({"acceded_on": date(2022, 3, 31)}, "organization"),
    ],
)
def test_a_list_that_says_otherwise_of_what_is_there_is_told_what_to_use_instead(
    play: Any, line: dict[str, Any], field: str
) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_agreements(town.hq, lines(OLD))
        [problem] = await refused(rosters.take_in_agreements, town.hq, OLD | {"title": "別の協定"}, OLD | line)
        assert (problem.number, problem.field) == (3, field)
        assert await Agreement.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"organization": "知らない会社"}, [(2, "organization")]),
        ({"police_unit": "101"}, [(2, "police_unit")]),
        ({"unit": "199"}, [(2, "unit")]),
        ({"responsible": "9999"}, [(2, "responsible")]),
        ({"signed_on": date(2026, 7, 2)}, [(2, "signed_on")]),
        ({"ended_on": date(2022, 3, 31)}, [(2, "reason")]),
        ({"expires_on": date(2021, 3, 31), "is_standing": True}, [(2, "is_standing")]),
        ({"is_standing": False}, [(2, "is_standing")]),
        ({"acceded_on": date(2019, 4, 1)}, [(2, "acceded_on")]),
        ({"amendments": (PaperAmendment(date(2019, 4, 1), "別表の改正"),)}, [(2, "amendments")]),
        ({"amendments": (PaperAmendment(date(2022, 4, 1), " "),)}, [(2, "amendments")]),
        ({"research_theme": "暗号の実装"}, [(2, "research_theme")]),
        ({**STUDY, "research_from": None}, [(2, "research_from")]),
        ({**STUDY, "research_theme": ""}, [(2, "research_theme")]),
        ({**STUDY, "research_to": date(2020, 3, 31)}, [(2, "research_to")]),
        ({**STUDY, "outputs": (PaperOutput(date(2020, 3, 31), OutputKind.REPORT, "報告"),)}, [(2, "outputs")]),
        ({"withdrawn_on": date(2022, 4, 1)}, [(2, "organization")]),
        (
            {"organization": "知らない会社", "auto_renews_months": 12, "retention_years": 200, "unit": "199"},
            [(2, "expires_on"), (2, "organization"), (2, "retention_years"), (2, "unit")],
        ),
    ],
)
def test_all_that_is_wrong_with_a_line_is_named_and_nothing_is_taken_in(
    play: Any, line: dict[str, Any], told: list[tuple[int, str]]
) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        problems = await refused(rosters.take_in_agreements, town.hq, OLD | line)
        assert sorted((problem.number, problem.field) for problem in problems) == told
        assert not await Agreement.exists()

    play(story)


def test_which_lines_are_one_agreement_is_asked_and_never_guessed(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        other = OLD | {"organization": BANK}
        problems = await refused(rosters.take_in_agreements, town.hq, OLD, other)
        assert [(problem.number, problem.field) for problem in problems] == [(2, "list_number"), (3, "list_number")]
        each = lines(OLD | {"list_number": "1"}, other | {"list_number": "2"})
        assert await rosters.take_in_agreements(town.hq, each) == Taken(2, 0, 0)
        assert await Agreement.all().count() == 2
        assert await rosters.take_in_agreements(town.hq, each) == Taken(0, 0, 2)

    play(story)


def test_two_agreements_alike_are_taken_in_only_with_numbers_that_tell_them_apart(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        first, second = OLD | {"list_number": "1"}, OLD | {"list_number": "2"}
        for number in ("", "青サイ第1号"):
            problems = await refused(rosters.take_in_agreements, town.hq, first | {"number": number}, second)
            assert (problems[-1].number, problems[-1].field) == (3, "number")
        apart = lines(first | {"number": "青サイ第1号"}, second | {"number": "青サイ第2号"})
        assert await rosters.take_in_agreements(town.hq, apart) == Taken(2, 0, 0)
        assert await rosters.take_in_agreements(town.hq, apart) == Taken(0, 0, 2)
        third = OLD | {"list_number": "3", "number": "青サイ第3号"}
        [problem] = await refused(rosters.take_in_agreements, town.hq, third)
        assert problem.field == "number"
        assert "別の協定のとき" in problem.message
        for taken in (Taken(1, 0, 2), Taken(0, 0, 3)):
            beside = lines(first | {"number": "青サイ第1号"}, second | {"number": "青サイ第2号"}, third)
            assert await rosters.take_in_agreements(town.hq, beside) == taken, "those that are there are told beside it"

    play(story)


def test_what_is_there_alone_is_no_other_unless_it_is_told_beside_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        first = OLD | {"list_number": "1", "number": "青サイ第1号"}
        await rosters.take_in_agreements(town.hq, lines(first))
        second = OLD | {"list_number": "2", "number": "青サイ第2号"}
        [problem] = await refused(rosters.take_in_agreements, town.hq, second)
        assert problem.field == "number"
        assert "別の協定のとき" in problem.message
        assert await rosters.take_in_agreements(town.hq, lines(first, second)) == Taken(1, 0, 1)
        assert sorted([one.number for one in await Agreement.all()]) == ["青サイ第1号", "青サイ第2号"]

    play(story)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"expires_on": date(2022, 3, 31)}, [(3, "expires_on")]),
        ({"unit": "102"}, [(3, "unit")]),
        ({"organization": POWER, "acceded_on": date(2022, 3, 31)}, [(3, "acceded_on")]),
    ],
)
def test_lines_of_one_agreement_must_go_together(play: Any, line: dict[str, Any], told: list[tuple[int, str]]) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        problems = await refused(rosters.take_in_agreements, town.hq, WHOLE, SECOND | line)
        assert [(problem.number, problem.field) for problem in problems] == told

    play(story)


def test_of_what_could_not_be_read_nothing_is_made_up(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        for unread in WHOLE:
            torn = Line(2, WHOLE | {unread: None}, frozenset({unread}))
            with pytest.raises(rosters.Rejected) as told:
                await rosters.take_in_agreements(town.hq, [torn, *lines({}, SECOND)[1:]])
            assert [(one.number, one.field) for one in told.value.problems] == [], unread
        assert not await Agreement.exists()

    play(story)


def test_a_register_is_headquarters_to_enter(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        for who in (town.officer, town.statistician):
            with pytest.raises(NotAllowed):
                await rosters.take_in_agreements(who, lines(OLD))
        assert not await Agreement.exists()

    play(story)


FIRST = WHOLE | {"auto_renews_months": None, "number": "青サイ第1号"}
THEN = FIRST | {
    **{"list_number": "8", "number": "青サイ第2号", "renews": "7", "signed_on": date(2021, 3, 1)},
    **{"effective_on": date(2021, 4, 1), "expires_on": date(2024, 3, 31)},
}
NOW = THEN | {
    **{"list_number": "9", "number": "青サイ第3号", "renews": "青サイ第2号", "signed_on": date(2024, 3, 1)},
    **{"effective_on": date(2024, 4, 1), "expires_on": date(2027, 3, 31)},
}


def test_a_chain_of_renewals_comes_in_whole_in_whichever_order_it_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        chain = lines(NOW, FIRST, SECOND | {"signed_on": SIGNED_ON}, THEN)
        assert await rosters.take_in_agreements(town.hq, chain, dry_run=True) == Taken(4, 0, 0)
        assert await rosters.take_in_agreements(town.hq, chain) == Taken(4, 0, 0)
        assert await rosters.take_in_agreements(town.hq, chain) == Taken(0, 0, 4)
        first, then, now = await Agreement.all().order_by("signed_on")
        assert [row.status for row in (first, then, now)] == [
            *(AgreementStatus.RENEWED, AgreementStatus.RENEWED, AgreementStatus.IN_FORCE)
        ]
        assert [first.ended_on, then.ended_on, now.ended_on] == [date(2021, 3, 31), date(2024, 3, 31), None]
        assert [first.renews_id, then.renews_id, now.renews_id] == [None, first.id, then.id]
        otherwise = await refused(rosters.take_in_agreements, town.hq, FIRST, THEN, NOW | {"renews": "7"})
        assert [(problem.number, problem.field) for problem in otherwise] == [(4, "renews")]

    play(story)


def test_what_is_there_is_renewed_with_what_it_promises_and_not_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        await rosters.take_in_agreements(town.hq, lines(THEN | {"renews": "", "expires_on": date(2027, 3, 31)}))
        old = await Agreement.get()
        promise = await make.commitment(town.officer, old)
        assert await rosters.take_in_agreements(town.hq, lines(NOW)) == Taken(1, 0, 0)
        old, new = await Agreement.all().order_by("signed_on")
        assert (old.status, old.ended_on) == (AgreementStatus.RENEWED, date(2024, 3, 31))
        [kept] = await agreements.commitments_visible_to(town.officer).filter(agreement_id=new.id)
        assert (kept.what, kept.since) == (promise.what, date(2024, 4, 1))
        assert await rosters.take_in_agreements(town.hq, lines(NOW)) == Taken(0, 0, 1)
        again = NOW | {"title": "別の協定", "list_number": "10", "number": ""}
        [problem] = await refused(rosters.take_in_agreements, town.hq, again)
        assert problem.field == "renews"

    play(story)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"renews": "99"}, [(4, "renews")]),
        ({"renews": "9"}, [(4, "effective_on")]),
        ({"renews": "7"}, [(4, "renews")]),
        ({"effective_on": date(2024, 5, 1)}, [(4, "effective_on")]),
        ({"effective_on": date(2021, 4, 1), "signed_on": date(2021, 3, 31)}, [(4, "effective_on")]),
    ],
)
def test_a_renewal_that_cannot_be_is_told_and_nothing_is_taken_in(
    play: Any, line: dict[str, Any], told: list[tuple[int, str]]
) -> None:
    async def story(town: Town) -> None:
        await ready(town)
        problems = await refused(rosters.take_in_agreements, town.hq, FIRST, THEN, NOW | line)
        assert [(problem.number, problem.field) for problem in problems] == told
        wrong_end = FIRST | {"ended_on": date(2020, 12, 31)}
        problems = await refused(rosters.take_in_agreements, town.hq, wrong_end, THEN, NOW)
        assert [(problem.number, problem.field) for problem in problems] == [(2, "ended_on")]
        assert not await Agreement.exists()

    play(story)
