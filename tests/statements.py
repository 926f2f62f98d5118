"""How many statements something takes."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tortoise import Tortoise


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked outside of transactions while the block lasts."""
    client: Any = Tortoise.get_connection("default")
    asked: list[str] = []
    names = ("execute_query", "execute_query_dict")
    for name in names:
        setattr(client, name, _noting(getattr(client, name), asked))
    try:
        yield asked
    finally:
        for name in names:
            delattr(client, name)


def _noting(genuine: Callable[..., Awaitable[Any]], asked: list[str]) -> Callable[..., Awaitable[Any]]:
    async def noted(query: str, values: list[Any] | None = None) -> Any:
        asked.append(query)
        return await genuine(query, values)

    return noted
