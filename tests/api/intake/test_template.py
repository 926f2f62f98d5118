"""The empty workbook: what it asks for is what is read back."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from api.intake import KINDS, parse, read_table, template


@pytest.mark.parametrize("name", KINDS)
def test_the_empty_template_reads_back_as_an_empty_list(name: str):
    intake = parse(KINDS[name], read_table(template(KINDS[name]), "ひな形.xlsx"))
    assert intake.records == []
    assert [(problem.row, problem.is_warning) for problem in intake.problems] == [(2, True)]


@pytest.mark.parametrize("name", KINDS)
def test_every_example_is_right(name: str):
    """The example row, once somebody has changed a single cell of it, is a record."""
    kind = KINDS[name]
    book = load_workbook(BytesIO(template(kind)))
    sheet = book.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    family = heading.index("氏") if "氏" in heading else heading.index(next(h for h in heading if "名" in h))
    sheet.cell(2, family + 1).value = "例示"
    out = BytesIO()
    book.save(out)
    intake = parse(kind, read_table(out.getvalue(), "ひな形.xlsx"))
    assert intake.problems == []
    assert len(intake.records) == 1


@pytest.mark.parametrize("name", KINDS)
def test_the_input_lists_offer_the_words_that_are_read(name: str):
    book = load_workbook(BytesIO(template(KINDS[name])))
    offered = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["選択肢"].columns}
    lists = book.worksheets[0].data_validations.dataValidation
    fields = [field for field in KINDS[name].fields if field.choices]
    assert len(lists) == len(fields)
    assert offered == {field.headings[0]: [*field.choices] for field in fields}


@pytest.mark.parametrize("name", KINDS)
def test_every_column_is_text_so_that_no_zero_is_lost(name: str):
    sheet = load_workbook(BytesIO(template(KINDS[name]))).worksheets[0]
    assert {cell.number_format for row in sheet["A1:Z2"] for cell in row if cell.value} == {"@"}


@pytest.mark.parametrize("name", KINDS)
def test_the_notes_name_every_heading_and_what_must_not_be_written(name: str):
    notes = load_workbook(BytesIO(template(KINDS[name])))["記入のしかた"]
    written = " ".join(str(cell.value) for row in notes.rows for cell in row if cell.value)
    assert "個別の事件・相談の内容、被害者等の氏名は記入しないでください" in written
    assert [one for field in KINDS[name].fields for one in field.headings if one not in written] == []


def test_the_same_template_is_the_same_bytes():
    assert template(KINDS["units"]) == template(KINDS["units"])
