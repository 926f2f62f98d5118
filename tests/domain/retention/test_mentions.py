"""Who is to be erased may be named in texts of other rows: an officer is told where, and puts them right."""

from typing import Any

from domain import agreements, lectures, retention, volunteers
from domain.agreements import AgreementParty
from domain.people import Person
from domain.retention import ErasureItem
from domain.retention.mentions import full_names
from tests import make
from tests.domain.retention.test_due import late, left
from tests.domain.retention.test_lists import SPRING, approved, drawn
from tests.make import Town


async def mentions() -> list[str]:
    (item,) = await ErasureItem.filter(person_id__isnull=False)
    return list(item.mentions)


def test_texts_of_other_rows_that_name_somebody_who_is_due_are_listed_in_kanji_and_in_kana(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01", given_name_kana="イチロウ")
        kanji = await make.lecture(town.officer, remarks="当日は高見本　一郎さんが受付をする。")
        kana = await make.activity(town.officer, remarks="たかみほん いちろう が資料を持参")
        elsewhere = await make.school(town.officer, "別の小学校")
        await make.lecture(town.officer, remarks="髙見本さんと一郎さんは別の人。", school=elsewhere)
        await drawn(town)
        assert await mentions() == [f"Activity:{kana.id} 備考", f"Lecture:{kanji.id} 備考"]

    play(story)


def test_who_reviews_the_list_finds_what_was_corrected_no_longer_and_what_came_since(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01")
        lecture = await make.lecture(town.officer, remarks="髙見本一郎さんが同行")
        found = await drawn(town)
        assert len(await mentions()) == 1
        version = (await lectures.Lecture.get(id=lecture.id)).version
        await lectures.correct(town.officer, lecture.id, version=version, remarks="ボランティア1名が同行")
        other = await make.activity(town.officer, remarks="髙見本 一郎さんから聞いた話")
        await retention.review(make.at(town.hq, late(SPRING)), found.id)
        assert await mentions() == [f"Activity:{other.id} 備考"]

    play(story)


def test_own_rows_are_not_listed_for_they_are_emptied_and_nobody_but_the_erased_is_changed(play: Any) -> None:
    async def story(town: Town) -> None:
        gone = await left(town, "2026-09-01", remarks="髙見本一郎は運転ができる")
        stays = await make.volunteer(town, family_name="別本", given_name="次郎", remarks="髙見本一郎の紹介")
        await approved(town)
        assert await mentions() == [f"Volunteer:{stays.id} 備考"]
        await retention.carry_out(late(SPRING))
        rows = {row.id: row.remarks for row in await volunteers.Volunteer.all()}
        assert rows == {gone.id: "", stays.id: "髙見本一郎の紹介"}

    play(story)


def test_a_family_name_alone_is_too_many_peoples_to_be_looked_for() -> None:
    assert full_names(Person(family_name="見本", given_name="", family_name_kana="ミホン", given_name_kana="")) == set()
    assert full_names(Person(family_name="見本", given_name="一郎")) == {"見本一郎"}


def test_who_has_signed_stays_in_the_agreement_as_part_of_the_document_and_the_reviewer_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01")
        signed = await make.in_force(town, "架空電力株式会社")
        party = await AgreementParty.filter(agreement_id=signed.id, organization_id__isnull=False).get()
        await AgreementParty.filter(id=party.id).update(signatory_name="髙見本　一郎")
        await approved(town)
        assert await mentions() == [f"AgreementParty:{party.id} 署名者の氏名"]
        await retention.carry_out(late(SPRING))
        kept = await agreements.AgreementParty.get(id=party.id)
        assert kept.signatory_name == "髙見本　一郎"

    play(story)
