"""The desk's two books over GraphQL: the post and the journal."""

from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType

from api.desk_books import NAMES
from api.reading.declarations import entity_of
from api.reading.readable import readable
from api.schema import schema
from domain import accounts, agreements, drills, gathering, lectures, outbox, tokens
from domain.actor import Role
from domain.history import KEYS, SCOPES
from domain.outbox import Letter
from tests import make
from tests.api.asking import ask, codes, read
from tests.make import Town

POST = """query($filter: LetterFilter) { letters(filter: $filter) { edges { node {
    kind status attempts lastError toAddress person { familyName } appointment { title } unit { name }
} } } }"""
JOURNAL = """query($filter: JournalFilter) { journal(filter: $filter) { edges { node {
    nodeId fact role before after person { id }
} } } }"""


async def posted(actor: Any, **filter: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in (await read(actor, POST, filter=filter))["letters"]["edges"]]


async def journal(actor: Any, **filter: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in (await read(actor, JOURNAL, filter=filter))["journal"]["edges"]]


def test_the_desk_sees_which_letters_wait_have_left_and_were_given_up_with_the_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        [waiting] = await posted(town.officer, status=["DUE"])
        assert waiting == {
            "kind": "lecture-received",
            "status": "DUE",
            "attempts": 0,
            "lastError": None,
            "toAddress": "teacher@school.example",
            "person": {"familyName": "例塚"},
            "appointment": {"title": "見本市立見本小学校 SNSの安全な使い方"},
            "unit": {"name": "青浜第1警察署"},
        }
        letter = await Letter.get()
        await outbox.mark_failed(town.officer.now, letter.id, "550 no such user", for_good=True)
        [lost] = await posted(town.officer, status=["GIVEN_UP"])
        assert (lost["attempts"], lost["lastError"]) == (1, "550 no such user")
        [told] = await posted(town.officer, status=["DUE", "SENT", "SPARED"])
        assert (told["kind"], told["status"], told["person"]) == ("letter-returned", "DUE", None)
        about = f"Appointment:{lecture.appointment_id}"
        assert len(await posted(town.hq, appointment=about, person=f"Person:{letter.person_id}")) == 1
        assert await posted(town.other_officer) == []

    play(story)


def test_the_desk_sees_which_letters_another_one_has_taken_in(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        await make.invited(town.officer, drill)
        await drills.correct(town.officer, drill.id, place="青浜市民会館")
        await gathering.settle(town.officer.now + timedelta(minutes=5), gathering.Gathering(timedelta(minutes=5)))
        assert [letter["kind"] for letter in await posted(town.officer, status=["DUE"])] == ["drill-invitation"]
        assert [letter["kind"] for letter in await posted(town.officer, status=["SPARED"])] == ["drill-invitation"]
        assert await posted(town.officer, status=["SENT", "GIVEN_UP"]) == []

    play(story)


def test_the_history_of_a_row_tells_who_did_what_in_the_words_of_its_type(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.accept(make.at(town.officer, town.officer.now + timedelta(minutes=1)), lecture.id)
        last, first = await journal(town.officer, node=f"Lecture:{lecture.id}")
        assert last == {
            "nodeId": f"Lecture:{lecture.id}",
            "fact": "lecture-accepted",
            "role": "STATION_LIAISON",
            "before": {"status": "RECEIVED"},
            "after": {"status": "ACCEPTED"},
            "person": {"id": f"Person:{town.officer.person_id}"},
        }
        assert first["after"]["school"] == f"Organization:{lecture.school_id}"
        assert first["after"]["expectedCount"] == 60
        assert await journal(town.other_officer, node=f"Lecture:{lecture.id}") == []
        assert await journal(town.officer, node="Lecture:x") == []

    play(story)


def test_the_history_says_what_each_value_is_called_and_of_what_is_left_out_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        await lectures.refuse(town.officer, lecture.id, reason="日程が合わない")
        asked = "query($node: ID) { journal(filter: {node: $node}) { edges { node { before after labels } } } }"
        found = await read(town.officer, asked, node=f"Lecture:{lecture.id}")
        last, first = [edge["node"] for edge in found["journal"]["edges"]]
        assert last["labels"] == {"status": "状態", "reason": "理由"}
        assert first["labels"].keys() == first["after"].keys()
        assert (first["labels"]["school"], first["labels"]["expectedCount"]) == ("学校", "予定人数")

    play(story)


def test_columns_that_no_type_shows_are_left_out_of_the_history(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        [entry] = await journal(town.officer, node=f"Organization:{body.id}")
        assert entry["after"]["name"] == "架空電力株式会社"
        assert {"search", "kanaOrder", "kana_order", "identity"} & set(entry["after"]) == set()

    play(story)


def test_a_role_reads_in_the_history_what_it_reads_in_the_row_and_no_more() -> None:
    seen = {role: readable(schema._schema, role) for role in Role}
    assert seen[Role.HQ_LIAISON]["Lecture"]["remarks"] == ("remarks", None)
    assert seen[Role.HQ_LIAISON]["GuardianConsent"]["guardian_name"] == ("guardianName", None)
    assert "remarks" not in seen[Role.SCHOOL]["Lecture"]
    assert "family_name" not in seen[Role.STATISTICIAN]["Person"]
    assert "guardian_name" not in seen[Role.ADMIN].get("GuardianConsent", {})


def test_an_administrator_reads_who_changed_which_way_in_without_what_opens_it(play: Any) -> None:
    async def story(town: Town) -> None:
        person = await make.officer(town.admin, town.station, mail_address="seven@police.aohama.example")
        account = await accounts.invite(town.admin, person_id=person.id, role=Role.STATION_LIAISON)
        token, secret = await tokens.issue(town.admin, person_id=person.id, role=Role.STATION_LIAISON, label="集計")
        [invited] = await journal(town.admin, node=f"Account:{account.id}", fact=["account-offered"])
        assert invited["nodeId"] == f"Account:{account.id}"
        assert invited["after"]["login"] == "seven@police.aohama.example"
        [issued] = await journal(town.admin, node=f"AccessToken:{token.id}")
        assert (issued["fact"], issued["nodeId"]) == ("token-issued", f"AccessToken:{token.id}")
        assert (issued["after"]["label"], issued["person"]) == ("集計", {"id": f"Person:{town.admin.person_id}"})
        told = str(await journal(town.admin))
        assert [one for one in (secret, token.sha256, "sha256", "generation", "password") if one in told] == []
        assert await journal(town.hq, node=f"Account:{account.id}") == []
        assert await journal(town.hq, node=f"AccessToken:{token.id}") == []

    play(story)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER])
def test_an_outsider_asks_for_the_books_in_vain(play: Any, role: Role) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        await make.lecture(town.officer, school=body, contact=teacher)
        outsider = make.outsider(town.officer, role, teacher)
        assert await read(outsider, "{ letters { totalCount } journal { totalCount } }") == {
            "letters": {"totalCount": 0},
            "journal": {"totalCount": 0},
        }
        refused = await ask(outsider, "{ journal { edges { node { after } } } }")
        assert codes(refused) == [("NOT_ALLOWED", "after")]

    play(story)


def test_every_row_of_the_journal_is_found_under_its_node_id() -> None:
    types = schema._schema.type_map
    for model in (*SCOPES, *KEYS):
        gtype = types[NAMES.get(model.__name__, model.__name__)]
        entity = entity_of(gtype)
        assert isinstance(gtype, GraphQLObjectType)
        assert entity is not None
        assert entity.model is model


def test_who_took_a_party_out_of_a_draft_is_told_with_the_agreement(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer, "架空電力株式会社", "見本信用金庫")
        party = (await agreements.parties_visible_to(town.officer).filter(organization_id__isnull=False))[0]
        await agreements.remove_party(town.officer, party.id)
        told = await journal(town.officer, node=f"Agreement:{draft.id}", fact=["agreement-party-removed"])
        assert [entry["person"]["id"] for entry in told] == [f"Person:{town.officer.person_id}"]

    play(story)
