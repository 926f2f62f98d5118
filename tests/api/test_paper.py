"""What is printed says its days in the years of the era (和暦), whichever list it is, and machines get western ones."""

import re
from datetime import date, datetime
from io import BytesIO
from string import Template
from typing import Any

import openpyxl

from api.downloads import EXPORTS, produce
from domain.actor import Role
from domain.outbox import Letter
from exports.sheet import DATA
from jobs.letters import HERE
from tests import make
from tests.api.situations import Crowd

AUTUMN = datetime.fromisoformat("2026-10-05T09:00:00+09:00")
WESTERN = re.compile(r"(?<![\d.])(?<![0-9a-f]-)(19|20)\d\d\s?[-/.年]")
"""A year as machines write it, and a reader of paper has to reckon with; an id in a title has none."""


def western(sheet: Any) -> list[str]:
    """The cells of a sheet in which a day stands in western years."""
    found = []
    for cell in [cell for row in sheet.iter_rows() for cell in row]:
        is_day = isinstance(cell.value, date)
        if (is_day and "ggge" not in cell.number_format) or (not is_day and WESTERN.search(str(cell.value))):
            found.append(f"{sheet.title}!{cell.coordinate} {cell.value}")
    return found


def test_x9_every_list_is_printed_with_the_years_of_the_era_and_names_the_day_on_which_it_was(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        days, [campaign, *_] = 0, await crowd.seen(crowd.actors[Role.HQ_LIAISON], "Campaign")
        for name, export in EXPORTS.items():
            who = make.at(crowd.actors[export.role], AUTUMN)
            of = {"campaign": f"Campaign:{campaign.id}"} if "campaign" in export.filters else None
            file = await produce(who, name, "", "xlsx", purpose="点検", narrowed=of)
            *printed, data = openpyxl.load_workbook(BytesIO(file.content)).worksheets
            assert data.title == DATA
            assert [one for sheet in printed for one in western(sheet)] == [], name
            words = "\n".join(str(cell) for row in printed[0].iter_rows(values_only=True) for cell in row)
            assert "令和８年10月５日" in words, name
            days += sum(isinstance(cell.value, date) for sheet in printed for row in sheet.iter_rows() for cell in row)
        assert days > 5

    in_crowd(story)


HONORIFIC = re.compile(r"(?<!様)(?<!御中)(?<!各位) ?(様|御中|各位|殿)$")


def test_x9_every_letter_says_its_days_in_the_years_of_the_era_and_greets_with_one_honorific(in_crowd: Any) -> None:
    async def story(crowd: Crowd) -> None:
        letters = await Letter.all()
        assert len({letter.kind for letter in letters}) > 10
        for letter in letters:
            texts = [file.read_text() for file in (HERE / letter.kind).glob("*.txt")]
            told = {name: letter.facts.get(name) for text in texts for name in Template(text).get_identifiers()}
            assert [name for name, said in told.items() if WESTERN.search(str(said))] == [], letter.kind
            assert HONORIFIC.search(letter.facts["recipient"]), letter.kind

    in_crowd(story)
