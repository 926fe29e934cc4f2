"""Model IDs in the source: which texts are one, what they are for, and where they end up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import libcst as cst

from claude_lint.claude.catalog import Platform
from claude_lint.claude.catalog.model_ids import Verdict, judge
from claude_lint.claude.comparisons import Comparisons
from claude_lint.claude.facts import Request
from claude_lint.claude.model_roles import class_name, function_name, holder_name, role_of
from claude_lint.claude.surfaces.hosts import API_HOST, WEB_SITE
from claude_lint.claude.view import View
from claude_lint.python.module import Module
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import Origin

_MENTIONS = re.compile(r"claude", re.IGNORECASE)
_ELSEWHERE = (
    "openrouter",
    "copilot",
    "github.com",
    "portkey",
    "poe.com",
    "bedrock",
    "vertex",
    "foundry",
    "groq",
    "together",
)


@dataclass(frozen=True, slots=True, eq=False)
class ModelUse:
    """A text that may be the model of a request.

    `role`: request (it reaches one), argument, default, constant, attribute, entry (a dict's
    value), item (of a list), returned. `requests` are those it can reach, in any module.
    `platform` is where it goes, UNKNOWN where only its spelling can tell. `prefix` is a
    provider's that the literal has before the text.
    """

    text: str
    origin: Origin
    role: str
    name: str
    platform: Platform
    requests: tuple[Request, ...] = ()
    prefix: str = ""

    @property
    def is_sent(self) -> bool:
        """Whether a request is seen to name it."""
        return bool(self.requests)

    @property
    def is_librarys(self) -> bool:
        """Whether a library takes it because the call, which is then the origin, names none."""
        return isinstance(self.origin.node, cst.Call)


def model_uses(view: View) -> Iterator[ModelUse]:
    """Yield the model IDs of a file, each literal once."""
    module = view.module
    if not _MENTIONS.search(module.lines) and not view.requests.by_model:
        return
    module.load_matching(_MENTIONS)
    reached = view.requests.by_model
    is_for_the_site = WEB_SITE in module.lines
    comparisons = Comparisons(view.evaluator.project, module)
    seen: set[cst.CSTNode] = set()
    for node, requests in reached.items():
        unit = module.unit(node) if node in module.parents else None
        if unit is None:
            continue
        seen.add(node)
        yield _sent(node, Origin(module, node), requests)
    for node in _literals(module):
        if node in seen:
            continue
        text = string_value(node)
        if not isinstance(text, str) or not _MENTIONS.search(text) or len(text) > 120:
            continue
        if _is_silent(view, text):
            continue
        role, name = role_of(module, node)
        if role == "":
            continue
        requests = _requests_elsewhere(view, node, name)
        if requests:
            yield _sent(node, Origin(module, node), requests)
        elif not is_for_the_site and not comparisons.alone_use(node):
            yield ModelUse(text, Origin(module, node), role, name, Platform.UNKNOWN)


def _sent(node: cst.CSTNode, origin: Origin, requests: list[Request]) -> ModelUse:
    """Decide for the platform that judges: a Claude request's before a gateway's."""
    chosen = next((request for request in requests if request.reaches_claude), requests[0])
    named = (model for model in chosen.models() if model.origin is not None)
    text = next(str(model.value) for model in named if model.origin.node is node)  # type: ignore[union-attr]
    return ModelUse(
        text, origin, "request", "", chosen.platform, tuple(requests), chosen.model_prefix
    )


def _is_silent(view: View, text: str) -> bool:
    verdict = judge(view.catalog, text, Platform.UNKNOWN, view.as_of).verdict
    if verdict is not Verdict.SILENT:
        return False
    return judge(view.catalog, text, Platform.CLAUDE, view.as_of).verdict is Verdict.SILENT


def _literals(module: Module) -> Iterator[cst.CSTNode]:
    """Yield the outermost string expressions of the loaded units, concatenations as one."""
    for unit in module.all_units():
        if unit.root is None or not _MENTIONS.search(unit.text):
            continue
        skipped: set[cst.CSTNode] = set()
        for node in walk(unit.root):
            if node in skipped:
                continue
            if isinstance(node, cst.ConcatenatedString):
                skipped.update((node.left, node.right))
                yield node
            elif isinstance(node, cst.SimpleString):
                yield node


# ---------------------------------------------------------------------- where it ends up


def _requests_elsewhere(view: View, node: cst.CSTNode, name: str) -> list[Request]:
    """Find the requests of other modules that can name a literal of this one."""
    module = view.module
    names = {
        name,
        holder_name(module, node),
        class_name(module, node),
        function_name(module, node),
    }
    found: list[Request] = []
    for one in sorted(names - {""}):
        for user in islice(view.evaluator.project.modules_using(module, one), 1, None):
            found.extend(view.requests_in(user).by_model.get(node, ()))
    return found


# ---------------------------------------------------------------------- what a file is about


def uses_the_claude_api(module: Module) -> bool:
    """Tell whether a file imports a client of the Claude API or names its host."""
    libraries = {name.partition(".")[0] for name in module.imported_names}
    return bool(libraries & {"anthropic", "langchain_anthropic"}) or API_HOST in module.lines


def may_go_elsewhere(module: Module) -> bool:
    """Tell whether a file speaks of a platform that may spell or move models its own way."""
    text = module.lines.lower()
    return any(word in text for word in _ELSEWHERE)
