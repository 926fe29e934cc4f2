from __future__ import annotations

import itertools
import signal
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rule_examples
from claude_lint.findings import Finding

Lint = Callable[..., list[Finding]]

# A shell that starts the tests in the background lets nothing they start hear Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as on a developer's machine, wherever these tests run."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """New empty folders, each the working directory while it is used."""

    def folders() -> Iterator[Path]:
        for number in itertools.count(1):
            root = tmp_path / f"project{number}"
            root.mkdir()
            monkeypatch.chdir(root)
            yield root

    return folders()


@pytest.fixture
def lint(projects: Iterator[Path]) -> Lint:
    """Lint code as a project of its own: `lint(code)`, `lint({path: code}, target_sdk="0")`.

    Code is dedented, a first line break dropped, markers removed and placeholders of keys
    expanded; a single text is the file `example.py`. Options are those of `rule_examples.run`.
    """

    def lint(code: str | rule_examples.Files, **options: str | None) -> list[Finding]:
        root = next(projects)
        rule_examples.write_project(root, _files(code))
        return rule_examples.run(root, **options)

    return lint


@pytest.fixture
def check(lint: Lint) -> Lint:
    """Lint code and assert that exactly the marked lines are reported; return the findings."""

    def check(code: str | rule_examples.Files, **options: str | None) -> list[Finding]:
        files = _files(code)
        findings = lint(files, **options)
        rule_examples.assert_marked(files, findings)
        return findings

    return check


def _files(code: str | rule_examples.Files) -> dict[str, str]:
    files = {"example.py": code} if isinstance(code, str) else code
    return {path: textwrap.dedent(text).removeprefix("\n") for path, text in files.items()}
