"""Whatever anybody says next: mutations of the live schema drawn at random, about any rows that are there, while days
pass, answers come and letters leave; and what holds after each of them."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tortoise.exceptions import IntegrityError

from api import rights
from domain import replies
from domain.actor import Actor, Role
from domain.calendar import Attendee, PartStat
from domain.errors import Refused
from domain.organizations import Contact
from jobs import clock
from jobs.mail import Envelope
from jobs.post_letters import Desk
from jobs.schedule import SCHEDULE
from tests import make
from tests.api.asking import change, codes
from tests.api.inputs import MUTATIONS, rows_of, subject_of, versions_in
from tests.api.played.ground import Ground
from tests.api.played.ready import READY
from tests.api.test_bad_input import KNOWN
from tests.clock import NOW
from tests.domain.sweeping import everything
from tests.stage import Stage
from tests.storms.saying import Form, present
from tests.storms.standing import Lasting, journaled, told_once

POSTS = ("admin", "hq", "officer", "other_officer", "statistician")
ANSWERS = st.sampled_from([PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE])
HOURS = st.sampled_from([0.1, 2, 24, 24 * 8])
LEAVING = ("retireOfficer", "transferOfficer")
"""Whoever is drawn to speak is not asked at the door whether they are still there. Each of the two is taken where
nobody speaks after it (`tests.api.test_bad_input`)."""

SENDERS = rights.senders()


@dataclass
class Tray:
    """A post that takes everything."""

    taken: list[Envelope] = field(default_factory=list)

    async def post(self, envelope: Envelope, handing_over: Any) -> None:
        entered: AbstractAsyncContextManager[None] = handing_over()
        async with entered:
            self.taken.append(envelope)


class Sayings(Lasting):
    """A town with a row of each kind, and whoever may say something there."""

    taken: Counter[str]
    refused: Counter[str]
    is_news = False

    @initialize()
    def a_town(self) -> None:
        self.now = NOW
        self.desk = Desk(Tray(), "https://renkei.example", "desk@police.example", "k" * 40)
        self.stage.play(self._settle(), empty=True)

    async def _settle(self) -> None:
        self.town = await self.stage.town()
        self.ids = await rows_of(self.town.officer, self.town, "見本小学校")
        contact = await Contact.get(id=self.ids["Contact"])
        guests = [make.outsider(self.town.officer, role, contact) for role in (Role.PARTNER, Role.SCHOOL)]
        self.everybody = [*(getattr(self.town, post) for post in POSTS), *guests]

    def goes_on(self) -> None:
        self.is_news = True
        self.now += timedelta(minutes=1)

    @rule(data=st.data(), mutation=st.sampled_from(sorted(set(MUTATIONS) - set(LEAVING))))
    def say(self, data: Any, mutation: str) -> None:
        """Somebody who may do such things, and now and then somebody else."""
        self.goes_on()
        may = [one for one in self.everybody if one.role in SENDERS[f"{mutation[0].upper()}{mutation[1:]}Input"]]
        who = data.draw(st.sampled_from([*may * 5, *self.everybody]))
        self.stage.play(self._said(data.draw, make.at(who, self.now), mutation), empty=False)

    async def _said(self, draw: Any, who: Actor, mutation: str) -> None:
        said = Form(draw, self.now, await present()).filled(mutation)
        about = said.get(subject_of(mutation) or "")
        if isinstance(about, str):
            kind, _, id = about.partition(":")
            said |= await versions_in(mutation, {kind: id})
        await self._sent(who, mutation, said)

    async def _sent(self, who: Actor, mutation: str, said: dict[str, Any]) -> None:
        """What is refused leaves everything as it was; what is done stands in the journal, row by row."""
        before = await everything()
        async with journaled(), told_once():
            answer = await change(who, mutation, **said)
        if "errors" not in answer:
            self.taken[mutation] += 1
        else:
            self.refused[mutation] += 1
            assert {code for code, _ in codes(answer)} <= KNOWN, (mutation, said, answer)
            assert await everything() == before, (mutation, said)

    @rule(mutation=st.sampled_from(sorted(set(READY) - set(LEAVING))))
    def say_at_last_what_was_led_up_to(self, mutation: str) -> None:
        """All that has to be done before it, and then this, where that can still be done on this day."""
        self.goes_on()
        self.stage.play(self._led_up_to(mutation), empty=False)

    async def _led_up_to(self, mutation: str) -> None:
        town = replace(self.town, **{post: make.at(getattr(self.town, post), self.now) for post in POSTS})
        try:
            ready = await READY[mutation](Ground(town, self.ids))
            whole = await ready.whole(mutation)
        except (Refused, IntegrityError):  # some of it can be done once only
            return
        self.now = max(self.now, ready.actor.now)
        await self._sent(ready.actor, mutation, whole)

    @rule(data=st.data(), answer=ANSWERS)
    def answer(self, data: Any, answer: PartStat) -> None:
        self.goes_on()

        async def answered() -> None:
            before, asked = await everything(), data.draw(st.sampled_from(await Attendee.all().order_by("id")))
            try:
                async with journaled(), told_once():
                    await replies.answer_by_link(self.now, asked.id, partstat=answer)
            except Refused:
                assert await everything() == before

        self.stage.play(answered(), empty=False)

    @precondition(lambda self: self.is_news)
    @rule(hours=HOURS)
    def let_time_pass(self, hours: float) -> None:
        """The clock does all of its work, where anything was said since: it costs as much as twenty mutations."""
        self.is_news = False
        self.now += timedelta(hours=hours)

        async def worked() -> None:
            for job in SCHEDULE:
                async with journaled(), told_once():
                    await clock.run(job, self.now, self.desk)

        self.stage.play(worked(), empty=False)


def test_whatever_is_said_next_is_done_whole_or_refused_whole(
    stage: Stage, full: bool, capsys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Drawn(Sayings):
        taken: Counter[str] = Counter()
        refused: Counter[str] = Counter()

    Drawn.stage = stage
    examples, steps, least = (100, 100, (2000, 150)) if full else (8, 25, (40, 30))
    # To look for a shorter way to a mistake would take minutes more than to read the one that was found.
    found = settings(max_examples=examples, stateful_step_count=steps, phases=[Phase.generate], deadline=None)
    with caplog.at_level(logging.ERROR, "jobs"):
        run_state_machine_as_test(Drawn, settings=found)
    assert [record.getMessage() for record in caplog.records] == []
    taken, refused = Drawn.taken.total(), Drawn.refused.total()
    with capsys.disabled():
        print(f"\nsayings: {taken} of {len(Drawn.taken)} mutations taken, {refused} refused")
    assert taken >= least[0]
    assert len(Drawn.taken) >= least[1]
