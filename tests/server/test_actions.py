"""What the language server offers to do, tried out before it is offered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from lsprotocol import types

from server.editor import applied, editor

HEAD = "from anthropic import Anthropic\n\nclient = Anthropic()\n"
IGNORE = "Ignore retired-model in this line"


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace folder with a project of its own."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["anthropic"]\n')
    return tmp_path


def call(model: str, **more: object) -> str:
    options = "".join(f", {name}={value!r}" for name, value in more.items())
    return f'client.messages.create(model="{model}", max_tokens=9{options})\n'


def test_a_fix_that_would_bring_another_problem_is_not_offered(root: Path) -> None:
    prefilled = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "{"}]
    text = HEAD + call("claude-2.1", messages=prefilled)

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(root / "app.py", text)
            assert [one.code for one in await it.problems(uri)] == ["retired-model"]
            assert list(await it.actions(uri, 3)) == [IGNORE]

    run(scenario())


def test_a_fix_takes_along_what_it_brings_up(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["anthropic<1"]\n')
    messages = [{"role": "user", "content": "hi"}]
    text = HEAD + call("claude-2.1", temperature=0.5, messages=messages)

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(root / "app.py", text)
            await it.problems(uri)
            offered = await it.actions(uri, 3)
            fix = next(one for title, one in offered.items() if "`claude-opus-5-5`" in title)
            mended = applied(text, fix.edit, uri)
            assert mended == HEAD + call("claude-opus-5-5", messages=messages)
            assert await it.problems(uri, it.type(uri, mended)) == []

    run(scenario())


def test_an_edit_says_which_version_of_a_cell_it_is_for(root: Path) -> None:
    uri = (root / "book.ipynb").as_uri()
    cell = types.NotebookCell(types.NotebookCellKind.Code, f"cell:{uri}#0")
    text = "%pip install anthropic\n" + HEAD + call("claude-2.1", messages=[])
    book = types.NotebookDocument(uri, "jupyter-notebook", 7, [cell])
    items = [types.TextDocumentItem(cell.document, "python", 3, text)]

    async def scenario() -> None:
        async with editor(root) as it:
            it.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
            await it.problems(cell.document)
            for title, action in (await it.actions(cell.document, 4)).items():
                assert action.edit is not None
                [document] = action.edit.document_changes or ()
                assert isinstance(document, types.TextDocumentEdit)
                assert document.text_document.version == 3, title
                assert applied(text, action.edit, cell.document).startswith("%pip install")

    run(scenario())


# ---------------------------------------------------------------------- notebooks as text


def written_notebook(path: Path, *sources: list[str] | str) -> str:
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
    return path.read_text("utf-8")


def test_a_notebook_that_is_open_as_text_is_marked_and_mended_in_its_json(root: Path) -> None:
    path = root / "book.ipynb"
    head = [f"{line}\n" for line in HEAD.splitlines()]
    text = written_notebook(path, head, [f'"😀\\t"; {call("claude-2.1", messages=[])}'])

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(path)
            problem = next(
                one for one in await it.problems(uri) if str(one.code) == "retired-model"
            )
            line = text.splitlines()[problem.range.start.line]
            start, end = problem.range.start.character - 1, problem.range.end.character - 1
            assert line[start:end] == '\\"claude-2.1\\"'  # the editor counts the smiley as two
            offered = await it.actions(uri, problem.range.start.line)
            mended = _with(text, offered[next(iter(offered))].edit)
            assert mended == text.replace("claude-2.1", "claude-opus-5-5")
            ignored = json.loads(_with(text, offered[IGNORE].edit))
            assert "# claude-lint: ignore[retired-model]" in ignored["cells"][1]["source"][0]
            assert "# CL303" in await it.hover(uri, problem.range.start.line, start + 5)

    run(scenario())


def _with(text: str, edit: types.WorkspaceEdit | None) -> str:
    """Apply edits to a text whose line with the edits has one character above U+FFFF before it."""
    assert edit is not None
    [document] = edit.document_changes or ()
    assert isinstance(document, types.TextDocumentEdit)
    lines = text.splitlines(keepends=True)
    for one in reversed(document.edits):
        assert isinstance(one, types.TextEdit)
        assert one.range.start.line == one.range.end.line
        row, start = one.range.start.line, one.range.start.character - 1
        lines[row] = lines[row][:start] + one.new_text + lines[row][one.range.end.character - 1 :]
    return "".join(lines)


def test_json_that_is_broken_while_it_is_typed_is_told_at_its_place(root: Path) -> None:
    path = root / "book.ipynb"
    text = written_notebook(path, HEAD + call("claude-2.1", messages=[]))

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(path, text.replace('"metadata": {}', '"metadata": {]', 1))
            [problem] = await it.problems(uri)
            assert problem.code == "unparsable-file"
            line = text.splitlines()[problem.range.start.line]
            assert line.strip() == '"metadata": {},'

    run(scenario())
