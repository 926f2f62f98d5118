"""Whatever is done next: steps drawn at random over drills and activities, many of which are refused, and what holds
after each of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from domain import activities, drills, replies
from domain.activities import ActivityParticipation
from domain.calendar import Attendee, PartStat
from domain.errors import Refused
from domain.volunteers import Volunteer
from tests import make
from tests.clock import NOW
from tests.domain.sweeping import everything
from tests.stage import Stage
from tests.storms.standing import Lasting, journaled, told_once

SEATS, WHO = 2, st.integers(0, 2)
ANSWERS = st.sampled_from([PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE])
DAYS = st.integers(20, 60)


class Steps(Lasting):
    """A town with a drill to which one is invited, an activity with two seats, and three of each who could come."""

    taken = refused = 0

    @initialize()
    def a_town(self) -> None:
        self.now = NOW
        self.stage.play(self._settle(), empty=True)

    async def _settle(self) -> None:
        self.town = town = await self.stage.town()
        self.drill, self.activity = await make.drill(town.officer), await make.activity(town.officer, capacity=SEATS)
        bodies = [await make.company(town.officer, f"架空商事{number}") for number in range(3)]
        self.contacts = [
            await make.contact(town.officer, body, mail_address=f"contact{number}@partner.example")
            for number, body in enumerate(bodies)
        ]
        self.volunteers: list[Volunteer] = [
            await make.volunteer(town, family_name=f"例塚{number}", mail_address=f"v{number}@volunteer.example")
            for number in range(3)
        ]
        await drills.invite(town.officer, self.drill.id, contact_id=self.contacts[0].id)

    def does(self, step: Callable[[], Awaitable[object]]) -> None:
        """One step a minute later; one that is refused leaves everything as it was, any other stands in the journal."""
        self.now += timedelta(minutes=1)
        self.stage.play(self._done(step), empty=False)

    async def _done(self, step: Callable[[], Awaitable[object]]) -> None:
        before = await everything()
        try:
            async with journaled(), told_once():
                await step()
        except Refused:
            type(self).refused += 1
            assert await everything() == before
        else:
            type(self).taken += 1

    @property
    def officer(self) -> Any:
        return make.at(self.town.officer, self.now)

    @rule(who=WHO)
    def invite_to_the_drill(self, who: int) -> None:
        self.does(lambda: drills.invite(self.officer, self.drill.id, contact_id=self.contacts[who].id))

    @rule(who=WHO)
    def take_an_invitation_back(self, who: int) -> None:
        async def step() -> None:
            for asked in await Attendee.filter(person_id=self.contacts[who].person_id):
                await drills.uninvite(self.officer, self.drill.id, attendee_id=asked.id)

        self.does(step)

    @rule(who=WHO, answer=ANSWERS)
    def answer(self, who: int, answer: PartStat) -> None:
        async def asked() -> list[Attendee]:
            people = (self.contacts[who].person_id, self.volunteers[who].person_id)
            return await Attendee.filter(person_id__in=people).order_by("id")

        for one in self.stage.play(asked(), empty=False):
            self.does(partial(self._answers, one, answer))

    async def _answers(self, one: Attendee, answer: PartStat) -> None:
        await replies.answer_by_link(self.now, one.id, partstat=answer)

    @rule(room=st.sampled_from(["講堂", "大会議室", "道場"]))
    def move_the_drill(self, room: str) -> None:
        self.does(lambda: drills.correct(self.officer, self.drill.id, place=room))

    @rule(days=DAYS)
    def postpone_the_drill(self, days: int) -> None:
        starts_at = NOW + timedelta(days=days)
        dates: dict[str, Any] = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        self.does(lambda: drills.postpone(self.officer, self.drill.id, reason="台風", **dates))

    @rule(step=st.sampled_from([drills.resume_inviting, drills.confirm]))
    def go_on_with_the_drill(self, step: Any) -> None:
        self.does(lambda: step(self.officer, self.drill.id))

    @rule(who=WHO)
    def invite_to_the_activity(self, who: int) -> None:
        self.does(lambda: activities.invite(self.officer, self.activity.id, volunteer_ids=[self.volunteers[who].id]))

    @rule(who=WHO)
    def release_from_the_activity(self, who: int) -> None:
        async def step() -> None:
            for part in await ActivityParticipation.filter(volunteer_id=self.volunteers[who].id):
                await activities.release(self.officer, part.id, reason="人数が揃ったため")

        self.does(step)

    @rule(days=DAYS)
    def put_the_activity_off(self, days: int) -> None:
        starts_at = NOW + timedelta(days=days)
        dates: dict[str, Any] = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        self.does(lambda: activities.reschedule(self.officer, self.activity.id, **dates))


def test_whatever_is_done_next_nothing_is_lost_or_left_untold(stage: Stage, full: bool, capsys: Any) -> None:
    class Drawn(Steps):
        taken = refused = 0

    Drawn.stage = stage
    examples, steps, least = (240, 100, 10_000) if full else (10, 30, 100)
    drawn = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(Drawn, settings=drawn)
    with capsys.disabled():
        print(f"\nsteps: {Drawn.taken} taken, {Drawn.refused} refused")
    assert Drawn.taken >= least
