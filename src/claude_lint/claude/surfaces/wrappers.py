"""Other libraries that carry a Claude model: LangChain, LiteLLM, pydantic-ai and their like.

Only the model, the secrets and what a library is known to pass on unchanged are theirs to judge.
The libraries themselves are rows of `wrapper_table`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_lint.claude.calls import Call
from claude_lint.claude.catalog import Platform, default_models
from claude_lint.claude.facts import Fields, Request, is_absent
from claude_lint.claude.reading import Reading
from claude_lint.claude.surfaces.hosts import targets
from claude_lint.claude.surfaces.wrapper_table import PROVIDERS, WRAPPERS, Wrapper
from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Environ,
    Item,
    Mapping,
    Result,
    Symbol,
    Text,
    Typed,
    Value,
    conditioned,
    is_constant,
    options,
)

_BY_NAME: dict[str, list[Wrapper]] = {}
for _row in WRAPPERS:
    for _name in _row.names:
        _BY_NAME.setdefault(_name, []).append(_row)

NAMES = frozenset(_BY_NAME)


@dataclass(frozen=True, slots=True)
class _Named:
    """A model as a wrapper is given it, without the provider's prefix; None where it has none."""

    model: Value | None
    platform: Platform
    prefix: str = ""


def requests(call: Call, reading: Reading) -> Iterator[Request]:
    """Yield a request for each model that a wrapper is given."""
    row = _row_of(call)
    if row is None:
        return
    given = call.arguments
    model = _model_given(given, row)
    if model is None and row.receiver and isinstance(call.callee, Attribute):
        maker = call.callee.base
        model = _model_given(maker.arguments, row) if isinstance(maker, Result) else None
    if model is None:
        model = _default_model(call, row)
    known = _models(model, row, call)
    # Where no model is known, it is not known either what its defaults leave of the rest.
    passed = tuple(e for e in given.keywords.entries if e.name in row.passes_on) if known else ()
    for named in known or _models_of_claude(model, row, call):
        for platform in _platforms(named.platform, row, call, reading):
            yield Request(
                call=call.origin,
                scope=call.scope,
                surface="wrapper",
                library=row.library,
                operation="wrapper",
                platform=platform,
                body=Fields((Mapping(passed, given.keywords.rest),)),
                arguments=given,
                model=named.model,
                model_prefix=named.prefix,
                is_awaited=call.is_awaited,
                world=named.model.under if named.model is not None else call.under,
            )


def _model_given(given: Arguments, row: Wrapper) -> Value | None:
    named = next((v for name in row.models if (v := given.get(name)) is not None), None)
    if named is None and row.position is not None:
        return given.get("", row.position)
    return named


def _default_model(call: Call, row: Wrapper) -> Value | None:
    """Return the model that the library takes itself; it stands nowhere but in the call."""
    given = call.arguments
    if any(given.may_pass(name, row.position) for name in row.models):
        return None
    for name in row.names:
        model = default_models.load().get((row.library, name))
        if model is not None and _name_of(call) == name:
            return Constant(model, origin=call.origin, under=call.under)
    return None


def _name_of(call: Call) -> str:
    callee = call.callee
    path = callee.path if isinstance(callee, Symbol) else getattr(callee, "name", "")
    return path.rpartition(".")[2]


def _row_of(call: Call) -> Wrapper | None:
    callee = call.callee
    if isinstance(callee, Symbol):
        name = callee.path.rpartition(".")[2]
        for row in _BY_NAME.get(name, ()):
            if not row.receiver and _is_in(callee.path, row):
                return row
    elif isinstance(callee, Attribute):
        for row in _BY_NAME.get(callee.name, ()):
            if row.receiver and _comes_from(callee.base, row):
                return row
            if not row.receiver and _is_class_of(callee.base, row):
                return row
    return None


def _comes_from(value: Value, row: Wrapper) -> bool:
    """Tell whether a receiver was made by what the row names."""
    while isinstance(value, (Attribute, Item)):
        value = value.base
    made = (
        value.callee
        if isinstance(value, Result)
        else value.type
        if isinstance(value, Typed)
        else value
    )
    while isinstance(made, Attribute):
        made = made.base
    if not isinstance(made, Symbol):
        return False
    return _is_in(made.path, row) and made.path.rpartition(".")[2] in row.receiver


def _is_class_of(value: Value, row: Wrapper) -> bool:
    return isinstance(value, Symbol) and _is_in(value.path, row)


def _is_in(path: str, row: Wrapper) -> bool:
    """Tell whether a dotted name lies in one of the row's packages."""
    return any(path == one or path.startswith(f"{one}.") for one in row.packages)


def _models(model: Value | None, row: Wrapper, call: Call) -> list[_Named]:
    provider = next(
        (v for name in row.providers if (v := call.arguments.get(name)) is not None), None
    )
    stated = _provider_of(provider)
    return [named for one in options(model) for named in _split(one, row, stated)]


def _models_of_claude(model: Value | None, row: Wrapper, call: Call) -> list[_Named]:
    """Return the model that is left out, or of which nothing is known, where it can be Claude's."""
    is_claudes = row.is_for_claude(_name_of(call)) or any(
        is_constant(call.arguments.get(name), "anthropic") for name in row.vendors
    )
    return [_Named(model, row.platform)] if is_claudes and row.platform is not None else []


def _provider_of(value: Value | None) -> Platform | None:
    for one in options(value):
        if isinstance(one, Constant):
            return PROVIDERS.get(str(one.value), Platform.GATEWAY)
    return None


def _split(value: Value, row: Wrapper, stated: Platform | None) -> Iterator[_Named]:
    """Take the provider's prefix off a model and tell where it goes."""
    if isinstance(value, Environ):
        for inner in options(value.default):
            yield from _split(conditioned(inner, value.under), row, stated)
        return
    if isinstance(value, Text) and value.parts and isinstance(value.parts[0], str):
        # `f"anthropic/{MODEL}"`: the constant behind the hole is what is judged.
        prefix, holes = value.parts[0], value.parts[1:]
        if len(holes) == 1 and not isinstance(holes[0], str) and prefix[-1:] in row.separators:
            platform = _prefix_platform(prefix, row)
            if platform is not None:
                yield _Named(conditioned(holes[0], value.under), platform)
        return
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return
    text = value.value
    if stated is not None:
        yield _Named(value, stated)
        return
    for separator in row.separators:
        prefix, is_prefixed, rest = text.rpartition(separator)
        if is_prefixed and (platform := _prefix_platform(prefix + separator, row)) is not None:
            stripped = Constant(rest, origin=value.origin, under=value.under, via=value.via)
            yield _Named(stripped, platform, prefix + separator)
            return
    if row.platform is not None:
        spelled = _spelled_for(text) if row.is_placed_outside else None
        yield _Named(value, spelled or row.platform)


def _spelled_for(model: str) -> Platform | None:
    """Return the one platform that a model can be meant for, by the spelling of its name."""
    if re.match(r"(?:[\w-]+\.)?anthropic\.|arn:aws", model):
        return Platform.BEDROCK
    return Platform.VERTEX if re.match(r"claude-[\w-]+@", model) else None


def _prefix_platform(prefix: str, row: Wrapper) -> Platform | None:
    """Return where a prefix such as `bedrock/converse/` sends to, None where it is no prefix."""
    first = prefix
    for separator in row.separators:
        first = first.split(separator)[0]
    if first in PROVIDERS:
        return PROVIDERS[first]
    return Platform.GATEWAY if first.isidentifier() or "-" in first else None


def _platforms(
    platform: Platform, row: Wrapper, call: Call, reading: Reading
) -> Iterator[Platform]:
    base = next((v for name in row.base_urls if (v := call.arguments.get(name)) is not None), None)
    if base is None or platform is not Platform.CLAUDE:
        yield platform
        return
    for one in options(base):
        if is_absent(one) or (
            isinstance(one, Environ) and one.default is None and "ANTHROPIC" in one.name
        ):
            yield platform
        else:
            for target in targets(one, reading.api_hosts):
                yield platform if target.platform is platform else Platform.GATEWAY
