"""Edits that move a key from a URL into a header."""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import delete_entries, insert_entry, repair
from claude_lint.claude.credentials.authentication import KEY_HEADER
from claude_lint.claude.credentials.url_keys import UrlKey
from claude_lint.claude.facts import Request
from claude_lint.findings import Edit, Safety, Span
from claude_lint.masking import mask
from claude_lint.python.spans import span
from claude_lint.python.values import Origin


def moved_to_header(view: View, request: Request, key: UrlKey) -> Repair | None:
    """Send the key as `x-api-key`, where the headers are one dict display of the same file."""
    removed, code = _from_query(key) if key.entry is not None else _from_text(key)
    if not removed or mask(code) != code:
        return None
    parts = [removed]
    if not any(request.headers.headers(KEY_HEADER)):
        display = headers_display(request)
        if display is None:
            return None
        parts.append(insert_entry(display, f'"{KEY_HEADER}": {code}'))
    return repair(view, f"Move the key to the header `{KEY_HEADER}`", Safety.UNSAFE, *parts)


def headers_display(*requests: Request) -> Origin | None:
    """Return the dict display that the headers of some requests are, None where there are more."""
    displays = {
        option.origin.node: option.origin
        for request in requests
        for option in request.headers.options
        if option.origin is not None and isinstance(option.origin.node, cst.Dict)
    }
    return next(iter(displays.values())) if len(displays) == 1 else None


def _from_query(key: UrlKey) -> tuple[tuple[Edit, ...], str]:
    assert key.entry is not None
    node = key.entry.origin.node
    if not isinstance(node, cst.DictElement):
        return (), ""
    return delete_entries(key.entry), code_of(Origin(key.entry.origin.module, node.value))


def _from_text(key: UrlKey) -> tuple[tuple[Edit, ...], str]:
    """Cut `?api_key={…}` off the end of an f-string, and the `f` where nothing else needs it."""
    node, module = key.at.node, key.at.module
    if not isinstance(node, cst.FormattedString) or not node.parts or not key.name:
        return (), ""
    hole = node.parts[-1]
    if not isinstance(hole, cst.FormattedStringExpression):
        return (), ""
    code, place = code_of(key.at), span(module, node)
    found = re.search(rf"[?&]{re.escape(key.name)}=\{{[^{{}}]*\}}(?=[\"']+$)", code)
    if found is None or place.line != place.end_line:
        return (), ""
    first = place.column + found.start()
    cut = Span(place.line, first, place.line, place.column + found.end())
    edits = [Edit(module.source.locate(cut), "")]
    if "{" not in code[: found.start()] and node.prefix.lower() == "f":
        prefix = Span(place.line, place.column, place.line, place.column + 1)
        edits.append(Edit(module.source.locate(prefix), ""))
    return tuple(edits), code_of(Origin(module, hole.expression))
