"""Repairs of what the SDK has lost, where the new form says the same."""

from __future__ import annotations

import re

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.code_edits import code_of, free_quote, surround
from claude_lint.checks.repairs import rename_keyword, repair, replace_expression
from claude_lint.claude.catalog.sdk_history import Removed
from claude_lint.claude.keywords import keyword_of
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.sdk_members import SdkMember
from claude_lint.findings import Edit, Safety, Span
from claude_lint.python.module import Module
from claude_lint.python.spans import span
from claude_lint.python.values import Constant, Entry, Environ, Origin, Text, options

_HTTP_CLIENTS = {False: "DefaultHttpxClient", True: "DefaultAsyncHttpxClient"}


def as_display(call: Origin, view: View) -> Repair | None:
    """Turn `Type(key=value)` into `{"key": value}`."""
    node, module, quote = call.node, call.module, free_quote(call)
    if not isinstance(node, cst.Call) or quote is None or not node.args:
        return None
    whole, function = span(module, node), span(module, node.func)
    open_end, close = function.end_column + 1, whole.end_column - 1
    edits = [
        _replaced(module, Span(whole.line, whole.column, function.end_line, open_end), "{"),
        _replaced(module, Span(whole.end_line, close, whole.end_line, whole.end_column), "}"),
    ]
    for arg in node.args:
        if arg.keyword is not None:
            name = span(module, arg.keyword)
            rest = module.line_range(name.line, name.line)[name.end_column - 1 :]
            equal = re.match(r"[ \t]*=[ \t]*", rest)
            if equal is None:
                return None
            place = Span(name.line, name.column, name.line, name.end_column + len(equal[0]))
            edits.append(_replaced(module, place, f"{quote}{arg.keyword.value}{quote}: "))
        elif arg.star != "**":
            return None
    return repair(view, "Write it as a dict", Safety.SAFE, tuple(edits))


def _replaced(module: Module, place: Span, text: str) -> Edit:
    return Edit(module.source.locate(place), text)


def without_middle(use: SdkMember, number: int, view: View) -> Repair | None:
    """Read from the client itself what stood below the lost member."""
    last, first = use.nodes[number], use.nodes[0]
    if last is None or first is None or number + 1 >= len(use.path):
        return None
    client = code_of(Origin(use.module, first.value))
    edits = replace_expression(Origin(use.module, last), client)
    return repair(view, f"Leave `{'.'.join(use.path[: number + 1])}` out", Safety.UNSAFE, edits)


def renamed(at: Origin, removed: Removed, view: View) -> Repair | None:
    """Use the new name of what the package has under another one; other code keeps the old one."""
    node, module = at.node, at.module
    if not removed.renamed or not isinstance(node, (cst.Attribute, cst.ImportAlias)):
        return None
    written = node.attr if isinstance(node, cst.Attribute) else node.name
    new = removed.renamed
    if isinstance(node, cst.ImportAlias) and node.asname is None:
        new += f" as {code_of(Origin(module, written))}"
    edits = replace_expression(Origin(module, written), new)
    return repair(view, f"Use `{removed.renamed}`", Safety.UNSAFE, edits)


def as_text(at: Origin, removed: Removed, view: View) -> Repair | None:
    """Write the string that was read; within an f-string it might not be allowed."""
    around = at.module.ancestors(at.node)
    if (
        not removed.text
        or not isinstance(at.node, cst.Attribute)
        or any(isinstance(one, cst.FormattedString) for one in around)
    ):
        return None
    text = f'"{removed.text}"'.replace("\n", "\\n")
    return repair(view, f"Write `{text}`", Safety.UNSAFE, replace_expression(at, text))


def through_http_client(call: SdkCall, entry: Entry, removed: Removed, view: View) -> Repair | None:
    """Hand a client's lost argument to an HTTP client of the SDK's."""
    written, node = entry.origin.node, call.call.node
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None  # how the package is called here is not known
    if not isinstance(written, cst.Arg):
        return None
    if not all(isinstance(one, (Constant, Environ, Text)) for one in options(entry.value)):
        return None  # a dict of proxies says more than one
    package = code_of(Origin(call.call.module, node.func.value))
    made = f"{package}.{_HTTP_CLIENTS[call.client.startswith('Async')]}"
    value = Origin(entry.origin.module, written.value)
    if any(call.arguments.keywords.named("http_client")):
        return None
    return repair(
        view,
        f"Pass it to `{made}`",
        Safety.UNSAFE,
        rename_keyword(entry, "http_client"),
        surround(value, f"{made}({removed.http_argument}=", ")"),
    )


def as_output_config(call: SdkCall, entry: Entry, view: View) -> Repair | None:
    """Put a schema where methods that take no class for it want it."""
    written, quote = entry.origin.node, free_quote(entry.origin)
    if not isinstance(written, cst.Arg) or quote is None:
        return None
    if call.method.rpartition(".")[2] == "parse" or any(
        call.arguments.keywords.named("output_config")
    ):
        return None
    if not keyword_of(call, "output_config", view).taking:
        return None
    value = Origin(entry.origin.module, written.value)
    edits: tuple[Edit, ...] = surround(value, f"{{{quote}format{quote}: ", "}")
    return repair(
        view,
        "Pass it as `output_config`",
        Safety.UNSAFE,
        rename_keyword(entry, "output_config"),
        edits,
    )
