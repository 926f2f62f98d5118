"""The register of personal data: complete, and one with what the doors show."""

import asyncio
from collections.abc import Iterator
from functools import cache

import pytest
from tortoise import fields
from tortoise.models import Model

from api.reading.declarations import Column, column_of, entity_of, how_of
from api.rights import _fields
from domain import migrating
from domain.register import HOLDINGS, HOUSEKEEPING, PROPOSED, heading_of
from domain.register.headings import HEADINGS
from domain.rights import DataClass
from domain.table import models
from tests.test_house import concrete, modules

# What the register calls personal and GraphQL shows to whoever sees the row: for each, why that is meant.
SHOWN_WITH_THE_ROW = {
    "contact.department": "a contact is asked for by department; nobody but the desk and the own body sees the row",
    "contact.job_title": "as the department",
    "contact.reachable": "as the department: whoever has to call at night looks there first",
    "person.number": "officers are told apart by it, and statisticians see none of them",
    "token.label": "what an administrator wrote to tell their tokens apart",
    "volunteer.number": "the office's own number on the roster",
}


@cache
def tables() -> dict[str, set[str]]:
    """Every table of the models with its columns."""
    modules()

    async def asked() -> dict[str, set[str]]:
        async with migrating.offline():
            models = [model for model in concrete(Model) if model.__module__.startswith("domain.")]
            return {model._meta.db_table: set(model._meta.fields_db_projection.values()) for model in models}

    return asyncio.run(asked())


def shown() -> Iterator[tuple[str, str, DataClass]]:
    """Each column that GraphQL shows, with its table and the class that is declared there."""
    for gtype, _, definition in _fields():
        entity, how = entity_of(gtype), how_of(gtype, definition)
        if entity and isinstance(how, Column):
            yield entity.model._meta.db_table, column_of(how, definition), how.data


def test_every_table_is_in_the_register_and_no_other():
    assert set(HOLDINGS) == set(tables())


@pytest.mark.parametrize("table", sorted(HOLDINGS))
def test_every_column_has_one_class(table):
    listed = [name for name, _ in HOLDINGS[table].listed]
    assert sorted(listed) == sorted(tables()[table] - set(HOUSEKEEPING))


def test_every_column_is_called_something_in_japanese():
    used = {column for table, columns in tables().items() for column in columns if heading_of(table, column)}
    assert used == set(HEADINGS)


def test_what_the_doors_show_has_the_class_of_the_register():
    differs = {
        f"{table}.{column}": (declared.name, HOLDINGS[table].class_of(column).name)
        for table, column, declared in shown()
        if declared is not HOLDINGS[table].class_of(column)
    }
    assert differs == {name: ("PUBLIC", "PERSONAL") for name in SHOWN_WITH_THE_ROW}


def test_whatever_is_personal_says_whose_it_is_and_where_it_is_from():
    silent = {
        f"{table}.{name}"
        for table, holding in HOLDINGS.items()
        for name, data in holding.listed
        if data >= DataClass.PERSONAL and not (holding.whose and holding.source)
    }
    assert silent == {"drill.scenario"}


def test_every_table_says_what_it_is_for_and_how_long_it_is_kept_and_by_whose_word():
    assert [table for table, holding in HOLDINGS.items() if not (holding.purpose and holding.keep.period)] == []
    bases = {holding.keep.basis for holding in HOLDINGS.values() if holding.whose}
    assert bases == {PROPOSED, "保有機関の文書管理規程による"}


def test_every_row_that_names_its_person_is_found_by_the_register():
    named = {table for table, columns in tables().items() if "person_id" in columns}
    by_whom = {"journal", "look", "statistics_run"}
    assert named - {table for table, holding in HOLDINGS.items() if holding.person} == by_whom


def test_nothing_personal_stays_in_the_row_of_somebody_who_is_erased_but_what_the_figures_need():
    left = {
        f"{table}.{column}"
        for table, holding in HOLDINGS.items()
        if holding.person and not holding.removed
        for column in set(holding.of_persons) - set(holding.emptied)
    }
    assert left == {"volunteer.age_band"}


NOT_WRITTEN_FREELY = {
    "appointment.uid": "made here",
    "council.name_kana": "the name's reading",
    "credential.factor": "a secret, encrypted",
    "credential.password_hash": "a hash",
    "idempotency_key.key": "a program's",
    "letter.key": "made here",
    "look.operation": "of a program; gone after a year",
    "look.purpose": "gone after a year",
    "organization.name_kana": "the name's reading",
    "unit.domain": "of a network",
    "unit.mail_address": "of a desk",
    "unit.name_kana": "the name's reading",
    "volunteer_group.name_kana": "the name's reading",
    "wifi_spot.area": "which part of a facility",
    "wifi_spot.name_english": "the name in another language",
    "wifi_spot.name_kana": "the name's reading",
    "wifi_spot.ssid": "a network's name",
    "wifi_spot.url": "of a page",
}


def test_wherever_people_write_freely_names_are_looked_for() -> None:
    tables()
    long = {
        f"{model._meta.db_table}.{name}"
        for model in models().values()
        for name, field in model._meta.fields_map.items()
        if isinstance(field, fields.TextField) or getattr(field, "max_length", 0) >= 200
    }
    own = {f"{table}.{name}" for table, holding in HOLDINGS.items() for name in holding.emptied if holding.person}
    looked_for = {f"{table}.{name}" for table, holding in HOLDINGS.items() for name in holding.texts.split()}
    keys = {name for name in long if name.rpartition(".")[2] in ("search", "kana_order", "identity")}
    assert long - own - looked_for - keys == set(NOT_WRITTEN_FREELY)
