"""What those who are invited are told that a drill is for."""

import re
from typing import Any

from domain.outbox import Letter
from tests import make
from tests.make import Town

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Drawn by chance: any number may stand in one."""


def test_an_invitation_says_what_the_drill_is_for_and_with_how_many_the_body_is_counted_on(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, purpose="通報の流れを確かめる", objectives=["通報する", "復旧する"])
        await make.invited(town.officer, drill, planned_count=3)
        told = (await Letter.get()).facts
        assert (told["format"], told["purpose"]) == ("机上訓練", "通報の流れを確かめる")
        assert (told["objectives"], told["planned_count"]) == (["・通報する", "・復旧する"], "3人")

    play(story)


def test_an_invitation_says_neither_what_is_played_nor_how_many_places_there_are(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer, capacity=77))
        told = ID.sub("", str((await Letter.get()).facts))
        assert [secret for secret in ("身代金", "RANSOMWARE", "ランサム", "77") if secret in told] == []

    play(story)
