"""Edits that mend: new text for literals, arguments and entries, in the file's own style.

Each function returns the edits, `()` where what it should change is not written there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.code_edits import free_quote
from claude_lint.findings import Edit, Safety, Span
from claude_lint.python.module import Module, Unit
from claude_lint.python.spans import span
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import Entry, Origin

_IMPORT = re.compile(r"import\s+([\w.]+)[ \t]*(?:as\s+\w+[ \t]*)?(?:#.*)?\r?$", re.MULTILINE)
_BEFORE_IMPORTS = re.compile(r"(?:[rRuU]?[\"']|from\s+__future__\s)")
# What an `if` may ask that has no effect of its own.
_ASKING = (
    cst.Name, cst.Attribute, cst.SimpleString, cst.Integer, cst.Float, cst.Comparison,
    cst.ComparisonTarget, cst.BaseCompOp, cst.BooleanOperation, cst.BaseBooleanOp,
    cst.UnaryOperation, cst.BaseUnaryOp, cst.Subscript, cst.SubscriptElement, cst.Index,
)  # fmt: skip
_AFTER_ELEMENT = re.compile(r"[ \t]*(?:(,)[ \t]*)?(?:#[^\r\n]*)?(?=\r|\n|\Z)")


def repair(view: View, title: str, safety: Safety, *parts: tuple[Edit, ...]) -> Repair | None:
    """Join edits to the repair of the file that is judged, None where a part has no edits."""
    edits = tuple(edit for part in parts for edit in part)
    path = view.module.source.display
    if not all(parts) or any(edit.location.path != path for edit in edits):
        return None
    return Repair(title, safety, edits)


# ---------------------------------------------------------------------- expressions


def replace_expression(at: Origin, text: str) -> tuple[Edit, ...]:
    """Replace an expression by other source text."""
    return (_edit(at.module, span(at.module, at.node), text),)


def replace_text(at: Origin, text: str) -> tuple[Edit, ...]:
    """Replace what a string literal says, keeping its quotes, and its prefix where that can be."""
    node = at.node
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    prefix, quote = "", '"'
    if isinstance(node, cst.SimpleString):
        prefix, quote = node.prefix, node.quote
        if "r" in prefix.lower() and ("\\" in text or quote in text):
            prefix = re.sub("[rR]", "", prefix)
    if "r" not in prefix.lower():
        text = text.replace("\\", "\\\\").replace(quote[0], f"\\{quote[0]}")
        text = text.replace("\n", "\\n").replace("\r", "\\r")
    return replace_expression(at, f"{prefix}{quote}{text}{quote}")


def read_environment(at: Origin, variable: str) -> tuple[Edit, ...]:
    """Replace an expression by `os.environ["…"]`, importing `os` where it is not known."""
    scope, point = at.module.place(at.node)
    owner = scope.owner("os")
    imports = owner.bindings("os") if owner is not None else []
    if any(one.target != "os" for one in imports):
        return ()  # the name is taken
    quote = free_quote(at)
    if quote is None:
        return ()
    is_known = any(
        not _is_for_types(at.module, one.node)
        and (one.scope is not scope or one.point.order < point.order)
        for one in imports
    )
    if owner is not None and owner is not at.module.scope and not is_known:
        return ()  # it is imported too late
    added = () if is_known else add_import(at.module, "os")
    return (*added, *replace_expression(at, f"os.environ[{quote}{variable}{quote}]"))


def _is_for_types(module: Module, imported: cst.CSTNode) -> bool:
    """Tell whether only type checkers see an import."""
    return any(
        isinstance(around, cst.If)
        and any(isinstance(n, cst.Name) and n.value == "TYPE_CHECKING" for n in walk(around.test))
        for around in module.ancestors(imported)
    )


# ---------------------------------------------------------------------- arguments and entries


def rename_keyword(entry: Entry, name: str) -> tuple[Edit, ...]:
    """Give a keyword argument another name."""
    written = entry.origin.node
    if isinstance(written, cst.Arg) and written.keyword is not None:
        return replace_expression(Origin(entry.origin.module, written.keyword), name)
    return ()


def replace_key(entry: Entry, name: str) -> tuple[Edit, ...]:
    """Give an entry another key: in a dict display, `dict(key=…)` or `d["key"] = …`."""
    written, module = entry.origin.node, entry.origin.module
    key: cst.CSTNode | None = None
    if isinstance(written, cst.DictElement):
        key = written.key
    elif isinstance(written, cst.Assign) and len(written.targets) == 1:
        target = written.targets[0].target
        if isinstance(target, cst.Subscript) and isinstance(target.slice[0].slice, cst.Index):
            key = target.slice[0].slice.value
    if isinstance(key, (cst.SimpleString, cst.ConcatenatedString)):
        return replace_text(Origin(module, key), name)
    return rename_keyword(entry, name)


def delete_arguments(*entries: Entry) -> tuple[Edit, ...]:
    """Take keyword arguments out of their calls, with their commas and lines."""
    return _delete(entries, cst.Arg)


def delete_entries(*entries: Entry) -> tuple[Edit, ...]:
    """Take entries out: of dict displays and calls of `dict`, or the statements that set them."""
    statements = [one for one in entries if isinstance(one.origin.node, cst.Assign)]
    written = [one for one in entries if one not in statements]
    listed = _delete(written, (cst.DictElement, cst.Arg)) if written else ()
    deleted = [_delete_statement(one.origin) for one in statements]
    if (written and not listed) or not all(deleted):
        return ()
    return (*listed, *(edit for edits in deleted for edit in edits))


def delete_item(at: Origin) -> tuple[Edit, ...]:
    """Take an expression out of the list, set or tuple that it is written in."""
    element = at.module.parents.get(at.node)
    listed = _elements(at.module.parents.get(element)) if element is not None else ()
    if element not in listed or not isinstance(element, cst.Element):
        return ()
    number = list(listed).index(element)
    return (_edit(at.module, _place_of_run(at.module, listed, number, number + 1), ""),)


def _delete(
    entries: Sequence[Entry], kinds: type[cst.CSTNode] | tuple[type[cst.CSTNode], ...]
) -> tuple[Edit, ...]:
    """Delete elements of calls and displays; neighbours go in one edit."""
    doomed = {entry.origin.node: entry.origin.module for entry in entries}
    if not all(isinstance(node, kinds) for node in doomed):
        return ()
    edits: list[Edit] = []
    lists = {
        module.parents.get(node): (module, _elements(module.parents.get(node)))
        for node, module in doomed.items()
    }
    for module, listed in lists.values():
        first = 0
        while first < len(listed):
            last = first
            while last < len(listed) and listed[last] in doomed:
                last += 1
            if last > first:
                edits.append(_edit(module, _place_of_run(module, listed, first, last), ""))
            first = last + 1
    return tuple(edits)


def _elements(around: cst.CSTNode | None) -> Sequence[cst.CSTNode]:
    if isinstance(around, cst.Call):
        return around.args
    displays = (cst.Dict, cst.List, cst.Set, cst.Tuple)
    return around.elements if isinstance(around, displays) else ()


def _place_of_run(module: Module, listed: Sequence[cst.CSTNode], first: int, last: int) -> Span:
    """Return what to delete for the elements from `first` to before `last`."""
    start, end = span(module, listed[first]), span(module, listed[last - 1])
    after = _after(module, end)
    if _is_first_on_line(module, start) and _ends_line(module, end):
        return Span(start.line, 1, end.end_line + 1, 1)
    if last < len(listed):
        following = span(module, listed[last])
        return Span(start.line, start.column, following.line, following.column)
    if first:
        before = span(module, listed[first - 1])
        return Span(before.end_line, before.end_column, end.end_line, end.end_column)
    comma = re.match(r"\s*,", after)
    width = len(comma[0]) if comma and "\n" not in comma[0] else 0
    return Span(start.line, start.column, end.end_line, end.end_column + width)


def insert_argument(call: Origin, text: str, after: Entry | None = None) -> tuple[Edit, ...]:
    """Add an argument to a call, at its end or behind another one, on its own line if that is."""
    return _insert(call, text, after)


def insert_entry(display: Origin, text: str, after: Entry | None = None) -> tuple[Edit, ...]:
    """Add an entry to a dict display, at its end or behind another one."""
    return _insert(display, text, after)


def _insert(around: Origin, text: str, after: Entry | None) -> tuple[Edit, ...]:
    module, node = around.module, around.node
    listed = _elements(node)
    if not isinstance(node, (cst.Call, cst.Dict)) or _is_bare_generator(listed):
        return ()
    if not listed:
        close = span(module, node)
        place = Span(close.end_line, close.end_column - 1, close.end_line, close.end_column - 1)
        return (_edit(module, place, text),)
    at = len(listed) - 1
    if after is not None:
        if after.origin.node not in listed:
            return ()
        at = list(listed).index(after.origin.node)
    place = span(module, listed[at])
    behind = Span(place.end_line, place.end_column, place.end_line, place.end_column)
    if not _is_first_on_line(module, place):
        return (_edit(module, behind, f", {text}"),)
    line = module.line_range(place.line, place.line)
    new_line = _newline(module) + line[: place.column - 1] + text
    rest = _AFTER_ELEMENT.match(_after(module, place))
    if rest is None:  # the closing bracket is on the same line
        return (_edit(module, behind, f",{new_line}"),)
    width = len(rest[0])
    end = Span(behind.line, behind.column + width, behind.line, behind.column + width)
    if rest[1]:
        return (_edit(module, end, f"{new_line},"),)
    if not width:
        return (_edit(module, behind, f",{new_line}"),)
    return (_edit(module, behind, ","), _edit(module, end, new_line))


def _is_bare_generator(listed: Sequence[cst.CSTNode]) -> bool:
    if len(listed) != 1 or not isinstance(listed[0], cst.Arg):
        return False
    value = listed[0].value
    return isinstance(value, cst.GeneratorExp) and not value.lpar


# ---------------------------------------------------------------------- statements


def _delete_statement(at: Origin) -> tuple[Edit, ...]:
    """Take a simple statement out, and with it the `if` that would do nothing then.

    `pass` stays where that has a comment or another branch, or does something by asking.
    """
    module, node = at.module, at.node
    line = module.parents[node]
    if not isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return ()
    if not isinstance(node, cst.Assign) or len(node.targets) > 1:
        return ()  # something else gets the value, too
    if not _sets_one_entry(node.targets[0].target):
        return ()  # a loop may set others by the same statement
    place = span(module, node)
    if len(line.body) > 1 or not _ends_line(module, place):
        return (_edit(module, place, "pass"),)
    return _delete_lines(module, line if isinstance(line, cst.SimpleStatementLine) else node)


def _sets_one_entry(target: cst.BaseExpression) -> bool:
    """Tell whether `d["key"] = …` names its key."""
    return isinstance(target, cst.Subscript) and all(
        isinstance(one.slice, cst.Index) and string_value(one.slice.value) is not None
        for one in target.slice
    )


def _delete_lines(module: Module, statement: cst.CSTNode) -> tuple[Edit, ...]:
    place = span(module, statement)
    block = module.parents[statement]
    if isinstance(block, (cst.IndentedBlock, cst.SimpleStatementSuite)) and len(block.body) == 1:
        branch = module.parents[block]
        if _does_nothing_else(module, branch, place):
            return _delete_lines(module, branch)
        return (_edit(module, place, "pass"),)
    return (_edit(module, Span(place.line, 1, place.end_line + 1, 1), ""),)


def _does_nothing_else(module: Module, branch: cst.CSTNode, only: Span) -> bool:
    """Tell whether a branch of an `if` may go with the only statement in it."""
    if isinstance(branch, cst.If):
        if branch.orelse is not None or not all(isinstance(n, _ASKING) for n in walk(branch.test)):
            return False
    elif not isinstance(branch, cst.Else) or not isinstance(module.parents[branch], cst.If):
        return False
    start = span(module, branch)
    header = module.line_range(start.line, only.line - 1)
    below = module.line_range(only.end_line + 1, only.end_line + 1)
    is_noted = below.lstrip().startswith("#") and not below[: start.column].strip()
    return not is_noted and "#" not in header


def add_import(module: Module, name: str) -> tuple[Edit, ...]:
    """Import a module of the standard library, among the imports at the top of a file."""
    units = [unit for unit in module.units if not _stands_before_imports(unit)]
    if not units:
        return ()
    above: Unit | None = None
    for unit in units:
        imported = _IMPORT.match(unit.text)
        if imported is None or not _is_standard(imported[1]) or imported[1] > name:
            break
        above = unit
    newline = _newline(module)
    if above is not None:
        place = Span(above.last + 1, 1, above.last + 1, 1)
        return (_edit(module, place, f"import {name}{newline}"),)
    first = units[0]
    imported = re.match(r"(?:import|from)\s+([\w.]+)", first.text)
    gap = "" if imported and _is_standard(imported[1]) else newline
    place = Span(first.first, 1, first.first, 1)
    return (_edit(module, place, f"import {name}{newline}{gap}"),)


def _stands_before_imports(unit: Unit) -> bool:
    """Tell whether a statement is a docstring or an import from `__future__`."""
    return _BEFORE_IMPORTS.match(unit.text) is not None


def _is_standard(module_name: str) -> bool:
    return module_name.partition(".")[0] in sys.stdlib_module_names


# ---------------------------------------------------------------------- text


def _edit(module: Module, place: Span, text: str) -> Edit:
    return Edit(module.source.locate(place), text)


def _after(module: Module, place: Span) -> str:
    """Return the rest of the line behind a place."""
    return module.line_range(place.end_line, place.end_line)[place.end_column - 1 :]


def _is_first_on_line(module: Module, place: Span) -> bool:
    return not module.line_range(place.line, place.line)[: place.column - 1].strip()


def _ends_line(module: Module, place: Span) -> bool:
    """Tell whether nothing but a comma and a comment stands behind a place."""
    rest = _after(module, place)
    return _AFTER_ELEMENT.match(rest) is not None and rest.endswith(("\n", "\r"))


def _newline(module: Module) -> str:
    first = re.search(r"\r\n|\r|\n", module.lines)
    return first[0] if first else "\n"
