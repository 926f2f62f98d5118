"""協定の約束の履行: what agreements promise for each fiscal year and when it was kept, a row a promise and year."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date
from unicodedata import normalize

from api.intake.agreements import ITEMS
from api.intake.kind import Field, Kind
from api.intake.organizations import LOOKED_AFTER
from api.intake.outreach import BETWEEN
from api.intake.readers import choice, day, offered, text, whole_number
from domain.agreements import COUNTED_LABELS, CooperationItem, CountedFrom
from domain.errors import Invalid
from domain.japanese import name_key, read_year
from domain.values import dataclass

SOURCES = {label: source for source, label in COUNTED_LABELS.items()} | {
    "手入力": CountedFrom.ENTRIES,
    "接触": CountedFrom.ENCOUNTERS,
    "講演": CountedFrom.LECTURES,
}
A_YEAR = re.compile("^(?:年間?に?|毎年)")
MOST_TIMES, MOST_COUNTED, MOST_BODIES = 366, 100_000, 500


@dataclass(frozen=True)
class CommitmentRow:
    """A promise by the title of its agreement; `year` is the one in which the fiscal year began."""

    title: str
    item: CooperationItem
    what: str
    times_per_year: int
    year: int | None = None
    signed_on: date | None = None
    number: str = ""
    bodies: tuple[str, ...] = ()
    since: date | None = None
    ended_on: date | None = None
    counted_from: CountedFrom | None = None
    done_on: tuple[date, ...] = ()
    fulfilled: int | None = None
    missing: int | None = None
    last_on: date | None = None
    unit: str = ""


def _identity(row: CommitmentRow) -> tuple[str, Hashable]:
    which = (name_key(row.title), row.signed_on, row.number, row.unit, row.bodies)
    return "what", (which, row.item, name_key(row.what), row.since, row.year)


def _times(cell: str) -> int:
    """1, 2回, 年1回."""
    return whole_number(1, MOST_TIMES, "回")(A_YEAR.sub("", normalize("NFKC", cell)))


def _days(cell: str) -> tuple[date, ...]:
    days = tuple(day(part) for one in BETWEEN.split(cell) if (part := one.strip()))
    if len(days) > MOST_TIMES:
        raise Invalid(f"果たした日は{MOST_TIMES}日までにしてください。")
    return days


def _bodies(cell: str) -> tuple[str, ...]:
    names = tuple(text(200)(part) for one in BETWEEN.split(cell) if (part := one.strip()))
    if len(names) > MOST_BODIES:
        raise Invalid(f"相手方は{MOST_BODIES}までにしてください。")
    return names


COMMITMENTS = Kind(
    "commitments",
    "協定の約束の履行",
    CommitmentRow,
    (
        Field(
            "year",
            ("年度", "履行した年度", "対象年度"),
            read_year,
            example="2025年度",
            note="果たした日や回数のある行に入力します。年度ごとに1行です。",
        ),
        Field(
            "title",
            ("協定名", "協定", "協定の名称", "名称", "件名"),
            text(200),
            required=True,
            example="サイバー犯罪に対する共同対処協定",
        ),
        Field("number", ("文書番号", "発番号", "記号番号"), text(60)),
        Field("signed_on", ("締結日", "締結年月日", "協定締結日"), day, note="同じ名称の協定があるときは必ず。"),
        Field(
            "bodies",
            ("相手方", "団体名", "締結団体", "締結先", "協定先"),
            _bodies,
            note="同じ名称・締結日の協定があるときに。「、」で区切ります。",
        ),
        Field("item", ("協力事項", "事項"), choice(ITEMS), required=True, example="訓練", choices=offered(ITEMS)),
        Field(
            "what",
            ("約束", "約束の内容", "約束事項"),
            text(300),
            required=True,
            example="合同訓練",
            note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        Field(
            "times_per_year",
            ("約束した回数", "年間の回数", "回数", "年間回数"),
            _times,
            required=True,
            example="1",
        ),
        Field("since", ("約束の始まり", "約束の開始日"), day, note="空欄は協定の発効日です。"),
        Field("ended_on", ("約束の終わり", "約束の終了日"), day, note="約束でなくなる最初の日です。"),
        Field(
            "counted_from",
            ("履行の数え方", "数え方"),
            choice(SOURCES),
            choices=offered(SOURCES),
            note="空欄は「手で入力」です。ほかは、その記録から数えます。",
        ),
        Field(
            "done_on",
            ("果たした日", "履行日", "実施日"),
            _days,
            example="2025-10-03",
            note="「手で入力」の約束だけ。その年度のすべての日を「、」で区切ります。同じ日が2回なら2つ書きます。",
        ),
        Field(
            "fulfilled",
            ("果たした回数", "履行回数", "実施回数"),
            whole_number(0, MOST_COUNTED, "回"),
            note="果たした日や記録と合うか確かめます。",
        ),
        Field("missing", ("不足", "不足回数"), whole_number(0, MOST_COUNTED, "回"), note="同じく確かめるだけです。"),
        Field("last_on", ("最後に果たした日",), day, note="同じく確かめるだけです。"),
        replace(LOOKED_AFTER, note="同じ名称の協定が複数の所属にあるときだけ。"),
    ),
    _identity,
)
