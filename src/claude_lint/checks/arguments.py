"""What rules on arguments have in common: which can meet, where they stand, what mends them."""

from __future__ import annotations

from typing import Protocol

import libcst as cst

from claude_lint.checks import Place
from claude_lint.checks.code_edits import surround
from claude_lint.checks.repairs import replace_expression
from claude_lint.findings import Edit
from claude_lint.python.flow import Arms, compatible
from claude_lint.python.values import Entry, Origin

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString, cst.Dict)


class Conditional(Protocol):
    """Anything that depends on branches taken."""

    @property
    def under(self) -> Arms: ...  # noqa: D102


def together(*parts: Conditional) -> bool:
    """Tell whether entries and values can all be there in one run."""
    conditions = [part.under for part in parts]
    return all(
        compatible(one, other)
        for number, one in enumerate(conditions)
        for other in conditions[number + 1 :]
    )


def written_elsewhere(entry: Entry, at: Origin | None, words: str) -> tuple[tuple[Place, str], ...]:
    """Return the place of a value that is not written where it is passed."""
    if at is None:
        return ()
    is_inside = at.module is entry.origin.module and (
        at.node is entry.origin.node or entry.origin.node in set(at.module.ancestors(at.node))
    )
    return () if is_inside else ((at, words),)


# ---------------------------------------------------------------------- edits


def give(entry: Entry, text: str) -> tuple[Edit, ...]:
    """Give an argument or entry another value; `()` where none is written there."""
    at = _written_value(entry)
    return replace_expression(at, text) if at is not None else ()


def give_constant(entry: Entry, at: Origin | None, text: str) -> tuple[Edit, ...]:
    """Replace a value where it is written as itself, else where it is passed."""
    if at is not None and at.module is entry.origin.module and isinstance(at.node, _LITERALS):
        return replace_expression(at, text)
    return give(entry, text)


def put_in_list(entry: Entry) -> tuple[Edit, ...]:
    """Put brackets around the value of an argument or entry; `()` where none is written there."""
    at = _written_value(entry)
    return surround(at, "[", "]") if at is not None else ()


def _written_value(entry: Entry) -> Origin | None:
    written = entry.origin.node
    if isinstance(written, cst.Assign) and len(written.targets) > 1:
        return None  # others get the value, too
    if isinstance(written, (cst.Arg, cst.Assign, cst.DictElement)):
        return Origin(entry.origin.module, written.value)
    return None
