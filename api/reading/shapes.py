"""The GraphQL types that every list shares (Relay: Cursor Connections, Global Object Identification)."""

from typing import Generic, TypeVar

import strawberry

from api.reading.declarations import key

T = TypeVar("T")


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = key()


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type(
    description="A page of a list: the `first` (20 unless told, 200 at most) or the `last` rows, by cursors."
)
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int = strawberry.field(description="How many rows the filter finds, on all pages together.")
