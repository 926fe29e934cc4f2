"""What becomes of the result of a call: awaited, handed on, read at once, or dropped."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.python.module import Module, word
from claude_lint.python.scopes import Scope
from claude_lint.python.syntax import access_path, walk

# Functions that do not await what they are handed.
_LOOKING = frozenset(
    {"print", "str", "repr", "len", "dumps", "dict", "vars", "list", "debug", "info", "pprint"}
)
_AWAITING = frozenset({
    ("asyncio", "run"), ("asyncio", "gather"), ("asyncio", "create_task"), ("asyncio", "wait_for"),
    ("asyncio", "ensure_future"), ("asyncio", "shield"),
})  # fmt: skip


class Handling(enum.Enum):
    """What happens to a result. The reader of a coroutine takes it for what it will give."""

    AWAITED = "awaited"
    ENTERED = "entered"  # by `async with` or `async for`, which take no coroutine
    HANDED_ON = "handed on"  # returned, stored or passed: someone else may await it
    LOOPED = "looped"  # by a plain `for` or `with`
    READ = "read"
    DROPPED = "dropped"


_DEFERRING = (Handling.AWAITED, Handling.HANDED_ON)


def handling_of(module: Module, node: cst.BaseExpression) -> tuple[Handling, cst.CSTNode | None]:
    """Return what becomes of an expression's value, and where it is read."""
    child: cst.CSTNode = node
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.IfExp, cst.BooleanOperation)):
            child = parent
            continue
        if isinstance(parent, cst.NamedExpr):
            return Handling.HANDED_ON, None
        if isinstance(parent, cst.Assign):
            return _named(module, [target.target for target in parent.targets], node)
        if isinstance(parent, cst.AnnAssign):
            return _named(module, [parent.target], node)
        if isinstance(parent, cst.Expr):
            return Handling.DROPPED, None
        return _direct(module, parent, child), None
    return Handling.HANDED_ON, None


def _direct(module: Module, parent: cst.CSTNode, child: cst.CSTNode) -> Handling:
    """Judge a use by the node around it."""
    if isinstance(parent, cst.Await):
        return Handling.AWAITED
    if isinstance(parent, (cst.Attribute, cst.Subscript, cst.FormattedStringExpression)):
        return Handling.READ
    if isinstance(parent, (cst.For, cst.CompFor)) and child is parent.iter:
        return Handling.ENTERED if parent.asynchronous is not None else Handling.LOOPED
    if isinstance(parent, cst.WithItem):
        around = module.parents.get(parent)
        is_async = isinstance(around, cst.With) and around.asynchronous is not None
        return Handling.ENTERED if is_async else Handling.LOOPED
    if isinstance(parent, cst.Arg):
        call = module.parents.get(parent)
        path = access_path(call.func) if isinstance(call, cst.Call) else None
        if path in _AWAITING:
            return Handling.AWAITED
        return Handling.READ if path and path[-1] in _LOOKING else Handling.HANDED_ON
    return Handling.HANDED_ON


def _named(
    module: Module, targets: list[cst.BaseExpression], node: cst.CSTNode
) -> tuple[Handling, cst.CSTNode | None]:
    """Judge a value by all uses of the one name it gets."""
    if len(targets) != 1 or not isinstance(targets[0], cst.Name):
        return Handling.HANDED_ON, None
    scope, _point = module.place(node)
    name = targets[0].value
    if name in scope.outer_names:
        return Handling.HANDED_ON, None
    first: tuple[Handling, cst.CSTNode | None] = Handling.DROPPED, None
    for use in _uses(module, scope, name):
        handled = _direct(module, module.parents[use], use)
        if handled in _DEFERRING:
            # Of a name that is bound again, it may be the other value that is awaited.
            is_only = len(scope.bindings(name)) == 1
            return handled if is_only else Handling.HANDED_ON, None
        if first[0] is Handling.DROPPED:
            first = handled, use
    return first


def _uses(module: Module, scope: Scope, name: str) -> Iterator[cst.Name]:
    """Yield the places where a name of a scope is read."""
    roots: list[cst.CSTNode] = []
    function = scope.function()
    if function is not None and function.node is not None:
        roots.append(function.node)
    else:
        module.load_matching(re.compile(word(name)))
        roots.extend(unit.root for unit in module.all_units() if unit.root is not None)
    for root in roots:
        for node in walk(root):
            if isinstance(node, cst.Name) and node.value == name and _is_read(module, node):
                yield node


def _is_read(module: Module, name: cst.Name) -> bool:
    parent = module.parents.get(name)
    if isinstance(parent, cst.Attribute):
        return parent.value is name
    if isinstance(parent, cst.Arg):
        return parent.value is name
    if isinstance(parent, (cst.For, cst.CompFor)):
        return parent.iter is name
    if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)):
        return parent.value is name
    return not isinstance(parent, (cst.AssignTarget, cst.AsName, cst.Param, cst.NameItem, cst.Del))
