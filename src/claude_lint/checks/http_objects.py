"""CL216: objects of another HTTP library than the one the SDK is built on."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.checks import Problem, View, rule
from claude_lint.checks.arguments import written_elsewhere
from claude_lint.claude.catalog import sdk_history
from claude_lint.claude.catalog.releases import from_release, short
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.python.classes import ancestry
from claude_lint.python.values import Entry, Instance, Result, Symbol, Typed, Value, options

_TAKING = frozenset({"http_client", "timeout", "transport", "base_url", "auth"})


@rule("foreign-http-client")
def check(call: SdkCall, view: View) -> Iterator[Problem]:
    """CL216."""
    history = sdk_history.load()
    extent = from_release(view.target, view.catalog, history.foreign_http_since)
    if extent is None or call.is_guarded or _is_aliased(view):
        return
    for entry in call.arguments.keywords.entries:
        if entry.name not in _TAKING:
            continue
        for value in options(entry.value):
            name = _foreign_class(value, view)
            if name is None or name in history.harmless_http_objects:
                continue
            package, instead = history.foreign_http_package, history.foreign_http_instead
            yield Problem(
                entry.origin,
                extent.qualify(
                    f"`{package}.{name}` is refused since anthropic "
                    f"{short(history.foreign_http_since)}, which uses `{instead}`: "
                    f"{_error(call, entry)}"
                ),
                help=f"Use `{instead}.{name}`",
                severity=extent.severity,
                related=written_elsewhere(entry, value.origin, "made here"),
            )
            break


def _error(call: SdkCall, entry: Entry) -> str:
    """Say what happens: the SDK's own HTTP clients look at the transport only."""
    if call.client or entry.name == "transport":
        return "the call raises TypeError"
    return "every request fails"


def _foreign_class(value: Value, view: View) -> str | None:
    """Return the class of the other library that a value is an object of."""
    made: list[Value] = []
    if isinstance(value, Result):
        made = [value.callee]
    elif isinstance(value, Typed):
        made = [value.type]
    elif isinstance(value, Instance):
        made = ancestry(view.evaluator, value.cls)[1]
    prefix = f"{sdk_history.load().foreign_http_package}."
    for one in made:
        if isinstance(one, Symbol) and one.path.startswith(prefix):
            return one.path.removeprefix(prefix)
    return None


def _is_aliased(view: View) -> bool:
    """Tell whether the program puts the new library under the old one's name."""
    return "alias_httpx" in view.module.lines
