"""お知らせ送付一覧: what is in it, and what never is."""

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from domain.encounters import EncounterTheme
from domain.japanese import Period
from domain.notices import (
    AcknowledgementWay,
    CallResult,
    ListedRecipient,
    Notice,
    NoticeHandling,
    NoticeRecipient,
    NoticeSeverity,
    Tlp,
)
from exports.files import Format
from exports.notices import COLUMNS, notices_file
from tests.clock import NOW

SENT = Notice(
    number="青サ第12号",
    title="=手口に関する注意喚起",
    text="本文は載せない",
    theme=EncounterTheme.FINANCIAL_FRAUD,
    severity=NoticeSeverity.WARNING,
    handling=NoticeHandling.CONCERNED_ONLY,
    tlp=Tlp.AMBER,
    valid_until=date(2026, 6, 30),
    sent_at=datetime(2026, 5, 11, 16, 30, tzinfo=UTC),
)
TOLD = NoticeRecipient(
    organization_id=UUID(int=1),
    is_written_to=True,
    acknowledged_at=datetime(2026, 5, 12, 1, 5, tzinfo=UTC),
    acknowledged_how=AcknowledgementWay.CALL,
    calls=2,
    call_result=CallResult.REACHED,
    remark="例塚さんに伝えた",
)


def line(told: NoticeRecipient = TOLD, left: datetime | None = NOW, lost: datetime | None = None) -> ListedRecipient:
    return ListedRecipient(SENT, told, "見本警察署", "見本信用金庫", "8999900000001", "000-0000-0001", left, lost)


def content(format: Format, one: ListedRecipient | None = None) -> Any:
    return notices_file([one or line()], Period.parse("2026Q1"), format, NOW).content


def test_a_line_says_which_body_was_told_what_and_how_it_is_known_to_know() -> None:
    heads, told = csv.reader(StringIO(content(Format.CSV).decode("utf-8-sig")))
    said = dict(zip(heads, told, strict=True))
    assert (said["送付日"], said["件名"], said["区分"]) == ("2026-05-12", "'=手口に関する注意喚起", "警戒")
    assert (said["団体名"], said["テーマ"], said["文書番号"]) == ("見本信用金庫", "不正送金", "青サ第12号")
    assert (said["確認日時"], said["確認の方法"]) == ("2026-05-12 10:05", "電話")
    assert (said["電話の回数"], said["電話の結果"], said["ページが開かれた日時"]) == ("2", "伝えた", "")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (line(), "発送済"),
        (line(left=None), "未発送"),
        (line(lost=NOW), "不達"),
        (line(NoticeRecipient(organization_id=UUID(int=1), is_written_to=False), None), "宛先なし"),
    ],
)
def test_what_became_of_the_letter_is_told_in_a_word(one: ListedRecipient, said: str) -> None:
    [told] = json.loads(content(Format.JSON, one))
    assert told["メール"] == said


def test_nobody_is_named_and_the_words_of_the_notice_are_not_repeated() -> None:
    for format in (Format.CSV, Format.JSON):
        told = content(format).decode("utf-8-sig")
        assert not any(word in told for word in ("例塚", "本文は載せない"))
    [said] = json.loads(content(Format.JSON))
    assert set(said) == {column.heading for column in COLUMNS}


def test_the_workbook_has_a_page_for_paper_and_all_columns_behind_it() -> None:
    book = openpyxl.load_workbook(BytesIO(content(Format.XLSX)))
    assert book.sheetnames == ["一覧", "データ"]
    days = [cell for row in book["一覧"].iter_rows() for cell in row if isinstance(cell.value, date)]
    assert len(days) == 2, "it was sent, and the body said so"
    assert all("ggge" in day.number_format for day in days), "as paper says days"
    assert [cell.value for cell in book["データ"][1]] == [column.heading for column in COLUMNS]
    name = notices_file([line()], Period.parse("2026Q1"), Format.XLSX, NOW).name
    assert name == "R08Q1_お知らせ送付一覧_20260701.xlsx"
