"""How many statements something takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tortoise import Tortoise


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked outside of transactions while the block lasts."""
    client, asked = Tortoise.get_connection("default"), []
    genuine = client.execute_query

    async def noted(query: str, values: list[Any] | None = None) -> Any:
        asked.append(query)
        return await genuine(query, values)

    client.execute_query = noted  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        del client.execute_query
