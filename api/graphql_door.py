"""The GraphQL door: asks the schema what the guard let through, and puts the answer into words and bytes.

An answer carries `data` (values may be `orjson.Fragment`, JSON that the database has already built), `errors`
and `extensions.cost`. A refusal of the domain keeps its code, its Japanese message and its field; what was
written wrongly keeps the text of graphql-core behind a Japanese sentence; anything else is a bug, of which
the client learns a number and the log the place. Neither learns values: an exception's text may quote a row.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError, is_enum_type
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.str_converters import to_camel_case

from api.callers import Known
from api.guard import READ, Asked, answer
from api.logs import note
from api.observing import BUG, failed
from api.outages import outage, write_down
from api.reading.straight import that_reads
from domain.errors import RateLimited, Refused, Unavailable

Choices = Callable[[str], list[str]]
"""The values of an enum by its name."""

ContextOf = Callable[[Request, Known | None], Awaitable[Any]]
"""What is asked for whoever is remembered, which then says whether it `is_proved`, or else for whoever the request is
found to be of. Raises a Refused (Unauthenticated, RateLimited) where nobody may ask."""

STATUS = {"UNAUTHENTICATED": 401, "NOT_ALLOWED": 403, "RATE_LIMITED": 429, "UNAVAILABLE": 503}
"""What a refusal is in HTTP where the request as a whole is refused; any other is 400."""

OPERATIONS = (OperationType.QUERY, OperationType.MUTATION)

TEXT_LIMIT = 600
"""Characters of an error text that go back: graphql-core quotes whole values."""

SUGGESTION = re.compile(r" Did you mean [^?]*\?")
COERCED = re.compile(r"(?:Variable '\$|Argument ')(?P<name>\w+)' has invalid value(?: at \.?(?P<path>[^\s:]+))?: ")
UNKNOWN = re.compile(r"does not exist in '(?P<type>\w+)' enum|Enum '(?P<other>\w+)' cannot represent")
MISSING = re.compile(r"to include required field '(?P<field>\w+)'")


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _no_one(_: Request) -> None:
    """Nobody is remembered."""


class Answer(Response):
    """JSON that is bytes already: Starlette would look what else it might be."""

    media_type = "application/json"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        if headers:
            super().init_headers(headers)
        else:
            self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]


class GraphQLDoor:
    """An ASGI endpoint for the requests that `api.guard.Guard` has read."""

    def __init__(
        self, schema: Schema, context_of: ContextOf, remembered: Callable[[Request], Known | None] = _no_one
    ) -> None:
        self.schema = schema
        self.context_of = context_of
        self.remembered = remembered
        self.reader: Any = schema.execution_context_class
        # Strawberry logs every error with its text, which may quote what was typed; this door logs instead.
        # A filter, because a server that configures its own logging enables every logger again.
        logging.getLogger("strawberry.execution").addFilter(_nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.respond(Request(scope, receive), scope["state"]["graphql"])
        await response(scope, receive, send)

    async def respond(self, request: Request, asked: Asked) -> Response:
        try:
            result = await self.result(request, asked)
            return Answer(orjson.dumps(worded(result, self.choices)), *status_of(result))
        except Refused as refused:
            return refusal(refused)
        except Exception as bug:
            return failed(bug)

    async def result(self, request: Request, asked: Asked) -> ExecutionResult:
        """What only reads is asked for whoever is remembered, if the statements prove that it is still they; anything
        else, and what asked no statement, for whoever it is found to be now. A stranger's text is not even read: to
        parse it and to hold it against the rules is most of the work that a question makes."""
        known = self.remembered(request)
        reading = known and that_reads(self.schema, asked.query, asked.operation_name)
        if reading:
            if READ.find(asked.body) is not asked:
                READ.keep(asked.body, asked)
            context = await self.context_of(request, known)
            result = await reading.answer(context, asked.variables, self.reader)
            if context.is_proved:
                return result
        return await self.execute(asked, await self.context_of(request, None))

    def choices(self, name: str) -> list[str]:
        """The values of an enum of this schema."""
        gtype = self.schema._schema.type_map.get(name)
        return list(gtype.values) if is_enum_type(gtype) else []

    async def execute(self, asked: Asked, context: object) -> ExecutionResult:
        try:
            return await self.schema.execute(
                asked.query,
                asked.variables,
                context,
                operation_name=asked.operation_name,
                allowed_operation_types=OPERATIONS,
            )
        except CannotGetOperationTypeError as error:
            return ExecutionResult(data=None, errors=[GraphQLError(error.as_http_error_reason())])
        except InvalidOperationTypeError:
            return ExecutionResult(data=None, errors=[GraphQLError("Subscriptions are not offered.")])


def refusal(refused: Refused) -> Response:
    """The answer to a request that is refused as a whole (RFC 6750 §3 asks 401 to name the scheme)."""
    status = STATUS.get(refused.code, 400)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(refused, RateLimited):
        headers["Retry-After"] = str(refused.retry_after)
    return answer(status, refused.code, refused.message, headers)


def status_of(result: ExecutionResult) -> tuple[int, dict[str, str]]:
    """That of HTTP, and when to come again: what an account may not read any more is refused like a request that comes
    too often, for whatever stands between the two knows no other way to tell (RFC 6585 §4). So is what the database
    cannot do for now (RFC 9110 §15.6.4)."""
    for error in result.errors or ():
        cause = cause_of(error)
        if isinstance(cause, Unavailable) or (isinstance(cause, RateLimited) and error.path is None):
            return STATUS[cause.code], {"Retry-After": str(cause.retry_after)}
    return 200, {}


def _no_choices(_: str) -> list[str]:
    return []


def worded(result: ExecutionResult, choices: Choices = _no_choices) -> dict[str, object]:
    """The GraphQL answer (GraphQL §7.1): no `data` where nothing was executed, errors first for people."""
    words: dict[str, object] = {}
    if result.errors:
        words["errors"] = [word(error, choices) for error in result.errors]
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        words["data"] = result.data
    if "cost" in (result.extensions or {}):
        words["extensions"] = {"cost": (result.extensions or {})["cost"]}
    return words


def word(error: GraphQLError, choices: Choices) -> dict[str, object]:
    """One error as the client sees it."""
    cause = cause_of(error)
    if isinstance(cause, Unavailable):
        write_down(cause)
    if isinstance(cause, Refused):
        return entry(error, cause.message, cause.code, field=cause.field or coerced_field(error.message))
    if is_of_the_document(error, cause):
        return entry(error, sentence(error, choices), "INVALID", field=coerced_field(error.message))
    return entry(error, BUG, "INTERNAL", requestId=note(cause))


def entry(error: GraphQLError, message: str, code: str, **extensions: str | None) -> dict[str, object]:
    formatted: Mapping[str, object] = error.formatted
    place = {key: formatted[key] for key in ("locations", "path") if key in formatted}
    known = {key: to_camel_case(value) if key == "field" else value for key, value in extensions.items() if value}
    return {"message": message, **place, "extensions": {"code": code, **known}}


def cause_of(error: GraphQLError) -> Exception:
    """What was raised in the first place, for graphql-core wraps an exception once per layer; the database's trouble as
    what it is."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause if isinstance(cause, Refused | GraphQLError) else outage(cause) or cause


def is_of_the_document(error: GraphQLError, cause: Exception) -> bool:
    """Whether what was sent is wrong, and not the program.

    Before execution an error is about what was sent if graphql-core made it or it points into the document.
    During execution only an argument can still be; an error at the field itself is the program's.
    """
    if error.path is None:
        return isinstance(cause, GraphQLError) or bool(error.nodes)
    return isinstance(cause, GraphQLError) and not any(isinstance(n, FieldNode) for n in error.nodes or ())


def _in_japanese(text: str, choices: Choices) -> str:
    """What an enum could have been; nothing where only English is known."""
    unknown = UNKNOWN.search(text)
    known = "・".join(choices(unknown["type"] or unknown["other"])) if unknown else ""
    return f"この値は使えません。使えるのは {known} です。" if known else ""


def coerced_field(text: str) -> str | None:
    """The argument that the text of graphql-core is about, where it is about one."""
    coerced = COERCED.match(text)
    if coerced is None:
        return None
    missing = MISSING.search(text)
    path = [coerced["path"], missing["field"] if missing else None]
    return ".".join(part for part in path if part) or coerced["name"]


def sentence(error: GraphQLError, choices: Choices) -> str:
    """A Japanese sentence and, where it is not all, behind it the text of graphql-core, without what it suggests."""
    text = SUGGESTION.sub("", error.message)
    short = text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
    field = coerced_field(error.message)
    if told := _in_japanese(short, choices):
        return f"{field}: {told}" if field else told
    if field is not None:
        return f"{field} の値を直してください。（{short}）"
    if isinstance(error, GraphQLSyntaxError):
        return f"問い合わせの文法を直してください。（{short}）"
    return f"問い合わせを直してください。（{short}）"
