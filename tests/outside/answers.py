"""What an answer of GraphQL must be, whatever was asked: judged by the schema alone, not by how it was made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLAbstractType, GraphQLResolveInfo, GraphQLSchema, graphql_sync

CODES = {
    *("UNAUTHENTICATED", "NOT_FOUND", "NOT_ALLOWED", "WRONG_STATE", "CONFLICT", "INVALID", "INCOMPLETE"),
    *("TOO_LARGE", "RATE_LIMITED"),
}
PARTS = {"data", "errors", "extensions"}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
INSIDES = re.compile(r"Traceback|asyncpg|tortoise|site-packages|\.py\b|\bSELECT\b.*\bFROM\b|[Cc]annot return null")
"""What the program would tell of itself; graphql-core says the last where a value is missing."""


def faults(schema: GraphQLSchema, document: str, status: int, answer: Any) -> Iterator[str]:
    """What is wrong with the answer to the document."""
    if status >= 500:
        yield f"status {status}"
    if not isinstance(answer, dict) or not {"data", "errors"} & answer.keys() or answer.keys() - PARTS:
        yield "no answer of GraphQL"
        return
    for error in answer.get("errors", ()):
        yield from error_faults(error)
    if "errors" not in answer:
        yield from data_faults(schema, document, answer["data"])


def error_faults(error: Mapping[str, Any]) -> Iterator[str]:
    if error.get("extensions", {}).get("code") not in CODES:
        yield f"an error without a known code: {error}"
    if not JAPANESE.search(error.get("message", "")):
        yield f"an error that says nothing in Japanese: {error}"
    if INSIDES.search(str(error)):
        yield f"an error that tells of the insides: {error}"


def data_faults(schema: GraphQLSchema, document: str, data: Any) -> Iterator[str]:
    """The schema is asked the same of what was answered: it must find nothing missing, nothing more, nothing else."""
    again = graphql_sync(schema, document, data, field_resolver=_as_answered, type_resolver=_by_the_id)
    if again.errors:
        yield f"data that the schema does not allow: {again.errors[:3]}"
    elif again.data != data:
        yield "data that is not what was asked for"


def _as_answered(source: Any, info: GraphQLResolveInfo, **_: Any) -> Any:
    return source[info.path.key]


def _by_the_id(_: Any, info: GraphQLResolveInfo, __: GraphQLAbstractType) -> str:
    """Only `node` is of more than one type, and the id says of which."""
    (asked,) = (argument.value for argument in info.field_nodes[0].arguments)
    return str(getattr(asked, "value", "")).partition(":")[0]
