"""The whole schema, put together from the concepts: what may be asked, and the reader that answers it."""

from __future__ import annotations

import strawberry

from api import reading
from api.budget import BUDGET
from api.calendar import CalendarQueries
from api.lectures import LectureQueries
from api.organizations import OrganizationQueries
from api.people import PeopleQueries
from api.units import UnitQueries


@strawberry.type
class Query(UnitQueries, PeopleQueries, OrganizationQueries, CalendarQueries, LectureQueries):
    node: reading.Node | None = reading.root_node()


schema = reading.schema(Query, extensions=BUDGET)
