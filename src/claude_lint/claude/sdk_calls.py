"""What the methods and the classes of the `anthropic` package's clients are called with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.calls import Call, calls
from claude_lint.claude.catalog import sdk_surface
from claude_lint.claude.responses.guards import Guards
from claude_lint.claude.sdk_members import COMMON, FORWARDERS, is_watched
from claude_lint.claude.sdk_names import import_aliases
from claude_lint.claude.surfaces.sdk import LIBRARY, PLATFORMS, client_class, clients, method_path
from claude_lint.claude.view import View
from claude_lint.python.module import attribute_name
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    FunctionValue,
    Origin,
    Symbol,
    options,
)

_CLIENTS = frozenset(name for plain in PLATFORMS for name in (plain, f"Async{plain}"))
_HTTP_CLIENTS = frozenset({"DefaultHttpxClient", "DefaultAsyncHttpxClient", "DefaultAioHttpClient"})
_RESOURCES = frozenset({"batches", "models", "files", "messages", "skills"})
_VIEWS = frozenset({"with_raw_response", "with_streaming_response"})


@dataclass(frozen=True, slots=True, eq=False)
class SdkCall:
    """A call of a client's method, of its class (`method` is then empty), or of an HTTP client's
    (`client` is then empty).
    """

    call: Origin
    client: str
    method: str
    arguments: Arguments
    is_guarded: bool

    @property
    def positional_at(self) -> Origin | None:
        """Where the first positional argument is passed; a method handed on is none."""
        assert isinstance(self.call.node, cst.Call)
        for arg in self.call.node.args:
            if arg.keyword is None and not arg.star and not isinstance(arg.value, cst.Attribute):
                return Origin(self.call.module, arg.value)
        return None

    @property
    def callee(self) -> str:
        """What is called, for messages: the method's path or the class."""
        return self.method or self.client


def sdk_calls(view: View) -> Iterator[SdkCall]:
    """Yield the calls of clients' methods and classes, with what they pass."""
    module = view.module
    made = {*_CLIENTS, *_HTTP_CLIENTS, *import_aliases(module, _CLIENTS | _HTTP_CLIENTS)}
    names = "|".join(sorted({*made, *sdk_surface.method_names(), "copy"}))
    module.load_matching(re.compile(rf"\b(?:{names})\b"))
    guards = Guards(module)
    for node in list(module.calls):
        if not _is_candidate(node, made) or _is_own(view, node):
            continue
        view.evaluator.reset()
        for call in calls(view.evaluator, module, node):
            is_guarded = guards.catches(node, "TypeError")
            for client, method in _called(view, call):
                yield SdkCall(call.origin, client, method, call.arguments, is_guarded)


def _is_candidate(node: cst.Call, made: set[str]) -> bool:
    name = attribute_name(node.func) or (
        node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    )
    if name in made or name in FORWARDERS:
        return True
    if name == "copy":
        return bool(node.args)
    if not isinstance(node.func, cst.Attribute) or name not in sdk_surface.method_names():
        return False
    if name not in COMMON:
        return True
    before = node.func.value
    return isinstance(before, cst.Attribute) and before.attr.value in _RESOURCES


def _is_own(view: View, node: cst.Call) -> bool:
    """Tell whether a function or class of the project can be what is called."""
    view.evaluator.reset()
    callee = view.evaluator.value(view.module, node.func)
    return any(isinstance(one, (ClassValue, FunctionValue)) for one in options(callee))


def _called(view: View, call: Call) -> Iterator[tuple[str, str]]:
    """Yield the client and the method that a call can be of."""
    callee = call.callee
    kind = client_class(callee)
    if kind is not None:
        yield kind, ""
    elif isinstance(callee, Symbol):
        top, _, name = callee.path.rpartition(".")
        if top.partition(".")[0] == LIBRARY and name in _HTTP_CLIENTS:
            yield "", name
    else:
        root, path = method_path(callee)
        if path and not is_watched(root):
            method = ".".join(name for name in path if name not in _VIEWS)
            for client in clients(view.evaluator, root, view.reading):
                yield client.kind, method
