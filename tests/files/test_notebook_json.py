"""Places in cells, and where in the JSON they stand."""

from __future__ import annotations

import json

import pytest

from claude_lint.files.notebook_json import NotebookJson

LINES = ['x = "ä😀"\n', "\n", "y = '\\t'"]


def notebook(source: object, **layout: object) -> str:
    cells = [{"cell_type": "markdown", "source": ["no\n", "code"]}, {"source": source}]
    return json.dumps({"cells": cells}, **layout)  # type: ignore[arg-type]


def text_at(text: str, start: int) -> str:
    return text[start : start + 3]


@pytest.mark.parametrize("source", [LINES, "".join(LINES)], ids=["lines", "string"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_place_is_counted_in_what_the_json_writes(source: object, ascii_only: bool) -> None:
    text = notebook(source, indent=1, ensure_ascii=ascii_only)
    places = NotebookJson(text)

    assert text_at(text, places.offset(2, 1, 1)) == "x ="
    assert text_at(text, places.offset(2, 1, 5)) == '\\"' + ("\\" if ascii_only else "ä")
    assert text_at(text, places.offset(2, 1, 8)) == '\\"\\'
    assert text_at(text, places.offset(2, 3, 1)) == "y ="
    assert text[places.offset(2, 3, 5) :].startswith("'\\\\t'\"")


def test_the_end_of_a_line_is_in_the_string_of_that_line() -> None:
    text = notebook(LINES)
    places = NotebookJson(text)
    assert text[places.offset(2, 2, 1) :].startswith('\\n"')
    assert text[places.offset(2, 3, 9) :].startswith('"]')


def test_what_is_past_the_end_is_there_and_what_is_in_no_cell_is_at_the_start() -> None:
    text = notebook(["x\n"])
    places = NotebookJson(text)
    assert text[places.offset(2, 9, 9) :] == '"]}]}'
    assert places.offset(3, 1, 1) == 0
    assert NotebookJson("{}").offset(1, 1, 1) == 0
    empty = notebook([""])
    assert empty[NotebookJson(empty).offset(2, 1, 1) :] == '"]}]}'
