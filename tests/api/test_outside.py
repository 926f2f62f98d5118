"""What the desk writes for itself stays in the house; what the outside is told it can also read."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from api.mutations import MULTILINE
from api.reading.declarations import Column, column_of, entity_of, how_of
from api.schema import schema
from domain import activities, agreements, drills, lectures, replies
from domain.actor import OUTSIDERS, Role
from domain.calendar import Attendee, PartStat
from domain.journal import Entry
from domain.lectures import Audience, Counted, Lecture
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.api.test_rights import leaves, may_read
from tests.api.test_situations import lists
from tests.api.walking import SCHEMA
from tests.domain.drills.asking import answer, attendee_of
from tests.make import Town

TOLD_TO_THE_OUTSIDE = {
    "Agreement.purpose",
    "Council.purpose",
    "CouncilMeeting.agenda",
    "Drill.objectives",
    "Drill.purpose",
    "Lecture.equipment",
    "Lecture.reason",
    "Notice.text",
}
"""Free texts that outsiders may read, each one looked at."""


def test_every_free_text_that_an_outsider_may_read_was_looked_at() -> None:
    open_ = {
        f"{name}.{field}"
        for name, gtype in schema._schema.type_map.items()
        if entity_of(gtype)
        for field, definition in gtype.fields.items()
        if isinstance(how := how_of(gtype, definition), Column)
        and column_of(how, definition) in MULTILINE
        and any(may_read(role, name, field) for role in OUTSIDERS)
    }
    assert open_ == TOLD_TO_THE_OUTSIDE


@pytest.mark.parametrize(
    "selection", ["remarks", "reportedAt", "appointment { attendees { edges { node { remark } } } }"]
)
@pytest.mark.parametrize("role", [Role.SCHOOL, Role.PARTNER, Role.VOLUNTEER])
def test_an_outsider_may_not_even_ask_for_what_the_desk_noted(play: Any, role: Role, selection: str) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body)
        await make.lecture(town.officer, school=body, contact=teacher, remarks="内部メモ：校長は要注意")
        answer = await ask(
            make.outsider(town.officer, role, teacher), f"{{ lectures {{ edges {{ node {{ {selection} }} }} }} }}"
        )
        assert codes(answer)[0][0] == "NOT_ALLOWED"
        assert "要注意" not in str(answer)

    play(story)


async def given(town: Town) -> tuple[Lecture, Any]:
    """A lecture that was postponed once, with its reason, and given in the end; and the school's contact."""
    body = await make.school(town.officer)
    teacher = await make.contact(town.officer, body)
    lecture = await make.lecture(town.officer, school=body, contact=teacher)
    await lectures.accept(town.officer, lecture.id)
    await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
    await lectures.confirm(town.officer, lecture.id)
    later = lecture.starts_at + timedelta(days=1)
    ends = later + timedelta(minutes=50)
    await lectures.postpone(town.officer, lecture.id, reason="台風の接近", starts_at=later, ends_at=ends)
    await lectures.confirm(town.officer, lecture.id)
    after = make.at(town.officer, ends)
    await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=[Counted(Audience.PUPIL_ELEM, 58)])
    return lecture, teacher


def test_the_school_reads_why_its_lecture_was_postponed_and_not_why_its_numbers_were_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture, teacher = await given(town)
        counts = [{"audience": "PUPIL_ELEM", "count": 60}]
        id, why = f"Lecture:{lecture.id}", "校長の申告が誤っていた"
        await change(town.officer, "correctHeadCounts", lectureId=id, headCounts=counts, reason=why)
        school = make.outsider(town.officer, Role.SCHOOL, teacher)
        seen = await read(school, "query($id: ID!) { lecture(id: $id) { reason } }", id=id)
        assert seen == {"lecture": {"reason": "台風の接近"}}
        entry = await Entry.filter(row_id=lecture.id, fact="head-count-corrected").get()
        assert entry.after == {"reason": why}

    play(story)


def everything(role: Role, names: Sequence[str]) -> str:
    """All that the role may read, without a further choice, in each row of these lists and of what hangs on it."""
    lists = " ".join(
        f"{name} {{ totalCount edges {{ node {{ {shown(role, gtype)} }} }} }}" for name, gtype in of(names)
    )
    return f"{{ {lists} }}"


def of(names: Sequence[str]) -> Iterator[tuple[str, GraphQLObjectType]]:
    for name, gtype in lists():
        if name in names:
            yield name, SCHEMA.type_map[gtype]


def shown(role: Role, gtype: GraphQLObjectType, below: int = 1) -> str:
    fields = [name for name in leaves(gtype) if may_read(role, gtype.name, name)]
    for name, field in gtype.fields.items() if below else ():
        inner = get_named_type(field.type)
        if not (isinstance(inner, GraphQLObjectType) and may_read(role, gtype.name, called(name, field))):
            continue
        if "edges" in inner.fields:
            node = get_named_type(get_named_type(inner.fields["edges"].type).fields["node"].type)
            fields.append(f"{name} {{ totalCount edges {{ node {{ {shown(role, node, below - 1)} }} }} }}")
        elif entity_of(inner):
            fields.append(f"{name} {{ {shown(role, inner, below - 1)} }}")
    return " ".join(fields) or "__typename"


def called(name: str, field: GraphQLField) -> str:
    return f"{name}({' '.join(sorted(field.args))})" if field.args else name


def test_a_partner_cannot_tell_that_others_are_asked_answer_or_are_let_go(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        [own] = await make.invited(town.officer, drill)
        await answer(town, own)
        partner = make.outsider(town.officer, Role.PARTNER, own)
        document = everything(Role.PARTNER, ["drills", "drillParticipations", "appointments", "organizations", "units"])
        before = await ask(partner, document)
        assert before["data"]["drills"]["totalCount"] == 1
        other = await make.contact(town.officer, await make.company(town.officer, "見本信用金庫"))
        await drills.invite(town.officer, drill.id, contact_id=other.id)
        assert await ask(partner, document) == before
        await answer(town, other)
        assert await ask(partner, document) == before
        await drills.uninvite(town.officer, drill.id, attendee_id=(await attendee_of(other)).id)
        assert await ask(partner, document) == before

    play(story)


def test_a_volunteer_cannot_tell_that_others_are_asked_or_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        own, other = [await make.volunteer(town, mail_address=f"v{n}@volunteer.example") for n in range(2)]
        activity = await make.activity(town.officer)
        await activities.invite(town.officer, activity.id, volunteer_ids=[own.id])
        oneself = make.oneself(town.officer, own)
        document = everything(Role.VOLUNTEER, ["volunteerActivities", "activityParticipations", "appointments"])
        before = await ask(oneself, document)
        assert before["data"]["volunteerActivities"]["totalCount"] == 1
        await activities.invite(town.officer, activity.id, volunteer_ids=[other.id])
        assert await ask(oneself, document) == before
        guest = await Attendee.get(person_id=other.person_id)
        await replies.answer_by_link(town.officer.now, guest.id, partstat=PartStat.ACCEPTED)
        assert await ask(oneself, document) == before

    play(story)


def test_a_partner_reads_nothing_of_a_draft_that_names_it(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        draft = await make.proposed(town.officer, "見本信用金庫")
        await agreements.add_party(town.officer, draft.id, organization_id=body.id)
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        for party in await agreements.parties_visible_to(town.officer):
            found = await read(partner, "query($id: ID!) { node(id: $id) { id } }", id=f"AgreementParty:{party.id}")
            assert found == {"node": None}

    play(story)
