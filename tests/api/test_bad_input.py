"""Whatever is written into a mutation, the answer is a code and a Japanese sentence, and a refusal changes nothing.

The mutations are taken from the live schema, so a new one is tried as soon as it exists.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import get_named_type, is_non_null_type

from domain.actor import Actor
from domain.journal import Entry
from domain.outbox import Letter
from tests import make
from tests.api.asking import change, codes
from tests.api.inputs import (
    MUTATIONS,
    fields_of,
    kinds_of,
    places,
    rows_of,
    undone,
    usual_input,
    versions_in,
)
from tests.make import Town

KNOWN = {
    "UNAUTHENTICATED",
    "NOT_FOUND",
    "NOT_ALLOWED",
    "WRONG_STATE",
    "CONFLICT",
    "INVALID",
    "INCOMPLETE",
    "TOO_LARGE",
    "RATE_LIMITED",
}
SQL = "'; drop table person; --"
"""Awkward, but a text like any other."""
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def readings(mutation: str, ids: dict[str, UUID]) -> Iterator[dict[str, UUID]]:
    """The rows, and again without those that an argument which may mean two kinds would have meant first."""
    yield ids
    firsts = {kinds[0] for _, name in places(fields_of(mutation)) if len(kinds := kinds_of(name)) > 1}
    if firsts:
        yield {kind: id for kind, id in ids.items() if kind not in firsts}


def spoilt(gtype: Any) -> Iterator[Any]:
    """Values that are wrong for a type in one way or another, or at the far end of it."""
    yield from (None, {}, [], {"x": 1}, True)
    name = get_named_type(gtype).name
    if name == "ID":
        yield from ("", "x", "Lecture:", "Lecture:" + "0" * 36, f"Nothing:{uuid4()}", "Ａ" * 5000, 7)
    elif name == "String":
        yield from ("", " ", "長" * 20_001, "a\u0000b", "a\u202eb", "\ud800", "a\u2028b", SQL, 7)
    elif name == "Int":
        yield from (-1, 0, 2**31 - 1, -(2**31), 2**31, 1.5, "1")
    elif name in ("Date", "DateTime"):
        yield from ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
        yield from ("2026-07-10T13:00:00", "2026-02-30", "令和8年7月10日", "", 7)
    else:
        yield from ("NO_SUCH_VALUE", "", 7)


Bad = tuple[str, Any] | None
"""The field that was spoilt, and with what."""

MAY_BE_BLANK = {
    *("idempotencyKey", "number", "purpose", "remark", "remarks", "jobTitle", "place", "equipment", "scenario"),
    *("relationship", "conditions", "affiliation", "nameKana", "familyNameKana", "givenNameKana", "givenName"),
    *("phone", "extension", "mailAddress", "postalCode", "address", "onlineUrl", "industry", "department"),
    *("corporateNumber", "schoolCode", "municipalityCode", "signatoryTitle", "qualification"),
}
"""Texts that may be left empty. Each was looked at; no other takes nothing but blanks."""

NEED_NO_REASON = {"rescheduleLecture"}
"""Mutations that a reason may be given for, but need not."""

MAY_BE_EMPTY = {
    "items",
    "policeUnitIds",
    "objectives",
    "differing",
    "attendance",
    "attended",
    "absent",
    "leavingOutIds",
}
"""Lists in which nothing need stand."""

NUMBERS = {"capacity": {2**31 - 1}}
"""Numbers at the far end that are meant: as many seats as one likes."""


def may_be_taken(mutation: str, name: str, bad: Any) -> bool:
    """Whether a value that looks wrong is none. What is not reviewed here must be refused."""
    field = fields_of(mutation).get(name)
    if field is None:
        return False
    if bad is None:
        return not is_non_null_type(field.type)
    if isinstance(bad, str):
        may_be_blank = name in MAY_BE_BLANK or name == "reason" and mutation in NEED_NO_REASON
        return may_be_blank if not bad.strip() else bad == SQL
    return name in MAY_BE_EMPTY if bad == [] else bad in NUMBERS.get(name, set())


async def traces() -> tuple[int, int]:
    return await Entry.all().count(), await Letter.all().count()


async def judged(actor: Actor, mutation: str, input: dict[str, Any], bad: Bad = None) -> str | None:
    """What is wrong with the answer, if anything."""
    return await undone(lambda: _judged(actor, mutation, input, bad))


async def _judged(actor: Actor, mutation: str, input: dict[str, Any], bad: Bad) -> str | None:
    before = await traces()
    answer = await change(actor, mutation, **input)
    if "errors" not in answer:
        return None if bad is None or may_be_taken(mutation, *bad) else f"{mutation}: took {bad}"
    found = {code for code, _ in codes(answer)}
    if not found <= KNOWN:
        return f"{mutation} {input}: {found}"
    if not all(JAPANESE.search(one["message"]) for one in answer["errors"]):
        return f"{mutation} {input}: {answer['errors']}"
    return None if await traces() == before else f"{mutation} {input}: refused, and yet something changed"


def inputs_of(mutation: str, ids: dict[str, UUID], versions: dict[str, int]) -> Iterator[tuple[dict[str, Any], Bad]]:
    """The usual input with one field left out or spoilt at a time, and with what."""
    fields, whole = fields_of(mutation), usual_input(mutation, ids) | versions
    yield {}, None
    for name, field in fields.items():
        yield {key: value for key, value in whole.items() if key != name}, None
        for bad in spoilt(field.type):
            yield whole | {name: bad}, (name, bad)
    yield whole | {"noSuchField": 1}, None


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_a_bad_input_is_refused_in_words_and_changes_nothing(play: Any, mutation: str) -> None:
    async def story(town: Town) -> None:
        ids = await rows_of(town.officer, town, "見本小学校")
        later = make.at(town.hq, town.hq.now + timedelta(seconds=1))
        actor = town.admin if "Unit" in mutation or "Token" in mutation else later
        inputs = [
            one
            for rows in readings(mutation, ids)
            for one in inputs_of(mutation, rows, await versions_in(mutation, rows))
        ]
        wrong = [await judged(actor, mutation, input, bad) for input, bad in inputs]
        assert [one for one in wrong if one] == []

    play(story)


def test_both_kinds_of_participation_are_tried(play: Any) -> None:
    async def story(town: Town) -> None:
        ids, mutation = await rows_of(town.officer, town, "見本小学校"), "releaseFromActivity"
        tried = [usual_input(mutation, one)["participationId"] for one in readings(mutation, ids)]
        kinds = ("DrillParticipation", "ActivityParticipation")
        assert tried == [f"{kind}:{ids[kind]}" for kind in kinds]

    play(story)


REACHED = {
    *("addContact", "correctContact", "retireContact", "correctEstablishment", "retireEstablishment"),
    *("retireOrganization", "correctUnit", "retireUnit", "enlistOfficer"),
    *("correctAgreement", "correctAgreementNumber", "negotiateAgreement", "terminateAgreement"),
    *("withdrawAgreementProposal", "rotateCalendarFeed", "revokeCalendarFeed"),
    *("requestLecture", "assignLecturer", "releaseLecturer", "confirmLecture", "postponeLecture", "rescheduleLecture"),
    *("cancelLecture", "withdrawLecture", "appointVolunteer", "rejectVolunteer"),
    *("planActivity", "correctActivity", "confirmActivity", "rescheduleActivity", "cancelActivity"),
    *("planDrill", "correctDrill", "correctDrillParticipation", "postponeDrill", "callOffDrill"),
}
"""Mutations that take the usual input whole, so that a spoilt field is what they refuse."""


def test_the_usual_input_is_one_that_is_taken(play: Any) -> None:
    async def story(town: Town) -> None:
        ids = await rows_of(town.officer, town, "見本小学校")
        later = make.at(town.hq, town.hq.now + timedelta(seconds=1))
        taken = set()
        for mutation in MUTATIONS:
            actor = town.admin if "Unit" in mutation or "Token" in mutation else later
            whole = usual_input(mutation, ids) | await versions_in(mutation, ids)
            if await judged(actor, mutation, whole, ("noSuchField", 1)) is not None:
                taken.add(mutation)
        assert taken >= REACHED

    play(story)
