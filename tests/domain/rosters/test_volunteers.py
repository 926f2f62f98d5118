"""Volunteers from a file that comes again: what it does not tell stays."""

from typing import Any

from domain import rosters
from domain.rosters import Taken
from domain.volunteers import AgeBand, CommissionKind, Volunteer
from tests import make
from tests.domain.rosters.telling import cells, lines
from tests.make import Town

KNOWN = {
    "number": "V-1",
    "family_name": "𠮷例",
    "given_name": "次郎",
    "kind": CommissionKind.UNIVERSITY_STUDENT,
    "age_band": AgeBand.ADULT,
}
BESIDES = {
    "mail_address": "jiro@student.example",
    "phone": "000-0000-0001",
    "affiliation": "例示大学",
    "group": "例示大学サイバー防犯隊",
    "unit": "101",
    "remarks": "土曜日のみ",
}


def test_a_file_without_some_columns_leaves_what_they_would_say(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.hq, "例示大学サイバー防犯隊")
        await rosters.take_in_volunteers(town.hq, lines({**KNOWN, **BESIDES}))
        assert await rosters.take_in_volunteers(town.hq, lines(KNOWN)) == Taken(0, 0, 1)
        taken = await rosters.take_in_volunteers(town.hq, lines({**KNOWN, "phone": "000-0000-0002", "unit": ""}))
        assert cells(taken) == [(2, "phone", "000-0000-0001", "000-0000-0002")]
        row = await Volunteer.get().prefetch_related("person")
        assert (row.affiliation, row.remarks, row.group_id) == ("例示大学", "土曜日のみ", group.id)
        assert (row.unit_id, row.person.mail_address) == (town.station.id, "jiro@student.example")

    play(story)


def test_an_empty_cell_empties_and_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.group(town.hq, "例示大学サイバー防犯隊")
        await rosters.take_in_volunteers(town.hq, lines({**KNOWN, **BESIDES}))
        taken = await rosters.take_in_volunteers(town.hq, lines({**KNOWN, "affiliation": None, "group": ""}))
        assert cells(taken) == [(2, "affiliation", "例示大学", ""), (2, "group", "例示大学サイバー防犯隊", None)]
        row = await Volunteer.get()
        assert (row.affiliation, row.group_id) == ("", None)

    play(story)
