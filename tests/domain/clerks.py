"""Officers at work and a post that takes whatever may leave, for the tests of what gathers."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from domain import gathering, outbox
from domain.actor import Actor
from domain.drills import Drill
from domain.gathering import Gathering
from domain.organizations import Contact
from domain.outbox import Letter
from tests import make
from tests.clock import NOW
from tests.make import Town

MINUTE = timedelta(minutes=1)
FIVE = Gathering(5 * MINUTE)


@dataclass
class Clock:
    """Officers at work, and a post that takes whatever may leave."""

    town: Town
    now: Any = NOW
    how: Gathering = FIVE
    left: list[Letter] = field(default_factory=list)

    @property
    def officer(self) -> Actor:
        return make.at(self.town.officer, self.now)

    async def after(self, minutes: int) -> list[tuple[str, str, str | None]]:
        """What leaves when so many minutes more have passed: to whom, what, and by which method."""
        self.now += minutes * MINUTE
        before = len(self.left)
        while True:
            await gathering.settle(self.now, self.how)
            taken = await outbox.claim(self.now, 50)
            if not taken:
                break
            for letter in taken:
                await outbox.mark_sent(self.now, letter.id)
            self.left += taken
        told = [(one.to_address, one.kind, one.method) for one in self.left[before:]]
        return sorted(told, key=lambda one: (one[0], one[1], one[2] or ""))

    async def fails(self, reason: str, *, for_good: bool) -> None:
        """Five minutes later the one letter that may leave is not taken."""
        self.now += 5 * MINUTE
        await gathering.settle(self.now, self.how)
        [letter] = await outbox.claim(self.now)
        await outbox.mark_failed(self.now, letter.id, reason, for_good=for_good)


async def drill_with(clock: Clock, *names: str) -> tuple[Drill, list[Contact]]:
    drill = await make.drill(clock.town.officer)
    return drill, await make.invited(clock.town.officer, drill, *names)
