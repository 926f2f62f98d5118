"""Ask the real schema as an actor, and get the answer as a client would: words and codes, no Python values."""

from typing import Any

import orjson

from api.context import Context
from api.graphql_door import GraphQLDoor, worded
from api.guard import Asked
from api.schema import schema
from domain.actor import Actor
from domain.journal import Entry


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


async def done(actor: Actor, mutation: str, shown: str = "__typename", **input: Any) -> Any:
    """What the payload shows of a mutation that is taken."""
    answer = await change(actor, mutation, shown, **input)
    assert "errors" not in answer, (mutation, answer["errors"])
    return answer["data"][mutation]


async def refused(actor: Actor, mutation: str, **input: Any) -> str:
    """The code of the refusal; nothing is written."""
    before = await Entry.all().count()
    [(code, _)] = codes(await change(actor, mutation, "__typename", **input))
    assert await Entry.all().count() == before
    return code


FIGURES = """
    query($period: String!, $measures: [String!]) {
      statistics(period: $period) { figures(byKind: true, measures: $measures) { unitName kind measure value } }
    }"""


async def figures(reader: Actor, unit_name: str, period: str, *measures: str) -> dict[tuple[str, str | None], float]:
    """What the reader is told of a unit: each figure that is not 0, of each kind, and of all (None) together."""
    told = (await read(reader, FIGURES, period=period, measures=list(measures)))["statistics"]["figures"]
    own = [one for one in told if one["unitName"] == unit_name and one["value"]]
    return {(one["measure"], one["kind"]): one["value"] for one in own}
