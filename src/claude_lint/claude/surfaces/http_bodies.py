"""Bodies and headers as they were before they became text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from claude_lint.python.values import (
    Arguments,
    Attribute,
    Constant,
    Entry,
    Mapping,
    Origin,
    Result,
    Sequence,
    Symbol,
    Unknown,
    Value,
    conditioned,
    options,
    union,
)

_SERIALIZERS = frozenset({
    "json.dumps", "orjson.dumps", "ujson.dumps", "simplejson.dumps", "rapidjson.dumps",
    "msgspec.json.encode", "flask.json.dumps", "builtins.bytes", "aiohttp.JsonPayload",
    "urllib.parse.quote",
})  # fmt: skip
_TEXT_METHODS = frozenset({"encode", "decode", "strip"})
_HEADER_CLASSES = frozenset({
    "httpx.Headers", "httpx2.Headers", "requests.structures.CaseInsensitiveDict",
    "multidict.CIMultiDict", "multidict.MultiDict", "urllib3.HTTPHeaderDict",
    "urllib.parse.urlencode", "httpx.QueryParams", "httpx2.QueryParams", "aiohttp.FormData",
})  # fmt: skip


def unserialized(value: Value | None) -> Value | None:
    """Look through `json.dumps(body).encode()` to the body, and into literal JSON."""
    if value is None:
        return None
    return union(found for one in options(value) for found in _unserialized(one))


def _unserialized(value: Value) -> Iterator[Value]:
    if isinstance(value, Result):
        callee = value.callee
        if isinstance(callee, Symbol) and callee.path in _SERIALIZERS and _first(value.arguments):
            for inner in options(value.arguments.positional[0]):
                yield from (conditioned(one, value.under) for one in _unserialized(inner))
            return
        if isinstance(callee, Attribute) and callee.name in _TEXT_METHODS:
            for inner in options(callee.base):
                yield from _unserialized(inner)
            return
    if isinstance(value, Constant) and isinstance(value.value, (str, bytes)):
        yield _parsed(value)
        return
    yield value


def _parsed(value: Constant) -> Value:
    """Read a JSON text. Only the names of its fields are told: their values are no expressions."""
    assert isinstance(value.value, (str, bytes))
    try:
        document = json.loads(value.value)
    except (ValueError, RecursionError):
        return value
    if not isinstance(document, dict) or value.origin is None:
        return value
    origin: Origin = value.origin
    entries = tuple(
        Entry(Constant(str(name), origin=origin), Unknown(origin=origin, why="json"), origin)
        for name in document
    )
    return Mapping(entries, origin=origin, under=value.under, via=value.via)


def as_mapping(value: Value | None) -> Value | None:
    """Read header and query objects and lists of pairs as mappings."""
    if value is None:
        return None
    return union(found for one in options(value) for found in _as_mapping(one))


def _as_mapping(value: Value) -> Iterator[Value]:
    if isinstance(value, Result):
        callee = value.callee
        if isinstance(callee, Symbol) and callee.path in _HEADER_CLASSES:
            first = value.arguments.get("headers", 0)
            if first is None:
                yield Mapping(origin=value.origin, under=value.under)
            for inner in options(first):
                yield from (conditioned(one, value.under) for one in _as_mapping(inner))
            return
        if isinstance(callee, Attribute) and callee.name in ("copy", "items"):
            for inner in options(callee.base):
                yield from _as_mapping(inner)
            return
    if isinstance(value, Sequence):
        yield _of_pairs(value)
        return
    yield value


def _of_pairs(value: Sequence) -> Value:
    entries: list[Entry] = []
    rest = list(value.rest)
    for item in value.items:
        if isinstance(item, Sequence) and len(item.items) == 2 and item.is_closed:
            origin = item.origin or value.origin
            if origin is not None:
                entries.append(Entry(item.items[0], item.items[1], origin, item.under))
                continue
        rest.append(item)
    return Mapping(tuple(entries), tuple(rest), origin=value.origin, under=value.under)


def _first(arguments: Arguments) -> bool:
    return bool(arguments.positional)
