"""Ways to the server: what is read is one statement for each root field, whatever is asked below it and however much
there is; a change takes a number of them that is written down here, so that it does not grow unseen."""

from collections import defaultdict
from collections.abc import Mapping
from operator import eq
from string import Template
from typing import Any
from uuid import UUID

from graphql import GraphQLField, get_named_type, is_leaf_type, is_non_null_type, is_object_type

from api.schema import schema
from domain import campaigns
from domain.actor import Actor, Role
from domain.audience import AudienceCriteria
from domain.encounters import NextStep
from domain.organizations import Organization, OrganizationKind
from domain.outbox import Letter
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.domain.notices import telling
from tests.make import Town
from tests.statements import spoken

ROOTS = schema._schema.query_type.fields if schema._schema.query_type else {}
COUNTED_APART: Mapping[str, tuple[str, int]] = {
    "statistics": ('(period: "2026Q2", fresh: true) { figures(byKind: true) { unitName measure kind value } }', 6),
    "statisticsRecords": ('(measure: "AGREEMENTS_IN_FORCE", unitId: "$unit", period: "2026Q2")', 6),
    "worklist": ("{ totalCount overdueCount counts { kind count } items { kind subject title why } }", 7),
    "relationships": ("{ name grade reasons { kind day told } }", 6),
    "commitmentsKept": ("{ title owed fulfilled missing }", 4),
    "possibleDuplicates": ("{ organizationName otherName reasons }", 4),
    "possibleSameContacts": ('(organizationId: "$body") { contactId otherId }', 6),
    "noticeAddressees": ('(notice: "$notice") { bodyCount byLetter bodies { name because reach } }', 11),
    "audience": ("(criteria: { kinds: [COMPANY] }) { bodyCount contactCount bodies { name contacts reach } }", 5),
    "campaignAudience": ('(campaignId: "$draft") { bodyCount contactCount bodies { name contacts reach } }', 9),
    "campaignReach": ('(campaignId: "$sent") { by label asked reached percent }', 6),
    "staleContacts": ("{ unit name contacts stale }", 4),
}
"""Found by statements of their own: what is asked of each, and how many those are, for whatever is there."""

READING, SINCE = "SELECT CASE WHEN set_config", "SELECT CASE WHEN NOT pg_is_in_recovery()"
"""What reads, and what tells whether anything was written since it was read before."""

LOOKING = ["BEGIN READ WRITE", "INSERT INTO look", "COMMIT"]
"""What writing down takes that personal data was shown."""


def selected(field: GraphQLField, depth: int) -> str:
    """All leaves, and what hangs on them so far down; of lists the first two."""
    named = get_named_type(field.type)
    if not is_object_type(named):
        return "{ id }" if named.name == "Node" else ""
    inner = (f"{name}{chosen}" for name, below in named.fields.items() if (chosen := _chosen(below, depth)) is not None)
    return f" {{ {' '.join(inner)} }}"


def _chosen(field: GraphQLField, depth: int) -> str | None:
    if any(is_non_null_type(argument.type) for argument in field.args.values()):
        return None
    if is_leaf_type(get_named_type(field.type)):
        return ""
    if depth == 0 or not is_object_type(get_named_type(field.type)):
        return None
    wrapping = get_named_type(field.type).name.endswith(("Connection", "Edge", "PageInfo"))
    arguments = "(first: 2)" if "first" in field.args else ""
    return arguments + selected(field, depth if wrapping else depth - 1)


def document(root: str) -> str:
    """The field with all that is asked below it, of a row that may be missing: that is found out by reading, too."""
    taken, named = ROOTS[root].args, get_named_type(ROOTS[root].type).name
    id = f"{'Unit' if named == 'Node' else named}:{UUID(int=7)}"
    arguments = f'(id: "{id}")' if "id" in taken else "(first: 2)" if "first" in taken else ""
    return f"{{ {root}{arguments}{selected(ROOTS[root], depth=1)} }}"


def readings(said: list[str]) -> int | None:
    """How many statements read, or found that what was read before is still true; nothing where another was said than
    those and what a look takes."""
    known = (READING, SINCE, *LOOKING)
    begun = [next((one for one in known if text.strip().startswith(one)), "") for text in said]
    found = begun.count(READING) or begun.count(SINCE)
    return found if all(begun) and len(said) <= 5 * found else None


def test_each_root_field_is_one_reading_statement_and_at_most_four_besides(play: Any) -> None:
    async def story(town: Town) -> dict[str, set[int | None]]:
        counted: dict[str, set[int | None]] = {root: set() for root in ROOTS.keys() - COUNTED_APART}
        guest = await make.contact(town.officer, await make.company(town.officer))
        everybody = (town.hq, town.admin, make.outsider(town.officer, Role.PARTNER, guest))
        for root, found in counted.items():
            for actor in everybody:
                with spoken() as said:
                    answer = await ask(actor, document(root))
                found |= set() if "errors" in answer else {readings(said)}
        return counted

    counted = play(story)  # of whoever asks, `me` reads the person and the unit each by itself
    assert all(counted.values())
    assert {root: found for root, found in counted.items() if found != {1}} in ({}, {"me": {2}})


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


async def ways(actor: Actor, documents: Mapping[str, str]) -> dict[str, tuple[int, Any]]:
    """How often each goes to the server, and what it is answered; nothing has to be found out for the first time."""
    found = {}
    for root, document in documents.items():
        await read(actor, document)
        with spoken() as said:
            found[root] = await read(actor, document), said
    return {root: (len(said), answer) for root, (answer, said) in found.items()}


def test_what_is_found_by_statements_of_its_own_takes_as_many_whatever_is_there(play: Any) -> None:
    """Only the desk may ask."""

    async def story(town: Town) -> None:
        written = {root: count for root, (_, count) in COUNTED_APART.items()}
        found: list[dict[str, list[Any]]] = []
        for names in (("架空電力", "例示銀行"), ("架空海運", "例示保険", "見本ガス", "例示鉄道", "架空通信")):
            await more_there(town, *names)
            documents = await asked_of(town)
            found.append(defaultdict(list))
            for who in (town.officer, town.hq):
                told = await ways(who, documents)
                assert {root: count for root, (count, _) in told.items()} == written
                for root, (_, answer) in told.items():
                    found[-1][root].append(answer)
        few, many = found
        assert [root for root in written if any(map(eq, few[root], many[root]))] == []
        guest = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, guest)
        for root, document in documents.items():
            assert codes(await ask(partner, document)) == [("NOT_ALLOWED", None)], root

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
