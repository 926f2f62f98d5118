"""Ways to the server: what is read is one statement for each root field, whatever is asked below it and however much
there is; a change takes a number of them that is written down here, so that it does not grow unseen."""

from typing import Any
from uuid import UUID

from graphql import GraphQLField, get_named_type, is_leaf_type, is_non_null_type, is_object_type

from api.schema import schema
from domain.outbox import Letter
from tests import make
from tests.api.asking import ask, change
from tests.make import Town
from tests.statements import spoken

ROOTS = schema._schema.query_type.fields if schema._schema.query_type else {}
COUNTED_APART = {
    *(
        "statistics",
        "statisticsRecords",
        "worklist",
        "relationships",
        "commitmentsKept",
        "possibleDuplicates",
        "possibleSameContacts",
        "noticeAddressees",
        *("audience", "campaignAudience", "campaignReach", "staleContacts"),
    ),
}
"""Found by statements of their own; the tests of each say by how many."""

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
        for root, found in counted.items():
            for actor in (town.hq, town.admin):
                with spoken() as said:
                    answer = await ask(actor, document(root))
                found |= set() if "errors" in answer else {readings(said)}
        return counted

    counted = play(story)  # of whoever asks, `me` reads the person and the unit each by itself
    assert all(counted.values())
    assert {root: found for root, found in counted.items() if found != {1}} in ({}, {"me": {2}})


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
