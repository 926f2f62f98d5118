"""What whoever keeps the machine is told of the letters: which of them an alarm may rest on."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from api.app import make_app
from domain import drills, outbox, tokens
from domain.actor import Role
from domain.outbox import Letter
from domain.people import Person
from jobs.letters import KINDS
from jobs.post import NotPosted
from jobs.post_letters import Desk, post_letters
from tests import make
from tests.api.test_app import HOUSE
from tests.clock import NOW
from tests.domain.clerks import Clock, drill_with
from tests.make import Town
from tests.test_readme import README

STATES = {"sent", "given_up", "spared", "later", "retried", "due"}
MINUTE = timedelta(minutes=1)
SERIES = re.compile(r'renkei_letters\{kind="([^"]+)",state="([^"]+)"\} ([0-9.]+)')


class Away:
    """A mail server that is not there."""

    async def post(self, *_: Any) -> None:
        raise NotPosted("メールサーバーに接続できませんでした。")


async def told_at(town: Town, now: datetime) -> str:
    """All figures, as an administrator reads them."""
    given = {"person_id": town.admin.person_id, "role": Role.ADMIN}
    _, keeper = await tokens.issue(make.at(town.admin, NOW), days=1, **given)
    app = make_app(replace(HOUSE, clock=lambda: now), "postgres://nobody@nowhere/nothing")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOUSE.base_url) as anybody:
        return (await anybody.get("/metrics", headers={"Authorization": f"Bearer {keeper}"})).text


async def read(town: Town, now: datetime) -> tuple[Counter[str], float]:
    """How many letters are in each state, and for how many seconds the oldest of those that were tried has failed."""
    text = await told_at(town, now)
    told = SERIES.findall(text)
    assert {(kind, state) for kind, state, _ in told} >= {(kind, state) for kind in KINDS for state in STATES}
    found = Counter[str]()
    for _, state, count in told:
        found[state] += int(float(count))
    [age] = re.findall(r"^renkei_letters_failing_seconds ([0-9.]+)$", text, re.MULTILINE)
    return +found, float(age)


def test_the_readme_names_each_state_and_rests_its_alarms_on_figures_that_are_there(play: Any) -> None:
    watch = README.partition("- **Watch**")[2].partition("\n\nThe install")[0]
    rules = re.findall(r"^\| `(.+?)` \|", watch, re.MULTILINE)
    named = {name for rule in rules for name in re.findall("renkei_[a-z_]+", rule)}
    assert {state for state in STATES if f"`{state}`" not in watch} == set()
    assert {state for rule in rules for state in re.findall('state="([a-z_]+)"', rule)} == {
        "retried",
        "due",
        "given_up",
    }
    text = play(lambda town: told_at(town, NOW))
    there = set(re.findall("^# TYPE (renkei_[a-z_]+) gauge", text, re.MULTILINE))
    assert len(rules) == 6
    assert named == there


def test_letters_that_no_mail_server_takes_are_told_with_since_when_also_in_their_pauses(play: Any) -> None:
    async def story(town: Town) -> None:
        assert await read(town, NOW) == ({}, 0)
        await make.lecture(town.officer)
        assert await read(town, NOW) == ({"due": 1}, 0)
        desk = Desk(Away(), HOUSE.base_url, "desk@police.aohama.example", HOUSE.secret)
        for minutes in range(0, 90, 5):
            await post_letters(NOW + minutes * MINUTE, desk)
            told, age = await read(town, NOW + minutes * MINUTE)
            assert (told["retried"], told["due"], age) == (1, 0, minutes * 60)
        later = NOW + 90 * MINUTE
        await outbox.resend(later)
        assert await read(town, later) == ({"retried": 1}, 90 * 60)
        [letter] = await outbox.claim(later)
        await outbox.mark_sent(later, letter.id)
        assert await read(town, later) == ({"sent": 1}, 0)

    play(story)


def test_what_waits_for_a_morning_for_a_change_or_for_an_older_letter_is_not_due(play: Any) -> None:
    async def story(town: Town) -> None:
        clock = Clock(town)
        drill, [contact] = await drill_with(clock, "架空電力株式会社")
        assert await read(town, NOW) == ({"later": 1}, 0)
        assert await read(town, NOW + 61 * MINUTE) == ({"due": 1}, 0)
        await Person.filter(id=contact.person_id).update(quiet_from=8, quiet_to=11)
        assert (await Letter.get()).gathers
        await Letter.all().update(gathers=False)
        assert await read(town, NOW) == ({"later": 1}, 0)
        morning = NOW.replace(hour=2, minute=0)
        assert await read(town, morning) == ({"due": 1}, 0)
        await drills.correct(clock.officer, drill.id, place="講堂")
        await Letter.all().update(gathers=False)
        assert await read(town, morning) == ({"due": 1, "later": 1}, 0)
        [first] = await outbox.claim(morning)
        await outbox.mark_failed(morning, first.id, "451 later")
        assert await read(town, morning + 9 * MINUTE) == ({"retried": 2}, 540)
        await Person.filter(id=contact.person_id).update(quiet_from=11, quiet_to=13)
        assert await read(town, morning + 9 * MINUTE) == ({"later": 2}, 0)

    play(story)
