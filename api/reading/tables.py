"""What a model says about its columns, whether or not Tortoise has been initialised yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from tortoise import fields
from tortoise.fields.relational import BackwardFKRelation, ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.models import Model

CASTS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.DatetimeField, "timestamptz"),
    (fields.DateField, "date"),
    (fields.BooleanField, "boolean"),
    (fields.DecimalField, "numeric"),
    (fields.UUIDField, "uuid"),
    (ForeignKeyFieldInstance, "uuid"),
    (fields.BigIntField, "bigint"),
    (fields.IntField, "bigint"),
    (fields.SmallIntField, "bigint"),
    (fields.CharField, "text"),
    (fields.TextField, "text"),
)


@cache
def columns(model: type[Model]) -> Mapping[str, fields.Field[Any]]:
    """The columns by their names in the database; a reference is known by its `…_id`."""
    return MappingProxyType(dict(_columns(model)))


def _columns(model: type[Model]) -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, field in model._meta.fields_map.items():
        if isinstance(field, ForeignKeyFieldInstance):
            yield field.source_field or f"{name}_id", field
        elif not isinstance(field, BackwardFKRelation | ManyToManyFieldInstance):
            yield field.source_field or name, field


def cast_of(field: fields.Field[Any]) -> str | None:
    """The PostgreSQL type by which a cursor's text is read back, for the types that a cursor can carry."""
    return next((cast for kind, cast in CASTS if isinstance(field, kind)), None)
