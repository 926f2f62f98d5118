"""The whole schema, put together from the concepts: what may be asked, and the reader that answers it."""

from __future__ import annotations

import strawberry

from api import reading
from api.budget import BUDGET
from api.calendar import CalendarQueries
from api.lectures import AssignmentMutations, LectureMutations, LectureQueries
from api.organizations import OrganizationQueries
from api.people import PeopleQueries
from api.units import UnitQueries


@strawberry.type
class Query(UnitQueries, PeopleQueries, OrganizationQueries, CalendarQueries, LectureQueries):
    node: reading.Node | None = reading.root_node()


@strawberry.type
class Mutation(LectureMutations, AssignmentMutations):  # type: ignore[misc]
    pass


schema = reading.schema(Query, Mutation, extensions=BUDGET)
