"""One way that code takes from a request on, and what is known on it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace

import libcst as cst

from claude_lint.claude.retries.delays import Delay, longest
from claude_lint.python.syntax import walk
from claude_lint.python.values import Value

_MOST_WAYS = 8
_MOST_OUTLINES = 24

Boundary = cst.For | cst.While | cst.FunctionDef


class Mark(enum.Enum):
    """What is known of a name that is no constant."""

    ANSWER = "the answer of the request"
    ERROR = "what was raised"
    DERIVED = "something taken from either"
    CHANGED = "something else"


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a request.

    `end`: falls (on to the next statement), raise, return, break, continue, again (the request
    is sent once more). `error` is the class of what was raised last, None where nothing was.
    `known` holds what names are certain to be. `is_counted` says that the way depends on how
    often it was tried, `is_judged` on what went wrong, as far as nobody can tell before;
    `is_seen` that a condition looked at the outcome, `is_supposed` that the way rests on
    something that is not seen in the code. `again` is the call that sends once more,
    `result` what the request comes to or, once the way ends in `return`, what is returned.
    """

    end: str = "falls"
    error: Value | None = None
    delays: tuple[Delay, ...] = ()
    known: tuple[tuple[str, object], ...] = ()
    is_counted: bool = False
    is_judged: bool = False
    is_seen: bool = False
    is_supposed: bool = False
    again: cst.Call | None = None
    result: object = Mark.ANSWER

    def knowing(self, name: str, what: object) -> Way:
        """Return the way with a name known to be something."""
        rest = tuple(pair for pair in self.known if pair[0] != name)
        return replace(self, known=(*rest, (name, what)))

    @property
    def outline(self) -> tuple[object, ...]:
        """What matters of the way once nothing more is asked of it."""
        judged = (self.is_counted, self.is_judged, self.is_seen, self.is_supposed)
        return (self.end, id(self.error), longest(self.delays), *judged)

    @property
    def repeats(self) -> bool:
        """Whether the loop it has come to the end of goes round once more."""
        return self.end in ("again", "falls", "continue")


def each(ways: list[Way], go: Callable[[Way], list[Way]]) -> list[Way]:
    """Go on with the ways that fall through, and keep the others as they are."""
    found: list[Way] = []
    for way in ways:
        found.extend(go(way) if way.end == "falls" else [way])
    return distinct(found)


def distinct(ways: list[Way]) -> list[Way]:
    """Join ways that differ in nothing, or, of many, only in what is known on them."""
    found: dict[object, Way] = {}
    for way in ways:
        found.setdefault((way.outline, way.known), way)
    if len(found) <= _MOST_WAYS:
        return list(found.values())
    joined: dict[object, Way] = {}
    for way in found.values():
        before = joined.get(way.outline)
        if before is not None:
            way = replace(way, known=tuple(p for p in way.known if p in before.known))
        joined[way.outline] = way
    return list(joined.values())[:_MOST_OUTLINES]


def contains(node: cst.CSTNode, wanted: cst.CSTNode) -> bool:
    """Tell whether a node is another or stands in it."""
    return any(part is wanted for part in walk(node))
