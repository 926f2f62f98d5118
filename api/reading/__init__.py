"""The one reader: types declare how their fields are read, and a selection becomes one statement per root field.

    @reading.entity(lectures.Lecture, lectures.visible_to)
    @reading.shape
    class Lecture(Node):
        version: int                                                    # the column of that name
        remarks: str = reading.column(data=DataClass.INTERNAL)          # not for everybody
        allowed_transitions: list[LectureStatus] = reading.computed("status", lectures.MOVES)
        school: Organization | None = reading.one("school_id")          # null where hidden
        assignments: Connection[Assignment] = reading.connection("lecture_id", order=reading.asc("created_at"))

What cannot be read as declared is named where the source is checked (`must_be_sound`). Who may see which rows is for
each `visible_to`, which kinds of data for `domain.rights`; both hold at every level, and before anything runs.
"""

from api.reading.building import must_be_sound, schema
from api.reading.choices import (
    BODIES,
    COUNCILS,
    Filter,
    Order,
    among,
    asc,
    at_least,
    below,
    contains,
    desc,
    equals,
    found,
    of_unit,
    present,
    refers,
    through,
    where,
    whether,
    worded,
)
from api.reading.declarations import (
    EVERYONE,
    Besides,
    answered,
    column,
    computed,
    connection,
    entity,
    expression,
    key,
    one,
    one_back,
    read,
    root_connection,
    root_node,
    root_one,
    told,
    type_of,
)
from api.reading.executor import Reader, ReadingContext
from api.reading.ids import encode, split
from api.reading.shapes import Connection, Edge, Node, PageInfo, filters, made, shape

__all__ = [
    "BODIES",
    "COUNCILS",
    "through",
    "worded",
    "EVERYONE",
    "Besides",
    "Connection",
    "Edge",
    "Filter",
    "Node",
    "Order",
    "PageInfo",
    "Reader",
    "ReadingContext",
    "among",
    "answered",
    "asc",
    "at_least",
    "below",
    "column",
    "computed",
    "connection",
    "contains",
    "desc",
    "encode",
    "entity",
    "equals",
    "found",
    "expression",
    "filters",
    "key",
    "made",
    "must_be_sound",
    "of_unit",
    "one",
    "one_back",
    "present",
    "read",
    "refers",
    "root_connection",
    "root_node",
    "root_one",
    "schema",
    "shape",
    "split",
    "told",
    "type_of",
    "where",
    "whether",
]
