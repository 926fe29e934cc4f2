"""SDK clients that are told not to retry, and the calls that are made with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.facts import CallSite, Client, Request
from claude_lint.claude.retries.reach import Attempt, attempt
from claude_lint.claude.surfaces.sdk import clients
from claude_lint.claude.view import View
from claude_lint.python.syntax import access_path, walk
from claude_lint.python.values import Constant, Entry, Origin, is_constant, options

_SETTING = "max_retries"
_MAKING = re.compile(r"Anthropic|^Client$|^with_options$|^copy$")
_SETTING_UP = re.compile(rf"{_SETTING}|(?:Anthropic\w{{0,40}}|Client|with_options|copy)\(")
_ASSIGNING = re.compile(rf"\.{_SETTING}\s*=[^=]")
_RETRYING = re.compile(r"retry|backoff|tenacity|stamina|\bexcept\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class DisabledRetry:
    """`max_retries=0` where a client is made or copied; `attempts` are the calls it holds for.

    `is_alone` says that no call was found, and that nothing in the file looks like a retry.
    """

    call: Origin
    entry: Entry
    zero: Constant
    attempts: tuple[Attempt, ...]
    is_alone: bool

    @property
    def is_literal(self) -> bool:
        """Whether the 0 is written as the argument itself."""
        written = self.entry.origin.node
        if not isinstance(written, (cst.Arg, cst.DictElement)) or self.zero.origin is None:
            return False
        return written.value is self.zero.origin.node


def disabled_retries(view: View) -> Iterator[DisabledRetry]:
    """Yield the clients of a file that do not retry."""
    module = view.module
    module.load_matching(_SETTING_UP)
    for node in filter(_may_set, list(module.calls)):
        origin = Origin(module, node)
        for client in clients(view.evaluator, view.evaluator.value(module, node), view.reading):
            entry = _zero(client)
            made = client.steps[-1] if client.steps else client.origin
            if entry is None or made is None or made.node is not node:
                continue
            if not _is_set_here(client, node):
                continue
            sites = tuple(_sites_with(view, node))
            alone = (
                not sites
                and not _is_handed_on(view, node)
                and not _RETRYING.search(module.lines.replace(_SETTING, ""))
            )
            attempts = tuple(attempt(view, site) for site in sites)
            yield DisabledRetry(origin, entry[0], entry[1], attempts, alone)
    yield from _set_later(view)


def _set_later(view: View) -> Iterator[DisabledRetry]:
    """Yield the clients that are told by `client.max_retries = 0`."""
    module = view.module
    for unit in module.all_units():
        if unit.root is None or not _ASSIGNING.search(unit.text):
            continue
        for node in walk(unit.root):
            if not isinstance(node, cst.Assign) or len(node.targets) != 1:
                continue
            target = node.targets[0].target
            if not isinstance(target, cst.Attribute) or target.attr.value != _SETTING:
                continue
            zeros = options(view.evaluator.value(module, node.value))
            held = view.evaluator.value(module, target.value)
            found = list(clients(view.evaluator, held, view.reading))
            if len(found) != 1 or len(zeros) != 1 or not is_constant(zeros[0], 0):
                continue
            made, zero = found[0].origin, zeros[0]
            if made is None or not isinstance(zero, Constant) or zero.value is False:
                continue
            sites = _sites_of(view, made)
            alone = not sites and not _RETRYING.search(module.lines.replace(_SETTING, ""))
            at = Origin(module, node)
            entry = Entry(Constant(_SETTING), zero, at)
            attempts = tuple(attempt(view, site) for site in sites)
            yield DisabledRetry(at, entry, zero, attempts, alone)


def _sites_of(view: View, made: Origin) -> list[CallSite]:
    """Return the calls of a file that use the very client made at one place."""
    return [
        site
        for site in view.requests.sites
        if any(
            request.client is not None
            and request.client.origin is not None
            and request.client.origin.node is made.node
            and not request.client.steps
            for request in site.requests
        )
    ]


def _may_set(node: cst.Call) -> bool:
    """Tell whether a call may tell a client how often to retry."""
    if any(arg.keyword is not None and arg.keyword.value == _SETTING for arg in node.args):
        return True
    name = (access_path(node.func) or ("",))[-1]
    return _MAKING.search(name) is not None and any(arg.star == "**" for arg in node.args)


def _zero(client: Client) -> tuple[Entry, Constant] | None:
    """Return the argument by which a client does not retry."""
    if client.arguments is None:
        return None
    for entry in client.arguments.keywords.named(_SETTING):
        for one in options(entry.value):
            if isinstance(one, Constant) and one.value == 0 and one.value is not False:
                return entry, one
    return None


def _is_set_here(client: Client, node: cst.Call) -> bool:
    """Tell whether it is this call that sets it, not an earlier one it copies."""
    if not client.steps:
        return True
    return any(a.star == "**" or (a.keyword and a.keyword.value == _SETTING) for a in node.args)


def _sites_with(view: View, node: cst.Call) -> Iterator[CallSite]:
    """Yield the calls made with a client that a call makes, in this file and in its users."""
    modules = [view.module]
    for name in _names(view, node):
        modules += [
            m for m in view.evaluator.project.modules_using(view.module, name) if m not in modules
        ]
    for module in modules:
        for site in view.requests_in(module).sites:
            if any(_is_made_with(request, node) for request in site.requests):
                yield site


def _is_made_with(request: Request, node: cst.Call) -> bool:
    client = request.client
    if client is None or _zero(client) is None:
        return False
    steps = (*client.steps, *((client.origin,) if client.origin is not None else ()))
    return any(step.node is node for step in steps)


def _names(view: View, node: cst.Call) -> set[str]:
    """Return the names by which other files may get at what a call makes."""
    scope, _point = view.module.place(node)
    names = {scope.name, getattr(scope.enclosing_class(), "name", "")}
    for parent in view.module.ancestors(node):
        if isinstance(parent, cst.Assign):
            path = access_path(parent.targets[0].target)
            names.add(path[-1] if path else "")
    return names - {""}


def _is_handed_on(view: View, node: cst.Call) -> bool:
    """Tell whether the client goes to something that may retry for it."""
    return isinstance(view.module.parents.get(node), cst.Arg)
