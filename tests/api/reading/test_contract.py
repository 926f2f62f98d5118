"""What the reader relies on in graphql-core and PostgreSQL, each in one sentence that breaks when they change."""

import inspect

import graphql
import orjson
from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from tortoise import Tortoise

from api.context import Context
from api.reading import Reader
from tests.api.reading.townsfolk import ACTORS, SCHEMA, drill_id


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_graphql_core_still_has_the_two_methods_that_the_reader_overrides():
    assert graphql.version_info[:2] == (3, 3)
    assert parameters(Executor.execute_collected_root_fields)[:4] == [
        "self",
        "root_type",
        "root_value",
        "grouped_field_set",
    ]
    assert parameters(Executor.complete_value)[:6] == [
        "self",
        "return_type",
        "field_details_list",
        "info",
        "path",
        "result",
    ]
    assert issubclass(Reader, StrawberryGraphQLCoreExecutionContext)


def test_graphql_core_still_remembers_what_is_selected_where_a_copy_of_an_executor_forgets_it():
    built = Reader.build(SCHEMA._schema, graphql.parse("{ drills(first: 1) { totalCount } }"))
    assert built._relevant_sub_fields == {}


def test_the_answer_is_text_from_the_database_that_python_never_parsed(in_town):
    async def story():
        return await SCHEMA.execute("{ drills(first: 1) { totalCount } }", None, Context(ACTORS["hq"]))

    page = in_town(story()).data["drills"]
    assert isinstance(page, orjson.Fragment)
    assert orjson.dumps(page) == b'{"totalCount":45}'


def test_one_field_that_fails_leaves_the_others_and_says_where(in_town):
    class Failing(Context):
        async def fetch(self, sql, values, look=None, *, is_change=False):
            if "town_organization" in sql:
                raise RuntimeError("gone")
            return await super().fetch(sql, values, look)

    async def story():
        document = '{ a: drill(id: "%s") { host { name } } b: drills(first: 1) { totalCount } }'
        return await SCHEMA.execute(document % f"TownDrill:{drill_id(1)}", None, Failing(ACTORS["hq"]))

    answer = in_town(story())
    assert answer.data["a"] is None
    assert orjson.dumps(answer.data["b"]) == b'{"totalCount":45}'
    assert [(error.path, str(error.original_error)) for error in answer.errors] == [(["a"], "gone")]


def test_a_list_that_comes_back_as_nothing_is_an_error_and_not_a_silent_null(in_town):
    class Empty(Context):
        async def fetch(self, sql, values, look=None, *, is_change=False):
            return None

    async def story():
        return await SCHEMA.execute("{ drills(first: 1) { totalCount } }", None, Empty(ACTORS["hq"]))

    answer = in_town(story())
    assert answer.data is None
    assert answer.errors[0].path == ["drills"]


def test_tables_are_entered_through_their_scope_which_the_planner_flattens(in_town):
    sent = []

    class Listening(Context):
        async def fetch(self, sql, values, look=None, *, is_change=False):
            sent.append((sql, values))
            return await super().fetch(sql, values, look)

    async def story():
        document = "{ drills(first: 5) { edges { node { title host { name } } } } }"
        await SCHEMA.execute(document, None, Listening(ACTORS["station"]))
        (sql, values), *_ = sent
        lines = await Tortoise.get_connection("default").execute_query_dict(f"explain {sql}", list(values))
        return "\n".join(line["QUERY PLAN"] for line in lines)

    plan = in_town(story())
    assert "on town_drill" in plan
    assert "Subquery Scan on t" not in plan
