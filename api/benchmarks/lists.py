"""BENCH ONLY: of each list that anybody can ask for the first page, in each order that it can be asked for in, and how
much there is; and what else looks at everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from graphql import GraphQLEnumType, get_named_type

from api.benchmarks import dispatches
from api.benchmarks.ground import Ground
from api.benchmarks.hot import Hot, tell
from api.reading.declarations import Pages, how_of
from api.reading.pages import chosen_order
from api.schema import schema
from domain.actor import Actor, Role
from domain.rights import may_read

OF_ALL = {
    "重複の疑い": "{ possibleDuplicates { organizationName otherName reasons } }",
    "今年度の確認がまだの担当者": "{ staleContacts { unit name contacts stale } }",
    "宛先": "{ audience(criteria: { kinds: [COMPANY] }) { bodyCount contactCount bodies { name reach } } }",
    "遠のいている協定先": "{ relationships { name grade reasons { kind told } } }",
    "待っている仕事": "{ worklist { totalCount overdueCount items { kind subject why } } }",
}


async def by_reader(ground: Ground) -> dict[str, list[Hot]]:
    """The pages, by who asks."""
    school, volunteer = await dispatches.guests(ground)
    asking = {**_desks(ground), "連携団体": ground.partner, "学校": school, "ボランティア": volunteer}
    return {who: [listed(actor, *one) for one in first_pages(actor.role)] for who, actor in asking.items()}


def whole_by_reader(ground: Ground) -> dict[str, list[Hot]]:
    """How much there is of each, and what else looks at everything, by who of the police asks."""
    names = dict.fromkeys(label.partition(",")[0] for label, _ in first_pages())
    whole = [*((name, f"{{ {name} {{ totalCount }} }}") for name in names), *OF_ALL.items()]
    return {who: [listed(actor, *one) for one in whole] for who, actor in _desks(ground).items()}


def _desks(ground: Ground) -> dict[str, Actor]:
    station = replace(ground.hq, role=Role.STATION_LIAISON, unit_id=ground.stations[0], units=(ground.stations[0],))
    return {"県本部": ground.hq, "警察署": station}


def first_pages(role: Role = Role.HQ_LIAISON) -> Iterator[tuple[str, str]]:
    """What each that somebody in the role may ask for is called, and the question."""
    root = schema._schema.query_type
    assert root is not None, "the schema has questions"
    for name, field in root.fields.items():
        how = how_of(root, field)
        if isinstance(how, Pages) and may_read(role, how.data):
            given = field.args.get("orderBy")
            orders = get_named_type(given.type) if given else None
            for chosen in _orders(role, how, orders):
                order = f", orderBy: {chosen}" if chosen else ""
                yield f"{name}{order}", f"{{ {name}(first: 20{order}) {{ edges {{ cursor node {{ id }} }} }} }}"


def _orders(role: Role, how: Pages, orders: object) -> Iterator[str | None]:
    if not isinstance(orders, GraphQLEnumType):
        yield from [None] if may_read(role, how.order.data) else []
        return
    for name in orders.values:
        if may_read(role, chosen_order(how, {"orderBy": orders.parse_value(name)}).data):
            yield name


def listed(actor: Actor, label: str, question: str) -> Hot:
    return Hot(label, partial(tell, label, actor, question, {}))
