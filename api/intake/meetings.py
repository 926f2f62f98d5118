"""協議会の会議: the meetings of past years, as their minutes were kept until now."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, time
from unicodedata import normalize

from api.intake.encounters import clock
from api.intake.kind import Field, Kind
from api.intake.organizations import LOOKED_AFTER
from api.intake.readers import day, text, whole_number
from domain.amounts import MOST_PEOPLE
from domain.errors import Invalid
from domain.japanese import name_key, storable
from domain.meetings import OUTCOME_LABELS
from domain.rosters import Vote
from domain.values import dataclass

OUTCOMES = {label: outcome for outcome, label in OUTCOME_LABELS.items()}
NAMES, TEXTS = re.compile(r"[、，,;；\n]+"), re.compile(r"[;；\n]+")
RESOLVED = re.compile(rf"(.+)[:：]\s*({'|'.join(OUTCOMES)})\s*(?:[（(]([^（()）]*)[）)])?")
COUNTED = re.compile(r"賛成(\d+)(?:[・,]反対(\d+))?(?:[・,]棄権(\d+))?(?:[・,](議長決))?")
UNANIMOUS = ("", "全会一致", "全員一致")
MOST_NAMES = 500


@dataclass(frozen=True)
class CouncilMeetingRow:
    """Members are told by their names or 法人番号, several in one cell."""

    council: str
    title: str
    on: date
    attended: tuple[str, ...]
    clock: time | None = None
    ends: time | None = None
    place: str = ""
    agenda: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    quorum: int | None = None
    resolutions: tuple[Vote, ...] = ()
    minutes_text: str = ""
    unit: str = ""


def _identity(row: CouncilMeetingRow) -> tuple[str, Hashable]:
    return "title", (name_key(row.council), row.unit, name_key(row.title), row.on, row.clock)


def _names(cell: str) -> tuple[str, ...]:
    names = tuple(name for part in NAMES.split(cell) if (name := part.strip()))
    if len(names) > MOST_NAMES:
        raise Invalid(f"会員は{MOST_NAMES}までにしてください。")
    return tuple(text(300)(name) for name in names)


def _items(cell: str) -> tuple[str, ...]:
    return tuple(text(300)(item) for part in TEXTS.split(cell) if (item := part.strip()))


def _resolutions(cell: str) -> tuple[Vote, ...]:
    return tuple(_vote(said) for part in TEXTS.split(cell) if (said := part.strip()))


def _vote(said: str) -> Vote:
    """事業計画の承認：可決（賛成12・反対1・棄権0）; 全会一致, or nothing, for all who had a vote; 議長決 for a tie."""
    told = RESOLVED.fullmatch(said)
    if told is None:
        raise Invalid(
            "議決は「事業計画の承認：可決（賛成12・反対1・棄権0）」のように、1件ずつ改行して入力してください。"
        )
    wording, result, votes = text(1000)(told[1].strip()), OUTCOMES[told[2]], normalize("NFKC", told[3] or "").strip()
    if votes in UNANIMOUS:
        return Vote(wording, result)
    counted = COUNTED.fullmatch("".join(votes.split()).replace("･", "・").replace("、", "・"))
    if counted is None:
        raise Invalid("票数は（賛成12・反対1・棄権0）か（全会一致）のように入力してください。")
    for_it, against, abstained = (int(number or 0) for number in counted.groups()[:3])
    return Vote(wording, result, (for_it, against, abstained), counted[4] is not None)


COUNCIL_MEETINGS = Kind(
    "council-meetings",
    "協議会の会議",
    CouncilMeetingRow,
    (
        Field(
            "council",
            ("協議会", "協議会名", "ネットワーク名", "会議体"),
            text(200),
            required=True,
            example="見本市サイバーセキュリティ協議会",
        ),
        Field("title", ("会議名", "会議", "件名", "名称"), text(200), required=True, example="令和7年度総会"),
        Field("on", ("日付", "年月日", "開催日"), day, required=True, example="2025-05-20"),
        Field("clock", ("時刻", "開始時刻"), clock, example="14:00", note="空欄は終日とします。"),
        Field("ends", ("終了時刻",), clock, example="16:00", note="空欄は2時間とします。"),
        Field("place", ("場所", "会場", "開催場所"), text(300), example="見本商工会館"),
        Field("agenda", ("議題", "次第"), _items, example="事業計画", note="1件ずつ改行します。"),
        Field(
            "attended",
            ("出席した会員", "出席者", "出席団体", "出席"),
            _names,
            required=True,
            example="架空電力株式会社（総務部長）、例示銀行株式会社",
            note="会員の名称か法人番号を「、」で区切ります。役職が分かれば（ ）に。氏名は書きません。",
        ),
        Field(
            "proxies",
            ("委任した会員", "委任", "委任状"),
            _names,
            note="「甲社→乙社」のように、だれがだれに委任したか。「→」がなければ会長への委任です。",
        ),
        Field("quorum", ("定足数",), whole_number(1, MOST_PEOPLE, "会員"), note="空欄は会員の過半数とします。"),
        Field(
            "resolutions",
            ("議決", "決議", "議決事項"),
            _resolutions,
            example="事業計画の承認：可決（賛成12・反対1・棄権0）",
            note="1件ずつ改行します。票数がなければ全会一致とします。可否同数を議長が決したときは「議長決」を加えます。",
        ),
        Field(
            "minutes_text",
            ("議事録の要旨", "議事の要旨", "議事録", "概要"),
            storable,
            note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        replace(LOOKED_AFTER, headings=("事務局",), note="同じ名称の協議会が複数あるときだけ。"),
    ),
    _identity,
    elsewhere={
        "starts_at": "on",
        **dict.fromkeys(
            ("votes_for", "votes_against", "votes_abstained", "wording", "result", "item", "is_decided_by_chair"),
            "resolutions",
        ),
    },
)
