"""Edits of a text, and where places are when they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_lint.files.changes import Change, changes, differences, moved, replaced, spliced
from claude_lint.files.source import SourceFile
from claude_lint.findings import Edit, Location, Span


def source_of(text: str) -> SourceFile:
    return SourceFile(Path("/project/app.py"), "app.py", text, "utf-8", b"")


def edited(text: str, span: tuple[int, int, int, int], new: str) -> str:
    edit = Edit(Location("app.py", Span(*span)), new)
    return spliced(text, changes(source_of(text), [edit]))


def test_an_edit_changes_its_span_and_nothing_else() -> None:
    assert edited("a = 1\nb = 2\n", (2, 5, 2, 6), "30") == "a = 1\nb = 30\n"


def test_columns_are_code_points() -> None:
    assert edited('"é😀"; b\n', (1, 7, 1, 8), "c") == '"é😀"; c\n'


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_the_line_does_that_they_are_put_in(newline: str) -> None:
    before, after = (
        text.replace("\n", newline) for text in ("f(\n    a,\n)\n", "f(\n    a,\n    b,\n)\n")
    )
    assert edited(before, (2, 7, 2, 7), "\n    b,") == after


def test_in_a_mixed_file_the_line_decides() -> None:
    assert edited("a\nb\r\nc\n", (2, 2, 2, 2), "\nx") == "a\nb\r\nx\r\nc\n"


def test_a_line_that_goes_takes_its_end_along() -> None:
    assert edited("a\nb\nc\n", (2, 1, 3, 1), "") == "a\nc\n"


def test_a_last_line_without_end_that_goes_leaves_none_behind() -> None:
    assert edited("a\r\nb", (2, 1, 3, 1), "") == "a"


def test_a_line_put_behind_the_last_is_one_of_its_own() -> None:
    assert edited("import a", (2, 1, 2, 1), "import b\n") == "import a\nimport b"
    assert edited("import a\n", (2, 1, 2, 1), "import b\n") == "import a\nimport b\n"


def test_an_empty_file_can_be_added_to() -> None:
    assert edited("", (1, 1, 1, 1), "import b\n") == "import b\n"


def test_changes_meet_where_their_order_would_matter() -> None:
    word = Change(4, 8, "warm")
    assert word.meets(Change(7, 9, ""))
    assert word.meets(Change(4, 4, "!"))
    assert word.meets(Change(5, 5, "!"))
    assert not word.meets(Change(8, 8, "!"))
    assert not word.meets(Change(2, 4, "!"))


def test_a_place_moves_with_the_text_around_it() -> None:
    step = (Change(0, 0, "import os\n"), Change(3, 6, ""))
    assert moved([step], 2, 2) == (12, 12)
    assert moved([step], 8, 8) == (15, 15)


def test_what_stood_in_replaced_text_may_be_anywhere_in_the_new() -> None:
    assert moved([(Change(2, 5, "abcdef"),)], 3, 3) == (2, 8)


def test_a_place_that_text_is_put_before_may_be_on_either_side() -> None:
    assert moved([(Change(4, 4, "await "),)], 4, 4) == (4, 10)


def test_places_move_step_by_step() -> None:
    assert moved([(Change(0, 0, "ab"),), (Change(0, 1, ""),)], 5, 5) == (6, 6)


def test_replaced_text_is_known_after_later_steps() -> None:
    steps = [(Change(4, 6, "xyz"),), (Change(0, 0, "__"), Change(9, 9, "!"))]
    assert list(replaced(steps)) == [(6, 9)]


def test_text_that_only_comes_or_only_goes_replaces_none() -> None:
    assert list(replaced([(Change(1, 1, "new"), Change(4, 6, ""))])) == []


@pytest.mark.parametrize(
    ("text", "then", "expected"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", []),
        ("f(a, b)\n", "f(a, x, b)\n", [Change(5, 5, "x, ")]),
        ("f(a, a)\n", "f(a)\n", [Change(3, 6, "")]),
        ("a\nb\nc\n", "A\nb\nc", [Change(0, 1, "A"), Change(5, 6, "")]),
        ("a\n", "a\nb\n", [Change(2, 2, "b\n")]),
        ("", "a", [Change(0, 0, "a")]),
    ],
)
def test_texts_differ_in_what_is_not_the_same_at_either_end_of_lines(
    text: str, then: str, expected: list[Change]
) -> None:
    assert list(differences(text, then)) == expected
    assert spliced(text, differences(text, then)) == then
