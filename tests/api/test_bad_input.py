"""Whatever is written into a mutation, the answer is a code and a Japanese sentence, and a refusal changes nothing.

The mutations are taken from the live schema, so a new one is tried as soon as it exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_non_null_type,
    is_required_input_field,
)
from tortoise.transactions import in_transaction

from domain import database
from domain.actor import Actor
from tests import make
from tests.api.asking import change, codes
from tests.api.inputs import MUTATIONS, fields_of, kinds_of, pointing, subject_of, undone, versions_in
from tests.api.played.ended import ENDED
from tests.api.played.ground import Ground, Ready, as_found, ground
from tests.api.played.ready import READY
from tests.conftest import Stage

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
INDEX = re.compile(r"\[\d+\]")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def spoilt(gtype: Any) -> Iterator[Any]:
    """Values that are wrong for a type in one way or another, or at the far end of it."""
    yield from (None, {}, [], {"x": 1}, True)
    name = get_named_type(gtype).name
    if name == "ID":
        yield from (str(uuid4()), "", "x", "Lecture:", "Lecture:" + "0" * 36, f"Nothing:{uuid4()}", "Ａ" * 5000, 7)
    elif name == "String":
        yield from ("", " ", "長" * 20_001, "a\u0000b", "a\u202eb", "\ud800", "a\u2028b", SQL, 7)
    elif name == "Int":
        yield from (-1, 0, 2**31 - 1, -(2**31), 2**31, 1.5, "1")
    elif name in ("Date", "DateTime"):
        yield from ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
        yield from ("2026-07-10T13:00:00", "2026-02-30", "令和8年7月10日", "", 7)
    else:
        yield from ("NO_SUCH_VALUE", "", 7)


MAY_BE_BLANK = {
    "label",  # of a feed: who has one needs no name for it
    "names",  # of who comes: an empty line is nobody
    *("attended.jobTitle", "attended.department"),
    *("members.jobTitle", "members.department", "checklist.note"),
    *("idempotencyKey", "number", "purpose", "remark", "remarks", "jobTitle", "place", "equipment", "scenario"),
    "message",  # of a campaign: its letter says what it asks
    *(
        "guardianMailAddress",
        "relationship",
        "conditions",
        "affiliation",
        "nameKana",
        "familyNameKana",
        "givenNameKana",
        "givenName",
    ),
    *("phone", "extension", "mailAddress", "postalCode", "address", "onlineUrl", "industry", "department"),
    *("ceptoar", "ministry", "reachable", "classificationCode"),
    *("nameEnglish", "installer", "ssid", "area", "listNumber", "building", "url"),  # of a network
    *("corporateNumber", "schoolCode", "municipalityCode", "signatoryTitle", "signatures.jobTitle", "login"),
}
"""Texts that may be left empty. Each was looked at; no other takes nothing but blanks."""

NEED_NO_REASON = {"rescheduleLecture", "rescheduleDrill", "rescheduleOutreach", "resignVolunteer"}
"""Mutations that a reason may be given for, but need not."""

MAY_BE_EMPTY = {
    *("missing", "points"),  # of a network: nothing was wanting; all of what was
    "items",
    "policeUnitIds",
    "objectives",
    "differing",
    "attendance",
    "attended",
    "absent",
    "leavingOut",
    "names",
    *("members", "checklist", "moreNumbers"),
    *("hosts", "materials", "contactIds", "officerIds"),
    *(f"criteria.{name}Ids" for name in ("council", "unit", "organization", "onlyUnit", "excluded")),
    *("criteria.sectors", "criteria.kinds", "criteria.roles"),
    *("agenda", "proxies", "resolutions"),
    "attendance.attendeeIds",
    "results",
}
"""Lists in which nothing need stand."""

NUMBERS = {
    "capacity": {2**31 - 1},
    "policeCount": {0},
    **dict.fromkeys(("autoRenewsMonths", "noticeDays"), {0}),
    **dict.fromkeys(("remindDays", "quietFrom", "quietTo"), {0}),
    "differing.minutes": {0},
    **dict.fromkeys(("results.audienceCount", "results.copiesCount", "headCounts.count"), {0}),
    **dict.fromkeys([f"results.{of}Count" for of in ("body", "people", "visitor", "officer", "media")], {0}),
    "materials.copies": {0},
    **dict.fromkeys([f"{of}votes{way}" for of in ("", "resolutions.") for way in ("Against", "Abstained")], {0}),
}
"""Numbers at the far end that are meant: as many seats as one likes, nobody at all, midnight."""

MEANS_ANOTHER = {
    ("holdActivity", "absent"): "attended",
    **dict.fromkeys(
        [(one, "policeUnitId") for one in ("addAgreementParty", "accedeToAgreement", "admitToCouncil")],
        "organizationId",
    ),
    ("reappointRoster", "groupId"): "leavingOut",
    **dict.fromkeys((("recordCouncilResolution", "votesFor"), ("recordCouncilMeeting", "resolutions")), "result"),
}
"""Who is missing among those who stayed away is missing among those who came; one of two bodies is asked for; whoever
is left out of a roster has to stand on it, whichever group that is of; with no votes for it nothing is adopted."""

UNIT_CLOSED = {
    *("establishUnit", "enlistOfficer", "registerOrganization", "establishVolunteerGroup", "recommendVolunteer"),
    *("reappointRoster", "planActivity", "planDrill", "recordHeldDrill", "registerWifiSpot"),
    "establishCouncil",
    *("planOutreach", "recordOutreach"),
}
BODY_GONE = {"planEncounter", "noteEncounter"}
MET_BEFORE = {"recordCouncilMeeting"}
"""A council that was dissolved today may have met yesterday: those who are told to have come are no members of it."""

GONE = {
    *("correctCouncilMembership", "endCouncilMembership", "strikeCouncilMembership", "strikeCouncilResolution"),
    "takeBackCommitmentFulfilment",
    "takeBackResearchOutput",
    "requestLecture",
    "openUnitCalendarFeed",
    "rotateCalendarFeed",
    "revokeCalendarFeed",
}
STAYS_OPEN = {
    *("correctUnit", "correctOfficer", "correctOrganization", "correctEstablishment", "correctContact"),
    *("correctVolunteerGroup", "correctVolunteer", "correctActivity"),
    *("transferOrganization", "recordGuardianConsent", "recordHeldLecture"),
    *("revokeAccessToken", "revokeAccountSessions"),
    *("correctCouncil", "transferCouncil"),
    *("correctWifiSpot", "transferWifiSpot", "correctWifiSurvey", "correctWifiAdvice"),
}
"""What may be put right, handed on or looked back on after the end, or is ended once more without harm."""

ENDS_OTHERWISE: dict[str, str | None] = {
    **dict.fromkeys(UNIT_CLOSED | BODY_GONE | MET_BEFORE, "INVALID"),
    **dict.fromkeys(GONE, "NOT_FOUND"),
    **dict.fromkeys(STAYS_OPEN, None),
}
"""The codes of mutations for which the row that has come to its end is a bad argument, is not there, or does well."""

LEAD_BACK = {"reinstateOrganization", "reinstateEstablishment", "reinstateContact", "recommendVolunteerAgain"}
"""Mutations that lead out of an end; for them what stands is in the wrong state."""


USUAL_AUTHORITY = {"reappointVolunteer", "reappointRoster"}
"""Mutations that know who appoints where nobody is named: whoever did so before."""

NOT_NEEDED = {
    "reason": NEED_NO_REASON,
    "authority": USUAL_AUTHORITY,
    "name": {"admitToCouncil", "nameAgreementParty"},
    "minutesText": {"minuteCouncilMeeting", "recordCouncilMeeting"},
}
"""Texts that some mutations can do without: a member or a party is called what its body is, minutes may be a paper, or
not there yet."""


def may_be_taken(mutation: str, name: str, gtype: Any, bad: Any) -> bool:
    """Whether a value that looks wrong is none. What is not reviewed here must be refused."""
    if gtype is None:
        return False
    if bad is None:
        return not is_non_null_type(gtype)
    if bad is True:
        return bool(get_named_type(gtype).name == "Boolean")
    if isinstance(bad, str):
        not_needed = NOT_NEEDED.get(name, set())
        may_be_blank = name in MAY_BE_BLANK or mutation in not_needed
        return may_be_blank if not bad.strip() else bad == SQL
    return name in MAY_BE_EMPTY if bad in ([], {}) else bad in NUMBERS.get(name, ())


async def fingerprint() -> dict[str, str]:
    """What every table holds, each as one short text."""
    tables = await database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    each = (
        f"SELECT '{one['tablename']}' AS place, md5(string_agg(row::text, '' ORDER BY row::text)) AS state"  # noqa: S608 own tables
        f' FROM "{one["tablename"]}" row'
        for one in tables
    )
    return {row["place"]: row["state"] for row in await database.rows(" UNION ALL ".join(each))}


class _Taken(Exception):
    """Ends the savepoint of an input that was taken, so that the next one finds everything as it was."""


async def asked(actor: Actor, mutation: str, input: dict[str, Any]) -> dict[str, Any]:
    """The answer. What was taken is undone; what a refusal has changed stays, for whoever compares."""
    answers = []
    try:
        async with in_transaction("default"):
            answers.append(await change(actor, mutation, **input))
            if "errors" not in answers[0]:
                raise _Taken
    except _Taken:
        pass
    return answers[0]


@dataclass(frozen=True)
class Spoil:
    """A field of the input, or inside of one of its fields, what stands there instead, and the field's own type."""

    mutation: str
    path: tuple[str, ...]
    type: Any
    bad: Any

    @property
    def may_be_taken(self) -> bool:
        return may_be_taken(self.mutation, ".".join(self.path), self.type, self.bad)

    def is_named_by(self, code: str, field: str | None) -> bool:
        """Whether a refusal means this field: the field itself, the one it stands in, or one that stands in it. What is
        no field at all is one of the input; an id of a row that is not there names nothing where it is the row's own.
        """
        inner = get_named_type(self.type)
        within = inner.fields if isinstance(inner, GraphQLInputObjectType) else {}
        if self.type is None:
            return field == "input"
        if field is None:
            return code == "NOT_FOUND" and self.path == (subject_of(self.mutation),)
        another = MEANS_ANOTHER.get((self.mutation, self.path[0]))
        return {*INDEX.sub("", field).split(".")} <= {*self.path, *within, another}

    def put(self, whole: dict[str, Any]) -> dict[str, Any]:
        """The input with it."""
        name, *inner = self.path
        if not inner:
            return whole | {name: self.bad}
        first, *others = whole[name] if isinstance(whole[name], list) else [whole[name]]
        spoilt_first = first | {inner[0]: self.bad}
        return whole | {name: [spoilt_first, *others] if isinstance(whole[name], list) else spoilt_first}


def wrong_with(mutation: str, answer: dict[str, Any], spoil: Spoil) -> str | None:
    """What is wrong with the answer to an input in which this was spoilt, if anything."""
    told = f"{mutation} {'.'.join(spoil.path)}={str(spoil.bad)[:40]!r}"
    if "errors" not in answer:
        return None if spoil.may_be_taken else f"{told}: taken"
    if not {code for code, _ in codes(answer)} <= KNOWN:
        return f"{told}: {codes(answer)}"
    if not all(JAPANESE.search(one["message"]) for one in answer["errors"]):
        return f"{told}: {[one['message'] for one in answer['errors']]}"
    unnamed = [one for one in codes(answer) if not spoil.is_named_by(*one)]
    return f"{told}: {answer['errors'][0]['message']} {unnamed}" if unnamed else None


def nobodys(name: str, field: Any) -> list[str]:
    """Ids of the right kind that nobody ever had, which is how another's row answers."""
    is_id = get_named_type(field.type).name == "ID"
    return [f"{kind}:{uuid4()}" for kind in kinds_of(name)] if is_id else []


def spoils(mutation: str, whole: dict[str, Any]) -> Iterator[Spoil]:
    """Each field spoilt in each way, one at a time; also those inside of an input of its own."""
    for name, field in fields_of(mutation).items():
        yield from (Spoil(mutation, (name,), field.type, bad) for bad in (*spoilt(field.type), *nobodys(name, field)))
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType) and whole[name]:
            for key, part in inner.fields.items():
                bads = (*spoilt(part.type), *nobodys(key, part))
                yield from (Spoil(mutation, (name, key), part.type, bad) for bad in bads)


async def left_out(ready: Ready, mutation: str, whole: dict[str, Any]) -> list[str | None]:
    """What is wrong with the answers where nothing is given, one field is not, or one is given that there is not."""
    odd = Spoil(mutation, ("noSuchField",), None, 1)
    nothing = Spoil(mutation, (*fields_of(mutation),), MUTATIONS[mutation].args["input"].type, None)
    wrong = [
        wrong_with(mutation, await asked(ready.actor, mutation, {}), nothing),
        wrong_with(mutation, await asked(ready.actor, mutation, whole | {"noSuchField": 1}), odd),
    ]
    for name, field in fields_of(mutation).items():
        less = {key: value for key, value in whole.items() if key != name}
        gtype = field.type if is_required_input_field(field) else get_nullable_type(field.type)
        missing = Spoil(mutation, (name,), gtype, None)
        wrong.append(wrong_with(mutation, await asked(ready.actor, mutation, less), missing))
    return wrong


@pytest.fixture
def on(stage: Stage) -> Ground:
    """Founded outside of what is undone, so that it still stands for the next mutation."""
    return stage.play(ground(), empty=False)


ONE_IN = 4
"""So many spoilt inputs there are for each that is tried where not all are: of each field some, of each value some."""


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_a_spoilt_field_is_refused_because_of_itself_and_changes_nothing(
    stage: Stage, on: Ground, mutation: str, full: bool
) -> None:
    first, step = (0, 1) if full else (len(mutation) % ONE_IN, ONE_IN)

    async def story() -> None:
        ready = await READY[mutation](on)
        whole = await ready.whole(mutation)
        taken = await asked(ready.actor, mutation, whole)
        assert "errors" not in taken, taken
        before = await fingerprint()
        wrong = await left_out(ready, mutation, whole)
        for one in islice(spoils(mutation, whole), first, None, step):
            wrong.append(wrong_with(mutation, await asked(ready.actor, mutation, one.put(whole)), one))
        assert [one for one in wrong if one] == []
        assert await fingerprint() == before

    stage.play(undone(story), empty=False)


def test_every_mutation_has_a_state_in_which_its_usual_input_is_taken() -> None:
    assert set(READY) == set(MUTATIONS)


def kind_ended(mutation: str, ready: Ready) -> str | None:
    """The kind of row that the mutation is about, where such a row comes to an end."""
    subject = subject_of(mutation)
    kind = pointing(subject, ready.ids).partition(":")[0] if subject else None
    return kind if kind in ENDED else None


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_what_has_come_to_its_end_is_left_alone(stage: Stage, on: Ground, mutation: str) -> None:
    async def story() -> None:
        ready = await READY[mutation](on)
        kind = kind_ended(mutation, ready)
        if kind is None:
            return
        over = await (as_found() if mutation in LEAD_BACK else ENDED[kind])(on)
        ids = ready.ids | {kind: over.ids[kind]}
        subject = {subject_of(mutation): f"{kind}:{ids[kind]}"} | await versions_in(mutation, ids)
        actor = make.at(ready.actor, max(ready.actor.now, over.actor.now))
        before = await fingerprint()
        answer = await asked(actor, mutation, await ready.whole(mutation) | subject)
        found = codes(answer)[0][0] if "errors" in answer else None
        assert found == ENDS_OTHERWISE.get(mutation, "WRONG_STATE"), answer
        assert await fingerprint() == before

    stage.play(undone(story), empty=False)
