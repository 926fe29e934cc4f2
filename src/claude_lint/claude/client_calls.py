"""How clients are made and called: in what kind of function, and what becomes of a coroutine."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.catalog import sdk_surface
from claude_lint.claude.facts import Client
from claude_lint.claude.handling import Handling, handling_of
from claude_lint.claude.responses.guards import Guards, written
from claude_lint.claude.responses.parts import is_mocked
from claude_lint.claude.surfaces.sdk import LIBRARY, PLATFORMS, client_class, clients, method_path
from claude_lint.claude.view import View
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.signatures import decorator_names
from claude_lint.python.values import Origin, Result, Typed, Value, options

# What an asynchronous stream has that is a coroutine.
_STREAM_COROUTINES = frozenset({"get_final_message", "get_final_text", "until_done"})
_NOT_COROUTINES = "with_streaming_response"
_STEPS = frozenset({"with_options", "copy"})
_CLIENT_TYPES = re.compile(r"\b(Async)?(?:Anthropic\w*|Client)\b")
_CACHES = re.compile(r"cache|fixture|singleton|memo", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class ClientCall:
    """A call of a client's method, or of a stream's that the client opened.

    `method` is its dotted path. `place`: async, sync, lambda, module. `handling` is what becomes of
    the result, `used_at` where, if that is not around the call itself.
    """

    call: Origin
    method: str
    is_async: bool
    makes_coroutine: bool
    """Whether the result must be awaited, on an asynchronous client."""
    is_of_stream: bool
    place: str
    handling: Handling
    used_at: Origin | None
    can_await: bool
    """Whether `await` may stand here."""
    is_in_chain: bool
    """Whether an attribute or item is read of the call."""


@dataclass(frozen=True, slots=True, eq=False)
class ClientMade:
    """A client that is built where it is used up: `per`: loop, call."""

    call: Origin
    kind: str
    per: str


@functools.cache
def _method_names() -> frozenset[str]:
    paths = sdk_surface.load().rows["methods"]
    names = {path.rpartition(":")[2].rpartition(".")[2] for path in paths}
    return frozenset(names - _STEPS) | _STREAM_COROUTINES


@functools.cache
def _calling() -> re.Pattern[str]:
    return re.compile(rf"\.\s*(?:{'|'.join(sorted(_method_names()))})\s*\(")


def client_calls(view: View) -> Iterator[ClientCall]:
    """Yield the calls of methods whose client is certainly synchronous, or certainly not."""
    module = view.module
    module.load_matching(_calling())
    guards = Guards(module)
    for node in list(module.calls):
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _method_names():
            continue
        view.evaluator.reset()
        callee = view.evaluator.value(module, node.func)
        found = list(_methods(view, callee))
        if not found or len({is_async for _path, is_async in found}) > 1:
            continue
        if _is_told_apart(guards, node.func):
            continue
        path, is_async = found[0]
        handling, used_at = handling_of(module, node)
        place = _place(module, node)
        yield ClientCall(
            Origin(module, node),
            path,
            is_async,
            _makes_coroutine(view, path),
            path in _STREAM_COROUTINES,
            place,
            handling,
            Origin(module, used_at) if used_at is not None else None,
            place == "async" or (place == "module" and module.source.is_notebook),
            isinstance(module.parents.get(node), (cst.Attribute, cst.Subscript)),
        )


def _methods(view: View, callee: Value) -> Iterator[tuple[str, bool]]:
    """Yield the dotted path of the client's method that is called, and if the client is async."""
    for one in options(callee):
        root, path = method_path(one)
        if isinstance(root, Result) and len(path) == 1 and path[0] in _STREAM_COROUTINES:
            for opened, is_async in _methods(view, root.callee):
                if opened.endswith("messages.stream"):
                    yield path[0], is_async
            continue
        if not path or is_mocked(root, path) or _may_be_either(root):
            continue
        for client in clients(view.evaluator, root, view.reading):
            dotted = ".".join(path)
            if _is_method(view, client, dotted):
                yield dotted, client.is_async


def _may_be_either(client: Value) -> bool:
    """Tell whether an annotation admits synchronous and asynchronous clients."""
    if not isinstance(client, Typed) or client.origin is None:
        return False
    return len({bool(found) for found in _CLIENT_TYPES.findall(written(client.origin.node))}) > 1


def _is_method(view: View, client: Client, path: str) -> bool:
    surface = sdk_surface.load()
    return any(surface.method(client.kind, path, m) for m in view.target.sdk_majors())


def _makes_coroutine(view: View, path: str) -> bool:
    if path in _STREAM_COROUTINES:
        return True
    if _NOT_COROUTINES in path:
        return False
    methods = [sdk_surface.load().method("Anthropic", path, m) for m in view.target.sdk_majors()]
    return any(method is not None and method.is_awaited for method in methods)


def _is_told_apart(guards: Guards, method: cst.Attribute) -> bool:
    """Tell whether the function around asks of what type the client is."""
    node: cst.BaseExpression = method
    while isinstance(node, cst.Attribute):
        if guards.tests_type(node):
            return True
        node = node.value
    return guards.tests_type(node)


def _place(module: Module, node: cst.CSTNode) -> str:
    scope: Scope | None = module.place(node)[0]
    while scope is not None and scope.kind == "comprehension":
        scope = scope.parent
    if scope is None or scope.kind != "function":
        return "lambda" if scope is not None and scope.kind == "lambda" else "module"
    assert isinstance(scope.node, cst.FunctionDef)
    return "async" if scope.node.asynchronous is not None else "sync"


# ---------------------------------------------------------------------- construction


def clients_made(view: View) -> Iterator[ClientMade]:
    """Yield the clients that are built in a loop, or in the very function that calls them."""
    module = view.module
    if LIBRARY not in module.lines:
        return
    module.load_matching(re.compile(r"\b(?:Async)?(?:Anthropic|Client)\w*\s*\("))
    for node in list(module.calls):
        kind = _built(view, node)
        if kind is None:
            continue
        if _is_in_loop(module, node):
            yield ClientMade(Origin(module, node), kind, "loop")
        elif _is_used_up(view, module.place(node)[0], node):
            yield ClientMade(Origin(module, node), kind, "call")


def _built(view: View, node: cst.Call) -> str | None:
    func = node.func
    if isinstance(func, cst.Attribute):
        if func.attr.value.removeprefix("Async") not in PLATFORMS:
            return None
    elif not isinstance(func, cst.Name) or not _is_imported(view.module, func):
        return None
    view.evaluator.reset()
    for one in options(view.evaluator.value(view.module, node.func)):
        if kind := client_class(one):
            return kind
    return None


def _is_imported(module: Module, name: cst.Name) -> bool:
    owner = module.place(name)[0].owner(name.value)
    return owner is not None and any(b.kind == "from" for b in owner.bindings(name.value))


def _is_used_up(view: View, scope: Scope, node: cst.Call) -> bool:
    """Tell whether a function sends with a client of its own that goes when it returns."""
    function = scope.function()
    if function is None or function.name in ("main", "__init__"):
        return False
    assert isinstance(function.node, cst.FunctionDef)
    if any(_CACHES.search(name) for name in decorator_names(function.node)):
        return False
    if not _is_local(view.module, node, function):
        return False
    sent = [
        request.call.node
        for request in view.requests.all()
        if request.scope.function() is function
        and request.client is not None
        and request.client.origin is not None
        and request.client.origin.node is node
    ]
    # One client for all the turns of a loop is not built in vain.
    return bool(sent) and not any(_is_in_loop(view.module, call) for call in sent)


def _is_in_loop(module: Module, node: cst.CSTNode) -> bool:
    scope, point = module.place(node)
    return scope.kind == "comprehension" or any(a.branch.kind == "loop" for a in point.arms)


def _is_local(module: Module, node: cst.CSTNode, function: Scope) -> bool:
    """Tell whether nothing outside the function can hold the client."""
    for parent in module.ancestors(node):
        if isinstance(parent, cst.Assign):
            names = [target.target for target in parent.targets]
            return all(
                isinstance(name, cst.Name) and name.value not in function.outer_names
                for name in names
            )
        if isinstance(parent, cst.AnnAssign):
            return isinstance(parent.target, cst.Name)
        if isinstance(parent, cst.Return):
            return isinstance(module.parents.get(node), cst.Attribute)
        if isinstance(parent, (cst.FunctionDef, cst.With)):
            return True
    return True
