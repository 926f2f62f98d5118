"""A mutation is the domain's verb at the door: its input, its refusal, its answer read after the commit."""

import asyncio
from datetime import timedelta
from typing import Any

from api.mutations import NO_CASES
from api.schema import schema
from domain.actor import Role
from domain.journal import Entry
from domain.lectures import Lecture, LectureStatus
from domain.organizations import Organization
from domain.outbox import Letter
from domain.people import Person
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town


def test_an_officer_takes_in_a_request_and_reads_it_back(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        answer = await change(
            town.officer,
            "requestLecture",
            "lecture { status version theme school { name } allowedTransitions totalParticipants }",
            schoolId=f"Organization:{body.id}",
            contactId=f"Contact:{teacher.id}",
            theme="SNSの安全な使い方",
            audience="PUPIL_ELEM",
            expectedCount=60,
            startsAt="2026-07-15T13:00:00+09:00",
            endsAt="2026-07-15T13:50:00+09:00",
        )
        assert answer["data"]["requestLecture"]["lecture"] == {
            "status": "RECEIVED",
            "version": 1,
            "theme": "SNSの安全な使い方",
            "school": {"name": "見本市立見本小学校"},
            "allowedTransitions": ["ACCEPTED", "REFUSED", "WITHDRAWN"],
            "totalParticipants": 0,
        }

    play(story)


def test_a_refusal_carries_its_code_its_field_and_a_japanese_sentence(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        answer = await change(town.officer, "cancelLecture", lectureId=f"Lecture:{lecture.id}", reason="悪天候")
        assert codes(answer) == [("WRONG_STATE", "status")]
        assert "進める先: 受理・不受理・取下げ" in answer["errors"][0]["message"]
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.RECEIVED

    play(story)


def test_another_stations_row_a_missing_one_and_an_id_of_another_kind_answer_alike(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        ids = [f"Lecture:{lecture.id}", f"Lecture:{town.station.id}", f"Drill:{lecture.id}", "x"]
        answers = [await change(town.other_officer, "acceptLecture", lectureId=id) for id in ids]
        assert {tuple(codes(answer)) for answer in answers[:2]} == {(("NOT_FOUND", None),)}
        assert {codes(answer)[0][0] for answer in answers} == {"NOT_FOUND"}
        assert (await Lecture.get(id=lecture.id)).status is LectureStatus.RECEIVED

    play(story)


def test_what_may_not_be_selected_keeps_the_verb_from_running(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        lecture = await make.lecture(town.officer, school=body, contact=teacher)
        asking = make.outsider(town.officer, Role.SCHOOL, teacher)
        entries = await Entry.all().count()
        answer = await change(
            asking,
            "withdrawLecture",
            "lecture { id totalParticipants }",
            lectureId=f"Lecture:{lecture.id}",
            reason="行事の変更",
        )
        assert codes(answer)[0][0] == "NOT_ALLOWED"
        assert await Entry.all().count() == entries

    play(story)


def test_what_is_left_out_of_a_correction_stays_and_null_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer, phone="000-0000-0007", address="見本市1-1")
        given = {"organizationId": f"Organization:{body.id}", "version": 1}
        answer = await change(town.officer, "correctOrganization", address=None, **given)
        assert codes(answer) == [("INVALID", "address")]
        await change(town.officer, "correctOrganization", phone="000-0000-0008", **given)
        row = await Organization.get(id=body.id)
        assert (row.phone, row.address, row.version) == ("000-0000-0008", "見本市1-1", 2)

    play(story)


def test_the_same_key_again_has_one_effect_and_the_same_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        input = {"kind": "COMPANY", "name": "架空電力株式会社", "idempotencyKey": "k-1"}
        first = await change(town.officer, "registerOrganization", "organization { id }", **input)
        again = await change(town.officer, "registerOrganization", "organization { id }", **input)
        assert first == again
        other = await change(town.officer, "registerOrganization", **{**input, "name": "例示ガス株式会社"})
        assert codes(other) == [("CONFLICT", "idempotencyKey")]
        assert await Organization.all().count() == 1

    play(story)


def test_concurrent_twins_of_one_key_have_one_effect(play: Any) -> None:
    async def story(town: Town) -> None:
        input = {"kind": "COMPANY", "name": "架空電力株式会社", "idempotencyKey": "k-1"}
        twins = [change(town.officer, "registerOrganization", "organization { id }", **input) for _ in range(5)]
        answers = await asyncio.gather(*twins)
        assert len({answer["data"]["registerOrganization"]["organization"]["id"] for answer in answers}) == 1
        assert await Organization.all().count() == 1

    play(story)


def test_a_key_is_ones_own_and_holds_for_ever(play: Any) -> None:
    async def story(town: Town) -> None:
        input = {"kind": "COMPANY", "name": "架空電力株式会社", "idempotencyKey": "k-1"}
        shown = "organization { id name }"
        first = await change(town.officer, "registerOrganization", shown, **input)
        theirs = {**input, "name": "例示ガス株式会社"}
        second = await change(town.other_officer, "registerOrganization", shown, **theirs)
        assert second["data"]["registerOrganization"]["organization"]["name"] == "例示ガス株式会社"
        months_later = make.at(town.officer, town.officer.now + timedelta(days=100))
        assert await change(months_later, "registerOrganization", shown, **input) == first
        assert await Organization.all().count() == 2

    play(story)


def test_a_refused_request_may_be_corrected_under_the_same_key(play: Any) -> None:
    async def story(town: Town) -> None:
        input = {"kind": "COMPANY", "idempotencyKey": "k-1"}
        assert codes(await change(town.officer, "registerOrganization", name=" ", **input)) == [("INVALID", "name")]
        answer = await change(town.officer, "registerOrganization", name="架空電力株式会社", **input)
        assert "errors" not in answer

    play(story)


def test_control_and_bidirectional_characters_are_refused_and_rare_kanji_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        for bad in ("a\u0000b", "a\u202eb", "a\nb"):
            answer = await change(town.officer, "registerOrganization", kind="COMPANY", name=bad)
            assert codes(answer)[0][0] == "INVALID"
        assert await Organization.all().count() == 0
        name = '𠮷例(株)"神",髙﨑'
        await change(town.officer, "registerOrganization", kind="COMPANY", name=name)
        assert (await Organization.get()).name == name

    play(story)


def test_an_address_that_no_mail_can_be_sent_to_is_refused_in_words(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        people = await Person.all().count()
        answer = await change(
            town.officer,
            "addContact",
            organizationId=f"Organization:{body.id}",
            role="WORKING",
            familyName="例塚",
            mailAddress="a..b.@docomo.ne.jp",
        )
        assert codes(answer) == [("INVALID", "mailAddress")]
        assert await Person.all().count() == people

    play(story)


def test_officers_are_found_by_name_and_kana_and_may_be_assigned_by_their_officers_id(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(
            town.hq, town.station, family_name="髙見本", given_name="一郎", family_name_kana="タカミモト"
        )
        for text in ("高見本", "たかみもと"):
            found = await read(
                town.officer, "query($t: String) { officers(filter: {text: $t}) { edges { node { id } } } }", t=text
            )
            assert found["officers"]["edges"] == [{"node": {"id": f"Officer:{officer.id}"}}]
        lecture = await make.lecture(town.officer)
        await change(town.officer, "acceptLecture", lectureId=f"Lecture:{lecture.id}")
        answer = await change(
            town.officer, "assignLecturer", lectureId=f"Lecture:{lecture.id}", personId=f"Officer:{officer.id}"
        )
        assert "errors" not in answer
        assert await Letter.filter(person_id=officer.id, kind="lecture-assigned").count() == 1

    play(story)


def test_my_stations_next_thirty_days(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await make.lecture(town.other_officer, school=await make.school(town.other_officer, "例示小学校"))
        agenda = """query($from: DateTime, $before: DateTime) {
          appointments(filter: {startsFrom: $from, startsBefore: $before}, orderBy: STARTS_AT_ASC) {
            totalCount edges { node { title startsAt kind unit { name } } } } }"""
        window = {"from": "2026-07-01T00:00:00+09:00", "before": "2026-07-31T00:00:00+09:00"}
        found = await read(town.officer, agenda, **window)
        assert found["appointments"]["totalCount"] == 1
        assert found["appointments"]["edges"][0]["node"]["unit"] == {"name": "青浜第1警察署"}

    play(story)


def test_a_document_with_a_mistake_is_refused_as_a_whole(play: Any) -> None:
    async def story(town: Town) -> None:
        answer = await ask(town.officer, "mutation { acceptLecture(input: {}) { lecture { id } } }")
        assert codes(answer)[0][0] == "INVALID"
        assert "data" not in answer

    play(story)


def test_a_branch_is_added_corrected_and_closed(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        shown = "establishment { id version name phone retiredOn }"
        made = await change(
            town.officer, "addEstablishment", shown, organizationId=f"Organization:{body.id}", name="見本支店"
        )
        row = made["data"]["addEstablishment"]["establishment"]
        given = {"establishmentId": row["id"]}
        bad = await change(town.officer, "correctEstablishment", shown, version=1, phone="まだ無い", **given)
        assert codes(bad) == [("INVALID", "phone")]
        await change(town.officer, "correctEstablishment", shown, version=1, phone="000-0000-0007", **given)
        closed = await change(town.officer, "retireEstablishment", shown, version=2, on="2026-07-01", **given)
        assert closed["data"]["retireEstablishment"]["establishment"] == {
            "id": row["id"],
            "version": 3,
            "name": "見本支店",
            "phone": "000-0000-0007",
            "retiredOn": "2026-07-01",
        }

    play(story)


def test_line_breaks_as_windows_types_them_are_line_breaks(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        given = {"lectureId": f"Lecture:{lecture.id}"}
        answer = await change(town.officer, "refuseLecture", "lecture { reason }", **given, reason="満席\r\nのため")
        assert answer["data"]["refuseLecture"]["lecture"] == {"reason": "満席\nのため"}

    play(story)


def test_whoever_types_a_text_is_told_that_cases_have_no_place_there() -> None:
    typed = (
        ("NextStepInput", "what"),
        ("EnterAgreementCommitmentInput", "what"),
        ("ItemCheckedInput", "note"),
        ("CarryOverImprovementInput", "objective"),
        ("RecordGuardianConsentInput", "conditions"),
        ("PlanJointResearchInput", "theme"),
        ("DraftNoticeInput", "title"),
        ("WriteCouncilInformationInput", "title"),
    )
    inputs = schema._schema.type_map
    for name, field in typed:
        assert inputs[name].fields[field].description == NO_CASES, (name, field)
    assert all(
        field.description
        for name, shape in inputs.items()
        if name.endswith("Input")
        for typed, field in shape.fields.items()
        if typed == "title"
    )
    assert inputs["PlanEncounterInput"].fields["theme"].description is None, "which is chosen, not typed"
