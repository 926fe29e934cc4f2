"""Edits to one header: another name, a value without its scheme, one more."""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import repair, replace_expression, replace_key, replace_text
from claude_lint.claude.catalog import Platform
from claude_lint.claude.credentials.authentication import Authentication
from claude_lint.claude.facts import Request
from claude_lint.findings import Edit, Safety, Span
from claude_lint.python.spans import span
from claude_lint.python.syntax import walk
from claude_lint.python.values import Entry, Origin

_SCHEME = re.compile(r"([\"'])\s*[A-Za-z][\w-]*:?\s*")
_LINE = r"{name}:[ \t]*(?:{scheme}[ \t]+)?"


def as_key_header(
    view: View, sent: Authentication, safety: Safety, name: str, title: str
) -> Repair | None:
    """Send a credential as another header, without a scheme before it.

    That is only shown where other hosts are sent the same header.
    """
    entry = sent.entry
    if any(_is_given_to_others(request, entry) for request in view.requests.all()):
        safety = Safety.DISPLAY
    in_line = _in_line(entry, sent, name)
    if in_line:
        return repair(view, title, safety, in_line)
    parts = [] if entry.name == name else [rename(entry, name)]
    if sent.scheme:
        parts.append(without_scheme(sent))
    return repair(view, title, safety, *parts)


def _is_given_to_others(request: Request, entry: Entry) -> bool:
    return request.platform is Platform.GATEWAY and any(
        one.origin.node is entry.origin.node
        for option in request.headers.options
        for one in option.entries
    )


def rename(entry: Entry, name: str) -> tuple[Edit, ...]:
    """Give a header another name, `()` where it is not written as a string."""
    node, module = entry.origin.node, entry.origin.module
    if isinstance(node, cst.Call) and len(node.args) == 2:  # `request.add_header(…)`
        return _rename_string(Origin(module, node.args[0].value), name)
    if isinstance(node, cst.Tuple) and len(node.elements) == 2:
        return _rename_string(Origin(module, node.elements[0].value), name)
    if isinstance(node, cst.Arg):
        return ()  # `dict(Authorization=…)` cannot have a name with hyphens
    return replace_key(entry, name)


def _rename_string(at: Origin, name: str) -> tuple[Edit, ...]:
    return replace_text(at, name) if isinstance(at.node, cst.SimpleString) else ()


def without_scheme(sent: Authentication) -> tuple[Edit, ...]:
    """Leave the credential alone as the value, `()` where the two are not written together."""
    value = written_value(sent.entry)
    if value is None:
        return ()
    held = sent.held
    if held is not None and held.node is not value.node and held.node in walk(value.node):
        return replace_expression(value, code_of(held))
    if isinstance(value.node, cst.SimpleString):
        return _cut(value, _SCHEME)
    return ()


def _cut(value: Origin, pattern: re.Pattern[str]) -> tuple[Edit, ...]:
    """Take the scheme out of a literal, so that the key is in no edit's text."""
    code = code_of(value)
    found = pattern.match(code)
    place = span(value.module, value.node)
    if found is None or place.line != place.end_line:
        return ()
    first, last = place.column + found.end(1), place.column + found.end()
    cut = Span(place.line, first, place.line, last)
    return (Edit(value.module.source.locate(cut), ""),)


def _in_line(entry: Entry, sent: Authentication, name: str) -> tuple[Edit, ...]:
    """Change `"Authorization: Bearer …"`, as curl is given headers, in the text itself."""
    node, module = entry.origin.node, entry.origin.module
    if not isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return ()
    scheme = re.escape(sent.scheme or "")
    pattern = _LINE.format(name=re.escape(entry.name or ""), scheme=scheme)
    code = code_of(entry.origin)
    found = list(re.finditer(pattern, code, re.IGNORECASE))
    place = span(module, node)
    if len(found) != 1 or place.line != place.end_line:
        return ()
    first, last = place.column + found[0].start(), place.column + found[0].end()
    cut = Span(place.line, first, place.line, last)
    return (Edit(module.source.locate(cut), f"{name}: "),)


def written_value(entry: Entry) -> Origin | None:
    """Return the expression that a header's value is written as."""
    node, module = entry.origin.node, entry.origin.module
    if isinstance(node, (cst.DictElement, cst.Arg, cst.Assign)):
        return Origin(module, node.value)
    if isinstance(node, cst.Call) and len(node.args) == 2:
        return Origin(module, node.args[1].value)
    if isinstance(node, cst.Tuple) and len(node.elements) == 2:
        return Origin(module, node.elements[1].value)
    return None
