"""What is told of notebooks: cells that share names, that are files, and what is no code in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rule_examples
from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

KEY = "@@KEY-api03@@"


def test_names_are_shared_by_cells_and_may_be_bound_anew(check: Lint) -> None:
    check(
        {
            "n.ipynb": """
                # %%
                from anthropic import Anthropic
                from openai import OpenAI
                client = OpenAI()
                # %%
                client.messages.create()
                # %%
                client = Anthropic()
                # %%
                client.messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "Hi"}])  # error: missing-max-tokens
            """
        }
    )


def test_a_cell_that_is_written_to_a_file_is_a_module_that_others_import(check: Lint) -> None:
    check(
        {
            "n.ipynb": """
                # %%
                client = None
                MODEL = "claude-opus-5-5"
                # %%
                %%writefile asking.py
                import anthropic
                client = anthropic.Anthropic()
                MODEL = "claude-2.1"  # error: retired-model

                def ask(model):
                    return client.messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": "Hi"}])

                def ask_old():
                    return client.messages.create(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
                # %%
                from asking import ask
                ask("claude-2.0")  # warning: retired-model
                # %%
                client.messages.create()
                # %%
                import asking
                asking.client.messages.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])  # error: missing-max-tokens
            """
        }
    )


@pytest.mark.parametrize(
    ("magic", "statement"),
    [
        ("%%writefile lib.py", "from lib import client"),
        ("%%file lib.py", "from lib import client"),
        ("%%writefile -a 'lib.py'", "import lib; client = lib.client"),
        ("%%writefile app/lib.py", "from app.lib import client"),
        ("%%writefile /content/app/lib.py", "from app.lib import client"),
        ("%%writefile ../src/lib.py", "from lib import client"),
        ("%%writefile lib.py", "%run lib.py"),
        ("%%writefile lib.py", "%run -i lib"),
        ("%%writefile lib.py", "run ./lib.py"),
    ],
)
def test_a_written_file_is_found_by_its_name(check: Lint, magic: str, statement: str) -> None:
    check(
        {
            "n.ipynb": f"""
                # %%
                {magic}
                from anthropic import Anthropic
                client = Anthropic()
                # %%
                {statement}
                client.messages.create(model="claude-opus-5-5", messages=[{{"role": "user", "content": "Hi"}}])  # error: missing-max-tokens
            """
        }
    )


@pytest.mark.parametrize(
    "magic", ["%%writefile notes.txt", "%%file Dockerfile", "%%html", "%%ai x"]
)
def test_a_cell_in_another_language_is_no_code(check: Lint, magic: str) -> None:
    check(
        {
            "n.ipynb": f"""
                # %%
                {magic}
                from anthropic import Anthropic
                Anthropic().messages.create(model="claude-2.1")
            """
        }
    )


def test_a_file_that_is_not_written_here_is_not_found(check: Lint) -> None:
    check(
        {
            "n.ipynb": """
                # %%
                from anthropic import Anthropic
                # %%
                %%writefile lib.py
                client = 3
                # %%
                from other import client
                %run other.py
                client.messages.create()
            """
        }
    )


@pytest.mark.parametrize("name", ["setup.ipynb", "01 set-up.ipynb", "lib/setup.ipynb"])
def test_names_of_a_notebook_that_is_run_are_known(check: Lint, name: str) -> None:
    check(
        {
            name: """
                # %%
                from anthropic import Anthropic
                client = Anthropic()
            """,
            "n.ipynb": f"""
                # %%
                %run "./{name}"
                # %%
                client.messages.create(model="claude-opus-5-5", messages=[{{"role": "user", "content": "Hi"}}])  # error: missing-max-tokens
            """,
        }
    )


def test_notebooks_that_run_each_other_end(check: Lint) -> None:
    run = "# %%\n%run {}\nclient.messages.create()\n"
    check({"a.ipynb": run.format("b.ipynb"), "b.ipynb": run.format("a")})


def test_a_path_that_is_put_together_is_not_run(check: Lint) -> None:
    check({"n.ipynb": "# %%\n%run $path\n%run {path}\nfrom anthropic import Anthropic\n"})


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%timeit -n 3", "%%prun", "%%debug"])
def test_magics_that_run_python_leave_it_python(check: Lint, magic: str) -> None:
    check(
        {
            "n.ipynb": f"""
                # %%
                {magic}
                %pip install anthropic
                !curl https://example.org
                from anthropic import Anthropic
                Anthropic().messages.create(model="claude-opus-5-5", messages=[{{"role": "user", "content": "Hi"}}])  # error: missing-max-tokens
            """
        }
    )


def test_suppressions_count_in_cells_and_in_files_that_they_write(check: Lint) -> None:
    check(
        {
            "n.ipynb": """
                # %%
                from anthropic import Anthropic
                client = Anthropic()
                # %%
                # claude-lint: ignore[missing-max-tokens]
                client.messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "Hi"}])
                # %%
                %%writefile lib.py
                from anthropic import Anthropic
                Anthropic().messages.create(
                    model="claude-opus-5-5",
                    messages=[{"role": "user", "content": "Hi"}],
                )  # claude-lint: ignore[missing-max-tokens]
                x = 1  # claude-lint: ignore[missing-max-tokens]  # warning: unused-ignore
            """
        }
    )


def test_a_written_file_that_cannot_be_parsed_leaves_the_others(check: Lint) -> None:
    check(
        {
            "n.ipynb": """
                # %%
                %%writefile broken.py
                import anthropic
                if x print  # error: unparsable-file
                # %%
                import anthropic
                anthropic.Anthropic().messages.create(model="claude-opus-5-5", messages=[{"role": "user", "content": "Hi"}])  # error: missing-max-tokens
            """
        }
    )


def test_a_written_file_is_mended_in_its_cell(projects: Iterator[Path]) -> None:
    root = next(projects)
    cell = ["%%writefile lib.py\n", "from anthropic import Anthropic\n", 'm = "claude-2.1"\n']
    cell += ["Anthropic().messages.create(model=m, max_tokens=9, messages=[])"]
    write(root / "n.ipynb", code(cell))
    rule_examples.fix(root)
    mended = json.loads((root / "n.ipynb").read_text())["cells"][0]["source"]
    assert mended[:2] == cell[:2]
    assert "claude-2.1" not in mended[2]


@pytest.mark.parametrize(
    ("cell", "line", "column"),
    [
        ("!curl -H 'x-api-key: <key>' https://api.anthropic.com/v1/messages\n", 1, 22),
        ("%env ANTHROPIC_API_KEY=<key>", 1, 24),
        ("%%bash\ncurl https://api.anthropic.com/v1/messages \\\n  -H 'x-api-key: <key>'\n", 3, 18),
        ("%%writefile .env\nANTHROPIC_API_KEY=<key>\n", 2, 19),
        ("%%writefile a.py\nkey = '<key>'\n", 2, 7),
    ],
)
def test_a_key_in_a_magic_is_a_leak_told_once(
    projects: Iterator[Path], cell: str, line: int, column: int
) -> None:
    root = next(projects)
    write(root / "n.ipynb", code(rule_examples.expand_keys(cell.replace("<key>", KEY))))
    (found,) = rule_examples.run(root)
    place = found.location
    assert (found.rule, place.cell, place.span.line, place.span.column) == (
        "hardcoded-key",
        1,
        line,
        column,
    )


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("as_list", [True, False])
def test_a_key_in_what_is_no_code_is_a_leak(
    projects: Iterator[Path], kind: str, as_list: bool
) -> None:
    root = next(projects)
    key = rule_examples.expand_keys(KEY)
    text = f"# Setting up\nuse {key}\nand claude-2.1"
    source = text.splitlines(keepends=True) if as_list else text
    output = {"output_type": "stream", "name": "stdout", "text": ["claude-2.1\n", f"{key}\n"]}
    write(
        root / "n.ipynb",
        {"cell_type": kind, "metadata": {}, "source": source},
        {**code("print(1)"), "outputs": [output]},
    )
    found = rule_examples.run(root)
    assert [(one.rule, one.location.cell) for one in found] == [
        ("hardcoded-key", 1),
        ("hardcoded-key", 2),
    ]


def code(source: str | list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def write(path: Path, *cells: dict[str, Any]) -> None:
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole, indent=1))
