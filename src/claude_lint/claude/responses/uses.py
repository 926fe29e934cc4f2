"""What code does with parts of a response: attributes and keys read, and use as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from claude_lint.claude.facts import Request
from claude_lint.claude.responses.guards import Guards, function_around, is_told_apart
from claude_lint.claude.responses.parts import Kind, Part, Responses
from claude_lint.claude.responses.prospects import is_prospect
from claude_lint.claude.responses.text_uses import (
    REPR_MAKERS,
    TEXT_FUNCTIONS,
    TEXT_METHODS,
    Candidate,
    takes_text,
    text_candidates,
)
from claude_lint.claude.view import View
from claude_lint.python.first_look import is_open
from claude_lint.python.flow import Arms, deciding
from claude_lint.python.module import Module
from claude_lint.python.spans import span
from claude_lint.python.syntax import string_value, walk
from claude_lint.python.values import Origin, options, union

OTHER_NAMES: dict[Kind, dict[str, str]] = {
    Kind.MESSAGE: {
        "choices": "", "message": "", "completion": "", "output_text": "", "output": "",
        "output_parsed": "parsed_output", "candidates": "", "generations": "",
        "finish_reason": "stop_reason", "tool_calls": "", "function_call": "",
        "system_fingerprint": "", "created": "", "object": "type", "usage_metadata": "usage",
        "prompt_tokens": "usage.input_tokens", "completion_tokens": "usage.output_tokens",
    },
    Kind.USAGE: {
        "prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "",
        "prompt_tokens_details": "cache_read_input_tokens",
        "completion_tokens_details": "output_tokens_details",
    },
    Kind.BLOCK: {
        "function": "", "arguments": "input", "message": "", "tool_calls": "", "finish_reason": "",
    },
    Kind.EVENT: {"choices": ""},
    Kind.STREAM: {"choices": ""},
    Kind.DUMP: {"choices": ""},
}  # fmt: skip
"""Names that responses of other APIs have and Claude's do not, with what stands for them."""

_TEXT_NAMES = frozenset({"text"})
_DICT_METHODS = frozenset({"get", "keys", "items", "values"})
_KEYS = frozenset({
    "content", "usage", "stop_reason", "role", "model", "id", "type", "text", "input", "name",
    "thinking", "input_tokens", "output_tokens", "delta", "index", "content_block",
}) | frozenset(name for names in OTHER_NAMES.values() for name in names)  # fmt: skip
_NAMES = frozenset(name for names in OTHER_NAMES.values() for name in names) | _TEXT_NAMES
_OBJECTS = frozenset({Kind.MESSAGE, Kind.BLOCK, Kind.USAGE, Kind.EVENT, Kind.STREAM, Kind.CONTENT})
_READ = re.compile(
    rf"\.\s*(?:{'|'.join(sorted(_NAMES | _DICT_METHODS | TEXT_METHODS))})\b"
    rf"|\[\s*[\"'](?:{'|'.join(sorted(_KEYS))})[\"']"
    rf"|\bcontent\b|\binput\b|\b(?:{'|'.join(sorted(TEXT_FUNCTIONS))})\b"
)
# Less than other questions get: uses that look like one of a response are many, and few are.
_STEPS = 500
_HANDS = 1
_STOP = re.compile(r"\bstop_reason\b|\bstop_details\b")


@dataclass(frozen=True, slots=True, eq=False)
class ResponseUse:
    """Something that code does with a part of a response.

    `how`: attribute (`name` is read of it), key (it is read as a dict, by the key or dict method
    `name`), text (it is used as a string, by what `name` says). `at` is the offending expression,
    `base` the part's own. `chain` are the names and keys read from the part on, and `whole` the
    expression with all of them. `items` is the list in `items[0].text`.
    """

    how: str
    name: str
    at: Origin
    base: Origin
    part: Part
    requests: tuple[Request, ...]
    is_certain: bool
    """Whether the base can be nothing else."""
    is_tested: bool
    """Whether code makes sure that it can be used so, or catches the error."""
    chain: tuple[str, ...]
    whole: Origin
    items: Origin | None
    is_stop_checked: bool
    """Whether the functions around the use or the call look at why Claude stopped."""
    under: Arms
    """The branches that must be taken to get here."""


def response_uses(view: View) -> Iterator[ResponseUse]:
    """Yield what a file does with parts of responses."""
    module = view.module
    if not _READ.search(module.lines):
        return
    module.load_matching(_READ)
    responses = Responses(view.evaluator, view.reading)
    guards = Guards(module)
    for unit in module.all_units():
        if unit.root is None or not _READ.search(unit.text):
            continue
        for node in walk(unit.root):
            for candidate in _candidates(module, node):
                if not is_prospect(module, candidate):
                    continue
                yield from _judged(view, responses, guards, candidate)


def _candidates(module: Module, node: cst.CSTNode) -> Iterator[Candidate]:
    if isinstance(node, cst.Attribute):
        name, parent = node.attr.value, module.parents.get(node)
        is_called = isinstance(parent, cst.Call) and parent.func is node
        if name in _NAMES and not isinstance(parent, cst.AssignTarget):
            yield _telling("attribute", name, node, node.value)
        elif name in _DICT_METHODS and is_called:
            assert isinstance(parent, cst.Call)
            is_telling = bool(parent.args) and string_value(parent.args[0].value) in _KEYS
            base = node.value
            yield Candidate("key", f"{name}()", parent, base, base, is_telling=is_telling)
    elif isinstance(node, cst.Subscript):
        key = _string_key(node)
        if key in _KEYS:
            yield _telling("key", key, node, node.value)
    yield from text_candidates(module, node)


def _telling(how: str, name: str, at: cst.CSTNode, base: cst.BaseExpression) -> Candidate:
    return Candidate(how, name, at, base, base, is_telling=True)


def _string_key(node: cst.Subscript) -> str:
    if len(node.slice) != 1 or not isinstance(index := node.slice[0].slice, cst.Index):
        return ""
    key = string_value(index.value)
    return key if isinstance(key, str) else ""


def _judged(
    view: View, responses: Responses, guards: Guards, candidate: Candidate
) -> Iterator[ResponseUse]:
    """Evaluate what is used, and yield a use for each kind of part it can be."""
    module, evaluator = view.module, view.evaluator
    evaluator.reset(_STEPS, _HANDS)
    with evaluator.without_callers():
        value = evaluator.value(module, candidate.base)
        if not is_open(value) and not responses.parts(value):
            return
    found = options(evaluator.value(module, candidate.base))
    value = union([one for one in found if not is_told_apart(one)])
    parts = responses.parts(value)
    if not parts or (candidate.how == "text" and not takes_text(view, candidate)):
        return
    is_certain = responses.is_certain(value)
    chain, whole = _chain(module, candidate.base)
    for kind in dict.fromkeys(part.kind for part in parts):
        if not _can_be_wrong(candidate, kind):
            continue
        same = _foremost([part for part in parts if part.kind is kind])
        requests = tuple(dict.fromkeys(request for part in same for request in part.requests))
        yield ResponseUse(
            candidate.how,
            candidate.name,
            Origin(module, candidate.call or candidate.at if kind is Kind.INPUT else candidate.at),
            Origin(module, candidate.base),
            same[0],
            requests,
            is_certain,
            _is_tested(guards, candidate, kind, requests),
            chain,
            Origin(module, whole),
            _items_of(module, candidate.base),
            _looks_at_stop(module, candidate.at, requests),
            deciding(module.place(candidate.at)[1]),
        )


def _can_be_wrong(candidate: Candidate, kind: Kind) -> bool:
    if candidate.how == "attribute":
        if candidate.name in _TEXT_NAMES:
            return kind in (Kind.MESSAGE, Kind.CONTENT, Kind.BLOCK)
        return candidate.name in OTHER_NAMES.get(kind, {})
    if candidate.how == "key":
        return kind in _OBJECTS or candidate.name in OTHER_NAMES.get(kind, {})
    if kind is Kind.INPUT:
        return candidate.refuses_input
    return kind is Kind.CONTENT or (kind is Kind.MESSAGE and candidate.name not in REPR_MAKERS)


def _foremost(parts: list[Part]) -> list[Part]:
    """Where one alternative is the first block of its list, keep those that are."""
    return [part for part in parts if part.index == 0] or parts


def _is_tested(
    guards: Guards, candidate: Candidate, kind: Kind, requests: tuple[Request, ...]
) -> bool:
    base, name = candidate.base, candidate.name
    is_method = name.endswith("()") and (candidate.how == "key" or name.startswith("."))
    if guards.tests_type(base) or guards.tests_attribute(base, name.strip(".()")):
        return True
    if kind is Kind.BLOCK and (candidate.how, name) == ("attribute", "text"):
        calls = [request.call.node for request in requests]
        if guards.tests_kind(base) or guards.falls_back(candidate.at, calls):
            return True
    error = "AttributeError" if is_method or candidate.how == "attribute" else "TypeError"
    return guards.catches(candidate.at, error)


def _chain(module: Module, node: cst.CSTNode) -> tuple[tuple[str, ...], cst.CSTNode]:
    """Climb from an expression over the attributes and constant items read of it."""
    names: list[str] = []
    while True:
        parent = module.parents.get(node)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            names.append(parent.attr.value)
        elif isinstance(parent, cst.Subscript) and parent.value is node:
            index = parent.slice[0].slice if len(parent.slice) == 1 else None
            if not isinstance(index, cst.Index):
                break
            if isinstance(index.value, cst.Integer):
                names.append(index.value.value)
            elif key := _string_key(parent):
                names.append(key)
            else:
                break
        else:
            break
        node = parent
    return tuple(names), node


def _items_of(module: Module, node: cst.CSTNode) -> Origin | None:
    return Origin(module, node.value) if isinstance(node, cst.Subscript) else None


def _looks_at_stop(module: Module, node: cst.CSTNode, requests: tuple[Request, ...]) -> bool:
    places = [(module, node), *((r.call.module, r.call.node) for r in requests)]
    return any(_STOP.search(_function_text(*place)) for place in places)


def _function_text(module: Module, node: cst.CSTNode) -> str:
    around = span(module, function_around(module, node))
    return module.line_range(around.line, around.end_line)
