"""schemathesis asks `renkei demo` whatever the schema allows: as each of the ten, and as nobody.

`renkei check --full` runs it where schemathesis is installed (`pip install -e '.[outside]'`), and so does
`python -m tests.outside.stranger [EXAMPLES]`. It does not know the program: it reads the published schema, and makes
up documents and values for every root field and every mutation. Each document is sent as it was made up, and again with
some of what may be left out left out, with ids that exist and days of this century, so that it gets further in. The
demonstration is one of its own, and is thrown away.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from graphql import (
    ArgumentNode,
    ObjectFieldNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_non_null_type,
    parse,
    print_ast,
    visit,
)
from graphql.language.visitor import REMOVE
from hypothesis import HealthCheck, Phase, given, settings

from tests.demonstrating import Demo
from tests.outside.answers import faults

SDL = Path(__file__).parents[2] / "api" / "schema.graphql"
SCHEMA = build_schema(SDL.read_text(encoding="utf-8"))
EXAMPLES = 3
"""Documents for each operation and asker; each is sent twice."""

NOBODY = "nobody"
LISTS = (
    *("organizations", "contacts", "lectures", "drills", "agreements", "volunteers", "volunteerActivities"),
    *("volunteerGroups", "units", "officers", "appointments", "drillParticipations", "activityParticipations"),
    *("calendarFeeds", "letters", "journal"),
)
DAYS = ("2026-04-01", "2027-03-31", "2028-02-29", "0001-01-01", "9999-12-31")
PATIENCE, PAUSE = 5, 2
"""How often a question is sent again that came too early, and after how many seconds at most: whoever has used up their
rows for a quarter of an hour is answered so."""


class Likely(Visitor):
    """Makes a document more likely to get further in: `lectureId` is the id of a lecture, if one is known."""

    def __init__(self, types: TypeInfo, random: Random, ids: list[str]) -> None:
        super().__init__()
        self.types, self.random, self.ids, self.name = types, random, ids, ""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        return self._perhaps(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        return self._perhaps(node)

    def _perhaps(self, node: ArgumentNode | ObjectFieldNode) -> Any:
        self.name = node.name.value
        may_go = not is_non_null_type(self.types.get_input_type())
        return REMOVE if may_go and self.random.random() < 0.6 else None

    def enter_string_value(self, _: StringValueNode, *__: Any) -> Any:
        match getattr(get_named_type(self.types.get_input_type()), "name", ""):
            case "ID":
                kind = re.sub("Ids?$", "", self.name)
                meant = [id for id in self.ids if id.partition(":")[0].lower().endswith(kind.lower())]
                return StringValueNode(value=self.random.choice(meant or self.ids))
            case "Date":
                return StringValueNode(value=self.random.choice(DAYS))
        return None


def likely(document: str, random: Random, ids: list[str]) -> str:
    types = TypeInfo(SCHEMA)
    return print_ast(visit(parse(document), TypeInfoVisitor(types, Likely(types, random, ids))))


CALM = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def made_up(examples: int) -> Iterator[list[str]]:
    """For each operation documents that schemathesis has made up, the same ones every time."""
    import schemathesis  # only there where it was asked for

    for found in schemathesis.graphql.from_path(SDL).get_all_operations():
        yield drawn(found.ok(), examples)


def drawn(operation: Any, examples: int) -> list[str]:
    documents: list[str] = []

    @settings(CALM, max_examples=examples)
    @given(case=operation.as_strategy())
    def draw(case: Any) -> None:
        documents.append(case.body)

    draw()
    return documents


@dataclass
class Run:
    """What was asked and what came of it, by who asked."""

    url: str
    tokens: dict[str, str]
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def ask(self, client: httpx.Client, who: str, document: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        for _ in range(PATIENCE):
            answer = client.post(self.url, json={"query": document}, headers=headers)
            if "RATE_LIMITED" not in answer.text:
                break
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), PAUSE))
        return answer

    def judge(self, client: httpx.Client, who: str, document: str) -> None:
        answer = self.ask(client, who, document)
        said = answer.json() if answer.headers["content-type"].startswith("application/json") else None
        found = list(faults(SCHEMA, document, answer.status_code, said))
        if who == NOBODY and answer.status_code != 401:
            found.append(f"nobody was answered with {answer.status_code}")
        self.wrong += [f"{who}: {fault}\n{document}" for fault in found]
        self.counts.setdefault(who, Counter()).update([kind_of(said)])


def kind_of(said: Any) -> str:
    if not isinstance(said, dict) or "errors" not in said:
        return "data"
    return str(said["errors"][0].get("extensions", {}).get("code"))


def known_ids(run: Run, client: httpx.Client) -> Iterator[str]:
    """Of rows that headquarters see, and so everybody else some of, or none."""
    for name in LISTS:
        found = run.ask(client, "hq", f"{{ {name}(first: 5) {{ edges {{ node {{ id }} }} }} }}").json()
        yield from (edge["node"]["id"] for edge in found["data"][name]["edges"])


def asked_by_all(demo: Demo, examples: int) -> Run:
    run, random = Run(demo.card["graphql"], demo.card["tokens"]), Random(1)
    with httpx.Client(trust_env=False, timeout=60) as client:
        ids = list(known_ids(run, client))
        for documents in made_up(examples):
            for document in documents:
                for who in (*run.tokens, NOBODY):
                    run.judge(client, who, document)
                    run.judge(client, who, likely(document, random, ids))
    return run


def main(examples: int) -> int:
    with tempfile.TemporaryDirectory(prefix="renkei-outside-") as place:
        demo = Demo(Path(place) / "var")
        demo.start()
        try:
            run = asked_by_all(demo, examples)
        finally:
            demo.stop()
        run.wrong += [line for line in demo.log.splitlines() if '"ERROR"' in line or "Traceback" in line]
    for who, counts in run.counts.items():
        print(f"{who:14} {counts.total():6}  " + "  ".join(f"{kind} {n}" for kind, n in counts.most_common()))
    print("\n\n".join(run.wrong[:20]), file=sys.stderr)
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES))
