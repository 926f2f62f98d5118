"""What was signed on paper is entered as it was signed, stands as its days say, and was approved by nobody here."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain import agreements
from domain.agreements import (
    Agreement,
    AgreementExtension,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationItem,
    ExtensionKind,
    PaperAgreement,
    PaperParty,
    PartyNaming,
    Side,
)
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from tests import make
from tests.make import Town

SIGNED_ON = date(2020, 4, 1)
LASTS = {"expires_on": date(2021, 3, 31)}
RENEWS = LASTS | {"auto_renews_months": 12, "notice_days": 30}


async def on_paper(town: Town, *names: str, of: dict[str, Any] | None = None, **over: Any) -> PaperAgreement:
    """The agreement of a station with companies of these names; `of` is what is told of each of them."""
    bodies = [await make.company(town.officer, name) for name in names or ("架空電力株式会社",)]
    parties = [PaperParty(town.station), *(PaperParty(body, **(of or {})) for body in bodies)]
    values: dict[str, Any] = {
        "unit_id": town.station.id,
        "responsible_id": town.officer.person_id,
        "kind": AgreementKind.JOINT_RESPONSE,
        "title": "サイバー犯罪に対する共同対処協定",
        "signed_on": SIGNED_ON,
        "parties": parties,
    }
    return PaperAgreement(**(values | over))


def test_it_stands_as_signed_with_its_parties_and_the_journal_says_whence(play: Any) -> None:
    async def story(town: Town) -> None:
        told = {"signatory_title": "代表取締役社長", "agreed_on": date(2020, 5, 1)}
        filed = {"number": "青サイ第12号", "retention_years": 10, "items": (CooperationItem.REPORTING,)}
        paper = await on_paper(town, of=told, **filed)
        [agreement] = await agreements.enter_signed(town.hq, [paper])
        row = await Agreement.get(id=agreement.id)
        assert (row.status, row.effective_on, row.lasts_until) == (AgreementStatus.IN_FORCE, SIGNED_ON, None)
        assert (row.unit_id, row.number, row.items, row.retention_until) == (
            *(town.station.id, "青サイ第12号", ["REPORTING"]),
            date(2031, 3, 31),
        )
        assert (row.author_id, row.approver_id) == (town.hq.person_id, None), "nobody at the desk has approved it"
        police, body = await AgreementParty.all().order_by("id")
        assert (police.side, police.police_unit_id, police.acceded_on) == (Side.POLICE, town.station.id, SIGNED_ON)
        assert (body.side, body.signatory_title, body.signatory_name) == (Side.PARTNER, "代表取締役社長", "")
        named = await PartyNaming.get()
        assert (named.party_id, named.name, named.agreed_on) == (body.id, "架空電力株式会社", date(2020, 5, 1))
        told_by = {(entry.kind, entry.fact) for entry in await Entry.filter(row_id__in=[row.id, police.id, named.id])}
        assert told_by == {
            ("Agreement", "agreement-entered-from-paper"),
            ("AgreementParty", "party-entered-from-paper"),
            ("PartyNaming", "party-naming-entered-from-paper"),
        }

    play(story)


@pytest.mark.parametrize(
    ("told", "status", "lasts_until", "ended_on"),
    [
        ({}, AgreementStatus.IN_FORCE, None, None),
        (LASTS, AgreementStatus.EXPIRED, date(2021, 3, 31), date(2021, 3, 31)),
        ({"expires_on": date(2026, 7, 1)}, AgreementStatus.IN_FORCE, date(2026, 7, 1), None),
        (RENEWS, AgreementStatus.IN_FORCE, date(2027, 3, 31), None),
        (RENEWS | {"notice_given_on": date(2023, 2, 1)}, AgreementStatus.EXPIRED, date(2023, 3, 31), date(2023, 3, 31)),
        (RENEWS | {"ended_on": date(2022, 3, 31)}, AgreementStatus.EXPIRED, date(2022, 3, 31), date(2022, 3, 31)),
        (
            RENEWS | {"ended_on": date(2022, 4, 1), "reason": "廃業のため"},
            *(AgreementStatus.TERMINATED, date(2023, 3, 31), date(2022, 4, 1)),
        ),
        (
            LASTS | {"extended_until": date(2028, 3, 31), "extended_on": date(2021, 3, 1)},
            *(AgreementStatus.IN_FORCE, date(2028, 3, 31), None),
        ),
    ],
)
def test_where_it_stands_today_follows_from_its_days(
    play: Any, told: dict[str, Any], status: AgreementStatus, lasts_until: date | None, ended_on: date | None
) -> None:
    async def story(town: Town) -> None:
        await agreements.enter_signed(town.hq, [await on_paper(town, **told)])
        row = await Agreement.get()
        assert (row.status, row.lasts_until, row.ended_on) == (status, lasts_until, ended_on)
        assert row.expires_on == told.get("expires_on"), "as it was signed"
        assert await agreements.expire(town.hq.now) == 0, "the clock has nothing to make up"

    play(story)


@pytest.mark.parametrize("field", ["title", "purpose", "number", "signed_at"])
def test_the_register_tells_no_partner_of_another_that_has_not_consented(play: Any, field: str) -> None:
    async def story(town: Town) -> None:
        paper = await on_paper(town, "架空電力株式会社", "見本信用金庫", **{field: "見本信用金庫ほか"})
        with pytest.raises(WrongState, match="公表に同意していない「見本信用金庫」") as refused:
            await agreements.enter_signed(town.hq, [paper])
        assert (refused.value.field, await Agreement.exists()) == (field, False)
        consenting = replace(paper.parties[-1], agreed_on=SIGNED_ON)
        await agreements.enter_signed(town.hq, [replace(paper, parties=[*paper.parties[:-1], consenting])])
        assert await Agreement.exists()

    play(story)


def test_each_year_by_which_it_renewed_itself_stands_where_it_began(play: Any) -> None:
    async def story(town: Town) -> None:
        await agreements.enter_signed(town.hq, [await on_paper(town, **RENEWS)])
        steps = await AgreementExtension.all().order_by("until")
        assert {step.kind for step in steps} == {ExtensionKind.AUTOMATIC}
        assert [step.decided_on for step in steps] == [date(year, 4, 1) for year in range(2021, 2027)]
        assert steps[-1].until == date(2027, 3, 31)

    play(story)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"signed_on": date(2026, 7, 2)}, "signed_on"),
        ({"effective_on": date(2022, 4, 1)}, "effective_on"),
        ({"expires_on": date(2020, 3, 31)}, "expires_on"),
        ({"auto_renews_months": 12}, "expires_on"),
        (LASTS | {"auto_renews_months": 121}, "auto_renews_months"),
        (LASTS | {"notice_days": 367}, "notice_days"),
        (LASTS | {"extended_until": date(2021, 3, 31), "extended_on": SIGNED_ON}, "extended_until"),
        (LASTS | {"extended_until": date(2028, 3, 31)}, "extended_on"),
        (LASTS | {"notice_given_on": date(2021, 2, 1)}, "notice_given_on"),
        (RENEWS | {"notice_given_on": date(2026, 7, 2)}, "notice_given_on"),
        ({"ended_on": date(2020, 3, 31), "reason": "廃業のため"}, "ended_on"),
        ({"ended_on": date(2026, 7, 2), "reason": "廃業のため"}, "ended_on"),
        (LASTS | {"ended_on": date(2021, 4, 1), "reason": "廃業のため"}, "ended_on"),
        ({"ended_on": date(2022, 3, 31)}, "reason"),
        ({"retention_years": 0}, "retention_years"),
        ({"title": " "}, "title"),
        ({"of": {"acceded_on": date(2020, 3, 31)}}, "acceded_on"),
        ({"of": {"withdrawn_on": date(2020, 3, 31)}}, "withdrawn_on"),
        ({"of": {"withdrawn_on": date(2022, 4, 1)}}, "organization"),
        ({"of": {"agreed_on": date(2026, 7, 2)}}, "agreed_on"),
        ({"of": {"public_name": "架空電力"}}, "agreed_on"),
        ({"parties": []}, "organization"),
    ],
)
def test_what_no_agreement_can_be_is_refused_and_nothing_is_entered(
    play: Any, told: dict[str, Any], field: str
) -> None:
    async def story(town: Town) -> None:
        fine = await on_paper(town, "見本信用金庫", title="別の協定")
        wrong = await on_paper(town, **told)
        entries = await Entry.all().count()
        with pytest.raises((Invalid, Incomplete)) as refused:
            await agreements.enter_signed(town.hq, [fine, wrong])
        assert refused.value.field == field
        assert (await Entry.all().count(), await Agreement.exists()) == (entries, False)

    play(story)


def test_headquarters_alone_enters_what_the_desk_has_not_approved(play: Any) -> None:
    async def story(town: Town) -> None:
        paper = await on_paper(town)
        for who in (town.officer, town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await agreements.enter_signed(who, [paper])
        with pytest.raises(Conflict, match="すでに入っています"):
            await agreements.enter_signed(town.hq, [replace(paper, parties=[*paper.parties, paper.parties[-1]])])
        with pytest.raises(NotFound):
            await agreements.enter_signed(town.hq, [replace(paper, unit_id=paper.parties[-1].who.id)])
        assert not await Agreement.exists()
        assert not await AgreementParty.exists()

    play(story)
