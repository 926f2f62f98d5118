"""Joint research has a theme and a period, and something comes of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import agreements
from domain.agreements import Agreement, OutputKind, ResearchOutput
from domain.errors import Invalid, NotFound, WrongState
from tests import make
from tests.make import Town


def test_theme_and_period_are_said_and_corrected(play: Any) -> None:
    async def story(town: Town) -> None:
        research = await make.research(town)
        days = {"starts_on": date(2026, 7, 1), "ends_on": date(2028, 3, 31)}
        for theme in ("不正通信", "不正通信の分析"):
            await agreements.plan_research(town.officer, research.id, theme=theme, **days)
        row = await Agreement.get(id=research.id)
        assert (row.research_theme, row.research_from, row.research_to) == ("不正通信の分析", *days.values())
        for bad in ({"theme": " "}, {"ends_on": date(2026, 6, 30)}):
            with pytest.raises(Invalid) as refused:
                await agreements.plan_research(town.officer, research.id, **({"theme": "別"} | days | bad))
            assert refused.value.field == next(iter(bad))
        assert (await Agreement.get(id=research.id)).version == row.version

    play(story)


def test_an_output_is_seen_until_it_is_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        output = await make.output(town.officer, await make.research(town))
        assert await agreements.outputs_visible_to(town.officer).count() == 1
        assert await agreements.outputs_visible_to(town.statistician).count() == 0
        await agreements.take_back_output(town.officer, output.id)
        assert await agreements.outputs_visible_to(town.officer).count() == 0
        with pytest.raises(NotFound):
            await agreements.take_back_output(town.officer, output.id)

    play(story)


def test_only_joint_research_in_force_has_outputs_of_days_that_have_come(play: Any) -> None:
    async def story(town: Town) -> None:
        research, other = await make.research(town), await make.in_force(town)
        with pytest.raises(WrongState, match="共同研究"):
            await make.output(town.officer, other)
        told = {"kind": OutputKind.PAPER, "title": "論文", "produced_on": town.officer.today}
        for bad in ({"title": " "}, {"produced_on": date(2026, 6, 30)}):
            with pytest.raises(Invalid) as refused:
                await agreements.note_output(town.officer, research.id, **(told | bad))
            assert refused.value.field == next(iter(bad))
        tomorrow = town.officer.today + timedelta(days=1)
        with pytest.raises(Invalid):
            await agreements.note_output(town.officer, research.id, **(told | {"produced_on": tomorrow}))
        await agreements.terminate(town.hq, research.id, reason="研究の終了")
        with pytest.raises(WrongState):
            await make.output(town.officer, research)
        assert await ResearchOutput.all().count() == 0

    play(story)
