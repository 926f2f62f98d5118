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


def models(above: type[Table] = Table) -> dict[str, type[Table]]:
    """Every table's model by its name, which is what the journal and the looks call the rows' kind."""
    found = {} if above._meta.abstract else {above.__name__: above}
    for below in above.__subclasses__():
        found |= models(below)
    return found
