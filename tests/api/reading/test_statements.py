"""One statement per root field, whatever is asked below it."""

from api.context import Context
from tests.api.reading.townsfolk import ACTORS, SCHEMA, drill_id

DEEP = """
    query ($id: ID!) {
      drills(first: 50) {
        totalCount
        edges { node { host { name } participants { edges { node { organization { name } } } } } }
      }
      organizations(first: 50) { edges { node { name hosted { totalCount } } } }
      node(id: $id) { id ... on TownDrill { title } }
    }"""


def test_each_root_field_is_one_statement_whatever_is_asked_below_it(in_town):
    context = Context(ACTORS["hq"])

    async def story():
        return await SCHEMA.execute(DEEP, {"id": f"TownDrill:{drill_id(1)}"}, context)

    result = in_town(story())
    assert result.errors is None
    assert context.statements == 3
    assert set(result.data) == {"drills", "organizations", "node"}


def test_typename_and_introspection_alone_ask_the_database_nothing(in_town):
    context = Context(ACTORS["hq"])

    async def story():
        return await SCHEMA.execute("{ __typename __schema { queryType { name } } }", {}, context)

    assert in_town(story()).data == {"__typename": "Query", "__schema": {"queryType": {"name": "Query"}}}
    assert context.statements == 0
