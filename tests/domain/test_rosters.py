"""Rosters are taken in whole or not at all, and the same roster twice says nothing new."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import rosters
from domain.errors import NotAllowed
from domain.journal import Entry
from domain.organizations import Contact, Organization, OrganizationKind
from domain.people import Person, Post
from domain.rosters import Line, Rejected, Taken
from domain.units import Unit, UnitKind
from domain.volunteers import AgeBand, CommissionKind, GuardianConsent, Volunteer, VolunteerStatus
from tests import make
from tests.make import Town


def lines(*facts: dict[str, Any]) -> list[Line]:
    return [Line(number, one) for number, one in enumerate(facts, start=2)]


STATIONS = lines(
    {"code": "201", "name": "見本東警察署", "kind": UnitKind.STATION, "phone": "000-0000-0201"},
    {"code": "201-1", "name": "生活安全課", "kind": UnitKind.SECTION, "parent": "見本東警察署"},
)
BANK = {"name": "見本信用金庫", "kind": OrganizationKind.FINANCIAL_INSTITUTION, "corporate_number": "8999900000001"}
SHOP = {"name": "例示商店", "kind": OrganizationKind.COMPANY, "municipality_code": "482013"}


def test_units_are_taken_in_with_those_above_them_and_again_without_effect(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_units(town.admin, STATIONS) == Taken(2, 0, 0)
        section = await Unit.get(code="201-1").prefetch_related("parent")
        assert section.parent is not None
        assert section.parent.name == "見本東警察署"
        entries = await Entry.all().count()
        assert await rosters.take_in_units(town.admin, STATIONS) == Taken(0, 0, 2)
        assert await Entry.all().count() == entries

    play(story)


def test_a_dry_run_counts_and_writes_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await rosters.take_in_units(town.admin, STATIONS, dry_run=True) == Taken(2, 0, 0)
        assert not await Unit.filter(code="201").exists()

    play(story)


def test_one_bad_line_keeps_the_whole_roster_out(play: Any) -> None:
    async def story(town: Town) -> None:
        bad = [*lines(BANK, SHOP), Line(4, {**BANK, "corporate_number": "1999900000001"}), Line(5, {"name": "名無し"})]
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_organizations(town.officer, bad)
        assert [(one.number, one.field) for one in refused.value.problems] == [(4, "corporate_number"), (5, "kind")]
        assert await Organization.all().count() == 0

    play(story)


def test_a_body_is_known_by_its_number_whatever_its_name_becomes(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.officer, lines(BANK, SHOP))
        renamed = {**BANK, "name": "青浜見本信用金庫"}
        assert await rosters.take_in_organizations(town.officer, lines(renamed, SHOP)) == Taken(0, 1, 1)
        assert (await Organization.get(corporate_number="8999900000001")).name == "青浜見本信用金庫"

    play(story)


def test_the_same_name_written_another_way_is_the_same_body(play: Any) -> None:
    async def story(town: Town) -> None:
        first = {"name": "株式会社テスト鉄道", "kind": OrganizationKind.COMPANY, "municipality_code": "482013"}
        await rosters.take_in_organizations(town.officer, lines(first))
        again = {**first, "name": "㈱テスト鉄道"}
        assert await rosters.take_in_organizations(town.officer, lines(again), dry_run=True) == Taken(0, 1, 0)

    play(story)


def test_a_namesake_is_asked_about_and_never_guessed(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.officer, lines({**BANK, "municipality_code": "482013"}))
        nameless = {**BANK, "corporate_number": None, "municipality_code": "482013"}
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_organizations(town.officer, lines(nameless))
        assert "同じ団体ですか" in refused.value.problems[0].message
        assert await Organization.all().count() == 1

    play(story)


def test_the_same_body_twice_in_one_file_is_refused_by_its_line(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_organizations(town.officer, lines(BANK, BANK))
        assert [(one.number, one.message) for one in refused.value.problems] == [
            (3, "2行目と同じです。どちらか一方にしてください。")
        ]

    play(story)


def test_an_officer_of_another_unit_than_before_is_transferred(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = {"number": "A-17", "family_name": "髙見本", "given_name": "一郎", "unit": "101"}
        await rosters.take_in_officers(town.hq, lines(officer))
        tomorrow = make.at(town.hq, town.hq.now + timedelta(days=1))
        assert await rosters.take_in_officers(tomorrow, lines({**officer, "unit": "102"})) == Taken(0, 1, 0)
        person = await Person.get(number="A-17")
        assert person.unit_id == town.other_station.id
        posts = await Post.filter(person_id=person.id).order_by("created_at", "id")
        assert [post.until is None for post in posts] == [False, True]

    play(story)


def test_an_officer_without_a_number_is_known_by_name_and_unit_and_asked_about_once_numbered(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = {"family_name": "髙見本", "given_name": "一郎", "unit": "青浜第1警察署"}
        assert await rosters.take_in_officers(town.hq, lines(officer)) == Taken(1, 0, 0)
        assert await rosters.take_in_officers(town.hq, lines({**officer, "family_name": "高見本"})) == Taken(0, 1, 0)
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_officers(town.hq, lines({**officer, "number": "A-17"}))
        assert refused.value.problems[0].field == "number"

    play(story)


def test_contacts_find_their_body_and_a_second_person_of_the_name_is_asked_about(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_organizations(town.officer, lines(BANK))
        one = {"organization": "見本信用金庫", "family_name": "例塚", "given_name": "恵", "mail_address": "a@b.example"}
        assert await rosters.take_in_contacts(town.officer, lines(one)) == Taken(1, 0, 0)
        assert await rosters.take_in_contacts(town.officer, lines(one)) == Taken(0, 0, 1)
        with pytest.raises(Rejected, match="1か所"):
            await rosters.take_in_contacts(town.officer, lines({**one, "mail_address": "other@b.example"}))
        assert (await Contact.get().prefetch_related("person")).person.family_name == "例塚"

    play(story)


def test_a_contact_of_an_unknown_body_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_contacts(town.officer, lines({"organization": "無名社", "family_name": "例"}))
        assert refused.value.problems[0].field == "organization"
        assert await Person.filter(is_officer=False).count() == 0

    play(story)


def test_a_station_takes_in_no_units_and_nothing_for_other_stations(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(NotAllowed):
            await rosters.take_in_units(town.officer, STATIONS)
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_organizations(town.officer, lines({**BANK, "unit": "102"}))
        assert refused.value.problems[0].field == "unit"
        assert await Organization.all().count() == 0
        await make.company(town.other_officer, "他署の会社", corporate_number="8999900000001")
        with pytest.raises(Rejected, match="1か所"):
            await rosters.take_in_organizations(town.officer, lines(BANK))

    play(story)


STUDENT = {
    "number": "V-1",
    "family_name": "𠮷例",
    "given_name": "次郎",
    "kind": CommissionKind.UNIVERSITY_STUDENT,
    "age_band": AgeBand.ADULT,
    "mail_address": "jiro@student.example",
}
PUPIL = {
    "family_name": "見本",
    "given_name": "小梅",
    "kind": CommissionKind.CYBER_VOLUNTEER,
    "age_band": AgeBand.FROM_15_TO_17,
    "guardian_name": "見本 松子",
    "guardian_relationship": "母",
    "consented_on": date(2026, 6, 1),
}


def test_volunteers_come_as_recommended_and_a_minor_with_the_guardians_consent(play: Any) -> None:
    async def story(town: Town) -> None:
        roster = lines(STUDENT, PUPIL)
        assert await rosters.take_in_volunteers(town.hq, roster) == Taken(2, 0, 0)
        assert {row.status for row in await Volunteer.all()} == {VolunteerStatus.RECOMMENDED}
        consent = await GuardianConsent.get().prefetch_related("volunteer")
        assert (consent.guardian_name, consent.volunteer.age_band) == ("見本 松子", AgeBand.FROM_15_TO_17)
        entries = await Entry.all().count()
        assert await rosters.take_in_volunteers(town.hq, roster) == Taken(0, 0, 2)
        assert (await GuardianConsent.all().count(), await Entry.all().count()) == (1, entries)

    play(story)


def test_a_volunteer_of_a_known_name_under_another_number_is_asked_about(play: Any) -> None:
    async def story(town: Town) -> None:
        await rosters.take_in_volunteers(town.hq, lines(STUDENT))
        with pytest.raises(Rejected) as refused:
            await rosters.take_in_volunteers(town.hq, lines({**STUDENT, "number": "V-2"}, {**PUPIL, "group": "無い会"}))
        assert [one.field for one in refused.value.problems] == ["number", "group"]
        assert await Volunteer.all().count() == 1

    play(story)
