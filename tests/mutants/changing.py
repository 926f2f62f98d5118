"""Small changes to a source file, each of which makes the program do something else: what a mistake looks like.

They are made for the rules of this house: a condition turned round or left out, one part of a filter forgotten, a role
taken out of a set, nobody's rows in the place of one's own or the other way round, a check not called.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
ROWS = ("filter", "exclude", "Q")
"""Calls whose arguments each leave rows out."""

SILENT = ("annotation", "returns", "ctx", "decorator_list", "exc", "msg", "cause")
"""Parts of the language that do nothing here, or only say in which words something is refused."""

Place = tuple[ast.AST, str, int | None, ast.AST]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Change:
    """One thing in a module that was changed; `code` is the module's, `told` says what stood there and what does."""

    line: int
    told: str
    code: CodeType


def changes(path: Path, ending: str = "") -> Iterator[Change]:
    """All of a file, or of its functions whose names end so."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in _functions(tree, ending):
        for holder, name, at, node in list(_places(function, ("body",))):
            for other in () if _is_idle(holder, name, node) else instead(node):
                _put(holder, name, at, _beside(other, node))
                whole = ast.fix_missing_locations(deepcopy(tree))
                _put(holder, name, at, node)
                told = f"{_words(node)}  →  {_words(other)}"
                yield Change(_line(node), told, compile(whole, str(path), "exec", dont_inherit=True))


def _functions(tree: ast.Module, ending: str) -> Iterator[Function]:
    inside = (*tree.body, *(one for top in tree.body if isinstance(top, ast.ClassDef) for one in top.body))
    return (one for one in inside if isinstance(one, Function) and one.name.endswith(ending))


def _places(holder: ast.AST, parts: tuple[str, ...]) -> Iterator[Place]:
    """Every node within, and where it stands; not the types and the names of what is taken."""
    for name in parts:
        value = getattr(holder, name)
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not isinstance(node, ast.Subscript | ast.arguments | ast.pattern):
                yield holder, name, at, node
                yield from _places(node, tuple(one for one in node._fields if one not in SILENT))


def _is_idle(holder: ast.AST, name: str, node: ast.AST) -> bool:
    """Whether a change here is made in another way as well, or makes no difference where all is well."""
    match holder:
        case ast.If(test=ast.Compare()) | ast.IfExp(test=ast.Compare()):
            return name == "test"
        case ast.If(body=[ast.Raise()]):
            return name == "body"
        case ast.keyword(arg="strict"):
            return True
    return isinstance(node, ast.FormattedValue)


def instead(node: Any) -> Iterator[ast.AST]:
    """What may stand there by mistake."""
    return OTHERS[type(node)](node) if type(node) in OTHERS else iter(())


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    if len(node.ops) == 1 and type(node.ops[0]) in SWAPPED:
        yield _like(node, ops=[SWAPPED[type(node.ops[0])]()])


def _combined(node: ast.BinOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield from (node.left, node.right)
    elif type(node.op) in SWAPPED:
        yield _like(node, op=SWAPPED[type(node.op)]())


def _denied(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _decided(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    yield from (_like(node, test=ast.Constant(one)) for one in (True, False))


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _left_out(node: ast.Expr | ast.Raise) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call | ast.Await):
        yield ast.copy_location(ast.Pass(), node)


def _one_less(node: ast.Tuple | ast.Set) -> Iterator[ast.AST]:
    if len(node.elts) > 1 and not isinstance(getattr(node, "ctx", None), ast.Store):
        yield from (_like(node, elts=[*node.elts[:at], *node.elts[at + 1 :]]) for at in range(len(node.elts)))


def _called(node: ast.Call) -> Iterator[ast.AST]:
    name = ast.unparse(node.func).rpartition(".")[2]
    for part in ("args", "keywords") if name in ROWS else ():
        given = getattr(node, part)
        yield from (_like(node, **{part: [*given[:at], *given[at + 1 :]]}) for at in range(len(given)))
    if name == "nothing":
        yield _like(node, func=ast.Attribute(node.args[0], "all", ast.Load()), args=[])


OTHERS: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _compared,
    ast.BoolOp: lambda node: iter(node.values),
    ast.BinOp: _combined,
    ast.UnaryOp: _denied,
    **dict.fromkeys((ast.If, ast.IfExp), _decided),
    ast.Constant: _constant,
    **dict.fromkeys((ast.Expr, ast.Raise), _left_out),
    **dict.fromkeys((ast.Tuple, ast.Set), _one_less),
    ast.Call: _called,
}


def _beside(other: Any, node: Any) -> ast.AST:
    """The other, and what stood there where it is never reached: a function still names all that it did."""
    if isinstance(node, ast.stmt):
        return ast.copy_location(ast.If(ast.Constant(True), [other], [node]), node)
    return ast.copy_location(ast.IfExp(ast.Constant(True), other, node), node) if isinstance(node, ast.expr) else other


def _like(node: ast.AST, **changed: object) -> ast.AST:
    """The node with other parts."""
    return ast.copy_location(type(node)(**(dict(ast.iter_fields(node)) | changed)), node)


def _put(holder: ast.AST, name: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(holder, name, node)
    else:
        getattr(holder, name)[at] = node


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _words(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())
