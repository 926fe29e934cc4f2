"""CL107, CL221: the API version a request asks for."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.auth import VERSION_HEADER, headers_of, needs_headers
from claude_lint.checks.repairs import insert_entry, repair, replace_text
from claude_lint.checks.url_edits import headers_display
from claude_lint.claude.catalog.model_ids import edits
from claude_lint.claude.facts import CallSite, Request
from claude_lint.findings import Safety
from claude_lint.python.syntax import string_value
from claude_lint.python.values import Constant, Entry, Origin, strings

_MOST_EDITS = 4
# The compatible path needs none; Text Completions are gone, whatever version is asked for.
_WITHOUT_VERSION = frozenset({"chat.completions", "complete"})


@rule("missing-version-header")
def missing_version(site: CallSite, view: View) -> Iterator[Problem]:
    """CL107."""
    if not needs_headers(site) or not site.lacks_header(VERSION_HEADER):
        return
    if any(request.operation in _WITHOUT_VERSION for request in site.requests):
        return
    version = fitting_version(site.requests, view)
    misnamed = _misnamed(site)
    yield Problem(
        site.call,
        f"This request sends no `{VERSION_HEADER}`: the API answers 400",
        help=f'Add `"{VERSION_HEADER}": "{version}"` to its headers',
        related=((misnamed, "not this name"),) if misnamed else headers_of(site),
        fix=_added(site, version, view),
    )


def fitting_version(requests: tuple[Request, ...], view: View) -> str:
    """Return the newest API version that refuses no parameter the requests send, or may send."""
    newest = view.catalog.newest_api_version(view.as_of)
    if not any(_may_send(request, newest.rejected_parameters) for request in requests):
        return newest.id
    lenient = [
        row
        for row in view.catalog.api_versions
        if not row.rejected_parameters and row.released <= view.as_of
    ]
    return max(lenient, key=lambda row: row.released, default=newest).id


def _may_send(request: Request, names: tuple[str, ...]) -> bool:
    return not all(request.body.lacks(name) for name in names)


def _misnamed(site: CallSite) -> Entry | None:
    """Find a header that was meant to be the version's."""
    for request in site.requests:
        for option in request.headers.options:
            for entry in option.entries:
                if entry.name and "version" in entry.name.lower():
                    return entry
    return None


def _added(site: CallSite, version: str, view: View) -> Repair | None:
    display = headers_display(*site.requests)
    if display is None:
        return None
    text = f'"{VERSION_HEADER}": "{version}"'
    return repair(view, f"Add `{text}`", Safety.UNSAFE, insert_entry(display, text))


@rule("unknown-api-version")
def unknown_version(request: Request, view: View) -> Iterator[Problem]:
    """CL221."""
    if request.surface not in ("raw", "sdk") or not request.is_first_party:
        return
    if request.operation == "complete":
        return
    for entry in request.headers.headers(VERSION_HEADER):
        for value in strings(entry.value):
            stated = str(value.value)
            if view.catalog.api_version(stated.strip()) is None:
                yield _unknown(request, entry, value, view)


def _unknown(request: Request, entry: Entry, value: Constant, view: View) -> Problem:
    stated = str(value.value)
    meant = _resembling(stated, view) or fitting_version((request,), view)
    at = value.origin or entry.origin
    return Problem(
        at,
        f"`{VERSION_HEADER}` is `{stated}`, a version the API never had: it answers 400",
        help=f"Use `{meant}`",
        fix=_replaced(at, stated, meant, view),
    )


def _resembling(stated: str, view: View) -> str | None:
    """Return the version in use that a text was meant to be."""
    in_use = {row.api_version for row in view.catalog.sdk_majors if row.released <= view.as_of}
    known = sorted(in_use)
    near = [(edits(stated, one), one) for one in known]
    distance, nearest = min(near, default=(_MOST_EDITS, None))
    return nearest if distance < _MOST_EDITS else None


def _replaced(at: Origin, stated: str, version: str, view: View) -> Repair | None:
    text = string_value(at.node) if isinstance(at.node, cst.SimpleString) else None
    if not isinstance(text, str) or text.count(stated) != 1:
        return None
    # The whole header may stand there, as curl is given it.
    new = replace_text(at, text.replace(stated, version))
    return repair(view, f"Replace with `{version}`", Safety.UNSAFE, new)
