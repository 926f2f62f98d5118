"""An empty roster to fill in: headings and one example; the workbook has input lists and explanations too."""

from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from xlsxwriter import Workbook

from api.intake.kind import Field, Kind
from api.intake.parse import OUR_SHEETS

NOTES, CHOICES = OUR_SHEETS
NOTICE = "個別の事件・相談の内容、被害者等の氏名は記入しないでください"
LAST_ROW = 5_000
"""As far as the formats and the input lists reach."""

MADE = datetime(2026, 1, 1)  # noqa: DTZ001 the same template is the same bytes; Excel's dates know no zone


def template(kind: Kind[Any]) -> bytes:
    """The workbook as bytes. Its example row is passed over when it is read back."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{kind.label}の名簿", "created": MADE})
        fields = [field for field in kind.fields if not field.fills]
        _write_roster(book, kind, fields)
        _write_notes(book, kind)
        _write_choices(book, fields)
    return content.getvalue()


def template_csv(kind: Kind[Any]) -> bytes:
    """The same headings and the example as CSV (RFC 4180), in UTF-8 with BOM so that Excel does not guess."""
    fields = [field for field in kind.fields if not field.fills]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[field.headings[0] for field in fields], [field.example for field in fields]])
    return text.getvalue().encode("utf-8-sig")


def _write_roster(book: Workbook, kind: Kind[Any], fields: list[Field]) -> None:
    sheet = book.add_worksheet(kind.label)
    heads = {True: _format(book, "#FFE699"), False: _format(book, "#DDEBF7")}
    as_text = book.add_format({"num_format": "@"})
    example = book.add_format({"num_format": "@", "italic": True, "font_color": "#7F7F7F"})
    for at, field in enumerate(fields):
        width = max(12, 2 * len(field.headings[0]) + 4, 2 * len(field.example))
        sheet.set_column(at, at, width, as_text)  # text, so that Excel eats no zero and reads no date
        sheet.write_string(0, at, field.headings[0], heads[field.required])
        sheet.write_string(1, at, field.example, example)
        if field.choices:
            listed = {"validate": "list", "source": _range(kind, fields, field), "error_type": "warning"}
            sheet.data_validation(1, at, LAST_ROW, at, listed)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _format(book: Workbook, color: str) -> Any:
    return book.add_format({"bold": True, "bg_color": color, "border": 1, "num_format": "@", "align": "center"})


def _range(kind: Kind[Any], fields: list[Field], field: Field) -> str:
    """A list written into the rule itself may have 255 characters; one on a sheet has no such limit."""
    column = chr(ord("A") + [one.name for one in fields if one.choices].index(field.name))
    return f"={CHOICES}!${column}$2:${column}${len(field.choices) + 1}"


def _write_notes(book: Workbook, kind: Kind[Any]) -> None:
    sheet = book.add_worksheet(NOTES)
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 4, 48)
    sheet.write_string(
        0, 0, f"{kind.label}の名簿: 1枚目のシートの2行目（記入例）から下に、1行に1件ずつ記入してください。"
    )
    sheet.write_string(1, 0, f"{NOTICE}。")
    for at, title in enumerate(("見出し", "必須・任意", "書き方", "記入例", "ほかに使える見出し")):
        sheet.write_string(3, at, title, _format(book, "#DDEBF7"))
    for row, field in enumerate(kind.fields, 4):
        for at, text in enumerate(_explained(field)):
            sheet.write_string(row, at, text, wrapped)


def _explained(field: Field) -> tuple[str, ...]:
    choices = f"選択肢: {'、'.join(field.choices)}" if field.choices else ""
    return (
        field.headings[0],
        "必須" if field.required else "任意",
        "\n".join(part for part in (field.note, choices) if part),
        field.example,
        "、".join(field.headings[1:]),
    )


def _write_choices(book: Workbook, fields: list[Field]) -> None:
    sheet = book.add_worksheet(CHOICES)
    for at, field in enumerate(field for field in fields if field.choices):
        for row, text in enumerate((field.headings[0], *field.choices)):
            sheet.write_string(row, at, text)
