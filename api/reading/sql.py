"""The few shapes of SQL that statements are made of: declared text, in which clients' values are marks."""

from __future__ import annotations

# A column wins over a row of the same name, and clients name the columns: no GraphQL name holds this character.
ROW = '"#"'
LISTED = f"coalesce(json_agg({ROW}), '[]')"
"""All rows of a select as JSON, in its order."""


def select(cells: str, rows: str = "") -> str:
    return f"select {cells} from {rows}" if rows else f"select {cells}"  # noqa: S608 - declared text only


def as_object(cells: str, rows: str = "") -> str:
    """One row as JSON: shorter than json_build_object, and without its limit of 50 fields."""
    return row_of(select(cells, rows))


def beside(cells: str, number: str) -> tuple[str, str]:
    """The same for each row of a select, to which it is joined: the join, and what is then selected. PostgreSQL makes
    one plan of both, where it would run a select among the cells anew for each row."""
    row = f'"#{number}"'
    return f" cross join lateral ({select(cells)}) {row}", f"row_to_json({row})"


def row_of(rows: str) -> str:
    """The one row of a select as JSON, null where it has none."""
    return f"({select(f'row_to_json({ROW})', f'({rows}) {ROW}')})"


def as_list(rows: str) -> str:
    """The rows of a select as JSON, in its order."""
    return f"({select(LISTED, f'({rows}) {ROW}')})"


def of_row(model: str, alias: str) -> str:
    """How a look at a row calls it."""
    return f"{literal(model + ':')} || {alias}.id"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def named(cell: str, key: str) -> str:
    """A cell under its key in the answer; GraphQL names hold only ASCII letters, digits and underscores."""
    return f'{cell} as "{key}"'
