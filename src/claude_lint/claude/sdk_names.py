"""Which names of the `anthropic` package code uses, of those that come and go."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.catalog import sdk_history
from claude_lint.claude.responses.guards import Guards
from claude_lint.claude.sdk_members import is_target
from claude_lint.claude.surfaces.sdk import LIBRARY
from claude_lint.claude.view import View
from claude_lint.python.module import Module, attribute_name
from claude_lint.python.syntax import access_path
from claude_lint.python.values import Origin, Symbol, options


@dataclass(frozen=True, slots=True, eq=False)
class SdkName:
    """A name of the package, by its path below it (`types.MessageParam`). `how`: import,
    attribute, call. `is_guarded`: the code is ready for the package to lack it.
    """

    at: Origin
    path: str
    how: str
    is_guarded: bool


def sdk_names(view: View) -> Iterator[SdkName]:
    """Yield the uses of names that the package has lost, never had, or has as something else."""
    module = view.module
    if LIBRARY not in module.lines or view.evaluator.project.find(module, LIBRARY) is not None:
        return
    called = _called_names() | import_aliases(module, _called_names())
    names = "|".join(sorted({LIBRARY, *_telling_names(), *called}))
    module.load_matching(re.compile(rf"\b(?:{names})\b"))
    guards = Guards(module)
    for node in list(module.parents):
        if isinstance(node, cst.ImportFrom):
            yield from _imported(module, guards, node)
        elif isinstance(node, cst.Attribute) and node.attr.value in _telling_names():
            if is_target(module, node):
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


def import_aliases(module: Module, names: frozenset[str]) -> set[str]:
    """Return what the module calls some of the names it imports."""
    found = re.findall(rf"\b(?:{'|'.join(sorted(names))})\s+as\s+(\w+)", module.lines)
    return set(found)
