"""What a definition says of itself: decorators, parameters, whether it is a method."""

from __future__ import annotations

import libcst as cst

from claude_lint.python.scopes import Scope
from claude_lint.python.syntax import access_path

# Of routes, commands, tasks and tools: `@app.post("/chat")`, `@cli.command()`, `@mcp.tool()`.
_REGISTERING = frozenset({
    "get", "post", "put", "patch", "delete", "route", "api_route", "websocket", "command",
    "task", "tool", "callback",
})  # fmt: skip


def decorator_names(node: cst.FunctionDef | cst.ClassDef) -> set[str]:
    """Return the dotted names of decorators, those called without their arguments."""
    names = set()
    for one in node.decorators:
        target = one.decorator.func if isinstance(one.decorator, cst.Call) else one.decorator
        path = access_path(target)
        if path:
            names.add(".".join(path))
    return names


def is_registered(scope: Scope) -> bool:
    """Tell whether a decorator hands a function to a framework, which calls it from outside."""
    return isinstance(scope.node, cst.FunctionDef) and any(
        name.rpartition(".")[2] in _REGISTERING and "." in name
        for name in decorator_names(scope.node)
    )


def parameter_names(scope: Scope) -> list[str]:
    """Return the positional parameters of a function, in order."""
    node = scope.node
    if not isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return []
    return [p.name.value for p in (*node.params.posonly_params, *node.params.params)]


def is_method(scope: Scope) -> bool:
    """Tell whether a function takes `self` or `cls`."""
    if scope.kind != "function" or scope.parent is None or scope.parent.kind != "class":
        return False
    assert isinstance(scope.node, cst.FunctionDef)
    return "staticmethod" not in decorator_names(scope.node)


def keyword_only(scope: Scope) -> list[str]:
    """Return the parameters of a function that only a keyword reaches."""
    assert isinstance(scope.node, (cst.FunctionDef, cst.Lambda))
    return [p.name.value for p in scope.node.params.kwonly_params]


def accepts(scope: Scope, call: cst.Call) -> bool:
    """Tell whether a call could be of this function, by the number and names of its arguments.

    Names are as good as a type: `d.get("key")` is no call of a `get(self, *, url)`.
    """
    node = scope.node
    if not isinstance(node, cst.FunctionDef) or node.decorators:
        return True  # a decorator may pass other arguments than it is passed
    params = node.params
    if not isinstance(params.star_kwarg, cst.Param):
        known = {p.name.value for p in (*params.params, *params.kwonly_params)}
        if any(arg.keyword is not None and arg.keyword.value not in known for arg in call.args):
            return False
    if any(arg.star for arg in call.args):
        return True
    number = sum(arg.keyword is None for arg in call.args)
    if isinstance(params.star_arg, cst.Param):
        return True
    # `Class.method(obj)` passes one that `obj.method()` does not.
    return number <= len(params.posonly_params) + len(params.params)
