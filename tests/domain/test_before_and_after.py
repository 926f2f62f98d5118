"""A letter of a change shows what was, and what is, of what its own reader was told last."""

from datetime import timedelta
from typing import Any

from domain import drills
from tests import make
from tests.domain.clerks import Clock, drill_with
from tests.make import Town

FIRST = "contact1@partner.example"


def test_a_letter_shows_before_and_after_what_is_other_than_its_own_reader_was_told_last(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.after(5)
        assert clock.left[-1].facts["changed"] == []
        await drills.correct(clock.officer, drill.id, place="第１会議室")
        late = await make.contact(
            clock.officer, await make.company(clock.officer, "見本信用金庫"), mail_address="late@partner.example"
        )
        await drills.invite(clock.officer, drill.id, contact_id=late.id)
        await clock.after(5)
        await drills.correct(clock.officer, drill.id, place="講堂", title="第1回共同対処訓練（改）")
        await clock.after(2)
        await drills.correct(clock.officer, drill.id, title="第1回共同対処訓練", online_url="https://meet.example/b")
        await clock.after(3)
        room, hall = (
            "青浜県警察本部 大会議室",
            ["・場所：第１会議室 → 講堂", "・オンライン：なし → https://meet.example/b"],
        )
        told = {(one.to_address, one.facts["place"]): one.facts["changed"] for one in clock.left}
        assert told == {
            (FIRST, room): [],
            (FIRST, "第１会議室"): [f"・場所：{room} → 第１会議室"],
            ("late@partner.example", "第１会議室"): [],
            (FIRST, "講堂"): hall,
            ("late@partner.example", "講堂"): hall,
        }

    play(story)


def test_a_date_that_is_put_off_shows_the_old_one_beside_the_new(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, _ = await drill_with(clock)
        await clock.after(5)
        later = drill.starts_at + timedelta(days=7)
        await drills.postpone(
            clock.officer, drill.id, reason="台風", starts_at=later, ends_at=later + timedelta(hours=3)
        )
        await clock.after(5)
        before, after = (letter.facts["when"] for letter in clock.left)
        assert clock.left[-1].facts["changed"] == [f"・日時：{before} → {after}"]

    play(story)
