"""CL216: objects of another HTTP library than the one the SDK is built on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.arguments import written_elsewhere
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import repair, replace_expression
from claude_lint.claude.catalog import sdk_history
from claude_lint.claude.catalog.releases import from_release, short
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.findings import Edit, Safety
from claude_lint.python.classes import ancestry
from claude_lint.python.module import Module
from claude_lint.python.syntax import access_path
from claude_lint.python.values import Entry, Instance, Origin, Result, Symbol, Typed, Value, options

_CLIENT_KEYWORD = re.compile(r"http_(?:async_)?client")
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
                fix=_imported_instead(value, view, package, instead),
            )
            break


def _imported_instead(value: Value, view: View, package: str, instead: str) -> Repair | None:
    """Import the other library under the same name, which then holds for the whole file.

    That is only shown where another SDK is given such objects, too.
    """
    module = view.module
    if value.origin is None or value.origin.module is not module:
        return None
    module.load_matching(re.compile(rf"\b{package}\b"))
    edits: list[Edit] = []
    for node in list(module.parents):
        if isinstance(node, cst.ImportAlias) and access_path(node.name) == (package,):
            if isinstance(module.parents.get(node), cst.Import):
                edits += _renamed(Origin(module, node), node, package, instead)
        elif isinstance(node, cst.ImportFrom) and node.module is not None:
            if access_path(node.module) == (package,):
                edits += replace_expression(Origin(module, node.module), instead)
    safety = Safety.DISPLAY if _others_take_clients(module) else Safety.UNSAFE
    return repair(view, f"Import `{instead}` instead", safety, tuple(edits))


def _others_take_clients(module: Module) -> bool:
    """Tell whether the file hands HTTP clients to another SDK, which wants its own library's."""
    module.load_matching(_CLIENT_KEYWORD)
    return any(
        "nthropic" not in code_of(Origin(module, call.func))
        and any(arg.keyword and _CLIENT_KEYWORD.fullmatch(arg.keyword.value) for arg in call.args)
        for call in list(module.calls)
    )


def _renamed(at: Origin, alias: cst.ImportAlias, package: str, instead: str) -> tuple[Edit, ...]:
    if alias.asname is None:
        return replace_expression(at, f"{instead} as {package}")
    return replace_expression(Origin(at.module, alias.name), instead)


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
