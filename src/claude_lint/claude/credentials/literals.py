"""Credentials that stand in a file: in code, in comments, in what a notebook printed.

The text itself is searched, so that a key is found in what no parser takes; evaluation adds the
keys that are put together from several strings.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.view import View
from claude_lint.files.changes import position_in
from claude_lint.files.encoding import Unreadable
from claude_lint.files.notebook import asides
from claude_lint.findings import Location, Span
from claude_lint.jumble import is_jumble
from claude_lint.masking import mask
from claude_lint.python.comments import comments
from claude_lint.python.module import Module, Unit
from claude_lint.python.spans import span
from claude_lint.python.syntax import access_path, children, string_value, walk
from claude_lint.python.values import Constant, Origin, options

_LEAST_SECRET = 40
_MOST_SECRET = 256
_WHOLE_SECRET = 80
"""From this length on, what follows a key (`…`, `***`) does not say that it was cut short."""

_KEY = re.compile(rf"sk-ant-([A-Za-z0-9_-]{{{_LEAST_SECRET},}})")
_KIND = re.compile(r"([a-z]{2,12})\d{0,2}-(?=.)")
_CUT_SHORT = re.compile(r"…|\.\.|[*•<{\[]|\\u2026")
# What a key put together from strings is made of: its beginning, and a long part of the rest.
_BEGINNING = re.compile(r"\bsk(?:-ant\b|-?[\"'])|\bant-(?:api|admin|oat|ort|sid)")
_PIECE = re.compile(_BEGINNING.pattern + r"|[\"'}][\w-]{20,}", re.ASCII)
_JOINING_METHODS = frozenset({"join", "format", "replace", "removeprefix", "removesuffix", "strip"})
_SETTERS = frozenset({"setenv", "putenv", "setdefault"})
_VARIABLES = {
    "api": "ANTHROPIC_API_KEY",
    "admin": "ANTHROPIC_ADMIN_KEY",
    "oat": "ANTHROPIC_AUTH_TOKEN",
    "": "ANTHROPIC_API_KEY",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A credential in some text: 0-based offsets, its kind (`api`, `oat`, …), how to show it."""

    start: int
    end: int
    kind: str
    shown: str
    is_all: bool  # but for blanks around it


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """A credential in a file.

    `at` is the string that holds it; in docstrings, comments and texts of several lines its own
    place. `within`: code, text, comment; in notebooks output, prose, metadata as well.
    `replaceable` is the expression that a look into the environment can stand for, `variable` what
    to look for there; `""` where that is not known.
    """

    at: Origin | Location
    kind: str
    shown: str
    within: str
    replaceable: Origin | None = None
    variable: str = ""


def keys_in(text: str) -> Iterator[Found]:
    """Find what looks like a credential of Anthropic's and like no placeholder, mask or pattern."""
    for match in _KEY.finditer(text):
        kind = _KIND.match(match[1])
        secret = match[1][kind.end() :] if kind else match[1]
        if not _LEAST_SECRET <= len(secret) <= _MOST_SECRET or not is_jumble(secret):
            continue
        if len(secret) < _WHOLE_SECRET and _CUT_SHORT.match(text, match.end()):
            continue
        shown = mask(match[0])
        if shown != match[0]:  # whatever is reported can be hidden
            is_all = text.strip() == match[0]
            yield Found(match.start(), match.end(), kind[1] if kind else "", shown, is_all)


def credentials(view: View) -> Iterator[Credential]:
    """Yield the credentials of a file, each place once."""
    module = view.module
    found = list(keys_in(module.lines))
    for unit, keys in _by_unit(module, found):
        yield from _in_unit(module, unit, keys) if unit else _in_text(module, keys)
    if _BEGINNING.search(module.lines):
        yield from _put_together(view)
    if module.source.is_notebook:
        yield from _beside_code(view)


# ---------------------------------------------------------------------- in the text


def _by_unit(module: Module, found: list[Found]) -> Iterator[tuple[Unit | None, list[Found]]]:
    """Group keys by the statement they stand in, None for those between statements."""
    units = sorted(module.all_units(), key=lambda unit: unit.first)
    firsts = [unit.first for unit in units]
    groups: dict[Unit | None, list[Found]] = {}
    for key in found:
        line, _column = module.source.position(key.start)
        at = bisect_right(firsts, line) - 1
        unit = units[at] if at >= 0 else None
        if unit is not None and line > (unit.header_end if unit.members else unit.last):
            unit = None
        groups.setdefault(unit, []).append(key)
    yield from groups.items()


def _in_text(module: Module, keys: list[Found]) -> Iterator[Credential]:
    """Tell keys by their own place where no expression is known that says them."""
    commented = [(one.start, one.start + len(one.text)) for one in comments(module.lines)]
    for key in keys:
        is_comment = any(first <= key.start < last for first, last in commented)
        yield _placed(module, key, "comment" if is_comment else "text")


def _placed(module: Module, key: Found, within: str) -> Credential:
    source = module.source
    place = Span(*source.position(key.start), *source.position(key.end))
    return Credential(source.locate(place), key.kind, key.shown, within)


def _in_unit(module: Module, unit: Unit, keys: list[Found]) -> Iterator[Credential]:
    unit.load()
    literals = _literals(module, unit)
    elsewhere: list[Found] = []
    told: set[cst.CSTNode] = set()
    for key in keys:
        node = next((n for n, first, last in literals if first <= key.start < last), None)
        if node is None:
            elsewhere.append(key)
        elif _is_prose(module, node) or node in told:
            yield _placed(module, key, "text")
        else:
            told.add(node)
            yield _said(module, node, key)
    yield from _in_text(module, elsewhere)


def _literals(module: Module, unit: Unit) -> list[tuple[cst.CSTNode, int, int]]:
    """Return the strings of a statement with their offsets, inner ones before those around them."""
    found: list[tuple[cst.CSTNode, int, int]] = []
    for node in walk(unit.root) if unit.root is not None else ():
        if isinstance(node, (cst.SimpleString, cst.FormattedString)):
            place = span(module, node)
            offset = module.source.offset
            first, last = offset(place.line, place.column), offset(place.end_line, place.end_column)
            found.append((node, first, last))
    return found[::-1]


def _is_prose(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether a string is a docstring, or a text of several lines."""
    place = span(module, node)
    return place.line != place.end_line or isinstance(module.parents.get(node), cst.Expr)


def _said(module: Module, node: cst.CSTNode, key: Found) -> Credential:
    at = Origin(module, node)
    text = string_value(node)
    is_all = isinstance(text, str) and text.strip() == module.lines[key.start : key.end]
    replaceable, variable = _environment(module, node, key.kind) if is_all else (None, "")
    return Credential(at, key.kind, key.shown, "code", replaceable, variable)


# ---------------------------------------------------------------------- put together


def _put_together(view: View) -> Iterator[Credential]:
    """Find the expressions that make a key of strings none of which holds all of it."""
    module = view.module
    module.load_matching(_PIECE)
    for unit in module.all_units():
        if unit.root is None or not _PIECE.search(unit.text):
            continue
        for node in _compositions(unit.root):
            view.evaluator.reset()
            found = _keys_of(view, node)
            if not found or any(_keys_of(view, part) for part in walk(node) if part is not node):
                continue
            key = found[0]
            replaceable, variable = None, ""
            if all(one.is_all for one in found):
                replaceable, variable = _environment(module, node, key.kind)
            origin = Origin(module, node)
            yield Credential(origin, key.kind, key.shown, "code", replaceable, variable)


def _keys_of(view: View, node: cst.CSTNode) -> list[Found]:
    """Return the keys in the texts that an expression can be."""
    if not isinstance(node, cst.BaseExpression):
        return []
    values = options(view.evaluator.value(view.module, node))
    texts = [one.value for one in values if isinstance(one, Constant)]
    return [key for text in texts if isinstance(text, str) for key in keys_in(text)]


def _compositions(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the outermost expressions that put strings together."""
    stack = [root]
    while stack:
        node = stack.pop()
        if _is_composition(node):
            yield node
        else:
            stack.extend(children(node))


def _is_composition(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Attribute) and node.func.attr.value in _JOINING_METHODS
    if isinstance(node, cst.BinaryOperation):
        return isinstance(node.operator, (cst.Add, cst.Modulo))
    if isinstance(node, cst.SimpleString):
        return "\\" in node.value
    return isinstance(node, (cst.ConcatenatedString, cst.FormattedString))


def _source(module: Module, node: cst.CSTNode) -> str:
    place = span(module, node)
    offset = module.source.offset
    return module.lines[offset(place.line, place.column) : offset(place.end_line, place.end_column)]


# ---------------------------------------------------------------------- what can replace it


def _environment(module: Module, node: cst.CSTNode, kind: str) -> tuple[Origin | None, str]:
    """Return the expression that a look into the environment can replace, and for what variable."""
    variable = _VARIABLES.get(kind, "")
    argument = module.parents.get(node)
    around = module.parents.get(argument) if argument is not None else None
    if isinstance(argument, cst.Arg) and isinstance(around, cst.Call):
        path = access_path(around.func) or ("",)
        if path[-1] in _SETTERS:
            return None, ""
        if path[-1] == "getenv" or path[-2:] == ("environ", "get"):
            if argument is around.args[0]:  # where the variable's name belongs
                return Origin(module, around), variable
            name = string_value(around.args[0].value)
            if isinstance(name, str):
                return Origin(module, around), name
    lookup = next((one for one in module.ancestors(node) if isinstance(one, cst.Subscript)), None)
    if isinstance(argument, cst.Index) and lookup is not None:
        is_read = not isinstance(module.parents[lookup], (cst.AssignTarget, cst.Del))
        if is_read and (access_path(lookup.value) or ("",))[-1] == "environ":
            return Origin(module, lookup), variable
    if not variable or not _is_plain(module, node) or _sets_environment(module, node):
        return None, ""
    return Origin(module, node), variable


def _is_plain(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether an expression may be anything, not a string only."""
    parent = module.parents.get(node)
    if isinstance(parent, cst.DictElement):
        return parent.value is node
    if isinstance(parent, (cst.MatchValue, cst.Expr, cst.ConcatenatedString)):
        return False
    return not any(isinstance(one, cst.FormattedString) for one in module.ancestors(node))


def _sets_environment(module: Module, node: cst.CSTNode) -> bool:
    """Tell whether the environment itself is given the value."""
    for parent in module.ancestors(node):
        if isinstance(parent, cst.Assign):
            return any("environ" in _source(module, target.target) for target in parent.targets)
        if isinstance(parent, cst.Call) and "environ" in _source(module, parent.func):
            return True
    return False


# ---------------------------------------------------------------------- beside the code


def _beside_code(view: View) -> Iterator[Credential]:
    """Find keys in what a notebook holds besides its code."""
    source = view.module.source
    try:
        found = list(asides(source.path, view.settings.max_file_size))
    except (Unreadable, OSError):
        return  # read from standard input
    for aside in found:
        for key in keys_in(aside.text):
            span = Span(1, 1, 1, 1)
            if aside.kind == "prose":
                span = Span(*_place(aside.text, key.start), *_place(aside.text, key.end))
            place = Location(source.display, span, aside.cell)
            yield Credential(place, key.kind, key.shown, aside.kind)


def _place(text: str, offset: int) -> tuple[int, int]:
    line, column = position_in(text, offset)
    return line + 1, column + 1
