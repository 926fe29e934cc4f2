"""Which majors of the SDK take a keyword, in a method of a client or in its constructor."""

from __future__ import annotations

from dataclasses import dataclass

from claude_lint.claude.catalog import sdk_surface
from claude_lint.claude.sdk_calls import SdkCall
from claude_lint.claude.view import View


@dataclass(frozen=True, slots=True)
class Keyword:
    """The majors known to have the callable, and those of them that take the keyword.

    `was_taken` says that releases of 0.x took it before the last one, and `others` are the
    keywords that the newest of the known majors takes.
    """

    known: frozenset[int]
    taking: frozenset[int]
    was_taken: bool
    others: frozenset[str]

    def is_taken_in(self, major: int) -> bool:
        """Tell whether a major, or one after it, takes the keyword."""
        return any(one >= major for one in self.taking)

    def lacking_after_taking(self) -> frozenset[int]:
        """Return the majors that lost the keyword: those without it above all that have it."""
        if not self.taking:
            return frozenset()
        return frozenset(major for major in self.known if major > max(self.taking))


def keyword_of(call: SdkCall, name: str, view: View) -> Keyword:
    """Look a keyword up in every major of the SDK."""
    known: dict[int, frozenset[str]] = {}
    was_taken = False
    surface = sdk_surface.load()
    for row in view.catalog.sdk_majors:
        if call.method:
            method = surface.method(call.client, call.method, row.major)
            keywords = method.keywords if method is not None else None
            if row.major == 0:
                was_taken = method is not None and name in method.past
        else:
            keywords = surface.constructor(call.client, row.major)
        if keywords is not None:
            known[row.major] = keywords
    return Keyword(
        frozenset(known),
        frozenset(major for major, keywords in known.items() if name in keywords),
        was_taken,
        known[max(known)] if known else frozenset(),
    )
