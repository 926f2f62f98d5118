"""The pivot from facts to an office's table."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.frames import by_station, key

TIMES, PEOPLE, HOURS = key("lecture", "times"), key("lecture", "people"), key("lecture", "hours")
STATIONS = ["中央署", "北署", "東署"]


def fact(station: str, measure: str, value: float | None) -> dict[str, object]:
    return {"station": station, "kind": "lecture", "measure": measure, "value": value}


FACTS = [fact("北署", "times", 2), fact("中央署", "times", 3), fact("北署", "people", 0), fact("中央署", "hours", 1.5)]


def test_stations_and_figures_stand_in_the_given_order_with_a_total() -> None:
    table = by_station(FACTS, STATIONS, [TIMES, PEOPLE, HOURS])
    assert table.rows == [
        {"station": "中央署", TIMES: 3, PEOPLE: None, HOURS: 1.5},
        {"station": "北署", TIMES: 2, PEOPLE: 0, HOURS: None},
        {"station": "東署", TIMES: None, PEOPLE: None, HOURS: None},
    ]
    assert table.total == {"station": "合計", TIMES: 5, PEOPLE: 0, HOURS: 1.5}


def test_counts_come_back_as_whole_numbers() -> None:
    table = by_station(FACTS, STATIONS, [TIMES, PEOPLE, HOURS])
    assert [type(table.rows[0][TIMES]), type(table.total[PEOPLE])] == [int, int]


def test_a_figure_that_applies_nowhere_has_no_total() -> None:
    assert by_station([fact("北署", "times", None)], STATIONS, [TIMES]).total == {"station": "合計", TIMES: None}


def test_facts_for_one_cell_are_added_up_without_binary_dust() -> None:
    table = by_station([fact("北署", "hours", 0.1), fact("北署", "hours", 0.2)], ["北署"], [HOURS])
    assert table.rows == [{"station": "北署", HOURS: 0.3}]


def test_people_counted_once_have_a_total_of_their_own() -> None:
    table = by_station([fact("北署", "people", 5), fact("東署", "people", 5)], STATIONS, [PEOPLE], {PEOPLE: 7})
    assert table.total == {"station": "合計", PEOPLE: 7}


def test_no_facts_make_an_empty_table_of_all_stations() -> None:
    table = by_station([], ["北署"], [TIMES])
    assert (table.rows, table.total) == ([{"station": "北署", TIMES: None}], {"station": "合計", TIMES: None})


@pytest.mark.parametrize("stray", [fact("西署", "times", 1), fact("北署", "visits", 1)])
def test_a_fact_that_has_no_place_is_refused_not_dropped(stray: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="outside the table"):
        by_station([*FACTS, stray], STATIONS, [TIMES, PEOPLE, HOURS])


VALUES = st.integers(0, 10**6) | st.none()
CELLS = st.tuples(st.sampled_from(STATIONS), st.sampled_from(["times", "people"]), VALUES)


@settings(deadline=None, max_examples=50)
@given(st.lists(CELLS))
def test_the_table_agrees_with_adding_up_by_hand(cells: list[tuple[str, str, int | None]]) -> None:
    table = by_station([fact(*cell) for cell in cells], STATIONS, [TIMES, PEOPLE])
    for row in [*table.rows, table.total]:
        for measure in ("times", "people"):
            known = [v for s, m, v in cells if m == measure and v is not None and row["station"] in (s, "合計")]
            assert row[key("lecture", measure)] == (sum(known) if known else None)


def test_importing_the_module_does_not_load_pandas() -> None:
    code = "import sys, exports.frames; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
