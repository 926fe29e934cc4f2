"""CL501 to CL504, and CL509: what is done with a response."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.checks import Problem, Repair, View, rule
from claude_lint.checks.code_edits import code_of, free_quote
from claude_lint.checks.repairs import replace_expression, replace_text
from claude_lint.claude.catalog.model_ids import Verdict, judge
from claude_lint.claude.facts import Request
from claude_lint.claude.responses.parts import Kind
from claude_lint.claude.responses.text_uses import REPR_MAKERS
from claude_lint.claude.responses.uses import OTHER_NAMES, ResponseUse
from claude_lint.findings import Safety, Severity
from claude_lint.python.flow import compatible
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import (
    Constant,
    Entry,
    Mapping,
    Origin,
    Result,
    Sequence,
    Unknown,
    Value,
    options,
    strings,
)

_KNOWN = frozenset({Verdict.KNOWN, Verdict.MOVING})
_THINKING_ON = frozenset({"enabled", "adaptive"})
_NAMES = {
    Kind.MESSAGE: "a Claude response",
    Kind.CONTENT: "the content of a Claude response",
    Kind.BLOCK: "a content block of Claude's",
    Kind.USAGE: "the usage of a Claude response",
    Kind.EVENT: "an event of Claude's stream",
    Kind.STREAM: "Claude's stream",
    Kind.DUMP: "the dictionary of a Claude response",
}
# OpenAI's reasons to stop, and Claude's.
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
_TEXT_CHAINS = frozenset({
    ("choices", "0", "message", "content"), ("choices", "0", "text"), ("output_text",),
    ("completion",),
})  # fmt: skip


# ---------------------------------------------------------------------- other APIs' shapes


@rule("openai-style-response")
def openai_style(use: ResponseUse, view: View) -> Iterator[Problem]:
    """CL501."""
    if not use.is_certain or use.is_tested or (use.how, use.name) == ("attribute", "text"):
        return
    is_dump = use.part.kind is Kind.DUMP
    if use.how == "attribute" and not is_dump:
        yield Problem(
            use.at,
            f"{_capital(_NAMES[use.part.kind])} has no attribute `{use.name}`",
            help=_cure(use),
            fix=_renamed(use),
        )
    elif use.how == "key" and is_dump:
        yield Problem(use.at, f"{_capital(_NAMES[Kind.DUMP])} has no key `{use.name}`", _cure(use))
    elif use.how == "key":
        yield Problem(
            use.at,
            f"{_capital(_NAMES[use.part.kind])} is no dict: `{_access(use)}` fails",
            help=_cure(use),
            fix=_renamed(use),
        )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _access(use: ResponseUse) -> str:
    return f".{use.name}" if use.name.endswith("()") else f'["{use.name}"]'


def _cure(use: ResponseUse) -> str:
    name = use.name
    kind = use.part.kind
    instead = OTHER_NAMES.get(kind, {}).get(name)
    if instead:
        return f"Use `.{instead}`"
    if name == "total_tokens":
        return "Add up `.input_tokens` and `.output_tokens`"
    if name in ("tool_calls", "function_call", "function"):
        return "Use the blocks of `.content` whose `type` is `tool_use`: their `name` and `input`"
    if kind in (Kind.EVENT, Kind.STREAM) and instead is not None:
        return "Use `client.messages.stream()` and its `text_stream`"
    if instead is not None:
        return "Use the blocks of `.content` whose `type` is `text`"
    if kind is Kind.CONTENT:
        return "Take a block first: `content` is a list"
    if name.endswith("()"):
        return "Read its attributes, or make a dict with `.to_dict()`"
    return f"Use `.{name}`, or make a dict with `.to_dict()`"


def _renamed(use: ResponseUse) -> Repair | None:
    base = code_of(use.base)
    if use.part.kind is Kind.MESSAGE and use.chain in _TEXT_CHAINS:
        return _text_instead(use.whole, f"{base}.content")
    if use.part.kind is Kind.MESSAGE and use.chain == ("choices", "0", "finish_reason"):
        return _with_reasons(_replaced(use.whole, f"{base}.stop_reason"), use.whole)
    if use.name == "total_tokens":
        return _replaced(use.at, f"({base}.input_tokens + {base}.output_tokens)")
    others = OTHER_NAMES.get(use.part.kind, {})
    if use.name == "finish_reason" and others.get(use.name):
        return _with_reasons(_replaced(use.at, f"{base}.{others[use.name]}"), use.at)
    if use.name in others:
        return _replaced(use.at, f"{base}.{others[use.name]}") if others[use.name] else None
    if use.part.kind is Kind.CONTENT or use.name.endswith("()"):
        return None
    return _replaced(use.at, f"{base}.{use.name}")


def _with_reasons(fix: Repair, at: Origin) -> Repair:
    """Replace the reasons to stop as well that a comparison names."""
    compared = at.module.parents.get(at.node)
    if isinstance(compared, cst.ComparisonTarget):
        compared = at.module.parents[compared]
    if not isinstance(compared, cst.Comparison):
        return fix
    texts = [
        (node, _STOP_REASONS.get(str(string_value(node))))
        for node in walk(compared)
        if isinstance(node, cst.SimpleString)
    ]
    edits = [replace_text(Origin(at.module, node), new) for node, new in texts if new]
    return replace(fix, edits=(*fix.edits, *(edit for each in edits for edit in each)))


# ---------------------------------------------------------------------- the first block


@rule("first-block-text")
def first_block_text(use: ResponseUse, view: View) -> Iterator[Problem]:
    """CL502."""
    is_first = use.part.kind is Kind.BLOCK and use.part.index == 0
    if not is_first or use.name != "text" or use.how != "attribute" or use.is_tested:
        return
    for request in use.requests:
        reason = _thinking(request, use, view) or _tools(request, use)
        if reason:
            items = use.items
            yield Problem(
                use.at,
                f"The first block need not be text: {reason}",
                help='Take the blocks whose `type` is "text"',
                related=((request.call, "the request"),),
                fix=_text_instead(use.at, code_of(items)) if items is not None else None,
            )
            return


def _thinking(request: Request, use: ResponseUse, view: View) -> str:
    """Say why a request is answered with thinking first, `""` where that is not known."""
    given = [e for e in request.body.entries("thinking") if compatible(e.under, use.under)]
    kinds = [kind for entry in given for kind in _types(entry.value)]
    if any(kind in _THINKING_ON for kind in kinds):
        return "the request turns `thinking` on"
    if given or not request.body.lacks("thinking"):
        return ""
    for model in request.models():
        name = str(model.value)
        found = judge(view.catalog, name, request.platform, view.as_of)
        if found.verdict in _KNOWN and found.model and found.model.thinks_by_default():
            return f"`{name}` thinks by default"
    return ""


def _tools(request: Request, use: ResponseUse) -> str:
    """Say so where a request gives tools that the model may call, and nobody asks if it did."""
    if use.is_stop_checked:
        return ""
    tools = [e for e in request.body.entries("tools") if compatible(e.under, use.under)]
    choices = [t for e in request.body.entries("tool_choice") for t in _types(e.value)]
    given = any(_is_filled(entry) for entry in tools)
    return "the request gives `tools`" if given and choices != ["none"] else ""


def _types(value: Value) -> Iterator[str]:
    """Yield what the `type` of a parameter can be."""
    for one in options(value):
        kind: Value | None = None
        if isinstance(one, Mapping):
            kind = one.get("type")
        elif isinstance(one, Result):
            kind = one.arguments.get("type")
        yield from (str(text.value) for text in strings(kind))


def _is_filled(entry: Entry) -> bool:
    """Tell whether tools are given: a list with some in it, or what is handed through as such.

    A parameter that may be None counts where it is passed on under a condition only.
    """
    found = options(entry.value)
    may_be_none = any(isinstance(one, Constant) for one in found) and not entry.under
    return any(
        bool(one.items or one.rest)
        if isinstance(one, Sequence)
        else not isinstance(one, Constant) and not (isinstance(one, Unknown) and may_be_none)
        for one in found
    )


# ---------------------------------------------------------------------- text where there is none


@rule("response-as-text")
def response_as_text(use: ResponseUse, view: View) -> Iterator[Problem]:
    """CL503."""
    if use.is_tested or use.part.kind not in (Kind.CONTENT, Kind.MESSAGE):
        return
    if use.name in REPR_MAKERS and not use.is_certain:
        return  # what is made a text whatever it is, may well be
    what = (
        "The content of a Claude response is a list of blocks"
        if use.part.kind is Kind.CONTENT
        else "A Claude response is an object"
    )
    if (use.how, use.name) == ("attribute", "text"):
        if use.is_certain:
            yield Problem(
                use.at,
                f"{what} and has no attribute `text`",
                help='Take the blocks whose `type` is "text"',
                fix=_text_instead(use.at, _content(use)),
            )
    elif use.how == "text":
        yield Problem(
            use.at,
            f"{what}, not a string: {_consequence(use.name)}",
            help='Take the blocks whose `type` is "text"',
            severity=Severity.WARNING if use.name in REPR_MAKERS else None,
            fix=_as_text(use),
        )


def _consequence(name: str) -> str:
    if name in REPR_MAKERS:
        return "this gives its `repr`"
    if name in ("==", "in"):
        return "the comparison is never true"
    if name == "return":
        return "the function says that it returns `str`"
    return f"`{name}` fails"


def _content(use: ResponseUse) -> str:
    base = code_of(use.base)
    return base if use.part.kind is Kind.CONTENT else f"{base}.content"


def _as_text(use: ResponseUse) -> Repair | None:
    if use.name == "join()":
        quote = free_quote(use.at) or '"'
        texts = f"block.text for block in {_content(use)} if block.type == {quote}text{quote}"
        return _replaced(use.at, texts)
    return _text_instead(use.at, _content(use))


# ---------------------------------------------------------------------- tools and stop reasons


@rule("string-tool-input")
def string_tool_input(use: ResponseUse, view: View) -> Iterator[Problem]:
    """CL504."""
    if use.part.kind is not Kind.INPUT or use.how != "text" or use.is_tested:
        return
    is_parsed = use.name.endswith("loads()")
    yield Problem(
        use.at,
        f"The input of a tool call is a dict already: `{use.name}` fails",
        help=f"Use `{code_of(use.base)}` as it is",
        fix=_replaced(use.at, code_of(use.base), Safety.SAFE) if is_parsed else None,
    )


@rule("unchecked-stop-reason")
def unchecked_stop_reason(use: ResponseUse, view: View) -> Iterator[Problem]:
    """CL509."""
    if use.part.kind is not Kind.BLOCK or use.name != "text" or use.how != "attribute":
        return
    if use.requests and not use.is_stop_checked:
        yield Problem(
            use.at,
            "This text is used without a look at `stop_reason`: it may be cut off or refused",
            help="Look at `stop_reason` first: `max_tokens` and `refusal` are no complete answers",
            related=((use.requests[0].call, "the request"),),
        )


# ---------------------------------------------------------------------- repairs


def _replaced(at: Origin, text: str, safety: Safety = Safety.UNSAFE) -> Repair:
    return Repair(f"Replace with `{text}`", safety, replace_expression(at, text))


def _text_instead(at: Origin, content: str) -> Repair | None:
    quote = free_quote(at)
    if quote is None:
        return None
    texts = f"block.text for block in {content} if block.type == {quote}text{quote}"
    if _is_asked_for(at):
        return _replaced(at, f"next(({texts}), {quote}{quote})")
    return _replaced(at, f"next({texts})")


def _is_asked_for(at: Origin) -> bool:
    """Tell whether the code asks if there is any text, and so wants none to be no error."""
    parent = at.module.parents.get(at.node)
    if isinstance(parent, (cst.If, cst.While, cst.IfExp, cst.Assert)):
        return parent.test is at.node
    return isinstance(parent, cst.BooleanOperation) or (
        isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not)
    )
