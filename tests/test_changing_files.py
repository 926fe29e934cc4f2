"""Files that vanish, change or become something else while a run looks at them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from claude_lint import cache, cli, engine
from claude_lint.files.discovery import gate_file
from claude_lint.reports import FORMATS
from claude_lint.server.bench import _enter

CALL = """\
import anthropic
from names import MODEL

anthropic.Anthropic().messages.create(model=MODEL, messages=[])
anthropic.Anthropic().messages.create(model='claude-2.1', messages=[])
"""
CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "source": CALL}
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [CELL]}
FILES = {
    "main.py": CALL,
    "names.py": "MODEL = 'claude-2.1'\n",
    "note.ipynb": json.dumps(NOTEBOOK),
    "claude-lint.toml": 'select = ["ALL"]\ncatalog = ["rows.toml"]\nmax-file-size = 9_999\n',
    "rows.toml": "",
    "requirements.txt": "anthropic>=0.7\n",
}

BECOMING: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: None,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a loop": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "empty": Path.touch,
    "binary": lambda path: path.write_bytes(b"\xff\0anthropic"),
    "larger": lambda path: path.write_text("# anthropic\n" + "x = 1\n" * 5_000),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        put(tmp_path / name, text)
    return tmp_path


def put(path: Path, text: str | None = None, becoming: str = "gone") -> None:
    """Put a text or something else in the place of whatever is there."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    elif os.path.lexists(path):
        path.unlink()
    if text is None:
        BECOMING[becoming](path)
    else:
        path.write_text(text)
        os.utime(path, (1_700_000_000, 1_700_000_000))


@contextmanager
def shifting(
    monkeypatch: pytest.MonkeyPatch, root: Path, becoming: str, first: int
) -> Iterator[Counter[str]]:
    """Let each file be itself and something else by turns, whenever it is opened to be read."""
    real, seen = os.open, Counter[str]()

    def shifty(path: str | Path, flags: int, *args: int, **options: int) -> int:
        name = os.path.basename(path)
        is_read = not flags & (os.O_WRONLY | os.O_RDWR)
        if is_read and name in FILES and os.path.dirname(path) == str(root):
            is_itself = (seen[name] + first) % 2
            seen[name] += 1
            put(Path(path), FILES[name] if is_itself else None, becoming)
        return real(path, flags, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", shifty)
        yield seen


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("becoming", BECOMING)
@pytest.mark.parametrize(
    "options",
    [[], ["--fix", "--unsafe-fixes"], ["--add-ignore"], ["--output-format", "gitlab"]],
    ids=" ".join,
)
def test_a_file_may_be_another_each_time_it_is_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], becoming: str, first: int
) -> None:
    with shifting(monkeypatch, project, becoming, first) as seen:
        done = CliRunner().invoke(cli.command_line, ["check", *options, "main.py", "."])
    assert seen["claude-lint.toml"] > 0
    assert done.exit_code in (0, 1, 2), done.output
    assert "Traceback" not in done.output
    assert "internal error" not in done.output
    assert {path.name for path in project.iterdir()} <= {*FILES, ".claude-lint-cache"}


@pytest.mark.parametrize("becoming", ["gone", "a folder", "a pipe", "a loop", "a device"])
def test_a_file_that_is_none_any_more_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, becoming: str
) -> None:
    find = engine._found

    def find_and_lose(*args: object) -> object:
        found = find(*args)  # type: ignore[arg-type]
        put(project / "main.py", becoming=becoming)
        return found

    monkeypatch.setattr(engine, "_found", find_and_lose)
    report = engine.run(engine.Options(paths=(Path(),), jobs=1, no_cache=True))
    (note,) = report.notes
    assert note.startswith("main.py: Cannot be read: ")
    assert {finding.location.path for finding in report.findings} >= {"note.ipynb"}
    named = engine.Options(paths=(Path("main.py"), Path("note.ipynb")), jobs=1, no_cache=True)
    put(project / "main.py", CALL)
    first = engine.run(named).findings[0]
    assert (first.code, first.location.path) == ("CL901", "main.py")
    assert first.message.startswith("Cannot be read: ")


@pytest.mark.parametrize("becoming", BECOMING)
@pytest.mark.parametrize("output_format", FORMATS)
def test_what_was_found_is_told_though_the_files_are_others_by_then(
    project: Path, monkeypatch: pytest.MonkeyPatch, output_format: str, becoming: str
) -> None:
    run = engine.run

    def run_and_lose(*args: object) -> object:
        report = run(*args)  # type: ignore[arg-type]
        for name in ("main.py", "note.ipynb"):
            put(project / name, becoming=becoming)
        return report

    monkeypatch.setattr(engine, "run", run_and_lose)
    command = ["check", "--no-cache", "--output-format", output_format, "main.py", "note.ipynb"]
    done = CliRunner().invoke(cli.command_line, command)
    assert done.exit_code == 1, done.output
    assert "main.py" in done.stdout
    assert "note.ipynb" in done.stdout


def test_a_pipe_in_the_place_of_a_large_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert not gate_file(tmp_path / "a.py", (b"claude",))


@pytest.mark.parametrize("becoming", ["a folder", "a pipe", "a loop", "a device", "binary"])
def test_a_damaged_cache_is_as_good_as_none(
    project: Path, monkeypatch: pytest.MonkeyPatch, becoming: str
) -> None:
    monkeypatch.setattr(cache, "_now", lambda: time.time() + 9)
    command = ["check", "--output-format", "concise", "main.py"]
    first = CliRunner().invoke(cli.command_line, command)
    entries = list((project / ".claude-lint-cache").glob("*.json"))
    assert len(entries) == 2
    for entry in entries:
        put(entry, becoming=becoming)
    again = CliRunner().invoke(cli.command_line, command)
    assert (again.exit_code, again.output) == (1, first.output)
    for entry in entries:
        put(entry, json.dumps({str(project / "main.py"): [[float("inf"), 1, 1], ""], "read": {}}))
    again = CliRunner().invoke(cli.command_line, command)
    assert (again.exit_code, again.output) == (1, first.output)


def test_a_worker_of_a_folder_that_is_gone_begins_all_the_same(tmp_path: Path) -> None:
    before = Path.cwd()
    _enter(tmp_path / "gone")
    assert Path.cwd() == before


def test_files_may_change_all_the_time(project: Path) -> None:
    is_over = threading.Event()
    choice = random.Random(0).choice

    def change() -> None:
        while not is_over.wait(0.002):
            name = choice(list(FILES))
            with suppress(OSError):  # a fix is written at the same moment
                put(project / name, choice([None, FILES[name]]), choice(list(BECOMING)))

    changing = threading.Thread(target=change)
    changing.start()
    try:
        end = time.monotonic() + 4
        while time.monotonic() < end:
            for options in ([], ["--fix", "--unsafe-fixes"], ["--output-format", "sarif"]):
                done = subprocess.run(
                    [sys.executable, "-m", "claude_lint", *options, "."],
                    cwd=project, capture_output=True, text=True, timeout=60,
                )  # fmt: skip
                assert done.returncode in (0, 1, 2), done.stderr
                assert "Traceback" not in done.stderr
                assert "internal error" not in done.stderr
    finally:
        is_over.set()
        changing.join()
