"""How the types of the schema are made, and those that every list shares (Relay: Cursor Connections, Global Object
Identification).
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import get_annotations
from types import UnionType
from typing import Any, Generic, TypeVar, dataclass_transform, overload

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition, has_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from api.reading.declarations import Field, key, understood
from domain.values import dataclass

T = TypeVar("T")
C = TypeVar("C", bound=type)


@overload
def shape(cls: C) -> C: ...
@overload
def shape(*, description: str) -> Callable[[C], C]: ...
def shape(cls: C | None = None, *, description: str | None = None) -> C | Callable[[C], C]:
    """A type that PostgreSQL alone puts together, or that only holds doors: no object of it is ever made.

    `strawberry.type` would write and compile a constructor, a comparison and a text for each, a fifth of the start.
    """

    def shaped(cls: C) -> C:
        bases = [base.__strawberry_definition__ for base in cls.__bases__ if has_object_definition(base)]
        fields = {field.python_name: field for base in bases for field in base.fields}
        fields |= {field.python_name: field for field in _all_declared(cls)}
        interfaces = [base for base in bases if base.is_interface]
        return defined(cls, fields.values(), interfaces=interfaces, description=description)

    return shaped if cls is None else shaped(cls)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def made(*, description: str) -> Callable[[C], C]:
    """A type of which a resolver makes objects, by the names of its fields; what that needs is compiled then."""
    announced: Any = dataclass(kw_only=True)
    return lambda cls: announced(shape(description=description)(cls))


def filters(cls: C) -> C:
    """An input by which a list is filtered. The reader looks at what the client has written, so it stays that: as for
    `shape`, no object of it is ever made."""
    return defined(cls, _all_declared(cls), is_input=True, from_input=_as_written)


def _as_written(_: type, value: Mapping[str, Any], __: InputContext) -> Mapping[str, Any]:
    return value


def _all_declared(cls: type) -> list[StrawberryField]:
    return [_declared(cls, name, annotation) for name, annotation in get_annotations(cls).items()]


def _declared(cls: type, name: str, annotation: Any) -> StrawberryField:
    """A field as the class declares it: by its type alone, or by what else is said of it."""
    said = vars(cls).get(name)
    field = said if isinstance(said, StrawberryField) else Field()
    if field is said:
        delattr(cls, name)
    field.name = field.python_name = name
    field.origin = cls
    is_whole = isinstance(annotation, type | UnionType)  # else it may name what the module says later
    module = vars(sys.modules[cls.__module__])
    field.type_annotation = understood(annotation) if is_whole else StrawberryAnnotation(annotation, namespace=module)
    return field


class _Definition(StrawberryObjectDefinition):
    """Strawberry looks at once whether a field is of the type `Self`, which none of ours is: most name what their
    modules say later, and would be looked for twice."""

    def __post_init__(self) -> None:
        """Nothing is looked for."""


def defined(
    cls: C,
    fields: Iterable[StrawberryField],
    *,
    interfaces: Iterable[StrawberryObjectDefinition] = (),
    description: str | None = None,
    is_input: bool = False,
    from_input: Callable[[type, Mapping[str, Any], InputContext], Any] | None = None,
) -> C:
    """The class as a type of the schema, by Strawberry's own definition and by no decorator."""
    cls.__strawberry_definition__ = _Definition(  # type: ignore[attr-defined]
        name=to_camel_case(cls.__name__),
        is_input=is_input,
        is_interface=False,
        origin=cls,
        description=description,
        interfaces=list(interfaces),
        extend=False,
        directives=(),
        is_type_of=None,
        resolve_type=None,
        fields=list(fields),
        from_input=from_input,
    )
    return cls


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = key()


@shape(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@shape
class Edge(Generic[T]):
    cursor: str
    node: T


@shape(description="A page of a list: the `first` (20 unless told, 200 at most) or the `last` rows, by cursors.")
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int = strawberry.field(description="How many rows the filter finds, on all pages together.")
