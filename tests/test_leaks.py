"""No key gets out: keys are planted wherever one can stand, and all that is written is searched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from claude_lint.cli import command_line
from claude_lint.configuration.settings_schema import KEYS, Key
from claude_lint.reports import FORMATS
from git_repositories import git, new_repository
from planted import Planted, new_key, pieces, shown_pieces

COMMANDS = [
    *(["check", "--output-format", fmt, *more] for fmt in FORMATS for more in ([], ["-v"], ["-q"])),
    ["check", "--output-format", "full", "--output-file", "report.txt", "--statistics"],
    ["check", "--output-format", "sarif", "--output-file", "report.sarif"],
    ["check", "--diff"],
    ["check", "--diff", "--unsafe-fixes", "--select", "ALL"],
    ["check", "--dump-facts"],
    ["check", "--show-files"],
    ["check", "--baseline", "new.json", "--write-baseline"],
    ["check", "--baseline", "odd5/base.json"],
    ["check", "--select", "@KEY"],
    ["check", "--baseline", "@KEY"],
    ["check", "--config", "@KEY"],
    ["check", "--target-sdk", "@KEY"],
    ["check", "--diff-base", "@KEY"],
    ["check", "@KEY"],
    ["check", "--@KEY"],
    ["check", "odd/a.py"],
    ["check", "--config", "odd2/claude-lint.toml"],
    ["check", "--config", "odd3/claude-lint.toml"],
    ["check", "--config", "odd4/claude-lint.toml"],
    ["@KEY"],
    ["explain", "@KEY"],
    ["models", "@KEY"],
    ["diagnose", "401 invalid x-api-key @KEY"],
    ["config", "source.py"],
    ["config", "odd"],
]  # fmt: skip

# What these change is looked at as well: a fix may leave a key where it is, and put it nowhere.
WRITING = [
    ["check", "--fix"],
    ["check", "--fix", "--unsafe-fixes", "--show-fixes", "-v", "--select", "ALL"],
    ["check", "--add-ignore", "--output-format", "full"],
    ["check", "--write-baseline", "--baseline", "source.py.json"],
    ["check", "--cache-dir", "cache", "-v", "--timings"],
    ["check", "--diff-base", "HEAD"],
]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("planted"))


def environment(planted: Planted, temp: Path) -> dict[str, str]:
    return {**os.environ, "ANTHROPIC_API_KEY": planted.key(), "TMPDIR": str(temp)}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_is_written_shows_a_key(
    planted: Planted, command: list[str], tmp_path: Path
) -> None:
    before = {path for path in planted.root.rglob("*") if path.is_file()}
    given = planted.key()
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", *(word.replace("@KEY", given) for word in command)],
        cwd=planted.root, capture_output=True, text=True, encoding="utf-8", errors="replace",
        env=environment(planted, tmp_path),
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert shown_pieces(done.stdout, planted.keys) == []
    assert shown_pieces(done.stderr, planted.keys) == []
    after = {path for path in planted.root.rglob("*") if path.is_file()} - before
    for path in (*after, *(path for path in tmp_path.rglob("*") if path.is_file())):
        assert shown_pieces(path.read_bytes().decode("latin-1"), planted.keys) == [], path


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_nothing_that_is_put_into_a_project_shows_a_key(
    planted: Planted, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, temp = tmp_path / "project", tmp_path / "temp"
    temp.mkdir()
    shutil.copytree(planted.root, root, ignore=shutil.ignore_patterns(".claude_lint_cache"))
    new_repository(root, monkeypatch)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", planted.key())
    before = contents(root)
    for _ in range(2):  # the second time from the cache
        done = subprocess.run(
            [sys.executable, "-m", "claude_lint", *command],
            cwd=root, capture_output=True, text=True, encoding="utf-8", errors="replace",
            env=environment(planted, temp),
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert done.stdout + done.stderr != ""
        assert shown_pieces(done.stdout + done.stderr, planted.keys) == []
    for path, text in {**contents(root), **contents(temp)}.items():
        if text != (old := before.get(path, "")):
            assert [key for key in planted.keys if is_shown_more(key, old, text)] == [], path


def contents(root: Path) -> dict[Path, str]:
    return {
        path: path.read_bytes().decode("latin-1")
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def is_shown_more(key: str, before: str, after: str) -> bool:
    return any(after.count(piece) > before.count(piece) for piece in pieces(key))


def test_an_error_of_our_own_is_told_without_the_key_it_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = new_key()

    def fail(*_: object, **__: object) -> NoReturn:
        raise RuntimeError(key)

    monkeypatch.setattr("claude_lint.commands.check.check", fail)
    with pytest.raises(SystemExit, match="2"):
        command_line.main(["check", "-v", str(tmp_path)])
    said = capsys.readouterr()
    assert "Traceback" in said.err
    assert "please report it" in said.err
    assert shown_pieces(said.out + said.err, [key]) == []


@pytest.mark.parametrize("setting", KEYS, ids=lambda setting: setting.name)
@pytest.mark.parametrize(
    "form", ["'@'", "['@']", "{'@' = '@'}", "{'@' = ['@']}", "{a = {'@' = 1}}"]
)
def test_settings_are_told_without_the_keys_in_them(
    setting: Key, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key()
    (tmp_path / "claude-lint.toml").write_text(f"{setting.name} = {form.replace('@', key)}\n")
    (tmp_path / "a.py").write_text("import os\n")
    for command in (["check", "-v", str(tmp_path)], ["config", str(tmp_path)]):
        with pytest.raises(SystemExit):
            command_line.main(command)
    said = capsys.readouterr()
    assert said.out + said.err != ""
    assert shown_pieces(said.out + said.err, [key]) == []


def test_code_on_stdin_is_given_back_as_it_is_and_told_without_its_key(planted: Planted) -> None:
    key = planted.key()
    code = f"import anthropic\nkey = '{key}'\nmodel = 'claude-3-opus-20240229'\n"
    done = subprocess.run(
        [sys.executable, "-m", "claude_lint", "check", "--output-format", "full", "-"],
        cwd=planted.root, input=code, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "hardcoded-key" in done.stdout or "CL102" in done.stdout
    assert shown_pieces(done.stdout + done.stderr, [key]) == []
