"""Which attributes of clients of the `anthropic` package code reads."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.catalog import sdk_history, sdk_surface
from claude_lint.claude.facts import is_absent
from claude_lint.claude.responses.guards import Guards
from claude_lint.claude.surfaces.sdk import LIBRARY, clients, method_path
from claude_lint.claude.view import View
from claude_lint.python.module import Module, attribute_name
from claude_lint.python.values import (
    Instance,
    Origin,
    Result,
    Symbol,
    Unknown,
    Value,
    options,
)

FORWARDERS = frozenset({"partial", "to_thread", "run_in_executor", "submit", "run_sync"})
"""The last names of functions that call what they are handed."""

COMMON = frozenset(
    {"list", "retrieve", "delete", "cancel", "results", "upload", "download", "copy", "update"}
)
"""Names so common that only what stands before them tells that a client is meant."""

_DATA_METHODS = frozenset(
    name for kind in (str, bytes, list, dict, set) for name in dir(kind) if name[0] != "_"
)


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


@functools.cache
def _lost_or_foreign() -> frozenset[str]:
    """Return the names that are of interest even where they are not called."""
    history = sdk_history.load()
    lost = {part for path in history.members for part in path.split(".")} - {"beta"}
    meant = {foreign.name for foreign in history.foreign_members.values() if foreign.means}
    return frozenset(lost | meant)


@functools.cache
def _telling_methods() -> frozenset[str]:
    """Return the names that tell of a client where they are what is called."""
    history = sdk_history.load()
    own = (sdk_surface.method_names() - COMMON) | _lost_or_foreign() | set(history.foreign_members)
    return frozenset(own - _DATA_METHODS)


@functools.cache
def _resources() -> frozenset[str]:
    """Return the names behind which whatever is called may be a client's method."""
    paths = sdk_surface.load().rows["attributes"]
    own = {part for path in paths for part in path.rpartition(":")[2].split(".")}
    return frozenset(own | {"chat", "with_raw_response", "with_streaming_response"})


@functools.cache
def _looking() -> re.Pattern[str]:
    names = _telling_methods() | _resources()
    return re.compile(rf"\.\s*(?:{'|'.join(sorted(names))})\b")


def sdk_members(view: View) -> Iterator[SdkMember]:
    """Yield the attributes that are read from what is certainly a client."""
    module = view.module
    module.load_matching(_looking())
    guards = Guards(module)
    for node in list(module.parents):
        if not _is_candidate(module, node):
            continue
        assert isinstance(node, cst.Attribute)
        found = _members_of(view, node)
        if found is None:
            continue
        kinds, path = found
        written = _written(node, path)
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
        yield SdkMember(module, kinds, path, written, _call_of(module, node), guarded)


def _is_candidate(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether a chain of attributes may begin at a client, by its names alone.

    To work out every chain's value would cost more than all the rest.
    """
    if not isinstance(node, cst.Attribute) or is_target(module, node):
        return False
    around = module.parents.get(node)
    if isinstance(around, cst.Attribute) and around.value is node:
        return False  # a part of a longer chain
    if _call_of(module, node) is not None:
        before = node.value.attr.value if isinstance(node.value, cst.Attribute) else ""
        name = node.attr.value
        return name in _telling_methods() or (before in _resources() and name not in _DATA_METHODS)
    return LIBRARY in module.lines and any(name in _lost_or_foreign() for name in _names(node))


def _names(node: cst.BaseExpression) -> Iterator[str]:
    while isinstance(node, cst.Attribute):
        yield node.attr.value
        node = node.value


def is_target(module: Module, node: cst.CSTNode) -> bool:
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
        if not found or not path or isinstance(root, Instance) or is_watched(root):
            return None
        kinds.update((client.kind, None) for client in found)
        paths.add(path)
    return (tuple(kinds), paths.pop()) if len(paths) == 1 else None


def is_watched(root: Value) -> bool:
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
        if isinstance(around, cst.Call) and attribute_name(around.func) in FORWARDERS:
            return around
    return None
