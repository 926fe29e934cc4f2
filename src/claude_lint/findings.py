"""What the linter says: findings, where they stand, and the edits that would mend them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class UnusableError(Exception):
    """What a run was given cannot be used; the text says what, and why."""


class Severity(enum.IntEnum):
    """How bad a finding is; compares from least to most."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Safety(enum.Enum):
    """Whether a fix may be applied without asking."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of text: 1-based lines, 1-based columns in code points, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Location:
    """A span in a file, or in one cell of a notebook.

    `path` is relative to the working directory and uses `/`. `cell` is the raw 1-based index of
    the notebook cell, Markdown cells counted; `span` then counts from the cell's first line.
    """

    path: str
    span: Span
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """New text for a span. An empty span (start equals end) is an insertion."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding together, and what they do in an imperative line."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one request, with the cure.

    `message` states the fact and `help` the cure; neither holds an unmasked secret.
    `scope` is the dotted name of the enclosing functions and classes, `""` at module level.
    `excerpt` is the masked source text of the offending expression; with `scope` it makes the
    fingerprint independent of line numbers.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    location: Location
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    scope: str = ""
    excerpt: str = ""
    fingerprint: str = ""

    @property
    def sort_key(self) -> tuple[str, int, Span, str, str]:
        """Order findings by path, cell, place, then code."""
        return (
            self.location.path,
            self.location.cell or 0,
            self.location.span,
            self.code,
            self.message,
        )
