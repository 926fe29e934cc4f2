"""Whether something that is not seen in the code may raise for a bad answer."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.claude.facts import Request
from claude_lint.claude.retries.conditions import assigned_paths, dotted
from claude_lint.claude.retries.ways import contains
from claude_lint.python.module import Module
from claude_lint.python.syntax import walk
from claude_lint.python.values import Result, Symbol, options

_HOOKS = ("event_hooks", "hooks", "transport", "mounts", "raise_for_status", "trace_configs")
_READING = frozenset({
    "json", "text", "read", "aread", "decode", "iter_lines", "raise_for_status", "close", "get",
    "strip",
})  # fmt: skip


def is_without_hooks(request: Request) -> bool:
    """Tell whether the session that sends a request certainly raises nothing of its own."""
    for session in options(request.session) if request.session is not None else ():
        if not isinstance(session, Result) or not isinstance(session.callee, Symbol):
            return False
        if any(session.arguments.may_pass(name) for name in _HOOKS):
            return False
        if any(change.path[:1] != ("headers",) for change in session.changes):
            return False
    return True


def is_only_read(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether what an expression comes to is handed to nobody in the function around it.

    It may be returned, compared, and asked for its text; what is taken out of it by a key counts
    as more, because an error has other keys.
    """
    around = next((p for p in module.ancestors(node) if isinstance(p, cst.FunctionDef)), None)
    if around is None or isinstance(module.parents.get(node), cst.Lambda):
        return around is not None
    names = _names(around, node)

    def has_outcome(part: cst.CSTNode) -> bool:
        return contains(part, node) or any((dotted(one) or "") in names for one in walk(part))

    for part in walk(around.body):
        if isinstance(part, cst.Call) and part is not node and not contains(node, part):
            if any(has_outcome(arg.value) for arg in part.args):
                return False
            if isinstance(part.func, cst.Attribute) and has_outcome(part.func.value):
                if part.func.attr.value not in _READING:
                    return False
        elif isinstance(part, cst.Subscript) and has_outcome(part.value):
            return False
    return True


def raises_in(body: cst.CSTNode) -> bool:
    """Tell whether code raises by itself, or has an answer raise."""
    return any(
        isinstance(part, (cst.Raise, cst.Assert))
        or (isinstance(part, cst.Attribute) and part.attr.value == "raise_for_status")
        for part in walk(body)
    )


def _names(around: cst.FunctionDef, node: cst.CSTNode) -> set[str]:
    """Return the names that get the value of an expression, or something taken from it."""
    found: set[str] = set()
    while True:
        before = len(found)
        for value, targets in _bindings(around.body):
            if contains(value, node) or any((dotted(one) or "") in found for one in walk(value)):
                found.update(targets)
        if len(found) == before:
            return found


def _bindings(body: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, list[str]]]:
    for part in walk(body):
        if isinstance(part, cst.Assign):
            yield part.value, [n for one in part.targets for n in assigned_paths(one.target)]
        elif isinstance(part, (cst.AnnAssign, cst.NamedExpr)) and part.value is not None:
            yield part.value, list(assigned_paths(part.target))
        elif isinstance(part, cst.WithItem) and part.asname is not None:
            yield part.item, list(assigned_paths(part.asname.name))
        elif isinstance(part, cst.For):
            yield part.iter, list(assigned_paths(part.target))
