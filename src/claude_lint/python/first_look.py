"""What can be told of an expression before anyone asks who calls the function it stands in."""

from __future__ import annotations

from claude_lint.python.values import (
    Attribute,
    Item,
    Result,
    Symbol,
    Typed,
    Union,
    Unknown,
    Value,
)

# What calls, or gives, something else that it is handed.
_HANDING_ON = frozenset({"getattr", "partial", "next", "to_thread", "run_sync", "sync_to_async"})
# Whose classes say how something is used, not what it is.
_FOR_HINTS = frozenset({"typing", "typing_extensions", "collections", "abc"})


def is_open(value: Value) -> bool:
    """Tell whether callers may tell more of what something is, or is a part of."""
    while isinstance(value, (Attribute, Item, Result)):
        if isinstance(value, Result):
            if isinstance(value.callee, Symbol) and _name(value.callee) in _HANDING_ON:
                return True
            value = value.callee
        else:
            value = value.base
    if isinstance(value, Union):
        return any(map(is_open, value.options))
    if isinstance(value, Typed):
        return isinstance(value.type, Symbol) and _package(value.type) in _FOR_HINTS
    return isinstance(value, Unknown) and value.why != "budget"


def _name(symbol: Symbol) -> str:
    return symbol.path.rpartition(".")[2]


def _package(symbol: Symbol) -> str:
    return symbol.path.partition(".")[0]
