"""What the desk writes for itself stays in the house; what the outside is told it can also read."""

from datetime import timedelta
from typing import Any

import pytest

from api.mutations import MULTILINE
from api.reading.declarations import Column, column_of, entity_of, how_of
from api.schema import schema
from domain import agreements, lectures
from domain.actor import OUTSIDERS, Role
from domain.journal import Entry
from domain.lectures import Audience, Counted, Lecture
from domain.rights import may_read
from tests import make
from tests.api.asking import ask, change, codes, read
from tests.make import Town

TOLD_TO_THE_OUTSIDE = {"Agreement.purpose", "Drill.objectives", "Drill.purpose", "Lecture.equipment", "Lecture.reason"}
"""Free texts that outsiders may read, each one looked at."""


def test_every_free_text_that_an_outsider_may_read_was_looked_at() -> None:
    open_ = {
        f"{name}.{field}"
        for name, gtype in schema._schema.type_map.items()
        if entity_of(gtype)
        for field, definition in gtype.fields.items()
        if isinstance(how := how_of(gtype, definition), Column)
        and column_of(how, definition) in MULTILINE
        and any(may_read(role, how.data) for role in OUTSIDERS)
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
