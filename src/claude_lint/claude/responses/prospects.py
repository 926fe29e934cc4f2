"""Which expressions are worth evaluating as parts of responses, by how they are written.

Methods such as `get` and `strip` stand everywhere. Working out what each is called on would cost
more than all else, and how it came by its name mostly shows that it is no response.
"""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.claude.responses.text_uses import REPR_MAKERS, TEXT_METHODS, Candidate
from claude_lint.python.module import Module, attribute_name

_DEPTH = 6
_PARTS = frozenset(
    {"content", "content_block", "current_message_snapshot", "input", "message", "result", "usage"}
)
_HOLDERS = re.compile(r"answer|completion|message|reply|response|result", re.IGNORECASE)
# Functions and methods whose result is never a part of a response.
_OTHERS = TEXT_METHODS | frozenset({
    "Path", "bool", "bytes", "count", "dict", "dumps", "findall", "float", "get", "getLogger",
    "getenv", "index", "input", "int", "items", "json", "keys", "len", "load", "loads", "match",
    "max", "min", "now", "open", "read", "read_text", "readline", "round", "search", "set", "str",
    "sub", "sum", "time", "type", "values",
})  # fmt: skip
_UNMISTAKABLE = frozenset({
    "choices", "completion_tokens", "finish_reason", "output_text", "prompt_tokens", "tool_calls",
    "total_tokens",
})  # fmt: skip
_VAGUE = REPR_MAKERS | {"==", "in"}
_DEFINED = frozenset({"import", "function", "class", "except", "delete", "global"})


def is_prospect(module: Module, candidate: Candidate) -> bool:
    """Tell whether a use may be one of a part of a response."""
    if candidate.name in _UNMISTAKABLE:
        return True
    if candidate.name in _VAGUE:
        return _is_content(module, candidate.base, 2)
    return _may_hold(module, candidate.base, candidate.is_telling, _DEPTH)


def _is_content(module: Module, node: cst.BaseExpression, depth: int) -> bool:
    """Tell whether an expression is a `.content`, or a name that is set to one."""
    if isinstance(node, cst.Attribute):
        return node.attr.value == "content"
    if not isinstance(node, cst.Name) or not depth:
        return False
    owner = module.place(node)[0].owner(node.value)
    return owner is not None and any(
        _is_content(module, binding.node, depth - 1)
        for binding in owner.bindings(node.value)
        if isinstance(binding.node, cst.BaseExpression)
    )


def _may_hold(module: Module, node: cst.CSTNode, parameters: bool, depth: int) -> bool:
    """Tell whether an expression could be a part; `parameters` says that any parameter could."""
    if not depth:
        return False

    def inner(*nodes: cst.CSTNode) -> bool:
        return any(_may_hold(module, one, parameters, depth - 1) for one in nodes)

    if isinstance(node, cst.Name):
        owner = module.place(node)[0].owner(node.value)
        for binding in owner.bindings(node.value) if owner is not None else ():
            if binding.kind == "parameter":
                if parameters or binding.annotation is not None:
                    return True
            elif binding.kind not in _DEFINED and inner(binding.node):
                return True
        return False
    if isinstance(node, cst.Attribute):
        return node.attr.value in _PARTS or _HOLDERS.search(node.attr.value) is not None
    if isinstance(node, cst.Call):
        name = node.func.attr.value if isinstance(node.func, cst.Attribute) else None
        return (name or attribute_name(node.func)) not in _OTHERS
    if isinstance(node, cst.Await):
        return inner(node.expression)
    if isinstance(node, (cst.NamedExpr, cst.Subscript)):
        return inner(node.value)
    if isinstance(node, cst.IfExp):
        return inner(node.body, node.orelse)
    if isinstance(node, cst.BooleanOperation):
        return inner(node.left, node.right)
    if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
        return inner(node.elt)
    return isinstance(node, (cst.List, cst.Tuple)) and inner(*(e.value for e in node.elements))
