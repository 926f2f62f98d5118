"""Looks of one kind that many take at once, put to the database as one."""

from __future__ import annotations

import asyncio
from asyncio import Future, Task
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from tortoise import Tortoise

K = TypeVar("K")
R = TypeVar("R")
Look = Callable[[Any, Sequence[K]], Awaitable[Mapping[K, R]]]
"""Over this connection, what is found of all that is asked for."""

TURNS = 3
"""Of the event loop, which a look waits for others who have come already and not been heard. That costs nothing
where nobody has, and saves half of the looks where many come at once."""


class Together(Generic[K, R]):
    """Whoever asks while a look is under way shares the next one with all who do: so each is answered by a look that
    was begun after they asked, as if they had looked alone, and however many ask, one connection is taken. For what is
    only read, outside of transactions. An error is told to all who shared the look; the next begins anew."""

    def __init__(self, look: Look[K, R]) -> None:
        self.look = look
        self.asked: list[tuple[K, Future[R | None]]] = []
        self.shared: list[tuple[K, Future[R | None]]] = []
        self.task: Task[None] | None = None

    def find(self, key: K) -> Future[R | None]:
        """What there is, if anything, once it is awaited."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._look_for_all())
        # Python 3.11 asks the system for its process whenever it is asked for the running loop: the task knows it.
        answer: Future[R | None] = self.task.get_loop().create_future()
        self.asked.append((key, answer))
        return answer

    async def _look_for_all(self) -> None:
        """Look as long as anybody asks; the last are answered when the connection is given back, and the others before
        the next look."""
        try:
            while self.asked:
                async with Tortoise.get_connection("default").acquire_connection() as connection:
                    found = await self._look_once(connection)
                    while self.asked:
                        self._answer(found)
                        found = await self._look_once(connection)
                self._answer(found)
        except Exception as error:
            self._tell(partial(_fail, error))
        finally:
            self._tell(Future.cancel)

    async def _look_once(self, connection: Any) -> Mapping[K, R]:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.shared, self.asked = self.asked, []
        return await self.look(connection, list(dict.fromkeys(key for key, _ in self.shared)))

    def _answer(self, found: Mapping[K, R]) -> None:
        for key, answer in self.shared:
            if not answer.done():  # whoever has hung up waits no more
                answer.set_result(found.get(key))

    def _tell(self, how: Callable[[Future[R | None]], object]) -> None:
        """Tell all who are left: the look has failed, or the program ends."""
        left, self.shared, self.asked = self.shared + self.asked, [], []
        for _, answer in left:
            if not answer.done():
                how(answer)


def _fail(error: Exception, answer: Future[Any]) -> None:
    answer.set_exception(error)
