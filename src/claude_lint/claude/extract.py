"""From a module to its facts."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from claude_lint.claude.calls import FORWARDERS, Call, calls, calls_from_anywhere
from claude_lint.claude.facts import CallSite, Request
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces import http, http_other
from claude_lint.claude.surfaces import registry as surfaces
from claude_lint.claude.vendors import with_own_models
from claude_lint.python.evaluate import Evaluator
from claude_lint.python.first_look import is_open
from claude_lint.python.module import Module
from claude_lint.python.project import Project
from claude_lint.python.scopes import Binding
from claude_lint.python.values import Attribute, Item, Result, Symbol, Typed, Value, options

_FIRST_LOOK = 1_000
_CALLED = re.compile(
    r"\.\s*(?:" + "|".join(sorted(re.escape(name) for name in surfaces.NAMES)) + r")\b"
    r"|\b(?:"
    + "|".join(sorted(re.escape(name) for name in surfaces.NAMES if len(name) > 6))
    + r")\b"
    r"|(?i:claude|anthropic)"
)

# Of the standard library, what carries requests; of no other part of it is a call anything else.
_SENDING = frozenset({"urllib", "http", "subprocess", "os", "asyncio", "functools"})


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
            may_send = _may_send(evaluator, module, node, reading)
            if not may_send and _is_told(evaluator.value(module, node.func)):
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


def _is_told(value: Value) -> bool:
    """Tell whether something sends nothing whatever it is passed, known as it is without callers.

    A library's may: `litellm.completion(model=model)` is Claude's by its arguments alone.
    """
    return not any(is_open(one) or _is_a_library_s(one) for one in options(value))


def _is_a_library_s(value: Value) -> bool:
    while isinstance(value, (Attribute, Item, Result, Typed)):
        if isinstance(value, Result):
            value = value.callee
        else:
            value = value.type if isinstance(value, Typed) else value.base
    package = value.path.partition(".")[0] if isinstance(value, Symbol) else "builtins"
    return package not in sys.stdlib_module_names - _SENDING


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
