"""Ways to the server: what is read is one statement for each root field, whatever is asked below it and however much
there is; a change takes a number of them that is written down here, so that it does not grow unseen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from operator import eq
from string import Template
from typing import Any

import httpx
import pytest
from graphql import GraphQLField, get_named_type, is_leaf_type, is_non_null_type, is_object_type

from api import questions
from api.allowance import UNLIMITED
from api.reading.declarations import Pages, how_of
from api.schema import schema
from domain import answering, campaigns, encounters, organizations, retention, statistics
from domain.actor import Actor, Role
from domain.answering import AnswerAddressKind
from domain.audience import AudienceCriteria
from domain.encounters import EncounterKind, NextStep, ReportRead
from domain.organizations import Contact, Organization, OrganizationKind
from domain.outbox import Letter
from domain.retention import ErasureList
from domain.rights import may_read
from domain.watching import SHARES, SHOWN
from tests import make
from tests.api import test_callers as door
from tests.api.asking import change, codes
from tests.api.inputs import merged_into
from tests.api.situations import NINE_YEARS, Crowd, founded
from tests.domain.notices import telling
from tests.make import Town
from tests.statements import spoken

ROOTS = schema._schema.query_type.fields if schema._schema.query_type else {}
COUNTED_APART: Mapping[str, tuple[str, int]] = {
    "statistics": ('(period: "2026Q2", fresh: true) { figures(byKind: true) { unitName measure kind value } }', 7),
    "statisticsRecords": ('(measure: "AGREEMENTS_IN_FORCE", unitId: "$unit", period: "2026Q2")', 7),
    "worklist": ("{ totalCount overdueCount counts { kind count } items { kind subject title why } }", 8),
    "relationships": ("{ name grade reasons { kind day told } }", 7),
    "commitmentsKept": ("{ title owed fulfilled missing }", 5),
    "possibleDuplicates": ("{ organizationName otherName reasons }", 5),
    "possibleSameContacts": ('(organizationId: "$body") { contactId otherId }', 7),
    "noticeAddressees": ('(notice: "$notice") { bodyCount byLetter bodies { name because reach } }', 12),
    "audience": ("(criteria: { kinds: [COMPANY] }) { bodyCount contactCount bodies { name contacts reach } }", 6),
    "campaignAudience": ('(campaignId: "$draft") { bodyCount contactCount bodies { name contacts reach } }', 10),
    "campaignReach": ('(campaignId: "$sent") { by label asked reached percent }', 7),
    "staleContacts": ("{ unit name contacts stale }", 5),
}
"""Found by statements of their own: what is asked of each, and how many those are for whatever is there, with the one
that finds out who asks."""

ENDLESS_BUT_SHARES = UNLIMITED._replace(shares=SHARES)

FINDING, NOTING, SHARE = "SELECT *, ROW(role", 'UPDATE "token" SET "last_used_at"', SHOWN.strip()
"""What finds out who asks; at their first question, what notes that they came, and what tells how many they were shown.
"""

READING, SINCE = "SELECT CASE WHEN set_config", "SELECT CASE WHEN NOT pg_is_in_recovery()"
"""What reads, and what reads and tells the state of the database that it is true of."""

BEGIN, LOOK, COMMIT = "BEGIN READ WRITE", "INSERT INTO look", "COMMIT"
"""What writing down takes that personal data was shown; where none was found there is nothing to write."""

OF_WHICH_A_PREFECTURE_HAS_ONE = {"noticeRules", "thresholds"}


def selected(role: Role, field: GraphQLField, depth: int) -> str:
    """All leaves that the role may read, and what hangs on them so far down; of lists the first two."""
    named = get_named_type(field.type)
    if not is_object_type(named):
        return "{ id }" if named.name == "Node" else ""
    seen = {name: below for name, below in named.fields.items() if may_ask(role, named, below)}
    inner = (f"{name}{chosen}" for name, below in seen.items() if (chosen := _chosen(role, below, depth)) is not None)
    return f" {{ {' '.join(inner)} }}"


def may_ask(role: Role, parent: Any, field: GraphQLField) -> bool:
    how = how_of(parent, field)
    is_in_order = not isinstance(how, Pages) or may_read(role, how.order.data)
    return how is None or (may_read(role, how.data) and is_in_order)


def _chosen(role: Role, field: GraphQLField, depth: int) -> str | None:
    if any(is_non_null_type(argument.type) for argument in field.args.values()):
        return None
    if is_leaf_type(get_named_type(field.type)):
        return ""
    if depth == 0 or not is_object_type(get_named_type(field.type)):
        return None
    wrapping = get_named_type(field.type).name.endswith(("Connection", "Edge", "PageInfo"))
    arguments = "(first: 2)" if "first" in field.args else ""
    return arguments + selected(role, field, depth if wrapping else depth - 1)


async def document(crowd: Crowd, actor: Actor, root: str) -> str | None:
    """The field with all that the actor may ask below it: a list with what hangs on its rows, or a row that they see;
    nothing where they see none."""
    taken, named = ROOTS[root].args, get_named_type(ROOTS[root].type).name
    below = selected(actor.role, ROOTS[root], depth=2 if "first" in taken else 1)
    if "id" not in taken:
        return f"{{ {root}{'(first: 60)' if 'first' in taken else ''}{below} }}"
    kind = "Unit" if named == "Node" else named
    seen = await crowd.seen(actor, kind)
    return f'{{ {root}(id: "{kind}:{seen[0].id}"){below} }}' if seen else None


def spoken_for(said: list[str]) -> Counter[str]:
    """How many statements of each kind there were; whatever is of none stands for itself."""
    known = (FINDING, NOTING, SHARE, READING, SINCE, BEGIN, LOOK, COMMIT)
    return Counter(next((one for one in known if text.strip().startswith(one)), text) for text in said)


def readings(said: list[str]) -> int | None:
    """How many statements read; nothing where another was said than those and what a look takes for some of them."""
    told = spoken_for(said)
    looked = told[READING]  # what shows nobody in particular is asked again, and not anew
    besides = {BEGIN: looked, COMMIT: looked, LOOK: min(told[LOOK], looked)}
    return looked + told[SINCE] if told == Counter({READING: looked, SINCE: told[SINCE]} | besides) else None


def lengths(answer: Any, place: str = "") -> Iterator[tuple[str, int]]:
    """How many rows each list has that was answered, by where it stands."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from lengths(value, f"{place}.{name}".lstrip("."))
    elif isinstance(answer, list):
        yield place, len(answer)
        for value in answer:
            yield from lengths(value, place)


async def filled_up(town: Town) -> None:
    """Of what the crowd has too little to count by: a second one of each list, and what hangs on nothing else there."""
    officer, first = town.officer, await Contact.filter(unit_id=town.officer.unit_id).order_by("id").first()
    assert first is not None
    at_home = {"kind": AnswerAddressKind.ALIAS, "mail_address": "rei@home.example"}
    await answering.allow(officer, person_id=first.person_id, **at_home)
    body = await make.company(officer, "例示造船株式会社")
    branch = await organizations.register(
        officer, kind=OrganizationKind.COMPANY, name="例示造船西日本", parent_organization_id=body.id
    )
    await merged_into(town.hq, officer, branch)
    visited = await make.encounter(officer, body=body, kind=EncounterKind.VISIT)
    await encounters.check_many(town.hq, reports=[ReportRead(visited.id)])
    called = await make.contact(officer, body, mail_address="", phone="000-0000-0001")
    await make.planned_encounter(town.hq, body=body)
    await make.planned_encounter(officer, body=body)
    await telling.sent(officer, called)
    only = AudienceCriteria(organization_ids=[body.id])
    asking = await make.campaign(officer, criteria=only)
    await campaigns.send(officer, asking.id, version=asking.version, leaves_out_asked=False)
    event = await make.outreach_event(officer, title="親子のセミナー")
    await make.activity(officer, outreach_event_id=event.id)
    await statistics.compute_quarter(officer.now + timedelta(days=100))
    late = officer.now + NINE_YEARS
    await retention.review(make.at(town.hq, late), (await ErasureList.get(prefecture_id=officer.prefecture_id)).id)
    gone = await make.contact(officer, body, family_name="試塚")
    await organizations.retire_contact(officer, gone.id, version=gone.version, on=officer.today)
    await retention.draw_up(late)


def test_each_root_field_is_one_reading_statement_and_what_a_look_takes_in_the_whole_request(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the door, by somebody of each role, where there are several rows of each list and some of whatever hangs
    on one: a statement for each row would be one more. What is kept of answers is tried elsewhere (test_questions)."""
    monkeypatch.setattr(questions.ANSWERS, "room", 0)

    async def story(town: Town) -> tuple[dict[str, set[int | None]], Counter[str]]:
        crowd, rows = await founded(town), Counter[str]()
        await filled_up(town)
        counted: dict[str, set[int | None]] = defaultdict(set)
        keys = {role: await door.token(town, actor) for role, actor in crowd.actors.items()}
        for role, actor in crowd.actors.items():
            async with door.asking(keys[role], budgets=ENDLESS_BUT_SHARES) as client:
                with spoken() as said:
                    await door.ask(client, door.UNITS)
                at_first = [FINDING, NOTING, *([SHARE] if role in SHARES else []), SINCE]
                assert spoken_for(said) == Counter(at_first), role
                for root in ROOTS.keys() - COUNTED_APART.keys():
                    if (asked := await document(crowd, actor, root)) is None:
                        continue
                    with spoken() as said:
                        answer = await door.ask(client, asked)
                    assert "errors" not in answer, (role, root, answer["errors"])
                    assert answer["data"][root] is not None, (role, asked)
                    anew = [text for text in said if text.startswith(FINDING)]
                    assert len(anew) == (root == "me"), (role, root)  # that alone is answered by a resolver
                    counted[root].add(readings([text for text in said if text not in anew]))
                    for place, number in lengths(answer["data"]):
                        rows[place] = max(rows[place], number)
        return counted, rows

    counted, rows = play(story)
    assert counted.pop("me") == {2, 3}  # the person and the unit each by itself, and a guest's body
    assert counted == dict.fromkeys(ROOTS.keys() - COUNTED_APART.keys() - {"me"}, {1})
    lists = {place: number for place, number in rows.items() if place.endswith("edges")}
    roots = {place.removesuffix(".edges"): number for place, number in lists.items() if place.count(".") == 1}
    assert {root for root, number in roots.items() if number < 2} == OF_WHICH_A_PREFECTURE_HAS_ONE
    assert [place for place, number in lists.items() if place.startswith(tuple(roots)) and not number] == []


async def more_there(town: Town, *names: str) -> None:
    """Of whatever is counted apart, so much more: what is in force and promised, whom nobody has met since, what waits,
    bodies that may be the same, and people who may be the same of the first of them."""
    for name in names:
        agreement = await make.in_force(town, name, expires_on=None)
        await make.commitment(town.officer, agreement)
        twin = await make.company(town.officer, f"㈱{name}")
        first = await Organization.filter(kind=OrganizationKind.COMPANY).order_by("created_at").first()
        assert first is not None
        await make.contact(town.officer, first, given_name="惠")
        await make.contact(town.officer, await Organization.get(name=name))
        await make.encounter(town.officer, body=twin, next_step=NextStep("資料を届ける", town.officer.today))


async def asked_of(town: Town) -> dict[str, str]:
    """The documents of what is counted apart."""
    first = await Organization.filter(kind=OrganizationKind.COMPANY).order_by("created_at").first()
    assert first is not None
    everyone = AudienceCriteria(kinds=[OrganizationKind.COMPANY])
    notice = await telling.drafted(town.officer, criteria=everyone)
    sent = await make.campaign(town.officer)
    await campaigns.send(town.officer, sent.id, version=sent.version, leaves_out_asked=True)
    draft = await make.campaign(town.officer, criteria=everyone)
    ids = {"unit": town.station, "body": first, "notice": notice, "sent": sent, "draft": draft}
    named = {name: f"{type(row).__name__}:{row.id}" for name, row in ids.items()}
    return {root: f"{{ {root}{Template(asked).substitute(named)} }}" for root, (asked, _) in COUNTED_APART.items()}


async def ways(client: httpx.AsyncClient, documents: Mapping[str, str]) -> dict[str, tuple[int, Any]]:
    """How often each goes to the server, and what it is answered; nothing has to be found out for the first time."""
    found = {}
    for root, document in documents.items():
        await door.ask(client, document)
        with spoken() as said:
            answer = await door.ask(client, document)
        assert "errors" not in answer, (root, answer["errors"])
        found[root] = len(said), answer["data"]
    return found


def test_what_is_found_by_statements_of_its_own_takes_as_many_whatever_is_there(play: Any) -> None:
    """The whole request, through the door. Only the desk may ask."""

    async def story(town: Town) -> None:
        written = {root: count for root, (_, count) in COUNTED_APART.items()}
        found: list[dict[str, list[Any]]] = []
        guest = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, guest)
        keys = [await door.token(town, who) for who in (town.officer, town.hq, partner)]
        officer, hq, outside = [door.asking(key, budgets=ENDLESS_BUT_SHARES) for key in keys]
        for names in (("架空電力", "例示銀行"), ("架空海運", "例示保険", "見本ガス", "例示鉄道", "架空通信")):
            await more_there(town, *names)
            documents = await asked_of(town)
            found.append(defaultdict(list))
            for client in (officer, hq):
                told = await ways(client, documents)
                assert {root: count for root, (count, _) in told.items()} == written
                for root, (_, answer) in told.items():
                    found[-1][root].append(answer)
        few, many = found
        assert [root for root in written if any(map(eq, few[root], many[root]))] == []
        for root, document in documents.items():
            assert codes(await door.ask(outside, document)) == [("NOT_ALLOWED", None)], root

    play(story)


async def said_by(town: Town, mutation: str, **input: Any) -> int:
    """How often a change goes to the server; nothing of a second one has to be found out any more."""
    with spoken() as said:
        answer = await change(town.officer, mutation, **input)
    assert "errors" not in answer, answer["errors"]
    return len(said)


def test_a_change_goes_to_the_server_no_more_often_than_it_did(play: Any) -> None:
    """BEGIN, the wall, COMMIT and what is read afterwards are four; the key puts up the wall, and one comes behind."""

    async def story(town: Town) -> dict[str, int]:
        drill, lecture = await make.drill(town.officer), await make.lecture(town.officer)
        bodies = [await make.company(town.officer, name) for name in ("架空電力", "見本信用金庫")]
        contacts = [await make.contact(town.officer, body) for body in bodies]
        new, moved = {"kind": "COMPANY", "name": "架空海運"}, {"drillId": f"Drill:{drill.id}", "place": "講堂"}
        keyed = new | {"name": "例示保険", "idempotencyKey": "k-1"}
        asked = [{"drillId": f"Drill:{drill.id}", "contactId": f"Contact:{one.id}"} for one in contacts]
        return {
            "register": await said_by(town, "registerOrganization", **new),
            "register under a key": await said_by(town, "registerOrganization", **keyed),
            "the same again": await said_by(town, "registerOrganization", **keyed),
            "accept": await said_by(town, "acceptLecture", lectureId=f"Lecture:{lecture.id}"),
            "invite": [await said_by(town, "inviteToDrill", **one) for one in asked][1],
            "move, with two who are invited": await said_by(town, "correctDrill", **moved),
        }

    assert play(story) == {
        "register": 6,
        "register under a key": 7,
        "the same again": 4,
        "accept": 5,
        "invite": 18,
        "move, with two who are invited": 13,
    }


def test_a_change_that_is_told_to_many_takes_as_many_ways_as_one_that_is_told_to_two(play: Any) -> None:
    async def story(town: Town) -> list[int]:
        ways = []
        for names in (("架空電力", "見本信用金庫"), ("架空海運", "例示保険", "見本ガス", "例示鉄道", "架空通信")):
            drill = await make.drill(town.officer)
            await make.invited(town.officer, drill, *names)
            ways.append(await said_by(town, "correctDrill", drillId=f"Drill:{drill.id}", place="講堂"))
        assert await Letter.filter(kind="drill-changed").count() == 2 + 5
        return ways

    two, five = play(story)
    assert two == five
