"""Models that a request cannot name beside others: another vendor's, and none at all."""

from __future__ import annotations

from dataclasses import replace

from claude_lint.claude.facts import Fields, Request
from claude_lint.python.values import Constant, Entry, Environ, Mapping, Value, options, union

_NAMES = frozenset({"model", "modelId"})


def with_own_models(request: Request, other_vendors: tuple[str, ...]) -> Request:
    """Leave of several models those that can be Claude's.

    Code for many providers chooses model and client by one setting, and checks for None, in ways
    that are not all followed. A model that is the only one stays: that is what the code sends.
    """
    model = request.model
    if model is None or (kept := _kept(model, other_vendors)) is model:
        return request
    ways = tuple(_with(way, other_vendors) for way in request.body.options)
    return replace(request, model=kept, body=Fields(ways, request.body.is_open))


def _with(way: Mapping, other_vendors: tuple[str, ...]) -> Mapping:
    return replace(way, entries=tuple(_entry(one, other_vendors) for one in way.entries))


def _entry(entry: Entry, other_vendors: tuple[str, ...]) -> Entry:
    if entry.name not in _NAMES:
        return entry
    return replace(entry, held=_kept(entry.value, other_vendors))


def _kept(model: Value, other_vendors: tuple[str, ...]) -> Value:
    found = options(model)
    kept = [one for one in found if not _is_other(one, other_vendors)]
    return union(kept) if 0 < len(kept) < len(found) else model


def _is_other(value: Value, other_vendors: tuple[str, ...]) -> bool:
    if isinstance(value, Environ) and value.default is not None:
        return all(_is_other(one, other_vendors) for one in options(value.default))
    if not isinstance(value, Constant):
        return False
    name = value.value
    return name is None or (
        isinstance(name, str) and (not name or name.lower().startswith(other_vendors))
    )
