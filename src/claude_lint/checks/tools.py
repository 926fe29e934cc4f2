"""CL213: tools, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.arguments import written_elsewhere
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import delete_entries, repair, replace_expression, replace_key
from claude_lint.claude.facts import GENERATING, Request
from claude_lint.claude.tools import Tool, choices, is_legal_name, string_choices, tools
from claude_lint.findings import Edit, Safety
from claude_lint.python.values import Entry, Mapping, Origin, Value, options, strings

_READ = GENERATING | {"messages.count_tokens"}
# What other APIs call the description of a tool's input.
_SCHEMAS = ("parameters", "inputSchema", "schema", "args_schema")
_CHOICES = {"auto": "auto", "none": "none", "any": "any", "required": "any"}


@rule("malformed-tool")
def malformed_tool(request: Request, view: View) -> Iterator[Problem]:
    """CL213."""
    is_own = request.surface in ("sdk", "raw", "bedrock")
    if not (is_own and request.reaches_claude and request.operation in _READ):
        return
    for tool in tools(request):
        found = _of_another_api(tool, view) if tool.kind == "function" else _incomplete(tool, view)
        if found is not None:
            yield found
    for entry, choice in string_choices(request):
        yield _string_choice(entry, str(choice.value), choice, view)
    for entry, fields in choices(request, "function"):
        yield _function_choice(entry, fields, view)


# ---------------------------------------------------------------------- tools


def _of_another_api(tool: Tool, view: View) -> Problem:
    return Problem(
        tool.at,
        f"{_tool(tool)} is described as for OpenAI's API: the API answers 400",
        help="Write `name`, `description` and `input_schema` at the top of the tool",
        fix=repair(view, "Describe it as the API wants it", Safety.UNSAFE, _converted(tool)),
    )


def _converted(tool: Tool) -> tuple[Edit, ...]:
    """Turn the description of a function into that of a tool, where it is one dict display."""
    inner = options(tool.fields.get("function"))
    if not inner:
        (kind,) = tool.fields.named("type") or (None,)
        renamed = _renamed_schema(tool.fields)
        return (*renamed, *delete_entries(kind)) if kind is not None and renamed else ()
    described = inner[0]
    if len(inner) != 1 or not isinstance(described, Mapping) or described.origin is None:
        return ()
    if not isinstance(described.origin.node, cst.Dict) or not isinstance(tool.at.node, cst.Dict):
        return ()
    if described.origin.node not in {one.value for one in tool.at.node.elements}:
        return ()
    # Of the function its entries are kept, with the schema under its new name.
    text = code_of(described.origin)
    for entry in _schema_entries(described):
        written = entry.origin.node
        if isinstance(written, cst.DictElement):
            key = code_of(Origin(entry.origin.module, written.key))
            text = text.replace(key, '"input_schema"', 1)
    return replace_expression(tool.at, text)


def _incomplete(tool: Tool, view: View) -> Problem | None:
    """Judge a tool that the program itself runs."""
    if not tool.is_custom:
        return None
    if tool.fields.lacks("input_schema"):
        return Problem(
            tool.at,
            f"{_tool(tool)} has no `input_schema`: the API answers 400",
            help="Describe its input as a JSON schema of type `object` in `input_schema`",
            fix=repair(view, "Call it `input_schema`", Safety.UNSAFE, _renamed_schema(tool.fields)),
        )
    if tool.fields.lacks("name"):
        return Problem(
            tool.at, "A tool has no `name`: the API answers 400", help="Give it a `name`"
        )
    name = tool.name()
    if name is not None and not is_legal_name(name):
        return Problem(
            tool.at,
            f"`{name}` is no name for a tool: the API answers 400",
            help="Use 1 to 64 letters, digits, `_` and `-`",
        )
    return None


def _renamed_schema(fields: Mapping) -> tuple[Edit, ...]:
    found = _schema_entries(fields)
    return replace_key(found[0], "input_schema") if len(found) == 1 else ()


def _schema_entries(fields: Mapping) -> list[Entry]:
    return [entry for name in _SCHEMAS for entry in fields.named(name)]


def _tool(tool: Tool) -> str:
    name = tool.name()
    if name is None and tool.kind == "function":
        inner = options(tool.fields.get("function"))
        names = [one for part in inner if isinstance(part, Mapping) for one in _names(part)]
        name = names[0] if len(names) == 1 else None
    return f"Tool `{name}`" if name else "A tool"


def _names(fields: Mapping) -> list[str]:
    return [str(one.value) for one in strings(fields.get("name"))]


# ---------------------------------------------------------------------- tool_choice


def _string_choice(entry: Entry, choice: str, value: Value, view: View) -> Problem:
    kind = _CHOICES.get(choice)
    new = f'{{"type": "{kind}"}}' if kind else f'{{"type": "tool", "name": "{choice}"}}'
    return Problem(
        entry,
        f"`tool_choice` is the text `{choice}`, where the API wants a dict: it answers 400",
        help=f"Use `{new}`",
        related=written_elsewhere(entry, value.origin, "the text"),
        fix=_choice_fix(view, value.origin, new),
    )


def _function_choice(entry: Entry, fields: Mapping, view: View) -> Problem:
    inner = [one for one in options(fields.get("function")) if isinstance(one, Mapping)]
    names = [name for one in (fields, *inner) for name in _names(one)]
    name = names[0] if len(names) == 1 else "…"
    new = f'{{"type": "tool", "name": "{name}"}}'
    return Problem(
        entry,
        "`tool_choice` names a function as for OpenAI's API: the API answers 400",
        help=f"Use `{new}`",
        fix=_choice_fix(view, fields.origin, new) if len(names) == 1 else None,
    )


def _choice_fix(view: View, at: Origin | None, new: str) -> Repair | None:
    if at is None or not isinstance(at.node, (cst.SimpleString, cst.Dict)):
        return None
    return repair(view, f"Write `{new}`", Safety.UNSAFE, replace_expression(at, new))
