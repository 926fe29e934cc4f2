"""Model IDs in the source: which texts are one, what they are for, and where they end up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.catalog import Platform
from claude_lint.claude.catalog.model_ids import Verdict, judge
from claude_lint.claude.facts import Request
from claude_lint.claude.surfaces.hosts import API_HOST
from claude_lint.claude.view import View
from claude_lint.python.module import Module
from claude_lint.python.syntax import access_path, string_value, walk
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
_MODEL_NAMES = re.compile(r"model|claude|llm|engine|deployment", re.IGNORECASE)
# Names under which an ID is shown, priced or compared, not sent.
_SHOWN_NAMES = re.compile(
    r"(?:^|_)(?:label|title|description|desc|display|help|prompt|text|message|url|href|path|file|filename|note|doc|docs"
    r"|example|comment|price|prices|pricing|cost|costs|emoji|icon|usage|metavar|reason|placeholder|hint|tokenizer|instruct_type)s?(?:_|$)",
    re.IGNORECASE,
)
_PRICED_NAMES = re.compile(r"(?:^|_)(?:price|pricing|cost)s?(?:_|$)", re.IGNORECASE)
_READERS = frozenset({
    "print", "debug", "info", "warning", "error", "exception", "critical", "log", "startswith",
    "endswith", "replace", "removeprefix", "removesuffix", "split", "find", "index", "count",
    "match", "search", "sub", "compile", "fullmatch", "echo", "secho", "write", "assertEqual",
    "assertIn", "skip", "skipif", "skipIf", "fail", "deprecated", "warn", "lower",
    "parametrize", "encoding_for_model", "markdown", "caption", "subheader", "header", "title",
    "add_row", "assertNotEqual",
})  # fmt: skip
# What is compared, indexed, annotated or raised is not what a request is given.
_NO_DATA = (
    cst.Comparison,
    cst.ComparisonTarget,
    cst.Subscript,
    cst.SubscriptElement,
    cst.Index,
    cst.Assert,
    cst.Raise,
    cst.Annotation,
    cst.Attribute,
    cst.FormattedStringExpression,
    cst.MatchValue,
    cst.Decorator,
)
# What stands behind these on a line is shown to somebody.
_SHOWING = re.compile(r"\b(?:print|echo|warn|warning|info|debug|error|Error)\(.*$|\braise\b.*$")
_DEFINING = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


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


def model_uses(view: View) -> Iterator[ModelUse]:
    """Yield the model IDs of a file, each literal once."""
    module = view.module
    if not _MENTIONS.search(module.lines) and not view.requests.by_model:
        return
    module.load_matching(_MENTIONS)
    reached = view.requests.by_model
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
        elif not _is_only_compared(module, node, name):
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


# ---------------------------------------------------------------------- roles


def role_of(module: Module, node: cst.CSTNode) -> tuple[str, str]:
    """Return what a literal is for and the name it is given, `("", "")` where it is no data."""
    child = node
    for parent in module.ancestors(node):
        if isinstance(parent, (cst.IfExp,)):
            if parent.test is child:
                return "", ""
        elif isinstance(
            parent, (cst.BooleanOperation, cst.BinaryOperation, cst.Await, cst.NamedExpr)
        ):
            pass
        elif isinstance(parent, _NO_DATA):
            return "", ""
        elif isinstance(parent, cst.DictElement):
            return _entry_role(module, parent, child)
        elif isinstance(parent, (cst.Element, cst.StarredElement)):
            return _item_role(module, parent)
        elif isinstance(parent, cst.Arg):
            return _argument_role(module, parent)
        elif isinstance(parent, cst.Param):
            return _shown("default", parent.name.value)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign)):
            return _assigned_role(parent)
        elif isinstance(parent, cst.Return):
            return "returned", _function_name(module, parent)
        elif isinstance(parent, (cst.Expr, *_DEFINING)):
            return "", ""
        child = parent
    return "", ""


def _shown(role: str, name: str) -> tuple[str, str]:
    return ("", "") if _SHOWN_NAMES.search(name) else (role, name)


def _entry_role(module: Module, entry: cst.DictElement, child: cst.CSTNode) -> tuple[str, str]:
    if entry.key is child:
        return "", ""
    key = string_value(entry.key)
    name = key if isinstance(key, str) else ""
    outer = _holder_name(module, entry)
    if _SHOWN_NAMES.search(name) or _PRICED_NAMES.search(outer):
        return "", ""  # a table from labels to IDs holds IDs to send, one of prices does not
    return "entry", name


def _item_role(module: Module, element: cst.CSTNode) -> tuple[str, str]:
    for parent in module.ancestors(element):
        if isinstance(parent, (cst.ComparisonTarget, cst.Comparison)):
            return "", ""
        if isinstance(parent, cst.Arg):
            role, name = _argument_role(module, parent)
            return ("item", name) if role else ("", "")
        if isinstance(parent, (cst.Assign, cst.AnnAssign, cst.Param, cst.Return, cst.DictElement)):
            break
        if isinstance(parent, (cst.Subscript, cst.Annotation)):
            return "", ""
        if isinstance(parent, cst.For):
            return "item", ""
    return _shown("item", _holder_name(module, element))


def _holder_name(module: Module, node: cst.CSTNode) -> str:
    """Return the name of the constant or attribute that holds the display around a node."""
    for parent in module.ancestors(node):
        if isinstance(parent, cst.Assign):
            path = access_path(parent.targets[0].target)
            return path[-1] if path else ""
        if isinstance(parent, cst.AnnAssign):
            path = access_path(parent.target)
            return path[-1] if path else ""
        if isinstance(parent, _DEFINING):
            return ""
    return ""


def _assigned_role(node: cst.Assign | cst.AnnAssign) -> tuple[str, str]:
    target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target
    if isinstance(target, cst.Subscript):
        index = target.slice[0].slice
        key = string_value(index.value) if isinstance(index, cst.Index) else None
        return _shown("entry", key if isinstance(key, str) else "")
    path = access_path(target)
    name = path[-1] if path else ""
    return _shown("attribute" if path and len(path) > 1 else "constant", name)


def _argument_role(module: Module, arg: cst.Arg) -> tuple[str, str]:
    call = module.parents.get(arg)
    if isinstance(call, cst.ClassDef) or not isinstance(call, cst.Call):
        return "", ""
    path = access_path(call.func)
    called = (
        path[-1] if path else (call.func.attr.value if isinstance(call.func, cst.Attribute) else "")
    )
    keyword = arg.keyword.value if arg.keyword is not None else ""
    is_read = called in _READERS or _PRICED_NAMES.search(called) is not None
    if is_read or called.endswith(("Error", "Exception", "Warning")):
        return "", ""
    if keyword and (
        _SHOWN_NAMES.search(keyword) or keyword in {"name", "alias", "id", "key", "provider"}
    ):
        return "", ""
    if called in ("getenv", "get", "setdefault", "pop", "getattr"):
        return ("default", "") if call.args and arg is not call.args[0] else ("", "")
    if keyword == "default" or called in ("Field", "field", "Option", "option", "Argument"):
        return "default", _option_name(call)
    return "argument", keyword


def _option_name(call: cst.Call) -> str:
    first = call.args[0].value if call.args else None
    text = string_value(first) if first is not None else None
    return text if isinstance(text, str) else ""


def _function_name(module: Module, node: cst.CSTNode) -> str:
    for parent in module.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            return parent.name.value
    return ""


def says_model(name: str) -> bool:
    """Tell whether a name says that what it holds is a model."""
    return _MODEL_NAMES.search(name) is not None


# ---------------------------------------------------------------------- where it ends up


def _requests_elsewhere(view: View, node: cst.CSTNode, name: str) -> list[Request]:
    """Find the requests of other modules that can name a literal of this one."""
    module = view.module
    names = {
        name,
        _holder_name(module, node),
        _class_name(module, node),
        _function_name(module, node),
    }
    found: list[Request] = []
    for one in sorted(names - {""}):
        for user in view.evaluator.project.modules_using(module, one)[1:]:
            found.extend(view.requests_in(user).by_model.get(node, ()))
    return found


def _class_name(module: Module, node: cst.CSTNode) -> str:
    scope, _point = module.place(node)
    around = scope.enclosing_class()
    return around.name if around is not None else ""


def _is_only_compared(module: Module, node: cst.CSTNode, name: str) -> bool:
    """Tell whether the collection that holds a literal is used with `in` alone."""
    holder = _holder_name(module, node)
    if not holder or not any(
        isinstance(p, (cst.List, cst.Set, cst.Tuple)) for p in module.ancestors(node)
    ):
        return False
    uses = list(re.finditer(rf"\b{re.escape(holder)}\b(?!\s*(?::[^=\n]*)?=[^=])", module.lines))
    if not uses:
        return False
    for use in uses:
        line_start = module.lines.rfind("\n", 0, use.start()) + 1
        before = module.lines[line_start : use.start()]
        is_looped_over = re.search(r"\bfor\b[^:]*\bin\s+(?:\w+\.)*$", before)
        is_compared = re.search(r"\bin\s+(?:self\.|cls\.|\w+\.)?$", before)
        if is_looped_over or not (is_compared or _SHOWING.search(before)):
            return False
    return True


# ---------------------------------------------------------------------- what a file is about


def uses_the_claude_api(module: Module) -> bool:
    """Tell whether a file imports a client of the Claude API or names its host."""
    libraries = {name.partition(".")[0] for name in module.imported_names}
    return bool(libraries & {"anthropic", "langchain_anthropic"}) or API_HOST in module.lines


def may_go_elsewhere(module: Module) -> bool:
    """Tell whether a file speaks of a platform that may spell or move models its own way."""
    text = module.lines.lower()
    return any(word in text for word in _ELSEWHERE)
