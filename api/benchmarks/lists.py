"""BENCH ONLY: of each list that anybody can ask for the first page, in each order that it can be asked for in, and how
much there is; and what else looks at everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from graphql import GraphQLEnumType, get_named_type

from api.benchmarks.ground import Ground
from api.benchmarks.hot import Hot, tell
from api.reading.declarations import Pages, how_of
from api.schema import schema
from domain.actor import Actor, Role

OF_ALL = {
    "重複の疑い": "{ possibleDuplicates { organizationName otherName reasons } }",
    "今年度の確認がまだの担当者": "{ staleContacts { unit name contacts stale } }",
    "宛先": "{ audience(criteria: { kinds: [COMPANY] }) { bodyCount contactCount bodies { name reach } } }",
    "遠のいている協定先": "{ relationships { name grade reasons { kind told } } }",
    "待っている仕事": "{ worklist { totalCount overdueCount items { kind subject why } } }",
}


def by_reader(ground: Ground) -> dict[str, list[Hot]]:
    """The pages, by who asks."""
    return _by_reader(ground, list(first_pages()))


def whole_by_reader(ground: Ground) -> dict[str, list[Hot]]:
    """How much there is of each, and what else looks at everything, by who asks."""
    names = dict.fromkeys(label.partition(",")[0] for label, _ in first_pages())
    return _by_reader(ground, [*((name, f"{{ {name} {{ totalCount }} }}") for name in names), *OF_ALL.items()])


def _by_reader(ground: Ground, questions: Sequence[tuple[str, str]]) -> dict[str, list[Hot]]:
    station = replace(ground.hq, role=Role.STATION_LIAISON, unit_id=ground.stations[0], units=(ground.stations[0],))
    asking = {"県本部": ground.hq, "警察署": station}
    return {who: [listed(actor, *one) for one in questions] for who, actor in asking.items()}


def first_pages() -> Iterator[tuple[str, str]]:
    """What each is called, and the question."""
    root = schema._schema.query_type
    assert root is not None, "the schema has questions"
    for name, field in root.fields.items():
        if isinstance(how_of(root, field), Pages):
            given = field.args.get("orderBy")
            orders = get_named_type(given.type) if given else None
            for chosen in orders.values if isinstance(orders, GraphQLEnumType) else [None]:
                order = f", orderBy: {chosen}" if chosen else ""
                yield f"{name}{order}", f"{{ {name}(first: 20{order}) {{ edges {{ cursor node {{ id }} }} }} }}"


def listed(actor: Actor, label: str, question: str) -> Hot:
    return Hot(label, partial(tell, label, actor, question, {}))
