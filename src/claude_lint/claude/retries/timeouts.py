"""Requests built by hand that are given no time-out, and how long their library then waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.facts import CallSite, Request, is_absent
from claude_lint.claude.view import View
from claude_lint.python.values import Origin, Result, Symbol, options

_FOR_EVER = frozenset({"requests", "urllib", "urllib3", "http.client", "curl", "pycurl"})
_OF_SOCKETS = frozenset({"urllib", "http.client"})
_HTTPX = frozenset({"httpx", "httpx2"})
_HTTPX_SECONDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Untimed:
    """A call without a time-out; `seconds` are its library's own, None where it waits for ever."""

    call: Origin
    site: CallSite
    seconds: int | None


def untimed(view: View) -> Iterator[Untimed]:
    """Yield the calls of a file that no way gives a time-out."""
    for site in view.requests.sites:
        request = site.first
        if request.surface == "raw" and all(_is_untimed(view, one) for one in site.requests):
            default = request.library in _HTTPX and request.timeout is None
            yield Untimed(site.call, site, _HTTPX_SECONDS if default else None)


def _is_untimed(view: View, request: Request) -> bool:
    if request.library not in _FOR_EVER | _HTTPX:
        return False
    if request.library in _OF_SOCKETS and "setdefaulttimeout" in view.module.lines:
        return False
    if request.timeout is not None:
        return all(is_absent(one) for one in options(request.timeout))
    if request.arguments is not None and request.arguments.may_pass("timeout"):
        return False
    return not any(_sends_its_own_way(view, one) for one in _mounted(request))


def _mounted(request: Request) -> Iterator[tuple[Origin, cst.Call]]:
    """Yield the calls of `mount` on the session that sends a request."""
    for session in options(request.session):
        for change in session.changes:
            if change.path == ("mount",) and isinstance(change.event.node, cst.Call):
                yield Origin(change.event.scope.module, change.event.node), change.event.node


def _sends_its_own_way(view: View, mounted: tuple[Origin, cst.Call]) -> bool:
    """Tell whether what is mounted is more than a plain adapter, and may bring a time-out."""
    at, call = mounted
    adapter = view.evaluator.arguments(at.module, call).get("adapter", 1)
    return not all(
        isinstance(one, Result)
        and isinstance(one.callee, Symbol)
        and one.callee.path.endswith(".HTTPAdapter")
        for one in options(adapter)
    )
