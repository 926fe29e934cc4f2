"""Which retries are in reach of a request: around it, around its callers, below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.facts import CallSite
from claude_lint.claude.retries.libraries import (
    is_iterated,
    is_known,
    library_policy,
    task_policy,
)
from claude_lint.claude.retries.looking import is_only_read, raises_in
from claude_lint.claude.retries.loops import escaping, loop_policy, recursion_policy
from claude_lint.claude.retries.policies import Policy, Sending, sending_of
from claude_lint.claude.retries.transports import transport_policies
from claude_lint.claude.uses import parameter_uses, receiving_parameter, uses
from claude_lint.claude.view import View
from claude_lint.python.module import Module
from claude_lint.python.scopes import Scope
from claude_lint.python.signatures import parameter_names
from claude_lint.python.syntax import access_path, children, walk
from claude_lint.python.values import (
    Constant,
    FunctionValue,
    Instance,
    Origin,
    Result,
    Symbol,
    Value,
    is_constant,
    options,
)

_MOST_CALLERS_DEEP = 4
_MOST_PLACES = 48
_MOST_ENTERED = 12
_RETRYING_NAME = re.compile(r"retr(?:y|ies)|backoff|back_off|resilien|tenacious", re.IGNORECASE)
_NO_RETRY = re.compile(r"sleep_and_retry|no_retr|without_retr", re.IGNORECASE)
# Keywords with which task queues and workflow engines are told to run a task again.
_TASK_KEYWORDS = ("autoretry_for", "retries", "retry", "retry_policy", "max_attempts")
_MAY_REPEAT = re.compile(r"retr(?:y|ies)|attempt|tries|sleep|backoff|while", re.IGNORECASE)
_CATCHING = re.compile(r"\bexcept\b|^[ \t]*@.*retry", re.M)
_REPEATING = re.compile(r"\b(?:for|while)\b|^[ \t]*@.*retry", re.M)
_MAY_SEND = re.compile(r"anthropic|claude|\.messages\.", re.IGNORECASE)
_RETRIED_BY_DEFAULT = ("dramatiq.actor", "temporalio.activity.defn")


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A call that sends, and the retries in its reach."""

    call: Origin
    site: CallSite
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Retry:
    """A retry that a file applies, and a call that it repeats."""

    at: Origin
    call: Origin
    policy: Policy
    site: CallSite


def attempts(view: View) -> Iterator[Attempt]:
    """Yield the calls of a file that send with the SDK, or by hand to Claude."""
    for site in view.requests.sites:
        if _is_ours(site):
            yield attempt(view, site)


def _is_ours(site: CallSite) -> bool:
    """Tell whether retries around a call are Claude's affair, and not another library's."""
    return any(
        request.surface == "sdk" or (request.surface == "raw" and request.is_first_party)
        for request in site.requests
    )


def attempt(view: View, site: CallSite) -> Attempt:
    """Find the retries in reach of one call."""
    known: Attempt | None = view.attempts.get(site)
    if known is None:
        known = view.attempts[site] = _attempt(view, site)
    return known


def _attempt(view: View, site: CallSite) -> Attempt:
    policies = [
        *(p for request in site.requests for p in transport_policies(view.evaluator, request)),
        *_Search(view).at(sending_of(site.first)),
    ]
    return Attempt(site.call, site, tuple(policies))


def retries(view: View) -> Iterator[Retry]:
    """Yield the retries that a file applies, one for each request that they repeat."""
    for site in filter(_is_ours, _sites_met(view)):
        for policy in attempt(view, site).policies:
            if policy.used.module is view.module:
                at = policy.at if policy.at.module is view.module else policy.used
                yield Retry(at, policy.used, policy, site)


def _sites_met(view: View) -> Iterator[CallSite]:
    """Yield a file's own requests, and those of other files that it sends inside a retry."""
    yield from view.requests.sites
    module = view.module
    if not _MAY_REPEAT.search(module.lines):
        return
    for unit in module.units_matching(_CATCHING):
        if _REPEATING.search(unit.text):
            unit.load()
    found = {module}
    entered: set[Scope] = set()
    todo = [(module, call) for call in list(module.calls) if _may_be_repeated(module, call)]
    while todo and len(entered) < _MOST_ENTERED:
        inside, call = todo.pop()
        for scope in _called(view, inside, call) - entered:
            entered.add(scope)
            if scope.module not in found:
                found.add(scope.module)
                if _MAY_SEND.search(scope.module.lines):
                    yield from view.requests_in(scope.module).sites
            parts = walk(scope.node or cst.Pass())
            todo += [(scope.module, part) for part in parts if isinstance(part, cst.Call)]


def _called(view: View, module: Module, call: cst.Call) -> set[Scope]:
    """Return the functions of the project that a call can go to."""
    if not isinstance(call.func, (cst.Name, cst.Attribute)):
        return set()
    found = options(view.evaluator.value(module, call.func))
    return {one.scope for one in found if isinstance(one, FunctionValue)}


def _may_be_repeated(module: Module, call: cst.Call) -> bool:
    """Tell whether a call is tried in a loop, or in a function decorated with a retry."""
    is_tried = False
    for parent in module.ancestors(call):
        if isinstance(parent, (cst.Try, cst.TryStar)):
            is_tried = True
        elif isinstance(parent, (cst.For, cst.While)) and is_tried:
            return True
        elif isinstance(parent, cst.FunctionDef):
            return any(_is_named_retry(_text_of(one.decorator)) for one in parent.decorators)
    return False


def _goes_over(loop: cst.For | cst.While) -> cst.BaseExpression | None:
    """Return what a loop is given its rounds by: that is worked out once, before the first."""
    return loop.iter if isinstance(loop, cst.For) else None


class _Search:
    """Climbs from an expression that sends to everything that repeats it."""

    def __init__(self, view: View) -> None:
        self.view, self.evaluator = view, view.evaluator
        self.seen: set[cst.CSTNode] = set()
        self.entered: set[Scope] = set()

    def at(self, sending: Sending) -> Iterator[Policy]:
        """Yield the retries that a request is sent by, and those around it."""
        call = sending.node
        if isinstance(call, cst.Call):  # `retry_call(requests.post, …)`
            origin = Origin(sending.module, call)
            for one in options(self.evaluator.value(sending.module, call.func)):
                if isinstance(one, Symbol):
                    arguments = self.evaluator.arguments(sending.module, call)
                    one = Result(one, arguments, origin=origin)
                policy = library_policy(self.evaluator, one, origin, sending, "call")
                if policy is not None:
                    yield policy
        yield from self.around(sending, 0)

    def around(self, sending: Sending, depth: int) -> Iterator[Policy]:
        """Yield the retries around an expression, then those around the uses of its function."""
        if sending.node in self.seen or depth > _MOST_CALLERS_DEEP or len(self.seen) > _MOST_PLACES:
            return
        self.seen.add(sending.node)
        module = sending.module
        child = sending.node
        for parent in module.ancestors(sending.node):
            if isinstance(parent, cst.Lambda):
                sending = _in_lambda(sending, parent)
                yield from self._used(
                    module.scopes[parent], _assigned_name(module, parent), sending, depth
                )
            elif isinstance(parent, cst.Arg) and child is sending.node:
                yield from self._handed_over(parent, sending)
            elif isinstance(parent, (cst.For, cst.While)) and child is not _goes_over(parent):
                yield from self._loop(parent, sending)
            elif isinstance(parent, cst.FunctionDef):
                yield from self._function(parent, sending)
                sending = escaping(self.evaluator, parent, sending)
                yield from self._used(module.scopes[parent], parent.name.value, sending, depth)
                return
            child = parent

    def _used(self, scope: Scope, name: str, sending: Sending, depth: int) -> Iterator[Policy]:
        for user, node in uses(self.evaluator, scope, name):
            yield from self.around(replace(sending, module=user, node=node), depth + 1)

    # ------------------------------------------------------------------ what stands around

    def _loop(self, loop: cst.For | cst.While, sending: Sending) -> Iterator[Policy]:
        if isinstance(loop, cst.For):
            iterated = self.evaluator.value(sending.module, loop.iter)
            if any(is_iterated(one) for one in options(iterated)):
                yield from self._attempts(loop, iterated, sending)
                return
        policy = loop_policy(self.evaluator, loop, sending)
        if policy is not None:
            yield policy

    def _attempts(self, loop: cst.For, iterated: Value, sending: Sending) -> Iterator[Policy]:
        """`for attempt in Retrying(…): with attempt:` repeats what stands below the `with`."""
        target = loop.target.value if isinstance(loop.target, cst.Name) else ""
        for parent in sending.module.ancestors(sending.node):
            if parent is loop:
                return
            if isinstance(parent, cst.With) and any(
                isinstance(item.item, cst.Name) and item.item.value == target
                for item in parent.items
            ):
                break
        is_plain = sending.is_plain and is_only_read(sending.module, sending.node)
        sending = replace(sending, is_plain=is_plain and not raises_in(loop.body))
        for one in options(iterated):
            used = Origin(sending.module, loop.iter)
            policy = library_policy(self.evaluator, one, used, sending, "iterator")
            if policy is not None:
                yield policy

    def _function(self, node: cst.FunctionDef, sending: Sending) -> Iterator[Policy]:
        """Yield the function's own starting over, and its decorators."""
        policy = recursion_policy(self.evaluator, node, sending)
        if policy is not None:
            yield policy
        outside = escaping(self.evaluator, node, sending) if node.decorators else sending
        is_generator = _is_generator(node)
        for decorator in node.decorators:
            at = Origin(sending.module, decorator.decorator)
            value = self.evaluator.value(sending.module, decorator.decorator)
            for one in options(value):
                if is_generator and is_known(one):
                    continue  # which only makes the generator again, and never fails
                yield from self._applied(one, at, outside, "decorator")
                if not is_known(one):
                    yield from self._task(one, at, node, outside)

    def _handed_over(self, arg: cst.Arg, sending: Sending) -> Iterator[Policy]:
        """Yield the retry of a function that is handed a function that sends."""
        call = sending.module.parents.get(arg)
        if not isinstance(call, cst.Call) or isinstance(sending.node, cst.Call):
            return
        at = Origin(sending.module, call)
        for one in options(self.evaluator.value(sending.module, call.func)):
            if isinstance(one, Symbol):  # `retry_call(ask, tries=3)` says it all in one call
                one = Result(one, self.evaluator.arguments(sending.module, call), origin=at)
            name = receiving_parameter(one, call, arg)
            yield from self._applied(one, at, sending, "call", name)

    def _applied(
        self, value: Value, at: Origin, sending: Sending, kind: str, name: str | None = None
    ) -> Iterator[Policy]:
        """Yield what a value makes of a function it is given: as a decorator, or in a call."""
        if is_known(value):
            policy = library_policy(self.evaluator, value, at, sending, kind)
            if policy is not None:
                yield policy
            return
        if isinstance(value, Instance):
            method = self.evaluator.attribute(value, "__call__", at)
            value = next(iter(options(method)), method)
        text = _text_of(at.node)
        if isinstance(value, FunctionValue) and not self._is_setting(value, text):
            yield from self._own(value, at, sending, name)
        elif self._is_setting(value, text) or _is_named_retry(text):
            yield Policy(at, at, "named", f"`{text}`")

    def _own(
        self, function: FunctionValue, at: Origin, sending: Sending, name: str | None
    ) -> Iterator[Policy]:
        """Yield the retries inside a function of the project, around what it is handed."""
        scope = function.scope
        if scope in self.entered:  # it hands what it is given to itself
            return
        self.entered.add(scope)
        if name is None:
            names = parameter_names(scope)
            names = names[1:] if function.receiver is not None and names else names
            name = names[0] if names else ""
        for node in parameter_uses(scope, name):
            inner = replace(sending, module=scope.module, node=node)
            for policy in self._inside(inner, scope):
                if scope.module is not at.module:
                    policy = replace(policy, used=at, name=f"`{_text_of(at.node)}`")
                yield policy
        self.entered.discard(scope)

    def _inside(self, sending: Sending, scope: Scope) -> Iterator[Policy]:
        """Yield the retries around an expression up to the function `scope`."""
        child = sending.node
        for parent in sending.module.ancestors(sending.node):
            if isinstance(parent, cst.Lambda):
                sending = _in_lambda(sending, parent)
            elif isinstance(parent, cst.Arg) and child is sending.node:
                yield from self._handed_over(parent, sending)
            elif isinstance(parent, (cst.For, cst.While)) and child is not _goes_over(parent):
                yield from self._loop(parent, sending)
            elif isinstance(parent, cst.FunctionDef):
                if parent is scope.node:
                    policy = recursion_policy(self.evaluator, parent, sending)
                    yield from [policy] if policy is not None else []
                    return
                yield from self._function(parent, sending)
            child = parent

    # ------------------------------------------------------------------ only by name

    def _is_setting(self, value: Value, text: str) -> bool:
        """Tell whether the settings name a function as one that retries."""
        wanted = self.view.reading.retry_wrappers
        names = {text, getattr(value, "path", text)}
        return any(
            name == one or name.endswith(f".{one}") or one.endswith(f".{name}")
            for name in names
            for one in wanted
        )

    def _task(
        self, value: Value, at: Origin, node: cst.FunctionDef, outside: Sending
    ) -> Iterator[Policy]:
        """Yield the retry of a task queue: `@app.task(autoretry_for=…)`, `@task(retries=3)`."""
        text = _text_of(at.node)
        made_by = value.callee if isinstance(value, Result) else value
        if isinstance(made_by, Symbol) and made_by.path in _RETRIED_BY_DEFAULT:
            yield Policy(at, at, "task", f"`{text}`")
            return
        call = at.node
        if not isinstance(call, cst.Call):
            return
        arguments = self.evaluator.arguments(at.module, call)
        for keyword in _TASK_KEYWORDS:
            given = arguments.get(keyword)
            if given is not None and not is_constant(given, 0, None, False):
                if keyword == "autoretry_for":
                    policy = task_policy(self.evaluator, given, at, outside, f"`{text}`")
                else:
                    policy = Policy(at, at, "task", f"`{text}`")
                yield from [policy] if policy is not None else []
                return
        if is_constant(arguments.get("bind") or Constant(False), True) and _retries_itself(node):
            yield Policy(at, at, "task", f"`{text}`")


def _in_lambda(sending: Sending, node: cst.Lambda) -> Sending:
    """Return what calling a lambda comes to, which sends in its body."""
    is_plain = sending.is_plain and node.body is sending.node
    return replace(sending, node=node, is_plain=is_plain)


def _retries_itself(node: cst.FunctionDef) -> bool:
    """Tell whether a bound task calls `self.retry`."""
    return re.search(r"\bself\.retry\(", cst.Module([node]).code) is not None


def _is_generator(node: cst.FunctionDef) -> bool:
    """Tell whether a function has a `yield` of its own."""
    stack: list[cst.CSTNode] = [node.body]
    while stack:
        part = stack.pop()
        if isinstance(part, cst.Yield):
            return True
        if not isinstance(part, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            stack.extend(children(part))
    return False


def _is_named_retry(text: str) -> bool:
    return _RETRYING_NAME.search(text) is not None and _NO_RETRY.search(text) is None


def _text_of(node: cst.CSTNode) -> str:
    """Return the dotted name of a decorator or of what a call calls."""
    if isinstance(node, cst.Call):
        return _text_of(node.func)
    path = access_path(node)
    if path is not None:
        return ".".join(path)
    return node.attr.value if isinstance(node, cst.Attribute) else ""


def _assigned_name(module: Module, node: cst.Lambda) -> str:
    parent = module.parents.get(node)
    if isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Name):
        return parent.targets[0].target.value
    return ""
