"""Many who look at once: as if each had looked alone, with one statement for all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.together import Together


@dataclass
class Shop:
    """Looks up prices; each look takes until `may_end`, and sees the prices as they were when it began."""

    prices: dict[str, int] = field(default_factory=lambda: {"tea": 1, "rice": 2})
    looks: list[list[str]] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def look(self, _: Any, names: Sequence[str]) -> dict[str, int]:
        self.looks.append(list(names))
        seen, error = dict(self.prices), self.error
        await self.may_end.wait()
        if error:
            raise error
        return {name: seen[name] for name in names if name in seen}


async def begun(together: Together[str, int], *names: str) -> list[asyncio.Future[int | None]]:
    asking = [together.find(name) for name in names]
    await asyncio.sleep(0.01)
    return asking


def test_those_who_ask_while_a_look_is_under_way_share_the_next(run: Any) -> None:
    async def story() -> None:
        shop = Shop()
        together: Together[str, int] = Together(shop.look)
        first = await begun(together, "tea")
        later = await begun(together, "tea", "rice", "salt")
        shop.may_end.set()
        assert await asyncio.gather(*first, *later) == [1, 1, 2, None]
        assert shop.looks == [["tea"], ["tea", "rice", "salt"]]

    run(story())


def test_who_comes_back_when_answered_is_in_time_for_those_who_already_wait(run: Any) -> None:
    async def story() -> None:
        shop = Shop()
        together: Together[str, int] = Together(shop.look)

        async def again() -> None:
            await together.find("tea")
            for _ in range(2):  # turns of the loop: as long as a request takes to be read
                await asyncio.sleep(0)
            await together.find("salt")

        coming = asyncio.create_task(again())
        await asyncio.sleep(0.01)
        waiting = await begun(together, "rice")
        shop.may_end.set()
        await asyncio.gather(coming, *waiting)
        assert shop.looks == [["tea"], ["rice", "salt"]]

    run(story())


def test_whoever_asks_after_a_change_is_told_of_it_though_an_older_look_is_still_under_way(run: Any) -> None:
    async def story() -> None:
        shop = Shop()
        together: Together[str, int] = Together(shop.look)
        first = await begun(together, "tea")
        shop.prices["tea"] = 5
        later = await begun(together, "tea")
        shop.may_end.set()
        assert await asyncio.gather(*first, *later) == [1, 5]

    run(story())


def test_who_hangs_up_takes_nothing_from_those_who_wait_with_them(run: Any) -> None:
    async def story() -> None:
        shop = Shop()
        together: Together[str, int] = Together(shop.look)
        first = await begun(together, "tea")
        hasty, patient = await begun(together, "tea", "rice")
        for one in (*first, hasty):
            one.cancel()
        shop.may_end.set()
        assert await patient == 2

    run(story())


def test_a_look_that_fails_is_told_to_all_who_shared_it_and_the_next_is_begun_anew(run: Any) -> None:
    async def story() -> None:
        shop = Shop(error=OSError("gone"))
        together: Together[str, int] = Together(shop.look)
        asking = await begun(together, "tea") + await begun(together, "tea", "rice")
        shop.may_end.set()
        for one in asking:
            with pytest.raises(OSError, match="gone"):
                await one
        shop.error = None
        assert await together.find("tea") == 1

    run(story())
