"""`--diff-base`: what a change brought, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from claude_lint import cli
from git_repositories import git, new_repository

CALLS = """\
import anthropic

client = anthropic.Anthropic()
client.messages.create(model="claude-2.1", max_tokens=9, messages=[])
client.messages.create(model="claude-2.0", max_tokens=9, messages=[])
"""


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return new_repository(tmp_path, monkeypatch)


def commit(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.py").write_text(text)
    git(Path(), "add", "--all")
    git(Path(), "commit", "--quiet", "--message=Change")


def check(*words: str, select: str = "CL303,CL201") -> Result:
    options = ["check", "--select", select, "--output-format", "concise", "--diff-base", "HEAD"]
    return CliRunner().invoke(cli.command_line, [*options, *words], prog_name="claude-lint")


def places(result: Result) -> list[str]:
    return [line.rpartition(": ")[0].split(" ")[0] for line in _findings(result)]


def _findings(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if " error CL" in line]


def test_only_findings_on_changed_lines_are_reported_and_fail_the_run() -> None:
    commit(app=CALLS, other=CALLS)
    result = check()
    assert (result.exit_code, places(result)) == (0, [])

    Path("app.py").write_text(CALLS.replace("claude-2.0", "claude-1.3"))
    result = check()
    assert (result.exit_code, places(result)) == (1, ["app.py:5:30:"])


def test_a_new_file_is_reported_wholly() -> None:
    commit(other="")
    Path("app.py").write_text(CALLS)
    assert places(check()) == ["app.py:4:30:", "app.py:5:30:"]


def test_a_line_taken_out_of_a_call_counts_for_the_call() -> None:
    call = """\
import anthropic

anthropic.Anthropic().messages.create(
    model="claude-opus-5-5",
    max_tokens=9,
    messages=[],
)
"""
    commit(app=call)
    Path("app.py").write_text(call.replace("    max_tokens=9,\n", ""))
    assert places(check()) == ["app.py:3:1:"]


def test_a_change_of_what_explains_a_finding_counts() -> None:
    call = """\
import os
import requests

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": os.environ["KEY"], "anthropic-version": "2023-06-01"}


def ask(body):
    return requests.post(URL, json=body, headers=HEADERS, timeout=60)
"""
    commit(app=call)
    Path("app.py").write_text(call.replace(', "anthropic-version": "2023-06-01"', ""))
    assert places(check(select="CL107")) == ["app.py:9:12:"]


def test_a_notebook_is_compared_by_the_lines_of_its_json() -> None:
    def notebook(*models: str) -> str:
        lines = CALLS.splitlines(keepends=True)[:3]
        lines += [
            f'client.messages.create(model="{model}", max_tokens=9, messages=[])\n'
            for model in models
        ]
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": ["Hi"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": lines},
        ]
        return json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}, indent=1)

    Path("nb.ipynb").write_text(notebook("claude-2.1", "claude-2.0"))
    commit()
    assert places(check()) == []

    Path("nb.ipynb").write_text(notebook("claude-2.1", "claude-1.3"))
    assert [line[:19] for line in _findings(check())] == ["nb.ipynb:cell 2:5:3"]


def test_a_baseline_hides_nothing_new() -> None:
    commit(app=CALLS)
    options = ("--baseline", "known.json")
    runner = CliRunner()
    runner.invoke(cli.command_line, ["check", "--select", "CL303", *options, "--write-baseline"])
    assert json.loads(Path("known.json").read_text()) == {"app.py": {"retired-model": 2}}

    new = 'client.messages.create(model="claude-1.3", max_tokens=9, messages=[])\n'
    Path("app.py").write_text(CALLS + new)
    result = check(*options, select="CL303")
    assert (result.exit_code, places(result), result.stderr) == (1, ["app.py:6:30:"], "")


def test_a_file_that_a_change_broke_is_reported_wherever_parsing_ends() -> None:
    broken = CALLS.replace("Anthropic()", "Anthropic((")
    commit(app=CALLS, other=broken)
    Path("app.py").write_text(broken)
    result = check(select="CL901")
    assert [place.partition(":")[0] for place in places(result)] == ["app.py"]


def test_an_unknown_revision_is_usage_error() -> None:
    commit(app="")
    result = CliRunner().invoke(cli.command_line, ["--diff-base", "nowhere"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: `nowhere` is no commit of this repository\n"


def test_outside_of_a_repository_is_usage_error(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("plain"))
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith("error: not a git repository")


@pytest.mark.parametrize("words", [("--fix",), ("--diff",), ("-",), ("--stdin-filename", "a.py")])
def test_what_it_cannot_be_used_with_is_usage_error(words: tuple[str, ...]) -> None:
    commit(app="")
    result = check(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: `--diff-base` ")
