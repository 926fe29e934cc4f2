"""What the fuzzers of `fuzz/` found, as the smallest files that show it."""

from __future__ import annotations

from claude_lint.findings import Span
from conftest import Lint


def test_an_error_behind_a_backslash_is_placed_within_its_line(lint: Lint) -> None:
    (found,) = lint("import anthropic\nx = 1 \\\\\n+ 2 (\\\n")

    assert (found.code, found.location.span) == ("CL901", Span(2, 8, 2, 8))
