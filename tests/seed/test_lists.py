"""Whatever leaves the demonstration as a list that can be taken in again comes back and changes nothing, from the form
for machines and from the sheet that is printed."""

import pytest

from api import intake
from api.commands.import_ import VERBS
from api.downloads import produce
from domain import installation
from domain.actor import Role
from domain.japanese import fiscal_year
from domain.rosters import Taken
from seed.days import at


@pytest.mark.parametrize(("name", "years"), [("agreements", [None]), ("commitments", [-1, 0])])
def test_the_list_comes_back_and_changes_nothing(look, demo, name, years):
    async def again(years_back, form):
        hq = await installation.at_the_keyboard(at(demo.today, "23:30"), Role.HQ_LIAISON, None)
        period = "" if years_back is None else str(fiscal_year(demo.today) + years_back)
        file = await produce(hq, name, period, form)
        told = intake.parse(intake.KINDS[name], intake.read_table(file.content, file.name))
        assert not told.is_refused, told.problems
        lines = intake.lines(intake.KINDS[name], told)
        assert await VERBS[name][1](hq, lines, dry_run=True) == Taken(0, 0, len(lines))
        return len(lines)

    assert all(look(again(one, form)) for one in years for form in ("csv", "xlsx"))
