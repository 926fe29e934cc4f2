"""Changes to what stands in a collection: `payload["messages"].append(…)`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from claude_lint.python.values import (
    Change,
    Entry,
    Held,
    Mapping,
    Sequence,
    Value,
    changed,
    union,
)

if TYPE_CHECKING:
    from claude_lint.python.evaluate import Evaluator


def changed_inside(evaluator: Evaluator, value: Value, change: Change) -> Value:
    """Return a value as it is after a change to one of its items, which the change's path names."""
    key, inner = change.path[0][1:-1], replace(change, path=change.path[1:])
    if isinstance(value, Mapping):
        entries = tuple(
            _entry(evaluator, entry, inner, is_certain=bool(key))
            if entry.name is None or key in ("", entry.name)
            else entry
            for entry in value.entries
        )
        return replace(value, entries=entries)
    if isinstance(value, Sequence):
        return _changed_item(evaluator, value, key, inner)
    return changed(value, (change,))


def _entry(evaluator: Evaluator, entry: Entry, change: Change, *, is_certain: bool) -> Entry:
    is_certain = is_certain and entry.name is not None
    held: Held = cache(lambda: _changed(evaluator, entry.value, change, is_certain=is_certain))
    return replace(entry, held=held)


def _changed_item(evaluator: Evaluator, value: Sequence, key: str, change: Change) -> Sequence:
    at = _place(value, key)
    items = tuple(
        _changed(evaluator, item, change, is_certain=at is not None)
        if at is None or number == at
        else item
        for number, item in enumerate(value.items)
    )
    return replace(value, items=items)


def _place(value: Sequence, key: str) -> int | None:
    """Return which item an index names, None where that is not known."""
    try:
        index = int(key)
    except ValueError:
        return None
    count = len(value.items)
    at = index if index >= 0 else count + index
    between = range(at + 1) if index >= 0 else range(at + 1, count + 1)
    is_known = 0 <= at < count and not any(value.has_gap(place) for place in between)
    return at if is_known else None


def _changed(evaluator: Evaluator, value: Value, change: Change, *, is_certain: bool) -> Value:
    from claude_lint.python.changes import fold

    after = fold(evaluator, value, (change,))
    return after if is_certain else union([value, after])
