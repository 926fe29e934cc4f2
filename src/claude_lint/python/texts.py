"""Strings with holes: the pieces of values, and values of pieces."""

from __future__ import annotations

from dataclasses import replace

from claude_lint.python.flow import compatible
from claude_lint.python.values import (
    Constant,
    Environ,
    Origin,
    Text,
    Union,
    Unknown,
    Value,
    conditioned,
    union,
)

_MOST_TEXTS = 8
# A text that is doubled again and again is soon larger than any memory.
_MOST_PARTS = 500
_LONGEST = 1_000_000


def text_parts(value: Value) -> list[str | Value]:
    """Return the pieces a value contributes to a string."""
    if isinstance(value, Constant) and not isinstance(value.value, bytes):
        return [str(value.value)]
    if isinstance(value, Text):
        return list(value.parts)
    return [value]


def text_of(parts: list[str | Value], origin: Origin, most: int = _MOST_TEXTS) -> Value:
    """Join pieces to a constant, or to a text with holes; to `most` texts in all."""
    joined: list[str | Value] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    length = sum(len(part) for part in joined if isinstance(part, str))
    if len(joined) > _MOST_PARTS or length > _LONGEST:
        return Unknown(origin=origin, why="budget")
    if not joined:
        return Constant("", origin=origin)
    if len(joined) == 1 and isinstance(joined[0], str):
        return Constant(joined[0], origin=origin)
    for at, part in enumerate(joined):
        apart = _told_apart(part, most) if isinstance(part, Union) else ()
        if 0 < len(apart) <= most:
            # f"{BASE}/v1/messages" with two bases is two strings, each under its own branch.
            found: list[Value] = []
            left = most // len(apart)
            for one in apart:
                rest = [_compatible_part(piece, one) for piece in joined[at + 1 :]]
                whole = text_of([*joined[:at], *text_parts(one), *rest], origin, left)
                found.append(conditioned(whole, one.under))
            return union(found)
    return Text(tuple(joined), origin=origin)


def _told_apart(value: Union, most: int) -> tuple[Value, ...]:
    """Return alternatives; of too many, equal ones and those that say nothing count as one."""
    if len(value.options) <= most:
        return value.options
    groups: dict[object, list[Value]] = {}
    for one in value.options:
        groups.setdefault(_said(one), []).append(one)
    found: list[Value] = []
    for key, alike in groups.items():
        first = alike[0] if key is not Unknown else Unknown(origin=value.origin, why="several")
        under = alike[0].under.intersection(*(one.under for one in alike[1:]))
        found.append(replace(first, under=under))
    return tuple(found)


def _said(value: Value) -> object:
    """Return what a piece says of a text, equal for equal pieces."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Environ):
        return value.name, _said(value.default) if value.default is not None else None
    return value if isinstance(value, Text) else Unknown


def _compatible_part(part: str | Value, beside: Value) -> str | Value:
    """Leave of a piece's alternatives those that can stand beside another piece."""
    if not isinstance(part, Union):
        return part
    return union([one for one in part.options if compatible(one.under, beside.under)])
