"""Every list is read in its order, whichever it is offered in, from the first row of a page to the last: none is sorted
before, for which all of it would be read."""

from collections.abc import Iterator
from typing import Any

from api.benchmarks import lists, plans
from api.benchmarks.replay import Said
from tests.make import Town

IF_THERE_IS_A_WAY = [Said("default", f"SET LOCAL enable_{way} = off", ()) for way in ("sort", "seqscan", "bitmapscan")]
OF_ONE_ROW = {"noticeRules", "thresholds"}
"""Of these a prefecture has one at most."""


def below(node: plans.Node) -> Iterator[plans.Node]:
    for one in node.get("Plans", ()):
        yield one
        yield from below(one)


def is_sorted_whole(node: plans.Node) -> bool:
    """Rows of a table, and not only what was cut already."""
    steps = list(below(node))
    return (
        "Sort" in node["Node Type"]
        and any("Relation Name" in step for step in steps)
        and all(step["Node Type"] != "Limit" for step in steps)
    )


def test_each_list_has_an_index_for_each_of_its_orders(play: Any) -> None:
    async def story(town: Town) -> tuple[set[str], list[str]]:
        looked_at, lacking = set(), []
        for actor in (town.hq, town.admin):
            for name, question in lists.first_pages():
                nodes = await plans.nodes_of(lists.listed(actor, name, question), IF_THERE_IS_A_WAY)
                if any("Relation Name" in node for node in nodes):
                    looked_at.add(name)
                lacking += [f"{actor.role} {name} {node['Sort Key']}" for node in nodes if is_sorted_whole(node)]
        return looked_at, [one for one in lacking if one.split()[1] not in OF_ONE_ROW]

    looked_at, lacking = play(story)
    assert lacking == []
    assert looked_at == {name for name, _ in lists.first_pages()}
