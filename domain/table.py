"""What every table's model is made of."""

from __future__ import annotations

from typing import Any

from tortoise.models import Model, ModelMeta


class Uncommented(ModelMeta):
    """Tortoise would read the source of each model for comments on its columns, of which there are none; finding and
    reading it takes a tenth of the program's start."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> ModelMeta:
        return super().__new__(cls, name, bases, attrs | {"_no_comments": True})


class Table(Model, metaclass=Uncommented):
    """The model of one table."""

    class Meta:
        abstract = True
