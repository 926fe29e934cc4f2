"""What a request to Claude and the call of another API are both given, by one name."""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.claude.facts import Request
from claude_lint.claude.view import View
from claude_lint.python.module import word
from claude_lint.python.syntax import access_path
from claude_lint.python.values import Origin


def is_given_to_others(at: Origin, request: Request, view: View) -> bool:
    """Tell whether what is written at a place reaches another API in the same way.

    That is where a dict or list has a name, and both calls unpack it or take it by one keyword.
    """
    module, call = view.module, request.call.node
    name = _holder_name(at, call)
    if name is None or at.module is not module or request.call.module is not module:
        return False
    ways = _ways(call, name)
    if not ways:
        return False
    module.load_matching(re.compile(word(name)))
    owner = module.place(at.node)[0].owner(name)
    claudes = {one.call.node for one in view.requests.all() if one.reaches_claude}
    return any(
        other not in claudes
        and ways & _ways(other, name)
        and _is_another(other, call, view)
        and module.place(other)[0].owner(name) is owner
        for other in list(module.calls)
    )


def _holder_name(at: Origin, call: cst.CSTNode) -> str | None:
    """Return the variable that what is written at a place becomes part of."""
    for node in (at.node, *at.module.ancestors(at.node)):
        if node is call or isinstance(node, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(node, (cst.Assign, cst.AnnAssign)):
            target: cst.BaseExpression
            target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target
            while isinstance(target, cst.Subscript):
                target = target.value
            return target.value if isinstance(target, cst.Name) else None
    return None


def _ways(call: cst.CSTNode, name: str) -> set[str]:
    """Return how a call is given a variable: unpacked, or by which keywords."""
    if not isinstance(call, cst.Call):
        return set()
    return {
        arg.keyword.value if arg.keyword is not None else arg.star
        for arg in call.args
        if isinstance(arg.value, cst.Name)
        and arg.value.value == name
        and (arg.keyword is not None or arg.star == "**")
    }


def _is_another(other: cst.CSTNode, call: cst.CSTNode, view: View) -> bool:
    """Tell whether a call is of another method, or is seen to send to another's host."""
    if any(one.call.node is other for one in view.requests.all()):
        return True
    assert isinstance(other, cst.Call)
    path = access_path(other.func)
    ours = access_path(call.func) if isinstance(call, cst.Call) else None
    return path is not None and len(path) > 1 and path[-2:] != (ours or ())[-2:]
