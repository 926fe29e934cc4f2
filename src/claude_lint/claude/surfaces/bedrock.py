"""Amazon Bedrock through boto3: `invoke_model`, `converse` and their streams."""

from __future__ import annotations

from collections.abc import Iterator

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform
from claude_lint.claude.facts import Fields, Request, fields_of
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.http_bodies import unserialized
from claude_lint.python.values import (
    Attribute,
    Constant,
    Mapping,
    Result,
    Symbol,
    Typed,
    Value,
    options,
    strings,
)

LIBRARY = "boto3"
_INVOKE = frozenset({"invoke_model", "invoke_model_with_response_stream"})
_CONVERSE = frozenset({"converse", "converse_stream"})
NAMES = _INVOKE | _CONVERSE
_FACTORIES = frozenset({"boto3", "aioboto3", "aiobotocore", "botocore"})
_LEGACY_FIELDS = frozenset({"prompt", "max_tokens_to_sample"})
_CLAUDES_FIELDS = frozenset({"anthropic_version", "max_tokens_to_sample"})


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield what a call of the Bedrock runtime sends to Claude."""
    callee = call.callee
    if not isinstance(callee, Attribute) or callee.name not in NAMES:
        return
    made = is_runtime(callee.base)
    model = call.arguments.get("modelId")
    named = [str(one.value) for one in strings(model) if one.value]
    is_claude = any("claude" in name for name in named)
    if made is False or (made is None and not is_claude):
        return
    if not is_claude and len(named) == len(options(model)) > 0:
        return  # another vendor's model
    if callee.name in _CONVERSE:
        if named and not is_claude:
            return
        body = Fields((Mapping(call.arguments.keywords.entries, call.arguments.keywords.rest),))
        yield _request(call, "converse", body, model)
        return
    body = fields_of(unserialized(call.arguments.get("body")))
    # Of a body for each vendor those of Claude; where no model says so, only a body does.
    telling = _CLAUDES_FIELDS | {"messages"} if is_claude else _CLAUDES_FIELDS
    claudes = tuple(way for way in body.options if _names(way) & telling)
    if claudes or not is_claude:
        body = Fields(claudes, body.is_open and is_claude)
        if not body.options:
            return
    names = body.names()
    legacy = bool(names & _LEGACY_FIELDS) or any(_is_legacy(name) for name in named)
    yield _request(call, "complete" if legacy else "messages.create", body, model)


def _names(way: Mapping) -> set[str]:
    return {entry.name for entry in way.entries if entry.name is not None}


def _is_legacy(model: str) -> bool:
    """Tell whether a Bedrock ID is of a generation that took Text Completions."""
    name = model.partition("anthropic.")[2]
    return name.startswith(("claude-v", "claude-instant-v"))


def _request(call: Call, operation: str, body: Fields, model: Value | None) -> Request:
    return Request(
        call=call.origin,
        scope=call.scope,
        surface="bedrock",
        library=LIBRARY,
        operation=operation,
        platform=Platform.BEDROCK,
        body=body,
        arguments=call.arguments,
        model=model,
        is_awaited=call.is_awaited,
    )


def is_runtime(value: Value) -> bool | None:
    """Tell whether a value is a Bedrock runtime client; None where its origin is not known."""
    if isinstance(value, Result):
        callee = value.callee
        name = (
            callee.path.rpartition(".")[2]
            if isinstance(callee, Symbol)
            else callee.name
            if isinstance(callee, Attribute)
            else ""
        )
        if name in ("client", "create_client"):
            service = value.arguments.get("service_name", 0)
            return any(
                isinstance(one, Constant) and one.value == "bedrock-runtime"
                for one in options(service)
            )
        return False
    if isinstance(value, (Constant, Mapping, Symbol, Typed)):
        return False
    return None
