"""What was given and how many heard it, and the old numbers when they are corrected."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lectures
from domain.errors import WrongState
from domain.journal import Entry
from domain.lectures import Audience, Counted, HeadCount
from tests import make
from tests.domain.lectures.giving import confirmed
from tests.make import Town


def test_a_corrected_head_count_keeps_the_old_value(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        after = make.at(town.officer, lecture.starts_at + timedelta(hours=2))
        counts = [Counted(Audience.PUPIL_ELEM, 58)]
        await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=counts)
        await lectures.correct_head_counts(
            after, lecture.id, head_counts=[Counted(Audience.PUPIL_ELEM, 85)], reason="数字の写し間違い"
        )
        row = await HeadCount.get(lecture_id=lecture.id)
        assert row.count == 85
        for who, sees in ((town.officer, True), (town.hq, True), (town.other_officer, False), (town.admin, False)):
            assert await lectures.head_counts_visible_to(who).exists() is sees, who.role
        entry = await Entry.get(row_id=row.id, fact="head-count-corrected")
        assert (entry.before, entry.after) == ({"count": 58}, {"count": 85})

    play(story)


def test_nothing_is_delivered_before_it_has_begun(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        with pytest.raises(WrongState):
            await lectures.deliver(
                town.officer, lecture.id, duration_minutes=50, head_counts=[Counted(Audience.PUPIL_ELEM, 58)]
            )
        assert await HeadCount.all().count() == 0

    play(story)
