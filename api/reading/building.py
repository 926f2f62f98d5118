"""A schema whose reading goes through the reader, checked when it is built."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from api.reading.checks import faults
from api.reading.executor import Reader
from api.scalars import DateTime


class Cost(SchemaExtension):
    """Tells the client in `extensions.cost` how many rows the operation might have read."""

    def get_results(self) -> dict[str, Any]:
        return {"cost": self.execution_context.context.cost}


def schema(
    query: type,
    mutation: type | None = None,
    *,
    types: Iterable[type] = (),
    extensions: Iterable[type[SchemaExtension]] = (),
    reader: type[Reader] | None = Reader,
) -> strawberry.Schema:
    """Raises TypeError with every declaration that cannot be read as it stands."""
    built = strawberry.Schema(
        query,
        mutation,
        types=types,
        extensions=[*extensions, Cost],
        execution_context_class=reader,
        config=StrawberryConfig(scalar_map={datetime: DateTime}),
    )
    if found := faults(built._schema):
        raise TypeError("\n".join(found))
    return built
