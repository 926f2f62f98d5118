"""Whoever follows a link that leads nowhere reads why, what to do now, and whom to call; nothing else is told."""

from typing import Any

import pytest

from domain.units import Unit
from tests.api.entering import browser, text_of
from tests.domain.test_walls import another_prefecture
from tests.make import Town

WAYS_ON = {'href="/login"', 'href="/genuine"'}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/rsvp/x", "初めから終わりまで"),
        ("/own/x", "いちばん新しいメール"),
        ("/cal/x", "新しい購読アドレスは"),
        ("/welcome/x", "ご案内のメールをもう一度送る"),
        ("/password/reset/x", "ご自分で申し込めます"),
    ],
)
def test_a_dead_link_says_what_to_do_and_whom_to_call(play: Any, path: str, says: str) -> None:
    async def story(town: Town) -> None:
        async with browser() as one:
            page = await one.get(path)
        assert page.status_code == 404
        assert says in text_of(page)
        assert f'<a href="tel:{town.prefecture.phone}">' in page.text
        assert {way for way in WAYS_ON if way in page.text} == WAYS_ON
        assert town.station.name not in page.text

    play(story)


def test_where_a_house_serves_several_prefectures_none_of_them_is_guessed(play: Any) -> None:
    async def story(town: Town) -> None:
        await another_prefecture(town)
        async with browser() as one:
            page = await one.get("/rsvp/x")
        assert "tel:" not in page.text
        assert 'href="/genuine"' in page.text

    play(story)


def test_a_prefecture_without_a_number_is_not_named_as_one_to_call(play: Any) -> None:
    async def story(town: Town) -> None:
        await Unit.filter(id=town.prefecture.id).update(phone="")
        async with browser() as one:
            page = await one.get("/rsvp/x")
        assert town.prefecture.name not in page.text
        assert 'href="/genuine"' in page.text

    play(story)
