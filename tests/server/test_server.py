"""The language server, as an editor sees it: everything goes through its stdin and stdout."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from lsprotocol import types

from rule_examples import expand_keys
from server.editor import Editor, applied, editor

CALL = """\
from anthropic import Anthropic

client = Anthropic()
client.messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "hi"}])
"""
GOOD = CALL.replace("messages=[", "max_tokens=9, messages=[")


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace folder with a project of its own."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["anthropic"]\n')
    return tmp_path


def written(root: Path, text: str, name: str = "app.py") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def told(problems: list[types.Diagnostic]) -> list[tuple[str, int, int]]:
    return [(str(p.code), p.range.start.line, p.range.start.character) for p in problems]


# ---------------------------------------------------------------------- diagnostics


def test_an_opened_file_is_judged(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            [problem] = await it.problems(it.open(written(root, CALL)))
        assert problem.code == "missing-max-tokens"
        assert problem.source == "claude-lint"
        assert problem.severity is types.DiagnosticSeverity.Error
        assert problem.range == types.Range(types.Position(3, 0), types.Position(3, 93))
        assert problem.message.startswith("This request sends no `max_tokens`")
        assert problem.code_description is not None
        assert problem.code_description.href.endswith("/CL201-missing-max-tokens.md")

    run(scenario())


def test_what_is_typed_is_judged_without_being_saved(root: Path) -> None:
    async def scenario() -> None:
        path = written(root, CALL)
        async with editor(root) as it:
            uri = it.open(path)
            assert len(await it.problems(uri, 1)) == 1
            assert await it.problems(uri, it.type(uri, GOOD)) == []
            at = types.Position(3, GOOD.splitlines()[3].index("max_tokens"))
            end = types.Position(3, at.character + len("max_tokens=9, "))
            version = it.type(uri, "", types.Range(at, end))
            assert told(await it.problems(uri, version)) == [("missing-max-tokens", 3, 0)]
        assert path.read_text() == CALL

    run(scenario())


def test_only_the_last_of_many_fast_changes_is_judged(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, GOOD))
            await it.problems(uri, 1)
            for number in range(20):
                version = it.type(uri, GOOD + "# typing\n" * number)
            last = it.type(uri, CALL)
            assert len(await it.problems(uri, last)) == 1
        versions = {one.version for one in it.published if one.uri == uri}
        assert version not in versions
        assert len(versions) <= 4

    run(scenario())


def test_a_change_in_another_open_file_counts_before_it_is_saved(root: Path) -> None:
    written(root, "", "shop/__init__.py")
    limits = written(root, "MOST = 9\n", "shop/limits.py")
    app = written(
        root,
        CALL.replace("messages=[", "max_tokens=MOST, messages=[") + "\n",
        "shop/app.py",
    )
    text = f"from shop.limits import MOST\n{app.read_text()}"

    async def scenario() -> None:
        async with editor(root) as it:
            settings = it.open(limits)
            uri = it.open(app, text)
            assert await it.problems(uri, 1) == []
            it.type(settings, "MOST = 9_000_000\n")
            after = await it.problems(uri, it.type(uri, f"{text}\n"))
            assert told(after)[:1] == [("excessive-max-tokens", 4, 48)]
        assert limits.read_text() == "MOST = 9\n"

    run(scenario())


def test_saving_one_file_judges_the_others_anew(root: Path) -> None:
    written(root, "", "shop/__init__.py")
    options = written(root, "OPTIONS = {'max_tokens': 9}\n", "shop/options.py")
    app = written(
        root,
        "from anthropic import Anthropic\nfrom shop.options import OPTIONS\n"
        'Anthropic().messages.create(model="claude-opus-5-5", messages=[{"role": "user", '
        '"content": "hi"}], **OPTIONS)\n',
        "shop/app.py",
    )

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(app)
            assert await it.problems(uri) == []
            it.published.clear()
            options.write_text("OPTIONS = {'stream': False}\n")
            it.save(it.open(options))
            assert told(await it.until(lambda: _problems(it, uri))) == [
                ("missing-max-tokens", 2, 0)
            ]

    run(scenario())


def _problems(it: Editor, uri: str) -> list[types.Diagnostic] | None:
    return next((list(p.diagnostics) for p in it.published if p.uri == uri and p.diagnostics), None)


def test_a_closed_file_has_no_problems_on_show(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            assert await it.problems(uri, 1)
            it.close(uri)
            await it.until(lambda: it.published[-1].diagnostics == () or None)
            assert it.published[-1].uri == uri

    run(scenario())


def test_a_file_that_was_never_saved_is_judged(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            document = types.TextDocumentItem("untitled:Untitled-1", "python", 1, CALL)
            it.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
            assert told(await it.problems("untitled:Untitled-1")) == [("missing-max-tokens", 3, 0)]

    run(scenario())


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        (types.PositionEncodingKind.Utf16, 11),
        (types.PositionEncodingKind.Utf8, 18),
        (types.PositionEncodingKind.Utf32, 8),
    ],
)
def test_characters_are_counted_as_the_editor_counts(
    root: Path, encoding: types.PositionEncodingKind, start: int
) -> None:
    text = CALL.replace("client.mess", '"😀ä😀😀"; client.mess')

    async def scenario() -> None:
        async with editor(root, encodings=[encoding]) as it:
            uri = it.open(written(root, text))
            assert told(await it.problems(uri)) == [("missing-max-tokens", 3, start)]
            at = types.Position(3, start)
            mended = text.index("client.mess")
            version = it.type(uri, "x = ", types.Range(at, at))
            [problem] = await it.problems(uri, version)
            assert problem.range.start.character == start + 4
            assert text[mended - 2 : mended] == "; "

    run(scenario())


def test_form_feeds_and_other_line_ends_move_nothing(root: Path) -> None:
    text = "\f\n'''\u2028\x85'''\r\n" + CALL

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(root / "app.py", text)
            assert told(await it.problems(uri)) == [("missing-max-tokens", 5, 0)]
            at = types.Position(5, 0)
            version = it.type(uri, "y = ", types.Range(at, at))
            assert told(await it.problems(uri, version)) == [("missing-max-tokens", 5, 4)]

    run(scenario())


def test_a_file_in_a_declared_encoding_is_judged_as_it_is_shown(root: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + CALL.replace("client.m", '"äöü"; client.m')

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(root / "app.py", text)
            assert told(await it.problems(uri)) == [("missing-max-tokens", 4, 7)]

    run(scenario())


# ---------------------------------------------------------------------- hostile source


@pytest.mark.parametrize(
    "hostile",
    [
        "x = " + "(" * 20_000 + ")" * 20_000,
        "x = " + "+".join("1" * 30_000),
        "import anthropic\nx = '\0'",
        "\udcff",
    ],
    ids=["nested", "long", "nul", "surrogate"],
)
def test_the_server_survives_hostile_source(root: Path, hostile: str) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            bad = it.open(root / "bad.py", f"import anthropic\n{hostile}\n")
            await it.problems(bad)
            uri = it.open(written(root, CALL))
            assert told(await it.problems(uri)) == [("missing-max-tokens", 3, 0)]
            await it.actions(bad)

    run(scenario())


# ---------------------------------------------------------------------- actions


def test_a_fix_is_offered_and_an_unsafe_one_says_so(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            offered = await it.actions(uri, 3)
            assert list(offered) == [
                "Add `max_tokens`, here 1024 (unsafe fix)",
                "Ignore missing-max-tokens in this line",
            ]
            fix = offered["Add `max_tokens`, here 1024 (unsafe fix)"]
            assert fix.kind == "quickfix"
            assert not fix.is_preferred
            assert [problem.code for problem in fix.diagnostics or ()] == ["missing-max-tokens"]
            mended = applied(CALL, fix.edit, uri)
            assert "max_tokens=1024" in mended
            assert await it.problems(uri, it.type(uri, mended)) == []

    run(scenario())


def test_an_ignore_is_offered_and_works(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            offered = await it.actions(uri, 3)
            ignored = applied(CALL, offered["Ignore missing-max-tokens in this line"].edit, uri)
            assert ignored.splitlines()[3].endswith(")  # claude-lint: ignore[missing-max-tokens]")
            assert await it.problems(uri, it.type(uri, ignored)) == []

    run(scenario())


def test_all_safe_fixes_are_made_at_once_where_that_is_asked_for(root: Path) -> None:
    text = GOOD.replace("claude-opus-5-5", "Claude-Opus-5-5") + "\n\nx = 1\n"

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, text))
            assert await it.actions(uri, 0) == {}
            offered = await it.actions(uri, 0, ["source.fixAll"])
            [action] = offered.values()
            assert action.kind == "source.fixAll.claude-lint"
            assert applied(text, action.edit, uri) == GOOD + "\n\nx = 1\n"
            other = await it.actions(uri, 0, ["source.organizeImports"])
            assert other == {}

    run(scenario())


def test_actions_are_for_the_text_as_it_is(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            it.type(uri, "\n" + CALL)
            offered = await it.actions(uri, 4)
            edit = offered["Ignore missing-max-tokens in this line"].edit
            assert edit is not None
            assert edit.document_changes
            [document] = edit.document_changes
            assert isinstance(document, types.TextDocumentEdit)
            assert document.text_document.version == 2

    run(scenario())


# ---------------------------------------------------------------------- hover


def test_a_model_tells_its_state_dates_and_limits(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, 'import anthropic\nM = "claude-3-opus-20240229"\n'))
            told_of = await it.hover(uri, 1, 10)
            assert "**claude-3-opus-20240229**" in told_of
            assert "\n* state: retired\n" in told_of
            assert re.search(r"\n\* retires: \d{4}-\d\d-\d\d\n", told_of)
            assert "\n* max output tokens: 4,096\n" in told_of
            assert "$" not in told_of
            assert await it.hover(uri, 0, 1) == ""

    run(scenario())


def test_a_finding_tells_its_document(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            told_of = await it.hover(uri, 3, 3)
            assert told_of.startswith("# CL201 missing-max-tokens")
            assert "## Why" in told_of

    run(scenario())


# ---------------------------------------------------------------------- settings


def test_each_workspace_folder_has_its_own_settings(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    written(one, 'ignore = ["missing-max-tokens"]\n', "claude-lint.toml")
    written(other, "[missing-max-tokens]\n", "unrelated.toml")

    async def scenario() -> None:
        async with editor(one, other) as it:
            assert await it.problems(it.open(written(one, CALL))) == []
            assert len(await it.problems(it.open(written(other, CALL)))) == 1

    run(scenario())


def test_what_the_editor_is_configured_to_counts_by_folder(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    configuration = {one.as_uri(): {"ignore": ["CL201"], "select": None}, other.as_uri(): None}

    async def scenario() -> None:
        async with editor(one, other, configuration=configuration) as it:
            first, second = it.open(written(one, CALL)), it.open(written(other, CALL))
            assert len(await it.problems(second)) == 1
            assert await it.until(lambda: _last(it, first) == [] or None)
            configuration[one.as_uri()] = {}
            it.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams(settings=None)
            )
            assert await it.until(lambda: _last(it, first) or None)

    run(scenario())


def _last(it: Editor, uri: str) -> list[types.Diagnostic] | None:
    return next((list(p.diagnostics) for p in reversed(it.published) if p.uri == uri), None)


def test_options_at_the_start_count_where_the_editor_cannot_be_asked(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root, options={"select": "CL301"}) as it:
            assert await it.problems(it.open(written(root, CALL))) == []

    run(scenario())


@pytest.mark.parametrize(
    ("options", "settings", "message"),
    [
        (
            {"selekt": ["CL2"]},
            "",
            "In the editor's configuration of claude-lint: unknown key `selekt`; did you mean "
            "`select`?",
        ),
        (None, 'ignor = ["CL2"]\n', "Unknown key `ignor`; did you mean `ignore`? in "),
        (None, 'baseline = "none.json"\n', "cannot be read: No such file or directory"),
    ],
)
def test_settings_that_cannot_be_used_are_told_once(
    root: Path, options: object, settings: str, message: str
) -> None:
    written(root, settings, "claude-lint.toml")

    async def scenario() -> None:
        async with editor(root, options=options) as it:
            uri = it.open(written(root, CALL))
            assert await it.problems(uri, 1) == []
            assert await it.problems(uri, it.type(uri, CALL + "\n")) == []
            assert len(it.messages) == 1
            assert message in it.messages[0]

    run(scenario())


def test_mended_settings_count_at_once(root: Path) -> None:
    settings = written(root, "ignore = 1\n", "claude-lint.toml")

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            assert await it.problems(uri, 1) == []
            settings.write_text("")
            assert len(await it.problems(uri, it.type(uri, CALL + "\n"))) == 1
            assert it.registered == ["workspace/didChangeWatchedFiles"]

    run(scenario())


def test_what_the_settings_leave_out_is_not_judged(root: Path) -> None:
    written(root, 'extend-exclude = ["vendored"]\n', "claude-lint.toml")

    async def scenario() -> None:
        async with editor(root) as it:
            assert await it.problems(it.open(written(root, CALL, "vendored/app.py"))) == []
            assert await it.problems(it.open(written(root, CALL, ".venv/app.py"))) == []

    run(scenario())


def test_what_the_baseline_records_is_not_shown(root: Path) -> None:
    written(root, 'baseline = "known.json"\n', "claude-lint.toml")
    written(root, json.dumps({"app.py": {"missing-max-tokens": 1}}), "known.json")

    async def scenario() -> None:
        async with editor(root) as it:
            uri = it.open(written(root, CALL))
            assert await it.problems(uri, 1) == []
            twice = CALL + CALL.splitlines()[3] + "\n"
            assert len(await it.problems(uri, it.type(uri, twice))) == 2

    run(scenario())


# ---------------------------------------------------------------------- notebooks


def _notebook(root: Path, *texts: str) -> tuple[types.NotebookDocument, list[Any]]:
    uri = (root / "book.ipynb").as_uri()
    cells = [
        types.NotebookCell(types.NotebookCellKind.Code, f"cell:{uri}#{number}")
        for number, _ in enumerate(texts)
    ]
    items = [
        types.TextDocumentItem(cell.document, "python", 1, text)
        for cell, text in zip(cells, texts, strict=True)
    ]
    return types.NotebookDocument(uri, "jupyter-notebook", 1, cells), items


def test_the_cells_of_a_notebook_are_judged_together(root: Path) -> None:
    head, call = CALL.split("client.messages", 1)
    book, items = _notebook(root, "%pip install anthropic\n" + head, "client.messages" + call)
    first, second = (cell.document for cell in book.cells)

    async def scenario() -> None:
        async with editor(root) as it:
            it.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
            assert told(await it.problems(second)) == [("missing-max-tokens", 0, 0)]
            assert await it.problems(first) == []
            assert (await it.hover(second, 0, 3)).startswith("# CL201")

            offered = await it.actions(second, 0)
            mended = applied(
                "client.messages" + call,
                offered["Add `max_tokens`, here 1024 (unsafe fix)"].edit,
                second,
            )
            it.published.clear()
            changed = types.NotebookDocumentCellContentChanges(
                types.VersionedTextDocumentIdentifier(2, second),
                [types.TextDocumentContentChangeWholeDocument(mended)],
            )
            it.client.notebook_document_did_change(
                types.DidChangeNotebookDocumentParams(
                    types.VersionedNotebookDocumentIdentifier(2, book.uri),
                    types.NotebookDocumentChangeEvent(
                        cells=types.NotebookDocumentCellChanges(text_content=[changed])
                    ),
                )
            )
            assert await it.problems(second) == []

    run(scenario())


def test_cells_come_and_go(root: Path) -> None:
    book, items = _notebook(root, CALL)

    async def scenario() -> None:
        async with editor(root) as it:
            it.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
            [own] = [cell.document for cell in book.cells]
            assert len(await it.problems(own)) == 1
            new = types.NotebookCell(types.NotebookCellKind.Code, "cell:new")
            structure = types.NotebookDocumentCellChangeStructure(
                types.NotebookCellArrayChange(0, 1, [new]),
                did_open=[types.TextDocumentItem("cell:new", "python", 1, "\n" + CALL)],
                did_close=[types.TextDocumentIdentifier(own)],
            )
            it.client.notebook_document_did_change(
                types.DidChangeNotebookDocumentParams(
                    types.VersionedNotebookDocumentIdentifier(2, book.uri),
                    types.NotebookDocumentChangeEvent(
                        cells=types.NotebookDocumentCellChanges(structure=structure)
                    ),
                )
            )
            assert told(await it.problems("cell:new")) == [("missing-max-tokens", 4, 0)]
            assert await it.until(lambda: _last(it, own) == [] or None)

    run(scenario())


# ---------------------------------------------------------------------- secrets


def test_no_message_of_the_server_holds_a_key(root: Path) -> None:
    key = expand_keys("@@KEY-api03@@")
    text = (
        "import requests\n"
        f'KEY = "{key}"\n'
        'requests.post("https://api.anthropic.com/v1/messages", timeout=9, '
        f'headers={{"x-api-key": "{key}", "anthropic-version": "2023-06-01"}}, json={{}})\n'
    )

    async def scenario() -> None:
        async with editor(root) as it:
            heard = _listening(it)
            uri = it.open(written(root, text))
            assert "hardcoded-key" in {problem.code for problem in await it.problems(uri)}
            for line in range(3):
                assert await it.actions(uri, line) or line == 0
                await it.hover(uri, line, 10)
            await it.actions(uri, 1, ["source.fixAll"])
        assert len(heard()) > 2_000
        assert key not in heard()
        assert key[-20:] not in heard()

    run(scenario())


def _listening(it: Editor) -> Callable[[], str]:
    """Record all that the server sends from now on."""
    handle = it.client.protocol.handle_message
    heard: list[str] = []

    def handle_and_record(message: Any) -> None:
        heard.append(repr(message))
        handle(message)

    it.client.protocol.handle_message = handle_and_record  # type: ignore[method-assign]
    return lambda: "".join(heard)
