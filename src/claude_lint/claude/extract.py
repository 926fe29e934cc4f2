"""From a module to its facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from claude_lint.claude.calls import FORWARDERS, Call, calls, calls_from_anywhere
from claude_lint.claude.facts import CallSite, Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import bedrock, http, http_other, wrappers
from claude_lint.claude.surfaces import registry as surfaces
from claude_lint.claude.vendors import with_own_models
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.module import Module
from claude_lint.python.project import Project
from claude_lint.python.scopes import Binding
from claude_lint.python.values import (
    Attribute,
    Item,
    Result,
    Symbol,
    Union,
    Unknown,
    Value,
    options,
)

_FIRST_LOOK = 1_000
_CALLED = re.compile(
    r"\.\s*(?:" + "|".join(sorted(re.escape(name) for name in surfaces.NAMES)) + r")\b"
    r"|\b(?:"
    + "|".join(sorted(re.escape(name) for name in surfaces.NAMES if len(name) > 6))
    + r")\b"
    r"|(?i:claude|anthropic)"
)

# What sends to Claude only where an argument says so, which callers may have passed.
_TOLD_BY_ARGUMENTS = bedrock.NAMES | wrappers.NAMES
_CHOOSING = FORWARDERS | {"getattr"}


@dataclass(frozen=True, slots=True)
class Requests:
    """Every request a module sends, by call."""

    sites: tuple[CallSite, ...] = ()
    by_model: dict[cst.CSTNode, list[Request]] = field(default_factory=dict)
    """The literal of a model ID, in whatever module, to the requests that can name it."""

    def all(self) -> Iterator[Request]:
        """Yield every request."""
        for site in self.sites:
            yield from site.requests


def requests_of(
    evaluator: Evaluator, module: Module, reading: Reading, other_vendors: tuple[str, ...]
) -> Requests:
    """Find the requests that calls in a module send.

    `other_vendors` are how models begin that are not Claude's.
    """
    module.load_matching(_CALLED)
    sites: list[CallSite] = []
    by_model: dict[cst.CSTNode, list[Request]] = defaultdict(list)
    for node in list(module.calls):
        if not _is_candidate(evaluator.project, module, node):
            continue
        # Most calls send nothing: that is told before their callers are looked at one by one.
        evaluator.reset(_FIRST_LOOK)
        with evaluator.without_callers():
            is_open = _may_send(evaluator, module, node, reading) or not _is_told(
                evaluator, module, node
            )
        if not is_open:
            continue
        evaluator.reset(_FIRST_LOOK)
        if not _may_send(evaluator, module, node, reading):
            continue
        evaluator.reset()
        sent = _read(calls(evaluator, module, node), reading)
        found = [with_own_models(request, other_vendors) for request in sent]
        for site in _sites(found):
            sites.append(site)
            for request in site.requests:
                for model in request.models():
                    if model.origin is not None:
                        by_model[model.origin.node].append(request)
    return Requests(tuple(sites), dict(by_model))


def _may_send(evaluator: Evaluator, module: Module, node: cst.Call, reading: Reading) -> bool:
    """Tell whether a call sends something, as far as the question's budget goes."""
    anywhere = list(calls_from_anywhere(evaluator, module, node))
    return next(_read(iter(anywhere), reading), None) is not None or any(
        map(http_other.may_send, anywhere)
    )


def _is_told(evaluator: Evaluator, module: Module, node: cst.Call) -> bool:
    """Tell whether it is known what a call calls, without a look at who calls its function."""
    return not any(
        _is_open(one) or _last_name(one) in _TOLD_BY_ARGUMENTS
        for one in options(evaluator.value(module, node.func))
    )


def _last_name(value: Value) -> str:
    if isinstance(value, Symbol):
        return value.path.rpartition(".")[2]
    return value.name if isinstance(value, Attribute) else ""


def _is_open(value: Value) -> bool:
    """Tell whether more than was looked at may tell what something is, or is part of."""
    while isinstance(value, (Attribute, Item, Result)):
        if isinstance(value, Result) and _is_chosen(value):
            return True
        value = value.callee if isinstance(value, Result) else value.base
    if isinstance(value, Union):
        return any(map(_is_open, value.options))
    return isinstance(value, Unknown) and value.why != "budget"


def _is_chosen(made: Result) -> bool:
    """Tell whether something is an attribute by a name, or a function handed on, of yet unknown."""
    callee = made.callee
    return isinstance(callee, Symbol) and callee.path.rpartition(".")[2] in _CHOOSING


def _read(found: Iterator[Call], reading: Reading) -> Iterator[Request]:
    for call in found:
        for reader in surfaces.READERS:
            yield from reader(call, reading)


def _is_candidate(project: Project, module: Module, node: cst.Call) -> bool:
    """Tell whether a call may be a surface's: by its last name, or because a value is called."""
    func = node.func
    if isinstance(func, cst.Attribute):
        return func.attr.value in surfaces.NAMES and not http.is_lookup(module, node)
    if isinstance(func, cst.Name):
        if func.value in surfaces.NAMES:
            return True
        scope, _point = module.place(node)
        owner = scope.owner(func.value)
        if owner is None:
            return False
        return any(_may_be_sender(project, one) for one in owner.bindings(func.value))
    return not isinstance(func, cst.SimpleString)


def _may_be_sender(project: Project, binding: Binding) -> bool:
    """Tell whether a name of any kind may stand for a surface's function."""
    if binding.kind not in ("from", "import"):
        return binding.kind in ("parameter", "assign", "for", "with")
    name = binding.target.rpartition(".")[2]
    if name in surfaces.NAMES or name in FORWARDERS:
        return True
    return project.is_function(binding.scope.module, binding.target) is False


def _sites(found: list[Request]) -> Iterator[CallSite]:
    """Group the ways of one call by what they do: a batch and its items are sites of their own."""
    groups: dict[str, list[Request]] = defaultdict(list)
    for request in found:
        groups["item" if request.operation == "batch.item" else ""].append(request)
    for name, group in groups.items():
        if name == "item":  # each item lacks what it lacks, whatever the others have
            for request in group:
                yield CallSite(request.call, (request,))
        else:
            yield CallSite(group[0].call, tuple(group))
