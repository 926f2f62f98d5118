"""Ask the real schema as an actor, and get the answer as a client would: words and codes, no Python values."""

from typing import Any

import orjson

from api.context import Context
from api.graphql_door import GraphQLDoor, worded
from api.guard import Asked
from api.schema import schema
from domain.actor import Actor


async def _nobody(*_: object) -> object:
    raise AssertionError("these tests hand the actor in")


DOOR = GraphQLDoor(schema, _nobody)
WHY = "手順の確認"


async def ask(actor: Actor, document: str, *, why: str = WHY, **variables: Any) -> dict[str, Any]:
    """The whole answer, `data` and `errors`."""
    return await answered(document, Context(actor, purpose=why), **variables)


async def answered(document: str, context: Context, **variables: Any) -> dict[str, Any]:
    result = await DOOR.execute(Asked(document, variables), context)
    answer: dict[str, Any] = orjson.loads(orjson.dumps(worded(result)))
    return answer


async def read(actor: Actor, document: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = await ask(actor, document, **variables)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


async def change(actor: Actor, mutation: str, shown: str = "__typename", **input: Any) -> dict[str, Any]:
    """Run one mutation with this input and select `shown` of its payload."""
    name = f"{mutation[0].upper()}{mutation[1:]}Input"
    return await ask(actor, f"mutation($input: {name}!) {{ {mutation}(input: $input) {{ {shown} }} }}", input=input)


def codes(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Code and field of every refusal."""
    return [(one["extensions"]["code"], one["extensions"].get("field")) for one in answer.get("errors", [])]
