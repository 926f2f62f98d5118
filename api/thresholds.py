"""目安: after how many days the desk of a prefecture is told of something, to read and to set."""

from api import reading
from api.mutations import mutations
from api.reading import Connection, Node
from domain import thresholds
from domain.rights import DataClass


@reading.entity(thresholds.Thresholds, thresholds.thresholds_visible_to)
@reading.shape(description="目安: the days by which the desk goes; without a row 180, 730, 365, 90, 7 and 30.")
class Thresholds(Node):
    version: int
    met_days: int = reading.column(data=DataClass.INTERNAL, description="Without an encounter a partner drifts away.")
    drill_days: int = reading.column(data=DataClass.INTERNAL, description="The same of drills.")
    verified_days: int = reading.column(data=DataClass.INTERNAL, description="Then a contact is to be confirmed.")
    ending_days: int = reading.column(data=DataClass.INTERNAL, description="Before its end an agreement is told.")
    answer_days: int = reading.column(data=DataClass.INTERNAL, description="Before a date a missing answer is told.")
    touch_days: int = reading.column(
        data=DataClass.INTERNAL, description="Within which another department's encounter with a body is told."
    )


@reading.shape
class ThresholdQueries:
    thresholds: Connection[Thresholds] = reading.root_connection(order=reading.desc("created_at"))


ThresholdMutations = mutations(Thresholds, set_thresholds=thresholds.set_thresholds)
