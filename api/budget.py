"""How large a GraphQL document may be, decided before anything else looks at it.

Two walls, in this order: the parser stops at `Limits.tokens`, and the first validation rule stops at the size
that the document has once its fragments are written out. Every definition is looked at once and remembered:
the work is linear in the text although a few dozen fragments can describe 2**60 fields. Cycles and unknown
fragments count as nothing here: the rules of the specification (GraphQL §5.5.2) refuse them by name.

What a document costs once its arguments are known (`first: 100` inside `first: 100`) is the reader's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)
from graphql.language.visitor import EnterLeaveVisitor
from graphql.validation import ASTValidationRule
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension

from domain.errors import TooLarge

SATURATED = 10**6
"""Counting stops here: nobody needs to know by how much 2**60 is too many."""

NESTING = 100
"""Levels of selections, fragments included, that are followed: far above the limits, far below the stack."""


class Limits(NamedTuple):
    """The largest document that is answered. The IDE's introspection (15 deep) is the largest honest one."""

    tokens: int = 2000
    fields: int = 500
    depth: int = 16
    aliases: int = 30
    directives: int = 30
    root_fields: int = 10


LIMITS = Limits()


class Size(NamedTuple):
    """What a selection comes to, its fragments written out; `root_fields` are those of its first level."""

    fields: int = 0
    root_fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: Size) -> Size:
        depth = max(self.depth, other.depth)
        added = (min(mine + theirs, SATURATED) for mine, theirs in zip(self, other, strict=True))
        return Size(*added)._replace(depth=depth)

    def not_at_the_root(self) -> Size:
        return self._replace(root_fields=0)

    def below_a_field(self, aliased: bool) -> Size:
        counted = self.not_at_the_root()._replace(depth=self.depth + 1)
        return counted.beside(Size(fields=1, root_fields=1, aliases=int(aliased)))


ENDLESS = Size(*[SATURATED] * 5)


class Measure:
    """Measures the definitions of one document. `steps` counts the selections looked at, none twice."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.steps = 0
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()

    def operation(self, operation: OperationDefinitionNode) -> Size:
        variables = operation.variable_definitions or ()
        directives = len(operation.directives or ()) + sum(len(v.directives or ()) for v in variables)
        return self._selections(operation.selection_set).beside(Size(directives=directives))

    def fragment(self, name: str, nesting: int = 0) -> Size:
        if name in self._open or name not in self.fragments:
            return Size()
        if name not in self._known:
            self._open.add(name)
            fragment = self.fragments[name]
            own = Size(directives=len(fragment.directives or ()))
            self._known[name] = self._selections(fragment.selection_set, nesting).beside(own)
            self._open.discard(name)
        return self._known[name]

    def _selections(self, chosen: SelectionSetNode | None, nesting: int = 0) -> Size:
        if nesting > NESTING:
            return ENDLESS
        size = Size()
        for node in chosen.selections if chosen else ():
            size = size.beside(self._one(node, nesting + 1))
        return size

    def _one(self, node: SelectionNode, nesting: int) -> Size:
        self.steps += 1
        own = Size(directives=len(node.directives or ()))
        if isinstance(node, FragmentSpreadNode):
            return own.beside(self.fragment(node.name.value, nesting))
        inner = self._selections(getattr(node, "selection_set", None), nesting)
        if isinstance(node, FieldNode):
            inner = inner.below_a_field(aliased=node.alias is not None)
        return own.beside(inner)


LABELS = {
    "fields": "項目の数",
    "root_fields": "最上位の項目の数",
    "depth": "入れ子の深さ",
    "aliases": "別名の数",
    "directives": "ディレクティブの数",
}


def excess(document: DocumentNode, limits: Limits = LIMITS) -> str | None:
    """The Japanese sentence that refuses the document, or None where it is within all limits."""
    measure = Measure(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.operation(definition)
        elif isinstance(definition, FragmentDefinitionNode):
            # The first level of a fragment is a root only where an operation spreads it there.
            size = measure.fragment(definition.name.value).not_at_the_root()
        else:
            continue
        for name, label in LABELS.items():
            limit = getattr(limits, name)
            if getattr(size, name) > limit:
                return f"問い合わせの{label}が上限（{limit}）を超えています。分けて送ってください。"
    return None


class DocumentBudget(ASTValidationRule):
    """The rule that ends validation where a document is too large, before any other rule walks it."""

    def enter_document(self, node: DocumentNode, *_: object) -> None:
        sentence = excess(node)
        if sentence is not None:
            raise ValidationAbortedError(sentence, original_error=TooLarge(sentence))


class Knowing(ASTValidationRule):
    """A rule that finds out once what it does at which kind of node: graphql-core asks each of thirty rules anew for
    each document, which is half of the work of validating it."""

    handlers: ClassVar[dict[str, list[str | None]]]
    """By the kind of the node, the methods for the way in and for the way out."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.handlers = {}

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        if kind not in self.handlers:
            self.handlers[kind] = [self._handler("enter", kind), self._handler("leave", kind)]
        enter, leave = self.handlers[kind]
        return EnterLeaveVisitor(getattr(self, enter) if enter else None, getattr(self, leave) if leave else None)

    def _handler(self, way: str, kind: str) -> str | None:
        return next((name for name in (f"{way}_{kind}", way) if hasattr(self, name)), None)


def knowing(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    return type(rule.__name__, (Knowing, rule), {})


RULES = (knowing(DocumentBudget), *map(knowing, specified_rules))


@lru_cache(maxsize=128)
def parse_within_budget(query: str) -> DocumentNode:
    """The document of a text, kept for the next time the same text comes.

    Raises TooLarge past the token limit or the parser's own depth, GraphQLSyntaxError where it is no GraphQL.
    """
    try:
        return parse(query, max_tokens=LIMITS.tokens)
    except GraphQLSyntaxError as error:
        # graphql-core tells its two limits from a slip of the pen only by these words.
        if not error.message.endswith("Parsing aborted."):
            raise
    raise TooLarge(f"問い合わせが長すぎるか深すぎます（上限 {LIMITS.tokens} 語）。分けて送ってください。")


@lru_cache(maxsize=128)
def verdict(schema: GraphQLSchema, query: str) -> list[GraphQLError]:
    """What is wrong with a text that could be parsed, kept like its document.

    Kept by the text: a document would be hashed node by node, which takes longer than all that is asked of it.
    """
    return validate(schema, parse_within_budget(query), RULES)


class Budget(SchemaExtension):
    """Parses within the token limit, and puts the budget before the rules of the specification; keeps what it found.

    It takes the place of ParserCache, MaxTokensLimiter and ValidationCache.
    """

    def on_parse(self) -> Iterator[None]:
        if self.execution_context.query:
            self.execution_context.graphql_document = parse_within_budget(self.execution_context.query)
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        context.pre_execution_errors = verdict(context.schema._schema, context.query or "")
        yield


BUDGET: tuple[type[SchemaExtension], ...] = (Budget,)
"""For `strawberry.Schema(extensions=[*BUDGET, …])`: classes, so that no request sees another's state."""
