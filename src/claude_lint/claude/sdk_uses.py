"""How code uses the `anthropic` package: its names, its clients' attributes, and their calls."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude import sdk_history, sdk_surface
from claude_lint.claude.calls import Call, calls
from claude_lint.claude.facts import is_absent
from claude_lint.claude.guards import Guards
from claude_lint.claude.sdk import LIBRARY, PLATFORMS, client_class, clients, method_path
from claude_lint.claude.view import View
from claude_lint.python.module import Module, attribute_name
from claude_lint.python.syntax import access_path
from claude_lint.python.values import (
    Arguments,
    ClassValue,
    FunctionValue,
    Instance,
    Origin,
    Result,
    Symbol,
    Unknown,
    Value,
    options,
)

_CLIENTS = frozenset(name for plain in PLATFORMS for name in (plain, f"Async{plain}"))
_HTTP_CLIENTS = frozenset({"DefaultHttpxClient", "DefaultAsyncHttpxClient", "DefaultAioHttpClient"})
_FORWARDERS = frozenset({"partial", "to_thread", "run_in_executor", "submit", "run_sync"})
# Names so common that only what stands before them tells that a client is meant.
_COMMON = frozenset(
    {"list", "retrieve", "delete", "cancel", "results", "upload", "download", "copy", "update"}
)
_RESOURCES = frozenset({"batches", "models", "files", "messages", "skills"})
_VIEWS = frozenset({"with_raw_response", "with_streaming_response"})
_TRANSPORT = frozenset(
    {"get", "post", "put", "patch", "delete", "request", "close", "copy", "timeout", "is_closed"}
)


@dataclass(frozen=True, slots=True, eq=False)
class SdkName:
    """A name of the package, by its path below it (`types.MessageParam`). `how`: import,
    attribute, call. `is_guarded`: the code is ready for the package to lack it.
    """

    at: Origin
    path: str
    how: str
    is_guarded: bool


@dataclass(frozen=True, slots=True, eq=False)
class SdkMember:
    """An attribute of a client: `client.beta.tools` is the path `("beta", "tools")`.

    `nodes` are the attributes as written, one for each name, `None` for those that stand
    elsewhere. `call` is the call that it is part of or handed on to. Every client it can be read
    from is of one of `clients`.
    """

    module: Module
    clients: tuple[str, ...]
    path: tuple[str, ...]
    nodes: tuple[cst.Attribute | None, ...]
    call: cst.Call | None
    guarded: frozenset[str]
    """Names that the code is ready for the client to lack."""

    def at(self, number: int) -> Origin | None:
        """Return where a name of the path is written."""
        node = self.nodes[number]
        return Origin(self.module, node) if node is not None else None

    def name_at(self, number: int) -> Origin:
        """Return the name itself, where it is written."""
        node = self.nodes[number]
        assert node is not None
        return Origin(self.module, node.attr)


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


@functools.cache
def _method_names() -> frozenset[str]:
    paths = sdk_surface.load().rows["methods"]
    return frozenset(path.rpartition(":")[2].rpartition(".")[2] for path in paths)


@functools.cache
def _member_names() -> frozenset[str]:
    """Return the names one of which a chain of attributes must have to be looked at."""
    surface, history = sdk_surface.load(), sdk_history.load()
    top = {
        name
        for client in surface.rows["clients"].values()
        for names in client.get("attributes", {}).values()
        for name in names
    }
    removed = {part for path in history.members for part in path.split(".")}
    methods = _method_names() - _COMMON
    return frozenset((top - _TRANSPORT) | removed | methods | set(history.foreign_members))


# ---------------------------------------------------------------------- names of the package


def sdk_names(view: View) -> Iterator[SdkName]:
    """Yield the uses of names that the package has lost, never had, or has as something else."""
    module = view.module
    if LIBRARY not in module.lines or view.evaluator.project.find(module, LIBRARY) is not None:
        return
    called = _called_names() | _aliases(module, _called_names())
    names = "|".join(sorted({LIBRARY, *_telling_names(), *called}))
    module.load_matching(re.compile(rf"\b(?:{names})\b"))
    guards = Guards(module)
    for node in list(module.parents):
        if isinstance(node, cst.ImportFrom):
            yield from _imported(module, guards, node)
        elif isinstance(node, cst.Attribute) and node.attr.value in _telling_names():
            if _is_target(module, node):
                continue
            for path in _paths_below(view, node):
                is_guarded = guards.catches(node, "AttributeError") or guards.tests_attribute(
                    node.value, node.attr.value
                )
                yield SdkName(Origin(module, node), path, "attribute", is_guarded)
    for call in list(module.calls):
        if attribute_name(call.func) in called:
            for path in _paths(view, call.func):
                yield SdkName(Origin(module, call), path, "call", guards.catches(call, "TypeError"))


@functools.cache
def _telling_names() -> frozenset[str]:
    history = sdk_history.load()
    lost = {path.rpartition(".")[2] for path in history.names}
    return frozenset(lost | set(history.foreign_members) | {"messages", "beta", "models"})


@functools.cache
def _called_names() -> frozenset[str]:
    return frozenset(path.rpartition(".")[2] for path in sdk_history.load().union_types)


def _imported(module: Module, guards: Guards, node: cst.ImportFrom) -> Iterator[SdkName]:
    base = access_path(node.module) if node.module is not None else None
    if (
        node.relative
        or base is None
        or base[0] != LIBRARY
        or isinstance(node.names, cst.ImportStar)
    ):
        return
    is_guarded = _is_for_types_only(module, node) or any(
        guards.catches(node, error) for error in ("ImportError", "ModuleNotFoundError", "Exception")
    )
    for alias in node.names:
        name = access_path(alias.name)
        if name is not None:
            path = ".".join((*base[1:], *name))
            yield SdkName(Origin(module, alias), path, "import", is_guarded)


def _is_for_types_only(module: Module, node: cst.CSTNode) -> bool:
    return any(
        isinstance(parent, cst.If) and attribute_name(parent.test) == "TYPE_CHECKING"
        for parent in module.ancestors(node)
    )


def _paths_below(view: View, node: cst.Attribute) -> Iterator[str]:
    """Yield the paths of an attribute that is read from the package itself."""
    view.evaluator.reset()
    for one in options(view.evaluator.value(view.module, node.value)):
        if isinstance(one, Symbol) and f"{one.path}.".startswith(f"{LIBRARY}."):
            yield f"{one.path}.{node.attr.value}".removeprefix(f"{LIBRARY}.")


def _paths(view: View, node: cst.BaseExpression) -> Iterator[str]:
    view.evaluator.reset()
    for one in options(view.evaluator.value(view.module, node)):
        if isinstance(one, Symbol) and one.path.startswith(f"{LIBRARY}."):
            yield one.path.removeprefix(f"{LIBRARY}.")


# ---------------------------------------------------------------------- what clients have


def sdk_members(view: View) -> Iterator[SdkMember]:
    """Yield the attributes that are read from what is certainly a client."""
    module = view.module
    names = "|".join(sorted(_member_names()))
    module.load_matching(re.compile(rf"\.\s*(?:{names})\b"))
    guards = Guards(module)
    seen: set[cst.CSTNode] = set()
    for node in list(module.parents):
        if not isinstance(node, cst.Attribute) or node.attr.value not in _member_names():
            continue
        outer = _outermost(module, node)
        if outer in seen or _is_target(module, outer):
            continue
        seen.add(outer)
        found = _members_of(view, outer)
        if found is not None:
            kinds, path = found
            written = _written(outer, path)
            guarded = frozenset(
                one.attr.value
                for one in written
                if one is not None
                and (
                    guards.tests_attribute(one.value, one.attr.value)
                    or guards.tests_type(one.value)
                    or guards.catches(one, "AttributeError")
                )
            )
            yield SdkMember(module, kinds, path, written, _call_of(module, outer), guarded)


def _outermost(module: Module, node: cst.Attribute) -> cst.Attribute:
    parent = module.parents.get(node)
    while isinstance(parent, cst.Attribute) and parent.value is node:
        node, parent = parent, module.parents.get(parent)
    return node


def _is_target(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether an attribute is set or deleted here, not read."""
    parent = module.parents.get(node)
    if isinstance(parent, cst.AnnAssign):
        return parent.target is node
    return isinstance(parent, (cst.AssignTarget, cst.Del))


def _members_of(view: View, node: cst.Attribute) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the kinds of clients and the path that an attribute is read from.

    `None` where it can be another thing's, or no client's at all.
    """
    view.evaluator.reset()
    kinds: dict[str, None] = {}
    paths: set[tuple[str, ...]] = set()
    for one in options(view.evaluator.value(view.module, node)):
        root, path = method_path(one)
        if isinstance(root, Unknown) or is_absent(root):
            continue
        found = list(clients(view.evaluator, root, view.reading))
        if not found or not path or isinstance(root, Instance) or _is_watched(root):
            return None
        kinds.update((client.kind, None) for client in found)
        paths.add(path)
    return (tuple(kinds), paths.pop()) if len(paths) == 1 else None


def _is_watched(root: Value) -> bool:
    """Tell whether another library has put its own methods around a client's."""
    return (
        isinstance(root, Result)
        and isinstance(root.callee, Symbol)
        and not root.callee.path.startswith(f"{LIBRARY}.")
    )


def _written(node: cst.Attribute, path: tuple[str, ...]) -> tuple[cst.Attribute | None, ...]:
    """Return where each name of a path is written in an expression."""
    found: list[cst.Attribute | None] = []
    one: cst.BaseExpression = node
    for name in reversed(path):
        if isinstance(one, cst.Attribute) and one.attr.value == name:
            found.append(one)
            one = one.value
        else:
            found.append(None)
    return tuple(reversed(found))


def _call_of(module: Module, node: cst.Attribute) -> cst.Call | None:
    """Return the call an attribute is called by, also by way of `to_thread` and its like."""
    parent = module.parents.get(node)
    if isinstance(parent, cst.Call) and parent.func is node:
        return parent
    if isinstance(parent, cst.Arg):
        around = module.parents.get(parent)
        if isinstance(around, cst.Call) and attribute_name(around.func) in _FORWARDERS:
            return around
    return None


# ---------------------------------------------------------------------- what they are called with


def sdk_calls(view: View) -> Iterator[SdkCall]:
    """Yield the calls of clients' methods and classes, with what they pass."""
    module = view.module
    made = {*_CLIENTS, *_HTTP_CLIENTS, *_aliases(module, _CLIENTS | _HTTP_CLIENTS)}
    names = "|".join(sorted({*made, *_method_names(), "copy"}))
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


def _aliases(module: Module, names: frozenset[str]) -> set[str]:
    """Return what the module calls some of the names it imports."""
    found = re.findall(rf"\b(?:{'|'.join(sorted(names))})\s+as\s+(\w+)", module.lines)
    return set(found)


def _is_candidate(node: cst.Call, made: set[str]) -> bool:
    name = attribute_name(node.func) or (
        node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    )
    if name in made or name in _FORWARDERS:
        return True
    if not isinstance(node.func, cst.Attribute) or name not in _method_names() | {"copy"}:
        return False
    if name not in _COMMON:
        return True
    if name == "copy":
        return bool(node.args)
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
        if path and not _is_watched(root):
            method = ".".join(name for name in path if name not in _VIEWS)
            for client in clients(view.evaluator, root, view.reading):
                yield client.kind, method


__all__ = [
    "SdkCall",
    "SdkMember",
    "SdkName",
    "sdk_calls",
    "sdk_members",
    "sdk_names",
]
