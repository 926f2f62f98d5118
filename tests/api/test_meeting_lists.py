"""協議会の会議・出席・情報 as lists: the first and the last in numbers and envelopes, the second with names, each of
which leaves a line in the record of looks; none of them for whoever is not of the secretariat."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.downloads import produce
from domain import information, meetings
from domain.actor import TOKYO, Actor
from domain.encounters import EncounterTheme
from domain.errors import Invalid, NotAllowed
from domain.looks import Door, Look
from domain.meetings import MeetingPresence, MeetingProxy, MeetingResolution, ResolutionOutcome
from exports.information import COLUMNS as INFORMATION_COLUMNS
from exports.meetings import ATTENDANCE_COLUMNS, ATTENDANCE_PRINTED, COLUMNS, PRINTED
from exports.sheet import is_legible
from tests import make
from tests.make import Town

PURPOSE = "総会の報告書の作成"


async def listed(who: Actor, name: str, period: str = "2026Q1") -> list[dict[str, Any]]:
    return json.loads((await produce(who, name, period, "json", purpose=PURPOSE)).content)  # type: ignore[no-any-return]


async def met(town: Town) -> None:
    """A council of three: a contact came for one, somebody of whom nothing is known for the second, which stood in for
    the third; one thing was adopted, one put off."""
    council = await make.council(town.officer, "=見本協議会")
    bodies = [await make.company(town.officer, name) for name in ("例示銀行", "例示ガス", "例示水道企業団")]
    contact = await make.contact(town.officer, bodies[0], family_name="例塚", given_name="恵", job_title="総務部長")
    first, second, third = [await make.member(town.officer, council, body) for body in bodies]
    starts_at = datetime(2026, 5, 20, 14, tzinfo=TOKYO)
    await meetings.record(
        town.officer,
        council.id,
        title="総会",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        attended=[MeetingPresence(first.id, contact_id=contact.id, job_title="部長"), MeetingPresence(second.id)],
        proxies=[MeetingProxy(third.id, second.id)],
        resolutions=[
            MeetingResolution("事業計画", ResolutionOutcome.ADOPTED, 3),
            MeetingResolution("会費の件は例森が説明", ResolutionOutcome.CONTINUED, 1, 1, 1),
        ],
        agenda=["事業計画", "会費"],
        place="見本商工会館",
        minutes_text="試﨑が説明した。",
    )


def test_a_line_says_where_a_council_met_about_what_and_whether_there_were_enough_and_names_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        await met(town)
        [line] = await listed(town.officer, "council-meetings")
        assert set(line) == {column.heading for column in COLUMNS}
        assert (line["日付"], line["時刻"], line["場所"], line["状態"]) == (
            "2026-05-20",
            "14:00",
            "見本商工会館",
            "議事録作成済",
        )
        numbers = ("会員数", "定足数", "出席した会員", "委任した会員", "可決", "否決", "継続審議")
        assert [line[name] for name in numbers] == [3, 2, 2, 1, 1, 0, 1]
        assert (line["議題"], line["定足数に達したか"]) == ("事業計画\n会費", "はい")
        assert not any(word in str(line) for word in ("例塚", "例森", "試﨑", "部長"))
        assert not await Look.exists()

    play(story)


def test_whoever_came_is_named_with_the_post_of_the_day_and_each_who_is_shown_is_written_down(play: Any) -> None:
    async def story(town: Town) -> None:
        await met(town)
        lines = await listed(town.officer, "council-attendance")
        told = [(line["会員"], line["出欠"], line["委任先"], line["役職"], line["氏名"]) for line in lines]
        assert told == [
            ("例示銀行", "出席", "", "部長", "例塚 恵"),
            ("例示ガス", "出席", "", "", ""),
            ("例示水道企業団", "委任", "例示ガス", "", ""),
        ]
        look = await Look.get()
        assert (look.door, look.operation, look.purpose) == (Door.EXPORT, "council-attendance", PURPOSE)
        assert {row.partition(":")[0] for row in look.rows} == {"Person", "CouncilAttendance"}

    play(story)


def test_information_leaves_as_an_envelope_with_what_became_of_it_and_not_why(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.hq, "見本ネットワーク")
        await make.member(town.hq, council)
        one, other, taken_back = [
            await make.information_for(town.officer, council, title=title, theme=EncounterTheme.WIFI)
            for title in ("設定の点検", "公表前の件", "取り下げた件")
        ]
        await information.provide(town.hq, one.id)
        await information.refuse(town.hq, other.id, reason="公表前であるため")
        await information.withdraw(town.officer, taken_back.id)
        period = "2026Q2"
        lines = await listed(town.officer, "council-information", period)
        assert set(lines[0]) == {column.heading for column in INFORMATION_COLUMNS}
        told = [(line["件名"], line["状態"], line["提供先の数"], line["決定日"]) for line in lines]
        today = town.hq.today.isoformat()
        assert told == [("設定の点検", "提供済", 1, today), ("公表前の件", "不提供", None, today)]
        assert lines[0]["テーマ"] == "公衆無線LAN"
        assert "ため" not in str(lines)
        assert await listed(town.other_officer, "council-information", period) == []

    play(story)


@pytest.mark.parametrize("name", ["council-meetings", "council-attendance", "council-information"])
def test_nobody_but_the_secretariat_has_the_lists_and_they_are_of_a_period(play: Any, name: str) -> None:
    async def story(town: Town) -> None:
        await met(town)
        for who in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await produce(who, name, "2026Q1", "csv")
        assert await listed(town.other_officer, name) == []
        with pytest.raises(Invalid):
            await produce(town.officer, name, "2026Q1", "csv", fresh=True)
        assert await listed(town.officer, name, "2025") == []

    play(story)


def test_what_is_printed_can_be_read_on_a4() -> None:
    for columns, printed in ((COLUMNS, PRINTED), (ATTENDANCE_COLUMNS, ATTENDANCE_PRINTED)):
        shown = [column for column in columns if column.key in printed]
        assert len(shown) == len(printed)
        assert is_legible(shown)
    assert is_legible(INFORMATION_COLUMNS)
