"""Whatever is found good is executed past Strawberry's rounds of extensions, and answered as by those: drawn operations
are asked both ways. A change is made under a key, so that whoever asks second gets the same row."""

import logging
from collections import Counter
from random import Random
from time import time_ns
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import strawberry

from api.context import Context
from api.graphql_door import worded
from api.schema import schema
from domain.actor import Actor, Role
from tests import make
from tests.make import Town

FRAGMENT = "fragment Shown on Organization { version again: name }"
SHOWN = (
    "organization { id name }",
    "__typename",
    "organization { ...Shown } organization { kind }",
    "a: organization { id } ... on OrganizationPayload { b: organization { id name @include(if: $yes) } }",
    "organization @skip(if: $no) { id } organization @skip(if: $yes) { name }",
    "organization { contacts(first: 2) { totalCount } }",
    "organization { nothing }",
    "",
)
DECLARED = {
    "$i0": "$i0: RegisterOrganizationInput!",
    "$i1": "$i1: RegisterOrganizationInput!",
    "$yes": "$yes: Boolean! = true",
    "$no": "$no: Boolean = false",
}
BESIDE = ("", "__typename", "more: __typename")
QUERIES = (
    "query Q { __typename me { person { id } } }",
    "query Q { __schema { queryType { name } } drills(first: 2) { totalCount } }",
    "query Q { worklist(first: 2) { totalCount } }",
    "query Q { me { nothing } }",
    "subscription Q { me }",
    "query Q { me { person { id } } } query R { __typename }",
    "query Q {",
)
ASKED = (
    "query Q($n: Int!, $yes: Boolean! = true) {"
    " organizations(first: $n) { totalCount edges { node { id name @include(if: $yes) } } } }",
    "query Q($n: Int = 1, $yes: Boolean!) { organizations(first: 2) { edges { node { ...Shown @include(if: $yes)"
    " contacts(first: $n) { totalCount } } } } me @skip(if: $yes) { person { id } } } " + FRAGMENT,
    "query Q($id: ID!, $n: Int) {"
    " node(id: $id) { id ... on Organization { name contacts(last: $n) { totalCount } } } }",
)
"""Each asked again and again, with other values: what was prepared for one is not another's."""
NAMES = ("Q", None, "Other", "")


class Drawn:
    """Operations as clients write them, and now and then as they should not."""

    def __init__(self, dice: Random, body: UUID) -> None:
        self.dice, self.body = dice, body

    def operation(self) -> tuple[str, str | None, dict[str, Any]]:
        if self.dice.random() < 0.2:
            return self.dice.choice(QUERIES), self.dice.choice(NAMES), {}
        if self.dice.random() < 0.3:
            return self.dice.choice(ASKED), "Q", self.values()
        inputs = [self.input() for _ in range(self.dice.choice((1, 1, 2)))]
        fields = " ".join(self.field(number, one) for number, one in enumerate(inputs))
        used = ", ".join(declared for name, declared in DECLARED.items() if name in fields)
        variables: dict[str, Any] = {f"i{number}": one for number, one in enumerate(inputs) if self.is_usual()}
        text = f"mutation Q{f'({used})' if used else ''} {{ {fields} {self.dice.choice(BESIDE)} }}"
        return text + (FRAGMENT if "...Shown" in text else ""), self.dice.choice(("Q", "Q", *NAMES)), variables

    def values(self) -> dict[str, Any]:
        """Some of them missing, and now and then one that does not fit."""
        right = {"n": self.dice.randint(1, 3), "yes": self.dice.random() < 0.5, "id": f"Organization:{self.body}"}
        wrong = ({"n": "two"}, {"n": None}, {"n": 1000}, {"yes": None}, {"id": "Organization:x"}, {"other": 1})
        told = right if self.is_usual() else right | self.dice.choice(wrong)
        return {name: value for name, value in told.items() if self.is_usual()}

    def is_usual(self) -> bool:
        return self.dice.random() < 0.9

    def field(self, number: int, input: dict[str, Any]) -> str:
        chosen = " ".join(self.dice.sample(SHOWN[:6], 2) if self.is_usual() else [self.dice.choice(SHOWN)])
        given = f"$i{number}" if self.is_usual() else f'{{ kind: COMPANY, name: "架空{number}", idempotencyKey: "k" }}'
        return f"f{number}: registerOrganization(input: {given}) {{ {chosen} }}"

    def input(self) -> dict[str, Any]:
        right = {"kind": "COMPANY", "name": f"架空{self.dice.randint(1, 10**6)}", "idempotencyKey": str(uuid4())}
        wrong = ({"kind": "NOTHING"}, {"name": ""}, {"name": None}, {"name": 7}, {"unitId": "Unit:x"}, {"x": 1})
        return right if self.is_usual() else right | self.dice.choice(wrong)


async def answers(actor: Actor, text: str, name: str | None, variables: dict[str, Any]) -> list[Any]:
    """Ours, and Strawberry's own."""
    found = []
    for ask in (schema.execute, super(type(schema), schema).execute):
        try:
            result = await ask(text, variables, Context(actor, purpose="比べる"), operation_name=name)
        except Exception as error:
            found.append((type(error), str(error)))
        else:
            assert isinstance(result, strawberry.types.ExecutionResult)
            found.append(orjson.loads(orjson.dumps(worded(result))))
    return found


def test_what_is_drawn_is_answered_as_strawberry_answers_it(
    play: Any, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("strawberry.execution"), "disabled", True)  # as the door has it
    wanted, seed = (1000, time_ns()) if full else (60, 20261122)

    async def story(town: Town) -> Counter[str]:
        seen: Counter[str] = Counter()
        body = await make.company(town.officer)
        drawn = Drawn(Random(seed), body.id)
        outside = make.outsider(town.officer, Role.PARTNER, await make.contact(town.officer, body))
        for number in range(wanted):
            text, name, variables = drawn.operation()
            ours, theirs = await answers(outside if number % 10 == 0 else town.officer, text, name, variables)
            assert ours == theirs, (seed, text, name, variables)
            is_told = isinstance(ours, dict)
            seen["changed"] += is_told and "errors" not in ours and text.startswith("mutation")
            seen["read"] += is_told and "errors" not in ours and text in ASKED
            seen["refused"] += is_told and "errors" in ours
            seen["raised"] += not is_told
        return seen

    seen = play(story)
    assert all(seen[kind] > wanted / 50 for kind in ("changed", "read", "refused", "raised")), seen
