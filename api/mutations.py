"""Mutations are the domain's verbs: the input of each is the verb's own signature, its payload the row it changes.

So nothing is written twice: a parameter `lecture_id: UUID` becomes `lectureId: ID!`, an enum its enum, a dataclass an
input of its own, a default a default, and the first sentence of the verb's docstring the description. What a verb
answers is read again, as selected, after it has committed.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from api import reading, referring
from api.reading.building import RESOLVER
from api.reading.declarations import Field, understood
from api.reading.shapes import defined
from domain import idempotency, walls
from domain.actor import Role
from domain.errors import Invalid
from domain.indicators import NO_INDICATORS
from domain.japanese import storable
from domain.records import Record
from domain.values import is_dataclass
from domain.verbs import allowed

T = TypeVar("T")
Verb = Callable[..., Awaitable[Record]]
KEY = "idempotency_key"
VERB = "verb"
"""Under this a mutation's metadata holds the verb that it is."""

MULTILINE = frozenset(
    {
        "remarks",
        "remark",
        "purpose",
        "scenario",
        "reason",
        "equipment",
        "objectives",
        "summary",
        "outcome",
        "changes",
        "text",
        "message",
        "evidence",
        "agenda",
        "minutes_text",
        "wording",
    }
)
ONE_LINE = frozenset({"title", "what", "note", "objective", "conditions", "theme"})
"""Free texts of one line. Where such a name is that of a choice, nothing is typed."""
NO_CASES = "個別の事件・相談の内容、被害者等の氏名は記入しないでください。"
"""What whoever writes a free text is told: this is no place for cases."""
NOTES: Mapping[str, str] = dict.fromkeys(MULTILINE | ONE_LINE, NO_CASES) | {"text": f"{NO_CASES}{NO_INDICATORS}"}
YEARS = range(1900, 2200)
"""What a date may be; nearer the ends of the calendar a day more or less is no date any longer."""

OFFERED: dict[str, frozenset[Role]] = {}
"""For each mutation the roles that may ask for it at all."""


def mutations(shown: type, **verbs: Verb) -> type:
    """A type with one mutation for each verb, whose payload holds the changed row as a `shown`."""
    name = shown.__name__
    fields = [_mutation(field_name, verb, name, _payload(shown)) for field_name, verb in verbs.items()]
    return defined(type(f"{name}Mutations", (), {}), fields)


def together(*some: type) -> type:
    """One type with the mutations of all these; each has a name of its own."""
    fields: list[StrawberryField] = [field for one in some for field in one.__strawberry_definition__.fields]  # type: ignore[attr-defined]
    twice = [name for name, times in Counter(field.python_name for field in fields).items() if times > 1]
    assert not twice, f"more than one mutation is called {twice}"
    return defined(type("Mutation", (), {}), fields)


@cache
def _payload(shown: type) -> type:
    told = "The row as it is now; null where it is no longer yours to see."
    row = _field(_snake(shown.__name__), shown | None, description=told)
    return defined(type(f"{shown.__name__}Payload", (SimpleNamespace,), {}), [row])


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")


@dataclasses.dataclass(frozen=True)
class _Parameter:
    """One argument of a verb, or one field of a dataclass that it takes."""

    name: str
    type: Any
    default: Any = inspect.Parameter.empty

    @property
    def must_be_given(self) -> bool:
        return self.default is inspect.Parameter.empty

    @cached_property
    def may_be_null(self) -> bool:
        return NoneType in get_args(self.type)

    @cached_property
    def inner(self) -> Any:
        """Its type, where it is not null."""
        return _unwrapped(self.type)

    @cached_property
    def called(self) -> str:
        """Its name on the wire."""
        return to_camel_case(self.name)

    @property
    def on_the_wire(self) -> StrawberryField:
        """As a field of an input, with the default that the schema can say; any other is the verb's own affair."""
        is_typed = self.name in NOTES and _typed(self.inner)
        wire, told = _wire_type(self.type), {"description": NOTES[self.name]} if is_typed else {}
        if self.must_be_given:
            return _field(self.name, wire, **told)
        if self.default == ():
            return _field(self.name, wire, default_factory=list, **told)
        if isinstance(self.default, str | int):
            return _field(self.name, wire, default=self.default, **told)
        return _field(self.name, wire | None, default=strawberry.UNSET, **told)


def _field(name: str, wire: Any, **more: Any) -> StrawberryField:
    return Field(name, type_annotation=understood(wire), **more)


def _mutation(name: str, verb: Verb, shown: str, payload: type) -> StrawberryField:
    parameters = _parameters(verb)
    taken = _input(f"{capitalize_first(to_camel_case(name))}Input", [*parameters, _Parameter(KEY, str | None, None)])

    async def resolve(_: object, info: GraphQLResolveInfo[Any], input: Mapping[str, Any]) -> Any:
        actor, arguments = info.context.actor, _arguments(parameters, input)
        key, content = input.get(to_camel_case(KEY)), repr((name, sorted(arguments.items())))
        who = (walls.for_acting(actor), actor.person_id, actor.now)
        row_id = await idempotency.once(*who, key, content, lambda: verb(actor, **arguments))
        return payload(**{_snake(shown): reading.read(shown, row_id)})

    field = _field(name, payload, description=_first_sentence(verb), metadata={VERB: verb, RESOLVER: resolve})
    field.arguments = [StrawberryArgument("input", None, understood(taken))]
    OFFERED[to_camel_case(name)] = allowed(verb)
    return field


def _first_sentence(verb: Verb) -> str:
    """What the verb is for; what it raises is for whoever calls it in Python."""
    told = (inspect.getdoc(verb) or "").split("\n\n")[0].replace("\n", " ")
    return re.split(r"\s*\bRaises\b", told)[0]


def _parameters(verb: Verb) -> list[_Parameter]:
    """What the verb takes besides the actor; a TypedDict behind `**` is its keys, each of which may be left out."""
    found: list[_Parameter] = []
    for name, parameter in list(inspect.signature(verb).parameters.items())[1:]:
        annotation = _said(parameter.annotation, verb.__module__)
        if parameter.kind is parameter.VAR_KEYWORD:
            keys = get_type_hints(get_args(annotation)[0])
            found += [_Parameter(key, hint, strawberry.UNSET) for key, hint in keys.items()]
        else:
            found.append(_Parameter(name, annotation, parameter.default))
    return sorted(found, key=lambda one: not one.must_be_given)


@cache
def _said(annotation: str, module: str) -> Any:
    """What an annotation means where it stands: the verbs of a module say the same few."""
    return eval(annotation, vars(sys.modules[module]))  # nosec B307 # as `inspect` would, for each verb


def _input(name: str, parameters: Sequence[_Parameter]) -> type:
    """An input of the schema, of which no instance is ever made (`_arguments`): a question that is asked by one is
    given it as it was written (`meant`)."""
    fields = [one.on_the_wire for one in parameters]
    return defined(type(name, (), {}), fields, is_input=True, from_input=lambda _, written, __: written)


@cache
def _wire_type(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        [inner] = [one for one in get_args(annotation) if one is not NoneType]
        return _wire_type(inner) | None
    if get_origin(annotation) in (list, Sequence):
        return list[_wire_type(get_args(annotation)[0])]  # type: ignore[misc]
    if annotation is UUID:
        return strawberry.ID
    return _nested(annotation) if _is_shape(annotation) else annotation


def _is_shape(annotation: Any) -> bool:
    return isinstance(annotation, type) and is_dataclass(annotation)


def input_of(shape: type) -> Any:
    """What a dataclass of the domain is as an input, for a question that is asked by one."""
    return _nested(shape)


def meant(shape: type[T], given: Any) -> T:
    """The dataclass that such an input says. Raises as a mutation does."""
    told: T = _value("", shape, given)
    return told


@cache
def _nested(shape: type) -> type:
    """A dataclass of the domain as an input of its own; the dataclass itself is left alone."""
    return _input(f"{shape.__name__}Input", _shape(shape))


@cache
def _shape(shape: type) -> list[_Parameter]:
    """Its fields, as they are declared: nothing is compiled before one of it is made."""
    return [_Parameter(name, hint, _default(shape, name)) for name, hint in get_type_hints(shape).items()]


def _default(shape: type, name: str) -> Any:
    said = getattr(shape, name, inspect.Parameter.empty)
    default = said.default if isinstance(said, dataclasses.Field) else said
    return inspect.Parameter.empty if default is dataclasses.MISSING else default


def _arguments(parameters: Sequence[_Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the client has written, as the verb takes it: what may be left out, and was, is not there."""
    written = [one for one in parameters if one.called in given or one.must_be_given]
    return {one.name: _meant(one, given.get(one.called)) for one in written}


def _meant(one: _Parameter, value: Any) -> Any:
    """The value as the verb takes it. Raises NotFound for an id of another kind, Invalid for null or a bad text."""
    if value is None and not one.may_be_null:
        raise Invalid("null は指定できません。変えないときは項目ごと省いてください。", field=one.name)
    return _value(one.name, one.inner, value)


def _typed(annotation: Any) -> bool:
    """Whether somebody types it: a text, or several."""
    return annotation is str or get_args(annotation) == (str,)


def _unwrapped(annotation: Any) -> Any:
    inner = [one for one in get_args(annotation) if one is not NoneType]
    return inner[0] if get_origin(annotation) in (Union, UnionType) else annotation


def _value(name: str, annotation: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_value(name, get_args(annotation)[0], item) for item in value]
    if annotation is UUID:
        return referring.key(name, value)
    if isinstance(value, date) and value.year not in YEARS:
        raise Invalid(f"{YEARS.start}年から{YEARS.stop - 1}年までの日付を指定してください。", field=name)
    if annotation is str:
        return storable(value.replace("\r\n", "\n"), multiline=name in MULTILINE, field=name)
    if _is_shape(annotation):
        return annotation(**_arguments(_shape(annotation), value))
    return value
