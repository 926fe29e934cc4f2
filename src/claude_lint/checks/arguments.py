"""What the rules on arguments have in common: where they point, and what mends them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from claude_lint.checks import Place, Repair, View
from claude_lint.findings import Edit, Safety
from claude_lint.python.flow import Arms, compatible
from claude_lint.python.values import Entry, Origin


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


def repair(view: View, title: str, safety: Safety, *edits: Iterable[Edit]) -> Repair | None:
    """Return a repair of the file that is judged, `None` where a part of it has no edits."""
    parts = [tuple(part) for part in edits]
    path = view.module.source.display
    if not all(parts) or any(edit.location.path != path for part in parts for edit in part):
        return None
    return Repair(title, safety, tuple(edit for part in parts for edit in part))
